"""Seeds for one use (一次性种子): both ends derive the same, and each refuses a second use for another input.

A seed is HKDF-Expand(pair secret, "shuxin/seed/v1|<label>|" and the binding), 32 bytes (RFC 5869). A label says what
the seed masks, as ``direction/step/column/chunk``: for instance ``label-to-holder/product.3/7/0``. The binding is the
hash of the input that it will mask: a seed that met two inputs would give away their difference.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Protocol

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SEED_BYTES = 32
_LABEL = re.compile(r"[0-9A-Za-z][0-9A-Za-z:._/-]{0,199}")


class MaskAskedTwice(Conflict):
    code = "mask_asked_twice"
    what = Text(
        en="mask '{label}' with {party} was used before for another input; nothing was given",
        zh="与 {party} 的掩码“{label}”此前已用于其他输入；未提供任何内容",
    )
    mend = Text(
        en="Propose a new job: with the same mask again the two inputs' difference would be known",
        zh="请提出新任务：重复使用掩码会暴露两次输入之差",
    )


class MaskLedger(Protocol):
    """Where uses are kept durably (掩码台账)."""

    def note(self, *, job_id: str, peer: str, labels: Sequence[str], binding: str) -> None:
        """All of the labels or none. Raises MaskAskedTwice when one has another binding (64 hexadecimal digits)."""
        ...


class JobSeeds:
    """The Seeds of one job at one party; from any thread."""

    def __init__(self, *, job_id: str, secrets: Mapping[str, bytes], ledger: MaskLedger) -> None:
        """secrets: by peer, as ``secrets.exchange`` gives them."""
        self._job_id, self._secrets, self._ledger = job_id, dict(secrets), ledger

    def pair(self, peer: str, label: str, *, binding: bytes = b"") -> bytes:
        """See Seeds. Raises MaskAskedTwice."""
        return self.pairs(peer, [label], binding=binding)[0]

    def pairs(self, peer: str, labels: Sequence[str], *, binding: bytes = b"") -> list[bytes]:
        """The seeds of many labels for one input, noted at once. Raises MaskAskedTwice; then none is noted."""
        for label in labels:
            if not _LABEL.fullmatch(label):
                raise ValueError("a label is letters, digits and : . _ / -")
        secret = self._secrets[peer]
        bound = hashlib.sha256(binding).hexdigest()
        self._ledger.note(job_id=self._job_id, peer=peer, labels=labels, binding=bound)
        return [seed_of(secret, label, binding=binding) for label in labels]


def seed_of(secret: bytes, label: str, *, binding: bytes) -> bytes:
    """The derivation of the module's text, without the ledger."""
    info = b"shuxin/seed/v1|" + label.encode() + b"|" + binding
    return HKDFExpand(algorithm=SHA256(), length=SEED_BYTES, info=info).derive(secret)

"""The record of a decision (决策记录): all that it was made of, in canonical JSON; the same bytes for ever."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.lending.domain.offers import DeclineReason, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = "shuxin-strategy-decision/1"
LARGEST_BYTES = 1 << 21
PARTS = {
    "format", "request_id", "decided_at", "role", "given", "strategy", "versions", "sources", "trace",
    "verdict", "stage", "reasons", "limit_fen", "rate_bp", "pd",
}  # fmt: skip


class RecordInvalid(InvalidInput):
    code = "decision_record_invalid"
    what = Text(
        en="this is not the record of a decision: {where}", zh="不是有效的决策记录：{where}"
    )
    mend = Text(en="Ask for the file again", zh="请重新索取该文件")


@dataclass(frozen=True)
class DecisionRecord:
    """One decision. ``parts``: the record as JSON; made by ``decide`` or read by ``read_record``."""

    parts: Mapping[str, Any]

    @cached_property
    def content(self) -> bytes:
        return _in_one(self.parts)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def request_id(self) -> str:
        return str(self.parts["request_id"])

    @property
    def decided_at(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.parts["decided_at"])

    @property
    def application(self) -> str:
        return str(self.parts["given"]["key"])

    @property
    def firm(self) -> str:
        return str(self.parts["given"]["firm"])

    @property
    def role(self) -> str:
        """champion, challenger, or shadow: kept beside and never used."""
        return str(self.parts["role"])

    @property
    def strategy(self) -> str:
        """Digest of the strategy."""
        return str(self.parts["versions"]["strategy"])

    @property
    def verdict(self) -> Verdict:
        return Verdict(self.parts["verdict"])

    @property
    def stage(self) -> str:
        """Id of the stage that decided; "" where all were passed."""
        return str(self.parts["stage"])

    @property
    def reasons(self) -> tuple[DeclineReason, ...]:
        """Of a decline, of what is asked for, or of why a person decides."""
        return tuple(DeclineReason(**one) for one in self.parts["reasons"])

    @property
    def limit_fen(self) -> int | None:
        """As far as it was computed; of an approval always."""
        return None if self.parts["limit_fen"] is None else int(self.parts["limit_fen"])

    @property
    def rate_bp(self) -> int | None:
        return None if self.parts["rate_bp"] is None else int(self.parts["rate_bp"])

    @property
    def pd(self) -> float | None:
        """Probability of default (0-1) that limit and price were set by."""
        return None if self.parts["pd"] is None else float(self.parts["pd"])

    @property
    def trace(self) -> tuple[Mapping[str, Any], ...]:
        """Each stage in its order: what it read, which rows were hit, what came of it, or that it was not asked."""
        return tuple(self.parts["trace"])

    @property
    def uses(self) -> tuple[int, ...]:
        """Numbers of all recorded uses that it rests on, in the log of the institution that decided."""
        told = (source.get("uses", ()) for source in self.parts["sources"].values())
        return tuple(use for uses in told for use in uses)

    @property
    def evidence(self) -> tuple[str, ...]:
        """Ids of joint scores that it rests on."""
        told = (source.get("evidence", "") for source in self.parts["sources"].values())
        return tuple(one for one in told if one)


def _in_one(parts: Mapping[str, Any]) -> bytes:
    """Canonical JSON, part by part: numbers with a fraction take the slow way, and only a few parts have any."""
    said = (b'"%s":%s' % (name.encode(), canonical_json(parts[name])) for name in sorted(parts))
    return b"{" + b",".join(said) + b"}"


def read_record(content: bytes) -> DecisionRecord:
    """Read is not verified: ``replay`` does that. Raises RecordInvalid."""
    if len(content) > LARGEST_BYTES:
        raise RecordInvalid(where="size")
    try:
        parts = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RecordInvalid(where="JSON") from error
    if not isinstance(parts, dict) or parts.keys() != PARTS or parts["format"] != FORMAT:
        raise RecordInvalid(where="format")
    return DecisionRecord(parts)

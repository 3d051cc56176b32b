"""Whom one trusts: keys of logs, keys of witnesses, and how many of these must have cosigned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.statements import StatementInvalid, parse_json
from shuxin.kernel.text import Text
from shuxin.ledger.note import VerifierKey, VerifierKeyInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.ledger.note import Note

_PARTS = {"logs", "witnesses", "threshold"}


class TrustInvalid(InvalidInput):
    code = "trust_invalid"
    what = Text(en="the trust file cannot be used: {reason}", zh="信任文件无法使用：{reason}")
    mend = Text(
        en='Write {{"log": {{"logs": [keys], "witnesses": [keys], "threshold": number}}}}, keys as'
        " 'shuxin log key' prints them",
        zh='请写成 {{"log": {{"logs": [公钥], "witnesses": [公钥], "threshold"：数}}}},'
        "公钥形式同“shuxin log key”的输出",
    )


@dataclass(frozen=True, slots=True)
class LogTrust:
    """Which logs and witnesses are believed (信任根), and how many witnesses are needed. Raises TrustInvalid.

    The name of a log's key is its origin. A log may have several keys, as when one follows another. A witness that
    is the log's own (``is_own_witness``) does not count for that log.
    """

    logs: tuple[VerifierKey, ...]
    witnesses: tuple[VerifierKey, ...] = ()
    threshold: int = 0

    def __post_init__(self) -> None:
        if not self.logs or any(key.use.is_timed for key in self.logs):
            raise TrustInvalid(reason="logs")
        if any(not key.use.is_timed for key in self.witnesses):
            raise TrustInvalid(reason="witnesses")
        if len({key.public for key in self.witnesses}) != len(self.witnesses):
            raise TrustInvalid(reason="a witness stands twice")
        if {key.public for key in self.witnesses} & {key.public for key in self.logs}:
            raise TrustInvalid(reason="a log is its own witness")
        if not 0 <= self.threshold <= len(self.witnesses):
            raise TrustInvalid(reason="threshold")

    @classmethod
    def of(cls, value: object) -> LogTrust:
        """From parsed JSON. Raises TrustInvalid."""
        if not isinstance(value, dict) or set(value) != _PARTS:
            raise TrustInvalid(reason=f"it needs just {', '.join(sorted(_PARTS))}")
        threshold = value["threshold"]
        if not isinstance(threshold, int) or isinstance(threshold, bool):
            raise TrustInvalid(reason="threshold")
        return cls(_keys(value["logs"], "logs"), _keys(value["witnesses"], "witnesses"), threshold)

    def signer_of(self, note: Note, *, origin: str) -> VerifierKey | None:
        """The trusted key of ``origin`` that signed the note; None when none did."""
        return next((k for k in self.logs if k.name == origin and note.signed_by(k)), None)

    def times_of(self, note: Note, *, origin: str) -> tuple[int, ...]:
        """When trusted witnesses other than the log's own cosigned it, in order; seconds since 1970, one a witness."""
        others = [key for key in self.witnesses if not is_own_witness(key, origin=origin)]
        times = [note.time_of(key) for key in others]
        return tuple(sorted(time for time in times if time is not None))


def is_own_witness(key: VerifierKey, *, origin: str) -> bool:
    """Whether this is the witness of the node that keeps the log ``origin``: its name tells."""
    return key.name in {origin, own_witness_name(origin)}


def own_witness_name(origin: str) -> str:
    return f"{origin}/witness"


def parse_trust(data: bytes) -> Mapping[str, Any]:
    """A trust file: a JSON object whose part ``log`` is a ``LogTrust``; other rooms have other parts.

    Raises TrustInvalid.
    """
    try:
        value = parse_json(data)
    except StatementInvalid as error:
        raise TrustInvalid(reason="JSON") from error
    if not isinstance(value, dict):
        raise TrustInvalid(reason="JSON")
    return value


def _keys(value: object, part: str) -> tuple[VerifierKey, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise TrustInvalid(reason=part)
    try:
        return tuple(VerifierKey.parse(text) for text in value)
    except VerifierKeyInvalid as error:
        raise TrustInvalid(reason=part) from error

"""Disclosures of RFC 9901: what the issuer hides behind digests, and how a verifier puts the shown ones back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.signing import base64url, from_base64url
from shuxin.kernel.statements import StatementInvalid, parse_json
from shuxin.verification.sdjwt.jose import LONGEST_TOKEN, TokenInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shuxin.kernel.canonical import Json

HASH_NAME = "sha-256"
MOST_DISCLOSURES = 256
DEEPEST = 16
_RESERVED = frozenset({"_sd", "...", "_sd_alg"})
_OF_ELEMENT, _OF_CLAIM = 2, 3


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One disclosure (披露项), section 4.2: ``name`` is None for an element of an array."""

    text: str
    name: str | None
    value: Any

    @property
    def digest(self) -> str:
        return digest(self.text)


def digest(text: str) -> str:
    """base64url of SHA-256 over the ASCII bytes of ``text``."""
    return base64url(hashlib.sha256(text.encode("ascii")).digest())


def make_disclosure(*, salt: str, name: str, value: Json) -> Disclosure:
    """Section 4.2.1. Raises TokenInvalid for a name that the format keeps for itself."""
    if name in _RESERVED:
        raise TokenInvalid(reason="a claim has a reserved name")
    written = json.dumps([salt, name, value], ensure_ascii=False).encode()
    return Disclosure(base64url(written), name, value)


def parse_disclosure(text: str) -> Disclosure:
    """Read one from a stranger. Raises TokenInvalid."""
    raw = from_base64url(text)
    try:
        parts = parse_json(raw or b"", longest=LONGEST_TOKEN)
    except StatementInvalid as error:
        raise TokenInvalid(reason="disclosure") from error
    if not isinstance(parts, list) or not parts or not isinstance(parts[0], str):
        raise TokenInvalid(reason="disclosure")
    if len(parts) == _OF_ELEMENT:
        return Disclosure(text, None, parts[1])
    if len(parts) != _OF_CLAIM or not isinstance(parts[1], str) or parts[1] in _RESERVED:
        raise TokenInvalid(reason="disclosure")
    return Disclosure(text, parts[1], parts[2])


def disclosed_claims(
    payload: Mapping[str, Any], disclosures: Sequence[Disclosure]
) -> dict[str, Any]:
    """The payload with the shown claims in place, section 7.1 step 3.

    Raises TokenInvalid: a digest stands twice, a disclosure fits no digest, is of the wrong shape, would
    overwrite a claim, or the nesting is deeper than 16.
    """
    work = _Disclosing({each.digest: each for each in disclosures})
    if len(work.waiting) != len(disclosures) or len(disclosures) > MOST_DISCLOSURES:
        raise TokenInvalid(reason="a disclosure stands twice, or there are too many")
    algorithm = payload.get("_sd_alg", HASH_NAME)
    if algorithm != HASH_NAME:
        raise TokenInvalid(reason="_sd_alg")
    rest = {name: value for name, value in payload.items() if name != "_sd_alg"}
    claims = work.object(rest, depth=0)
    if work.waiting:
        raise TokenInvalid(reason="a disclosure belongs to no claim")
    return claims


class _Disclosing:
    """One pass over a payload: which digests were met, which disclosures still wait for theirs."""

    def __init__(self, waiting: dict[str, Disclosure]) -> None:
        self.waiting = waiting
        self._met: set[str] = set()

    def object(self, value: Mapping[str, Any], *, depth: int) -> dict[str, Any]:
        _require_shallow(depth)
        if "..." in value or "_sd_alg" in value:
            raise TokenInvalid(reason="a claim has a reserved name")
        found = {
            name: self._any(member, depth=depth + 1)
            for name, member in value.items()
            if name != "_sd"
        }
        for each in _digests(value.get("_sd", [])):
            shown = self._take(each)
            if shown is None:
                continue
            if shown.name is None or shown.name in value or shown.name in found:
                raise TokenInvalid(reason="a disclosure does not fit its place")
            found[shown.name] = self._any(shown.value, depth=depth + 1)
        return found

    def _array(self, value: list[Any], *, depth: int) -> list[Any]:
        _require_shallow(depth)
        found = []
        for element in value:
            if isinstance(element, dict) and "..." in element:
                found += self._element(element, depth=depth)
            else:
                found.append(self._any(element, depth=depth + 1))
        return found

    def _element(self, element: dict[str, Any], *, depth: int) -> list[Any]:
        if len(element) != 1 or not isinstance(element["..."], str):
            raise TokenInvalid(reason="an element has a reserved name")
        shown = self._take(element["..."])
        if shown is None:
            return []
        if shown.name is not None:
            raise TokenInvalid(reason="a disclosure does not fit its place")
        return [self._any(shown.value, depth=depth + 1)]

    def _any(self, value: Any, *, depth: int) -> Any:
        if isinstance(value, dict):
            return self.object(value, depth=depth)
        return self._array(value, depth=depth) if isinstance(value, list) else value

    def _take(self, digest_text: str) -> Disclosure | None:
        if digest_text in self._met:
            raise TokenInvalid(reason="a digest stands twice")
        self._met.add(digest_text)
        return self.waiting.pop(digest_text, None)


def _digests(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TokenInvalid(reason="_sd")
    return value


def _require_shallow(depth: int) -> None:
    if depth > DEEPEST:
        raise TokenInvalid(reason="nested too deeply")

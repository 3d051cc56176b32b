"""What a party says about its node: where it answers, and with which certificate.

A card gives no trust by itself: whoever adds it has compared the fingerprint with the party by another way.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import ipaddress
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from shuxin.kernel.bodies import TO_THE_SECOND, Fields
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.signing import PublicKey, PublicKeyInvalid
from shuxin.kernel.statements import YEARS, sign_statement
from shuxin.kernel.text import Text
from shuxin.parties.api import PartyInvalid, PartyKind, check_party

if TYPE_CHECKING:
    from shuxin.kernel.signing import Signer
    from shuxin.kernel.statements import Statement

NODE_CARD = "node-card"
LONGEST_CERTIFICATE = 8 * 1024
"""Characters of its PEM text."""

_TEXTS = frozenset(
    {
        "party",
        "name",
        "public_key",
        "address",
        "certificate_sha256",
        "certificate",
        "operated_by",
    }
)
_FIELDS = _TEXTS | {"kind", "protocols", "valid_from", "valid_to"}
_PARTY = re.compile(r"uscc:[0-9A-HJ-NPQRTUWXY]{18}")
_PEM = re.compile(
    r"-----BEGIN CERTIFICATE-----\n((?:[A-Za-z0-9+/=]{1,64}\n)+)-----END CERTIFICATE-----\n?"
)
_ADDRESS = re.compile(r"https://(\[[0-9a-f:.]+\]|[0-9a-z.-]+):([1-9][0-9]{0,4})")
_LABEL = re.compile(r"[0-9a-z]([0-9a-z-]{0,61}[0-9a-z])?")
_LONGEST_NAME, _LONGEST_HOST, _LAST_PORT = 120, 253, 65535
_MOST_PROTOCOLS, _LAST_PROTOCOL = 16, 9999
_EVERY_YEAR = range(dt.MINYEAR, dt.MAXYEAR + 1)
"""The card itself judges its window, whoever made it."""


class CardInvalid(InvalidInput):
    code = "node_card_invalid"
    what = Text(
        en="the field '{field}' of this node card is not right", zh="该节点名片的字段“{field}”有误"
    )
    mend = Text(
        en="Ask the party for the whole, unchanged card, made with this version of shuxin",
        zh="请向对方索取完整且未改动、由本版本 shuxin 生成的名片",
    )


@dataclass(frozen=True, slots=True)
class NodeCard:
    """A party's word about its node (节点名片). Raises CardInvalid, naming the field."""

    party: str
    kind: PartyKind
    name: str
    public_key: str
    """Text of the party's own signing key."""
    address: str
    """``https://host:port``."""
    certificate_sha256: str
    """64 hexadecimal digits over the DER: the fingerprint that people compare."""
    certificate: str
    """PEM."""
    operated_by: str
    """Party that runs the node: usually itself."""
    protocols: tuple[int, ...]
    valid_from: dt.datetime
    valid_to: dt.datetime

    def __post_init__(self) -> None:
        _check_parties(self)
        _check_key(self.public_key)
        host_and_port(self.address)
        if fingerprint(self.certificate) != self.certificate_sha256:
            raise CardInvalid(field="certificate_sha256")
        if not _are_protocols(self.protocols):
            raise CardInvalid(field="protocols")
        if not _is_window(self.valid_from, self.valid_to):
            raise CardInvalid(field="valid_to")

    def sign(self, *, signer: Signer) -> Statement:
        """By the party's own key: ValueError with any other."""
        if signer.public.text != self.public_key:
            raise ValueError("a card is signed by the key that it names")
        body: dict[str, Any] = asdict(self) | {
            "kind": self.kind.value,
            "protocols": list(self.protocols),
            "valid_from": self.valid_from.isoformat(timespec="seconds"),
            "valid_to": self.valid_to.isoformat(timespec="seconds"),
        }
        return sign_statement(NODE_CARD, body, signer=signer)


def read_card(statement: Statement) -> NodeCard:
    """Raises CardInvalid, naming the field; ``signature`` when it was not made with the key it names."""
    if statement.kind != NODE_CARD:
        raise CardInvalid(field="kind")
    body = Fields(
        statement.body, wrong=lambda field: CardInvalid(field=field), moments=TO_THE_SECOND
    )
    body.only(_FIELDS)
    given: dict[str, Any] = {field: body.string(field) for field in sorted(_TEXTS)}
    card = NodeCard(
        kind=body.word("kind", PartyKind),
        protocols=_numbers(statement.body["protocols"]),
        valid_from=body.moment("valid_from", years=_EVERY_YEAR),
        valid_to=body.moment("valid_to", years=_EVERY_YEAR),
        **given,
    )
    if not card_is_own(statement, card):
        raise CardInvalid(field="signature")
    return card


def card_is_own(statement: Statement, card: NodeCard) -> bool:
    """Whether the key that the card names signed it: not whether that key is the party's."""
    return statement.signed_by(PublicKey.parse(card.public_key))


def host_and_port(address: str) -> tuple[str, int]:
    """Of ``https://host:port``, without brackets. Raises CardInvalid."""
    found = _ADDRESS.fullmatch(address)
    if not found or int(found[2]) > _LAST_PORT:
        raise CardInvalid(field="address")
    host = found[1].strip("[]")
    if (":" in host) != found[1].startswith("["):
        raise CardInvalid(field="address")
    check_host(host)
    return host, int(found[2])


def check_host(host: str) -> None:
    """Raises CardInvalid unless it is an IP address or a name of the domain name system."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
        is_name = all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()
        if not is_name or len(host) > _LONGEST_HOST:
            raise CardInvalid(field="address") from None


def fingerprint(certificate: str) -> str:
    """SHA-256 of the DER of the one certificate in this PEM text. Raises CardInvalid."""
    return fingerprint_of(certificate_der(certificate))


def fingerprint_of(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


def certificate_der(certificate: str) -> bytes:
    """Of PEM text with just one certificate and nothing beside it, which vouches for no other. Raises CardInvalid."""
    found = _PEM.fullmatch(certificate) if len(certificate) <= LONGEST_CERTIFICATE else None
    try:
        der = base64.b64decode(found[1].replace("\n", "") if found else "", validate=True)
        parsed = x509.load_der_x509_certificate(der)
        _ = parsed.not_valid_before_utc, parsed.not_valid_after_utc, parsed.public_key()
        is_last = _is_last(parsed)
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm):
        is_last = False
    if not is_last:
        raise CardInvalid(field="certificate")
    return der


def _is_last(certificate: x509.Certificate) -> bool:
    """It says so itself: TLS trusts what is pinned, and else would let in whatever its owner signs with it."""
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, x509.DuplicateExtension):
        return False
    return not constraints.value.ca


def _check_parties(card: NodeCard) -> None:
    try:
        check_party(card.party, kind=card.kind)
    except PartyInvalid:
        raise CardInvalid(field="party") from None
    if not _PARTY.fullmatch(card.party):
        raise CardInvalid(field="party")
    if not _PARTY.fullmatch(card.operated_by):
        raise CardInvalid(field="operated_by")
    if not 0 < len(card.name) <= _LONGEST_NAME or not card.name.isprintable():
        raise CardInvalid(field="name")


def _check_key(text: str) -> None:
    try:
        PublicKey.parse(text)
    except PublicKeyInvalid:
        raise CardInvalid(field="public_key") from None


def _are_protocols(numbers: tuple[int, ...]) -> bool:
    """A few, rising, none twice."""
    return (
        0 < len(numbers) <= _MOST_PROTOCOLS
        and list(numbers) == sorted(set(numbers))
        and all(0 < number <= _LAST_PROTOCOL for number in numbers)
    )


def _is_window(start: dt.datetime, end: dt.datetime) -> bool:
    """With offsets and within the calendar, so that the comparison holds anywhere."""
    aware = start.tzinfo is not None and end.tzinfo is not None
    return aware and start.year in YEARS and end.year in YEARS and start < end


def _numbers(value: object) -> tuple[int, ...]:
    """Whole numbers; ``True`` is none."""
    if not isinstance(value, list) or any(type(one) is not int for one in value):
        raise CardInvalid(field="protocols")
    return tuple(value)

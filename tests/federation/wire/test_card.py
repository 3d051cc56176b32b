"""Node cards: what was signed comes back, and nothing else passes."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import replace
from textwrap import wrap
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from shuxin.federation.domain.card import (
    CardInvalid,
    NodeCard,
    card_is_own,
    certificate_der,
    fingerprint,
    host_and_port,
    read_card,
)
from shuxin.federation.wire.tls import make_certificate
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import parse_statement, sign_statement
from shuxin.kernel.uscc import USCC, check_symbol
from shuxin.parties.api import PartyKind

KEY = Ed25519Key(bytes(range(32)))
NOW = dt.datetime(2026, 1, 1, 8, tzinfo=dt.timezone(dt.timedelta(hours=8)))
_HEAD = "9144030070846113" + "4"
PARTY = f"uscc:{USCC(_HEAD + check_symbol(_HEAD))}"


def of_version(certificate: str, number: int) -> str:
    """The same with another number in its first field, which is no version of X.509."""
    der = certificate_der(certificate)
    changed = der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01" + bytes([number]), 1)
    lines = "\n".join(wrap(base64.b64encode(changed).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


CERTIFICATE = make_certificate(party=PARTY, name="n", host="127.0.0.1", now=NOW).certificate
OTHER = make_certificate(party=PARTY, name="n", host="127.0.0.1", now=NOW).certificate
CARD = NodeCard(
    party=PARTY,
    kind=PartyKind.BANK,
    name="某某银行",
    public_key=KEY.public.text,
    address="https://127.0.0.1:8443",
    certificate_sha256=fingerprint(CERTIFICATE),
    certificate=CERTIFICATE,
    operated_by=PARTY,
    protocols=(1,),
    valid_from=NOW,
    valid_to=NOW + dt.timedelta(days=365),
)


def with_body(**changes: Any) -> None:
    body = {**CARD.sign(signer=KEY).body, **changes}
    read_card(sign_statement("node-card", body, signer=KEY))


class TestNodeCard:
    def test_comes_back_as_it_was_signed(self) -> None:
        statement = parse_statement(CARD.sign(signer=KEY).dump(), kind="node-card")
        assert read_card(statement) == CARD
        assert card_is_own(statement, CARD)

    def test_is_signed_by_the_key_it_names_or_refused(self) -> None:
        stranger = Ed25519Key(bytes(32))
        with pytest.raises(ValueError, match="the key that it names"):
            CARD.sign(signer=stranger)
        forged = sign_statement("node-card", CARD.sign(signer=KEY).body, signer=stranger)
        assert not card_is_own(forged, CARD)
        with pytest.raises(CardInvalid, match="signature"):
            read_card(forged)

    def test_another_kind_of_statement_is_no_card(self) -> None:
        with pytest.raises(CardInvalid, match="kind"):
            read_card(sign_statement("job", CARD.sign(signer=KEY).body, signer=KEY))

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("party", "uscc:91440300708461136X"),
            ("party", "person:" + "0" * 32),
            ("party", ""),
            ("kind", "king"),
            ("kind", "person"),
            ("name", ""),
            ("name", "a\nb"),
            ("name", "a\u202eb"),
            ("name", "n" * 121),
            ("public_key", "ed25519:AAAA"),
            ("address", "http://127.0.0.1:8443"),
            ("address", "https://127.0.0.1"),
            ("address", "https://127.0.0.1:0"),
            ("address", "https://127.0.0.1:65536"),
            ("address", "https://127.0.0.1:8443/"),
            ("address", "https://user@127.0.0.1:8443"),
            ("address", "https://BANK.example:8443"),
            ("address", "https://[127.0.0.1]:8443"),
            ("address", "https://[::1:8443"),
            ("address", "https://256.1.1.1:8443"),
            ("address", "https://127.0.0.1:8443\n"),
            ("certificate_sha256", "0" * 64),
            ("certificate", OTHER),
            ("certificate", CERTIFICATE + CERTIFICATE),
            ("certificate", CERTIFICATE + "-----BEGIN PRIVATE KEY-----\n"),
            ("certificate", CERTIFICATE.replace("MII", "AII")),
            ("certificate", of_version(CERTIFICATE, 6)),
            ("certificate", " " * 9000),
            ("certificate", ""),
            ("operated_by", "nobody"),
            ("protocols", []),
            ("protocols", [2, 1]),
            ("protocols", [1, 1]),
            ("protocols", [True]),
            ("protocols", ["1"]),
            ("protocols", [0]),
            ("protocols", list(range(1, 18))),
            ("protocols", 1),
            ("valid_from", "2026-01-01"),
            ("valid_from", "2026-01-01T08:00:00"),
            ("valid_from", "2027-01-01T08:00:01+08:00"),
            ("valid_from", 1),
            ("valid_to", "9999-01-01T08:00:00+08:00"),
            ("valid_to", "2026-02-30T08:00:00+08:00"),
            ("surplus", "x"),
        ],
    )
    def test_a_wrong_field_is_refused(self, field: str, value: object) -> None:
        with_body()
        with pytest.raises(CardInvalid):
            with_body(**{field: value})

    @pytest.mark.parametrize("field", sorted(CARD.sign(signer=KEY).body))
    def test_a_missing_field_is_named(self, field: str) -> None:
        body = {k: v for k, v in CARD.sign(signer=KEY).body.items() if k != field}
        with pytest.raises(CardInvalid, match=field):
            read_card(sign_statement("node-card", body, signer=KEY))

    def test_cannot_be_made_wrong_here_either(self) -> None:
        with pytest.raises(CardInvalid, match="valid_to"):
            replace(CARD, valid_to=CARD.valid_from)

    @given(st.text(max_size=80))
    def test_an_address_is_read_or_refused(self, text: str) -> None:
        with pytest.raises(CardInvalid):
            host_and_port(text)

    def test_addresses_of_all_sorts(self) -> None:
        assert host_and_port("https://[2001:db8::1]:443") == ("2001:db8::1", 443)
        assert host_and_port("https://node.bank.example:8443") == ("node.bank.example", 8443)


def authority() -> str:
    """PEM of a certificate that may sign others."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    built = built.not_valid_before(NOW).not_valid_after(NOW + dt.timedelta(days=9))
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


class TestFingerprint:
    def test_a_certificate_that_signs_others_is_refused(self) -> None:
        """Its owner could make any number of certificates that pass the handshake, and fill every place."""
        with pytest.raises(CardInvalid):
            fingerprint(authority())

"""SD-JWT: the published examples, then laws, then every misuse that RFC 9901 tells a verifier to refuse."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.signing import Ed25519Key, base64url
from shuxin.verification.presentation import PresentationInvalid
from shuxin.verification.sdjwt import tokens
from shuxin.verification.sdjwt.disclosing import (
    DEEPEST,
    digest,
    disclosed_claims,
    make_disclosure,
    parse_disclosure,
)
from shuxin.verification.sdjwt.jose import Jwk, TokenInvalid, parse_jws, sign_jws
from shuxin.verification.sdjwt.tokens import (
    BINDING_LASTS,
    CREDENTIAL_TYPE,
    Demand,
    check_binding,
    check_period,
    claims_of,
    issue_credential,
    parse_credential,
    present_credential,
)
from shuxin.verification.verdict import Reason

RFC = json.loads((Path(__file__).parent / "vectors" / "rfc9901.json").read_text())
EXAMPLE = frozenset({"example+sd-jwt"})
NOW = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
ISSUER, HOLDER, OTHER = (Ed25519Key(bytes([number]) * 32) for number in (1, 2, 3))
DEMAND = Demand(audience="uscc:91110000100000000A", nonce="n" * 20)


def text_of(name: str) -> str:
    return str(RFC["disclosures"][name]["text"])


def published() -> str:
    shown = "".join(f"{text_of(name)}~" for name in RFC["presented"])
    return f"{RFC['issuer_signed_jwt']}~{shown}{RFC['key_binding_jwt']}"


def issued(claims: dict[str, Any], *, hidden: frozenset[str] = frozenset()) -> str:
    stated = {"iss": "a", "iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 1000}
    return issue_credential(
        stated | claims, disclosable=hidden, holder=Jwk.of(HOLDER.public), signer=ISSUER
    )


class TestThePublishedExample:
    @pytest.mark.parametrize("name", sorted(RFC["disclosures"]))
    def test_digests_are_those_of_section_5_1(self, name: str) -> None:
        assert parse_disclosure(text_of(name)).digest == RFC["disclosures"][name]["digest"]

    def test_disclosures_are_written_as_in_section_5_1(self) -> None:
        made = make_disclosure(salt="2GLC42sKQveCfGfryNRN9w", name="given_name", value="John")
        assert made.text == text_of("given_name")

    def test_the_issuers_signature_holds(self) -> None:
        token = parse_jws(RFC["issuer_signed_jwt"], types=EXAMPLE)
        assert token.signed_by(Jwk.read(RFC["issuer_jwk"]))
        assert not token.signed_by(Jwk.of(ISSUER.public))

    def test_the_processed_payload_is_that_of_section_5_2(self) -> None:
        assert claims_of(parse_credential(published(), types=EXAMPLE)) == RFC["processed_payload"]

    def test_sd_hash_is_that_of_section_5_2(self) -> None:
        credential = parse_credential(published(), types=EXAMPLE)
        assert digest(credential.without_binding) == RFC["sd_hash"]
        assert credential.compact == published()

    @pytest.mark.parametrize(
        ("audience", "nonce", "late", "reason"),
        [
            (RFC["audience"], RFC["nonce"], 60, None),
            ("https://other.example.org", RFC["nonce"], 60, Reason.WRONG_AUDIENCE),
            (RFC["audience"], "another", 60, Reason.REPLAYED),
            (RFC["audience"], RFC["nonce"], 600, Reason.PRESENTATION_STALE),
            (RFC["audience"], RFC["nonce"], -600, Reason.PRESENTATION_STALE),
        ],
    )
    def test_the_key_binding_holds_for_its_audience_nonce_and_time(
        self,
        monkeypatch: pytest.MonkeyPatch,
        audience: str,
        nonce: str,
        late: int,
        reason: Reason | None,
    ) -> None:
        """The example's nonce is shorter than ours may be."""
        monkeypatch.setattr(tokens, "NONCE", re.compile(".+"))
        now = dt.datetime.fromtimestamp(RFC["issued_at"] + late, tz=dt.UTC)
        credential = parse_credential(published(), types=EXAMPLE)
        demand = Demand(audience=audience, nonce=nonce)
        assert check_binding(credential, demand=demand, now=now).reason is reason

    def test_recursive_disclosures_of_section_6_3_unfold(self) -> None:
        example = RFC["recursive"]
        shown = [parse_disclosure(example[name]) for name in ("address", "country")]
        claims = disclosed_claims({"_sd": example["sd"], "_sd_alg": "sha-256"}, shown)
        assert claims == {"address": {"country": "DE"}}

    def test_an_inner_disclosure_without_its_outer_one_is_refused(self) -> None:
        example = RFC["recursive"]
        with pytest.raises(TokenInvalid):
            disclosed_claims({"_sd": example["sd"]}, [parse_disclosure(example["country"])])


NAMES = st.from_regex(r"claim_[a-z]{1,8}", fullmatch=True)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


class TestIssuingAndPresenting:
    @given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=6), st.data())
    def test_a_verifier_sees_just_what_was_shown(
        self, claims: dict[str, Any], data: st.DataObject
    ) -> None:
        names = sorted(claims)
        hidden = data.draw(st.sets(st.sampled_from(names)))
        shown = data.draw(st.sets(st.sampled_from(sorted(hidden)))) if hidden else set()
        credential = parse_credential(issued(claims, hidden=frozenset(hidden)))
        text = present_credential(
            credential, shown=frozenset(shown), demand=DEMAND, signer=HOLDER, now=NOW
        )
        seen = parse_credential(text)
        expected = {name: claims[name] for name in names if name not in hidden - shown}
        found = claims_of(seen)
        assert {name: value for name, value in found.items() if name in names} == expected
        assert seen.token.signed_by(Jwk.of(ISSUER.public))
        assert check_binding(seen, demand=DEMAND, now=NOW).passed
        assert not (hidden - shown) & set(found)

    def test_another_selection_breaks_the_binding(self) -> None:
        credential = parse_credential(issued({"a": 1, "b": 2}, hidden=frozenset({"a", "b"})))
        text = present_credential(
            credential, shown=frozenset({"a", "b"}), demand=DEMAND, signer=HOLDER, now=NOW
        )
        token, first, _, binding = text.split("~")
        less = parse_credential(f"{token}~{first}~{binding}")
        found = check_binding(less, demand=DEMAND, now=NOW)
        assert found.reason is Reason.PRESENTATION_CHANGED

    def test_only_the_holder_presents(self) -> None:
        credential = parse_credential(issued({"a": 1}))
        with pytest.raises(TokenInvalid):
            present_credential(credential, shown=frozenset(), demand=DEMAND, signer=OTHER, now=NOW)
        assert check_binding(credential, demand=DEMAND, now=NOW).reason is Reason.NOT_PRESENTED

    def test_a_binding_by_another_key_is_refused(self) -> None:
        credential = parse_credential(issued({"a": 1}))
        payload = {"iat": int(NOW.timestamp()), "aud": DEMAND.audience, "nonce": DEMAND.nonce}
        payload["sd_hash"] = digest(credential.without_binding)
        forged = credential.without_binding + sign_jws(payload, kind="kb+jwt", signer=OTHER)
        found = check_binding(parse_credential(forged), demand=DEMAND, now=NOW)
        assert found.reason is Reason.PRESENTATION_CHANGED

    @pytest.mark.parametrize("nonce", ["", "n" * 15, "n" * 129, "n" * 16 + "\n", "n" * 16 + " "])
    def test_nothing_is_demanded_by_a_nonce_without_its_form(self, nonce: str) -> None:
        with pytest.raises(PresentationInvalid):
            Demand(audience=DEMAND.audience, nonce=nonce)

    @pytest.mark.parametrize("nonce", ["", None, 0, [], "n" * 19])
    def test_a_binding_to_any_other_nonce_is_refused(self, nonce: Any) -> None:
        credential = parse_credential(issued({"a": 1}))
        payload = {"iat": int(NOW.timestamp()), "aud": DEMAND.audience, "nonce": nonce}
        payload["sd_hash"] = digest(credential.without_binding)
        made = credential.without_binding + sign_jws(payload, kind="kb+jwt", signer=HOLDER)
        found = check_binding(parse_credential(made), demand=DEMAND, now=NOW)
        assert found.reason is Reason.REPLAYED

    def test_digests_tell_no_order_and_decoys_hide_the_number(self) -> None:
        text = issue_credential(
            {"a": 1, "b": 2}, disclosable=frozenset("ab"), holder=None, signer=ISSUER, decoys=5
        )
        digests = parse_credential(text).token.payload["_sd"]
        assert digests == sorted(digests)
        assert len(digests) == 7

    def test_what_a_verifier_needs_is_never_hidden(self) -> None:
        with pytest.raises(TokenInvalid):
            issued({}, hidden=frozenset({"exp"}))

    def test_two_issues_share_no_digest(self) -> None:
        sets = [
            set(parse_credential(issued({"a": 1}, hidden=frozenset("a"))).token.payload["_sd"])
            for _ in range(2)
        ]
        assert not sets[0] & sets[1]


class TestPeriod:
    @pytest.mark.parametrize(
        ("claims", "reason"),
        [
            ({"iat": 0, "exp": 2**31}, None),
            ({"iat": 0, "exp": int(NOW.timestamp())}, Reason.EXPIRED),
            ({"iat": 0}, Reason.EXPIRED),
            ({"iat": int(NOW.timestamp()) + 121, "exp": 2**32}, Reason.NOT_YET_VALID),
            ({"iat": 0, "nbf": int(NOW.timestamp()) + 121, "exp": 2**32}, Reason.NOT_YET_VALID),
        ],
    )
    def test_is_kept(self, claims: dict[str, int], reason: Reason | None) -> None:
        assert check_period(claims, now=NOW).reason is reason

    @pytest.mark.parametrize("value", ["1", 1.5, True, -1, 2**60, None, []])
    def test_times_are_whole_seconds(self, value: object) -> None:
        with pytest.raises(TokenInvalid):
            check_period({"iat": 0, "exp": value}, now=NOW)

    def test_the_last_moment_of_a_binding_is_not_in_it(self) -> None:
        credential = parse_credential(
            present_credential(
                parse_credential(issued({})),
                shown=frozenset(),
                demand=DEMAND,
                signer=HOLDER,
                now=NOW,
            )
        )
        just = NOW + BINDING_LASTS - dt.timedelta(seconds=1)
        assert check_binding(credential, demand=DEMAND, now=just).passed
        late = check_binding(credential, demand=DEMAND, now=NOW + BINDING_LASTS)
        assert late.reason is Reason.PRESENTATION_STALE


def raw_token(header: object, payload: object) -> str:
    parts = [base64url(json.dumps(part).encode()) for part in (header, payload)]
    signature = ISSUER.sign(".".join(parts).encode())
    return ".".join([*parts, base64url(signature)])


def disclosure_text(*parts: object) -> str:
    return base64url(json.dumps(list(parts)).encode())


class TestMisuse:
    @pytest.mark.parametrize(
        "header",
        [
            {"alg": "none", "typ": CREDENTIAL_TYPE},
            {"alg": "HS256", "typ": CREDENTIAL_TYPE},
            {"alg": "eddsa", "typ": CREDENTIAL_TYPE},
            {"alg": "EdDSA"},
            {"alg": "EdDSA", "typ": "JWT"},
            {"alg": "EdDSA", "typ": "kb+jwt"},
            {"alg": "EdDSA", "typ": CREDENTIAL_TYPE, "crit": ["b64"], "b64": False},
            {"alg": "EdDSA", "typ": CREDENTIAL_TYPE, "jwk": {}},
            {"alg": "EdDSA", "typ": CREDENTIAL_TYPE, "jku": "https://a"},
            ["EdDSA"],
        ],
        ids=json.dumps,
    )
    def test_other_headers_are_refused(self, header: object) -> None:
        with pytest.raises(TokenInvalid):
            parse_credential(raw_token(header, {}) + "~")

    def test_a_key_serves_its_own_algorithm_only(self) -> None:
        token = raw_token({"alg": "ES256", "typ": CREDENTIAL_TYPE}, {})
        assert not parse_jws(token, types=frozenset({CREDENTIAL_TYPE})).signed_by(
            Jwk.of(ISSUER.public)
        )

    @pytest.mark.parametrize(
        ("payload", "shown"),
        [
            ({"_sd": ["D0", "D0"]}, [["s", "a", 1]]),
            ({"_sd": ["D0"], "o": {"_sd": ["D0"]}}, [["s", "a", 1]]),
            ({"_sd": ["D0"], "l": [{"...": "D0"}]}, [["s", "a", 1]]),
            ({"_sd": ["D0"], "a": 0}, [["s", "a", 1]]),
            ({"_sd": ["D0", "D1"]}, [["s", "a", 1], ["t", "a", 2]]),
            ({"_sd": []}, [["s", "a", 1]]),
            ({"_sd": ["D0"]}, [["s", 1]]),
            ({"l": [{"...": "D0"}]}, [["s", "a", 1]]),
            ({"l": [{"...": "D0", "b": 1}]}, [["s", 1]]),
            ({"l": [{"...": 5}]}, []),
            ({"...": "D0"}, [["s", 1]]),
            ({"_sd": "D0"}, [["s", "a", 1]]),
            ({"_sd": [5]}, []),
            ({"_sd_alg": "md5"}, []),
            ({"_sd_alg": "sha-512", "_sd": ["D0"]}, [["s", "a", 1]]),
            ({"o": {"_sd_alg": "sha-256"}}, []),
            ({"_sd": ["D0"]}, [["s", "a", {"...": "x"}]]),
        ],
    )
    def test_wrong_digests_and_places_are_refused(
        self, payload: dict[str, Any], shown: list[list[Any]]
    ) -> None:
        texts = [disclosure_text(*parts) for parts in shown]
        written = json.dumps(payload)
        for number, text in enumerate(texts):
            written = written.replace(f'"D{number}"', f'"{digest(text)}"')
        with pytest.raises(TokenInvalid):
            disclosed_claims(json.loads(written), [parse_disclosure(text) for text in texts])

    @pytest.mark.parametrize(
        "parts",
        [["s", "_sd", 1], ["s", "...", 1], ["s", "_sd_alg", 1], ["s"], [], ["s", 1, 1], [5, "a", 1]]
        + [["s", "a", 1, 2]],
    )
    def test_wrong_disclosures_are_refused(self, parts: list[object]) -> None:
        with pytest.raises(TokenInvalid):
            parse_disclosure(disclosure_text(*parts))

    def test_one_disclosure_twice_is_refused(self) -> None:
        one = parse_disclosure(disclosure_text("s", "a", 1))
        with pytest.raises(TokenInvalid):
            disclosed_claims({"_sd": [one.digest]}, [one, one])

    def test_deep_nesting_is_refused(self) -> None:
        value: Any = 1
        for _ in range(DEEPEST + 2):
            value = {"a": value}
        with pytest.raises(TokenInvalid):
            disclosed_claims({"a": value}, [])

    @pytest.mark.parametrize(
        "value",
        [
            {},
            {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
            {"kty": "OKP", "crv": "Ed25519", "x": base64url(bytes(32)), "d": "AA"},
            {"kty": "OKP", "crv": "X25519", "x": base64url(bytes(32))},
            {"kty": "RSA", "n": "AA", "e": "AQAB"},
            "key",
        ],
        ids=json.dumps,
    )
    def test_other_keys_are_refused(self, value: object) -> None:
        with pytest.raises(TokenInvalid):
            Jwk.read(value)

    def test_a_point_off_the_curve_verifies_nothing(self) -> None:
        key = Jwk.read({"kty": "EC", "crv": "P-256", **dict.fromkeys("xy", base64url(b"\1" * 32))})
        assert not key.verifies(bytes(64), b"")
        assert not key.verifies(b"", b"")

    @given(st.text(max_size=80) | st.text(alphabet="ab.~-_=", max_size=80))
    def test_any_text_is_read_or_refused(self, text: str) -> None:
        with pytest.raises(TokenInvalid):
            parse_credential(text)

    @given(st.data())
    def test_any_changed_sign_of_a_credential_is_noticed(self, data: st.DataObject) -> None:
        text = present_credential(
            parse_credential(issued({"a": 1}, hidden=frozenset("a"))),
            shown=frozenset("a"),
            demand=DEMAND,
            signer=HOLDER,
            now=NOW,
        )
        place = data.draw(st.integers(0, len(text) - 1))
        sign = data.draw(st.sampled_from("AZaz09-_.~"))
        changed = text[:place] + sign + text[place + 1 :]
        if changed == text:
            return
        try:
            credential = parse_credential(changed)
            claims_of(credential)
            sound = credential.token.signed_by(Jwk.of(ISSUER.public)) and check_binding(
                credential, demand=DEMAND, now=NOW
            )
        except TokenInvalid:
            return
        assert not sound or not sound.passed

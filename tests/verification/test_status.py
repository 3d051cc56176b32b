from __future__ import annotations

import datetime as dt
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.signing import Ed25519Key, base64url, from_base64url
from shuxin.kernel.statements import sign_statement
from shuxin.verification.status import (
    PLACES,
    STATUS_LIST,
    RevocationReason,
    Standing,
    State,
    StatusList,
    StatusListInvalid,
    parse_status_list,
)

NOW = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
KEY = Ed25519Key(b"\1" * 32)
LIST_ID, NEWER = "1" * 32, "2" * 32
ISSUER = "uscc:91110000100000000A"
STANDINGS = st.dictionaries(
    st.integers(0, PLACES - 1),
    st.sampled_from(RevocationReason).map(lambda why: Standing(State.REVOKED, why.value))
    | st.just(Standing(State.SUPERSEDED, NEWER)),
    max_size=12,
)


def made(standings: dict[int, Standing]) -> StatusList:
    return StatusList(ISSUER, LIST_ID, 7, NOW, standings)


class TestStatusList:
    @given(STANDINGS)
    def test_says_again_what_was_written(self, standings: dict[int, Standing]) -> None:
        statement = made(standings).sign(signer=KEY)
        read, found = parse_status_list(statement.dump())
        assert read.signed_by(KEY.public)
        assert found == made(standings)

    @given(STANDINGS, st.integers(0, PLACES - 1))
    def test_every_other_place_is_valid(self, standings: dict[int, Standing], index: int) -> None:
        found = made(standings).of(index)
        assert found == standings.get(index, Standing(State.VALID))

    def test_bits_lie_as_in_token_status_list(self) -> None:
        standings = {0: Standing(State.REVOKED, "fraud"), 3: Standing(State.SUPERSEDED, NEWER)}
        body = made(standings).sign(signer=KEY).body
        bits = zlib.decompress(from_base64url(str(body["lst"])) or b"")
        assert len(bits) == PLACES // 4
        assert bits[0] == 0b11000001
        assert not any(bits[1:])

    @pytest.mark.parametrize(
        "change",
        [
            {"size": 4},
            {"size": True},
            {"lst": base64url(zlib.compress(bytes(PLACES // 4 + 1)))},
            {"lst": base64url(zlib.compress(bytes(PLACES // 4 - 1)))},
            {"lst": base64url(zlib.compress(bytes(PLACES // 4)) + b"more")},
            {"lst": base64url(b"\2" + bytes(PLACES // 4 - 1))},
            {"lst": base64url(zlib.compress(b"\2" + bytes(PLACES // 4 - 1)))},
            {"lst": base64url(zlib.compress(b"\1" + bytes(PLACES // 4 - 1)))},
            {"lst": "=="},
            {"lst": 5},
            {"details": {"0": {"reason": "fraud"}}},
            {"details": []},
            {"number": -1},
            {"number": 1.5},
            {"list": "x"},
            {"issuer": "somebody"},
            {"issued_at": "2026-03-01T09:00:00"},
            {"issued_at": 5},
            {"more": 1},
        ],
        ids=lambda change: json.dumps(change)[:40],
    )
    def test_what_was_not_written_so_is_refused(self, change: dict[str, object]) -> None:
        body = dict(made({}).sign(signer=KEY).body) | change
        with pytest.raises(StatusListInvalid):
            parse_status_list(sign_statement(STATUS_LIST, body, signer=KEY).dump())

    def test_what_unpacks_to_more_than_all_places_is_refused(self) -> None:
        body = dict(made({}).sign(signer=KEY).body)
        body["lst"] = base64url(zlib.compress(bytes(1 << 26)))
        with pytest.raises(StatusListInvalid):
            parse_status_list(sign_statement(STATUS_LIST, body, signer=KEY).dump())

    @pytest.mark.parametrize(
        "detail", [{}, {"reason": "whim"}, {"reason": 5}, {"newer": NEWER}, {"reason": []}, 5, None]
    )
    def test_a_revocation_tells_a_known_reason(self, detail: object) -> None:
        body = dict(made({0: Standing(State.REVOKED, "fraud")}).sign(signer=KEY).body)
        body["details"] = {"0": detail}
        with pytest.raises(StatusListInvalid):
            parse_status_list(sign_statement(STATUS_LIST, body, signer=KEY).dump())

    @given(st.binary(max_size=60))
    def test_any_bytes_are_read_or_refused(self, data: bytes) -> None:
        with pytest.raises(StatusListInvalid):
            parse_status_list(data)

"""Statements from strangers that once broke a reader, or might."""

from __future__ import annotations

import pytest

from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import StatementInvalid, parse_statement, sign_statement

GOOD = sign_statement("some-kind", {"a": ["1", {"b": 2}]}, signer=Ed25519Key(bytes(32))).dump()


class TestParsing:
    @pytest.mark.parametrize(
        "data",
        [
            '"\ud800"',
            GOOD.replace(b'"1"', b'"\\ud800"'),
            GOOD.replace(b'"1"', b"1e400"),
            GOOD.replace(b'"1"', b"9007199254740992"),
            GOOD.replace(b'"1"', b"[" * 2000 + b"]" * 2000),
            GOOD.replace(b'"a"', b'"b":1,"b"'),
            GOOD.replace(b'"ed25519"', b"[]"),
            GOOD + b" " * (1 << 20),
        ],
        ids=["surrogate", "lone", "infinite", "big", "deep", "twice", "list", "long"],
    )
    def test_refuses_in_words(self, data: bytes | str) -> None:
        assert parse_statement(GOOD).dump() == GOOD
        with pytest.raises(StatementInvalid):
            parse_statement(data)

"""Statements of consent with moments at the ends of the calendar are refused: clocks add days to them."""

from __future__ import annotations

import pytest

from shuxin.consent.domain.authorisation import read_withdrawal
from shuxin.consent.domain.objection import Filing, read_filing
from shuxin.consent.domain.reading import StatementUnreadable
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import sign_statement

KEY = Ed25519Key(bytes(32))
ENDS = ("0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59+00:00")


@pytest.mark.parametrize("moment", ENDS)
class TestMoments:
    def test_nothing_was_withdrawn_then(self, moment: str) -> None:
        body = {"auth_id": "a1", "subject": "s1", "at": moment}
        with pytest.raises(StatementUnreadable, match="'at'"):
            read_withdrawal(sign_statement("withdrawal", body, signer=KEY))

    def test_nobody_objected_then(self, moment: str) -> None:
        body = dict.fromkeys(Filing.__slots__, "a1") | {"at": moment}
        with pytest.raises(StatementUnreadable, match="'at'"):
            read_filing(sign_statement("objection", body, signer=KEY))

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest
from tests.consent.world import NOW, TAX
from tests.permits import sealed

from shuxin.consent.api import (
    ALL_SUBJECTS,
    Ground,
    Permit,
    PermitForged,
    PermitForOtherPurpose,
    PermitTooNarrow,
    Purpose,
    UnknownPurpose,
    require_each,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SUBJECT = "91110108MA00000000"
PERMIT = replace(
    sealed(SUBJECT, Purpose.CREDIT_DECISION, at=NOW),
    catalogues=frozenset({TAX}),
    withheld=frozenset({(SUBJECT, TAX, "arrears")}),
).with_seal()
OTHER = {
    "reader": "thief",
    "subjects": frozenset({ALL_SUBJECTS}),
    "purpose": Purpose.MARKETING,
    "highest_level": 5,
    "issued_at": NOW.replace(year=2030),
    "use_id": 2,
    "log_index": 7,
    "ground": Ground.OPEN,
    "catalogues": None,
    "data_from": NOW.date(),
    "data_to": NOW.date(),
    "withheld": frozenset(),
    "personal": False,
    "fields": frozenset({"arrears"}),
    "seal": b"",
}
ASKED: list[Callable[[Permit], object]] = [
    lambda permit: permit.covers(SUBJECT),
    lambda permit: permit.require(SUBJECT),
    lambda permit: permit.require_purpose(Purpose.CREDIT_DECISION),
    lambda permit: permit.reads(TAX),
    lambda permit: permit.disputed(SUBJECT, TAX),
    lambda permit: require_each([permit], subjects=[SUBJECT]),
]


class TestPermit:
    @pytest.mark.parametrize(
        ("held", "asked", "covered"),
        [
            (SUBJECT, SUBJECT, True),
            (SUBJECT, "other", False),
            (ALL_SUBJECTS, SUBJECT, True),
            (SUBJECT, ALL_SUBJECTS, False),
        ],
    )
    def test_covers_its_subject_only(self, held: str, asked: str, *, covered: bool) -> None:
        permit = sealed(held, Purpose.DATA_QUALITY, at=NOW)
        assert permit.covers(asked) is covered
        if covered:
            permit.require(asked)
        else:
            with pytest.raises(PermitTooNarrow):
                permit.require(asked)

    def test_reads_its_catalogues_only(self) -> None:
        assert PERMIT.reads(TAX)
        assert not PERMIT.reads("other")
        assert sealed(SUBJECT, Purpose.DATA_QUALITY, at=NOW).reads("other")

    def test_knows_what_its_subject_disputes(self) -> None:
        assert PERMIT.disputed(SUBJECT, TAX) == {"arrears"}
        assert PERMIT.disputed("other", TAX) == frozenset()

    def test_serves_its_purpose_only(self) -> None:
        with pytest.raises(PermitForOtherPurpose):
            PERMIT.require_purpose(Purpose.REPORT)

    @pytest.mark.parametrize("changed", sorted(OTHER))
    @pytest.mark.parametrize("asked", range(len(ASKED)))
    def test_with_anything_changed_is_worth_nothing(self, changed: str, asked: int) -> None:
        with pytest.raises(PermitForged):
            ASKED[asked](replace(PERMIT, **{changed: OTHER[changed]}))

    def test_every_field_is_sealed(self) -> None:
        assert {one.name for one in fields(Permit)} == set(OTHER)


class TestPurpose:
    def test_parses_its_own_words_only(self) -> None:
        assert [Purpose.parse(purpose.value) for purpose in Purpose] == list(Purpose)
        with pytest.raises(UnknownPurpose):
            Purpose.parse("curiosity")

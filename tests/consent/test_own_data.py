from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError

from shuxin.consent.api import (
    ALL_SUBJECTS,
    Permit,
    PermitTooNarrow,
    Purpose,
    UnknownPurpose,
    recorded_own_data,
    uses_of,
)
from shuxin.consent.models import Use
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.errors import NotPermitted

NOW = dt.datetime(2024, 5, 1, 9, tzinfo=CHINA_TIME)
SUBJECT = "91110108MA00000000"


@pytest.mark.django_db
class TestRecordedOwnData:
    policy = recorded_own_data(
        reader="clerk", purposes=frozenset({Purpose.DATA_QUALITY}), highest_level=3
    )

    def test_records_the_use_before_it_permits(self) -> None:
        permit = self.policy.permit(subject=SUBJECT, purpose=Purpose.DATA_QUALITY, now=NOW)
        assert uses_of(subject=SUBJECT) == [(NOW, "clerk", "data_quality")]
        assert Use.objects.get(pk=permit.use_id).highest_level == permit.highest_level == 3

    def test_permits_nothing_when_the_use_cannot_be_recorded(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(**_: object) -> None:
            raise DatabaseError

        monkeypatch.setattr(Use.objects, "create", fails)
        with pytest.raises(DatabaseError):
            self.policy.permit(subject=SUBJECT, purpose=Purpose.DATA_QUALITY, now=NOW)

    @pytest.mark.parametrize("purpose", sorted(set(Purpose) - {Purpose.DATA_QUALITY}))
    def test_refuses_and_records_nothing_for_other_purposes(self, purpose: Purpose) -> None:
        with pytest.raises(NotPermitted) as caught:
            self.policy.permit(subject=SUBJECT, purpose=purpose, now=NOW)
        assert caught.value.code == "purpose_not_own"
        assert not Use.objects.exists()

    def test_tells_uses_newest_first(self) -> None:
        for day in (1, 2):
            self.policy.permit(
                subject=SUBJECT, purpose=Purpose.DATA_QUALITY, now=NOW.replace(day=day)
            )
        assert [at.day for at, _, _ in uses_of(subject=SUBJECT)] == [2, 1]


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
        permit = Permit("clerk", held, Purpose.DATA_QUALITY, 3, NOW, 1)
        assert permit.covers(asked) is covered
        if covered:
            permit.require(asked)
        else:
            with pytest.raises(PermitTooNarrow):
                permit.require(asked)


class TestPurpose:
    def test_parses_its_own_words_only(self) -> None:
        assert [Purpose.parse(purpose.value) for purpose in Purpose] == list(Purpose)
        with pytest.raises(UnknownPurpose):
            Purpose.parse("curiosity")

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.consent.rights_world import DATASET, DAY, ENTITY, FILED, Desk, agree

from shuxin.consent.api import rights
from shuxin.consent.models import Hold

NAMES = "abcde"
MOVES = st.lists(
    st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=6), max_size=4
)


def hold(subject: str, *, why: str = "erased", reference: str = "one") -> Hold:
    return Hold.objects.create(
        subject=subject, dataset=DATASET, field="*", why=why, since=FILED, reference=reference
    )


def held(reference: str = "one") -> set[str]:
    rows = Hold.objects.filter(ended_at=None, reference=reference)
    return set(rows.values_list("subject", flat=True))


@pytest.mark.django_db
class TestFollowHolds:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.sampled_from(NAMES), MOVES)
    def test_a_hold_is_on_all_that_its_subject_became_and_on_nobody_else(
        self, start: str, resolutions: list[set[tuple[str, str]]]
    ) -> None:
        Hold.objects.all().delete()
        first = hold(start)
        expected = {start}
        for nth, moves in enumerate(resolutions, start=1):
            rights.follow_holds(sorted(moves), now=FILED + nth * DAY)
            expected |= {after for before, after in moves if before in expected}
            assert held() == expected
        first.refresh_from_db()
        assert (first.subject, first.ended_at) == (start, None)

    def test_again_sets_nothing_new(self) -> None:
        hold("a")
        assert rights.follow_holds([("a", "b"), ("a", "c")], now=FILED) == 2
        assert rights.follow_holds([("a", "b"), ("a", "c")], now=FILED + DAY) == 0
        assert Hold.objects.count() == 3

    def test_what_has_ended_does_not_follow(self) -> None:
        ended = hold("a", why="disputed")
        Hold.objects.filter(pk=ended.pk).update(ended_at=FILED)
        assert rights.follow_holds([("a", "b")], now=FILED) == 0
        assert held() == set()

    def test_two_holds_of_one_field_follow_each(self) -> None:
        hold("a", reference="one")
        hold("a", reference="two")
        rights.follow_holds([("a", "b")], now=FILED)
        assert held("one") == held("two") == {"a", "b"}

    def test_closing_an_objection_releases_every_identity(self) -> None:
        agree()
        here = Desk()
        number = here.file()
        rights.follow_holds([(ENTITY, "other")], now=FILED)
        assert held(number) == {ENTITY, "other"}
        here.desk.forward(number, by="sender", reason="", now=FILED)
        here.desk.uphold(number, by="answerer", reason="", now=FILED)
        here.close(number, at=FILED)
        assert held(number) == set()

    def test_notes_stand_beside_the_field_of_what_the_subject_became(self) -> None:
        agree()
        Desk().file()
        rights.follow_holds([(ENTITY, "other")], now=FILED)
        (note,) = rights.field_notes(subject="other")
        assert note.disputed


@pytest.mark.django_db
class TestErasedDatasets:
    def test_are_those_with_a_tombstone_only(self) -> None:
        for subject, why in product("ab", ("erased", "disputed")):
            if (subject, why) != ("b", "erased"):
                hold(subject, why=why)
        assert rights.erased_datasets() == {"a": {DATASET}}

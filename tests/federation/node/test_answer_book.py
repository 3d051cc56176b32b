"""What a holder counts and keeps of questions, against an obvious oracle, and what it forgets."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np
import pytest
from tests.consent.world import BANK, NOW, OTHER_BANK
from tests.federation.domain.samples import job, service

from shuxin.federation.domain.parameters import ServiceParameters
from shuxin.federation.models import AskedSubject, JointAnswer
from shuxin.federation.node.answer_book import (
    KEPT,
    SUBJECTS,
    TIMES,
    AsksTooMany,
    Page,
    QuestionRefusedBefore,
    forget,
)

pytestmark = pytest.mark.django_db
DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
MIDNIGHT = NOW.replace(hour=0)
NAMES = [f"{n:018}" for n in range(4)]


def page(
    question: str,
    *subjects: str,
    per_day: int = 10,
    times: int = 2,
    given: str = "a",
    asker: str = BANK,
) -> Page:
    limits = job(**service(subjects_per_day=per_day, times_per_day=times)).parameters
    assert isinstance(limits, ServiceParameters)
    return Page(given * 64, asker, question.rjust(64, "0"), subjects or (NAMES[0],), limits)


def counted() -> dict[tuple[str, str, dt.date], int]:
    rows = AskedSubject.objects.values_list("asker", "subject", "day", "times")
    return {(asker, subject, day): times for asker, subject, day, times in rows}


class Oracle:
    """Counters in memory: subjects by service and day, answers by label party, subject and day."""

    def __init__(self) -> None:
        self.subjects: Counter[tuple[str, dt.date]] = Counter()
        self.times: Counter[tuple[str, str, dt.date]] = Counter()

    def takes(self, one: Page, day: dt.date) -> object:
        """What is exceeded, or None."""
        if self.subjects[one.service, day] + len(one.subjects) > one.limits.subjects_per_day:
            return SUBJECTS
        keys = [(one.asker, subject, day) for subject in one.subjects]
        if any(self.times[key] >= one.limits.times_per_day for key in keys):
            return TIMES
        self.subjects[one.service, day] += len(one.subjects)
        self.times.update(keys)
        return None


class TestPage:
    def test_counts_as_counters_do_in_any_order_of_services_parties_subjects_and_days(self) -> None:
        """Seed 5; the label party of the services a and b is one."""
        rng, oracle, outcomes = np.random.default_rng(5), Oracle(), Counter[str]()
        for nth in range(120):
            some = rng.permutation(NAMES)[: rng.integers(1, 4)].tolist()
            given, times = (("a", 2), ("b", 3), ("c", 2))[rng.integers(3)]
            asker = OTHER_BANK if given == "c" else BANK
            one = page(str(nth), *some, times=times, given=given, asker=asker)
            now = MIDNIGHT + nth // 40 * DAY + int(rng.integers(86_400)) * SECOND
            wanted = oracle.takes(one, now.date())
            try:
                assert one.take_up(now.astimezone(dt.UTC)) is None
                found: object = None
            except AsksTooMany as error:
                found = error.facts["what"]
            assert found == wanted
            outcomes[str(found)] += 1
        assert min(outcomes.values()) >= 10
        assert len(outcomes) == 3
        assert counted() == oracle.times

    def test_counts_a_question_once_whatever_becomes_of_it(self) -> None:
        one, other = page("1"), page("2")
        assert [one.take_up(NOW), one.take_up(NOW)] == [None, None]
        one.keep(b"said")
        assert [one.take_up(NOW), one.take_up(NOW + DAY)] == [b"said", b"said"]
        assert other.take_up(NOW) is None
        other.refuse()
        with pytest.raises(QuestionRefusedBefore):
            other.take_up(NOW)
        assert counted() == {(BANK, NAMES[0], NOW.date()): 2}
        assert JointAnswer.objects.count() == 2

    def test_is_of_one_service(self) -> None:
        """The same question of another service is another one; what one got, the other does not get."""
        one, other = page("1"), page("1", given="b")
        one.take_up(NOW)
        one.refuse()
        assert other.take_up(NOW) is None
        other.keep(b"said")
        with pytest.raises(QuestionRefusedBefore):
            one.take_up(NOW)
        assert other.take_up(NOW) == b"said"

    def test_over_a_limit_counts_nobody_and_may_be_asked_again(self) -> None:
        page("1", NAMES[0], times=1).take_up(NOW)
        over = page("2", NAMES[1], NAMES[0], times=1)
        with pytest.raises(AsksTooMany):
            over.take_up(NOW)
        assert counted() == {(BANK, NAMES[0], NOW.date()): 1}
        assert JointAnswer.objects.count() == 1
        assert over.take_up(NOW + DAY) is None


class TestForget:
    def test_keeps_answers_and_counts_as_long_as_they_may_serve(self) -> None:
        days = (0, 1, 2, 3)
        for nth in days:
            page(str(nth)).take_up(NOW - nth * DAY)
        page("9", NAMES[1]).take_up(NOW - KEPT - SECOND)
        forget(NOW)
        kept = JointAnswer.objects.order_by("-at").values_list("at", flat=True)
        assert list(kept) == [NOW - nth * DAY for nth in days[:3]]
        assert sorted(counted()) == sorted(
            [
                *((BANK, NAMES[0], (NOW - nth * DAY).date()) for nth in days[:3]),
                (BANK, NAMES[1], (NOW - KEPT).date()),
            ]
        )
        forget(NOW + 9 * DAY)
        assert not JointAnswer.objects.exists()
        assert counted() == {}

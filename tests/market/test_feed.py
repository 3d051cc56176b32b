from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, connections, transaction
from tests.market.shelf_world import BANK, DAY, NOW, OTHER_BANK

from shuxin.market import feed
from shuxin.market.api import (
    EventPage,
    OutcomeFacts,
    await_events,
    events_after,
    keep_outcome,
    last_event,
    let_go,
    outcomes,
)
from shuxin.market.step_models import EventRow


def event(audience: str = BANK, number: int = 0, kind: str = "demand") -> None:
    EventRow(audience=audience, kind=kind, thing=str(number), event="publish", at=NOW).save()


def things(page: EventPage) -> list[str]:
    return [one.thing for one in page.events]


@pytest.mark.django_db
class TestFeed:
    def test_is_read_in_pages_without_gap_or_repetition(self) -> None:
        for number in range(7):
            event(number=number)
            event(OTHER_BANK, number=100 + number)
        read: list[str] = []
        page = events_after(BANK, 0, most=3)
        while page.events:
            read += things(page)
            page = events_after(BANK, page.last, most=3)
        assert read == [str(number) for number in range(7)]
        assert page.last == last_event(BANK)

    def test_is_read_of_one_kind(self) -> None:
        event(number=1)
        event(number=2, kind="application")
        event(number=3)
        page = events_after(BANK, 0, kind="application")
        assert things(page) == ["2"]
        assert events_after(BANK, page.last, kind="application") == EventPage((), page.last)

    def test_of_nobody_is_empty_and_stays_where_it_was(self) -> None:
        event()
        assert events_after(OTHER_BANK, 41) == EventPage((), 41)
        assert last_event(OTHER_BANK) == 0

    @pytest.mark.parametrize("most", [-1, 0])
    def test_goes_on_whatever_length_is_asked_for(self, most: int) -> None:
        event()
        assert len(events_after(BANK, 0, most=most).events) == 1


@pytest.mark.django_db(transaction=True)
class TestFeedOnPostgreSQL:
    def test_waits_for_a_lower_number_that_is_not_committed_yet(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite commits one after the other, in the order of the numbers")
        written, may_end = threading.Event(), threading.Event()

        def slow() -> None:
            with transaction.atomic():
                event(number=1)
                written.set()
                may_end.wait(timeout=20)
            connections.close_all()

        writer = threading.Thread(target=slow)
        writer.start()
        assert written.wait(timeout=20)
        event(number=2)
        threading.Timer(0.3, may_end.set).start()
        page = events_after(BANK, 0)
        writer.join()
        assert things(page) == ["1", "2"]


@pytest.mark.django_db(transaction=True)
class TestWaiting:
    def test_ends_at_an_event_of_the_audience_and_at_no_other(self) -> None:
        known = last_event(BANK)
        ended = threading.Event()

        def wait() -> None:
            await_events(BANK, known, seconds=60, kind="application")
            ended.set()
            connections.close_all()

        waiting = threading.Thread(target=wait)
        waiting.start()
        event(OTHER_BANK, kind="application")
        event(BANK)
        assert not ended.wait(timeout=1)
        event(BANK, kind="application")
        assert ended.wait(timeout=15)
        waiting.join()

    def test_does_not_begin_where_there_is_one(self) -> None:
        event(BANK)
        began = time.monotonic()
        await_events(BANK, 0, seconds=20)
        assert time.monotonic() - began < 15

    def test_ends_with_its_time(self) -> None:
        event(BANK)
        began = time.monotonic()
        await_events(BANK, last_event(BANK), seconds=0.5)
        assert time.monotonic() - began >= 0.5

    def test_ends_with_the_process(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(feed, "_LETTING_GO", threading.Event())
        threading.Timer(0.3, let_go).start()
        began = time.monotonic()
        await_events(BANK, 0, seconds=20)
        await_events(BANK, 0, seconds=20)
        assert time.monotonic() - began < 15


FACTS = OutcomeFacts("r1", "d1", "p1", 1, BANK, "approve", NOW, amount_fen=5_000_000, seconds=2.5)


@pytest.mark.django_db
class TestOutcomes:
    def test_of_a_referral_the_newest_word_counts(self) -> None:
        lent = OutcomeFacts(
            *("r1", "d1", "p1", 1, BANK, "approve", NOW + DAY),
            lent=True,
            amount_fen=4_000_000,
            rate_bp=380,
            features={"amount": 0.5},
        )
        other = OutcomeFacts("r2", "d1", "p2", 1, OTHER_BANK, "decline", NOW)
        for one in (FACTS, other, lent, lent):
            keep_outcome(one)
        assert outcomes() == [lent, other]
        assert outcomes(lender=OTHER_BANK) == [other]
        assert outcomes(since=NOW + DAY) == [lent]

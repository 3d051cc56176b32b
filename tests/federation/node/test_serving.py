"""Which services run here, how often they were asked today, and the end of one."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.consent.world import BANK, HOLDER, KEYS, NOW
from tests.federation.domain.samples import LABEL
from tests.federation.node.service_world import BY_HOLDER, DAY, card_of, recorded, service_job
from tests.federation.node.test_entering import job as alignment
from tests.federation.node.world import world as node_of

from shuxin.federation.domain.states import State
from shuxin.federation.models import JobRecord, JointAnswer, ServiceEnd
from shuxin.federation.node import worker as worker_module
from shuxin.federation.node.lines import Lines
from shuxin.federation.node.serving import (
    ServiceLine,
    ServiceOver,
    ServiceUnknown,
    answered_today,
    end_service,
    erase_pairs,
    midnight,
    open_service,
    services_here,
)
from shuxin.federation.node.worker import Worker
from shuxin.federation.service.kind import CARD, PAIRS
from shuxin.kernel.dates import CHINA_TIME

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.federation.domain.job import Job
    from shuxin.federation.node.services import NodeServices
    from shuxin.ledger.api import Entry

UNTIL = NOW + 90 * DAY
SECOND = dt.timedelta(seconds=1)


def made(nonce: str = "5", **changed: object) -> Job:
    return service_job(*card_of(BY_HOLDER, HOLDER), nonce=nonce * 32, **changed)


def answered(service: str, question: str, *, subjects: int, at: dt.datetime) -> None:
    JointAnswer.objects.create(
        service=service, question=question * 64, subjects=subjects, at=at, answer=b"x"
    )


@dataclass
class Holder:
    """A node with what a service left here, and its log."""

    services: NodeServices
    entries: list[Entry]

    def keep(self, service: str) -> tuple[Path, Path]:
        folder = self.services.results_folder(service)
        folder.mkdir(parents=True)
        for name in (CARD, PAIRS):
            (folder / name).write_bytes(b"{}")
        return folder / CARD, folder / PAIRS

    def end(self, service: str) -> None:
        end_service(service, by="clerk", services=self.services)


@pytest.fixture
def holder(tmp_path: Path, db: None) -> Holder:
    here = node_of(tmp_path, me=LABEL, peers=())
    entries: list[Entry] = []
    changed = replace(here.services, party=HOLDER, signer=KEYS[HOLDER], log=entries.append)
    return Holder(replace(changed, now=lambda: NOW), entries)


@pytest.mark.django_db
class TestOpenService:
    def test_is_one_whose_job_is_done_here(self) -> None:
        job = made()
        service = recorded(job)
        assert open_service(service, now=NOW) == job
        assert open_service(service, now=UNTIL - SECOND) == job

    @pytest.mark.parametrize("state", sorted(set(State) - {State.DONE}))
    def test_is_none_in_any_other_state(self, state: State) -> None:
        service = recorded(made(), state=state)
        with pytest.raises(ServiceUnknown):
            open_service(service, now=NOW)

    def test_is_no_job_of_another_kind_and_none_that_is_unreadable(self) -> None:
        other = recorded(alignment())
        service = recorded(made())
        record = JobRecord.objects.get(job_id=service)
        record.statement = record.statement.replace('"version":1', '"version":9')
        record.save()
        for one in (other, service, "0" * 64):
            with pytest.raises(ServiceUnknown):
                open_service(one, now=NOW)

    def test_is_over_from_its_moment_on_or_once_it_was_ended(self) -> None:
        first, second = recorded(made()), recorded(made("6"))
        for now in (UNTIL, UNTIL + DAY):
            with pytest.raises(ServiceOver):
                open_service(first, now=now)
        ServiceEnd.objects.create(service=first, by="clerk", at=NOW)
        with pytest.raises(ServiceOver):
            open_service(first, now=NOW)
        assert open_service(second, now=NOW) == made("6")


@pytest.mark.django_db
class TestEndService:
    def test_is_logged_kept_and_takes_the_secrets_away(self, holder: Holder) -> None:
        service = recorded(made())
        card, pairs = holder.keep(service)
        holder.end(service)
        assert [(one.kind, one.facts) for one in holder.entries] == [
            ("service-ended", {"job": service})
        ]
        (kept,) = ServiceEnd.objects.all()
        assert (kept.service, kept.by, kept.at) == (service, "clerk", NOW)
        assert (card.exists(), pairs.exists()) == (True, False)

    def test_works_without_secrets_and_once(self, holder: Holder) -> None:
        service = recorded(made())
        holder.end(service)
        with pytest.raises(ServiceOver):
            holder.end(service)
        assert len(holder.entries) == ServiceEnd.objects.count() == 1

    def test_when_the_log_cannot_be_written_nothing_ends(self, holder: Holder) -> None:
        service = recorded(made())
        _, pairs = holder.keep(service)

        def full(entry: Entry) -> object:
            raise OSError(entry.kind)

        with pytest.raises(OSError, match="service-ended"):
            end_service(service, by="clerk", services=replace(holder.services, log=full))
        assert pairs.exists()
        assert open_service(service, now=NOW) == made()

    def test_asked_for_again_takes_secrets_away_that_a_kill_left(self, holder: Holder) -> None:
        ended, expired = recorded(made()), recorded(made("6", asked={"until": soon().isoformat()}))
        ServiceEnd.objects.create(service=ended, by="clerk", at=NOW)
        for service in (ended, expired):
            _, pairs = holder.keep(service)
            with pytest.raises(ServiceOver):
                holder.end(service)
            assert not pairs.exists()

    def test_of_no_service_touches_nothing(self, holder: Holder) -> None:
        other = recorded(alignment())
        _, pairs = holder.keep(other)
        with pytest.raises(ServiceUnknown):
            holder.end(other)
        assert pairs.exists()
        assert holder.entries == []


def soon() -> dt.datetime:
    return NOW - SECOND


@pytest.mark.django_db
class TestErasePairs:
    def test_takes_the_secrets_of_services_that_are_over_and_leaves_the_rest(
        self, holder: Holder
    ) -> None:
        ended, expired = recorded(made()), recorded(made("6", asked={"until": NOW.isoformat()}))
        running, other = recorded(made("7")), recorded(alignment())
        bare = recorded(made("8"))
        ServiceEnd.objects.create(service=ended, by="clerk", at=NOW)
        ServiceEnd.objects.create(service=bare, by="clerk", at=NOW)
        kept = {one: holder.keep(one) for one in (ended, expired, running, other)}
        erase_pairs(services=holder.services)
        assert {one: pairs.exists() for one, (_, pairs) in kept.items()} == {
            ended: False,
            expired: False,
            running: True,
            other: True,
        }
        assert all(card.exists() for card, _ in kept.values())

    def test_and_old_answers_are_looked_for_by_the_node_at_its_start_and_every_hour(
        self, holder: Holder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = [1e6]
        ticking = SimpleNamespace(monotonic=lambda: clock[0], time=time.time)
        monkeypatch.setattr(worker_module, "time", ticking)
        service = recorded(made())
        ServiceEnd.objects.create(service=service, by="clerk", at=NOW)
        _, pairs = holder.keep(service)
        node = Worker(holder.services, Lines(holder.services))

        def left() -> tuple[bool, int]:
            node.step()
            return pairs.exists(), JointAnswer.objects.count()

        answered(service, "1", subjects=1, at=NOW - 3 * DAY)
        answered(service, "2", subjects=1, at=NOW)
        assert left() == (False, 1)
        pairs.write_bytes(b"{}")
        answered(service, "1", subjects=1, at=NOW - 3 * DAY)
        for second, found in ((1, (True, 2)), (3599, (True, 2)), (3600, (False, 1))):
            clock[0] = 1e6 + second
            assert left() == found


@pytest.mark.django_db
class TestServicesHere:
    def test_are_all_that_are_done_the_newest_first(self) -> None:
        first, second, third = recorded(made()), recorded(made("6")), recorded(made("7"))
        recorded(made("8"), state=State.RUNNING)
        recorded(alignment())
        ServiceEnd.objects.create(service=second, by="clerk", at=NOW)
        answered(third, "1", subjects=3, at=NOW)
        lines = [
            ServiceLine(one, BANK, (HOLDER,), UNTIL, one != second, 3 if one == third else 0)
            for one in (third, second, first)
        ]
        assert services_here(now=NOW) == lines
        later = services_here(now=UNTIL)
        assert [(one.is_open, one.today) for one in later] == [(False, 0)] * 3


@pytest.mark.django_db
class TestAnsweredToday:
    def test_is_the_sum_of_a_services_subjects_since_midnight_in_china(self) -> None:
        start = NOW.replace(hour=0)
        for question, subjects, at in (
            ("1", 1, start - SECOND),
            ("2", 10, start),
            ("3", 100, start + DAY - SECOND),
        ):
            answered("a" * 64, question, subjects=subjects, at=at)
        answered("b" * 64, "4", subjects=1000, at=NOW)
        assert answered_today("a" * 64, now=start - SECOND) == 111
        assert answered_today("a" * 64, now=NOW) == 110
        assert answered_today("a" * 64, now=(start + DAY).astimezone(dt.UTC)) == 0
        assert answered_today("c" * 64, now=NOW) == 0


moments = st.integers(10**9, 4 * 10**9).map(lambda at: dt.datetime.fromtimestamp(at, dt.UTC))


class TestMidnight:
    @given(moments, st.integers(-14, 14))
    def test_is_the_last_one_in_china_wherever_the_clock_stands(
        self, at: dt.datetime, hours: int
    ) -> None:
        """From 2001 on; before 1992 China had summers of its own."""
        now = at.astimezone(dt.timezone(dt.timedelta(hours=hours)))
        found = midnight(now)
        assert found <= now < found + DAY
        local = found.astimezone(CHINA_TIME)
        assert (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)

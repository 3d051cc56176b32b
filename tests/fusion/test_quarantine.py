"""A bad load is kept aside: readers keep what they had, people decide, and a later load ends the matter."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connections
from tests.fusion.conftest import FIRST_DAY, Installation, only, refused, rows_of_firms
from tests.fusion.quality_world import REGISTER, World
from tests.permits import sealed

from shuxin.catalogue import quarantine
from shuxin.catalogue.api import (
    HeldLoadClosed,
    HeldLoadUnknown,
    HeldReasonMissing,
    HeldState,
    Hold,
    content_stamp,
    dataset,
    find_load,
    held_load,
    held_loads,
    load_history,
    loads,
    quality_of_all,
    record_load,
    register_contract,
    reject_load,
    release_load,
    stored_folders,
    trend,
)
from shuxin.catalogue.models import Load, Measurement
from shuxin.consent.api import ALL_SUBJECTS, Purpose
from shuxin.fusion import ingest
from shuxin.fusion.findings import connect
from shuxin.fusion.history import dataset_history
from shuxin.fusion.outcome import State
from shuxin.fusion.subjects import dataset_version, subject_codes
from shuxin.infra.api import Settings, Store
from shuxin.kernel.errors import Conflict
from shuxin.parties.api import SamePerson

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shuxin.catalogue.api import LoadView
    from shuxin.ledger.api import Entry

LATER, LATEST = (FIRST_DAY + dt.timedelta(days=day) for day in (1, 2))
GOOD, BAD = rows_of_firms(150), [*rows_of_firms(150)[:120], *[["", "", "2024-01-01", "1"]] * 30]
"""Of the bad file 30 of 149 rows name nobody, so they cannot be loaded."""


class TestAHeldImport:
    @pytest.fixture
    def held(self, office: Installation) -> Installation:
        office.put("罚款.csv", GOOD)
        assert only(office.load()).state is State.LOADED
        office.put("罚款.csv", BAD)
        return office

    def test_leaves_the_content_before_it_in_force_for_every_reader(
        self, held: Installation
    ) -> None:
        def seen() -> tuple[Any, ...]:
            permit = sealed(ALL_SUBJECTS, Purpose.CREDIT_DECISION, at=LATER)
            history = dataset_history(connect(), dataset="罚款", settings=held.settings)
            assert history is not None
            rows = held.table("罚款")
            assert rows is not None
            return (
                rows.num_rows,
                history.count().to_pyarrow().as_py(),
                subject_codes("罚款", permit=permit, settings=held.settings),
                dataset_version("罚款"),
                content_stamp(dataset="罚款"),
                loads(dataset="罚款"),
                dataset(name="罚款", now=LATER).rows,
            )

        before = seen()
        outcome = only(held.run(now=LATER))
        assert (outcome.state, outcome.rows_read, outcome.rows_loaded) == (State.HELD, 149, 119)
        assert outcome.load == held_loads(now=LATER)[0].number
        assert seen() == before
        assert len(stored_folders(dataset="罚款")) == 2  # what an erasure must reach

    def test_is_told_again_and_not_loaded_twice(self, held: Installation) -> None:
        first = only(held.run(now=LATER))
        again = only(held.run(now=LATER))
        assert again == first
        assert Load.objects.count() == 2

    def test_is_in_force_from_its_release_on(self, held: Installation) -> None:
        number = only(held.run(now=LATER)).load
        entries: list[Entry] = []
        state = decide(release_load, number, "li", journal=entries.append, now=LATEST)
        assert state is HeldState.RELEASED
        (standing,) = loads(dataset="罚款")
        assert (standing.known_time, standing.rows_loaded) == (LATEST, 119)
        assert [load.known_time for load in load_history(dataset="罚款")] == [FIRST_DAY, LATEST]
        (entry,) = entries
        assert (entry.kind, entry.facts["load"], entry.facts["step"]) == (
            "held-load", number, "released",
        )  # fmt: skip
        past = held.table("罚款", known_before=LATEST)
        assert past is not None
        assert past.num_rows == 150  # nobody knew the released rows before
        assert only(held.run(now=LATEST)).state is State.UNCHANGED

    def test_never_comes_into_force_once_rejected(self, held: Installation) -> None:
        number = only(held.run(now=LATER)).load
        decide(reject_load, number, "li", now=LATER)
        assert refused(held.run(now=LATEST)) == "load_rejected"
        assert [load.rows_loaded for load in loads(dataset="罚款")] == [150]
        with pytest.raises(HeldLoadClosed):
            decide(release_load, number, "wang", now=LATEST)

    def test_is_superseded_by_a_later_good_load(self, held: Installation) -> None:
        number = only(held.run(now=LATER)).load
        held.put("罚款.csv", rows_of_firms(160))
        assert only(held.run(now=LATEST)).state is State.LOADED
        assert held_load(number=number, now=LATEST).state is HeldState.SUPERSEDED
        with pytest.raises(HeldLoadClosed):
            decide(release_load, number, "li", now=LATEST)
        assert [load.rows_loaded for load in loads(dataset="罚款")] == [160]

    def test_is_judged_anew_when_it_comes_back_after_a_good_one(self, held: Installation) -> None:
        first = only(held.run(now=LATER)).load
        held.put("罚款.csv", rows_of_firms(160))
        held.run(now=LATER)
        held.put("罚款.csv", BAD)
        again = only(held.run(now=LATEST))
        assert again.state is State.HELD
        assert again.load != first

    def test_a_kill_between_store_and_record_leaves_nothing_to_decide(
        self, held: Installation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def dies(**_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(ingest, "record_load", dies)
            held.run(now=LATER)
        assert held_loads(now=LATER) == ()
        assert len(Store(held.settings.store).names()) == 2  # stored, and nobody's
        assert [load.rows_loaded for load in loads(dataset="罚款")] == [150]
        assert only(held.run(now=LATER)).state is State.HELD
        assert len(Store(held.settings.store).names()) == 2

    def test_a_release_that_the_log_refuses_did_not_happen(self, held: Installation) -> None:
        number = only(held.run(now=LATER)).load

        def full(_: object) -> None:
            raise OSError("disk full")

        with pytest.raises(OSError, match="disk full"):
            decide(release_load, number, "li", journal=full, now=LATEST)
        assert held_load(number=number, now=LATEST).state is HeldState.WAITING
        assert len(loads(dataset="罚款")) == 1

    def test_shows_in_trend_and_list_but_not_in_the_score(self, held: Installation) -> None:
        held.run(now=LATER)
        (good, bad) = trend(dataset="罚款")
        assert (good.held, bad.held) == (False, True)
        kept = {one.rule: one.kept for one in bad.measured}
        assert kept["readable"] == pytest.approx(119 / 149)
        (summary,) = quality_of_all(now=LATER)
        assert (summary.waiting, summary.newest) == (1, LATER)
        assert {part.broken for part in summary.card.parts} == {0}
        decide(release_load, held_loads(now=LATER)[0].number, "li", now=LATEST)
        assert len(trend(dataset="罚款")) == 2  # the released load stands where it came
        (summary,) = quality_of_all(now=LATEST)
        assert summary.waiting == 0
        assert any(part.broken for part in summary.card.parts)


def decide(
    act: Callable[..., Any], number: int, by: str, *, reason: str = "已与报送单位核实", **more: Any
) -> Any:
    return act(number=number, by=by, reason=reason, **({"journal": lambda _: None} | more))


class TestTwoPersons:
    @pytest.fixture
    def number(self, tmp_path: Path, db: None) -> int:
        world = World(Settings(home=tmp_path, database_url=""), now=LATER)
        return kept_aside(world, needs_two=True).id

    def test_the_second_person_releases(self, number: int) -> None:
        assert decide(release_load, number, "li", now=LATER) is HeldState.PROPOSED
        assert loads(dataset="register") == ()
        with pytest.raises(SamePerson):
            decide(release_load, number, "li", now=LATER)
        view = held_load(number=number, now=LATER)
        assert view.awaits_other_than("li", now=LATER)
        assert not view.awaits_other_than("wang", now=LATER)
        assert decide(release_load, number, "wang", now=LATEST) is HeldState.RELEASED
        assert [act.by for act in held_load(number=number, now=LATEST).acts] == ["li", "wang"]
        assert len(loads(dataset="register")) == 1

    def test_a_proposal_lapses_after_seven_days(self, number: int) -> None:
        decide(release_load, number, "li", now=LATER)
        week = LATER + quarantine.OPEN_FOR
        assert held_load(number=number, now=week).state is HeldState.WAITING
        assert decide(release_load, number, "wang", now=week) is HeldState.PROPOSED

    def test_one_person_rejects(self, number: int) -> None:
        decide(release_load, number, "li", now=LATER)
        decide(reject_load, number, "li", now=LATER)
        with pytest.raises(HeldLoadClosed):
            decide(release_load, number, "wang", now=LATER)

    @pytest.mark.parametrize("reason", ["", " \n", "x" * 501, "a\x00b"])
    def test_asks_for_a_reason(self, number: int, reason: str) -> None:
        for act in (release_load, reject_load):
            with pytest.raises(HeldReasonMissing):
                decide(act, number, "li", reason=reason, now=LATER)

    def test_an_unknown_number_is_not_found(self, number: int) -> None:
        with pytest.raises(HeldLoadUnknown):
            decide(release_load, number + 1, "li", now=LATER)


def kept_aside(world: World, *, needs_two: bool, file: str = "") -> LoadView:
    register_contract(contract=REGISTER, accepted_by="tester", now=world.now)
    load = world.new_load(REGISTER, [{"firm": str(world.now)}], file=file)
    return record_load(load=load, hold=Hold(needs_two=needs_two))


class TestRecording:
    """What a load brings is recorded with it or not at all."""

    def test_a_load_kept_aside_is_not_found_as_content(self, tmp_path: Path, db: None) -> None:
        held = kept_aside(World(Settings(home=tmp_path, database_url="")), needs_two=False)
        content = {
            "dataset": held.dataset,
            "source_file": held.source_file,
            "content_sha256": held.content_sha256,
            "mapping_hash": held.mapping_hash,
            "contract_version": held.contract_version,
        }
        assert find_load(**content) is None

    def test_a_load_that_was_being_read_during_a_release_stands_above_it(
        self, tmp_path: Path, db: None
    ) -> None:
        """Its known time was taken before the release; it was recorded after, so it is the newest."""
        world = World(Settings(home=tmp_path, database_url=""), now=LATER)
        held = kept_aside(world, needs_two=False)
        newer = world.new_load(REGISTER, [{"firm": "newer"}])
        decide(release_load, held.id, "li", now=LATEST)
        recorded = record_load(load=newer)
        assert recorded.known_time == LATEST
        assert [load.id for load in loads(dataset="register")] == [recorded.id]


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """On PostgreSQL the two wait for each other within their transactions; SQLite writes one by one."""

    def test_two_people_who_decide_are_heard_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = World(Settings(home=tmp_path, database_url=""), now=LATER)
        number = kept_aside(world, needs_two=False).id
        meet(monkeypatch)
        heard = both(
            lambda: decide(release_load, number, "li", now=LATER),
            lambda: decide(reject_load, number, "wang", now=LATER),
        )
        assert sorted(heard) == ["HeldLoadClosed", "done"]
        state = held_load(number=number, now=LATER).state
        assert len(loads(dataset="register")) == (state is HeldState.RELEASED)

    def test_two_people_who_propose_release_it_together(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = World(Settings(home=tmp_path, database_url=""), now=LATER)
        number = kept_aside(world, needs_two=True).id
        meet(monkeypatch)
        heard = both(
            lambda: decide(release_load, number, "li", now=LATER),
            lambda: decide(release_load, number, "wang", now=LATER),
        )
        assert heard == ["done", "done"]
        assert held_load(number=number, now=LATER).state is HeldState.RELEASED
        assert len(loads(dataset="register")) == 1

    def test_a_new_load_and_a_release_leave_the_new_load_on_top(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = World(Settings(home=tmp_path, database_url=""), now=LATER)
        number = kept_aside(world, needs_two=False).id
        newer = world.new_load(REGISTER, [{"firm": "newer"}])
        meet(monkeypatch)
        heard = both(
            lambda: decide(release_load, number, "li", now=LATEST),
            lambda: record_load(load=newer),
        )
        assert heard[1] == "done"
        (standing,) = loads(dataset="register")
        assert standing.content_sha256 == newer.content_sha256
        assert not Measurement.objects.exists()


_SECONDS = 1.0


def meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both calls go on together from the moment before they lock the dataset, where the database can."""
    if not os.environ.get("SHUXIN_DATABASE_URL"):
        return
    meeting, before = threading.Barrier(2), quarantine.lock_dataset

    def met(dataset_id: int) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait(_SECONDS)
        before(dataset_id)

    monkeypatch.setattr(quarantine, "lock_dataset", met)
    monkeypatch.setattr("shuxin.catalogue.recording.lock_dataset", met)


def both(*calls: Callable[[], object]) -> list[str]:
    """What became of each call: done, or the name of its refusal."""

    def called(call: Callable[[], object]) -> str:
        try:
            call()
        except Conflict as error:
            return type(error).__name__
        finally:
            connections.close_all()
        return "done"

    at_once = len(calls) if os.environ.get("SHUXIN_DATABASE_URL") else 1
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(called, calls))

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from django.db import transaction
from tests.fusion.conftest import FIRST_DAY, Installation, only, uscc
from tests.fusion.features.engine import NAMES, Firm, computed
from tests.fusion.features.test_computing import EMPTY, agree
from tests.fusion.features.trade import (
    FIRMS,
    IN,
    OUT,
    Line,
    content,
    everybody,
    features_of,
    news,
    of_files,
    permit,
    resolve,
    slowly,
    strewn_lines,
)

from shuxin.consent.api import Permit, PermitTooNarrow
from shuxin.fusion.features import computation
from shuxin.fusion.features.computation import (
    NoFeatureData,
    Snapshot,
    compute_features,
    keep_snapshot,
    neighbour_features,
    read_snapshot,
    rows_behind,
    subjects_with_features,
)
from shuxin.fusion.features.definition import Window
from shuxin.fusion.features.graph import NEIGHBOUR_FEATURES
from shuxin.fusion.features.sources import LevelAbovePermit
from shuxin.fusion.findings import connect
from shuxin.infra.api import Settings, StoredFolderMissing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.django_db
PAST, BETWEEN, LATER = dt.date(2024, 4, 10), dt.date(2024, 5, 5), dt.date(2024, 5, 20)
A_WEEK_LATER = FIRST_DAY + dt.timedelta(days=7)
Files = dict[str, list[Line]]


def files(seed: int = 1) -> Files:
    rng = random.Random(seed)  # noqa: S311 - the same every time, no secret
    return {file: strewn_lines(rng, count=160, until=FIRST_DAY.date()) for file in (OUT, IN)}


def unlike(table: pa.Table, wanted: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (row["entity"], row["as_of"], name, row[name], value)
        for row, by_name in zip(table.to_pylist(), wanted, strict=True)
        for name, value in by_name.items()
        if not agree(name, row[name], value)
    ]


Versions = dict[str, list[tuple[Line, dt.datetime, dt.datetime | None]]]


def versions_of(first: Files, second: Files) -> Versions:
    """What was known from when to when, after a file came twice."""
    found: Versions = {}
    for file in first:
        old, new = first[file], second[file]
        went = [
            (line, line.known(loaded=FIRST_DAY, first=True), None if line in new else A_WEEK_LATER)
            for line in old
        ]
        came = [
            (line, line.known(loaded=A_WEEK_LATER, first=False), None)
            for line in new
            if line not in old
        ]
        found[file] = [*went, *came]
    return found


def by_event_time_alone(
    current: Files, spine: Sequence[tuple[str, dt.date]]
) -> dict[tuple[str, dt.date], dict[str, Any]]:
    """The same features by those who ask only when things happened, not when they became known."""
    long_ago = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    sides = {
        file: {
            uscc(firm): [line.version(long_ago, None) for line in lines if line.firm == firm]
            for firm in range(1, FIRMS + 1)
        }
        for file, lines in current.items()
    }
    firms = {uscc(n): Firm(sides[OUT][uscc(n)], sides[IN][uscc(n)]) for n in range(1, FIRMS + 1)}
    return computed(firms, spine)


class TestPointInTime:
    """What becomes known later never changes the past; what was known then is what counts then."""

    def test_news_change_later_days_only_and_event_time_alone_would_leak(
        self, office: Installation, record_property: Any
    ) -> None:
        first = files()
        of_files(office, first, now=FIRST_DAY)
        spine = everybody(PAST, BETWEEN)
        before = features_of(office, spine)
        known_first = versions_of(first, first)
        assert unlike(before, slowly(known_first, spine)) == []

        rng = random.Random(2)  # noqa: S311 - the same every time, no secret
        second = {
            file: news(rng, lines, on=A_WEEK_LATER.date() - dt.timedelta(days=1))
            for file, lines in first.items()
        }
        of_files(office, second, now=A_WEEK_LATER)
        later = everybody(LATER)
        after = features_of(office, [*spine, *later])
        assert after.slice(0, len(spine)).equals(before)
        newest = after.slice(len(spine))
        assert unlike(newest, slowly(versions_of(first, second), later)) == []
        assert unlike(newest, slowly(known_first, later)) != []

        leaks = {
            (row["entity"], name)
            for row in before.slice(0, FIRMS).to_pylist()
            for name, value in by_event_time_alone(second, everybody(PAST))[
                row["entity"], PAST
            ].items()
            if value != row[name]
        }
        columns, firms = len({name for _, name in leaks}), len({firm for firm, _ in leaks})
        record_property("leak", f"{columns} of {len(NAMES)} columns, {firms} of {FIRMS} firms")
        assert columns > len(NAMES) // 2
        assert firms == FIRMS

    def test_a_dropped_part_of_the_spelling_doubles_nothing(self, office: Installation) -> None:
        """One code under two names, and a later contract without the column of names."""
        lines = [Line(n, 1, 1, dt.date(2024, 3, 9), 100, None) for n in range(1, 21)]
        rows = content(OUT, lines)
        for row in rows[1:9]:
            row[1] = "北京甲建材厂"
        office.put(OUT, rows)
        office.load(now=FIRST_DAY)
        resolve(office)
        spine = [(uscc(1), LATER)]
        once = features_of(office, spine)
        assert once["inv_out_count_12m"].to_pylist() == [20]
        office.put(OUT, [[*row[:1], *row[2:]] for row in rows])
        office.run(now=A_WEEK_LATER)
        office.accept(now=A_WEEK_LATER)
        assert only(office.run(now=A_WEEK_LATER)).rows_loaded == 20
        assert features_of(office, spine).equals(once)


class TestComputeFeatures:
    def test_online_equals_training_whatever_the_order_and_the_engine(
        self, office: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent = files(3)
        spine = everybody(PAST, BETWEEN)
        with transaction.atomic():
            of_files(office, sent, now=FIRST_DAY)
            training = features_of(office, spine)
            alone = [
                compute_features(
                    [spine[at]],
                    permits=[permit(spine[at][0])],
                    settings=office.settings,
                    now=office.now,
                    names=NAMES,
                )
                for at in (0, FIRMS + 1)
            ]
            transaction.set_rollback(True)
        assert training.column_names == ["entity", "as_of", *NAMES]
        assert pa.concat_tables(alone).equals(training.take([0, FIRMS + 1]))

        def one_thread() -> Any:
            connection = connect()
            connection.raw_sql("SET threads = 1")
            connection.raw_sql("SET preserve_insertion_order = false")
            return connection

        monkeypatch.setattr(computation, "connect", one_thread)
        (tmp_path / "other").mkdir()
        for file, lines in sent.items():
            for half, part in (("z", lines[:80]), ("a", lines[80:])):
                office.put(f"{half}/{file}", content(file, part[::-1]))
            (office.inbox / file).unlink()
        moved = Installation(Settings(home=tmp_path / "other", database_url=""), office.inbox)
        moved.load(now=FIRST_DAY)
        resolve(moved)
        again = [*spine[::-1], spine[0], (uscc(77), PAST)]
        answer = features_of(moved, again)
        assert answer.slice(0, len(spine)).take(list(range(len(spine)))[::-1]).equals(training)
        assert answer.slice(len(spine), 1).equals(training.slice(0, 1))
        assert {name: answer[name][-1].as_py() for name in NAMES} == EMPTY

    def test_needs_data_a_permit_for_each_and_its_level(self, office: Installation) -> None:
        spine = [(uscc(1), PAST), (uscc(2), PAST)]
        with pytest.raises(NoFeatureData):
            features_of(office, spine)
        office.put(OUT, content(OUT, files()[OUT][:40]))
        office.load()

        def ask(*permits: Permit) -> None:
            compute_features(spine, permits=permits, settings=office.settings, now=office.now)

        for too_few in ((), (permit(uscc(1)),), (permit(uscc(1)), permit(uscc(3)))):
            with pytest.raises(PermitTooNarrow):
                ask(*too_few)
        with pytest.raises(LevelAbovePermit):
            ask(permit(uscc(1)), permit(uscc(2), level=2))
        with pytest.raises(PermitTooNarrow):
            subjects_with_features(permit=permit(uscc(1)), settings=office.settings, now=office.now)


class TestSnapshot:
    def test_is_named_by_its_content_and_by_what_was_read(
        self, office: Installation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        office.put(OUT, content(OUT, files()[OUT][:60]))
        office.load()
        resolve(office)
        rows = features_of(office, everybody(PAST))

        def kept(table: pa.Table) -> Snapshot:
            return keep_snapshot(table, settings=office.settings, now=office.now)

        snapshot = kept(rows)
        assert (
            kept(pa.Table.from_pylist(rows.to_pylist(), schema=rows.schema)).name == snapshot.name
        )
        read_back = read_snapshot(snapshot.name, permit=permit(), settings=office.settings)
        assert read_back.rows.equals(rows)
        assert (read_back.name, read_back.manifest) == (snapshot.name, snapshot.manifest)
        assert snapshot.manifest["rows"] == FIRMS
        assert kept(rows.slice(0, FIRMS - 1)).name != snapshot.name
        assert kept(rows.take([1, 0, *range(2, FIRMS)])).name != snapshot.name
        office.put(OUT, content(OUT, files()[OUT][:59]))
        office.run(now=A_WEEK_LATER)
        assert kept(rows).name != snapshot.name
        with pytest.raises(StoredFolderMissing):
            read_snapshot("0" * 40, permit=permit(), settings=office.settings)


class TestRowsBehind:
    def test_are_counted_and_the_largest_named_by_their_place(self, office: Installation) -> None:
        lines = [
            Line(n, 1 + n % 2, 1, dt.date(2024, 1 + n % 5, 9), 100 * n, None) for n in range(1, 31)
        ]
        office.put(OUT, content(OUT, lines))
        office.load()
        resolve(office)
        for as_of, months in ((LATER, range(2, 5)), (LATER - dt.timedelta(days=31), range(1, 4))):
            self.check(office, lines, as_of, months)

    def check(self, office: Installation, lines: list[Line], as_of: dt.date, months: range) -> None:
        found = rows_behind(
            [(uscc(1), as_of), (uscc(2), as_of)],
            standard="invoice_out",
            window=Window(1, 3),
            permits=[permit()],
            settings=office.settings,
            now=office.now,
        )
        for firm in (1, 2):
            own = [ln for ln in lines if ln.firm == firm and ln.issued_on.month in months]
            largest = sorted(own, key=lambda ln: -ln.net)[:3]
            behind = found[uscc(firm)]
            assert behind.count == len(own)
            assert behind.places == tuple(("销项发票", OUT, ln.number + 1) for ln in largest)


class TestNeighbours:
    def test_need_a_permit_for_everybody(self, office: Installation) -> None:
        of_files(office, files(), now=FIRST_DAY)
        with pytest.raises(PermitTooNarrow):
            neighbour_features(
                [uscc(1)],
                as_of=PAST,
                permit=permit(uscc(1)),
                settings=office.settings,
                now=office.now,
            )

    def test_are_numbers_about_those_asked_for_in_their_order(self, office: Installation) -> None:
        of_files(office, files(), now=FIRST_DAY)
        asked = [uscc(2), uscc(1)]
        found = neighbour_features(
            asked, as_of=PAST, permit=permit(), settings=office.settings, now=office.now
        )
        assert found["entity"].to_pylist() == asked
        assert {found[one.name].type for one in NEIGHBOUR_FEATURES} == {pa.int64(), pa.float64()}

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.fusion.conftest import FIRST_DAY, Installation

from shuxin.catalogue.api import (
    Contract,
    DataGroup,
    Field,
    FieldType,
    NewLoad,
    record_load,
    register_contract,
)
from shuxin.fusion.findings import connect
from shuxin.fusion.history import BACKFILL, dataset_history
from shuxin.fusion.known import known_at
from shuxin.fusion.loading import ROWS_FILE
from shuxin.infra.api import Store
from shuxin.kernel.dates import CHINA_TIME

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.django_db
DATASET = "名单"
HOUR = dt.timedelta(hours=1)
MOST = dt.timedelta(microseconds=1)
Row = tuple[str, dt.date | None]
"""What a row says, and the day on which it became known, if the source tells."""
AGREED = Contract(
    dataset=DATASET,
    version="1.0.0",
    title="名单",
    department="某局",
    group=DataGroup.PUBLIC,
    fields=(Field("said", FieldType.STRING), Field("known_on", FieldType.DATE)),
    known_time_field="known_on",
)


@dataclass(frozen=True, slots=True)
class Sending:
    """A file as it was sent, and when it arrived."""

    file: str
    at: dt.datetime
    rows: tuple[Row, ...]


def keep(office: Installation, sendings: Sequence[Sending]) -> None:
    """Store and record loads as an import does."""
    register_contract(contract=AGREED, accepted_by="tester", now=FIRST_DAY)
    store = Store(office.settings.store)
    schema = pa.schema([("_line", pa.int64()), ("said", pa.string()), ("known_on", pa.date32())])
    for sending in sendings:
        name = hashlib.sha256(repr(sending).encode()).hexdigest()
        rows = [
            {"_line": n, "said": said, "known_on": day}
            for n, (said, day) in enumerate(sending.rows, 2)
        ]
        with store.draft() as draft:
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), draft.folder / ROWS_FILE)
            store.keep(draft, name=name)
        load = NewLoad(
            dataset=DATASET,
            contract_version="1.0.0",
            source_file=sending.file,
            content_sha256=name,
            mapping_hash="-",
            known_time=sending.at,
            loaded_at=sending.at,
            rows_above=1,
            rows_read=len(rows),
            rows_loaded=len(rows),
            rows_rejected=0,
            store_name=name,
            bytes_read=1,
        )
        record_load(load=load)


def versions(office: Installation) -> list[dict[str, Any]]:
    table = dataset_history(connect(), dataset=DATASET, settings=office.settings)
    return [] if table is None else table.to_pyarrow().to_pylist()


def standing(found: Sequence[dict[str, Any]], moment: dt.datetime) -> Counter[tuple[str, Row]]:
    """Rows by file that the versions say were known just before a moment."""
    return Counter(
        (row["_file"], (row["said"], row["known_on"]))
        for row in found
        if row["_known_from"] < moment and (row["_known_to"] is None or row["_known_to"] >= moment)
    )


def remembered(sendings: Sequence[Sending], moment: dt.datetime) -> Counter[tuple[str, Row]]:
    """The same, file by file and copy by copy, from the sendings alone."""
    established = min(sending.at for sending in sendings) + BACKFILL
    known: Counter[tuple[str, Row]] = Counter()
    for file in {sending.file for sending in sendings}:
        own = sorted((s for s in sendings if s.file == file), key=lambda s: s.at)
        early = [s for s in own if s.at <= established]
        kept = early[-1:] + [s for s in own if s.at > established]
        current = max((n for n, s in enumerate(kept) if s.at < moment), default=0)
        for row, count in Counter(kept[current].rows).items():
            for copy in range(count):
                since = current
                while since and Counter(kept[since - 1].rows)[row] > copy:
                    since -= 1
                if known_from(row, kept[since], believed=since == 0 and bool(early)) < moment:
                    known[file, row] += 1
    return known


def known_from(row: Row, sending: Sending, *, believed: bool) -> dt.datetime:
    stated = dt.datetime.combine(row[1], dt.time(), CHINA_TIME) if row[1] else sending.at
    return stated if believed else max(stated, sending.at)


def strewn(rng: random.Random) -> list[Sending]:
    days = [None, *(FIRST_DAY.date() + dt.timedelta(days=d) for d in (-400, -1, 0, 1, 2, 5))]
    pool: list[Row] = [(f"甲{n % 5}", rng.choice(days)) for n in range(7)]
    return [
        Sending(
            f"{file}.csv",
            FIRST_DAY + hour * HOUR,
            tuple(rng.choice(pool) for _ in range(rng.randrange(1, 9))),
        )
        for file in ("a", "b", "c")[: rng.randrange(1, 4)]
        for hour in sorted(rng.sample(range(90), rng.randrange(1, 6)))
    ]


class TestDatasetHistory:
    @pytest.mark.parametrize("seed", range(4))
    def test_is_what_one_remembers_who_saw_every_file_arrive(
        self, office: Installation, seed: int
    ) -> None:
        sendings = strewn(random.Random(seed))  # noqa: S311 - the same every time, no secret
        keep(office, sendings)
        found = versions(office)
        moments = {s.at + d for s in sendings for d in (-MOST, dt.timedelta(), MOST)}
        moments |= {FIRST_DAY + d * dt.timedelta(days=1) for d in (-800, -1, 0, 1, 2, 30)}
        for moment in sorted(moments):
            assert standing(found, moment) == remembered(sendings, moment)

    @pytest.mark.parametrize("seed", range(2))
    def test_of_the_past_is_not_changed_by_what_arrives(
        self, office: Installation, seed: int
    ) -> None:
        rng = random.Random(seed)  # noqa: S311 - the same every time, no secret
        sendings = [s for s in strewn(rng) if s.at <= FIRST_DAY + BACKFILL]
        keep(office, sendings or [Sending("a.csv", FIRST_DAY, (("甲", None),))])
        before = versions(office)
        arrival = FIRST_DAY + BACKFILL + 100 * HOUR
        keep(office, [Sending("a.csv", arrival, strewn(rng)[0].rows)])
        after = versions(office)
        for hours in (-9999, 1, 24, 25, 100, 124):
            moment = FIRST_DAY + hours * HOUR
            assert standing(after, moment) == standing(before, moment)

    def test_is_none_for_a_dataset_without_loads(self, office: Installation) -> None:
        keep(office, [])
        assert dataset_history(connect(), dataset=DATASET, settings=office.settings) is None

    def test_believes_the_days_that_the_first_file_states(self, office: Installation) -> None:
        keep(office, [Sending("a.csv", FIRST_DAY, (("甲", dt.date(2020, 1, 1)), ("乙", None)))])
        stated, unstated = sorted(versions(office), key=lambda row: row["said"], reverse=True)
        assert stated["_known_from"] == dt.datetime(2020, 1, 1, tzinfo=CHINA_TIME)
        assert unstated["_known_from"] == FIRST_DAY

    @pytest.mark.parametrize(("hours", "believed"), [(24, True), (25, False)])
    def test_believes_a_corrected_file_for_a_day_and_no_longer(
        self, office: Installation, hours: int, *, believed: bool
    ) -> None:
        old, new = ("甲", dt.date(2020, 1, 1)), ("乙", dt.date(2020, 1, 1))
        later = Sending("a.csv", FIRST_DAY + hours * HOUR, (new,))
        keep(office, [Sending("a.csv", FIRST_DAY, (old,)), later])
        known = standing(versions(office), FIRST_DAY)
        assert known == Counter({("a.csv", new if believed else old): 1})

    def test_believes_a_second_file_only_from_its_arrival(self, office: Installation) -> None:
        row = ("甲", dt.date(2020, 1, 1))
        arrival = FIRST_DAY + 48 * HOUR
        keep(office, [Sending("a.csv", FIRST_DAY, (row,)), Sending("b.csv", arrival, (row,))])
        by_file = {found["_file"]: found["_known_from"] for found in versions(office)}
        assert by_file == {"a.csv": dt.datetime(2020, 1, 1, tzinfo=CHINA_TIME), "b.csv": arrival}

    def test_keeps_a_row_that_went_and_came_back_as_two_versions(
        self, office: Installation
    ) -> None:
        row, other = ("甲", dt.date(2020, 1, 1)), ("乙", None)
        times = [FIRST_DAY + n * 48 * HOUR for n in range(3)]
        files = [Sending("a.csv", at, rows) for at, rows in
                 zip(times, [(row, other), (other,), (row, other)], strict=True)]  # fmt: skip
        keep(office, files)
        spans = [(v["_known_from"], v["_known_to"]) for v in versions(office) if v["said"] == "甲"]
        first = dt.datetime(2020, 1, 1, tzinfo=CHINA_TIME)
        assert sorted(spans) == [(first, times[1]), (times[2], None)]

    def test_counts_two_rows_that_are_alike_as_two(self, office: Installation) -> None:
        row = ("甲", dt.date(2020, 1, 1))
        later = FIRST_DAY + 48 * HOUR
        keep(office, [Sending("a.csv", FIRST_DAY, (row, row)), Sending("a.csv", later, (row,) * 3)])
        found = versions(office)
        assert standing(found, later).total() == 2
        assert standing(found, later + MOST).total() == 3


class TestKnownAt:
    def test_is_from_the_start_to_before_the_end_seen_just_before_a_moment(self) -> None:
        starts = [FIRST_DAY - HOUR, FIRST_DAY, FIRST_DAY - HOUR, FIRST_DAY - HOUR]
        ends = [None, None, FIRST_DAY - MOST, FIRST_DAY]
        kind = pa.timestamp("us", tz="UTC")
        table = ibis.memtable(
            pa.table({"_known_from": pa.array(starts, kind), "_known_to": pa.array(ends, kind)})
        )
        moment = ibis.literal(FIRST_DAY.astimezone(dt.UTC)).cast("timestamp('UTC')")
        found = table.select(known=known_at(table, moment)).to_pyarrow()["known"].to_pylist()
        assert found == [True, False, False, True]

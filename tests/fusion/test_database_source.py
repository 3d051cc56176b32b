"""A table of a database on its way into a dataset."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import duckdb
import pytest
from tests.fusion.conftest import FIRST_DAY, HOLDER, Installation, rows_of_firms

from shuxin.fusion.acceptance import accept_proposals
from shuxin.fusion.ingest import Importer
from shuxin.fusion.outcome import Outcome, State
from shuxin.fusion.proposal_files import proposal_names
from shuxin.fusion.reading.opening import DatabaseSource
from shuxin.infra.api import silent_progress

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

pytestmark = pytest.mark.django_db
HIDDEN = "not-for-anybody"


def imported(office: Installation, source: DatabaseSource, *, now: dt.datetime) -> Outcome:
    importer = Importer(office.settings, "tester", now, "en", silent_progress)
    (outcome,) = importer.run_table(source, holder=HOLDER)
    return outcome


def fill(path: Path, count: int) -> None:
    header, *rows = rows_of_firms(count)
    with sqlite3.connect(path) as connection:
        connection.execute("drop table if exists 处罚")
        connection.execute(f"create table 处罚 ({', '.join(f'[{name}]' for name in header)})")
        connection.executemany("insert into 处罚 values (?, ?, ?, ?)", rows)
    connection.close()


def fill_duckdb(path: Path, count: int) -> None:
    header, *rows = rows_of_firms(count)
    with duckdb.connect(str(path)) as connection:
        columns = f'"{header[0]}" text, "{header[1]}" text, "{header[2]}" date, "{header[3]}" decimal(12, 2)'
        connection.execute(f'create or replace table "处罚" ({columns})')
        connection.executemany('insert into "处罚" values (?, ?, ?, ?)', rows)


class TestDuckDBFile:
    def test_is_proposed_loaded_once_and_again_when_it_changed(
        self, office: Installation, tmp_path: Path
    ) -> None:
        path = tmp_path / "own.duckdb"
        fill_duckdb(path, 20)
        source = DatabaseSource(f"duckdb:///{path}", "main.处罚")
        before = path.read_bytes()
        assert imported(office, source, now=FIRST_DAY).state is State.PROPOSED
        accept_proposals(
            proposal_names(office.settings.proposals),
            settings=office.settings,
            by="tester",
            now=FIRST_DAY,
        )
        loaded = imported(office, source, now=FIRST_DAY)
        assert (loaded.state, loaded.rows_loaded) == (State.LOADED, 20)
        assert imported(office, source, now=FIRST_DAY).state is State.UNCHANGED
        assert path.read_bytes() == before
        fill_duckdb(path, 25)
        assert imported(office, source, now=FIRST_DAY.replace(day=2)).rows_loaded == 25
        table = office.table(loaded.dataset)
        assert table is not None
        found = dict(
            zip(
                table["统一社会信用代码"].to_pylist(),
                table["罚款金额(万元)"].to_pylist(),
                strict=True,
            )
        )
        assert found == {row[0]: int(float(row[3]) * 1_000_000) for row in rows_of_firms(25)[1:]}

    def test_reads_like_a_file_of_the_same_rows(self, tmp_path: Path) -> None:
        path = tmp_path / "own.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(
                "create table t as select 1.50::decimal(9, 2) as a, timestamp '2024-05-01 10:00:00' as b,"
                " null::text as c, true as d, 123456789012345678::bigint as e"
            )
        _, ((_, names), (_, cells)) = (
            None,
            list(DatabaseSource(f"duckdb:///{path}", "t")._table().records()),
        )
        assert names == ("a", "b", "c", "d", "e")
        assert cells[0] == "1.50"
        assert cells[1].startswith("2024-05-01 10:00")
        assert (cells[2], cells[4]) == ("", "123456789012345678")

    @pytest.mark.parametrize("what", ["no file", "no table", "no database", "memory"])
    def test_that_cannot_be_read_is_refused(
        self, what: str, office: Installation, tmp_path: Path
    ) -> None:
        path = tmp_path / f"{HIDDEN}.duckdb"
        if what == "no table":
            fill_duckdb(path, 1)
        if what == "no database":
            path.write_bytes(b"nothing of the kind" * 1000)
        url = "duckdb:///:memory:" if what == "memory" else f"duckdb:///{path}"
        outcome = imported(office, DatabaseSource(url, "没有"), now=FIRST_DAY)
        assert outcome.error is not None
        assert outcome.error.code == "database_source_unreadable"
        assert HIDDEN not in outcome.error.say("en")

    def test_reaches_no_other_file_through_a_view(
        self, office: Installation, tmp_path: Path
    ) -> None:
        secret, path = tmp_path / "secret.csv", tmp_path / "own.duckdb"
        secret.write_text(f"企业名称,值\n{HIDDEN},1\n", encoding="utf-8")
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"create view v as select * from read_csv('{secret}')")
        outcome = imported(office, DatabaseSource(f"duckdb:///{path}", "v"), now=FIRST_DAY)
        assert outcome.error is not None
        assert HIDDEN not in office.everything_written()


class TestDatabaseSource:
    def test_is_proposed_loaded_once_and_again_when_it_changed(
        self, office: Installation, tmp_path: Path
    ) -> None:
        path = tmp_path / f"{HIDDEN}.sqlite3"
        fill(path, 20)
        source = DatabaseSource(f"sqlite:///{path}", "处罚")
        assert imported(office, source, now=FIRST_DAY).state is State.PROPOSED
        accept_proposals(
            proposal_names(office.settings.proposals),
            settings=office.settings,
            by="tester",
            now=FIRST_DAY,
        )
        loaded = imported(office, source, now=FIRST_DAY)
        assert (loaded.state, loaded.rows_loaded) == (State.LOADED, 20)
        assert imported(office, source, now=FIRST_DAY).state is State.UNCHANGED
        fill(path, 25)
        assert imported(office, source, now=FIRST_DAY.replace(day=2)).rows_loaded == 25
        table = office.table(loaded.dataset)
        assert table is not None
        assert table["企业名称"].to_pylist() == sorted(
            (row[1] for row in rows_of_firms(25)[1:]),
            key=lambda name: next(row[0] for row in rows_of_firms(25) if row[1] == name),
        )

    def test_keeps_its_password_to_itself(self, office: Installation) -> None:
        source = DatabaseSource(f"postgresql+psycopg://us:{HIDDEN}@127.0.0.1:1/db", "处罚")
        outcome = imported(office, source, now=FIRST_DAY)
        assert outcome.error is not None
        said = outcome.error.say("en") + outcome.error.say("zh") + str(outcome)
        assert HIDDEN not in said + office.everything_written()

    def test_that_is_not_there_is_refused(self, office: Installation, tmp_path: Path) -> None:
        source = DatabaseSource(f"sqlite:///{tmp_path}/{HIDDEN}.sqlite3", "没有")
        outcome = imported(office, source, now=FIRST_DAY)
        assert outcome.error is not None
        assert outcome.error.code == "database_source_unreadable"
        assert HIDDEN not in outcome.error.say("en")

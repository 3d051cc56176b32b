"""A table of a database on its way into a dataset."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from tests.fusion.conftest import FIRST_DAY, HOLDER, Installation, rows_of_firms

from shuxin.fusion.acceptance import accept_proposals
from shuxin.fusion.ingest import Importer, Outcome, State
from shuxin.fusion.proposals import proposal_names
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

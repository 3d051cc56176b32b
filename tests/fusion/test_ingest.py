from __future__ import annotations

import datetime as dt

import pytest
from tests.fusion.conftest import (
    FIRST_DAY,
    HOLDER,
    Installation,
    csv_text,
    only,
    refused,
    rows_of_firms,
)
from tests.fusion.rewriting import Form, as_xlsx

from shuxin.catalogue.api import contract, dataset
from shuxin.fusion.import_lock import ImportRunning, one_import
from shuxin.fusion.ingest import Importer
from shuxin.fusion.outcome import State
from shuxin.fusion.rejects import REASONS

pytestmark = pytest.mark.django_db
LATER = FIRST_DAY + dt.timedelta(days=1)
LATEST = FIRST_DAY + dt.timedelta(days=2)


class TestImport:
    def test_proposes_first_and_loads_what_was_accepted(self, office: Installation) -> None:
        office.put("罚款.csv", rows_of_firms(30))
        assert only(office.run()).state is State.PROPOSED
        assert only(office.run()).state is State.WAITING
        office.accept()
        outcome = only(office.run())
        assert (outcome.state, outcome.rows_read, outcome.rows_loaded) == (State.LOADED, 30, 30)
        table = office.stored("罚款")
        assert table["企业名称"].to_pylist() == [row[1] for row in rows_of_firms(30)[1:]]
        assert table["罚款金额(万元)"].to_pylist() == [
            n * 1_000_000 + 500_000 for n in range(1, 31)
        ]

    def test_loads_the_same_file_once(self, office: Installation) -> None:
        office.put("罚款.csv", rows_of_firms(30))
        office.load()
        before = office.state()
        outcome = only(office.run(now=LATER))
        assert (outcome.state, outcome.rows_loaded) == (State.UNCHANGED, 30)
        assert office.state() == before

    def test_keeps_a_changed_file_as_a_new_version_known_from_then_on(
        self, office: Installation
    ) -> None:
        office.put("罚款.csv", rows_of_firms(30))
        office.load()
        office.put("罚款.csv", rows_of_firms(40))
        assert only(office.run(now=LATER)).state is State.LOADED

        def rows(known_before: dt.datetime | None) -> int:
            table = office.table("罚款", known_before=known_before)
            return 0 if table is None else table.num_rows

        assert rows(FIRST_DAY) == 0
        assert rows(LATER) == 30
        assert rows(LATEST) == 40
        assert rows(None) == 40
        newest = office.table("罚款")
        assert newest is not None
        assert set(newest["_known_time"].to_pylist()) == {LATER}

    def test_sees_that_a_file_went_back_to_what_it_was(self, office: Installation) -> None:
        for count, now in ((30, FIRST_DAY), (40, LATER), (30, LATEST)):
            office.put("罚款.csv", rows_of_firms(count))
            office.load(now=now) if count == 30 and now == FIRST_DAY else office.run(now=now)
        table = office.table("罚款")
        assert table is not None
        assert table.num_rows == 30

    def test_proposes_the_next_version_when_the_columns_changed(self, office: Installation) -> None:
        office.put("罚款.csv", rows_of_firms(30))
        office.load()
        changed = [[*row[:3], f"依据{at}"] for at, row in enumerate(rows_of_firms(30))]
        changed[0][3] = "处罚依据"
        office.put("罚款.csv", changed)
        before = office.state()
        assert refused(office.run(now=LATER)) == "layout_changed"
        assert office.state() == before
        (proposal,) = office.accept(now=LATER)
        assert proposal.contract.version == "2.0.0"
        assert only(office.run(now=LATER)).state is State.LOADED
        assert contract(dataset="罚款").version == "2.0.0"
        old = office.table("罚款", known_before=LATER)
        assert old is not None
        assert old.num_rows == 30

    def test_goes_on_when_a_changed_file_cannot_even_be_proposed(
        self, office: Installation
    ) -> None:
        office.put("a.csv", rows_of_firms(30))
        office.put("b.csv", rows_of_firms(20))
        office.load()
        office.put("a.csv", "别的,列\n")
        office.put("b.csv", rows_of_firms(25))
        a, b = office.run(now=LATER)
        assert a.state is State.REFUSED
        assert b.state is State.LOADED

    def test_tells_two_files_of_one_name_apart(self, office: Installation) -> None:
        office.put("东区/名单.csv", rows_of_firms(20))
        office.put("西区/名单.csv", rows_of_firms(30))
        outcomes = office.load()
        assert {outcome.state for outcome in outcomes} == {State.LOADED}
        assert len({outcome.dataset for outcome in outcomes}) == 2
        assert sorted(outcome.rows_loaded for outcome in outcomes) == [20, 30]

    def test_shows_how_far_it_is(self, office: Installation) -> None:
        office.put("a.csv", rows_of_firms(20))
        office.put("b.csv", rows_of_firms(20))
        seen: list[tuple[int, int, str]] = []
        Importer(office.settings, "tester", FIRST_DAY, "en", lambda *told: seen.append(told)).run(
            office.inbox, holder=HOLDER
        )
        assert seen == [(0, 2, "a.csv"), (1, 2, "b.csv"), (2, 2, "")]

    def test_lets_only_one_import_run(self, office: Installation) -> None:
        with one_import(office.settings), pytest.raises(ImportRunning):
            office.run()

    def test_proposes_a_sheet_that_was_added_to_an_accepted_workbook(
        self, office: Installation
    ) -> None:
        office.put("名单.xlsx", as_xlsx({"甲": Form(rows_of_firms(12))}))
        office.load()
        office.put(
            "名单.xlsx", as_xlsx({"甲": Form(rows_of_firms(12)), "乙": Form(rows_of_firms(15))})
        )
        states = [outcome.state for outcome in office.run(now=LATER)]
        assert states == [State.LOADED, State.PROPOSED]
        office.accept(now=LATER)
        states = [outcome.state for outcome in office.run(now=LATER)]
        assert states == [State.UNCHANGED, State.LOADED]

    def test_reads_every_sheet_of_a_workbook(self, office: Installation) -> None:
        office.put(
            "两张.xlsx", as_xlsx({"甲": Form(rows_of_firms(12)), "乙": Form(rows_of_firms(15))})
        )
        outcomes = office.load()
        assert sorted((o.state, o.rows_loaded) for o in outcomes) == [
            (State.LOADED, 12),
            (State.LOADED, 15),
        ]


class TestAccount:
    def test_every_row_is_loaded_or_kept_with_its_place_and_reason(
        self, office: Installation
    ) -> None:
        office.put("罚款.csv", rows_of_firms(30))
        office.load()
        rows = rows_of_firms(30)
        lines_of_file = csv_text(rows).splitlines()
        lines_of_file[5] = lines_of_file[5].replace("2024-01-", "二月")  # line 6
        lines_of_file[9] = ",,,"  # line 10
        lines_of_file[12] = "合计,,,99"
        lines_of_file[15] = lines_of_file[0]
        lines_of_file[18] = "只有一格"
        lines_of_file[20] += ",多一格"
        lines_of_file[22] = lines_of_file[22].replace(".5", "没有数")
        lines_of_file[24] = ',,2024-01-05,"3.5"'
        lines_of_file.append("注:以上数据来自某处,,,")
        office.put("罚款.csv", "\n".join(lines_of_file) + "\n")
        outcome = only(office.run(now=LATER))
        kept = {row.line: row for row in office.rejected("罚款")}
        assert outcome.rows_read == 31
        assert outcome.rows_read == outcome.rows_loaded + len(kept)
        assert sum(outcome.rejected.values()) == len(kept)
        assert {line: row.reason for line, row in kept.items()} == {
            6: "date_unreadable",
            10: "blank_row",
            13: "total_row",
            16: "repeated_header",
            19: "note_row",
            21: "too_many_cells",
            23: "number_unreadable",
            25: "subject_missing",
            32: "note_row",
        }
        assert kept[6].column == "处罚日期"
        assert kept[23].column == "罚款金额(万元)"
        assert kept[23].cells[1] == "北京第22建材有限公司"
        assert {row.file for row in kept.values()} == {"罚款.csv"}
        found = {finding.finding.code for finding in dataset(name="罚款", now=LATER).findings}
        assert "rejected_date_unreadable" in found

    @pytest.mark.parametrize("reason", sorted(REASONS))
    def test_every_reason_says_how_to_mend_it_in_both_languages(self, reason: str) -> None:
        texts = (REASONS[reason].what, REASONS[reason].mend)
        assert all(text.en and text.zh and text.en != text.zh for text in texts)

    def test_keeps_lines_in_another_encoding(self, office: Installation) -> None:
        content = csv_text(rows_of_firms(30)).encode()
        office.put("混.csv", content + "91110108MA,乙公司,2024-01-05,1\n".encode("gb18030"))
        outcome = only(office.load())
        assert (outcome.rows_read, outcome.rows_loaded) == (31, 30)
        (row,) = office.rejected("混")
        assert (row.line, row.reason) == (32, "undecodable")

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "=cmd|' /C calc'!A1"])
    def test_keeps_what_a_spreadsheet_would_run_as_text(
        self, office: Installation, start: str
    ) -> None:
        rows = [[*row, f"{start}{at}" if at else "说明"] for at, row in enumerate(rows_of_firms(9))]
        rows[1][4] = start + "甲(1)"
        office.put("名单.csv", rows)
        assert only(office.load()).rows_loaded == 9
        assert office.stored("名单")["说明"][0].as_py() == start + "甲(1)"

from __future__ import annotations

import datetime as dt
import errno
import gzip
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from tests.fusion.conftest import FIRST_DAY, HOLDER, Installation, csv_text, rows_of_firms
from tests.fusion.rewriting import Form, as_xlsx

from shuxin.catalogue.api import contract, dataset, loads
from shuxin.fusion import loading
from shuxin.fusion.acceptance import accept_proposals
from shuxin.fusion.ingest import Importer, ImportRunning, Outcome, State, one_import
from shuxin.fusion.models import AcceptedMapping
from shuxin.fusion.proposals import proposal_names
from shuxin.fusion.reading import compressed, lines, opening
from shuxin.fusion.rejects import REASONS
from shuxin.infra import store as store_module
from shuxin.kernel.errors import ShuxinError

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

pytestmark = pytest.mark.django_db
LATER = FIRST_DAY + dt.timedelta(days=1)
LATEST = FIRST_DAY + dt.timedelta(days=2)


def only(outcomes: list[Outcome]) -> Outcome:
    (outcome,) = outcomes
    return outcome


def refused(outcomes: list[Outcome]) -> str:
    """The code of the only outcome's error, which speaks both languages."""
    outcome = only(outcomes)
    assert outcome.state is State.REFUSED
    assert outcome.error is not None
    assert outcome.error.say("en") != outcome.error.say("zh") != ""
    return outcome.error.code


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


@pytest.fixture
def loaded(office: Installation) -> Installation:
    """An installation with one accepted and loaded file."""
    office.put("罚款.csv", rows_of_firms(30))
    office.load()
    return office


class TestBadInput:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "file_empty"),
            (bytes(range(256)) * 64, "file_not_a_table"),
            ("统一社会信用代码,企业名称\n".encode(), "file_header_only"),
            (gzip.compress(csv_text(rows_of_firms(30)).encode())[:-20], "compressed_broken"),
            (b"\x80\xff,1\n" * 30, "encoding_unknown"),
        ],
    )
    def test_is_refused_when_it_is_new(
        self, office: Installation, content: bytes, code: str
    ) -> None:
        office.put("新.csv", content)
        before = office.state()
        assert refused(office.run()) == code
        assert office.state() == before
        assert not proposal_names(office.settings.proposals)

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "file_empty"),
            (bytes(range(256)) * 64, "file_not_a_table"),
            (csv_text(rows_of_firms(0)).encode(), "file_header_only"),
            (gzip.compress(csv_text(rows_of_firms(9)).encode())[:-20], "compressed_broken"),
        ],
    )
    def test_is_refused_in_place_of_a_good_file(
        self, loaded: Installation, content: bytes, code: str
    ) -> None:
        loaded.put("罚款.csv", content)
        before = loaded.state()
        assert refused(loaded.run(now=LATER)) == code
        assert loaded.state() == before

    def test_one_endless_line(self, loaded: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lines, "LONGEST_LINE_MIB", 0)
        monkeypatch.setattr(lines, "BLOCK_BYTES", 64)
        monkeypatch.setattr(
            opening,
            "delimited",
            lambda path, *, file, form: opening.DelimitedText(
                path, file, form.packed, form.encoding, form.delimiter, block_bytes=64
            ),
        )
        before = loaded.state()
        loaded.put("罚款.csv", csv_text(rows_of_firms(9)) + "甲" * 4096)
        assert refused(loaded.run(now=LATER)) == "record_too_long"
        assert loaded.state() == before

    def test_a_file_that_unpacks_without_end(
        self, loaded: Installation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(compressed, "FREE_BYTES", 1 << 16)
        content = csv_text(rows_of_firms(9)) + "甲,乙,丙,1\n" * 200_000
        loaded.put("罚款.csv", gzip.compress(content.encode()))
        before = loaded.state()
        assert refused(loaded.run(now=LATER)) == "compressed_too_far"
        assert loaded.state() == before

    def test_a_mapping_with_the_wrong_delimiter(self, office: Installation) -> None:
        office.put("罚款.csv", rows_of_firms(30))
        office.run()
        office.edit_text(old="encoding: auto", new="encoding: auto\ndelimiter: ;")
        office.accept()
        before = office.state()
        assert refused(office.run()) == "layout_changed"
        assert office.state() == before

    def test_a_mapping_with_the_wrong_encoding(self, office: Installation) -> None:
        office.put("罚款.csv", rows_of_firms(30))
        office.run()
        office.edit_text(old="encoding: auto", new="encoding: utf-16-le")
        office.accept()
        before = office.state()
        assert refused(office.run()) in {"layout_changed", "file_empty"}
        assert office.state() == before

    def test_a_link_that_leads_out(self, loaded: Installation, tmp_path: Path) -> None:
        (tmp_path / "secret.csv").write_text(csv_text(rows_of_firms(9)))
        (loaded.inbox / "innocent.csv").symlink_to("../secret.csv")
        before = loaded.state()
        with pytest.raises(ShuxinError) as caught:
            loaded.run(now=LATER)
        assert caught.value.code == "path_outside_folder"
        assert loaded.state() == before

    @pytest.mark.parametrize(
        "name", ["a..b.csv", "..\\..\\x.csv", "a\nb.csv", "-rf.csv", "%2e%2e.csv"]
    )
    def test_names_that_look_like_ways_out_stay_inside(
        self, office: Installation, name: str
    ) -> None:
        office.put(name if not name.startswith("..") else f"x{name}", rows_of_firms(20))
        assert only(office.load()).state is State.LOADED
        root = office.settings.home.parent
        assert {path.name for path in root.iterdir()} == {"home", "inbox"}

    def test_a_file_that_changes_while_it_is_read(
        self, loaded: Installation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = loaded.put("罚款.csv", rows_of_firms(50))
        make = loading.RowMaker.make

        def changing(self: loading.RowMaker, batch: object) -> tuple[pa.Table, pa.Table]:
            with path.open("a") as file:
                file.write("one,more,row,1\n")
            return make(self, batch)  # type: ignore[arg-type]

        monkeypatch.setattr(loading.RowMaker, "make", changing)
        before = loaded.state()
        assert refused(loaded.run(now=LATER)) == "file_changed_while_read"
        assert loaded.state() == before

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
    def test_a_disk_that_is_full_while_rows_are_written(
        self, loaded: Installation, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(number, os.strerror(number))

        loaded.put("罚款.csv", rows_of_firms(50))
        monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
        before = loaded.state()
        assert refused(loaded.run(now=LATER)) == "disk_full"
        assert loaded.state() == before

    def test_a_disk_that_is_full_when_the_load_is_kept(
        self, loaded: Installation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_: object) -> None:
            raise OSError(errno.ENOSPC, "no space")

        loaded.put("罚款.csv", rows_of_firms(50))
        monkeypatch.setattr(store_module, "_sync", full)
        before = loaded.state()
        assert refused(loaded.run(now=LATER)) == "disk_full"
        assert loaded.state() == before

    def test_of_one_file_does_not_hold_up_the_others(self, office: Installation) -> None:
        office.put("a.csv", b"")
        office.put("b.csv", rows_of_firms(20))
        office.put("c.csv", bytes(range(256)) * 64)
        assert [outcome.state for outcome in office.load()] == [
            State.REFUSED,
            State.LOADED,
            State.REFUSED,
        ]


MOMENTS = (
    "while a proposal is accepted",
    "while rows are read",
    "before the load is recorded",
)
IMPORTS = """
import os, signal, sys
from shuxin.portal.bootstrap import start
start()
import ibis.backends.duckdb
from django.db import connections
from shuxin.catalogue import service
from shuxin.catalogue.domain import odcs
from shuxin.fusion import acceptance, ingest, loading
from shuxin.portal.cli import main

connections.close_all()
make, batches = loading.RowMaker.make, []

def dies(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def make_one(self, batch):
    batches.append(batch)
    return make(self, batch) if len(batches) == 1 else dies()

def prepare(moment):
    if moment == "while a proposal is accepted":
        acceptance._set_aside = dies
    elif moment == "while rows are read":
        loading.RowMaker.make = make_one
    elif moment == "before the load is recorded":
        ingest.record_load = dies

for line in sys.stdin:
    child = os.fork()
    if not child:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        prepare(line.strip())
        os._exit(main(["import", sys.argv[1], "--accept"]))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Runs an import for each line of its input, killed at that moment, and tells how it ended."""


class TestKill:
    def test_leaves_nothing_half_loaded_and_the_last_run_completes(self, tmp_path: Path) -> None:
        inbox = tmp_path / "inbox"
        inbox.mkdir()
        for name, count in (("a.csv", 300), ("b.csv", 200)):
            (inbox / name).write_text(csv_text(rows_of_firms(count)))
        environment = {"SHUXIN_HOME": str(tmp_path / "home"), "SHUXIN_DATABASE_URL": ""}
        with subprocess.Popen(
            [sys.executable, "-c", IMPORTS, str(inbox)],
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as imports:
            for moment in MOMENTS:
                assert self._ending(imports, moment) == -signal.SIGKILL, moment
                assert set(self._content(tmp_path)) <= {"a"}
            assert self._ending(imports, "never") == 0
        assert self._content(tmp_path) == {"a": 300, "b": 200}
        kept, drafts = (tmp_path / "home" / "store" / name for name in ("kept", "drafts"))
        assert len(list(kept.glob("*/*"))) == 2
        assert not list(drafts.iterdir())

    @staticmethod
    def _ending(imports: subprocess.Popen[str], moment: str) -> int:
        assert imports.stdin is not None
        assert imports.stdout is not None
        imports.stdin.write(f"{moment}\n")
        imports.stdin.flush()
        return int(imports.stdout.readline())

    @staticmethod
    def _content(tmp_path: Path) -> dict[str, int]:
        """Rows of every dataset as the store holds them; every load has its folder."""
        import sqlite3

        with sqlite3.connect(tmp_path / "home" / "shuxin.sqlite3") as connection:
            found = connection.execute(
                "select d.name, l.store_name from catalogue_load l"
                " join catalogue_dataset d on d.id = l.dataset_id"
            ).fetchall()
        connection.close()
        kept = tmp_path / "home" / "store" / "kept"
        assert {path.name for path in kept.glob("*/*")} >= {name for _, name in found}
        return {
            dataset: pq.read_metadata(kept / name[:2] / name / "rows.parquet").num_rows
            for dataset, name in found
        }


class TestAcceptance:
    @pytest.mark.parametrize(
        ("old", "new", "where"),
        [
            ("encoding: auto", "encoding: klingon", "encoding"),
            ("dataset: 罚款", "dataset: ../../罚款", "dataset"),
            ("dataset: 罚款", "dataset: /etc/passwd", "dataset"),
            ("dataset: 罚款", "dataset: 别的", "dataset"),
            ("encoding: auto", "encoding: auto\nsurprise: 1", "surprise"),
            ("field: 处罚日期", "field: 没有的字段", "没有的字段"),
            ("field: 处罚日期", "field: 企业名称", "企业名称"),
            ("header: 处罚日期", "header: [1, 2]", "header"),
            ("encoding: auto", "encoding: [", "line"),
            ("encoding: auto", "encoding: !!python/object:os.system x", "line"),
            ("encoding: auto", "encoding: auto\nquestions: &a [x]\nsheet: *a", "anchor"),
            ("container: text", "container: nonsense", "container"),
        ],
    )
    def test_names_the_place_of_what_was_edited_wrongly(
        self, office: Installation, old: str, new: str, where: str
    ) -> None:
        office.put("罚款.csv", rows_of_firms(20))
        office.run()
        office.edit_text(old=old, new=new)
        with pytest.raises(ShuxinError) as caught:
            office.accept()
        assert caught.value.code == "mapping_invalid"
        assert where in caught.value.say("en")
        assert "mapping.yaml" in caught.value.say("zh")
        assert not AcceptedMapping.objects.exists()

    def test_tells_that_an_editor_saved_another_encoding(self, office: Installation) -> None:
        office.put("罚款.csv", rows_of_firms(20))
        office.run()
        (name,) = proposal_names(office.settings.proposals)
        place = office.settings.proposals / name / "mapping.yaml"
        place.write_bytes(place.read_text().encode("gb18030"))
        with pytest.raises(ShuxinError) as caught:
            office.accept()
        assert caught.value.code == "mapping_invalid"
        assert "UTF-8" in caught.value.say("zh")

    def test_is_all_or_nothing(self, office: Installation) -> None:
        for name in ("a.csv", "b.csv"):
            office.put(name, rows_of_firms(20))
        office.run()
        names = proposal_names(office.settings.proposals)
        broken = office.settings.proposals / names[1] / "mapping.yaml"
        broken.write_text(broken.read_text().replace("encoding: auto", "encoding: klingon"))
        with pytest.raises(ShuxinError):
            office.accept()
        assert proposal_names(office.settings.proposals) == names
        assert not AcceptedMapping.objects.exists()
        assert not loads(dataset="a")

    def test_refuses_names_that_lead_elsewhere(self, office: Installation) -> None:
        office.put("a.csv", rows_of_firms(20))
        office.run()
        with pytest.raises(ShuxinError) as caught:
            accept_proposals(
                ["../proposals/a"], settings=office.settings, by="tester", now=FIRST_DAY
            )
        assert caught.value.code == "proposal_missing"

    def test_keeps_the_edits_of_a_proposal_that_waits(self, office: Installation) -> None:
        office.put("罚款.csv", rows_of_firms(20))
        office.run()
        office.edit_text(old="encoding: auto", new="encoding: utf-8")
        office.run()
        (proposal,) = office.accept()
        assert proposal.mapping.encoding == "utf-8"

"""``shuxin node result JOB --report``: what the label party reads of how its joint card came about."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from tests.federation.scorecard.world import HOLDER, LABEL, firms_of, run_job

from shuxin.federation.node import view
from shuxin.federation.node.card_report import (
    CardReport,
    ReportMissing,
    ReportUnreadable,
    read_card_report,
)
from shuxin.infra.api import Settings
from shuxin.portal.cli import main
from shuxin.portal.commands import node as node_command
from shuxin.portal.commands import node_jobs
from shuxin.portal.commands.node_report import show_report
from shuxin.portal.display import console

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.kernel.text import Language

NAMES = {LABEL: "bank", HOLDER: "税务局"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The report of a card of few rows: some of the holder's bins have too few of a class."""
    firms = firms_of(7, rows=200)
    firms.features[HOLDER]["sector"][:30] = None
    _, outcome = run_job(firms, tmp_path_factory.mktemp("report"), min_bad=20, min_good=20)
    assert not outcome.failures
    found: bytes = outcome.kept[LABEL]["report"]
    return found


@pytest.fixture
def folder(made: bytes, tmp_path: Path) -> Path:
    (tmp_path / "report").write_bytes(made)
    return tmp_path


def changed(folder: Path, **fields: Any) -> None:
    known = json.loads((folder / "report").read_bytes())
    (folder / "report").write_text(json.dumps(known | fields), encoding="utf-8")


def plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


class TestRead:
    def test_has_all_that_the_label_party_wrote(self, folder: Path, made: bytes) -> None:
        found, written = read_card_report(folder), json.loads(made)
        assert (found.rows, found.bads, found.card) == tuple(
            written[name] for name in ("rows", "bads", "card")
        )
        for mine, theirs in (
            (found.tables, written["tables"]),
            (found.dropped, written["dropped"]),
            (found.fits[-1].columns, written["fits"][-1]["columns"]),
        ):
            for one, each in zip(mine, theirs, strict=True):
                assert {name: plain(getattr(one, name)) for name in each} == each
        assert found.alone is not None
        assert found.alone.auc == written["alone"]["auc"]
        assert len(found.alone.columns) == len(written["alone"]["columns"]) > 0

    def test_of_a_holder_there_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(ReportMissing):
            read_card_report(tmp_path)

    @pytest.mark.parametrize(
        ("fields", "place"),
        [
            ({"format": "shuxin-joint-report/2"}, "format"),
            ({"fits": []}, "fits"),
            ({"own_auc": "high"}, "own_auc"),
        ],
    )
    def test_damaged_it_names_the_field(
        self, folder: Path, fields: dict[str, Any], place: str
    ) -> None:
        changed(folder, **fields)
        with pytest.raises(ReportUnreadable) as caught:
            read_card_report(folder)
        assert caught.value.facts == {"field": place}

    def test_cut_it_is_refused(self, folder: Path, made: bytes) -> None:
        (folder / "report").write_bytes(made[:-9])
        with pytest.raises(ReportUnreadable):
            read_card_report(folder)

    def test_one_without_the_own_card_is_read(self, folder: Path, made: bytes) -> None:
        known = json.loads(made)
        del known["alone"]
        (folder / "report").write_text(json.dumps(known), encoding="utf-8")
        assert read_card_report(folder).alone is None


class TestShown:
    @pytest.fixture(autouse=True)
    def wide(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(console, "_width", 300)

    def said(self, folder: Path, language: Language, out: str | None = None) -> str:
        with console.capture() as heard:
            show_report(folder, out, names=NAMES, language=language)
        return heard.get()

    def test_has_every_table_drop_and_coefficient(self, folder: Path) -> None:
        found: CardReport = read_card_report(folder)
        said = self.said(folder, "en")
        lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.splitlines()]
        for one in found.tables:
            who = NAMES[one.party]
            iv = "withheld" if one.iv is None else f"{one.iv:.4f}"
            kept = any((each.party, each.name) == (one.party, one.name) for each in found.fits[-1].columns)  # fmt: skip
            bins = len(one.good)
            assert [who, one.name, str(bins), iv, "yes" if kept else "no"] in lines
            for nth in range(bins):
                counts = [
                    "withheld" if n is None else str(n) for n in (one.good[nth], one.bad[nth])
                ]
                woe = f"{one.woe_hundredths[nth] / 100:.2f}"
                assert [who, one.name, str(nth + 1), *counts, woe] in lines
        assert any(None in one.good for one in found.tables)
        for drop in found.dropped:
            assert [NAMES[drop.party], drop.name, drop.en] in lines
        for fit in found.fits:
            for column in fit.columns:
                numbers = [f"{column.coefficient:.4f}", f"{column.error:.4f}"]
                assert [NAMES[column.party], column.name, *numbers] in lines
        assert f"{found.own_auc:.4f}" in said
        assert found.alone is not None
        assert found.alone.card in said

    def test_in_chinese_too(self, folder: Path) -> None:
        said = self.said(folder, "zh")
        for wanted in ("标准误", "仅用本方特征", "税务局", "不提供", "坏样本"):
            assert wanted in said

    def test_says_why_the_party_alone_has_no_card(self, folder: Path) -> None:
        changed(folder, alone={"dropped": [], "none": {"en": "no {end}", "zh": "无解"}})
        assert "alone makes no card: no {end}" in self.said(folder, "en")

    def test_a_feature_may_be_called_anything(self, folder: Path) -> None:
        drop = {"party": HOLDER, "name": "{0}", "en": "like {turnover}", "zh": "与 {turnover} 相近"}
        changed(folder, dropped=[drop])
        assert "like {turnover}" in self.said(folder, "en")
        assert "与 {turnover} 相近" in self.said(folder, "zh")

    def test_by_the_command(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        node = SimpleNamespace(party=LABEL, results_folder=lambda _: folder)
        for name, found in (("services", node), ("names_of_parties", NAMES), ("job_named", "1")):
            monkeypatch.setattr(node_jobs, name, lambda *_, found=found: found)
        monkeypatch.setattr(node_jobs, "start", lambda: None)
        monkeypatch.setattr(node_command, "start", lambda: Settings(folder, ""))
        monkeypatch.setattr(view, "job_view", lambda _: SimpleNamespace(job=None))
        call = ["--lang", "zh", "node", "result", "1", "--report"]
        with console.capture() as heard:
            assert main(call) == 0
            assert main([*call, "--out", str(folder / "out.json")]) == 0
        assert "仅用本方特征" in heard.get()
        assert (folder / "out.json").read_bytes() == (folder / "report").read_bytes()

    def test_can_be_written_as_it_is(self, folder: Path, made: bytes) -> None:
        out = folder / "out.json"
        assert str(out) in self.said(folder, "en", str(out))
        assert out.read_bytes() == made

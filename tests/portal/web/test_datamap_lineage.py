"""The graph from a column in the source to the model, and the words about levels."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests.parties.accounts.samples import BANK

from shuxin.catalogue.api import (
    Breaker,
    BreakerKind,
    ColumnLineage,
    Contract,
    DataGroup,
    Field,
    FieldType,
    Level,
    Lineage,
    SourceColumn,
    record_breaker,
    record_lineage,
    register_contract,
)
from shuxin.federation.api import FieldsInModel
from shuxin.infra.api import now_in_china
from shuxin.portal.bootstrap import start
from shuxin.portal.founding import set_up
from shuxin.portal.web.views import datamap, datamap_lineage
from shuxin.portal.web.views.datamap_lineage import MOST_BESIDE, dataset_graph, field_graph

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.portal.web.parts import Graph

pytestmark = pytest.mark.django_db
NOW = now_in_china()


def contract(name: str, *fields: str, level: Level = Level.L2) -> None:
    made = tuple(Field(name=one, type=FieldType.STRING, level=level) for one in fields)
    whole = Contract(
        dataset=name,
        version="1.0.0",
        title=name,
        department="d",
        group=DataGroup.PUBLIC,
        fields=made,
    )
    register_contract(contract=whole, accepted_by="me", now=NOW)


def lineage(name: str, **columns: tuple[list[str], list[str]]) -> None:
    """By column its direct and indirect sources as ``table.column``."""

    def sources(texts: list[str]) -> frozenset[SourceColumn]:
        return frozenset(SourceColumn(*text.rsplit(".", 1)) for text in texts)

    made = (
        ColumnLineage(column, sources(direct), sources(indirect))
        for column, (direct, indirect) in columns.items()
    )
    record_lineage(derived=name, lineage=Lineage(tuple(made)), now=NOW)


def arcs(graph: Graph) -> set[tuple[str, str]]:
    return {(arc.from_id, arc.to_id) for arc in graph.arcs}


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUXIN_HOME", str(tmp_path / "home"))
    set_up(start(), party=BANK, kind="bank", name="Bank", now=NOW)
    contract("raw", "amount", "day")
    contract("made", "sum", "count", level=Level.L1)
    lineage("raw", amount=(["file:a.金额"], []), day=(["file:a.日期"], []))
    lineage("made", sum=(["raw.amount"], ["raw.day"]), count=([], ["raw.amount"]))
    lineage("features", size=(["made.sum"], []))
    models = [("d" * 64, "流水贷", ("size",), 3), ("e" * 64, "other", ("unknown",), 9)]
    joint = [
        FieldsInModel("j" * 64, "联合卡", "made", ("sum",)),
        FieldsInModel("k", "x", "no", ("sum",)),
    ]
    monkeypatch.setattr(datamap_lineage, "_models", lambda: models)
    monkeypatch.setattr(datamap_lineage, "_joint", lambda: joint)


class TestFieldGraph:
    def test_follows_values_from_the_source_to_decisions(self) -> None:
        assert arcs(field_graph("raw", "amount")) == {
            ("file:a.金额", "raw.amount"),
            ("raw.amount", "made.sum"),
            ("raw.amount", "features.size"),
            ("features.size", "model:" + "d" * 64),
            ("model:" + "d" * 64, "decisions:" + "d" * 64),
            ("made.sum", "joint:" + "j" * 64),
        }

    def test_leaves_out_what_it_only_filters(self) -> None:
        assert arcs(field_graph("raw", "day")) == {("file:a.日期", "raw.day")}

    def test_goes_back_through_datasets(self) -> None:
        found = arcs(field_graph("made", "sum"))
        assert {("raw.amount", "made.sum"), ("file:a.金额", "raw.amount")} <= found

    def test_sums_up_what_is_too_much_to_draw(self) -> None:
        lineage("wide", **{f"c{n}": (["raw.day"], []) for n in range(40)})
        graph = field_graph("raw", "day")
        assert len(graph.dots) == 2 + MOST_BESIDE
        assert any(
            "29" in dot.label.say("en") for dot in graph.dots if not isinstance(dot.label, str)
        )


class TestDatasetGraph:
    def test_shows_files_datasets_and_models(self) -> None:
        assert arcs(dataset_graph("raw", title="Raw")) == {
            ("file:a", "raw"),
            ("raw", "made"),
            ("made", "features"),
            ("features", "model:" + "d" * 64),
            ("model:" + "d" * 64, "decisions:" + "d" * 64),
            ("made", "joint:" + "j" * 64),
        }

    def test_links_only_what_has_a_page(self) -> None:
        urls = {dot.id: dot.url for dot in dataset_graph("raw", title="Raw").dots}
        assert urls["made"] == "/datamap/datasets/made"
        assert urls["features"] == urls["file:a"] == ""

    def test_says_nothing_but_itself_of_a_dataset_alone(self) -> None:
        contract("alone", "a")
        graph = dataset_graph("alone", title="Alone")
        assert ([dot.id for dot in graph.dots], graph.arcs) == (["alone"], [])


class TestGrades:
    def test_follow_the_lineage_and_say_so(self) -> None:
        grades = datamap.grades_here("made", now=NOW)
        assert datamap._why_level(made_field("sum"), grades["sum"]).en == (
            "follows raw.amount, the highest of its sources"
        )

    def test_name_who_lowered_them(self) -> None:
        breaker = Breaker(
            "sum",
            Level.L1,
            BreakerKind.AGGREGATE,
            "sums of many",
            "li",
            NOW.date() + dt.timedelta(9),
        )
        record_breaker(dataset="made", breaker=breaker, now=NOW)
        grade = datamap.grades_here("made", now=NOW)["sum"]
        assert datamap._why_level(made_field("sum"), grade).en == (
            "lowered after review by li: sums of many"
        )

    def test_of_what_comes_straight_from_a_file_there_are_none(self) -> None:
        assert datamap.grades_here("raw", now=NOW) == {}


def made_field(name: str) -> Field:
    return Field(name=name, type=FieldType.STRING)

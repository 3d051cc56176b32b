"""Every file is read by an independent reader, the dirt is undone, and the truth must come out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from shuxin.city.api import CityTruthMissing, read_truth
from shuxin.city.departments import TABLES
from shuxin.kernel.dates import DateSpelling, read_date
from shuxin.kernel.money import Unit, parse_amount_fen
from shuxin.kernel.region import RegionCode
from shuxin.kernel.uscc import USCC

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.city.api import CityFiles, Truth
    from shuxin.city.firms import City

each = pytest.mark.parametrize("dataset", [table.dataset for table in TABLES])
Grids = dict[str, dict[int, list[str]]]
DirtOf = dict[str, list[dict[str, Any]]]
MentionsOf = dict[str, list[dict[str, Any]]]


def _entry(truth: Truth, dataset: str) -> dict[str, Any]:
    return next(entry for entry in truth.manifest["files"] if entry["dataset"] == dataset)


def _value(text: str, column: dict[str, Any], *, kind: str) -> object:
    if text == "":
        return None
    match column["type"]:
        case "money":
            return parse_amount_fen(text, unit=Unit[column["unit"]])
        case "integer":
            return int(text)
        case "number":
            return float(text)
        case "boolean":
            return {"是": True, "否": False}[text]
        case "date" | "month":
            spelling = DateSpelling[column["spelling"]]
            day = read_date(text, spelling=spelling)
            return day.date() if isinstance(day, dt.datetime) else day
    return text


def _lines_of_no_entity(
    entry: dict[str, Any], lines: dict[int, list[str]], doubled: set[int]
) -> list[int]:
    """Lines of data of a table without subject, which no mention points at."""
    first = entry["header_lines"][-1] + 1
    return [line for line in lines if line >= first and line not in doubled]


@each
class TestFiles:
    def test_have_their_header_where_the_manifest_says(
        self, dataset: str, truth: Truth, grids: Grids
    ) -> None:
        entry = _entry(truth, dataset)
        header = grids[dataset][entry["header_lines"][-1]]
        assert header == [column["header"] for column in entry["columns"]]
        assert len(grids[dataset]) == entry["lines"]

    def test_give_the_truth_once_the_dirt_is_undone(
        self,
        dataset: str,
        truth: Truth,
        grids: Grids,
        dirt_by_dataset: DirtOf,
        mentions_by_dataset: MentionsOf,
    ) -> None:
        entry, grid = _entry(truth, dataset), grids[dataset]
        lines = dict(enumerate((list(grid[line]) for line in sorted(grid)), 1))
        rows: dict[int, int] = {}
        doubled = set()
        for damage in dirt_by_dataset[dataset]:
            if damage["column"] >= 0:
                lines[damage["line"]][damage["column"]] = damage["before"]
            elif damage["kind"] == "doubled_row":
                doubled.add(damage["line"])
        for mention in mentions_by_dataset[dataset]:
            if mention["line"] not in doubled:
                rows[mention["row"]] = mention["line"]
        if dataset == "rate_churn":
            rows = dict(enumerate(_lines_of_no_entity(entry, lines, doubled)))
        clean = truth.clean(dataset=dataset).to_pylist()
        assert sorted(rows) == list(range(len(clean)))
        for number, line in rows.items():
            read = {
                column["name"]: _value(text, column, kind=entry["kind"])
                for column, text in zip(entry["columns"], lines[line], strict=True)
            }
            expected = {name: clean[number][name] for name in read}
            assert read == expected

    def test_show_every_damage(
        self, dataset: str, truth: Truth, grids: Grids, dirt_by_dataset: DirtOf
    ) -> None:
        grid = grids[dataset]
        for damage in dirt_by_dataset[dataset]:
            cells = grid[damage["line"]]
            if damage["column"] >= 0:
                assert cells[damage["column"]] == damage["after"] != damage["before"]
            else:
                assert " ".join(filter(None, cells)) == damage["after"]

    def test_hold_no_line_that_the_truth_does_not_explain(
        self,
        dataset: str,
        truth: Truth,
        grids: Grids,
        dirt_by_dataset: DirtOf,
        mentions_by_dataset: MentionsOf,
    ) -> None:
        explained = set(_entry(truth, dataset)["header_lines"])
        explained |= {damage["line"] for damage in dirt_by_dataset[dataset]}
        explained |= {mention["line"] for mention in mentions_by_dataset[dataset]}
        if dataset == "rate_churn":
            assert len(set(grids[dataset]) - explained) == 29
        else:
            assert explained == set(grids[dataset])

    def test_name_the_entities_of_the_mentions(
        self, dataset: str, truth: Truth, grids: Grids, mentions_by_dataset: MentionsOf
    ) -> None:
        clean = truth.clean(dataset=dataset).to_pylist()
        for mention in mentions_by_dataset[dataset]:
            cells = grids[dataset][mention["line"]]
            assert mention["code"] in {"", *cells}
            assert mention["name"] in cells or mention["role"] == "counterpart"
            row = clean[mention["row"]]
            role = "entity" if mention["role"] == "subject" else "counterpart"
            assert row[role] == mention["entity"]


class TestTruth:
    def test_codes_are_valid_and_of_no_real_place(self, truth: Truth) -> None:
        for firm in truth.entities.to_pylist():
            code = USCC(firm["uscc"])
            assert code.organisation_check_holds
            assert not RegionCode(code.region_code).is_assigned

    def test_undamaged_codes_lead_to_their_entity(self, truth: Truth) -> None:
        keys = {firm["uscc"]: firm["entity"] for firm in truth.entities.to_pylist()}
        known = [m for m in truth.mentions.to_pylist() if m["code"] in keys]
        assert len(known) > 2000
        assert all(keys[mention["code"]] == mention["entity"] for mention in known)

    def test_counts_of_the_manifest_are_those_of_the_dirt(self, truth: Truth) -> None:
        kinds = Counter(truth.dirt.column("kind").to_pylist())
        assert truth.manifest["dirt"] == dict(kinds)
        for kind in (
            "code_missing", "doubled_row", "blank_row", "totals_row", "repeated_header", "title",
            "note", "placeholder", "unit_slip", "date_spelling", "name_look_alike",
        ):  # fmt: skip
            assert kinds[kind] > 0

    def test_loans_are_those_of_the_books(self, truth: Truth, city: City) -> None:
        told = {loan["loan_no"]: loan for loan in truth.loans.to_pylist()}
        assert len(told) == len(city.economy.loans)
        for loan in city.economy.loans:
            assert told[loan.number]["defaulted_on"] == loan.defaulted_on
            assert told[loan.number]["cash_before_fen"] == loan.cash_before
            assert told[loan.number]["q"] == loan.quality

    def test_is_missing_where_no_city_is(self, tmp_path: Path) -> None:
        with pytest.raises(CityTruthMissing):
            read_truth(tmp_path)

    def test_database_rows_stand_in_the_order_of_their_columns(
        self, written: CityFiles, truth: Truth, grids: Grids
    ) -> None:
        for item in written.database_tables:
            grid = grids[item.contract.dataset]
            assert [grid[n][0] for n in range(2, len(grid))] == sorted(
                grid[n][0] for n in range(2, len(grid))
            )

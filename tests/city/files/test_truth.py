"""Every file is read by an independent reader, the dirt is undone, and the truth must come out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from tests.city.files.conftest import LARGE, Sent

from shuxin.city.api import CityTruthMissing, read_truth
from shuxin.city.files.lending import ledger_of
from shuxin.city.files.offices import TABLES
from shuxin.kernel.dates import DateSpelling, read_date
from shuxin.kernel.money import Unit, parse_amount_fen
from shuxin.kernel.region import RegionCode
from shuxin.kernel.uscc import USCC

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.city.api import Truth
    from shuxin.city.files.source import Source

each = pytest.mark.parametrize(
    "dataset",
    [
        pytest.param(table.dataset, marks=pytest.mark.soak)
        if table.dataset in LARGE
        else table.dataset
        for table in TABLES
    ],
)


@pytest.fixture
def city(dataset: str, request: pytest.FixtureRequest) -> Sent:
    """In which the dataset was sent."""
    found: Sent = request.getfixturevalue("all_sent" if dataset in LARGE else "sent")
    return found


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
    def test_have_their_header_where_the_manifest_says(self, dataset: str, city: Sent) -> None:
        entry = _entry(city.truth, dataset)
        header = city.grids[dataset][entry["header_lines"][-1]]
        assert header == [column["header"] for column in entry["columns"]]
        assert len(city.grids[dataset]) == entry["lines"]

    def test_give_the_truth_once_the_dirt_is_undone(self, dataset: str, city: Sent) -> None:
        entry, grid = _entry(city.truth, dataset), city.grids[dataset]
        lines = dict(enumerate((list(grid[line]) for line in sorted(grid)), 1))
        rows: dict[int, int] = {}
        doubled = set()
        for damage in city.dirt[dataset]:
            if damage["column"] >= 0:
                lines[damage["line"]][damage["column"]] = damage["before"]
            elif damage["kind"] == "doubled_row":
                doubled.add(damage["line"])
        for mention in city.mentions[dataset]:
            if mention["line"] not in doubled:
                rows[mention["row"]] = mention["line"]
        if dataset == "rate_churn":
            rows = dict(enumerate(_lines_of_no_entity(entry, lines, doubled)))
        clean = city.truth.clean(dataset=dataset).to_pylist()
        assert sorted(rows) == list(range(len(clean)))
        for number, line in rows.items():
            read = {
                column["name"]: _value(text, column, kind=entry["kind"])
                for column, text in zip(entry["columns"], lines[line], strict=True)
            }
            expected = {name: clean[number][name] for name in read}
            assert read == expected

    def test_show_every_damage(self, dataset: str, city: Sent) -> None:
        grid = city.grids[dataset]
        for damage in city.dirt[dataset]:
            cells = grid[damage["line"]]
            if damage["column"] >= 0:
                assert cells[damage["column"]] == damage["after"] != damage["before"]
            else:
                assert " ".join(filter(None, cells)) == damage["after"]

    def test_hold_no_line_that_the_truth_does_not_explain(self, dataset: str, city: Sent) -> None:
        explained = set(_entry(city.truth, dataset)["header_lines"])
        explained |= {damage["line"] for damage in city.dirt[dataset]}
        explained |= {mention["line"] for mention in city.mentions[dataset]}
        if dataset == "rate_churn":
            assert len(set(city.grids[dataset]) - explained) == 29
        else:
            assert explained == set(city.grids[dataset])

    def test_name_the_entities_of_the_mentions(self, dataset: str, city: Sent) -> None:
        clean = city.truth.clean(dataset=dataset).to_pylist()
        for mention in city.mentions[dataset]:
            cells = city.grids[dataset][mention["line"]]
            assert mention["code"] in {"", *cells}
            assert mention["name"] in cells or mention["role"] == "counterpart"
            row = clean[mention["row"]]
            role = "entity" if mention["role"] == "subject" else "counterpart"
            assert row[role] == mention["entity"]


class TestTruth:
    def test_codes_are_valid_and_of_no_real_place(self, sent: Sent) -> None:
        for firm in sent.truth.entities.to_pylist():
            code = USCC(firm["uscc"])
            assert code.organisation_check_holds
            assert not RegionCode(code.region_code).is_assigned

    def test_undamaged_codes_lead_to_their_entity(self, sent: Sent) -> None:
        keys = {firm["uscc"]: firm["entity"] for firm in sent.truth.entities.to_pylist()}
        known = [m for m in sent.truth.mentions.to_pylist() if m["code"] in keys]
        assert len(known) > 2000
        assert all(keys[mention["code"]] == mention["entity"] for mention in known)

    def test_counts_of_the_manifest_are_those_of_the_dirt(self, sent: Sent) -> None:
        kinds = Counter(sent.truth.dirt.column("kind").to_pylist())
        assert sent.truth.manifest["dirt"] == dict(kinds)
        for kind in (
            "code_missing", "doubled_row", "blank_row", "totals_row", "repeated_header", "title",
            "note", "placeholder", "unit_slip", "date_spelling", "name_look_alike",
        ):  # fmt: skip
            assert kinds[kind] > 0

    def test_loans_are_those_of_the_ledger(self, sent: Sent, source: Source) -> None:
        told = {loan["loan_no"]: loan for loan in sent.truth.loans.to_pylist()}
        ledger = ledger_of(source)
        assert {one.number: one.defaulted_on for one in ledger} == {
            number: loan["defaulted_on"] for number, loan in told.items()
        }

    def test_is_missing_where_no_city_is(self, tmp_path: Path) -> None:
        with pytest.raises(CityTruthMissing):
            read_truth(tmp_path)

    def test_database_rows_stand_in_the_order_of_their_columns(self, sent: Sent) -> None:
        for item in sent.files.database_tables:
            grid = sent.grids[item.contract.dataset]
            assert [grid[n][0] for n in range(2, len(grid))] == sorted(
                grid[n][0] for n in range(2, len(grid))
            )

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shuxin.city.api import WorldSize, check_city, generate_city
from shuxin.city.catalogues import CATALOGUES
from shuxin.city.numbers import uscc_of
from shuxin.city.records.check import FAILURES, _counts
from shuxin.city.records.check_files import Seen, _foreign
from shuxin.city.records.errors import CityMissing
from shuxin.portal.cli import main

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.city.api import Finding

FEW = ("CIV", "SCI", "AGR", "MED")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "city"
    generate_city(folder, size=WorldSize.TOWN, seed=5, departments=FEW, processes=1)
    return folder


@pytest.fixture
def city(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "city"))


def off(findings: Sequence[Finding]) -> list[str]:
    return [f"{one.what.say('en')}: {one.found}" for one in findings if not one.holds]


def rewrite(path: Path, table: pa.Table) -> None:
    with pq.ParquetFile(path) as file:
        kept = file.metadata.metadata
    pq.write_table(table.replace_schema_metadata(kept), path, store_schema=False)


def of_the_court(part: float, *, failures: int | None) -> bool:
    """Whether so large a part of the court's budget would hold in a whole city with so many failures."""
    own = [one for one in CATALOGUES if one.department == "COURT"]
    budgets = {one.slug: one.rows.expected(200_000) for one in own}
    seen = [Seen(one, rows=round(part * budgets[one.slug])) for one in own]
    told = {slug: {"doubled": 0, "expected": rows} for slug, rows in budgets.items()}
    (found,) = _counts(seen, told, 200_000, failures=failures)
    return found.holds


class TestCounts:
    def test_of_the_court_follow_the_failures(self) -> None:
        usual = round(FAILURES * 200_000)
        assert of_the_court(1.0, failures=usual)
        assert of_the_court(1.225, failures=round(1.5 * usual))
        assert not of_the_court(1.225, failures=usual)
        assert not of_the_court(1.0, failures=round(1.5 * usual))

    def test_are_the_budget_itself_where_the_truth_does_not_tell(self) -> None:
        assert of_the_court(1.0, failures=None)
        assert not of_the_court(1.05, failures=None)


class TestCheck:
    def test_a_city_as_it_was_written_holds(self, made: Path) -> None:
        findings = check_city(made)
        assert off(findings) == []
        said = {one.what.say("en") for one in findings}
        assert "rows of CIV, millions" in said
        assert "defaults in 12 months: micro" in said
        assert "enterprises that live 5 years, share" in said

    def test_another_encoding_says_the_same(self, city: Path) -> None:
        path = city / "CIV" / "care_homes.parquet"
        with pq.ParquetFile(path) as file:
            table, kept = file.read(), file.metadata.metadata
        pq.write_table(
            table.replace_schema_metadata(kept), path, compression="snappy", row_group_size=7
        )
        assert off(check_city(city)) == []

    def test_a_missing_file_is_named(self, city: Path) -> None:
        (city / "CIV" / "care_homes.parquet").unlink()
        assert "CIV/care_homes.parquet: missing" in off(check_city(city))

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (lambda t: t.drop_columns(["care_beds"]), "column care_beds: gone"),
            (
                lambda t: t.append_column("extra", pa.nulls(len(t), pa.int64())),
                "column extra: new: int64",
            ),
            (
                lambda t: t.set_column(
                    t.schema.get_field_index("care_beds"),
                    "care_beds",
                    t.column("care_beds").cast(pa.string()),
                ),
                "column care_beds: string",
            ),
        ],
        ids=["gone", "new", "retyped"],
    )
    def test_another_schema_is_named_by_column(self, city: Path, change: object, said: str) -> None:
        path = city / "CIV" / "care_homes.parquet"
        assert callable(change)
        rewrite(path, change(pq.read_table(path)))
        assert any(said in one for one in off(check_city(city)))

    def test_one_other_value_is_another_digest(self, city: Path) -> None:
        path = city / "CIV" / "care_homes.parquet"
        table = pq.read_table(path)
        place = table.schema.get_field_index("src_id")
        number = np.asarray(table.column("src_id")).copy()
        number[3] += 1
        rewrite(path, table.set_column(place, table.schema.field(place), pa.array(number)))
        assert any("care_homes.parquet, digest" in one for one in off(check_city(city)))

    def test_rows_that_are_gone_are_counted(self, city: Path) -> None:
        path = city / "CIV" / "care_homes.parquet"
        rewrite(path, pq.read_table(path).slice(1))
        assert any("care_homes.parquet, rows" in one for one in off(check_city(city)))

    def test_a_changed_contract_is_seen(self, city: Path) -> None:
        path = city / "CIV" / "contracts" / "care_homes.yaml"
        path.write_text(path.read_text().replace("active", "draft"))
        assert any("care_homes.parquet, contract" in one for one in off(check_city(city)))

    def test_a_wrong_truth_is_seen(self, city: Path) -> None:
        path = city / "truth" / "dirt" / "welfare_employers.parquet"
        table = pq.read_table(path)
        place = table.schema.get_field_index("after")
        other = pa.array(["another"] * len(table))
        pq.write_table(table.set_column(place, "after", other), path)
        assert any("damage as the truth tells it" in one for one in off(check_city(city)))

    def test_counts_that_are_off_are_said(self, city: Path) -> None:
        path = city / "manifest.json"
        manifest = json.loads(path.read_text())
        for one in manifest["catalogues"]:
            one["expected"] *= 1.2
        path.write_text(json.dumps(manifest))
        found = off(check_city(city))
        assert any("rows of AGR" in one for one in found)

    def test_a_folder_without_a_city_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(CityMissing, match=r"manifest\.json"):
            check_city(tmp_path)

    def test_codes_in_regions_of_others_are_counted(self) -> None:
        mine = str(uscc_of(1, category="91", region="349901", seed=1))
        theirs = str(uscc_of(2, category="91", region="341502", seed=1))
        assert _foreign(pa.array([mine, theirs, theirs, "short", None, theirs[:17] + "?"])) == 1


class TestDocuments:
    def test_the_commands_of_the_page_run(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        page = (Path(__file__).resolve().parents[3] / "docs" / "rooms" / "city.md").read_text()
        commands = re.findall(r"^\$ shuxin (city .*)$", page, re.MULTILINE)
        assert len(commands) == 2
        monkeypatch.chdir(tmp_path)
        for command in commands:
            assert main(shlex.split(command)) == 0, command
        assert "All " in capsys.readouterr().out


class TestCommand:
    def test_generates_and_checks(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        folder = str(tmp_path / "city")
        assert main(["city", "generate", folder, "--size", "town", "--departments", "CIV"]) == 0
        assert "4 catalogues of a synthetic city of 2,000 firms" in capsys.readouterr().out
        assert main(["city", "check", folder]) == 0
        assert "holds" in capsys.readouterr().out
        (tmp_path / "city" / "CIV" / "care_homes.parquet").unlink()
        assert main(["city", "check", folder]) == 1
        assert "OFF" in capsys.readouterr().out

    @pytest.mark.parametrize(
        "words", [["generate"], ["check", "a", "b"], ["folder", "--size", "county"]]
    )
    def test_says_what_it_takes(self, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["city", *words]) == 1
        assert "city_words_unclear" in capsys.readouterr().err

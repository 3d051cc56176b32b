"""The main job by command: applicants without credit history, decided and defended.

Every test runs on the small files of tests/scoring, and in make soak on the real invoices of 425 firms too.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.forking import forked_commands
from tests.fusion.conftest import uscc
from tests.scoring.conftest import FIRMS, name_of, write_files

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
REAL = Path(os.environ.get("SHUXIN_DATA", ROOT.parent / "shared" / "data")) / "cumcm2020c"
DRAWN = 3
"""The column of the day in the small file of loans."""


@dataclass(frozen=True)
class Case:
    """What is imported, and who applies; ``one`` is among them."""

    data: Path
    applicants: Path
    number: int
    day: str
    budget_wan: int
    one: str

    @property
    def budget_fen(self) -> int:
        return self.budget_wan * 1_000_000


def small(folder: Path) -> Case:
    """Loans without their day, as the real ones have none, and a file that nobody can read."""
    data, applicants = folder / "data", folder / "applicants.csv"
    write_files(data)
    with (data / "贷款台账.csv").open(encoding="utf-8", newline="") as file:
        loans = [[cell for n, cell in enumerate(row) if n != DRAWN] for row in csv.reader(file)]
    with (data / "贷款台账.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(loans)
    (data / "题目.docx").write_bytes(b"PK\x03\x04 a letter")
    firms = range(11, FIRMS + 1)
    with applicants.open("w", encoding="utf-8", newline="") as file:
        rows = [(uscc(firm), name_of(firm)) for firm in firms]
        csv.writer(file).writerows([("统一社会信用代码", "企业名称"), *rows])
    return Case(data, applicants, len(firms), "2026-01-01", 400, uscc(40))


def real() -> Case:
    if not REAL.is_dir():
        pytest.skip(f"the invoices are not at {REAL} (set SHUXIN_DATA)")
    applicants = REAL / "no_credit_history_enterprise_information.csv"
    return Case(REAL, applicants, 302, "2020-03-01", 10_000, "E124")


pytestmark = pytest.mark.soak


@dataclass(frozen=True)
class Installation:
    """One home, driven by the commands that a customer uses."""

    home: Path
    program: Path

    def run(self, *words: str, status: int = 0) -> str:
        environment = os.environ | {"SHUXIN_HOME": str(self.home), "SHUXIN_LANG": "en"}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        done = subprocess.run(
            [str(self.program), *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with forked_commands(tmp_path_factory.mktemp("server")) as programs:
        yield programs / "shuxin"


@pytest.fixture(
    scope="module",
    params=["small", pytest.param("real", marks=pytest.mark.real_data)],
)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return small(tmp_path_factory.mktemp("small")) if request.param == "small" else real()


@pytest.fixture(scope="module")
def bank(case: Case, program: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("bank"), program)
    made.run("init", "913502007692545453", "某银行")
    made.run(
        "import", str(case.data), "--department", "bank", "--accept", status=1
    )  # the .docx is refused
    made.run("resolve")
    made.run("train", "--as-of", case.day)
    return made


@pytest.fixture(scope="module")
def decided(case: Case, bank: Installation) -> tuple[str, Path]:
    folder = bank.home / "decisions"
    said = bank.run(
        "decide",
        "--as-of",
        case.day,
        "--file",
        str(case.applicants),
        "--budget",
        f"{case.budget_wan}万元",
        "--out",
        str(folder),
    )
    return said, folder


class TestDecisions:
    def test_every_applicant_gets_one_and_the_budget_holds(
        self, case: Case, decided: tuple[str, Path]
    ) -> None:
        found = json.loads((decided[1] / "decisions.json").read_text(encoding="utf-8"))
        assert len({one["entity"] for one in found}) == len(found) == case.number
        limits = [one["limit_fen"] for one in found if one["outcome"] == "approve"]
        assert sum(limits) <= case.budget_fen
        assert all(10_000_000 <= limit <= 100_000_000 and limit % 100_000 == 0 for limit in limits)
        assert all(one["limit_fen"] == 0 for one in found if one["outcome"] != "approve")
        assert all(400 <= one["rate_bp"] <= 1500 for one in found if one["outcome"] == "approve")
        assert all(one["gates"] or one["reasons"] for one in found if one["outcome"] == "decline")

    def test_the_optimum_is_proven_and_beats_the_simple_ways(
        self, decided: tuple[str, Path]
    ) -> None:
        assert "gap 0.0000%" in decided[0]
        rows = [line for line in decided[0].splitlines() if line.startswith("│ ")]
        shares = {
            row.split("│")[1].strip(): float(row.split("│")[5].strip(" %"))
            for row in rows
            if row.count("│") == 6 and row.rstrip(" │").endswith("%")
        }
        assert shares["optimal"] == 0
        assert shares["equal limits"] > 1
        assert shares["in proportion to sales"] > 1

    def test_each_reason_leads_to_rows_that_stand_in_the_files(
        self, case: Case, decided: tuple[str, Path]
    ) -> None:
        found = json.loads((decided[1] / "decisions.json").read_text(encoding="utf-8"))
        traced = [(one, reason) for one in found for reason in one["reasons"] if reason["rows"]]
        assert len(traced) > case.number
        for one, reason in traced:
            assert len(one["reasons"]) <= 4
            for rows in reason["rows"].values():
                assert rows["count"] >= len(rows["largest"]) > 0
                assert all((case.data / place["file"]).is_file() for place in rows["largest"])

    def test_the_table_says_the_same_as_the_records(
        self, case: Case, decided: tuple[str, Path]
    ) -> None:
        found = json.loads((decided[1] / "decisions.json").read_text(encoding="utf-8"))
        with (decided[1] / "decisions.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = {row["entity"]: row for row in csv.DictReader(file)}
        assert len(rows) == case.number
        for one in found:
            row = rows[one["entity"]]
            assert (row["outcome"], int(row["limit_yuan"])) == (
                one["outcome"],
                one["limit_fen"] // 100,
            )

    def test_a_sample_of_the_evidence_replays(
        self, case: Case, bank: Installation, decided: tuple[str, Path]
    ) -> None:
        files = sorted((decided[1] / "evidence").iterdir())
        assert len(files) == case.number
        said = bank.run("replay", *map(str, files[::30]))
        assert said.count("identical") == len(files[::30])

    def test_the_report_is_the_same_byte_for_byte(
        self, case: Case, bank: Installation, decided: tuple[str, Path]
    ) -> None:
        written = []
        for name in ("one", "two"):
            folder = bank.home / name
            bank.run("report", case.one, "--out", str(folder))
            written.append({file.name: file.read_bytes() for file in folder.iterdir()})
        assert written[0] == written[1]
        assert len(written[0]) == 4

    def test_the_model_decides_the_same_elsewhere(
        self, bank: Installation, decided: tuple[str, Path], tmp_path: Path
    ) -> None:
        file = tmp_path / "model.json"
        bank.run("model", "--export", str(file))
        other = Installation(tmp_path / "other", bank.program)
        other.run("model", "--import", str(file))
        again = tmp_path / "again.json"
        other.run("model", "--export", str(again))
        assert again.read_bytes() == file.read_bytes()
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(bytes(content))
        assert "card_" in other.run("model", "--import", str(file), status=1)

    def test_an_applicant_unknown_to_every_source_is_told_of(
        self, case: Case, bank: Installation
    ) -> None:
        said = bank.run("decide", "E99999", "--as-of", case.day, status=1)
        assert "enterprise_unknown" in said


class TestEvaluation:
    def test_the_card_parts_good_from_bad_but_not_too_well(
        self, case: Case, bank: Installation
    ) -> None:
        said = bank.run("evaluate", "--as-of", case.day, "--folds", "5", "--repeats", "2")
        card = next(line for line in said.splitlines() if "AUC of the card, mean" in line)
        assert 0.72 < float(card.split("│")[2]) < 0.93
        assert "not an out-of-time test" in said

"""The main job on real invoices: 302 firms without credit history, decided and defended, by the commands."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("SHUXIN_DATA", ROOT.parent / "shared" / "data")) / "cumcm2020c"
DAY = "2020-03-01"
BUDGET_FEN = 10_000_000_000

pytestmark = pytest.mark.real_data


@dataclass(frozen=True)
class Installation:
    """One home, driven by the commands that a customer uses."""

    home: Path

    def run(self, *words: str, status: int = 0) -> str:
        environment = os.environ | {"SHUXIN_HOME": str(self.home), "SHUXIN_LANG": "en"}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        code = "import sys; from shuxin.portal.cli import main; sys.exit(main(sys.argv[1:]))"
        done = subprocess.run(
            [sys.executable, "-c", code, *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    if not DATA.is_dir():
        pytest.skip(f"the invoices are not at {DATA} (set SHUXIN_DATA)")
    made = Installation(tmp_path_factory.mktemp("bank"))
    made.run("init", "913502007692545453", "某银行")
    made.run(
        "import", str(DATA), "--department", "bank", "--accept", status=1
    )  # the .docx is refused
    made.run("resolve")
    made.run("train", "--as-of", DAY)
    return made


@pytest.fixture(scope="module")
def decided(bank: Installation) -> tuple[str, Path]:
    folder = bank.home / "decisions"
    applicants = DATA / "no_credit_history_enterprise_information.csv"
    said = bank.run(
        "decide",
        "--as-of",
        DAY,
        "--file",
        str(applicants),
        "--budget",
        "1亿元",
        "--out",
        str(folder),
    )
    return said, folder


class TestDecisions:
    def test_every_applicant_gets_one_and_the_budget_holds(self, decided: tuple[str, Path]) -> None:
        found = json.loads((decided[1] / "decisions.json").read_text(encoding="utf-8"))
        assert len({one["entity"] for one in found}) == len(found) == 302
        limits = [one["limit_fen"] for one in found if one["outcome"] == "approve"]
        assert sum(limits) <= BUDGET_FEN
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
        self, decided: tuple[str, Path]
    ) -> None:
        found = json.loads((decided[1] / "decisions.json").read_text(encoding="utf-8"))
        traced = [(one, reason) for one in found for reason in one["reasons"] if reason["rows"]]
        assert len(traced) > 302
        for one, reason in traced:
            assert len(one["reasons"]) <= 4
            for rows in reason["rows"].values():
                assert rows["count"] >= len(rows["largest"]) > 0
                assert all((DATA / place["file"]).is_file() for place in rows["largest"])

    def test_the_table_says_the_same_as_the_records(self, decided: tuple[str, Path]) -> None:
        found = json.loads((decided[1] / "decisions.json").read_text(encoding="utf-8"))
        with (decided[1] / "decisions.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = {row["entity"]: row for row in csv.DictReader(file)}
        assert len(rows) == 302
        for one in found:
            row = rows[one["entity"]]
            assert (row["outcome"], int(row["limit_yuan"])) == (
                one["outcome"],
                one["limit_fen"] // 100,
            )

    def test_a_sample_of_the_evidence_replays(
        self, bank: Installation, decided: tuple[str, Path]
    ) -> None:
        files = sorted((decided[1] / "evidence").iterdir())
        assert len(files) == 302
        said = bank.run("replay", *map(str, files[::30]))
        assert said.count("identical") == len(files[::30])

    def test_the_report_is_the_same_byte_for_byte(
        self, bank: Installation, decided: tuple[str, Path]
    ) -> None:
        written = []
        for name in ("one", "two"):
            folder = bank.home / name
            bank.run("report", "E124", "--out", str(folder))
            written.append({file.name: file.read_bytes() for file in folder.iterdir()})
        assert written[0] == written[1]
        assert len(written[0]) == 4

    def test_the_model_decides_the_same_elsewhere(
        self, bank: Installation, decided: tuple[str, Path], tmp_path: Path
    ) -> None:
        file = tmp_path / "model.json"
        bank.run("model", "--export", str(file))
        other = Installation(tmp_path / "other")
        other.run("model", "--import", str(file))
        again = tmp_path / "again.json"
        other.run("model", "--export", str(again))
        assert again.read_bytes() == file.read_bytes()
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(bytes(content))
        assert "card_" in other.run("model", "--import", str(file), status=1)

    def test_an_applicant_unknown_to_every_source_is_told_of(self, bank: Installation) -> None:
        said = bank.run("decide", "E99999", "--as-of", DAY, status=1)
        assert "enterprise_unknown" in said


class TestEvaluation:
    def test_the_card_parts_good_from_bad_but_not_too_well(self, bank: Installation) -> None:
        said = bank.run("evaluate", "--as-of", DAY, "--folds", "5", "--repeats", "2")
        card = next(line for line in said.splitlines() if "AUC of the card, mean" in line)
        assert 0.72 < float(card.split("│")[2]) < 0.93
        assert "not an out-of-time test" in said

"""A joint card in service over real processes: a bank asks, a tax office and a bureau answer on authorisations."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.federation.processes.firms import Firms
from tests.federation.processes.nodes import (
    BANK,
    FROM,
    HRSS,
    NAMES,
    NOTARY,
    PARTY,
    PURPOSE,
    TAX,
    TO,
    City,
    Launcher,
    at_once,
    code_of,
    first_column,
    job_in,
)

from shuxin.federation.card.files import read_file
from shuxin.federation.card.parts import CardPart, HolderSeat, LabelPart
from shuxin.federation.card.values import points_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.soak
SEED = 20261122
FIRMS, AGREED = 1_200, 1_000
"""Firms that all have; those of them that agreed are the first."""
TABLES = {BANK: "贷款台账", TAX: "纳税台账", HRSS: "缴费台账"}
FIELDS = {BANK: ("授信月数",), TAX: ("销售额", "滞纳次数"), HRSS: ("用工人数", "欠缴次数")}
DATA = (BANK, TAX, HRSS)
WIDE = {
    "released_figures_per_job": "100000",
    "released_figures_per_dataset_version": "100000",
    "scorecard": f'["{PURPOSE}"]',
    "max_told_share_percent": "100",  # of two characteristics nearly every total tells both
    "service_subjects_per_day_max": "1000000",
    "service_times_per_day_max": "1000",
}
PERIOD = (dt.date.fromisoformat(FROM), dt.date.fromisoformat(TO))
JOB_SECONDS = 400


def columns() -> dict[str, NDArray[np.float64]]:
    rng = np.random.default_rng(SEED)
    names = [name for one in FIELDS.values() for name in one]
    found = {name: np.round(rng.normal(size=FIRMS), 3) for name in names}
    told = 0.9 * found["授信月数"] + 1.1 * found["销售额"] - 0.7 * found["滞纳次数"]
    told += 0.8 * found["用工人数"] - 0.6 * found["欠缴次数"]
    overdue = rng.random(FIRMS) < 1 / (1 + np.exp(1.0 + told))
    return found | {"逾期": overdue.astype(np.float64)}


def import_table(city: City, name: str, known: dict[str, NDArray[np.float64]]) -> None:
    fields = (*FIELDS[name], *(("逾期",) if name == BANK else ()))
    lines = [",".join(["统一社会信用代码", "登记日期", *fields])]
    for number in range(FIRMS):
        cells = [f"{known[field][number]:g}" for field in fields]
        lines.append(",".join([code_of(number), "2024-05-06", *cells]))
    folder = city.folder / "numbers" / name
    folder.mkdir(parents=True)
    (folder / f"{TABLES[name]}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    city.do(name, "import", folder, "--department", NAMES[name], "--group", "public", "--accept")


def own_basis(city: City, name: str, purpose: str) -> str:
    said = city.do(name, "basis", "list").text
    found = re.search(rf"(?<!joint-){purpose}-\d{{8}}-[0-9a-f]{{6}}", first_column(said))
    assert found, said
    return found[0]


def joint_basis(city: City, name: str, *, also: str) -> str:
    said = city.do(
        name, "basis", "joint", PARTY[BANK], PURPOSE, "public_task",
        "政府信息资源共享管理暂行办法第五条", f"LP-card-{name}", TABLES[name], "--also", PARTY[also],
    ).text  # fmt: skip
    found = re.search(rf"joint-{PURPOSE}-\d{{8}}-[0-9a-f]{{6}}", said)
    assert found, said
    return found[0]


@dataclass
class World:
    """The city with its firms, and who of them agreed."""

    city: City
    firms: Firms
    grants: Path
    ids: dict[int, str]
    bases: dict[str, str]

    def card(self, *options: object) -> str:
        """A scorecard job, done at all."""
        return self.done(job_in(self.propose_card(*options)), TAX, HRSS, NOTARY)

    def propose_card(self, *options: object) -> str:
        """What the bank's command says."""
        inputs = [
            w for name in DATA for w in ("--input", PARTY[name], TABLES[name], self.bases[name])
        ]
        fields = [w for name in DATA for w in ("--features", PARTY[name], ",".join(FIELDS[name]))]
        said = self.city.do(
            BANK, "node", "propose", "scorecard", "--model", "流水贷", "--target", "逾期", "--bad", "1",
            "--holder", PARTY[TAX], "--holder", PARTY[HRSS], "--helper", PARTY[NOTARY],
            "--from", FROM, "--to", TO, *inputs, *fields, "--rows", 2000, "--min-size", 1000,
            "--max-fine", 20, "--max-bins", 5, "--fits", 3, "--iterations", 20, "--wait", 200, *options,
        )  # fmt: skip
        return said.text

    def service(self, card: str, *options: object) -> str:
        """A service of it, begun at all."""
        said = self.city.do(
            BANK, "node", "propose", "service", "--card", card, "--until", "2027-11-01",
            "--basis", own_basis(self.city, BANK, "credit_decision"), *options,
        )  # fmt: skip
        return self.done(job_in(said.text), TAX, HRSS)

    def done(self, job: str, *names: str) -> str:
        self.city.approve(job, *names)
        self.city.done(job, BANK, *names)
        return job

    def score(self, service: str, *firms: int, out: str = "scores") -> list[dict[str, str]]:
        """What the bank's command writes, a row a firm."""
        file, asked = self.city.folder / f"{out}.csv", self.city.folder / f"{out}.codes"
        asked.write_text("\n".join(["代码", *map(code_of, firms)]), encoding="utf-8")
        self.city.do(
            BANK, "node", "score", service, "--file", asked, "--grants", self.grants, "--out", file
        )
        return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))

    def seat(self, service: str, name: str) -> HolderSeat:
        label = read_file(LabelPart, self.part(service, BANK))
        return next(one for one in label.seats if one.party == PARTY[name])

    def part(self, job: str, name: str) -> bytes:
        return (self.city.node(name) / "results" / self.city.whole_id(job) / "card").read_bytes()


@pytest.fixture(scope="module")
def world(launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with founded(launcher, tmp_path_factory.mktemp("service")) as found:
        yield found


@contextlib.contextmanager
def founded(launcher: Launcher, folder: Path) -> Iterator[World]:
    """All four nodes run; the card is still to be made."""
    folder.mkdir(exist_ok=True)
    city = City(folder, launcher)
    firms = Firms(city)
    try:
        city.found(record=False, trusting=firms.found)
        known = columns()
        at_once(*(lambda name=name: import_table(city, name, known) for name in DATA))
        bases = {
            BANK: own_basis(city, BANK, PURPOSE),
            TAX: joint_basis(city, TAX, also=HRSS),
            HRSS: joint_basis(city, HRSS, also=TAX),
        }
        for name in (*DATA, NOTARY):
            city.write_policy(name, **WIDE)
        firms.bind(range(AGREED), TAX, HRSS)
        grants = city.folder / "grants"
        ids = firms.agree(
            grants, range(AGREED), holders=(TAX, HRSS), catalogues=(TABLES[TAX], TABLES[HRSS]),
            period=PERIOD,
        )  # fmt: skip
        city.start_all()
        yield World(city, firms, grants, ids, bases)
    finally:
        city.kill_all()


@pytest.fixture(scope="module")
def card(world: World) -> str:
    return world.card()


@pytest.fixture(scope="module")
def service(world: World, card: str) -> str:
    return world.service(card, "--subjects-per-day", 100_000)


class TestService:
    def test_scores_each_who_agreed_as_the_parts_say(
        self, world: World, card: str, service: str
    ) -> None:
        """Training rows through the line: the same points as the parts give from the truth."""
        world.firms.publish(TAX, HRSS)
        rows = world.score(service, *range(AGREED))
        label = read_file(LabelPart, world.part(card, BANK))
        known = {name: found[:AGREED] for name, found in columns().items()}
        total = label.base_points + points_of(
            [(one.shape, one.all_points) for one in label.characteristics], known
        ).sum(axis=1)
        for name in (TAX, HRSS):
            part = read_file(CardPart, world.part(card, name))
            theirs = points_of([(each.shape, each.points) for each in part.characteristics], known)
            assert [int(row[f"points:{PARTY[name]}"]) for row in rows] == theirs.sum(
                axis=1
            ).tolist()
            assert {row[f"standing:{PARTY[name]}"] for row in rows} == {"answered"}
            total = total + theirs.sum(axis=1)
        wanted = np.clip(total, label.scaling.floor, label.scaling.ceiling)
        assert [int(row["points"]) for row in rows] == wanted.tolist()

    def test_of_one_is_that_of_it_among_many(self, world: World, service: str) -> None:
        world.firms.publish(TAX, HRSS)
        (alone,) = world.score(service, 7)
        assert alone == world.score(service, 3, 7, 11)[1]

    def test_counters_are_what_the_log_says(self, world: World, service: str) -> None:
        """Of each holder: a use in the log for each that consent counted, an answer for each that the bank heard."""
        whole = world.city.whole_id(service)
        for name in (TAX, HRSS):
            rows = world.city.rows(name, "select sum(used) from consent_usecounter")
            told = world.city.do(name, "log", "list", "--limit", 100_000).text
            uses = [
                line
                for line in told.splitlines()
                if "  use  " in line and "ground=authorisation" in line
            ]
            assert rows[0][0] == len(uses) > AGREED
            theirs = set(re.findall(r"answer=([0-9a-f]{64})", told))
            heard = world.city.do(BANK, "log", "list", "--limit", 100_000).text
            ours = re.findall(
                rf"answer=([0-9a-f]{{64}}) holder={PARTY[name]} question=[0-9a-f]{{64}} service={whole}",
                heard,
            )
            assert theirs == set(ours)


class TestWithdrawal:
    def test_blocks_the_next_question_when_the_list_is_there(
        self, world: World, service: str
    ) -> None:
        firm, code = 900, code_of(900)
        world.firms.publish(TAX, HRSS)
        (before,) = world.score(service, firm)
        world.firms.ended.add(world.ids[firm])
        world.firms.publish(TAX, HRSS)
        (after, other) = world.score(service, firm, 901)
        for name in (TAX, HRSS):
            assert before[f"standing:{PARTY[name]}"] == "answered"
            assert after[f"standing:{PARTY[name]}"] == "refused"
            assert other[f"standing:{PARTY[name]}"] == "answered"
            seat = world.seat(service, name)
            assert int(after[f"points:{PARTY[name]}"]) == seat.missing_points
        said = world.city.do(BANK, "node", "score", service, code, "--grants", world.grants).text
        assert "withdrawn" in said
        assert "joint-refusal" in world.city.do(TAX, "log", "list", "--limit", 20).text

    def test_an_old_list_answers_nobody(self, world: World, service: str, card: str) -> None:
        """A service that asks for fresh lists: what is older than five seconds is refused."""
        del service
        strict = world.service(card, "--status-seconds", 5)
        world.firms.publish(TAX, HRSS)
        time.sleep(6)
        (row,) = world.score(strict, 12)
        assert {row[f"standing:{PARTY[name]}"] for name in (TAX, HRSS)} == {"refused"}


class TestEvidence:
    def test_of_a_kept_score_holds_for_who_trusts_these_parties(
        self, world: World, service: str
    ) -> None:
        """The bank must know the firm's key, to hand over what binds it."""
        city, code = world.city, code_of(905)
        world.firms.bind([905], BANK)
        world.firms.publish(TAX, HRSS)
        world.score(service, 905)
        (newest, *_) = city.do(BANK, "evidence", "--list", "--subject", code).text.split()
        file, trust = city.folder / "evidence.json", city.folder / "evidence-trust.json"
        city.do(BANK, "evidence", newest, "--out", file, "--trust-out", trust)
        assert ": holds" in city.do(BANK, "verify", file, "--trust", trust).text
        file.write_bytes(file.read_bytes().replace(b'"answered"', b'"declined"', 1))
        assert city.say(BANK, "verify", file, "--trust", trust).status == 1


class TestHolders:
    def test_one_that_is_down_counts_as_missing(self, world: World, service: str) -> None:
        world.firms.publish(TAX, HRSS)
        (whole,) = world.score(service, 20)
        world.city.stop(HRSS)
        try:
            (part,) = world.score(service, 20)
        finally:
            world.city.start_all(HRSS)
        assert part[f"standing:{PARTY[HRSS]}"] == "down"
        assert part[f"points:{PARTY[TAX]}"] == whole[f"points:{PARTY[TAX]}"]
        seat = world.seat(service, HRSS)
        assert int(part[f"points:{PARTY[HRSS]}"]) == seat.missing_points

    def test_one_without_authorisation_refuses(self, world: World, service: str) -> None:
        (row,) = world.score(service, AGREED + 5)
        assert {row[f"standing:{PARTY[name]}"] for name in (TAX, HRSS)} == {"refused"}

    def test_whoever_ends_its_part_answers_no_more(self, world: World, card: str) -> None:
        short = world.service(card)
        world.firms.publish(TAX, HRSS)
        world.city.do(TAX, "node", "service", "end", short)
        (row,) = world.score(short, 30)
        assert row[f"standing:{PARTY[TAX]}"] == "refused"
        assert row[f"standing:{PARTY[HRSS]}"] == "answered"
        assert "ended" in world.city.do(TAX, "node", "service", "list").text


class TestSum:
    def test_opens_the_sum_and_no_ones_points(self, world: World) -> None:
        card = world.card("--contribution", "sum", "--min-holders", 2)
        service = world.service(card)
        world.firms.publish(TAX, HRSS)
        rows = world.score(service, *range(40))
        label = read_file(LabelPart, world.part(card, BANK))
        known = {name: found[:40] for name, found in columns().items()}
        total = label.base_points + points_of(
            [(one.shape, one.all_points) for one in label.characteristics], known
        ).sum(axis=1)
        for name in (TAX, HRSS):
            part = read_file(CardPart, world.part(card, name))
            total = total + points_of(
                [(each.shape, each.points) for each in part.characteristics], known
            ).sum(axis=1)
            assert {row[f"points:{PARTY[name]}"] for row in rows} == {""}
        wanted = np.clip(total, label.scaling.floor, label.scaling.ceiling)
        assert [int(row["points"]) for row in rows] == wanted.tolist()
        world.city.stop(TAX)
        try:
            (alone,) = world.score(service, 3)
        finally:
            world.city.start_all(TAX)
        assert alone[f"standing:{PARTY[HRSS]}"] == "too_few"

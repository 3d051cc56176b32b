"""From a proposal to the parts of a joint card, over real processes: a bank, a tax office and a notary."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.federation.processes.nodes import (
    BANK,
    FROM,
    NAMES,
    NOTARY,
    PARTY,
    PURPOSE,
    TAX,
    TO,
    City,
    Launcher,
    code_of,
    job_in,
)

from shuxin.federation.card.files import hash_of, read_file
from shuxin.federation.card.parts import CardPart, LabelPart
from shuxin.federation.card.values import points_of
from shuxin.federation.domain.figures import figures_to
from shuxin.federation.domain.job import Job, job_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

pytestmark = pytest.mark.soak
SEED = 20260601
FIRMS, ELSEWHERE = 1_200, 300
"""Firms that both have, and further ones of the tax office."""
LOANS, LEVIES = "贷款台账", "纳税台账"
FIELDS = {BANK: ("授信月数", "周转率"), TAX: ("销售额", "用工人数", "滞纳次数")}
PARTIES = (BANK, TAX, NOTARY)
WIDE = {
    "released_figures_per_job": "100000",
    "released_figures_per_dataset_version": "100000",
    "scorecard": f'["{PURPOSE}"]',
    "max_told_share_percent": "100",  # of two characteristics nearly every total tells both
}
JOB_SECONDS = 400


def columns() -> dict[str, NDArray[np.float64]]:
    """Of FIRMS + ELSEWHERE firms; who is overdue depends on both parties' columns, and 用工人数 is noise."""
    rng = np.random.default_rng(SEED)
    found = {
        name: np.round(rng.normal(size=FIRMS + ELSEWHERE), 3)
        for names in FIELDS.values()
        for name in names
    }
    told = (
        0.9 * found["授信月数"]
        + 0.5 * found["周转率"]
        + 1.1 * found["销售额"]
        - 0.7 * found["滞纳次数"]
    )
    overdue = rng.random(len(told)) < 1 / (1 + np.exp(1.2 + told))
    return found | {"逾期": overdue.astype(np.float64)}


def csv_of(name: str, known: dict[str, NDArray[np.float64]]) -> str:
    fields = FIELDS[name] + (("逾期",) if name == BANK else ())
    rows = range(FIRMS if name == BANK else FIRMS + ELSEWHERE)
    lines = [",".join(["统一社会信用代码", "登记日期", *fields])]
    for number in rows:
        cells = [f"{known[field][number]:g}" for field in fields]
        lines.append(",".join([code_of(number), "2024-05-06", *cells]))
    return "\n".join([*lines, ""])


def import_table(city: City, name: str, table: str, text: str) -> None:
    folder = city.folder / "numbers" / name
    folder.mkdir(parents=True)
    (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    city.do(name, "import", folder, "--department", NAMES[name], "--group", "public", "--accept")


@pytest.fixture(scope="module")
def city(launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A city of its own: the joint basis of another dataset stands there, and the policies let a scorecard out."""
    made = City(tmp_path_factory.mktemp("card"), launcher)
    try:
        made.found(record=False)
        known = columns()
        import_table(made, BANK, LOANS, csv_of(BANK, known))
        import_table(made, TAX, LEVIES, csv_of(TAX, known))
        for name in PARTIES:
            made.write_policy(name, **WIDE)
        made.start_all(*PARTIES)
        yield made
    finally:
        made.kill_all()


def basis_for(city: City) -> str:
    said = city.do(
        TAX, "basis", "joint", PARTY[BANK], PURPOSE, "public_task",
        "政府信息资源共享管理暂行办法第五条", "LP-card", LEVIES,
    ).text  # fmt: skip
    found = re.search(rf"joint-{PURPOSE}-\d{{8}}-[0-9a-f]{{6}}", said)
    assert found, said
    return found[0]


@pytest.fixture(scope="module")
def job(city: City) -> str:
    said = city.do(
        BANK, "node", "propose", "scorecard", "--model", "流水贷", "--target", "逾期", "--bad", "1",
        "--holder", PARTY[TAX], "--helper", PARTY[NOTARY], "--from", FROM, "--to", TO,
        "--input", PARTY[BANK], LOANS, city.basis(BANK),
        "--input", PARTY[TAX], LEVIES, basis_for(city),
        "--features", PARTY[BANK], ",".join(FIELDS[BANK]),
        "--features", PARTY[TAX], ",".join(FIELDS[TAX]),
        "--rows", 2000, "--min-size", 1000, "--max-fine", 20, "--max-bins", 5,
        "--fits", 3, "--iterations", 20, "--wait", 200,
    )  # fmt: skip
    found = job_in(said.text)
    city.approve(found, TAX, NOTARY)
    ends = city.ended(found, *PARTIES, seconds=JOB_SECONDS)
    shown = "\n".join(city.shown(found, name).text for name in PARTIES)
    assert set(ends.values()) == {"done"}, shown + "\n".join(map(city.printed, PARTIES))
    return found


def part_file(city: City, job: str, name: str) -> bytes:
    out = city.folder / f"{name}.card-part"
    city.do(name, "node", "result", job, "--out", out)
    return out.read_bytes()


@pytest.fixture(scope="module")
def parts(city: City, job: str) -> tuple[LabelPart, CardPart]:
    return (
        read_file(LabelPart, part_file(city, job, BANK)),
        read_file(CardPart, part_file(city, job, TAX)),
    )


def whole_job(city: City, job: str) -> Job:
    text = city.one(BANK, "select statement from federation_jobrecord where job_id like ?", job)
    return job_from(json.loads(str(text))["body"])


class TestParts:
    def test_fit_together(self, parts: tuple[LabelPart, CardPart]) -> None:
        label, holder = parts
        (seat,) = label.seats
        assert (seat.party, seat.part) == (PARTY[TAX], hash_of(holder))
        assert (label.job, label.model) == (holder.job, holder.model)
        assert label.training.rows == holder.rows == FIRMS
        assert seat.missing_points == holder.missing_points

    def test_have_what_tells_and_not_the_noise(self, parts: tuple[LabelPart, CardPart]) -> None:
        label, holder = parts
        assert {each.name for each in label.characteristics} == set(FIELDS[BANK])
        assert {each.shape.name for each in holder.characteristics} == {"销售额", "滞纳次数"}

    def test_together_tell_bad_from_good_better_than_the_banks_own(
        self, parts: tuple[LabelPart, CardPart]
    ) -> None:
        """Points of the training rows against the truth, which lies with the test."""
        label, holder = parts
        known = {name: found[:FIRMS] for name, found in columns().items()}
        own = points_of([(one.shape, one.all_points) for one in label.characteristics], known)
        theirs = points_of([(each.shape, each.points) for each in holder.characteristics], known)
        alone, joint = own.sum(axis=1), own.sum(axis=1) + theirs.sum(axis=1)
        bad = known["逾期"] == 1
        assert auc(joint, bad) > max(0.8, auc(alone, bad) + 0.05)


class TestShown:
    def test_each_party_sees_its_own_part_in_short(
        self, city: City, job: str, parts: tuple[LabelPart, CardPart]
    ) -> None:
        for name, part in zip((BANK, TAX), parts, strict=True):
            said = city.do(name, "node", "result", job)
            assert hash_of(part) in said
            assert "流水贷" in said
        assert "cut-off 560" in city.do(BANK, "node", "result", job)

    def test_the_helper_has_no_part(self, city: City, job: str) -> None:
        said = city.say(NOTARY, "node", "result", job)
        assert said.status == 1
        assert "node_result_missing" in said


class TestCounted:
    def test_each_sides_log_has_the_figures_that_the_policy_counted(
        self, city: City, job: str
    ) -> None:
        whole = whole_job(city, job)
        for name, to in ((BANK, TAX), (TAX, BANK)):
            (line,) = [
                one
                for one in city.entries(city.whole_id(job), name)
                if "job-released" in one and "output=card" in one
            ]
            figures = figures_to(whole, party=PARTY[name], to=PARTY[to])
            assert f"numbers={figures} " in f"{line} "

    def test_a_policy_without_the_figures_refuses_the_next(self, city: City, job: str) -> None:
        del job
        city.write_policy(TAX, **WIDE | {"released_figures_per_job": "100"})
        try:
            said = city.do(
                BANK, "node", "propose", "scorecard", "--model", "m", "--target", "逾期", "--bad", "1",
                "--holder", PARTY[TAX], "--helper", PARTY[NOTARY], "--from", FROM, "--to", TO,
                "--input", PARTY[BANK], LOANS, city.basis(BANK),
                "--input", PARTY[TAX], LEVIES, "any", "--features", PARTY[TAX], FIELDS[TAX][0],
            )  # fmt: skip
            found = job_in(said.text)
            assert city.ended(found, BANK) == {BANK: "refused"}
            question = "select reason from federation_jobrecord where job_id like ?"
            assert city.one(BANK, question, found) == "figures_too_many"
        finally:
            city.write_policy(TAX, **WIDE)


def auc(points: NDArray[np.int64], bad: NDArray[np.bool_]) -> float:
    """Chance that a good one has more points than a bad one, ties a half."""
    good_points, bad_points = points[~bad], points[bad]
    wins = 0.0
    for one in bad_points.tolist():
        wins += float((good_points > one).sum()) + float((good_points == one).sum()) / 2
    found = wins / (len(good_points) * len(bad_points))
    assert math.isfinite(found)
    return found

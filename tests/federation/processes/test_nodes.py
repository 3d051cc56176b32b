"""From commands to aligned sets, over real processes; the truth is known to the test alone."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest
from tests.federation.processes.killing import Death, killed_job
from tests.federation.processes.nodes import (
    ALL,
    BANK,
    DATA,
    HRSS,
    NOTARY,
    TAX,
    City,
    code_of,
    common,
    rows_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

Jobs = dict[str, str]
SEED = 5
LEAST_STEPS = 60
"""Fewer than any node takes in such a job."""


pytestmark = pytest.mark.soak  # the demo runs real nodes too; in check each program runs alone


@pytest.fixture(scope="module")
def jobs(city: City) -> Mapping[str, str]:
    """Five jobs at once."""
    found = {
        "both": city.propose(),
        "one": city.propose(learn="one"),
        "count": city.propose(learn="count"),
        "ecdh": city.propose(holders=(TAX,), helper=""),
        "rehearsal": city.rehearse(rows=501, left=7, right=3, products=2, ring=64),
    }
    for name, job in found.items():
        parties = {"ecdh": (BANK, TAX), "rehearsal": (BANK, TAX, NOTARY)}.get(name, ALL)
        city.done(job, *parties)
    return found


class TestTags:
    def test_each_party_learns_its_common_rows_in_one_order(self, city: City, jobs: Jobs) -> None:
        found = [city.aligned(jobs["both"], name) for name in DATA]
        assert set(found[0]) == common(*DATA)
        assert len(found[0]) == len(common(*DATA)) > 50
        assert found[0] == found[1] == found[2] != sorted(found[0])

    def test_a_firm_that_stands_twice_enters_once(self, city: City, jobs: Jobs) -> None:
        for name in DATA:
            (entry,) = [one for one in city.entries(jobs["both"], name) if "  job-entry  " in one]
            assert f"rows={len(rows_of(name))} " in entry

    def test_one_learns_the_rows_and_the_others_nothing(self, city: City, jobs: Jobs) -> None:
        assert set(city.aligned(jobs["one"], BANK)) == common(*DATA)
        for name in (TAX, HRSS):
            said = city.do(name, "node", "result", jobs["one"])
            assert "learns nothing of this job" in said

    def test_one_learns_the_count_alone(self, city: City, jobs: Jobs) -> None:
        said = city.do(BANK, "node", "result", jobs["count"])
        assert said.text.strip() == f"{len(common(*DATA))} common subjects"
        assert "learns nothing of this job" in city.do(TAX, "node", "result", jobs["count"])

    def test_the_helper_is_told_nothing_to_keep(self, city: City, jobs: Jobs) -> None:
        said = city.say(NOTARY, "node", "result", jobs["both"])
        assert said.status == 1
        assert "node_result_missing" in said


class TestEcdh:
    def test_two_parties_need_no_helper(self, city: City, jobs: Jobs) -> None:
        found = [city.aligned(jobs["ecdh"], name) for name in (BANK, TAX)]
        assert set(found[0]) == common(BANK, TAX)
        assert found[0] == found[1]
        assert not city.state(jobs["ecdh"], NOTARY)


class TestRehearsal:
    def test_every_product_is_exact(self, city: City, jobs: Jobs) -> None:
        verdict = json.loads(city.do(BANK, "node", "result", jobs["rehearsal"]).text)
        assert verdict["exact"] is True


class TestHashes:
    def test_words_of_all_parties_are_at_every_party(self, city: City, jobs: Jobs) -> None:
        """The same signed words, and one digest over the transcripts of every pair."""
        question = (
            "select w.party, w.kind, w.hash from federation_jobword w "
            "join federation_jobrecord r on r.id = w.job_id where r.job_id like ?"
        )
        words = {}
        for name in ALL:
            words[name] = set(city.rows(name, question, f"{jobs['both']}%"))
        assert words[BANK] == words[TAX] == words[HRSS] == words[NOTARY]
        kinds = sorted(str(kind) for _, kind, _ in words[BANK])
        assert kinds == ["job", *["job-approval"] * 4, *["job-end"] * 4]


class TestReuse:
    def test_whoever_left_a_dataset_is_common_no_more(self, city: City, jobs: Jobs) -> None:
        gone = {code_of(number) for number in (62, 66, 68)}
        assert gone < common(*DATA)
        city.load(HRSS, without=gone)
        job = city.propose(reuse=jobs["both"])
        city.done(job, *ALL)
        before = city.aligned(jobs["both"], BANK)
        for name in DATA:
            assert city.aligned(job, name) == [code for code in before if code not in gone]
        city.load(HRSS)


class TestKills:
    """Every node at one of its durable steps; at each of them in tests/soak/test_nodes_kills.py."""

    @pytest.mark.parametrize(
        "number", [0, pytest.param(1, marks=pytest.mark.soak)], ids=["first", "second"]
    )
    def test_all_four_nodes_killed_and_started_again_find_the_truth(
        self, city: City, number: int
    ) -> None:
        chance = random.Random(SEED + number)  # noqa: S311 - steps to die at
        deaths = {name: Death(chance.randint(1, LEAST_STEPS), after=bool(number)) for name in ALL}
        assert killed_job(city, "tags", deaths) == set(ALL)

"""Every refusal has its reason at both sides, as a signed word, an exit status and an entry of the log.

A mask asked twice cannot be provoked by commands: tests/federation/engine/test_seeds.py shows it.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
from typing import TYPE_CHECKING

import pytest
from tests.federation.processes.hostile import Hostile
from tests.federation.processes.nodes import (
    ALL,
    BANK,
    DATA,
    DATASETS,
    HRSS,
    NOTARY,
    PARTY,
    TAX,
    City,
    first_column,
    job_in,
    wait_until,
)

from shuxin.federation.domain.job import JOB
from shuxin.kernel.statements import parse_statement, sign_statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shuxin.kernel.canonical import Json

OF_GATE = "reason_1=use_refused"
"""The log of who was refused by its own gate has this; its word, and the others' logs, have the gate's reason."""
FAILS = {
    "no such basis": (
        {"grounds": {TAX: "joint-model_training-20200101-000000"}},
        TAX,
        "basis_missing",
    ),
    "too few in common": ({"min_size": 150}, NOTARY, "alignment_too_few"),
}


@pytest.fixture
def policy_of_tax(city: City) -> Iterator[City]:
    yield city
    city.write_policy(TAX)
    city.stand_by(TAX)


def shown_at_both(city: City, job: str, *names: str, state: str, reason: str, by: str) -> None:
    """Exit status 1, the reason as text, the signed word of who said so, and the log, at each."""
    kind = "job-refusal" if state == "refused" else "job-end"
    for name in names:
        assert city.ended(job, name) == {name: state}
        said = city.shown(job, name)
        assert said.status == 1, said.text
        assert reason_text(reason) in said, said.text
        wait_until(
            lambda name=name: kind in words_of(city, job, name, by), what=f"{kind} at {name}"
        )
        assert reason in words_of(city, job, name, by)[kind]
        entries = [one for one in city.entries(job, name) if reason in one or OF_GATE in one]
        assert entries, "\n".join(city.entries(job, name))


pytestmark = pytest.mark.soak


def reason_text(code: str) -> str:
    from shuxin.federation.api import say_reason

    return say_reason(code, "en")


def words_of(city: City, job: str, name: str, by: str) -> dict[str, str]:
    """What a node has of a party about a job: kind of the word, and its text."""
    asked = (
        "select w.kind, w.statement from federation_jobword w "
        "join federation_jobrecord r on r.id = w.job_id where r.job_id like ? and w.party = ?"
    )
    return {str(k): str(text) for k, text in city.rows(name, asked, f"{job}%", PARTY[by])}


class TestPolicy:
    def test_a_purpose_that_it_does_not_serve(self, policy_of_tax: City) -> None:
        city = policy_of_tax
        city.write_policy(TAX, alignment='["statistics"]')
        job = city.propose()
        shown_at_both(
            city, job, BANK, TAX, HRSS, state="refused", reason="purpose_not_allowed", by=TAX
        )

    def test_a_set_that_may_be_too_small(self, policy_of_tax: City) -> None:
        city = policy_of_tax
        city.write_policy(TAX, min_set_size="6")
        job = city.propose()
        shown_at_both(city, job, BANK, TAX, state="refused", reason="min_size_too_small", by=TAX)

    def test_a_budget_that_is_spent(self, policy_of_tax: City) -> None:
        city = policy_of_tax
        if not city.rows(TAX, "select 1 from federation_jointuse"):
            city.done(city.propose(), *ALL)
        city.write_policy(TAX, joint_jobs_per_dataset_version="1")
        job = city.propose()
        shown_at_both(city, job, BANK, TAX, state="refused", reason="jobs_too_similar", by=TAX)

    def test_its_own_policy_stops_a_proposal_before_anything_leaves(self, city: City) -> None:
        said = city.propose(learn="both", min_size=1, status=1)
        assert "job_refused" in said
        assert reason_text("min_size_too_small") in said
        log = city.do(BANK, "log", "list", "--limit", 3).text
        assert "job-refused" in log
        assert "reason_1=min_size_too_small" in log


class TestGate:
    @pytest.mark.parametrize("case", FAILS)
    def test_what_does_not_hold_ends_the_job_for_all(self, city: City, case: str) -> None:
        options, by, reason = FAILS[case]
        job = city.propose(**options)  # type: ignore[arg-type]
        shown_at_both(city, job, BANK, TAX, HRSS, state="failed", reason=reason, by=by)
        for name in DATA:
            assert city.say(name, "node", "result", job).status == 1

    def test_a_basis_that_was_ended(self, city: City) -> None:
        words = ("public_task", "政府信息资源共享管理暂行办法第五条", "LP-ended", DATASETS[HRSS])
        known = joint_bases(city, HRSS)
        city.do(HRSS, "basis", "joint", PARTY[BANK], "model_training", *words)
        (made,) = joint_bases(city, HRSS) - known
        city.do(HRSS, "basis", "end", made)
        job = city.propose(grounds={HRSS: made})
        shown_at_both(city, job, BANK, HRSS, state="failed", reason="basis_missing", by=HRSS)

    def test_no_authorisation(self, city: City) -> None:
        job = city.propose(grounds={TAX: "authorisations"})
        shown_at_both(city, job, BANK, TAX, state="failed", reason="authorisation_missing", by=BANK)


def joint_bases(city: City, name: str) -> set[str]:
    said = first_column(city.do(name, "basis", "list").text)
    return set(re.findall(r"joint-model_training-\d{8}-[0-9a-f]{6}", said))


class TestApproval:
    def test_no_job_starts_without_all_and_a_person_may_refuse(self, policy_of_tax: City) -> None:
        city = policy_of_tax
        city.write_policy(TAX)  # a person decides
        job = city.propose()
        city.known(job, *ALL)
        for name in (BANK, HRSS, NOTARY):
            wait_until(lambda name=name: city.state(job, name) == "approved", what=name)
        assert city.state(job, TAX) == "waiting"
        assert "waiting for the approval of 税务局" in city.shown(job, BANK)
        whole = city.whole_id(job)
        assert not [name for name in ALL if (city.node(name) / "jobs" / whole).exists()]
        city.do(TAX, "node", "refuse", job, "--why", "not this month")
        shown_at_both(
            city, job, BANK, TAX, HRSS, NOTARY, state="refused", reason="by_person", by=TAX
        )
        assert "not this month" in city.shown(job, BANK)
        for name in ALL:
            assert not [one for one in city.entries(job, name) if "job-started" in one]

    def test_a_job_changed_afterwards_is_another_job(self, policy_of_tax: City) -> None:
        """Approvals of the one are none of the other; a changed text under the old signature is nobody's."""
        city = policy_of_tax
        city.write_policy(TAX)
        job = city.propose()
        city.approve(job, TAX)
        statement = parse_statement(words_of(city, job, BANK, BANK)["job"].encode())
        bank = Hostile(city, BANK, TAX)
        forged = dict(json.loads(statement.dump()))
        forged["body"] = dict(forged["body"]) | {"title": "changed"}
        assert bank.word(json.dumps(forged).encode()) in {"statement_invalid", "job_refused"}
        body = dict(statement.body) | {"title": "changed"}
        changed = sign_statement(JOB, body, signer=bank.signer)
        assert bank.word(changed.dump()) == ""
        assert city.state(changed.hash, TAX) == "waiting"
        for name in (HRSS, NOTARY):
            assert (
                Hostile(city, name, TAX).word(
                    words_of(city, job, TAX, TAX)["job-approval"].encode()
                )
                == "job_word_unproven"
            )
        city.done(job, *ALL)
        assert city.state(changed.hash, TAX) == "waiting"
        assert not (city.node(TAX) / "jobs" / changed.hash).exists()
        city.do(TAX, "node", "refuse", changed.hash)

    def test_a_job_that_nobody_approved_in_time_is_over(self, policy_of_tax: City) -> None:
        city = policy_of_tax
        city.write_policy(TAX)
        first = city.propose()
        body = json.loads(words_of(city, first, BANK, BANK)["job"])["body"]
        city.known(first, TAX)
        city.do(TAX, "node", "refuse", first)
        fields = {
            k: body[k] for k in ("purpose", "parties", "inputs", "parameters", "outputs", "limits")
        }
        until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=6)
        file = city.folder / "job.json"
        file.write_text(json.dumps(fields | {"valid_to": until.isoformat()}))
        job = job_in(city.do(BANK, "node", "propose", "file", file).text)
        for name in (BANK, TAX):
            assert city.ended(job, name) == {name: "expired"}
            said = city.shown(job, name)
            assert said.status == 1
            assert reason_text("expired") in said
            assert [one for one in city.entries(job, name) if "state=expired" in one]


@pytest.fixture
def run_by_the_bank(city: City) -> Iterator[City]:
    """The card of the helper says that the bank runs its node."""
    job = city.propose(holders=(TAX,))
    city.done(job, BANK, TAX, NOTARY)
    for runner in (BANK, NOTARY):
        city.edit_config(NOTARY, operated_by=f'"{PARTY[runner]}"')
        card = city.folder / "again.card"
        city.do(NOTARY, "node", "card", "--out", card)
        for name in (BANK, TAX):
            city.do(name, "node", "peer", "add", card)
        if runner == BANK:
            yield city


class TestHelper:
    def test_whose_node_a_data_party_runs_is_refused_at_both_sides(
        self, run_by_the_bank: City
    ) -> None:
        """By the bank's own policy; and by the tax office, when the bank's program does not look."""
        city = run_by_the_bank
        said = city.propose(holders=(TAX,), status=1)
        assert reason_text("helper_is_data_party") in said
        assert "reason_1=helper_is_data_party" in city.do(BANK, "log", "list", "--limit", 2).text
        asked = (
            "select statement from federation_jobword where kind = 'job' order by id desc limit 1"
        )
        ((text,),) = city.rows(BANK, asked)
        bank = Hostile(city, BANK, TAX)
        forged = again(parse_statement(str(text).encode()).body)
        job = sign_statement(JOB, forged, signer=bank.signer)
        assert bank.word(job.dump()) == ""
        assert city.ended(job.hash, TAX) == {TAX: "refused"}
        shown = city.shown(job.hash, TAX)
        assert shown.status == 1
        assert reason_text("helper_is_data_party") in shown
        assert "helper_is_data_party" in words_of(city, job.hash, TAX, TAX)["job-refusal"]
        assert [one for one in city.entries(job.hash, TAX) if "helper_is_data_party" in one]


def again(body: Mapping[str, Json], **changed: Json) -> dict[str, Json]:
    """The same job, proposed now."""
    now = dt.datetime.now(dt.UTC)
    times = {"proposed_at": now.isoformat(), "valid_to": (now + dt.timedelta(hours=1)).isoformat()}
    return {**body, "nonce": secrets.token_hex(16), **times, **changed}


class TestVersion:
    def test_another_protocol_is_named_on_both_sides(self, city: City) -> None:
        """What the asking side is told is what the other side's program answers."""
        bank = Hostile(city, BANK, TAX)
        assert bank.raw(b"", path="/shuxin/2") == "protocol_unknown"

    def test_a_job_of_another_version_is_refused_with_a_signed_word(self, city: City) -> None:
        job = city.propose(holders=(TAX,), helper="")
        city.done(job, BANK, TAX)
        body = json.loads(words_of(city, job, BANK, BANK)["job"])["body"]
        bank = Hostile(city, BANK, TAX)
        later = sign_statement(JOB, dict(body) | {"version": 2}, signer=bank.signer)
        assert bank.word(later.dump()) == ""
        assert city.ended(later.hash, TAX) == {TAX: "refused"}
        said = city.shown(later.hash, TAX)
        assert said.status == 1
        assert reason_text("version_unknown") in said
        assert "version_unknown" in words_of(city, later.hash, TAX, TAX)["job-refusal"]
        assert [one for one in city.entries(later.hash, TAX) if "version_unknown" in one]

"""A card goes into service: each party's program looks whether it has the part that all approved, and keeps it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.federation.card.samples import LABEL, World, contract_of, summing, world_of
from tests.federation.memory import run_together

from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.files import file_of, hash_of
from shuxin.federation.domain.job import JobInvalid, job_from
from shuxin.federation.domain.parameters import ServiceParameters
from shuxin.federation.service.kind import (
    CARD,
    PAIRS,
    SCORES,
    CardMissing,
    ServiceImpossible,
    ServiceKind,
    asked_of,
    no_cards,
    read_pairs,
)
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.errors import ShuxinError
from shuxin.scoring.api import CardInvalid

if TYPE_CHECKING:
    from pathlib import Path

    from tests.federation.memory import Outcome

    from shuxin.federation.card.parts import CardPart, LabelPart
    from shuxin.federation.domain.job import Job

CARD_JOB = "a" * 64
NOW = dt.datetime(2026, 6, 1, 9, tzinfo=CHINA_TIME)
PERIOD = {"level": 2, "data_from": "2024-01-01", "data_to": "2025-01-01"}


def values(world: World, **changed: Any) -> dict[str, Any]:
    """The job as a form gives it; ``changed`` are its parameters."""
    theirs = {"dataset": "tax", "ground": "authorisations"} | PERIOD
    asked = {
        "kind": "service",
        "scorecard": CARD_JOB,
        "label_part": hash_of(world.label),
        "parts": [hash_of(part) for part in world.parts.values()],
        "until": (NOW + dt.timedelta(days=90)).isoformat(),
    }
    return {
        "nonce": "0" * 32,
        "proposer": LABEL,
        "purpose": "credit_decision",
        "parties": [
            {"party": LABEL, "role": "label"},
            *({"party": one, "role": "holder"} for one in world.parts),
        ],
        "inputs": [
            {"party": LABEL, "dataset": "loans", "ground": "basis", "basis": "own-1"} | PERIOD,
            *(theirs | {"party": one} for one in world.parts),
        ],
        "parameters": asked | changed,
        "outputs": [{"name": "scores", "to": LABEL}],
        "proposed_at": NOW.isoformat(),
        "valid_to": (NOW + dt.timedelta(days=9)).isoformat(),
    }


def job_of(world: World, **changed: Any) -> Job:
    return job_from(values(world, **changed))


class Kept:
    """A kind for all parties of a stage: each finds its own part, as its node kept it."""

    def __init__(self, world: World, **instead: LabelPart | CardPart | bytes | None) -> None:
        self.held: dict[str, Any] = {LABEL: world.label, **world.parts} | instead

    def messages(self, job: Job) -> tuple[()]:
        assert ServiceKind().messages(job) == ()
        return ()

    def run(self, work: Any) -> None:
        thing = self.held[work.party]

        def cards(job_id: str, /) -> bytes:
            if job_id != CARD_JOB or thing is None:
                raise CardMissing(job=job_id[:12])
            return thing if isinstance(thing, bytes) else file_of(thing)

        ServiceKind(cards).run(work)


def run(world: World, folder: Path, *, job: Job | None = None, **instead: Any) -> Outcome:
    return run_together(Kept(world, **instead), job or job_of(world), folder=folder)


def of_sum(holders: int = 3) -> World:
    return world_of(summing(at_least=2), seed=1, holders=holders)


def by_holder(holders: int = 2) -> World:
    return world_of(contract_of(Contribution.BY_HOLDER), seed=2, holders=holders)


class TestServiceKind:
    def test_keeps_the_part_that_each_party_has_as_it_is(self, tmp_path: Path) -> None:
        for world in (of_sum(), by_holder(), by_holder(1)):
            done = run(world, tmp_path)
            assert done.failures == {}
            assert {one: found[CARD] for one, found in done.kept.items()} == {
                one: file_of(part) for one, part in {LABEL: world.label, **world.parts}.items()
            }
            assert done.messages == {}

    def test_asks_each_holders_leave_for_scores_and_nobodys_else(self, tmp_path: Path) -> None:
        world = of_sum()
        released = run(world, tmp_path).released
        assert sorted(released) == [(one, SCORES, LABEL, 0, 0) for one in sorted(world.parts)]

    def test_with_a_sum_each_two_holders_have_a_secret_that_nobody_else_has(
        self, tmp_path: Path
    ) -> None:
        world = of_sum()
        done = run(world, tmp_path)
        pairs = {one: read_pairs(done.kept[one][PAIRS]) for one in world.parts}
        assert PAIRS not in done.kept[LABEL]
        for one, secrets in pairs.items():
            assert set(secrets) == set(world.parts) - {one}
            assert {len(secret) for secret in secrets.values()} == {32}
            for other, secret in secrets.items():
                assert pairs[other][one] == secret
        different = {secret for secrets in pairs.values() for secret in secrets.values()}
        assert len(different) == 3
        told = b"".join(done.kept[LABEL].values())
        assert not any(secret.hex().encode() in told for secret in different)

    def test_secrets_are_the_same_after_a_restart(self, tmp_path: Path) -> None:
        world = of_sum()
        first, again = (run(world, tmp_path / name) for name in ("a", "b"))
        one = next(iter(world.parts))
        assert first.kept[one] == again.kept[one]

    def test_keeps_no_secrets_where_each_total_is_told(self, tmp_path: Path) -> None:
        assert not any(PAIRS in found for found in run(by_holder(), tmp_path).kept.values())

    @pytest.mark.parametrize(
        ("field", "changed"),
        [("label_part", {"label_part": "0" * 64}), ("parts", {"parts": ["0" * 64] * 3})],
    )
    def test_another_hash_in_the_job_is_refused_by_whose_part_it_is(
        self, tmp_path: Path, field: str, changed: dict[str, Any]
    ) -> None:
        world = of_sum()
        done = run(world, tmp_path, job=job_of(world, **changed))
        for party, error in done.failures.items():
            assert isinstance(error, ServiceImpossible)
            assert error.facts["field"] == field
            assert done.kept[party] == {}
        refused = {LABEL} if field == "label_part" else {LABEL, *world.parts}
        assert set(done.failures) == refused

    def test_parts_in_another_order_are_refused(self, tmp_path: Path) -> None:
        world = of_sum()
        hashes = [hash_of(part) for part in world.parts.values()]
        done = run(world, tmp_path, job=job_of(world, parts=[hashes[1], hashes[0], hashes[2]]))
        first, second, third = world.parts
        assert set(done.failures) == {LABEL, first, second}
        assert set(done.kept[third]) == {CARD, PAIRS}

    def test_fewer_holders_than_the_card_has_are_refused_by_all(self, tmp_path: Path) -> None:
        world = of_sum()
        fewer = replace(world, parts=dict(list(world.parts.items())[:2]))
        done = run(world, tmp_path, job=job_of(fewer))
        assert set(done.failures) == {LABEL, *fewer.parts}
        facts = {one: error.facts["field"] for one, error in failed(done).items()}
        assert facts == {LABEL: "parts"} | dict.fromkeys(fewer.parts, "parties")

    def test_a_part_of_another_card_or_party_is_refused(self, tmp_path: Path) -> None:
        world, other = of_sum(), world_of(summing(at_least=2), seed=7, holders=3)
        first, second, _ = world.parts
        for instead, field in (
            (replace(world.parts[first], salt="0" * 64), "parts"),
            (replace(world.parts[first], job="b" * 64), "scorecard"),
            (other.parts[first], "parts"),
            (world.parts[second], "parties"),
        ):
            done = run(world, tmp_path, **{first: instead})
            assert {one: e.facts["field"] for one, e in failed(done).items()} == {first: field}
        for mine, field in (
            (replace(world.label, job="b" * 64), "scorecard"),
            (replace(world.label, cut_off=1), "label_part"),
        ):
            done = run(world, tmp_path, **{LABEL: mine})
            assert {one: e.facts["field"] for one, e in failed(done).items()} == {LABEL: field}

    def test_a_party_without_a_part_or_with_anothers_kind_of_part_fails(
        self, tmp_path: Path
    ) -> None:
        world = by_holder(1)
        (holder,) = world.parts
        for instead, error in (
            ({holder: None}, CardMissing),
            ({LABEL: None}, CardMissing),
            ({holder: world.label}, CardInvalid),
            ({LABEL: world.parts[holder]}, CardInvalid),
            ({holder: b"{}"}, ShuxinError),
        ):
            done = run(world, tmp_path, **instead)
            (party,) = instead
            assert isinstance(done.failures[party], error)
            assert done.kept[party] == {}

    def test_a_refused_release_keeps_nothing(self, tmp_path: Path) -> None:
        world = of_sum()

        def refuse(*_: object) -> None:
            raise CardMissing(job="x")

        done = run_together(Kept(world), job_of(world), folder=tmp_path, release=refuse)
        assert {one: done.kept[one] for one in world.parts} == {one: {} for one in world.parts}

    def test_a_node_without_cards_has_none(self) -> None:
        with pytest.raises(CardMissing):
            no_cards(CARD_JOB)

    def test_has_nobody_to_help(self) -> None:
        world = by_holder(1)
        seats = [*values(world)["parties"], {"party": "uscc:91310000MA1FL0099X", "role": "helper"}]
        with pytest.raises(JobInvalid) as caught:
            job_from(values(world) | {"parties": seats})
        assert caught.value.facts["field"] == "parties"

    def test_asked_of_another_kind_is_a_mistake(self) -> None:
        world = by_holder(1)
        assert isinstance(asked_of(job_of(world)), ServiceParameters)
        other = job_of(world).model_copy(update={"parameters": None})
        with pytest.raises(TypeError):
            asked_of(other)


def failed(done: Outcome) -> dict[str, ShuxinError]:
    found = {one: error for one, error in done.failures.items() if isinstance(error, ShuxinError)}
    assert set(found) == set(done.failures)
    return found

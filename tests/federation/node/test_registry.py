"""The joint models that a node has a part of, as its registry and its command tell them."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.federation.card.samples import contract_of, world_of
from tests.federation.domain import samples
from tests.federation.domain.samples import DAY, HELPER, HOLDER, LABEL, NOW
from tests.federation.node.world import KEYS, World, approval, received, world

from shuxin.federation.card.calibration import Calibration, calibration_file, calibration_hash
from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.files import file_of, hash_of
from shuxin.federation.domain.states import State
from shuxin.federation.models import JobRecord, ServiceEnd
from shuxin.federation.node.book import record_of, whole_job
from shuxin.federation.node.calibrating import CALIBRATION
from shuxin.federation.node.fields_used import fields_in_models
from shuxin.federation.node.jobs import approve
from shuxin.federation.node.registry import (
    OPEN,
    OVER,
    JointModel,
    PartOf,
    joint_models,
)
from shuxin.federation.node.words import take_word
from shuxin.portal.commands import node_models
from shuxin.portal.display import console

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.federation.card.parts import CardPart, LabelPart
    from shuxin.kernel.text import Language

pytestmark = pytest.mark.django_db
SAMPLE = world_of(contract_of(Contribution.BY_HOLDER), seed=8, holders=1)
FIGURES = {"released_figures_per_job": 9_999, "released_figures_per_dataset_version": 9_999}


@dataclass
class Made:
    """A node at which a scorecard job is done, and the parts of its card."""

    node: World
    job_id: str
    label: LabelPart
    part: CardPart

    @property
    def folder(self) -> Path:
        return self.node.services.results_folder(self.job_id)

    def models(self) -> list[JointModel]:
        return joint_models(services=self.node.services)

    def serve(self, state: State, *, nonce: str, card: str = "") -> str:
        """A service of the card is here, so far."""
        job = samples.job(**samples.service(scorecard=card or self.job_id), nonce=nonce * 32)
        statement = job.sign(signer=KEYS[LABEL])
        JobRecord.objects.create(
            job_id=statement.hash, statement=statement.dump().decode(), state=state,
            received_at=NOW, changed_at=NOW,
        )  # fmt: skip
        return statement.hash


def done(folder: Path, me: str = HOLDER, **changed: Any) -> Made:
    node = world(folder, me=me)
    node.write_policy(**FIGURES)
    job_id = received(node, **samples.scorecard(), **changed)
    approve(job_id, by="wang", services=node.services)
    for one in {LABEL, HOLDER, HELPER} - {me}:
        take_word(one, approval(job_id, one), services=node.services)
    JobRecord.objects.filter(job_id=job_id).update(state=State.DONE, changed_at=NOW + DAY)
    (sample,) = SAMPLE.parts.values()
    part = replace(sample, job=job_id, party=HOLDER, holders=(HOLDER,))
    (seat,) = SAMPLE.label.seats
    seats = (replace(seat, party=HOLDER, part=hash_of(part)),)
    label = replace(SAMPLE.label, job=job_id, party=LABEL, seats=seats)
    made = Made(node, job_id, label, part)
    made.folder.mkdir(parents=True)
    (made.folder / "card").write_bytes(file_of(label if me == LABEL else part))
    return made


def calibration_of(part: LabelPart) -> Calibration:
    return Calibration(
        part=hash_of(part), made_on="2026-06-01", intercept=-0.1, intercept_error=0.1, slope=0.9,
        slope_error=0.1, rows=100, bads=9,
    )  # fmt: skip


class TestRegistry:
    def test_has_who_agreed_to_what(self, tmp_path: Path) -> None:
        made = done(tmp_path)
        (one,) = made.models()
        assert (one.job_id, one.model, one.version) == (
            made.job_id,
            "流水贷 2026",
            made.job_id[:16],
        )
        assert (one.role, one.purpose, one.made_at) == ("holder", "model_training", NOW + DAY)
        assert {(seat.party, seat.role) for seat in one.parties} == {
            (LABEL, "label"), (HOLDER, "holder"), (HELPER, "helper"),
        }  # fmt: skip
        said = {each.party: each for each in one.approvals}
        assert said.keys() == {LABEL, HOLDER, HELPER}
        assert said[HOLDER].by == "wang"
        assert (said[LABEL].by, said[LABEL].at) == ("someone", NOW)
        assert said[LABEL].hash == approval(made.job_id, LABEL).hash

    def test_of_a_holder_has_the_hash_of_its_own_part_alone(self, tmp_path: Path) -> None:
        made = done(tmp_path)
        (one,) = made.models()
        assert one.parts == (PartOf(HOLDER, hash_of(made.part)),)
        assert one.problem == ""

    def test_of_the_label_party_has_all(self, tmp_path: Path) -> None:
        made = done(tmp_path, LABEL)
        both = (PartOf(LABEL, hash_of(made.label)), PartOf(HOLDER, hash_of(made.part)))
        assert [(each.parts, each.problem) for each in made.models()] == [(both, "")]

    def test_knows_the_calibration_of_each_service(self, tmp_path: Path) -> None:
        made = done(tmp_path, LABEL)
        plain, kept, wrong = (made.serve(State.DONE, nonce=str(number)) for number in range(3))
        calibration = calibration_of(made.label)
        other = calibration_of(replace(made.label, cut_off=1))
        for service, found in ((kept, calibration), (wrong, other)):
            folder = made.node.services.results_folder(service)
            folder.mkdir()
            (folder / "card").write_bytes(file_of(made.label))
            (folder / CALIBRATION).write_bytes(calibration_file(found))
        told = {one.job_id: (one.calibration, one.problem) for one in made.models()[0].services}
        assert told == {
            plain: ("", ""),
            kept: (calibration_hash(calibration), ""),
            wrong: ("", "joint_calibration_of_other_part"),
        }

    def test_tells_what_cannot_be_used(self, tmp_path: Path) -> None:
        """And everything else of it all the same."""
        made = done(tmp_path, LABEL)
        for content, problem in (
            (file_of(made.part), "card_invalid"),
            (file_of(replace(made.label, job="b" * 64)), "card_invalid"),
            (file_of(made.label).replace(b'"cut_off":560', b'"cut_off":561'), "card_altered"),
        ):
            (made.folder / "card").write_bytes(content)
            (one,) = made.models()
            assert (one.problem, one.parts, len(one.approvals)) == (problem, (), 3)

    def test_has_no_model_without_a_part_and_none_that_is_not_done(self, tmp_path: Path) -> None:
        made = done(tmp_path)
        JobRecord.objects.filter(job_id=made.job_id).update(state=State.RUNNING)
        assert made.models() == []
        JobRecord.objects.filter(job_id=made.job_id).update(state=State.DONE)
        assert len(made.models()) == 1
        (made.folder / "card").unlink()
        assert made.models() == []

    def test_knows_what_uses_a_model_and_how_far_that_is(self, tmp_path: Path) -> None:
        made = done(tmp_path)
        states = (State.WAITING, State.DONE, State.DONE, State.FAILED)
        waiting, here, ended, failed = (
            made.serve(state, nonce=str(number)) for number, state in enumerate(states)
        )
        made.serve(State.DONE, nonce="9", card="f" * 64)
        ServiceEnd.objects.create(service=ended, by="wang", at=NOW)
        found = {each.job_id: each.state for each in made.models()[0].services}
        assert found == {
            waiting: State.WAITING.text, here: OPEN, ended: OVER, failed: State.FAILED.text,
        }  # fmt: skip
        made.node.clock.at = NOW + 90 * DAY
        assert {each.job_id: each.state for each in made.models()[0].services}[here] == OVER


class TestCommand:
    @pytest.fixture
    def made(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
        made = done(tmp_path, LABEL)
        monkeypatch.setattr(node_models, "start", lambda: None)
        monkeypatch.setattr(node_models, "services", lambda _: made.node.services)
        monkeypatch.setattr(node_models, "names_of_parties", lambda _: {HOLDER: "tax"})
        monkeypatch.setattr(console, "_width", 300)
        return made

    def said(self, model: str | None, language: Language) -> str:
        with console.capture() as heard:
            assert node_models.run(Namespace(model=model), language) == 0
        return heard.get()

    def test_lists_them(self, made: Made) -> None:
        said = self.said(None, "zh")
        for wanted in ("流水贷 2026", made.job_id[:16], "标签方", "模型训练"):
            assert wanted in said

    @pytest.mark.parametrize("by_name", [True, False])
    def test_shows_one_in_full(self, made: Made, by_name: bool) -> None:
        service = made.serve(State.DONE, nonce="7")
        said = self.said("流水贷 2026" if by_name else made.job_id[:9], "en")
        for wanted in (
            made.job_id, hash_of(made.label), hash_of(made.part),
            "tax", "wang", service[:12], "in service",
        ):  # fmt: skip
            assert wanted in said

    def test_says_what_is_wrong_with_one(self, made: Made) -> None:
        (made.folder / "card").write_bytes(file_of(made.part))
        assert "card_invalid" in self.said(None, "en")
        assert "card_invalid" in self.said(made.job_id, "zh")

    @pytest.mark.parametrize("text", ["nothing", "流水贷"])
    def test_one_that_is_not_here_is_not_guessed(self, made: Made, text: str) -> None:
        with pytest.raises(node_models.ModelNotNamed) as caught:
            self.said(text, "en")
        assert caught.value.facts == {"count": 0, "text": text}


class TestFieldsInModels:
    @pytest.mark.parametrize("me", [HOLDER, LABEL])
    def test_names_what_the_part_here_is_made_of(self, tmp_path: Path, me: str) -> None:
        made = done(tmp_path, me=me)
        (one,) = fields_in_models(folder=made.node.services.folder, party=me)
        part = made.label if me == LABEL else made.part
        assert (one.job_id, one.model) == (made.job_id, "流水贷 2026")
        assert one.fields == tuple(each.shape.name for each in part.characteristics)
        (own,) = (
            entered for entered in whole_job(record_of(made.job_id)).inputs if entered.party == me
        )
        assert one.dataset == own.dataset

    def test_leaves_out_a_part_that_is_gone(self, tmp_path: Path) -> None:
        made = done(tmp_path)
        (made.folder / "card").unlink()
        assert fields_in_models(folder=made.node.services.folder, party=HOLDER) == []

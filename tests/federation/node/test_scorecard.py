"""A scorecard at a node: what its program may read of real datasets, what is counted, and what must be released."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from tests.consent.world import BANK, FIRM
from tests.consent.world import HOLDER as OFFICE
from tests.federation.domain import samples
from tests.federation.domain.samples import HELPER, HOLDER, LABEL
from tests.federation.node.party_lines import Exchange
from tests.federation.node.test_entering import (
    AGREED,
    CODES,
    DATA,
    Brought,
    Node,
    holder,  # noqa: F401 - a fixture
    label,  # noqa: F401 - a fixture
    word,
)
from tests.federation.node.test_entering import job as alignment
from tests.federation.node.test_features import measured, plainly
from tests.federation.node.test_running import Play, messages
from tests.federation.node.world import FakeKind, approval, received, world

from shuxin.consent.api import PermitTooNarrow
from shuxin.federation.domain.figures import figures_of
from shuxin.federation.domain.job import job_from
from shuxin.federation.domain.policy import POLICY_FILE
from shuxin.federation.domain.states import State
from shuxin.federation.models import JointUse, Released
from shuxin.federation.node.jobs import approve
from shuxin.federation.node.lines import Lines
from shuxin.federation.node.words import take_word
from shuxin.federation.scorecard.errors import PartTellsTooMuch
from shuxin.federation.scorecard.target import target_of
from shuxin.fusion.api import FieldIdentifies, FieldUnknown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Channel, Declared, Work
    from shuxin.federation.node.entering import EnteredRows

pytestmark = pytest.mark.django_db
NOTARY = samples.STRANGER
FIGURES = {"released_figures_per_job": 9_999, "released_figures_per_dataset_version": 9_999}


def scorecard(
    *, ours: dict[str, Any] | None = None, theirs: dict[str, Any] | None = None, **asked: Any
) -> Job:
    """Of BANK's and the office's datasets; ``amount`` at BANK says who is bad."""
    plain = alignment(ours=ours or {}, theirs={"features": ["amount", "kind"]} | (theirs or {}))
    body = plain.body()
    body["parties"].append({"party": NOTARY, "role": "helper"})
    body["parameters"] = {
        "kind": "scorecard",
        "model": "m",
        "target": "amount",
        "bad": ["1"],
        "min_size": 1,
    } | asked
    outs = [(name, to) for name in ("aligned", "card") for to in (BANK, OFFICE)]
    body["outputs"] = [{"name": name, "to": to} for name, to in outs]
    body["limits"] = {"rows": 1000}
    return job_from(body)


@pytest.fixture
def bank(label: Node) -> Node:  # noqa: F811
    measured(label, "loans", amounts=[1.0, 0.0, 1.0])
    return label


@pytest.fixture
def office(holder: Node) -> Node:  # noqa: F811
    measured(holder, DATA, amounts=[1.5, None, 3.0, -4.0])
    return holder


class TestValuesOfAScorecard:
    def test_at_a_holder_are_its_features(self, office: Node) -> None:
        found = office.enter(scorecard()).features
        assert found.permit.fields == {"amount", "kind"}
        asked = "".join([CODES[2], CODES[0]]).encode()
        assert plainly(found.values(asked)) == {"amount": [3.0, 1.5], "kind": ["b", None]}

    @pytest.mark.parametrize("features", [[], ["kind", "since"]])
    def test_at_the_label_party_the_outcome_stands_beside_them(
        self, bank: Node, features: list[str]
    ) -> None:
        found = bank.enter(scorecard(ours={"features": features})).features
        assert found.permit.fields == {*features, "amount"}
        values = found.values("".join(reversed(CODES[:3])).encode())
        assert list(values) == [*features, "amount"]
        assert target_of(values["amount"], bad=["1"]).tolist() == [True, False, True]

    def test_on_authorisations_are_of_those_who_agreed(self, bank: Node) -> None:
        work = scorecard(ours=AGREED)
        found = bank.enter(work, grants=Brought((word(FIRM),)))
        assert found.codes() == FIRM.removeprefix("uscc:").encode()
        assert found.features.permit.fields == {"amount"}

    def test_a_restart_gives_the_same(self, bank: Node) -> None:
        codes = "".join(CODES[:3]).encode()
        first = plainly(bank.enter(scorecard()).features.values(codes))
        measured(bank, "loans", amounts=[0.0, 0.0, 0.0], nth=2)
        assert plainly(bank.enter(scorecard()).features.values(codes)) == first

    @pytest.mark.parametrize(
        ("field", "error"),
        [("nothing", FieldUnknown), ("code", FieldIdentifies), ("secret", PermitTooNarrow)],
    )
    def test_an_outcome_that_nobody_may_read_ends_it_before_anything_leaves(
        self, bank: Node, field: str, error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            bank.enter(scorecard(target=field))
        assert not bank.line.sent


@dataclass(frozen=True)
class Prepared:
    """Rows that entered already."""

    rows: EnteredRows | None

    def messages(self, _: Job) -> tuple[Declared, ...]:
        return ()

    def enter(self, _: Job, *, job_id: str, channel: Channel, booked: str) -> EnteredRows | None:
        return self.rows


def of_holder(
    folder: Path,
    program: Callable[[Work], None],
    *,
    rows: EnteredRows | None = None,
    rule: dict[str, Any] | None = None,
    **asked: Any,
) -> Play:
    """A holder's node with the scorecard of the samples ready; the others are lines."""
    exchange = Exchange()
    made = world(
        folder,
        me=HOLDER,
        kinds={"scorecard": FakeKind(program, messages)},
        client_of=partial(exchange.way, HOLDER),
        entering=Prepared(rows),
    )
    made.write_policy(**FIGURES | (rule or {}))
    job_id = received(made, **samples.scorecard(**asked))
    approve(job_id, by="wang", services=made.services)
    for one in (LABEL, HELPER):
        take_word(one, approval(job_id, one), services=made.services)
    made.log.clear()
    return Play(made, job_id, exchange, folder / "others", Lines(made.services))


def answering(program: Callable[[Work], None]) -> Callable[[Work], None]:
    """The program, and the one answer that the label party waits for."""

    def run(work: Work) -> None:
        program(work)
        work.channel.send(LABEL, "answer", lambda: [b"."])

    return run


class TestScorecardRuns:
    def test_the_program_gets_the_values_of_those_who_entered(
        self, office: Node, tmp_path: Path
    ) -> None:
        seen: list[Any] = []

        def look(work: Work) -> None:
            assert work.values is not None
            assert work.rows is not None
            seen.append(plainly(dict(work.values(work.rows.codes()))))

        one = of_holder(tmp_path, answering(look), rows=office.enter(scorecard()))
        with one.others():
            one.run()
        assert one.state is State.DONE
        (found,) = seen
        assert found["amount"] == [1.5, None, 3.0, -4.0]

    def test_one_without_data_gets_none(self, tmp_path: Path) -> None:
        seen: list[Any] = []
        one = of_holder(tmp_path, answering(lambda work: seen.append((work.rows, work.values))))
        with one.others():
            one.run()
        assert seen == [(None, None)]

    def test_all_its_figures_are_taken_from_the_budget_when_it_begins(self, tmp_path: Path) -> None:
        one = of_holder(tmp_path, answering(lambda _: None))
        with one.others():
            one.run()
        assert JointUse.objects.get().figures == figures_of(one.job, party=HOLDER) > 100

    @pytest.mark.parametrize(("rule", "most"), [({}, 50), ({"max_told_share_percent": 7}, 7)])
    def test_the_program_knows_how_much_the_policy_lets_a_part_tell(
        self, tmp_path: Path, rule: dict[str, Any], most: int
    ) -> None:
        seen: list[int] = []
        program = answering(lambda work: seen.append(work.most_told_percent()))
        one = of_holder(tmp_path, program, rule=rule)
        with one.others():
            one.run()
        assert one.state is State.DONE
        assert seen == [most]

    def test_without_a_policy_no_part_is_made(self, tmp_path: Path) -> None:
        def without(work: Work) -> None:
            next(tmp_path.rglob(POLICY_FILE)).unlink()
            work.most_told_percent()

        one = of_holder(tmp_path, answering(without))
        with one.others():
            one.run()
        assert one.state is State.FAILED
        assert one.ending()["reasons"] == [{"reason": "policy_missing", "about": ""}]

    def test_a_part_that_would_tell_too_much_ends_the_job_without_a_figure(
        self, tmp_path: Path
    ) -> None:
        def refuse(work: Work) -> None:
            raise PartTellsTooMuch(party=work.party)

        one = of_holder(tmp_path, refuse)
        with one.others():
            one.run()
        code = "scorecard_part_tells_too_much"
        assert one.ending()["code"] == code
        assert one.ending()["reasons"] == [{"reason": code, "about": f"party {HOLDER}"}]

    def release(self, size: int, numbers: int) -> Callable[[Work], None]:
        return answering(lambda work: work.release("card", LABEL, size=size, numbers=numbers))

    def test_the_card_leaves_with_as_many_figures_as_were_counted(self, tmp_path: Path) -> None:
        need = figures_of(samples.job(**samples.scorecard()), party=HOLDER)
        rule = dict.fromkeys(FIGURES, need)
        one = of_holder(tmp_path, self.release(1000, need), rule=rule)
        with one.others():
            one.run()
        assert one.state is State.DONE
        assert Released.objects.get().numbers == need

    @pytest.mark.parametrize(("size", "more"), [(999, 0), (1000, 1)])
    def test_a_card_of_too_few_subjects_or_too_many_figures_stays(
        self, tmp_path: Path, size: int, more: int
    ) -> None:
        need = figures_of(samples.job(**samples.scorecard()), party=HOLDER)
        rule = dict.fromkeys(FIGURES, need)
        one = of_holder(tmp_path, self.release(size, need + more), rule=rule)
        with one.others():
            one.run()
        assert one.state is State.FAILED
        assert one.ending()["code"] == "release_refused"
        assert not Released.objects.exists()

    def test_the_jobs_own_smallest_set_binds_the_card_too(self, tmp_path: Path) -> None:
        one = of_holder(tmp_path, self.release(1999, 0), min_size=2000)
        with one.others():
            one.run()
        assert one.ending()["code"] == "release_refused"

from __future__ import annotations

import datetime as dt
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from tests.lending.strategy.strategy_world import (
    NOW,
    STANDARD,
    any_application,
    any_sources,
    changed,
    decided,
    no_models,
    table_of,
)
from tests.lending.strategy.test_backtest import cases
from tests.market.shelf_world import BANK, JOURNAL, OTHER_BANK

from shuxin.kernel.machine import Actor, StepImpossible
from shuxin.lending.api import (
    ApprovalLapsed,
    ApprovalWaits,
    BackTestMissing,
    DecisionUnknown,
    NothingToRollBack,
    ShareImpossible,
    StrategyEdited,
    StrategyHasFaults,
    StrategyUnknown,
    approve_strategy,
    back_test,
    back_test_report,
    decide,
    decision_of_request,
    decision_record,
    decision_records,
    draft_strategy,
    drop_strategy,
    edit_strategy,
    end_challenge,
    keep_back_test,
    keep_decision,
    publish_strategy,
    replay_kept,
    roll_back,
    running_strategy,
    strategies,
    strategy_view,
)
from shuxin.market.api import Doer, StepOvertaken
from shuxin.parties.api import SamePerson

if TYPE_CHECKING:
    from shuxin.lending.api import Strategy

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
STANDARD_2 = changed(STANDARD, lambda stated: stated.update(name="二"))
STANDARD_3 = changed(STANDARD, lambda stated: stated.update(name="三"))


def person(name: str, party: str = BANK) -> Doer:
    return Doer(Actor.LENDER, party, name, JOURNAL)


ONE, TWO = person("one"), person("two")


def drafted(strategy: Strategy = STANDARD, request_id: str = "") -> str:
    return draft_strategy(strategy, doer=ONE, now=NOW, request_id=request_id or strategy.digest)


def ready(strategy: Strategy = STANDARD) -> str:
    key = drafted(strategy)
    keep_back_test(key, back_test(strategy, cases({}), models=no_models), doer=ONE, now=NOW)
    return key


def published(strategy: Strategy = STANDARD, **more: Any) -> str:
    key = ready(strategy)
    approve_strategy(key, doer=ONE, now=NOW, **more)
    publish_strategy(key, doer=TWO, now=NOW, **more)
    return key


def state(key: str) -> str:
    return strategy_view(key, party=BANK).state


def champion(kind: str = "credit") -> str:
    found = running_strategy(kind, party=BANK)
    return found.champion.digest if found else ""


class TestPublication:
    def test_from_draft_to_use_by_two_people(self) -> None:
        key = drafted()
        assert (state(key), champion()) == ("draft", "")
        digest = keep_back_test(
            key, back_test(STANDARD, cases({}), models=no_models), doer=ONE, now=NOW
        )
        assert back_test_report(digest)["cases"] == 1
        approve_strategy(key, doer=ONE, now=NOW)
        assert (state(key), champion()) == ("approved", "")
        publish_strategy(key, doer=TWO, now=NOW)
        view = strategy_view(key, party=BANK)
        assert (view.state, champion()) == ("published", STANDARD.digest)
        assert ("credit", "champion", 10_000) in view.runs_for
        assert [entry.kind for entry in JOURNAL.entries][-2:] == ["market-step", "four-eyes"]

    def test_the_same_person_is_not_two(self) -> None:
        key = ready()
        approve_strategy(key, doer=ONE, now=NOW)
        with pytest.raises(SamePerson):
            publish_strategy(key, doer=ONE, now=NOW)
        with pytest.raises(ApprovalWaits):
            approve_strategy(key, doer=TWO, now=NOW)
        assert (state(key), champion()) == ("approved", "")

    def test_nothing_is_logged_of_what_is_refused(self) -> None:
        key = ready()
        approve_strategy(key, doer=ONE, now=NOW)
        logged = len(JOURNAL.entries)
        with pytest.raises(SamePerson):
            approve_strategy(key, doer=ONE, now=NOW)
        with pytest.raises(SamePerson):
            publish_strategy(key, doer=ONE, now=NOW)
        with pytest.raises(ApprovalWaits):
            approve_strategy(key, doer=TWO, now=NOW)
        with pytest.raises(ApprovalLapsed):
            publish_strategy(key, doer=TWO, now=NOW + 8 * DAY)
        assert len(JOURNAL.entries) == logged
        publish_strategy(key, doer=TWO, now=NOW)
        with pytest.raises(StepImpossible):
            publish_strategy(key, doer=TWO, now=NOW)

    def test_an_old_word_no_longer_counts(self) -> None:
        key = ready()
        approve_strategy(key, doer=ONE, now=NOW)
        with pytest.raises(ApprovalLapsed):
            publish_strategy(key, doer=TWO, now=NOW + 8 * DAY)
        approve_strategy(key, doer=TWO, now=NOW + 8 * DAY)
        publish_strategy(key, doer=ONE, now=NOW + 8 * DAY)
        assert state(key) == "published"

    def test_both_must_mean_the_same_role(self) -> None:
        published()
        key = ready(STANDARD_2)
        approve_strategy(key, doer=ONE, now=NOW, role="challenger", share_bp=1000)
        with pytest.raises(ApprovalLapsed):
            publish_strategy(key, doer=TWO, now=NOW)
        assert champion() == STANDARD.digest

    def test_none_without_a_back_test_of_just_this(self) -> None:
        key = drafted()
        with pytest.raises(BackTestMissing):
            approve_strategy(key, doer=ONE, now=NOW)
        other = back_test(STANDARD_2, cases({}), models=no_models)
        with pytest.raises(BackTestMissing):
            keep_back_test(key, other, doer=ONE, now=NOW)
        with pytest.raises(BackTestMissing):
            keep_back_test(key, back_test(STANDARD, [], models=no_models), doer=ONE, now=NOW)

    def test_an_edit_takes_back_test_and_approval_away(self) -> None:
        key = ready()
        approve_strategy(key, doer=ONE, now=NOW)
        edit_strategy(key, STANDARD_2, seen=STANDARD.digest, doer=ONE, now=NOW)
        assert (state(key), strategy_view(key, party=BANK).back_test) == ("draft", "")
        with pytest.raises(BackTestMissing):
            publish_strategy(key, doer=TWO, now=NOW)

    def test_of_two_who_edit_the_same_content_the_second_is_refused(self) -> None:
        key, seen = drafted(), STANDARD.digest
        edit_strategy(key, STANDARD_2, seen=seen, doer=ONE, now=NOW)
        with pytest.raises(StrategyEdited):
            edit_strategy(key, STANDARD_3, seen=seen, doer=TWO, now=NOW)
        assert strategy_view(key, party=BANK).digest == STANDARD_2.digest
        edit_strategy(key, STANDARD_3, seen=STANDARD_2.digest, doer=TWO, now=NOW)
        assert strategy_view(key, party=BANK).digest == STANDARD_3.digest

    @pytest.mark.parametrize("cell", ["<< 12 (", "< 11", "<= 12"])
    def test_a_planted_fault_is_refused(self, cell: str) -> None:
        """A malformed cell, a gap, an overlap."""

        def edit(stated: dict[str, Any]) -> None:
            table_of(stated, "age")["rows"][0]["when"] = [cell]

        key = drafted(changed(STANDARD, edit))
        with pytest.raises(StrategyHasFaults) as caught:
            approve_strategy(key, doer=ONE, now=NOW)
        assert caught.value.facts["table"] == "age"

    def test_the_same_request_is_the_same_draft(self) -> None:
        assert drafted(request_id="r") == drafted(STANDARD_2, request_id="r")
        assert drafted(STANDARD_2) != drafted(STANDARD_3)
        assert [view.number for view in strategies(party=BANK)] == [3, 2, 1]

    def test_another_lender_sees_and_moves_nothing(self) -> None:
        key, other = ready(), person("other", OTHER_BANK)
        assert strategies(party=OTHER_BANK) == []
        for act in (
            lambda: strategy_view(key, party=OTHER_BANK),
            lambda: approve_strategy(key, doer=other, now=NOW),
            lambda: drop_strategy(key, doer=other, now=NOW),
        ):
            with pytest.raises(StrategyUnknown):
                act()

    def test_what_runs_is_neither_edited_nor_dropped(self) -> None:
        key = published()
        with pytest.raises(StepImpossible):
            edit_strategy(key, STANDARD_2, seen=STANDARD.digest, doer=ONE, now=NOW)
        with pytest.raises(StepImpossible):
            drop_strategy(key, doer=ONE, now=NOW)


class TestRunning:
    def test_the_next_champion_retires_the_last(self) -> None:
        first, second = published(), published(STANDARD_2)
        assert (state(first), state(second), champion()) == (
            "retired",
            "published",
            STANDARD_2.digest,
        )

    def test_rolling_back_goes_one_by_one(self) -> None:
        keys = [published(), published(STANDARD_2), published(STANDARD_3)]
        for kind in ("credit", "flow", "tax", "invoice"):
            roll_back(kind, doer=ONE, now=NOW, reason="too many declines")
        assert [state(key) for key in keys] == ["retired", "published", "retired"]
        assert roll_back("credit", doer=ONE, now=NOW, reason="again") == STANDARD.digest
        assert (champion("credit"), champion("tax")) == (STANDARD.digest, STANDARD_2.digest)
        assert [state(key) for key in keys] == ["published", "published", "retired"]
        with pytest.raises(NothingToRollBack):
            roll_back("credit", doer=ONE, now=NOW, reason="once more")

    def test_rolling_back_twice_from_one_page_goes_back_once(self) -> None:
        published(), published(STANDARD_2), published(STANDARD_3)
        left = STANDARD_3.digest
        roll_back("credit", doer=ONE, now=NOW, reason="why", champion=left)
        with pytest.raises(StepOvertaken):
            roll_back("credit", doer=ONE, now=NOW, reason="why", champion=left)
        assert champion("credit") == STANDARD_2.digest

    def test_a_challenger_and_a_shadow_run_beside_the_champion(self) -> None:
        published()
        second = published(STANDARD_2, role="challenger", share_bp=1000)
        third = published(STANDARD_3, role="shadow")
        found = running_strategy("credit", party=BANK)
        assert found is not None
        assert (found.champion, found.challenger, found.share_bp) == (STANDARD, STANDARD_2, 1000)
        assert found.shadows == (STANDARD_3,)
        end_challenge("credit", doer=ONE, now=NOW)
        assert (state(second), state(third)) == ("published", "published")
        for kind in ("flow", "tax", "invoice"):
            end_challenge(kind, doer=ONE, now=NOW)
        assert (state(second), state(third), champion()) == ("retired", "retired", STANDARD.digest)

    @pytest.mark.parametrize(
        ("role", "share"), [("challenger", 0), ("challenger", 5001), ("champion", 5), ("king", 0)]
    )
    def test_an_impossible_share_is_refused(self, role: str, share: int) -> None:
        published()
        with pytest.raises(ShareImpossible):
            approve_strategy(ready(STANDARD_2), doer=ONE, now=NOW, role=role, share_bp=share)

    def test_no_challenger_without_a_champion(self) -> None:
        with pytest.raises(ShareImpossible):
            approve_strategy(ready(), doer=ONE, now=NOW, role="challenger", share_bp=100)


class TestDecisions:
    def test_the_same_request_is_the_same_decision(self) -> None:
        first = keep_decision(decided(), case="case", by="desk", now=NOW)
        other = keep_decision(decided(amount_fen=60_000_000), case="case", by="desk", now=NOW + DAY)
        assert other.digest == first.digest
        again = decision_of_request("request")
        assert again is not None
        assert again.content == first.content
        assert [line.digest for line in decision_records(case="case")] == [first.digest]

    def test_kept_and_read_again_it_is_the_same_and_replays(self) -> None:
        rng = Random(3)  # noqa: S311 - a simulation
        for number in range(20):
            record = decide(
                any_application(rng),
                strategy=STANDARD,
                sources=any_sources(rng),
                request_id=f"r{number}",
                now=NOW,
                models=no_models,
            )
            keep_decision(record, case="case", by="desk", now=NOW)
            assert decision_record(record.digest).content == record.content
            assert replay_kept(record.digest, models=no_models).digest == record.digest
        assert len(decision_records(strategy=STANDARD.digest)) == 20

    def test_what_is_not_here_is_not_found(self) -> None:
        with pytest.raises(DecisionUnknown):
            decision_record("0" * 64)
        assert decision_of_request("nobody") is None

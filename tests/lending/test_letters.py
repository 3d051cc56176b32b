from __future__ import annotations

from dataclasses import replace

import pytest
from tests.lending.desk_world import Advises, World
from tests.lending.lending_world import decline, submitted
from tests.market.shelf_world import BANK, DAY, FIRM, NOW, OTHER_FIRM, PRODUCT, SYSTEM, bank, firm

from shuxin.lending.api import (
    AnswerLate,
    NotDeclined,
    ReviewImpossible,
    Ruling,
    Verdict,
    answer_application,
    application,
    case,
    decline_letter,
    letter_pdf,
    override_case,
    run_application_timers,
    step_application,
    take_case,
)
from shuxin.market.api import ThingUnknown
from shuxin.portal.commands.report import FONTS

pytestmark = pytest.mark.django_db


def declined(**changed: object) -> str:
    key = submitted()
    step_application(key, "claim", doer=bank(), now=NOW)
    said = replace(decline(), sources=("application", "joint"), **changed)
    answer_application(key, said, doer=bank(), now=NOW)
    return key


class TestLetter:
    def test_says_why_what_it_rests_on_and_what_to_do(self) -> None:
        letter = decline_letter(declined(), viewer=FIRM)
        assert [one.code for one in letter.reasons] == ["debt"]
        assert [one.zh[:5] for one in letter.sources] == ["您在申请中", "经您授权的"]
        assert letter.review_until == NOW + 15 * DAY
        assert "2026-06-16" in letter.review.zh

    def test_is_for_the_firm_and_its_lender(self) -> None:
        key = declined()
        assert decline_letter(key, viewer=BANK)
        with pytest.raises(ThingUnknown):
            decline_letter(key, viewer=OTHER_FIRM)

    def test_of_an_application_that_was_not_declined(self) -> None:
        with pytest.raises(NotDeclined):
            decline_letter(submitted(), viewer=FIRM)

    def test_on_paper_in_both_languages(self) -> None:
        letter = decline_letter(declined(), viewer=FIRM)
        for language in ("zh", "en"):
            paper = letter_pdf(letter, lender="某某银行", language=language, fonts=FONTS)
            assert paper.startswith(b"%PDF")


class TestReview:
    def test_brings_a_person_who_decides_anew(self) -> None:
        key, world = submitted(), World(Advises((Verdict.DECLINE,)))
        world.rounds()
        assert application(key, viewer=FIRM).state == "declined"
        step_application(key, "review", doer=firm(), now=world.clock(), reason="债务已结清")
        world.rounds()
        assert (application(key, viewer=FIRM).state, case(key).state) == ("manual_review", "queue")
        take_case(key, officer="li", now=world.clock())
        ruling = Ruling(Verdict.APPROVE, "结清证明已核实", amount_fen=20_000_000, rate_bp=450)
        who = replace(bank(), by="li")
        override_case(key, ruling, terms=PRODUCT, doer=who, now=world.clock())
        world.rounds()
        found = application(key, viewer=FIRM)
        assert (found.state, found.by_person) == ("approved", True)

    def test_outlasts_a_lender_that_was_away(self) -> None:
        key, world = submitted(), World(Advises((Verdict.DECLINE,)))
        world.rounds()
        step_application(key, "review", doer=firm(), now=world.clock(), reason="请复核")
        world.rounds()
        due = application(key, viewer=BANK).due_at
        assert due is not None
        run_application_timers(doer=SYSTEM, now=due)
        world.clock.now = due
        world.rounds()
        assert (application(key, viewer=FIRM).state, case(key).state) == ("manual_review", "queue")

    @pytest.mark.parametrize("case_", ["by_person", "late"])
    def test_only_of_a_system_and_in_time(self, case_: str) -> None:
        key = declined(by_person=case_ == "by_person")
        when = NOW + 15 * DAY if case_ == "late" else NOW
        with pytest.raises(ReviewImpossible):
            step_application(key, "review", doer=firm(), now=when, reason="请复核")
        with pytest.raises(AnswerLate):
            answer_application(key, decline("9"), doer=bank(), now=NOW)

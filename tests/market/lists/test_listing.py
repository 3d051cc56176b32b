"""From the visit to the loan: five standards, three lists, results of several lenders, and who may read what."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from tests.market.lists.lists_world import (
    DEPARTMENT,
    DISTRICT,
    LENDER,
    NOW,
    OTHER_DISTRICT,
    OTHER_LENDER,
    World,
    code,
    visit,
)
from tests.market.shelf_world import online_product

from shuxin.kernel.machine import Actor, StepImpossible
from shuxin.market.api import (
    Doer,
    ResultKind,
    StepNeedsReason,
    ThingUnknown,
    events_after,
    government,
    recommended_list,
    report_credited,
    steps_of,
)
from shuxin.market.list_models import ListReadingRow
from shuxin.market.lists.refusals import (
    AlreadyListed,
    RegionNotYours,
    ResultInvalid,
    StandardsOpen,
    VisitInvalid,
)

pytestmark = pytest.mark.django_db
Standard = government.Standard


@pytest.fixture
def world(db: None) -> World:
    return World()


class TestVisits:
    def test_a_firm_with_needs_is_declared_once(self, world: World) -> None:
        key = world.declared()
        assert government.listed_firm(key, doer=world.district).state == "declared"
        assert world.declared() == key
        with pytest.raises(AlreadyListed):
            government.record_visit(visit(), doer=world.district, now=NOW, request_id="again")
        assert len(government.visits(DISTRICT)) == 1

    def test_a_firm_without_needs_is_only_noted(self, world: World) -> None:
        found = visit(2, found_needs=False, amount_fen=0, use=None)
        assert government.record_visit(found, doer=world.city, now=NOW, request_id="n") is None
        assert government.listed_firms(DISTRICT) == []

    def test_an_officer_works_in_its_own_region(self, world: World) -> None:
        elsewhere = visit(3, region=OTHER_DISTRICT)
        with pytest.raises(RegionNotYours):
            government.record_visit(elsewhere, doer=world.district, now=NOW, request_id="x")
        key = government.record_visit(elsewhere, doer=world.city, now=NOW, request_id="x")
        assert key is not None
        with pytest.raises(RegionNotYours):
            government.listed_firm(key, doer=world.district)
        stranger = Doer(Actor.GOVERNMENT, DEPARTMENT, "stranger", world.journal)
        with pytest.raises(RegionNotYours):
            government.listed_firm(key, doer=stranger)

    def test_what_cannot_be_is_refused(self, world: World) -> None:
        for facts in (
            {"firm": "91320106000000001Z"},
            {"region": "32"},
            {"name": " "},
            {"amount_fen": 1},
            {"use": None},
            {"visited_on": dt.date(1999, 1, 1)},
        ):
            with pytest.raises(VisitInvalid):
                visit(4, **facts)
        with pytest.raises(VisitInvalid):
            government.record_visit(
                visit(visited_on=dt.date(2026, 6, 2)), doer=world.city, now=NOW, request_id="f"
            )


class TestStandards:
    def test_all_five_must_hold(self, world: World) -> None:
        key = world.judged(1, credit=False)
        kept = government.listed_firm(key, doer=world.city)
        assert (kept.state, kept.reason) == ("declared", "信用状况良好")
        assert kept.failing == (Standard.CREDIT,)
        with pytest.raises(StandardsOpen):
            government.recommend(key, doer=world.district, now=NOW)
        government.judge(key, {Standard.CREDIT: (True, "已修复")}, doer=world.city, now=NOW)
        found = government.recommend(key, doer=world.district, now=NOW)
        assert (found.state, found.to_all, found.reason) == ("recommended", True, "")

    def test_an_answer_needs_its_evidence(self, world: World) -> None:
        key = world.declared()
        with pytest.raises(VisitInvalid):
            government.judge(key, {Standard.CREDIT: (True, " ")}, doer=world.city, now=NOW)

    def test_an_unanswered_standard_does_not_hold(self, world: World) -> None:
        key = world.declared()
        government.judge(key, {Standard.CREDIT: (True, "查询")}, doer=world.city, now=NOW)
        with pytest.raises(StandardsOpen):
            government.recommend(key, doer=world.city, now=NOW)

    def test_a_recommendation_goes_back_when_a_standard_fails(self, world: World) -> None:
        key = world.recommended(1, LENDER)
        government.judge(key, {Standard.PREMISES: (False, "已搬离")}, doer=world.city, now=NOW)
        back = government.listed_firm(key, doer=world.city)
        assert (back.state, back.reason) == ("declared", "固定经营场所")
        assert recommended_list(LENDER, doer=world.lender(), now=NOW) == []

    def test_one_that_went_back_is_recommended_to_nobody(self, world: World) -> None:
        key = world.recommended(1, LENDER)
        assert government.listed_firm(key, doer=world.city).lenders == (LENDER,)
        back = {Standard.CREDIT: (False, "查询失信")}
        assert government.judge(key, back, doer=world.city, now=NOW).lenders == ()

    def test_closing_needs_a_reason_and_makes_room(self, world: World) -> None:
        key = world.declared()
        with pytest.raises(StepNeedsReason):
            government.close_listing(key, reason=" ", doer=world.city, now=NOW)
        government.close_listing(key, reason="已无需求", doer=world.city, now=NOW)
        with pytest.raises(StepImpossible):
            government.close_listing(key, reason="x", doer=world.city, now=NOW)
        again = government.record_visit(visit(), doer=world.city, now=NOW, request_id="second")
        assert again not in {None, key}


class TestLenders:
    def test_see_what_is_recommended_to_them(self, world: World) -> None:
        named, everybody = world.recommended(1, LENDER), world.recommended(2)
        mine = recommended_list(LENDER, doer=world.lender(), now=NOW)
        assert {one.key for one in mine} == {named, everybody}
        others = recommended_list(OTHER_LENDER, doer=world.lender(OTHER_LENDER), now=NOW)
        assert [one.key for one in others] == [everybody]

    def test_report_what_came_of_it(self, world: World) -> None:
        key = world.recommended()
        for lender, result, facts in (
            (OTHER_LENDER, ResultKind.REFUSED, {"reason": "行业限制"}),
            (LENDER, ResultKind.CREDITED, {"amount_fen": 30_000_000, "rate_bp": 385}),
            (LENDER, ResultKind.LENT, {"amount_fen": 20_000_000, "rate_bp": 385}),
            (OTHER_LENDER, ResultKind.CREDITED, {"amount_fen": 10_000_000}),
        ):
            for _ in range(2):
                report_credited(
                    key,
                    result=result,
                    doer=world.lender(lender),
                    now=NOW,
                    request_id=f"{lender}-{result}",
                    **facts,  # type: ignore[arg-type]
                )
        found = government.listed_firm(key, doer=world.city)
        assert (found.state, found.credited_fen, found.lent_fen) == ("lent", 40_000_000, 20_000_000)
        assert [one.event for one in steps_of("listing", key)] == [
            "begin",
            "keep",
            "recommend",
            "refuse",
            "credit",
            "lend",
            "lend",
        ]

    def test_are_told_and_so_is_the_office_of_what_they_report(self, world: World) -> None:
        online_product(LENDER)
        key = world.recommended()
        (told,) = [one for one in events_after(LENDER, 0).events if one.kind == "listing"]
        assert (told.thing, told.event) == (key, "recommend")
        assert events_after(OTHER_LENDER, 0).events == ()
        report_credited(
            key,
            result=ResultKind.REFUSED,
            reason="行业限制",
            doer=world.lender(),
            now=NOW,
            request_id="1",
        )
        (said,) = events_after(DEPARTMENT, 0).events
        assert (said.thing, said.event, said.body["result"]) == (key, "refuse", "refused")

    def test_others_do_not_find_it(self, world: World) -> None:
        key = world.recommended(1, LENDER)
        for doer in (world.lender(OTHER_LENDER), world.city):
            with pytest.raises(ThingUnknown):
                report_credited(
                    key,
                    result=ResultKind.REFUSED,
                    reason="x",
                    doer=doer,
                    now=NOW,
                    request_id="1",
                )

    @pytest.mark.parametrize(
        ("result", "facts"),
        [
            (ResultKind.REFUSED, {}),
            (ResultKind.REFUSED, {"reason": "x", "amount_fen": 1}),
            (ResultKind.LENT, {"reason": "x"}),
            (ResultKind.CREDITED, {"amount_fen": 1, "rate_bp": 99999}),
        ],
    )
    def test_a_result_is_whole(
        self, world: World, result: ResultKind, facts: dict[str, object]
    ) -> None:
        key = world.recommended()
        with pytest.raises(ResultInvalid):
            report_credited(
                key,
                result=result,
                doer=world.lender(),
                now=NOW,
                request_id="1",
                **facts,  # type: ignore[arg-type]
            )


class TestReadings:
    def test_each_is_logged_with_who_and_whose(self, world: World) -> None:
        world.recommended(1, LENDER)
        recommended_list(LENDER, doer=world.lender(), now=NOW)
        (found,) = government.readings_of(f"uscc:{code(1)}")
        assert (found.party, found.what) == (LENDER, "recommended")
        entry = world.journal.entries[-1]
        assert entry.kind == "list-read"
        assert entry.facts == {"list": "recommended", "firms": 1, "ground": "visit"}
        assert len(entry.commitments) == 1
        assert code(1) not in entry.data.decode()

    def test_a_page_that_is_opened_again_is_no_second_one(self, world: World) -> None:
        """Once for a person, a version of the entry and a day in China."""
        key = world.recommended()
        colleague = replace(world.lender(), by="another")
        evening = NOW.replace(hour=23)

        def read(doer: Doer, now: dt.datetime) -> int:
            before = len(world.journal.entries)
            assert len(recommended_list(LENDER, doer=doer, now=now)) == 1
            return len(world.journal.entries) - before

        assert [read(world.lender(), now) for now in (NOW, NOW, evening)] == [1, 0, 0]
        assert read(colleague, NOW) == 1
        assert read(world.lender(), evening + dt.timedelta(hours=2)) == 1
        report_credited(
            key,
            result=ResultKind.CREDITED,
            amount_fen=1,
            doer=world.lender(OTHER_LENDER),
            now=NOW,
            request_id="1",
        )
        assert read(world.lender(), evening) == 1
        assert len(government.readings_of(f"uscc:{code(1)}")) == 4

    def test_a_firm_that_is_new_on_it_is_logged_alone(self, world: World) -> None:
        world.recommended(1, LENDER)
        recommended_list(LENDER, doer=world.lender(), now=NOW)
        world.recommended(2, LENDER)
        recommended_list(LENDER, doer=world.lender(), now=NOW)
        assert world.journal.entries[-1].facts["firms"] == 1
        assert len(government.readings_of(f"uscc:{code(1)}")) == 1

    def test_nothing_shown_is_no_reading(self, world: World) -> None:
        recommended_list(LENDER, doer=world.lender(), now=NOW)
        assert "list-read" not in world.journal.kinds()

    def test_what_cannot_be_logged_is_not_shown(self, world: World) -> None:
        world.recommended(1, LENDER)

        def gone(_: object) -> None:
            raise OSError("gone")

        with pytest.raises(OSError, match="gone"):
            recommended_list(LENDER, doer=Doer(Actor.LENDER, LENDER, "x", gone), now=NOW)
        assert not ListReadingRow.objects.filter(what="recommended").exists()

"""``/api/v1`` as systems of lenders and firms call it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.parties.accounts.samples import BANK
from tests.portal.web.market_world import (
    DEMAND,
    FIRM,
    OFFICE,
    TERMS,
    System,
    Town,
    campaign_of,
)

from shuxin.kernel.machine import Actor
from shuxin.market import api as market
from shuxin.market.api import government
from shuxin.market.tariff_models import AnsweredCall
from shuxin.portal.bootstrap import own_log
from shuxin.portal.web.market_api import words
from shuxin.portal.web.routes import market_api as routes

if TYPE_CHECKING:
    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(platform: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Town:
    for module in ("calling", "meters"):
        place = f"shuxin.portal.web.market_api.{module}.now_in_china"
        monkeypatch.setattr(place, lambda: clock.now)
    return Town.built(platform, clock)


def code_of(answer: Any) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json", answer.content
    return answer.status_code, answer.json()["code"]


class TestProducts:
    def test_go_from_draft_to_the_shelf(self, town: Town) -> None:
        key = town.product()
        seen = town.other.get(f"/products/{key}").json()
        assert (seen["lender"], seen["state"], seen["version"]) == (BANK, "online", 1)
        assert seen["terms"]["amount_fen"] == TERMS["amount_fen"]
        assert town.firm.get(f"/products/{key}/terms?version=1").json()["name"] == TERMS["name"]

    def test_in_draft_are_nobody_elses(self, town: Town) -> None:
        key = town.bank.made("/products", TERMS)
        assert code_of(town.other.get(f"/products/{key}")) == (404, "market_thing_unknown")
        for method, path, body in (
            ("PUT", f"/products/{key}", TERMS),
            ("POST", f"/products/{key}/steps", {"event": "submit"}),
        ):
            assert town.other.call(method, path, body).status_code == 404
        own = town.bank.get("/products?own=true").json()["items"]
        assert [one["key"] for one in own] == [key]
        assert town.other.get("/products?own=true").json() == {"items": [], "next": ""}

    def test_of_a_lender_are_not_made_by_others(self, town: Town) -> None:
        answer = town.firm.post("/products", TERMS)
        assert code_of(answer) == (403, "caller_not_for_this")

    def test_of_another_form_are_refused_by_place(self, town: Town) -> None:
        for wrong in (
            {"kind": "gold"},
            {"claim_hours": "8"},
            {"claim_hours": True},
            {"unknown": 1},
            {"name": "x" * 1001},
            {"name": "a\0b"},
            {"amount_fen": {"least": 1, "most": 2**53}},
            {"repayments": ["bullet"] * 201},
        ):
            answer = town.bank.post("/products", TERMS | wrong)
            assert code_of(answer) == (400, "request_not_understood"), wrong
            assert next(iter(wrong)) in answer.json()["title"]
            assert b"gold" not in answer.content

    def test_with_terms_that_cannot_be_say_which(self, town: Town) -> None:
        answer = town.bank.post("/products", TERMS | {"rate_bp": {"least": 1, "most": 9999}})
        assert code_of(answer) == (400, "terms_invalid")

    def test_with_a_member_twice_are_refused(self, town: Town) -> None:
        raw = json.dumps(TERMS).encode()[:-1] + b',"kind":"credit"}'
        answer = town.bank.call("POST", "/products", raw=raw, Idempotency_Key="twice-0001")
        assert code_of(answer) == (400, "request_not_understood")


class TestCallKeys:
    def test_the_same_again_gets_the_same_and_makes_nothing(
        self, town: Town, platform: Settings
    ) -> None:
        first = town.bank.post("/products", TERMS, key="lost-reply-1")
        entries = own_log(platform).size
        again = town.bank.post("/products", TERMS, key="lost-reply-1")
        assert (again.status_code, again.content) == (201, first.content)
        assert (first.get("Idempotent-Replayed"), again["Idempotent-Replayed"]) == (None, "true")
        assert own_log(platform).size == entries
        assert len(town.bank.get("/products?own=true").json()["items"]) == 1

    def test_for_something_else_are_refused_in_words(self, town: Town) -> None:
        town.bank.post("/products", TERMS, key="lost-reply-1")
        other = town.bank.post("/products", TERMS | {"name": "乙"}, key="lost-reply-1")
        assert code_of(other) == (409, "idempotency_key_used")

    def test_are_each_clients_own(self, town: Town) -> None:
        keys = {
            who.post("/products", TERMS, key="lost-reply-1").json()["key"]
            for who in (town.bank, town.other)
        }
        assert len(keys) == 2

    def test_are_needed_where_something_is_made(self, town: Town) -> None:
        answer = town.bank.call("POST", "/products", TERMS)
        assert code_of(answer) == (400, "request_not_understood")
        assert "Idempotency-Key" in answer.json()["title"]

    def test_are_free_again_after_a_refusal(self, town: Town) -> None:
        bad = TERMS | {"rate_bp": {"least": 1, "most": 9999}}
        assert town.bank.post("/products", bad, key="try-again-1").status_code == 400
        assert town.bank.post("/products", TERMS, key="try-again-1").status_code == 201


class TestBoard:
    def test_shows_no_more_of_the_firm_than_a_lender_may_know(self, town: Town) -> None:
        product, demand = town.product(), town.demand(note="请电话联系张三")
        (line,) = town.bank.get("/demands/board").json()["items"]
        assert (line["key"], line["terms"]["amount_fen"]) == (demand, DEMAND["amount_fen"])
        assert FIRM.removeprefix("uscc:") not in json.dumps(line)
        assert "张三" not in json.dumps(line, ensure_ascii=False)
        taken = town.bank.made(f"/demands/{demand}/claim", {"product": product})
        assert town.bank.get(f"/referrals/{taken}").json()["firm"] == FIRM

    def test_claims_once_under_one_key(self, town: Town) -> None:
        product, demand = town.product(), town.demand()
        answers = [
            town.bank.post(f"/demands/{demand}/claim", {"product": product}, key="claim-0001")
            for _ in range(3)
        ]
        assert len({answer.content for answer in answers}) == 1
        again = town.bank.post(f"/demands/{demand}/claim", {"product": product})
        assert again.status_code == 409

    def test_of_others_leads_nowhere(self, town: Town) -> None:
        product, demand = town.product(), town.demand(lenders=[BANK])
        town.product(town.other)
        assert town.other.get("/demands/board").json()["items"] == []
        assert code_of(town.other.get(f"/demands/{demand}")) == (404, "market_thing_unknown")
        answer = town.other.post(f"/demands/{demand}/claim", {"product": product})
        assert answer.status_code == 404


class TestPages:
    def test_have_everything_once_whatever_is_added_meanwhile(self, town: Town) -> None:
        kept = {town.bank.made("/products", TERMS | {"name": str(n)}) for n in range(7)}
        seen: list[str] = []
        cursor = ""
        while True:
            page = town.bank.get(f"/products?own=true&limit=3&cursor={cursor}").json()
            seen += [one["key"] for one in page["items"]]
            cursor = page["next"]
            if not cursor:
                break
            town.bank.made("/products", TERMS | {"name": f"later {len(seen)}"})
        assert len(seen) == len(set(seen))
        assert kept <= set(seen)

    def test_begin_only_where_one_ended(self, town: Town) -> None:
        assert code_of(town.bank.get("/products?cursor=_w")) == (400, "cursor_invalid")
        assert town.bank.get("/products?limit=201").status_code == 400


class TestVersions:
    def test_guard_against_what_others_did_meanwhile(self, town: Town) -> None:
        key = town.bank.made("/products", TERMS)
        read = town.bank.get(f"/products/{key}")
        edited = town.bank.call("PUT", f"/products/{key}", TERMS | {"name": "甲"})
        assert edited["ETag"] != read["ETag"]
        late = town.bank.call(
            "POST", f"/products/{key}/steps", {"event": "submit"}, If_Match=read["ETag"]
        )
        assert code_of(late) == (412, "version_other")
        right = town.bank.call(
            "POST", f"/products/{key}/steps", {"event": "submit"}, If_Match=edited["ETag"]
        )
        assert right.json()["state"] == "review"


class TestSteps:
    def test_are_kept_with_the_officer(self, town: Town) -> None:
        product, demand = town.product(), town.demand()
        taken = town.bank.made(f"/demands/{demand}/claim", {"product": product})
        answer = town.bank.call(
            "POST",
            f"/referrals/{taken}/steps",
            {"event": "decline", "reason": "额度已满", "code": "capacity"},
            Shuxin_Officer="%E6%9D%8E%E5%9B%9B",
        )
        assert answer.json()["state"] == "declined", answer.content
        last = market.steps_of("referral", taken)[-1]
        assert last.by == f"李四 (api:{town.bank.client_id})"

    def test_that_are_impossible_are_conflicts(self, town: Town) -> None:
        key = town.bank.made("/products", TERMS)
        answer = town.bank.call("POST", f"/products/{key}/steps", {"event": "resume"})
        assert code_of(answer) == (409, "step_impossible")


class TestOfficers:
    def test_are_kept_by_what_people_can_read(self, town: Town) -> None:
        answer = town.bank.post("/products", TERMS, Shuxin_Officer="%E5%BC%A0%00%0A%E4%B8%89")
        (first,) = market.steps_of("product", answer.json()["key"])
        assert first.by == f"张三 (api:{town.bank.client_id})"


class TestApplications:
    def test_lead_from_demand_to_a_decline_and_its_feedback(self, town: Town) -> None:
        product, demand = town.product(), town.demand()
        referral = town.bank.made(f"/demands/{demand}/claim", {"product": product})
        asked = {"referral": referral, "amount_fen": 50_000_000, "term_months": 12}
        key = town.firm.made("/applications", asked)
        assert town.bank.get(f"/applications/{key}").status_code == 404  # a draft is the firm's own
        for who, event in ((town.firm, "submit"), (town.bank, "claim")):
            step = who.call("POST", f"/applications/{key}/steps", {"event": event})
            assert step.status_code == 200, step.content
        reason = {"code": "cash_flow", "zh": "经营现金流不足", "en": "cash flow"}
        told = {"verdict": "decline", "decision": "a" * 64, "seconds": 1.5, "reasons": [reason]}
        for _ in range(2):  # the reply of the first was lost
            answer = town.bank.call("POST", f"/applications/{key}/answer", told)
            assert answer.json()["state"] == "declined", answer.content
        assert town.firm.get(f"/applications/{key}").json()["reasons"][0]["zh"] == reason["zh"]
        assert town.other.get(f"/applications/{key}").status_code == 404
        (listed,) = town.bank.get("/applications").json()["items"]
        assert listed["key"] == key
        assert town.bank.get(f"/applications?after={key}").json()["items"] == []

    def test_are_not_answered_by_others(self, town: Town) -> None:
        product, demand = town.product(), town.demand()
        referral = town.bank.made(f"/demands/{demand}/claim", {"product": product})
        asked = {"referral": referral, "amount_fen": 50_000_000, "term_months": 12}
        key = town.firm.made("/applications", asked)
        town.firm.call("POST", f"/applications/{key}/steps", {"event": "submit"})
        told = {"verdict": "need_information", "decision": "a" * 64, "question": "?"}
        assert town.other.call("POST", f"/applications/{key}/answer", told).status_code == 404
        stolen = {"event": "claim"}
        assert town.other.call("POST", f"/applications/{key}/steps", stolen).status_code == 404


class TestEvents:
    def test_come_in_order_and_are_each_partys_own(self, town: Town) -> None:
        product, demand = town.product(), town.demand()
        town.bank.made(f"/demands/{demand}/claim", {"product": product})
        mine = town.bank.get("/events").json()
        assert [one["number"] for one in mine["events"]] == sorted(
            one["number"] for one in mine["events"]
        )
        assert {"product_version", "demand"} <= {one["kind"] for one in mine["events"]}
        assert town.bank.get(f"/events?after={mine['last']}").json()["events"] == []
        assert town.other.get("/events").json()["events"] == []

    def test_of_every_kind_that_there_is_can_be_subscribed_to(self, town: Town) -> None:
        town.product()
        kinds = sorted({one["kind"] for one in town.bank.get("/events").json()["events"]})
        assert "product_version" in kinds
        wanted = {"url": "https://bank.example/hook", "kinds": kinds}
        assert town.bank.post("/subscriptions", wanted).status_code == 201

    def test_are_subscribed_to_where_it_is_allowed(self, town: Town) -> None:
        inside = town.bank.post("/subscriptions", {"url": "https://10.0.0.7/hook"})
        assert code_of(inside) == (400, "webhook_address_refused")
        wanted = {"url": "https://bank.example/hook"}
        answers = [town.bank.post("/subscriptions", wanted, key="hook-0001") for _ in range(2)]
        assert answers[0].content == answers[1].content
        made = answers[0].json()
        assert made["secret"] not in "".join(AnsweredCall.objects.values_list("content", flat=True))
        (listed,) = town.bank.get("/subscriptions").json()
        assert (listed["key"], listed["state"]) == (made["key"], "active")
        assert made["secret"] not in json.dumps(listed)
        assert town.other.get(f"/subscriptions/{made['key']}").status_code == 404
        assert town.other.call("DELETE", f"/subscriptions/{made['key']}").status_code == 404
        assert town.bank.call("DELETE", f"/subscriptions/{made['key']}").status_code == 204
        assert town.bank.get("/subscriptions").json() == []


class TestMeters:
    def test_count_the_callers_calls(self, town: Town, clock: Clock) -> None:
        for _ in range(3):
            town.bank.get("/demands/board")
        month = f"{clock.now:%Y-%m}"
        calls = {
            c["operation"]: c["calls"] for c in town.bank.get(f"/meters/calls?month={month}").json()
        }
        assert calls == {"listBoard": 3}
        assert town.other.get(f"/meters/calls?month={month}").json() == []

    def test_state_what_was_used_here(self, town: Town, clock: Clock) -> None:
        answer = town.bank.get(f"/meters/statement?month={clock.now:%Y-%m}")
        said = answer.json()
        assert (said["kind"], said["body"]["caller"], said["body"]["uses"]) == (
            "meter-statement",
            BANK,
            0,
        )
        assert town.bank.get("/meters/statement?month=2026-13").status_code == 400


class TestSites:
    def test_without_a_marketplace_say_so(
        self, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shuxin.portal.web.market_api.calling.operator_here", lambda: None)
        assert code_of(town.bank.get("/products")) == (404, "market_not_here")


class TestDocument:
    def test_names_every_operation_once(self) -> None:
        found = [
            operation.operation_id
            for router in routes.routers().values()
            for view in router.path_operations.values()
            for operation in view.operations
        ]
        assert all(found)
        assert len(set(found)) == len(found)


class TestLists:
    def test_lead_from_a_visit_to_what_a_lender_reports(self, town: Town, clock: Clock) -> None:
        office = System.of(OFFICE, clock)
        visit = {
            "firm": FIRM.removeprefix("uscc:"),
            "name": "某某商贸有限公司",
            "region": "350203",
            "visited_on": clock.now.date().isoformat(),
            "visitor": "王五",
            "found_needs": True,
            "amount_fen": 50_000_000,
            "use": "stock",
        }
        assert code_of(office.post("/lists/visits", visit)) == (403, "list_region_not_yours")
        government.assign_region(
            party=OFFICE,
            account=f"api:{office.client_id}",
            region="3502",
            doer=town.operator(),
            now=clock.now,
        )
        answers = [office.post("/lists/visits", visit, key="visit-0001") for _ in range(2)]
        assert len({answer.content for answer in answers}) == 1, answers[0].content
        listing = answers[0].json()["listing"]
        assert town.bank.post("/lists/visits", visit).status_code == 403
        doer = market.Doer(
            Actor.GOVERNMENT, OFFICE, f"api:{office.client_id}", town.operator().journal
        )
        standards = dict.fromkeys(government.Standard, (True, "现场核实"))
        government.judge(listing, standards, doer=doer, now=clock.now)
        government.recommend(listing, lenders=[BANK], doer=doer, now=clock.now)
        (firm,) = town.bank.get("/lists/recommended").json()["items"]
        assert (firm["firm"], firm["amount_fen"]) == (FIRM, 50_000_000)
        assert town.other.get("/lists/recommended").json()["items"] == []
        told = {"result": "credited", "amount_fen": 30_000_000, "rate_bp": 400}
        path = f"/lists/recommended/{listing}/results"
        assert town.other.post(path, told).status_code == 404
        assert town.bank.post(path, told).status_code == 201
        (firm,) = town.bank.get("/lists/recommended").json()["items"]
        assert firm["result"] == "credited"
        assert town.bank.get("/recommendations").status_code == 200


class TestCampaigns:
    def test_give_a_lender_its_firms_and_take_its_contacts(self, town: Town) -> None:
        campaign = campaign_of(town, "no", "yes")
        (told,) = town.bank.get("/campaigns").json()["items"]
        assert (told["key"], told["quota"], told["firms"]) == (campaign, 2, 2)
        path = f"/campaigns/{campaign}/firms"
        first = town.bank.get(f"{path}?limit=1").json()
        second = town.bank.get(f"{path}?limit=1&cursor={first['next']}").json()
        firms = first["items"] + second["items"]
        assert second["next"] == ""
        no, yes = sorted(firms, key=lambda one: bool(one["may_contact"]))
        assert (no["answers"], yes["answers"]["contact"]) == (None, "yes")
        act = "/campaigns/firms/{}/contacts".format
        refused = town.bank.post(act(no["key"]), {"result": "contacted"})
        assert code_of(refused) == (403, "campaign_contact_unwanted")
        told = {"result": "lent", "amount_fen": 100, "note": "设备"}
        for wrong in ({"result": "x"}, told | {"more": 1}, told | {"amount_fen": 0}):
            assert town.bank.post(act(yes["key"]), wrong).status_code == 400
        answers = [town.bank.post(act(yes["key"]), told, key="contact-01") for _ in range(2)]
        assert [one.status_code for one in answers] == [201, 201]
        (seen,) = town.bank.get(f"{path}?only={yes['key']}").json()["items"]
        assert (seen["furthest"], len(seen["contacts"])) == ("lent", 1)

    def test_are_nothing_to_others(self, town: Town) -> None:
        campaign = campaign_of(town, "yes")
        (firm,) = town.bank.get(f"/campaigns/{campaign}/firms").json()["items"]
        contact, told = f"/campaigns/firms/{firm['key']}/contacts", {"result": "contacted"}
        assert town.other.get("/campaigns").json()["items"] == []
        assert town.other.get(f"/campaigns/{campaign}/firms").status_code == 404
        assert town.other.post(contact, told).status_code == 404
        for path in ("/campaigns", f"/campaigns/{campaign}/firms"):
            assert code_of(town.firm.get(path)) == (403, "caller_not_for_this")
        assert code_of(town.firm.post(contact, told)) == (403, "caller_not_for_this")
        bad = town.bank.get(f"/campaigns/{campaign}/firms?cursor=abc")
        assert code_of(bad) == (400, "cursor_invalid")


class TestStatistics:
    def test_are_for_offices_and_hide_the_few(self, town: Town, clock: Clock) -> None:
        town.product()
        town.demand()
        clock.forward(days=40)
        office = System.of(OFFICE, clock, "statistics:read")
        found = office.get("/statistics/indicators").json()
        cells = [cell for one in found for cell in one["cells"] if cell["is_hidden"]]
        assert cells
        assert {cell["value"] for cell in cells} == {None}
        assert office.get("/statistics/inclusion").status_code == 200
        lender = System.of(BANK, clock, "statistics:read")
        assert code_of(lender.get("/statistics/indicators")) == (403, "caller_not_for_this")


class TestWords:
    def test_are_there_for_every_operation_in_both_languages(self) -> None:
        said = {
            f"{method} /api{prefix}{path}"
            for prefix, router in routes.routers().items()
            for path, view in router.path_operations.items()
            for operation in view.operations
            for method in operation.methods
        }
        assert said == set(words.WORDS)

"""A lender's own client against the API: the views that come out are those of the rooms."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from tests.parties.accounts.samples import BANK
from tests.portal.web.market_world import DEMAND, FIRM, OFFICE, TERMS, System, Town, campaign_of

from shuxin.kernel.errors import Unavailable
from shuxin.kernel.machine import Actor
from shuxin.kernel.statements import parse_json
from shuxin.lending import api as lending
from shuxin.market import api as market
from shuxin.portal.linking import market as linking
from shuxin.portal.linking.asking import NOT_OURS, SiteRefused, SiteUnreachable
from shuxin.portal.linking.shapes import built, given, read, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings
    from shuxin.lending.api import Marketplace

pytestmark = pytest.mark.django_db
BY = "李四"


@dataclass
class Line:
    """In the place of ``Platform``: carries calls to this process's own API, and loses replies when told to."""

    system: System
    lose: int = 0
    calls: list[str] = field(default_factory=list)
    says: tuple[int, Any] | None = None

    def exchange(
        self,
        method: str,
        path: str,
        *,
        bounds: Any,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        self.calls.append(f"{method} {path.partition('?')[0]}")
        answer = self.system.call(
            method, path.removeprefix("/api/v1"), raw=body or b"", **dict(headers or {})
        )
        status, content = self.says or (answer.status_code, answer.content)
        if self.lose:
            self.lose -= 1
            raise SiteUnreachable(address="https://p.example", reason=NOT_OURS)
        if status // 100 != 2:
            code = parse_json(content)["code"]
            raise SiteRefused(address="p", status=status, refusal=code, sentence="…")
        return parse_json(content)

    def requests(self) -> list[dict[str, Any]]:
        return [{"request_id": "r1", "state": "granted"}]


@pytest.fixture
def town(platform: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Town:
    place = "shuxin.portal.web.market_api.calling.now_in_china"
    monkeypatch.setattr(place, lambda: clock.now)
    return Town.built(platform, clock)


@pytest.fixture
def line(town: Town) -> Line:
    return Line(town.bank)


@pytest.fixture
def client(town: Town, line: Line, monkeypatch: pytest.MonkeyPatch) -> linking.PlatformMarket:
    link = SimpleNamespace(address="https://p.example")
    monkeypatch.setattr(linking, "required_link", lambda _: link)
    monkeypatch.setattr(linking, "Platform", lambda _: line)
    return linking.PlatformMarket(town.settings)


def terms(**more: Any) -> market.ProductTerms:
    return built(market.ProductTerms, given(market.ProductTerms).model_validate(TERMS | more))  # type: ignore[no-any-return]


class TestClient:
    def test_is_a_marketplace(self, client: linking.PlatformMarket) -> None:
        whole: Marketplace = client
        assert whole is client

    def test_brings_a_product_to_the_shelf(
        self, town: Town, client: linking.PlatformMarket
    ) -> None:
        key = client.save_product(terms(), by=BY, request_id="form-1")
        assert client.save_product(terms(), by=BY, request_id="form-1") == key
        client.save_product(terms(name="乙"), key=key, by=BY, request_id="form-2")
        client.step_product(key, "submit", by=BY)
        market.step_product(key, "approve", doer=town.operator(), now=town.clock.now)
        (seen,) = client.products()
        assert seen == market.product(key, viewer=BANK)
        assert client.product_terms(key, 1) == terms(name="乙")

    def test_has_all_pages(
        self, client: linking.PlatformMarket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(linking, "PAGE_ITEMS", 2)
        made = {client.save_product(terms(name=str(n)), by=BY, request_id=str(n)) for n in range(5)}
        assert {view.key for view in client.products()} == made

    def test_takes_a_demand_to_its_answer(self, town: Town, client: linking.PlatformMarket) -> None:
        product, demand = town.product(), town.demand()
        (shown,) = client.board()
        assert shown == market.board(BANK, now=town.clock.now)[0]
        referral = client.claim(demand, product, by=BY)
        assert client.referrals(states=("taken",)) == [market.referral(referral, viewer=BANK)]
        asked = {"referral": referral, "amount_fen": 50_000_000, "term_months": 12}
        key = town.firm.made("/applications", asked)
        town.firm.call("POST", f"/applications/{key}/steps", {"event": "submit"})
        (seen,) = client.applications(states=("submitted",))
        assert seen == lending.application(key, viewer=BANK) == client.application(key)
        assert (seen.firm.party, seen.amount_fen) == (FIRM, DEMAND["amount_fen"])
        client.step_application(key, "claim", by=BY)
        verdict = lending.Answer(
            verdict=lending.Verdict.DECLINE,
            decision="b" * 64,
            seconds=0.25,
            reasons=(lending.DeclineReason("cash_flow", "经营现金流不足", "cash flow"),),
        )
        client.answer(key, verdict, by=BY)
        client.answer(key, verdict, by=BY)
        told = client.application(key)
        assert (told.state, told.reasons, told.decided_in_seconds) == (
            "declined",
            verdict.reasons,
            0.25,
        )
        assert client.applications(after=key) == []
        page = client.events(0)
        assert page == market.events_after(BANK, 0)
        assert client.newest_event(0) == page.last
        assert market.steps_of("application", key)[-1].by.startswith(BY)

    def test_records_a_contact_of_a_campaign_once(
        self, town: Town, client: linking.PlatformMarket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = campaign_of(town, "yes", "no")
        here = lending.MarketplaceHere(BANK, town.operator().journal, now=lambda: town.clock.now)
        monkeypatch.setattr(linking, "PAGE_ITEMS", 1)
        assert client.campaigns() == here.campaigns()
        firms = client.campaign_firms(key, by=BY)
        assert firms == here.campaign_firms(key, by=BY)
        yes, no = sorted(firms, key=lambda one: not one.may_contact)
        lent = market.government.ContactKind.LENT
        for _ in range(2):
            client.record_contact(
                yes.key, result=lent, amount_fen=100, note="好", by=BY, request_id="form"
            )
        (seen,) = client.campaign_firms(key, only=yes.key, by=BY)
        assert [(one.result, one.note) for one in seen.contacts] == [(lent, "好")]
        assert seen.contacts[0].by.startswith(BY)
        with pytest.raises(SiteRefused) as refused:
            client.record_contact(no.key, result=lent, amount_fen=100, by=BY, request_id="other")
        assert refused.value.refusal == "campaign_contact_unwanted"
        with pytest.raises(market.government.ContactUnwanted):
            here.record_contact(no.key, result=lent, amount_fen=100, by=BY, request_id="third")

    def test_reports_of_a_firm_of_an_offices_list_once_and_in_the_officers_name(
        self, town: Town, client: linking.PlatformMarket
    ) -> None:
        office = market.Doer(Actor.GOVERNMENT, OFFICE, "clerk", town.operator().journal)
        now, region = town.clock.now, "350203"
        government = market.government
        government.assign_region(
            party=OFFICE, account="clerk", region=region, doer=town.operator(), now=now
        )
        visit = government.Visit(
            FIRM.removeprefix("uscc:"),
            "某某商贸",
            region,
            now.date(),
            "王",
            found_needs=True,
            amount_fen=50_000_000,
            use=market.LoanUse.STOCK,
        )
        key = government.record_visit(visit, doer=office, now=now, request_id="visit")
        assert key is not None
        answers = dict.fromkeys(government.Standard, (True, "现场核实"))
        government.judge(key, answers, doer=office, now=now)
        government.recommend(key, lenders=[BANK], doer=office, now=now)
        (seen,) = client.listed(by=BY)
        assert (seen.key, seen.firm, seen.result) == (key, FIRM, "")
        (reading,) = government.readings_of(FIRM)
        assert reading.by.startswith(BY)
        credited = government.ResultKind.CREDITED
        for _ in range(2):
            client.report_result(
                key, result=credited, amount_fen=300, rate_bp=385, by=BY, request_id="form"
            )
        (told,) = government.listed_firm(key, doer=office).results
        assert (told.lender, told.amount_fen, told.rate_bp) == (BANK, 300, 385)
        assert market.steps_of("listing", key)[-1].by.startswith(BY)
        assert client.listed(by=BY)[0].result == "credited"

    def test_claims_once_when_the_reply_is_lost(
        self, town: Town, client: linking.PlatformMarket, line: Line
    ) -> None:
        product, demand = town.product(), town.demand()
        line.lose = 1
        key = client.claim(demand, product, by=BY)
        assert [view.key for view in client.referrals()] == [key]

    def test_tells_busy_from_no(self, client: linking.PlatformMarket, line: Line) -> None:
        with pytest.raises(SiteRefused) as refused:
            client.application("0" * 32)
        assert (refused.value.status, refused.value.refusal) == (404, "market_thing_unknown")
        for status in (429, 500, 503):
            line.says = (status, b'{"code":"too_busy"}')
            with pytest.raises(linking.PlatformBusy):
                client.board()
        assert issubclass(linking.PlatformBusy, Unavailable)

    @pytest.mark.parametrize(
        "content", [b"[]", b'{"items":[{}],"next":""}', b'{"items":3,"next":""}', b'{"x":1}']
    )
    def test_believes_nothing_that_is_no_answer(
        self, client: linking.PlatformMarket, line: Line, content: bytes
    ) -> None:
        line.says = (200, content)
        with pytest.raises(SiteUnreachable):
            client.board()

    def test_asks_for_what_the_product_needs(self, client: linking.PlatformMarket) -> None:
        at = dt.datetime(2026, 3, 31, 23, 30, tzinfo=dt.UTC)
        needed = market.Needed("uscc:holder", ("tax",), level_max=2, data_months=13, max_uses=5)
        wanted = lending.AuthorisationWanted(FIRM, needed, "reason", at)
        terms = linking.wanted_terms(wanted, grantee=BANK)
        assert (terms.data_from, terms.data_to) == (dt.date(2025, 3, 1), dt.date(2026, 4, 2))
        assert (terms.valid_from, terms.max_uses, terms.level_max) == (at, 5, 2)
        assert linking.wanted_terms(wanted, grantee=BANK) == terms
        assert client.authorisation_states() == {"r1": "granted"}


class TestShapes:
    def test_lose_nothing_on_the_way(self, town: Town) -> None:
        key = town.product(
            authorisations=[{"holder": "uscc:x", "catalogues": ["a", "b"]}],
            fees=[{"name": "手续费", "kind": "once_bp", "value": 10}],
            eligibility={"sizes": ["micro"], "age_months": 12},
        )
        view = market.product(key, viewer=BANK)
        assert read(market.ProductView, json.loads(said(view))) == view

    def test_leave_aside_what_a_newer_platform_adds(self, town: Town) -> None:
        view = market.product(town.product(), viewer=BANK)
        newer = json.loads(said(view)) | {"new": [1]}
        assert read(market.ProductView, newer) == view

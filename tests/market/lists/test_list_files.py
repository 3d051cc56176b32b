"""Files of visits and campaigns: whole or not at all, whatever the file holds."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.market.lists.lists_world import (
    DISTRICT,
    LENDER,
    NOW,
    OTHER_DISTRICT,
    OTHER_LENDER,
    World,
    code,
)

from shuxin.market.api import Doer, ThingUnknown, government, new_key
from shuxin.market.list_models import CampaignFirmRow, ContactRow, ListingRow, VisitRow
from shuxin.market.lists.campaigns import FIRM_HEADS
from shuxin.market.lists.files import VISIT_HEADS, read_visits, visit_template
from shuxin.market.lists.refusals import (
    PLACES,
    CampaignInvalid,
    ListFileInvalid,
    RegionNotYours,
)
from shuxin.market.lists.sharing import share_firms
from shuxin.market.shelf_models import DemandRow, ProductRow, ReferralRow


def file(*lines: tuple[str, ...], heads: tuple[str, ...] = VISIT_HEADS) -> bytes:
    out = io.StringIO()
    heads = tuple(PLACES[one].zh for one in heads)
    csv.writer(out).writerows([heads, *lines])
    return out.getvalue().encode()


def line(number: int, **changed: str) -> tuple[str, ...]:
    cells = dict(
        zip(
            (PLACES[one].zh for one in VISIT_HEADS),
            (
                code(number),
                f"乙{number}",
                DISTRICT,
                "2026-05-30",
                "李",
                "有",
                "500000",
                "流动资金周转",
                "",
            ),
            strict=True,
        )
    )
    return tuple((cells | changed).values())


class TestReading:
    @given(st.binary(max_size=400))
    def test_any_bytes_are_refused_or_read(self, content: bytes) -> None:
        for given_bytes in (content, visit_template().encode() + content):
            with pytest.raises(ListFileInvalid):
                read_visits(given_bytes)

    @given(st.lists(st.lists(st.text(max_size=12), min_size=9, max_size=9), max_size=4))
    def test_any_cells_are_refused_by_line(self, cells: list[list[str]]) -> None:
        content = file(line(1), *(tuple(one) for one in cells))
        bad = sum(any(cell.strip() for cell in one) for one in cells)
        try:
            assert len(read_visits(content)) == 1
        except ListFileInvalid as refused:
            assert bad > 0
            assert "line" in refused.say("en")
            assert code(1) not in refused.say("zh")
            return
        assert bad == 0

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_office_encodings_are_read(self, encoding: str) -> None:
        ((number, found),) = read_visits(file(line(1)).decode().encode(encoding))
        assert (number, found.name, found.amount_fen) == (2, "乙1", 50_000_000)


@pytest.mark.django_db
class TestImport:
    def test_takes_all_in_once(self) -> None:
        world = World()
        content = file(line(1), line(2), line(3, 有无融资需求="无"))
        assert government.import_visits(content, doer=world.district, now=NOW) == (3, 2)
        assert government.import_visits(content, doer=world.district, now=NOW) == (0, 0)
        assert ListingRow.objects.count() == 2

    @pytest.mark.parametrize(
        "wrong",
        [
            line(2, 行政区划代码=OTHER_DISTRICT),
            line(1),
            line(2, 走访日期="2026-06-30"),
            line(2, **{"需求金额（元）": "-5"}),
            line(2)[:-1],
        ],
    )
    def test_takes_nothing_in_with_one_wrong_line(self, wrong: tuple[str, ...]) -> None:
        world = World()
        logged = len(world.journal.entries)
        with pytest.raises(ListFileInvalid) as refused:
            government.import_visits(file(line(1), wrong), doer=world.district, now=NOW)
        assert "第 3 行" in refused.value.say("zh")
        assert not VisitRow.objects.exists()
        assert len(world.journal.entries) == logged


def firm_line(number: int, grade: str = "A", bank: str = "") -> tuple[str, ...]:
    return (code(number), f"丙{number}", DISTRICT, grade, bank)


@pytest.mark.django_db
class TestPopulation:
    @pytest.mark.parametrize("active", ["9" * 5000, "2000000001", "-1", "", "1.5"])
    def test_a_count_that_cannot_be_is_named_by_its_line(self, active: str) -> None:
        content = file(("规模", "微型", active), heads=government.POPULATION_HEADS)
        with pytest.raises(ListFileInvalid) as refused:
            government.import_population(
                content, source="统计局", as_of=NOW.date(), doer=World().city, now=NOW
            )
        assert "第 2 行（在营企业数）" in refused.value.say("zh")


def shared_campaign(world: World, *, firms: int) -> str:
    """All firms are of ``LENDER``."""
    key = government.draft_campaign(
        title="x", region=DISTRICT, grades="A", quotas={LENDER: 9}, doer=world.city, now=NOW
    )
    lines = [firm_line(n) for n in range(1, firms + 1)]
    government.share_campaign(key, file(*lines, heads=FIRM_HEADS), doer=world.city, now=NOW)
    return key


def replied(one: government.CampaignCustomer, **said: str) -> None:
    secret = bytes(32)
    token = government.link_token(one.key, key=secret, now=NOW)
    answers = {each.code: each.answers[0][0] for each in government.QUESTIONS} | said
    government.keep_reply(token, answers, key=secret, now=NOW)


def contacted(
    one: government.CampaignCustomer,
    kind: government.ContactKind = government.ContactKind.CONTACTED,
    *,
    doer: Doer,
    request_id: str = "1",
) -> None:
    amount = 100 if kind is government.ContactKind.LENT else 0
    government.record_contact(
        one.key, result=kind, amount_fen=amount, doer=doer, now=NOW, request_id=request_id
    )


def applied(
    one: government.CampaignCustomer, *, at: dt.datetime, state: str, lender: str = LENDER
) -> None:
    """A referral of the firm with an application at a lender."""
    moved = {"state": state, "version": 1, "changed_at": at}
    demand = DemandRow.objects.create(
        key=new_key(), firm=one.firm, terms={}, made_at=at, expires_at=at, **moved
    )
    product = ProductRow.objects.create(key=new_key(), lender=lender, **moved)
    ReferralRow.objects.create(
        key=new_key(),
        demand=demand,
        product=product,
        product_number=1,
        lender=lender,
        firm=one.firm,
        mode="direct",
        made_at=at,
        application=new_key(),
        **moved,
    )


@pytest.mark.django_db
class TestCampaign:
    def test_goes_from_the_file_to_the_loan(self) -> None:
        world = World()
        key = government.draft_campaign(
            title="百行进万企",
            region=DISTRICT,
            grades="AB",
            quotas={LENDER: 2, code(7): 1},
            doer=world.district,
            now=NOW,
        )
        content = file(
            firm_line(1, bank=LENDER.removeprefix("uscc:")),
            *(firm_line(n) for n in (2, 3, 4)),
            firm_line(5, grade="C"),
            heads=FIRM_HEADS,
        )
        shares = government.share_campaign(key, content, doer=world.district, now=NOW)
        assert shares == Counter({LENDER: 2, code(7): 1, "": 1})
        mine, _ = government.campaign_customers(key, doer=world.lender(), now=NOW)
        assert len(mine) == 2
        assert [one.why for one in mine if one.firm == f"uscc:{code(1)}"] == ["wish"]
        secret = bytes(32)
        token = government.link_token(mine[0].key, key=secret, now=NOW)
        answers = {one.code: one.answers[0][0] for one in government.QUESTIONS}
        government.keep_reply(token, answers, key=secret, now=NOW)
        assert government.questionnaire_of(token, key=secret, now=NOW) == ("百行进万企", True)
        for n, kind in enumerate(("contacted", "applied")):
            government.record_contact(
                mine[0].key,
                result=government.ContactKind(kind),
                doer=world.lender(),
                now=NOW,
                request_id=str(n),
            )
        firms = government.campaign_firms(key, doer=world.district, now=NOW)
        assert len(firms) == 4
        funnel = government.funnel_of(firms)
        assert (funnel.assigned, funnel.replied, funnel.contacted, funnel.applied, funnel.lent) == (
            3,
            1,
            1,
            1,
            0,
        )

    def test_without_success_the_last_contact_is_shown(self) -> None:
        world = World()
        key = government.draft_campaign(
            title="x", region=DISTRICT, grades="A", quotas={LENDER: 9}, doer=world.city, now=NOW
        )
        lines = [firm_line(n) for n in range(1, 9)]
        government.share_campaign(key, file(*lines, heads=FIRM_HEADS), doer=world.city, now=NOW)
        mine, _ = government.campaign_customers(key, doer=world.lender(), now=NOW)
        kinds = (government.ContactKind.UNREACHED, government.ContactKind.DECLINED)
        for n, one in enumerate(mine):
            for at, kind in enumerate(kinds[:: 1 if n % 2 else -1]):
                government.record_contact(
                    one.key, result=kind, doer=world.lender(), now=NOW, request_id=f"{n}.{at}"
                )
        again, _ = government.campaign_customers(key, doer=world.lender(), now=NOW)
        assert [one.furthest for one in again] == [kinds[n % 2] for n in range(len(mine))]

    def test_who_wants_no_call_is_not_called_unless_it_applies(self) -> None:
        world, clerk = World(), World().lender()
        key = shared_campaign(world, firms=3)
        (no, yes, silent), _ = government.campaign_customers(key, doer=clerk, now=NOW)
        replied(no, contact="no")
        replied(yes, contact="yes")
        applied(no, at=NOW - dt.timedelta(days=1), state="closed")
        shown, _ = government.campaign_customers(key, doer=clerk, now=NOW)
        assert [one.may_contact for one in shown] == [False, True, True]
        assert [one.answers is None for one in shown] == [True, False, True]
        assert [one.has_replied for one in shown] == [True, True, False]
        for kind in government.ContactKind:
            with pytest.raises(government.ContactUnwanted):
                contacted(no, kind, doer=clerk)
        applied(no, at=NOW, state="closed", lender=OTHER_LENDER)
        with pytest.raises(government.ContactUnwanted):
            contacted(no, doer=clerk)
        for n, one in enumerate((yes, silent)):
            contacted(one, doer=clerk, request_id=str(n))
        applied(no, at=NOW, state="closed")
        contacted(no, government.ContactKind.LENT, doer=clerk, request_id="2")
        (first, *_), _ = government.campaign_customers(key, only=no.key, doer=clerk, now=NOW)
        assert (first.may_contact, first.answers, first.furthest) == (True, None, "lent")

    def test_a_contact_is_recorded_once_and_by_its_own_lender(self) -> None:
        world, clerk = World(), World().lender()
        key = shared_campaign(world, firms=1)
        ((one,), _) = government.campaign_customers(key, doer=clerk, now=NOW)
        contacted(one, doer=clerk)
        replied(one, contact="no")
        contacted(one, doer=clerk)
        assert ContactRow.objects.count() == 1
        other = world.lender(OTHER_LENDER)
        with pytest.raises(ThingUnknown):
            contacted(one, doer=other)
        with pytest.raises(ThingUnknown):
            government.campaign_customers(key, doer=other, now=NOW)
        with pytest.raises(RegionNotYours):
            government.campaign_firms(key, doer=clerk, now=NOW)
        assert government.lender_campaigns(OTHER_LENDER) == []
        (told,) = government.lender_campaigns(LENDER)
        assert (told.quota, told.firms, told.visited) == (9, 1, 1)

    def test_a_lender_reads_page_by_page_and_the_log_has_what_was_read(self) -> None:
        world = World()
        key = shared_campaign(world, firms=5)
        clerk, seen, rest, is_more = world.lender(), [], "", True
        while is_more:
            page, rest = government.campaign_customers(key, after=rest, most=2, doer=clerk, now=NOW)
            seen += [one.key for one in page]
            is_more = bool(rest)
        assert (len(seen), seen) == (5, sorted(set(seen)))
        logged = [one.facts for one in world.journal.entries if one.kind == "list-read"]
        assert [one["firms"] for one in logged] == [2, 2, 1]
        assert {one["ground"] for one in logged} == {"campaign"}
        ((reading,), *_) = [government.readings_of(f"uscc:{code(n)}") for n in range(1, 6)]
        assert (reading.party, reading.by) == (LENDER, "clerk")

    def test_takes_no_firm_in_with_a_wrong_line(self) -> None:
        world = World()
        key = government.draft_campaign(
            title="x", region=DISTRICT, grades="A", quotas={LENDER: 2}, doer=world.city, now=NOW
        )
        for wrong in (firm_line(2, grade="Z"), ("1", "x", DISTRICT, "A", ""), firm_line(1)):
            with pytest.raises((ListFileInvalid, CampaignInvalid)):
                government.share_campaign(
                    key, file(firm_line(1), wrong, heads=FIRM_HEADS), doer=world.city, now=NOW
                )
        assert not CampaignFirmRow.objects.exists()


quotas = st.dictionaries(st.sampled_from("ABCDE"), st.integers(1, 9), min_size=1)


class TestSharing:
    @given(st.lists(st.integers(0, 60), unique=True, max_size=30), quotas, st.integers(0, 9))
    def test_is_whole_fair_and_the_same_for_any_order(
        self, numbers: list[int], quota: dict[str, int], wished: int
    ) -> None:
        firms = [str(n) for n in numbers]
        wishes = dict.fromkeys(firms[:wished], "A")
        shares = share_firms(firms, quotas=quota, wishes=wishes, seed="s")
        again = share_firms(
            firms[::-1], quotas=dict(reversed(quota.items())), wishes=wishes, seed="s"
        )
        assert sorted(shares, key=str) == sorted(again, key=str)
        got = Counter(one.lender for one in shares if one.lender)
        assert all(got[lender] <= most for lender, most in quota.items())
        assert sum(got.values()) == min(len(firms), sum(quota.values()))
        if not wishes:
            parts = {lender: got[lender] / most for lender, most in quota.items()}
            behind = (
                min((got[one] + 1) / quota[one] for one in quota if got[one] < quota[one])
                if any(got[one] < quota[one] for one in quota)
                else 1.0
            )
            assert all(part <= behind + 1e-9 for part in parts.values())

    def test_names_of_lenders_do_not_decide(self) -> None:
        """Over many seeds each of three equal lenders gets a third of single firms: within 5 sigma, about 6e-7."""
        got = Counter(
            share_firms(["f"], quotas={"A": 1, "B": 1, "C": 1}, wishes={}, seed=str(n))[0].lender
            for n in range(3000)
        )
        assert all(abs(count - 1000) < 5 * (3000 * 2 / 9) ** 0.5 for count in got.values())

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from tests.market.lists.lists_world import World, code
from tests.market.shelf_world import (
    BANK,
    DAY,
    FACTS,
    FIRM,
    NOW,
    OTHER_BANK,
    OTHER_FIRM,
    SYSTEM,
    bank,
    claimed,
    online_product,
    published,
)

from shuxin.market.api import (
    FirmFacts,
    OpenEntry,
    OpenList,
    government,
    keep_firm,
    keep_open_list,
    listed_openly,
    match_demand,
    open_lists,
    read_open_list,
    recommended_firms,
)
from shuxin.market.matching.open_lists import OpenListInvalid

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def matched(party: str = FIRM, **changed: object) -> str:
    key = published(party, **{"may_contact": True, **changed})
    match_demand(key, doer=SYSTEM, now=NOW)
    return key


def listed(*firms: str, kind: OpenList = OpenList.DISHONEST, until: dt.date | None = None) -> None:
    entries = [OpenEntry(one, TODAY - 30 * DAY, until) for one in firms]
    keep_open_list(kind, entries, source="court", by="test", now=NOW)


class TestRecommended:
    def test_only_firms_that_agreed_to_be_called(self) -> None:
        product = online_product()
        key = matched()
        matched(OTHER_FIRM, may_contact=False)
        found = recommended_firms(BANK, now=NOW)
        assert [(one.demand, one.firm.party, one.product) for one in found] == [
            (key, FIRM, product)
        ]
        assert "同意主动联系" in found[0].reasons[0].zh

    def test_never_one_on_an_open_list(self) -> None:
        online_product()
        matched()
        matched(OTHER_FIRM)
        listed(FIRM)
        assert [one.firm.party for one in recommended_firms(BANK, now=NOW)] == [OTHER_FIRM]

    def test_first_loans_come_first_and_it_is_said(self) -> None:
        online_product()
        for party, first in ((FIRM, False), (OTHER_FIRM, True)):
            matched(party)
            keep_firm(
                replace(FACTS, party=party, is_first_loan=first), source="open", by="t", now=NOW
            )
        found = recommended_firms(BANK, now=NOW)
        assert [one.firm.party for one in found] == [OTHER_FIRM, FIRM]
        assert found[0].points - found[1].points == 1000
        assert any("首贷户" in text.zh for text in found[0].reasons)
        assert not any("首贷户" in text.zh for text in found[1].reasons)

    def test_not_to_a_lender_that_has_it_already_or_has_no_product_for_it(self) -> None:
        product = online_product()
        key = matched()
        claimed(key, product)
        assert recommended_firms(BANK, now=NOW) == []
        assert recommended_firms(OTHER_BANK, now=NOW) == []

    def test_what_is_not_checked_is_said(self) -> None:
        online_product()
        matched()
        listed(kind=OpenList.DISHONEST)
        assert "自行核查" in recommended_firms(BANK, now=NOW)[0].reasons[-1].zh
        for kind in OpenList:
            listed(kind=kind)
        assert "名单截至2026-06-01" in recommended_firms(BANK, now=NOW)[0].reasons[-1].zh

    def test_of_a_listed_firm_a_lender_learns_what_the_office_wrote_and_no_more(self) -> None:
        online_product()
        key = World().recommended()
        facts = replace(FACTS, party=f"uscc:{code(1)}", is_first_loan=True)
        keep_firm(facts, source="declared", by="t", now=NOW)
        (found,) = recommended_firms(BANK, now=NOW, doer=bank())
        assert (found.ground, found.listing) == ("list", key)
        assert found.firm == FirmFacts(facts.party, "甲1公司", facts.borrower, "320106")
        assert not any("首贷户" in text.zh for text in found.reasons)

    def test_the_log_notes_those_that_are_shown_and_no_others(self) -> None:
        online_product()
        world = World()
        for number in (1, 2):
            world.recommended(number)
        facts = replace(FACTS, party=f"uscc:{code(1)}")
        keep_firm(facts, source="declared", by="t", now=NOW)
        assert len(recommended_firms(BANK, now=NOW, doer=bank())) == 1
        read = [government.readings_of(f"uscc:{code(number)}") for number in (1, 2)]
        assert [[one.party for one in some] for some in read] == [[BANK], []]
        assert len(recommended_firms(BANK, now=NOW)) == 0


class TestOpenLists:
    def test_the_newest_loading_of_each_holds(self) -> None:
        listed(FIRM)
        listed(OTHER_FIRM, kind=OpenList.TAX_ARREARS)
        assert listed_openly([FIRM, OTHER_FIRM], on=TODAY) == {FIRM, OTHER_FIRM}
        listed()
        assert listed_openly([FIRM, OTHER_FIRM], on=TODAY) == {OTHER_FIRM}
        assert set(open_lists()) == {OpenList.DISHONEST, OpenList.TAX_ARREARS}

    def test_from_the_first_day_to_before_the_last(self) -> None:
        listed(FIRM, until=TODAY)
        days = (TODAY - 31 * DAY, TODAY - 30 * DAY, TODAY - DAY, TODAY)
        assert [bool(listed_openly([FIRM], on=day)) for day in days] == [False, True, True, False]

    def test_a_file_is_read_whole_or_its_wrong_lines_are_named(self) -> None:
        code = FIRM.removeprefix("uscc:")
        head = "uscc,since,until\n"
        good = f"{head}{code},2026-01-02,\n{code},2025-01-02,2025-06-01\n"
        assert read_open_list(good.encode()) == [
            OpenEntry(FIRM, dt.date(2026, 1, 2)),
            OpenEntry(FIRM, dt.date(2025, 1, 2), dt.date(2025, 6, 1)),
        ]
        with pytest.raises(OpenListInvalid) as caught:
            read_open_list(f"{good}{code}9,2026-01-02,\n".encode())
        assert "4" in caught.value.say("en")

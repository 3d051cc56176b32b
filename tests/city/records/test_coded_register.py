from __future__ import annotations

import numpy as np
import pytest
from tests.city.records.towns import DAY, UNTIL, drawn, living, plain, town

from shuxin.city.catalogues import CODE_TABLES
from shuxin.city.records.coded.days import chosen
from shuxin.city.records.drawn import NO_DAY, Drawn
from shuxin.city.world import parameters as p
from shuxin.city.world.ties import PPM

STATUS = [one.code for one in CODE_TABLES["registration_status"].codes]


def last_rows(firm: np.ndarray) -> np.ndarray:
    return np.append(firm[1:] != firm[:-1], True)


def last_told(slug: str, *key: str) -> Drawn:
    """The last row of each entry: with its end, where that has come."""
    rows = drawn(slug)
    assert rows.known is not None
    parts = [plain(rows.values[name]) for name in key]
    last = dict(
        zip(
            zip(rows.firm.tolist(), rows.day.tolist(), *parts, strict=True),
            range(len(rows)),
            strict=True,
        )
    )
    order = np.array(sorted(last.values()))
    return Drawn(
        firm=rows.firm[order],
        day=rows.day[order],
        month=rows.month[order],
        known=rows.known[order],
        values={name: chosen(column, order) for name, column in rows.values.items()},
    )


class TestRegister:
    def test_every_firm_is_entered_at_its_founding(self) -> None:
        rows = drawn("enterprise_registration")
        first = np.append(True, rows.firm[1:] != rows.firm[:-1])
        assert (rows.firm[first] == np.arange(town().count)).all()
        assert (rows.day == town().firms.founded[rows.firm]).all()
        assert (rows.values["approve_date"][first] == town().firms.founded).all()

    def test_the_last_entry_has_the_status_of_the_day_of_the_extracts(self) -> None:
        rows = drawn("enterprise_registration")
        last = last_rows(rows.firm)
        status = rows.values["status"][last]
        for place, kind in enumerate(p.EXIT_KINDS):
            own = town().exit_kind == place
            assert (status[own] == STATUS.index(kind or "active")).all()
        assert (status[living()] == STATUS.index("active")).all()

    def test_nobody_sees_an_exit_before_it_happened(self) -> None:
        rows = drawn("enterprise_registration")
        ended = town().ended[rows.firm].astype(np.int64)
        gone = rows.values["status"] != STATUS.index("active")
        assert gone.sum() == (town().ended >= 0).sum()
        assert rows.known is not None
        assert (rows.known[gone] >= ended[gone] * DAY).all()
        assert (rows.values["cancel_date"][~gone] == NO_DAY).all()
        assert (rows.values["revoke_date"][~gone] == NO_DAY).all()
        cancelled = rows.values["status"] == STATUS.index("cancelled")
        assert (rows.values["cancel_date"][cancelled] == ended[cancelled]).all()

    def test_entries_become_known_in_their_order_on_the_day_after(self) -> None:
        rows = drawn("enterprise_registration")
        assert rows.known is not None
        late = rows.known // DAY - rows.values["approve_date"]
        assert late.min() >= 1
        assert late.max() <= 4
        same = rows.firm[1:] == rows.firm[:-1]
        assert (np.diff(rows.values["approve_date"])[same] >= 0).all()

    def test_the_last_capital_is_that_of_the_world(self) -> None:
        rows = drawn("enterprise_registration")
        last = last_rows(rows.firm)
        assert (rows.values["reg_capital"][last] == town().firms.capital).all()
        assert (rows.values["reg_capital"] > 0).all()

    def test_most_firms_are_headed_by_their_controller_in_the_end(self) -> None:
        rows = drawn("enterprise_registration")
        last = last_rows(rows.firm)
        own = -2 - rows.values["legal_rep"].place[last] == town().ties.controller
        assert own.mean() > 0.97
        assert own[town().outcome.failed >= 0].mean() < 0.95


class TestShareholders:
    @pytest.mark.parametrize("day", [18_700, 19_300, 19_900, UNTIL - 1])
    def test_hold_the_whole_on_every_day(self, day: int) -> None:
        rows = last_told("shareholders", "holder_name", "ratio")
        to = np.where(rows.values["valid_to"] == NO_DAY, UNTIL, rows.values["valid_to"])
        valid = (rows.day <= day) & (to > day)
        held = np.bincount(
            rows.firm[valid], weights=rows.values["ratio"][valid], minlength=town().count
        )
        founded = (town().firms.kind == 0) & (town().firms.founded <= day)
        assert (held[founded] == PPM).all()
        assert (held[~founded] == 0).all()

    def test_of_now_are_those_of_the_world(self) -> None:
        rows, stakes = last_told("shareholders", "holder_name", "ratio"), town().ties.stakes
        now = rows.values["valid_to"] == NO_DAY
        company = town().firms.kind[stakes.firm] == 0
        holder = np.where(stakes.corporate, stakes.holder, -2 - stakes.holder)
        told = sorted(
            zip(
                rows.firm[now].tolist(), rows.values["holder_name"].place[now].tolist(),
                rows.values["ratio"][now].tolist(), strict=True,
            )
        )  # fmt: skip
        true = sorted(
            zip(
                stakes.firm[company].tolist(), holder[company].tolist(),
                stakes.share_ppm[company].tolist(), strict=True,
            )
        )  # fmt: skip
        assert told == true

    def test_sums_subscribed_are_the_capital_of_the_day(self) -> None:
        rows = last_told("shareholders", "holder_name", "ratio")
        now = rows.values["valid_to"] == NO_DAY
        subscribed = np.zeros(town().count, np.int64)
        np.add.at(subscribed, rows.firm[now], rows.values["subscribed"][now])
        company = town().firms.kind == 0
        assert (subscribed[company] == town().firms.capital[company]).all()

    def test_a_holder_is_a_firm_or_a_person(self) -> None:
        rows = last_told("shareholders", "holder_name", "ratio")
        is_firm = rows.values["holder_uscc"] >= 0
        assert (is_firm != (rows.values["holder_id_hmac"] >= 0)).all()
        assert (
            rows.values["holder_name"].place[is_firm] == rows.values["holder_uscc"][is_firm]
        ).all()


class TestKeyPersons:
    def test_a_company_has_one_head_at_any_time(self) -> None:
        rows = last_told("key_persons", "post", "name")
        head = rows.values["is_legal_representative"]
        to = np.where(rows.values["to"] == NO_DAY, UNTIL, rows.values["to"])
        for day in (18_700, 19_900):
            acting = head & (rows.day <= day) & (to > day)
            found = np.bincount(rows.firm[acting], minlength=town().count)
            trades = (town().firms.kind == 0) & (town().firms.founded <= day)
            trades &= (town().ended < 0) | (town().ended > day)
            assert (found[trades] == 1).all()

    def test_terms_of_a_post_follow_one_another(self) -> None:
        rows = last_told("key_persons", "post", "name")
        term = ~rows.values["is_legal_representative"]
        assert (rows.day[term] >= town().firms.founded[rows.firm[term]]).all()
        since = rows.day[term] - town().firms.founded[rows.firm[term]]
        assert (since % 1_095 == 0).all()

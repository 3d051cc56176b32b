"""What a use costs: the price of its own moment; statements that add up to what the log has."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.consent.world import BANK as GRANTEE
from tests.consent.world import (
    DIRECTORY,
    FIRM,
    KEYS,
    PLATFORM,
    TAX,
    contract_of,
    request,
    status,
    terms,
)
from tests.consent.world import HOLDER as GATE_HOLDER
from tests.consent.world import NOW as GATE_NOW
from tests.permits import MemoryJournal

from shuxin.catalogue.api import register_contract
from shuxin.consent.api import Gate, UseRefused, take_status_list
from shuxin.consent.models import Use
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.signing import Ed25519Key
from shuxin.market.api import (
    MonthInvalid,
    Price,
    TariffInvalid,
    agree_to_price,
    callers_of,
    calls_of,
    count_call,
    meter_statement,
    metered,
    month_named,
    price_of,
    prices,
    propose_price,
    proposed_prices,
)
from shuxin.parties.api import ActUnknown, SamePerson, Step, state_act, waiting_acts

if TYPE_CHECKING:
    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import Entry

NOW = dt.datetime(2026, 6, 10, 10, tzinfo=CHINA_TIME)
DAY = dt.timedelta(days=1)
JUNE = dt.date(2026, 6, 1)
BANK, OTHER, HOLDER = "uscc:bank", "uscc:other", "uscc:tax"
KEY = Ed25519Key(bytes(range(32)))
PURPOSES = ("credit_decision", "post_loan")


class Log(list["Entry"]):
    def __call__(self, entry: Entry) -> None:
        self.append(entry)


def priced(
    fen: int,
    *,
    catalogue: str = "*",
    purpose: str = "*",
    day: dt.date | None = None,
    at: dt.datetime = NOW,
) -> Price:
    told = {"catalogue": catalogue, "purpose": purpose, "fen": fen}
    for clerk in ("zhang", "li"):
        propose_price(**told, valid_from=day or at.date(), by=clerk, journal=Log(), now=at)  # type: ignore[arg-type]
    return prices()[-1]


def used(
    at: dt.datetime,
    *,
    reader: str = BANK,
    catalogues: tuple[str, ...] = ("tax",),
    ground: str = "authorisation",
    shown: bool = True,
    index: int | None = -1,
) -> None:
    made = Use.objects.count()
    Use.objects.create(
        reader=reader,
        subject="uscc:firm",
        purpose=PURPOSES[0],
        highest_level=2,
        at=at,
        ground=ground,
        rests_on="a",
        catalogues=list(catalogues),
        nth=1,
        salt="00",
        log_index=made if index == -1 else index,
        shown=shown,
    )


def stated(
    caller: str = BANK, *, now: dt.datetime = NOW + 30 * DAY, log: Log | None = None
) -> Statement:
    return meter_statement(
        holder=HOLDER,
        caller=caller,
        month=JUNE,
        signer=KEY,
        journal=Log() if log is None else log,
        now=now,
    )


@st.composite
def tariffs(draw: st.DrawFn) -> list[Price]:
    some = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["*", "tax", "water"]),
                st.sampled_from(["*", *PURPOSES]),
                st.integers(0, 9),
                st.integers(-3, 3),
            ),
            max_size=8,
        )
    )
    return [
        Price(c, p, n, (NOW + since * DAY).date(), "x", NOW + (n - 4) * DAY)
        for n, (c, p, _, since) in enumerate(some)
    ]


class TestPrice:
    @given(tariffs(), st.integers(-6, 9))
    def test_is_the_most_exact_one_in_force_when_it_happened(
        self, tariff: list[Price], later: int
    ) -> None:
        at = NOW + later * DAY
        held = [
            one
            for one in tariff
            if one.catalogue in ("*", "tax")
            and one.purpose in ("*", PURPOSES[0])
            and one.at <= at
            and one.valid_from <= at.date()
        ]
        found = price_of(tariff, catalogue="tax", purpose=PURPOSES[0], at=at)
        assert (found is None) == (held == [])
        if found:
            assert found in held
            named = [one for one in held if one.catalogue == "tax"] or held
            exact = [one for one in named if one.purpose != "*"] or named
            assert found.valid_from == max(one.valid_from for one in exact)
            assert found in exact

    @given(tariffs(), st.integers(0, 8), st.integers(-6, 0))
    def test_of_what_happened_is_changed_by_nothing_recorded_later(
        self, tariff: list[Price], fen: int, later: int
    ) -> None:
        at = NOW + later * DAY
        new = Price("tax", PURPOSES[0], fen, (at - DAY).date(), "x", at + DAY)
        asked = {"catalogue": "tax", "purpose": PURPOSES[0], "at": at}
        assert price_of(tariff, **asked) == price_of([*tariff, new], **asked)

    @pytest.mark.django_db
    def test_is_kept_and_logged(self) -> None:
        log = Log()
        for clerk in ("zhang", "li"):
            propose_price(
                catalogue="tax-declarations", purpose=PURPOSES[0], fen=120, valid_from=NOW.date(),
                by=clerk, journal=log, now=NOW,
            )  # fmt: skip
        assert [one.kind for one in log] == ["four-eyes", "four-eyes", "tariff-set"]
        entry = log[-1]
        assert entry.facts == {
            "purpose": PURPOSES[0], "fen": 120, "valid_from": "2026-06-10",
            "catalogue": "tax-declarations",
        }  # fmt: skip
        assert [(one.fen, one.by, one.agreed_by) for one in prices()] == [(120, "zhang", "li")]

    @pytest.mark.django_db
    def test_of_one_person_alone_is_none(self) -> None:
        told = {"catalogue": "tax", "purpose": "*", "fen": 5, "valid_from": NOW.date()}

        def proposed(clerk: str, **other: object) -> Step:
            given = {**told, **other}
            return propose_price(**given, by=clerk, journal=Log(), now=NOW)  # type: ignore[arg-type]

        assert proposed("zhang") is Step.WAITING
        with pytest.raises(SamePerson):
            proposed("zhang")
        assert proposed("li", fen=6) is Step.WAITING
        assert prices() == ()
        first, other = proposed_prices(now=NOW)
        assert (first.fen, first.by, other.fen) == (5, "zhang", 6)
        with pytest.raises(SamePerson):
            agree_to_price(first.number, by="zhang", journal=Log(), now=NOW)
        later = NOW + 2 * DAY
        assert agree_to_price(first.number, by="wang", journal=Log(), now=later) is Step.DONE
        (price,) = prices()
        assert (price.fen, price.at, price.agreed_by) == (5, later, "wang")
        assert not price.holds("tax", PURPOSES[0], later - DAY)
        with pytest.raises(ActUnknown):
            agree_to_price(first.number, by="zhao", journal=Log(), now=later)
        assert [one.fen for one in proposed_prices(now=later)] == [6]
        assert proposed_prices(now=NOW + 7 * DAY) == []

    @pytest.mark.django_db
    def test_is_agreed_to_by_no_other_act(self) -> None:
        state_act("trust", {"anchors": "x"}, by="zhang", journal=Log(), now=NOW)
        (act,) = waiting_acts(now=NOW)
        with pytest.raises(ActUnknown):
            agree_to_price(act.number, by="li", journal=Log(), now=NOW)

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        "wrong",
        [
            {"catalogue": ""},
            {"catalogue": "a b"},
            {"purpose": "gossip"},
            {"fen": -1},
            {"fen": 100_000_001},
            {"day": (NOW - DAY).date()},
        ],
    )
    def test_that_cannot_be_is_refused(self, wrong: dict[str, object]) -> None:
        with pytest.raises(TariffInvalid):
            priced(**{"fen": 1, **wrong})  # type: ignore[arg-type]


@pytest.mark.django_db
class TestStatement:
    def test_prices_each_use_by_the_tariff_of_its_moment(self) -> None:
        priced(100)
        priced(250, catalogue="tax", day=(NOW + 5 * DAY).date())
        used(NOW - DAY)  # before any price
        used(NOW + DAY)
        used(NOW + 6 * DAY)
        used(NOW + 7 * DAY, catalogues=("tax", "water"))
        body = stated().body
        assert (body["uses"], body["fen"]) == (4, 100 + 250 + 250 + 100)
        assert [(one["catalogue"], one["uses"], one.get("fen_each")) for one in body["lines"]] == [
            ("tax", 1, None),
            ("tax", 1, 100),
            ("tax", 2, 250),
            ("water", 1, 100),
        ]

    def test_counts_what_the_log_has_of_others_and_no_more(self) -> None:
        priced(10)
        for n in range(5):
            used(NOW + n * dt.timedelta(hours=1))
        used(NOW, reader=OTHER)
        used(NOW, reader="clerk", ground="basis")  # own work
        used(NOW, ground="subject")
        used(NOW, shown=False)
        used(NOW, index=None)  # never logged, so never permitted
        assert [(one.caller, one.uses) for one in metered(month=JUNE)] == [(BANK, 5), (OTHER, 1)]
        body = stated().body
        assert (body["uses"], body["first_log_entry"], body["last_log_entry"]) == (5, 0, 4)

    def test_counts_entry_by_entry_what_the_gate_let_through(self) -> None:
        """Permits of a real gate: as many uses in the statement as entries in its log; refused ones are in neither."""
        register_contract(contract=contract_of(TAX), accepted_by="tester", now=GATE_NOW)
        listed = status(number=1, issued_at=GATE_NOW, withdrawn=frozenset())
        statement = listed.sign(signer=KEYS[PLATFORM])
        take_status_list(statement, issuers=[PLATFORM], keys=DIRECTORY, now=GATE_NOW)
        journal = MemoryJournal()
        gate = Gate(GATE_HOLDER, "tester", DIRECTORY, journal, frozenset({PLATFORM}))
        brought = terms(max_uses=2).sign(signer=KEYS[FIRM])
        for n in range(4):
            asks = request(request_id=f"r{n}", at=GATE_NOW).sign(signer=KEYS[GRANTEE])
            with suppress(UseRefused):
                gate.permit(asks, authorisation=brought, now=GATE_NOW)
        entries = [entry for entry in journal.entries if entry.kind == "use"]
        (found,) = metered(month=JUNE)
        assert (found.caller, found.uses, len(entries)) == (GRANTEE, 2, 2)
        assert (found.first, found.last) == (0, 1)

    def test_has_the_month_of_china(self) -> None:
        edge = dt.datetime(2026, 6, 1, tzinfo=CHINA_TIME)
        used(edge - dt.timedelta(microseconds=1))
        used(edge)
        used(dt.datetime(2026, 7, 1, tzinfo=CHINA_TIME))
        assert stated().body["uses"] == 1
        assert callers_of(month=dt.date(2026, 5, 1)) == [BANK]

    def test_is_signed_made_once_and_logged(self) -> None:
        log = Log()
        used(NOW)
        first = stated(log=log)
        used(NOW)  # found later: it changes nothing that was stated
        again = stated(now=NOW + 60 * DAY, log=log)
        assert first.signed_by(KEY.public)
        assert (again, first.body["state"]) == (first, "final")
        (entry,) = log
        assert (entry.kind, entry.facts["statement"]) == ("meter-statement", first.hash)

    def test_of_a_month_that_runs_is_not_final(self) -> None:
        used(NOW)
        used(NOW + DAY)
        so_far = stated(now=NOW + dt.timedelta(hours=1)).body
        assert (so_far["state"], so_far["uses"]) == ("so-far", 1)
        assert stated().body["uses"] == 2
        with pytest.raises(MonthInvalid):
            stated(now=dt.datetime(2026, 5, 31, tzinfo=CHINA_TIME))

    @pytest.mark.parametrize("text", ["2026", "2026-13", "June", "2026-06-01", ""])
    def test_is_of_a_month(self, text: str) -> None:
        with pytest.raises(MonthInvalid):
            month_named(text)


@pytest.mark.django_db
class TestCalls:
    def test_are_counted_by_client_operation_and_month(self) -> None:
        for _n in range(3):
            count_call(client="a", party=BANK, operation="listBoard", now=NOW)
        count_call(client="a", party=BANK, operation="claimDemand", now=NOW)
        count_call(client="b", party=OTHER, operation="listBoard", now=NOW)
        count_call(client="a", party=BANK, operation="listBoard", now=NOW + 30 * DAY)
        mine = {one.operation: one.calls for one in calls_of(month=JUNE, party=BANK)}
        assert mine == {"listBoard": 3, "claimDemand": 1}
        assert sum(one.calls for one in calls_of(month=JUNE)) == 5

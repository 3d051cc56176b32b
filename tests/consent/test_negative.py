from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.consent.rights_world import DAY, FILED, agree, load

from shuxin.consent.api import rights
from shuxin.consent.domain.negative import SHOWN, years_after
from shuxin.kernel.dates import CHINA_TIME

Kind, Standing, Fact = rights.NegativeKind, rights.Standing, rights.NegativeFact
DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2030, 12, 31))
FACTS = st.builds(
    Fact,
    kind=st.sampled_from(Kind),
    personal=st.booleans(),
    arisen=DAYS,
    ended=st.none() | DAYS,
    amount_fen=st.none() | st.integers(0, 2_000_000),
    confirmed_at=st.just(FILED),
)


def at(day: str | dt.date) -> dt.datetime:
    date = dt.date.fromisoformat(day) if isinstance(day, str) else day
    return dt.datetime.combine(date, dt.time(12), tzinfo=CHINA_TIME)


def fact(
    kind: rights.NegativeKind,
    arisen: str,
    ended: str = "",
    *,
    personal: bool = True,
    fen: int | None = None,
) -> rights.NegativeFact:
    end = dt.date.fromisoformat(ended) if ended else None
    return Fact(kind, personal, dt.date.fromisoformat(arisen), end, fen, FILED)


class TestStanding:
    @pytest.mark.parametrize(
        ("told", "on", "expected"),
        [
            (fact(Kind.PENALTY, "2024-01-01"), "2026-06-01", Standing.ACTIVE),
            (fact(Kind.PENALTY, "2024-01-01", "2024-05-01"), "2024-04-30", Standing.ACTIVE),
            (fact(Kind.PENALTY, "2024-01-01", "2024-05-01"), "2024-05-01", Standing.CURED),
            (fact(Kind.PENALTY, "2019-01-01", "2021-05-01"), "2026-05-01", Standing.CURED),
            (fact(Kind.PENALTY, "2019-01-01", "2021-05-01"), "2026-05-02", Standing.EXPIRED),
            (fact(Kind.PENALTY, "2019-01-01", "2021-05-01", personal=False), "2026-05-02", Standing.CURED),
            (fact(Kind.DISHONEST, "2024-06-01", personal=False), "2026-06-01", Standing.ACTIVE),
            (fact(Kind.DISHONEST, "2024-06-01", personal=False), "2026-06-02", Standing.EXPIRED),
            (fact(Kind.OVERDUE, "2020-01-01", "2026-03-31", fen=1_000_000), "2026-04-01", Standing.MASKED),
            (fact(Kind.OVERDUE, "2025-12-31", "2026-03-31", fen=1), "2026-04-01", Standing.MASKED),
            (fact(Kind.OVERDUE, "2020-01-01", "2026-03-31", fen=1_000_000), "2026-03-30", Standing.ACTIVE),
            (fact(Kind.OVERDUE, "2020-01-01", "2026-03-31", fen=1_000_001), "2026-04-01", Standing.CURED),
            (fact(Kind.OVERDUE, "2020-01-01", "2026-04-01", fen=1), "2026-04-01", Standing.CURED),
            (fact(Kind.OVERDUE, "2019-12-31", "2026-03-31", fen=1), "2026-04-01", Standing.CURED),
            (fact(Kind.OVERDUE, "2026-01-01", "2026-03-31", fen=1), "2026-04-01", Standing.CURED),
            (fact(Kind.OVERDUE, "2021-01-01", "2026-03-31", fen=1, personal=False), "2026-04-01",
             Standing.CURED),
            (fact(Kind.OVERDUE, "2021-01-01", "2026-03-31"), "2026-04-01", Standing.CURED),
        ],
    )  # fmt: skip
    def test_follows_the_table_of_rules(
        self, told: rights.NegativeFact, on: str, expected: rights.Standing
    ) -> None:
        assert rights.standing(told, now=at(on)) is expected

    @given(FACTS, DAYS, st.integers(0, 4000))
    def test_what_is_gone_never_comes_back(
        self, told: rights.NegativeFact, day: dt.date, later: int
    ) -> None:
        first = rights.standing(told, now=at(day))
        after = rights.standing(told, now=at(day + later * DAY))
        if first is Standing.MASKED:
            assert after is Standing.MASKED
        if first is Standing.CURED:
            assert after in {Standing.CURED, Standing.EXPIRED}

    @given(FACTS)
    def test_a_personal_fact_is_not_shown_after_five_years_from_its_end(
        self, told: rights.NegativeFact
    ) -> None:
        if told.personal and told.ended is not None:
            over = years_after(told.ended, 5) + DAY
            assert rights.standing(told, now=at(over)) not in SHOWN

    @given(FACTS, st.integers(0, 100), st.integers(1, 60))
    def test_only_active_facts_are_asked_for_again_and_only_old_ones(
        self, told: rights.NegativeFact, age: int, limit: int
    ) -> None:
        now, most = FILED + age * DAY, limit * DAY
        due = rights.requery_due(told, now=now, max_age=most)
        assert due is (rights.standing(told, now=now) is Standing.ACTIVE and age > limit)


@pytest.mark.django_db
class TestDatasets:
    def test_are_told_by_their_contract(self) -> None:
        agree("plain")
        agree("bad", extra=(("negative", "penalty"), ("negative_end", "lifted")))
        ((agreed, terms),) = rights.negative_datasets(now=FILED)
        assert (agreed.dataset, terms.kind, terms.end, terms.max_age_days) == (
            "bad", Kind.PENALTY, "lifted", 30,
        )  # fmt: skip

    @pytest.mark.parametrize(
        "extra",
        [
            (("negative", "gossip"),),
            (("negative", "penalty"), ("negative_end", "nowhere")),
            (("negative", "penalty"), ("negative_amount", "nothing")),
            (("negative", "penalty"), ("negative_max_age_days", "0")),
            (("negative", "penalty"), ("negative_max_age_days", "30.5")),
            (("negative", "penalty"), ("negative_max_age_days", "9999999999")),
        ],
        ids=lambda extra: extra[-1][1],
    )
    def test_a_contract_that_is_wrong_about_it_is_refused(
        self, extra: tuple[tuple[str, str], ...]
    ) -> None:
        with pytest.raises(rights.NegativeTermsInvalid):
            rights.negative_terms(agree(extra=extra))

    def test_tables_not_confirmed_lately_are_due_again_oldest_first(self) -> None:
        agree("bad", extra=(("negative", "penalty"), ("negative_max_age_days", "10")))
        agree("plain")
        for name in ("bad", "plain"):
            load(FILED - 50 * DAY, dataset=name)
        assert [r.dataset for r in rights.requeries_due(now=FILED)] == ["bad"]
        (due,) = rights.requeries_due(now=FILED)
        assert (due.department, due.age) == ("市场监管局", 50 * DAY)
        load(FILED - 10 * DAY, dataset="bad", content="d")
        assert rights.requeries_due(now=FILED) == []
        assert len(rights.requeries_due(now=FILED + DAY)) == 1

"""What a bank's forms say and do, without data: terms of an authorisation, and work that is done once for a key."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fusion.conftest import uscc

from shuxin.consent.api import Purpose
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text
from shuxin.parties.api import KeyRole, accounts
from shuxin.portal.web.views import bank_asking
from shuxin.portal.web.views.bank_asking import Scope, Service, Typed
from shuxin.portal.web.views.bank_attempts import LONGEST, Attempts, AttemptUnknown, new_key

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.consent.api import Authorisation

NOW = dt.datetime(2026, 6, 1, 9, tzinfo=CHINA_TIME)
BANK, BUREAU, UTILITY = (f"uscc:{uscc(n)}" for n in (1, 2, 3))
OFFICER = accounts.Person(1, "officer", BANK, frozenset({KeyRole.OFFICER}), has_second_factor=True)
GOOD = Typed(
    subject=uscc(9),
    holders=(BUREAU,),
    catalogues="发票特征\n月度电费账单",
    data_from="2024-01-01",
    data_to="2026-01-01",
    reason="用于评估贵企业的授信申请",
)
SERVICE = Service(
    job_id="a" * 64,
    title="小微联合评分",
    purpose=Purpose.CREDIT_DECISION,
    until=NOW + dt.timedelta(days=90),
    scopes=(
        Scope(BUREAU, ("发票特征",), 3, dt.date(2023, 1, 1), dt.date(2027, 1, 1)),
        Scope(UTILITY, ("月度电费账单",), 2, dt.date(2024, 1, 1), dt.date(2027, 1, 1)),
    ),
)


def read(typed: Typed, service: Service | None = None) -> bank_asking.Read:
    return bank_asking.read(
        typed,
        grantee=BANK,
        offered=(BUREAU, UTILITY),
        service=service,
        language="zh",
        now=NOW,
    )


class TestAuthorisationForm:
    def test_makes_terms_for_each_holder(self) -> None:
        found = read(replace(GOOD, holders=(BUREAU, UTILITY)))
        assert not found.problems
        assert [one.holders for one in found.terms] == [(BUREAU,), (UTILITY,)]
        (first, _) = found.terms
        assert first.catalogues == ("发票特征", "月度电费账单")
        assert (first.subject, first.grantee) == (f"uscc:{uscc(9)}", BANK)
        assert first.valid_to - first.valid_from == dt.timedelta(days=180)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("subject", "911101080000001230"),
            ("subject", ""),
            ("holders", ()),
            ("holders", (f"uscc:{uscc(50)}",)),
            ("catalogues", " \n "),
            ("catalogues", "\n".join(map(str, range(21)))),
            ("level", "4"),
            ("data_from", "yesterday"),
            ("data_to", "2023-12-31"),
            ("uses", "0"),
            ("uses", "٣"),
            ("days", "731"),
            ("reason", ""),
            ("reason", "two\nlines"),
            ("purpose", "own_customer_view"),
        ],
    )
    def test_says_what_is_wrong_beside_the_field(self, field: str, value: Any) -> None:
        found = read(replace(GOOD, **{field: value}))
        assert set(found.problems) == {field}
        assert found.terms == ()

    def test_of_a_service_has_the_services_terms_whatever_was_typed(self) -> None:
        typed = replace(
            GOOD, holders=(BUREAU, UTILITY), catalogues="everything", level="1", data_from=""
        )
        terms = read(bank_asking.bound(typed, SERVICE), SERVICE).terms
        assert [_scope(one) for one in terms] == list(SERVICE.scopes)
        assert {one.purpose for one in terms} == {Purpose.CREDIT_DECISION}

    @pytest.mark.parametrize("service", [None, SERVICE])
    def test_is_filled_beforehand_but_for_the_firm(self, service: Service | None) -> None:
        typed = bank_asking.fresh(now=NOW, service=service, language="zh")
        given = {"subject": uscc(9), "reason": typed.reason or "x"}
        if service is None:
            given |= {"holders": (BUREAU,), "catalogues": "x"}
        assert not read(replace(typed, **given), service).problems

    @given(st.text(max_size=40), st.text(max_size=12), st.text(max_size=20))
    def test_takes_any_text_as_right_or_wrong_and_never_fails(
        self, subject: str, number: str, day: str
    ) -> None:
        typed = replace(
            GOOD, subject=subject, uses=number, days=number, level=number, data_to=day, reason=day
        )
        found = read(typed)
        assert bool(found.problems) != bool(found.terms)

    def test_shows_each_problem_at_its_field(self) -> None:
        found = read(replace(GOOD, uses="many"))
        fields = bank_asking.form_fields(
            GOOD, parties={BUREAU: "数据局"}, service=None, problems=found.problems
        )
        assert [one.name for one in fields if one.error] == ["uses"]


def _scope(terms: Authorisation) -> Scope:
    return Scope(
        terms.holders[0], terms.catalogues, terms.level_max, terms.data_from, terms.data_to
    )


class NotNow(Conflict):
    code = "not_now"
    what = Text(en="not now", zh="暂不可行")
    mend = Text(en="Later", zh="请稍后")


class Work:
    """Counts how often it is done."""

    def __init__(self, error: Exception | None = None) -> None:
        self.done, self.error = 0, error

    def __call__(self) -> dict[str, str]:
        self.done += 1
        if self.error:
            raise self.error
        return {"score": "7"}


class TestAttempts:
    @pytest.fixture
    def attempts(self, tmp_path: Path) -> Attempts:
        return Attempts(tmp_path / "attempts")

    def once(self, attempts: Attempts, key: str, work: Work) -> Any:
        return attempts.once(key, person=OFFICER, facts={"firm": "x"}, work=work, now=lambda: NOW)

    def test_do_the_work_once_for_a_key(self, attempts: Attempts) -> None:
        key, work = new_key(), Work()
        first = self.once(attempts, key, work)
        assert self.once(attempts, key, work) == first
        assert (work.done, first.outcome) == (1, {"score": "7"})
        assert attempts.read(key, person=OFFICER) == first

    def test_do_it_again_for_another_key(self, attempts: Attempts) -> None:
        work = Work()
        self.once(attempts, new_key(), work)
        self.once(attempts, new_key(), work)
        assert work.done == 2

    def test_do_not_do_it_twice_while_it_runs(self, attempts: Attempts) -> None:
        key, seen = new_key(), []

        def work() -> dict[str, str]:
            seen.append(self.once(attempts, key, Work()))
            return {}

        attempts.once(key, person=OFFICER, facts={}, work=work, now=lambda: NOW)
        assert seen[0].is_running(now=NOW)
        assert seen[0].outcome is None

    def test_keep_a_foreseen_failure_in_both_languages(self, attempts: Attempts) -> None:
        key = new_key()
        found = self.once(attempts, key, Work(NotNow()))
        assert found.failure == {
            "code": "not_now",
            "what_en": "not now",
            "mend_en": "Later",
            "what_zh": "暂不可行",
            "mend_zh": "请稍后",
        }
        assert not found.is_running(now=NOW)

    def test_that_a_fault_ended_count_as_broken_off_in_the_end(self, attempts: Attempts) -> None:
        key = new_key()
        with pytest.raises(RuntimeError):
            self.once(attempts, key, Work(RuntimeError()))
        found = attempts.read(key, person=OFFICER)
        assert found.was_broken_off
        assert not found.is_running(now=NOW + LONGEST)

    def test_of_another_person_do_not_exist(self, attempts: Attempts) -> None:
        key = new_key()
        self.once(attempts, key, Work())
        other = replace(OFFICER, account_id=2)
        with pytest.raises(AttemptUnknown):
            attempts.read(key, person=other)
        with pytest.raises(AttemptUnknown):
            attempts.once(key, person=other, facts={}, work=Work(), now=lambda: NOW)

    @pytest.mark.parametrize(
        "key", ["", "../../etc/passwd", "G" * 32, "a" * 31, "a" * 33, "A" * 32]
    )
    def test_take_no_other_keys(self, attempts: Attempts, key: str) -> None:
        with pytest.raises(AttemptUnknown):
            self.once(attempts, key, Work())
        with pytest.raises(AttemptUnknown):
            attempts.read(key, person=OFFICER)

    def test_are_readable_by_their_owner_only(self, attempts: Attempts) -> None:
        self.once(attempts, new_key(), Work())
        (file,) = attempts.folder.iterdir()
        assert file.stat().st_mode & 0o077 == 0
        assert attempts.folder.stat().st_mode & 0o077 == 0

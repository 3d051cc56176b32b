from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.machine import Actor, Machine
from shuxin.kernel.working_days import published_calendar
from shuxin.market.api import DEMAND, PRODUCT, REFERRAL, STATE_TEXTS, VERSION, after_working_hours

MACHINES = (PRODUCT, VERSION, DEMAND, REFERRAL)
ENDS = {
    "product": {"offline"},
    "product_version": {"replaced", "dropped"},
    "demand": {"fulfilled", "expired", "withdrawn", "rejected"},
    "referral": {"closed", "declined", "lapsed", "withdrawn"},
}


def reached(machine: Machine, start: str) -> set[str]:
    found, more = set(), {start}
    while more:
        found |= more
        more = {s.to for s in machine.steps if s.sources & found} - found
    return found


@pytest.mark.parametrize("machine", MACHINES, ids=lambda one: one.name)
class TestMachines:
    def test_reach_every_state_and_from_every_state_an_end(self, machine: Machine) -> None:
        ends = {state for state in machine.states if machine.is_final(state)}
        assert ends == ENDS[machine.name]
        assert reached(machine, machine.initial) == set(machine.states)
        assert all(reached(machine, state) & ends for state in machine.states)

    def test_name_every_state_and_give_every_step_to_somebody(self, machine: Machine) -> None:
        assert set(machine.states) <= set(STATE_TEXTS)
        assert all(step.actors for step in machine.steps)

    def test_leave_nothing_to_the_government(self, machine: Machine) -> None:
        assert not any(machine.events(state, actor=Actor.GOVERNMENT) for state in machine.states)


FIRST, YEARS = dt.datetime(2025, 1, 1, tzinfo=CHINA_TIME), dt.timedelta(days=880)
MOMENTS = st.timedeltas(min_value=dt.timedelta(0), max_value=YEARS).map(lambda past: FIRST + past)


class TestWorkingHours:
    @given(start=MOMENTS, hours=st.integers(1, 40), more=st.integers(0, 40))
    def test_of_two_promises_one_after_the_other_are_one_of_both(
        self, start: dt.datetime, hours: int, more: int
    ) -> None:
        once = after_working_hours(start, hours=hours + more)
        assert after_working_hours(after_working_hours(start, hours=hours), hours=more) in {
            once,
            opening_after(once),
        }

    @given(start=MOMENTS, hours=st.integers(1, 24))
    def test_are_as_many_as_a_slow_count_by_minutes_says(
        self, start: dt.datetime, hours: int
    ) -> None:
        start = start.replace(second=0, microsecond=0)
        end = after_working_hours(start, hours=hours)
        minutes = int((end - start) / MINUTE)
        assert sum(is_worked(start + n * MINUTE) for n in range(minutes)) == 60 * hours
        assert is_worked(end - MINUTE)

    def test_pass_neither_at_night_nor_on_a_holiday(self) -> None:
        before_national_day = dt.datetime(2026, 9, 30, 16, tzinfo=CHINA_TIME)
        end = after_working_hours(before_national_day, hours=2)
        assert end == dt.datetime(2026, 10, 8, 10, tzinfo=CHINA_TIME)

    def test_of_a_year_without_a_calendar_pass_from_monday_to_friday(self) -> None:
        friday = dt.datetime(2035, 6, 1, 16, tzinfo=CHINA_TIME)
        assert 2035 not in published_calendar().years
        assert after_working_hours(friday, hours=2) == dt.datetime(
            2035, 6, 4, 10, tzinfo=CHINA_TIME
        )


MINUTE = dt.timedelta(minutes=1)


def is_worked(moment: dt.datetime) -> bool:
    calendar, day = published_calendar(), moment.date()
    worked = calendar.is_working_day(day) if day.year in calendar.years else day.weekday() < 5
    return worked and 9 <= moment.hour < 17


def opening_after(moment: dt.datetime) -> dt.datetime:
    """``moment`` itself, or when working hours begin after it."""
    found = moment
    while not is_worked(found):
        found += MINUTE
    return found

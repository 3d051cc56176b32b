"""Account flows (对公流水) cleaned as DOMAIN 3.2 says, as facts, months, payers and stretches of balance.

What stays out of operating flows: transfers between own accounts, loans drawn and repaid, wealth products, and pairs
of a day that pass through (in and out of nearly the same amount). Cash is counted apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from shuxin.fusion.features.definition import Grain
from shuxin.fusion.features.grains import KEY, parties_of
from shuxin.fusion.features.readings import STANDING, Facts, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir

ONE_IN = 100
"""An amount in and one out of the same day pass through when they differ by less than this part of what came in."""
BALANCE_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows(Facts):
    """Columns ``inflow`` and ``outflow`` are what operating flows could be, 0 in other rows, ``told`` a balance."""

    @property
    def last(self) -> str:
        return "operating"

    @property
    def steps(self) -> tuple[Step, ...]:
        """Two more: days on which money came and went, and facts with what does not pass through on its day."""
        return (
            *self.facts_steps(),
            Step("mixed", lambda made: _mixed_days(made[STANDING])),
            Step(self.last, lambda made: _operating(made[STANDING], made["mixed"])),
        )

    def tables(
        self, made: Mapping[str, ir.Table], wanted: frozenset[Grain]
    ) -> dict[Grain, ir.Table]:
        prepared = made[self.last]
        found = Facts.tables(self, made, wanted)
        if Grain.PARTIES in wanted:
            within = prepared["k"].between(0, 24)
            paid = prepared.filter(prepared["operating_in"] > 0, within)
            cells = paid.group_by([*KEY, "k", "party"]).aggregate(net=paid["operating_in"].sum())
            found[Grain.PARTIES] = parties_of(cells)
        if Grain.DAYS in wanted:
            found[Grain.DAYS] = _stretches(prepared)
        return found


def _mixed_days(facts: ir.Table) -> ir.Table:
    """Days of an enterprise on which money came in and went out."""
    days = facts.group_by([*KEY, "_on"]).aggregate(
        came=facts["inflow"].max(), went=facts["outflow"].max()
    )
    return days.filter(days["came"] > 0, days["went"] > 0).select(*KEY, "_on")


def _operating(facts: ir.Table, mixed: ir.Table) -> ir.Table:
    """With ``operating_in`` and ``operating_out``: what does not pass through on its day, ``passed`` and ``net``."""
    on = [*KEY, "_on"]
    nothing = ibis.literal(0, "int64")
    plain = facts.anti_join(mixed, on)
    apart = plain.mutate(
        operating_in=plain["inflow"],
        operating_out=plain["outflow"],
        net=plain["inflow"] - plain["outflow"],
        passed=nothing,
    )
    both = facts.semi_join(mixed, on)
    near = both.mutate(
        below_out=_nearest(both, "outflow", below=True),
        above_out=_nearest(both, "outflow", below=False),
        below_in=_nearest(both, "inflow", below=True),
        above_in=_nearest(both, "inflow", below=False),
    )
    came, went = near["inflow"], near["outflow"]
    passes_in = ((came - near["below_out"]) * ONE_IN < came) | (
        (near["above_out"] - came) * ONE_IN < came
    )
    below, above = near["below_in"], near["above_in"]
    passes_out = ((went - below) * ONE_IN < below) | ((above - went) * ONE_IN < above)
    in_passes = passes_in.fill_null(False) & (came > 0)  # noqa: FBT003 - a literal
    out_passes = passes_out.fill_null(False) & (went > 0)  # noqa: FBT003 - a literal
    cleaned = near.mutate(
        operating_in=ibis.ifelse(in_passes, nothing, came),
        operating_out=ibis.ifelse(out_passes, nothing, went),
        net=ibis.ifelse(in_passes, nothing, came) - ibis.ifelse(out_passes, nothing, went),
        passed=ibis.ifelse(in_passes, came, nothing),
    )
    return ibis.union(apart, cleaned.select(*apart.columns))


def _nearest(rows: ir.Table, side: str, *, below: bool) -> ir.Value:
    """Of the other rows of the day, the amount of one side that is next to the row's own."""
    amount = ibis.ifelse(rows[side] > 0, rows["fen"], ibis.null("int64"))
    around = {"group_by": [*KEY, "_on"], "order_by": "fen"}
    if below:
        return amount.max().over(rows=(None, 0), **around)
    return amount.min().over(rows=(0, None), **around)


def _stretches(known: ir.Table) -> ir.Table:
    """One row for each account and day with flows of the last 180 days or the newest before: its last balance, and for
    how many of the last 90 days that stood (``held``). ``low``: the balance where it stood in these at all.
    """
    told = _near_enough(known.filter(known["told"].notnull()))
    last_first = [told["_file"].desc(), told["_line"].desc()] if "_line" in told.columns else []
    rank = ibis.row_number().over(
        group_by=[*KEY, "account", "_on"], order_by=[*last_first, told["told"]]
    )
    ends = told.mutate(_rank=rank)
    daily = ends.filter(ends["_rank"] == 0)
    later = daily["days"].lag().over(group_by=[*KEY, "account"], order_by="days").fill_null(0)
    spaced = daily.mutate(until=later)
    held = ibis.least(spaced["days"], BALANCE_DAYS) - ibis.least(spaced["until"], BALANCE_DAYS)
    stood = spaced.mutate(held=held, newest=(spaced["until"] == 0).cast("int64"))
    return stood.mutate(
        weighed=stood["told"] * stood["held"],
        low=ibis.ifelse(stood["held"] > 0, stood["told"], ibis.null("int64")),
        closing=ibis.ifelse(stood["newest"] > 0, stood["told"], ibis.null("int64")),
    )


def _near_enough(told: ir.Table) -> ir.Table:
    """Balances of the last 90 days, and of each account's newest day before these."""
    older = told.filter(told["days"] > BALANCE_DAYS)
    newest = older.group_by([*KEY, "account"]).aggregate(_newest=older["_on"].max())
    same = [older[key] == newest[key] for key in KEY]
    before = older.semi_join(
        newest,
        [
            *same,
            older["account"].identical_to(newest["account"]),
            older["_on"] == newest["_newest"],
        ],
    )
    return ibis.union(told.filter(told["days"] <= BALANCE_DAYS), before)

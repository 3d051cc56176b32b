"""Rules that need more than one file: the other rows of a dataset, a register, another dataset (跨表质量规则).

They are held against the datasets as they would be with the new load in force. All rows are read under the permit of
the holder's own work; rows of a subject that an objection or an erasure withholds count for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from shuxin.catalogue.api import (
    Agrees,
    Check,
    DatasetUnknown,
    Dimension,
    Gaps,
    Identity,
    Meaning,
    Orphans,
    contract,
    loads,
    stated,
)
from shuxin.fusion.permitted import subjects_of, without_hidden
from shuxin.fusion.sample_lines import lines_of
from shuxin.fusion.tables import aligned_rows
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from shuxin.catalogue.api import Contract, DatasetRule, NewLoad
    from shuxin.consent.api import Permit
    from shuxin.infra.api import Settings

_SAYS = {
    "orphans": Text(
        en="{count} of {of} enterprises of {dataset} are not in the register {other}",
        zh="{dataset} 的 {of} 家企业中有 {count} 家不在登记库 {other} 中",
    ),
    "gaps": Text(
        en="{count} of {of} filers left out a period between their first and their last",
        zh="{of} 个报送主体中有 {count} 个中间断档",
    ),
    "identity": Text(
        en="in {count} of {of} rows the amounts of rule {name} do not add up",
        zh="{of} 行中有 {count} 行不符合勾稽关系 {name}",
    ),
    "agrees": Text(
        en="rule {name}: {dataset} and {other} differ by more than {within:.0%} in {count} of {of} cases"
        " (enterprise and period)",
        zh="规则 {name}：{dataset} 与 {other} 在 {of} 个“企业与期间”中有 {count} 个相差超过 {within:.0%}",
    ),
}
_LINE, _FILE = "_line", "_file"


@dataclass(frozen=True, slots=True)
class Setting:
    """What the rules are held against: the stored rows of ``load`` instead of what its file brought before."""

    connection: Backend
    settings: Settings
    load: NewLoad

    def rows(self, agreed: Contract, *, permit: Permit | None) -> ir.Table | None:
        """Rows of the dataset as it would be; without a permit those of the new load alone. None without any."""
        own = agreed.dataset == self.load.dataset
        found = [self.load] if own else []
        if permit is not None:
            others = loads(dataset=agreed.dataset)
            found += [one for one in others if not own or one.source_file != self.load.source_file]
        parts = [
            aligned_rows(self.connection, one, agreed=agreed, settings=self.settings)
            for one in found
        ]
        if not parts:
            return None
        table = parts[0] if len(parts) == 1 else ibis.union(*parts)
        if permit is None:
            return table
        return without_hidden(_without_withheld(table, agreed, permit), agreed, permit=permit)


def _without_withheld(table: ir.Table, agreed: Contract, permit: Permit) -> ir.Table:
    _, withheld = subjects_of([permit], dataset=agreed.dataset, entities=None)
    code = code_field(agreed)
    if not withheld or not code:
        return table
    return table.filter(table[code].isnull() | ~table[code].isin(sorted(withheld)))


def code_field(agreed: Contract) -> str:
    """The field of the subject's credit code, "" where there is none."""
    by_meaning = {field.meaning: field.name for field in agreed.fields}
    return by_meaning.get(Meaning.SUBJECT_CODE, "")


def row_check(rule: Identity, *, setting: Setting, agreed: Contract) -> Check:
    """What needs the new rows alone, so no permit: whether the amounts of each row add up."""
    rows = setting.rows(agreed, permit=None)
    if rows is None:
        raise ValueError("a load has rows of its own")
    present = ibis.or_(*(rows[name].notnull() for name in rule.fields))
    due = _sum(rows, rule.plus) - _sum(rows, rule.minus)
    if rule.floor is not None:
        due = ibis.greatest(due, ibis.literal(rule.floor))
    rest = due - _sum(rows, rule.result)
    cases = rows.filter(present).select("_line", _wrong=rest.abs() > rule.within)
    return _judged(rule, cases, agreed=agreed)


def _sum(rows: ir.Table, names: tuple[str, ...]) -> ir.NumericValue:
    """Of these fields in each row, a missing one as 0."""
    total: ir.NumericValue = ibis.literal(0)
    for name in names:
        total += rows[name].fill_null(0)
    return total


def cross_check(rule: DatasetRule, *, setting: Setting, agreed: Contract, permit: Permit) -> Check:
    """A rule of ``agreed`` that reads other rows than the new ones; not judged where one side has none."""
    if isinstance(rule, Gaps):
        return _gaps(rule, setting=setting, agreed=agreed, permit=permit)
    if isinstance(rule, Orphans):
        return _orphans(rule, setting=setting, agreed=agreed, permit=permit)
    if isinstance(rule, Agrees):
        return _agrees(rule, setting=setting, agreed=agreed, permit=permit)
    raise TypeError(rule.kind)


def _gaps(rule: Gaps, *, setting: Setting, agreed: Contract, permit: Permit) -> Check:
    rows, subject = setting.rows(agreed, permit=permit), _subject(agreed)
    if rows is None or not subject:
        return unjudged(rule)
    day = rows[rule.period].cast("date")
    number = (day.year() * 12 + day.month() - 1) // rule.months
    told = rows.mutate(_who=rows[subject], _no=number, _lines=_own_line(rows, setting))
    told = told.filter(told["_who"].notnull(), told["_no"].notnull())
    filers = told.group_by("_who").aggregate(
        _told=told["_no"].nunique(),
        _span=told["_no"].max() - told["_no"].min() + 1,
        _line=told["_lines"].min(),
    )
    return _judged(rule, filers.mutate(_wrong=filers["_told"] < filers["_span"]), agreed=agreed)


def _orphans(rule: Orphans, *, setting: Setting, agreed: Contract, permit: Permit) -> Check:
    register = _contract(rule.register)
    code = code_field(agreed)
    if register is None or not code or not permit.reads(rule.register):
        return unjudged(rule)
    rows, known = setting.rows(agreed, permit=permit), setting.rows(register, permit=permit)
    if rows is None or known is None or not code_field(register):
        return unjudged(rule)
    told = rows.mutate(_who=rows[code], _lines=_own_line(rows, setting))
    told = told.filter(told["_who"].notnull())
    subjects = told.group_by("_who").aggregate(_line=told["_lines"].min())
    listed = known.select(_listed=known[code_field(register)]).distinct()
    met = subjects.left_join(listed, subjects["_who"] == listed["_listed"])
    cases = met.select(subjects["_line"], _wrong=listed["_listed"].isnull())
    return _judged(rule, cases, agreed=agreed, other=rule.register)


def _agrees(rule: Agrees, *, setting: Setting, agreed: Contract, permit: Permit) -> Check:
    other = _contract(rule.other)
    if other is None or not permit.reads(rule.other):
        return unjudged(rule)
    here = _side(setting, agreed, permit, rule=rule, own=True)
    there = _side(setting, other, permit, rule=rule, own=False)
    if here is None or there is None:
        return unjudged(rule)
    both = here.inner_join(there, ["_who", "_no"])
    if rule.among:
        chosen = _among(rule.among, setting=setting, permit=permit)
        if chosen is None:
            return unjudged(rule)
        both = both.semi_join(chosen, "_who")
    differ = (both["_here"] - both["_there"]).abs() > both["_there"].abs() * rule.within
    line = ibis.least(both["_line"], both["_line_there"])
    return _judged(rule, both.select(_line=line, _wrong=differ), agreed=agreed, other=rule.other)


def _side(
    setting: Setting, agreed: Contract, permit: Permit, *, rule: Agrees, own: bool
) -> ir.Table | None:
    """``_who``, ``_no`` of the period, the figure, and a line of the new load that it rests on, if any."""
    rows, subject = setting.rows(agreed, permit=permit), code_field(agreed)
    names = (rule.field, rule.period) if own else (rule.other_field, rule.other_period)
    where = rule.where if own else rule.other_where
    fields = {field.name for field in agreed.fields}
    if rows is None or not subject or not {*names, *(n for n, _ in where)} <= fields:
        return None
    for name, value in where:
        rows = rows.filter(rows[name].cast("string") == value)
    day, figure = rows[names[1]].cast("date"), rows[names[0]].cast("float64")
    told = rows.mutate(
        _who=rows[subject],
        _no=_number(day, rule.per),
        _figure=figure,
        _lines=_own_line(rows, setting),
    )
    told = told.filter(told["_who"].notnull(), told["_no"].notnull(), told["_figure"].notnull())
    taken = {
        "sum": told["_figure"].sum(),
        "max": told["_figure"].max(),
        "mean": told["_figure"].mean(),
    }
    names_out = ("_here", "_line") if own else ("_there", "_line_there")
    figures = {names_out[0]: taken[rule.take], names_out[1]: told["_lines"].min()}
    grouped: ir.Table = told.group_by(["_who", "_no"]).aggregate(**figures)
    return grouped


def _number(day: ir.DateValue, per: str) -> ir.IntegerValue:
    months = {"month": 1, "quarter": 3, "year": 12}[per]
    return (day.year() * 12 + day.month() - 1) // months


def _among(among: tuple[str, ...], *, setting: Setting, permit: Permit) -> ir.Table | None:
    name, field, value = among
    agreed = _contract(name)
    if agreed is None or not permit.reads(name) or not code_field(agreed):
        return None
    rows = setting.rows(agreed, permit=permit)
    if rows is None or field not in {one.name for one in agreed.fields}:
        return None
    chosen = rows.filter(rows[field].cast("string") == value)
    return chosen.select(_who=chosen[code_field(agreed)]).distinct()


def _own_line(rows: ir.Table, setting: Setting) -> ir.Value:
    """The line where a row stands in the new file; of rows of other files none."""
    own = rows[_FILE] == setting.load.source_file
    return ibis.cases((own, rows[_LINE]), else_=ibis.null("int64"))


def _subject(agreed: Contract) -> str:
    """The field that tells filers apart: the code, else the number, else the name."""
    by_meaning: Mapping[Meaning, str] = {f.meaning: f.name for f in agreed.fields}
    order = (Meaning.SUBJECT_CODE, Meaning.SUBJECT_NUMBER, Meaning.SUBJECT_NAME)
    return next((by_meaning[meaning] for meaning in order if meaning in by_meaning), "")


def _contract(name: str) -> Contract | None:
    try:
        return contract(dataset=name)
    except DatasetUnknown:
        return None


def unjudged(rule: DatasetRule) -> Check:
    """There was nothing to compare with, or nobody may read it."""
    return Check(
        rule=rule.kind,
        code=rule.kind,
        field=rule.name,
        dimension=Dimension.CONSISTENCY,
        kept=1.0,
        limit=rule.at_least,
        of=0,
        judged=False,
    )


def _judged(rule: DatasetRule, cases: ir.Table, *, agreed: Contract, other: str = "") -> Check:
    """``cases``: for each whether it is ``_wrong``, and a ``_line`` of the new load that shows it, if any."""
    counted = cases.aggregate(of=cases.count(), failed=cases["_wrong"].sum())
    ((of, failed),) = zip(*counted.to_pyarrow().to_pydict().values(), strict=True)
    if not of:
        return unjudged(rule)
    kept, failed = 1 - (failed or 0) / of, failed or 0
    broken = kept < rule.at_least
    wrong = cases.filter(cases["_wrong"], cases[_LINE].notnull())
    return Check(
        rule=rule.kind,
        code=rule.kind,
        field=rule.name,
        dimension=Dimension.CONSISTENCY,
        kept=kept,
        limit=rule.at_least,
        failed=failed,
        of=of,
        severity=rule.severity if broken else None,
        says=stated(
            _SAYS[rule.kind],
            name=rule.name,
            dataset=agreed.dataset,
            other=other,
            within=getattr(rule, "within", 0),
            count=failed,
            of=of,
        ),
        lines=lines_of(wrong) if broken else (),
    )

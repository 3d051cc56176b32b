"""The notation in which catalogues are written: one line a field, one call a catalogue.

A field is ``name 中文 kind`` and, as needed, marks and one source::

    in_date! 列入日期 date              ! the event time
    out_date? 移出日期 date +30..900    ? may be missing; days after the event
    reason 列入原因 code:abnormal_reason   a code table; its weights are the source
    legal_rep 法定代表人 name C2 @owner    personal information, so level 3 at least; a column of the World
    kwh 用电量 number:kwh ~100..90000   a unit; random between bounds
    amount 金额 fen @sales*.1..0.3      the World's sales of the period, times the bounds
    tax 税额 fen =amount*.03..0.13      another field of the row, times the bounds
    first_loan 是否首贷 flag %20        true in 20 % of rows
    grade 级别 code:tax_grade ^.5        how it moves with worse quality: see Field.quality_slope
    deaths 死亡人数 integer:persons ~1..3 &1   in 1 % of rows; 0 in the others, or missing after a ?
    licence_no 许可证编号 text          a serial number, because of its name; # says so of others

"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from shuxin.catalogue.api import Cycle, DataGroup, Level, PersonalClass, Sharing
from shuxin.city.catalogues.declaration import (
    WORLD_COLUMNS,
    Catalogue,
    Field,
    FieldKind,
    Rows,
    RowsKind,
    Source,
    SourceKind,
)
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from shuxin.city.catalogues.population import Selector

_SHARING = {"U": Sharing.UNCONDITIONAL, "C": Sharing.CONDITIONAL, "N": Sharing.WITHHELD}
_UNITS = {FieldKind.FEN: "fen", FieldKind.RATIO_PPM: "ppm"}
_HEADER = re.compile(
    r"(?P<code>[A-Z]+-\d\d) (?:(?P<table>T-?M?\d\d) )?(?P<slug>[a-z0-9_]+) (?P<zh>\S+) \| (?P<en>.+)"
)
_CONTRACT = re.compile(
    r"(?P<cycle>RT|[DWMQYE])(?:\+(?P<lag>\d+))? L(?P<level>[1-5]) (?P<share>[UCN])(?: (?P<key>\w+))?"
)
_FIELD = re.compile(
    r"(?P<name>[a-z][a-z0-9_]*)(?P<null>\?)?(?P<event>!)? (?P<zh>\S+) (?P<kind>[a-z_]+)(?::(?P<arg>\S+))?(?P<rest>.*)"
)
_SOURCE = re.compile(
    r"(?P<sign>[@~+=%])(?P<column>[a-z_]\w*)?\*?(?P<low>-?[\d.]+?)?(?:\.\.(?P<high>-?[\d.]+))?"
)
_YEARS_OF_HISTORY = 5.0
_SHARE_THAT_IS_THERE = 0.6
"""Of fields that may be missing and do not say how often."""
_FINANCIAL = frozenset({"PBC", "LFB", "BANK"})
_MARKET = frozenset({"PWR", "WAT", "GAS", "MKT"})


def catalogue(header: str, contract: str, rows: Rows, read_by: str, fields: str) -> Catalogue:
    """A catalogue from its notation.

    Args:
        header: ``CODE [TABLE] slug 中文 | English``.
        contract: ``cycle[+lag days] Llevel share [subject key]``; share U, C or N as in DOMAIN 2.3.
        rows: from one of the functions below.
        read_by: keys of READERS, by spaces; "" is unread.
        fields: a line each.

    Raises:
        ValueError: the notation is not understood.
    """
    head, terms = _HEADER.fullmatch(header), _CONTRACT.fullmatch(contract)
    if not head or not terms:
        raise ValueError(f"not understood: {header!r}, {contract!r}")
    level, key = Level(int(terms["level"])), terms["key"] or "uscc"
    return Catalogue(
        code=head["code"],
        table=head["table"] or "",
        slug=head["slug"],
        name=Text(en=head["en"], zh=head["zh"]),
        group=_group(head["code"].split("-")[0], rows),
        subject_key=key,
        cycle=Cycle(terms["cycle"]),
        lag_days=int(terms["lag"] or 0),
        level=level,
        share=_SHARING[terms["share"]],
        rows=rows,
        fields=tuple(field(line, level=level) for line in fields.strip().splitlines()),
        read_by=tuple(read_by.split()),
    )


def _group(department: str, rows: Rows) -> DataGroup:
    if rows.kind is RowsKind.PERSON_PERIODIC:
        return DataGroup.PERSONAL
    if department in _FINANCIAL:
        return DataGroup.FINANCIAL
    return DataGroup.MARKET if department in _MARKET else DataGroup.PUBLIC


@dataclass(slots=True)
class _Marks:
    """What a line says after its kind."""

    level: Level
    personal: PersonalClass
    source: Source | None
    share: float
    slope: float | None = None

    def read(self, mark: str) -> None:
        if mark in {"C1", "C2", "C3"}:
            self.personal = PersonalClass(mark)
        elif re.fullmatch("L[1-5]", mark):
            self.level = Level(int(mark[1]))
        elif mark.startswith("&"):
            self.share = float(mark[1:]) / 100
        elif mark.startswith("^"):
            self.slope = float(mark[1:])
        else:
            self.source = _source(mark)


def field(line: str, *, level: Level) -> Field:
    """A field of a catalogue of that level from its line. Raises ValueError when it is not understood."""
    found = _FIELD.fullmatch(line.strip())
    if not found:
        raise ValueError(f"not understood: {line!r}")
    kind, name, arg = FieldKind(found["kind"]), found["name"], found["arg"] or ""
    marks = _Marks(
        level=level,
        personal=PersonalClass.C2 if kind is FieldKind.PERSON_HMAC else PersonalClass.NONE,
        source=_usual(kind, name, is_event=bool(found["event"])),
        share=_SHARE_THAT_IS_THERE if found["null"] else 1.0,
    )
    for mark in found["rest"].split():
        marks.read(mark)
    if marks.source is None:
        raise ValueError(f"how is it made? {line!r}")
    is_personal = marks.personal is not PersonalClass.NONE
    return Field(
        name=name,
        zh=found["zh"],
        kind=kind,
        unit=_UNITS.get(kind, "" if kind is FieldKind.CODE else arg),
        nullable=bool(found["null"]),
        is_event=bool(found["event"]),
        code_table=arg if kind is FieldKind.CODE else "",
        level=max(marks.level, Level.L3) if is_personal else marks.level,
        pi=marks.personal,
        source=replace(marks.source, share=marks.share),
        quality_slope=marks.slope,
    )


def _usual(kind: FieldKind, name: str, *, is_event: bool) -> Source | None:
    """How a field is made that does not say it; None when it must."""
    if is_event:
        return Source(kind=SourceKind.EVENT)
    if kind is FieldKind.TEXT:
        return Source(
            kind=SourceKind.SERIAL if name == "no" or name.endswith("_no") else SourceKind.WORDS
        )
    return {
        FieldKind.CODE: Source(kind=SourceKind.TABLE),
        FieldKind.NAME: Source(kind=SourceKind.PARTY, column="party"),
        FieldKind.USCC: Source(kind=SourceKind.PARTY, column="party"),
        FieldKind.ADDRESS: Source(kind=SourceKind.REGISTER, column="address"),
        FieldKind.ACCOUNT: Source(kind=SourceKind.SERIAL),
        FieldKind.PERSON_HMAC: Source(kind=SourceKind.PERSON, column="person"),
    }.get(kind)


_SIGNS = {
    "~": SourceKind.RANDOM,
    "+": SourceKind.AFTER,
    "=": SourceKind.FIELD,
    "%": SourceKind.SHARE,
}


def _source(mark: str) -> Source:
    if mark == "#":
        return Source(kind=SourceKind.SERIAL)
    found = _SOURCE.fullmatch(mark)
    if not found:
        raise ValueError(f"not understood: {mark!r}")
    column, sign = found["column"] or "", found["sign"]
    low = float(found["low"] or 1)
    high = float(found["high"] or low)
    if sign != "@":
        kind, scale = _SIGNS[sign], 100 if sign == "%" else 1
        return Source(kind=kind, column=column, low=low / scale, high=high / scale)
    column = column.removeprefix("view_")
    prefixed = mark.startswith("@view_")
    for kind, columns in WORLD_COLUMNS.items():
        if column in columns and prefixed == (kind is SourceKind.VIEW):
            return Source(kind=kind, column=column, low=low, high=high)
    raise ValueError(f"no such column of the world: {mark!r}")


def _rows(
    kind: RowsKind,
    of: Selector,
    thousands: float,
    *,
    q: float = 0,
    lead: int = 0,
    per: str = "firm",
    years: float = _YEARS_OF_HISTORY,
) -> Rows:
    """Rows whose rate follows from the budget: so many thousands in a `city` over the years of history.

    q, lead: quality_slope and lead_months of Rows.
    """
    return Rows(
        kind=kind,
        of=of,
        rate_per_year=thousands * 1000 / (of.expected * years),
        per=per,
        units_per_firm=1.0,
        years=years,
        quality_slope=q,
        lead_months=lead,
        budget_millions=thousands / 1000,
    )


register = partial(_rows, RowsKind.REGISTER)
licence = partial(_rows, RowsKind.LICENCE)
event = partial(_rows, RowsKind.EVENT)
listing = partial(_rows, RowsKind.LISTING)
contract = partial(_rows, RowsKind.CONTRACT)
relation = partial(_rows, RowsKind.RELATION)


def periodic(
    of: Selector,
    thousands: float,
    *,
    yearly: float,
    q: float = 0,
    lead: int = 0,
    per: str = "firm",
    years: float = _YEARS_OF_HISTORY,
) -> Rows:
    """A row every period. Per firm: for as large a share of them as the budget allows; else for so many units a firm.

    Raises:
        ValueError: the budget is of more firms than there are.
    """
    units = thousands * 1000 / (yearly * years) / of.expected
    rows = _rows(RowsKind.PERIODIC, of, thousands, q=q, lead=lead, per=per, years=years)
    if per == "firm":
        chosen = replace(of, share=of.share * units)
        return replace(rows, of=chosen, rate_per_year=yearly)
    return replace(rows, rate_per_year=yearly, units_per_firm=units)


def of_persons(of: Selector, thousands: float, *, yearly: float, years: float) -> Rows:
    """A row every period for each person."""
    rows = periodic(of, thousands, yearly=yearly, per="person", years=years)
    return replace(rows, kind=RowsKind.PERSON_PERIODIC)

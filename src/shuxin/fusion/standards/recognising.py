"""Tables that fit a standard (识别标准数据集): known by their headers, and put into its form."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from shuxin.catalogue.api import (
    SUBJECT_MEANINGS,
    Field,
    FieldType,
    Level,
    Meaning,
    PersonalClass,
)
from shuxin.fusion.header_units import is_foreign, unit_in
from shuxin.fusion.masking import PERSONAL_MEANINGS
from shuxin.fusion.proposal import Proposal
from shuxin.fusion.standards.known import MARK, STANDARDS, standard_named
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.fusion.mapping import ColumnMapping
    from shuxin.fusion.standards.form import Standard
    from shuxin.kernel.text import Language

_UNIT_IN_HEADER = re.compile(r"[(（【\[].*?[)）】\]]|\s")
_TIMES = frozenset({FieldType.DATE, FieldType.TIMESTAMP})
_ASK = Text(
    en="read as '{title}' ({name}); columns left out: {left_out}; if that is wrong, delete the property 'standard'",
    zh="按“{title}”（{name}）读取；未采用的列：{left_out}；如不正确，请删除 standard 属性",
)
_ASK_KNOWN = Text(
    en="no column says when a row became known: '{header}' is taken for it, an assumption that is yours to confirm",
    zh="没有列说明数据何时可知：以“{header}”代替，此假设需由您确认",
)
_NOTHING = Text(en="none", zh="无")


def as_standard(proposal: Proposal, *, titles: Sequence[str], language: Language) -> Proposal:
    """The proposal in the form of the standard that its headers fit; itself where none or several fit."""
    columns = [(plain_header(column.header), column) for column in proposal.mapping.columns]
    personal = _personal(proposal)
    open_ones = [(header, column) for header, column in columns if column.field not in personal]
    fits = {
        standard.name: matched
        for standard in STANDARDS
        if (matched := _matched(standard, open_ones if standard.keeps_rest else columns))
        is not None
    }
    said = (proposal.mapping.file, proposal.mapping.sheet, *titles)
    name = _chosen(fits, words=" ".join(said).lower())
    if not name:
        return proposal
    return _in_form(proposal, standard_named(name), fits[name], language)


def plain_header(header: str) -> str:
    return _UNIT_IN_HEADER.sub("", header)


def _personal(proposal: Proposal) -> set[str]:
    """Fields about persons: they are masked as they were proposed, whatever a standard would call them."""
    return {
        field.name
        for field in proposal.contract.fields
        if field.personal is not PersonalClass.NONE or field.meaning in PERSONAL_MEANINGS
    }


def _matched(
    standard: Standard, columns: Sequence[tuple[str, ColumnMapping]]
) -> dict[str, ColumnMapping] | None:
    """By standard field the column that gives it; None when a needed one or the subject is missing."""
    found: dict[str, ColumnMapping] = {}
    there = {header for header, _ in columns}
    if any(wanted.needed and there.isdisjoint(wanted.headers) for wanted in standard.fields):
        return None
    for wanted in standard.fields:
        for header, column in columns:
            if (
                header in wanted.headers
                and column not in found.values()
                and _gives(column, wanted.field)
            ):
                found[wanted.field.name] = column
                break
    if any(wanted.needed and wanted.field.name not in found for wanted in standard.fields):
        return None
    subjects = [f.field.name for f in standard.fields if f.field.meaning in SUBJECT_MEANINGS]
    if subjects and not any(name in found for name in subjects):
        return None
    return found


def _gives(column: ColumnMapping, field: Field) -> bool:
    """Whether a column of that header can be the field: dates that are read, money of this country."""
    if field.type in _TIMES:
        return bool(column.spellings)
    return field.type is not FieldType.MONEY or not is_foreign(column.header)


def _chosen(fits: dict[str, dict[str, ColumnMapping]], *, words: str) -> str:
    """The only one that fits, else the only one whose hints the file bears, else none."""
    if len(fits) <= 1:
        return next(iter(fits), "")
    hinted = [name for name in fits if any(hint in words for hint in standard_named(name).hints)]
    return hinted[0] if len(hinted) == 1 else ""


def _in_form(
    proposal: Proposal,
    standard: Standard,
    matched: dict[str, ColumnMapping],
    language: Language,
) -> Proposal:
    by_name = {wanted.field.name: wanted.field for wanted in standard.fields}
    field_of = {column.header: name for name, column in matched.items()}
    kept = _kept(proposal, standard, matched)
    columns = tuple(
        column
        if column.field in kept and column.header not in field_of
        else _column(column, by_name.get(field_of.get(column.header, "")))
        for column in proposal.mapping.columns
    )
    level = max((field.level for field in proposal.contract.fields), default=Level.L1)
    fields = tuple(
        replace(field, title=matched[name].header, level=max(level, field.level))
        for name, field in by_name.items()
        if name in matched
    )
    known = next((name for name in standard.known_time if name in matched), "")
    contract = replace(
        proposal.contract,
        fields=(*fields, *kept.values()),
        key=(),
        group=standard.group,
        cycle=standard.cycle,
        lag_days=standard.lag_days,
        known_time_field=known,
        extra=((MARK, standard.name),),
    )
    left_out = ", ".join(c.header for c in columns if not c.field) or _NOTHING.say(language)
    asked = [
        _ASK.say(
            language, title=standard.title.say(language), name=standard.name, left_out=left_out
        )
    ]
    if known and known != standard.known_time[0]:
        asked.append(_ASK_KNOWN.say(language, header=matched[known].header))
    department = proposal.mapping.questions[-1:]
    mapping = proposal.mapping.model_copy(
        update={"columns": columns, "questions": (*asked, *department)}
    )
    return Proposal(contract, mapping)


def _kept(
    proposal: Proposal, standard: Standard, matched: dict[str, ColumnMapping]
) -> dict[str, Field]:
    """Fields as proposed of columns that a standard does not know but keeps, without meanings that it gives itself."""
    if not standard.keeps_rest:
        return {}
    taken = {column.field for column in matched.values()}
    names = {wanted.field.name for wanted in standard.fields}
    given = {wanted.field.meaning for wanted in standard.fields if wanted.field.name in matched}
    given -= {Meaning.NONE, Meaning.AMOUNT}
    return {
        field.name: replace(field, meaning=Meaning.NONE) if field.meaning in given else field
        for field in proposal.contract.fields
        if field.name not in taken | names
    }


def _column(column: ColumnMapping, field: Field | None) -> ColumnMapping:
    if field is None:
        return column.model_copy(update={"field": "", "spellings": (), "unit": "", "missing": ()})
    stated = column.unit or unit_in(column.header)
    unit = (stated or ("" if column.unit_from else "元")) if field.type is FieldType.MONEY else ""
    spellings = column.spellings if field.type in _TIMES else ()
    return column.model_copy(update={"field": field.name, "unit": unit, "spellings": spellings})

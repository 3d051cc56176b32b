"""Standard datasets as features read them: every version of every row, with the entity it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
from django.db.models import F

from shuxin.catalogue.api import contract, datasets
from shuxin.consent.api import ALL_SUBJECTS, require_each
from shuxin.fusion.history import dataset_history
from shuxin.fusion.known import KNOWN_FROM, KNOWN_TO
from shuxin.fusion.models import Mention
from shuxin.fusion.permitted import alike_permits, subjects_of, within_period, without_hidden
from shuxin.fusion.standards import fields_in, standard_named, standard_of, unmet
from shuxin.fusion.tables import IBIS_TYPES, spelled, unbound
from shuxin.kernel.errors import InvalidInput, NotPermitted
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import ibis.expr.types as ir
    from django.db.models import QuerySet
    from ibis.backends.duckdb import Backend

    from shuxin.catalogue.api import Contract
    from shuxin.consent.api import Permit
    from shuxin.infra.api import Settings

_CHINA_HOURS = 8
_FEW = 500
"""Of so many entities the mentions are looked for by their spellings; of more, all are read."""


class LevelAbovePermit(NotPermitted):
    code = "level_above_permit"
    what = Text(
        en="dataset {dataset} holds fields of level {level}; the permit covers level {highest}",
        zh="数据集 {dataset} 含 {level} 级字段，使用许可仅覆盖到 {highest} 级",
    )
    mend = Text(en="Ask for a permit of that level", zh="请申请相应级别的使用许可")


class StandardUnmet(InvalidInput):
    code = "standard_unmet"
    what = Text(
        en="dataset {dataset} is marked as '{standard}' but its field {field} is missing or of another type",
        zh="数据集 {dataset} 标记为“{standard}”，但字段 {field} 缺失或类型不符",
    )
    mend = Text(
        en="Give the field the standard's name and type in the contract, or delete the property 'standard'",
        zh="请在合约中按标准命名并设定类型，或删除 standard 属性",
    )


def datasets_of(standard: str, *, now: datetime) -> list[Contract]:
    """Contracts marked with the standard, by name. Raises StandardUnmet."""
    agreed = [contract(dataset=entry.name) for entry in datasets(now=now)]
    found = sorted((c for c in agreed if standard_of(c) == standard), key=lambda c: c.dataset)
    for one in found:
        _check(one, standard)
    return found


def marked_datasets(*, now: datetime) -> dict[str, list[Contract]]:
    """Contracts marked with a standard, by its name and theirs. Raises StandardUnmet."""
    found: dict[str, list[Contract]] = {}
    for entry in datasets(now=now):
        agreed = contract(dataset=entry.name)
        standard = standard_of(agreed)
        if standard:
            _check(agreed, standard)
            found.setdefault(standard, []).append(agreed)
    return {
        standard: sorted(agreed, key=lambda one: one.dataset) for standard, agreed in found.items()
    }


def _check(agreed: Contract, standard: str) -> None:
    missing = unmet(agreed, standard_named(standard))
    if missing:
        raise StandardUnmet(dataset=agreed.dataset, standard=standard, field=missing)


def source_table(
    connection: Backend,
    *,
    standard: str,
    settings: Settings,
    permits: Sequence[Permit],
    now: datetime,
    entities: frozenset[str] | None = None,
    agreed: Sequence[Contract] | None = None,
    placed: list[tuple[str, pa.Table]] | None = None,
) -> ir.Table | None:
    """All versions of a standard's rows about the entities, None for all of them; None when there are none.

    agreed: the standard's contracts, where they have been read already. placed: gets each dataset with how it names its
    subjects and which entity each is.

    Columns: ``entity``, the standard's fields (null where a dataset lacks one), ``_dataset, _file,
    _line, _known_from, _known_to``. Rows that no resolution has placed are left out.
    Raises PermitTooNarrow, LevelAbovePermit, StandardUnmet.
    """
    require_each(permits, subjects=[ALL_SUBJECTS] if entities is None else entities)
    level = min((permit.highest_level for permit in permits), default=0)
    parts = []
    for one in datasets_of(standard, now=now) if agreed is None else agreed:
        if not any(permit.reads(one.dataset) for permit in permits):
            continue
        _require_level(one, level)
        rows = dataset_history(connection, dataset=one.dataset, settings=settings)
        if rows is not None:
            parts += _permitted_parts(
                rows, one, standard, permits=permits, entities=entities, placed=placed
            )
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def _permitted_parts(
    rows: ir.Table,
    agreed: Contract,
    standard: str,
    *,
    permits: Sequence[Permit],
    entities: frozenset[str] | None,
    placed: list[tuple[str, pa.Table]] | None,
) -> list[ir.Table]:
    """The rows that the permits let through, one part for each period of data."""
    parts = []
    for alike in alike_permits(permits):
        wanted, without = subjects_of(alike, dataset=agreed.dataset, entities=entities)
        within = within_period(rows, agreed, permit=alike[0])
        if any(permit.reads(agreed.dataset) for permit in alike):
            named = spelled(within, {field.meaning: field.name for field in agreed.fields})
            links = _links(agreed.dataset, tuple(named), entities=wanted, without=without)
            if placed is not None:
                placed.append((agreed.dataset, links))
            told = _with_entity(within, agreed, standard, named=named, links=links)
            parts.append(without_hidden(told, agreed, permit=alike[0]))
    return parts


def source_columns(standard: str) -> dict[str, str]:
    """Columns of ``source_table`` with their Ibis types."""
    fields = {f.field.name: IBIS_TYPES[f.field.type] for f in standard_named(standard).fields}
    moment = "timestamp('UTC')"
    places = {"_dataset": "string", "_file": "string", "_line": "int64"}
    return {"entity": "string"} | fields | places | {KNOWN_FROM: moment, KNOWN_TO: moment}


def unbound_source(standard: str, *, agreed: Sequence[Contract]) -> ir.Table:
    """The same without data, one unbound table a dataset, of which there is one at least: lineage is computed on it."""
    parts = []
    for one in agreed:
        rows = unbound(one)
        by_meaning = {field.meaning: field.name for field in one.fields}
        named = spelled(rows, by_meaning)
        versions = rows.mutate(
            entity=ibis.coalesce(*named.values()),
            _known_from=rows["_known_time"],
            _known_to=ibis.null("timestamp('UTC')"),
        )
        parts.append(_in_form(versions, one, standard))
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def _require_level(agreed: Contract, permitted: int) -> None:
    highest = max(field.level for field in agreed.fields)
    if highest > permitted:
        raise LevelAbovePermit(dataset=agreed.dataset, level=int(highest), highest=permitted)


def _links(
    dataset: str,
    parts: Sequence[str],
    *,
    entities: frozenset[str] | None,
    without: frozenset[str],
) -> pa.Table:
    """How a dataset names its subjects by ``parts``, and which entity each is; no spelling twice.

    A spelling that only earlier data have counts where no current one is the same: a contract may
    have dropped a part of it since.
    """
    mentions = Mention.objects.filter(dataset=dataset).exclude(entity=None)
    if entities is not None and len(entities) <= _FEW:
        mentions = _spelled_alike(mentions, parts[0], entities)
    ordered = mentions.order_by(F("gone_at").desc(nulls_first=True), "key")
    placed: dict[tuple[str, ...], str] = {}
    for *said, entity in ordered.values_list(*(f"{p}_text" for p in parts), "entity__identity"):
        placed.setdefault(tuple(said), entity)
    rows = [
        (*said, e)
        for said, e in placed.items()
        if (entities is None or e in entities) and e not in without
    ]
    names = [*(f"_{part}" for part in parts), "entity"]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pa.table(
        {name: pa.array(c, pa.string()) for name, c in zip(names, columns, strict=True)}
    )


def _spelled_alike(
    mentions: QuerySet[Mention], part: str, entities: frozenset[str]
) -> QuerySet[Mention]:
    """Those that could be of these few: whatever is spelled as one of theirs, whoever it is."""
    theirs = mentions.filter(entity__identity__in=entities)
    said = set(theirs.values_list(f"{part}_text", flat=True))
    return mentions if None in said else mentions.filter(**{f"{part}_text__in": said})


def _with_entity(
    rows: ir.Table,
    agreed: Contract,
    standard: str,
    *,
    named: Mapping[str, ir.StringValue],
    links: pa.Table,
) -> ir.Table:
    linked = ibis.memtable(links)
    joined = rows.join(linked, [said == linked[f"_{part}"] for part, said in named.items()])
    return _in_form(joined, agreed, standard)


def _in_form(rows: ir.Table, agreed: Contract, standard: str) -> ir.Table:
    placed = {"entity", "_file", "_line", KNOWN_FROM, KNOWN_TO}
    dataset = rows.mutate(_dataset=ibis.literal(agreed.dataset))
    given = standard_fields(dataset, agreed, standard)
    return dataset.select(
        **{
            name: dataset[name] if name in placed or name == "_dataset" else given[name]
            for name in source_columns(standard)
        }
    )


def standard_fields(rows: ir.Table, agreed: Contract, standard: str) -> dict[str, ir.Value]:
    """A standard's fields out of rows that bear the contract's names; null where the contract has none."""
    form = standard_named(standard)
    given = fields_in(agreed, form)
    found = {}
    for wanted in form.fields:
        name, kind = wanted.field.name, IBIS_TYPES[wanted.field.type]
        value = rows[given[name]] if given.get(name) in rows.columns else ibis.null(kind)
        if kind == "date" and value.type().is_timestamp():
            value = _day_in_china(value)
        found[name] = value
    return found


def _day_in_china(moment: ir.TimestampValue) -> ir.DateValue:
    """By whole microseconds: the engine's own arithmetic of moments asks a calendar, row by row."""
    since_1970 = _microseconds(moment.cast("timestamp('UTC')"))
    return _plain_moment(since_1970 + _CHINA_HOURS * 3_600_000_000).cast("date")


@ibis.udf.scalar.builtin(name="epoch_us")  # type: ignore[untyped-decorator]  # Ibis has no types here
def _microseconds(moment: dt.Timestamp(timezone="UTC")) -> int:  # type: ignore[empty-body,valid-type]
    """The engine's own."""


@ibis.udf.scalar.builtin(name="make_timestamp")  # type: ignore[untyped-decorator]
def _plain_moment(microseconds: int) -> dt.timestamp:
    """The engine's own."""

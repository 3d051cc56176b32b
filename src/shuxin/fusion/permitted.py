"""What a permit lets through: datasets, fields, the period of the data, and whose rows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import ibis

from shuxin.catalogue.api import SUBJECT_MEANINGS, Meaning
from shuxin.consent.api import ALL_SUBJECTS, readable
from shuxin.fusion.known import KNOWN_FROM
from shuxin.infra.api import CHINA

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import ibis.expr.types as ir

    from shuxin.catalogue.api import Contract, Field
    from shuxin.consent.api import Permit

ERASED = "*"


def readable_fields(agreed: Contract, *, permit: Permit, subject: str) -> tuple[Field, ...]:
    """Fields that the permit covers (最小授权); the others are not read at all.

    Left out: fields above its level, fields of a personal class unless it covers them, fields shared with
    nobody unless the holder itself reads, fields that an objection of the subject holds back, and where the permit
    names fields, all others but those by which a row names its subject.
    """
    disputed = permit.disputed(subject, agreed.dataset)
    if not permit.reads(agreed.dataset) or ERASED in disputed:
        return ()
    return _covered(agreed, permit=permit, disputed=disputed)


def _covered(agreed: Contract, *, permit: Permit, disputed: frozenset[str]) -> tuple[Field, ...]:
    seen = readable(
        agreed.fields,
        ground=permit.ground,
        level=permit.highest_level,
        personal=permit.personal,
        disputed=disputed,
    )
    named = permit.fields
    if named is None:
        return seen
    return tuple(f for f in seen if f.name in named or f.meaning in SUBJECT_MEANINGS)


def visible_fields(agreed: Contract, *, permit: Permit) -> tuple[Field, ...]:
    """Fields that the permit covers of subjects who dispute nothing. Raises PermitForged."""
    return (
        _covered(agreed, permit=permit, disputed=frozenset())
        if permit.reads(agreed.dataset)
        else ()
    )


def without_hidden(rows: ir.Table, agreed: Contract, *, permit: Permit) -> ir.Table:
    """The same columns, those that the permit does not cover empty: personal ones, and those shared with nobody."""
    seen = {field.name for field in _covered(agreed, permit=permit, disputed=frozenset())}
    hidden = {field.name for field in agreed.fields if field.name not in seen}
    empty = {n: ibis.null(rows[n].type()) for n in rows.columns if n in hidden}
    return rows.mutate(**empty) if empty else rows


def within_period(rows: ir.Table, agreed: Contract, *, permit: Permit) -> ir.Table:
    """Rows whose event lies in the permit's period; without an event time, rows known before its end."""
    if permit.data_from is None or permit.data_to is None:
        return rows
    event = event_field(agreed)
    if event is None:
        known = KNOWN_FROM if KNOWN_FROM in rows.columns else "_known_time"
        return rows.filter(rows[known] < ibis.timestamp(_midnight(permit.data_to)))
    happened = rows[event]
    if happened.type().is_date():
        return rows.filter(happened >= permit.data_from, happened < permit.data_to)
    first, last = (ibis.timestamp(_midnight(day)) for day in (permit.data_from, permit.data_to))
    return rows.filter(happened >= first, happened < last)


def event_field(agreed: Contract) -> str | None:
    """The field that says when what a row tells happened."""
    return {field.meaning: field.name for field in agreed.fields}.get(Meaning.EVENT_TIME)


def _midnight(day: dt.date) -> dt.datetime:
    """The first moment of a day in China, in UTC: the engine reads the name of China's zone as another's."""
    return dt.datetime.combine(day, dt.time(), tzinfo=CHINA).astimezone(dt.UTC)


def subjects_of(
    permits: Iterable[Permit], *, dataset: str, entities: frozenset[str] | None
) -> tuple[frozenset[str] | None, frozenset[str]]:
    """Whose rows of a dataset these permits let through: (these, but not those); None means everybody.

    Rows of a subject that an objection or an erasure holds back are left out.
    """
    reading = [permit for permit in permits if permit.reads(dataset)]
    without = {s for p in reading for s, d, _ in p.withheld if d == dataset}
    covered: set[str] = set()
    for permit in reading:
        covered |= permit.subjects
    if ALL_SUBJECTS in covered:
        return entities, frozenset(without)
    return frozenset(covered if entities is None else covered & entities), frozenset(without)


def alike_permits(permits: Sequence[Permit]) -> list[list[Permit]]:
    """Permits that let the same rows and columns through together: of one period, level, ground and fields."""
    groups: dict[tuple[object, ...], list[Permit]] = {}
    for permit in permits:
        alike = (
            permit.data_from,
            permit.data_to,
            permit.highest_level,
            permit.personal,
            permit.ground,
            permit.fields,
        )
        groups.setdefault(alike, []).append(permit)
    return list(groups.values())

"""The portrait of one enterprise (企业画像): everything known about it, by source and time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis
from django.db.models import Count, Q

from shuxin.catalogue.api import Meaning, contract
from shuxin.consent.api import Ground, require_each
from shuxin.fusion.findings import connect
from shuxin.fusion.models import Entity, EntityEvent, Mention, Review
from shuxin.fusion.permitted import ERASED, readable_fields, within_period
from shuxin.fusion.resolution import parse_name
from shuxin.fusion.tables import PROVENANCE, dataset_table, spelled
from shuxin.kernel.errors import Conflict, NotFound
from shuxin.kernel.text import Text
from shuxin.kernel.uscc import USCC, clean_code_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import ibis.expr.types as ir
    from django.db.models import QuerySet
    from ibis.backends.duckdb import Backend

    from shuxin.consent.api import Permit
    from shuxin.infra.api import Settings


_AT_ONCE = 500


class EnterpriseUnknown(NotFound):
    code = "enterprise_unknown"
    what = Text(en="no entity has this code or name", zh="没有主体使用该代码或名称")
    mend = Text(
        en="Check the spelling; after a new import run 'shuxin resolve'",
        zh="请核对写法；如有新导入，请先运行 shuxin resolve",
    )


class NameShared(Conflict):
    code = "name_shared"
    what = Text(
        en="{count} entities use this name: {codes}", zh="有 {count} 个主体使用该名称：{codes}"
    )
    mend = Text(en="Ask by one of these codes", zh="请改用其中一个代码查询")


@dataclass(frozen=True, slots=True)
class Alias:
    """A spelling, who uses it, on how many rows, and when it was first and last known."""

    name: str
    code_as_written: str
    dataset: str
    rows: int
    first_known: dt.datetime
    last_known: dt.datetime
    basis: str
    bits: float | None
    explanation: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One row about the subject: where it stands, when it happened and became known, what it says."""

    file: str
    line: int
    known: dt.datetime
    happened: dt.date | dt.datetime | None
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chapter:
    """What one dataset says.

    ``units``: (field, unit) of the fields that have one, "fen" for money. ``withheld``: fields that
    the permit does not cover or that the subject disputes; they were not read.
    """

    dataset: str
    title: str
    department: str
    units: tuple[tuple[str, str], ...]
    withheld: tuple[str, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Portrait:
    """Everything about one entity that the permit covers.

    Only its holder sees doubts, relations and history, which are drawn from all datasets, and only where the permit
    covers them all; spellings of the datasets that it covers. Others see the name where a field that they may read
    has it.

    ``kind``: what the code says it is (企业, 个体工商户 and so on), None without one. ``relations``:
    kind and identity of the entities it belongs to (``branch_of``) and that belong to it (``has_branch``).
    """

    identity: str
    code: str
    kind: Text | None
    name: str
    aliases: tuple[Alias, ...]
    doubts: int
    relations: tuple[tuple[str, str], ...]
    history: tuple[tuple[dt.datetime, str, tuple[str, ...], tuple[str, ...]], ...]
    chapters: tuple[Chapter, ...]


def find_entity(who: str, *, permit: Permit) -> str:
    """The identity behind a code, a department's number or a name, nothing else about it.

    Whom no dataset that the permit covers mentions is not found.
    Raises PermitTooNarrow unless the permit covers all subjects, EnterpriseUnknown, NameShared.
    """
    permit.require("*")
    code = clean_code_text(who)
    mentions, known = Mention.objects.filter(entity__gone_at=None), Entity.objects.all()
    if permit.catalogues is not None:
        mentions = mentions.filter(dataset__in=permit.catalogues)
        known = known.filter(mentions__dataset__in=permit.catalogues)
    if known.filter(identity=who).exists():
        return who
    if code and known.filter(code=code, gone_at=None).exists():
        return code
    found = _identities(mentions.filter(number_text=who).exclude(number_text=""))
    if not found:
        found = _identities(mentions.filter(name_key=parse_name(who).key).exclude(name_key=""))
    if not found:
        raise EnterpriseUnknown
    if len(found) > 1:
        raise NameShared(count=len(found), codes=", ".join(found[:10]))
    return str(found[0])


def _identities(mentions: QuerySet[Mention]) -> list[str]:
    return sorted(set(mentions.values_list("entity__identity", flat=True)))


def portrait(
    identity: str, *, permit: Permit, settings: Settings, known_before: dt.datetime | None = None
) -> Portrait:
    """Read what the permit covers of every dataset that mentions the entity; the rest is left unread.

    Raises PermitTooNarrow, EnterpriseUnknown.
    """
    permit.require(identity)
    entity = Entity.objects.filter(identity=identity).first()
    if entity is None:
        raise EnterpriseUnknown
    mentions = list(entity.mentions.order_by("dataset", "name_text", "code_text"))
    connection = connect()
    chapters = [
        _chapter(
            connection,
            identity=identity,
            dataset=dataset,
            mentions=[m for m in mentions if m.dataset == dataset],
            permit=permit,
            settings=settings,
            known_before=known_before,
        )
        for dataset in sorted({mention.dataset for mention in mentions})
        if permit.reads(dataset)
    ]
    told = [chapter for chapter in chapters if chapter is not None]
    own = permit.ground is Ground.BASIS
    whole = own and permit.catalogues is None
    aliases = [
        mention
        for mention in mentions
        if permit.reads(mention.dataset)
        and ERASED not in permit.disputed(identity, mention.dataset)
    ]
    doubtful = Review.objects.filter(Q(entity=entity) | Q(mention__in=mentions), verdict="")
    return Portrait(
        identity=identity,
        code=entity.code,
        kind=USCC(entity.code).category if entity.code else None,
        name=entity.name if whole or any(map(_names_its_subject, told)) else "",
        aliases=tuple(map(_alias, aliases)) if own else (),
        doubts=doubtful.count() if whole else 0,
        relations=_relations(entity) if whole else (),
        history=_history(identity) if whole else (),
        chapters=tuple(told),
    )


def _names_its_subject(chapter: Chapter) -> bool:
    """Whether the subject's name is among what the permit lets be read of this dataset."""
    fields = contract(dataset=chapter.dataset).fields
    names = {field.name for field in fields if field.meaning is Meaning.SUBJECT_NAME}
    return bool(names - set(chapter.withheld)) if names else False


def _chapter(
    connection: Backend,
    *,
    identity: str,
    dataset: str,
    mentions: list[Mention],
    permit: Permit,
    settings: Settings,
    known_before: dt.datetime | None,
) -> Chapter | None:
    rows = dataset_table(connection, dataset=dataset, settings=settings, known_before=known_before)
    if rows is None or ERASED in permit.disputed(identity, dataset):
        return None
    agreed = contract(dataset=dataset)
    fields = readable_fields(agreed, permit=permit, subject=identity)
    if not fields and permit.ground is not Ground.BASIS:
        return None
    by_meaning = {field.meaning: field.name for field in agreed.fields}
    happened = by_meaning.get(Meaning.EVENT_TIME)
    own = _rows_of(within_period(rows, agreed, permit=permit), by_meaning, mentions)
    names = [field.name for field in fields]
    found = own.select(*names, *PROVENANCE).order_by("_known_time", "_file", "_line")
    facts = tuple(
        Fact(
            file=row["_file"],
            line=row["_line"],
            known=row["_known_time"],
            happened=row.get(happened) if happened else None,
            values={name: row[name] for name in names if row[name] is not None},
        )
        for row in found.to_pyarrow().to_pylist()
    )
    withheld = tuple(field.name for field in agreed.fields if field not in fields)
    units = tuple((field.name, field.unit) for field in fields if field.unit)
    return Chapter(dataset, agreed.title, agreed.department, units, withheld, facts)


def _rows_of(rows: ir.Table, by_meaning: dict[Meaning, str], mentions: list[Mention]) -> ir.Table:
    """Rows that name the subject in one of the ways that were placed with it."""
    wanted = ibis.memtable(
        {
            "code": [mention.code_text for mention in mentions],
            "name": [mention.name_text for mention in mentions],
            "number": [mention.number_text for mention in mentions],
        },
        schema={"code": "string", "name": "string", "number": "string"},
    )
    named = spelled(rows, by_meaning)
    present = [part for part in ("code", "name", "number") if part in named]
    return rows.semi_join(wanted, [named[part] == wanted[part] for part in present])


def _relations(entity: Entity) -> tuple[tuple[str, str], ...]:
    heads = entity.relations.filter(gone_at=None).values_list("kind", "to__identity")
    units = entity.related.filter(gone_at=None).values_list("of__identity", flat=True)
    return (*sorted(heads), *(("has_branch", unit) for unit in sorted(units)))


def _alias(mention: Mention) -> Alias:
    return Alias(
        name=mention.name_text,
        code_as_written=mention.code_text,
        dataset=mention.dataset,
        rows=mention.rows,
        first_known=mention.first_known,
        last_known=mention.last_known,
        basis=mention.basis,
        bits=mention.bits,
        explanation=tuple(mention.explanation),
    )


def _history(
    identity: str,
) -> tuple[tuple[dt.datetime, str, tuple[str, ...], tuple[str, ...]], ...]:
    """Merges, splits and renamings that touched the entity, oldest first."""
    events = EntityEvent.objects.exclude(change="created").order_by("at", "pk")
    return tuple(
        (event.at, event.change, tuple(event.before), tuple(event.after))
        for event in events
        if identity in event.before or identity in event.after
    )


def names_of(identities: Sequence[str], *, permits: Sequence[Permit]) -> dict[str, tuple[str, str]]:
    """Name and credit code of each entity that is known, either "" when there is none.

    Raises PermitTooNarrow.
    """
    require_each(permits, subjects=identities)
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(identities), _AT_ONCE):
        rows = Entity.objects.filter(identity__in=identities[start : start + _AT_ONCE])
        found |= {i: (name, code) for i, name, code in rows.values_list("identity", "name", "code")}
    return found


def best_known(*, permit: Permit, limit: int) -> list[str]:
    """Identities that most datasets mention, most first. Raises PermitTooNarrow unless it covers all."""
    permit.require_whole()
    known = Entity.objects.filter(gone_at=None).exclude(code="")
    counted = known.annotate(datasets=Count("mentions__dataset", distinct=True))
    return list(
        counted.order_by("-datasets", "identity").values_list("identity", flat=True)[:limit]
    )

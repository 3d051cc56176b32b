"""Statements of parties, kept by hash; a directory is built from them whenever somebody asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.kernel.errors import InvalidInput, NotPermitted
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.parties import four_eyes
from shuxin.parties.domain import statements as said
from shuxin.parties.domain.directory import Directory
from shuxin.parties.domain.fields import PartyStatementUnreadable
from shuxin.parties.domain.known import Rejection
from shuxin.parties.domain.party import KeyRole
from shuxin.parties.four_eyes import Step
from shuxin.parties.journal import noted
from shuxin.parties.models import StatementRow
from shuxin.parties.remembered import Built, Memory

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.models import QuerySet

    from shuxin.kernel.statements import Statement
    from shuxin.parties.domain.anchors import TrustAnchors
    from shuxin.parties.journal import Journal

BATCH = 1000
_MEMORY = Memory()


class StatementForeign(InvalidInput):
    code = "statement_foreign"
    what = Text(
        en="statements of kind '{kind}' are not kept in the directory", zh="目录不收“{kind}”类声明"
    )
    mend = Text(
        en="The directory takes key possessions, bindings, revocations, mandates and their ends",
        zh="目录仅收密钥持有证明、密钥绑定、吊销、授权委托及其终止",
    )


class StatementRefused(NotPermitted):
    code = "statement_refused"
    what = Text(
        en="a statement of kind '{kind}' does not stand: {why}", zh="“{kind}”类声明不成立：{why}"
    )
    mend = Text(
        en="docs/protocols/identity.md explains each reason; give all statements that it rests on together",
        zh="各原因见 docs/protocols/identity.md；请将其所依据的声明一并提交",
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of statements that were handed in, by hash."""

    new: tuple[str, ...]
    waiting: tuple[str, ...]


def keep_statements(
    statements: Sequence[Statement],
    *,
    anchors: TrustAnchors,
    by: str,
    journal: Journal,
    now: dt.datetime,
) -> Kept:
    """Keep statements that stand by these anchors, all or none, and log each.

    With a new own key of an institution among them, all wait until a second person hands in the same.
    Raises StatementForeign, StatementRefused, PartyStatementUnreadable, SamePerson.
    """
    with transaction.atomic():
        new = _unknown(statements)
        _check_standing(new, anchors=anchors, now=now)
        if any(map(_is_institution_key, new.values())):
            act = {"statements": sorted(new)}
            step = four_eyes.state_act("institution-key", act, by=by, journal=journal, now=now)
            if step is Step.WAITING:
                return Kept((), tuple(sorted(new)))
        StatementRow.objects.bulk_create(_row(statement, now=now) for statement in new.values())
        for digest, statement in new.items():
            facts = {"kind": statement.kind, "statement": digest}
            journal(noted("party-statement", by=by, now=now, facts=facts))
    return Kept(tuple(new), ())


def keep_received(statements: Iterable[Statement], *, now: dt.datetime) -> int:
    """Keep what a directory of a publisher brought, in batches; returns how many are new.

    They count as made no earlier than now. Whether they stand, each look-up judges by its own anchors; what
    this version cannot read never stands.
    """
    before, left = StatementRow.objects.count(), iter(statements)
    while batch := list(islice(left, BATCH)):
        rows = [_row(found, now=now) for found in batch if _is_readable(found)]
        StatementRow.objects.bulk_create(rows, ignore_conflicts=True)
    return StatementRow.objects.count() - before


def _is_readable(statement: Statement) -> bool:
    try:
        _about(statement)
    except PartyStatementUnreadable:
        return False
    return statement.kind in said.KINDS


def directory_of(*parties: str, anchors: TrustAnchors) -> Directory:
    """The directory as far as these parties go: the same keys as in the whole one, at the cost of a few rows.

    One that was built before is used again when one query shows that its rows are still all there are.
    """
    asked = (tuple(sorted(parties)), anchors)
    about = _parties(parties, anchors=anchors)
    held = _MEMORY.get(asked)
    if held is not None and _moments(about, key_ids=held.key_ids) == held.kept:
        return held.directory
    own = list(StatementRow.objects.filter(party__in=about))
    keys = frozenset(row.key_id for row in own) - {""}
    rows = {row.hash: row for row in (*own, *_elsewhere(keys))}
    kept = {digest: row.kept_at for digest, row in rows.items()}
    statements = [parse_statement(row.content) for row in rows.values()]
    built = Directory.build(statements, anchors=anchors, kept=kept)
    asked_for = {row.hash for row in own}
    rejected = tuple(one for one in built.rejected if one.hash in asked_for)
    directory = replace(built, rejected=rejected)
    _MEMORY.put(asked, Built(kept, keys, directory))
    return directory


def _parties(parties: Iterable[str], *, anchors: TrustAnchors) -> set[str]:
    return {*parties, *(attester.party for attester in anchors.attesters)}


def _elsewhere(key_ids: frozenset[str]) -> QuerySet[StatementRow]:
    """What these keys claimed, and what was revoked of them, for whichever party."""
    kinds = (said.REVOCATION, said.POSSESSION)
    found: QuerySet[StatementRow] = StatementRow.objects.filter(kind__in=kinds, key_id__in=key_ids)
    return found


def _moments(about: set[str], *, key_ids: frozenset[str]) -> dict[str, dt.datetime]:
    """When each statement that matters was first kept, by its hash."""
    rows = StatementRow.objects.filter(party__in=about) | _elsewhere(key_ids)
    return dict(rows.values_list("hash", "kept_at"))


def keys_gone(*, anchors: TrustAnchors) -> frozenset[str]:
    """Ids of the keys that were revoked as lost or compromised, by revocations that stand."""
    rows = StatementRow.objects.filter(kind=said.REVOCATION).values_list("party", flat=True)
    gone: set[str] = set()
    for party in rows.distinct().order_by("party"):
        directory = directory_of(party, anchors=anchors)
        for key in directory.keys_of(party):
            end = directory.end_of(key)
            if end is not None and end.reason.is_for_ever:
                gone.add(key.public.key_id)
    return frozenset(gone)


def whole_directory(*, anchors: TrustAnchors, earlier: Directory | None = None) -> Directory:
    kept = dict(StatementRow.objects.values_list("hash", "kept_at"))
    return Directory.build(kept_as(sorted(kept)), anchors=anchors, kept=kept, earlier=earlier)


def statement_kept(digest: str) -> Statement | None:
    """The statement of this hash, None when it is not kept."""
    row = StatementRow.objects.filter(hash=digest).first()
    return parse_statement(row.content) if row else None


def kept_statements() -> Iterator[Statement]:
    """All of them, by hash."""
    return kept_as(kept_hashes())


def kept_about(party: str) -> list[Statement]:
    """Those about keys of one party, in the order in which they came."""
    rows = StatementRow.objects.filter(party=party).order_by("id")
    return [parse_statement(content) for content in rows.values_list("content", flat=True)]


def kept_hashes() -> list[str]:
    return sorted(StatementRow.objects.values_list("hash", flat=True))


def kept_as(hashes: Sequence[str]) -> Iterator[Statement]:
    """The statements of these hashes, in that order, read in batches."""
    for start in range(0, len(hashes), BATCH):
        batch = hashes[start : start + BATCH]
        rows = StatementRow.objects.filter(hash__in=batch).values_list("hash", "content")
        contents = dict(rows)
        yield from (parse_statement(contents[digest]) for digest in batch)


def _unknown(statements: Sequence[Statement]) -> dict[str, Statement]:
    by_hash = {statement.hash: statement for statement in statements}
    for statement in by_hash.values():
        if statement.kind not in said.KINDS:
            raise StatementForeign(kind=statement.kind)
    held = set(StatementRow.objects.filter(hash__in=list(by_hash)).values_list("hash", flat=True))
    return {digest: found for digest, found in by_hash.items() if digest not in held}


def _check_standing(new: dict[str, Statement], *, anchors: TrustAnchors, now: dt.datetime) -> None:
    """Each of the new statements, first seen now, stands beside what is kept of its party and its keys."""
    about = [_about(statement) for statement in new.values()]
    parties = _parties((party for party, _ in about), anchors=anchors)
    own = list(StatementRow.objects.filter(party__in=parties))
    keys = {row.key_id for row in own} | {key_id for _, key_id in about}
    rows = {row.hash: row for row in (*own, *_elsewhere(frozenset(keys - {""})))}
    beside = [parse_statement(row.content) for row in rows.values()]
    kept = {digest: row.kept_at for digest, row in rows.items()} | dict.fromkeys(new, now)
    directory = Directory.build([*beside, *new.values()], anchors=anchors, kept=kept)
    refused = [one for one in directory.rejected if one.hash in new]
    if refused:
        first = min(refused, key=lambda one: one.why is Rejection.UNBOUND)
        raise StatementRefused(kind=first.kind, why=first.why.value)


def _is_institution_key(statement: Statement) -> bool:
    if statement.kind != said.BINDING:
        return False
    claim = said.read_binding(statement).claim
    return claim.kind.is_institution and KeyRole.SUBJECT in claim.roles


def _about(statement: Statement) -> tuple[str, str]:
    """The party and, if any, the key that a statement is about. Raises PartyStatementUnreadable."""
    if statement.kind == said.REVOCATION:
        revocation = said.read_revocation(statement)
        return revocation.party, revocation.key_id
    if statement.kind == said.MANDATE:
        return said.read_mandate(statement).party, ""
    if statement.kind == said.MANDATE_END:
        return said.read_mandate_end(statement).party, ""
    is_binding = statement.kind == said.BINDING
    claim = said.read_binding(statement).claim if is_binding else said.read_claim(statement)
    return claim.party, claim.public.key_id


def _row(statement: Statement, *, now: dt.datetime) -> StatementRow:
    party, key_id = _about(statement)
    return StatementRow(
        hash=statement.hash,
        kind=statement.kind,
        party=party,
        key_id=key_id,
        content=statement.dump().decode(),
        kept_at=now,
    )

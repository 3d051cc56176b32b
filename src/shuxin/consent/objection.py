"""Objections at work at a holder: filed and marked, forwarded, answered, closed, each step logged."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q

from shuxin.catalogue.api import PersonalClass, contract, load_history
from shuxin.consent.domain import objection as domain
from shuxin.consent.domain.objection import Event, State
from shuxin.consent.domain.owners import OWNERS, read_owners
from shuxin.consent.domain.permit import ALL_SUBJECTS, entity_of
from shuxin.consent.holds import DISPUTED, identities_held
from shuxin.consent.issuing import SALT_BYTES
from shuxin.consent.models import HeldStatement, Hold, Use
from shuxin.consent.objection_view import row_of, steps_of
from shuxin.consent.records import StatementUnproven
from shuxin.consent.rights_models import (
    CorrectionNotice,
    ObjectionEvent,
    ObjectionNoteRow,
    ObjectionRow,
)
from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.errors import Conflict, InvalidInput, NotPermitted
from shuxin.kernel.statements import parse_statement, sign_statement
from shuxin.kernel.text import Text
from shuxin.ledger.api import Entry, commitment
from shuxin.parties.api import KeyProblem, KeyRole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from shuxin.catalogue.api import LoadView
    from shuxin.consent.domain.gate import Keys
    from shuxin.consent.domain.objection import Filing
    from shuxin.consent.issuing import Journal
    from shuxin.kernel.signing import Signer
    from shuxin.kernel.statements import Statement

_MAY_OBJECT = frozenset({KeyRole.SUBJECT, KeyRole.LEGAL_REPRESENTATIVE})


class ObjectionMoved(Conflict):
    code = "objection_moved"
    what = Text(
        en="somebody else took the next step of this objection just now",
        zh="该异议的下一步刚刚已由他人处理",
    )
    mend = Text(en="Look at it again before you go on", zh="请重新查看后再处理")


class ObjectionRepeated(Conflict):
    code = "objection_repeated"
    what = Text(en="another objection bears the number {number}", zh="编号 {number} 已用于另一异议")
    mend = Text(en="File it under a new number", zh="请用新编号提出")


class FieldNotDisputable(InvalidInput):
    code = "objection_field_unknown"
    what = Text(en="dataset {dataset} has no field {field}", zh="数据集 {dataset} 没有字段 {field}")
    mend = Text(
        en="Name a field of the contract: 'shuxin dataset' shows them",
        zh="请填写数据合约中的字段，可用 shuxin dataset 查看",
    )


class RecordOfAnother(NotPermitted):
    code = "objection_record_of_another"
    what = Text(
        en="this person may not object to this field in that enterprise's record",
        zh="该个人不能对该企业记录中的此字段提出异议",
    )
    mend = Text(
        en="A person may object to a field of a personal class, once the holder has it on record as an owner:"
        " 'shuxin owners'; the enterprise objects to the others",
        zh="个人仅可在持有方已登记其为所有人（shuxin owners）后，对个人信息类字段提出异议；其他字段由企业提出",
    )


@dataclass(frozen=True, slots=True)
class ObjectionDesk:
    """Where a holder handles objections (异议处理)."""

    holder: str
    keys: Keys
    journal: Journal

    def file(self, statement: Statement, *, now: datetime) -> str:
        """Take an objection that its subject signed, and mark the field at once; its number.

        The same statement again changes nothing. Raises StatementUnreadable, StatementUnproven,
        DatasetUnknown, FieldNotDisputable, RecordOfAnother, ObjectionRepeated.
        """
        filing = domain.read_filing(statement)
        self._require_signed(statement, party=filing.subject, now=now)
        if filing.holder != self.holder:
            raise StatementUnproven(kind=statement.kind)
        self._require_concerned(filing)
        with transaction.atomic():
            row, is_new = ObjectionRow.objects.get_or_create(
                objection_id=filing.objection_id,
                defaults={
                    "party": filing.subject,
                    "subject": entity_of(filing.about),
                    "dataset": filing.dataset,
                    "field": filing.field,
                    "text": filing.text,
                    "digest": statement.hash,
                    "filed_at": now,
                },
            )
            if row.digest != statement.hash:
                raise ObjectionRepeated(number=filing.objection_id)
            if is_new:
                self._mark(row, now=now)
        return filing.objection_id

    def _require_concerned(self, filing: Filing) -> None:
        """It is the subject's own record, or the field is one of a person who owns the enterprise."""
        fields = {field.name: field for field in contract(dataset=filing.dataset).fields}
        if filing.field not in fields:
            raise FieldNotDisputable(dataset=filing.dataset, field=filing.field)
        if filing.about == filing.subject:
            return
        personal = fields[filing.field].personal is not PersonalClass.NONE
        if not personal or filing.subject not in _owners_of(filing.about, holder=self.holder):
            raise RecordOfAnother

    def _mark(self, row: ObjectionRow, *, now: datetime) -> None:
        self._step(row, State.FILED, by=row.party, evidence=row.digest, now=now)
        Hold.objects.create(
            subject=row.subject,
            dataset=row.dataset,
            field=row.field,
            why=DISPUTED,
            since=now,
            reference=row.objection_id,
        )
        self._step(row, State.MARKED, by=self.holder, now=now)

    def note(self, statement: Statement, *, now: datetime) -> None:
        """Keep the subject's note beside the field, also after the objection is closed.

        Raises StatementUnreadable, StatementUnproven, ObjectionUnknown.
        """
        note = domain.read_note(statement)
        self._require_signed(statement, party=note.subject, now=now)
        row = row_of(note.objection_id)
        if row.party != note.subject:
            raise StatementUnproven(kind=statement.kind)
        ObjectionNoteRow.objects.get_or_create(
            digest=statement.hash, defaults={"objection": row, "text": note.text, "at": now}
        )

    def forward(self, objection_id: str, *, by: str, reason: str, now: datetime) -> None:
        """To the department that the contract names. Raises ObjectionUnknown, StepOutOfOrder."""
        with transaction.atomic():
            self._step(_locked(objection_id), State.FORWARDED, by=by, reason=reason, now=now)

    def correct(self, objection_id: str, *, by: str, reason: str, now: datetime) -> None:
        """Answer that the source corrects its data; somebody else than who forwarded says so.

        Raises ObjectionUnknown, StepOutOfOrder, AnswererForwarded.
        """
        with transaction.atomic():
            self._step(_locked(objection_id), State.CORRECTED, by=by, reason=reason, now=now)

    def uphold(self, objection_id: str, *, by: str, reason: str, now: datetime) -> None:
        """Answer that the data are right as they stand. Raises as ``correct``."""
        with transaction.atomic():
            self._step(_locked(objection_id), State.UPHELD, by=by, reason=reason, now=now)

    def close(
        self, objection_id: str, *, by: str, reason: str, signer: Signer, now: datetime
    ) -> int:
        """Settle it and release the field; how many readers of the last six months are told.

        A correction is closed only when a load of the dataset became known after the filing.
        Raises ObjectionUnknown, StepOutOfOrder, CorrectionUnproven.
        """
        with transaction.atomic():
            row = _locked(objection_id)
            history = steps_of(row)
            corrected = domain.state_of(history) is State.CORRECTED
            proof = _correcting_load(row, now=now) if corrected else None
            evidence = "" if proof is None else content_hash(load_evidence(proof))
            self._step(row, State.CLOSED, by=by, reason=reason, evidence=evidence, now=now)
            Hold.objects.filter(reference=objection_id, why=DISPUTED, ended_at=None).update(
                ended_at=now
            )
            return 0 if proof is None else self._tell_readers(row, proof, signer=signer, now=now)

    def _tell_readers(
        self, row: ObjectionRow, proof: LoadView, *, signer: Signer, now: datetime
    ) -> int:
        held = {row.subject, *identities_held(row.objection_id, why=DISPUTED)}
        readers = readers_since(
            held, dataset=row.dataset, since=domain.notice_since(now), until=now
        )
        for reader in readers:
            body = {
                "objection_id": row.objection_id,
                "holder": self.holder,
                "reader": reader,
                "subject": _about(row),
                "dataset": row.dataset,
                "field": row.field,
                "source_file_sha256": proof.content_sha256,
                "corrected_at": proof.known_time.isoformat(),
                "at": now.isoformat(),
            }
            notice = sign_statement(domain.CORRECTION_NOTICE, body, signer=signer)
            CorrectionNotice.objects.create(
                objection=row, reader=reader, text=notice.dump().decode(), at=now
            )
        return len(readers)

    def _require_signed(self, statement: Statement, *, party: str, now: datetime) -> None:
        key = self.keys.who_signed(statement, party=party, seen_at=now)
        if isinstance(key, KeyProblem) or not key.roles & _MAY_OBJECT:
            raise StatementUnproven(kind=statement.kind)

    def _step(
        self,
        row: ObjectionRow,
        after: State,
        *,
        by: str,
        now: datetime,
        reason: str = "",
        evidence: str = "",
    ) -> None:
        """One event: checked, kept, and in the log before the transaction ends."""
        history = steps_of(row)
        event = Event(domain.state_of(history), after, by, now, reason, evidence)
        domain.require_step(history, event)
        salt, nth = secrets.token_bytes(SALT_BYTES), len(history) + 1
        entry = _entry(row, event, holder=self.holder, nth=nth, salt=salt)
        (appended,) = self.journal.append_all([entry], now=now)
        try:
            with transaction.atomic():
                ObjectionEvent.objects.create(
                    objection=row,
                    nth=nth,
                    before=event.before or "",
                    after=event.after.value,
                    actor=by,
                    at=now,
                    reason=reason,
                    evidence_hash=evidence,
                    salt=salt.hex(),
                    log_index=appended.index,
                )
        except IntegrityError as error:
            raise ObjectionMoved from error


def _entry(row: ObjectionRow, event: Event, *, holder: str, nth: int, salt: bytes) -> Entry:
    """The log says that a step was taken; on what, by whom and why is only committed to."""
    content = {
        "objection_id": row.objection_id,
        "subject": row.party,
        "dataset": row.dataset,
        "field": row.field,
        "statement": row.digest,
        "actor": event.actor,
        "reason": event.reason,
        "evidence_hash": event.evidence_hash,
        "at": event.at.isoformat(),
    }
    return Entry(
        kind=domain.OBJECTION,
        at=event.at,
        actor=holder,
        facts={"nth": nth, "from": event.before or "none", "to": event.after.value},
        commitments=(commitment(salt, canonical_json(content)),),
    )


def load_evidence(load: LoadView) -> dict[str, str]:
    """What ``evidence_hash`` of a closed correction is the hash of."""
    return {
        "dataset": load.dataset,
        "source_file": load.source_file,
        "content_sha256": load.content_sha256,
        "known_time": load.known_time.astimezone(UTC).isoformat(),
    }


def _correcting_load(row: ObjectionRow, *, now: datetime) -> LoadView:
    loads = load_history(dataset=row.dataset)
    later = [load for load in loads if row.filed_at < load.known_time <= now]
    if not later:
        raise domain.CorrectionUnproven(dataset=row.dataset)
    return later[-1]


def _owners_of(party: str, *, holder: str) -> tuple[str, ...]:
    """The persons of the newest record of owners that this holder keeps."""
    rows = HeldStatement.objects.filter(kind=OWNERS, about=holder, subject=party)
    row = rows.order_by("-pk").first()
    return () if row is None else read_owners(parse_statement(row.text, kind=OWNERS)).persons


def _about(row: ObjectionRow) -> str:
    """The party whose record it is."""
    return row.party if entity_of(row.party) == row.subject else f"uscc:{row.subject}"


def readers_since(
    subjects: Iterable[str], *, dataset: str, since: datetime, until: datetime
) -> list[str]:
    """Who had a permit over one of these subjects' data in this dataset in ``[since, until]``, by name.

    A use that names no catalogues may have read every dataset.
    """
    uses = Use.objects.filter(Q(subject__in=list(subjects)) | Q(subject=ALL_SUBJECTS))
    rows = uses.filter(at__gte=since, at__lte=until).values_list("reader", "catalogues")
    return sorted({reader for reader, named in rows if not named or dataset in named})


def _locked(objection_id: str) -> ObjectionRow:
    """The same, and nobody else takes a step until the transaction ends."""
    ObjectionRow.objects.select_for_update().filter(objection_id=objection_id).first()
    return row_of(objection_id)

"""A holder with one dataset of penalties, a subject with its key, and the desk for objections."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field
from functools import partial

from tests.permits import HOLDER, MemoryJournal, pinned

from shuxin.catalogue.api import (
    Contract,
    DataGroup,
    Field,
    FieldType,
    Level,
    LoadView,
    Meaning,
    NewLoad,
    PersonalClass,
    Sharing,
    record_load,
    register_contract,
)
from shuxin.consent.api import Owners, rights, take_owners
from shuxin.consent.issuing import entity_of
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.signing import Ed25519Key
from shuxin.parties.api import Directory, KeyRole, PartyKind, TrustAnchors

SUBJECT = "uscc:913502007692545440"
ENTITY = entity_of(SUBJECT)
STRANGER = "uscc:911101080000000194"
OWNER, OTHER_PERSON = f"person:{'a' * 32}", f"person:{'b' * 32}"
SUBJECT_KEY, HOLDER_KEY, STRANGER_KEY, OWNER_KEY, OTHER_KEY = (
    Ed25519Key(bytes([n] * 32)) for n in (1, 2, 3, 4, 5)
)
DATASET, FIELD, OWN_FIELD = "penalties", "fine", "owner"
FILED = dt.datetime(2026, 3, 2, 10, tzinfo=CHINA_TIME)
DAY = dt.timedelta(days=1)


def keys() -> Directory:
    roles = (KeyRole.SUBJECT,)
    anchors = (
        pinned(SUBJECT, SUBJECT_KEY, PartyKind.ENTERPRISE, *roles),
        pinned(STRANGER, STRANGER_KEY, PartyKind.ENTERPRISE, *roles),
        pinned(HOLDER, HOLDER_KEY, PartyKind.BANK, *roles),
        pinned(OWNER, OWNER_KEY, PartyKind.PERSON, *roles),
        pinned(OTHER_PERSON, OTHER_KEY, PartyKind.PERSON, *roles),
    )
    return Directory.build([], anchors=TrustAnchors(pinned=anchors))


def owned_by(*persons: str) -> None:
    """The holder puts them on record as the subject's owners."""
    owners = Owners(HOLDER, SUBJECT, persons, FILED)
    take_owners(owners.sign(signer=HOLDER_KEY), holder=HOLDER, keys=keys(), now=FILED)


def agree(dataset: str = DATASET, *, extra: tuple[tuple[str, str], ...] = ()) -> Contract:
    """A dataset of penalties in the catalogue."""
    shared = partial(Field, level=Level.L2, sharing=Sharing.CONDITIONAL)
    made = Contract(
        dataset=dataset,
        version="1.0.0",
        title="处罚",
        department="市场监管局",
        group=DataGroup.PUBLIC,
        fields=(
            shared(name="code", type=FieldType.CODE, meaning=Meaning.SUBJECT_CODE),
            shared(name="on", type=FieldType.DATE, meaning=Meaning.EVENT_TIME),
            shared(name="fine", type=FieldType.MONEY, unit="fen"),
            shared(name="lifted", type=FieldType.DATE),
            shared(name=OWN_FIELD, type=FieldType.STRING, personal=PersonalClass.C2),
        ),
        extra=extra,
    )
    register_contract(contract=made, accepted_by="tester", now=FILED - 400 * DAY)
    return made


def load(at: dt.datetime, *, dataset: str = DATASET, content: str = "a") -> LoadView:
    """A load in the catalogue; nothing is in the store."""
    new = NewLoad(
        dataset=dataset,
        contract_version="1.0.0",
        source_file="penalties.csv",
        content_sha256=content * 64,
        mapping_hash="b" * 64,
        known_time=at,
        loaded_at=at,
        rows_above=1,
        rows_read=1,
        rows_loaded=1,
        rows_rejected=0,
        store_name=content * 40,
        bytes_read=1,
    )
    return record_load(load=new)


@dataclass
class Desk:
    """The desk, its log, and objections filed with running numbers."""

    journal: MemoryJournal = field(default_factory=MemoryJournal)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def desk(self) -> rights.ObjectionDesk:
        return rights.ObjectionDesk(holder=HOLDER, keys=keys(), journal=self.journal)

    def file(self, *, at: dt.datetime = FILED, what: str = FIELD, text: str = "罚款已撤销") -> str:
        filing = rights.Filing(
            objection_id=f"objection-{next(self.numbers)}",
            subject=SUBJECT,
            about=SUBJECT,
            holder=HOLDER,
            dataset=DATASET,
            field=what,
            text=text,
            at=at,
        )
        return self.desk.file(filing.sign(signer=SUBJECT_KEY), now=at)

    def close(self, number: str, *, at: dt.datetime, by: str = "answerer") -> int:
        return self.desk.close(number, by=by, reason="已核", signer=HOLDER_KEY, now=at)

"""Wiring: Django is set up, the database brought up to date, and the rooms' protocols filled."""

from __future__ import annotations

import fcntl
import json
import os
import pkgutil
import pwd
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.apps import apps
from django.core.management import call_command

from shuxin.consent.api import ALL_SUBJECTS
from shuxin.infra.api import secret_key, settings_from_environment
from shuxin.kernel.errors import NotPermitted, Unavailable
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from shuxin.consent.api import Gate, GateLimits, Permit, Purpose
    from shuxin.infra.api import Settings
    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import Entry, Log
    from shuxin.parties.api import Directory, KeyProblem, KnownKey, Mandate

HOLDER_FILE, PARTY_KEY = "holder.json", "party.ed25519"


class NotSetUp(Unavailable):
    code = "holder_not_set_up"
    what = Text(
        en="this installation does not know yet whose it is, so nobody's data can be read",
        zh="本安装尚未登记所属机构，不能读取任何主体的数据",
    )
    mend = Text(
        en="Run 'shuxin init' once: it makes the holder's key, its log and the bases of its own work",
        zh="请先运行一次 shuxin init：生成机构密钥、日志及自有数据的处理依据",
    )


class OtherDepartment(NotPermitted):
    code = "other_department"
    what = Text(
        en="this account works in the department {department} and reads for its work only",
        zh="本账户属于{department}，只能以该部门名义读取",
    )
    mend = Text(
        en="Ask somebody of the other department, or an account that is in none for this command",
        zh="请由对方部门人员办理，或由不属于任何部门的账户执行本命令",
    )


@dataclass(frozen=True, slots=True)
class HolderIdentity:
    """Whose installation this is (数据持有方)."""

    party: str
    kind: str
    name: str


def start() -> Settings:
    """Make this process ready for the rooms; safe to call twice."""
    settings = settings_from_environment()
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuxin.portal.settings")
        django.setup()
        if not _is_migrated():
            _migrate(settings)
    return settings


def _migrate(settings: Settings) -> None:
    """By one process at a time: a home's pages and its node may be started together."""
    with (settings.home / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_migrated():
            call_command("migrate", verbosity=0, interactive=False)


def _is_migrated() -> bool:
    """Whether the database has every migration of every room: cheaper than to let Django find out."""
    from django.db import connection  # noqa: PLC0415 - once Django is set up
    from django.db.migrations.recorder import MigrationRecorder  # noqa: PLC0415

    made = MigrationRecorder(connection).applied_migrations()
    return all(
        (room.label, migration.name) in made
        for room in apps.get_app_configs()
        for migration in pkgutil.iter_modules([str(Path(room.path) / "migrations")])
    )


def holder(settings: Settings) -> HolderIdentity:
    """Raises NotSetUp."""
    file = settings.home / HOLDER_FILE
    if not file.is_file():
        raise NotSetUp
    return HolderIdentity(**json.loads(file.read_text(encoding="utf-8")))


def own_signer(settings: Settings) -> Ed25519Key:
    """The key that speaks for the holder, made on this machine at 'shuxin init'."""
    return Ed25519Key(secret_key(settings, PARTY_KEY))


def own_log(settings: Settings) -> Log:
    """The holder's own log. Raises NotSetUp."""
    from shuxin.ledger import api as ledger  # noqa: PLC0415 - only where it is written

    return ledger.own_log(settings, origin=f"shuxin/{holder(settings).party}")


@dataclass(frozen=True, slots=True)
class HeldKeys:
    """Who signed, by the statements that this holder keeps and the anchors in its home, read at each question."""

    home: Path

    def who_signed(
        self, statement: Statement, *, party: str, seen_at: datetime
    ) -> KnownKey | KeyProblem:
        return self._directory(party).who_signed(statement, party=party, seen_at=seen_at)

    def mandate(self, key: KnownKey) -> Mandate | None:
        return self._directory(key.party).mandate(key)

    def _directory(self, party: str) -> Directory:
        from shuxin.parties.api import directory_of, read_trust  # noqa: PLC0415 - needs the database

        found: Directory = directory_of(party, anchors=read_trust(self.home))
        return found


def gate(
    settings: Settings, *, limits: GateLimits | None = None, journal: Log | None = None
) -> Gate:
    """The gate of this holder, the only issuer of permits; limits default to those of online use.

    journal: this holder's own log, where it is open already. Raises NotSetUp.
    """
    from shuxin.consent.api import Gate, GateLimits  # noqa: PLC0415 - needs the database

    return Gate(
        holder=holder(settings).party,
        reader=operator(),
        keys=HeldKeys(settings.home),
        journal=journal or own_log(settings),
        issuers=trusted_operators(settings),
        limits=limits or GateLimits(),
    )


def trusted_operators(settings: Settings) -> frozenset[str]:
    """The platforms whose keys are pinned here: whose status lists count."""
    from shuxin.parties.api import PartyKind, read_trust  # noqa: PLC0415 - needs the database

    pinned = read_trust(settings.home).pinned
    return frozenset(pin.party for pin in pinned if pin.kind is PartyKind.OPERATOR)


def journal_of(settings: Settings) -> Callable[[Entry], object]:
    """The holder's own log, opened when the first entry comes; entries name the holder. Raises NotSetUp."""
    party = holder(settings).party
    return lambda entry: own_log(settings).append(replace(entry, actor=party), now=entry.at)


def permit_for_all(purpose: Purpose, *, now: datetime, department: str = "") -> Permit:
    """Leave to read everybody's data for the holder's own work, logged. Raises NotSetUp, UseRefused."""
    return permits_for([ALL_SUBJECTS], purpose=purpose, now=now, department=department)[0]


def own_reading(settings: Settings) -> Callable[[], Permit] | None:
    """Asks the gate for this holder's reading of its own data to judge a load; None in a home that is nobody's yet."""
    from shuxin.consent.api import Purpose  # noqa: PLC0415 - needs the database
    from shuxin.infra.api import now_in_china  # noqa: PLC0415 - heavy with it

    if not (settings.home / HOLDER_FILE).is_file():
        return None
    return lambda: permit_for_all(Purpose.DATA_QUALITY, now=now_in_china())


def permits_for(
    subjects: Sequence[str], *, purpose: Purpose, now: datetime, department: str = ""
) -> list[Permit]:
    """The same for each of these entities, logged together.

    department: for its work only; an account that works in one is held to it without being asked.
    Raises NotSetUp, UseRefused, OtherDepartment.
    """
    settings = settings_from_environment()
    own, acting = gate(settings), acting_department(settings, asked=department)
    if acting:
        return own.permit_department_each(subjects, department=acting, purpose=purpose, now=now)
    return own.permit_own_each(subjects, purpose=purpose, now=now)


def permit_for_one(who: str, *, purpose: Purpose, now: datetime, department: str = "") -> Permit:
    """Find the entity behind a code, number or name, and leave to read its data; both uses recorded.

    The entity is the permit's subject. Raises NotSetUp, UseRefused, OtherDepartment, EnterpriseUnknown, NameShared.
    """
    from shuxin.fusion.api import find_entity  # noqa: PLC0415 - heavy

    everybody = permit_for_all(purpose, now=now, department=department)
    entity = find_entity(who, permit=everybody)
    return permits_for([entity], purpose=purpose, now=now, department=department)[0]


def acting_department(settings: Settings, *, asked: str) -> str:
    """The department for whose work this account reads: the one that it is bound to, else ``asked``.

    The account is the operating system's, so no option or variable changes it. What this does not stop: an account
    that can read the home's files can read the data without this program, and one that can read the party's key can
    sign another membership. Give departments' accounts no access to the home but through a service that runs as its
    owner. Raises NotSetUp, OtherDepartment.
    """
    from shuxin.consent.api import department_members  # noqa: PLC0415 - needs the database

    members = department_members(holder=holder(settings).party, keys=HeldKeys(settings.home))
    bound: str = members.get(operator(), "")
    if bound and asked not in {"", bound}:
        raise OtherDepartment(department=bound)
    return bound or asked


def operator() -> str:
    """The account that runs this command, for records of who accepted and who read; no variable can change it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid-{os.getuid()}"

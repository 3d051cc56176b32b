"""``shuxin party``: registration, attestation, statements in and the directory out."""

from __future__ import annotations

import csv
import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import holder, journal_of, operator, own_signer, start
from shuxin.portal.commands.import_folder import FolderMissing
from shuxin.portal.commands.key import write_statements
from shuxin.portal.display import china_time, say, show

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from shuxin.infra.api import Settings
    from shuxin.kernel.statements import Statement
    from shuxin.kernel.text import Language
    from shuxin.kernel.uscc import USCC
    from shuxin.parties.api import Acting, Directory, KnownKey

_REGISTERED = Text(en="{party} is registered: {state}", zh="{party} 已登记：{state}")
_ATTESTED = Text(
    en="key {key} is bound until {until}; {file} goes to whoever keeps the directory",
    zh="密钥 {key} 绑定至 {until}；请将 {file} 交给目录维护方",
)
_TAKEN = Text(
    en="{file}: {new} new; {waiting} wait for a second person",
    zh="{file}：新增 {new} 条；{waiting} 条待第二人确认",
)
_DIRECTORY = Text(
    en="directory number {number}: {new} statements are new", zh="第 {number} 号目录：新增 {new} 条"
)
_PUBLISHED = Text(
    en="directory number {number} with {count} statements is in {file}",
    zh="第 {number} 号目录（共 {count} 条）已写入 {file}",
)
_PARTIES = Text(en="party|kind|name|state|keys", zh="主体|类别|名称|状态|密钥数")
_KEYS = Text(en="key|label|roles|by|from|to|state", zh="密钥|标签|角色|核验方式|生效|失效|状态")
_REJECTED = Text(en="rejected: {kind} {hash}: {why}", zh="未采信：{kind} {hash}:{why}")
_COUNTS = Text(en="counts", zh="有效")


@dataclass(frozen=True, slots=True)
class FileRegister:
    """A copy of the register as CSV: the columns ``code`` and ``name`` (登记簿副本)."""

    names: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> FileRegister:
        """Raises FolderMissing."""
        if not path.is_file():
            raise FolderMissing(folder=str(path))
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            return cls({row.get("code") or "": row.get("name") or "" for row in rows})

    def name_of(self, code: USCC, /) -> str | None:
        return self.names.get(str(code)) or None


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    acts: dict[str, Callable[[Settings, argparse.Namespace, Language], None]] = {
        "register": _register,
        "attest": _attest,
        "take": _take,
        "list": _list,
        "show": _show,
        "publish": _publish,
    }
    acts[options.act](settings, options, language)
    return 0


def read_statements(file: str) -> list[Statement]:
    """One statement a line. Raises FolderMissing, StatementInvalid."""
    from shuxin.kernel.statements import parse_statement
    from shuxin.parties.api import bounded_lines

    if not Path(file).is_file():
        raise FolderMissing(folder=file)
    with Path(file).open("rb") as opened:
        return [parse_statement(line) for line in bounded_lines(opened) if line.strip()]


def _register(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.infra.api import now_in_china
    from shuxin.kernel.uscc import USCC, clean_code_text
    from shuxin.parties.api import (
        PartyKind,
        confirm_registration,
        register_organisation,
        register_person,
    )

    by, journal, now = operator(), journal_of(settings), now_in_china()
    kind = PartyKind(options.kind)
    if kind is PartyKind.PERSON:
        made = register_person(by=by, journal=journal, now=now)
    else:
        register = FileRegister.read(Path(options.register)) if options.register else None
        code = USCC(clean_code_text(options.code))
        made = register_organisation(
            code=code,
            kind=kind,
            name=options.name,
            register=register,
            by=by,
            journal=journal,
            now=now,
        )
    if options.confirm:
        made = confirm_registration(party=made.party, by=by, journal=journal, now=now)
    say(_REGISTERED, language, party=made.party, state=made.state.value)


def _attest(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.infra.api import now_in_china
    from shuxin.parties.api import read_claim, revoke_as_lost

    now = now_in_china().replace(microsecond=0)
    until = now + dt.timedelta(days=options.days)
    request, *more = read_statements(options.request)
    binding = _binding(settings, options, request=request, now=now, until=until)
    claim = read_claim(request)
    if options.lost:
        more.append(
            revoke_as_lost(
                party=claim.party,
                key_id=options.lost,
                signer=own_signer(settings),
                by=operator(),
                journal=journal_of(settings),
                now=now,
            )
        )
    write_statements(options.out, [request, binding, *more])
    key = claim.public.key_id
    say(_ATTESTED, language, key=key, until=china_time(until), file=options.out)


def _binding(
    settings: Settings,
    options: argparse.Namespace,
    *,
    request: Statement,
    now: dt.datetime,
    until: dt.datetime,
) -> Statement:
    from shuxin.parties.api import Check, Method, attest_key, attest_own, proof_by

    by, journal, signer = operator(), journal_of(settings), own_signer(settings)
    if not options.method:
        return attest_own(
            request,
            party=holder(settings).party,
            valid_from=now,
            valid_to=until,
            signer=signer,
            by=by,
            journal=journal,
            now=now,
        )
    record = Path(options.evidence).read_bytes() if options.evidence else b""
    proof = proof_by(Method(options.method), environment=os.environ)
    return attest_key(
        request,
        check=Check(proof, record),
        valid_from=now,
        valid_to=until,
        signer=signer,
        by=by,
        journal=journal,
        now=now,
        acting=_acting(options),
    )


def _acting(options: argparse.Namespace) -> Acting | None:
    """The person who was checked for an agent's key, and its mandate."""
    from shuxin.parties.api import Acting

    if not options.mandate:
        return None
    (mandate,) = read_statements(options.mandate)
    return Acting(options.person, mandate)


def _take(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.infra.api import now_in_china
    from shuxin.parties.api import DIRECTORY, keep_statements, read_trust

    for file in options.files:
        statements = read_first(file)
        if statements.kind == DIRECTORY:
            _take_directory(settings, file, language, head=statements)
            continue
        kept = keep_statements(
            read_statements(file),
            anchors=read_trust(settings.home),
            by=operator(),
            journal=journal_of(settings),
            now=now_in_china(),
        )
        say(_TAKEN, language, file=file, new=len(kept.new), waiting=len(kept.waiting))


def read_first(file: str) -> Statement:
    """The first statement of a file: it says which sort of file this is. Raises FolderMissing, StatementInvalid."""
    from shuxin.kernel.statements import parse_statement
    from shuxin.parties.api import bounded_lines

    if not Path(file).is_file():
        raise FolderMissing(folder=file)
    with Path(file).open("rb") as opened:
        return parse_statement(next(bounded_lines(opened), b""))


def _take_directory(settings: Settings, file: str, language: Language, *, head: Statement) -> None:
    from shuxin.infra.api import now_in_china
    from shuxin.parties.api import bounded_lines
    from shuxin.portal.linking.taking import take_directory

    with Path(file).open("rb") as opened:
        lines, now = bounded_lines(opened), now_in_china()
        taken, new = take_directory(settings, lines, head=head, now=now)
    say(_DIRECTORY, language, number=taken.number, new=new)


def _list(settings: Settings, _: argparse.Namespace, language: Language) -> None:
    from shuxin.parties.api import read_trust, registrations, whole_directory

    directory = whole_directory(anchors=read_trust(settings.home))
    registered = {found.party: found for found in registrations()}
    rows = []
    for party in sorted({*registered, *directory.parties()}):
        keys, found = directory.keys_of(party), registered.get(party)
        kind = found.kind if found else keys[0].kind
        name = found.name if found else keys[0].name
        state = found.state.value if found else "-"
        rows.append((party, kind.value, name, state, len(keys)))
    show("", _PARTIES.say(language).split("|"), rows)


def _show(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.infra.api import now_in_china
    from shuxin.parties.api import directory_of, read_trust

    directory = directory_of(options.party, anchors=read_trust(settings.home))
    now = now_in_china()
    keys = directory.keys_of(options.party)
    rows = [_key_row(key, directory, now=now, language=language) for key in keys]
    show(options.party, _KEYS.say(language).split("|"), rows)
    for rejected in directory.rejected:
        facts = {"kind": rejected.kind, "hash": rejected.hash[:16], "why": rejected.why.value}
        say(_REJECTED, language, **facts)


def _key_row(
    key: KnownKey, directory: Directory, *, now: dt.datetime, language: Language
) -> Sequence[str]:
    problem = directory.problem_of(key, at=now)
    return (
        key.public.key_id,
        key.label,
        ", ".join(sorted(key.roles)),
        key.method.value,
        china_time(key.valid_from),
        china_time(key.valid_to),
        problem.value if problem else _COUNTS.say(language),
    )


def _publish(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.infra.api import now_in_china
    from shuxin.parties.api import publish_directory

    head, lines = publish_directory(
        signer=own_signer(settings),
        by=operator(),
        journal=journal_of(settings),
        now=now_in_china(),
    )
    with Path(options.out).open("wb") as file:
        file.writelines(lines)
    say(_PUBLISHED, language, number=head.number, count=head.count, file=options.out)

"""A department's home with rows about some firms, and one firm with a key of its own."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from tests.fusion.conftest import Installation, rows_of_firms, uscc
from tests.permits import sealed

from shuxin.consent.api import ALL_SUBJECTS, Purpose, Question, Tongue, Wanted
from shuxin.fusion.api import resolve_all
from shuxin.infra.api import Settings, silent_progress
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import parse_statement
from shuxin.parties.api import KeyRole, PartyKind, Pinned, read_trust, write_trust
from shuxin.portal.bootstrap import own_signer
from shuxin.portal.founding import set_up
from shuxin.portal.subject.answering import answer
from shuxin.portal.subject.sealing import box_text, new_box, open_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric import ec

    from shuxin.kernel.statements import Statement

NOW = dt.datetime(2026, 6, 1, 9, tzinfo=CHINA_TIME)
HOLDER = f"uscc:{uscc(900)}"
DAY = dt.timedelta(days=1)
FIRM, OTHER = f"uscc:{uscc(3)}", f"uscc:{uscc(4)}"
ABSENT = f"uscc:{uscc(77)}"
HOSTILE = "<img src=x onerror=alert(1)>"
KEYS = {
    party: Ed25519Key(bytes([n]) * 32) for n, party in enumerate((FIRM, OTHER, ABSENT), start=1)
}


@dataclass(frozen=True)
class Asked:
    """A question as the firm's browser makes it, with the private half of its box."""

    question: Question
    statement: Statement
    box: ec.EllipticCurvePrivateKey


def ask(*, signer: Ed25519Key | None = None, **changed: Any) -> Asked:
    box = new_box()
    question = replace(
        Question(
            nonce=secrets.token_hex(16),
            subject=FIRM,
            holder=HOLDER,
            wanted=Wanted.OVERVIEW,
            dataset="",
            language=Tongue.ZH,
            box=box_text(box),
            at=NOW,
        ),
        **changed,
    )
    return Asked(question, question.sign(signer=signer or KEYS[question.subject]), box)


@dataclass(frozen=True)
class Holder:
    settings: Settings
    dataset: str

    def answer(self, asked: Asked, *, now: dt.datetime = NOW) -> bytes:
        return answer(asked.statement.dump(), settings=self.settings, now=now)

    def told(self, asked: Asked, *, now: dt.datetime = NOW) -> dict[str, Any]:
        """What the firm's browser reads, the holder's signature checked."""
        made = parse_statement(self.answer(asked, now=now), kind="sealed-answer")
        assert made.signed_by(own_signer(self.settings).public)
        content = open_answer(
            made, question=asked.question, digest=asked.statement.hash, box=asked.box
        )
        found: dict[str, Any] = json.loads(content)
        return found


@pytest.fixture(scope="module")
def department(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: Any,
) -> Iterator[Holder]:
    """Eight firms were fined; firm 3 has a text in its row that a browser must not run."""
    folder = tmp_path_factory.mktemp("department")
    settings = Settings(home=folder / "home", database_url="")
    settings.home.mkdir()
    (folder / "inbox").mkdir()
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patched:
        patched.setenv("SHUXIN_HOME", str(settings.home))
        set_up(settings, party=HOLDER, kind="department", name="某局", now=NOW - 30 * DAY)
        trust_firms(settings)
        office = Installation(settings, folder / "inbox", now=NOW - 20 * DAY)
        rows = rows_of_firms(8)
        rows[0].append("备注")
        for row in rows[1:]:
            row.append(HOSTILE if row[0] == uscc(3) else "无")
        office.put("行政处罚.csv", rows)
        (made,) = office.load()
        everybody = sealed(ALL_SUBJECTS, Purpose.ENTITY_RESOLUTION, at=NOW)
        resolve_all(permit=everybody, settings=settings, now=NOW, progress=silent_progress)
        yield Holder(settings, made.dataset)
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def holder(department: Holder, db: None, monkeypatch: pytest.MonkeyPatch) -> Holder:
    monkeypatch.setenv("SHUXIN_HOME", str(department.settings.home))
    return department


def trust_firms(settings: Settings) -> None:
    """The keys of the firms are known in this home."""
    trust = read_trust(settings.home)
    roles = frozenset({KeyRole.SUBJECT})
    pins = [
        Pinned(
            party, PartyKind.ENTERPRISE, "某企业", key.public, roles, NOW - 9 * DAY, NOW + 300 * DAY
        )
        for party, key in KEYS.items()
    ]
    write_trust(replace(trust, pinned=(*trust.pinned, *pins)), home=settings.home)

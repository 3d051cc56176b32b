"""The browser and Python judge receipts alike: damaged in any place, and by any list of trust and of status."""

from __future__ import annotations

import copy
import io
import json
import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.portal.browser.issued import (
    ATTESTER,
    ATTESTER_KEY,
    BANK,
    LIST,
    NOW,
    PLACE,
    Bank,
    bound,
    open_bank,
    receipt_file,
    revocation,
)

from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import sign_statement
from shuxin.ledger.api import Entry, log_key, open_log, witness_key
from shuxin.ledger.note import cosign_note, parse_note
from shuxin.parties.api import KeyRole, Method, PartyKind, Reason
from shuxin.verification.api import (
    CheckName,
    Evidence,
    ReceiptInvalid,
    StatusList,
    parse_receipt,
    parse_status_list,
    read_trust,
    verify_document,
)
from shuxin.verification.status import Standing, State, StatusListInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

CONTENT = b'{"balance": "1250000.00"}'
THIEF = Ed25519Key(bytes(32))
CHECKS = list(CheckName)[:5]
_SCRIPT = """async ([content, cases]) => {
    const { checkAll } = await import('/static/verify/checks.js');
    const { parseReceipt } = await import('/static/verify/receipt.js');
    const { statusListFrom } = await import('/static/verify/statuslist.js');
    const { trustFromFile } = await import('/static/verify/trust.js');
    const { utf8 } = await import('/static/verify/bytes.js');
    const whole = { onProgress: () => {}, signal: new AbortController().signal };
    const found = [];
    for (const { receipt, trust, lists, now } of cases) {
        try {
            const findings = await checkAll({ ...whole, receipt: parseReceipt(utf8(receipt)), now: new Date(now),
                content: new Blob([content]), trust: await trustFromFile(new Blob([trust])),
                lists: await Promise.all(lists.map((list) => statusListFrom(new Blob([list])))) });
            found.push(findings.map(({ result, reason }) => result === 'passed' ? '' : reason));
        } catch (error) {
            if (!error.code) throw error;
            found.push([error.code]);
        }
    }
    return found;
}"""


@dataclass(frozen=True)
class Case:
    """One receipt before one verifier."""

    receipt: str
    trust: bytes
    lists: list[bytes] = field(default_factory=list)
    now: datetime = NOW

    def here(self) -> list[str]:
        try:
            receipt = parse_receipt(self.receipt.encode())
            lists = [parse_status_list(data) for data in self.lists]
        except ReceiptInvalid:
            return ["receipt_invalid"]
        except StatusListInvalid:
            return ["status_invalid"]
        fitting = [pair for pair in lists if pair[1].list_id == receipt.facts.status_list]
        verdict = verify_document(
            io.BytesIO(CONTENT),
            receipt=receipt,
            trust=read_trust(self.trust),
            evidence=Evidence(max(fitting, key=lambda pair: pair[1].number, default=None)),
            now=self.now,
        )
        found = [check.reason.value if check.reason else "" for check in verdict.checks]
        return found if self.lists else [*found[:4], "status_not_asked"]

    def there(self) -> dict[str, Any]:
        return {
            "receipt": self.receipt,
            "trust": self.trust.decode(),
            "lists": [data.decode("utf-8", "replace") for data in self.lists],
            "now": int(self.now.timestamp() * 1000),
        }


def judged(page: Page, cases: list[Case]) -> list[list[str]]:
    """The verdicts, after both sides have given the same ones."""
    here = [case.here() for case in cases]
    there = page.evaluate(_SCRIPT, [CONTENT.decode(), [case.there() for case in cases]])
    for case, mine, yours in zip(cases, here, there, strict=True):
        assert mine == yours, case
    return here


@pytest.fixture(scope="module")
def own_bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    return open_bank(tmp_path_factory.mktemp("own-bank"))


@pytest.fixture(scope="module")
def whole(own_bank: Bank) -> str:
    return receipt_file(own_bank.issue(CONTENT, name="statement.json")).read_text()


def status_list(
    standings: dict[int, Standing] | None = None,
    *,
    key: Ed25519Key,
    number: int = 1,
    at: datetime = NOW,
    **changes: Any,
) -> bytes:
    made = StatusList(BANK, LIST, number, at, standings or {})
    return replace(made, **changes).sign(signer=key).dump()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in the JSON, the innermost last."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, name))


def damaged(receipt: Any, rng: random.Random) -> str:
    """One place taken away, doubled, emptied, or changed a little."""
    found = copy.deepcopy(receipt)
    *outer, last = rng.choice(list(places(found)))
    holder = found
    for step in outer:
        holder = holder[step]
    way = rng.choice(("drop", "null", "number", "nudge", "nudge", "nudge"))
    if way == "drop":
        del holder[last]
    elif way == "null":
        holder[last] = rng.choice((None, ""))
    elif way == "number":
        holder[last] = rng.choice((0, -1, 1.0, 1.5, True, 70000))
    else:
        holder[last] = nudged(holder[last], rng)
    return json.dumps(found, ensure_ascii=False)


def nudged(value: Any, rng: random.Random) -> Any:
    if isinstance(value, str) and value:
        at = rng.randrange(len(value))
        return value[:at] + rng.choice("0189abzZ_-+: \n") + value[at + 1 :]
    if isinstance(value, list):
        return [*value, *value[:1]]
    return value + 1 if isinstance(value, int) else {"other": value}


class TestReceipts:
    @pytest.mark.parametrize("number", [60, pytest.param(1000, marks=pytest.mark.soak)])
    def test_damaged_anywhere_are_judged_alike(
        self, modules: Page, own_bank: Bank, whole: str, number: int
    ) -> None:
        """The many also show that hashing always ends: a stream that nothing held once stopped 1 in some 600."""
        rng = random.Random(20260301)  # noqa: S311 - which damage, not a secret
        receipts = [whole, *(damaged(json.loads(whole), rng) for _ in range(number))]
        found = judged(modules, [Case(one, own_bank.trust()) for one in receipts])
        assert found[0] == ["", "", "", "", "status_not_asked"]
        assert len(set(map(tuple, found))) >= 3

    def test_are_judged_alike_at_any_time(self, modules: Page, own_bank: Bank, whole: str) -> None:
        days = (-1, 0, 29, 30, 31, 500)
        cases = [Case(whole, own_bank.trust(), [], NOW + timedelta(days)) for days in days]
        found = [reasons[3] for reasons in judged(modules, cases)]
        assert found == ["NOT_YET_VALID", "", "", "EXPIRED", "EXPIRED", "EXPIRED"]


class TestKeys:
    def test_ended_by_their_own_word_or_a_strangers(
        self, modules: Page, own_bank: Bank, whole: str
    ) -> None:
        said = revocation(BANK, own_bank.key, Reason.LOST)
        forged = sign_statement("key-revocation", said.body, signer=THIEF)
        by_attester = sign_statement("key-revocation", said.body, signer=ATTESTER_KEY)
        known = [*(revocation(BANK, own_bank.key, why) for why in Reason), by_attester, forged]
        cases = [Case(whole, own_bank.trust(one.as_json())) for one in known]
        found = [reasons[1] for reasons in judged(modules, cases)]
        assert found == ["KEY_REVOKED"] * 5 + [""]

    def test_bound_by_an_attester_who_ended_do_not_count(
        self, modules: Page, own_bank: Bank, whole: str
    ) -> None:
        ends = [revocation(ATTESTER, ATTESTER_KEY, why).as_json() for why in Reason]
        found = judged(modules, [Case(whole, own_bank.trust(one)) for one in ends])
        assert {reasons[1] for reasons in found} == {"UNKNOWN_ISSUER"}

    @pytest.mark.parametrize("role", [KeyRole.OFFICER, KeyRole.AUDITOR])
    def test_bound_by_the_institution_count_while_its_own_did_not_end(
        self, modules: Page, own_bank: Bank, role: KeyRole
    ) -> None:
        desk = Ed25519Key(bytes(range(3, 35)))
        binding = bound(desk, by=own_bank.key, roles=(role,), method=Method.INSTITUTION)
        issuer = replace(own_bank.issuer, signer=desk, keys=(*own_bank.issuer.keys, *binding))
        package = replace(own_bank, issuer=issuer).issue(CONTENT, name="desk.json")
        text = receipt_file(package).read_text()
        ends = [revocation(BANK, own_bank.key, why).as_json() for why in Reason]
        trusts = [own_bank.trust(), *(own_bank.trust(one) for one in ends)]
        found = [reasons[1] for reasons in judged(modules, [Case(text, one) for one in trusts])]
        assert found[0] == ("" if role is KeyRole.OFFICER else "UNKNOWN_ISSUER")
        assert set(found[1:]) == {"UNKNOWN_ISSUER"}

    def test_lost_for_one_party_are_lost_for_every_other(
        self, modules: Page, own_bank: Bank, whole: str
    ) -> None:
        other = "uscc:91440300MA5F1RM01X"
        elsewhere = bound(own_bank.key, by=ATTESTER_KEY, party=other, kind=PartyKind.ENTERPRISE)
        lost, left = (
            revocation(other, own_bank.key, why) for why in (Reason.LOST, Reason.ROLE_ENDED)
        )
        trusts = [
            own_bank.trust(*(one.as_json() for one in (*elsewhere, end))) for end in (lost, left)
        ]
        found = judged(modules, [Case(whole, one) for one in trusts])
        assert [reasons[1] for reasons in found] == ["KEY_REVOKED", ""]

    def test_of_a_party_of_two_kinds_do_not_count(
        self, modules: Page, own_bank: Bank, whole: str
    ) -> None:
        second = bound(THIEF, by=ATTESTER_KEY, kind=PartyKind.ENTERPRISE)
        trust = own_bank.trust(*(one.as_json() for one in second))
        [found] = judged(modules, [Case(whole, trust)])
        assert found[1] == "UNKNOWN_ISSUER"

    def test_of_issuers_whom_nobody_names_are_unknown(
        self, modules: Page, own_bank: Bank, whole: str
    ) -> None:
        anchors = {"attesters": [], "pinned": [], "methods": ["licence"]}
        [found] = judged(modules, [Case(whole, own_bank.trust(anchors=anchors))])
        assert found[1] == "UNKNOWN_ISSUER"


class TestLog:
    def test_is_trusted_by_its_key_and_by_witnesses_other_than_its_own(
        self, modules: Page, own_bank: Bank, whole: str
    ) -> None:
        origin, receipt = own_bank.log.origin, json.loads(whole)
        cosigned = []
        for name in ("other.example/witness", f"{origin}/witness", origin):
            note = parse_note(receipt["proof"]["checkpoint"])
            note = cosign_note(note, name=name, signer=THIEF, now=NOW)
            changed = receipt | {"proof": receipt["proof"] | {"checkpoint": note.dump()}}
            key = witness_key(name, THIEF.public).text
            trust = {"witnesses": [key], "threshold": 1}
            cosigned.append(Case(json.dumps(changed), own_bank.trust(log=trust)))
        logs = [log_key(origin, THIEF.public).text]
        cases = [
            *cosigned,
            Case(whole, cosigned[0].trust),
            Case(whole, own_bank.trust(log={"logs": logs})),
        ]
        found = [reasons[2] for reasons in judged(modules, cases)]
        assert found == ["", *["NOT_WITNESSED"] * 3, "LOG_UNKNOWN"]

    def test_with_two_histories_is_forked(self, modules: Page, tmp_path: Path) -> None:
        bank = open_bank(tmp_path)
        text = receipt_file(bank.issue(CONTENT, name="statement.json")).read_text()
        notes = []
        for name, key in (("forged", THIEF), ("hidden", bank.key)):
            log = open_log(tmp_path / name, origin=bank.log.origin, signer=key)
            log.append(Entry(name, NOW, BANK, {}), now=NOW)
            notes.append(log.checkpoint())
        seen = ([], notes[:1], notes, notes[::-1])
        cases = [Case(text, bank.trust(checkpoints=checkpoints)) for checkpoints in seen]
        found = [reasons[2] for reasons in judged(modules, cases)]
        assert found == ["", "", "LOG_FORKED", "LOG_FORKED"]


class TestStatusLists:
    def test_are_judged_alike(self, modules: Page, own_bank: Bank, whole: str) -> None:
        key, day = own_bank.key, timedelta(days=1)
        revoked = {PLACE: Standing(State.REVOKED, "fraud")}
        lists = {
            "": [status_list(key=key)],
            "REVOKED": [status_list(key=key), status_list(revoked, key=key, number=2)],
            "SUPERSEDED": [status_list({PLACE: Standing(State.SUPERSEDED, "5" * 32)}, key=key)],
            "STATUS_STALE": [status_list(key=key, at=NOW - day - timedelta(seconds=1))],
            "STATUS_CHANGED": [status_list(key=THIEF)],
            "STATUS_MISSING": [status_list(key=key, list_id="1" * 32)],
            "status_invalid": [b"{}"],
        }
        cases = [Case(whole, own_bank.trust(), given) for given in lists.values()]
        assert [found[-1] for found in judged(modules, cases)] == list(lists)

    @pytest.mark.parametrize("number", [20, pytest.param(1000, marks=pytest.mark.soak)])
    def test_damaged_anywhere_are_judged_alike(
        self, modules: Page, own_bank: Bank, whole: str, number: int
    ) -> None:
        rng = random.Random(20260302)  # noqa: S311 - which damage, not a secret
        standings = {PLACE + 1: Standing(State.REVOKED, "fraud")}
        listed = json.loads(status_list(standings, key=own_bank.key))
        given = [damaged(listed, rng).encode() for _ in range(number)]
        found = judged(modules, [Case(whole, own_bank.trust(), [one]) for one in given])
        assert len({reasons[-1] for reasons in found}) > 1

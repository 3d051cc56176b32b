"""The firms of the demo: keys in a wallet of its own, vouched for at the counter, and authorisations that they sign.

Each function runs in the home of whose act it is, by the same use cases as the commands, for many firms at once.
Statements go from one to the next as texts.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import now_in_china
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.uscc import USCC, InvalidUSCC

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shuxin.kernel.statements import Statement

_DEPARTMENT = "澜坪农商银行"
_CODE_LENGTH, _MONTHS_OF_BILLS = 18, 12
_EVIDENCE = "演示:政务服务中心窗口查验营业执照"
_REASONS = {"credit_decision": "申请流动资金贷款", "post_loan": "贷后管理,用于模型检验"}


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan as the bank's own ledger has it."""

    code: str
    name: str
    drawn_on: dt.date
    is_bad: bool
    fen: int


def applicants(imports: Path) -> list[tuple[str, str]]:
    """Credit code and name of this month's applicants whose code is whole, in the bank's order."""
    rows = _rows(imports, "贷款申请.csv")
    found = {row["申请人代码"]: row["申请人"] for row in rows if _is_code(row["申请人代码"])}
    return [(code, name.strip()) for code, name in found.items() if name.strip()]


def applications(imports: Path) -> list[tuple[str, int]]:
    """Credit code and fen asked for of each firm's first application of this month, in the bank's order."""
    found: dict[str, int] = {}
    for row in _rows(imports, "贷款申请.csv"):
        if _is_code(row["申请人代码"]):
            found.setdefault(row["申请人代码"], round(float(row["申请金额"]) * 100))
    return list(found.items())


def loans(imports: Path) -> list[Loan]:
    """Of firms whose code is whole."""
    return [
        Loan(
            row["借款人代码"],
            row["借款人"].strip(),
            dt.date.fromisoformat(row["放款日"]),
            row["是否违约"].strip() == "是",
            round(float(row["放款金额"]) * 100),
        )
        for row in _rows(imports, "贷款台账.csv")
        if _is_code(row["借款人代码"])
    ]


def _rows(imports: Path, file: str) -> list[dict[str, str]]:
    text = (imports / _DEPARTMENT / file).read_text(encoding="gb18030")
    return list(csv.DictReader(io.StringIO(text)))


def _is_code(text: str) -> bool:
    try:
        USCC(text)
    except InvalidUSCC:
        return False
    return len(text) == _CODE_LENGTH


def tourist(imports: Path) -> tuple[str, str]:
    """The firm that the person plays: an applicant, an enterprise, with a power bill for most months.

    Raises LookupError.
    """
    (bills,) = (imports / "澜坪供电公司").glob("*.csv.gz")
    with gzip.open(bills, "rt", encoding="utf-8-sig", errors="replace") as file:
        named = Counter(row.get("用电客户", "") for row in csv.DictReader(file))
    for code, name in applicants(imports):
        is_enterprise = not USCC(code).is_individual_business
        if is_enterprise and named[name] >= _MONTHS_OF_BILLS:
            return code, name
    raise LookupError("no applicant has power bills")


def held_out(found: Iterable[Loan], *, first: dt.date, last: dt.date) -> dict[str, Loan]:
    """The first loan of each firm in ``[first, last)``, but of those with an earlier one none.

    They are what a card of earlier loans has not seen.
    """
    ordered = sorted(found, key=lambda loan: (loan.drawn_on, loan.code))
    before = {loan.code for loan in ordered if loan.drawn_on < first}
    result: dict[str, Loan] = {}
    for loan in ordered:
        if first <= loan.drawn_on < last and loan.code not in before and loan.name:
            result.setdefault(loan.code, loan)
    return result


def make_keys(*, wallet: str, firms: Sequence[Sequence[str]]) -> list[str]:
    """Requests to bind new keys of these firms (code, name); the keys stay in the wallet."""
    from shuxin.kernel.signing import Algorithm
    from shuxin.parties.api import Claim, KeyRole, Wallet, new_private_key, sign_claim

    held, requests = Wallet(Path(wallet)), []
    for code, name in firms:
        key = new_private_key(Algorithm.ED25519)
        claim = Claim(
            party=f"uscc:{code}",
            kind=_kind(code),
            name=name,
            public=key.public,
            label="demo",
            roles=(KeyRole.SUBJECT,),
            on_behalf="",
        )
        held.keep(key, claim=claim, passphrase=None)
        requests.append(sign_claim(claim, signer=key).dump().decode())
    return requests


def attest(*, requests: Sequence[str], days: int = 365) -> list[str]:
    """At the counter: register each firm, vouch for its key; the requests and the bindings."""
    from shuxin.parties.api import Check, Method, attest_key, proof_by, read_claim
    from shuxin.portal.bootstrap import journal_of, operator, own_signer, start

    settings = start()
    now, by = now_in_china().replace(microsecond=0), operator()
    signer, journal = own_signer(settings), journal_of(settings)
    proof, said = proof_by(Method.COUNTER, environment={}), []
    for text in requests:
        request = parse_statement(text.encode())
        _register(read_claim(request), by=by, journal=journal, now=now)
        binding = attest_key(
            request,
            check=Check(proof, _EVIDENCE.encode()),
            valid_from=now,
            valid_to=now + dt.timedelta(days=days),
            signer=signer,
            by=by,
            journal=journal,
            now=now,
        )
        said += [text, binding.dump().decode()]
    return said


def _register(claim: Any, *, by: str, journal: Any, now: dt.datetime) -> None:
    """A firm comes once; a second key of it needs no second registration."""
    from shuxin.parties.api import (
        PartyNotRegistered,
        confirm_registration,
        register_organisation,
        registration,
    )

    try:
        registration(claim.party)
    except PartyNotRegistered:
        register_organisation(
            code=USCC(claim.party.removeprefix("uscc:")),
            kind=claim.kind,
            name=claim.name,
            register=None,
            by=by,
            journal=journal,
            now=now,
        )
        confirm_registration(party=claim.party, by=by, journal=journal, now=now)


def take_keys(*, statements: Sequence[str]) -> int:
    """At the platform: into the directory, and its next number published; the number."""
    from shuxin.parties.api import keep_statements, publish_directory, read_trust
    from shuxin.portal.bootstrap import journal_of, operator, own_signer, start

    settings, now = start(), now_in_china()
    journal, by = journal_of(settings), operator()
    keep_statements(
        [parse_statement(text.encode()) for text in statements],
        anchors=read_trust(settings.home),
        by=by,
        journal=journal,
        now=now,
    )
    head, lines = publish_directory(signer=own_signer(settings), by=by, journal=journal, now=now)
    for _ in lines:
        pass
    return head.number


def propose(
    *, subjects: Sequence[str], asked: Sequence[Mapping[str, Any]], purpose: str, days: int
) -> list[str]:
    """At the bank: what it asks each firm, one signed request for each holder.

    asked: ``holder``, ``catalogues``, ``level``, ``uses``, ``first`` and ``last`` day of the data.
    """
    from shuxin.consent.api import Authorisation, Proposal, Purpose, read_proposal
    from shuxin.portal.bootstrap import holder, own_signer, start

    settings = start()
    own, signer = holder(settings).party, own_signer(settings)
    now, said = now_in_china().replace(microsecond=0), []
    for subject in subjects:
        for one in asked:
            terms = Authorisation(
                subject=subject,
                grantee=own,
                holders=(one["holder"],),
                purpose=Purpose.parse(purpose),
                catalogues=tuple(one["catalogues"]),
                level_max=one["level"],
                data_from=dt.date.fromisoformat(one["first"]),
                data_to=dt.date.fromisoformat(one["last"]),
                valid_from=now,
                valid_to=now + dt.timedelta(days=days),
                max_uses=one["uses"],
                text_hash="",
                language="zh",
                signed_at=now,
            )
            statement = Proposal(terms, _REASONS[purpose], now).sign(signer=signer)
            read_proposal(statement)
            said.append(statement.dump().decode())
    return said


def receive(*, proposals: Sequence[str]) -> list[str]:
    """At the platform: into the firms' inboxes; the ids of the requests."""
    from shuxin.consent.api import ask
    from shuxin.portal.bootstrap import HeldKeys, start

    settings, now = start(), now_in_china()
    keys = HeldKeys(settings.home)
    return [ask(_statement(text), keys=keys, now=now) for text in proposals]


def agree(*, wallet: str, proposals: Sequence[str]) -> list[str]:
    """On the firms' device: each reads, and signs what was asked with its own key."""
    from shuxin.consent.api import offer, read_proposal
    from shuxin.parties.api import Wallet

    held = Wallet(Path(wallet))
    keys = {key.claim.party: held.open(key, passphrase=None) for key in held.held()}
    now, said = now_in_china().replace(microsecond=0), []
    for text in proposals:
        made = offer(read_proposal(_statement(text)), language="zh", now=now)
        said.append(made.terms.sign(signer=keys[made.terms.subject]).dump().decode())
    return said


def grant(*, ids: Sequence[str], statements: Sequence[str]) -> int:
    """At the platform: the firms' answers, each judged as any; how many."""
    from shuxin.consent.api import grant as taken
    from shuxin.portal.bootstrap import HeldKeys, start

    settings, now = start(), now_in_china()
    keys = HeldKeys(settings.home)
    for request, text in zip(ids, statements, strict=True):
        taken(request, _statement(text), keys=keys, now=now)
    return len(ids)


def open_accounts(*, accounts: Sequence[Mapping[str, Any]]) -> int:
    """At any site: the accounts of the demo."""
    from shuxin.parties.api import accounts as room
    from shuxin.portal.bootstrap import start

    settings = start()
    wanted = [
        room.DemoAccount(one["name"], one["party"], tuple(one["roles"]), one["password"])
        for one in accounts
    ]
    room.open_demo_accounts(wanted, settings=settings, now=now_in_china())
    return len(wanted)


def own_bases(*, purpose: str) -> dict[str, str]:
    """At a holder: the newest basis of its own work for a purpose, and of joint work; "" where there is none."""
    from shuxin.consent.api import Purpose, bases, joint_bases
    from shuxin.portal.bootstrap import HeldKeys, holder, start

    settings = start()
    party, keys, wanted = holder(settings).party, HeldKeys(settings.home), Purpose.parse(purpose)
    own = [one.basis_id for one in bases(holder=party, purpose=wanted, keys=keys)]
    joint = [o.basis_id for o in joint_bases(holder=party, keys=keys) if o.purpose is wanted]
    return {"own": next(iter(own), ""), "joint": next(iter(joint), "")}


def followed() -> dict[str, int]:
    """At a node: the newest directory and list of withdrawals that came over the link, and authorisations."""
    from shuxin.portal.bootstrap import start
    from shuxin.portal.linking.api import link_state

    found = link_state(start())
    if found is None:
        return {"directory": 0, "status": 0, "grants": 0}
    return {
        "directory": found.directory_number,
        "status": found.status_number,
        "grants": found.grants,
    }


def _statement(text: str) -> Statement:
    return parse_statement(text.encode())


def _kind(code: str) -> Any:
    from shuxin.parties.api import PartyKind

    is_individual = USCC(code).is_individual_business
    return PartyKind.INDIVIDUAL_BUSINESS if is_individual else PartyKind.ENTERPRISE

"""Applications in the small marketplace of ``tests.market.shelf_world``: opened, answered, accepted by a real key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.market.shelf_world import (
    BANK,
    DAY,
    FIRM,
    NOW,
    PRODUCT,
    chosen,
    firm,
    online_product,
    published,
)

from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import sign_statement
from shuxin.lending.api import (
    ACCEPTANCE,
    Answer,
    DeclineReason,
    Verdict,
    acceptance_body,
    application,
    make_offer,
    open_application,
    step_application,
)
from shuxin.parties.api import KeyProblem, KeyRole, KnownKey, PartyKind

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.kernel.statements import Statement
    from shuxin.market.api import ProductTerms

AMOUNT, MONTHS = 50_000_000, 12
PHONE, OTHER_PHONE = Ed25519Key(b"p" * 32), Ed25519Key(b"q" * 32)
REASON = DeclineReason("debt", "负债较高", "high debt")


@dataclass(frozen=True)
class OneKey:
    """A directory that knows one key of one party."""

    party: str = FIRM
    key: Ed25519Key = PHONE
    role: KeyRole = KeyRole.SUBJECT

    def who_signed(
        self, statement: Statement, *, party: str, seen_at: dt.datetime
    ) -> KnownKey | KeyProblem:
        if party != self.party:
            return KeyProblem.OTHER_PARTY
        if not statement.signed_by(self.key.public):
            return KeyProblem.SIGNATURE
        return known_key(self.party, self.key, self.role, seen_at)

    def mandate(self, _: KnownKey) -> None:
        return None


def known_key(party: str, key: Ed25519Key, role: KeyRole, at: dt.datetime) -> KnownKey:
    return KnownKey(
        party=party,
        kind=PartyKind.ENTERPRISE,
        name="",
        public=key.public,
        label="",
        roles=frozenset({role}),
        valid_from=at,
        valid_to=at + DAY,
    )


def opened(lender: str = BANK, demand: str = "", **terms: Any) -> str:
    """A draft to this lender."""
    product = online_product(lender, **terms)
    referral = chosen(demand or published(), product)
    return open_application(
        referral, amount_fen=AMOUNT, term_months=MONTHS, doer=firm(), now=NOW, request_id=""
    )


def submitted(lender: str = BANK, demand: str = "", **terms: Any) -> str:
    key = opened(lender, demand, **terms)
    step_application(key, "submit", doer=firm(), now=NOW)
    return key


def approval(
    mark: str = "a", *, amount: int = AMOUNT, now: dt.datetime = NOW, terms: ProductTerms = PRODUCT
) -> Answer:
    offer = make_offer(terms=terms, amount_fen=amount, rate_bp=400, term_months=MONTHS, now=now)
    return Answer(Verdict.APPROVE, mark * 64, offer=offer, seconds=1.5)


def decline(mark: str = "d") -> Answer:
    return Answer(Verdict.DECLINE, mark * 64, reasons=(REASON,))


def referral_to_person(mark: str = "e") -> Answer:
    return Answer(Verdict.REFER, mark * 64)


def question(mark: str = "f") -> Answer:
    return Answer(Verdict.NEED_INFORMATION, mark * 64, question="请提供采购合同")


def acceptance(
    key: str, *, moment: dt.datetime = NOW, signer: Ed25519Key = PHONE, **changed: str
) -> Statement:
    body = acceptance_body(application(key, viewer=FIRM), at=moment)
    return sign_statement(ACCEPTANCE, {**body, **changed}, signer=signer)

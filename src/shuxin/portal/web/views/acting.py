"""In whose name somebody acts on the financing pages: the own enterprise, or as an agent one whose mandate counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.errors import InvalidInput, NotPermitted
from shuxin.kernel.machine import Actor
from shuxin.kernel.text import Text
from shuxin.kernel.uscc import USCC, InvalidUSCC
from shuxin.parties.api import KeyRole, organisation_id

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from django.http import HttpRequest

    from shuxin.market.api import Doer
    from shuxin.parties.api import Mandate, accounts

_CHOSEN = "financing_firm"
_OWNERS = frozenset({KeyRole.SUBJECT, KeyRole.LEGAL_REPRESENTATIVE})


class NobodyChosen(NotPermitted):
    """The agent has not said yet for whom it acts."""

    code = "financing_firm_not_chosen"
    what = Text(en="it is not said for which enterprise you act", zh="尚未选择被代理的企业")
    mend = Text(en="Choose the enterprise first", zh="请先选择要代办的企业")


class FirmCodeWrong(InvalidInput):
    code = "financing_firm_code_wrong"
    what = Text(en="this is not a credit code", zh="统一社会信用代码有误")
    mend = Text(
        en="Compare the 18 signs with the business licence", zh="请对照营业执照核对 18 位代码"
    )


class NotItsAgent(NotPermitted):
    code = "financing_no_mandate"
    what = Text(
        en="no mandate lets you act for this enterprise now", zh="您没有该企业当前有效的授权委托"
    )
    mend = Text(
        en="Ask the enterprise to sign a mandate for credit decisions in your name",
        zh="请该企业签署以您为受托人、用途包含授信决策的授权委托书",
    )


@dataclass(frozen=True, slots=True)
class Directories:
    """Mandates as this platform's directory has them, read at each question."""

    home: Path

    def mandate_of(self, *, party: str, person: str, at: datetime, purpose: str) -> Mandate | None:
        from shuxin.parties.api import directory_of, read_trust  # noqa: PLC0415 - needs the database

        directory = directory_of(party, anchors=read_trust(self.home))
        found: Mandate | None = directory.mandate_of(
            party=party, person=person, at=at, purpose=purpose
        )
        return found


@dataclass(frozen=True, slots=True)
class Acting:
    """firm: in whose name. is_agent: another one does it for the firm, and every page says so."""

    person: accounts.Person
    firm: str
    name: str
    is_agent: bool

    @property
    def code(self) -> str:
        return self.firm.removeprefix("uscc:")

    @property
    def doer(self) -> Doer:
        from shuxin.market.api import Doer  # noqa: PLC0415 - needs the database
        from shuxin.portal.bootstrap import journal_of  # noqa: PLC0415 - loads the log

        settings = settings_from_environment()
        return Doer(
            actor=Actor.AGENT if self.is_agent else Actor.ENTERPRISE,
            party=self.firm,
            by=self.person.name,
            journal=journal_of(settings),
            person=self.person.party if self.is_agent else "",
            mandates=Directories(settings.home) if self.is_agent else None,
        )


def is_owner(person: accounts.Person) -> bool:
    """Whether the account speaks for its own enterprise, and not as an agent for others."""
    return bool(person.roles & _OWNERS)


def acting(request: HttpRequest, person: accounts.Person, *, now: datetime) -> Acting:
    """Raises NobodyChosen, NotItsAgent: an agent is asked for its mandate each time."""
    if is_owner(person):
        return Acting(person, person.party, _name(person.party), is_agent=False)
    firm = str(request.session.get(_CHOSEN, ""))
    if not firm:
        raise NobodyChosen
    require_mandate(person, firm, now=now)
    return Acting(person, firm, _name(firm), is_agent=True)


def choose_firm(request: HttpRequest, person: accounts.Person, code: str, *, now: datetime) -> None:
    """Remember in this session for whom the agent acts. Raises FirmCodeWrong, NotItsAgent."""
    try:
        firm = organisation_id(USCC(code.strip().upper()))
    except InvalidUSCC:
        raise FirmCodeWrong from None
    require_mandate(person, firm, now=now)
    request.session[_CHOSEN] = firm


def require_mandate(person: accounts.Person, firm: str, *, now: datetime) -> None:
    """Raises NotItsAgent."""
    from shuxin.consent.api import Purpose  # noqa: PLC0415 - needs the database

    mandates = Directories(settings_from_environment().home)
    purpose = Purpose.CREDIT_DECISION.value
    if mandates.mandate_of(party=firm, person=person.party, at=now, purpose=purpose) is None:
        raise NotItsAgent


def _name(firm: str) -> str:
    """As the firm is known to the market, else as its keys were attested, else as registered, else its code."""
    from shuxin.market.api import firm_facts  # noqa: PLC0415 - needs the database
    from shuxin.parties.api import directory_of, read_trust  # noqa: PLC0415 - as above
    from shuxin.portal.web.views.market_words import lender_names, name_of  # noqa: PLC0415

    settings = settings_from_environment()
    known = firm_facts(firm)
    if known is not None and known.name:
        return str(known.name)
    keys = directory_of(firm, anchors=read_trust(settings.home)).keys_of(firm)
    attested = next((one.name for one in keys if one.name), "")
    return attested or name_of(firm, lender_names(settings)).removeprefix("uscc:")

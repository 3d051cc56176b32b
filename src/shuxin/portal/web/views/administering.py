"""What the pages of operation and administration share: lists, one thing with what may be done to it, forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.text import Text
from shuxin.parties.api import KeyRole, PartyKind
from shuxin.portal.web.access import Access
from shuxin.portal.web.pages import page
from shuxin.portal.web.parts.cells import said
from shuxin.portal.web.problem import refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from shuxin.kernel.errors import ShuxinError
    from shuxin.kernel.text import Language
    from shuxin.portal.web.parts import Facts, Field, Linked, Table
    from shuxin.portal.web.parts.cells import Words

PLATFORM = frozenset({PartyKind.OPERATOR})
OFFICE = frozenset({KeyRole.OFFICER})
SYSTEM_ADMINS = frozenset({KeyRole.SYSTEM_ADMIN})
SECURITY_ADMINS = frozenset({KeyRole.SECURITY_ADMIN})
AUDIT = frozenset({KeyRole.AUDITOR})
KINDS = {
    PartyKind.DEPARTMENT: Text(en="government department", zh="政府部门"),
    PartyKind.BANK: Text(en="bank", zh="银行"),
    PartyKind.GUARANTEE_COMPANY: Text(en="guarantee company", zh="融资担保公司"),
    PartyKind.UTILITY: Text(en="public utility", zh="公用事业单位"),
    PartyKind.OPERATOR: Text(en="operator of the platform", zh="平台运营方"),
    PartyKind.REGULATOR: Text(en="regulator", zh="监管部门"),
    PartyKind.ATTESTER: Text(en="attester", zh="身份核验方"),
    PartyKind.NOTARY: Text(en="notary", zh="公证方"),
    PartyKind.ENTERPRISE: Text(en="enterprise", zh="企业"),
    PartyKind.INDIVIDUAL_BUSINESS: Text(en="individual business", zh="个体工商户"),
    PartyKind.PERSON: Text(en="person", zh="自然人"),
}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that may be done on a page: a button, a dialogue that asks once more, and a form that is sent."""

    name: str
    url: str
    button: Text
    title: Text
    text: Text | None = None
    fields: Sequence[Field] = ()
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Several:
    """Words one after the other, in either language."""

    items: Sequence[Words]

    def say(self, language: Language, /) -> str:
        return ("、" if language == "zh" else ", ").join(said(one, language) for one in self.items)


def kind_text(kind: str) -> Text:
    return KINDS[PartyKind(kind)] if kind in set(PartyKind) else Text(en=kind, zh=kind)


def of_platform(*roles: frozenset[KeyRole]) -> Access:
    """A page of the operator's site, for its own people with one of these roles."""
    return Access(kinds=PLATFORM, roles=frozenset().union(*roles), own=True)


def of_every_site(*roles: frozenset[KeyRole]) -> Access:
    """A page of every institution's site, for its own people with one of these roles."""
    return Access(roles=frozenset().union(*roles), own=True)


def listed(
    request: HttpRequest, *tables: Table, title: Text, lead: Text, **more: Any
) -> HttpResponse:
    """A page of tables, or one of them as a file when that is what was asked for."""
    for table in tables:
        if table.wanted_as_file:
            return table.file()
    return page(request, "operator/list.html", title=title, lead=lead, tables=tables, **more)


def one(
    request: HttpRequest,
    *,
    title: object,
    back: Linked,
    facts: Facts,
    error: ShuxinError | None = None,
    **more: Any,
) -> HttpResponse:
    """One thing: its facts, what may be done, sections. With ``error``: why the last try was refused."""
    shown: dict[str, Any] = {"title": title, "back": back, "facts": facts} | more
    if error is not None:
        return refused(request, "operator/one.html", error, **shown)
    for _, section in more.get("sections", ()):
        if getattr(section, "wanted_as_file", False):
            answer: HttpResponse = section.file()
            return answer
    return page(request, "operator/one.html", **shown)


def form(
    request: HttpRequest,
    *,
    title: Text,
    back: Linked,
    fields: Sequence[Field],
    submit: Text,
    error: ShuxinError | None = None,
    **more: Any,
) -> HttpResponse:
    """A form on a page of its own; with ``error`` shown again with what was typed."""
    shown: dict[str, Any] = {"title": title, "back": back, "fields": fields, "submit": submit}
    shown |= more
    if error is not None:
        return refused(request, "operator/form.html", error, **shown)
    return page(request, "operator/form.html", **shown)


def shown_once(
    request: HttpRequest, *, title: Text, back: Linked, facts: Facts, lead: Text
) -> HttpResponse:
    """A code or secret that is kept as a digest only; no browser keeps the page."""
    answer = page(request, "operator/once.html", title=title, back=back, facts=facts, lead=lead)
    answer["Cache-Control"] = "no-store"
    return answer

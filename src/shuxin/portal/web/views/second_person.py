"""Acts that wait for a second person: what they say, who may decide, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.text import Text
from shuxin.parties.api import KeyRole, Step, TrustAnchors, accounts
from shuxin.portal.bootstrap import journal_of
from shuxin.portal.web.parts import Code, Column, Facts, Kind, Linked, Table
from shuxin.portal.web.routes.account import ROLES
from shuxin.portal.web.views.administering import (
    OFFICE,
    SECURITY_ADMINS,
    SYSTEM_ADMINS,
    Act,
    Several,
    shown_once,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from shuxin.kernel.text import Sayable
    from shuxin.parties.api import WaitingAct

_ADMINISTRATORS = SYSTEM_ADMINS | SECURITY_ADMINS
_DECIDE = {
    "account-invite": _ADMINISTRATORS,
    "account-reopen": _ADMINISTRATORS,
    "account-roles": _ADMINISTRATORS,
    "account-reset": _ADMINISTRATORS,
    "appoint": _ADMINISTRATORS,
    "trust": _ADMINISTRATORS,
    "institution-key": OFFICE,
    "tariff": OFFICE,
}
"""Who may see and decide which kind of act."""
TITLES = {
    "account-invite": Text(en="Invite somebody", zh="邀请人员"),
    "account-reopen": Text(en="Open an account again", zh="恢复账户"),
    "account-roles": Text(en="Change the roles of an account", zh="变更账户角色"),
    "account-reset": Text(en="New password and second factor", zh="重置密码与第二步验证"),
    "appoint": Text(en="Appoint an administrator", zh="任命管理员"),
    "trust": Text(en="Change whom this institution trusts", zh="变更信任锚"),
    "institution-key": Text(en="Take in an institution's own key", zh="收入机构密钥"),
    "tariff": Text(en="Set what one use of this holder's data costs", zh="设定本方数据的使用单价"),
}
_BY_FILE = "institution-key"
_CODE = Text(en="Code", zh="邀请码")
_OPEN_LEAD = Text(
    en="Good for one account within the hour. The person enters it at /account/open of this site.",
    zh="一小时内可开通一个账户，请本人在本站 /account/open 页面输入。",
)
_RESET_LEAD = Text(
    en="Good for one hour. The person enters it at /account/recover; password and second factor are set anew.",
    zh="一小时内有效，请本人在 /account/recover 页面输入，并重新设置密码与第二步验证。",
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What became of an act: it waits for a second person, is done, or gave a code that is shown once."""

    waits: bool = False
    code: str = ""
    reset: bool = False

    @classmethod
    def of_step(cls, step: Step) -> Agreement:
        return cls(waits=step is Step.WAITING)

    @classmethod
    def of_code(cls, code: str | None, *, reset: bool = False) -> Agreement:
        return cls(waits=code is None, code=code or "", reset=reset)


def hand_of(person: accounts.Person) -> accounts.Hand:
    """Who acts, now, into this institution's log."""
    journal = journal_of(settings_from_environment())
    return accounts.Hand(by=person.name, journal=journal, now=now_in_china())


def told(request: HttpRequest, agreement: Agreement, *, back: Linked) -> HttpResponse:
    """The code that came of it, shown once; else back to where the person was."""
    if agreement.code:
        return shown_once(
            request,
            title=Text(en="Hand over this code", zh="请交付此码"),
            back=back,
            facts=Facts([(_CODE, Code(agreement.code))]),
            lead=_RESET_LEAD if agreement.reset else _OPEN_LEAD,
        )
    done = "waiting" if agreement.waits else "agreed"
    return HttpResponseRedirect(f"{back.url}?done={done}")


def role_texts(roles: Iterable[str]) -> list[Sayable]:
    return [ROLES[KeyRole(role)] for role in roles]


def may_see(act: WaitingAct, person: accounts.Person) -> bool:
    return bool(_DECIDE.get(act.kind, frozenset()) & person.roles)


def acts_table(request: HttpRequest, person: accounts.Person) -> Table:
    from shuxin.parties.api import waiting_acts  # noqa: PLC0415 - needs the database

    rows = [
        {
            "what": act_title(act),
            "url": f"/acts/{act.number}",
            "by": act.by,
            "at": act.at,
            "until": act.until,
        }
        for act in waiting_acts(now=now_in_china())
        if may_see(act, person)
    ]
    return Table.shown(
        request,
        name="acts",
        columns=(
            Column("what", Text(en="Act", zh="事项"), link="url"),
            Column("by", Text(en="Stated by", zh="提出人")),
            Column("at", Text(en="Stated", zh="提出时间"), kind=Kind.TIME),
            Column("until", Text(en="Lapses", zh="失效时间"), kind=Kind.TIME),
        ),
        rows=rows,
        empty=Text(en="Nothing waits for a second person.", zh="暂无待复核事项。"),
    )


def act_title(act: WaitingAct) -> Text:
    return TITLES[act.kind]


def act_facts(act: WaitingAct) -> Facts:
    facts: list[tuple[Text, Any]] = [
        (Text(en="Stated by", zh="提出人"), act.by),
        (Text(en="Stated", zh="提出时间"), act.at),
        (Text(en="Lapses", zh="失效时间"), act.until),
    ]
    return Facts(facts + (_trust_facts(act) if act.kind == "trust" else _content_facts(act)))


def _content_facts(act: WaitingAct) -> list[tuple[Text, Any]]:
    said = act.content
    names = {
        "name": Text(en="Account", zh="账户"),
        "party": Text(en="Acts for", zh="所属主体"),
        "institution": Text(en="Institution", zh="机构"),
        "person": Text(en="Who it is", zh="人员编号"),
        "member": Text(en="Who it is", zh="人员编号"),
        "statements": Text(en="Statements in the file", zh="文件中的声明"),
        "catalogue": Text(en="Catalogue", zh="目录"),
        "purpose": Text(en="Purpose", zh="目的"),
        "fen": Text(en="Fen for one use", zh="单价（分/次）"),
        "valid_from": Text(en="From", zh="生效日"),
    }
    found = [
        (text, _coded(said[name]))
        for name, text in names.items()
        if said.get(name) not in (None, "", [])
    ]
    roles = said.get("roles") or [said["role"]] if "role" in said else said.get("roles")
    if roles:
        found.append((Text(en="As", zh="角色"), Several(role_texts(map(str, roles)))))  # type: ignore[arg-type]
    return found


def _coded(value: object) -> object:
    return [Code(str(one)[:16]) for one in value] if isinstance(value, list) else Code(str(value))


def _trust_facts(act: WaitingAct) -> list[tuple[Text, Any]]:
    """What would change, against the anchors as they are now."""
    from shuxin.parties.api import read_trust  # noqa: PLC0415 - needs the database

    held = read_trust(settings_from_environment().home)
    stated = TrustAnchors.parse(str(act.content["anchors"]).encode())
    before, after = _anchors(held), _anchors(stated)
    none = Text(en="nobody", zh="无")
    return [
        (
            Text(en="Trusted from then on", zh="新增信任"),
            Several(sorted(after - before)) if after - before else none,
        ),
        (
            Text(en="No longer trusted", zh="取消信任"),
            Several(sorted(before - after)) if before - after else none,
        ),
    ]


def _anchors(found: TrustAnchors) -> set[str]:
    pinned = {f"{one.name} ({one.party}) {one.public.key_id}" for one in found.pinned}
    attesters = {f"{one.party} {one.public.key_id} *" for one in found.attesters}
    return pinned | attesters | {str(method.value) for method in found.methods}


def act_choices(act: WaitingAct, person: accounts.Person) -> list[Act]:
    """Nobody is the second person of its own act, nor of one about its own account."""
    own = act.by == person.name or act.content.get("name") == person.name
    if own or act.kind == _BY_FILE or not may_see(act, person):
        return []
    return [
        Act(
            name="agree",
            url=f"/acts/{act.number}/agree",
            button=Text(en="Agree", zh="同意"),
            title=Text(en="Agree to this act?", zh="同意该事项？"),
            text=Text(
                en="It takes effect at once. Both names stand in the log.",
                zh="同意后即时生效，双方账户均记入日志。",
            ),
        )
    ]


def act_note(act: WaitingAct, person: accounts.Person) -> Text:
    if act.by == person.name:
        return Text(
            en="You stated this; another person must agree.", zh="该事项由您提出，须由他人复核。"
        )
    if act.kind == _BY_FILE:
        return Text(
            en="To agree, hand in the same file under 'Parties and keys': only who holds it can compare it.",
            zh="如同意，请在“主体与密钥”提交同一文件：须由持有文件者核对。",
        )
    return Text(
        en="If you do not agree, do nothing: it lapses.", zh="如不同意，无需操作，到期自动失效。"
    )


def agreed(act: WaitingAct, *, hand: accounts.Hand) -> Agreement:
    """State the very same act as the second person. Raises SamePerson, ActDone, and what the act itself raises."""
    from shuxin.parties.api import agree_to_anchors, appoint  # noqa: PLC0415 - needs the database

    said: dict[str, Any] = dict(act.content)
    if act.kind == "account-invite":
        return Agreement.of_code(accounts.invite_privileged(hand=hand, **said))
    if act.kind == "account-reset":
        return Agreement.of_code(accounts.reset_account(hand=hand, **said), reset=True)
    if act.kind == "account-reopen":
        return Agreement.of_step(accounts.reopen_account(hand=hand, **said))
    if act.kind == "account-roles":
        return Agreement.of_step(accounts.change_roles(hand=hand, **said))
    plain: dict[str, Any] = {"by": hand.by, "journal": hand.journal, "now": hand.now}
    if act.kind == "tariff":
        from shuxin.market.api import agree_to_price  # noqa: PLC0415 - needs the database

        return Agreement.of_step(agree_to_price(act.number, **plain))
    if act.kind == "appoint":
        said["role"] = KeyRole(said["role"])
        return Agreement.of_step(appoint(**said, **plain))
    home = settings_from_environment().home
    return Agreement.of_step(agree_to_anchors(said["anchors"], home=home, **plain))

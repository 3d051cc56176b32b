"""Who may open a page: declared above each view, so that a test can ask every view, and nothing is open by default."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.http import HttpResponseRedirect

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.errors import NotPermitted
from shuxin.kernel.text import Text
from shuxin.parties.api import KeyRole, PartyKind, read_trust
from shuxin.portal.bootstrap import HolderIdentity, NotSetUp, holder
from shuxin.portal.web.pages import signed_in_account
from shuxin.portal.web.problem import NoSuchPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from shuxin.parties.api import accounts

    View = Callable[..., HttpResponse]


class RoleNeeded(NotPermitted):
    code = "role_needed"
    what = Text(en="this page is for other roles", zh="您的角色无权访问该页面")
    mend = Text(
        en="Sign in with an account that has the role, or ask the system administrator",
        zh="请使用具有相应角色的账户登录，或联系系统管理员",
    )


@dataclass(frozen=True, slots=True)
class Access:
    """Who may open a page (访问范围).

    kinds: of the institutions on whose sites the page exists; empty: on every site. roles: one of them is needed;
    empty: any. own: only people of the site's own institution. guests: only people of other institutions of these
    kinds, as this site's trust file has them. public: strangers too; then roles, own and guests are unused.
    """

    kinds: frozenset[PartyKind] = frozenset()
    roles: frozenset[KeyRole] = frozenset()
    own: bool = False
    guests: frozenset[PartyKind] = frozenset()
    public: bool = False

    def exists_on(self, found: HolderIdentity | None) -> bool:
        """Whether the page exists on this institution's site; None: a home that is nobody's yet."""
        return not self.kinds or (found is not None and PartyKind(found.kind) in self.kinds)

    def admits(self, person: accounts.Person | None, found: HolderIdentity | None) -> bool:
        """Whether this person, None for a stranger, may open the page on this site."""
        if not self.exists_on(found):
            return False
        if self.public:
            return True
        if person is None or (self.roles and not person.roles & self.roles):
            return False
        if self.guests and kind_of(person.party) not in self.guests:
            return False
        return not self.own or (found is not None and person.party == found.party)


def kind_of(party: str) -> PartyKind | None:
    """Of an institution that this site trusts by its own file; None for everybody else."""
    pinned = read_trust(settings_from_environment().home).pinned
    return next((one.kind for one in reversed(pinned) if one.party == party), None)


_HOLDERS = frozenset({PartyKind.DEPARTMENT, PartyKind.UTILITY, PartyKind.BANK})
_OFFICER = frozenset({KeyRole.OFFICER})
_PLATFORM = frozenset({PartyKind.OPERATOR})
PUBLIC = Access(public=True)
SIGNED_IN = Access()
SUBJECTS = Access(
    roles=frozenset({KeyRole.SUBJECT, KeyRole.LEGAL_REPRESENTATIVE, KeyRole.AGENT}),
)
BANK_OFFICERS = Access(kinds=frozenset({PartyKind.BANK}), roles=_OFFICER, own=True)
DATA_OFFICERS = Access(kinds=_HOLDERS, roles=_OFFICER, own=True)
NODE_OFFICERS = Access(kinds=_HOLDERS | {PartyKind.NOTARY}, roles=_OFFICER, own=True)
GOVERNMENT = Access(
    kinds=_PLATFORM,
    roles=_OFFICER,
    guests=frozenset({PartyKind.DEPARTMENT, PartyKind.REGULATOR}),
)
"""Officers of departments, signed in on the platform."""
OPERATORS = Access(kinds=_PLATFORM, roles=_OFFICER | {KeyRole.SYSTEM_ADMIN}, own=True)
SYSTEM = Access(roles=frozenset({KeyRole.SYSTEM_ADMIN}), own=True)
SECURITY = Access(roles=frozenset({KeyRole.SECURITY_ADMIN}), own=True)
AUDITORS = Access(roles=frozenset({KeyRole.AUDITOR}), own=True)


def open_to(access: Access) -> Callable[[View], View]:
    """The view gets the person as its second argument, unless the page is public.

    Where the page does not exist the answer is 404; strangers sign in first and come back; others get 403.
    """

    def decorated(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            found = site(request)
            if not access.exists_on(found):
                raise NoSuchPage
            if access.public:
                return view(request, *args, **kwargs)
            person = signed_in_account(request)
            if person is None:
                return HttpResponseRedirect(f"/sign-in?next={_back(request)}")
            if not access.admits(person, found):
                raise RoleNeeded
            return view(request, person, *args, **kwargs)

        answered.__dict__["access"] = access
        return answered

    return decorated


def site(request: HttpRequest) -> HolderIdentity | None:
    """Whose site this is, None while the home is nobody's; read once a request."""
    if not hasattr(request, "shuxin_site"):
        try:
            found = holder(settings_from_environment())
        except NotSetUp:
            found = None
        request.shuxin_site = found  # type: ignore[attr-defined]
    return request.shuxin_site  # type: ignore[attr-defined,no-any-return]


def _back(request: HttpRequest) -> str:
    return quote(request.get_full_path() if request.method == "GET" else "/")

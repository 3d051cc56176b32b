"""Sign-in for the rooms above: ``from shuxin.parties.api import accounts``, then ``accounts.check_password(...)``.

A name's module is imported when the name is first asked for: most need Django set up, ``Scoped`` and
``Public`` need django-ninja, the two responses need Authlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shuxin.parties.accounts.administering import (
        AccountView,
        Hand,
        all_accounts,
        change_roles,
        invite_first,
        invite_privileged,
        reopen_account,
        reset_account,
        shut_account,
    )
    from shuxin.parties.accounts.authorization import revocation_response, token_response
    from shuxin.parties.accounts.clients import (
        Caller,
        ClientView,
        NewClient,
        Scope,
        ScopeMissing,
        TokenRefused,
        clients,
        register_client,
        revoke_client,
    )
    from shuxin.parties.accounts.development import DemoAccount, open_demo_accounts
    from shuxin.parties.accounts.devices import DEVICE_LASTS, new_device
    from shuxin.parties.accounts.events import DoorEvent, DoorView, door_events
    from shuxin.parties.accounts.guards import Public, Scoped
    from shuxin.parties.accounts.keys import AccountKeys, network_of
    from shuxin.parties.accounts.lockout import SignInLocked, TooOften
    from shuxin.parties.accounts.opening import (
        change_password,
        invite,
        open_account,
        recover_account,
    )
    from shuxin.parties.accounts.rate import TRIES_BY_ADDRESS, take
    from shuxin.parties.accounts.refusals import SecondFactorRefused, SignInRefused
    from shuxin.parties.accounts.second_factor import (
        authenticator_uri,
        set_second_factor,
    )
    from shuxin.parties.accounts.sessions import (
        Person,
        SessionView,
        address_of,
        await_second_factor,
        awaited_account,
        begin_session,
        end_all_sessions,
        end_session,
        keep_alive,
        offered_secret,
        person_of,
        renew_session,
        sessions_of,
        sign_out,
    )
    from shuxin.parties.accounts.signing_in import (
        PasswordRight,
        check_code,
        check_password,
        confirm_password,
    )

_LATER = {
    "administering": (
        "AccountView",
        "Hand",
        "all_accounts",
        "change_roles",
        "invite_first",
        "invite_privileged",
        "reopen_account",
        "reset_account",
        "shut_account",
    ),
    "authorization": ("revocation_response", "token_response"),
    "clients": (
        "Caller",
        "ClientView",
        "NewClient",
        "Scope",
        "ScopeMissing",
        "TokenRefused",
        "clients",
        "register_client",
        "revoke_client",
    ),
    "development": ("DemoAccount", "open_demo_accounts"),
    "devices": ("DEVICE_LASTS", "new_device"),
    "events": ("DoorEvent", "DoorView", "door_events"),
    "guards": ("Public", "Scoped"),
    "keys": ("AccountKeys", "network_of"),
    "lockout": ("SignInLocked", "TooOften"),
    "opening": ("change_password", "invite", "open_account", "recover_account"),
    "rate": ("TRIES_BY_ADDRESS", "take"),
    "refusals": ("SecondFactorRefused", "SignInRefused"),
    "second_factor": ("authenticator_uri", "set_second_factor"),
    "sessions": (
        "Person",
        "SessionView",
        "address_of",
        "await_second_factor",
        "awaited_account",
        "begin_session",
        "end_all_sessions",
        "end_session",
        "keep_alive",
        "offered_secret",
        "person_of",
        "renew_session",
        "sessions_of",
        "sign_out",
    ),
    "signing_in": ("PasswordRight", "check_code", "check_password", "confirm_password"),
}
_HOME = {name: module for module, names in _LATER.items() for name in names}


def __getattr__(name: str) -> Any:
    """Raises AttributeError."""
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"shuxin.parties.accounts.{_HOME[name]}"), name)


__all__ = [
    "DEVICE_LASTS",
    "TRIES_BY_ADDRESS",
    "AccountKeys",
    "AccountView",
    "Caller",
    "ClientView",
    "DemoAccount",
    "DoorEvent",
    "DoorView",
    "Hand",
    "NewClient",
    "PasswordRight",
    "Person",
    "Public",
    "Scope",
    "ScopeMissing",
    "Scoped",
    "SecondFactorRefused",
    "SessionView",
    "SignInLocked",
    "SignInRefused",
    "TokenRefused",
    "TooOften",
    "address_of",
    "all_accounts",
    "authenticator_uri",
    "await_second_factor",
    "awaited_account",
    "begin_session",
    "change_password",
    "change_roles",
    "check_code",
    "check_password",
    "clients",
    "confirm_password",
    "door_events",
    "end_all_sessions",
    "end_session",
    "invite",
    "invite_first",
    "invite_privileged",
    "keep_alive",
    "network_of",
    "new_device",
    "offered_secret",
    "open_account",
    "open_demo_accounts",
    "person_of",
    "recover_account",
    "register_client",
    "renew_session",
    "reopen_account",
    "reset_account",
    "revocation_response",
    "revoke_client",
    "sessions_of",
    "set_second_factor",
    "shut_account",
    "sign_out",
    "take",
    "token_response",
]

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.parties.accounts.samples import ADDRESS, BANK, NOON, PASSWORD, opened, with_second_factor

from shuxin.parties.accounts.administering import (
    Hand,
    all_accounts,
    change_roles,
    invite_first,
    invite_privileged,
    reopen_account,
    reset_account,
    shut_account,
)
from shuxin.parties.accounts.events import door_events
from shuxin.parties.accounts.models import Account, AccountAct, RecoveryCode, Session
from shuxin.parties.accounts.opening import open_account, recover_account
from shuxin.parties.accounts.refusals import (
    AccountOpen,
    AccountShut,
    AccountUnknown,
    FirstAccountExists,
    InvitationRefused,
    OwnAccount,
    SignInRefused,
    TwoPersonsNeeded,
)
from shuxin.parties.accounts.signing_in import check_password
from shuxin.parties.api import RolesNotSeparate, SamePerson
from shuxin.parties.four_eyes import Step
from shuxin.parties.journal import salted

if TYPE_CHECKING:
    from shuxin.ledger.api import Entry
    from shuxin.parties.accounts.keys import AccountKeys

pytestmark = pytest.mark.django_db
LI, WANG = "person:" + "1" * 32, "person:" + "2" * 32
NEW = "seven rivers of stone"


class Office:
    """Several people at the command line, and what they wrote into the log."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def hand(self, by: str, *, now: datetime = NOON) -> Hand:
        return Hand(by=by, journal=self.entries.append, now=now)

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.entries]

    def invited(self, person: str, *roles: str) -> str:
        asked: dict[str, Any] = {"party": BANK, "person": person, "roles": roles}
        assert invite_privileged(hand=self.hand("ana"), **asked) is None
        code = invite_privileged(hand=self.hand("bo"), **asked)
        assert code is not None
        return code

    def opened(self, name: str, person: str, *roles: str) -> int:
        return entered(self.invited(person, *roles), name)


def entered(code: str, name: str) -> int:
    return open_account(code=code, name=name, password=PASSWORD, address=ADDRESS, now=NOON)


def is_in(name: str, keys: AccountKeys, *, password: str = PASSWORD) -> bool:
    try:
        check_password(name=name, password=password, address=ADDRESS, keys=keys, now=NOON)
    except SignInRefused:
        return False
    return True


@pytest.fixture
def office() -> Office:
    return Office()


class TestInviteFirst:
    def test_is_for_the_first_system_administrator_only(self, office: Office) -> None:
        account_id = entered(invite_first(party=BANK, hand=office.hand("ana")), "root")
        account = Account.objects.get(pk=account_id)
        assert (account.roles, account.person[:7]) == (["system_admin"], "person:")
        assert office.kinds() == ["account"]
        with pytest.raises(FirstAccountExists):
            invite_first(party=BANK, hand=office.hand("ana"))

    def test_goes_on_while_nobody_used_it(self, office: Office) -> None:
        invite_first(party=BANK, hand=office.hand("ana"))
        assert invite_first(party=BANK, hand=office.hand("ana"))


class TestInvitePrivileged:
    def test_needs_two_persons(self, office: Office) -> None:
        asked: dict[str, Any] = {"party": BANK, "person": LI, "roles": ["officer"]}
        assert invite_privileged(hand=office.hand("ana"), **asked) is None
        with pytest.raises(SamePerson):
            invite_privileged(hand=office.hand("ana"), **asked)
        other = asked | {"roles": ["officer", "auditor"]}
        assert invite_privileged(hand=office.hand("bo"), **other) is None
        assert invite_privileged(hand=office.hand("bo"), **asked)

    def test_stands_in_the_log_without_saying_who_it_is(self, office: Office) -> None:
        office.invited(LI, "officer", "auditor")
        assert office.kinds() == ["four-eyes", "four-eyes", "account"]
        entry, row = office.entries[-1], AccountAct.objects.get()
        assert entry.facts == {"act": "invite", "roles": "auditor+officer"}
        fact = {"name": "", "party": BANK, "person": LI}
        assert salted(fact, salt=row.salt) in entry.commitments
        assert all(LI.encode() not in one.data for one in office.entries)

    @pytest.mark.parametrize("second", ["security_admin", "auditor"])
    def test_one_person_does_not_unite_administrations_in_two_accounts(
        self, office: Office, second: str
    ) -> None:
        office.opened("li", LI, "system_admin")
        with pytest.raises(RolesNotSeparate):
            office.invited(LI, second)
        assert office.invited(LI, "officer")
        assert office.invited(WANG, second)

    def test_nor_by_two_codes_that_wait_at_once(self, office: Office) -> None:
        first, second = office.invited(LI, "system_admin"), office.invited(LI, "auditor")
        entered(first, "li")
        with pytest.raises(RolesNotSeparate):
            entered(second, "li-2")
        assert not Account.objects.filter(name="li-2").exists()

    def test_a_shut_account_still_counts(self, office: Office) -> None:
        """It may be opened again."""
        office.opened("li", LI, "system_admin")
        shut_account(name="li", hand=office.hand("ana"))
        with pytest.raises(RolesNotSeparate):
            office.invited(LI, "auditor")


class TestShutAccount:
    def test_ends_sign_in_and_sessions_at_once(self, office: Office, keys: AccountKeys) -> None:
        account_id = opened("li")
        Session.objects.create(
            session_key="k", account_id=account_id, expire_date=NOON + timedelta(days=9999)
        )
        shut_account(name="LI", hand=office.hand("ana"))
        assert not is_in("li", keys)
        assert not Session.objects.exists()
        assert office.kinds() == ["account"]

    def test_tells_what_does_not_fit(self, office: Office) -> None:
        opened("li")
        with pytest.raises(AccountUnknown):
            shut_account(name="nobody", hand=office.hand("ana"))
        with pytest.raises(AccountOpen):
            reopen_account(name="li", hand=office.hand("ana"))
        shut_account(name="li", hand=office.hand("ana"))
        for act in (shut_account, reset_account):
            with pytest.raises(AccountShut):
                act(name="li", hand=office.hand("ana"))

    def test_two_persons_open_it_again_and_not_its_owner(
        self, office: Office, keys: AccountKeys
    ) -> None:
        opened("li")
        shut_account(name="li", hand=office.hand("ana"))
        with pytest.raises(OwnAccount):
            reopen_account(name="li", hand=office.hand("li"))
        assert reopen_account(name="li", hand=office.hand("ana")) is Step.WAITING
        assert not is_in("li", keys)
        assert reopen_account(name="li", hand=office.hand("bo")) is Step.DONE
        assert is_in("li", keys)


class TestChangeRoles:
    def change(self, office: Office, name: str, *roles: str, person: str = "") -> Step:
        asked: dict[str, Any] = {"name": name, "roles": roles, "person": person}
        assert change_roles(hand=office.hand("ana"), **asked) is Step.WAITING
        return change_roles(hand=office.hand("bo"), **asked)

    def test_takes_two_persons(self, office: Office) -> None:
        office.opened("li", LI, "officer")
        assert self.change(office, "li", "agent") is Step.DONE
        assert Account.objects.get(name="li").roles == ["agent"]

    def test_power_is_given_to_somebody_in_particular(self, office: Office) -> None:
        opened("li")
        with pytest.raises(TwoPersonsNeeded):
            self.change(office, "li", "officer")
        self.change(office, "li", "officer", person=LI)
        assert Account.objects.get(name="li").person == LI

    def test_keeps_administrations_apart(self, office: Office) -> None:
        office.opened("li", LI, "system_admin")
        office.opened("li-2", LI, "officer")
        with pytest.raises(RolesNotSeparate):
            self.change(office, "li-2", "auditor")
        assert self.change(office, "li", "auditor") is Step.DONE


class TestResetAccount:
    def reset(self, office: Office, name: str) -> str:
        assert reset_account(name=name, hand=office.hand("ana")) is None
        code = reset_account(name=name, hand=office.hand("bo"))
        assert code is not None
        return code

    def recover(self, code: str, *, now: datetime = NOON) -> None:
        recover_account(code=code, password=NEW, address=ADDRESS, now=now)

    def test_gives_a_code_for_a_new_password_and_no_second_factor(
        self, office: Office, keys: AccountKeys
    ) -> None:
        with_second_factor(opened("li", "officer"), keys=keys)
        code = self.reset(office, "li")
        assert is_in("li", keys)  # nothing ends before the code is used
        self.recover(code)
        assert (is_in("li", keys), is_in("li", keys, password=NEW)) == (False, True)
        assert Account.objects.get(name="li").totp_sealed is None
        assert not RecoveryCode.objects.exists()
        with pytest.raises(InvitationRefused):
            self.recover(code)

    def test_the_code_opens_no_other_account_and_ends_with_the_hour(self, office: Office) -> None:
        opened("li")
        code = self.reset(office, "li")
        with pytest.raises(InvitationRefused):
            entered(code, "wang")
        with pytest.raises(InvitationRefused):
            self.recover(code, now=NOON + timedelta(hours=1))

    def test_a_code_ends_when_the_account_is_shut(self, office: Office) -> None:
        opened("li")
        code = self.reset(office, "li")
        shut_account(name="li", hand=office.hand("ana"))
        with pytest.raises(InvitationRefused):
            self.recover(code)

    def test_nobody_resets_his_own(self, office: Office) -> None:
        opened("li")
        with pytest.raises(OwnAccount):
            reset_account(name="li", hand=office.hand("LI"))


class TestViews:
    def test_list_accounts_with_what_matters(self, office: Office, keys: AccountKeys) -> None:
        with_second_factor(office.opened("wang", WANG, "officer"), keys=keys)
        opened("li")
        shut_account(name="li", hand=office.hand("ana"))
        li, wang = all_accounts()
        assert (li.name, li.is_active, li.has_second_factor) == ("li", False, False)
        assert (wang.person, wang.roles, wang.has_second_factor) == (WANG, ("officer",), True)

    def test_tell_what_happened_at_the_door(self, keys: AccountKeys) -> None:
        opened("li")
        for name in ("li", "typed-my-password-here"):
            assert not is_in(name, keys, password="wrong")  # noqa: S106
        kinds = [(event.kind, event.name) for event in door_events(limit=9)]
        assert kinds == [("name_unknown", ""), ("password_wrong", "li"), ("account_opened", "li")]
        assert len(door_events(limit=1)) == 1
        assert {event.name for event in door_events(limit=9, name=" LI ")} == {"li"}

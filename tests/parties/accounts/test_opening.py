from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from argon2.profiles import RFC_9106_LOW_MEMORY
from django.contrib.auth.hashers import identify_hasher
from tests.parties.accounts.cheap import CheapArgon2
from tests.parties.accounts.samples import ADDRESS, BANK, NOON, PASSWORD, opened

from shuxin.parties.accounts.hashing import Argon2
from shuxin.parties.accounts.lockout import TooOften
from shuxin.parties.accounts.models import Account, Invitation
from shuxin.parties.accounts.opening import (
    INVITATION_LASTS,
    change_password,
    invite,
    open_account,
    write_code,
)
from shuxin.parties.accounts.rate import CODES_BY_ADDRESS
from shuxin.parties.accounts.refusals import (
    InvitationRefused,
    NameInvalid,
    NameTaken,
    PasswordWeak,
    RolesInvalid,
    SignInRefused,
    TwoPersonsNeeded,
)
from shuxin.parties.accounts.signing_in import check_password
from shuxin.parties.api import PartyInvalid

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.parties.accounts.keys import AccountKeys


def opening(
    code: str, *, name: str = "wang", password: str = PASSWORD, now: datetime = NOON
) -> int:
    return open_account(code=code, name=name, password=password, address=ADDRESS, now=now)


def invited(*roles: str) -> str:
    return write_code(party=BANK, roles=sorted(roles or ("agent",)), made_by="test", now=NOON)


class TestHashing:
    def test_is_argon2id_with_the_parameters_of_rfc_9106(self) -> None:
        params = Argon2().params()
        wanted = RFC_9106_LOW_MEMORY
        assert (params.type, params.time_cost, params.memory_cost, params.parallelism) == (
            wanted.type,
            wanted.time_cost,
            wanted.memory_cost,
            wanted.parallelism,
        )

    def test_a_password_fits_its_hash_only(self) -> None:
        hasher = Argon2()
        encoded = hasher.encode(PASSWORD, "saltsaltsalt")
        assert encoded.startswith("argon2$argon2id$")
        assert hasher.verify(PASSWORD, encoded)
        assert not hasher.verify(PASSWORD[:-1], encoded)


@pytest.mark.django_db
class TestOpenAccount:
    def test_there_is_no_account_to_begin_with(self) -> None:
        assert not Account.objects.exists()
        assert not Invitation.objects.exists()

    def test_takes_party_and_roles_from_the_invitation(self) -> None:
        account = Account.objects.get(
            pk=opening(invited("officer", "auditor"), name="Wang@BANK.cn")
        )
        assert (account.name, account.party) == ("wang@bank.cn", BANK)
        assert account.roles == ["auditor", "officer"]
        assert identify_hasher(account.password).algorithm == "argon2"

    def test_a_code_opens_one_account(self) -> None:
        code = invited()
        opening(code)
        with pytest.raises(InvitationRefused):
            opening(code, name="zhao")

    @pytest.mark.parametrize("code", ["", "wrong", "x" * 500])
    def test_another_code_opens_none(self, code: str) -> None:
        invited()
        with pytest.raises(InvitationRefused):
            opening(code)

    def test_a_code_ends_after_an_hour(self) -> None:
        code = invited()
        with pytest.raises(InvitationRefused):
            opening(code, now=NOON + INVITATION_LASTS)
        assert opening(code, now=NOON + INVITATION_LASTS - timedelta(seconds=1))

    def test_a_refused_form_does_not_use_the_code_up(self) -> None:
        opened("wang")
        code = invited()
        with pytest.raises(NameTaken):
            opening(code, name="WANG")
        with pytest.raises(PasswordWeak):
            opening(code, name="zhao", password="short")  # noqa: S106
        assert opening(code, name="zhao")

    def test_codes_are_kept_as_digests(self) -> None:
        code = invited()
        assert code not in str(list(Invitation.objects.values()))

    @pytest.mark.parametrize("name", ["", "a", "two words", "a\nb", "<b>", "x" * 151])
    def test_refuses_odd_names(self, name: str) -> None:
        with pytest.raises(NameInvalid):
            opening(invited(), name=name)

    @pytest.mark.parametrize(
        "password",
        ["elevenchars", "1234567890123456", "password1234", "wang-the-officer", "x" * 257],
        ids=["short", "digits", "common", "like the name", "long"],
    )
    def test_refuses_weak_passwords(self, password: str) -> None:
        with pytest.raises(PasswordWeak):
            opening(invited(), name="wang-the-officer", password=password)

    @pytest.mark.parametrize(
        "roles", [(), ("king",), ("node",), ("system_admin", "auditor")], ids=str
    )
    def test_refuses_roles_that_nobody_may_have(self, roles: tuple[str, ...]) -> None:
        with pytest.raises(RolesInvalid):
            invite(party=BANK, roles=roles, by="test", now=NOON)

    @pytest.mark.parametrize("party", ["", "bank", "uscc:1", "person:xyz", BANK[5:]])
    def test_refuses_what_is_no_party(self, party: str) -> None:
        with pytest.raises(PartyInvalid):
            invite(party=party, roles=["agent"], by="test", now=NOON)


@pytest.mark.django_db
class TestCodes:
    def test_no_password_is_hashed_for_a_stranger(self) -> None:
        """Argon2 takes 64 MiB and a quarter of a second: not for whoever sends a form."""
        with (
            patch.object(CheapArgon2, "encode", side_effect=AssertionError),
            pytest.raises(InvitationRefused),
        ):
            opening("wrong")

    def test_cannot_be_tried_without_end(self) -> None:
        for _ in range(CODES_BY_ADDRESS.burst):
            with pytest.raises(InvitationRefused):
                opening("wrong")
        with pytest.raises(TooOften):
            opening(invited())

    @pytest.mark.parametrize("role", ["officer", "attester", "system_admin", "auditor"])
    def test_one_person_alone_invites_nobody_with_power(self, role: str) -> None:
        with pytest.raises(TwoPersonsNeeded):
            invite(party=BANK, roles=["agent", role], by="test", now=NOON)


@pytest.mark.django_db
class TestChangePassword:
    def change(self, keys: AccountKeys, account_id: int, *, old: str, new: str) -> None:
        change_password(
            account_id=account_id, old=old, new=new, address=ADDRESS, keys=keys, now=NOON
        )

    def test_needs_the_old_one_and_a_good_new_one(self, keys: AccountKeys) -> None:
        account_id, new = opened("wang"), "seven rivers of stone"
        with pytest.raises(SignInRefused):
            self.change(keys, account_id, old="wrong", new=new)
        with pytest.raises(PasswordWeak):
            self.change(keys, account_id, old=PASSWORD, new="short")
        self.change(keys, account_id, old=PASSWORD, new=new)
        facts = {"name": "wang", "address": ADDRESS, "keys": keys, "now": NOON}
        assert check_password(password=new, **facts).account_id == account_id
        with pytest.raises(SignInRefused):
            check_password(password=PASSWORD, **facts)

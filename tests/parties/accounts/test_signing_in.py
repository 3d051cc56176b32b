from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from tests.parties.accounts.samples import (
    ADDRESS,
    NOON,
    PASSWORD,
    code_at,
    opened,
    with_second_factor,
)

from shuxin.parties.accounts import signing_in
from shuxin.parties.accounts.devices import DEVICE_LASTS, known_device, new_device
from shuxin.parties.accounts.lockout import BY_ADDRESS, BY_NAME, BY_PAIR, SignInLocked
from shuxin.parties.accounts.models import Account, Attempt, SignInEvent
from shuxin.parties.accounts.refusals import SecondFactorRefused, SignInRefused
from shuxin.parties.accounts.signing_in import PasswordRight, check_code, check_password

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.parties.accounts.keys import AccountKeys

pytestmark = pytest.mark.django_db


def attempt(
    keys: AccountKeys,
    *,
    name: str = "li",
    password: str = "wrong",  # noqa: S107
    address: str = ADDRESS,
    device: str = "",
    now: datetime = NOON,
) -> PasswordRight:
    return check_password(
        name=name, password=password, address=address, device=device, keys=keys, now=now
    )


def kinds() -> list[str]:
    return list(SignInEvent.objects.order_by("pk").values_list("kind", flat=True))


class TestCheckPassword:
    def test_knows_the_right_one_in_any_spelling_of_the_name(self, keys: AccountKeys) -> None:
        account_id = opened("li")
        for name in ("li", "LI", " Li ", "lI"):
            right = attempt(keys, name=name, password=PASSWORD)
            assert right == PasswordRight(account_id=account_id, name="li", needs_code=False)

    @pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " ", PASSWORD.upper(), "x" * 400])
    def test_refuses_any_other(self, keys: AccountKeys, password: str) -> None:
        opened("li")
        with pytest.raises(SignInRefused):
            attempt(keys, password=password)

    @pytest.mark.parametrize("name", ["", "\0", "li\0", "x" * 5000, "\ud800", "'; drop table"])
    def test_refuses_odd_names_like_unknown_ones(self, keys: AccountKeys, name: str) -> None:
        opened("li")
        with pytest.raises(SignInRefused):
            attempt(keys, name=name, password=PASSWORD)

    def test_locks_unknown_names_just_like_known_ones(self, keys: AccountKeys) -> None:
        opened("li")
        told: dict[str, list[str]] = {}
        for number, name in enumerate(("li", "nobody")):
            told[name] = []
            for _ in range(BY_PAIR.free + 2):
                with pytest.raises((SignInRefused, SignInLocked)) as caught:
                    attempt(keys, name=name, address=f"192.0.2.{number}")
                told[name].append(str(caught.value))
        assert told["li"] == told["nobody"]
        assert "30" in told["li"][-1]

    def test_always_runs_the_hasher_once(self, keys: AccountKeys) -> None:
        opened("li")
        with patch.object(signing_in, "make_password", wraps=signing_in.make_password) as dummy:
            for name, password in (("nobody", "wrong"), ("nobody", "x" * 400), ("li", "x" * 400)):
                with pytest.raises(SignInRefused):
                    attempt(keys, name=name, password=password)
            assert dummy.call_count == 3
            with pytest.raises(SignInRefused):
                attempt(keys)
            assert dummy.call_count == 3  # the account's own hash was compared instead

    def test_the_right_password_does_not_pass_a_lock(self, keys: AccountKeys) -> None:
        opened("li")
        for _ in range(BY_PAIR.free):
            with pytest.raises(SignInRefused):
                attempt(keys)
        with pytest.raises(SignInLocked):
            attempt(keys, password=PASSWORD)
        assert attempt(keys, password=PASSWORD, now=NOON + timedelta(seconds=30))

    def test_waits_double_as_time_goes(self, keys: AccountKeys) -> None:
        now, waits = NOON, []
        for _ in range(BY_PAIR.free + 9):
            try:
                attempt(keys, now=now)
            except SignInRefused:
                pass
            except SignInLocked as error:
                waits.append(error.facts["wait_seconds"])
                now += timedelta(seconds=waits[-1])
        assert waits[:4] == [30, 60, 120, 240]

    def test_success_clears_the_pair_and_not_the_address_nor_the_name(
        self, keys: AccountKeys
    ) -> None:
        opened("li")
        for _ in range(BY_PAIR.free - 1):
            with pytest.raises(SignInRefused):
                attempt(keys)
        attempt(keys, password=PASSWORD)
        counts = dict(Attempt.objects.values_list("key", "count"))
        left = BY_PAIR.free - 1
        assert counts == {keys.address_digest(ADDRESS): left, keys.name_digest("li"): left}

    def test_many_names_from_one_address_are_locked_too(self, keys: AccountKeys) -> None:
        for number in range(BY_ADDRESS.free):
            with pytest.raises(SignInRefused):
                attempt(keys, name=f"name-{number}")
        with pytest.raises(SignInLocked):
            attempt(keys, name="one-more")

    def test_a_shut_account_is_nobodys(self, keys: AccountKeys) -> None:
        account_id = opened("li")
        Account.objects.filter(pk=account_id).update(is_active=False)
        with pytest.raises(SignInRefused):
            attempt(keys, password=PASSWORD)


class TestLockOut:
    """A stranger who fails on purpose must not keep the owner out."""

    def lock_the_name(self, keys: AccountKeys, *, hours: int) -> int:
        """As many failures as get through, from ever new addresses, over some hours; how many they were."""
        now, tried = NOON, 0
        while now < NOON + timedelta(hours=hours):
            try:
                attempt(keys, address=f"198.51.{tried // 250}.{tried % 250}", now=now)
            except SignInRefused:
                tried += 1
            except SignInLocked as error:
                now += timedelta(seconds=int(error.facts["wait_seconds"]))
        return tried

    def test_few_failures_from_elsewhere_do_not_keep_the_owner_out(self, keys: AccountKeys) -> None:
        opened("li")
        for number in range(BY_NAME.free - 1):
            with pytest.raises(SignInRefused):
                attempt(keys, address=f"198.51.100.{number}")
        assert attempt(keys, password=PASSWORD)

    def test_a_browser_that_was_in_before_gets_in_while_strangers_lock_the_name(
        self, keys: AccountKeys
    ) -> None:
        opened("li")
        device = new_device(name="li", keys=keys, now=NOON)
        later = NOON + timedelta(hours=24)
        assert self.lock_the_name(keys, hours=24) <= BY_NAME.free + 6 + 24
        with pytest.raises(SignInLocked):
            attempt(keys, password=PASSWORD, now=later)
        assert attempt(keys, password=PASSWORD, device=device, now=later)

    def test_a_known_browser_has_few_guesses_too(self, keys: AccountKeys) -> None:
        opened("li")
        device = new_device(name="li", keys=keys, now=NOON)
        for number in range(BY_PAIR.free):
            with pytest.raises(SignInRefused):
                attempt(keys, device=device, address=f"198.51.100.{number}")
        with pytest.raises(SignInLocked):
            attempt(keys, password=PASSWORD, device=device)

    def test_a_mark_counts_for_its_name_its_time_and_as_we_made_it(self, keys: AccountKeys) -> None:
        device = new_device(name="li", keys=keys, now=NOON)
        facts = {"keys": keys, "now": NOON}
        assert known_device(device, name="li", **facts)
        assert known_device(device, name="wang", **facts) is None
        assert known_device(device, name="li", keys=keys, now=NOON + DEVICE_LASTS) is None
        for changed in (
            "",
            ".",
            "..",
            device[:-1],
            "0" + device,
            device.replace(".", ""),
            "\ud800é",
        ):
            assert known_device(changed, name="li", **facts) is None

    def test_guessing_codes_does_not_lock_the_password_step(self, keys: AccountKeys) -> None:
        account_id = opened("li", "officer")
        with_second_factor(account_id, keys=keys)
        for _ in range(BY_PAIR.free):
            with pytest.raises(SecondFactorRefused):
                check_code(account_id=account_id, code="123", address=ADDRESS, keys=keys, now=NOON)
        assert attempt(keys, password=PASSWORD)


class TestCheckCode:
    def test_is_needed_once_it_is_set(self, keys: AccountKeys) -> None:
        account_id = opened("li", "officer")
        secret, _ = with_second_factor(account_id, keys=keys)
        assert attempt(keys, password=PASSWORD).needs_code
        check_code(
            account_id=account_id,
            code=code_at(secret, NOON),
            address=ADDRESS,
            keys=keys,
            now=NOON,
        )

    def test_guessing_codes_locks_the_name(self, keys: AccountKeys) -> None:
        account_id = opened("li", "officer")
        secret, _ = with_second_factor(account_id, keys=keys)
        for _ in range(BY_PAIR.free):
            attempt(keys, password=PASSWORD)  # being right so far clears nothing
            with pytest.raises(SecondFactorRefused):
                check_code(account_id=account_id, code="123", address=ADDRESS, keys=keys, now=NOON)
        with pytest.raises(SignInLocked):
            check_code(
                account_id=account_id,
                code=code_at(secret, NOON),
                address=ADDRESS,
                keys=keys,
                now=NOON,
            )


class TestRecords:
    def test_everything_at_the_door_is_recorded(self, keys: AccountKeys) -> None:
        account_id = opened("li", "officer")
        secret, codes = with_second_factor(account_id, keys=keys)
        for name in ("nobody", "li"):
            with pytest.raises(SignInRefused):
                attempt(keys, name=name)
        for code, now in ((code_at(secret, NOON), NOON), (codes[0], NOON)):
            check_code(account_id=account_id, code=code, address=ADDRESS, keys=keys, now=now)
        for code in (code_at(secret, NOON), "1"):
            with pytest.raises(SecondFactorRefused):
                check_code(account_id=account_id, code=code, address=ADDRESS, keys=keys, now=NOON)
        assert kinds() == [
            "account_opened",
            "second_factor_set",
            "name_unknown",
            "password_wrong",
            "recovery_code_used",
            "code_replayed",
            "code_wrong",
        ]

    def test_a_lock_is_recorded_once_when_it_begins(self, keys: AccountKeys) -> None:
        opened("li")
        for _ in range(BY_PAIR.free + 4):
            with pytest.raises((SignInRefused, SignInLocked)):
                attempt(keys)
        assert kinds().count("locked") == 1
        assert kinds().count("password_wrong") == BY_PAIR.free

    def test_neither_passwords_nor_unknown_names_stand_anywhere(self, keys: AccountKeys) -> None:
        with pytest.raises(SignInRefused):
            attempt(keys, name="typed-my-password-here", password="and-here")  # noqa: S106
        text = str(list(SignInEvent.objects.values())) + str(list(Attempt.objects.values()))
        assert "typed-my" not in text
        assert "and-here" not in text
        (event,) = SignInEvent.objects.all()
        assert event.unknown_name == keys.name_digest("typed-my-password-here")

    def test_records_are_only_added(self, keys: AccountKeys) -> None:
        with pytest.raises(SignInRefused):
            attempt(keys)
        with pytest.raises(TypeError):
            SignInEvent.objects.update(kind="signed_in")
        with pytest.raises(TypeError):
            SignInEvent.objects.all().delete()

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from tests.parties.accounts.samples import ADDRESS, NOON, code_at, opened, with_second_factor

from shuxin.parties.accounts.events import DoorEvent
from shuxin.parties.accounts.keys import AccountKeys
from shuxin.parties.accounts.models import Account, RecoveryCode
from shuxin.parties.accounts.refusals import SecondFactorRefused
from shuxin.parties.accounts.second_factor import (
    authenticator_uri,
    judge_code,
    new_secret,
    set_second_factor,
    step_of_code,
)

# RFC 6238, appendix B, SHA-1: seconds since 1970 and the code of eight digits, of which six are the last six.
RFC_6238 = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
SECRET = base64.b32encode(b"12345678901234567890").decode()


class TestStepOfCode:
    @pytest.mark.parametrize(("seconds", "code"), RFC_6238, ids=str)
    def test_reads_the_vectors_of_rfc_6238(self, seconds: int, code: str) -> None:
        now = datetime.fromtimestamp(seconds, tz=UTC)
        assert step_of_code(SECRET, code[-6:], now=now) == seconds // 30

    @given(st.integers(0, 10**9), st.integers(-400, 400))
    def test_takes_codes_of_this_step_and_its_neighbours_only(self, at: int, late: int) -> None:
        made = datetime.fromtimestamp(at + 1000, tz=UTC)
        now = made + timedelta(seconds=late)
        steps = abs(int(now.timestamp()) // 30 - int(made.timestamp()) // 30)
        found = step_of_code(SECRET, code_at(SECRET, made), now=now)
        if steps <= 1:
            assert found is not None
        elif found is not None:  # another step may by chance have the same six digits
            near = datetime.fromtimestamp(found * 30, tz=UTC)
            assert code_at(SECRET, near) == code_at(SECRET, made)

    @given(st.text(max_size=12))
    def test_any_other_text_is_no_code(self, text: str) -> None:
        now = datetime.fromtimestamp(59, tz=UTC)
        if text not in {code_at(SECRET, now + timedelta(seconds=30 * k)) for k in (-1, 0, 1)}:
            assert step_of_code(SECRET, text, now=now) is None

    def test_the_uri_names_issuer_and_account(self) -> None:
        uri = authenticator_uri(SECRET, name="li@example.cn")
        assert uri.startswith("otpauth://totp/Shuxin:li%40example.cn?")
        assert SECRET in uri

    def test_secrets_have_160_bits_and_differ(self) -> None:
        one, other = new_secret(), new_secret()
        assert one != other
        assert len(base64.b32decode(one)) == 20


@pytest.mark.django_db
class TestSecondFactor:
    def test_a_code_counts_once(self, keys: AccountKeys) -> None:
        account_id = opened("li")
        secret, _ = with_second_factor(account_id, keys=keys)
        account, code = Account.objects.get(pk=account_id), code_at(secret, NOON)
        assert judge_code(account, code, keys=keys, now=NOON) is DoorEvent.SIGNED_IN
        assert judge_code(account, code, keys=keys, now=NOON) is DoorEvent.CODE_REPLAYED

    def test_an_earlier_code_does_not_count_after_a_later_one(self, keys: AccountKeys) -> None:
        account_id = opened("li")
        secret, _ = with_second_factor(account_id, keys=keys)
        account, later = Account.objects.get(pk=account_id), NOON + timedelta(seconds=30)
        judge_code(account, code_at(secret, later), keys=keys, now=later)
        early = judge_code(account, code_at(secret, NOON), keys=keys, now=later)
        assert early is DoorEvent.CODE_REPLAYED

    def test_the_code_that_set_it_does_not_sign_in(self, keys: AccountKeys) -> None:
        account_id = opened("li")
        secret, _ = with_second_factor(account_id, keys=keys, now=NOON)
        before = NOON - timedelta(seconds=60)
        account = Account.objects.get(pk=account_id)
        verdict = judge_code(account, code_at(secret, before), keys=keys, now=before)
        assert verdict is DoorEvent.CODE_REPLAYED

    def test_each_recovery_code_counts_once_however_it_is_typed(self, keys: AccountKeys) -> None:
        account_id = opened("li")
        _, codes = with_second_factor(account_id, keys=keys)
        account = Account.objects.get(pk=account_id)
        assert len(set(codes)) == 10
        for code in codes:
            typed = code.lower().replace("-", " ")
            assert judge_code(account, typed, keys=keys, now=NOON) is DoorEvent.RECOVERY_USED
            assert judge_code(account, code, keys=keys, now=NOON) is DoorEvent.CODE_WRONG

    def test_a_recovery_code_is_its_owners_only(self, keys: AccountKeys) -> None:
        _, codes = with_second_factor(opened("one"), keys=keys)
        other = opened("other")
        with_second_factor(other, keys=keys)
        stranger = Account.objects.get(pk=other)
        assert judge_code(stranger, codes[0], keys=keys, now=NOON) is DoorEvent.CODE_WRONG

    def test_a_new_authenticator_ends_the_old_recovery_codes(self, keys: AccountKeys) -> None:
        account_id = opened("li")
        _, old = with_second_factor(account_id, keys=keys)
        with_second_factor(account_id, keys=keys, now=NOON + timedelta(hours=1))
        account = Account.objects.get(pk=account_id)
        assert judge_code(account, old[0], keys=keys, now=NOON) is DoorEvent.CODE_WRONG

    def test_is_not_set_without_a_code_of_it(self, keys: AccountKeys) -> None:
        account_id = opened("li")
        with pytest.raises(SecondFactorRefused):
            set_second_factor(
                account_id=account_id,
                secret=SECRET,
                code="000000",
                address=ADDRESS,
                keys=keys,
                now=NOON,
            )
        assert Account.objects.get(pk=account_id).totp_sealed is None

    def test_neither_secret_nor_codes_can_be_read_from_the_database(
        self, keys: AccountKeys
    ) -> None:
        account_id = opened("li")
        secret, codes = with_second_factor(account_id, keys=keys)
        sealed = bytes(Account.objects.get(pk=account_id).totp_sealed)
        assert secret.encode() not in sealed
        kept = set(RecoveryCode.objects.values_list("digest", flat=True))
        assert not kept & {form for code in codes for form in (code, code.replace("-", ""))}
        with pytest.raises(InvalidTag):
            keys.opened(sealed, owner="another")
        with pytest.raises(InvalidTag):
            AccountKeys(seal=bytes(32), digest=keys.digest).opened(sealed, owner="li")

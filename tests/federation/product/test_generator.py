from __future__ import annotations

import hmac

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher as Plain
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from shuxin.federation.product.generator import LONGEST_STREAM, Cipher, Generator, derived
from shuxin.federation.product.ring import Ring

SEED = bytes(range(32))


def stream(cipher: Cipher, seed: bytes, length: int, *, start: int = 0) -> bytes:
    out = np.empty(length, np.uint8)
    Generator(seed, cipher).fill(out, start=start)
    return out.tobytes()


class TestPublishedVectors:
    def test_aes_256_ctr_of_nist_sp_800_38a_f_5_5(self) -> None:
        key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
        counter = int("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", 16)
        context = Generator(bytes.fromhex(key))._at(counter)
        plain = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        wanted = "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
        assert context.update(bytes.fromhex(plain)).hex() == wanted

    def test_aes_256_of_zero_under_zero(self) -> None:
        assert stream(Cipher.AES, bytes(32), 16).hex() == "dc95c078a2408989ad48a21492842087"

    def test_chacha20_of_rfc_8439_a_1_first_and_second_block(self) -> None:
        first = (
            "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
            "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"
        )
        second = (
            "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
            "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f"
        )
        assert stream(Cipher.CHACHA20, bytes(32), 128).hex() == first + second
        assert stream(Cipher.CHACHA20, bytes(32), 64, start=64).hex() == second

    def test_sm4_of_gb_t_32907_a_1(self) -> None:
        block = bytes.fromhex("0123456789abcdeffedcba9876543210")
        context = Plain(algorithms.SM4(block), modes.CTR(block)).encryptor()
        assert context.update(bytes(16)).hex() == "681edf34d206965e86b3e94f536e4246"


class TestOwnVectors:
    @pytest.mark.parametrize(
        ("cipher", "wanted"),
        [
            (Cipher.AES, "c1700264062c1db16f5eba1e0f6f90f37e66e5f99b5c5ada1ff19341edce8e0c"),
            (Cipher.CHACHA20, "0099419bc83f59c6a34ea269be33dc30279be6bd138faf74361a3bd15642d58b"),
            (Cipher.SM4, "2d18627fd51697c822befe6cbb2273d8f9f23722f02847e2a3ad0d501d1e9281"),
        ],
    )
    def test_the_stream_of_a_seed_never_changes(self, cipher: Cipher, wanted: str) -> None:
        assert stream(cipher, SEED, 32, start=1000).hex() == wanted

    def test_sm4_runs_in_counter_mode_under_the_derived_key(self) -> None:
        key = hmac.digest(SEED, b"shuxin/product/v1|sm4\x01", "sha256")[:16]
        blocks = b"".join(n.to_bytes(16, "big") for n in range(3))
        by_block = Plain(algorithms.SM4(key), modes.ECB())  # noqa: S305 - the slow oracle
        wanted = by_block.encryptor().update(blocks)
        assert stream(Cipher.SM4, SEED, 48) == wanted

    def test_a_derived_seed_is_hkdf_expand(self) -> None:
        wanted = hmac.digest(SEED, b"shuxin/product/v1|7\x01", "sha256")
        assert derived(SEED, "7") == wanted
        assert wanted.hex() == "15eaee09a0bdc2856e8a11775ede94bd3cbc4146a3d8d3b5b4d826ade8604b4a"


class TestGenerator:
    @given(st.sampled_from(Cipher), st.integers(0, 1000), st.integers(0, 700_000))
    def test_the_stream_can_be_entered_anywhere(
        self, cipher: Cipher, start: int, length: int
    ) -> None:
        length = length % 5000 if cipher is Cipher.SM4 else length
        assert (
            stream(cipher, SEED, length, start=start)
            == stream(cipher, SEED, start + length)[start:]
        )

    @given(st.sampled_from([1, 8, 16, 19, 32, 64]), st.integers(0, 5), st.integers(0, 5))
    def test_rows_are_the_same_however_they_are_cut(
        self, bits: int, row: int, columns: int
    ) -> None:
        ring, generator = Ring(bits), Generator(SEED)
        whole = generator.words((10, columns), ring)
        assert (generator.words((10 - row, columns), ring, row=row) == whole[row:]).all()
        assert not whole.size or int(whole.max()) < 1 << bits

    def test_far_places_of_a_stream_work_and_beyond_its_end_are_refused(self) -> None:
        for cipher in Cipher:
            assert len(set(stream(cipher, SEED, 64, start=LONGEST_STREAM - 64))) > 20
            with pytest.raises(ValueError, match="beyond"):
                stream(cipher, SEED, 2, start=LONGEST_STREAM - 1)

    def test_a_short_seed_is_refused(self) -> None:
        with pytest.raises(ValueError, match="32 bytes"):
            Generator(bytes(16))

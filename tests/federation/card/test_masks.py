"""Masks cancel over just the holders and the request they were made for, and one of them alone says nothing."""

from __future__ import annotations

import hmac

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher as Block
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.card.samples import HOLDERS, pair_secret, request_of, subsets
from tests.federation.product.uniformity import LEAST_WORDS, oddities

from shuxin.federation.card.answers import Question
from shuxin.federation.card.masks import RING, masks
from shuxin.federation.product.generator import Cipher

sets = st.sampled_from(subsets(HOLDERS))


def mask_of(party: str, holders: tuple[str, ...], *, request: int = 0, rows: int = 1) -> np.ndarray:
    secrets = {other: pair_secret(party, other) for other in HOLDERS if other != party}
    return masks(
        party=party, question=Question(request_of(request), holders, rows), secrets=secrets
    )


KEYS = {(0, 1): bytes(range(32)), (0, 2): bytes(range(32, 64)), (1, 2): bytes(range(64, 96))}
REQUEST = "00112233445566778899aabbccddeeff" * 2


def vector(nth: int, holders: tuple[int, ...], cipher: Cipher) -> list[int]:
    question = Question(REQUEST, tuple(HOLDERS[place] for place in holders), 2)
    secrets = {HOLDERS[n]: KEYS[min(n, nth), max(n, nth)] for n in holders if n != nth}
    found = masks(party=HOLDERS[nth], question=question, secrets=secrets, cipher=cipher)
    return [int(word) for word in found]


class TestKnownAnswers:
    """The vectors of docs/protocols/scoring.md."""

    @pytest.mark.parametrize(
        ("cipher", "words"),
        [
            (Cipher.AES, (2263918442, 2640331813)),
            (Cipher.CHACHA20, (3795377565, 1000427981)),
            (Cipher.SM4, (1138882429, 3337178473)),
        ],
    )
    def test_of_the_first_of_three(self, cipher: Cipher, words: tuple[int, int]) -> None:
        assert vector(0, (0, 1, 2), cipher) == list(words)

    def test_by_hand_from_hmac_and_the_block_cipher(self) -> None:
        total = 0
        for pair, sign in (((0, 1), -1), ((1, 2), 1)):
            info = f"shuxin/card-mask/v1|{REQUEST}|{'|'.join(HOLDERS[:3])}".encode()
            seed = hmac.digest(KEYS[pair], info + b"\x01", "sha256")
            block = Block(algorithms.AES(seed), modes.ECB()).encryptor().update(bytes(16))  # noqa: S305 - one block
            total += sign * int.from_bytes(block[:4], "little")
        assert vector(1, (0, 1, 2), Cipher.AES)[0] == total % (1 << 32)


class TestSum:
    @given(holders=sets, request=st.integers(0, 99), rows=st.integers(1, 9))
    def test_of_all_that_are_asked_is_nothing(
        self, holders: tuple[str, ...], request: int, rows: int
    ) -> None:
        total = sum(mask_of(party, holders, request=request, rows=rows) for party in holders)
        assert not np.any(total)

    @pytest.mark.parametrize("cipher", list(Cipher))
    def test_is_nothing_with_every_cipher(self, cipher: Cipher) -> None:
        question = Question(request_of(1), tuple(HOLDERS[:2]), 5)
        secret = pair_secret(*HOLDERS[:2])
        one, two = (
            masks(party=party, question=question, secrets={other: secret}, cipher=cipher)
            for party, other in (HOLDERS[:2], HOLDERS[1::-1])
        )
        assert one.all()
        assert not (one + two).any()

    def test_of_a_part_of_them_is_something(self) -> None:
        """For all subsets of all sets of holders; 2^-32 each if it were chance."""
        for holders in subsets(HOLDERS):
            for some in subsets(holders):
                total = sum(mask_of(party, holders) for party in some)
                assert np.any(total) == (some != holders)

    def test_of_answers_to_different_questions_is_something(self) -> None:
        """Another request, or holders that were told of other sets, at any one of them."""
        for holders in subsets(HOLDERS):
            if len(holders) == 1:
                continue
            rest = sum(mask_of(party, holders) for party in holders[1:])
            assert np.any(rest + mask_of(holders[0], holders, request=1))
            for other in subsets(HOLDERS):
                if holders[0] in other and other != holders:
                    assert np.any(rest + mask_of(holders[0], other))

    def test_of_one_holder_is_its_total_without_a_mask(self) -> None:
        assert not mask_of(HOLDERS[0], (HOLDERS[0],), rows=9).any()


class TestOneAlone:
    """The false-alarm rate of ``oddities`` is 1e-6; the secrets are fixed, so the verdict never changes."""

    def words(self, holders: tuple[str, ...], *, rows: int) -> np.ndarray:
        requests = range(-(-LEAST_WORDS // rows))
        each = [mask_of(HOLDERS[0], holders, request=nth, rows=rows) for nth in requests]
        return np.stack(each)

    def test_is_uniform_over_requests_and_subjects(self) -> None:
        words = self.words(tuple(HOLDERS[:2]), rows=200)
        assert not oddities(words, RING)
        assert not oddities(words.T, RING)

    def test_tells_nothing_by_a_second_request_with_fewer_holders(self) -> None:
        """The difference of two answers about the same subject: the same points, other masks."""
        more = self.words(tuple(HOLDERS[:3]), rows=200)
        fewer = self.words(tuple(HOLDERS[:2]), rows=200)
        assert not oddities(more - fewer, RING)

    def test_the_measure_finds_a_mask_that_forgets_the_request(self) -> None:
        one = mask_of(HOLDERS[0], tuple(HOLDERS[:2]), request=0, rows=200)
        assert oddities(np.tile(one, (LEAST_WORDS // 200 + 1, 1)), RING)

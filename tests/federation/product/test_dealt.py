from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.federation.memory import MemoryChannel, MemorySeeds, Post, run_together
from tests.federation.product.uniformity import oddities
from tests.federation.product.world import (
    HELPER,
    HOLDER,
    LABEL,
    ProductKind,
    job_of,
    plain,
    plan_of,
    random_words,
    run,
)

from shuxin.federation.engine.channel import Work
from shuxin.federation.engine.seeds import MaskAskedTwice
from shuxin.federation.product import dealt
from shuxin.federation.product.check import bins_add_up, checked
from shuxin.federation.product.dealt import HolderSide, LabelSide
from shuxin.federation.product.errors import (
    ProductInputChanged,
    ProductMalformed,
    ProductWrong,
)
from shuxin.federation.product.generator import Cipher
from shuxin.federation.product.matrices import Dense, OneHot
from shuxin.federation.product.plan import Check, Memory, batches
from shuxin.federation.product.ring import Ring
from shuxin.infra.api import silent_progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shuxin.federation.domain.job import Job
    from shuxin.federation.product.ring import Words

SMALL = Memory(chunk_bytes=96, batch_bytes=1024)
"""Many chunks and many batches also for little matrices."""


def kind_of(
    left: Words,
    rights: list[Words],
    ring: Ring,
    *,
    check: Check | None = None,
    memory: Memory = SMALL,
) -> ProductKind:
    x = Dense(left, ring)
    return ProductKind(plan_of(x, rights, ring, check=check), x, rights, memory)


class TestProducts:
    @given(
        st.sampled_from([1, 16, 19, 32, 64]),
        st.sampled_from([0, 1, 2, 3, 13, 40]),
        st.integers(0, 7),
        st.lists(st.integers(0, 5), max_size=3),
        st.sampled_from(Cipher),
    )
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_equal_the_plain_ones(
        self, tmp_path: Path, bits: int, rows: int, left: int, schedule: list[int], cipher: Cipher
    ) -> None:
        ring = Ring(bits)
        x = random_words("x", (rows, left), ring)
        rights = [random_words(f"v{i}", (rows, c), ring) for i, c in enumerate(schedule)]
        kind = kind_of(x, rights, ring)
        kind.plan = replace(kind.plan, cipher=cipher)
        assert not run(kind, tmp_path).failures
        for number, right in enumerate(rights):
            wanted = plain(x, right, ring)
            assert (kind.opened[number] == wanted).all()
            assert kind.opened[number].shape == wanted.shape
            both = kind.shares[HOLDER][number] + kind.shares[LABEL][number]
            assert (ring.reduce(both) == wanted).all()

    @pytest.mark.parametrize("bits", [19, 32, 64])
    def test_one_hot_matrices_of_more_than_a_chunk(self, tmp_path: Path, bits: int) -> None:
        ring, sizes, rng = Ring(bits), (5, 1, 7), np.random.default_rng(1)
        bins = rng.integers(0, sizes, (3001, 3))
        x = OneHot(bins, sizes, ring)
        rights = [random_words(f"v{i}", (3001, c), ring) for i, c in enumerate((3, 1))]
        kind = ProductKind(plan_of(x, rights, ring), x, rights, Memory(chunk_bytes=20_000))
        assert not run(kind, tmp_path).failures
        for opened, right in zip(kind.opened, rights, strict=True):
            begins = np.cumsum((0, *sizes))
            for j, size in enumerate(sizes):
                for b in range(size):
                    wanted = right[bins[:, j] == b].sum(axis=0, dtype=ring.dtype)
                    assert (opened[:, begins[j] + b] == ring.reduce(wanted)).all()
            totals = ring.reduce(right.sum(axis=0, dtype=ring.dtype))
            bins_add_up(opened, sizes=sizes, totals=totals, ring=ring, step="s")

    def test_what_goes_over_the_line_does_not_depend_on_how_memory_is_cut(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dealt.secrets, "token_bytes", bytes)
        ring = Ring(64)
        x, v = random_words("x", (50, 6), ring), random_words("v", (50, 4), ring)
        seen = [
            run(kind_of(x, [v, v + v], ring, memory=memory), tmp_path).messages
            for memory in (SMALL, Memory(), Memory(1, 1))
        ]
        assert seen[0] == seen[1] == seen[2]

    def test_messages_of_a_small_product_never_change(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The known-answer vector of docs/protocols/product.md."""
        monkeypatch.setattr(dealt.secrets, "token_bytes", bytes)
        ring = Ring(32)
        kind = kind_of(ring.of([[1, 2], [3, 4], [5, -6]]), [ring.of([[7], [-8], [9]])], ring)
        messages = run_together(
            kind, job_of(), folder=tmp_path, seeds=lambda _: StatedSeeds()
        ).messages
        assert ring.signed(kind.opened[0]).tolist() == [[28, -72]]
        assert {name: content.hex() for (_, _, name), content in messages.items()} == GOLDEN

    @pytest.mark.parametrize("most", [1, 64, 1000, 10_000])
    def test_batches_go_over_every_column_once(self, most: int) -> None:
        ring = Ring(32)
        rights = [np.zeros((1, c), ring.dtype) for c in (3, 0, 7, 1)]
        plan = plan_of(Dense(np.zeros((1, 2), ring.dtype), ring), rights, ring)
        seen = [
            (piece.number, column)
            for batch in batches(plan, most=most)
            for piece in batch
            for column in range(piece.low, piece.high)
        ]
        assert seen == [(n, c) for n, width in enumerate((3, 0, 7, 1)) for c in range(width)]


STATED = {
    "a": "c203a5c6c729f78238d3e3147b77e745a1473c284d32449b59f92d8ea0db155f",
    "b": "9d372a16e0b60f352b38067d607f3c1afa497c17c20b990567461fa2923b9887",
    "c": "afa93784a84e0cdd412aad6812cc0efa2467100dbddefed0d335e0829fd91c56",
    "v/0": "",
}


class StatedSeeds:
    """The seeds that the page states; that of the record of uses masks nothing."""

    def pair(self, peer: str, label: str, *, binding: bytes = b"") -> bytes:
        return bytes.fromhex(STATED[label.removeprefix("product/s/")])


GOLDEN = {
    "s/bound": "826301af139ff05e5c522c42b3418b84e9582ac35e4c50913856d4719ef02640",
    "s/masked": "6274ef47445d03de2254823dc29619654d476ddef701cd81",
    "s/dealt": "5fb1600c0c7184bf",
    "s/0/masked": "60b65de416e8027919b6cf82",
    "s/0/share": "9b4fc7267c87bb0f",
}


def flipped(name: str, place: int, bit: int) -> Callable[[str, str, str, bytes], bytes]:
    """One bit of one message is changed on its way."""

    def change(_sender: str, _receiver: str, called: str, content: bytes) -> bytes:
        if called != name:
            return content
        changed = bytearray(content)
        changed[place] ^= 1 << bit
        return bytes(changed)

    return change


CHECKS = [
    (Ring(64), Check(columns=1, value_bits=24)),
    (Ring(32), Check(columns=2, value_bits=14)),
    (Ring(19), Check(columns=5, value_bits=12)),
]


class TestCheck:
    """Whatever is wrong is found; a test fails by chance with at most 2^-38."""

    @pytest.mark.parametrize(("ring", "check"), CHECKS, ids=["64", "32", "19"])
    @pytest.mark.parametrize("message", ["s/dealt", "s/masked", "s/0/masked", "s/0/share"])
    @pytest.mark.parametrize("bit", ["lowest", "highest"])
    def test_finds_one_changed_bit(
        self, tmp_path: Path, ring: Ring, check: Check, message: str, bit: str
    ) -> None:
        assert check.missed(ring) <= 2**-38
        place, of_byte = (0, 0) if bit == "lowest" else divmod(ring.bits - 1, 8)
        kind = self._honest(ring, check)
        outcome = run(kind, tmp_path, change=flipped(message, place, of_byte))
        failure = outcome.failures.get(LABEL)
        if failure is None:  # the highest bit of D times an even mask changes nothing
            assert (message, bit) == ("s/masked", "highest")
            assert (kind.opened[0] == ones_and_zeros_product()).all()
        else:
            assert isinstance(failure, ProductWrong)
            assert not kind.opened

    @pytest.mark.parametrize(("ring", "check"), CHECKS, ids=["64", "32", "19"])
    def test_lets_right_results_pass(self, tmp_path: Path, ring: Ring, check: Check) -> None:
        kind = self._honest(ring, check)
        assert not run(kind, tmp_path).failures
        assert (kind.opened[0] == ones_and_zeros_product()).all()

    def test_a_wrong_result_is_missed_no_oftener_than_stated(self) -> None:
        """All errors of one result and its combination against all coefficients, in a ring of 4 bits."""
        ring = Ring(4)
        every = range(1 << 4)
        for value_bits in (1, 3, 4):
            check = Check(columns=1, value_bits=value_bits)
            for error in every[1:]:
                for combined in every:
                    opened = ring.of([[error], [combined]])
                    passed = sum(_passes(opened, ring.of([[f]]), check, ring) for f in every)
                    assert passed / 16 <= check.missed(ring)

    def test_a_number_beyond_its_bits_is_wrong(self) -> None:
        ring, check = Ring(32), Check(columns=1, value_bits=8)
        for number, passes in ((127, True), (-128, True), (128, False), (-129, False)):
            opened = ring.of([[number], [3 * number]])
            assert _passes(opened, ring.of([[3]]), check, ring) is passes

    def test_bins_that_do_not_add_up_are_wrong(self) -> None:
        ring = Ring(32)
        result, totals = ring.of([[1, 2, 3], [4, -5, -1]]), ring.of([3, -1])
        bins_add_up(result, sizes=(2, 1), totals=totals, ring=ring, step="s")
        result[1, 2] = 7
        with pytest.raises(ProductWrong):
            bins_add_up(result, sizes=(2, 1), totals=totals, ring=ring, step="s")

    def test_a_message_of_another_size_is_refused(self, tmp_path: Path) -> None:
        for message in ("s/bound", "s/dealt", "s/masked", "s/0/masked", "s/0/share"):
            kind = self._honest(Ring(64), CHECKS[0][1])

            def change(_s: str, _r: str, name: str, content: bytes, m: str = message) -> bytes:
                return content[:-1] if name == m else content

            failed = run(kind, tmp_path, change=change).failures
            assert any(isinstance(error, ProductMalformed) for error in failed.values())

    @staticmethod
    def _honest(ring: Ring, check: Check) -> ProductKind:
        """Zeros and ones: results far below the declared bits."""
        x = random_words("x", (40, 6), Ring(1)).astype(ring.dtype)
        v = random_words("v", (40, 3), Ring(1)).astype(ring.dtype)
        return kind_of(x, [v], ring, check=check)


def ones_and_zeros_product() -> np.ndarray:
    x, v = random_words("x", (40, 6), Ring(1)), random_words("v", (40, 3), Ring(1))
    return v.T.astype(int) @ x.astype(int)


def _passes(opened: Words, factors: Words, check: Check, ring: Ring) -> bool:
    try:
        checked(opened, factors, check, ring=ring, step="s")
    except ProductWrong:
        return False
    return True


class TestWhatIsNoPlanOrMatrix:
    @pytest.mark.parametrize("step", ["", "a/0", "A", "a|b", "a b"])
    def test_steps_whose_names_could_be_those_of_another(self, step: str) -> None:
        plan = plan_of(Dense(np.zeros((1, 1), "<u4"), Ring(32)), [], Ring(32))
        with pytest.raises(ValueError, match="step"):
            replace(plan, step=step)

    @pytest.mark.parametrize("columns", [0, -1])
    def test_a_check_without_a_column(self, columns: int) -> None:
        plan = plan_of(Dense(np.zeros((1, 1), "<u4"), Ring(32)), [], Ring(32))
        with pytest.raises(ValueError, match="column"):
            replace(plan, check=Check(columns=columns, value_bits=8))

    @pytest.mark.parametrize("bits", [1, 16, 17, 19])
    def test_a_word_beyond_its_ring(self, bits: int) -> None:
        """In a ring of 17 to 19 bits such words would make inexact sums, and a wrong product that nothing shows."""
        ring = Ring(bits)
        words = np.full((2, 2), (1 << bits) - 1, ring.dtype)
        Dense(words, ring).digest()
        if bits < 8 * ring.bytes:
            words[1, 1] += 1
            with pytest.raises(ValueError, match="ring"):
                Dense(words, ring).digest()

    def test_bins_that_are_no_whole_numbers(self) -> None:
        with pytest.raises(ValueError, match="whole"):
            OneHot(np.array([[np.nan], [0.0]]), (2,), Ring(32))


class TestOneMaskOneInput:
    def test_another_left_matrix_under_the_same_step_gets_no_mask(self, tmp_path: Path) -> None:
        ring = Ring(32)
        x = random_words("x", (5, 2), ring)
        work = work_of(HOLDER, tmp_path)
        plan = plan_of(Dense(x, ring), [x], ring)
        HolderSide(work, plan, Dense(x, ring))
        HolderSide(work, plan, Dense(x.copy(), ring))
        x[4, 1] += 1
        with pytest.raises(MaskAskedTwice):
            HolderSide(work, plan, Dense(x, ring))

    def test_the_helper_gives_no_mask_for_another_commitment(self, tmp_path: Path) -> None:
        work = work_of(HELPER, tmp_path)
        ring = Ring(32)
        plan = plan_of(Dense(np.zeros((1, 1), ring.dtype), ring), [], ring)
        for content in (b"1" * 32, b"2" * 32):
            work.channel.post.messages.clear()  # type: ignore[attr-defined]
            work.channel.post.messages[HOLDER, HELPER, "s/bound"] = content  # type: ignore[attr-defined]
            side = dealt.HelperSide(work, plan)
            if content[:1] == b"1":
                side.deal()
            else:
                with pytest.raises(MaskAskedTwice):
                    side.deal()

    def test_another_right_matrix_after_an_interruption_is_refused(self, tmp_path: Path) -> None:
        ring = Ring(32)
        v = random_words("v", (5, 2), ring)
        work = work_of(LABEL, tmp_path)
        plan = plan_of(Dense(v, ring), [v], ring)
        work.channel.once("s/0/v", Dense(v, ring).digest)
        v[0, 0] += 1
        with pytest.raises(ProductInputChanged):
            LabelSide(work, plan).product(0, Dense(v, ring))
        assert not work.channel.post.messages  # type: ignore[attr-defined]

    def test_nor_when_the_folder_of_the_job_was_lost(self, tmp_path: Path) -> None:
        """Its database still knows: the line may have carried V - B already."""
        ring = Ring(32)
        v = random_words("v", (5, 2), ring)
        work = work_of(LABEL, tmp_path)
        work.channel.post.messages[HOLDER, LABEL, "s/masked"] = bytes(5 * 2 * 4)  # type: ignore[attr-defined]
        work.channel.post.messages[HELPER, LABEL, "s/dealt"] = bytes(2 * 2 * 4)  # type: ignore[attr-defined]
        plan = plan_of(Dense(v, ring), [v], ring)
        LabelSide(work, plan).product(0, Dense(v, ring))
        work.channel.post.messages.clear()  # type: ignore[attr-defined]
        work.channel.kept.clear()  # type: ignore[attr-defined]
        v[0, 0] += 1
        with pytest.raises(MaskAskedTwice):
            LabelSide(work, plan).product(0, Dense(v, ring))
        assert not work.channel.post.messages  # type: ignore[attr-defined]

    def test_the_commitment_tells_nothing_without_its_salt(self, tmp_path: Path) -> None:
        """The helper cannot try matrices: twice the same matrix gives two commitments."""
        ring = Ring(32)
        x = random_words("x", (5, 2), ring)
        bounds = {
            run(kind_of(x, [x], ring), tmp_path).messages[HOLDER, HELPER, "s/bound"]
            for _ in range(2)
        }
        assert len(bounds) == 2
        assert hashlib.sha256(Dense(x, ring).digest()).digest() not in bounds


def work_of(party: str, folder: Path, *, job: Job | None = None) -> Work:
    job = job or job_of()
    role = job.role_of(party)
    assert role is not None
    return Work(
        job=job,
        job_id="0" * 64,
        party=party,
        role=role,
        channel=MemoryChannel(party, Post(folder)),
        seeds=MemorySeeds(party),
        release=lambda *_args, **_named: None,
        rows=None,
        keep=lambda _name, _content: None,
        progress=silent_progress,
    )


class TestWhatTheLineShows:
    """Small numbers are masked; every message and every difference of two must look uniform."""

    @pytest.mark.parametrize("bits", [32, 64])
    def test_masked_messages_and_their_differences_look_uniform(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bits: int
    ) -> None:
        monkeypatch.setattr(dealt.secrets, "token_bytes", bytes)
        ring = Ring(bits)
        seen = self._recorded(tmp_path, ring)
        masks = [seen["s/masked"], seen["s/0/masked"], seen["s/1/masked"]]
        for one in masks:
            assert oddities(one, ring) == []
        assert oddities(masks[0] - masks[1], ring) == []
        assert oddities(masks[1] - masks[2], ring) == []

    @pytest.mark.parametrize("bits", [32, 64])
    def test_bad_masks_do_not(self, bits: int) -> None:
        ring = Ring(bits)
        small = random_words("small", (6600, 40), Ring(16)).astype(ring.dtype)
        mask = random_words("mask", (6600, 40), ring)
        word = ring.dtype.type
        top = word(ring.bits - 8)
        reused = (small - mask) - (small[::-1] - mask)
        assert oddities(reused, ring)
        without_top_limb = (small - mask) & word((1 << int(top)) - 1)
        assert f"byte {ring.bytes - 1}" in oddities(without_top_limb, ring)
        one_bit_short = small - (mask >> word(1))
        assert f"ones of bit {ring.bits - 1}" in oddities(one_bit_short, ring)
        every_word_twice = small - np.repeat(mask.reshape(-1)[::2], 2).reshape(mask.shape)
        assert f"changes of bit {ring.bits - 1}" in oddities(every_word_twice, ring)

    @pytest.mark.parametrize("bits", [32, 64])
    def test_no_message_holds_a_value_of_a_party(self, tmp_path: Path, bits: int) -> None:
        """Any 8 bytes of a matrix at any place: by accident with less than 1e-6 (values x places / 2^64)."""
        ring = Ring(bits)
        x, v = random_words("x", (300, 8), ring), random_words("v", (300, 4), ring)
        messages = run(kind_of(x, [v], ring), tmp_path).messages
        assert (x.nbytes + v.nbytes) / 8 * sum(map(len, messages.values())) / 2**64 < 1e-6
        for content in messages.values():
            assert not holds(content, x)
            assert not holds(content, v)
        assert holds(b"?" + x[7:9].tobytes(), x)

    @staticmethod
    def _recorded(folder: Path, ring: Ring) -> dict[str, Words]:
        x = random_words("x", (6600, 40), Ring(7)).astype(ring.dtype)
        rights = [random_words(f"v{i}", (6600, 40), Ring(16)).astype(ring.dtype) for i in (0, 1)]
        messages = run(kind_of(x, rights, ring, memory=Memory()), folder).messages
        return {
            name: np.frombuffer(content, ring.dtype)
            for (_, _, name), content in messages.items()
            if name.endswith("masked")
        }


def holds(content: bytes, words: Words) -> bool:
    """Whether 8 consecutive bytes of the matrix, from a multiple of 8, stand anywhere in the content."""
    values = np.frombuffer(words.tobytes(), "<u8")
    return any(
        np.isin(np.frombuffer(content[at : at + (len(content) - at) // 8 * 8], "<u8"), values).any()
        for at in range(min(8, len(content)))
    )

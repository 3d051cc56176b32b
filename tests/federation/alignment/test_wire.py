"""What the wire shows: no code, no plain hash of one, nothing but what looks uniform."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from tests.federation.alignment.cases import (
    HELPER,
    HOLDER,
    LABEL,
    align,
    counted,
    job_of,
    received_by,
)

from shuxin.federation.alignment.codes import pack
from shuxin.federation.alignment.kind import AlignmentKind

COUNT = 4000
FALSE_ALARM = 1e-6
"""Of one call of ``looks_uniform``: spread evenly over its tests (Bonferroni)."""


def looks_uniform(content: bytes, width: int, *, bits: int | None = None) -> bool:
    """Rows of ``width`` bytes: each bit as often one as zero, every byte value as often as the others, pairs of
    neighbouring rows unrelated. ``bits``: how many of a row's bits are tested."""
    rows = np.frombuffer(content, np.uint8).reshape(-1, width)
    ones = np.unpackbits(rows, axis=1, bitorder="little")[:, : bits or 8 * width]
    differ = ones[1:] ^ ones[:-1]
    levels = [
        *stats.binom.sf(np.abs(ones.sum(0) - len(ones) / 2) + len(ones) / 2 - 1, len(ones), 0.5) * 2,
        *stats.binom.sf(
            np.abs(differ.sum(0) - len(differ) / 2) + len(differ) / 2 - 1, len(differ), 0.5
        ) * 2,
        stats.chisquare(np.bincount(rows[:, :-1].ravel(), minlength=256)).pvalue,
    ]  # fmt: skip
    return min(levels) > FALSE_ALARM / len(levels)


class TestLooks:
    def test_the_packed_codes_themselves_do_not_look_uniform(self) -> None:
        assert not looks_uniform(pack("".join(counted(COUNT)).encode()).tobytes(), 16)

    def test_nor_do_small_changes_of_uniform_ones(self) -> None:
        noise = np.random.default_rng(3).integers(0, 256, (COUNT, 16), np.uint8)
        assert looks_uniform(noise.tobytes(), 16)
        noise[: COUNT // 8, 5] |= 16
        assert not looks_uniform(noise.tobytes(), 16)


class TestTags:
    def test_look_uniform_though_codes_count_up(self, tmp_path: Path) -> None:
        codes = counted(COUNT)
        outcome = align(job_of(), [set(codes), set(codes)], tmp_path)
        for party in (LABEL, HOLDER):
            assert looks_uniform(outcome.messages[party, HELPER, "alignment/tags"][1:], 16)

    def test_an_unkeyed_twin_is_caught(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "shuxin.federation.alignment.tags.tags_of", lambda blocks, **_: iter([blocks.tobytes()])
        )
        codes = counted(COUNT)
        outcome = align(job_of(learn="count"), [set(codes), set(codes)], tmp_path)
        assert not looks_uniform(outcome.messages[LABEL, HELPER, "alignment/tags"][1:], 16)

    def test_another_job_has_other_tags(self, tmp_path: Path) -> None:
        codes = set(counted(50))
        shown = set()
        for _ in range(2):
            outcome = align(job_of(), [codes, codes], tmp_path)
            tags = outcome.messages[LABEL, HELPER, "alignment/tags"][1:]
            shown |= {tags[at : at + 16] for at in range(0, len(tags), 16)}
        assert len(shown) == 100

    def test_order_shown_is_not_the_order_of_codes(self, tmp_path: Path) -> None:
        codes = set(counted(2000))
        outcome = align(job_of(learn="one"), [codes, codes], tmp_path)
        order = np.frombuffer(outcome.kept[HOLDER]["order"], "<u4")
        moved = stats.spearmanr(order, np.arange(2000)).statistic
        assert abs(moved) < 5 / 2000**0.5  # false alarm 6e-7


def free_bits(points: bytes) -> bytes:
    """31 bytes a point: without the lowest bit, zero in every encoding (RFC 9496 section 4.3.2), and the highest."""
    found = (points[at : at + 32] for at in range(0, len(points), 32))
    return b"".join(
        (int.from_bytes(one, "little") >> 1).to_bytes(32, "little")[:31] for one in found
    )


class TestPoints:
    def test_and_what_follows_look_uniform(self, tmp_path: Path) -> None:
        codes = set(counted(400))
        outcome = align(job_of(engine="ecdh"), [codes, codes], tmp_path)
        for (_, _, name), content in outcome.messages.items():
            if name == "alignment/points":
                assert looks_uniform(free_bits(content[1:]), 31)
            elif name in {"alignment/raised", "alignment/answer"}:
                assert looks_uniform(content[1:], 16)


def hashes(code: str) -> set[bytes]:
    """First 8 bytes of usual hashes of the code as text and packed."""
    forms = (
        code.encode(),
        code.lower().encode(),
        f"uscc:{code}".encode(),
        pack(code.encode()).tobytes(),
    )
    kinds = ("sha256", "sha512", "sha1", "md5", "sm3", "sha3_256", "blake2b", "blake2s")
    return {hashlib.new(kind, form).digest()[:8] for kind in kinds for form in forms}


class TestNothingPlain:
    @pytest.mark.parametrize("learn", ["both", "one", "count"])
    @pytest.mark.parametrize("engine", ["tags", "ecdh"])
    def test_no_code_and_no_plain_hash_is_received(
        self, engine: str, learn: str, tmp_path: Path
    ) -> None:
        codes = counted(60)
        sets = [set(codes[:50]), set(codes[10:])]
        outcome = align(job_of(engine=engine, learn=learn), sets, tmp_path)
        everything = b"|".join(outcome.messages.values())
        assert len(everything) > 1000
        for code in codes:
            assert code.encode() not in everything
            assert pack(code.encode()).tobytes() not in everything
            assert not [one for one in hashes(code) if one in everything]

    def test_the_helper_gets_tags_and_nothing_else(self, tmp_path: Path) -> None:
        codes = counted(60)
        outcome = align(job_of(holders=3), [set(codes)] * 4, tmp_path)
        assert {name for _, to, name in outcome.messages if to == HELPER} == {"alignment/tags"}
        assert len(received_by(outcome, HELPER)) == 4 * (1 + 60 * 16)

    @pytest.mark.parametrize("kind", ["sha256", "md5", "sm3"])
    def test_a_broken_twin_with_plain_hashes_is_found(
        self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def hashed(blocks: np.ndarray, **_: object) -> Iterator[bytes]:
            return (hashlib.new(kind, block.tobytes()).digest()[:16] for block in blocks)

        monkeypatch.setattr("shuxin.federation.alignment.tags.tags_of", hashed)
        codes = set(counted(30))
        outcome = align(job_of(learn="count"), [codes, codes], tmp_path)
        seen = received_by(outcome, HELPER)
        assert all([one for one in hashes(code) if one in seen] for code in codes)

    @pytest.mark.parametrize("learn", ["both", "one", "count"])
    @pytest.mark.parametrize(("engine", "holders"), [("tags", 1), ("tags", 3), ("ecdh", 1)])
    def test_declared_lengths_are_exact_for_full_sets(
        self, engine: str, holders: int, learn: str, tmp_path: Path
    ) -> None:
        """With every row allowed entered and common, each message is as long as declared."""
        job = job_of(engine=engine, learn=learn, holders=holders)
        job = job.model_copy(update={"limits": job.limits.model_copy(update={"rows": 40})})
        outcome = align(job, [set(counted(40))] * (1 + holders), tmp_path)
        assert not outcome.failures
        declared = {
            (d.sender, d.receiver, d.name): d.most_bytes for d in AlignmentKind().messages(job)
        }
        assert {key: len(content) for key, content in outcome.messages.items()} == declared

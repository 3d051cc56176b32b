"""Every attack of the list is stopped, or gets what the list says; every twin falls."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shuxin.federation.product.ring import Ring
from shuxin.federation.redteam import counts, fits, spelling
from shuxin.federation.redteam.attack import (
    Attack,
    AttackScore,
    AttackVerdict,
    Standing,
    total,
)
from shuxin.federation.redteam.counts import Read
from shuxin.federation.redteam.masks import changed_cells, unmasked
from shuxin.federation.redteam.table import ATTACKS, redteam_report, run_attacks
from shuxin.federation.redteam.tables import Told, bads
from shuxin.infra.api import silent_progress
from shuxin.scoring.binning.counts import woe_of_counts

SLOW = {
    "labels_from_slopes",
    "labels_from_steps",
    "likely_bins",
    "one_subject_columns",
    "spelling_coefficients",
    "spelling_within_policy",
    "wrong_slopes",
}
"""Several regressions each, or a card."""
QUICK = [each for each in ATTACKS if each.code not in SLOW]


def require_as_claimed(verdict: AttackVerdict) -> None:
    """Also that what is called open is open: else the list is out of date."""
    assert verdict.as_claimed
    attack = verdict.attack
    if verdict.ours is not None:
        assert verdict.ours.succeeds == (attack.standing is Standing.OPEN)
        assert 0 <= verdict.ours.right <= verdict.ours.tried <= verdict.ours.whole


@pytest.fixture(scope="module")
def quick() -> dict[str, AttackVerdict]:
    verdicts = run_attacks(seed=2, progress=silent_progress, attacks=QUICK)
    return {each.attack.code: each for each in verdicts}


class TestAttacks:
    @pytest.mark.parametrize("attack", QUICK, ids=lambda each: each.code)
    def test_end_as_the_list_claims(self, attack: Attack, quick: dict[str, AttackVerdict]) -> None:
        require_as_claimed(quick[attack.code])

    @pytest.mark.soak
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_all_end_as_the_list_claims_and_repeat(self, seed: int) -> None:
        """The chance that guesses of labels pass for a success is below 1e-3 for a seed, and these are fixed."""
        first, again = (run_attacks(seed=seed, progress=silent_progress) for _ in range(2))
        for verdict in first:
            require_as_claimed(verdict)
        assert redteam_report(first, seed=seed) == redteam_report(again, seed=seed)

    def test_of_refused_runs_name_the_refusal(self, quick: dict[str, AttackVerdict]) -> None:
        refused = {code: each.ours.refused for code, each in quick.items() if each.ours is not None}
        assert {code: error for code, error in refused.items() if error} == {
            "one_left_out": "joint_question_refused",
            "refreshed_columns": "mask_asked_twice",
            "mask_used_twice": "mask_asked_twice",
            "wrong_correction": "product_wrong",
            "misaligned_rows": "alignment_differs",
        }

    def test_list_has_a_code_for_each_and_says_what_a_twin_lacks(self) -> None:
        assert len({each.code for each in ATTACKS}) == len(ATTACKS)
        for each in ATTACKS:
            assert (each.twin is None) == (each.taken_off is None)
            assert each.twin is not None or each.standing is Standing.OPEN
            assert each.ours is not None or each.twin is not None


class TestVerdict:
    WON, LOST = AttackScore(9, 10, 10, 5.0), AttackScore(6, 10, 10, 5.0)

    @pytest.mark.parametrize(
        ("standing", "ours", "twin", "claimed"),
        [
            (Standing.STOPPED, LOST, WON, True),
            (Standing.STOPPED, WON, WON, False),
            (Standing.STOPPED, LOST, LOST, False),
            (Standing.STOPPED, None, WON, True),
            (Standing.STOPPED, None, LOST, False),
            (Standing.OPEN, WON, None, True),
            (Standing.OPEN, WON, LOST, False),
        ],
    )
    def test_is_as_claimed_only_when_ours_holds_and_the_twin_falls(
        self,
        standing: Standing,
        ours: AttackScore | None,
        twin: AttackScore | None,
        claimed: bool,
    ) -> None:
        verdict = AttackVerdict(replace(ATTACKS[0], standing=standing), ours, twin)
        assert verdict.as_claimed == claimed
        assert json.loads(redteam_report([verdict], seed=1))["as_claimed"] == claimed

    def test_of_a_success_lies_half_way_from_guessing_to_all(self) -> None:
        assert AttackScore(15, 20, 20, 10.0).succeeds
        assert not AttackScore(14, 20, 20, 10.0).succeeds
        assert total([self.WON, self.LOST]) == AttackScore(15, 20, 20, 10.0)


class TestReading:
    """The pure functions of attackers, on what real programs would give them."""

    @given(seed=st.integers(0, 99), width=st.integers(1, 4), bits=st.sampled_from([16, 32]))
    def test_of_packed_columns(self, seed: int, width: int, bits: int) -> None:
        rng, ring, sizes = np.random.default_rng(seed), Ring(bits), (4, 3)
        bins = np.stack([rng.integers(0, size, 50) for size in sizes], axis=1)
        hot = np.hstack([np.eye(n, dtype=np.int64)[bins[:, k]] for k, n in enumerate(sizes)])
        columns = counts.packed(50, width=width, ring=ring)
        opened = ring.of(columns.T.astype(np.int64) @ hot)
        rows = min(50, width * bits)
        found = counts.unpacked(Read(sizes, opened), rows=rows, bits=bits)
        assert found.tolist() == bins[:rows].tolist()

    @given(seed=st.integers(0, 99), width=st.integers(1, 5))
    def test_of_packed_products(self, seed: int, width: int) -> None:
        x = np.random.default_rng(seed).integers(-520_000, 520_001, (fits.ROWS, 2))
        sums = (x.astype(np.uint64).T @ fits.packed(width)).astype(np.uint64)
        found = fits.unpacked(sums, rows=3 * width)
        assert found.tolist() == x[: 3 * width].tolist()

    @given(
        good=st.lists(st.integers(5, 900), min_size=2, max_size=6, unique=True),
        seed=st.integers(0, 99),
    )
    def test_of_exact_woe_finds_every_count_of_bads(self, good: list[int], seed: int) -> None:
        bad = np.random.default_rng(seed).integers(5, 400, len(good))
        woe = woe_of_counts(good=good, bad=bad)
        assume(np.ptp(woe) > 0.05)
        (found,) = bads([Told(np.array(good) + bad, woe)])
        assert found.tolist() == bad.tolist()

    def test_of_messages_that_never_came(self) -> None:
        assert changed_cells({}, {}) == {}
        assert unmasked([], bound=b"", said=(b"", b""), masked=b"") is None

    def test_of_totals_knows_what_is_certain(self) -> None:
        share = np.array([0.5, 0.5])
        features = [spelling.Feature((0, 100), share), spelling.Feature((0, 100), share)]
        grid = 1 << 16
        apart = spelling.Key(features, [10 * grid, 20 * grid], 1.0)
        assert (apart.certain, apart.likely) == (1.0, 1.0)
        assert apart.read(np.array([0, 10, 20, 30])).tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]
        alike = spelling.Key(features, [10 * grid, 10 * grid], 1.0)
        assert (alike.certain, alike.likely) == (0.5, 0.75)

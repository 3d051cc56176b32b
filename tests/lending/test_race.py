"""Firms, lenders and clocks at once: no illegal state, one accepted offer, no step without its log entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.market.test_crowd import race

if TYPE_CHECKING:
    from pathlib import Path


class TestAllAtOnce:
    def test_no_law_is_broken_by_two_processes(self, tmp_path: Path, db: None) -> None:
        said = race("lending", tmp_path, seed=1, threads=3, actions=15)
        assert said["wrong"] == []
        assert said["done"]["claim"]

    @pytest.mark.soak
    @pytest.mark.parametrize("seed", range(20))
    def test_nor_by_many_threads_over_many_actions(
        self, tmp_path: Path, db: None, seed: int
    ) -> None:
        said = race("lending", tmp_path, seed=100 * seed, threads=10, actions=80)
        assert said["wrong"] == []
        came_through = said["done"].keys() - {"refused"}
        assert len(came_through) > 4, "too little happened for a law to be broken"

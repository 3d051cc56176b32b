"""Decisions of every release, computed anew: what was decided once must come out the same for ever.

The files are of the synthetic city only; ``make.py`` made them, once.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from shuxin.scoring.evidence import replay

DECISIONS = Path(__file__).parent / "decisions"
KEPT: dict[str, tuple[int, int | None]] = {
    "0.2.0/approve-invoices.json": (73_600_000, 1275),
    "0.2.0/approve-product.json": (100_000_000, 780),
    "0.2.0/approve-requested.json": (2_000_000, 1275),
    "0.2.0/approve-working_capital.json": (10_800_000, 915),
    "0.2.0/decline-product-risk_high-no_profit.json": (0, None),
    "0.2.0/decline-requested-limit_low-no_profit-risk_between.json": (0, None),
    "0.2.0/decline-revenue-budget_spent.json": (0, None),
    "0.2.0/refer-requested-risk_between.json": (0, None),
    "0.2.0/refer-requested-thin_file.json": (0, None),
    "0.2.0/refer-revenue-thin_file.json": (0, None),
}
"""By file: the limit in fen and the rate in basis points. The name says the outcome, the cap and the gates."""


class TestGolden:
    def test_every_file_is_here_and_no_other(self) -> None:
        found = {str(path.relative_to(DECISIONS)) for path in DECISIONS.glob("*/*.json")}
        assert found == KEPT.keys()

    @pytest.mark.parametrize("name", KEPT)
    def test_comes_out_the_same(self, name: str) -> None:
        decision = replay((DECISIONS / name).read_bytes())
        outcome, bound_by, *gates = Path(name).stem.split("-")
        assert (decision.outcome, decision.assessment.limit.bound_by.code) == (outcome, bound_by)
        assert [gate.code for gate in decision.gates] == gates
        assert (decision.limit_fen, decision.rate_bp) == KEPT[name]

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from shuxin.city.build import QUALITY_KEPT, quality_paths
from shuxin.city.firms import Bond, FirmKind

if TYPE_CHECKING:
    from shuxin.city.firms import City


class TestQualityPaths:
    """Seed 1, 4,000 firms: each bound is more than 5 standard errors, so a right generator fails
    with probability below 1e-6."""

    def test_are_standard_normal_in_every_month(self) -> None:
        paths = quality_paths(firms=4000, months=24, seed=1)
        assert abs(paths[:, -1].mean()) < 0.09
        assert abs(paths[:, -1].std() - 1) < 0.06

    def test_remember_their_past(self) -> None:
        paths = quality_paths(firms=4000, months=24, seed=1)
        kept = np.corrcoef(paths[:, 0], paths[:, 12])[0, 1]
        assert kept == pytest.approx(QUALITY_KEPT**12, abs=0.05)

    def test_do_not_depend_on_how_many_firms_there_are(self) -> None:
        few, many = (quality_paths(firms=n, months=6, seed=1) for n in (2, 5))
        assert (few == many[:2]).all()


class TestRelations:
    def test_shares_of_every_company_add_up_to_the_whole(self, city: City) -> None:
        shares: defaultdict[str, int] = defaultdict(int)
        for bond in city.relations:
            if bond.bond is Bond.SHAREHOLDER:
                shares[bond.target] += bond.share_bp or 0
        companies = {firm.key for firm in city.firms if firm.kind is FirmKind.ENTERPRISE}
        assert shares == dict.fromkeys(companies, 10_000)

    def test_every_firm_has_one_head(self, city: City) -> None:
        heads = [
            bond.target
            for bond in city.relations
            if bond.bond in {Bond.LEGAL_REPRESENTATIVE, Bond.OPERATOR}
        ]
        assert sorted(heads) == sorted(firm.key for firm in city.firms)

    def test_some_shareholders_are_companies_that_are_older(self, city: City) -> None:
        corporate = [
            bond
            for bond in city.relations
            if bond.bond is Bond.SHAREHOLDER and bond.source[0] == "F"
        ]
        assert corporate
        for bond in corporate:
            assert city.firm(bond.source).founded_on < city.firm(bond.target).founded_on

    def test_guarantees_hold_one_closed_ring(self, city: City) -> None:
        bonds = [bond for bond in city.relations if bond.bond is Bond.GUARANTEE]
        ring = [bond.source for bond in bonds[:3]]
        assert [bond.target for bond in bonds[:3]] == [*ring[1:], ring[0]]
        assert all(bond.source != bond.target for bond in bonds)

    def test_months_are_36_in_a_row(self, city: City) -> None:
        assert len(city.months) == 36
        assert all(25 < (two - one).days < 32 for one, two in pairwise(city.months))
        assert city.months[-1].isoformat() == "2025-12-01"

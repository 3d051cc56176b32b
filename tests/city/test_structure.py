from __future__ import annotations

from itertools import combinations

import pytest
from rapidfuzz.distance import Levenshtein

from shuxin.city.api import Size
from shuxin.city.build import build_city
from shuxin.city.firms import Badge, Bond, City, FirmKind, FirmStatus, Name

SEEDS = [0, 7, 20260101]


@pytest.fixture(scope="module", params=SEEDS)
def town(request: pytest.FixtureRequest) -> City:
    return build_city(size=Size.TINY, seed=request.param)


def _core(name: Name) -> tuple[str, str, str]:
    return name.place, name.brand, name.trade


class TestStructure:
    def test_branches_carry_the_name_of_an_older_head_office(self, town: City) -> None:
        bonds = [bond for bond in town.relations if bond.bond is Bond.BRANCH]
        assert len(bonds) == 6
        for bond in bonds:
            branch, office = town.firm(bond.source), town.firm(bond.target)
            assert branch.kind is FirmKind.BRANCH
            assert str(branch.name).startswith(f"{office.name}第")
            assert str(branch.name).endswith("分公司")
            assert office.name.form.endswith("公司")
            assert office.founded_on <= branch.founded_on

    def test_successors_begin_where_the_individual_business_ends(self, town: City) -> None:
        bonds = [bond for bond in town.relations if bond.bond is Bond.SUCCESSOR]
        assert bonds
        for bond in bonds:
            old, new = town.firm(bond.source), town.firm(bond.target)
            assert (old.kind, new.kind) == (FirmKind.INDIVIDUAL, FirmKind.ENTERPRISE)
            assert old.status is FirmStatus.CANCELLED
            assert old.ended_on == new.founded_on == bond.valid_from
            assert old.uscc != new.uscc
            assert (old.head, old.address) == (new.head, new.address)

    def test_some_names_are_one_character_apart(self, town: City) -> None:
        names = [str(firm.name) for firm in town.firms if not firm.name.tail]
        near = [pair for pair in combinations(names, 2) if Levenshtein.distance(*pair) == 1]
        assert len(near) >= 3

    def test_some_names_differ_in_the_legal_form_only(self, town: City) -> None:
        firms = [firm for firm in town.firms if firm.kind is not FirmKind.BRANCH]
        bound = {(b.source, b.target) for b in town.relations if b.bond is Bond.SUCCESSOR}
        same = [
            (one, two)
            for one, two in combinations(firms, 2)
            if _core(one.name) == _core(two.name)
            and not {(one.key, two.key), (two.key, one.key)} & bound
        ]
        assert len(same) >= 3

    def test_some_firms_had_another_name_before(self, town: City) -> None:
        renamed = [firm for firm in town.firms if firm.renamed_on is not None]
        assert len(renamed) >= 4
        for firm in renamed:
            assert firm.founded_on < firm.renamed_on
            assert firm.name_on(firm.founded_on) == str(firm.former_name) != str(firm.name)
            assert firm.name_on(firm.renamed_on) == str(firm.name)

    def test_lists_of_able_firms_are_not_empty(self, town: City) -> None:
        for badge in Badge:
            assert sum(badge in firm.badges for firm in town.firms) >= 5

    def test_addresses_are_shared(self, town: City) -> None:
        bonds = [bond for bond in town.relations if bond.bond is Bond.SAME_ADDRESS]
        assert bonds
        assert all(
            town.firm(bond.source).address == town.firm(bond.target).address for bond in bonds
        )

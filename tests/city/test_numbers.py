from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shuxin.city.numbers import (
    identity_number_of,
    registration_number_of,
    uscc_of,
)
from shuxin.city.vocabulary import DISTRICTS
from shuxin.kernel.region import RegionCode

seeds = st.integers(0, 2**63 - 1)
entities = st.integers(0, 2_000_000)
regions = st.sampled_from(sorted(DISTRICTS))


class TestUSCCOf:
    @given(entities, st.sampled_from(["91", "92", "93"]), regions, seeds)
    def test_passes_both_checks(self, entity: int, category: str, region: str, seed: int) -> None:
        code = uscc_of(entity, category=category, region=region, seed=seed)
        assert code.organisation_check_holds
        assert code.registered_shape_holds
        assert code.region_code == region
        assert code.value[8:10] == "MA"

    @given(st.lists(entities, min_size=2, max_size=30, unique=True), seeds)
    def test_no_two_entities_share_a_code(self, some: list[int], seed: int) -> None:
        codes = {uscc_of(i, category="91", region="349901", seed=seed) for i in some}
        assert len(codes) == len(some)


class TestRegions:
    @given(regions)
    def test_are_assigned_to_nobody(self, region: str) -> None:
        assert not RegionCode(region).is_assigned

    @given(entities, seeds)
    def test_of_persons_too(self, person: int, seed: int) -> None:
        number = identity_number_of(person, seed=seed)
        assert not RegionCode(number.region_code).is_assigned
        assert 1956 <= number.birth_date.year <= 2003


class TestOtherNumbers:
    @given(st.lists(entities, min_size=2, max_size=30, unique=True), seeds)
    def test_are_unique(self, some: list[int], seed: int) -> None:
        for numbers in (
            {identity_number_of(i, seed=seed).reveal() for i in some},
            {registration_number_of(i, region="349901", seed=seed) for i in some},
        ):
            assert len(numbers) == len(some)

from __future__ import annotations

from collections import Counter

import pytest

from shuxin.city.api import CitySeedInvalid, Size
from shuxin.city.build import build_city
from shuxin.city.firms import FirmKind, FirmStatus
from shuxin.city.population import KINDS, SIZES, first_firms
from shuxin.city.scale import SCALES
from shuxin.city.streams import quotas
from shuxin.city.vocabulary import ENTERPRISE_SECTIONS, INDIVIDUAL_SECTIONS

SEEDS = [0, 1, 20260101, 2**63 - 1]
TINY = SCALES[Size.TINY]


@pytest.mark.parametrize("seed", SEEDS)
class TestFirstFirms:
    def test_kinds_are_exactly_62_36_and_2_per_cent(self, seed: int) -> None:
        living = first_firms(scale=TINY, seed=seed)[: TINY.firms]
        assert Counter(firm.uscc[:2] for firm in living) == {"91": 124, "92": 72, "93": 4}
        assert all(firm.status is FirmStatus.ACTIVE for firm in living)

    def test_sections_and_sizes_follow_their_quotas(self, seed: int) -> None:
        firms = first_firms(scale=TINY, seed=seed)[: TINY.firms]
        for prefix, shares in (("91", ENTERPRISE_SECTIONS), ("92", INDIVIDUAL_SECTIONS)):
            mine = [firm.industry[0] for firm in firms if firm.uscc.startswith(prefix)]
            expected = quotas(shares, total=len(mine))
            assert Counter(mine) == {section: n for section, n in expected.items() if n}
        sizes = Counter(firm.size for firm in firms if firm.uscc.startswith("91"))
        assert sizes == {size: n for size, n in quotas(SIZES, total=124).items() if n}

    def test_exits_are_cancelled_revoked_or_moved(self, seed: int) -> None:
        exited = first_firms(scale=TINY, seed=seed)[TINY.firms :]
        assert Counter(firm.status for firm in exited) == {
            FirmStatus.CANCELLED: 42,
            FirmStatus.REVOKED: 15,
            FirmStatus.MOVED_OUT: 3,
        }
        assert all(firm.ended_on is not None for firm in exited)

    def test_codes_names_and_accounts_are_unique(self, seed: int) -> None:
        firms = build_city(size=Size.TINY, seed=seed).firms
        accounts = [firm.power_account for firm in firms if firm.power_account]
        assert len({firm.uscc for firm in firms}) == len(firms)
        assert len({str(firm.name) for firm in firms}) == len(firms)
        assert len(set(accounts)) == len(accounts)


class TestShares:
    def test_are_those_of_the_domain_notes(self) -> None:
        assert sum(ENTERPRISE_SECTIONS.values()) == pytest.approx(100)
        assert sum(INDIVIDUAL_SECTIONS.values()) == pytest.approx(100)
        assert sum(KINDS.values()) == 100
        assert sum(SIZES.values()) == pytest.approx(100)


class TestSeed:
    @pytest.mark.parametrize("seed", [-1, 2**63])
    def test_outside_its_range_is_refused(self, seed: int) -> None:
        with pytest.raises(CitySeedInvalid):
            build_city(size=Size.TINY, seed=seed)

    def test_changes_every_code(self) -> None:
        one, two = (build_city(size=Size.TINY, seed=seed) for seed in (1, 2))
        assert not {firm.uscc for firm in one.firms} & {firm.uscc for firm in two.firms}

    def test_alone_decides(self) -> None:
        one, two = (build_city(size=Size.TINY, seed=5) for _ in range(2))
        assert one.firms == two.firms
        assert one.persons == two.persons
        assert one.relations == two.relations
        assert (one.quality == two.quality).all()

    def test_of_any_city_leaves_companies_to_be_branches(self) -> None:
        for seed in SEEDS:
            kinds = Counter(firm.kind for firm in build_city(size=Size.TINY, seed=seed).firms)
            assert kinds[FirmKind.BRANCH] == 6

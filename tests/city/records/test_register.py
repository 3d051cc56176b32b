from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from shuxin.city.dirt.kinds import DirtKind
from shuxin.city.records.accounts import HOLDERS, accounts
from shuxin.city.records.names import brand
from shuxin.city.records.register import CODE_KINDS, NAME_KINDS, build_register, firsts, masked
from shuxin.city.vocabulary import DISTRICTS
from shuxin.city.world.population import REGIONS
from shuxin.kernel.uscc import USCC, InvalidUSCC

if TYPE_CHECKING:
    from shuxin.city.records.register import Register
    from shuxin.city.world.world import World


class TestRegister:
    def test_codes_are_valid_distinct_and_of_nobodys_region(self, register: Register) -> None:
        codes = register.uscc.to_pylist()
        assert len(set(codes)) == len(codes)
        assert all(str(USCC(code)) == code and code[2:6] == "3499" for code in codes)

    def test_codes_tell_the_kind_and_the_region(self, register: Register, small: World) -> None:
        codes = register.uscc.to_pylist()[: small.count]
        assert [code[:2] for code in codes] == [("91", "92", "93")[k] for k in small.firms.kind]
        assert [code[2:8] for code in codes] == [REGIONS[r] for r in small.firms.region]

    def test_no_name_stands_twice_now_or_before(self, register: Register) -> None:
        names = register.name.to_pylist() + register.former.to_pylist()
        assert len(set(names)) == len(names)

    def test_individuals_bear_the_name_of_their_district(
        self, register: Register, small: World
    ) -> None:
        own = np.flatnonzero(small.firms.kind == 1)[:50]
        for firm in own.tolist():
            district = DISTRICTS[REGIONS[small.firms.region[firm]]]
            assert register.name[firm].as_py().startswith(f"澜坪市{district}")

    def test_groups_share_addresses_and_telephones(self, register: Register, small: World) -> None:
        for column, group in (
            (register.address, small.ties.address),
            (register.phone, small.ties.phone),
        ):
            shared = np.array(column.to_pylist())
            for number in np.unique(group[group >= 0])[:20]:
                assert len(set(shared[group == number])) == 1
            alone = shared[group < 0]
            assert len(np.unique(alone)) > 0.99 * len(alone)

    def test_rings_sit_at_one_address(self, register: Register, small: World) -> None:
        member = small.ties.rings.member
        for ring in range(int(member.max()) + 1):
            assert len(set(register.address.filter(pa.array(member == ring)).to_pylist())) == 1

    def test_is_the_same_again(self, register: Register, small: World) -> None:
        again = build_register(small)
        assert again.name.equals(register.name)
        assert again.address.equals(register.address)
        assert (again.renamed == register.renamed).all()

    def test_some_firms_were_renamed_in_their_lives(self, register: Register, small: World) -> None:
        changed = register.renamed < np.iinfo(np.int32).max
        assert 0.05 < changed.mean() < 0.09
        assert (register.renamed[changed] >= small.firms.founded[changed]).all()


class TestMiswritten:
    def test_every_way_changes_every_code(self, register: Register, small: World) -> None:
        clean = register.uscc.slice(0, small.count)
        for place, kind in enumerate(CODE_KINDS, 1):
            wrong = register.codes_as_written.slice(place * small.count, small.count)
            assert pc.all(pc.not_equal(clean, wrong)).as_py(), kind

    @pytest.mark.parametrize("kind", [DirtKind.CODE_SWAPPED, DirtKind.CODE_LOOK_ALIKE])
    def test_no_slip_gives_another_valid_code(
        self, register: Register, small: World, kind: DirtKind
    ) -> None:
        place = 1 + CODE_KINDS.index(kind)
        for code in register.codes_as_written.slice(place * small.count, 300).to_pylist():
            with pytest.raises(InvalidUSCC):
                USCC(code)

    def test_full_width_comes_back_by_nfkc(self, register: Register, small: World) -> None:
        place = 1 + CODE_KINDS.index(DirtKind.CODE_FULL_WIDTH)
        wide = register.codes_as_written.slice(place * small.count, 5)
        assert pc.utf8_normalize(wide, "NFKC").equals(register.uscc.slice(0, 5))

    def test_names_change_where_it_is_said(self, register: Register, small: World) -> None:
        own = register.name.slice(0, small.count)
        for place in range(len(NAME_KINDS)):
            wrong = register.names_as_written.slice((2 + place) * small.count, small.count)
            differs = np.asarray(pc.not_equal(own, wrong))
            assert not (register.name_changes[place] & ~differs).any()
        without_place = NAME_KINDS.index(DirtKind.NAME_WITHOUT_PLACE)
        assert register.name_changes[without_place].all()


class TestAccounts:
    def test_differ_by_holder_firm_and_unit(self) -> None:
        firm = np.repeat(np.arange(200), 3)
        unit = np.tile(np.arange(3), 200)
        made = [accounts(holder, firm, unit, seed=1).to_pylist() for holder in HOLDERS]
        assert len({code for column in made for code in column}) == 600 * len(HOLDERS)
        assert all(len(code) == 12 for column in made for code in column)

    def test_are_known_of_holders_only(self) -> None:
        with pytest.raises(KeyError):
            accounts("AMR", np.arange(2), seed=1)


class TestSmallParts:
    def test_brands_do_not_repeat(self) -> None:
        assert len({brand(n) for n in range(5000)}) == 5000

    def test_first_of_a_group(self) -> None:
        assert firsts(np.array([-1, 4, -1, 4, 9], np.int32)).tolist() == [0, 1, 2, 1, 4]

    def test_masked_leaves_what_is_there(self) -> None:
        column = masked(pa.array(["a", "b"]), np.array([False, True]))
        assert column.to_pylist() == ["a", None]

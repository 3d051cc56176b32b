from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from shuxin.city.api import Size
from shuxin.city.build import build_city
from shuxin.city.dirt.kinds import DirtKind
from shuxin.city.dirt.names import misquoted
from shuxin.city.streams import stream

if TYPE_CHECKING:
    from shuxin.city.firms import City, Firm


@pytest.fixture(scope="module")
def firms() -> tuple[Firm, ...]:
    return build_city(size=Size.TINY, seed=3).firms


def _variants(firm: Firm, *, name: str) -> dict[DirtKind, set[str]]:
    """Seed 5, 120 draws: a kind of share 1/6 is absent with probability below 1e-9."""
    rng = stream(seed=5, purpose="test", index=firm.number)
    found: dict[DirtKind, set[str]] = {}
    for _ in range(120):
        kind, text = misquoted(name, firm=firm, rng=rng)
        found.setdefault(kind, set()).add(text)
    return found


class TestMisquoted:
    def test_always_changes_the_name(self, firms: tuple[Firm, ...]) -> None:
        for firm in firms:
            rng = stream(seed=5, purpose="test", index=firm.number)
            assert misquoted(str(firm.name), firm=firm, rng=rng)[1] != str(firm.name)

    def test_former_names_belong_to_renamed_firms(self, firms: tuple[Firm, ...]) -> None:
        for firm in firms:
            found = _variants(firm, name=str(firm.name)).get(DirtKind.NAME_FORMER)
            assert found == ({str(firm.former_name)} if firm.former_name else None)

    def test_a_former_name_is_not_called_former_of_itself(self, firms: tuple[Firm, ...]) -> None:
        renamed = [firm for firm in firms if firm.former_name]
        assert renamed
        for firm in renamed:
            assert DirtKind.NAME_FORMER not in _variants(firm, name=str(firm.former_name))

    def test_of_a_known_firm_reads_as_people_write_it(self, firms: tuple[Firm, ...]) -> None:
        firm = next(f for f in firms if f.name.form == "有限公司" and not f.name.tail)
        name = replace(
            firm.name, place="澜坪", brand="恒泰", trade="建材", tail="", place_inside=True
        )
        found = _variants(replace(firm, name=name, former_name=None), name=str(name))
        assert found[DirtKind.NAME_BRACKETS] == {"恒泰(澜坪)建材有限公司"}
        assert found[DirtKind.NAME_LEGAL_FORM] == {"恒泰（澜坪）建材有限责任公司"}
        assert found[DirtKind.NAME_LOOK_ALIKE] == {
            "桓泰（澜坪）建材有限公司",
            "恒秦（澜坪）建材有限公司",
        }
        assert DirtKind.NAME_WITHOUT_PLACE not in found

    def test_the_place_may_be_dropped(self, city: City) -> None:
        firm = next(f for f in city.firms if not f.name.place_inside)
        found = _variants(firm, name=str(firm.name))[DirtKind.NAME_WITHOUT_PLACE]
        assert found == {str(firm.name).removeprefix(firm.name.place)}

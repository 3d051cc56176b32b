from __future__ import annotations

from shuxin.city.vocabulary import (
    BRAND_FIRST,
    BRAND_SECOND,
    CITY,
    DISTRICTS,
    ENTERPRISE_SECTIONS,
    INDIVIDUAL_SECTIONS,
    LOOK_ALIKE,
    PLACE,
    TRADES,
)
from shuxin.kernel.industry import IndustryCode
from shuxin.kernel.region import region_names


class TestPlaces:
    def test_are_invented(self) -> None:
        real = set(region_names())
        assert not {CITY, PLACE, *DISTRICTS.values()} & real
        assert len(DISTRICTS) == 7


class TestTrades:
    def test_stand_in_the_section_of_their_code(self) -> None:
        for section, trades in TRADES.items():
            for code, _ in trades:
                industry = IndustryCode(code)
                assert industry.section == section
                assert IndustryCode.parse(code[1:]) == industry

    def test_cover_every_section_that_is_dealt(self) -> None:
        assert set(TRADES) >= set(ENTERPRISE_SECTIONS) | set(INDIVIDUAL_SECTIONS)


class TestLookAlikes:
    def test_always_change_the_character(self) -> None:
        assert all(one != other for one, other in LOOK_ALIKE.items())
        assert set(LOOK_ALIKE) <= set(BRAND_FIRST) | set(BRAND_SECOND)

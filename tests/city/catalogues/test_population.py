"""The parts of the population have the sizes of DOMAIN 9.1-9.3."""

from __future__ import annotations

import pytest

from shuxin.city.catalogues.population import (
    ABOVE_MICRO,
    SECTIONS,
    Selector,
    coops,
    every,
    firms,
    shops,
)


class TestSelector:
    def test_all_are_200_000(self) -> None:
        assert every().expected == pytest.approx(200_000)
        kinds = (firms().expected, shops().expected, coops().expected)
        assert kinds == pytest.approx((124_000, 72_000, 4_000))

    def test_sections_add_up(self) -> None:
        parts = sum(every(section).expected for section in SECTIONS)
        assert parts == pytest.approx(every().expected)

    def test_sections_and_sizes_are_those_of_the_reference(self) -> None:
        assert firms("C").expected == pytest.approx(17_360)
        assert every("A").expected == pytest.approx(3_720 + 3_168 + 4_000)
        assert firms(sizes=ABOVE_MICRO).expected == pytest.approx(124_000 * 0.147)
        assert every(share=0.25).expected == pytest.approx(50_000)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"sections": "AZ"},
            {"kinds": ("person",)},
            {"sizes": ("huge",)},
            {"share": 1.01},
            {"share": 0},
        ],
    )
    def test_of_what_there_is_not_is_refused(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValueError, match="no such part"):
            Selector(**wrong)

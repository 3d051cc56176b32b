"""The page of the city's catalogues says what is declared."""

from __future__ import annotations

import re

from tools.city_catalogues import PAGE, page

from shuxin.city.catalogues import CATALOGUES, OUTSIDE


class TestPage:
    def test_is_up_to_date(self) -> None:
        assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tools.city_catalogues"

    def test_has_a_row_for_every_catalogue(self) -> None:
        rows = re.findall(r"^\| ([A-Z]+-\d\d) \| ", page(), re.MULTILINE)
        assert rows == [one.code for one in (*CATALOGUES, *OUTSIDE)]

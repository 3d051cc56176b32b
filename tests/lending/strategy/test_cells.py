from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.lending.strategy.cells import CellMalformed, parse_cell
from shuxin.lending.strategy.facts import FactKind

WHOLE, NUMBER, TEXT, BOOLEAN = (
    FactKind.INTEGER, FactKind.NUMBER, FactKind.TEXT, FactKind.BOOLEAN
)  # fmt: skip


class TestCell:
    @pytest.mark.parametrize(
        ("text", "kind", "takes", "leaves"),
        [
            ("", WHOLE, [None, 0, -5], []),
            ("< 12", WHOLE, [11, -1], [12, 13, None]),
            (">= 12", WHOLE, [12, 13], [11, None]),
            ("[12..24)", WHOLE, [12, 23], [11, 24, None]),
            ("(0..1]", NUMBER, [0.5, 1, 0.000001], [0, 1.000001, None]),
            ("<= 0.3", NUMBER, [0.3, 0, -1], [0.300001, None]),
            ("null, < 3, > 10", WHOLE, [None, 2, 11], [3, 10]),
            ("< 3, null", WHOLE, [None, 2], [3]),
            ("!= 3", WHOLE, [None, 2], [3]),
            ("!= null", WHOLE, [2], [None]),
            ('"A"', TEXT, ["A"], ["a", "", None]),
            ('= "A", "B"', TEXT, ["A", "B"], ["C", None]),
            ('not in ["A", "B"]', TEXT, ["C", None, ""], ["A", "B"]),
            ('startsWith($, "33"), null', TEXT, ["33", "3301", None], ["3", "13", ""]),
            ("true", BOOLEAN, [True], [False, None]),
            ("false, null", BOOLEAN, [False, None], [True]),
            ("-3", WHOLE, [-3], [3, None]),
        ],
    )
    def test_takes_what_it_says(
        self, text: str, kind: FactKind, takes: list[object], leaves: list[object]
    ) -> None:
        cell = parse_cell(text, kind=kind)
        assert [value for value in takes if not cell.holds(value)] == []  # type: ignore[arg-type]
        assert [value for value in leaves if cell.holds(value)] == []  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("<< 12 (", WHOLE), ("< 12 (", WHOLE), ("12..24", WHOLE), ("[24..12]", WHOLE), ("[1..2", WHOLE),
            ("< ", WHOLE), ("12,", WHOLE), (",", WHOLE), ("1 2", WHOLE), ("< 12.5", WHOLE), ("1e3", NUMBER),
            ("0.1234567", NUMBER), ("< 2000000000", NUMBER), ("9999999999999", WHOLE), ('"A', TEXT), ('"a"b"', TEXT),
            ("A", TEXT), ('"A"', WHOLE), ("12", TEXT), ("true", WHOLE), ("True", BOOLEAN), ("1", BOOLEAN),
            ('startsWith($, "")', TEXT), ('startsWith(x, "A")', TEXT), ('contains($, "A")', TEXT),
            ("$ > 3 and $ < 5", WHOLE), ("not in []", WHOLE), ("-", WHOLE), ("> x", WHOLE), ("< 3 or > 5", WHOLE),
            ("< 12" + " " * 400, WHOLE), ("nullx", WHOLE), ("12x", WHOLE), ('startsWith($, "A")', WHOLE),
        ],
    )  # fmt: skip
    def test_anything_else_is_refused(self, text: str, kind: FactKind) -> None:
        with pytest.raises(CellMalformed):
            parse_cell(text, kind=kind)

    @given(st.text(max_size=30), st.sampled_from(list(FactKind)))
    def test_any_text_is_parsed_or_refused(self, text: str, kind: FactKind) -> None:
        try:
            cell = parse_cell(text, kind=kind)
        except CellMalformed:
            return
        assert bool(cell.parts) == bool(text.strip())

    def test_decimals_are_exact(self) -> None:
        cell = parse_cell("<= 0.3", kind=NUMBER)
        assert cell.numbers() == {Decimal("0.3")}
        assert cell.holds(0.3)
        assert not cell.holds(round(0.1 + 0.2 + 1e-6, 6))

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.industry import IndustryCode
from shuxin.kernel.size_class import SizeClass, SizeConfidence, SizeFinding, size_class

YUAN_10K = 1_000_000  # fen

# The notice row by row: an industry of the row, then for each indicator the inclusive lower
# bounds of large, medium, small; X persons, Y and Z in 10,000 yuan.
RULES: dict[str, dict[str, tuple[int, int, int]]] = {
    "A0111": {"Y": (20000, 500, 50)},
    "B0610": {"X": (1000, 300, 20), "Y": (40000, 2000, 300)},
    "C3985": {"X": (1000, 300, 20), "Y": (40000, 2000, 300)},
    "D4411": {"X": (1000, 300, 20), "Y": (40000, 2000, 300)},
    "E4710": {"Y": (80000, 6000, 300), "Z": (80000, 5000, 300)},
    "F5111": {"X": (200, 20, 5), "Y": (40000, 5000, 1000)},
    "F5211": {"X": (300, 50, 10), "Y": (20000, 500, 100)},
    "G5430": {"X": (1000, 300, 20), "Y": (30000, 3000, 200)},
    "G5810": {"X": (1000, 300, 20), "Y": (30000, 3000, 200)},
    "G5910": {"X": (1000, 300, 20), "Y": (30000, 3000, 200)},
    "G5920": {"X": (200, 100, 20), "Y": (30000, 1000, 100)},
    "G6010": {"X": (1000, 300, 20), "Y": (30000, 2000, 100)},
    "H6110": {"X": (300, 100, 10), "Y": (10000, 2000, 100)},
    "H6210": {"X": (300, 100, 10), "Y": (10000, 2000, 100)},
    "I6311": {"X": (2000, 100, 10), "Y": (100000, 1000, 100)},
    "I6410": {"X": (2000, 100, 10), "Y": (100000, 1000, 100)},
    "I6511": {"X": (300, 100, 10), "Y": (10000, 1000, 50)},
    "K7010": {"Y": (200000, 1000, 100), "Z": (10000, 5000, 2000)},
    "K7020": {"X": (1000, 300, 100), "Y": (5000, 1000, 500)},
    "K7030": {"X": (300, 100, 10)},
    "L7211": {"X": (300, 100, 10), "Z": (120000, 8000, 100)},
    "M7310": {"X": (300, 100, 10)},
    "N7610": {"X": (300, 100, 10)},
    "O8010": {"X": (300, 100, 10)},
    "Q8510": {"X": (300, 100, 10)},
    "R8610": {"X": (300, 100, 10)},
}
BOUNDS = sorted({b for rule in RULES.values() for bounds in rule.values() for b in bounds})
# Values at, just below and just above every bound of the notice.
amounts = st.sampled_from(BOUNDS).flatmap(lambda b: st.integers(max(0, b - 1), b + 1))
fen_near = st.builds(lambda amount, fen: amount * YUAN_10K + fen, amounts, st.integers(-1, 1))


def by_the_words_of_the_notice(
    rule: dict[str, tuple[int, int, int]], values: dict[str, int]
) -> SizeClass:
    """Large, medium, small need all indicators at the lower bound, else the next class down;
    one indicator below the bound of small is micro."""
    large = all(values[name] >= bounds[0] for name, bounds in rule.items())
    medium = all(values[name] >= bounds[1] for name, bounds in rule.items())
    micro = any(values[name] < bounds[2] for name, bounds in rule.items())
    if micro:
        return SizeClass.MICRO
    if large:
        return SizeClass.LARGE
    return SizeClass.MEDIUM if medium else SizeClass.SMALL


def found(
    code: str,
    *,
    employees: int | None = None,
    revenue: int | None = None,
    assets: int | None = None,
) -> SizeFinding:
    """With money in units of 10,000 yuan."""
    return size_class(
        industry=IndustryCode.parse(code),
        employees=employees,
        revenue_fen=None if revenue is None else revenue * YUAN_10K,
        assets_fen=None if assets is None else assets * YUAN_10K,
    )


class TestSizeClass:
    @pytest.mark.parametrize("code", RULES)
    @given(employees=amounts, revenue_fen=fen_near, assets_fen=fen_near)
    def test_is_the_notice_word_by_word(
        self, code: str, employees: int, revenue_fen: int, assets_fen: int
    ) -> None:
        rule = {
            name: bounds if name == "X" else tuple(bound * YUAN_10K for bound in bounds)
            for name, bounds in RULES[code].items()
        }
        values = {"X": employees, "Y": revenue_fen, "Z": assets_fen}
        finding = size_class(
            industry=IndustryCode(code),
            employees=employees,
            revenue_fen=revenue_fen,
            assets_fen=assets_fen,
        )
        assert finding.size == by_the_words_of_the_notice(rule, values)
        assert finding.confidence is SizeConfidence.FULL

    @pytest.mark.parametrize(
        "code", ["J", "J6621", "P", "P8310", "Q84", "Q8411", "G5310", "S", "T"]
    )
    def test_outside_the_rule(self, code: str) -> None:
        assert found(code, employees=5000, revenue=10**6, assets=10**6) == SizeFinding(
            None, SizeConfidence.NOT_APPLICABLE
        )

    def test_missing_indicator_is_partial(self) -> None:
        assert found("C3985", employees=500) == SizeFinding(
            SizeClass.MEDIUM, SizeConfidence.PARTIAL
        )
        assert found("C3985", revenue=100) == SizeFinding(SizeClass.MICRO, SizeConfidence.PARTIAL)

    def test_indicator_the_row_has_no_use_for_may_be_missing(self) -> None:
        assert found("A0111", revenue=600).confidence is SizeConfidence.FULL
        assert found("M7310", employees=99) == SizeFinding(SizeClass.SMALL, SizeConfidence.FULL)

    def test_no_indicator_is_unknown(self) -> None:
        assert found("C3985") == SizeFinding(None, SizeConfidence.UNKNOWN)
        assert found("A0111", employees=10) == SizeFinding(None, SizeConfidence.UNKNOWN)

    @pytest.mark.parametrize("code", ["C", "C39", "C398", "L", "H", "M7310"])
    def test_coarse_code_within_one_row_is_full(self, code: str) -> None:
        finding = found(code, employees=50, revenue=500, assets=500)
        assert finding == SizeFinding(SizeClass.SMALL, SizeConfidence.FULL)

    @pytest.mark.parametrize("code", ["F", "59", "70", "K", "I"])
    def test_coarse_code_whose_rows_agree_is_partial(self, code: str) -> None:
        assert found(code, employees=1, revenue=1, assets=1) == SizeFinding(
            SizeClass.MICRO, SizeConfidence.PARTIAL
        )

    @pytest.mark.parametrize(("code", "employees"), [("F", 8), ("59", 150), ("G", 1), ("Q", 1)])
    def test_coarse_code_whose_rows_disagree_is_unknown(self, code: str, employees: int) -> None:
        assert found(code, employees=employees, revenue=30_000) == SizeFinding(
            None, SizeConfidence.UNKNOWN
        )

    @given(st.sampled_from(sorted(RULES)), amounts, amounts, amounts, st.integers(0, 1000))
    def test_more_never_makes_smaller(
        self, code: str, employees: int, revenue: int, assets: int, more: int
    ) -> None:
        before = found(code, employees=employees, revenue=revenue, assets=assets).size
        after = found(code, employees=employees + more, revenue=revenue, assets=assets).size
        assert before is not None
        assert after is not None
        assert after >= before

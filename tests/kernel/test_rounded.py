from __future__ import annotations

import math
from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.rounded import exp, log, log1p, logistic

REALS = st.floats(-740, 709, allow_nan=False)
POSITIVE = st.floats(min_value=5e-324, max_value=1e308, allow_nan=False)
FAR = Context(prec=400, Emax=999_999, Emin=-999_999)


def near(found: float, libm: float) -> bool:
    """Within two units in the last place of what the machine says."""
    return abs(found - libm) <= 2 * math.ulp(libm)


@given(REALS)
def test_exp_is_the_nearest_double(x: float) -> None:
    assert exp(x) == float(FAR.exp(Decimal(x)))
    assert near(exp(x), math.exp(x))


@given(POSITIVE)
def test_log_is_the_nearest_double(x: float) -> None:
    assert log(x) == float(FAR.ln(Decimal(x)))
    assert near(log(x), math.log(x))


@given(st.floats(min_value=-0.999, max_value=1e308))
def test_log1p_is_the_nearest_double(x: float) -> None:
    assert log1p(x) == float(FAR.ln(FAR.add(1, Decimal(x)))) if abs(x) > 1e-300 else log1p(x) == x
    assert near(log1p(x), math.log1p(x))


@given(st.floats(allow_nan=False))
def test_logistic_is_a_chance_and_turns_round_even_odds(x: float) -> None:
    assert 0 <= logistic(x) <= 1
    assert logistic(x) + logistic(-x) == pytest.approx(1)


def test_the_ends() -> None:
    assert (exp(1e9), exp(-1e9), exp(0.0), log(1.0), log1p(0.0)) == (math.inf, 0.0, 1.0, 0.0, 0.0)
    assert (logistic(math.inf), logistic(-math.inf), logistic(0.0)) == (1.0, 0.0, 0.5)
    assert math.isnan(exp(math.nan))
    assert math.isnan(logistic(math.nan))


@pytest.mark.parametrize(("function", "x"), [(log, 0.0), (log, -1.0), (log1p, -1.0)])
def test_nothing_has_such_a_logarithm(function: object, x: float) -> None:
    with pytest.raises(ValueError, match="domain"):
        function(x)  # type: ignore[operator]

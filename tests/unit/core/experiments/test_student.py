"""Quantiles against the tables they have been printed in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.experiments.student import beta_area, normal_quantile, t_area, t_quantile


@pytest.mark.parametrize(
    ("p", "df", "printed"),
    [
        (0.975, 1, 12.706),
        (0.975, 2, 4.303),
        (0.975, 5, 2.571),
        (0.975, 10, 2.228),
        (0.975, 30, 2.042),
        (0.975, 120, 1.980),
        (0.95, 4, 2.132),
        (0.995, 8, 3.355),
        (0.9, 3, 1.638),
    ],
)
def test_quantiles_of_student_are_those_of_the_printed_table(
    p: float, df: float, printed: float
) -> None:
    """Nine entries of Student's table come out to its three decimals."""
    assert t_quantile(p, df) == pytest.approx(printed, abs=6e-4)


@pytest.mark.parametrize(("p", "printed"), [(0.975, 1.95996), (0.5, 0.0), (0.999, 3.09023)])
def test_quantiles_of_the_normal_are_those_of_the_printed_table(p: float, printed: float) -> None:
    """Three entries of the normal's table come out to its five decimals."""
    assert normal_quantile(p) == pytest.approx(printed, abs=6e-6)


def test_student_with_many_degrees_is_the_normal() -> None:
    """With a million degrees of freedom nothing is left of the difference in three decimals."""
    assert t_quantile(0.975, 1e6) == pytest.approx(normal_quantile(0.975), abs=1e-4)


def test_two_degrees_of_freedom_have_a_formula() -> None:
    """With df = 2 the area below x is (1 + x / sqrt(x² + 2)) / 2: at x = 1, 0.788675."""
    assert t_area(1.0, 2.0) == pytest.approx(0.7886751346, abs=1e-9)


def test_the_beta_area_of_one_and_b_has_a_formula() -> None:
    """I(x; 1, b) = 1 - (1 - x)^b: at x = 0.3, b = 4 that is 0.7599; the ends are 0 and 1."""
    assert beta_area(0.3, 1.0, 4.0) == pytest.approx(0.7599, abs=1e-12)
    assert (beta_area(0.0, 2.0, 3.0), beta_area(1.0, 2.0, 3.0)) == (0.0, 1.0)


@given(p=st.floats(0.001, 0.999).filter(lambda p: abs(p - 0.5) > 1e-3), df=st.floats(0.8, 500))
def test_a_quantile_is_where_the_area_is_reached(p: float, df: float) -> None:
    """The area below a quantile is the probability asked for, on both sides of the middle."""
    x = t_quantile(p, df)
    area = t_area(x, df) if x >= 0 else 1 - t_area(-x, df)
    assert area == pytest.approx(p, abs=1e-8)


@given(p=st.floats(0.51, 0.999), df=st.floats(1, 100))
def test_fewer_degrees_of_freedom_are_further_out(p: float, df: float) -> None:
    """Knowing the error less makes an interval wider."""
    assert t_quantile(p, df) >= t_quantile(p, df + 1) - 1e-9

"""Computed evidence is a sum that a calculator can check, and nothing more."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.evidence.prove import Sum, read_sum


@pytest.mark.parametrize(
    "text",
    [
        "20000 / 2310485 = 0.9 %",
        "20,000 / 2,310,485 = 0.87 %",
        "20000 ÷ 2310485 ≈ 0.9 percent",
        "2013 - 2004 = 9 years",
        "(80000 + 120000) / 2 = 100,000",
        "0.1 + 0.2 = 0.3",
        "850 * 1000000 = $850 million",
        "1 / 3 = 0.33",
    ],
)
def test_right_sums_are_read(text: str) -> None:
    assert isinstance(read_sum(text), Sum)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("20000 / 2310485 = 10 %", "gives 1, not 10"),
        ("20000 / 2310485 = 0.8 %", "gives 0.9, not 0.8"),
        ("1 / 0 = 1", "division by zero"),
        ("1 + 1", "one equals sign"),
        ("1 = 1 = 1", "one equals sign"),
        ("2 ** 9 = 512", "not a sum"),
        ("9 ** 9 ** 9 ** 9 = 1", "not a sum"),
        ("__import__('os').system('true') = 1", "not a sum"),
        ("1e99999999 * 1 = 1", "not a sum"),
        ("1_000 + 1 = 1001", "not a sum"),
        ("True + 1 = 2", "not a sum"),
        ("-1 + 2 = 1", "not a sum"),
        ("1 + 1 = some", "one number"),
        ("(" * 150 + "1 = 1", "not a sum"),
        ("1+" * 150 + "1 = 1", "longer than"),
    ],
)
def test_anything_else_is_refused_in_words(text: str, complaint: str) -> None:
    answer = read_sum(text)
    assert isinstance(answer, str)
    assert complaint in answer


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(0, 4))
def test_what_is_rounded_to_the_digits_shown_is_right_and_one_off_is_wrong(
    a: int, b: int, digits: int
) -> None:
    rounded = round(Fraction(a, b), digits)
    text = f"{float(rounded):.{digits}f}"
    if Fraction(text) == rounded:
        assert isinstance(read_sum(f"{a} / {b} = {text}"), Sum)
        wrong = f"{float(rounded + Fraction(2, 10**digits)):.{digits}f}"
        assert isinstance(read_sum(f"{a} / {b} = {wrong}"), str)


@given(st.text(max_size=60))
def test_any_text_is_judged_without_fault(text: str) -> None:
    assert isinstance(read_sum(text), (str, Sum))


def test_the_figures_of_a_sum_are_told() -> None:
    answer = read_sum("20000 / 2310485 = 0.9 %")
    assert isinstance(answer, Sum)
    assert answer.figures == (20000, 2310485)
    assert (answer.said.low, answer.said.unit) == (Fraction(9, 10), "percent")

"""Computed evidence is a computation that a calculator can check, and nothing more."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from briefgen.evidence.computations import Computation, parse_computation


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
def test_correct_computations_are_parsed(text: str) -> None:
    assert isinstance(parse_computation(text), Computation)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("20000 / 2310485 = 10 %", "gives 1, not 10"),
        ("20000 / 2310485 = 0.8 %", "gives 0.9, not 0.8"),
        ("1 / 0 = 1", "division by zero"),
        ("1 + 1", "one equals sign"),
        ("1 = 1 = 1", "one equals sign"),
        ("2 ** 9 = 512", "not a computation"),
        ("9 ** 9 ** 9 ** 9 = 1", "not a computation"),
        ("__import__('os').system('true') = 1", "not a computation"),
        ("1e99999999 * 1 = 1", "not a computation"),
        ("1_000 + 1 = 1001", "not a computation"),
        ("True + 1 = 2", "not a computation"),
        ("-1 + 2 = 1", "not a computation"),
        ("1 + 1 = some", "one number"),
        ("(" * 150 + "1 = 1", "not a computation"),
        ("1+" * 150 + "1 = 1", "longer than"),
    ],
)
def test_anything_else_is_rejected_with_a_reason(text: str, complaint: str) -> None:
    answer = parse_computation(text)
    assert isinstance(answer, str)
    assert complaint in answer


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(0, 4))
def test_what_is_rounded_to_the_digits_shown_is_right_and_one_off_is_wrong(
    a: int, b: int, digits: int
) -> None:
    rounded = round(Fraction(a, b), digits)
    text = f"{float(rounded):.{digits}f}"
    assume(Fraction(text) == rounded)
    assert isinstance(parse_computation(f"{a} / {b} = {text}"), Computation)
    wrong = f"{float(rounded + Fraction(2, 10**digits)):.{digits}f}"
    assert isinstance(parse_computation(f"{a} / {b} = {wrong}"), str)


@given(st.text(max_size=60))
def test_no_text_crashes_the_parser(text: str) -> None:
    assert isinstance(parse_computation(text), (str, Computation))


def test_inputs_and_result_are_returned() -> None:
    answer = parse_computation("20000 / 2310485 = 0.9 %")
    assert isinstance(answer, Computation)
    assert answer.inputs == (20000, 2310485)
    assert (answer.result.low, answer.result.unit) == (Fraction(9, 10), "percent")

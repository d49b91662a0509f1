"""Parse and check computations in evidence, such as `20000 / 2310485 = 0.9 %`."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from briefgen.evidence.numbers import Number, find_numbers

_OPERATORS: Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_ARITHMETIC_SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", "–": "-", "\u00a0": " ", "\u202f": " "})
MAX_COMPUTATION_LENGTH = 200
"""Characters in a computation."""


@dataclass(frozen=True, slots=True)
class Computation:
    """A computation whose stated result has been checked against its left side."""

    inputs: tuple[Fraction, ...]
    """The numbers on the left side, each of which other evidence must contain."""
    exact: Fraction
    """The value of the left side."""
    result: Number
    """The result as stated, rounded."""


def parse_computation(text: str) -> Computation | str:
    """Parse a computation such as `20000 / 2310485 = 0.9 %`; return an error message if it is wrong.

    The right side must equal the left side (times 100 for a percentage), rounded to the digits shown.
    """
    if len(text) > MAX_COMPUTATION_LENGTH:
        return f"longer than {MAX_COMPUTATION_LENGTH} characters"
    sides = re.split(r"[=≈]", text.translate(_ARITHMETIC_SIGNS))
    if len(sides) != 2:
        return "expected one equals sign"
    stated = find_numbers(sides[1].strip())
    if len(stated) != 1 or stated[0].kind not in ("amount", "date") or stated[0].is_range:
        return f"expected one number after the equals sign, not {sides[1].strip()!r}"
    number = _year_as_count(stated[0])
    left = re.sub(r"(?<=\d),(?=\d{3})", "", sides[0]).strip()
    try:
        tree = ast.parse(left, mode="eval")
        inputs: list[Fraction] = []
        exact = _evaluate(tree.body, left, inputs)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return f"{sides[0].strip()!r} is not a computation with numbers, + - * / and brackets"
    except ZeroDivisionError:
        return "division by zero"
    printed = re.search(r"\d[\d,]*(?:\.(\d+))?", sides[1])
    digits = len(printed.group(1) or "") if printed else 0
    scale = 100 if number.unit == "percent" else 1
    written = Fraction(re.sub(",", "", printed.group())) if printed else number.low
    factor = number.low / written if written else Fraction(1)
    half = Fraction(1, 2 * 10**digits)
    if abs(exact * scale / factor - written) > half:
        right = float(round(exact * scale / factor, digits))
        return f"the left side gives {right:,.{digits}f}, not {printed.group() if printed else number}"
    return Computation(tuple(inputs), exact, number)


def _year_as_count(number: Number) -> Number:
    """Read what looks like a bare year after the equals sign as a count."""
    if number.kind != "date":
        return number
    value = Fraction(number.date[0] or 0)
    return Number("amount", number.words, number.start, number.end, value, value)


def _evaluate(node: ast.expr, source: str, inputs: list[Fraction]) -> Fraction:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        written = ast.get_source_segment(source, node) or ""
        if not re.fullmatch(r"\d{1,30}(?:\.\d{1,30})?", written):
            raise ValueError("not a number")
        # From the digits as written: a float would not be exact.
        value = Fraction(written)
        inputs.append(value)
        return value
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left = _evaluate(node.left, source, inputs)
        return _OPERATORS[type(node.op)](left, _evaluate(node.right, source, inputs))
    raise ValueError("not a computation")

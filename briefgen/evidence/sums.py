"""Checks the arithmetic of computed evidence: it can do what a pocket calculator can, and nothing else."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from briefgen.evidence.numbers import Number, read_numbers

_OPERATORS: Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", "–": "-", "\u00a0": " ", "\u202f": " "})
MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Sum:
    """A computation as written: what is computed from which figures, and what is said to come out."""

    figures: tuple[Fraction, ...]
    """The numbers on the left side, each to be proved elsewhere."""
    exact: Fraction
    said: Number


def read_sum(text: str) -> Sum | str:
    """Read `20000 / 2310485 = 0.9 %`; a string says what is wrong with it.

    The right side must be the left side rounded to the digits shown; a percentage is a hundred times it.
    """
    if len(text) > MAX_LENGTH:
        return f"longer than {MAX_LENGTH} characters"
    sides = re.split(r"[=≈]", text.translate(_SIGNS))
    if len(sides) != 2:
        return "one equals sign is expected"
    said = read_numbers(sides[1].strip())
    if len(said) != 1 or said[0].kind not in ("amount", "date") or said[0].is_range:
        return f"one number is expected behind the equals sign, not {sides[1].strip()!r}"
    number = _as_amount(said[0])
    left = re.sub(r"(?<=\d),(?=\d{3})", "", sides[0]).strip()
    try:
        tree = ast.parse(left, mode="eval")
        figures: list[Fraction] = []
        exact = _value(tree.body, left, figures)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return f"{sides[0].strip()!r} is not a sum of figures with + - * / and brackets"
    except ZeroDivisionError:
        return "a division by zero"
    shown = re.search(r"\d[\d,]*(?:\.(\d+))?", sides[1])
    digits = len(shown.group(1) or "") if shown else 0
    scale = 100 if number.unit == "percent" else 1
    written = Fraction(re.sub(",", "", shown.group())) if shown else number.low
    factor = number.low / written if written else Fraction(1)
    half = Fraction(1, 2 * 10**digits)
    if abs(exact * scale / factor - written) > half:
        right = float(round(exact * scale / factor, digits))
        return f"the left side gives {right:,.{digits}f}, not {shown.group() if shown else number}"
    return Sum(tuple(figures), exact, number)


def _as_amount(number: Number) -> Number:
    """A bare year behind the equals sign is a count."""
    if number.kind != "date":
        return number
    value = Fraction(number.date[0] or 0)
    return Number("amount", number.words, number.start, number.end, value, value)


def _value(node: ast.expr, source: str, figures: list[Fraction]) -> Fraction:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        written = ast.get_source_segment(source, node) or ""
        if not re.fullmatch(r"\d{1,30}(?:\.\d{1,30})?", written):
            raise ValueError("not a figure")
        # The digits as written: a binary fraction would not be exact.
        figure = Fraction(written)
        figures.append(figure)
        return figure
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left = _value(node.left, source, figures)
        return _OPERATORS[type(node.op)](left, _value(node.right, source, figures))
    raise ValueError("not a sum")

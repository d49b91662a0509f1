"""What a stylesheet and a page may ask of the renderer, looked at before they get to it.

A stylesheet can be the work of strangers, and a line of it can ask for a million columns. The bounds are far
above what any page needs. Text of a page was held to the vocabulary before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from briefgen.errors import Place, Problem

MAX_CHARACTERS = 200_000
"""Of one stylesheet."""
MAX_NESTING = 16
"""Of blocks and functions in a stylesheet."""
MAX_COLUMNS = 12
MAX_SPAN = 1000
"""Of a table's cell, and start of a list."""
MAX_MM = 2000.0
"""Length of anything: twice the longest paper (A0)."""
MIN_PAGE_MM = 40.0
"""Side of a page."""
MAX_NUMBER = 10_000.0
_MM = {"mm": 1.0, "cm": 10.0, "q": 0.25, "in": 25.4, "pt": 25.4 / 72, "pc": 25.4 / 6, "px": 25.4 / 96}
_RELATIVE = frozenset({"em", "rem", "ex", "ch", "lh", "rlh", "vw", "vh", "vmin", "vmax", "cap", "ic"})
_MAX_RELATIVE = 200.0
_COLUMNS = frozenset({"columns", "column-count"})
_SPAN = re.compile(r'\b(colspan|rowspan|start)="\s*[+-]?(\d{4,})')
_OPENING, _CLOSING = frozenset("{[("), frozenset("}])")


def stylesheet_problems(css: str, name: str) -> Iterator[Problem]:
    """Whatever in a stylesheet asks for too much."""
    if len(css) > MAX_CHARACTERS:
        yield _problem(name, None, f"has more than {MAX_CHARACTERS:,} characters")
    elif _depth(css) > MAX_NESTING:
        yield _problem(name, None, f"is nested deeper than {MAX_NESTING} levels")
    else:
        import tinycss2

        rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
        yield from _look_at_rules(rules, name)


def page_problems(html: str) -> Iterator[Problem]:
    """Whatever in a document's HTML asks for too much."""
    for found in _SPAN.finditer(html):
        if int(found[2]) > MAX_SPAN:
            yield Problem(
                "page-excessive",
                f"{found[1]}={found[2][:20]} is more than {MAX_SPAN}",
                None,
                "look at the template that says so",
            )


def _depth(css: str) -> int:
    """How deep brackets are nested, those in strings and comments counted too."""
    depth = deepest = 0
    for char in css:
        if char in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif char in _CLOSING:
            depth = max(0, depth - 1)
    return deepest


def _look_at_rules(rules: Any, name: str, page: bool = False) -> Iterator[Problem]:
    import tinycss2

    for rule in rules:
        if rule.type == "declaration":
            yield from _look_at_declaration(rule, name, page)
        elif getattr(rule, "content", None) is not None:
            is_page = getattr(rule, "lower_at_keyword", "") == "page"
            inner = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
            yield from _look_at_rules(inner, name, is_page)


def _look_at_declaration(declaration: Any, name: str, page: bool) -> Iterator[Problem]:
    prop = declaration.lower_name
    tokens = list(_tokens(declaration.value))
    numbers = [token for token in tokens if token.type in ("number", "dimension", "percentage")]
    said = f"{declaration.name}: {_written(declaration.value)}"
    if any(_exceeds(token) for token in numbers):
        yield _problem(name, declaration, f"asks for too much with {said!r}")
    elif prop in _COLUMNS and any(t.type == "number" and t.value > MAX_COLUMNS for t in numbers):
        yield _problem(name, declaration, f"asks for more than {MAX_COLUMNS} columns with {said!r}")
    elif page and prop == "size" and any(_mm(token, MIN_PAGE_MM) < MIN_PAGE_MM for token in numbers):
        yield _problem(name, declaration, f"asks for a page smaller than {MIN_PAGE_MM:g} mm with {said!r}")
    if _functions(tokens, "var") > 1 and prop.startswith("--"):
        yield _problem(name, declaration, f"multiplies a variable with {said!r}")
    if _functions(tokens, "calc") and _functions(tokens, "var"):
        yield _problem(name, declaration, f"reckons with a variable in {said!r}")
    elif _functions(tokens, "calc") and _product(numbers) > MAX_NUMBER:
        yield _problem(name, declaration, f"asks for too much with {said!r}")
    if _functions(tokens, "repeat") and any(t.type == "number" and t.value > MAX_COLUMNS for t in numbers):
        yield _problem(name, declaration, f"repeats more than {MAX_COLUMNS} times with {said!r}")


def _tokens(values: Any) -> Iterator[Any]:
    """All tokens, those within functions and blocks too."""
    for token in values:
        yield token
        yield from _tokens(getattr(token, "arguments", None) or getattr(token, "content", None) or ())


def _functions(tokens: list[Any], name: str) -> int:
    return sum(token.type == "function" and token.lower_name == name for token in tokens)


def _exceeds(token: Any) -> bool:
    size = abs(token.value)
    if token.type == "dimension" and token.lower_unit in _MM:
        return bool(_mm(token, 0) > MAX_MM)
    if token.type == "dimension" and token.lower_unit in _RELATIVE:
        return bool(size > _MAX_RELATIVE)
    return bool(size > MAX_NUMBER)


def _mm(token: Any, otherwise: float) -> float:
    """An absolute length in millimetres."""
    if token.type != "dimension" or token.lower_unit not in _MM:
        return otherwise
    return float(abs(token.value) * _MM[token.lower_unit])


def _product(numbers: list[Any]) -> float:
    product = 1.0
    for token in numbers:
        product *= max(1.0, abs(token.value))
    return product


def _written(values: Any) -> str:
    import tinycss2

    return str(tinycss2.serialize(values)).strip()[:60]


def _problem(name: str, at: Any, what: str) -> Problem:
    place = Place(name, at.source_line, at.source_column) if at is not None else Place(name)
    return Problem("css-excessive", f"the stylesheet {what}", place, "ask for less; no page needs it")

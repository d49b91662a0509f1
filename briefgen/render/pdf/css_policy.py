"""Check stylesheets and HTML before WeasyPrint sees them: size limits, and no changes to the wording.

A stylesheet may come from strangers, and one line of it can ask for a million columns. The limits are far
above what any page needs. A line can also hide text or add some: what is not recognised here by its property
is found by its effect, in `text_integrity.py` and `visibility.py`. The document's own HTML has already been
validated against the vocabulary of `briefgen.model.document`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from briefgen.errors import Place, Problem

MAX_CHARACTERS = 200_000
"""Length of one stylesheet."""
MAX_NESTING = 16
"""Depth of blocks and functions in a stylesheet."""
MAX_COLUMNS = 12
MAX_SPAN = 1000
"""Columns or rows spanned by a table cell, and first number of a list."""
MAX_MM = 2000.0
"""Any absolute length: about twice the long side of A0."""
MIN_PAGE_MM = 40.0
"""Width and height of a page."""
MAX_NUMBER = 10_000.0
MIN_PT = 5.0
"""Font size: that of the smallest print on forms."""
MAX_MARGIN_CHARACTERS = 24
"""Characters that a page margin box may add to the page number, as in `Page 2 of 3`."""
_MM_PER_UNIT = {
    "mm": 1.0,
    "cm": 10.0,
    "q": 0.25,
    "in": 25.4,
    "pt": 25.4 / 72,
    "pc": 25.4 / 6,
    "px": 25.4 / 96,
}
_RELATIVE_UNITS = frozenset({"em", "rem", "ex", "ch", "lh", "rlh", "vw", "vh", "vmin", "vmax", "cap", "ic"})
_MAX_RELATIVE_LENGTH = 200.0
_COLUMN_PROPERTIES = frozenset({"columns", "column-count"})
_SPAN_ATTRIBUTE = re.compile(r'\b(colspan|rowspan|start)="\s*[+-]?(\d{4,})')
_TEXT_CHANGING_VALUES: Mapping[str, frozenset[str]] = {
    "visibility": frozenset({"hidden", "collapse"}),
    "display": frozenset({"none"}),
    "text-transform": frozenset({"uppercase", "lowercase", "capitalize", "full-width"}),
    "text-decoration": frozenset({"line-through"}),
    "text-decoration-line": frozenset({"line-through"}),
    "unicode-bidi": frozenset({"bidi-override", "isolate-override"}),
    "flex-direction": frozenset({"row-reverse", "column-reverse"}),
    "flex-flow": frozenset({"row-reverse", "column-reverse"}),
    "flex-wrap": frozenset({"wrap-reverse"}),
}
"""Values that hide, change or reorder text."""
_FORBIDDEN_PROPERTIES = frozenset(
    {"order", "transform", "rotate", "scale", "translate", "hyphenate-character", "clip-path"}
)
"""Properties that do so whatever their value, and that no letter needs."""
_ALTERNATIVES = {"text-transform": "use font-variant-caps: small-caps, or write capitals in the template"}
_ALLOWED_FUNCTIONS = frozenset({"counter", "counters", "element", "leader", "target-counter", "attr"})
"""Functions that `content` may use: they count, or repeat text of the document."""
_MARGIN_BOXES = ("top", "bottom", "left", "right")
"""Beginnings of the at-keywords of page margin boxes, such as `@bottom-center`."""
_OPENING_BRACKETS, _CLOSING_BRACKETS = frozenset("{[("), frozenset("}])")


def check_css_limits(css: str, name: str) -> Iterator[Problem]:
    """Yield a problem for everything in a stylesheet that exceeds a limit."""
    if len(css) > MAX_CHARACTERS:
        yield _limit_problem(name, None, f"has more than {MAX_CHARACTERS:,} characters")
    elif _nesting_depth(css) > MAX_NESTING:
        yield _limit_problem(name, None, f"is nested deeper than {MAX_NESTING} levels")
    else:
        import tinycss2

        rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
        yield from _check_css_rules(rules, name, _check_declaration_limits)


def check_css_wording(css: str, name: str) -> Iterator[Problem]:
    """Yield a problem for everything in a stylesheet that would make the PDF's text differ from the DOCX's.

    The stylesheet must have passed `check_css_limits`.
    """
    import tinycss2

    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    yield from _check_css_rules(rules, name, _check_declaration_wording)


def check_html_limits(html: str) -> Iterator[Problem]:
    """Yield a problem for everything in a document's HTML that exceeds a limit."""
    for found in _SPAN_ATTRIBUTE.finditer(html):
        if int(found[2]) > MAX_SPAN:
            yield Problem(
                "page-excessive",
                f"{found[1]}={found[2][:20]} is more than {MAX_SPAN}",
                None,
                "correct the template that this comes from",
            )


def _nesting_depth(css: str) -> int:
    """Return how deeply brackets are nested, counting those in strings and comments too."""
    depth = deepest = 0
    for char in css:
        if char in _OPENING_BRACKETS:
            depth += 1
            deepest = max(deepest, depth)
        elif char in _CLOSING_BRACKETS:
            depth = max(0, depth - 1)
    return deepest


_DeclarationCheck = Callable[[Any, str, str], Iterator[Problem]]


def _check_css_rules(
    rules: Any, name: str, check: _DeclarationCheck, at_keyword: str = ""
) -> Iterator[Problem]:
    """Check all declarations, including nested ones; `at_keyword` is that of the enclosing rule."""
    import tinycss2

    for rule in rules:
        if rule.type == "declaration":
            yield from check(rule, name, at_keyword)
        elif getattr(rule, "content", None) is not None:
            keyword = getattr(rule, "lower_at_keyword", "")
            inner = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
            yield from _check_css_rules(inner, name, check, keyword)


def _check_declaration_wording(declaration: Any, name: str, at_keyword: str) -> Iterator[Problem]:
    prop, source = declaration.lower_name, f"{declaration.name}: {_serialize_css(declaration.value)}"
    tokens = list(_iter_css_tokens(declaration.value))
    keywords = {token.lower_value for token in tokens if token.type == "ident"}
    hint = _ALTERNATIVES.get(prop, "a stylesheet sets how text looks; change the text itself in the template")
    if (prop in _FORBIDDEN_PROPERTIES and keywords != {"none"}) or keywords & _TEXT_CHANGING_VALUES.get(
        prop, frozenset()
    ):
        yield _wording_problem(name, declaration, f"changes the text with {source!r}", hint)
    elif prop == "content" and (added := _find_generated_text(tokens, at_keyword.startswith(_MARGIN_BOXES))):
        yield _wording_problem(name, declaration, f"adds {added!r} to the page", hint)
    elif prop in ("font", "font-size") and _is_font_too_small(tokens):
        small = f"sets text smaller than {MIN_PT:g} pt with {source!r}"
        yield _wording_problem(name, declaration, small, f"make it {MIN_PT:g} pt or more")


def _is_font_too_small(tokens: list[Any]) -> bool:
    """Return whether the size is too small; in `font`, a second length is the line height."""
    size = next((token for token in tokens if token.type in ("dimension", "percentage")), None)
    return size is not None and _length_mm(size, 99) < MIN_PT * _MM_PER_UNIT["pt"]


def _find_generated_text(tokens: list[Any], in_margin_box: bool) -> str:
    """Return the text or function by which a `content` adds text that it may not; empty if it adds none."""
    strings = "".join(token.value for token in tokens if token.type == "string")
    functions = {token.lower_name for token in tokens if token.type == "function"}
    if other := functions - _ALLOWED_FUNCTIONS or {"url" for token in tokens if token.type == "url"}:
        return f"{min(other)}()"
    if in_margin_box and functions & {"counter", "counters"} and len(strings) <= MAX_MARGIN_CHARACTERS:
        return ""
    return strings if any(char.isalnum() for char in strings) else ""


def _wording_problem(name: str, node: Any, fault: str, hint: str) -> Problem:
    return Problem(
        "css-wording", f"the stylesheet {fault}", Place(name, node.source_line, node.source_column), hint
    )


def _check_declaration_limits(declaration: Any, name: str, at_keyword: str) -> Iterator[Problem]:
    prop = declaration.lower_name
    tokens = list(_iter_css_tokens(declaration.value))
    numbers = [token for token in tokens if token.type in ("number", "dimension", "percentage")]
    source = f"{declaration.name}: {_serialize_css(declaration.value)}"
    if any(_exceeds_limit(token) for token in numbers):
        yield _limit_problem(name, declaration, f"asks for too much with {source!r}")
    elif prop in _COLUMN_PROPERTIES and any(t.type == "number" and t.value > MAX_COLUMNS for t in numbers):
        yield _limit_problem(name, declaration, f"asks for more than {MAX_COLUMNS} columns with {source!r}")
    elif (
        at_keyword == "page"
        and prop == "size"
        and any(_length_mm(token, MIN_PAGE_MM) < MIN_PAGE_MM for token in numbers)
    ):
        yield _limit_problem(
            name, declaration, f"asks for a page smaller than {MIN_PAGE_MM:g} mm with {source!r}"
        )
    if _count_css_functions(tokens, "var") > 1 and prop.startswith("--"):
        yield _limit_problem(name, declaration, f"multiplies a variable with {source!r}")
    if _count_css_functions(tokens, "calc") and _count_css_functions(tokens, "var"):
        yield _limit_problem(name, declaration, f"calculates with a variable in {source!r}")
    elif _count_css_functions(tokens, "calc") and _multiply_values(numbers) > MAX_NUMBER:
        yield _limit_problem(name, declaration, f"asks for too much with {source!r}")
    if _count_css_functions(tokens, "repeat") and any(
        t.type == "number" and t.value > MAX_COLUMNS for t in numbers
    ):
        yield _limit_problem(name, declaration, f"repeats more than {MAX_COLUMNS} times with {source!r}")


def _iter_css_tokens(values: Any) -> Iterator[Any]:
    """Yield all tokens, including those within functions and blocks."""
    for token in values:
        yield token
        yield from _iter_css_tokens(
            getattr(token, "arguments", None) or getattr(token, "content", None) or ()
        )


def _count_css_functions(tokens: list[Any], name: str) -> int:
    return sum(token.type == "function" and token.lower_name == name for token in tokens)


def _exceeds_limit(token: Any) -> bool:
    size = abs(token.value)
    if token.type == "dimension" and token.lower_unit in _MM_PER_UNIT:
        return bool(_length_mm(token, 0) > MAX_MM)
    if token.type == "dimension" and token.lower_unit in _RELATIVE_UNITS:
        return bool(size > _MAX_RELATIVE_LENGTH)
    return bool(size > MAX_NUMBER)


def _length_mm(token: Any, default: float) -> float:
    """Return an absolute length in millimetres; `default` for anything else."""
    if token.type != "dimension" or token.lower_unit not in _MM_PER_UNIT:
        return default
    return float(abs(token.value) * _MM_PER_UNIT[token.lower_unit])


def _multiply_values(numbers: list[Any]) -> float:
    """Return the product of all values above 1: an upper bound for what a `calc` can reach."""
    product = 1.0
    for token in numbers:
        product *= max(1.0, abs(token.value))
    return product


def _serialize_css(values: Any) -> str:
    import tinycss2

    return str(tinycss2.serialize(values)).strip()[:60]


def _limit_problem(name: str, node: Any, fault: str) -> Problem:
    place = Place(name, node.source_line, node.source_column) if node is not None else Place(name)
    return Problem("css-excessive", f"the stylesheet {fault}", place, "use less; no page needs that much")

"""What a stylesheet and a page may ask of the renderer, looked at before they get to it.

A stylesheet can be the work of strangers, and a line of it can ask for a million columns. The bounds are far
above what any page needs. A line can also hide words or write others: what is not found here, by its name, is
found in `wording.py` and `visible.py`, by what it does. Text of a page was held to the vocabulary before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
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
MIN_PT = 5.0
"""Size of type: that of the smallest print on forms."""
MAX_MARGIN_WORDS = 24
"""Letters that a page's margin may add to its number: `Page 2 of 3`."""
_CHANGES: Mapping[str, frozenset[str]] = {
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
"""Values that take words out, change them or turn their order."""
_NEVER = frozenset({"order", "transform", "rotate", "scale", "translate", "hyphenate-character", "clip-path"})
"""Properties that no letter needs, and that do the same whatever their value."""
_BETTER = {"text-transform": "use font-variant-caps: small-caps, or write capitals in the template"}
_GENERATING = frozenset({"counter", "counters", "element", "leader", "target-counter", "attr"})
_MARGINS = ("top", "bottom", "left", "right")
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
        yield from _look_at_rules(rules, name, _look_at_declaration)


def wording_problems(css: str, name: str) -> Iterator[Problem]:
    """Whatever in a stylesheet would make the PDF say something else than the document, and so than the DOCX.

    The stylesheet is one in which `stylesheet_problems` finds nothing.
    """
    import tinycss2

    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    yield from _look_at_rules(rules, name, _look_at_wording)


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


_Look = Callable[[Any, str, str], Iterator[Problem]]


def _look_at_rules(rules: Any, name: str, look: _Look, within: str = "") -> Iterator[Problem]:
    """Look at the declarations of rules that stand within a rule with this at-keyword."""
    import tinycss2

    for rule in rules:
        if rule.type == "declaration":
            yield from look(rule, name, within)
        elif getattr(rule, "content", None) is not None:
            keyword = getattr(rule, "lower_at_keyword", "")
            inner = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
            yield from _look_at_rules(inner, name, look, keyword)


def _look_at_wording(declaration: Any, name: str, within: str) -> Iterator[Problem]:
    prop, said = declaration.lower_name, f"{declaration.name}: {_written(declaration.value)}"
    tokens = list(_tokens(declaration.value))
    words = {token.lower_value for token in tokens if token.type == "ident"}
    hint = _BETTER.get(prop, "stylesheets say how words look; what is said belongs into the template")
    if (prop in _NEVER and words != {"none"}) or words & _CHANGES.get(prop, frozenset()):
        yield _wording(name, declaration, f"changes what is read with {said!r}", hint)
    elif prop == "content" and (written := _writes(tokens, within.startswith(_MARGINS))):
        yield _wording(name, declaration, f"writes {written!r} into the page", hint)
    elif prop in ("font", "font-size") and _is_small(tokens):
        smaller = f"sets text smaller than {MIN_PT:g} pt with {said!r}"
        yield _wording(name, declaration, smaller, f"make it {MIN_PT:g} pt or more")


def _is_small(tokens: list[Any]) -> bool:
    """Whether the size of a `font` is too small; what stands behind it is the height of lines."""
    size = next((token for token in tokens if token.type in ("dimension", "percentage")), None)
    return size is not None and _mm(size, 99) < MIN_PT * _MM["pt"]


def _writes(tokens: list[Any], margin: bool) -> str:
    """What a `content` writes that it may not; empty where it only counts, or repeats what is there."""
    strings = "".join(token.value for token in tokens if token.type == "string")
    functions = {token.lower_name for token in tokens if token.type == "function"}
    if other := functions - _GENERATING or {"url" for token in tokens if token.type == "url"}:
        return f"{min(other)}()"
    if margin and functions & {"counter", "counters"} and len(strings) <= MAX_MARGIN_WORDS:
        return ""
    return strings if any(char.isalnum() for char in strings) else ""


def _wording(name: str, at: Any, what: str, hint: str) -> Problem:
    return Problem(
        "css-wording", f"the stylesheet {what}", Place(name, at.source_line, at.source_column), hint
    )


def _look_at_declaration(declaration: Any, name: str, within: str) -> Iterator[Problem]:
    prop = declaration.lower_name
    tokens = list(_tokens(declaration.value))
    numbers = [token for token in tokens if token.type in ("number", "dimension", "percentage")]
    said = f"{declaration.name}: {_written(declaration.value)}"
    if any(_exceeds(token) for token in numbers):
        yield _problem(name, declaration, f"asks for too much with {said!r}")
    elif prop in _COLUMNS and any(t.type == "number" and t.value > MAX_COLUMNS for t in numbers):
        yield _problem(name, declaration, f"asks for more than {MAX_COLUMNS} columns with {said!r}")
    elif (
        within == "page"
        and prop == "size"
        and any(_mm(token, MIN_PAGE_MM) < MIN_PAGE_MM for token in numbers)
    ):
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

"""What a campaign's stylesheets may use: an allow-list of selectors, properties and values, and size limits.

A stylesheet may come from strangers; one line of it can hide text, add some, or ask for a million columns.
What is listed here sets how text looks; everything else is refused with its file and line. What no bound on a
single value can decide (whether text is too pale for its background, or runs off its page) is found on the
laid-out pages, in `page_checks.py`. The document's own HTML has already been validated against the vocabulary
of `briefgen.model.document`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from briefgen.errors import Place, Problem
from briefgen.render.fonts import FONT_FAMILIES

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
_LIST_MARKERS = frozenset({"list-style", "list-style-type"})
_COLUMN_PROPERTIES = frozenset({"columns", "column-count"})
_CALCULATIONS = frozenset({"calc", "min", "max", "clamp", "repeat"})
_SPAN_ATTRIBUTE = re.compile(r'\b(colspan|rowspan|start)="\s*[+-]?(\d{4,})')
_OPENING_BRACKETS, _CLOSING_BRACKETS = frozenset("{[("), frozenset("}])")

# The allow-list

_ANY_VALUE = """
    color background background-color border border-SIDE border-color border-SIDE-color border-style
    border-SIDE-style border-width border-SIDE-width border-collapse border-spacing
    margin margin-SIDE padding padding-SIDE width height min-width min-height max-width max-height box-sizing
    SIDE float clear columns column-count column-width column-fill column-span gap column-gap row-gap
    flex flex-grow flex-shrink flex-basis justify-content align-content align-items align-self
    font-size font-style font-weight font-stretch font-variant-caps font-kerning line-height
    text-align text-align-all text-align-last text-indent text-decoration-color text-decoration-style
    vertical-align white-space overflow-wrap word-break hyphens hyphenate-limit-chars hyphenate-limit-zone
    list-style list-style-type list-style-position table-layout caption-side empty-cells box-decoration-break
    break-before break-after break-inside page-break-before page-break-after page-break-inside orphans widows
    page size footnote-display footnote-policy --logo-height --logo-width
"""
"""Properties that may have any value without functions; SIDE is each of top, right, bottom and left."""
_KEYWORDS = {
    "display": "block inline inline-block flex list-item table table-cell",
    "flex-direction": "row column",
    "flex-wrap": "wrap nowrap",
    "flex-flow": "row column wrap nowrap",
    "position": "static relative absolute fixed <running>",
    "text-decoration": "none underline solid double dotted dashed wavy <colour>",
    "text-decoration-line": "none underline",
    "direction": "ltr <rtl>",
    "font": "normal italic oblique bold bolder lighter small-caps condensed semi-condensed <number> <family>",
    "font-family": "<family>",
    "font-variant-numeric": "normal lining-nums oldstyle-nums proportional-nums tabular-nums",
    "font-feature-settings": "normal on off <number> <feature>",
    "letter-spacing": "normal <spacing>",
    "word-spacing": "normal <spacing>",
    "counter-reset": "none <number> <counter>",
    "counter-increment": "none <number> <counter>",
    "counter-set": "none <number> <counter>",
    "--accent": "<colour>",
    "--ink": "<colour>",
    "--quiet": "<colour>",
    "--text-family": "<family>",
    "--label-family": "<family>",
}
"""The values that other properties may have: keywords, and kinds that `_list_kinds` recognises."""
_GLOBAL_KEYWORDS = frozenset({"inherit", "initial", "unset"})
ALLOWED_PROPERTIES: Mapping[str, frozenset[str]] = {
    **{
        name.replace("SIDE", side): frozenset({"<any>", "<colour>"})
        for name in _ANY_VALUE.split()
        for side in ("top", "right", "bottom", "left")
    },
    **{name: frozenset(values.split()) | _GLOBAL_KEYWORDS for name, values in _KEYWORDS.items()},
}
"""What each property may have; `<any>` where WeasyPrint decides."""
_COLOUR_FUNCTIONS = frozenset({"rgb", "rgba", "hsl", "hsla"})
_FAMILIES = frozenset({*map(str.lower, FONT_FAMILIES), "serif", "sans-serif", "monospace"})
"""Fonts that may be named; one of symbols would show other characters than the text has."""
_FEATURES = frozenset({"pnum", "tnum", "lnum", "onum", "kern", "liga", "smcp", "c2sc"})
_MIN_SPACING = {"em": -0.05, "pt": -0.5, "mm": -0.2}
"""Less would set letters on top of each other, or run words together."""
_PSEUDO = frozenset(
    {"root", "empty", "not", "has", "lang", "first-child", "last-child", "only-child", "nth-child"}
    | {"nth-last-child", "first-of-type", "last-of-type", "only-of-type", "nth-of-type", "nth-last-of-type"}
    | {"before", "after", "marker", "footnote-call", "footnote-marker"}
)
_PAGE_PSEUDO = frozenset({"first", "left", "right", "blank"})
_MARGIN_BOXES = ("top-", "bottom-", "left-", "right-")
"""Beginnings of the at-keywords of page margin boxes, such as `@bottom-center`."""
_RIGHT_TO_LEFT = re.compile(r":lang\((?:ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\)")
"""A selector of text that runs from right to left."""
_FOOTNOTE_RULE = re.compile(
    r"linear-gradient\((?:[^()]|\([^()]*\))*\) no-repeat 0 0 / (?:100%|\d+mm) (?:0?\.\d+|1)pt"
)
"""The background that draws a thin line above the footnotes."""
_CONTENT_FUNCTIONS = frozenset({"counter", "counters", "element", "leader", "target-counter"})
"""Functions that `content` may use: they count, or repeat text of the document."""
_MARGIN_FUNCTIONS = frozenset({"counter", "element"})
"""Those of them for page margins, whose text `page_checks.py` does not compare."""
_PAGE_COUNTERS = frozenset({"page", "pages"})
_HIDING = frozenset({"background", "overflow", "letter-spacing", "word-spacing"})
_SEE_THROUGH = frozenset({"opacity", "filter", "mix-blend-mode"})
_REWORDING = frozenset({"visibility", "transform", "text-transform", "unicode-bidi"}) | {
    name for name in _KEYWORDS if not name.startswith(("font", "--", "position"))
}
"""Properties whose refused values could hide text, or change what it says."""
_HINTS = {
    "text-transform": "use font-variant-caps: small-caps, or write capitals in the template",
    "css-wording": "a stylesheet sets how text looks; change the text itself in the template",
    "css-syntax": "use what docs/templates.md lists under How the PDF looks",
    "css-hidden": "remove it, or choose a smaller value",
    "pdf-see-through": "use a lighter text colour instead of opacity, filters or blending",
}


def check_own_stylesheet(css: str, name: str) -> Iterator[Problem]:
    """Yield what a campaign's stylesheet would be refused for, before anything is laid out with it."""
    beyond = list(check_css_limits(css, name))
    yield from beyond or check_css_wording(css, name)


def check_css_limits(css: str, name: str) -> Iterator[Problem]:
    """Yield a problem for everything in a stylesheet that exceeds a limit."""
    if len(css) > MAX_CHARACTERS:
        yield _limit_problem(name, None, f"has more than {MAX_CHARACTERS:,} characters")
    elif _nesting_depth(css) > MAX_NESTING:
        yield _limit_problem(name, None, f"is nested deeper than {MAX_NESTING} levels")
    else:
        for node, parent in _iter_css_nodes(css):
            if node.type == "declaration":
                yield from _check_declaration_limits(node, name, parent)


def check_css_wording(css: str, name: str) -> Iterator[Problem]:
    """Yield a problem for everything in a campaign's stylesheet that is not on the allow-list.

    The stylesheet must have passed `check_css_limits`.
    """
    for node, parent in _iter_css_nodes(css):
        if node.type == "declaration":
            yield from _check_declaration(node, name, parent)
        elif node.type != "error" and not _is_rule_allowed(node, parent):  # WeasyPrint reports errors
            start = _serialize_css(node.prelude)
            source = f"@{node.at_keyword} {start}".strip() if node.type == "at-rule" else start
            yield _refusal(node, name, "css-syntax", f"may not use {source!r}")


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


def _iter_css_nodes(css: str) -> Iterator[tuple[Any, Any]]:
    """Yield each rule and declaration of a stylesheet with the rule that contains it (None for none)."""
    import tinycss2

    def descend(nodes: Any, parent: Any) -> Iterator[tuple[Any, Any]]:
        for node in nodes:
            yield node, parent
            if getattr(node, "content", None) is not None:
                inner = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
                yield from descend(inner, node)

    yield from descend(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), None)


def _is_rule_allowed(rule: Any, parent: Any) -> bool:
    """Return whether a rule may be used where it is: style rules, @page with margin boxes, @media."""
    # In `-n+4`, the serializer parts the two numbers by a comment.
    keyword, selector = _at_keyword(rule), re.sub(r"(?<=n)/\*\*/(?=[+-])", "", _serialize_css(rule.prelude))
    pseudo = set(re.findall(r":+([^\s:(),]*)", selector))
    if parent is not None and parent.type == "at-rule" and _at_keyword(parent) == "page":
        return keyword == "footnote" or keyword.startswith(_MARGIN_BOXES)
    if parent is not None and _at_keyword(parent) != "media":
        return False
    if not keyword:
        return pseudo <= _PSEUDO and re.fullmatch(r'[\w\s.#>+~,*:()\[\]="-]+', selector) is not None
    if keyword == "page":
        return pseudo <= _PAGE_PSEUDO and re.fullmatch(r"[\w\s,:-]*", selector) is not None
    return keyword == "media" and parent is None


def _at_keyword(rule: Any) -> str:
    """Return `page` for `@page`; empty for a style rule, and for None."""
    return getattr(rule, "lower_at_keyword", "")


def _check_declaration(declaration: Any, name: str, parent: Any) -> Iterator[Problem]:
    prop, value = declaration.lower_name, declaration.value
    allowed = ALLOWED_PROPERTIES.get(prop, frozenset())
    parts = [
        token for token in value if token.type not in ("whitespace", "comment") and token not in (",", "/")
    ]
    if prop in _LIST_MARKERS and (added := _join_strings(parts)):
        yield _refusal(declaration, name, "css-wording", f"adds {added!r} to the page")
    elif prop == "content":
        if added := _find_generated_text(parts, _at_keyword(parent).startswith(_MARGIN_BOXES)):
            yield _refusal(declaration, name, "css-wording", f"adds {added!r} to the page")
    elif not allowed and prop.startswith("--"):
        fault = f"defines {declaration.name}, but var() is for the campaign's colours and fonts only"
        yield _refusal(declaration, name, "css-wording", fault)
    elif not allowed or not (
        all(allowed & _list_kinds(token, parent) for token in parts)
        or (_at_keyword(parent) == "footnote" and _FOOTNOTE_RULE.fullmatch(_serialize_css(value)))
    ):
        source = _excerpt(declaration)
        if prop in _HIDING:
            yield _refusal(declaration, name, "css-hidden", f"may not use {source!r}")
        elif prop in _SEE_THROUGH:
            yield _refusal(declaration, name, "pdf-see-through", f"may not use {source!r}")
        elif prop in _REWORDING:
            yield _refusal(declaration, name, "css-wording", f"changes the text with {source!r}")
        else:
            yield _refusal(declaration, name, "css-syntax", f"may not use {source!r}")


def _list_kinds(token: Any, parent: Any) -> set[str]:
    """Return what a part of a value can be: a keyword, and kinds of values that `_KEYWORDS` names."""
    from tinycss2.color4 import parse_color

    match token.type:
        case "ident":
            word = token.lower_value
            kinds = {
                "<colour>": parse_color(token) is not None,
                "<family>": word in _FAMILIES,
                "<counter>": word not in _PAGE_COUNTERS,
                "<rtl>": word == "rtl" and _is_right_to_left(parent),
            }
            return {word, "<any>", *(kind for kind, applies in kinds.items() if applies)}
        case "string":
            kinds = {"<family>": token.value.lower() in _FAMILIES, "<feature>": token.value in _FEATURES}
            return {"<any>", *(kind for kind, applies in kinds.items() if applies)}
        case "number" | "dimension" | "percentage":
            wide = token.value >= _MIN_SPACING.get(getattr(token, "lower_unit", ""), 0)
            return {"<any>", "<number>", "<spacing>"} if wide else {"<any>", "<number>"}
        case "hash":
            return {"<colour>"}
        case "function" if token.lower_name == "var":
            return set(ALLOWED_PROPERTIES.get(_serialize_css(token.arguments), ())) - _GLOBAL_KEYWORDS
        case "function":
            return {"<colour>" if token.lower_name in _COLOUR_FUNCTIONS else f"<{token.lower_name}>"}
    return set()


def _is_right_to_left(rule: Any) -> bool:
    """Return whether a rule is for right-to-left languages only."""
    selectors = _serialize_css(rule.prelude).split(",") if rule is not None else [""]
    return all(_RIGHT_TO_LEFT.fullmatch(selector.strip()) for selector in selectors)


def _find_generated_text(tokens: list[Any], in_margin_box: bool) -> str:
    """Return the text or function by which a `content` adds text that it may not; empty if it adds none."""
    allowed = _MARGIN_FUNCTIONS if in_margin_box else _CONTENT_FUNCTIONS
    counters = set()
    for token in tokens:
        if token.type == "url" or (token.type == "function" and token.lower_name not in allowed):
            return f"{getattr(token, 'lower_name', 'url')}()"
        if token.type == "ident" and token.lower_value not in ("none", "normal"):
            return str(token.value)
        if token.type == "function" and token.lower_name == "counter":
            counters.add(_serialize_css(token.arguments).partition(",")[0].strip())
    if in_margin_box and (other := counters - _PAGE_COUNTERS):
        return f"counter({min(other)})"
    if in_margin_box and counters and len(_join_strings(tokens)) <= MAX_MARGIN_CHARACTERS:
        return ""
    return _join_strings(tokens)


def _join_strings(tokens: list[Any]) -> str:
    """Return the strings among tokens as one text; empty if it has neither letters nor digits."""
    text = "".join(token.value for token in tokens if token.type == "string")
    return text if any(map(str.isalnum, text)) else ""


def _refusal(node: Any, name: str, code: str, fault: str) -> Problem:
    hint = _HINTS.get(getattr(node, "lower_name", ""), _HINTS[code])
    return Problem(code, f"the stylesheet {fault}", Place(name, node.source_line, node.source_column), hint)


def _check_declaration_limits(declaration: Any, name: str, parent: Any) -> Iterator[Problem]:
    prop = declaration.lower_name
    tokens = list(_iter_css_tokens(declaration.value))
    numbers = [token for token in tokens if token.type in ("number", "dimension", "percentage")]
    functions = {token.lower_name for token in tokens if token.type == "function"}
    fault = ""
    if any(_exceeds_limit(token) for token in numbers):
        fault = "asks for too much with"
    elif prop in _COLUMN_PROPERTIES and any(t.type == "number" and t.value > MAX_COLUMNS for t in numbers):
        fault = f"asks for more than {MAX_COLUMNS} columns with"
    elif (
        _at_keyword(parent) == "page"
        and prop == "size"
        and any(_length_mm(token, MIN_PAGE_MM) < MIN_PAGE_MM for token in numbers)
    ):
        fault = f"asks for a page smaller than {MIN_PAGE_MM:g} mm with"
    elif functions & _CALCULATIONS:
        fault = "calculates with"
    elif prop.startswith("--") and "var" in functions:
        fault = "derives a variable from others with"
    if fault:
        yield _limit_problem(name, declaration, f"{fault} {_excerpt(declaration)!r}")


def _iter_css_tokens(values: Any) -> Iterator[Any]:
    """Yield all tokens, including those within functions and blocks."""
    for token in values:
        yield token
        yield from _iter_css_tokens(
            getattr(token, "arguments", None) or getattr(token, "content", None) or ()
        )


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


def _excerpt(declaration: Any) -> str:
    """Return a declaration as CSS, shortened."""
    return f"{declaration.name}: {_serialize_css(declaration.value)[:60]}"


def _serialize_css(values: Any) -> str:
    import tinycss2

    return str(tinycss2.serialize([token for token in values if token.type != "comment"])).strip()


def _limit_problem(name: str, node: Any, fault: str) -> Problem:
    place = Place(name, node.source_line, node.source_column) if node is not None else Place(name)
    return Problem("css-excessive", f"the stylesheet {fault}", place, "use less; no page needs that much")

"""The SVG sanitizer: reads drawings from any source, and keeps only what a drawing needs.

Only what is listed here is accepted, and the drawing is serialized again, so that nothing unchecked is
embedded. No entity is resolved, no file opened and nothing fetched.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem

MAX_DRAWING_STEPS = 50_000
"""Of one drawing: shapes, and long paths and texts by their length; repetitions count each time."""
MAX_SVG_DEPTH = 100
"""Of nested elements, and of references that lead to further references."""
MAX_CSS_MATCHES = 5_000_000
"""CSS rules in a drawing times its elements: each rule may have to be matched against each element."""
_MAX_PROBLEMS = 10
"""Problems reported for one drawing."""
_SVG = "{http://www.w3.org/2000/svg}"
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_XML = "{http://www.w3.org/XML/1998/namespace}"

_DRAWING_ELEMENTS = """
svg g defs symbol use path rect circle ellipse line polyline polygon text tspan textPath image clipPath mask
pattern marker linearGradient radialGradient stop style title desc
"""
_ELEMENTS = frozenset(_DRAWING_ELEMENTS.split())
_IGNORED_ELEMENTS = frozenset({"metadata", "font"})
"""Elements that no program draws; they are removed, like those of other namespaces."""
_GEOMETRY = """
id class style type version baseProfile x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy width height viewBox
preserveAspectRatio d points pathLength transform transform-origin rotate textLength lengthAdjust startOffset
side method spacing href clipPathUnits maskUnits maskContentUnits mask-type patternUnits patternContentUnits
patternTransform gradientUnits gradientTransform offset markerUnits markerWidth markerHeight refX refY orient
zoomAndPan contentStyleType contentScriptType enable-background
"""
"""Attributes for identity, position and shape. A gradient's `spreadMethod` is not among them: it can repeat
colours without limit."""
_PRESENTATION = """
alignment-baseline baseline-shift clip clip-path clip-rule color color-interpolation color-rendering cursor
direction display dominant-baseline fill fill-opacity fill-rule font font-family font-size font-size-adjust
font-stretch font-style font-variant font-weight glyph-orientation-vertical image-rendering kerning
letter-spacing marker marker-end marker-mid marker-start mask opacity overflow paint-order pointer-events
shape-rendering stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap
stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-anchor text-decoration text-rendering
unicode-bidi vector-effect visibility white-space word-spacing writing-mode
"""
"""Presentation attributes (SVG 1.1 appendix N, SVG 2 appendix G), without filters."""
_ATTRIBUTES = frozenset([*_GEOMETRY.split(), *_PRESENTATION.split()])
_IGNORED_ATTRIBUTE = re.compile(r"(?:data|aria)-.*|role|focusable|tabindex|content|\{.*")
"""Attributes for programs that do not draw; all of other namespaces, too, except `_NAMESPACED_ATTRIBUTES`."""
_NAMESPACED_ATTRIBUTES = frozenset({_XLINK_HREF, f"{_XML}space", f"{_XML}lang"})
_SHAPE_DATA = ("d", "points")
_FUNCTION = re.compile(r"([\w-]+)\s*\(")
_FUNCTIONS = frozenset({"rgb", "rgba", "hsl", "hsla", "url"}) | frozenset(
    {"matrix", "translate", "scale", "rotate", "skewx", "skewy"}
)
_URL = re.compile(r"""url\s*\(\s*["']?(?:#([\w.:-]+))?[^)]*\)?""", re.IGNORECASE)
_LOCAL_URL = re.compile(r"""url\(\s*(["']?)#[\w.:-]+\1\s*\)""", re.IGNORECASE)
_LOCAL_FRAGMENT = re.compile(r"#[\w.:-]+")
_RASTER_DATA_URI = re.compile(r"data:image/(png|jpe?g);base64,(.*)", re.DOTALL)
_FILE_SIGNATURES = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "jpg": b"\xff\xd8\xff"}


def sanitize_svg(raw: bytes, name: str) -> bytes:
    """Return the drawing with what may be drawn and nothing else, in UTF-8.

    Raise BriefgenError if it is not SVG, or contains what a letter must not; `name` is for messages.
    """
    root = _parse_svg(raw, name)
    problems = list(islice(_check_element(root, name), _MAX_PROBLEMS))
    if not problems:
        _remove_ignored(root)
        problems = list(_check_drawing_cost(root, name))
    if problems:
        raise BriefgenError(problems)
    from lxml import etree

    etree.cleanup_namespaces(root)
    written: bytes = etree.tostring(root, encoding="utf-8", with_tail=False)
    return written


def has_text(drawing: bytes) -> bool:
    """Return whether a drawing from `sanitize_svg` contains text."""
    return re.search(rb"<(?:\w+:)?text\b", drawing) is not None


def _parse_svg(raw: bytes, name: str) -> Any:
    """Return the root element; entities are not resolved, and a document type that defines any is refused."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        message = f"the picture {name!r} is not valid SVG: {error.msg}"
        hint = "export it again as SVG from the program that made it"
        raise BriefgenError(Problem("picture-kind", message, Place(name), hint)) from None
    tree: Any = root.getroottree()
    doctype = tree.docinfo.internalDTD
    if doctype is not None and (next(doctype.iterentities(), None) or next(doctype.iterelements(), None)):
        raise BriefgenError(_unsafe_svg_problem(name, None, "defines entities or elements of its own"))
    if root.tag != f"{_SVG}svg":
        message = f"the picture {name!r} is not SVG: it begins with <{_local_name(root.tag)}>"
        hint = 'an SVG begins with <svg xmlns="http://www.w3.org/2000/svg">; export it again'
        raise BriefgenError(Problem("picture-kind", message, Place(name), hint))
    return root


def _check_element(element: Any, name: str, depth: int = 0) -> Iterator[Problem]:
    """Report what an element, or anything in it, must not contain."""
    from lxml import etree

    if element.tag is etree.Entity:
        yield _unsafe_svg_problem(name, element, f"uses the entity {element.text}")
        return
    if _is_ignored_element(element):
        return
    kind = element.tag.removeprefix(_SVG)
    if depth > MAX_SVG_DEPTH:
        yield _unsafe_svg_problem(name, element, f"is nested deeper than {MAX_SVG_DEPTH} levels")
    elif kind not in _ELEMENTS:
        yield _unsafe_svg_problem(name, element, f"contains <{kind[:40]}>")
    else:
        for key, value in element.attrib.items():
            yield from _check_attribute(element, key, value, name)
        if kind == "style":
            yield from _check_style_element(element, name)
        for child in element:
            yield from _check_element(child, name, depth + 1)


def _is_ignored_element(element: Any) -> bool:
    return not element.tag.startswith(_SVG) or element.tag.removeprefix(_SVG) in _IGNORED_ELEMENTS


def _check_attribute(element: Any, key: str, value: str, name: str) -> Iterator[Problem]:
    if key in ("href", _XLINK_HREF):
        if not _is_safe_href(value.strip()):
            yield _unsafe_svg_problem(name, element, f"points to {value[:60]!r}")
    elif key not in _ATTRIBUTES and key not in _NAMESPACED_ATTRIBUTES:
        if not _IGNORED_ATTRIBUTE.fullmatch(key):
            yield _unsafe_svg_problem(name, element, f"has the attribute {key[:40]!r}")
    elif key not in _SHAPE_DATA and (found := _find_forbidden_css(value)):
        yield _unsafe_svg_problem(name, element, f"has {found!r} in the attribute {_local_name(key)!r}")


def _check_style_element(style: Any, name: str) -> Iterator[Problem]:
    text = style.text or ""
    if style.get("type", "text/css") != "text/css" or len(style):
        yield _unsafe_svg_problem(name, style, "contains a style sheet that is not CSS")
    elif found := _find_forbidden_css(text):
        yield _unsafe_svg_problem(name, style, f"has {found!r} in its style sheet")
    elif url := _URL.search(text):
        message = f"has {url[0][:40]!r} in its style sheet, not in the shape itself"
        yield _unsafe_svg_problem(name, style, message)


def _find_forbidden_css(css: str) -> str:
    """Return the first forbidden part of CSS (an at-rule, escape, function or URL), or an empty string."""
    if at_rule_or_escape := re.search(r"[@\\<].{0,20}", css):
        return at_rule_or_escape[0]
    functions = (match for match in _FUNCTION.finditer(css) if match[1].lower() not in _FUNCTIONS)
    if unknown := next(functions, None):
        return unknown[0][:40]
    urls = (match for match in _URL.finditer(css) if not _LOCAL_URL.match(css, match.start()))
    external = next(urls, None)
    return external[0][:40] if external else ""


def _is_safe_href(href: str) -> bool:
    """Return whether a reference stays within the drawing, or embeds a PNG or JPEG."""
    if _LOCAL_FRAGMENT.fullmatch(href):
        return True
    embedded = _RASTER_DATA_URI.fullmatch(href)
    if embedded is None:
        return False
    try:
        data = base64.b64decode("".join(embedded[2].split()), validate=True)
    except ValueError:
        return False
    return data.startswith(_FILE_SIGNATURES[embedded[1]])


def _remove_ignored(root: Any) -> None:
    from lxml import etree

    ignored = [each for each in root.iter(etree.Element) if each is not root and _is_ignored_element(each)]
    for element in ignored:
        if element.getparent() is not None:
            _remove_element(element)
    for element in root.iter(etree.Element):
        for key in element.attrib:
            if key not in _ATTRIBUTES and key not in _NAMESPACED_ATTRIBUTES:
                del element.attrib[key]


def _remove_element(element: Any) -> None:
    """Remove an element, keeping the text after it."""
    parent, previous = element.getparent(), element.getprevious()
    if element.tail and previous is not None:
        previous.tail = (previous.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


# -- how much there is to draw


def _check_drawing_cost(root: Any, name: str) -> Iterator[Problem]:
    """Report whatever could keep a renderer busy endlessly."""
    try:
        steps = _DrawingCost(root).count_steps()
    except _EndlessReferenceError as error:
        yield _unsafe_svg_problem(name, error.element, "repeats itself endlessly")
        return
    if steps > MAX_DRAWING_STEPS:
        yield Problem(
            "picture-too-large",
            f"the picture {name!r} is too complex: it takes {steps:,} steps to draw; "
            f"{MAX_DRAWING_STEPS:,} are allowed",
            Place(name),
            "simplify its lines, or use only the PNG",
        )
    rules = sum((style.text or "").count("{") for style in root.iter(f"{_SVG}style"))
    if rules and rules * sum(1 for _ in root.iter()) > MAX_CSS_MATCHES:
        yield _unsafe_svg_problem(name, root, f"has {rules:,} rules in its style sheets")
    for paint in root.iter(f"{_SVG}pattern", f"{_SVG}marker"):
        relatives = [*paint.iter(), *paint.iterancestors()]
        refers = any("url(" in value.lower() for element in relatives for value in element.attrib.values())
        if refers or next(paint.iter(f"{_SVG}use"), None) is not None:
            kind = paint.tag.removeprefix(_SVG)
            yield _unsafe_svg_problem(
                name, paint, f"has a {kind} that refers to others, or is inside an element that does"
            )


class _EndlessReferenceError(Exception):
    """References lead back to their start, or are nested far too deeply."""

    def __init__(self, element: Any) -> None:
        self.element = element


class _DrawingCost:
    """Counts the steps of drawing, including everything repeated by reference.

    Patterns and markers are inherited, so every shape is assumed to be painted with all patterns, and to have
    all markers at all its points. That they do not refer to others themselves is checked separately.
    """

    def __init__(self, root: Any) -> None:
        self._root = root
        self._counted: dict[Any, int] = {}
        self._by_id: dict[str, Any] = {}
        for element in root.iter():
            self._by_id.setdefault(element.get("id", ""), element)

    def count_steps(self) -> int:
        shapes = self._count(self._root, 0)
        patterns = self._count_in(f"{_SVG}pattern")
        markers = self._count_in(f"{_SVG}marker")
        points = sum(_data_length(element) for element in self._root.iter()) // 4 + shapes if markers else 0
        return shapes * (1 + patterns) + points * markers

    def _count_in(self, tag: str) -> int:
        return sum(self._count(element, 0) for element in self._root.iter(tag))

    def _count(self, element: Any, depth: int) -> int:
        if element in self._counted:
            return self._counted[element]
        if depth > MAX_SVG_DEPTH:
            raise _EndlessReferenceError(element)
        steps = 1 + _data_length(element) // 40 + len(element.text or "") // 10
        steps += sum(self._count(child, depth + 1) for child in element)
        for name in _referenced_ids(element):
            if name in self._by_id:
                steps += self._count(self._by_id[name], depth + 1)
        self._counted[element] = steps
        return steps


def _data_length(element: Any) -> int:
    return sum(len(element.get(key, "")) for key in _SHAPE_DATA)


def _referenced_ids(element: Any) -> Iterator[str]:
    for key, value in element.attrib.items():
        if key in ("href", _XLINK_HREF):
            yield value.strip().removeprefix("#")
        elif key not in _SHAPE_DATA and "(" in value:
            yield from (found[1] for found in _URL.finditer(value) if found[1])


def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2][:40]


def _unsafe_svg_problem(name: str, element: Any, what: str) -> Problem:
    line = element.sourceline if element is not None else None
    return Problem(
        "picture-svg-unsafe",
        f"the picture {name!r} {what}, which is not allowed in a letter",
        Place(name, line),
        "export it again as plain SVG, without scripts, links, filters and effects; or use only the PNG",
    )

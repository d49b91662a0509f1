"""Drawings (SVG) as they come from anywhere: read with nothing resolved, held to what a drawing needs.

Only what is listed here passes, and it is written anew, so nothing travels that was not looked at. It opens
no file and fetches nothing.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem

MAX_STEPS = 50_000
"""Of one drawing: shapes, and long paths and texts by their length; what is repeated counts each time."""
MAX_DEPTH = 100
"""Of elements within elements, and of references that lead to others."""
MAX_MATCHES = 5_000_000
"""Rules of all style sheets in a drawing, times its elements: each may have to be held against each."""
_SHOWN = 10
"""Problems of one drawing that are told."""
_SVG = "{http://www.w3.org/2000/svg}"
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_XML = "{http://www.w3.org/XML/1998/namespace}"

_DRAWN = """
svg g defs symbol use path rect circle ellipse line polyline polygon text tspan textPath image clipPath mask
pattern marker linearGradient radialGradient stop style title desc
"""
_ELEMENTS = frozenset(_DRAWN.split())
_IDLE = frozenset({"metadata", "font"})
"""Elements that no program draws; they are left out, like those that are not SVG's."""
_SHAPE = """
id class style type version baseProfile x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy width height viewBox
preserveAspectRatio d points pathLength transform transform-origin rotate textLength lengthAdjust startOffset
side method spacing href clipPathUnits maskUnits maskContentUnits mask-type patternUnits patternContentUnits
patternTransform gradientUnits gradientTransform offset markerUnits markerWidth markerHeight refX refY orient
zoomAndPan contentStyleType contentScriptType enable-background
"""
"""Attributes that say what things are, where they stand, and how they are shaped. A gradient's `spreadMethod`
is not among them: it repeats colours as often as it likes."""
_LOOK = """
alignment-baseline baseline-shift clip clip-path clip-rule color color-interpolation color-rendering cursor
direction display dominant-baseline fill fill-opacity fill-rule font font-family font-size font-size-adjust
font-stretch font-style font-variant font-weight glyph-orientation-vertical image-rendering kerning
letter-spacing marker marker-end marker-mid marker-start mask opacity overflow paint-order pointer-events
shape-rendering stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap
stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-anchor text-decoration text-rendering
unicode-bidi vector-effect visibility white-space word-spacing writing-mode
"""
"""Attributes of presentation (SVG 1.1 appendix N, SVG 2 appendix G); filters are not among them."""
_ATTRIBUTES = frozenset([*_SHAPE.split(), *_LOOK.split()])
_IDLE_ATTRIBUTE = re.compile(r"(?:data|aria)-.*|role|focusable|tabindex|content|\{.*")
"""For other programs than those that draw; also all of a namespace but those in `_KEPT`."""
_KEPT = frozenset({_XLINK_HREF, f"{_XML}space", f"{_XML}lang"})
_SHAPE_DATA = ("d", "points")
_FUNCTION = re.compile(r"([\w-]+)\s*\(")
_FUNCTIONS = frozenset({"rgb", "rgba", "hsl", "hsla", "url"}) | frozenset(
    {"matrix", "translate", "scale", "rotate", "skewx", "skewy"}
)
_URL = re.compile(r"""url\s*\(\s*["']?(?:#([\w.:-]+))?[^)]*\)?""", re.IGNORECASE)
_OWN_URL = re.compile(r"""url\(\s*(["']?)#[\w.:-]+\1\s*\)""", re.IGNORECASE)
_OWN_PLACE = re.compile(r"#[\w.:-]+")
_PICTURE = re.compile(r"data:image/(png|jpe?g);base64,(.*)", re.DOTALL)
_MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "jpg": b"\xff\xd8\xff"}


def safe_drawing(raw: bytes, name: str) -> bytes:
    """The drawing with all that may be drawn and nothing else, in UTF-8.

    Raises BriefgenError where it is no SVG, or holds what may not travel in a letter; `name` is for messages.
    """
    root = _parsed(raw, name)
    problems = list(islice(_problems(root, name), _SHOWN))
    if not problems:
        _leave_out_idle(root)
        problems = list(_too_much(root, name))
    if problems:
        raise BriefgenError(problems)
    from lxml import etree

    etree.cleanup_namespaces(root)
    written: bytes = etree.tostring(root, encoding="utf-8", with_tail=False)
    return written


def has_words(drawing: bytes) -> bool:
    """Whether a drawing from `safe_drawing` sets text."""
    return re.search(rb"<(?:\w+:)?text\b", drawing) is not None


def _parsed(raw: bytes, name: str) -> Any:
    """The root; entities are not resolved, and a document type that defines any is refused."""
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
        why = f"the picture {name!r} is no SVG that can be read: {error.msg}"
        hint = "export it anew as SVG from the program that made it"
        raise BriefgenError(Problem("picture-kind", why, Place(name), hint)) from None
    tree: Any = root.getroottree()
    doctype = tree.docinfo.internalDTD
    if doctype is not None and (next(doctype.iterentities(), None) or next(doctype.iterelements(), None)):
        raise BriefgenError(_unsafe(name, None, "defines entities or elements of its own"))
    if root.tag != f"{_SVG}svg":
        message = f"the picture {name!r} is no SVG: it begins with <{_shown(root.tag)}>"
        hint = 'an SVG begins with <svg xmlns="http://www.w3.org/2000/svg">; export it anew'
        raise BriefgenError(Problem("picture-kind", message, Place(name), hint))
    return root


def _problems(element: Any, name: str, depth: int = 0) -> Iterator[Problem]:
    """What in an element, and in what it holds, may not stand in a drawing."""
    from lxml import etree

    if element.tag is etree.Entity:
        yield _unsafe(name, element, f"uses the entity {element.text}")
        return
    if _is_idle(element):
        return
    kind = element.tag.removeprefix(_SVG)
    if depth > MAX_DEPTH:
        yield _unsafe(name, element, f"is nested deeper than {MAX_DEPTH} levels")
    elif kind not in _ELEMENTS:
        yield _unsafe(name, element, f"holds <{kind[:40]}>")
    else:
        for key, value in element.attrib.items():
            yield from _attribute_problems(element, key, value, name)
        if kind == "style":
            yield from _style_problems(element, name)
        for child in element:
            yield from _problems(child, name, depth + 1)


def _is_idle(element: Any) -> bool:
    return not element.tag.startswith(_SVG) or element.tag.removeprefix(_SVG) in _IDLE


def _attribute_problems(element: Any, key: str, value: str, name: str) -> Iterator[Problem]:
    if key in ("href", _XLINK_HREF):
        if not _may_be_shown(value.strip()):
            yield _unsafe(name, element, f"points to {value[:60]!r}")
    elif key not in _ATTRIBUTES and key not in _KEPT:
        if not _IDLE_ATTRIBUTE.fullmatch(key):
            yield _unsafe(name, element, f"has the attribute {key[:40]!r}")
    elif key not in _SHAPE_DATA and (found := _foreign(value)):
        yield _unsafe(name, element, f"says {found!r} in the attribute {_shown(key)!r}")


def _style_problems(style: Any, name: str) -> Iterator[Problem]:
    text = style.text or ""
    if style.get("type", "text/css") != "text/css" or len(style):
        yield _unsafe(name, style, "holds a style sheet that is not CSS")
    elif found := _foreign(text):
        yield _unsafe(name, style, f"says {found!r} in its style sheet")
    elif address := _URL.search(text):
        yield _unsafe(name, style, f"says {address[0][:40]!r} in its style sheet, not at the shape itself")


def _foreign(css: str) -> str:
    """The first words that a style may not have (rules that load, escapes, functions, addresses), or none."""
    if sign := re.search(r"[@\\<].{0,20}", css):
        return sign[0]
    functions = (each for each in _FUNCTION.finditer(css) if each[1].lower() not in _FUNCTIONS)
    if unknown := next(functions, None):
        return unknown[0][:40]
    addresses = (each for each in _URL.finditer(css) if not _OWN_URL.match(css, each.start()))
    outside = next(addresses, None)
    return outside[0][:40] if outside else ""


def _may_be_shown(href: str) -> bool:
    """Whether a reference leads into the drawing itself, or carries a PNG or JPEG."""
    if _OWN_PLACE.fullmatch(href):
        return True
    carried = _PICTURE.fullmatch(href)
    if carried is None:
        return False
    try:
        data = base64.b64decode("".join(carried[2].split()), validate=True)
    except ValueError:
        return False
    return data.startswith(_MAGIC[carried[1]])


def _leave_out_idle(root: Any) -> None:
    from lxml import etree

    for element in [each for each in root.iter(etree.Element) if each is not root and _is_idle(each)]:
        if element.getparent() is not None:
            _cut(element)
    for element in root.iter(etree.Element):
        for key in element.attrib:
            if key not in _ATTRIBUTES and key not in _KEPT:
                del element.attrib[key]


def _cut(element: Any) -> None:
    """Take an element out; the text behind it stays."""
    parent, before = element.getparent(), element.getprevious()
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


# How much there is to draw


def _too_much(root: Any, name: str) -> Iterator[Problem]:
    """Whatever would keep a renderer busy without end."""
    try:
        steps = _Steps(root).all()
    except _Endless as endless:
        yield _unsafe(name, endless.element, "repeats itself without end")
        return
    if steps > MAX_STEPS:
        yield Problem(
            "picture-too-large",
            f"the picture {name!r} has more to draw than a letter can carry: {steps:,} steps, "
            f"{MAX_STEPS:,} are allowed",
            Place(name),
            "simplify its lines, or use the PNG alone",
        )
    rules = sum((style.text or "").count("{") for style in root.iter(f"{_SVG}style"))
    if rules and rules * sum(1 for _ in root.iter()) > MAX_MATCHES:
        yield _unsafe(name, root, f"has {rules:,} rules in its style sheets")
    for paint in root.iter(f"{_SVG}pattern", f"{_SVG}marker"):
        around = [*paint.iter(), *paint.iterancestors()]
        paints = any("url(" in value.lower() for each in around for value in each.attrib.values())
        if paints or next(paint.iter(f"{_SVG}use"), None) is not None:
            kind = paint.tag.removeprefix(_SVG)
            yield _unsafe(name, paint, f"has a {kind} that refers to others, or stands in what does")


class _Endless(Exception):
    """References that lead back to where they began, or far too deep."""

    def __init__(self, element: Any) -> None:
        self.element = element


class _Steps:
    """Counts what is drawn, with what is repeated by reference.

    Patterns and markers are inherited, so every shape is taken to be painted with all patterns and set with
    all markers at all its points. They refer to nothing themselves; that is looked at apart.
    """

    def __init__(self, root: Any) -> None:
        self._root = root
        self._known: dict[Any, int] = {}
        self._named: dict[str, Any] = {}
        for element in root.iter():
            self._named.setdefault(element.get("id", ""), element)

    def all(self) -> int:
        shapes = self._of(self._root, 0)
        patterns = self._within(f"{_SVG}pattern")
        markers = self._within(f"{_SVG}marker")
        points = sum(_data_length(element) for element in self._root.iter()) // 4 + shapes if markers else 0
        return shapes * (1 + patterns) + points * markers

    def _within(self, tag: str) -> int:
        return sum(self._of(element, 0) for element in self._root.iter(tag))

    def _of(self, element: Any, depth: int) -> int:
        if element in self._known:
            return self._known[element]
        if depth > MAX_DEPTH:
            raise _Endless(element)
        steps = 1 + _data_length(element) // 40 + len(element.text or "") // 10
        steps += sum(self._of(child, depth + 1) for child in element)
        for name in _references(element):
            if name in self._named:
                steps += self._of(self._named[name], depth + 1)
        self._known[element] = steps
        return steps


def _data_length(element: Any) -> int:
    return sum(len(element.get(key, "")) for key in _SHAPE_DATA)


def _references(element: Any) -> Iterator[str]:
    for key, value in element.attrib.items():
        if key in ("href", _XLINK_HREF):
            yield value.strip().removeprefix("#")
        elif key not in _SHAPE_DATA and "(" in value:
            yield from (found[1] for found in _URL.finditer(value) if found[1])


def _shown(tag: str) -> str:
    return tag.rpartition("}")[2][:40]


def _unsafe(name: str, element: Any, what: str) -> Problem:
    line = element.sourceline if element is not None else None
    return Problem(
        "picture-svg-unsafe",
        f"the picture {name!r} {what}, which no drawing in a letter may",
        Place(name, line),
        "export it anew as plain SVG, without scripts, links, filters and effects; or use the PNG alone",
    )

"""Create, find and insert elements and parts of a package opened with python-docx.

Nothing here knows what they mean for a letter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document as WordDocument


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWING_NAMESPACE = "http://schemas.openxmlformats.org/drawingml/2006/"
NAMESPACES = {
    "w": W,
    "r": R,
    "wp": f"{_DRAWING_NAMESPACE}wordprocessingDrawing",
    "a": f"{_DRAWING_NAMESPACE}main",
    "pic": f"{_DRAWING_NAMESPACE}picture",
}
"""Namespaces by the prefixes that are written."""
CONTENT_TYPES = "application/vnd.openxmlformats-officedocument."
"""Start of the content types of parts."""

_PPR_CHILDREN = (
    *("suppressLineNumbers", "pBdr", "shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap"),
    *("overflowPunct", "topLinePunct", "autoSpaceDE", "autoSpaceDN", "bidi", "adjustRightInd", "snapToGrid"),
    *("spacing", "ind", "contextualSpacing", "mirrorIndents", "suppressOverlap", "jc", "textDirection"),
    *("textAlignment", "textboxTightWrap", "outlineLvl", "divId", "cnfStyle", "rPr", "sectPr", "pPrChange"),
)
NUMPR_SUCCESSORS = _PPR_CHILDREN
"""Elements that may follow `w:numPr` in a paragraph's properties (ECMA-376, CT_PPr)."""
BIDI_SUCCESSORS = _PPR_CHILDREN[_PPR_CHILDREN.index("bidi") + 1 :]
"""Elements that may follow `w:bidi` there."""


def w_tag(name: str) -> str:
    """Return the name of a WordprocessingML element or attribute in lxml's notation."""
    return f"{{{W}}}{name}"


def parse_element(xml: str) -> Any:
    """Parse one element that uses the prefixes of `NAMESPACES`, as an instance of python-docx's classes."""
    from docx.oxml.parser import parse_xml

    used = (f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items() if f"{prefix}:" in xml)
    return parse_xml(re.sub(r"^<(w:\w+)", rf"<\1{''.join(used)}", xml, count=1))


def get_or_add_child(parent: Any, name: str, *, first: bool = False) -> Any:
    """Return the child of this name; if there is none, add it as the last child, or as the `first`."""
    child = parent.find(w_tag(name))
    if child is None:
        child = parse_element(f"<w:{name}/>")
        parent.insert(0 if first else len(parent), child)
    return child


def insert_before_successors(parent: Any, new: Any, successors: tuple[str, ...]) -> None:
    """Insert `new` before the first child that must follow it by the schema."""
    following = {w_tag(name) for name in successors}
    for sibling in parent:
        if sibling.tag in following:
            sibling.addprevious(new)
            return
    parent.append(new)


def get_or_add_paragraph_properties(style: Any) -> Any:
    """Return the `w:pPr` of a style, added in schema order if there is none."""
    properties = style.find(w_tag("pPr"))
    if properties is None:
        properties = parse_element("<w:pPr/>")
        insert_before_successors(style, properties, ("rPr", "tblPr", "trPr", "tcPr", "tblStylePr"))
    return properties


def replace_part(document: WordDocument, kind: str, xml: str) -> Any:
    """Give the main part a part of this kind (`footnotes`) in place of any it has; return its root."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import XmlPart

    main = document.part
    for key, relationship in list(main.rels.items()):
        if relationship.reltype == f"{R}/{kind}":
            del main.rels[key]
    root = parse_element(xml)
    name, content_type = PackURI(f"/word/{kind}.xml"), f"{CONTENT_TYPES}wordprocessingml.{kind}+xml"
    main.relate_to(XmlPart(name, content_type, root, main.package), f"{R}/{kind}")
    return root


def add_part(source: Any, kind: str, name: str, content_type: str, content: str | bytes) -> Any:
    """Relate a new part with fixed content to `source`, a part or the package; return the part."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    package = getattr(source, "package", source)
    part = Part(
        PackURI(name), content_type, content.encode() if isinstance(content, str) else content, package
    )
    source.relate_to(part, f"{R}/{kind}")
    return part


def keep_relationships(source: Any, kinds: set[str]) -> None:
    """Drop all relationships except internal ones of these kinds, and with them the parts they lead to."""
    for key, relationship in list(source.rels.items()):
        if relationship.is_external or relationship.reltype.rsplit("/", 1)[-1] not in kinds:
            del source.rels[key]

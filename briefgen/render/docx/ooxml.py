"""WordprocessingML through lxml, as python-docx opened it: find, make and place elements and parts.

What they mean for a letter is decided by the callers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/"
NAMESPACES = {
    "w": W,
    "r": R,
    "wp": f"{_DRAWING}wordprocessingDrawing",
    "a": f"{_DRAWING}main",
    "pic": f"{_DRAWING}picture",
}
"""Prefixes that are written."""
CONTENT_TYPES = "application/vnd.openxmlformats-officedocument."
"""What the content types of parts begin with."""


_PARAGRAPH = (
    *("suppressLineNumbers", "pBdr", "shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap"),
    *("overflowPunct", "topLinePunct", "autoSpaceDE", "autoSpaceDN", "bidi", "adjustRightInd", "snapToGrid"),
    *("spacing", "ind", "contextualSpacing", "mirrorIndents", "suppressOverlap", "jc", "textDirection"),
    *("textAlignment", "textboxTightWrap", "outlineLvl", "divId", "cnfStyle", "rPr", "sectPr", "pPrChange"),
)
AFTER_NUMBERING = _PARAGRAPH
"""What may follow `w:numPr` in a paragraph's properties (ECMA-376, CT_PPr)."""
AFTER_DIRECTION = _PARAGRAPH[_PARAGRAPH.index("bidi") + 1 :]
"""What may follow `w:bidi` there."""


def tag(name: str) -> str:
    """The name of an element or attribute of WordprocessingML as lxml has it."""
    return f"{{{W}}}{name}"


def element(xml: str) -> Any:
    """One element of WordprocessingML with the prefixes of `NAMESPACES`, in python-docx's classes."""
    from docx.oxml.parser import parse_xml

    used = (f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items() if f"{prefix}:" in xml)
    return parse_xml(re.sub(r"^<(w:\w+)", rf"<\1{''.join(used)}", xml, count=1))


def child(parent: Any, name: str, *, first: bool = False) -> Any:
    """The child of this name, made at the end (or as `first`) where there is none."""
    found = parent.find(tag(name))
    if found is None:
        found = element(f"<w:{name}/>")
        parent.insert(0 if first else len(parent), found)
    return found


def insert(parent: Any, new: Any, successors: tuple[str, ...]) -> None:
    """Put `new` before the first child that must follow it by the schema."""
    following = {tag(name) for name in successors}
    for sibling in parent:
        if sibling.tag in following:
            sibling.addprevious(new)
            return
    parent.append(new)


def put_part(document: WordDocument, kind: str, xml: str) -> Any:
    """Give the main part a part of this kind (`footnotes`), in place of any it has; return the root."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import XmlPart

    main = document.part
    for key, relationship in list(main.rels.items()):
        if relationship.reltype == f"{R}/{kind}":
            del main.rels[key]
    root = element(xml)
    name, content_type = PackURI(f"/word/{kind}.xml"), f"{CONTENT_TYPES}wordprocessingml.{kind}+xml"
    main.relate_to(XmlPart(name, content_type, root, main.package), f"{R}/{kind}")
    return root


def add_part(source: Any, kind: str, name: str, content_type: str, xml: str) -> Any:
    """Relate a new part with fixed content to `source`, a part or the package; return the part."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    package = getattr(source, "package", source)
    part = Part(PackURI(name), content_type, xml.encode(), package)
    source.relate_to(part, f"{R}/{kind}")
    return part


def keep_relationships(source: Any, kinds: set[str]) -> None:
    """Drop all relationships but those of these kinds within the package, and so the parts behind them."""
    for key, relationship in list(source.rels.items()):
        if relationship.is_external or relationship.reltype.rsplit("/", 1)[-1] not in kinds:
            del source.rels[key]

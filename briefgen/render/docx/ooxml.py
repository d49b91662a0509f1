"""WordprocessingML through lxml, as python-docx opened it: find, make and place elements and parts.

What they mean for a letter is decided by the callers.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
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


_STORED, _DEFLATED = 0, 8
_DOS_TIME, _DOS_DATE = 0, 0x21
"""1980-01-01 00:00, the earliest that zip can say (APPNOTE 4.4.6)."""
_VERSION = 20
_UTF8_NAME = 0x0800
_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_LEVEL, _WINDOW_BITS, _MEMORY = 3, -14, 7
"""Of deflate. A letter's parts are small: the usual 32 KB window takes twice as long to set up as this."""
_NOT_WORTH = 256
"""Bytes below which deflating gains nothing."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive, ready to be copied into it."""

    name: str
    local: bytes
    """Local header and data."""
    central: bytes
    """Entry of the central directory without its last four bytes, the offset, and the name."""

    def entry(self, offset: int) -> bytes:
        """The entry of the central directory for a member that begins at `offset`."""
        return self.central + offset.to_bytes(4, "little") + self.name.encode()


def member(name: str, content: bytes, *, compress: bool = True) -> Member:
    """Prepare one member; PNG and JPEG need no compression."""
    method, data = _STORED, content
    if compress and len(content) >= _NOT_WORTH:
        squeeze = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW_BITS, _MEMORY)
        method, data = _DEFLATED, squeeze.compress(content) + squeeze.flush()
    encoded = name.encode()
    flags = 0 if name.isascii() else _UTF8_NAME
    common = (flags, method, _DOS_TIME, _DOS_DATE, zlib.crc32(content), len(data), len(content), len(encoded))
    local = _LOCAL.pack(0x04034B50, _VERSION, *common, 0) + encoded + data
    central = _CENTRAL.pack(0x02014B50, _VERSION, _VERSION, *common, 0, 0, 0, 0, 0, 0)[:-4]
    return Member(name, local, central)


def archive(members: Iterable[Member]) -> bytes:
    """Put the members together, sorted by name (so `[Content_Types].xml` comes first)."""
    ordered = sorted(members, key=lambda each: each.name)
    entries, offset = [], 0
    for each in ordered:
        entries.append(each.entry(offset))
        offset += len(each.local)
    directory = b"".join(entries)
    end = _END.pack(0x06054B50, 0, 0, len(ordered), len(ordered), len(directory), offset, 0)
    return b"".join([*(each.local for each in ordered), directory, end])

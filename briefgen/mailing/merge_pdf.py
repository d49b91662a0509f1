"""One print file of many PDFs: their pages in order, a bookmark for each, what they share stored once.

Tags, links and embedded records stay in the letters themselves: this file is for the printer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.mailing.shared_fonts import SharedFonts


@dataclass(frozen=True, slots=True)
class Part:
    """One PDF of a print file."""

    source: Path | bytes
    bookmark: str = ""
    """What the list of contents calls it; empty for none."""


def merge(parts: Iterable[Part], title: str, target: Any, *, duplex: bool = False) -> int:
    """Write the print file of these parts to `target` (a binary file, open for writing); returns its pages.

    With `duplex` each part begins on a sheet of its own: after an odd number of pages an empty one follows.
    Raises BriefgenError where a part cannot be read.
    """
    from pikepdf import OutlineItem, Pdf

    with Pdf.new() as pdf:
        fonts, pictures = SharedFonts(pdf), _Pictures()
        bookmarks = []
        for part in parts:
            source = _opened(part)
            first = len(pdf.pages)
            if part.bookmark:
                bookmarks.append(OutlineItem(part.bookmark, first))
            for page in source.pages:
                _plain(page)
            fonts.lift(source)
            pdf.pages.extend(source.pages)
            added = [pdf.pages[number] for number in range(first, len(pdf.pages))]
            fonts.adopt(added)
            pictures.adopt(added)
            if duplex and len(added) % 2:
                box = added[-1].mediabox
                pdf.add_blank_page(page_size=(float(box[2] - box[0]), float(box[3] - box[1])))
        fonts.write()
        with pdf.open_outline() as outline:
            outline.root.extend(bookmarks)
        pdf.docinfo["/Title"] = title
        pages = len(pdf.pages)
        pdf.save(target, deterministic_id=True, **_compact())
    return pages


def _compact() -> dict[str, Any]:
    from pikepdf import ObjectStreamMode

    return {"object_stream_mode": ObjectStreamMode.generate, "compress_streams": True}


def _opened(part: Part) -> Any:
    from pikepdf import PasswordError, Pdf, PdfError

    try:
        return Pdf.open(BytesIO(part.source) if isinstance(part.source, bytes) else part.source)
    except (PdfError, PasswordError, OSError) as error:
        name = str(part.source) if isinstance(part.source, Path) else part.bookmark
        problem = Problem(
            "print-unreadable",
            f"the letter cannot be read: {str(error)[:120]}",
            Place(name),
            "run briefgen batch, which makes it anew",
        )
        raise BriefgenError(problem) from None


def _plain(page: Any) -> None:
    for key in ("/Annots", "/StructParents", "/Tabs"):
        if key in page:
            del page[key]


@dataclass(slots=True)
class _Pictures:
    """Stores each picture once."""

    _first: dict[str, Any] = field(default_factory=dict)

    def adopt(self, pages: Iterable[Any]) -> None:
        """Replace pictures of added pages by the first of their kind."""
        for page in pages:
            objects = page.get("/Resources", {}).get("/XObject", {})
            for name, one in list(objects.items()):
                if one.get("/Subtype") == "/Image":
                    objects[name] = self._shared(one)

    def _shared(self, picture: Any) -> Any:
        if "/SMask" in picture:
            picture["/SMask"] = self._shared(picture["/SMask"])
        plain = {key: repr(value) for key, value in picture.items() if key not in ("/SMask", "/Length")}
        mask = picture["/SMask"].objgen if "/SMask" in picture else ()
        key = sha256(repr((sorted(plain.items()), mask)).encode() + picture.read_raw_bytes()).hexdigest()
        return self._first.setdefault(key, picture)

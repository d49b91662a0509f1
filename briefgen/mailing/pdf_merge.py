"""Merge PDFs into one file, storing each font and each image once.

Each letter embeds only the glyphs it uses, but numbered as in the whole font, so one subset with the glyphs
of all letters serves them all. A font that is not from one of the pinned packages is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.render.fonts import font_folders
from briefgen.system.limits import resource_limits


@dataclass(frozen=True, slots=True)
class PdfPart:
    """A PDF to merge, as a file or its content."""

    source: Path | bytes
    bookmark: str = ""
    """Its title in the merged file's outline; empty for none."""
    enclosure: str = ""
    """Its name, if it is an enclosure and not a file of ours; it may come with many letters."""
    mark: bytes = b""
    """A PDF of one page to print over its first page."""


def merge_pdfs(
    parts: Iterable[PdfPart],
    title: str,
    target: Any,
    *,
    duplex: bool = False,
    starts: list[int] | None = None,
) -> int:
    """Write the merged PDF to `target`, a binary file open for writing, and return its number of pages.

    With `duplex`, each part starts on a new sheet: a blank page follows an odd number of pages. The number of
    pages before each part is added to `starts`. Raise BriefgenError if a part cannot be read.
    """
    from pikepdf import ObjectStreamMode, OutlineItem, Pdf

    with Pdf.new() as pdf:
        fonts, images, enclosures = _FontMerger(pdf), _ImageMerger(), _Enclosures()
        bookmarks = []
        for part in parts:
            source = enclosures.open(part) if part.enclosure else _open_pdf_part(part)
            first = len(pdf.pages)
            if starts is not None:
                starts.append(first)
            if part.bookmark:
                bookmarks.append(OutlineItem(part.bookmark, first))
            for page in source.pages:
                _remove_annotations_and_tags(page)
            if not part.enclosure:
                fonts.detach_fonts(source)
            pdf.pages.extend(source.pages)
            added = [pdf.pages[number] for number in range(first, len(pdf.pages))]
            if part.mark:
                added[0].add_overlay(enclosures.open_mark(part.mark).pages[0], None)
            if not part.enclosure:
                fonts.register_pages(added)
                images.replace_duplicates(added)
            if duplex and len(added) % 2:
                box = added[-1].mediabox
                pdf.add_blank_page(page_size=(float(box[2] - box[0]), float(box[3] - box[1])))
        fonts.embed_fonts()
        with pdf.open_outline() as outline:
            outline.root.extend(bookmarks)
        pdf.docinfo["/Title"] = title
        pages = len(pdf.pages)
        pdf.save(
            target,
            deterministic_id=True,
            object_stream_mode=ObjectStreamMode.generate,
            compress_streams=True,
        )
    return pages


def _open_pdf_part(part: PdfPart) -> Any:
    from pikepdf import PasswordError, Pdf, PdfError

    try:
        opened = Pdf.open(BytesIO(part.source) if isinstance(part.source, bytes) else part.source)
        if part.enclosure:
            # What somebody else's program wrote may open, and fail when it is written.
            opened.save(BytesIO())
        return opened
    except (PdfError, PasswordError, OSError, RuntimeError, ValueError) as error:
        if part.enclosure:
            problem = Problem(
                "enclosure-unreadable",
                f"the enclosure {part.enclosure!r} cannot be printed: {str(error)[:120]}",
                None,
                "open it in a PDF reader, and save or print it as a PDF without a password",
            )
            raise BriefgenError(problem) from None
        name = str(part.source) if isinstance(part.source, Path) else part.bookmark
        problem = Problem(
            "print-unreadable",
            f"the letter cannot be read: {str(error)[:120]}",
            Place(name),
            "run briefgen batch to make it again",
        )
        raise BriefgenError(problem) from None


def _remove_annotations_and_tags(page: Any) -> None:
    """Remove what refers to the rest of the letter's file; paper has no use for it."""
    for key in ("/Annots", "/StructParents", "/Tabs", "/AA"):
        if key in page:
            del page[key]


@dataclass(slots=True)
class _Enclosures:
    """Opens each enclosure and each mark once, so that the merged file has their content once."""

    _opened: dict[Path | bytes, Any] = field(default_factory=dict)

    def open(self, part: PdfPart) -> Any:
        """Return an enclosure (pikepdf.Pdf); raise BriefgenError if it cannot be read or has no page."""
        if part.source not in self._opened:
            with resource_limits(f"the enclosure {part.enclosure}"):
                self._opened[part.source] = _open_pdf_part(part)
        return self._opened[part.source]

    def open_mark(self, data: bytes) -> Any:
        """Return a file of ours with one page."""
        if data not in self._opened:
            self._opened[data] = _open_pdf_part(PdfPart(data))
        return self._opened[data]


@dataclass(slots=True)
class _ImageMerger:
    """Stores each image once."""

    _images: dict[str, Any] = field(default_factory=dict)
    """The first image with each digest."""

    def replace_duplicates(self, pages: Iterable[Any]) -> None:
        """Replace images of pages just added by equal ones that the file already has."""
        for page in pages:
            objects = page.get("/Resources", {}).get("/XObject", {})
            for name, xobject in list(objects.items()):
                if xobject.get("/Subtype") == "/Image":
                    objects[name] = self._find_equal_image(xobject)

    def _find_equal_image(self, image: Any) -> Any:
        if "/SMask" in image:
            image["/SMask"] = self._find_equal_image(image["/SMask"])
        entries = {key: repr(value) for key, value in image.items() if key not in ("/SMask", "/Length")}
        mask = image["/SMask"].objgen if "/SMask" in image else ()
        digest = sha256(repr((sorted(entries.items()), mask)).encode() + image.read_raw_bytes()).hexdigest()
        return self._images.setdefault(digest, image)


@dataclass(slots=True)
class _FontMerger:
    """Collects the glyphs used of each font over all parts, and embeds each font once."""

    pdf: Any
    """The merged file (pikepdf.Pdf)."""
    _glyphs: dict[str, set[int]] = field(default_factory=dict)
    """Glyphs in use, by font."""
    _descriptors: dict[str, list[Any]] = field(default_factory=dict)
    """Font descriptors in the merged file that lack their font file, by font."""
    _names: dict[bytes, str | None] = field(default_factory=dict)
    """Names of embedded fonts, by the digest of their file."""

    def detach_fonts(self, letter: Any) -> None:
        """Remove the pinned fonts' files from a letter (pikepdf.Pdf) about to be merged."""
        for font in _find_composite_fonts(letter.pages):
            name = self._identify_font(font)
            if name is None:
                continue
            self._glyphs.setdefault(name, set()).update(_find_used_glyphs(font))
            del font.FontDescriptor["/FontFile3"]
            font.FontDescriptor["/BriefgenFont"] = name

    def register_pages(self, pages: Any) -> None:
        """Note which fonts the pages just added need; `embed_fonts` provides them at the end."""
        for font in _find_composite_fonts(pages):
            descriptor = font.FontDescriptor
            if "/BriefgenFont" in descriptor:
                self._descriptors.setdefault(str(descriptor["/BriefgenFont"]), []).append(descriptor)
                del descriptor["/BriefgenFont"]

    def embed_fonts(self) -> None:
        """Embed one subset of each font, for all letters that use it."""
        from pikepdf import Name, Stream

        for name in sorted(self._descriptors):
            data = _subset_font(_find_pinned_fonts()[name], self._glyphs[name])
            shared = self.pdf.make_indirect(Stream(self.pdf, data))
            shared["/Subtype"] = Name("/OpenType")
            for descriptor in self._descriptors[name]:
                descriptor["/FontFile3"] = shared

    def _identify_font(self, font: Any) -> str | None:
        """Return the name of the pinned font that an embedded one is a subset of; None for any other."""
        descriptor = font.FontDescriptor
        if "/FontFile3" not in descriptor:
            return None
        data = descriptor["/FontFile3"].read_bytes()
        digest = sha256(data).digest()
        if digest not in self._names:
            self._names[digest] = _identify_pinned_font(data)
        return self._names[digest]


def _find_composite_fonts(pages: Any) -> list[Any]:
    """Return the descendant fonts of the pages' composite fonts, each once."""
    found: dict[tuple[int, int], Any] = {}
    for page in pages:
        for font in page.get("/Resources", {}).get("/Font", {}).values():
            for descendant in font.get("/DescendantFonts", []):
                if "/FontDescriptor" in descendant:
                    found[descendant.objgen if descendant.is_indirect else (0, len(found))] = descendant
    return list(found.values())


def _find_used_glyphs(font: Any) -> set[int]:
    """Return the ids of the glyphs in use: WeasyPrint lists a width for each of them and no others."""
    glyphs: set[int] = {0}
    widths = list(font.get("/W", []))
    while widths:
        first, second = int(widths.pop(0)), widths.pop(0)
        if isinstance(second, int):
            widths.pop(0)
            glyphs.update(range(first, second + 1))
        else:
            glyphs.update(range(first, first + len(second)))
    return glyphs


@cache
def _find_pinned_fonts() -> dict[str, Path]:
    """Return the pinned fonts' files by PostScript name."""
    from fontTools.ttLib import TTFont

    found = {}
    for folder in font_folders().values():
        for path in sorted(folder.glob("*.otf")):
            with TTFont(path, lazy=True) as font:
                found[_read_postscript_name(font)] = path
    return found


@cache
def _read_font_revision(path: Path) -> float:
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        return float(font["head"].fontRevision)


def _identify_pinned_font(data: bytes) -> str | None:
    """Return the name of the pinned font of the same name and revision, if there is one."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(BytesIO(data), lazy=True) as font:
            name, revision = _read_postscript_name(font), float(font["head"].fontRevision)
    except (TTLibError, KeyError, AssertionError):
        return None
    path = _find_pinned_fonts().get(name)
    return name if path is not None and _read_font_revision(path) == revision else None


def _read_postscript_name(font: Any) -> str:
    return str(font["name"].getDebugName(6) or "")


def _subset_font(path: Path, glyphs: set[int]) -> bytes:
    """Return the font reduced to these glyphs, which keep their ids."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options(
        retain_gids=True, notdef_outline=True, layout_features=[], glyph_names=False, desubroutinize=True
    )
    options.hinting = False
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "kern"]  # the text is already laid out
    with TTFont(path, recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(gids=sorted(glyphs))
        subsetter.subset(font)
        out = BytesIO()
        font.save(out)
    return out.getvalue()

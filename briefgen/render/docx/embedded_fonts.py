"""Embed the PDF's fonts in a base document, so that letters look the same where Word's own are missing.

Source Serif and Source Sans are under the SIL Open Font License, which allows a document to contain them
(OFL FAQ, 1.15). Embedded are their TrueType files, the only kind that Word embeds, with what they have of
Latin, Greek and Cyrillic script, so that the text can be edited too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from briefgen.model.branding import FontFamily
from briefgen.render.docx.ooxml import CONTENT_TYPES, R, add_part, parse_element, w_tag
from briefgen.render.fonts import font_folders

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

_FILES: dict[FontFamily, tuple[str, str]] = {
    "Source Serif Pro": ("font_source_serif_pro", "SourceSerifPro"),
    "Source Sans Pro": ("font_source_sans_pro", "SourceSansPro"),
}
"""For each family, its package and the beginning of its files' names."""
_STYLES = (("Regular", "Regular"), ("Bold", "Bold"), ("Italic", "It"), ("BoldItalic", "BoldIt"))
"""What Word calls each style, and the file that has it. The PDF's semibold is a family of its own to Word."""
_CHARACTERS = (*range(0x20, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x2000), *range(0x2000, 0x2300))
_NAMESPACE = UUID("6f0a3a5e-6d3c-4d6c-9a0e-5b1f3c7d2e90")
_OBFUSCATED_BYTES = 32


def embed_fonts(document: WordDocument, families: Iterable[FontFamily]) -> None:
    """Add these families to the document's font table, which must name them, and to its settings."""
    table = next(each.target_part for each in document.part.rels.values() if each.reltype == f"{R}/fontTable")
    entries = {entry.get(w_tag("name")): entry for entry in table.element.findall(w_tag("font"))}
    for number, (family, style, data) in enumerate(_iterate_faces(families), 1):
        key = uuid5(_NAMESPACE, f"{family} {style}")
        name = f"/word/fonts/font{number}.odttf"
        part = add_part(table, "font", name, f"{CONTENT_TYPES}obfuscatedFont", obfuscate_font(data, key))
        relationship = next(id for id, each in table.rels.items() if each.target_part is part)
        entries[family].append(
            parse_element(f'<w:embed{style} r:id="{relationship}" w:fontKey="{{{str(key).upper()}}}"/>')
        )
    settings = document.settings.element
    for name in ("saveSubsetFonts", "embedTrueTypeFonts"):
        settings.insert(0, parse_element(f"<w:{name}/>"))


def _iterate_faces(families: Iterable[FontFamily]) -> Iterator[tuple[FontFamily, str, bytes]]:
    for family in dict.fromkeys(families):
        for style, file_style in _STYLES:
            yield family, style, _read_face(family, file_style)


@cache
def _read_face(family: FontFamily, file_style: str) -> bytes:
    """Return a face with the characters that letters use."""
    from fontTools import subset

    package, stem = _FILES[family]
    options = subset.Options(
        layout_features=["kern", "liga", "lnum", "pnum"], name_IDs=["*"], notdef_outline=True
    )
    options.recalc_timestamp = False
    font: Any
    with subset.load_font(str(font_folders()[package] / f"{stem}-{file_style}.ttf"), options) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=_CHARACTERS)
        subsetter.subset(font)
        file = BytesIO()
        font.save(file)
    return file.getvalue()


def obfuscate_font(data: bytes, key: UUID) -> bytes:
    """Return a font as Word stores it (ECMA-376, part 4, 17.8.1): its first bytes combined with the key.

    Doing it again returns the font.
    """
    mask = key.bytes[::-1] * 2
    start = bytes(byte ^ other for byte, other in zip(data[:_OBFUSCATED_BYTES], mask, strict=True))
    return start + data[_OBFUSCATED_BYTES:]

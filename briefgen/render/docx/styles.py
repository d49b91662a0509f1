"""The named styles that a letter or briefing uses, as data; the emitter names them, the reference holds them.

A reference that brings a style of the same name keeps its own look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from briefgen.render.docx.metrics import Design, twips

Kind = Literal["paragraph", "character", "table"]


@dataclass(frozen=True, slots=True)
class Style:
    """One style, its properties already in WordprocessingML and in the order of its schema."""

    name: str
    """As Word stores it: its own built-in names begin in lower case (`heading 1`, `footnote text`)."""
    kind: Kind = "paragraph"
    based_on: str = ""
    follows: str = ""
    """Style of the next paragraph when somebody writes on in Word."""
    paragraph: str = ""
    """Children of `w:pPr`."""
    run: str = ""
    """Children of `w:rPr`."""
    table: str = ""
    """What follows `w:rPr` in a table style."""


def fonts(name: str) -> str:
    """Latin letters in this font; other scripts keep the default's. No name, no change."""
    return name and f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}"/>'


def size(points: float) -> str:
    """Size of letters, for complex scripts too; Word counts half points."""
    half = round(points * 2)
    return f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'


def colour(rgb: str) -> str:
    """Colour of letters."""
    return f'<w:color w:val="{rgb}"/>'


def spacing(before_pt: float = 0, after_pt: float = 0, line_pt: float | None = None) -> str:
    """Space around a paragraph, and the least distance of its lines."""
    line = f' w:line="{round(line_pt * 20)}" w:lineRule="atLeast"' if line_pt else ""
    return f'<w:spacing w:before="{round(before_pt * 20)}" w:after="{round(after_pt * 20)}"{line}/>'


def indent(left_mm: float = 0, right_mm: float = 0, hanging_mm: float = 0) -> str:
    """Indents; Word turns left and right around in right-to-left paragraphs."""
    hanging = f' w:hanging="{twips(hanging_mm)}"' if hanging_mm else ""
    return f'<w:ind w:left="{twips(left_mm)}" w:right="{twips(right_mm)}"{hanging}/>'


BOLD = "<w:b/><w:bCs/>"
TOGETHER = "<w:keepNext/><w:keepLines/>"
LINES = "<w:contextualSpacing/>"
"""No space between paragraphs of one style: an address in one paragraph or in five looks alike."""
LIST_STEP_MM = 5.5
LIST_DEPTH = 3
"""Levels that have styles of their own; deeper lists keep the third."""


def styles(design: Design) -> tuple[Style, ...]:
    """All paragraph, character and table styles, those they are based on first."""
    return (
        *_text(design),
        *_headings(design),
        *_lists(),
        *_letter(design),
        *_briefing(design),
        *_runs(design),
    )


def _text(d: Design) -> Iterator[Style]:
    yield Style("Default Paragraph Font", kind="character")
    margins = '<w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/>'
    yield Style(
        "Normal Table", kind="table", table=f"<w:tblPr><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>"
    )
    yield Style("Normal", paragraph="<w:widowControl/>" + spacing(line_pt=d.line_pt), run=colour(d.ink))
    yield Style("Body Text", based_on="Normal", paragraph=spacing(0, 6.6, d.line_pt))
    yield Style(
        "Quote", based_on="Normal", follows="Body Text", paragraph=spacing(0, 8.5, d.line_pt) + indent(8, 8)
    )
    yield Style(
        "caption",
        based_on="Normal",
        follows="Body Text",
        paragraph="<w:keepLines/>" + spacing(4, 5, d.line_pt and 12.5),
        run=BOLD + size(d.small_pt),
    )
    yield Style(
        "footnote text",
        based_on="Normal",
        paragraph=spacing(0, 2, d.note_line_pt),
        run=size(d.note_pt),
    )
    small = colour(d.quiet) + size(9)
    yield Style("header", based_on="Normal", paragraph=spacing(line_pt=12), run=small)
    yield Style("footer", based_on="Normal", paragraph=spacing(line_pt=12), run=small)


def _headings(d: Design) -> Iterator[Style]:
    sans = fonts(d.sans)
    yield Style(
        "Title",
        based_on="Normal",
        follows="Body Text",
        paragraph=TOGETHER + spacing(0, 0, 26) + '<w:outlineLvl w:val="0"/>',
        run=(sans if d.modern else "") + BOLD + colour(d.accent) + size(22),
    )
    yield Style(
        "Subtitle",
        based_on="Normal",
        follows="Body Text",
        paragraph=TOGETHER + spacing(7, 0, 17),
        run=colour(d.quiet) + size(12.5) if d.modern else "<w:i/><w:iCs/>" + size(12.5),
    )
    looks = ((15.5, 22, 6, d.accent), (12.5, 19, 5.5, d.accent), (11, 11, 3.5, d.ink))
    for level, (points, before, after, rgb) in enumerate(looks, start=1):
        yield Style(
            f"heading {level}",
            based_on="Normal",
            follows="Body Text",
            paragraph=TOGETHER
            + spacing(before, after, points * 1.25)
            + f'<w:outlineLvl w:val="{level - 1}"/>',
            run=sans + BOLD + colour(rgb) + size(points),
        )


def _lists() -> Iterator[Style]:
    for kind in ("List Bullet", "List Number", "List Continue"):
        for level in range(1, LIST_DEPTH + 1):
            # The indent of bulleted and numbered paragraphs belongs to the numbering.
            left = indent(level * LIST_STEP_MM) if kind == "List Continue" else ""
            name = kind if level == 1 else f"{kind} {level}"
            yield Style(name, based_on="Body Text", paragraph=spacing(0, 4.5) + left)


def _letter(d: Design) -> Iterator[Style]:
    yield Style(
        "Letterhead Name",
        based_on="Normal",
        follows="Letterhead",
        paragraph=TOGETHER + spacing(0, 2, 17) + '<w:outlineLvl w:val="0"/>',
        run=BOLD + colour(d.accent) + size(13.5),
    )
    yield Style(
        "Letterhead",
        based_on="Normal",
        paragraph=spacing(1, 40, 12) + LINES,
        run=fonts(d.sans) + colour(d.quiet) + size(8.5),
    )
    small = fonts(d.sans) + colour(d.quiet)
    for name, points in (("Return Line", 7.0), ("Return Line Small", 6.0)):
        yield Style(name, based_on="Normal", paragraph=spacing(0, 0, 9), run=small + size(points))
    address = spacing(8, 19, d.address_pt)
    yield Style("Inside Address", based_on="Normal", paragraph="<w:keepLines/>" + address + LINES)
    for step, points in enumerate(_SMALLER_ADDRESSES, start=2):
        yield Style(f"Inside Address {step}", based_on="Inside Address", run=size(points))
    yield Style("Date Line", based_on="Normal", paragraph=spacing(6, 6))
    accent = colour(d.accent) if d.modern else ""
    reference = "<w:keepNext/>" + spacing(10.2, 0)
    yield Style("Reference Line", based_on="Normal", paragraph=reference, run=BOLD + accent)
    yield Style(
        "Salutation Line",
        based_on="Normal",
        follows="Body Text",
        paragraph="<w:keepNext/>" + spacing(10.2, 6.6),
    )
    yield Style("Ask", based_on="Body Text", follows="Body Text")
    yield Style(
        "Complimentary Close", based_on="Normal", follows="Signature", paragraph=TOGETHER + spacing(10.2, 0)
    )
    signature = spacing(28.5, 0, d.address_pt)
    yield Style("Signature", based_on="Normal", paragraph=TOGETHER + signature + LINES)
    yield Style(
        "Enclosures",
        based_on="Normal",
        paragraph="<w:keepLines/>" + spacing(8.5, 0, d.end_line_pt) + LINES,
        run=size(d.end_pt),
    )
    yield Style("Copy Line", based_on="Enclosures", paragraph=spacing(8.5, 0, d.end_line_pt) + LINES)


def _briefing(d: Design) -> Iterator[Style]:
    line = f'w:val="single" w:sz="5" w:space="8" w:color="{d.accent}"'
    yield Style(
        "Byline",
        based_on="Normal",
        paragraph=("" if d.modern else f"<w:pBdr><w:bottom {line}/></w:pBdr>") + spacing(11, 17, 13) + LINES,
        run=fonts(d.sans) + colour(d.quiet) + size(9.5),
    )
    yield Style("Summary", based_on="Body Text", paragraph=_box(d) + spacing(0, 0, d.line_pt) + _BOX_INDENT)
    for level in (1, 2, 3):
        yield Style(
            f"Summary Heading {level}",
            based_on=f"heading {level}",
            follows="Summary",
            paragraph=_box(d) + spacing(0, 0) + _BOX_INDENT,
        )
    yield Style("Figure", based_on="Normal", paragraph="<w:keepLines/>" + spacing(6, 4))
    yield Style(
        "Table Text", based_on="Normal", paragraph=spacing(1, 1, d.line_pt and 12.2), run=size(d.small_pt)
    )
    yield Style("Table Heading", based_on="Table Text", run=BOLD)
    yield Style("After Table", based_on="Normal", paragraph=spacing(0, 0, 9), run=size(4))
    yield Style(
        "Bibliography",
        based_on="Normal",
        paragraph="<w:keepLines/>" + spacing(0, 3.5, 12.9) + indent(6, 0, 6),
        run=size(d.small_pt),
    )
    yield Style("Evidence Annex", based_on="Normal", paragraph=spacing(0, 5, 13), run=size(d.small_pt))
    yield Style(
        "TOC Heading",
        based_on="Normal",
        follows="Body Text",
        paragraph=TOGETHER + spacing(17, 4, 15.5),
        run=fonts(d.sans) + BOLD + colour(d.accent) + size(12.5),
    )
    for level, left in enumerate((0, 0, 6), start=1):
        yield Style(
            f"toc {level}", based_on="Normal", follows="Normal", paragraph=spacing(0, 2) + indent(left)
        )
    yield Style("Briefing Table", kind="table", based_on="Normal Table", table=_table(d))


_BOX_INDENT = indent(4.2, 4.2)
_SMALLER_ADDRESSES = (9.5, 9.0, 8.0)
"""Of the smaller sizes of an address in a window (`briefgen.render.address_window`), in points."""


def _box(d: Design) -> str:
    """Borders in the colour of the ground: their distance from the text is what shades the gaps.

    Word leaves the space before and after a paragraph white where indents differ, so the box has none.
    """
    if d.modern:
        return f'<w:pBdr><w:left w:val="single" w:sz="36" w:space="10" w:color="{d.accent}"/></w:pBdr>'
    sides = (("top", 4), ("left", 12), ("bottom", 4), ("right", 12), ("between", 4))
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="{space}" w:color="{d.tint}"/>' for side, space in sides
    )
    return f'<w:pBdr>{borders}</w:pBdr><w:shd w:val="clear" w:color="auto" w:fill="{d.tint}"/>'


def _table(d: Design) -> str:
    def border(side: str, eighths: int, rgb: str) -> str:
        return f'<w:{side} w:val="single" w:sz="{eighths}" w:space="0" w:color="{rgb}"/>'

    margins = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>'
        for side, width in (("top", 34), ("left", 0), ("bottom", 34), ("right", 142))
    )
    return (
        f"<w:tblPr><w:tblBorders>{border('bottom', 3, d.rule)}{border('insideH', 3, d.rule)}</w:tblBorders>"
        f"<w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>"
        '<w:tblStylePr w:type="firstRow"><w:tblPr/><w:tcPr><w:tcBorders>'
        f'{border("bottom", 5, d.ink)}</w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr>'
    )


def _runs(d: Design) -> Iterator[Style]:
    yield Style("footnote reference", kind="character", run='<w:vertAlign w:val="superscript"/>')
    yield Style("Hyperlink", kind="character", run=colour(d.accent))

"""The named styles of letters and briefings, as data.

`stylesheet` adds them to a base document; one that has a style of the same name keeps its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from briefgen.render.docx.metrics import Design, mm_to_twips

StyleKind = Literal["paragraph", "character", "table"]


@dataclass(frozen=True, slots=True)
class StyleDefinition:
    """One style, with its properties as WordprocessingML in schema order."""

    name: str
    """As Word stores it: some of its built-in names are in lower case (`heading 1`, `footnote text`)."""
    kind: StyleKind = "paragraph"
    based_on: str = ""
    follows: str = ""
    """Style of the next paragraph when somebody continues typing in Word."""
    paragraph: str = ""
    """Children of `w:pPr`."""
    run: str = ""
    """Children of `w:rPr`."""
    table: str = ""
    """Elements that follow `w:rPr` in a table style."""


def latin_font_xml(name: str) -> str:
    """Return `w:rFonts` for Latin text, leaving other scripts alone; empty without a name."""
    return name and f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}"/>'


def font_size_xml(points: float) -> str:
    """Return the font size, for complex scripts too; Word counts in half points."""
    half = round(points * 2)
    return f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'


def font_colour_xml(rgb: str) -> str:
    """Return the colour of text."""
    return f'<w:color w:val="{rgb}"/>'


def spacing_xml(before_pt: float = 0, after_pt: float = 0, line_pt: float | None = None) -> str:
    """Return the space before and after a paragraph, and its least line spacing."""
    line = f' w:line="{round(line_pt * 20)}" w:lineRule="atLeast"' if line_pt else ""
    return f'<w:spacing w:before="{round(before_pt * 20)}" w:after="{round(after_pt * 20)}"{line}/>'


def indent_xml(left_mm: float = 0, right_mm: float = 0, hanging_mm: float = 0) -> str:
    """Return the indents; Word swaps left and right in right-to-left paragraphs."""
    hanging = f' w:hanging="{mm_to_twips(hanging_mm)}"' if hanging_mm else ""
    return f'<w:ind w:left="{mm_to_twips(left_mm)}" w:right="{mm_to_twips(right_mm)}"{hanging}/>'


BOLD = "<w:b/><w:bCs/>"
KEEP_TOGETHER = "<w:keepNext/><w:keepLines/>"
CONTEXTUAL_SPACING = "<w:contextualSpacing/>"
"""No space between paragraphs of one style: an address looks the same in one paragraph or in five."""
LIST_STEP_MM = 5.5
NUMBER_GAP_MM = 1.6
"""Gap between a number and its text. Numbers are right-aligned, so that 9 and 10 line up as in the PDF."""
LIST_DEPTH = 3
"""List levels that have their own styles; deeper lists use the third."""


def define_styles(design: Design) -> tuple[StyleDefinition, ...]:
    """Return all paragraph, character and table styles, base styles first."""
    return (
        *_text_styles(design),
        *_heading_styles(design),
        *_list_styles(design),
        *_letter_styles(design),
        *_briefing_styles(design),
        *_brief_styles(design),
        *_character_styles(design),
    )


def _text_styles(d: Design) -> Iterator[StyleDefinition]:
    yield StyleDefinition("Default Paragraph Font", kind="character")
    margins = '<w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/>'
    yield StyleDefinition(
        "Normal Table", kind="table", table=f"<w:tblPr><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>"
    )
    yield StyleDefinition(
        "Normal", paragraph="<w:widowControl/>" + spacing_xml(line_pt=d.line_pt), run=font_colour_xml(d.ink)
    )
    after = 4.6 if d.compact else 6.6
    yield StyleDefinition("Body Text", based_on="Normal", paragraph=spacing_xml(0, after, d.line_pt))
    yield StyleDefinition(
        "Quote",
        based_on="Normal",
        follows="Body Text",
        paragraph=spacing_xml(0, 8.5, d.line_pt) + indent_xml(8, 8),
    )
    yield StyleDefinition(
        "caption",
        based_on="Normal",
        follows="Body Text",
        paragraph="<w:keepLines/>" + spacing_xml(4, 5, d.line_pt and 12.5),
        run=BOLD + font_size_xml(d.small_pt),
    )
    yield StyleDefinition(
        "footnote text",
        based_on="Normal",
        paragraph=spacing_xml(0, 2, d.note_line_pt),
        run=font_size_xml(d.note_pt),
    )
    font = latin_font_xml(d.sans) if d.compact else ""
    small = font + font_colour_xml(d.quiet) + font_size_xml(8 if d.compact else 9)
    yield StyleDefinition("header", based_on="Normal", paragraph=spacing_xml(line_pt=12), run=small)
    yield StyleDefinition("footer", based_on="Normal", paragraph=spacing_xml(line_pt=12), run=small)


def _heading_styles(d: Design) -> Iterator[StyleDefinition]:
    sans = latin_font_xml(d.sans)
    yield StyleDefinition(
        "Title",
        based_on="Normal",
        follows="Body Text",
        paragraph=KEEP_TOGETHER + spacing_xml(18 if d.compact else 0, 0, 26) + '<w:outlineLvl w:val="0"/>',
        run=(sans if d.modern or d.banded else "")
        + BOLD
        + font_colour_xml(d.ink if d.banded else d.accent)
        + font_size_xml(22),
    )
    yield StyleDefinition(
        "Subtitle",
        based_on="Normal",
        follows="Body Text",
        paragraph=KEEP_TOGETHER + spacing_xml(7, 0, 17),
        run=font_colour_xml(d.quiet) + font_size_xml(12.5)
        if d.modern or d.banded
        else "<w:i/><w:iCs/>" + font_size_xml(12.5),
    )
    levels = ((15.5, 22, 6, d.accent), (12.5, 19, 5.5, d.accent), (11, 11, 3.5, d.ink))
    if d.compact:
        levels = ((13.0, 11, 3, d.accent), (11.5, 10, 2, d.accent), (10, 7, 2, d.ink))
    for level, (points, before, after, rgb) in enumerate(levels, start=1):
        yield StyleDefinition(
            f"heading {level}",
            based_on="Normal",
            follows="Body Text",
            paragraph=KEEP_TOGETHER
            + spacing_xml(before, after, points * 1.25)
            + f'<w:outlineLvl w:val="{level - 1}"/>',
            run=sans + BOLD + font_colour_xml(rgb) + font_size_xml(points),
        )


def _list_styles(d: Design) -> Iterator[StyleDefinition]:
    whole = "<w:keepLines/>" if d.keep_items else ""
    for kind in ("List Bullet", "List Number", "List Continue"):
        for level in range(1, LIST_DEPTH + 1):
            # The indent of bulleted and numbered paragraphs comes from the numbering.
            left = indent_xml(level * LIST_STEP_MM) if kind == "List Continue" else ""
            name = kind if level == 1 else f"{kind} {level}"
            yield StyleDefinition(name, based_on="Body Text", paragraph=whole + spacing_xml(0, 4.5) + left)


def _letter_styles(d: Design) -> Iterator[StyleDefinition]:
    yield StyleDefinition(
        "Letterhead Name",
        based_on="Normal",
        follows="Letterhead",
        paragraph=KEEP_TOGETHER + spacing_xml(0, 2, 17) + '<w:outlineLvl w:val="0"/>',
        run=(latin_font_xml(d.sans) if d.banded else "")
        + BOLD
        + font_colour_xml(d.accent)
        + font_size_xml(13.5),
    )
    yield StyleDefinition(
        "Letterhead",
        based_on="Normal",
        paragraph=spacing_xml(1, 40, 12) + CONTEXTUAL_SPACING,
        run=latin_font_xml(d.sans) + font_colour_xml(d.quiet) + font_size_xml(8.5),
    )
    small = latin_font_xml(d.sans) + font_colour_xml(d.quiet)
    for name, points in (("Return Line", 7.0), ("Return Line Small", 6.0)):
        yield StyleDefinition(
            name, based_on="Normal", paragraph=spacing_xml(0, 0, 9), run=small + font_size_xml(points)
        )
    address = spacing_xml(8, 19, d.address_pt)
    yield StyleDefinition(
        "Inside Address", based_on="Normal", paragraph="<w:keepLines/>" + address + CONTEXTUAL_SPACING
    )
    for step, points in enumerate(_SMALLER_ADDRESS_SIZES_PT, start=2):
        yield StyleDefinition(f"Inside Address {step}", based_on="Inside Address", run=font_size_xml(points))
    yield StyleDefinition("Date Line", based_on="Normal", paragraph=spacing_xml(6, 6))
    accent = font_colour_xml(d.accent) if d.modern or d.banded else ""
    reference = "<w:keepNext/>" + spacing_xml(10.2, 0)
    yield StyleDefinition("Reference Line", based_on="Normal", paragraph=reference, run=BOLD + accent)
    yield StyleDefinition(
        "Salutation Line",
        based_on="Normal",
        follows="Body Text",
        paragraph="<w:keepNext/>" + spacing_xml(10.2, 6.6),
    )
    yield StyleDefinition("Ask", based_on="Body Text", follows="Body Text")
    yield StyleDefinition(
        "Complimentary Close",
        based_on="Normal",
        follows="Signature",
        paragraph=KEEP_TOGETHER + spacing_xml(10.2, 0),
    )
    signature = spacing_xml(28.5, 0, d.address_pt)
    yield StyleDefinition(
        "Signature", based_on="Normal", paragraph=KEEP_TOGETHER + signature + CONTEXTUAL_SPACING
    )
    yield StyleDefinition(
        "Postscript", based_on="Body Text", paragraph="<w:keepLines/>" + spacing_xml(11.3, 0)
    )
    yield StyleDefinition(
        "Enclosures",
        based_on="Normal",
        paragraph="<w:keepLines/>" + spacing_xml(8.5, 0, d.end_line_pt) + CONTEXTUAL_SPACING,
        run=font_size_xml(d.end_pt),
    )
    yield StyleDefinition(
        "Copy Line", based_on="Enclosures", paragraph=spacing_xml(8.5, 0, d.end_line_pt) + CONTEXTUAL_SPACING
    )


def _briefing_styles(d: Design) -> Iterator[StyleDefinition]:
    line = f'w:val="single" w:sz="5" w:space="8" w:color="{d.accent}"'
    yield StyleDefinition(
        "Byline",
        based_on="Normal",
        paragraph=("" if d.modern else f"<w:pBdr><w:{'top' if d.banded else 'bottom'} {line}/></w:pBdr>")
        + spacing_xml(11, 17, 13)
        + CONTEXTUAL_SPACING,
        run=latin_font_xml(d.sans) + font_colour_xml(d.quiet) + font_size_xml(9.5),
    )
    yield StyleDefinition(
        "Summary",
        based_on="Body Text",
        paragraph=_summary_box_xml(d) + spacing_xml(0, 0, d.line_pt) + _SUMMARY_INDENT,
    )
    for level in (1, 2, 3):
        yield StyleDefinition(
            f"Summary Heading {level}",
            based_on=f"heading {level}",
            follows="Summary",
            paragraph=_summary_box_xml(d, "top") + spacing_xml(0, 0) + _SUMMARY_INDENT,
        )
    yield StyleDefinition("Figure", based_on="Normal", paragraph="<w:keepLines/>" + spacing_xml(6, 4))
    yield StyleDefinition(
        "Figure Caption",
        based_on="caption",
        follows="Figure",
        paragraph="<w:keepNext/>",
        run='<w:b w:val="0"/><w:bCs w:val="0"/>',
    )
    yield StyleDefinition(
        "Figure Text",
        based_on="Normal",
        follows="Body Text",
        paragraph="<w:keepLines/>" + spacing_xml(2, 3, d.line_pt and 12.9),
        run=font_size_xml(d.small_pt),
    )
    yield StyleDefinition(
        "Figure Source",
        based_on="Figure Text",
        follows="Body Text",
        paragraph=spacing_xml(0, 10, d.note_line_pt),
        run=font_colour_xml(d.quiet) + font_size_xml(d.note_pt),
    )
    yield StyleDefinition(
        "Table Text",
        based_on="Normal",
        paragraph=spacing_xml(1, 1, d.line_pt and 12.2),
        run=font_size_xml(d.small_pt),
    )
    yield StyleDefinition("Table Heading", based_on="Table Text", run=BOLD)
    yield StyleDefinition("Row Heading", based_on="Table Heading", run=latin_font_xml(d.sans))
    yield StyleDefinition(
        "After Table", based_on="Normal", paragraph=spacing_xml(0, 0, 9), run=font_size_xml(4)
    )
    yield StyleDefinition(
        "Bibliography",
        based_on="Normal",
        paragraph="<w:keepLines/>" + spacing_xml(0, 3.5, 12.9) + indent_xml(6, 0, 6),
        run=font_size_xml(d.small_pt),
    )
    yield StyleDefinition(
        "Evidence Annex", based_on="Normal", paragraph=spacing_xml(0, 5, 13), run=font_size_xml(d.small_pt)
    )
    yield StyleDefinition(
        "TOC Heading",
        based_on="Normal",
        follows="Body Text",
        paragraph=KEEP_TOGETHER + spacing_xml(17, 4, 15.5),
        run=latin_font_xml(d.sans) + BOLD + font_colour_xml(d.accent) + font_size_xml(12.5),
    )
    for level, left in enumerate((0, 0, 6), start=1):
        yield StyleDefinition(
            f"toc {level}",
            based_on="Normal",
            follows="Normal",
            paragraph=spacing_xml(0, 2) + indent_xml(left),
        )
    yield StyleDefinition(
        "Briefing Table", kind="table", based_on="Normal Table", table=_briefing_table_xml(d)
    )


def _brief_styles(d: Design) -> Iterator[StyleDefinition]:
    """Yield the styles of a brief's columns, and of what stands in the narrower one."""
    sans = latin_font_xml(d.sans)
    yield StyleDefinition(
        "Masthead",
        based_on="Normal",
        paragraph=spacing_xml(5 if d.banded else 0, 6, 14),
        run=sans + BOLD + font_colour_xml(d.accent) + font_size_xml(11),
    )
    yield StyleDefinition(
        "Masthead Line",
        based_on="Normal",
        paragraph=spacing_xml(5 if d.banded else 0, 6, 14) + '<w:jc w:val="right"/>',
        run=sans + font_colour_xml(d.quiet) + font_size_xml(9),
    )
    yield StyleDefinition(
        "Standfirst",
        based_on="Normal",
        follows="Body Text",
        paragraph=spacing_xml(5, 13, 16),
        run=sans + font_colour_xml(d.quiet) + font_size_xml(11.5)
        if d.modern or d.banded
        else "<w:i/><w:iCs/>" + font_size_xml(12),
    )
    small = sans + font_size_xml(d.aside_pt)
    yield StyleDefinition("Aside", based_on="Normal", paragraph=spacing_xml(0, 4, d.aside_line_pt), run=small)
    heading = sans + BOLD + font_colour_xml(d.accent) + font_size_xml(d.aside_pt)
    yield StyleDefinition(
        "Aside Heading",
        based_on="Normal",
        follows="Aside",
        paragraph=KEEP_TOGETHER + _rule_above_xml(d.rule, 4, 7) + spacing_xml(12, 3, d.aside_line_pt),
        run=heading,
    )
    yield StyleDefinition(
        "Key Figure",
        based_on="Normal",
        follows="Key Figure Text",
        paragraph=KEEP_TOGETHER + (_rule_above_xml(d.accent) if d.banded else "") + spacing_xml(4, 0, 22),
        run=sans + BOLD + font_colour_xml(d.accent) + font_size_xml(20),
    )
    yield StyleDefinition(
        "Key Figure Text",
        based_on="Aside",
        paragraph="<w:keepLines/>" + spacing_xml(0, 5, d.aside_line_pt),
    )
    bar = f'<w:pBdr><w:left w:val="single" w:sz="12" w:space="8" w:color="{d.accent}"/></w:pBdr>'
    bar = _rule_above_xml(d.accent) if d.banded else bar
    yield StyleDefinition(
        "Pull Quote",
        based_on="Normal",
        follows="Pull Quote Source",
        paragraph="<w:keepLines/>" + bar + spacing_xml(8, 0, 14.6) + indent_xml(3),
        run="<w:i/><w:iCs/>" + font_colour_xml(d.accent) + font_size_xml(11),
    )
    yield StyleDefinition(
        "Pull Quote Source",
        based_on="Aside",
        paragraph="<w:keepLines/>" + bar + spacing_xml(0, 0, d.aside_line_pt) + indent_xml(3),
        run=font_colour_xml(d.quiet),
    )
    yield StyleDefinition(
        "Contact",
        based_on="Aside",
        paragraph="<w:keepLines/>" + box_xml(d) + spacing_xml(0, 0, d.aside_line_pt) + _SUMMARY_INDENT,
    )
    yield StyleDefinition(
        "Contact Heading",
        based_on="Aside Heading",
        follows="Contact",
        paragraph=KEEP_TOGETHER + box_xml(d, "top") + spacing_xml(14, 0, d.aside_line_pt) + _SUMMARY_INDENT,
    )
    yield StyleDefinition(
        "Notes Rule",
        based_on="After Table",
        follows="Notes Heading",
        paragraph=_rule_above_xml(d.accent, 5, 0),
    )
    yield StyleDefinition(
        "Notes Heading",
        based_on="Aside Heading",
        follows="endnote text",
        paragraph=KEEP_TOGETHER + NO_RULE_ABOVE + spacing_xml(0, 3, d.aside_line_pt),
    )
    yield StyleDefinition(
        "endnote text",
        based_on="Normal",
        paragraph="<w:keepLines/>" + spacing_xml(0, 1, d.note_line_pt and 9.45) + indent_xml(4.4, 0, 4.4),
        run=font_size_xml(7.5),
    )
    yield StyleDefinition("Columns", kind="table", based_on="Normal Table", table=_NO_CELL_MARGINS)


def _rule_above_xml(rgb: str, eighths: int = 7, space: int = 4) -> str:
    return f'<w:pBdr><w:top w:val="single" w:sz="{eighths}" w:space="{space}" w:color="{rgb}"/></w:pBdr>'


NO_RULE_ABOVE = '<w:pBdr><w:top w:val="nil"/></w:pBdr>'
"""For the first heading of a column, which has no rule between it and what is before."""
_NO_MARGIN = 'w:w="0" w:type="dxa"'
_NO_CELL_MARGINS = (
    f"<w:tblPr><w:tblCellMar><w:left {_NO_MARGIN}/><w:right {_NO_MARGIN}/></w:tblCellMar></w:tblPr>"
)
_SUMMARY_INDENT = indent_xml(4.2, 4.2)
_SMALLER_ADDRESS_SIZES_PT = (9.5, 9.0, 8.0)
"""The smaller sizes of an address in a window (`briefgen.render.address_window.ADDRESS_SIZES`)."""


def _summary_box_xml(d: Design, place: str = "") -> str:
    """Return the shading of a paragraph of the summary; at `place` `top`, of its heading."""
    if d.modern:
        return f'<w:pBdr><w:left w:val="single" w:sz="36" w:space="10" w:color="{d.accent}"/></w:pBdr>'
    return box_xml(d, place)


def box_xml(d: Design, place: str = "") -> str:
    """Return the shading of a paragraph of a box, with borders of the same colour as its padding.

    They shade the gaps between paragraphs too: Word leaves the space before and after a paragraph white where
    indents differ, so the box has none. At the `top` or the `bottom` of the box, the padding there is larger.
    """
    if d.banded:
        line = f'w:val="single" w:sz="7" w:color="{d.accent}"'
        sides = [("top", 4), ("left", 12), ("bottom", 4), ("right", 12)]
        frame = "".join(f'<w:{side} {line} w:space="{space}"/>' for side, space in sides)
        return f"<w:pBdr>{frame}</w:pBdr>"
    # Word sets the gap by the border between paragraphs, LibreOffice by those above and below.
    padding, gap = (8, 1) if d.compact else (10, 3)
    sides = [
        ("top", padding if place == "top" else gap),
        ("left", 12),
        ("bottom", padding if place == "bottom" else gap),
        ("right", 12),
        ("between", gap),
    ]
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="{space}" w:color="{d.tint}"/>' for side, space in sides
    )
    return f'<w:pBdr>{borders}</w:pBdr><w:shd w:val="clear" w:color="auto" w:fill="{d.tint}"/>'


def table_borders_xml(d: Design, *, with_top: bool = False) -> str:
    """Return the rules of a table; `with_top` adds the one that a table without a header row begins with."""
    top = _border_xml("top", 5, d.ink) if with_top else ""
    rules = f"{top}{_border_xml('bottom', 3, d.rule)}{_border_xml('insideH', 3, d.rule)}"
    return f"<w:tblBorders>{rules}</w:tblBorders>"


def _border_xml(side: str, eighths: int, rgb: str) -> str:
    return f'<w:{side} w:val="single" w:sz="{eighths}" w:space="0" w:color="{rgb}"/>'


def _briefing_table_xml(d: Design) -> str:
    margins = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>'
        for side, width in (("top", 34), ("left", 0), ("bottom", 34), ("right", 142))
    )
    return (
        f"<w:tblPr>{table_borders_xml(d)}"
        f"<w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>"
        '<w:tblStylePr w:type="firstRow"><w:tblPr/><w:tcPr><w:tcBorders>'
        f'{_border_xml("bottom", 5, d.ink)}</w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr>'
    )


def _character_styles(d: Design) -> Iterator[StyleDefinition]:
    yield StyleDefinition("footnote reference", kind="character", run='<w:vertAlign w:val="superscript"/>')
    yield StyleDefinition("endnote reference", kind="character", run='<w:vertAlign w:val="superscript"/>')
    # Word would show its own blue, underlined; in print a link is text.
    yield StyleDefinition("Hyperlink", kind="character", run='<w:u w:val="none"/>')
    yield StyleDefinition(
        "Figure Number",
        kind="character",
        run=latin_font_xml(d.sans) + BOLD + font_colour_xml(d.accent),
    )

"""From a Document's HTML to WordprocessingML: one walk over its blocks that writes strings.

How things look is the reference's affair; the emitter only names styles.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from briefgen.errors import BriefgenError, Problem
from briefgen.render.address_window import Standing, is_long_return_line
from briefgen.render.docx.base_document import Reference
from briefgen.render.docx.blocks import (
    BLOCKS,
    CELL,
    FLOW,
    HEAD_CELL,
    QUOTE,
    Cell,
    Place,
    Row,
    check_table,
    entries_of,
    grid,
    item_indent,
    list_level,
    pieces,
    refuse_text,
    spoken,
)
from briefgen.render.docx.headers import (
    Framed,
    address_frame,
    letterhead_frame,
    logo_frame,
    logo_room,
    return_frame,
)
from briefgen.render.docx.inline import Inline, unknown
from briefgen.render.docx.languages import language
from briefgen.render.docx.metrics import emu, twips
from briefgen.render.docx.ooxml import NAMESPACES
from briefgen.render.docx.pictures import Picture, Pictures, drawing
from briefgen.render.docx.runs import escape
from briefgen.render.docx.styles import LIST_DEPTH, LIST_STEP_MM

_NAMESPACES = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
_KEEP = "<w:keepNext/>"
_SHORT_CONTENTS = 20
"""Entries of a contents list that stands on one page."""
ANNEX_SHARES = (0.42, 0.38, 0.20)
"""Of the width, for the columns of the table in an evidence annex: as in briefing.css."""
_AFTER_LIST_PT = 6.6
_AFTER_SUMMARY_PT = 12


@dataclass(frozen=True, slots=True)
class Emitted:
    """What one document adds to its reference."""

    document: str
    """The main part, whole."""
    footnotes: str
    """Its `w:footnote` elements."""
    relationships: str
    """Entries for the main part's relationships."""
    footnote_relationships: str
    """Entries for the notes' relationships; empty where no note has a link."""
    numbering: str
    """A `w:num` for each numbered list."""
    pictures: tuple[Picture, ...]


def emit(
    html: str, reference: Reference, main: str, pictures: Pictures, stands: Standing | None = None
) -> Emitted:
    """Write `html` (canonical, without a root) in the styles of `reference`; `main` is its language.

    `stands` says how the address stands in its window, if it has one.

    Raises BriefgenError for what is outside the vocabulary of `briefgen.model.document`.
    """
    try:
        root = ElementTree.fromstring(f"<div>{html}</div>")
    except ElementTree.ParseError as error:
        problem = Problem("document-malformed", f"the document's HTML cannot be read: {error}")
        raise BriefgenError(problem) from None
    return _Emitter(root, reference, main, pictures, stands).emitted()


class _Emitter:
    """The state of one walk; every method adds to `self._out`, in order."""

    def __init__(
        self, root: Element, reference: Reference, main: str, pictures: Pictures, stands: Standing | None
    ) -> None:
        self._root = root
        self._stands = stands
        self._reference = reference
        self._main = main
        self._right_to_left = reference.language.script == "right-to-left"
        self._inline = Inline(root, reference, main)
        self._sources = pictures
        self._pictures: dict[str, Picture] = {}
        """By id of relationship."""
        self._drawings = 0
        self._numberings: list[str] = []
        self._new_page = False
        """Whether the next paragraph begins a page."""
        self._out: list[str] = []

    def emitted(self) -> Emitted:
        self._blocks(self._root, Place(FLOW, self._main), keep_last=False)
        body = f"{''.join(self._out)}{self._inline.waiting()}{self._reference.section}"
        entries = "".join(
            f'<Relationship Id="{key}" Type="{_IMAGE}" Target="{picture.name}"/>'
            for key, picture in self._pictures.items()
        )
        return Emitted(
            document=f"{DECLARATION}<w:document {_NAMESPACES}><w:body>{body}</w:body></w:document>",
            footnotes="".join(self._inline.notes),
            relationships=self._inline.link_entries() + entries,
            footnote_relationships=self._inline.note_link_entries(),
            numbering="".join(self._numberings),
            pictures=tuple(self._pictures.values()),
        )

    # Blocks

    def _blocks(self, parent: Element, place: Place, *, keep_last: bool) -> None:
        """The blocks within `parent`; `keep_last` ties the last one to what follows, on one page."""
        refuse_text(parent)
        children = list(parent)
        for index, child in enumerate(children):
            following = children[index + 1] if index + 1 < len(children) else None
            keep = keep_last if following is None else following.get("class") == "complimentary-close"
            self._block(child, spoken(place, child), keep=keep)

    def _block(self, element: Element, place: Place, *, keep: bool) -> None:
        tag = element.tag
        self._inline.remember(element)
        if tag == "p":
            self._paragraph(element, place, place.block.paragraph, keep=keep)
        elif tag == "div":
            self._division(element, place, keep=keep)
        elif tag in {"h1", "h2", "h3"}:
            self._heading(element, place)
        elif tag in {"ul", "ol"}:
            self._list(element, place, keep=keep)
        elif tag == "blockquote":
            self._blocks(element, place._replace(block=QUOTE), keep_last=keep)
        elif tag == "table":
            self._table(element, place)
        elif tag == "figure":
            self._figure(element, place, keep=keep)
        else:
            raise unknown(element)

    def _division(self, element: Element, place: Place, *, keep: bool) -> None:
        name = element.get("class", "")
        if name not in BLOCKS:
            raise unknown(element)
        if place.division == "summary" and name != "toc":
            # The summary is a box: what stands in it stays in it.
            self._blocks(element, place, keep_last=keep)
            return
        # LibreOffice does not keep a heading with a contents list, which is a section of its own there.
        opens_page = name == "evidence-annex" or (name == "toc" and place.division != "summary")
        framed = self._framed(name, element) if place.block is FLOW else place.framed
        place = place._replace(block=BLOCKS[name], division=name, framed=framed)
        before = len(self._out)
        self._new_page = opens_page and bool(self._out)
        if name == "toc":
            self._contents(element, place)
        else:
            self._blocks(element, place, keep_last=keep)
        if name == "summary" and len(self._out) > before:
            self._room_after(_AFTER_SUMMARY_PT)

    def _framed(self, name: str, element: Element) -> Framed:
        """Where a block stands on the page, by the layout of the letterhead."""
        layout = self._reference.layout
        if layout is None:
            return Framed()
        if name == "letterhead":
            logo = next(element.iter("img"), None)
            return letterhead_frame(layout, self._logo_size(logo) if logo is not None else None)
        if name == "return-line":
            return return_frame(layout, small=is_long_return_line("".join(element.itertext())))
        if name == "inside-address":
            return address_frame(layout, self._stands)
        return Framed()

    def _logo_size(self, image: Element) -> tuple[int, int]:
        picture = self._sources.get(image.get("data-png", "") or image.get("src", ""))
        return picture.within(*logo_room(self._reference.design))

    def _room_after(self, points: float) -> None:
        """Give the last paragraph more room after it: it ends a group whose paragraphs stand closer."""
        head, end, content = self._out[-1].partition("</w:pPr>")
        head, indent, rest = head.partition("<w:ind ")
        self._out[-1] = f'{head}<w:spacing w:after="{round(points * 20)}"/>{indent}{rest}{end}{content}'

    def _heading(self, element: Element, place: Place) -> None:
        level = int(element.tag[1])
        block = place.block
        style = block.title if level == 1 and block.title else block.heading.format(level)
        # One style heads a contents list whatever the level, so the outline is told directly.
        outline = f'<w:outlineLvl w:val="{level - 1}"/>' if style == "TOC Heading" else ""
        self._paragraph(element, place, style, layout=outline)

    def _paragraph(
        self,
        element: Element | None,
        place: Place,
        style: str,
        *,
        keep: bool = False,
        numbered: str = "",
        layout: str = "",
    ) -> None:
        """One paragraph. `numbered` and `layout` are properties, `w:numPr` and those after `w:bidi`."""
        content = self._inline.paragraph(element, place.language)
        self._write(style, place, content, keep=keep, numbered=numbered, layout=layout)

    def _write(
        self,
        style: str,
        place: Place,
        content: str,
        *,
        keep: bool = False,
        numbered: str = "",
        layout: str = "",
    ) -> None:
        framed = place.framed
        self._out.append(
            f'<w:p><w:pPr><w:pStyle w:val="{self._reference.style(framed.style or style)}"/>'
            f"{_KEEP if keep else ''}{self._page_break()}{framed.frame}"
            f"{numbered}{self._direction(place)}{layout or framed.spacing}</w:pPr>{content}</w:p>"
        )

    def _page_break(self) -> str:
        new_page, self._new_page = self._new_page, False
        return "<w:pageBreakBefore/>" if new_page else ""

    def _direction(self, place: Place) -> str:
        """`w:bidi` where the paragraph's direction is not the document's."""
        right_to_left = language(place.language).script == "right-to-left"
        if right_to_left == self._right_to_left:
            return ""
        return "<w:bidi/>" if right_to_left else '<w:bidi w:val="0"/>'

    # Lists

    def _list(self, element: Element, place: Place, *, keep: bool) -> None:
        ordered, depth = element.tag == "ol", place.depth + 1
        number = self._new_number(element, depth) if ordered else self._reference.bullets
        place = place._replace(depth=depth, number=number, ordered=ordered)
        refuse_text(element)
        for index, item in enumerate(element, start=1):
            if item.tag != "li":
                raise unknown(item)
            self._inline.remember(item)
            self._item(item, spoken(place, item), keep=keep and index == len(element))
        if depth == 1 and len(element) and not place.block.own_lists:
            self._room_after(_AFTER_LIST_PT)

    def _new_number(self, element: Element, depth: int) -> int:
        """A numbering of its own, so that every list begins anew."""
        number = self._reference.next_number + len(self._numberings)
        start = element.get("start", "")
        start = start if start.isascii() and start.isdecimal() and len(start) < 5 else "1"
        self._numberings.append(
            f'<w:num w:numId="{number}"><w:abstractNumId w:val="{self._reference.numbers}"/>'
            f'<w:lvlOverride w:ilvl="{list_level(depth)}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
            "</w:num>"
        )
        return number

    def _item(self, item: Element, place: Place, *, keep: bool) -> None:
        """One `li`: inline content, or blocks of which the first carries the number."""
        parts = pieces(item)
        if parts[0].tag in {"ul", "ol"}:
            self._item_paragraph(None, place, keep=False)
        for index, part in enumerate(parts):
            inner, last = spoken(place, part), keep and index == len(parts) - 1
            if part is not item:
                self._inline.remember(part)
            if part.tag in {"ul", "ol"}:
                self._list(part, inner, keep=last)
            elif index == 0:
                self._item_paragraph(part, inner, keep=last)
            else:
                self._item_continued(part, inner, keep=last)

    def _item_paragraph(self, element: Element | None, place: Place, *, keep: bool) -> None:
        style, own = self._item_style(place, "List Number" if place.ordered else "List Bullet")
        numbered = ""
        # A bulleted style brings its bullet along; each numbered list has its own count.
        if own or place.ordered:
            level = f'<w:ilvl w:val="{list_level(place.depth)}"/>'
            numbered = f'<w:numPr>{level}<w:numId w:val="{place.number}"/></w:numPr>'
        layout = f'{item_indent(place)} w:hanging="{twips(LIST_STEP_MM)}"/>' if own else ""
        self._paragraph(element, place, style, keep=keep, numbered=numbered, layout=layout)

    def _item_continued(self, element: Element, place: Place, *, keep: bool) -> None:
        """A further paragraph of an item."""
        style, own = self._item_style(place, "List Continue")
        layout = f"{item_indent(place)}/>" if own else ""
        self._paragraph(element, place, style, keep=keep, layout=layout)

    def _item_style(self, place: Place, kind: str) -> tuple[str, bool]:
        """Style of a paragraph in a list, and whether its indent must be told directly."""
        if place.block.own_lists:
            return place.block.paragraph, True
        level = min(place.depth, LIST_DEPTH)
        return kind if level == 1 else f"{kind} {level}", place.depth > LIST_DEPTH

    # Tables

    def _table(self, element: Element, place: Place) -> None:
        check_table(element)
        rows, shares = grid(element)
        if place.division == "evidence-annex" and len(shares) == len(ANNEX_SHARES):
            shares = list(ANNEX_SHARES)
        caption = element.find("caption")
        if caption is not None:
            self._inline.remember(caption)
            self._paragraph(caption, spoken(place, caption), "caption", keep=True)
        if not shares:
            return
        width = self._reference.text_width // 635
        widths = [round(share * width) for share in shares]
        title = " ".join("".join(caption.itertext()).split()) if caption is not None else ""
        described = f'<w:tblCaption w:val="{escape(title[:250])}"/>' if title else ""
        look = f'<w:tblLook w:val="0020" w:firstRow="{int(rows[0].head)}" w:lastRow="0" w:firstColumn="0"'
        columns = "".join(f'<w:gridCol w:w="{each}"/>' for each in widths)
        self._out.append(
            f'<w:tbl><w:tblPr><w:tblStyle w:val="{self._reference.style("Briefing Table")}"/>'
            f"{'<w:bidiVisual/>' if self._right_to_left else ''}"
            f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/>{look} w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
            f"{described}</w:tblPr><w:tblGrid>"
            f"{columns}</w:tblGrid>"
        )
        for index, row in enumerate(rows):
            # No page has the head alone, or the last row.
            self._row(row, widths, place, keep=row.head or index == len(rows) - 2)
        self._out.append("</w:tbl>")
        # Word joins tables that touch, and wants a paragraph after the last.
        self._write("After Table", place, "")

    def _row(self, row: Row, widths: list[int], place: Place, *, keep: bool) -> None:
        repeated = "<w:tblHeader/>" if row.head else ""
        self._out.append(f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>")
        column = 0
        for cell in row.cells:
            self._cell(cell, sum(widths[column : column + cell.span]), row, place, keep=keep)
            column += cell.span
        self._out.append("</w:tr>")

    def _cell(self, cell: Cell, width: int, row: Row, place: Place, *, keep: bool) -> None:
        span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
        merge = f'<w:vMerge w:val="{cell.merge}"/>' if cell.merge else ""
        self._out.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}</w:tcPr>')
        element = cell.element
        if element is None:
            self._write("Table Text", place, "", keep=keep)
        else:
            self._cell_content(element, row, place, keep=keep)
        self._out.append("</w:tc>")

    def _cell_content(self, element: Element, row: Row, place: Place, *, keep: bool) -> None:
        if element.tag not in {"th", "td"}:
            raise unknown(element)
        block = HEAD_CELL if element.tag == "th" or row.head else CELL
        place = spoken(place._replace(block=block, depth=0), element)
        self._inline.remember(element)
        for part in pieces(element):
            if part is element:
                self._paragraph(part, place, block.paragraph, keep=keep)
            else:
                self._block(part, spoken(place, part), keep=keep)

    # Figures

    def _figure(self, element: Element, place: Place, *, keep: bool) -> None:
        refuse_text(element)
        last = len(element)
        for index, child in enumerate(element, start=1):
            self._inline.remember(child)
            inner = spoken(place, child)
            if child.tag == "img":
                self._picture(child, inner, keep=keep or index < last)
            elif child.tag == "figcaption":
                self._paragraph(child, inner, "caption", keep=keep or index < last)
            else:
                raise unknown(child)

    def _picture(self, element: Element, place: Place, *, keep: bool) -> None:
        src, png = element.get("src", ""), element.get("data-png", "")
        picture = self._sources.get(png or src)
        relationship = self._picture_relationship(picture)
        svg = self._picture_relationship(self._sources.drawing(src, picture)) if png else ""
        self._drawings += 1
        limit = {
            "signature": emu(self._reference.design.signature_mm),
            "letterhead": emu(self._reference.design.logo_mm),
        }.get(place.division, round(self._reference.text_height * 0.8))
        size = picture.within(self._reference.text_width, limit)
        if place.division == "letterhead" and self._reference.layout is not None:
            size = picture.within(*logo_room(self._reference.design))
            place = place._replace(framed=logo_frame(self._reference.layout, size))
        run = drawing(self._drawings, relationship, element.get("alt", ""), size, svg)
        # Before a picture no room is left for a pen.
        layout = '<w:spacing w:before="120"/>' if place.division == "signature" else ""
        style = {"signature": "Signature", "letterhead": "Letterhead"}.get(place.division, "Figure")
        content = self._inline.paragraph(None, place.language, after=run)
        self._write(style, place, content, keep=keep, layout=layout)

    def _picture_relationship(self, picture: Picture) -> str:
        for key, known in self._pictures.items():
            if known is picture:
                return key
        key = f"picture{len(self._pictures) + 1}"
        self._pictures[key] = picture
        return key

    # Contents list

    def _contents(self, element: Element, place: Place) -> None:
        """A contents list: entries as a field that Word can bring up to date, with what is there now."""
        for child in element:
            if child.tag in {"ul", "ol"}:
                self._inline.remember(child)
                self._entries(child, spoken(place, child))
            else:
                self._block(child, spoken(place, child), keep=False)

    def _entries(self, element: Element, place: Place) -> None:
        entries = list(entries_of(element, place))
        levels = [self._entry_level(line) for line, _ in entries]
        # \n leaves page numbers out, which only Word could tell; \h makes links.
        switches = f' TOC \\o "{min(levels, default=1)}-{max(levels, default=3)}" \\h \\n \\z '
        opening = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">'
            f'{escape(switches)}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        closing = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        for index, ((line, where), level) in enumerate(zip(entries, levels, strict=True)):
            self._inline.remember(line)
            before = opening if index == 0 else ""
            after = closing if index == len(entries) - 1 else ""
            content = self._inline.paragraph(line, where.language, before=before, after=after)
            # A short list is not parted; a long one may be.
            keep = index < len(entries) - 1 and len(entries) <= _SHORT_CONTENTS
            self._write(f"toc {level}", where, content, keep=keep)

    def _entry_level(self, entry: Element) -> int:
        """The level of the heading that an entry leads to; 2, where it leads elsewhere."""
        link = next((each for each in entry if each.tag == "a"), None)
        href = link.get("href", "") if link is not None else ""
        return self._inline.levels.get(href[1:], 2)

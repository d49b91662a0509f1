"""Convert a Document's HTML to WordprocessingML in one walk over its blocks that appends strings.

The base document defines how things look; here styles are only named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from briefgen.errors import BriefgenError, Problem
from briefgen.render.address_window import AddressPlacement, needs_small_return_line
from briefgen.render.docx.base_document import BaseDocument, continue_section
from briefgen.render.docx.blocks import (
    FLOW_STYLES,
    QUOTE_STYLES,
    ROW_HEADING_STYLES,
    STYLES_BY_CLASS,
    TABLE_CELL_STYLES,
    TABLE_HEADER_STYLES,
    BlockContext,
    check_table,
    iter_toc_entries,
    list_item_indent,
    list_level_index,
    reject_stray_text,
    split_item_content,
    with_element_language,
)
from briefgen.render.docx.frames import (
    FrameProperties,
    frame_address,
    frame_letterhead,
    frame_logo,
    frame_return_line,
    max_logo_size,
)
from briefgen.render.docx.inline import InlineWriter, unsupported_element_error
from briefgen.render.docx.languages import resolve_language
from briefgen.render.docx.metrics import mm_to_emu, mm_to_twips
from briefgen.render.docx.ooxml import NAMESPACES
from briefgen.render.docx.pictures import Picture, PictureLoader, picture_run
from briefgen.render.docx.runs import escape_xml
from briefgen.render.docx.styles import LIST_DEPTH, LIST_STEP_MM, NO_RULE_ABOVE, box_xml, table_borders_xml
from briefgen.render.layouts import MAX_PICTURE_SHARE, column_shares
from briefgen.render.tables import (
    TABLE_SIZES_PT,
    GridCell,
    GridRow,
    build_table_grid,
    divide_width,
    fit_table,
    turn_page,
)

_NAMESPACE_DECLARATIONS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_IMAGE_RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
_KEEP_NEXT = "<w:keepNext/>"
_SHORT_TOC_ENTRIES = 20
"""A table of contents with no more entries than this is kept on one page."""
ANNEX_COLUMN_SHARES = (0.45, 0.55)
"""Column widths of the table in an evidence annex, as shares of the text width; as in briefing.css."""
ROW_HEAD_SHARE = 0.27
"""Width of the heads of rows in a table of two columns within a column, as a share; as in brief.css."""
_PICTURE_STYLES = {"signature": "Signature", "letterhead": "Letterhead", "masthead": "Masthead"}
"""Style of the paragraph that holds a picture, by the class of the block around it."""
_AFTER_LIST_PT = 6.6
_BESIDE_PICTURE_MM = 3.0
"""Between a picture and the words beside it."""
_AFTER_SUMMARY_PT = 12
_AFTER_TITLE_PT = 13
_LONG_ADDRESS_LINES = 5
_AFTER_LONG_ADDRESS_PT = 11.3
"""After a shorter address there is more, so that the letter begins at the same height, as in the PDF."""
_LONG_PARAGRAPH = 520
"""Characters of six lines of a letter."""
_TITLE_ABOVE_COLUMNS = ("title-block", "columns")
_ENTRIES_TOGETHER = 4
"""Last entries of a list of works that no page break parts, as in briefing.css."""


@dataclass(frozen=True, slots=True)
class EmittedParts:
    """What one document adds to its base document."""

    document: str
    """The complete main part."""
    footnotes: str
    """The document's `w:footnote` elements."""
    relationships: str
    """Relationships of the main part."""
    footnote_relationships: str
    """Relationships of the footnotes part; empty if no note has a link."""
    numbering: str
    """A `w:num` for each numbering list."""
    pictures: tuple[Picture, ...]


def emit_document(
    html: str,
    base: BaseDocument,
    main_language: str,
    pictures: PictureLoader,
    title: str,
    address_placement: AddressPlacement | None = None,
    heading_pages: Mapping[str, int] | None = None,
) -> EmittedParts:
    """Convert `html` (canonical, without a root) using the styles of `base`.

    `title` names the document in problems. `address_placement` says where the address goes in its window, if
    the layout has one. `heading_pages` has the pages for a table of contents, by the ids that it links to.
    Raise BriefgenError for content outside the vocabulary of `briefgen.model.document`, and for a table that
    fits no page.
    """
    try:
        root = ElementTree.fromstring(f"<div>{html}</div>")
    except ElementTree.ParseError as error:
        problem = Problem("document-malformed", f"the document's HTML cannot be read: {error}")
        raise BriefgenError(problem) from None
    return _Emitter(
        root, base, main_language, pictures, title, address_placement, heading_pages or {}
    ).emit_document()


class _Emitter:
    """The state of one walk; every method appends to `self._output`."""

    def __init__(
        self,
        root: Element,
        base: BaseDocument,
        main_language: str,
        pictures: PictureLoader,
        title: str,
        address_placement: AddressPlacement | None,
        heading_pages: Mapping[str, int],
    ) -> None:
        self._root = root
        self._title = title
        self._address_placement = address_placement
        self._heading_pages = heading_pages
        self._base = base
        self._main_language = main_language
        self._right_to_left = base.language.script == "right-to-left"
        has_notes_place = any(element.get("class") == "notes" for element in root.iter("div"))
        self._inline = InlineWriter(root, base, main_language, endnotes=has_notes_place)
        self._notes_place: int | None = None
        """Where in the output the notes go, if not to the feet of the pages."""
        self._column_mm: float | None = None
        """Width of the column that is being written; None outside of columns."""
        self._picture_loader = pictures
        self._pictures: dict[str, Picture] = {}
        """By relationship id."""
        self._drawing_count = 0
        self._numberings: list[str] = []
        self._last_division = ""
        """Class of the block that was written last."""
        self._starts_page = False
        """Whether the next paragraph begins a page."""
        self._section_xml = base.section_xml
        """The properties of the section of upright pages that the last output is in."""
        self._output: list[str] = []

    def emit_document(self) -> EmittedParts:
        self._emit_blocks(self._root, BlockContext(FLOW_STYLES, self._main_language), keep_last=False)
        if self._notes_place is not None:
            self._insert_notes(self._notes_place)
        self._lower_last_paragraph()
        section = self._base.turned_section_xml if self._reopen_turned_section() else self._section_xml
        body = f"{''.join(self._output)}{self._inline.pending_bookmarks()}{section}"
        entries = "".join(
            f'<Relationship Id="{key}" Type="{_IMAGE_RELATIONSHIP}" Target="{picture.name}"/>'
            for key, picture in self._pictures.items()
        )
        return EmittedParts(
            document=(
                f"{XML_DECLARATION}<w:document {_NAMESPACE_DECLARATIONS}><w:body>{body}</w:body></w:document>"
            ),
            footnotes="".join(self._inline.notes),
            relationships=self._inline.link_relationships() + entries,
            footnote_relationships=self._inline.note_link_relationships(),
            numbering="".join(self._numberings),
            pictures=tuple(self._pictures.values()),
        )

    # Blocks

    def _emit_blocks(self, parent: Element, context: BlockContext, *, keep_last: bool) -> None:
        """Emit the blocks within `parent`; `keep_last` keeps the last one on a page with what follows."""
        reject_stray_text(parent)
        children = list(parent)
        for index, child in enumerate(children):
            following = children[index + 1] if index + 1 < len(children) else None
            keep = keep_last if following is None else following.get("class") == "complimentary-close"
            # No last page of a letter has the closing sentence alone.
            # LibreOffice would not part a long paragraph that is kept with the next one.
            is_short = keep_last and _count_printed(child) < _LONG_PARAGRAPH
            keep = keep or (is_short and context.division == "body" and index == len(children) - 2)
            # Nor has the last page of a report a few entries of the list of works alone.
            last_entries = range(len(children) - _ENTRIES_TOGETHER, len(children) - 1)
            keep = keep or (context.division == "bibliography" and index in last_entries)
            inner = context._replace(styles=context.styles.at(index, len(children)))
            self._emit_block(child, with_element_language(inner, child), keep=keep)
            if (child.get("class"), following is not None and following.get("class")) == _TITLE_ABOVE_COLUMNS:
                self._add_space_after(_AFTER_TITLE_PT)

    def _emit_block(self, element: Element, context: BlockContext, *, keep: bool) -> None:
        tag = element.tag
        self._inline.add_pending_id(element)
        if tag == "p":
            self._emit_paragraph(element, context, context.styles.paragraph, keep=keep)
        elif tag == "div":
            self._emit_division(element, context, keep=keep)
        elif tag in {"h1", "h2", "h3"}:
            self._emit_heading(element, context)
        elif tag in {"ul", "ol"}:
            self._emit_list(element, context, keep=keep)
        elif tag == "blockquote":
            self._emit_blocks(element, context._replace(styles=QUOTE_STYLES), keep_last=keep)
        elif tag == "table":
            self._emit_table(element, context)
        elif tag == "figure":
            self._emit_figure(element, context, keep=keep)
        else:
            raise unsupported_element_error(element)

    def _emit_division(self, element: Element, context: BlockContext, *, keep: bool) -> None:
        name = element.get("class", "")
        if name not in STYLES_BY_CLASS:
            raise unsupported_element_error(element)
        if context.division == "summary" and name != "toc":
            # The summary is a box: its content keeps the styles of the box.
            self._emit_blocks(element, context, keep_last=keep)
            return
        # LibreOffice does not keep a heading with a table of contents, which it treats as a section.
        starts_page = name == "new-page" or (name == "toc" and self._is_on_later_page(element))
        frame = self._get_frame(name, element) if context.styles is FLOW_STYLES else context.frame
        context = context._replace(styles=STYLES_BY_CLASS[name], division=name, frame=frame)
        before = len(self._output)
        self._starts_page = self._starts_page or (starts_page and bool(self._output))
        if name == "toc":
            self._emit_toc(element, context)
        elif name in ("columns", "masthead"):
            self._emit_columns(element, context)
        elif name == "notes":
            self._emit_notes(element, context)
        elif name == "web-address" and [child.tag for child in element] == ["figure", "p"]:
            self._emit_beside_picture(element, context, keep=keep)
        else:
            self._emit_blocks(element, context, keep_last=keep)
        if name == self._last_division == "signature" and len(self._output) > before:
            self._keep_room_before(before)
        self._last_division = name
        if name in ("summary", "contact") and len(self._output) > before:
            self._close_box(STYLES_BY_CLASS[name].paragraph)
        if name == "summary" and len(self._output) > before:
            self._add_space_after(_AFTER_SUMMARY_PT)
        in_flow = name == "inside-address" and frame == FrameProperties() and self._base.design.address_pt
        if in_flow and sum(1 for _ in element.iter("br")) >= _LONG_ADDRESS_LINES - 1:
            self._add_space_after(_AFTER_LONG_ADDRESS_PT)

    def _keep_room_before(self, index: int) -> None:
        """Keep the room for signing by hand below another signature, whose paragraphs have the same style."""
        head, end, content = self._output[index].partition("</w:pPr>")
        self._output[index] = f'{head}<w:contextualSpacing w:val="0"/>{end}{content}'

    # Columns and notes

    @property
    def _text_width(self) -> int:
        """Width of a line, in EMU."""
        return mm_to_emu(self._column_mm) if self._column_mm else self._base.text_width

    def _emit_columns(self, element: Element, context: BlockContext) -> None:
        """Emit blocks side by side as a table without borders; a masthead's first block stands alone."""
        reject_stray_text(element)
        masthead = context.division == "masthead"
        blocks = list(element)
        groups = [blocks[:1], blocks[1:]] if masthead else [[block] for block in blocks]
        if len(groups) != 2:
            raise unsupported_element_error(element)
        width = mm_to_twips(self._column_mm or self._base.page.text_width_mm)
        with_aside = any(block.get("class") == "aside" for block in blocks)
        first, second = (
            round(share * width)
            for share in ((0.5, 0.5) if masthead else column_shares(with_aside=with_aside))
        )
        self._begin_column_table(width, second, ruled=masthead)
        outer_mm = self._column_mm
        for index, (group, column) in enumerate(zip(groups, (first, second), strict=True)):
            cell = width - second if index == 0 else second
            gap = f'<w:tcMar><w:right w:w="{cell - column}" w:type="dxa"/></w:tcMar>' if cell > column else ""
            low = '<w:vAlign w:val="bottom"/>' if masthead else ""
            self._output.append(f'<w:tc><w:tcPr><w:tcW w:w="{cell}" w:type="dxa"/>{gap}{low}</w:tcPr>')
            self._column_mm = column * 25.4 / 1440
            before = len(self._output)
            inner = context._replace(styles=context.styles.at(index, 2)) if masthead else context
            for block in group:
                self._emit_block(block, with_element_language(inner, block), keep=False)
            if len(self._output) == before:
                self._append_paragraph("After Table", context, "")
            if all(block.find("div[@class='signature']") is None for block in group):
                self._drop_space_before(before)
            self._output.append("</w:tc>")
        self._column_mm = outer_mm
        self._output.append("</w:tr></w:tbl>")
        self._append_paragraph("After Table", context, "")

    def _begin_column_table(self, width: int, second: int, *, ruled: bool) -> None:
        """Begin a table of one row and two cells; widths are in twips, and `ruled` draws a line below."""
        design = self._base.design
        side, eighths = ("top", 68) if design.banded else ("bottom", 11)
        line = f'<w:{side} w:val="single" w:sz="{eighths}" w:space="0" w:color="{design.accent}"/>'
        self._output.append(
            f'<w:tbl><w:tblPr><w:tblStyle w:val="{self._base.style_id("Columns")}"/>'
            f"{'<w:bidiVisual/>' if self._right_to_left else ''}"
            f'<w:tblW w:w="{width}" w:type="dxa"/>{f"<w:tblBorders>{line}</w:tblBorders>" if ruled else ""}'
            f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="{width - second}"/>'
            f'<w:gridCol w:w="{second}"/></w:tblGrid><w:tr>'
        )

    def _emit_notes(self, element: Element, context: BlockContext) -> None:
        """Emit the notes as paragraphs in a section of two columns.

        They are no endnotes of Word's: LibreOffice (7.4) would put those on a page of their own.
        """
        self._append_paragraph("Notes Rule", context, "")
        self._end_section(self._section_xml)
        self._emit_blocks(element, context, keep_last=False)
        self._notes_place = len(self._output)
        self._section_xml = continue_section(self._base.following_section_xml, columns=1)

    def _insert_notes(self, place: int) -> None:
        """Insert the notes where they go in the output, and end their section."""
        style, following = self._base.style_id("endnote text"), self._output[place:]
        self._output[place:] = [
            f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{content}</w:p>'
            for content in self._inline.endnotes
        ]
        context = BlockContext(FLOW_STYLES, self._main_language)
        if "<w:sectPr" in self._output[-1]:  # no notes, and no heading
            self._append_paragraph("After Table", context, "")
        # Columns are balanced only if another section follows.
        self._end_section(continue_section(self._base.following_section_xml, columns=2))
        self._output += following
        if not following:
            self._append_paragraph("After Table", context, "")

    def _lower_last_paragraph(self) -> None:
        """Make the empty paragraph that Word needs at the end a point high, as a full page has no room."""
        begin = f'<w:p><w:pPr><w:pStyle w:val="{self._base.style_id("After Table")}"/></w:pPr>'
        if self._output and self._output[-1] == f"{begin}</w:p>":
            low = '<w:spacing w:line="20" w:lineRule="exact"/></w:pPr>'
            self._output[-1] = self._output[-1].replace("</w:pPr>", low)

    def _get_frame(self, name: str, element: Element) -> FrameProperties:
        """Return the frame of a block that the layout positions on the page."""
        layout = self._base.layout
        if layout is None:
            return FrameProperties()
        if name == "letterhead":
            logo = next(element.iter("img"), None)
            return frame_letterhead(layout, self._get_logo_size(logo) if logo is not None else None)
        if name == "return-line":
            return frame_return_line(layout, small=needs_small_return_line("".join(element.itertext())))
        if name == "inside-address":
            return frame_address(layout, self._address_placement)
        return FrameProperties()

    def _get_logo_size(self, image: Element) -> tuple[int, int]:
        picture = self._picture_loader.load(image.get("data-png", "") or image.get("src", ""))
        return picture.size_within(*max_logo_size(self._base.design))

    def _add_space_after(self, points: float) -> None:
        """Add space after the last paragraph, which ends a group of more closely spaced paragraphs."""
        head, end, content = self._output[-1].partition("</w:pPr>")
        head, indent, rest = head.partition("<w:ind ")
        self._output[-1] = f'{head}<w:spacing w:after="{round(points * 20)}"/>{indent}{rest}{end}{content}'

    def _close_box(self, style: str) -> None:
        """Give the last paragraph of a box, if it has the box's style, the padding below."""
        design = self._base.design
        begin = f'<w:p><w:pPr><w:pStyle w:val="{self._base.style_id(style)}"/>'
        shaded = not design.banded and not (design.modern and style == "Summary")
        if shaded and self._output[-1].startswith(begin):
            head, end, content = self._output[-1].partition("</w:pPr>")
            kept, number, rest = head.rpartition("</w:numPr>")
            kept, rest = (f"{kept}{number}", rest) if number else (begin, head.removeprefix(begin))
            if not rest.startswith(("<w:keep", "<w:pageBreak", "<w:framePr")):
                self._output[-1] = f"{kept}{box_xml(design, 'bottom')}{rest}{end}{content}"

    def _drop_space_before(self, index: int) -> None:
        """Set no space before the paragraph that begins a column, if its style sets any."""
        head, end, content = self._output[index].partition("</w:pPr>")
        if head.startswith("<w:p>") and "<w:spacing " not in head:
            place = min(
                (at for name in ("ind", "outlineLvl") if (at := head.find(f"<w:{name} ")) > 0), default=None
            )
            # A rule stands above headings of a side column, but not above its first.
            ruled = f'"{self._base.style_id("Aside Heading")}"' in head
            spaced = (
                f"{head[:place]}{NO_RULE_ABOVE if ruled else ''}"
                f'<w:spacing w:before="0"/>{head[place:] if place else ""}'
            )
            self._output[index] = f"{spaced}{end}{content}"

    def _emit_heading(self, element: Element, context: BlockContext) -> None:
        level = int(element.tag[1])
        styles = context.styles
        style = styles.title if level == 1 and styles.title else styles.heading.format(level)
        # Some blocks have one heading style for all levels, so the outline level is set directly.
        outline = f'<w:outlineLvl w:val="{level - 1}"/>' if style == styles.heading else ""
        self._emit_paragraph(element, context, style, layout=outline)

    def _emit_paragraph(
        self,
        element: Element | None,
        context: BlockContext,
        style: str,
        *,
        keep: bool = False,
        numbering: str = "",
        layout: str = "",
    ) -> None:
        """Emit a paragraph; `numbering` is its `w:numPr`, `layout` the properties that follow `w:bidi`."""
        content = self._inline.write_paragraph_content(element, context.language)
        self._append_paragraph(style, context, content, keep=keep, numbering=numbering, layout=layout)

    def _append_paragraph(
        self,
        style: str,
        context: BlockContext,
        content: str,
        *,
        keep: bool = False,
        numbering: str = "",
        layout: str = "",
    ) -> None:
        frame = context.frame
        self._output.append(
            f'<w:p><w:pPr><w:pStyle w:val="{self._base.style_id(frame.style or style)}"/>'
            f"{_KEEP_NEXT if keep else ''}{self._take_page_break()}{frame.frame}"
            f"{numbering}{self._direction_xml(context)}{layout or frame.spacing}</w:pPr>{content}</w:p>"
        )

    def _take_page_break(self) -> str:
        starts_page, self._starts_page = self._starts_page, False
        return "<w:pageBreakBefore/>" if starts_page else ""

    def _direction_xml(self, context: BlockContext) -> str:
        """Return `w:bidi` if the paragraph's direction is not the document's."""
        right_to_left = resolve_language(context.language).script == "right-to-left"
        if right_to_left == self._right_to_left:
            return ""
        return "<w:bidi/>" if right_to_left else '<w:bidi w:val="0"/>'

    # Lists

    def _emit_list(self, element: Element, context: BlockContext, *, keep: bool) -> None:
        ordered, depth = element.tag == "ol", context.list_depth + 1
        list_id = self._add_numbering(element, depth, context) if ordered else self._base.bullet_list_id
        context = context._replace(list_depth=depth, list_id=list_id, ordered=ordered)
        reject_stray_text(element)
        for index, item in enumerate(element, start=1):
            if item.tag != "li":
                raise unsupported_element_error(item)
            self._inline.add_pending_id(item)
            self._emit_list_item(
                item, with_element_language(context, item), keep=keep and index == len(element)
            )
        if depth == 1 and len(element) and not context.styles.own_lists:
            self._add_space_after(_AFTER_LIST_PT)

    def _add_numbering(self, element: Element, depth: int, context: BlockContext) -> int:
        """Add a separate numbering, so that every list starts from its own first number.

        In a box, which Word draws around the number, numbers begin where the lines above and below do.
        """
        number = self._base.next_list_id + len(self._numberings)
        start = element.get("start", "")
        start = start if start.isascii() and start.isdecimal() and len(start) < 5 else "1"
        level = list_level_index(depth)
        flush = (
            f'<w:lvl w:ilvl="{level}"><w:start w:val="{start}"/><w:numFmt w:val="decimal"/>'
            f'<w:lvlText w:val="%{level + 1}."/><w:lvlJc w:val="left"/></w:lvl>'
        )
        self._numberings.append(
            f'<w:num w:numId="{number}"><w:abstractNumId w:val="{self._base.numbered_list_id}"/>'
            f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/>'
            f"{flush if context.styles.own_lists else ''}</w:lvlOverride></w:num>"
        )
        return number

    def _emit_list_item(self, item: Element, context: BlockContext, *, keep: bool) -> None:
        """Emit an `li`: inline content, or blocks of which the first carries the bullet or number."""
        parts = split_item_content(item)
        if parts[0].tag in {"ul", "ol"}:
            self._emit_first_item_paragraph(None, context, keep=False)
        for index, part in enumerate(parts):
            inner, last = with_element_language(context, part), keep and index == len(parts) - 1
            if part is not item:
                self._inline.add_pending_id(part)
            if part.tag in {"ul", "ol"}:
                self._emit_list(part, inner, keep=last)
            elif index == 0:
                self._emit_first_item_paragraph(part, inner, keep=last)
            else:
                self._emit_further_item_paragraph(part, inner, keep=last)

    def _emit_first_item_paragraph(
        self, element: Element | None, context: BlockContext, *, keep: bool
    ) -> None:
        style, sets_indent = self._get_item_style(
            context, "List Number" if context.ordered else "List Bullet"
        )
        numbering = ""
        # A bulleted style includes its bullet; each numbered list has its own count.
        if sets_indent or context.ordered:
            level = f'<w:ilvl w:val="{list_level_index(context.list_depth)}"/>'
            numbering = f'<w:numPr>{level}<w:numId w:val="{context.list_id}"/></w:numPr>'
        layout = (
            f'{list_item_indent(context)} w:hanging="{mm_to_twips(LIST_STEP_MM)}"/>' if sets_indent else ""
        )
        self._emit_paragraph(element, context, style, keep=keep, numbering=numbering, layout=layout)

    def _emit_further_item_paragraph(self, element: Element, context: BlockContext, *, keep: bool) -> None:
        """Emit a further paragraph of an item."""
        style, sets_indent = self._get_item_style(context, "List Continue")
        layout = f"{list_item_indent(context)}/>" if sets_indent else ""
        self._emit_paragraph(element, context, style, keep=keep, layout=layout)

    def _get_item_style(self, context: BlockContext, kind: str) -> tuple[str, bool]:
        """Return the style of a paragraph in a list, and whether its indent must be set directly."""
        if context.styles.own_lists:
            return context.styles.paragraph, True
        level = min(context.list_depth, LIST_DEPTH)
        return kind if level == 1 else f"{kind} {level}", context.list_depth > LIST_DEPTH

    # Tables

    def _emit_table(self, element: Element, context: BlockContext) -> None:
        check_table(element)
        rows, page = build_table_grid(element), self._base.page
        fit = fit_table(element, rows, page, self._base.branding, self._title, column_mm=self._column_mm)
        if fit.turned:
            self._begin_turned_section()
        caption = element.find("caption")
        if caption is not None:
            self._inline.add_pending_id(caption)
            self._emit_paragraph(caption, with_element_language(context, caption), "caption", keep=True)
        if not fit.columns_pt:
            return
        width = mm_to_twips(turn_page(page).text_width_mm) if fit.turned else self._text_width // 635
        widths = divide_width(rows, fit, width)
        if context.division == "evidence-annex" and len(widths) == len(ANNEX_COLUMN_SHARES):
            widths = [round(share * width) for share in ANNEX_COLUMN_SHARES]
        if self._column_mm and len(widths) == 2 and _has_row_heads(rows):
            widths = [round(ROW_HEAD_SHARE * width), width - round(ROW_HEAD_SHARE * width)]
        title = " ".join("".join(caption.itertext()).split()) if caption is not None else ""
        described = f'<w:tblCaption w:val="{escape_xml(title[:250])}"/>' if title else ""
        header = int(rows[0].is_header)
        begins_ruled = bool(self._column_mm) and not header
        rules = table_borders_xml(self._base.design, with_top=True) if begins_ruled else ""
        look = f'<w:tblLook w:val="00{20 * header:02}" w:firstRow="{header}" w:lastRow="0" w:firstColumn="0"'
        columns = "".join(f'<w:gridCol w:w="{each}"/>' for each in widths)
        self._output.append(
            f'<w:tbl><w:tblPr><w:tblStyle w:val="{self._base.style_id("Briefing Table")}"/>'
            f"{'<w:bidiVisual/>' if self._right_to_left else ''}"
            f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/>{rules}'
            f'{look} w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
            f"{described}</w:tblPr><w:tblGrid>"
            f"{columns}</w:tblGrid>"
        )
        with self._inline.sized(
            fit.size_pt / TABLE_SIZES_PT[0] * self._base.design.small_pt if fit.is_small else 0
        ):
            for index, row in enumerate(rows):
                # No page has only the header row, or only the last row.
                self._emit_table_row(row, widths, context, keep=row.is_header or index == len(rows) - 2)
        self._output.append("</w:tbl>")
        # Word joins adjacent tables, and needs a paragraph after the last one.
        self._append_paragraph("After Table", context, "")
        if fit.turned:
            self._end_section(self._base.turned_section_xml)

    def _begin_turned_section(self) -> None:
        """Begin pages on their side, unless the table before has begun them."""
        if not self._reopen_turned_section():
            if (
                not self._output
                or not self._output[-1].startswith("<w:p>")
                or "<w:framePr" in self._output[-1]
            ):
                self._append_paragraph("After Table", BlockContext(FLOW_STYLES, self._main_language), "")
            self._end_section(self._section_xml)
            self._section_xml = self._base.following_section_xml

    def _end_section(self, section_xml: str) -> None:
        """End a section with the last paragraph, which carries its properties."""
        head, end, content = self._output[-1].partition("</w:pPr>")
        self._output[-1] = f"{head}{section_xml}{end}{content}"

    def _reopen_turned_section(self) -> bool:
        """Take back the end of a section of turned pages if nothing has followed it; return whether so."""
        turned = self._base.turned_section_xml
        if not self._output or turned not in self._output[-1]:
            return False
        self._output[-1] = self._output[-1].replace(turned, "")
        return True

    def _emit_table_row(self, row: GridRow, widths: list[int], context: BlockContext, *, keep: bool) -> None:
        repeated = "<w:tblHeader/>" if row.is_header else ""
        self._output.append(f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>")
        column = 0
        for cell in row.cells:
            self._emit_table_cell(cell, sum(widths[column : column + cell.span]), row, context, keep=keep)
            column += cell.span
        self._output.append("</w:tr>")

    def _emit_table_cell(
        self, cell: GridCell, width: int, row: GridRow, context: BlockContext, *, keep: bool
    ) -> None:
        span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
        merge = f'<w:vMerge w:val="{cell.merge}"/>' if cell.merge else ""
        tint = self._base.design.tint
        shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{tint}"/>' if row.is_marked else ""
        self._output.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}{shade}</w:tcPr>')
        element = cell.element
        if element is None:
            self._append_paragraph("Table Text", context, "", keep=keep)
        else:
            self._emit_cell_content(element, row, context, keep=keep)
        self._output.append("</w:tc>")

    def _emit_cell_content(
        self, element: Element, row: GridRow, context: BlockContext, *, keep: bool
    ) -> None:
        if element.tag not in {"th", "td"}:
            raise unsupported_element_error(element)
        block = TABLE_HEADER_STYLES if element.tag == "th" or row.is_header else TABLE_CELL_STYLES
        if self._column_mm and element.tag == "th" and not row.is_header:
            block = ROW_HEADING_STYLES
        context = with_element_language(context._replace(styles=block, list_depth=0), element)
        self._inline.add_pending_id(element)
        for part in split_item_content(element):
            if part is element:
                self._emit_paragraph(part, context, block.paragraph, keep=keep)
            else:
                self._emit_block(part, with_element_language(context, part), keep=keep)

    # Figures

    def _emit_figure(self, element: Element, context: BlockContext, *, keep: bool) -> None:
        reject_stray_text(element)
        last = len(element)
        for index, child in enumerate(element, start=1):
            self._inline.add_pending_id(child)
            inner = with_element_language(context, child)
            if child.tag == "img":
                self._emit_picture(child, inner, keep=keep or index < last)
            elif child.tag == "figcaption":
                self._emit_paragraph(child, inner, "Figure Caption", keep=keep or index < last)
            elif child.tag == "p":
                style = "Figure Source" if index == last else "Figure Text"
                self._emit_paragraph(child, inner, style, keep=keep or index < last)
            else:
                raise unsupported_element_error(child)

    def _emit_picture(self, element: Element, context: BlockContext, *, keep: bool) -> None:
        picture, relationship, svg = self._add_picture(element)
        limit = {
            "signature": mm_to_emu(self._base.design.signature_mm),
            "letterhead": mm_to_emu(self._base.design.logo_mm),
            "masthead": mm_to_emu(self._base.design.logo_mm),
        }.get(context.division, round(self._base.text_height * MAX_PICTURE_SHARE))
        widest = max_logo_size(self._base.design)[0] if context.division == "masthead" else self._text_width
        size = picture.size_within(widest, limit)
        if context.division == "letterhead" and self._base.layout is not None:
            size = picture.size_within(*max_logo_size(self._base.design))
            context = context._replace(frame=frame_logo(self._base.layout, size))
        run = picture_run(self._drawing_count, relationship, element.get("alt", ""), size, svg)
        # A picture of a signature needs no space for signing by hand.
        layout = '<w:spacing w:before="120"/>' if context.division == "signature" else ""
        style = _PICTURE_STYLES.get(context.division, "Figure")
        content = self._inline.write_paragraph_content(None, context.language, after=run)
        self._append_paragraph(style, context, content, keep=keep, layout=layout)

    def _add_picture(self, element: Element) -> tuple[Picture, str, str]:
        """Add an image's picture to the file; return it in the image's width, and its relationships."""
        src, png = element.get("src", ""), element.get("data-png", "")
        picture = self._picture_loader.load(png or src)
        relationship = self._get_picture_relationship(picture)
        svg = self._get_picture_relationship(self._picture_loader.load_svg(src, picture)) if png else ""
        self._drawing_count += 1
        if width := element.get("width"):
            picture = picture.scale_to_width(mm_to_emu(float(width.removesuffix("mm"))))
        return picture, relationship, svg

    def _emit_beside_picture(self, element: Element, context: BlockContext, *, keep: bool) -> None:
        """Emit a picture and a paragraph as one line, with the words beside the middle of the picture."""
        reject_stray_text(element)
        figure, words = element
        image = figure.find("img")
        if image is None or len(figure) > 1:
            self._emit_blocks(element, context, keep_last=keep)
            return
        picture, relationship, svg = self._add_picture(image)
        size = picture.size_within(self._text_width, round(self._base.text_height * MAX_PICTURE_SHARE))
        run = picture_run(self._drawing_count, relationship, image.get("alt", ""), size, svg)
        inner = with_element_language(context, words)
        content = self._inline.write_paragraph_content(
            words, inner.language, before=f"{run}<w:r><w:tab/></w:r>"
        )
        beside = size[0] // 635 + mm_to_twips(_BESIDE_PICTURE_MM)
        layout = f'<w:ind w:left="{beside}" w:hanging="{beside}"/><w:textAlignment w:val="center"/>'
        self._append_paragraph(context.styles.paragraph, inner, content, keep=keep, layout=layout)

    def _get_picture_relationship(self, picture: Picture) -> str:
        for key, known in self._pictures.items():
            if known is picture:
                return key
        key = f"picture{len(self._pictures) + 1}"
        self._pictures[key] = picture
        return key

    # Tables of contents

    def _emit_toc(self, element: Element, context: BlockContext) -> None:
        """Emit a table of contents as a field that Word can update, with the current entries."""
        for child in element:
            if child.tag in {"ul", "ol"}:
                self._inline.add_pending_id(child)
                self._emit_toc_entries(child, with_element_language(context, child))
            else:
                self._emit_block(child, with_element_language(context, child), keep=False)

    def _is_on_later_page(self, element: Element) -> bool:
        """Return whether the heading of a table of contents is on a later page of the PDF than the first."""
        return any(self._heading_pages.get(child.get("id", ""), 1) > 1 for child in element)

    def _emit_toc_entries(self, element: Element, context: BlockContext) -> None:
        entries = list(iter_toc_entries(element, context))
        levels = [self._get_toc_level(line) for line, _ in entries]
        # \h makes the entries links. Their pages are those of the PDF until somebody updates the field.
        switches = f' TOC \\o "{min(levels, default=1)}-{max(levels, default=3)}" \\h \\z '
        tab = f'<w:tab w:val="right" w:leader="dot" w:pos="{self._text_width // 635}"/>'
        opening = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">'
            f'{escape_xml(switches)}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        closing = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        for index, ((line, entry_context), level) in enumerate(zip(entries, levels, strict=True)):
            self._inline.add_pending_id(line)
            before = opening if index == 0 else ""
            page = self._heading_pages.get(_link_target(line))
            number = f"<w:r><w:tab/><w:t>{page}</w:t></w:r>" if page else ""
            after = f"{number}{closing if index == len(entries) - 1 else ''}"
            content = self._inline.write_paragraph_content(
                line, entry_context.language, before=before, after=after
            )
            # A short table of contents is kept on one page; a long one may break.
            keep = index < len(entries) - 1 and len(entries) <= _SHORT_TOC_ENTRIES
            self._append_paragraph(
                f"toc {level}", entry_context, content, keep=keep, numbering=f"<w:tabs>{tab}</w:tabs>"
            )

    def _get_toc_level(self, entry: Element) -> int:
        """Return the level of the heading that an entry leads to; 2 if it leads elsewhere."""
        return self._inline.heading_levels.get(_link_target(entry), 2)


def _link_target(entry: Element) -> str:
    """Return the id that an entry of a table of contents links to; empty if it links to none here."""
    link = next((each for each in entry if each.tag == "a"), None)
    href = link.get("href", "") if link is not None else ""
    return href[1:] if href.startswith("#") else ""


def _has_row_heads(rows: list[GridRow]) -> bool:
    """Return whether each row begins with its head."""
    heads = (row.cells[0].element for row in rows)
    return all(head is not None and head.tag == "th" for head in heads)


def _count_printed(element: Element) -> int:
    """Return the number of characters of a block without its footnotes."""
    inner = (child for child in element if child.get("class") != "footnote")
    tails = sum(len(child.tail or "") for child in element)
    return len(element.text or "") + tails + sum(map(_count_printed, inner))

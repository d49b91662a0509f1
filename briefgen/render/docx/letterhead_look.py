"""Reads what a PDF can take over from a letterhead made in Word, and says what it cannot.

Taken over are paper, margins, and the paragraphs of heads and feet with their text, pictures in line with it,
alignment, sizes, colours and spacing. What only Word can place is named: text boxes, tables, shapes.
"""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from typing import Any

from briefgen.errors import BriefgenError
from briefgen.model.branding import Branding, WordLetterhead
from briefgen.render.docx.headers import has_visible_content
from briefgen.render.docx.letterhead_package import prune_letterhead
from briefgen.render.docx.ooxml import R, w_tag
from briefgen.render.image_checks import normalize_raster
from briefgen.render.layouts import PAGES, PageGeometry
from briefgen.render.letterhead_look import PLACEHOLDER_MARK, LetterheadLook

_MM_PER_EMU = 1 / 36000
_PT_PER_TWIP = 1 / 20
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_MAIN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_PICTURE_TYPES = {"image/png": "png", "image/jpeg": "jpeg", "image/jpg": "jpeg"}
_ALIGNMENTS = {"center": "center", "right": "right", "end": "right", "both": "left"}
_SERIF_FONTS = (
    "serif",
    "times",
    "cambria",
    "georgia",
    "garamond",
    "palatino",
    "baskerville",
    "bodoni",
    "book",
)
_OFF = ("0", "false", "none")
_FIELDS = {"PAGE": "page", "NUMPAGES": "pages"}
_DEFAULT_DISTANCE_MM = 12.7
_MOST_PICTURE_BYTES = 5_000_000
_ADDRESS_GAP_PT = 8.0
"""Above the address, where the letterhead has no style for it."""


def read_letterhead_look(
    letterhead: WordLetterhead, page: str, branding: Branding
) -> tuple[LetterheadLook, tuple[str, ...]]:
    """Return what a PDF takes over, and what it does not, in words; raise BriefgenError for a bad file.

    `page` gives the measures that the file lacks.
    """
    import docx

    document = docx.Document(io.BytesIO(prune_letterhead(letterhead.data, letterhead.name)))
    section, reader = document.sections[0], _HeadReader(document, branding)
    default_head, default_foot = section.header, section.footer
    has_first = section.different_first_page_header_footer
    first_head, first_foot = (
        (section.first_page_header, section.first_page_footer) if has_first else (default_head, default_foot)
    )
    if document.settings.odd_and_even_pages_header_footer:
        reader.name_once("heads of even pages, which are as those of odd ones")
    look = LetterheadLook(
        _read_page(section, PAGES["letter", page]),
        _mm(section.header_distance, _DEFAULT_DISTANCE_MM),
        _mm(section.footer_distance, _DEFAULT_DISTANCE_MM),
        reader.read(first_head),
        reader.read(first_foot),
        reader.read(default_head),
        reader.read(default_foot),
        reader.read_address_gap(),
    )
    if section._sectPr.find(w_tag("pgBorders")) is not None:
        reader.name_once("page borders")
    return look, tuple(reader.not_taken)


def _read_page(section: Any, default: PageGeometry) -> PageGeometry:
    return PageGeometry(
        _mm(section.page_width, default.width_mm),
        _mm(section.page_height, default.height_mm),
        abs(_mm(section.top_margin, default.top_mm)),
        _mm(section.right_margin, default.right_mm),
        abs(_mm(section.bottom_margin, default.bottom_mm)),
        _mm(section.left_margin, default.left_mm),
    )


def _mm(length: Any, default: float) -> float:
    return float(length) * _MM_PER_EMU if length is not None else default


class _HeadReader:
    """Writes heads and feet as HTML, and collects what is not in it."""

    def __init__(self, document: Any, branding: Branding) -> None:
        self._styles = _Styles(document.styles.element)
        self._theme_fonts = _read_theme_fonts(document.part)
        self._branding = branding
        self.not_taken: dict[str, None] = {}

    def name_once(self, what: str) -> None:
        """Note something that the PDF does not take over."""
        self.not_taken[what] = None

    def read(self, head: Any) -> str:
        """Return a head or foot as HTML; empty if it shows nothing."""
        if head.is_linked_to_previous or not has_visible_content(head._element):
            return ""
        self._name_what_word_alone_places(head._element)
        paragraphs = (child for child in head._element if child.tag == w_tag("p"))
        return "".join(self._write_paragraph(child, head.part) for child in paragraphs)

    def read_address_gap(self) -> float:
        """Return the space above the address in points, by the style that it has in Word."""
        return self._styles.space_before("Inside Address", _ADDRESS_GAP_PT)

    def _name_what_word_alone_places(self, root: Any) -> None:
        tags = [each.tag for each in root.iter() if isinstance(each.tag, str)]
        for tag, what in (
            (w_tag("tbl"), "tables"),
            (w_tag("txbxContent"), "text boxes"),
            (f"{_DRAWING}anchor", "pictures and shapes that text flows around"),
            (w_tag("object"), "embedded objects"),
        ):
            if tag in tags:
                self.name_once(what)
        if w_tag("pict") in tags and w_tag("txbxContent") not in tags:
            self.name_once("shapes and watermarks")

    # Paragraphs

    def _write_paragraph(self, paragraph: Any, part: Any) -> str:
        """Return a paragraph as HTML; an empty one takes its room, as in Word."""
        properties = paragraph.find(w_tag("pPr"))
        chain = list(self._styles.paragraph_chain(properties))
        cells = self._split_at_tabs(paragraph, chain, part)
        style = ";".join(self._paragraph_style(chain))
        if len(cells) == 1:
            empty = f'<span style="{";".join(self._run_style(paragraph, chain))}">&#160;</span>'
            return f'<p style="{style}">{cells[0] or empty}</p>'
        aligned = zip(cells, self._cell_alignments(chain, len(cells)), strict=True)
        row = "".join(
            f'<span class="word-cell" style="text-align:{side}">{cell}</span>' for cell, side in aligned
        )
        return f'<div class="word-row" style="{style}">{row}</div>'

    def _split_at_tabs(self, paragraph: Any, chain: list[Any], part: Any) -> list[str]:
        cells = [""]
        for kind, html in self._write_runs(paragraph, chain, part):
            if kind == "tab":
                cells.append("")
            else:
                cells[-1] += html
        if len(cells) > 3:
            self.name_once("more than two tab stops in a line")
            cells = [*cells[:2], " ".join(cells[2:])]
        return cells

    def _cell_alignments(self, chain: list[Any], count: int) -> list[str]:
        """Return how the text before and after each tab is aligned, by the tab stops."""
        stops = [
            str(stop.get(w_tag("val")))
            for source in chain
            for stop in source.iterfind(f"{w_tag('tabs')}/{w_tag('tab')}")
            if stop.get(w_tag("val")) not in ("clear", "bar")
        ]
        found = [_ALIGNMENTS.get(stop, "left") for stop in stops[: count - 1]]
        if len(found) < count - 1 or "left" in found:
            self.name_once("the places of tab stops")
            found += ["right"] * (count - 1 - len(found))
        return ["left", *found]

    def _paragraph_style(self, chain: list[Any]) -> Iterator[str]:
        yield f"text-align:{_ALIGNMENTS.get(_attribute(chain, 'jc', 'val'), 'left')}"
        for name, key in (("before", "top"), ("after", "bottom")):
            if twips := _attribute(chain, "spacing", name):
                yield f"margin-{key}:{_number(twips) * _PT_PER_TWIP:g}pt"
        for name, key in (("left", "left"), ("right", "right")):
            if twips := _attribute(chain, "ind", name):
                yield f"padding-{key}:{_number(twips) * _PT_PER_TWIP:g}pt"
        line, rule = _attribute(chain, "spacing", "line"), _attribute(chain, "spacing", "lineRule")
        if line and rule in ("", "auto"):
            yield f"line-height:{_number(line) / 240 * 1.17:.3f}"
        elif line:
            yield f"line-height:{_number(line) * _PT_PER_TWIP:g}pt"
        borders = _first(chain, "pBdr")
        for edge in borders if borders is not None else ():
            side = edge.tag.rpartition("}")[2]
            if side in ("top", "bottom", "left", "right") and edge.get(w_tag("val")) not in ("nil", "none"):
                width, space = _number(edge.get(w_tag("sz"))) / 8, _number(edge.get(w_tag("space")))
                yield f"border-{side}:{width:g}pt solid {_colour(edge.get(w_tag('color')))}"
                yield f"padding-{side}:{space:g}pt"

    # Runs

    def _write_runs(self, paragraph: Any, chain: list[Any], part: Any) -> Iterator[tuple[str, str]]:
        """Yield what a paragraph shows: `text` with its HTML, or `tab`."""
        field, phase = "", ""
        for run in paragraph.iter(w_tag("r"), w_tag("fldSimple")):
            if _is_elsewhere(run, paragraph):
                continue
            if run.tag == w_tag("fldSimple"):
                yield "text", self._write_field(run.get(w_tag("instr")) or "", "")
                continue
            style = ";".join(self._run_style(run, chain))
            for child in run:
                tag = child.tag
                if tag == w_tag("fldChar"):
                    phase = str(child.get(w_tag("fldCharType")))
                    if phase == "begin":
                        field = ""
                    elif phase == "end":
                        phase = ""
                        yield "text", self._write_field(field, style)
                elif tag == w_tag("instrText"):
                    field += child.text or ""
                elif phase or run.getparent().tag == w_tag("fldSimple"):
                    continue
                elif tag in (w_tag("tab"), w_tag("ptab")):
                    yield "tab", ""
                elif tag in (w_tag("br"), w_tag("cr")):
                    yield "text", "<br/>"
                elif tag == w_tag("t") and child.text:
                    yield "text", f'<span style="{style}">{escape(child.text)}</span>'
                elif tag == w_tag("sym"):
                    self.name_once("symbols of symbol fonts")
                elif tag == w_tag("drawing"):
                    yield from self._write_pictures(child, part)

    def _write_field(self, instruction: str, style: str) -> str:
        name = (instruction.split() or [""])[0].upper()
        if name in _FIELDS:
            mark = f"{PLACEHOLDER_MARK}{_FIELDS[name]}{PLACEHOLDER_MARK}"
            return f'<span style="{style}">{mark}</span>'
        if name != "HYPERLINK":
            self.name_once(f"the field {name}")
        return ""

    def _run_style(self, run: Any, chain: list[Any]) -> Iterator[str]:
        sources = list(self._styles.run_chain(run.find(w_tag("rPr")), chain))
        fonts = _first(sources, "rFonts")
        if fonts is not None and (name := fonts.get(w_tag("ascii")) or fonts.get(w_tag("asciiTheme"))):
            yield f"font-family:{self._find_family(str(name))}"
        if size := _attribute(sources, "sz", "val"):
            yield f"font-size:{min(_number(size) / 2, 72):g}pt"
        for name, css in (
            ("b", "font-weight:600"),
            ("i", "font-style:italic"),
            ("caps", "text-transform:uppercase"),
            ("smallCaps", "font-variant-caps:small-caps"),
            ("u", "text-decoration:underline"),
            ("strike", "text-decoration:line-through"),
        ):
            mark = _first(sources, name)
            if mark is not None and mark.get(w_tag("val")) not in _OFF:
                yield css
        if (colour := _attribute(sources, "color", "val")) and colour != "auto":
            yield f"color:{_colour(colour)}"
        if twips := _attribute(sources, "spacing", "val"):
            yield f"letter-spacing:{_number(twips) * _PT_PER_TWIP:g}pt"

    def _find_family(self, name: str) -> str:
        """Return the face of the PDF for a font; name fonts that are not at hand."""
        if name.endswith(("HAnsi", "Ascii")):
            name = self._theme_fonts.get(name[:5], "") or "of the theme"
        pinned = {"source serif pro": "Source Serif Pro", "source sans pro": "Source Sans Pro"}
        family = pinned.get(name.casefold())
        if family is None:
            is_serif = any(word in name.casefold() for word in _SERIF_FONTS) and "sans" not in name.casefold()
            family = "Source Serif Pro" if is_serif else "Source Sans Pro"
            self.name_once(f"the font {name}, in whose place is {family}")
        return f"'{family}'"

    def _write_pictures(self, drawing: Any, part: Any) -> Iterator[tuple[str, str]]:
        for inline in drawing.iterfind(f"{_DRAWING}inline"):
            extent, blip = inline.find(f"{_DRAWING}extent"), next(inline.iter(f"{_MAIN}blip"), None)
            if extent is None or blip is None:
                self.name_once("charts and drawings")
                continue
            width, height = (_number(extent.get(side)) * _MM_PER_EMU for side in ("cx", "cy"))
            if url := self._load_picture(part, blip.get(f"{{{R}}}embed")):
                size = f"width:{min(width, 400):.2f}mm;height:{min(height, 400):.2f}mm"
                yield "text", f'<img src="{url}" alt="" style="{size}"/>'

    def _load_picture(self, part: Any, identifier: str | None) -> str:
        picture = part.related_parts.get(identifier)
        kind = _PICTURE_TYPES.get(getattr(picture, "content_type", ""))
        if picture is None or kind is None:
            self.name_once("pictures that are neither PNG nor JPEG")
            return ""
        try:
            data = normalize_raster(picture.blob)
        except BriefgenError:
            self.name_once("pictures that are broken or too large")
            return ""
        if len(data) > _MOST_PICTURE_BYTES:
            self.name_once("pictures of more than 5 MB")
            return ""
        kind = "png" if data.startswith(b"\x89PNG") else "jpeg"
        return f"data:image/{kind};base64,{b64encode(data).decode()}"


def _read_theme_fonts(part: Any) -> dict[str, str]:
    """Return the typefaces of a document's theme for Latin script, by `major` and `minor`."""
    from lxml import etree

    for relationship in part.rels.values():
        if relationship.reltype.endswith("/theme") and not relationship.is_external:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
            root = etree.fromstring(relationship.target_part.blob, parser)
            found = {name: root.find(f".//{_MAIN}{name}Font/{_MAIN}latin") for name in ("major", "minor")}
            return {name: str(one.get("typeface", "")) for name, one in found.items() if one is not None}
    return {}


class _Styles:
    """Properties of paragraphs and runs, with those of their styles."""

    def __init__(self, root: Any) -> None:
        self._by_id = {style.get(w_tag("styleId")): style for style in root.iterfind(w_tag("style"))}
        self._default = next(
            (
                style
                for style in self._by_id.values()
                if style.get(w_tag("type")) == "paragraph" and style.get(w_tag("default")) in ("1", "true")
            ),
            None,
        )
        defaults = root.find(w_tag("docDefaults"))
        self._defaults = [] if defaults is None else [one for holder in defaults for one in holder]

    def space_before(self, name: str, default: float) -> float:
        """Return the space above paragraphs of a style in points."""
        chain = [
            properties
            for style in self._by_id.values()
            if _attribute([style], "name", "val") == name
            for properties in style.iterfind(w_tag("pPr"))
        ]
        twips = _attribute(chain, "spacing", "before")
        return _number(twips) * _PT_PER_TWIP if twips else default

    def paragraph_chain(self, properties: Any) -> Iterator[Any]:
        """Yield the properties of a paragraph, those of its styles, and the defaults."""
        if properties is not None:
            yield properties
        for style in self._style_chain(properties, "pStyle", self._default):
            yield from style.iterfind(w_tag("pPr"))
        yield from (one for one in self._defaults if one.tag == w_tag("pPr"))

    def run_chain(self, properties: Any, chain: list[Any]) -> Iterator[Any]:
        """Yield the properties of a run, of its style, of its paragraph's styles, and the defaults."""
        if properties is not None:
            yield properties
            for style in self._style_chain(properties, "rStyle", None):
                yield from style.iterfind(w_tag("rPr"))
        for style in self._style_chain(chain[0] if chain else None, "pStyle", self._default):
            yield from style.iterfind(w_tag("rPr"))
        yield from (one for one in self._defaults if one.tag == w_tag("rPr"))

    def _style_chain(self, properties: Any, name: str, default: Any) -> Iterator[Any]:
        named = properties.find(w_tag(name)) if properties is not None else None
        style = self._by_id.get(named.get(w_tag("val"))) if named is not None else default
        seen: set[int] = set()
        while style is not None and id(style) not in seen:
            seen.add(id(style))
            yield style
            based = style.find(w_tag("basedOn"))
            style = self._by_id.get(based.get(w_tag("val"))) if based is not None else None


def _is_elsewhere(run: Any, paragraph: Any) -> bool:
    """Return whether a run is in a text box, or in the fallback of a drawing, within the paragraph."""
    above = run.getparent()
    while above is not paragraph:
        if above.tag in (w_tag("txbxContent"), w_tag("p"), f"{_COMPATIBILITY}Fallback"):
            return True
        above = above.getparent()
    return False


def _first(sources: list[Any], name: str) -> Any:
    found = (source.find(w_tag(name)) for source in sources)
    return next((one for one in found if one is not None), None)


def _attribute(sources: list[Any], name: str, attribute: str) -> str:
    """Return an attribute of the first of these elements that has it."""
    found = (one.get(w_tag(attribute)) for source in sources for one in source.iterfind(w_tag(name)))
    return next((value for value in found if value is not None), "")


def _number(text: str | None) -> float:
    try:
        return min(max(float(text or 0), -1e6), 1e8)
    except ValueError:
        return 0.0


def _colour(text: str | None) -> str:
    is_hex = text is not None and len(text) == 6 and all(char in "0123456789abcdefABCDEF" for char in text)
    return f"#{text}" if is_hex else "#000000"

"""Headers and footers: cleaned of what would leak or run, and the places in them that each document fills.

Where they come from, and which pages show them, is decided elsewhere.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from briefgen.errors import Problem, suggest
from briefgen.model.look import LOGO_WIDTH_MM
from briefgen.render.address_window import PT, Standing
from briefgen.render.docx.metrics import Design, emu, twips
from briefgen.render.docx.ooxml import Member, R, W, element, member, tag
from briefgen.render.docx.pictures import decorative
from briefgen.render.docx.runs import runs_like
from briefgen.render.docx.styles import colour, spacing
from briefgen.render.layouts import MARK_LEFT_MM, MARK_PT, Layout, marks

_MARK_ROOM_MM = 2.0
_LOGO_GAP_MM = 6.0
_ABOVE_DATE = 120
"""Space that the style of the date line has above it, in twentieths of a point."""
RETURN_LINE_PT = 9.0
"""Distance of the lines of the return line's frame."""


class Framed(NamedTuple):
    """Properties of a paragraph that stands in a frame, and what it changes of its style."""

    frame: str = ""
    """`w:framePr`."""
    spacing: str = ""
    """`w:spacing`, where the place depends on the letter."""
    style: str = ""
    """Style in place of the block's own."""


def letterhead_frame(layout: Layout, logo: tuple[int, int] | None) -> Framed:
    """The letterhead's, beside a logo of this size (EMU) if there is one; without a window it needs none."""
    if layout.window is None:
        return Framed()
    page = layout.page
    width = page.width_mm - page.left_mm - page.right_mm
    if logo is not None:
        width -= logo[0] / emu(1) + _LOGO_GAP_MM
    return Framed(_frame(page.left_mm, layout.letterhead_mm, width))


def logo_frame(layout: Layout, logo: tuple[int, int]) -> Framed:
    """The logo's: at the right, as high as the letterhead."""
    page = layout.page
    across, down = (side / emu(1) for side in logo)
    left = page.width_mm - page.right_mm - across
    top = layout.letterhead_mm or page.top_mm
    return Framed(_frame(left, top, across, down), '<w:spacing w:before="0" w:after="0"/>')


def logo_room(design: Design) -> tuple[int, int]:
    """Greatest width and height of a logo, in EMU."""
    return emu(LOGO_WIDTH_MM), emu(design.logo_mm)


def return_frame(layout: Layout, *, small: bool) -> Framed:
    """The return line's."""
    window = layout.window
    if window is None:
        return Framed()
    frame = _frame(window.text_left_mm, window.top_mm + 1, window.line_mm, RETURN_LINE_PT * PT)
    return Framed(frame, style="Return Line Small" if small else "")


def address_frame(layout: Layout, stands: Standing | None) -> Framed:
    """The inside address's: its lines as high and as large as in the PDF."""
    window = layout.window
    if window is None or stands is None:
        return Framed()
    line = stands.type.line_pt
    frame = _frame(window.text_left_mm, stands.top_mm, window.line_mm, stands.rows * line * PT)
    exact = spacing(0, 0, line).replace("atLeast", "exact")
    return Framed(frame, exact, f"Inside Address {stands.step + 1}" if stands.step else "")


def _frame(left_mm: float, top_mm: float, width_mm: float, height_mm: float = 0) -> str:
    """A frame at this place of the page; of no height: as high as its text."""
    high = f' w:h="{twips(height_mm)}" w:hRule="exact"' if height_mm else ""
    return (
        f'<w:framePr w:w="{twips(width_mm)}"{high} w:wrap="around" w:vAnchor="page" w:hAnchor="page"'
        f' w:x="{twips(left_mm)}" w:y="{twips(top_mm)}"/>'
    )


def head_of_first_page(layout: Layout, style: str, header_mm: float) -> list[str]:
    """Paragraphs of the first page's head: marks on the edge, and room down to where the text begins."""
    paragraphs = [_frames_mark(height, length, style) for height, length in marks(layout)]
    room = round((layout.text_mm - header_mm) / PT * 20) - 240 - _ABOVE_DATE if layout.window else 0
    below = f'<w:spacing w:before="0" w:after="{room}" w:line="240" w:lineRule="exact"/>' if room else ""
    return [*paragraphs, f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{below}</w:pPr></w:p>']


def _frames_mark(height_mm: float, length_mm: float, style: str) -> str:
    """A mark for folding or punching: the upper border of an empty paragraph in a frame."""
    frame = _frame(MARK_LEFT_MM, height_mm, length_mm, _MARK_ROOM_MM)
    line = f'<w:top w:val="single" w:sz="{round(MARK_PT * 8)}" w:space="0" w:color="8A9099"/>'
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{frame}<w:pBdr>{line}</w:pBdr>'
        '<w:spacing w:before="0" w:after="0" w:line="40" w:lineRule="exact"/>'
        f'<w:rPr>{colour("8A9099")}<w:sz w:val="2"/></w:rPr></w:pPr></w:p>'
    )


PLACES = ("recipient", "date", "running", "page", "pages")
"""What may stand in braces: the recipient's name, the letter's date, both, this page, all pages."""
_FIELDS = {"page": ("PAGE", "2"), "pages": ("NUMPAGES", "2")}
_MOST_PLACES = 100
_PLACE = re.compile(r"\{(\w+)\}")
_MARK = "\ue000"
"""Stands around a place in a compiled part."""
_FIRST_DRAWING = 900_001
"""Ids of drawings in heads; those of a letter's own pictures begin at 1, and none may stand twice."""


class HeadFault(Exception):
    """What a header or footer holds that letters cannot carry; the file is named by who knows it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


# Cleaning


def _names(text: str) -> frozenset[str]:
    return frozenset(map(tag, text.split()))


_DROPPED = _names(
    "del moveFrom bookmarkStart bookmarkEnd proofErr permStart permEnd commentRangeStart commentRangeEnd "
    "commentReference footnoteReference endnoteReference moveFromRangeStart moveFromRangeEnd "
    "moveToRangeStart moveToRangeEnd rPrChange pPrChange tblPrChange trPrChange tcPrChange sectPrChange "
    "numberingChange lastRenderedPageBreak sdtPr sdtEndPr customXmlPr smartTagPr cellIns cellDel cellMerge"
)
_UNWRAPPED = _names("ins moveTo sdt sdtContent smartTag customXml")
_SAFE_FIELDS = frozenset(
    (
        *("PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "STYLEREF", "TITLE", "SUBJECT", "AUTHOR", "DATE"),
        *("TIME", "CREATEDATE", "SAVEDATE", "HYPERLINK", "SYMBOL", "QUOTE", "ADVANCE", "EQ", "IF", "SEQ"),
        *("FILENAME", "DOCPROPERTY"),
    )
)
"""Fields that show what the letter has; others read files, ask, or run."""


def clean_head(root: Any, relationships: set[str]) -> None:
    """Take out revisions, bookmarks, comments, content controls; raises HeadFault for fields that fetch.

    `relationships` are the ids that exist; links to others become plain text.
    """
    for each in list(root.iter()):
        if not isinstance(each.tag, str) or each.tag in _DROPPED:
            _remove(each)
        elif each.tag in _UNWRAPPED or _leads_nowhere(each, relationships):
            _unwrap(each)
    for number, each in enumerate(root.iter(_DRAWING), start=_FIRST_DRAWING):
        each.set("id", str(number))
        if not each.get("descr") and len(each) == 0:
            # A logo that its owner has not described is passed over when the page is read aloud.
            each.append(decorative())
    for each in root.iter():
        for name in [name for name in each.attrib if _tells(name, each)]:
            del each.attrib[name]
    _check_fields(root)


_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_VML = "{urn:schemas-microsoft-com:vml}"


def _leads_nowhere(each: Any, relationships: set[str]) -> bool:
    return each.tag == tag("hyperlink") and each.get(f"{{{R}}}id", "") not in relationships


def _tells(name: str, each: Any) -> bool:
    """Whether an attribute says when a piece was written, or names a file elsewhere."""
    plain = name.rpartition("}")[2]
    return plain.startswith("rsid") or (each.tag.startswith(_VML) and plain in {"src", "href"})


def _remove(each: Any) -> None:
    parent = each.getparent()
    if parent is None:
        return
    if each.tail:
        each.tail = None
    parent.remove(each)


def _unwrap(each: Any) -> None:
    parent = each.getparent()
    if parent is None:
        return
    place = parent.index(each)
    for offset, inner in enumerate(list(each)):
        parent.insert(place + offset, inner)
    parent.remove(each)


def _check_fields(root: Any) -> None:
    for instruction in _instructions(root):
        name = (instruction.split() or [""])[0].upper()
        if name not in _SAFE_FIELDS and not name.startswith("="):
            raise HeadFault(
                Problem(
                    "letterhead-field",
                    f"has the field {name!r}",
                    hint="in Word, click on it and press Ctrl+Shift+F9: it becomes plain text",
                )
            )


def _instructions(root: Any) -> Iterator[str]:
    yield from (str(each.get(tag("instr"), "")) for each in root.iter(tag("fldSimple")))
    open_fields: list[str] = []
    for each in root.iter(tag("fldChar"), tag("instrText")):
        kind = each.get(tag("fldCharType"))
        if each.tag == tag("instrText"):
            if not open_fields:
                raise _broken_field()
            open_fields[-1] += each.text or ""
        elif kind == "begin":
            open_fields.append("")
        elif not open_fields:
            raise _broken_field()
        elif kind == "end":
            yield open_fields.pop()
    if open_fields:
        raise _broken_field()


def _broken_field() -> HeadFault:
    hint = "delete the field and insert it anew"
    return HeadFault(Problem("letterhead-field", "has a field that does not end", hint=hint))


def says(root: Any) -> bool:
    """Whether a header or footer shows anything."""
    shown = _names("drawing pict object fldSimple instrText sym tbl ptab")
    return any(
        each.tag in shown or (each.tag == tag("t") and (each.text or "").strip()) for each in root.iter()
    )


# Places to fill


def mark_places(root: Any) -> None:
    """Turn `{recipient}` and its like into marked runs or fields; raises HeadFault for an unknown name.

    Word often splits such a word over several runs; it then takes the look of the first.
    """
    marked = 0
    for paragraph in root.iter(tag("p")):
        while found := _first_place(paragraph):
            _mark(*found)
            marked += 1
            if marked > _MOST_PLACES:
                hint = "say each thing once"
                message = f"has more than {_MOST_PLACES} placeholders"
                raise HeadFault(Problem("letterhead-placeholder", message, hint=hint))


def _first_place(paragraph: Any) -> tuple[Any, str, list[tuple[Any, int, int]]] | None:
    """The paragraph, the first place in it, and the stretches of text that spell it."""
    texts = [each for each in paragraph.iter(tag("t")) if _belongs(each, paragraph)]
    whole = "".join(each.text or "" for each in texts)
    found = _PLACE.search(whole)
    if found is None:
        return None
    if found[1] not in PLACES:
        hint = suggest(found[1], PLACES) or "take the braces away"
        raise HeadFault(Problem("letterhead-placeholder", f"has the placeholder {found[0]!r}", hint=hint))
    start = 0
    stretches = []
    for each in texts:
        end = start + len(each.text or "")
        if start < found.end() and end > found.start():
            stretches.append((each, max(0, found.start() - start), min(end, found.end()) - start))
        start = end
    return paragraph, found[1], stretches


def _belongs(text: Any, paragraph: Any) -> bool:
    """Whether text stands in this paragraph and not in a text box within it."""
    above = text.getparent()
    while above.tag != tag("p"):
        above = above.getparent()
    return above is paragraph


def _mark(paragraph: Any, name: str, stretches: list[tuple[Any, int, int]]) -> None:
    first, start, end = stretches[0]
    for each, a, b in stretches[1:]:
        _set_text(each, (each.text or "")[:a] + (each.text or "")[b:])
    run = first.getparent()
    following = copy.deepcopy(run)
    place = list(run).index(first)
    for index, each in enumerate(list(following)):
        if index < place and each.tag != tag("rPr"):
            following.remove(each)
    for each in list(run)[place + 1 :]:
        run.remove(each)
    text = first.text or ""
    _set_text(first, text[:start])
    _set_text(next(each for each in following if each.tag == tag("t")), text[end:])
    marked = _marked_runs(name, run.find(tag("rPr")))
    for each in reversed([*marked, following]):
        run.addnext(each)


def _set_text(each: Any, text: str) -> None:
    each.text = text
    each.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _marked_runs(name: str, look: Any) -> list[Any]:
    if name in _FIELDS:
        made = [element(run) for run in field_runs(*_FIELDS[name])]
    else:
        made = [element(f"<w:r><w:t>{_MARK}{name}{_MARK}</w:t></w:r>")]
    if look is not None:
        for run in made:
            run.insert(0, _plain_look(look, marked=name not in _FIELDS))
    return made


def _plain_look(look: Any, *, marked: bool) -> Any:
    """A copy of a run's look; a marked run is told its script and language when it is filled."""
    kept = copy.deepcopy(look)
    told = _names("rtl cs em lang eastAsianLayout specVanish oMath")
    for each in list(kept):
        if marked and (each.tag in told or not each.tag.startswith(f"{{{W}}}")):
            kept.remove(each)
    return kept


def place_run(name: str) -> str:
    """A run of our own that is filled with one of the places."""
    return f"<w:r><w:t>{_MARK}{name}{_MARK}</w:t></w:r>"


def field_runs(instruction: str, cached: str) -> list[str]:
    """A field, with what it shows until Word counts anew."""
    return [
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>',
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>',
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
        f"<w:r><w:t>{cached}</w:t></w:r>",
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
    ]


# Filling


@dataclass(frozen=True, slots=True)
class Head:
    """A header or footer with places that each document fills."""

    name: str
    pieces: tuple[str, ...]
    """The part's XML around the places: one more than these."""
    places: tuple[tuple[str, str], ...]
    """Name of each place, and its look: children of `w:rPr`."""

    def filled(self, words: Mapping[str, str], main: str) -> Member:
        """The part with the document's words in its places; `main` is the document's language."""
        parts = [self.pieces[0]]
        for (name, look), piece in zip(self.places, self.pieces[1:], strict=True):
            parts += [_filled(words[name], look, main), piece]
        return member(self.name, "".join(parts).encode())


@lru_cache(maxsize=256)
def _filled(text: str, look: str, main: str) -> str:
    return runs_like(text, look, main)


_MARKED_RUN = re.compile(
    rf"<w:r>(?:<w:rPr>((?:(?!</w:rPr>).)*)</w:rPr>|<w:rPr/>)?<w:t[^>]*>{_MARK}(\w+){_MARK}</w:t></w:r>",
    re.DOTALL,
)


def head(name: str, content: bytes) -> Head | None:
    """The part as one to be filled; None where it has no places."""
    pieces = _MARKED_RUN.split(content.decode())
    if len(pieces) == 1:
        return None
    looks, names = pieces[1::3], pieces[2::3]
    places = tuple((place, look or "") for place, look in zip(names, looks, strict=True))
    return Head(name, tuple(pieces[0::3]), places)

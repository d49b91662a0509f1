"""The letterhead that letters start from: our own, made from python-docx's empty template, or the user's.

What both go through next is `reference`.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.model.document import LayoutName
from briefgen.model.look import QUIET_SERIF, Letterhead, Look
from briefgen.render.docx.base_document import Reference, compiled, text_area
from briefgen.render.docx.headers import field_runs, head_of_first_page, place_run, says
from briefgen.render.docx.languages import Language, language
from briefgen.render.docx.metrics import Design, beside, design_of, twips
from briefgen.render.docx.ooxml import element, keep_relationships, put_part, tag
from briefgen.render.docx.runs import escape
from briefgen.render.docx.styles import fonts, size
from briefgen.render.docx.stylesheet import known_style, style_name, tab_stops
from briefgen.render.docx.user_letterhead import MAX_BYTES, opened, refuse
from briefgen.render.layouts import Layout, layout_of
from briefgen.render.page import PAGES, PageLayout

if TYPE_CHECKING:
    from pathlib import Path

    from docx.document import Document as WordDocument
    from docx.section import Section

_FOOT_PT = 8
_ABOVE_FOOT = '<w:spacing w:before="280"/>'
_LEAST_MM = 60
"""What margins must leave, across and down."""


def built_in(
    kind: str, page: str, language_tag: str, layout_name: LayoutName = "plain", look: Look = QUIET_SERIF
) -> Reference:
    """Our own reference for letters or briefings (`kind`) on `a4` or `us-letter`, in one language."""
    document = built_in_document(kind, page, language_tag, layout_name, look)
    layout, design = layout_of(kind, page, layout_name), design_of(kind, look)
    return compiled(document, language(language_tag), design, fresh=True, layout=layout, look=look)


def built_in_document(
    kind: str, page: str, language_tag: str, layout_name: LayoutName = "plain", look: Look = QUIET_SERIF
) -> WordDocument:
    """Our own letterhead as python-docx holds it, before it is compiled."""
    import docx

    design, layout = design_of(kind, look), layout_of(kind, page, layout_name)
    document = docx.Document()
    _prune(document)
    _drop_styles(document)
    _lay_out(document, layout, design, language(language_tag))
    if kind == "letter" and look.foot:
        _write_foot(document.sections[0].first_page_footer, look, design)
    _name_fonts(document, design)
    return document


def read_letterhead(path: Path, name: str) -> Letterhead:
    """The file, read; raises BriefgenError where it cannot be, or is larger than any letterhead."""
    try:
        with path.open("rb") as file:
            return Letterhead(file.read(MAX_BYTES + 1), name)
    except OSError as error:
        why = error.strerror or str(error)
        refuse(name, "letterhead-unreadable", f"cannot be read: {why}", "see that the file may be read")


def own(data: bytes, name: str, page: str, language_tag: str) -> Reference:
    """A letterhead of the user's own, a DOCX or DOTX, for letters in one language.

    `name` is the file's, as the user writes it; `page` serves where the file tells no page. Raises
    BriefgenError that names the file where it cannot be used.
    """
    import docx

    package = opened(data, name)
    main = language(language_tag)
    try:
        document = docx.Document(io.BytesIO(package))
        section = document.sections[0]
        _complete(section, PAGES["letter", page])
        _check_page(section, name)
        _head_following_pages(document, main)
        return compiled(document, main, beside(_text_size(document)), fresh=False)
    except BriefgenError:
        raise
    except Exception as error:  # python-docx raises whatever a broken file makes it stumble over
        why = " ".join(str(error).split())[:100] or type(error).__name__
        refuse(name, "letterhead-unreadable", f"cannot be used: {why}", "open it in Word and save it anew")


def examine(data: bytes, name: str, page: str, language_tag: str) -> list[Problem]:
    """What to know of a letterhead before letters are made on it; raises BriefgenError as `own` does."""
    import docx

    own(data, name, page, language_tag)
    section = docx.Document(io.BytesIO(opened(data, name))).sections[0]
    return [*_silence(section, name), *_other_paper(section, name, page)]


def _other_paper(section: Section, name: str, page: str) -> Iterator[Problem]:
    """That Word files and PDFs of one letter would come on papers of two sizes."""
    layout = PAGES["letter", page]
    sizes = ((section.page_width, layout.width_mm), (section.page_height, layout.height_mm))
    if any(given is not None and abs(given.mm - ours) > _SAME_PAPER_MM for given, ours in sizes):
        across, down = (round(given.mm) if given is not None else 0 for given, _ in sizes)
        yield Problem(
            "letterhead-paper",
            f"its paper is {across} × {down} mm, and the campaign's letters are set for {page}",
            Place(name),
            "change the paper under Layout in Word, or letter.page in campaign.yaml",
            severity="warning",
        )


def _silence(section: Section, name: str) -> list[Problem]:
    """That the letterhead says nothing where letters begin."""
    first = section.different_first_page_header_footer
    shown = (
        (section.first_page_header, section.first_page_footer) if first else (section.header, section.footer)
    )
    if any(not part.is_linked_to_previous and says(part._element) for part in shown):
        return []
    return [
        Problem(
            "letterhead-silent",
            "shows nothing in head and foot of the first page, so that letters name no sender there",
            Place(name),
            "put the letterhead into the first page's header, not into the text",
            severity="warning",
        )
    ]


_SAME_PAPER_MM = 3
"""Programs round the sizes of papers differently."""


def _complete(section: Section, page: PageLayout) -> None:
    """Our page where the letterhead tells none."""
    from docx.shared import Mm

    given = {
        "page_width": page.width_mm,
        "page_height": page.height_mm,
        "top_margin": page.top_mm,
        "bottom_margin": page.bottom_mm,
        "left_margin": page.left_mm,
        "right_margin": page.right_mm,
        "header_distance": Design().header_mm,
        "footer_distance": Design().header_mm,
    }
    for name, mm in given.items():
        if getattr(section, name) is None:
            setattr(section, name, Mm(mm))


def _check_page(section: Section, name: str) -> None:
    across, down = text_area(section)
    if across < _LEAST_MM * 36000 or down < _LEAST_MM * 36000:
        raise BriefgenError(
            Problem(
                "letterhead-page",
                f"leaves {across / 36000:.0f} × {down / 36000:.0f} mm for the text",
                Place(name),
                f"set paper and margins so that at least {_LEAST_MM} × {_LEAST_MM} mm are left",
            )
        )


def _head_following_pages(document: WordDocument, main: Language) -> None:
    """Recipient, date and page number on pages after the first, where the letterhead has no head there."""
    section = document.sections[0]
    heads: list[Any] = [section.header]
    if document.settings.odd_and_even_pages_header_footer:
        heads.append(section.even_page_header)
    silent = [head for head in heads if head.is_linked_to_previous or not says(head._element)]
    if not silent:
        return
    if not section.different_first_page_header_footer:
        _set_first_page_apart(section)
    style = known_style(document, "header")
    for head in silent:
        _empty(head, style)
        stops = tab_stops(document, style)
        _write_running_head(head.paragraphs[0]._p, section, Design(following_mm=0), main, stops)


def _set_first_page_apart(section: Section) -> None:
    """The first page keeps the foot that all pages had, and has no head."""
    foot = section._sectPr.find(f"{tag('footerReference')}[@{tag('type')}='default']")
    section.different_first_page_header_footer = True
    if foot is not None:
        first = copy.copy(foot)
        first.set(tag("type"), "first")
        foot.addprevious(first)


def _text_size(document: WordDocument) -> float:
    """Size of the text, in points: Normal's, or the file's default, or Word's own (10)."""
    root = document.styles.element
    normal = next(
        (
            each
            for each in root.findall(tag("style"))
            if each.get(tag("styleId")) == known_style(document, "normal")
        ),
        None,
    )
    places = [normal, root.find(tag("docDefaults"))]
    found = (place.find(f".//{tag('rPr')}/{tag('sz')}") for place in places if place is not None)
    half = next((each.get(tag("val")) for each in found if each is not None), "20")
    return min(max(float(half) / 2, 8.0), 14.0)


def _prune(document: WordDocument) -> None:
    """Remove the body and every part of the package that is not letterhead."""
    body = document.element.body
    for child in list(body):
        if child.tag != tag("sectPr"):
            body.remove(child)
    kept = {"styles", "numbering", "settings", "fontTable", "theme", "header", "footer"}
    keep_relationships(document.part, kept)
    keep_relationships(document.part.package, {"officeDocument", "core-properties"})


def _drop_styles(document: WordDocument) -> None:
    """Leave only the four defaults that Word expects; ours come in their place."""
    root = document.styles.element
    kept = {"normal", "default paragraph font", "normal table", "no list"}
    for style in list(root.findall(tag("style"))):
        if style_name(style) not in kept:
            root.remove(style)
    normal = next(style for style in root.findall(tag("style")) if style_name(style) == "normal")
    for child in list(normal):
        if child.tag in {tag("pPr"), tag("rPr")}:
            normal.remove(child)


def _lay_out(document: WordDocument, layout: Layout, design: Design, main: Language) -> None:
    """Page, margins, a silent head on the first page and ours on those that follow."""
    from docx.shared import Mm

    section, page = document.sections[0], layout.page
    section.page_width, section.page_height = Mm(page.width_mm), Mm(page.height_mm)
    section.top_margin, section.bottom_margin = Mm(page.top_mm), Mm(page.bottom_mm)
    section.left_margin, section.right_margin = Mm(page.left_mm), Mm(page.right_mm)
    section.header_distance = section.footer_distance = Mm(design.header_mm)
    section.different_first_page_header_footer = True
    for head in (section.first_page_header, section.header):
        _empty(head, "Header")
    for foot in (section.first_page_footer, section.footer):
        _empty(foot, "Footer")
    first = section.first_page_header._element
    first[:] = map(element, head_of_first_page(layout, "Header", design.header_mm))
    _write_running_head(section.header.paragraphs[0]._p, section, design, main, ())


def _write_foot(foot: Any, look: Look, design: Design) -> None:
    """The look's lines at the foot of the first page."""
    font = f"<w:rPr>{fonts(design.sans)}{size(_FOOT_PT)}</w:rPr>"
    lines = "<w:r><w:br/></w:r>".join(
        f'<w:r>{font}<w:t xml:space="preserve">{escape(line)}</w:t></w:r>' for line in look.foot
    )
    foot._element[:] = [element(f'<w:p><w:pPr><w:pStyle w:val="Footer"/>{_ABOVE_FOOT}</w:pPr>{lines}</w:p>')]


def _empty(block: Any, style: str) -> None:
    """Make a head of its own that is one empty paragraph of this style."""
    block.is_linked_to_previous = False
    for old in list(block._element):
        block._element.remove(old)
    block._element.append(element(f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr></w:p>'))


def _write_running_head(
    paragraph: Any, section: Section, design: Design, main: Language, stops: Iterable[str]
) -> None:
    """One line: what the document says at the left, `Page 2 of 3` at the right.

    `stops` are the tabs of the paragraph's style, which would come between the two.
    """
    width = text_area(section)[0] // 635
    # Word begins the text where the head ends, if that is below the margin.
    top = ((section.top_margin or 0) - (section.header_distance or 0)) // 635
    below = max(0, top + twips(design.following_mm) - 240)
    properties = paragraph.get_or_add_pPr()
    cleared = "".join(f'<w:tab w:val="clear" w:pos="{stop}"/>' for stop in stops if stop != str(width))
    properties.append(element(f'<w:tabs>{cleared}<w:tab w:val="right" w:pos="{width}"/></w:tabs>'))
    properties.append(element(f'<w:spacing w:after="{below}"/>'))
    label, of = ("Page ", " of ") if main.tag.startswith("en") else ("", " / ")
    for run in (
        place_run("running"),
        "<w:r><w:tab/></w:r>",
        *([_run(label)] if label else []),
        *field_runs("PAGE", "2"),
        _run(of),
        *field_runs("NUMPAGES", "2"),
    ):
        paragraph.append(element(run))


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def _name_fonts(document: WordDocument, design: Design) -> None:
    def font(name: str, other: str, panose: str, family: str) -> str:
        return (
            f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:panose1 w:val="{panose}"/>'
            f'<w:charset w:val="00"/><w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
        )

    serif = font(design.serif, design.alternative_serif, "02040503050406030204", "roman")
    sans = font(design.sans, design.alternative_sans, "020F0502020204030204", "swiss")
    put_part(document, "fontTable", f"<w:fonts>{serif}{sans}</w:fonts>")

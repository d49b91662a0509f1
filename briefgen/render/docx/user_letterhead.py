"""A letterhead of the user's own, a DOCX or DOTX: read, checked and compiled to a base document.

`letterhead_package` first reduces the file, which may come from anybody, to a small and safe package.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.model.branding import WordLetterhead
from briefgen.render.docx.base_document import BaseDocument, compile_base_document, text_area_emu
from briefgen.render.docx.builtin_letterhead import reset_header, write_running_head
from briefgen.render.docx.headers import has_visible_content
from briefgen.render.docx.languages import Language, resolve_language
from briefgen.render.docx.letterhead_package import MAX_BYTES, prune_letterhead, reject_letterhead
from briefgen.render.docx.metrics import Design, design_for_user_letterhead
from briefgen.render.docx.ooxml import w_tag
from briefgen.render.docx.stylesheet import find_style_id, find_tab_stops
from briefgen.render.layouts import PAGES, PageGeometry

if TYPE_CHECKING:
    from pathlib import Path

    from docx.document import Document as WordDocument
    from docx.section import Section

_MIN_TEXT_AREA_MM = 60
"""Least width and height that the margins must leave."""
_PAPER_TOLERANCE_MM = 3
"""Programs round paper sizes differently."""
_EMU_PER_MM = 36000


def read_letterhead(path: Path, name: str) -> WordLetterhead:
    """Read the file; raise BriefgenError if that is impossible.

    At most one byte more than MAX_BYTES is read, so that a larger file is rejected when it is compiled.
    """
    try:
        with path.open("rb") as file:
            return WordLetterhead(file.read(MAX_BYTES + 1), name)
    except OSError as error:
        reason = error.strerror or str(error)
        hint = "check that you have permission to read the file"
        reject_letterhead(name, "letterhead-unreadable", f"cannot be read: {reason}", hint)


def compile_user_letterhead(data: bytes, name: str, page: str, language_tag: str) -> BaseDocument:
    """Compile a user's letterhead for letters in one language.

    `name` is the file's as the user writes it; the measures of `page` are used where the file has none.
    Raise BriefgenError if it cannot be used.
    """
    import docx

    package = prune_letterhead(data, name)
    main_language = resolve_language(language_tag)
    try:
        document = docx.Document(io.BytesIO(package))
        section = document.sections[0]
        _fill_in_page_setup(section, PAGES["letter", page])
        _check_text_area(section, name)
        _add_running_heads(document, main_language)
        design = design_for_user_letterhead(_read_text_size(document))
        return compile_base_document(document, main_language, design, builtin=False)
    except BriefgenError:
        raise
    except Exception as error:  # python-docx raises all kinds of exceptions for a broken file
        reason = " ".join(str(error).split())[:100] or type(error).__name__
        hint = "open it in Word and save it again"
        reject_letterhead(name, "letterhead-unreadable", f"cannot be used: {reason}", hint)


def check_user_letterhead(data: bytes, name: str, page: str, language_tag: str) -> list[Problem]:
    """Return warnings about a letterhead; raise BriefgenError as `compile_user_letterhead` does."""
    import docx

    compile_user_letterhead(data, name, page, language_tag)
    section = docx.Document(io.BytesIO(prune_letterhead(data, name))).sections[0]
    return [*_check_sender_shown(section, name), *_check_letterhead_paper(section, name, page)]


def _check_letterhead_paper(section: Section, name: str, page: str) -> Iterator[Problem]:
    """Warn if DOCX and PDF of one letter would come on different paper."""
    geometry = PAGES["letter", page]
    sizes = ((section.page_width, geometry.width_mm), (section.page_height, geometry.height_mm))
    if any(side is not None and abs(side.mm - expected) > _PAPER_TOLERANCE_MM for side, expected in sizes):
        width, height = (round(side.mm) if side is not None else 0 for side, _ in sizes)
        yield Problem(
            "letterhead-paper",
            f"its paper is {width} × {height} mm, but the campaign's letters are set for {page}",
            Place(name),
            "change the paper under Layout in Word, or letter.page in campaign.yaml",
            severity="warning",
        )


def _check_sender_shown(section: Section, name: str) -> list[Problem]:
    """Warn if header and footer of the first page are empty."""
    parts = (section.header, section.footer)
    if section.different_first_page_header_footer:
        parts = (section.first_page_header, section.first_page_footer)
    if any(not part.is_linked_to_previous and has_visible_content(part._element) for part in parts):
        return []
    return [
        Problem(
            "letterhead-silent",
            "has an empty header and footer on the first page, so letters do not show who sent them",
            Place(name),
            "put the letterhead into the first page's header, not into the text",
            severity="warning",
        )
    ]


def _fill_in_page_setup(section: Section, page: PageGeometry) -> None:
    """Set the measures that the letterhead lacks."""
    from docx.shared import Mm

    defaults = {
        "page_width": page.width_mm,
        "page_height": page.height_mm,
        "top_margin": page.top_mm,
        "bottom_margin": page.bottom_mm,
        "left_margin": page.left_mm,
        "right_margin": page.right_mm,
        "header_distance": Design().header_mm,
        "footer_distance": Design().header_mm,
    }
    for name, mm in defaults.items():
        if getattr(section, name) is None:
            setattr(section, name, Mm(mm))


def _check_text_area(section: Section, name: str) -> None:
    width, height = (side / _EMU_PER_MM for side in text_area_emu(section))
    if width < _MIN_TEXT_AREA_MM or height < _MIN_TEXT_AREA_MM:
        least = f"{_MIN_TEXT_AREA_MM} × {_MIN_TEXT_AREA_MM} mm"
        raise BriefgenError(
            Problem(
                "letterhead-page",
                f"leaves {width:.0f} × {height:.0f} mm for the text",
                Place(name),
                f"set paper and margins so that at least {least} are left",
            )
        )


def _add_running_heads(document: WordDocument, main_language: Language) -> None:
    """Add recipient, date and page number to following pages if the letterhead has no header there."""
    section = document.sections[0]
    headers: list[Any] = [section.header]
    if document.settings.odd_and_even_pages_header_footer:
        headers.append(section.even_page_header)
    empty = [
        header
        for header in headers
        if header.is_linked_to_previous or not has_visible_content(header._element)
    ]
    if not empty:
        return
    if not section.different_first_page_header_footer:
        _separate_first_page_footer(section)
    style = find_style_id(document, "header")
    for header in empty:
        reset_header(header, style)
        tab_stops = find_tab_stops(document, style)
        write_running_head(header.paragraphs[0]._p, section, Design(following_mm=0), main_language, tab_stops)


def _separate_first_page_footer(section: Section) -> None:
    """Give the first page the footer that all pages had, and no header."""
    footer = section._sectPr.find(f"{w_tag('footerReference')}[@{w_tag('type')}='default']")
    section.different_first_page_header_footer = True
    if footer is not None:
        first = copy.copy(footer)
        first.set(w_tag("type"), "first")
        footer.addprevious(first)


def _read_text_size(document: WordDocument) -> float:
    """Return the size of the text in points: Normal's, or the file's default, or Word's own (10)."""
    root = document.styles.element
    normal_id = find_style_id(document, "normal")
    styles = root.findall(w_tag("style"))
    normal = next((style for style in styles if style.get(w_tag("styleId")) == normal_id), None)
    sources = [normal, root.find(w_tag("docDefaults"))]
    sizes = (source.find(f".//{w_tag('rPr')}/{w_tag('sz')}") for source in sources if source is not None)
    half_points = next((size.get(w_tag("val")) for size in sizes if size is not None), "20")
    return min(max(float(half_points) / 2, 8.0), 14.0)

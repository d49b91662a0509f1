"""Render documents as PDF through WeasyPrint.

A process needs one renderer: it shares fonts, parsed stylesheets and images between documents. It loads
nothing but the pinned fonts and the images embedded in the document; links are never followed. Every file is
accessible (PDF/UA-1) and, on request, archival too (PDF/A-3a).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import cache
from hashlib import sha256
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from briefgen.errors import BriefgenError, Place, Problem, raise_problems
from briefgen.model.branding import DEFAULT_BRANDING, Branding, WordLetterhead
from briefgen.model.document import BriefUsage, Document, PageUsage, Rendering
from briefgen.render.fonts import describe_missing_glyphs, font_face_css, pinned_characters
from briefgen.render.layouts import (
    MARK_LEFT_MM,
    MARK_PT,
    MM_PER_PT,
    Layout,
    PageGeometry,
    get_layout,
    list_edge_marks,
)
from briefgen.render.letterhead_look import LetterheadLook, fill_head
from briefgen.render.pdf.assembly.page_content import PageContent
from briefgen.render.pdf.css_policy import check_html_limits
from briefgen.render.pdf.file_writer import write_pdf
from briefgen.render.pdf.font_subsets import FontSubsets
from briefgen.render.pdf.footnotes import keep_footnotes_with_calls
from briefgen.render.pdf.html_page import (
    GENERATOR,
    build_html_page,
    build_page_content,
    format_moment,
    has_letter_foot,
)
from briefgen.render.pdf.layout_context import keep_layout_contexts
from briefgen.render.pdf.page_css import (
    DESIGN_STYLESHEETS,
    WORD_HEADS,
    build_branding_css,
    build_default_css,
    build_layout_css,
    build_letterhead_css,
    build_letterhead_text_css,
    find_custom_stylesheets,
    fit_letterhead_page,
)
from briefgen.render.pdf.pdfa import OUTPUT_INTENT, load_colour_profiles, make_pdfa
from briefgen.render.pdf.stylesheets import read_checked_css
from briefgen.render.pdf.weasyprint_log import (
    WEASYPRINT_LOCK,
    WeasyPrintLog,
    describe_exception,
)

if TYPE_CHECKING:
    from briefgen.render.pdf.assembly.assembler import AssembledLetter, LetterAssembler

PdfPurpose = Literal["accessible", "archive"]
"""`accessible` is PDF/UA-1; `archive` is that and PDF/A-3a."""

MAX_CACHED_IMAGES = 32
"""Images kept for later documents."""
RECORD_NAME = "briefgen-evidence.json"
"""Name of the embedded file with the evidence record."""
_PDF_VARIANTS = {"accessible": "pdf/ua-1", "archive": "pdf/a-3a"}
_PDF_VERSION = "1.7"
_NOTES_GAP_MM = 8.0
"""Between the two columns of notes, as in page.css."""
_GALLEY_MM = 3000
"""Height of pages on which a brief is measured."""
_LEAST_RUNNING_MARGIN_MM = 22.0
"""Upper margin of following pages that leaves room for the running head."""
_LEAST_TEXT_MM = 60
_MM_PER_PX = 25.4 / 96
_EMPTY_MARGINS = "@page { @top-left { content: none } @top-right { content: none } }"
"""For layouts of which only the page breaks are wanted: WeasyPrint lays pages with their number out twice."""
_FOLD_MARK_COLOUR = (0.54, 0.56, 0.6)


@dataclass(slots=True)
class PdfRenderer:
    """Renders documents as PDF. Make one per process and keep it: it holds fonts and stylesheets."""

    styles: Sequence[Path]
    """Folders with `page.css`, `letter.css`, `briefing.css`; the first that has a file wins, and the last is
    briefgen's own."""
    purpose: PdfPurpose = "accessible"
    branding: Branding = DEFAULT_BRANDING
    verify_layout: bool = False
    """Whether every assembled letter is also laid out in full and compared, not only a sample of them."""
    letterhead: WordLetterhead | None = None
    """The sender's own, whose heads, feet and page letters take over."""
    differences: list[Problem] = field(default_factory=list, repr=False)
    """Assembled letters that took another room than in their full layout."""
    _fonts: Any = field(default=None, repr=False)
    _stylesheets: dict[tuple[str, str, str], list[Any]] = field(default_factory=dict, repr=False)
    _fetcher: Any = field(default=None, repr=False)
    _images: dict[str, Any] = field(default_factory=dict, repr=False)
    _font_subsets: FontSubsets = field(default_factory=FontSubsets, repr=False)
    _content: tuple[Document, PageContent] | None = field(default=None, repr=False)
    """The document laid out last, and the HTML of its text."""
    assembles: bool = field(default=True, init=False, repr=False)
    """Whether letters may be assembled from blocks."""
    _assembler: LetterAssembler | None = field(default=None, repr=False)
    _measured: tuple[Document, FullLayout | AssembledLetter] | None = field(default=None, repr=False)
    """The document measured last and its layout: it is usually the next to be rendered."""
    _letterhead_pages: dict[str, LetterheadPages] = field(default_factory=dict, repr=False)
    """What the letterhead's pages are like, by paper."""
    _found_pages: tuple[Document, dict[str, int]] | None = field(default=None, repr=False)
    """The document laid out last, with the pages of its ids: its Word file is usually the next to be made."""

    def render(self, document: Document) -> Rendering:
        """Render a document; raise BriefgenError if a library is missing or WeasyPrint fails on the page."""
        with self._prepare(document):
            return self._render(document)

    def measure(self, document: Document) -> PageUsage:
        """Lay out a document and return how much room it takes; raise BriefgenError as `render` does."""
        return self._measure_assembled(document) or self._measure_in_full(document)

    def measure_for_page(self, document: Document) -> PageUsage:
        """Return how much room a document takes, as `measure` does, for one that is to fit on a page.

        If it does not, the room that other wordings take will be estimated, which needs its full layout.
        """
        return self._measure_assembled(document, max_pages=1) or self._measure_in_full(document)

    def measure_assembled(self, document: Document) -> PageUsage | None:
        """Return how much room a letter takes if its page can be assembled, and None if not.

        A sample is compared with the full layout: these letters are not rendered, where that would be done.
        """
        usage = self._measure_assembled(document)
        if usage is None or not self._is_to_be_compared(document, usage.pages):
            return usage
        expected = self._measure_in_full(document)
        if not usage.is_like(expected):
            self.stop_assembling()
            self.differences.append(_difference_problem(document, "it takes another room"))
        return expected

    def _measure_in_full(self, document: Document) -> PageUsage:
        is_only_measuring, self._measured = self._measured is not None, None
        with self._prepare(document):
            layout = self._lay_out(document)
            if is_only_measuring:
                self._learn_unwritten(document, layout)
        # Only now: it imports WeasyPrint, which `_prepare` does in its own way.
        from briefgen.render.pdf.page_usage import measure_page_usage, measure_reference_layout

        self._measured = (document, layout)
        pages = layout.document.pages
        usage = measure_page_usage(document, pages)
        if usage.pages == 1:
            return usage
        reference = measure_reference_layout(document, [page._page_box for page in pages])
        return replace(usage, estimate_overflow=reference.estimate_overflow_mm)

    def measure_brief(self, document: Document) -> BriefUsage:
        """Lay out a brief on pages as high as it needs, and return how far down each is filled."""
        from briefgen.render.pdf.page_usage import measure_brief_usage

        page = get_layout(document.kind, document.page, document.layout).page
        room_mm = page.height_mm - page.top_mm - page.bottom_mm
        # One column of notes below the other: WeasyPrint takes half its time to balance even a single one.
        galley = (
            f"@page {{ size: {page.width_mm}mm {_GALLEY_MM}mm; }}"
            f".notes {{ columns: auto; width: {(page.text_width_mm - _NOTES_GAP_MM) / 2}mm; }}"
        )
        with self._prepare(document):
            layout = self._lay_out(document, page_css=galley)
        usage = measure_brief_usage(layout.document.pages)
        return replace(usage, pages=tuple(replace(one, room_mm=room_mm) for one in usage.pages))

    def _measure_assembled(self, document: Document, max_pages: int | None = None) -> PageUsage | None:
        with self._prepare(document):
            letter = self._assemble(document, max_pages)
        if letter is None:
            return None
        # Only now: it imports WeasyPrint, which `_prepare` does in its own way.
        from briefgen.render.pdf.assembly.assembler import measure_assembled_letter

        self._measured = (document, letter)
        usage = measure_assembled_letter(letter)
        if usage.pages == 1:
            return usage

        @cache
        def measure_in_full() -> PageUsage:
            return self._measure_in_full(document)

        def estimate_overflow(other: Document, max_pages: int) -> float:
            estimate = measure_in_full().estimate_overflow
            return estimate(other, max_pages) if estimate else 0.0

        return replace(usage, estimate_overflow=estimate_overflow)

    def _is_to_be_compared(self, document: Document, pages: int) -> bool:
        assembler = self._assembler
        return self.verify_layout or (assembler is not None and assembler.is_sample(document, pages))

    def find_pages(self, document: Document) -> dict[str, int]:
        """Return the page, from 1, of each id in a document; raise BriefgenError as `render` does."""
        if self._found_pages is None or not _has_same_pages(self._found_pages[0], document):
            with self._prepare(document):
                self._lay_out(document)
        assert self._found_pages is not None
        return self._found_pages[1]

    def find_missing_glyphs(self, characters: Iterable[str]) -> set[str]:
        """Return those of some characters that no font can draw."""
        wanted = sorted(set(characters) - pinned_characters(self.branding.text_family))
        if not wanted:
            return set()
        self._load_shared_resources()
        from weasyprint import CSS, HTML

        missing: set[str] = set()

        def collect(laid_out: Any, pdf: Any) -> None:
            missing.update(chr(code) for font in laid_out.fonts.values() for code in font.missing)

        text = (
            f"<html style=\"font-family: '{self.branding.text_family}', serif\"><p>{escape(' '.join(wanted))}"
        )
        with WEASYPRINT_LOCK, WeasyPrintLog():
            style = CSS(string=font_face_css(), font_config=self._fonts, url_fetcher=self._fetcher)
            page = HTML(string=text, url_fetcher=self._fetcher)
            page.render(stylesheets=[style], font_config=self._fonts).write_pdf(finisher=collect)
        return missing

    @contextmanager
    def _prepare(self, document: Document) -> Iterator[None]:
        raise_problems(check_html_limits(document.html))
        self._load_shared_resources()
        hint = "correct the template or stylesheet that this comes from"
        with _weasyprint_problems(document, "pdf-layout", hint):
            yield

    def _load_shared_resources(self) -> None:
        """Load what all documents share, once."""
        if self._fonts is not None:
            return
        from briefgen.system.doctor import load_weasyprint

        load_weasyprint()
        from weasyprint.text.fonts import FontConfiguration

        from briefgen.render.pdf.url_fetcher import RestrictedUrlFetcher

        self._fonts, self._fetcher = FontConfiguration(), RestrictedUrlFetcher()

    def _render(self, document: Document) -> Rendering:
        measured, self._measured = self._measured, None
        if measured and _has_same_pages(measured[0], document):
            layout = measured[1]
        else:
            layout = self._assemble(document) or self._lay_out(document)
        if isinstance(layout, FullLayout):
            return self._render_in_full(document, layout)
        return self._render_assembled(document, layout)

    def _render_in_full(self, document: Document, full: FullLayout) -> Rendering:
        """Write a document that WeasyPrint has laid out."""
        from briefgen.render.pdf.tagging import record_painted_pages

        laid_out, body = full.document, full.page.etree_element.find("body")
        laid_out.metadata.attachments.append(_build_record_attachment(document, self._fetcher))
        layout = self._layout_of(document)
        customized = bool(self._custom_stylesheets(document))
        if customized:
            self._check_pages(document, laid_out.pages, body)
        painted = record_painted_pages(laid_out)
        pdf = self._generate_pdf(laid_out)
        self._finish(pdf, laid_out, painted, body, layout, keeps_margins=not customized)
        data = self._write_file(document, pdf)
        self._learn(document, full, painted)
        return Rendering(data, len(laid_out.pages))

    def _render_assembled(self, document: Document, letter: AssembledLetter) -> Rendering:
        """Write an assembled letter; where the full layout is found to differ, return that with a warning."""
        assert self._assembler is not None
        data: bytes | None
        try:
            data = self._write_assembled(document, letter)
        except BriefgenError:
            return self._render_in_full(document, self._lay_out(document))
        except MemoryError:
            raise
        except Exception as error:
            data, reason = None, describe_exception(error)
        else:
            reason = "its bytes are not the same"
            if not self._is_to_be_compared(document, len(letter.pages)):
                return Rendering(data, len(letter.pages))
        full = self._render_in_full(document, self._lay_out(document))
        if full.data == data:
            return full
        self.stop_assembling()
        return replace(full, problems=(_difference_problem(document, reason),))

    def stop_assembling(self) -> None:
        """Lay out every further document in full."""
        self.assembles = False

    def _write_assembled(self, document: Document, letter: AssembledLetter) -> bytes:
        """Return the PDF of a letter whose page was assembled."""
        from weasyprint.document import Document as WeasyPrintDocument
        from weasyprint.pdf.metadata import DocumentMetadata

        from briefgen.render.pdf.tagging import tag_assembled_pdf

        moment = format_moment(document)
        metadata = DocumentMetadata(
            title=document.title,
            authors=[document.author],
            generator=GENERATOR,
            created=moment,
            modified=moment,
            lang=document.language,
            attachments=[_build_record_attachment(document, self._fetcher)],
        )
        archive = self._pdfa_options()
        laid_out = WeasyPrintDocument(
            letter.pages,
            metadata,
            self._fetcher,
            self._fonts,
            archive.get("color_profiles", {}),
            archive.get("output_intent"),
        )
        layout = self._layout_of(document)
        pdf = self._generate_pdf(laid_out)
        tag_assembled_pdf(laid_out, pdf, letter.pages, letter.body)
        # Its pages need no further check: its blocks have passed them.
        self._complete(pdf, letter.pages[0].stream, layout)
        return self._write_file(document, pdf)

    def _write_file(self, document: Document, pdf: Any) -> bytes:
        return write_pdf(pdf, _build_file_identifier(document), archive=self.purpose == "archive")

    def _generate_pdf(self, laid_out: Any) -> Any:
        """Paint laid-out pages; return a pydyf file that still lacks its structure tree."""
        from weasyprint import DEFAULT_OPTIONS
        from weasyprint.pdf import generate_pdf

        from briefgen.render.pdf.tagging import omit_weasyprint_tree

        options = {
            **DEFAULT_OPTIONS,
            "pdf_variant": _PDF_VARIANTS[self.purpose],
            "pdf_version": _PDF_VERSION,
            "output_intent": "",
        }
        with omit_weasyprint_tree(), self._font_subsets.reuse():
            return generate_pdf(laid_out, None, 1, **options)

    def _assemble(self, document: Document, max_pages: int | None = None) -> AssembledLetter | None:
        """Assemble a letter from blocks laid out before; return None if it has to be laid out in full.

        With `max_pages` of 1 that is so for every longer letter.
        """
        if not self.assembles or document.kind != "letter" or self._custom_stylesheets(document):
            return None
        if self.letterhead is not None:
            return None  # its heads and feet are no blocks that an assembler knows
        if self._assembler is None:
            from briefgen.render.pdf.assembly.assembler import create_assembler

            self._assembler = create_assembler()
        if self._assembler is None:
            return None
        content = self._build_content(document)

        def lay_out(html: str) -> tuple[Sequence[Any], Any]:
            full = self._lay_out(document, replace(content, html=html), _EMPTY_MARGINS)
            return full.document.pages, full.page.etree_element.find("body")

        return self._assembler.assemble(document, content, None if max_pages == 1 else lay_out)

    def _build_content(self, document: Document) -> PageContent:
        """Build the HTML of a document's text, once."""
        if self._content is None or self._content[0] is not document:
            layout = self._layout_of(document)
            self._content = document, build_page_content(document, self.branding, layout)
        return self._content[1]

    def _learn(self, document: Document, full: FullLayout, painted: Sequence[Any]) -> None:
        """Learn from a letter that was laid out and written in full."""
        from briefgen.render.pdf.assembly.page_model import LaidOutPage

        if self._assembler is None or not self.assembles:
            return
        body = full.page.etree_element.find("body")
        pages = [LaidOutPage(one.page, body, full.context, one.operators, one.mcids) for one in painted]
        self._assembler.learn(document, self._build_content(document), pages)

    def _learn_unwritten(self, document: Document, full: FullLayout) -> None:
        """Learn from the first letter of a kind that is only measured: paint it, and check it."""
        from briefgen.render.pdf.tagging import record_painted_pages

        laid_out, assembler = full.document, self._assembler
        if assembler is None:
            return
        if assembler.knows_kind(document, self._build_content(document), len(laid_out.pages)):
            return
        painted = record_painted_pages(laid_out)
        layout = self._layout_of(document)
        body = full.page.etree_element.find("body")
        try:
            self._finish(self._generate_pdf(laid_out), laid_out, painted, body, layout, keeps_margins=True)
        except BriefgenError:
            return  # as rendering it will say
        self._learn(document, full, painted)
        laid_out.fonts = {}  # they have been reduced to the glyphs of this file

    def _lay_out(
        self, document: Document, content: PageContent | None = None, page_css: str = ""
    ) -> FullLayout:
        """Parse a document's HTML page and have WeasyPrint lay it out.

        `content` takes the place of its text; `page_css` changes the pages' size.
        """
        from weasyprint import CSS, HTML

        if len(self._images) > MAX_CACHED_IMAGES:
            self._images.clear()  # not after the layout: WeasyPrint takes the pictures from here as it writes
        stylesheets = self._parse_stylesheets(document)
        if page_css:
            stylesheets = [*stylesheets, CSS(string=page_css, url_fetcher=self._fetcher)]
        heads = self._find_letterhead(document)
        html = build_html_page(
            document,
            self.branding,
            content or self._build_content(document),
            heads.build_heads(document) if heads else "",
        )
        page = HTML(string=html, url_fetcher=self._fetcher, base_url=None)
        with keep_footnotes_with_calls(), keep_layout_contexts() as contexts:
            laid_out = page.render(
                stylesheets=stylesheets,
                font_config=self._fonts,
                presentational_hints=True,
                cache=self._images,
                **self._pdfa_options(),
            )
        _drop_cached_drawings(self._images)
        body = page.etree_element.find("body")
        for head in [each for each in body if each.get("class") in WORD_HEADS] if heads else ():
            body.remove(head)  # what pages repeat is no part of the text, which is checked and tagged
        if not page_css:
            self._found_pages = (
                document,
                {name: number for number, each in enumerate(laid_out.pages, 1) for name in each.anchors},
            )
        return FullLayout(page, laid_out, contexts[0])

    def _pdfa_options(self) -> dict[str, Any]:
        """Return the layout options that PDF/A needs."""
        if self.purpose == "accessible":
            return {}
        return {"color_profiles": load_colour_profiles(), "output_intent": OUTPUT_INTENT}

    def _finish(
        self, pdf: Any, laid_out: Any, painted: list[Any], body: Any, layout: Layout, *, keeps_margins: bool
    ) -> None:
        """Complete a PDF before it is written; `keeps_margins` says whether text must keep to its area."""
        from briefgen.render.pdf.layout_checks import find_layout_problems
        from briefgen.render.pdf.tagging import tag_pdf

        missing = (code for font in laid_out.fonts.values() for code in font.missing)
        raise_problems(describe_missing_glyphs(missing, laid_out.metadata.title))
        tag_pdf(laid_out, pdf, painted, body)
        pages, title = [each.page for each in painted], laid_out.metadata.title
        raise_problems(find_layout_problems(pages, body, title, keeps_margins=keeps_margins))
        self._complete(pdf, painted[0].stream, layout)

    def _complete(self, pdf: Any, stream: Any, layout: Layout) -> None:
        """Add the marks on the edge of the first page, and what an archive asks for."""
        _draw_edge_marks(stream, layout)
        if self.purpose == "archive":
            make_pdfa(pdf)

    def _parse_stylesheets(self, document: Document) -> list[Any]:
        key = (document.kind, document.page, document.layout)
        if key not in self._stylesheets:
            from weasyprint import CSS

            names = ["page.css", f"{document.kind}.css", *DESIGN_STYLESHEETS[self.branding.design]]
            layout, heads = self._layout_of(document), self._find_letterhead(document)
            rules = build_layout_css(layout, self.branding, foot=has_letter_foot(document, self.branding))
            if heads is not None:
                rules += build_letterhead_css(heads.look, heads.first, heads.following)
            text = "\n".join(
                [
                    font_face_css(),
                    build_branding_css(self.branding),
                    build_default_css(layout.page),
                    *(read_checked_css(self.styles, name) for name in names),
                    rules,
                ]
            )
            with _weasyprint_problems(document, "css-syntax", "correct the stylesheet"):
                css = CSS(string=text, font_config=self._fonts, url_fetcher=self._fetcher)
            self._stylesheets[key] = [css]
        return self._stylesheets[key]

    def _layout_of(self, document: Document) -> Layout:
        """Return a document's layout, with the page of the letterhead if it has one."""
        layout = get_layout(document.kind, document.page, document.layout)
        heads = self._find_letterhead(document)
        return replace(layout, page=heads.first) if heads is not None else layout

    def _find_letterhead(self, document: Document) -> LetterheadPages | None:
        """Return the pages of the sender's own letterhead; None if there is none for such documents."""
        if self.letterhead is None or document.kind != "letter":
            return None
        if document.page not in self._letterhead_pages:
            from briefgen.render.docx.letterhead_look import read_letterhead_look

            look, _ = read_letterhead_look(self.letterhead, document.page, self.branding)
            first = fit_letterhead_page(
                look, self._measure_head(look, look.first_head), self._measure_head(look, look.first_foot)
            )
            following = fit_letterhead_page(
                look, self._measure_head(look, look.next_head), self._measure_head(look, look.next_foot)
            )
            for page in (first, following):
                if (left := page.height_mm - page.top_mm - page.bottom_mm) < _LEAST_TEXT_MM:
                    message = f"has heads and feet that leave {left:.0f} mm of a page's height for the text"
                    hint = f"make them lower, so that at least {_LEAST_TEXT_MM} mm are left"
                    place = Place(self.letterhead.name)
                    raise BriefgenError(Problem("letterhead-page", message, place, hint))
            if not look.next_head:  # the recipient, the date and the page number go there
                following = replace(following, top_mm=max(following.top_mm, _LEAST_RUNNING_MARGIN_MM))
            self._letterhead_pages[document.page] = LetterheadPages(look, first, following)
        return self._letterhead_pages[document.page]

    def _measure_head(self, look: LetterheadLook, html: str) -> float:
        """Return the height of a head or foot in millimetres."""
        if not html:
            return 0.0
        from weasyprint import CSS, HTML

        css = (
            f"{font_face_css()}@page {{ size: {look.page.text_width_mm:.2f}mm {_GALLEY_MM}mm; margin: 0; }}"
            f"body, p {{ margin: 0; }} {build_letterhead_text_css()}"
        )
        filled = fill_head(html, {"recipient": "A", "date": "1", "running": "A"})
        page = HTML(string=f'<body><div class="{WORD_HEADS[0]}">{filled}</div>', url_fetcher=self._fetcher)
        style = CSS(string=css, font_config=self._fonts, url_fetcher=self._fetcher)
        laid_out = page.render(stylesheets=[style], font_config=self._fonts)
        root = laid_out.pages[0]._page_box.children[0]
        return float(root.children[0].children[0].height) * _MM_PER_PX

    def _custom_stylesheets(self, document: Document) -> list[str]:
        """Return the names of stylesheets that do not come from briefgen's own folder."""
        return find_custom_stylesheets(self.styles, document.kind, self.branding.design)

    def _check_pages(self, document: Document, pages: Any, body: Any) -> None:
        """Raise BriefgenError if a custom stylesheet changes, hides or misplaces what the document says."""
        from briefgen.render.pdf.page_checks import find_stylesheet_faults

        faults = find_stylesheet_faults(pages, body)
        place = Place(self._custom_stylesheets(document)[0])
        hint = "undo your last change to the stylesheet, or start again from briefgen's"
        title = document.title
        raise_problems(
            [
                *(
                    Problem("css-wording", f"the stylesheet {f} ({title})", place, hint)
                    for f in faults.wording
                ),
                *(Problem("css-place", f"the stylesheet {f} ({title})", place, hint) for f in faults.place),
                *(Problem("css-hidden", f"the stylesheet {f} ({title})", place, hint) for f in faults.hidden),
            ]
        )


@dataclass(frozen=True, slots=True)
class LetterheadPages:
    """A Word letterhead as PDFs take it over, and its pages."""

    look: LetterheadLook
    first: PageGeometry
    """With the margins that leave the head and foot their room."""
    following: PageGeometry

    def build_heads(self, document: Document) -> str:
        """Return the heads and feet of a letter as HTML that is taken out of its text."""
        recipient, date = (*document.running, "", "")[:2]
        values = {"recipient": recipient, "date": date, "running": " · ".join(document.running)}
        look = self.look
        heads = (look.first_head, look.first_foot, look.next_head, look.next_foot)
        return "".join(
            f'<div class="{name}">{fill_head(html, values)}</div>'
            for name, html in zip(WORD_HEADS, heads, strict=True)
            if html
        )


@dataclass(frozen=True, slots=True)
class FullLayout:
    """A document that WeasyPrint has laid out."""

    page: Any
    """Its parsed HTML page."""
    document: Any
    """WeasyPrint's Document."""
    context: Any
    """WeasyPrint's LayoutContext."""


def _difference_problem(document: Document, reason: str) -> Problem:
    return Problem(
        "pdf-assembly",
        f"{document.title!r} was assembled otherwise than it is laid out in full: {reason}; "
        "the letter has the full layout, and so have those after it",
        None,
        "report this as a fault; `briefgen batch --verify-layout` compares every letter",
        severity="warning",
    )


def _has_same_pages(first: Document, second: Document) -> bool:
    """Return whether two documents differ at most in their evidence record, which no page shows."""
    return all(
        getattr(first, field.name) == getattr(second, field.name)
        for field in fields(Document)
        if field.name != "record"
    )


@contextmanager
def _weasyprint_problems(document: Document, code: str, hint: str) -> Iterator[None]:
    """Turn all that WeasyPrint refuses, logs or raises into problems of the document."""
    from briefgen.render.pdf.url_fetcher import fetch_errors_as_problems

    # Logging and the footnote patch are set for the whole process: only one thread may render at a time.
    with WEASYPRINT_LOCK, WeasyPrintLog() as messages, fetch_errors_as_problems():
        try:
            yield
        except (BriefgenError, MemoryError):
            raise
        except Exception as error:
            nested = isinstance(error, RecursionError)
            reason = "it is nested too deeply" if nested else describe_exception(error)
            raise BriefgenError(
                Problem("pdf-failed", f"{document.title!r} cannot be rendered: {reason}", None, hint)
            ) from error
    if messages:
        raise BriefgenError(Problem(code, message, None, hint) for message in messages)


# The PDF file


def _build_file_identifier(document: Document) -> bytes:
    """Return the PDF's file identifier, derived from the document so that runs agree."""
    return sha256(f"{document.title}\0{document.html}".encode()).digest()[:16]


def _build_record_attachment(document: Document, fetcher: Any) -> Any:
    """Return the evidence record as an attachment with the document's date."""
    from datetime import UTC, datetime

    from weasyprint import Attachment

    moment = datetime(document.date.year, document.date.month, document.date.day, tzinfo=UTC)
    text = json.dumps(document.record, ensure_ascii=False, sort_keys=True, indent=1)
    return Attachment(
        file_obj=BytesIO(text.encode()),
        name=RECORD_NAME,
        description="Evidence record",
        created=moment,
        modified=moment,
        relationship="Data",
        url_fetcher=fetcher,
    )


def _draw_edge_marks(stream: Any, layout: Layout) -> None:
    """Draw the fold and punch marks on a painted page, as artifacts; in points from the page's top."""
    for height, length in list_edge_marks(layout):
        with stream.artifact(), stream.stacked():
            stream.set_color_rgb(*_FOLD_MARK_COLOUR)
            stream.rectangle(
                MARK_LEFT_MM / MM_PER_PT, height / MM_PER_PT - MARK_PT / 2, length / MM_PER_PT, MARK_PT
            )
            stream.fill()


def _drop_cached_drawings(images: dict[str, Any]) -> None:
    """Keep only raster images for later documents: a cached drawing would keep its whole document alive."""
    from weasyprint.images import SVGImage

    for url in [url for url, image in images.items() if isinstance(image, SVGImage)]:
        del images[url]

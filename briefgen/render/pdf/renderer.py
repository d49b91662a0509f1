"""PDF through WeasyPrint: one renderer a process, with shared fonts, stylesheets parsed once, pictures kept.

It fetches nothing but the pinned fonts: pictures come within the document, links are only printed. Every file
is accessible (PDF/UA-1); on demand it is fit for an archive too (PDF/A-3a).
"""

from __future__ import annotations

import json
import logging
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import partial
from hashlib import sha256
from html import escape
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import weasyprint.pdf
from pydyf import Array, Stream
from weasyprint.css import ColorProfile

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.model.document import Document, Extent, Rendering
from briefgen.model.look import QUIET_SERIF, Look
from briefgen.render.address_window import PT, document_standing, with_hanging_rows
from briefgen.render.fonts import font_faces, missing_glyphs
from briefgen.render.layouts import MARK_LEFT_MM, MARK_PT, Layout, layout_of, marks
from briefgen.render.pdf.css_policy import page_problems, stylesheet_problems, wording_problems
from briefgen.render.pdf.footnotes import notes_with_their_calls
from briefgen.render.pdf.page_css import address_style, layout_rules, look_rules
from briefgen.render.running_head import running_head
from briefgen.system.files import content, is_ordinary, is_within

_SAYS_UA = b"""\
<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1"/>
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"
 rdf:about=""><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""
"""PDF/A knows only some properties; others must be described in the file (ISO 19005-3, 6.6.2.3)."""
_END = b"</rdf:RDF>"


INTENT = "srgb"
"""Name of the profile by which colours are to be understood."""


def colour_profiles() -> dict[str, ColorProfile]:
    """WeasyPrint's own profile, which it would open anew for each document and never close."""
    profile = (files(weasyprint.pdf) / "sRGB2014.icc").read_bytes()
    return {INTENT: ColorProfile(BytesIO(profile), "sRGB2014.icc", "relative-colorimetric", ("r", "g", "b"))}


def make_archival(pdf: Any) -> None:
    """Mend the finished, not yet written PDF."""
    for entry in pdf.objects:
        if isinstance(entry, Stream):
            if entry.reference == pdf.catalog["Metadata"]:
                _describe(entry)
            elif entry.extra.get("Interpolate"):
                entry.extra["Interpolate"] = "false"
            if _ends_in_return(entry):
                entry.compress = not entry.compress
    pdf.catalog["AF"] = Array(dict.fromkeys(pdf.catalog["AF"]))


def _ends_in_return(entry: Stream) -> bool:
    """Whether the last byte of a stream would be taken for a part of the line end that follows it, and its
    length for wrong (ISO 19005-3, 6.1.7.1): packed, one in 256 ends so."""
    return bool(entry.data.removesuffix(b"\nendstream").endswith(b"\r"))


def _describe(metadata: Stream) -> None:
    """Say that the file follows PDF/UA too, in metadata that can be read without unpacking."""
    (text,) = metadata.stream
    metadata.stream = [text.replace(_END, _SAYS_UA + _END)]
    metadata.compress = False


MAX_PICTURES = 32
"""Pictures kept for the documents that follow."""
MAX_STYLESHEET = 4_000_000
_VARIANTS = {"accessible": "pdf/ua-1", "archive": "pdf/a-3a"}
_TOLD_BETTER = (
    ".notdef glyph rendered",  # missing_glyphs names the font to install
    'Image "%s" has no required alt',  # alt="" marks decoration, which is set as such
)
"""Beginnings of WeasyPrint's messages that are not passed on."""
_DATA = re.compile(r"(data:[a-z]+/[a-z+]+)[;,]\S*")
"""A picture in a message, which nobody wants to read."""
_MARK_COLOUR = (0.54, 0.56, 0.6)
_DESIGN_SHEETS = {"serif": (), "sans": ("sans.css",)}
"""What each design lays over the stylesheets."""
RECORD_NAME = "briefgen-evidence.json"
"""Name of the embedded file that carries the evidence record."""

Purpose = Literal["accessible", "archive"]
"""`accessible` is PDF/UA-1; `archive` is that and PDF/A-3a."""


@dataclass(slots=True)
class PdfRenderer:
    """Sets documents as PDF. Make one per process and keep it: it holds fonts and stylesheets."""

    styles: Sequence[Path]
    """Folders with `page.css`, `letter.css`, `briefing.css`; the first that has a file wins."""
    purpose: Purpose = "accessible"
    look: Look = QUIET_SERIF
    _fonts: Any = field(default=None, repr=False)
    _sheets: dict[tuple[str, str, str], list[Any]] = field(default_factory=dict, repr=False)
    _fetcher: Any = field(default=None, repr=False)
    _pictures: dict[str, Any] = field(default_factory=dict, repr=False)
    _measured: tuple[Document, Any, Any] | None = field(default=None, repr=False)
    """The document that was measured last, with its page and layout: most often it is rendered next."""

    def render(self, document: Document) -> Rendering:
        """Render a document; raises BriefgenError where a library is missing or the page cannot be set."""
        with self._ready(document):
            return self._set(document)

    def measure(self, document: Document) -> Extent:
        """Lay a document out and say how much room it takes; raises BriefgenError as `render` does."""
        from briefgen.render.pdf.measure import extent, likely

        self._measured = None
        with self._ready(document):
            page, laid_out = self._lay_out(document)
        self._measured = (document, page, laid_out)
        found = extent(document, laid_out.pages)
        if found.pages == 1:
            return found
        foretold = likely(document, [page._page_box for page in laid_out.pages])
        return replace(found, likely=foretold.over_mm)

    @contextmanager
    def _ready(self, document: Document) -> Iterator[None]:
        _raise_any(page_problems(document.html))
        self._open()
        with _told(document, "pdf-layout", "look at the template or stylesheet that says so"):
            yield

    def _set(self, document: Document) -> Rendering:
        from briefgen.render.pdf.tagging import watch

        measured, self._measured = self._measured, None
        if measured and _set_alike(measured[0], document):
            _, page, laid_out = measured
        else:
            page, laid_out = self._lay_out(document)
        laid_out.metadata.attachments.append(_record(document, self._fetcher))
        layout = layout_of(document.kind, document.page, document.layout)
        finish = partial(self._finish, watch(laid_out), page.etree_element.find("body"), layout)
        if self._own_sheets(document):
            self._compare(document, laid_out.pages, page.etree_element.find("body"))
        data: bytes = laid_out.write_pdf(
            finisher=finish,
            pdf_variant=_VARIANTS[self.purpose],
            pdf_identifier=_identifier(document),
            output_intent="",
        )
        if self._own_sheets(document):
            from briefgen.render.pdf.text_integrity import place_faults
            from briefgen.render.pdf.visibility import unseen

            self._refuse(document, "css-hidden", unseen(data))
            body = page.etree_element.find("body")
            self._refuse(document, "css-place", place_faults(laid_out.pages, body))
        return Rendering(data, len(laid_out.pages))

    def _lay_out(self, document: Document) -> tuple[Any, Any]:
        """The page that WeasyPrint read, and the pages that it made of it."""
        from weasyprint import HTML

        sheets = self._sheets_for(document)
        page = HTML(string=whole_page(document, self.look), url_fetcher=self._fetcher, base_url=None)
        with notes_with_their_calls():
            laid_out = page.render(
                stylesheets=sheets,
                font_config=self._fonts,
                presentational_hints=True,
                cache=self._pictures,
                **self._variant(),
            )
        _forget_drawings(self._pictures)
        return page, laid_out

    def _compare(self, document: Document, pages: Any, body: Any) -> None:
        """Hold the words on the pages against those of the document."""
        from briefgen.render.pdf.text_integrity import wording_faults

        self._refuse(document, "css-wording", wording_faults(pages, body))

    def _refuse(self, document: Document, code: str, faults: Iterable[str]) -> None:
        where = Place(self._own_sheets(document)[0])
        hint = "take out what you changed last in the stylesheet, or start anew from briefgen's"
        problems = (
            Problem(code, f"the stylesheet {fault} ({document.title})", where, hint) for fault in faults
        )
        _raise_any(problems)

    def _own_sheets(self, document: Document) -> list[str]:
        """Names of the stylesheets that are not briefgen's, whose folder is the last."""
        names = (f"{document.kind}.css", "page.css", *_DESIGN_SHEETS[self.look.design])
        return [name for name in names if any(is_ordinary(folder / name) for folder in self.styles[:-1])]

    def _variant(self) -> dict[str, Any]:
        """WeasyPrint's options for laying out what is to be an archive's."""
        if self.purpose == "accessible":
            return {}

        return {"color_profiles": colour_profiles(), "output_intent": INTENT}

    def _finish(self, painted: list[Any], body: Any, layout: Layout, laid_out: Any, pdf: Any) -> None:
        """What is left to do before a PDF is written."""
        from briefgen.render.pdf.tagging import make_accessible

        missing = (code for font in laid_out.fonts.values() for code in font.missing)
        _raise_any(missing_glyphs(missing, laid_out.metadata.title))
        make_accessible(laid_out, pdf, painted, body)
        _draw_marks(painted[0].stream, layout)
        if self.purpose == "archive":
            make_archival(pdf)

    def _open(self) -> None:
        """Make ready what all documents share."""
        if self._fonts is not None:
            return
        from briefgen.system.doctor import require_pdf

        require_pdf()
        with warnings.catch_warnings():
            # That the system has no fonts is no matter as long as a letter does without them.
            warnings.filterwarnings("ignore", ".*FontConfig")
            from weasyprint.text.fonts import FontConfiguration

        from briefgen.render.pdf.url_fetcher import OwnFilesOnly

        self._fonts, self._fetcher = FontConfiguration(), OwnFilesOnly()

    def _sheets_for(self, document: Document) -> list[Any]:
        key = (document.kind, document.page, document.layout)
        if key not in self._sheets:
            from weasyprint import CSS

            names = ["page.css", f"{document.kind}.css", *_DESIGN_SHEETS[self.look.design]]
            rules = layout_rules(layout_of(*key), self.look, foot=_has_foot(document, self.look))
            text = "\n".join([font_faces(), look_rules(self.look), *map(self._css, names), rules])
            with _told(document, "css-syntax", "mend the stylesheet"):
                self._sheets[key] = [CSS(string=text, font_config=self._fonts, url_fetcher=self._fetcher)]
        return self._sheets[key]

    def _css(self, name: str) -> str:
        for folder in self.styles:
            path = folder / name
            if path.is_symlink() or path.exists():
                text = _stylesheet(path, folder)
                _raise_any(stylesheet_problems(text, name))
                if folder != self.styles[-1]:
                    _raise_any(wording_problems(text, name))
                return text
        raise BriefgenError(
            Problem(
                "css-missing",
                f"the stylesheet {name} is not there",
                None,
                "reinstall briefgen, or put it in templates/css/",
            )
        )


def _stylesheet(path: Path, folder: Path) -> str:
    """The text of a stylesheet; raises BriefgenError where it is no file of that folder, or no UTF-8."""
    if not is_within(path, folder):
        hint = "put the file itself here instead of a link"
        raise BriefgenError(Problem("file-outside", "leads out of its folder", Place(path.name), hint))
    try:
        return content(path, path.name, MAX_STYLESHEET).decode("utf-8-sig")
    except UnicodeDecodeError:
        hint = "save the file as UTF-8"
        raise BriefgenError(Problem("file-encoding", "is not UTF-8", Place(path.name), hint)) from None


def _draw_marks(stream: Any, layout: Layout) -> None:
    """Marks for folding and punching, as artifacts, on a page that is painted, in points from its top."""
    for height, length in marks(layout):
        with stream.artifact(), stream.stacked():
            stream.set_color_rgb(*_MARK_COLOUR)
            stream.rectangle(MARK_LEFT_MM / PT, height / PT - MARK_PT / 2, length / PT, MARK_PT)
            stream.fill()


def _has_foot(document: Document, look: Look) -> bool:
    return document.kind == "letter" and bool(look.foot)


def _set_alike(one: Document, other: Document) -> bool:
    """Whether two documents differ in nothing but their evidence record, of which no page shows anything."""
    return all(
        getattr(one, field.name) == getattr(other, field.name)
        for field in fields(Document)
        if field.name != "record"
    )


def whole_page(document: Document, look: Look = QUIET_SERIF) -> str:
    """The document as a complete HTML page for WeasyPrint: properties, heads and feet, body.

    Raises BriefgenError where the address finds no room in its window.
    """
    layout = layout_of(document.kind, document.page, document.layout)
    running = "".join(f"<span>{escape(line)}</span>" for line in running_head(document, layout, look))
    foot = "<br/>".join(map(escape, look.foot)) if _has_foot(document, look) else ""
    foot = foot and f'<p class="letter-foot">{foot}</p>'
    moment = f"{document.date.isoformat()}T00:00:00Z"
    return (
        f'<!DOCTYPE html><html lang="{escape(document.language)}"><head><meta charset="utf-8">'
        f"<title>{escape(document.title)}</title>"
        f'<meta name="author" content="{escape(document.author)}">'
        f'<meta name="generator" content="briefgen">'
        f'<meta name="dcterms.created" content="{moment}"><meta name="dcterms.modified" content="{moment}">'
        f'</head><body class="{document.kind}"><p class="running-head">{running}</p>{foot}'
        f"{_breakable(_placed(document, layout, look).replace(_CALL, _HELD_CALL))}</body></html>"
    )


_ADDRESS = '<div class="inside-address"'


def _placed(document: Document, layout: Layout, look: Look) -> str:
    """The document's HTML with its address in the window, if the layout has one."""
    stands = document_standing(document.html, document.title, layout, look)
    if stands is None:
        return with_hanging_rows(document.html, layout, look)
    styled = f'{_ADDRESS} style="{address_style(stands, layout.page)}"'
    return document.html.replace(_ADDRESS, styled, 1)


_CALL = '<span class="footnote">'
_HELD_CALL = f"\u2060{_CALL}"
"""A word joiner keeps the call of a note on the line of the word that it belongs to."""
_BEFORE_INLINE = re.compile(r" (?=<(?:em|strong|a|span)\b)")


def _breakable(html: str) -> str:
    """A place to break behind the space before an inline element.

    Where such a space and nothing else is too much for the line, WeasyPrint (70.0) finds no break in the text
    before it and leaves the first word alone on its line (text/line_break.py, split_first_line, step 3).
    """
    return _BEFORE_INLINE.sub(" \u200b", html)


def _record(document: Document, fetcher: Any) -> Any:
    """The evidence record as an attachment, dated by the document."""
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


def _forget_drawings(pictures: dict[str, Any]) -> None:
    """Keep photographs for the next document; a drawing would keep the document with it that it came in."""
    from weasyprint.images import SVGImage

    if len(pictures) > MAX_PICTURES:
        pictures.clear()
    for url in [url for url, picture in pictures.items() if isinstance(picture, SVGImage)]:
        del pictures[url]


def _identifier(document: Document) -> bytes:
    """File identifier, from what the document says."""
    return sha256(f"{document.title}\0{document.html}".encode()).digest()[:16]


def _raise_any(problems: Iterable[Problem]) -> None:
    if found := list(problems):
        raise BriefgenError(found)


@contextmanager
def _told(document: Document, code: str, hint: str) -> Iterator[None]:
    """Whatever WeasyPrint refuses, complains of or breaks at is told as a problem of the document."""
    from briefgen.render.pdf.url_fetcher import refusals

    with _Silence() as complaints, refusals():
        try:
            yield
        except (BriefgenError, MemoryError):
            raise
        except Exception as error:
            why = "it is nested too deeply" if isinstance(error, RecursionError) else _words(error)
            raise BriefgenError(
                Problem("pdf-failed", f"{document.title!r} cannot be set: {why}", None, hint)
            ) from error
    if complaints:
        raise BriefgenError(Problem(code, message, None, hint) for message in complaints)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")[:200]


class _Silence(logging.Handler):
    """Collects what WeasyPrint logs, so that a fault in a page is an error and not a line nobody reads."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def __enter__(self) -> list[str]:
        self._logger = logging.getLogger("weasyprint")
        self._before = (self._logger.handlers[:], self._logger.propagate)
        self._logger.handlers, self._logger.propagate = [self], False
        return self.messages

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message, but for those of which we know more."""
        if not record.msg.startswith(_TOLD_BETTER):
            self.messages.append(" ".join(_DATA.sub(r"\1…", record.getMessage()).split())[:300])

    def __exit__(self, *error: object) -> None:
        self._logger.handlers, self._logger.propagate = self._before

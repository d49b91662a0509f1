"""PDF through WeasyPrint: one renderer a process, with shared fonts and stylesheets parsed once.

It fetches nothing but the stylesheets' own fonts: pictures come within the document, links are only printed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Problem
from briefgen.model.document import Document, Rendering
from briefgen.render.look import PAGES, PageLayout

RECORD_NAME = "briefgen-evidence.json"
"""Name of the embedded file that carries the evidence record."""

_FACES = (
    ("Source Serif Pro", "font_source_serif_pro", "SourceSerifPro-Regular.otf", 400, "normal"),
    ("Source Serif Pro", "font_source_serif_pro", "SourceSerifPro-It.otf", 400, "italic"),
    ("Source Serif Pro", "font_source_serif_pro", "SourceSerifPro-Semibold.otf", 600, "normal"),
    ("Source Serif Pro", "font_source_serif_pro", "SourceSerifPro-SemiboldIt.otf", 600, "italic"),
    ("Source Sans Pro", "font_source_sans_pro", "SourceSansPro-Regular.otf", 400, "normal"),
    ("Source Sans Pro", "font_source_sans_pro", "SourceSansPro-It.otf", 400, "italic"),
    ("Source Sans Pro", "font_source_sans_pro", "SourceSansPro-Semibold.otf", 600, "normal"),
)


def font_folders() -> dict[str, Path]:
    """Folders of the font packages by package name; fonts come from there and nowhere else."""
    packages = {package for _, package, _, _, _ in _FACES}
    return {package: Path(str(resources.files(package) / "files")) for package in sorted(packages)}


def font_faces() -> str:
    """The @font-face rules for the pinned fonts."""
    folders = font_folders()
    return "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
        f'src: url("{(folders[package] / name).as_uri()}"); }}\n'
        for family, package, name, weight, style in _FACES
    )


def page_rule(page: PageLayout) -> str:
    """The @page rules of a layout; the first page has no head, the others have one."""
    return (
        f"@page {{ size: {page.width_mm}mm {page.height_mm}mm; margin: {page.top_mm + 8}mm {page.right_mm}mm "
        f"{page.bottom_mm}mm {page.left_mm}mm; }}\n@page :first {{ margin-top: {page.top_mm}mm; }}\n"
    )


@dataclass(slots=True)
class PdfRenderer:
    """Sets documents as PDF. Make one per process and keep it: it holds fonts and stylesheets."""

    styles: Sequence[Path]
    """Folders with `page.css`, `letter.css`, `briefing.css`; the first that has a file wins."""
    _fonts: Any = field(default=None, repr=False)
    _sheets: dict[tuple[str, str], list[Any]] = field(default_factory=dict, repr=False)
    _fetcher: Any = field(default=None, repr=False)

    def render(self, document: Document) -> Rendering:
        """Render a document; raises BriefgenError where a library is missing or the page cannot be set."""
        self._open()
        from weasyprint import HTML

        sheets = self._sheets_for(document)
        with _Silence() as complaints, _refusals():
            page = HTML(string=whole_page(document), url_fetcher=self._fetcher, base_url=None)
            laid_out = page.render(stylesheets=sheets, font_config=self._fonts, presentational_hints=True)
            record = _attachment(document, self._fetcher)
            data: bytes = _written(laid_out, record, document)
        if complaints:
            raise BriefgenError(
                Problem("pdf-layout", message, None, "look at the template or stylesheet that says so")
                for message in complaints
            )
        return Rendering(data, len(laid_out.pages))

    def _open(self) -> None:
        if self._fonts is not None:
            return
        from briefgen.doctor import require_pdf

        require_pdf()
        from weasyprint.text.fonts import FontConfiguration

        self._fonts = FontConfiguration()
        self._fetcher = _fetcher()

    def _sheets_for(self, document: Document) -> list[Any]:
        key = (document.kind, document.page)
        if key not in self._sheets:
            from weasyprint import CSS

            texts = [
                font_faces(),
                self._css("page.css"),
                self._css(f"{document.kind}.css"),
                page_rule(PAGES[key]),
            ]
            with _Silence() as complaints, _refusals():
                self._sheets[key] = [
                    CSS(string="\n".join(texts), font_config=self._fonts, url_fetcher=self._fetcher)
                ]
            if complaints:
                del self._sheets[key]
                raise BriefgenError(
                    Problem("css-syntax", message, None, "mend the stylesheet") for message in complaints
                )
        return self._sheets[key]

    def _css(self, name: str) -> str:
        for folder in self.styles:
            path = folder / name
            if path.is_file():
                return path.read_text(encoding="utf-8")
        raise BriefgenError(
            Problem(
                "css-missing",
                f"the stylesheet {name} is not there",
                None,
                "reinstall briefgen, or put it in templates/css/",
            )
        )


def whole_page(document: Document) -> str:
    """The document as a complete HTML page for WeasyPrint: properties, head of following pages, body."""
    running = "".join(f"<span>{escape(line)}</span>" for line in document.running)
    moment = f"{document.date.isoformat()}T00:00:00Z"
    return (
        f'<!DOCTYPE html><html lang="{escape(document.language)}"><head><meta charset="utf-8">'
        f"<title>{escape(document.title)}</title>"
        f'<meta name="author" content="{escape(document.author)}">'
        f'<meta name="generator" content="briefgen">'
        f'<meta name="dcterms.created" content="{moment}"><meta name="dcterms.modified" content="{moment}">'
        f'</head><body class="{document.kind}"><p class="running-head">{running}</p>'
        f"{document.html}</body></html>"
    )


def _attachment(document: Document, fetcher: Any) -> Any:
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
        url_fetcher=fetcher,
    )


def _written(laid_out: Any, record: Any, document: Document) -> bytes:
    laid_out.metadata.attachments.append(record)
    identifier = sha256(f"{document.title}\0{document.html}".encode()).digest()[:16]
    data: bytes = laid_out.write_pdf(pdf_identifier=identifier, pdf_tags=True)
    return data


def _fetcher() -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    allowed = tuple(f"{folder.resolve().as_uri()}/" for folder in font_folders().values())

    class OwnFilesOnly(URLFetcher):  # type: ignore[misc]
        """Serves pictures carried as `data:` and the font packages' files; refuses everything else."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:") or (url.startswith(allowed) and ".." not in url):
                return super().fetch(url, headers)
            raise FatalURLFetchingError(f"{url[:80]} may not be fetched while rendering")

    return OwnFilesOnly(allowed_protocols=["data", "file"], fail_on_errors=True)


@contextmanager
def _refusals() -> Iterator[None]:
    """What our fetcher refuses is a problem of the template or stylesheet that asked for it."""
    from weasyprint.urls import FatalURLFetchingError

    try:
        yield
    except FatalURLFetchingError as error:
        raise BriefgenError(
            Problem("pdf-fetch", str(error), None, "put pictures into the campaign's folder; use no others")
        ) from None


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
        self.messages.append(record.getMessage())

    def __exit__(self, *error: object) -> None:
        self._logger.handlers, self._logger.propagate = self._before

"""Render a Document as DOCX: compile a base document once, then add the few parts that differ per document.

Nothing here knows about snippets, recipients or templates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape

from briefgen.model.branding import DEFAULT_BRANDING, Branding, WordLetterhead
from briefgen.model.document import PARAGRAPH_DIGESTS, Document, Rendering, hash_paragraph
from briefgen.render.address_window import place_document_address, wrap_address_lines
from briefgen.render.docx.base_document import (
    FOOTNOTE_SEPARATORS,
    FOOTNOTES_ROOT,
    RECORD_NAMESPACE,
    BaseDocument,
)
from briefgen.render.docx.builtin_letterhead import compile_builtin_letterhead
from briefgen.render.docx.emitter import XML_DECLARATION, EmittedParts, emit_document
from briefgen.render.docx.pictures import PictureLoader, ReadImage
from briefgen.render.docx.runs import escape_xml
from briefgen.render.docx.user_letterhead import compile_user_letterhead
from briefgen.render.docx.zip_archive import ZipMember, build_zip_archive, make_zip_member
from briefgen.render.layouts import fit_running_head

_RELATIONSHIPS_START = (
    f'{XML_DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
)


_TOC_MARK = '<div class="toc">'


class DocxRenderer:
    """Renders documents as DOCX; use one for many documents, as it compiles each base document only once.

    `letterhead` is used for letters; briefings always have the built-in design. `read_image` returns the
    bytes for an image's `src`; without it only data: URLs are accepted. `find_pages` returns the pages of a
    document's ids in the PDF, which a table of contents shows; without it, entries have no numbers.
    """

    def __init__(
        self,
        *,
        letterhead: WordLetterhead | None = None,
        read_image: ReadImage | None = None,
        branding: Branding = DEFAULT_BRANDING,
        find_pages: Callable[[Document], Mapping[str, int]] | None = None,
    ) -> None:
        self._letterhead = letterhead
        self._branding = branding
        self._find_pages = find_pages
        self._pictures = PictureLoader(read_image)
        self._base_documents: dict[tuple[str, str, str, str], BaseDocument] = {}

    def render(self, document: Document) -> Rendering:
        """Return the document as a DOCX file; the same document always gives the same bytes.

        Raise BriefgenError for content outside the vocabulary, and for links and pictures that Word cannot
        open.
        """
        base = self._get_base_document(document)
        pages = self._find_pages(document) if self._find_pages and _TOC_MARK in document.html else {}
        return Rendering(render_docx(base, document, self._pictures, pages), None)

    def _get_base_document(self, document: Document) -> BaseDocument:
        key = (document.kind, document.page, document.language, document.layout)
        if key not in self._base_documents:
            self._base_documents[key] = self._compile_base_document(document)
        return self._base_documents[key]

    def _compile_base_document(self, document: Document) -> BaseDocument:
        letterhead = self._letterhead
        if letterhead is None or document.kind != "letter":
            return compile_builtin_letterhead(
                document.kind, document.page, document.language, document.layout, self._branding
            )
        return compile_user_letterhead(letterhead.data, letterhead.name, document.page, document.language)


def render_docx(
    base: BaseDocument,
    document: Document,
    pictures: PictureLoader,
    heading_pages: Mapping[str, int] | None = None,
) -> bytes:
    """Render the document on a compiled base document and return the DOCX file.

    `heading_pages` has the pages of ids for a table of contents.
    """
    address_placement, html = None, document.html
    if base.layout is not None:
        address_placement = place_document_address(html, document.title, base.layout, base.branding)
        html = wrap_address_lines(html, base.layout, base.branding)
    emitted = emit_document(
        html, base, document.language, pictures, document.title, address_placement, heading_pages
    )
    return build_zip_archive([*base.members, *_build_document_members(document, base, emitted)])


def _build_document_members(
    document: Document, base: BaseDocument, emitted: EmittedParts
) -> Iterator[ZipMember]:
    """Yield the parts that differ from document to document."""
    notes = f"{XML_DECLARATION}{FOOTNOTES_ROOT}{FOOTNOTE_SEPARATORS}{emitted.footnotes}</w:footnotes>"
    yield make_zip_member(base.document_part, emitted.document.encode())
    yield make_zip_member(base.footnotes_part, notes.encode())
    yield base.relationships.fill(emitted.relationships)
    yield base.numbering.fill(emitted.numbering)
    if emitted.footnote_relationships:
        folder, _, file_name = base.footnotes_part.rpartition("/")
        entries = f"{_RELATIONSHIPS_START}{emitted.footnote_relationships}</Relationships>"
        yield make_zip_member(f"{folder}/_rels/{file_name}.rels", entries.encode())
    for picture in emitted.pictures:
        name = f"{base.document_part.rpartition('/')[0]}/{picture.name}"
        yield make_zip_member(name, picture.data, compress=picture.extension == "svg")
    values = _placeholder_values(document, base)
    for header in base.headers:
        yield header.fill(values, document.language)
    yield make_zip_member(base.core_part, _core_properties_xml(document).encode())
    yield make_zip_member(base.record_part, _evidence_record_xml(document, emitted.document).encode())


def _placeholder_values(document: Document, base: BaseDocument) -> Mapping[str, str]:
    """Return the text for each placeholder in headers and footers."""
    recipient, date = (*document.running, "", "")[:2]
    running = document.running
    if base.layout is not None:
        running = fit_running_head(document, base.layout, base.branding)
    return {"running": " · ".join(running), "recipient": recipient, "date": date}


def _core_properties_xml(document: Document) -> str:
    timestamp = f'xsi:type="dcterms:W3CDTF">{document.date.isoformat()}T00:00:00Z'
    author = escape_xml(document.author)
    language = escape_xml(document.language)
    return (
        f'{XML_DECLARATION}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
        'metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape_xml(document.title)}</dc:title><dc:creator>{author}</dc:creator>"
        f"<cp:lastModifiedBy>{author}</cp:lastModifiedBy><dc:language>{language}</dc:language>"
        f"<dcterms:created {timestamp}</dcterms:created><dcterms:modified {timestamp}</dcterms:modified>"
        "</cp:coreProperties>"
    )


def _evidence_record_xml(document: Document, body: str) -> str:
    """Return the evidence record as JSON in one element; ASCII, so that any text survives any program.

    `body` is the main part, of whose paragraphs a letter's record has hashes.
    """
    text = json.dumps(document.record, sort_keys=True, separators=(",", ":"))
    digests = ""
    if document.kind == "letter" and document.record:
        digests = f' {PARAGRAPH_DIGESTS}="{" ".join(map(hash_paragraph, _paragraph_texts(body)))}"'
    return f'{XML_DECLARATION}<record xmlns="{RECORD_NAMESPACE}"{digests}>{escape_xml(text)}</record>'


_TEXT_OR_END = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>|</w:p>")


def _paragraph_texts(body: str) -> Iterator[str]:
    """Yield the text of each paragraph of a main part that is not empty."""
    parts: list[str] = []
    for found in _TEXT_OR_END.finditer(body):
        if found[1] is not None:
            parts.append(unescape(found[1]))
            continue
        if text := "".join(parts).strip():
            yield text
        parts = []

"""Document to DOCX: a letterhead compiled once, and for each document the few parts that are its own.

It sees no snippet, recipient or template.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from briefgen.model.document import Document, Rendering
from briefgen.model.look import QUIET_SERIF, Letterhead, Look
from briefgen.render.address_window import document_standing, with_hanging_rows
from briefgen.render.docx.base_document import FOOTNOTES_ROOT, RECORD_NAMESPACE, SEPARATORS, Reference
from briefgen.render.docx.builtin_letterhead import built_in, own
from briefgen.render.docx.emitter import DECLARATION, Emitted, emit
from briefgen.render.docx.ooxml import Member, archive, member
from briefgen.render.docx.pictures import Pictures, ReadImage
from briefgen.render.docx.runs import escape
from briefgen.render.running_head import running_head

_RELATIONSHIPS = (
    f'{DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
)


class DocxRenderer:
    """Writes documents as DOCX; keep one for many documents, it compiles each letterhead once.

    `letterhead` is for letters; briefings have the built-in look. `read_image` gives the bytes for an
    image's `src`; without it only data: addresses are read.
    """

    def __init__(
        self,
        *,
        letterhead: Letterhead | None = None,
        read_image: ReadImage | None = None,
        look: Look = QUIET_SERIF,
    ) -> None:
        self._letterhead = letterhead
        self._look = look
        self._pictures = Pictures(read_image)
        self._references: dict[tuple[str, str, str, str], Reference] = {}

    def render(self, document: Document) -> Rendering:
        """The document as a DOCX file; the same document gives the same bytes.

        Raises BriefgenError for content outside the vocabulary, for links and pictures Word cannot open.
        """
        return Rendering(rendered_on(self._reference(document), document, self._pictures), None)

    def _reference(self, document: Document) -> Reference:
        key = (document.kind, document.page, document.language, document.layout)
        if key not in self._references:
            self._references[key] = self._compiled(document)
        return self._references[key]

    def _compiled(self, document: Document) -> Reference:
        if self._letterhead is None or document.kind != "letter":
            return built_in(document.kind, document.page, document.language, document.layout, self._look)
        return own(self._letterhead.data, self._letterhead.name, document.page, document.language)


def rendered_on(reference: Reference, document: Document, pictures: Pictures) -> bytes:
    """The document on a compiled letterhead."""
    stands, html = None, document.html
    if reference.layout is not None:
        stands = document_standing(html, document.title, reference.layout, reference.look)
        html = with_hanging_rows(html, reference.layout, reference.look)
    emitted = emit(html, reference, document.language, pictures, stands)
    return archive([*reference.members, *_own_members(document, reference, emitted)])


def _own_members(document: Document, reference: Reference, emitted: Emitted) -> Iterator[Member]:
    notes = f"{DECLARATION}{FOOTNOTES_ROOT}{SEPARATORS}{emitted.footnotes}</w:footnotes>"
    yield member(reference.document, emitted.document.encode())
    yield member(reference.footnotes, notes.encode())
    yield reference.relationships.filled(emitted.relationships)
    yield reference.numbering.filled(emitted.numbering)
    if emitted.footnote_relationships:
        folder, _, base = reference.footnotes.rpartition("/")
        entries = f"{_RELATIONSHIPS}{emitted.footnote_relationships}</Relationships>"
        yield member(f"{folder}/_rels/{base}.rels", entries.encode())
    for picture in emitted.pictures:
        name = f"{reference.document.rpartition('/')[0]}/{picture.name}"
        yield member(name, picture.data, compress=picture.extension == "svg")
    words = _words(document, reference)
    for head in reference.heads:
        yield head.filled(words, document.language)
    yield member(reference.core, _core_properties(document).encode())
    yield member(reference.record, _record(document).encode())


def _words(document: Document, reference: Reference) -> Mapping[str, str]:
    """What the places in heads are filled with."""
    recipient, date = (*document.running, "", "")[:2]
    shown = document.running
    if reference.layout is not None:
        shown = running_head(document, reference.layout, reference.look)
    return {"running": " · ".join(shown), "recipient": recipient, "date": date}


def _core_properties(document: Document) -> str:
    moment = f'xsi:type="dcterms:W3CDTF">{document.date.isoformat()}T00:00:00Z'
    author = escape(document.author)
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(document.title)}</dc:title><dc:creator>{author}</dc:creator>"
        f"<cp:lastModifiedBy>{author}</cp:lastModifiedBy><dc:language>{escape(document.language)}</dc:language>"
        f"<dcterms:created {moment}</dcterms:created><dcterms:modified {moment}</dcterms:modified>"
        "</cp:coreProperties>"
    )


def _record(document: Document) -> str:
    """The evidence record as JSON in one element; ASCII, so that any text survives any program."""
    text = json.dumps(document.record, sort_keys=True, separators=(",", ":"))
    return f'{DECLARATION}<record xmlns="{RECORD_NAMESPACE}">{escape(text)}</record>'

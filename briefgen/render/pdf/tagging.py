"""Tag PDFs for accessibility (PDF/UA-1, ISO 14289-1): attach painted content to a structure tree of our own.

WeasyPrint marks content and builds a structure tree from its boxes. In that tree a paragraph that runs over a
page is two, footnotes are spans without label or ID, and page headers have parents that cannot be reached. So
WeasyPrint is kept from building it, and one built from the document's own structure takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydyf import Array, Dictionary, Object, String
from weasyprint.formatting_structure.boxes import MarginBox
from weasyprint.layout.absolute import AbsolutePlaceholder

from briefgen.errors import BriefgenError, Problem, abbreviate_names
from briefgen.render.pdf.artifacts import DECORATION, REPEATED_TABLE_HEAD, get_margin_artifact
from briefgen.render.pdf.endnotes import CALL_CLASS
from briefgen.render.pdf.footnotes import find_overflowing_footnotes
from briefgen.render.pdf.structure_tree import ASIDE, HtmlElement, StructureElement, StructureTree

POINTS_PER_PIXEL = 0.75
"""PDF's unit, 72 to the inch, against CSS's, 96."""
LINK_SCHEMES = ("https:", "http:", "mailto:", "tel:")
"""What a link may lead to, apart from places in the document."""
_PRINT_FLAG = 4
"""Annotation flag Print, which PDF/A requires (ISO 19005-3, 6.3.2)."""
_NOTE_LINK_TEXTS = {
    "de": "Anmerkung {}",
    "en": "Note {}",
    "es": "Nota {}",
    "fr": "Note {}",
    "it": "Nota {}",
    "nl": "Noot {}",
    "pt": "Nota {}",
}
"""Description of the links to and from a footnote, by language; the bare number in others."""
_ATTRIBUTE_OWNERS = {"L": "/List", "TH": "/Table", "TD": "/Table", "Figure": "/Layout"}
"""Owner of the attributes, by structure type (ISO 32000-1, 14.8.5)."""


@dataclass(frozen=True, slots=True)
class PaintedPage:
    """What painting one page has produced."""

    page: Any
    """WeasyPrint's page."""
    stream: Any
    """Its content stream."""
    mcids: dict[Any, int]
    """Marked-content identifiers by box."""
    operators: Sequence[Any] = ()
    """The stream as it was painted, before content was marked as artifacts or added."""


@dataclass(frozen=True, slots=True)
class _MarkedContent:
    """Marked content on a page, as a kid of a structure element."""

    page: int
    mcid: int


@dataclass(frozen=True, slots=True)
class _ObjectReference:
    """An annotation on a page, as a kid of a structure element."""

    page: int
    annotation: Any
    """Its dictionary, an indirect object of the file."""


def record_painted_pages(document: Any) -> list[PaintedPage]:
    """Return a list to which each of WeasyPrint's pages is added when it is painted."""
    painted: list[PaintedPage] = []
    for page in document.pages:
        page.paint = partial(_paint_and_record, page, painted)
    return painted


def _paint_and_record(page: Any, painted: list[PaintedPage], stream: Any, scale: float = 1) -> None:
    begin = len(stream.stream)
    type(page).paint(page, stream, scale)
    mcids = {box: mark["mcid"] for box, mark in stream._tags.items()}
    painted.append(PaintedPage(page, stream, mcids, tuple(stream.stream[begin:])))


@contextmanager
def omit_weasyprint_tree() -> Iterator[None]:
    """Keep WeasyPrint, within the context, from building a structure tree: `tag_pdf` adds ours."""
    import weasyprint.pdf

    original = weasyprint.pdf.add_tags
    weasyprint.pdf.add_tags = _declare_tagged
    try:
        yield
    finally:
        weasyprint.pdf.add_tags = original


def _declare_tagged(pdf: Any, *more: Any) -> None:
    """Say that the file is tagged, and that its title is to be shown (ISO 14289-1, 7.1)."""
    pdf.catalog["ViewerPreferences"] = Dictionary({"DisplayDocTitle": "true"})
    pdf.catalog["MarkInfo"] = Dictionary({"Marked": "true"})


def tag_pdf(document: Any, pdf: Any, painted: Sequence[PaintedPage], body: HtmlElement) -> None:
    """Give a finished PDF, not yet written, its structure tree; raise BriefgenError if that is impossible.

    `body` is the HTML element with the document, without the content of page margins.
    """
    tagger = _ContentTagger(pdf, StructureTree(body), str(document.metadata.lang or ""))
    for number, page in enumerate(painted):
        tagger.tag_page(number, page)
    tagger.check_footnotes(document.metadata.title)
    tagger.link_footnotes(painted)
    tagger.tree.prune()
    _StructureTreeWriter(pdf, [len(page.mcids) for page in painted]).write(tagger.tree)


def tag_assembled_pdf(document: Any, pdf: Any, pages: Sequence[Any], body: HtmlElement) -> None:
    """Give a PDF of AssembledPages its structure tree, as `tag_pdf` does."""
    tagger = _ContentTagger(pdf, StructureTree(body), str(document.metadata.lang or ""))
    for number, page in enumerate(pages):
        tagger.tag_blocks(number, page)
    tagger.check_footnotes(document.metadata.title)
    tagger.link_footnotes([PaintedPage(page, None, {}) for page in pages])
    tagger.tree.prune()
    _StructureTreeWriter(pdf, [page.mcid_count for page in pages]).write(tagger.tree)


@dataclass(slots=True)
class _ContentTagger:
    """Walks the boxes of all pages and adds their marked content to the structure elements."""

    pdf: Any
    tree: StructureTree
    language: str
    calls: dict[HtmlElement, tuple[int, Any]] = field(default_factory=dict)
    """Page and box of each footnote's call."""
    labels: dict[HtmlElement, tuple[int, Any]] = field(default_factory=dict)
    """Page and box of each footnote's number."""
    overflowing: set[HtmlElement] = field(default_factory=set)
    """Footnotes that overlap text or run off their page."""
    _page: int = 0
    _painted: Any = None
    _mark_positions: dict[int, int] = field(default_factory=dict)
    """Index in the page's content stream at which marked content begins, by MCID."""
    _table_heads: dict[HtmlElement, int] = field(default_factory=dict)
    """Page on which a table's head first appears; it is repeated on every page the table continues on."""

    def tag_page(self, number: int, painted: PaintedPage) -> None:
        """Tag the content of one page."""
        self._page, self._painted = number, painted
        self._mark_positions = {
            item["MCID"]: index
            for index, item in enumerate(painted.stream.stream)
            if isinstance(item, Dictionary) and "MCID" in item
        }
        if len(self._mark_positions) != len(painted.mcids):
            # Transparent content is painted as a group, outside of the page's own stream.
            raise BriefgenError(
                Problem(
                    "pdf-see-through",
                    "the stylesheet makes text transparent, which screen readers cannot follow",
                    None,
                    "use a lighter text colour instead of opacity, filters or blending",
                )
            )
        self.overflowing.update(find_overflowing_footnotes(painted.page._page_box))
        self._tag_box(painted.page._page_box, None, None)

    def tag_blocks(self, number: int, page: Any) -> None:
        """Tag the content of one page, an AssembledPage."""
        self._page, self._painted = number, PaintedPage(page, page.stream, {})
        for placed in page.iter_blocks():
            links = list(zip(placed.block.links, placed.links, strict=True))
            pictures = list(placed.pictures)
            for index, run in enumerate(placed.block.runs):
                while links and links[0][0].run == index:
                    self._add_link_annotation(links.pop(0)[1])
                while pictures and pictures[0][0] == index:
                    self._add_picture(*pictures.pop(0))
                content = _MarkedContent(number, placed.first_mcid + index)
                if "::" in run.element_tag:
                    self._add_marked_content(page.place_run(placed, run), content)
                else:
                    self.tree.get_element(placed.elements[run.element]).add(content)
            for picture in pictures:
                self._add_picture(*picture)

    def _add_picture(self, _run: int, box: Any, mcid: int) -> None:
        self._add_marked_content(box, _MarkedContent(self._page, mcid))

    def _tag_box(self, box: Any, artifact: Mapping[str, str] | None, linked: HtmlElement) -> None:
        """Tag a box and its descendants.

        `artifact` is the kind of artifact that the box is part of, if any; `linked` is the link element that
        an ancestor already has an annotation for.
        """
        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        artifact = artifact or self._find_artifact_type(box)
        if box.link_annotation and box.element is linked:
            self._page_annotations(self._page).remove(box.link_annotation.reference)
        elif box.link_annotation:
            self._add_link_annotation(box)
            linked = box.element
        mcid = self._painted.mcids.get(box)
        if mcid is not None and artifact:
            self._mark_as_artifact(mcid, artifact)
        elif mcid is not None:
            self._add_marked_content(box, _MarkedContent(self._page, mcid))
        for child in box.children:
            self._tag_box(child, artifact, linked)

    def _find_artifact_type(self, box: Any) -> Mapping[str, str] | None:
        """Return what kind of artifact a box is; None if it is the document's own content."""
        if isinstance(box, MarginBox):
            return get_margin_artifact(box)
        if box.is_leader or (box.element_tag == "img" and not box.element.get("alt", "").strip()):
            return DECORATION
        if box.element_tag == "thead" and self._table_heads.setdefault(box.element, self._page) != self._page:
            return REPEATED_TABLE_HEAD
        return None

    def _mark_as_artifact(self, mcid: int, artifact: Mapping[str, str]) -> None:
        index = self._mark_positions[mcid]
        self._painted.stream.stream[index - 1 : index + 1] = ["/Artifact", Dictionary(artifact)]

    def _add_marked_content(self, box: Any, content: _MarkedContent) -> None:
        """Add marked content to the structure element that it belongs to."""
        html, pseudo = box.element, box.element_tag.partition("::")[2]
        if pseudo == "footnote-call":
            self.tree.get_call_link(html).kids.append(content)
            self.calls.setdefault(html, (self._page, box))
        elif pseudo == "footnote-marker":
            self.tree.get_note_label_link(html).kids.append(content)
            self.labels.setdefault(html, (self._page, box))
        elif pseudo == "marker" and html.tag == "li":
            self.tree.get_item_label(html).kids.append(content)
        else:
            element = self.tree.get_element(html)
            element.add(content)
            if element.type == "Figure":
                self._set_bounding_box(element, box)

    def _set_bounding_box(self, element: StructureElement, box: Any) -> None:
        """Set a picture's position, in points from the foot of the page."""
        left, top = box.content_box_x(), box.content_box_y()
        bbox = _pdf_rectangle(self._painted.page.height, left, top, box.width, box.height)
        element.attributes["Placement"] = "Block"
        element.attributes["BBox"] = bbox

    def _add_link_annotation(self, box: Any) -> None:
        """Add a link's annotation to its structure element, with a description of its target."""
        annotation, html = box.link_annotation, box.element
        if "A" in annotation:
            target = annotation["A"]["URI"].string
            if not target.lower().startswith(LINK_SCHEMES):
                raise BriefgenError(_link_problem(target))
        else:
            words = " ".join("".join(html.itertext()).split())
            is_note_link = html.get("class") == CALL_CLASS or html.get("href", "").startswith("#call-")
            annotation["Contents"] = String(self._describe_note_link(words) if is_note_link else words)
        annotation["F"] = _PRINT_FLAG
        self.tree.get_element(html).kids.append(_ObjectReference(self._page, annotation))

    def check_footnotes(self, title: str) -> None:
        """Raise BriefgenError if a footnote or its call is missing, or readers would not find it.

        `title` is the document's.
        """
        lost = [
            f"{number} ({' '.join(''.join(footnote.itertext()).split())[:40]}…)"
            for number, (footnote, note) in enumerate(self.tree.notes.items(), 1)
            if not note.kids or not self._is_findable(footnote)
        ]
        if lost:
            raise BriefgenError(
                Problem(
                    "footnote-lost",
                    f"footnotes do not fit on their pages: {abbreviate_names(lost)}, in {title!r}",
                    None,
                    "shorten them, or move what they say into the text",
                )
            )

    def _is_findable(self, footnote: HtmlElement) -> bool:
        """Return whether a footnote is legible, and on the page of its call or, at worst, a later one."""
        call, label = self.calls.get(footnote), self.labels.get(footnote)
        if call is None or (label is not None and label[0] < call[0]):
            return False
        return footnote not in self.overflowing

    def link_footnotes(self, pages: Sequence[PaintedPage]) -> None:
        """Link each call to its footnote, and the footnote's number back to the call."""
        for number, footnote in enumerate(self.tree.notes, 1):
            if footnote in self.calls and footnote in self.labels:
                ends = self.calls[footnote], self.labels[footnote]
                links = self.tree.get_call_link(footnote), self.tree.get_note_label_link(footnote)
                text = self._describe_note_link(str(number))
                for link, source, target in zip(links, ends, reversed(ends), strict=True):
                    link.kids.append(self._make_link(pages, source, target, text))

    def _describe_note_link(self, number: str) -> str:
        return _NOTE_LINK_TEXTS.get(self.language.split("-")[0], "{}").format(number)

    def _make_link(
        self, pages: Sequence[PaintedPage], source: tuple[int, Any], target: tuple[int, Any], text: str
    ) -> _ObjectReference:
        """Add a link annotation from one box to another."""
        (page, box), (target_page, target_box) = source, target
        target_height = pages[target_page].page.height
        references = self.pdf.page_references
        corner = _pixels_to_points(target_box.position_x, target_height - target_box.position_y)
        annotation = Dictionary(
            {
                "Type": "/Annot",
                "Subtype": "/Link",
                "Rect": _pdf_rectangle(pages[page].page.height, *box.hit_area()),
                "BS": Dictionary({"W": 0}),
                "F": _PRINT_FLAG,
                "Contents": String(text),
                "Dest": Array([references[target_page], "/XYZ", *corner, 0]),
            }
        )
        self.pdf.add_object(annotation)
        self._page_annotations(page).append(annotation.reference)
        return _ObjectReference(page, annotation)

    def _page_annotations(self, page: int) -> Any:
        """Return the page's array of references to annotations."""
        page_object = self.pdf.objects[_object_number(self.pdf.page_references[page])]
        return page_object.setdefault("Annots", Array())


def _pixels_to_points(*pixels: float) -> list[float]:
    return [round(number * POINTS_PER_PIXEL, 3) for number in pixels]


def _pdf_rectangle(page_height: float, left: float, top: float, width: float, height: float) -> Array:
    """Convert a rectangle in pixels from the page's top to points from its foot."""
    bottom = page_height - top - height
    return Array(_pixels_to_points(left, bottom, left + width, bottom + height))


def _link_problem(target: str) -> Problem:
    return Problem(
        "pdf-link-refused",
        f"the link {target[:60]!r} does not lead to a web page or an e-mail address",
        None,
        "write the full address, starting with https:// or mailto:",
    )


def _object_number(reference: bytes) -> int:
    return int(reference.split()[0])


class _StructureTreeWriter:
    """Writes a structure tree, its parent tree and its ID tree into the PDF."""

    def __init__(self, pdf: Any, mcid_counts: Sequence[int]) -> None:
        """Prepare for pages with these numbers of MCIDs."""
        self._pdf = pdf
        self._pages = pdf.page_references
        self._content_parents: list[list[bytes]] = [[b"null"] * number for number in mcid_counts]
        """For each page, the structure element that each MCID belongs to."""
        self._annotation_parents: list[bytes] = []
        self._ids: dict[str, bytes] = {}
        self._types: set[str] = set()

    def write(self, tree: StructureTree) -> None:
        """Write the tree, and what refers to it in the catalog, the pages and the annotations."""
        root = Dictionary({"Type": "/StructTreeRoot"})
        self._pdf.add_object(root)
        root["K"] = self._write_element(tree.root, root.reference)
        parents = [b"[%b]" % b" ".join(page) for page in self._content_parents] + self._annotation_parents
        root["ParentTree"] = Dictionary({"Nums": Array(_flatten_pairs(enumerate(parents)))})
        root["ParentTreeNextKey"] = len(parents)
        if self._ids:
            ids = _flatten_pairs((String(id), element) for id, element in sorted(self._ids.items()))
            root["IDTree"] = Dictionary({"Names": Array(ids)})
        if ASIDE in self._types:
            root["RoleMap"] = Dictionary({ASIDE: "/Sect"})
        self._pdf.catalog["StructTreeRoot"] = root.reference

    def _write_element(self, element: StructureElement, parent: bytes) -> bytes:
        entry = _EncodedElement()
        self._pdf.add_object(entry)
        reference: bytes = entry.reference
        self._types.add(element.type)
        page = next((kid.page for kid in element.kids if not isinstance(kid, StructureElement)), None)
        parts = [b"<</Type /StructElem/S /%b/P %b" % (element.type.encode(), parent)]
        if page is not None:
            parts.append(b"/Pg %b" % self._pages[page])
        kids = [self._write_kid(kid, reference, page) for kid in element.kids]
        kids += [self._write_element(note, reference) for note in element.notes]
        if kids:
            parts.append(b"/K %b" % kids[0] if len(kids) == 1 else b"/K [%b]" % b" ".join(kids))
        parts += [b"/%b %b" % (name.encode(), String(value).data) for name, value in element.entries.items()]
        if element.attributes:
            owner = _ATTRIBUTE_OWNERS[element.type]
            attributes = Dictionary({"O": owner, **_format_attributes(element.attributes)})
            parts.append(b"/A %b" % attributes.data)
        if "ID" in element.entries:
            self._ids[element.entries["ID"]] = reference
        entry.data = b"%b>>" % b"".join(parts)
        return reference

    def _write_kid(
        self, kid: StructureElement | _MarkedContent | _ObjectReference, parent: bytes, page: int | None
    ) -> bytes:
        """Return a kid as its parent's entry refers to it: an element, an MCID or a reference dictionary."""
        if isinstance(kid, StructureElement):
            return self._write_element(kid, parent)
        if isinstance(kid, _MarkedContent):
            self._content_parents[kid.page][kid.mcid] = parent
            if kid.page == page:
                return b"%d" % kid.mcid
            return b"<</Type /MCR/Pg %b/MCID %d>>" % (self._pages[kid.page], kid.mcid)
        kid.annotation["StructParent"] = len(self._content_parents) + len(self._annotation_parents)
        self._annotation_parents.append(parent)
        return b"<</Type /OBJR/Pg %b/Obj %b>>" % (self._pages[kid.page], kid.annotation.reference)


class _EncodedElement(Object):  # type: ignore[misc]
    """A structure element as it is written: a letter has forty, which take long to encode as dictionaries."""

    data = b""


def _flatten_pairs(pairs: Iterable[tuple[Any, Any]]) -> list[Any]:
    return [part for pair in pairs for part in pair]


def _format_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: f"/{value}" if isinstance(value, str) else value for name, value in attributes.items()}

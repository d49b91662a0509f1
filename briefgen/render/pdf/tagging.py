"""Makes a PDF accessible: hangs what pages paint onto a structure tree of our own (PDF/UA-1, ISO 14289-1).

WeasyPrint marks content and builds a tree from its boxes. There a paragraph that runs over a page is two,
notes are spans without label or identifier, and heads of pages have parents that no one can reach. So its
tree, the last thing it puts into the file, is taken off again, and one from the document's own structure put
there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydyf import Array, Dictionary, Stream, String
from weasyprint.formatting_structure.boxes import MarginBox
from weasyprint.layout.absolute import AbsolutePlaceholder

from briefgen.errors import BriefgenError, Problem
from briefgen.render.pdf.footnotes import notes_without_room
from briefgen.render.pdf.structure_tree import HtmlElement, Node, Structure

POINTS = 0.75
"""PDF's unit in CSS pixels: 72 to the inch against 96."""
SCHEMES = ("https:", "http:", "mailto:", "tel:")
"""What a link may lead to, besides a place in the document."""
_PRINTED = 4
"""Annotation flag Print, which PDF/A asks for (ISO 19005-3, 6.3.2)."""
_TO_NOTE = {
    "de": "Anmerkung {}",
    "en": "Note {}",
    "es": "Nota {}",
    "fr": "Note {}",
    "it": "Nota {}",
    "nl": "Noot {}",
    "pt": "Nota {}",
}
"""What a link to a note and back is called, by language; in others, by its number."""
_OWNERS = {"L": "/List", "TH": "/Table", "TD": "/Table", "Figure": "/Layout"}
"""Owner of the attributes, by structure type (ISO 32000-1, 14.8.5)."""


_HEAD = {"Type": "/Pagination", "Subtype": "/Header"}
_FOOT = {"Type": "/Pagination", "Subtype": "/Footer"}
_HEAD_AGAIN = {"Type": "/Pagination"}
_ORNAMENT = {"Type": "/Layout"}
"""Kinds of artifacts: what is painted and is no part of what the document says."""


@dataclass(frozen=True, slots=True)
class Painted:
    """What one page has painted."""

    page: Any
    """WeasyPrint's page."""
    stream: Any
    """Its content."""
    marks: dict[Any, int]
    """Marked-content identifiers by box."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """Marked content on a page, as a kid of a node."""

    page: int
    mcid: int


@dataclass(frozen=True, slots=True)
class _Annotation:
    """An annotation on a page, as a kid of a node."""

    page: int
    entries: Any
    """Its dictionary, which is an object of the file."""


def watch(document: Any) -> list[Painted]:
    """See to it that each page, when it is painted, is noted in the list returned."""
    painted: list[Painted] = []
    for page in document.pages:
        page.paint = partial(_paint, page, painted)
    return painted


def _paint(page: Any, painted: list[Painted], stream: Any, scale: float = 1) -> None:
    type(page).paint(page, stream, scale)
    marks = {box: mark["mcid"] for box, mark in stream._tags.items()}
    painted.append(Painted(page, stream, marks))


def make_accessible(document: Any, pdf: Any, painted: Sequence[Painted], body: HtmlElement) -> None:
    """Give the finished, not yet written PDF its structure; raises BriefgenError where that cannot be had.

    `body` is the element that holds the document, without what stands in the pages' margins.
    """
    _remove_tree(pdf)
    tagging = _Tagging(pdf, Structure(body), str(document.metadata.lang or ""))
    for number, page in enumerate(painted):
        tagging.read_page(number, page)
    tagging.miss_no_note()
    tagging.link_notes(painted)
    tagging.structure.prune()
    _Tree(pdf, [len(page.marks) for page in painted]).grow(tagging.structure)


@dataclass(slots=True)
class _Tagging:
    """Walks the boxes of all pages and gives each mark its node."""

    pdf: Any
    structure: Structure
    language: str
    calls: dict[HtmlElement, tuple[int, Any]] = field(default_factory=dict)
    """Page and box of each footnote's call."""
    labels: dict[HtmlElement, tuple[int, Any]] = field(default_factory=dict)
    """Page and box of each note's number."""
    crowded: set[HtmlElement] = field(default_factory=set)
    """Footnotes that lie over text, or run off their page."""
    _page: int = 0
    _painted: Any = None
    _places: dict[int, int] = field(default_factory=dict)
    """Where each mark begins in the page's content, by its identifier."""
    _heads: dict[HtmlElement, int] = field(default_factory=dict)
    """Page on which a table's head stands first; it is repeated wherever the table goes on."""

    def read_page(self, number: int, painted: Painted) -> None:
        """Take in one page."""
        self._page, self._painted = number, painted
        self._places = {
            item["MCID"]: index
            for index, item in enumerate(painted.stream.stream)
            if isinstance(item, Dictionary) and "MCID" in item
        }
        if len(self._places) != len(painted.marks):
            raise BriefgenError(
                Problem(
                    "pdf-see-through",
                    "the stylesheet makes text see-through, and programs that read aloud cannot follow that",
                    None,
                    "give the text a lighter colour in place of opacity, filters or blending",
                )
            )
        self.crowded.update(notes_without_room(painted.page._page_box))
        self._read(painted.page._page_box, None, None)

    def _read(self, box: Any, artifact: Mapping[str, str] | None, linked: HtmlElement) -> None:
        """Take in a box and what is in it.

        It is an artifact where it is no part of what the document says. `linked` is the link that a box
        around it stands for already.
        """
        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        artifact = artifact or self._artifact(box)
        if box.link_annotation and box.element is linked:
            self._annotations(self._page).remove(box.link_annotation.reference)
        elif box.link_annotation:
            self._take_link(box)
            linked = box.element
        mcid = self._painted.marks.get(box)
        if mcid is not None and artifact:
            self._set_apart(mcid, artifact)
        elif mcid is not None:
            self._place(box, _Mark(self._page, mcid))
        for child in box.children:
            self._read(child, artifact, linked)

    def _artifact(self, box: Any) -> Mapping[str, str] | None:
        """What a box is, where it is none of the document's own content (ISO 32000-1, 14.8.2.2)."""
        if isinstance(box, MarginBox):
            return _FOOT if box.at_keyword.startswith("@bottom") else _HEAD
        if box.is_leader or (box.element_tag == "img" and not box.element.get("alt", "").strip()):
            return _ORNAMENT
        if box.element_tag == "thead" and self._heads.setdefault(box.element, self._page) != self._page:
            return _HEAD_AGAIN
        return None

    def _set_apart(self, mcid: int, artifact: Mapping[str, str]) -> None:
        index = self._places[mcid]
        self._painted.stream.stream[index - 1 : index + 1] = ["/Artifact", Dictionary(artifact)]

    def _place(self, box: Any, mark: _Mark) -> None:
        """Give a mark to the node that it belongs to."""
        element, pseudo = box.element, box.element_tag.partition("::")[2]
        if pseudo == "footnote-call":
            self.structure.call(element).kids.append(mark)
            self.calls.setdefault(element, (self._page, box))
        elif pseudo == "footnote-marker":
            self.structure.note_label(element).kids.append(mark)
            self.labels.setdefault(element, (self._page, box))
        elif pseudo == "marker" and element.tag == "li":
            self.structure.item_label(element).kids.append(mark)
        else:
            node = self.structure.home(element)
            node.add(mark)
            if node.type == "Figure":
                self._measure(node, box)

    def _measure(self, node: Node, box: Any) -> None:
        """Where a picture stands, in points from the foot of the page."""
        left, top = box.content_box_x(), box.content_box_y()
        node.attributes["Placement"] = "Block"
        node.attributes["BBox"] = _rectangle(self._painted.page.height, left, top, box.width, box.height)

    def _take_link(self, box: Any) -> None:
        """Give a link's annotation to its node, with words for what it leads to."""
        annotation, element = box.link_annotation, box.element
        if "A" in annotation:
            target = annotation["A"]["URI"].string
            if not target.lower().startswith(SCHEMES):
                raise BriefgenError(_refused(target))
        else:
            annotation["Contents"] = String(" ".join("".join(element.itertext()).split()))
        annotation["F"] = _PRINTED
        self.structure.home(element).kids.append(_Annotation(self._page, annotation))

    def miss_no_note(self) -> None:
        """Raise BriefgenError where a note is called and not set, the other way round, or cannot be found."""
        lost = [
            str(number)
            for number, (footnote, note) in enumerate(self.structure.notes.items(), 1)
            if not note.kids or not self._finds(footnote)
        ]
        if lost:
            raise BriefgenError(
                Problem(
                    "footnote-lost",
                    f"footnotes found no place on their page: {', '.join(lost)}",
                    None,
                    "shorten them, or say in the text what they say",
                )
            )

    def _finds(self, footnote: HtmlElement) -> bool:
        """Whether who reads its call finds a note: on that page or, at worst, a later one, and legible."""
        call, label = self.calls.get(footnote), self.labels.get(footnote)
        if call is None or (label is not None and label[0] < call[0]):
            return False
        return footnote not in self.crowded

    def link_notes(self, pages: Sequence[Painted]) -> None:
        """Link each call with its note, and the note's number with the call."""
        for number, footnote in enumerate(self.structure.notes, 1):
            if footnote in self.calls and footnote in self.labels:
                ends = self.calls[footnote], self.labels[footnote]
                links = self.structure.call(footnote), self.structure.note_label(footnote)
                words = _TO_NOTE.get(self.language.split("-")[0], "{}").format(number)
                for link, here, there in zip(links, ends, reversed(ends), strict=True):
                    link.kids.append(self._link(pages, here, there, words))

    def _link(
        self, pages: Sequence[Painted], here: tuple[int, Any], there: tuple[int, Any], words: str
    ) -> _Annotation:
        """A new link from one box to another."""
        (page, box), (target_page, target) = here, there
        target_height = pages[target_page].page.height
        references = self.pdf.page_references
        corner = _points(target.position_x, target_height - target.position_y)
        annotation = Dictionary(
            {
                "Type": "/Annot",
                "Subtype": "/Link",
                "Rect": _rectangle(pages[page].page.height, *box.hit_area()),
                "BS": Dictionary({"W": 0}),
                "F": _PRINTED,
                "Contents": String(words),
                "Dest": Array([references[target_page], "/XYZ", *corner, 0]),
            }
        )
        self.pdf.add_object(annotation)
        self._annotations(page).append(annotation.reference)
        return _Annotation(page, annotation)

    def _annotations(self, page: int) -> Any:
        """References to the annotations of a page."""
        return self.pdf.objects[_number(self.pdf.page_references[page])].setdefault("Annots", Array())


def _points(*pixels: float) -> list[float]:
    return [round(number * POINTS, 3) for number in pixels]


def _rectangle(page_height: float, left: float, top: float, width: float, height: float) -> Array:
    """A rectangle in points from the foot of the page, from one in pixels from its top."""
    foot = page_height - top - height
    return Array(_points(left, foot, left + width, foot + height))


def _refused(target: str) -> Problem:
    return Problem(
        "pdf-link-refused",
        f"the link {target[:60]!r} does not lead to a page or a mailbox",
        None,
        "write the whole address, beginning with https:// or mailto:",
    )


def _remove_tree(pdf: Any) -> None:
    """Take WeasyPrint's tree off the end of the file; of what came after it, only streams are kept."""
    root = pdf.objects[_number(pdf.catalog["StructTreeRoot"])]
    begin = _number(root["ParentTree"])
    tail = pdf.objects[begin:]
    del pdf.objects[begin:]
    for kept in tail:
        if isinstance(kept, Stream):
            if pdf.catalog.get("Metadata") == kept.reference:
                pdf.catalog["Metadata"] = f"{len(pdf.objects)} 0 R".encode()
            pdf.add_object(kept)


def _number(reference: bytes) -> int:
    return int(reference.split()[0])


class _Tree:
    """Writes the structure into the file."""

    def __init__(self, pdf: Any, marks: Sequence[int]) -> None:
        """Begin a tree for pages with so many marks each."""
        self._pdf = pdf
        self._pages = pdf.page_references
        self._by_mark: list[list[Any]] = [["null"] * number for number in marks]
        self._by_annotation: list[bytes] = []
        self._identified: dict[str, bytes] = {}

    def grow(self, structure: Structure) -> None:
        """Add the whole tree, and what leads to it from the catalog, the pages and the annotations."""
        root = Dictionary({"Type": "/StructTreeRoot"})
        self._pdf.add_object(root)
        root["K"] = self._element(structure.root, root.reference)
        owners = [Array(marks) for marks in self._by_mark] + self._by_annotation
        root["ParentTree"] = Dictionary({"Nums": Array(_flat(enumerate(owners)))})
        root["ParentTreeNextKey"] = len(owners)
        if self._identified:
            names = sorted(self._identified.items())
            root["IDTree"] = Dictionary({"Names": Array(_flat((String(name), node) for name, node in names))})
        self._pdf.catalog["StructTreeRoot"] = root.reference

    def _element(self, node: Node, parent: bytes) -> bytes:
        element = Dictionary({"Type": "/StructElem", "S": f"/{node.type}", "P": parent})
        self._pdf.add_object(element)
        page = next((kid.page for kid in node.kids if not isinstance(kid, Node)), None)
        if page is not None:
            element["Pg"] = self._pages[page]
        kids = [self._kid(kid, element, page) for kid in node.kids]
        kids += [self._element(note, element.reference) for note in node.notes]
        if kids:
            element["K"] = kids[0] if len(kids) == 1 else Array(kids)
        for name, value in node.entries.items():
            element[name] = String(value)
        if node.attributes:
            element["A"] = Dictionary({"O": _OWNERS[node.type], **_written(node.attributes)})
        if "ID" in node.entries:
            self._identified[node.entries["ID"]] = element.reference
        reference: bytes = element.reference
        return reference

    def _kid(self, kid: Node | _Mark | _Annotation, element: Dictionary, page: int | None) -> Any:
        """A kid as it stands in the element: structure, content or an object."""
        if isinstance(kid, Node):
            return self._element(kid, element.reference)
        if isinstance(kid, _Mark):
            self._by_mark[kid.page][kid.mcid] = element.reference
            if kid.page == page:
                return kid.mcid
            return Dictionary({"Type": "/MCR", "Pg": self._pages[kid.page], "MCID": kid.mcid})
        kid.entries["StructParent"] = len(self._by_mark) + len(self._by_annotation)
        self._by_annotation.append(element.reference)
        return Dictionary({"Type": "/OBJR", "Pg": self._pages[kid.page], "Obj": kid.entries.reference})


def _flat(pairs: Iterable[tuple[Any, Any]]) -> list[Any]:
    return [part for pair in pairs for part in pair]


def _written(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: f"/{value}" if isinstance(value, str) else value for name, value in attributes.items()}

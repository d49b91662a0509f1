"""Our own checker of a PDF's structure: what readers for the blind need, point by point (ISO 14289-1).

It reads a file with pikepdf and knows nothing of how it was made. `faults` gives each fault as a code and words;
`told` gives the text that the structure tells, in its reading order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import Any

import pikepdf

PAINTING = {"Tj", "TJ", "'", '"', "Do", "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "INLINE IMAGE"}
Fault = tuple[str, str]


@dataclass(eq=False)
class Element:
    """One structure element with what it holds, in order."""

    type: str
    entry: Any
    kids: list[Any] = field(default_factory=list)
    """Elements, (page, MCID) for content, and annotation dictionaries."""

    def all(self) -> Iterator[Element]:
        yield self
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.all()

    def content(self) -> Iterator[tuple[int, int]]:
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.content()
            elif isinstance(kid, tuple):
                yield kid


def _is_image(page: Any, name: Any) -> bool:
    """Whether a name is that of a picture; words of a drawing can be in a group, which is none."""
    return str(page.Resources.XObject[name].Subtype) == "/Image"


class Structured:
    """A PDF with its structure."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self.pages = {page.objgen: number for number, page in enumerate(pdf.pages)}
        self.painted: dict[tuple[int, int], str] = {}
        """Text by page and MCID; empty for pictures."""
        self.pictures: dict[tuple[int, int], list[float]] = {}
        """Where pictures are painted, in points, by page and MCID."""
        self.faults: list[Fault] = []
        for number, page in enumerate(pdf.pages):
            self._read_content(number, page)

    def fault(self, code: str, words: str) -> None:
        self.faults.append((code, words))

    # Content

    def _read_content(self, number: int, page: Any) -> None:
        stack: list[tuple[str, int | None]] = []
        matrices = [pikepdf.Matrix()]
        font = None
        maps = _unicode_maps(page)
        for operands, operator in pikepdf.parse_content_stream(page):
            name = str(operator)
            if name in ("BDC", "BMC"):
                properties = operands[1] if name == "BDC" else {}
                mcid = properties.get("/MCID") if isinstance(properties, pikepdf.Dictionary) else None
                if stack and (str(operands[0]) == "/Artifact" or mcid is not None):
                    outer = stack[-1][0]
                    if "/Artifact" in (outer, str(operands[0])) and outer != str(operands[0]):
                        self.fault("mixed", f"page {number + 1}: content and artifact within each other")
                stack.append((str(operands[0]), None if mcid is None else int(mcid)))
                if mcid is not None:
                    if (number, int(mcid)) in self.painted:
                        self.fault("twice", f"page {number + 1}: MCID {mcid} is marked twice")
                    self.painted[number, int(mcid)] = ""
            elif name == "EMC":
                stack.pop()
            elif name == "q":
                matrices.append(matrices[-1])
            elif name == "Q":
                matrices.pop()
            elif name == "cm":
                matrices[-1] = pikepdf.Matrix(*(float(number) for number in operands)) @ matrices[-1]
            elif name == "Tf":
                font = str(operands[0])
            elif name in PAINTING:
                mcid = next((one for _, one in reversed(stack) if one is not None), None)
                if mcid is None and not any(tag == "/Artifact" for tag, _ in stack):
                    self.fault("unmarked", f"page {number + 1}: {name} paints outside of marked content")
                elif name == "Do" and mcid is not None and _is_image(page, operands[0]):
                    corners = [matrices[-1].transform(corner) for corner in ((0, 0), (1, 1))]
                    self.pictures[number, mcid] = [*map(min, *corners), *map(max, *corners)]
                elif mcid is not None and name in ("Tj", "TJ"):
                    self.painted[number, mcid] += _decoded(operands[0], maps[font or ""])

    # Structure

    @cached_property
    def root(self) -> Element | None:
        tree = self.pdf.Root.get("/StructTreeRoot")
        if tree is None or "/K" not in tree:
            return None
        top = tree.K[0] if isinstance(tree.K, pikepdf.Array) else tree.K
        return self._element(top, None, set())

    def _element(self, entry: Any, page: Any, seen: set[Any]) -> Element:
        if entry.objgen in seen:
            self.fault("tree", f"{entry.get('/S')} stands in the tree twice")
            return Element(str(entry.S)[1:], entry)
        seen.add(entry.objgen)
        page = entry.get("/Pg", page)
        element = Element(str(entry.S)[1:], entry)
        kids = entry.get("/K", pikepdf.Array())
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, int):
                element.kids.append((self.pages[page.objgen], int(kid)))
            elif kid.get("/Type") == "/MCR":
                element.kids.append((self.pages[kid.get("/Pg", page).objgen], int(kid.MCID)))
            elif kid.get("/Type") == "/OBJR":
                element.kids.append(kid.Obj)
            else:
                if kid.get("/P") != entry:
                    self.fault("tree", f"{kid.S} does not name {entry.S} as its parent")
                element.kids.append(self._element(kid, page, seen))
        return element

    @cached_property
    def elements(self) -> list[Element]:
        return list(self.root.all()) if self.root else []

    def of(self, *types: str) -> list[Element]:
        return [element for element in self.elements if element.type in types]

    @cached_property
    def by_parent_tree(self) -> dict[int, Any]:
        numbers = self.pdf.Root.StructTreeRoot.get("/ParentTree", {}).get("/Nums", [])
        return {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}

    def text(self, element: Element) -> str:
        return "".join(self.painted.get(mark, "") for mark in element.content())


def told(data: bytes) -> str:
    """What the structure tells, a line for each piece of content."""
    with pikepdf.open(BytesIO(data)) as pdf:
        structured = Structured(pdf)
        assert structured.root
        return "\n".join(structured.painted[mark] for mark in structured.root.content())


def outline(data: bytes) -> list[str]:
    """The types of all structure elements in reading order, two blanks for each level."""

    def lines(element: Element, depth: int) -> Iterator[str]:
        yield "  " * depth + element.type
        for kid in element.kids:
            if isinstance(kid, Element):
                yield from lines(kid, depth + 1)

    with pikepdf.open(BytesIO(data)) as pdf:
        root = Structured(pdf).root
        assert root
        return list(lines(root, 0))


def faults(data: bytes, notes: int) -> list[Fault]:
    """Every fault of a file that should have so many footnotes."""
    with pikepdf.open(BytesIO(data)) as pdf:
        read = Structured(pdf)
        if read.root is None:
            return [("tree", "there is no structure")]
        for check in (_catalog, _reached, _headings, _tables, _lists, _figures, _links, _fonts, _outline):
            check(read)
        _notes(read, notes)
        return read.faults


def codes(data: bytes, notes: int) -> set[str]:
    return {code for code, _ in faults(data, notes)}


def _catalog(read: Structured) -> None:
    root, info = read.pdf.Root, read.pdf.docinfo
    if not str(root.get("/Lang", "")):
        read.fault("language", "the document names no language")
    if root.get("/MarkInfo", {}).get("/Marked") is not True:
        read.fault("marked", "the document does not say that it is marked")
    if root.get("/ViewerPreferences", {}).get("/DisplayDocTitle") is not True or not str(
        info.get("/Title", "")
    ):
        read.fault("title", "the window would show the file's name")
    metadata = root.Metadata.read_bytes().decode() if "/Metadata" in root else ""
    if 'pdfuaid:part="1"' not in metadata or "dc:title" not in metadata:
        read.fault("metadata", "the metadata name neither PDF/UA nor the title")
    for number, page in enumerate(read.pdf.pages, 1):
        if page.get("/Tabs") != "/S":
            read.fault("tabs", f"page {number}: the tabulator does not follow the structure")


def _reached(read: Structured) -> None:
    """Every mark is reached from the tree once, and leads back to where it is reached from."""
    holders: dict[tuple[int, int], Any] = {}
    for element in read.elements:
        for kid in element.kids:
            if isinstance(kid, tuple):
                if kid in holders:
                    read.fault("reached", f"MCID {kid} is told twice")
                holders[kid] = element.entry
    for mark in read.painted.keys() - holders.keys():
        read.fault("reached", f"MCID {mark} is not reached from the tree")
    for mark in holders.keys() - read.painted.keys():
        read.fault("reached", f"MCID {mark} is told and nowhere painted")
    for (number, mcid), entry in holders.items():
        owners = read.by_parent_tree.get(int(read.pdf.pages[number].get("/StructParents", -1)), [])
        if mcid >= len(owners) or owners[mcid] != entry:
            read.fault("parents", f"MCID {mcid} on page {number + 1} does not lead back to its element")


def _headings(read: Structured) -> None:
    level = 0
    for element in read.elements:
        if re.fullmatch(r"H[1-6]", element.type):
            if int(element.type[1]) > level + 1:
                read.fault("headings", f"{element.type} follows level {level}")
            level = int(element.type[1])


def _tables(read: Structured) -> None:
    for element in read.of("TH"):
        if str(_attribute(element, "Scope")) not in ("/Row", "/Column", "/Both"):
            read.fault("scope", "a header cell does not say what it heads")
    for table in read.of("Table"):
        rows = [row for row in table.all() if row.type == "TR"]
        widths: Counter[int] = Counter()
        for at, row in enumerate(rows):
            for cell in row.kids:
                wide, high = (int(_attribute(cell, name) or 1) for name in ("ColSpan", "RowSpan"))
                for down in range(high):
                    widths[at + down] += wide
        if len({widths[at] for at in range(len(rows))}) > 1 or len(widths) > len(rows):
            read.fault("grid", "the rows of a table are not equally wide")
        if not any(cell.type == "TH" for cell in table.all()):
            read.fault("scope", "a table has no header cells")


def _lists(read: Structured) -> None:
    for element in read.of("L"):
        if any(not isinstance(kid, Element) or kid.type not in ("LI", "Caption") for kid in element.kids):
            read.fault("list", "a list holds something else than items")
    for element in read.of("LI"):
        kinds = [kid.type if isinstance(kid, Element) else "" for kid in element.kids]
        if kinds not in (["Lbl", "LBody"], ["LBody"]):
            read.fault("list", f"an item holds {kinds}")


def _figures(read: Structured) -> None:
    for element in read.of("Figure"):
        if not str(element.entry.get("/Alt", "")).strip():
            read.fault("alt", "a figure has no alternative text")
        box = [float(number) for number in _attribute(element, "BBox") or []]
        mark = next(iter(element.content()))
        left, low, right, high = (float(number) for number in read.pdf.pages[mark[0]].mediabox)
        within = box and left <= box[0] < box[2] <= right and low <= box[1] < box[3] <= high
        shown = read.pictures.get(mark, box)
        if not within or any(abs(side - given) > 0.5 for side, given in zip(shown, box, strict=True)):
            read.fault("bbox", f"a figure's box {box} is not where the figure is")


def _links(read: Structured) -> None:
    holders = {
        kid.objgen: element
        for element in read.elements
        for kid in element.kids
        if isinstance(kid, pikepdf.Dictionary)
    }
    found = set()
    for number, page in enumerate(read.pdf.pages, 1):
        for annotation in page.get("/Annots", []):
            found.add(annotation.objgen)
            if annotation.get("/Subtype") != "/Link":
                read.fault("link", f"page {number}: what should be an annotation is none")
                continue
            holder = holders.get(annotation.objgen)
            if holder is None or holder.type != "Link":
                read.fault("link", f"page {number}: a link stands in no Link of the tree")
                continue
            if read.by_parent_tree.get(int(annotation.get("/StructParent", -1))) != holder.entry:
                read.fault("parents", f"page {number}: a link does not lead back to its element")
            if not str(annotation.get("/Contents", "")).strip():
                read.fault("link-words", f"page {number}: a link has no words")
            if "/A" not in annotation and "/Dest" not in annotation:
                read.fault("link", f"page {number}: a link leads nowhere")
    if holders.keys() - found:
        read.fault("link", "the tree names annotations that no page has")
    for element in read.of("Link"):
        if not any(isinstance(kid, pikepdf.Dictionary) for kid in element.kids):
            read.fault("link", "a Link of the tree cannot be followed")


def _fonts(read: Structured) -> None:
    for entry in read.pdf.objects:
        if not isinstance(entry, pikepdf.Dictionary) or entry.get("/Type") != "/Font":
            continue
        if entry.get("/Subtype") == "/Type0":
            descriptor = entry.DescendantFonts[0].get("/FontDescriptor", {})
            if "/FontFile2" not in descriptor and "/FontFile3" not in descriptor:
                read.fault("font", f"{entry.BaseFont} is not embedded")
            if "/ToUnicode" not in entry:
                read.fault("unicode", f"{entry.BaseFont} does not say which characters its glyphs are")


def _outline(read: Structured) -> None:
    titles = []
    with read.pdf.open_outline() as marks:
        queue = list(marks.root)
        while queue:
            item = queue.pop(0)
            titles.append(" ".join(str(item.title).split()))
            queue = list(item.children) + queue
    headings = [element for element in read.elements if re.fullmatch(r"H[1-6]", element.type)]
    if len(titles) != len(headings):
        read.fault("outline", f"{len(headings)} headings and {len(titles)} bookmarks")


def _notes(read: Structured, number: int) -> None:
    notes, references = read.of("Note"), _calls(read)
    if not len(notes) == len(references) == number:
        read.fault("notes", f"{number} footnotes: {len(references)} calls and {len(notes)} notes")
        return
    names = [str(note.entry.get("/ID", "")) for note in notes]
    if len(set(names)) != number or "" in names:
        read.fault("note-id", f"notes without an identifier of their own: {names}")
    if number:
        tree = read.pdf.Root.StructTreeRoot.get("/IDTree", {}).get("/Names", [])
        known = {str(tree[at]): tree[at + 1] for at in range(0, len(tree), 2)}
        if any(known.get(name) != note.entry for name, note in zip(names, notes, strict=True)):
            read.fault("note-id", "the tree of identifiers does not lead to the notes")
        if [str(name) for name in list(tree)[::2]] != sorted(known):
            read.fault("note-id", "the tree of identifiers is not sorted")
    for count, (note, reference) in enumerate(zip(notes, references, strict=True), 1):
        first = _label(note)
        label = read.text(first).strip() if first else ""
        call = read.text(reference).strip()
        if not label == call == str(count):
            read.fault("note-order", f"note {count} is called {call!r} and labelled {label!r}")
        for one, other in ((reference, note), (note, reference)):
            if not _leads(read, one, other):
                read.fault("note-link", f"note {count}: no link from {one.type} to {other.type}")


def _calls(read: Structured) -> list[Element]:
    """References but for those of a table of contents."""
    listed = {id(kid) for item in read.of("TOCI") for kid in item.kids}
    return [element for element in read.of("Reference") if id(element) not in listed]


def _label(note: Element) -> Element | None:
    first = note.kids[0]
    return first if isinstance(first, Element) and first.type == "Lbl" else None


def _leads(read: Structured, one: Element, other: Element) -> bool:
    """Whether a link in one element leads to the page on which the other begins."""
    page = read.pdf.pages[next(iter(other.content()))[0]].obj
    holder = _label(one) if one.type == "Note" else one
    within = holder.all() if holder else ()
    links = [kid for element in within for kid in element.kids if isinstance(kid, pikepdf.Dictionary)]
    return any("/Dest" in link and _target_page(read, link.Dest) == page for link in links)


def _target_page(read: Structured, target: Any) -> Any:
    """The page of a destination, which a name may stand for."""
    if isinstance(target, pikepdf.Array):
        return target[0]
    names = read.pdf.Root.Names.Dests.Names
    return next(names[at + 1][0] for at in range(0, len(names), 2) if names[at] == target)


def _attribute(element: Any, name: str) -> Any:
    given = element.entry.get("/A", [])
    for attributes in given if isinstance(given, pikepdf.Array) else [given]:
        if f"/{name}" in attributes:
            return attributes[f"/{name}"]
    return None


def _unicode_maps(page: Any) -> dict[str, dict[int, str]]:
    maps = {}
    for name, font in page.Resources.get("/Font", {}).items():
        text = font.ToUnicode.read_bytes().decode("latin-1") if "/ToUnicode" in font else ""
        maps[name] = {
            int(code, 16): bytes.fromhex(units).decode("utf-16-be", "replace")
            for code, units in re.findall(r"<([0-9a-f]{2,4})> <([0-9a-f]*)>$", text, re.MULTILINE)
        }
    return maps


def _decoded(shown: Any, characters: dict[int, str]) -> str:
    parts = (
        [bytes(part) for part in shown if isinstance(part, pikepdf.String)]
        if isinstance(shown, pikepdf.Array)
        else [bytes(shown)]
    )
    codes = (int.from_bytes(part[at : at + 2]) for part in parts for at in range(0, len(part), 2))
    return "".join(characters.get(code, "\ufffd") for code in codes)

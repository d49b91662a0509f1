"""What stands within paragraphs: emphasis, links, bookmarks and notes, written as runs.

Paragraphs themselves, and what they hang in, are the emitter's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from briefgen.errors import BriefgenError, Problem
from briefgen.render.docx import links
from briefgen.render.docx.runs import Look, Runs, escape

if TYPE_CHECKING:
    from briefgen.render.docx.base_document import Reference

_HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3}


def unknown(element: Element) -> BriefgenError:
    """The error for what the vocabulary of `briefgen.model.document` does not have."""
    name = element.get("class")
    shown = f"<{element.tag} class={name!r}>" if name else f"<{element.tag}>"
    return BriefgenError(Problem("document-vocabulary", f"{shown} cannot be set here"))


class Inline:
    """Writes the content of paragraphs and keeps what they need elsewhere: notes and links."""

    def __init__(self, root: Element, reference: Reference, main: str) -> None:
        self.notes: list[str] = []
        """Finished `w:footnote` elements, in the order of their calls."""
        self._main = main
        self._names, self.levels = _targets(root)
        self._body_links: dict[str, str] = {}
        self._note_links: dict[str, str] = {}
        self._links = self._body_links
        self._bookmarks = 0
        self._waiting: list[str] = []
        self._hyperlink = reference.style("Hyperlink")
        call = f'<w:rPr><w:rStyle w:val="{reference.style("footnote reference")}"/></w:rPr>'
        self._call = f"<w:r>{call}<w:footnoteReference"
        self._note_head = (
            f'<w:p><w:pPr><w:pStyle w:val="{reference.style("footnote text")}"/></w:pPr>'
            f'<w:r>{call}<w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> </w:t></w:r>'
        )

    def remember(self, element: Element) -> None:
        """Keep a block's id for the next paragraph to carry."""
        identifier = element.get("id")
        if identifier:
            self._waiting.append(identifier)

    def waiting(self) -> str:
        """Bookmarks of blocks that no paragraph followed."""
        return "".join(start + end for start, end in self._begin_waiting())

    def paragraph(self, element: Element | None, language: str, before: str = "", after: str = "") -> str:
        """The content of a paragraph, in bookmarks where ids are waiting, between two pieces of XML."""
        marks = self._begin_waiting()
        runs = Runs(self._main)
        if element is not None:
            self._content(element, Look(language), runs)
        if not marks:
            return f"{before}{runs.xml()}{after}"
        starts, ends = "".join(start for start, _ in marks), "".join(end for _, end in marks)
        return f"{before}{starts}{runs.xml()}{ends}{after}"

    def link_entries(self) -> str:
        """Relationships of the main part."""
        return _entries(self._body_links)

    def note_link_entries(self) -> str:
        """Relationships of the notes' part; empty where no note has a link."""
        return _entries(self._note_links)

    def _content(self, element: Element, look: Look, runs: Runs) -> None:
        if element.text:
            runs.text(element.text, look)
        for child in element:
            self._child(child, look, runs)
            if child.tail:
                runs.text(child.tail, look)

    def _child(self, child: Element, look: Look, runs: Runs) -> None:
        tag, attributes = child.tag, child.attrib
        if tag == "br":
            runs.line_break()
            return
        if attributes and "lang" in attributes:
            look = look._replace(language=attributes["lang"])
        if tag == "span" and attributes.get("class") == "footnote":
            self._note(child, look.language, runs)
            return
        if attributes and "id" in attributes:
            start, end = self._bookmark(attributes["id"])
            runs.mark(start)
            self._formatted(child, look, runs)
            runs.mark(end)
        else:
            self._formatted(child, look, runs)

    def _formatted(self, child: Element, look: Look, runs: Runs) -> None:
        tag = child.tag
        if tag == "a":
            self._link(child, look, runs)
        elif tag == "em":
            self._content(child, look._replace(italic=True), runs)
        elif tag == "strong":
            self._content(child, look._replace(bold=True), runs)
        elif tag == "sup":
            self._content(child, look._replace(vertical="superscript"), runs)
        elif tag == "sub":
            self._content(child, look._replace(vertical="subscript"), runs)
        elif tag == "span":
            small = child.get("class") == "small-caps"
            if not small and child.get("class"):
                raise unknown(child)
            self._content(child, look._replace(small_caps=True) if small else look, runs)
        else:
            raise unknown(child)

    def _link(self, element: Element, look: Look, runs: Runs) -> None:
        href = element.get("href", "")
        if not href:
            self._content(element, look, runs)
            return
        runs.mark(f"<w:hyperlink {self._destination(href)}>")
        self._content(element, look._replace(style=self._hyperlink), runs)
        runs.mark("</w:hyperlink>")

    def _destination(self, href: str) -> str:
        if not href.startswith("#"):
            return f'r:id="{self._relationship(links.target(href))}"'
        name = self._names.get(href[1:])
        if name is None:
            raise BriefgenError(
                Problem(
                    "link-target-missing",
                    f"the link {href!r} leads to nothing in this document",
                    hint="give the place it means an id",
                )
            )
        return f'w:anchor="{name}" w:history="1"'

    def _relationship(self, target: str) -> str:
        return self._links.setdefault(target, f"link{len(self._links) + 1}")

    def _note(self, element: Element, language: str, runs: Runs) -> None:
        number = len(self.notes) + 1
        if self._links is self._note_links:
            raise unknown(element)
        runs.element(f'{self._call} w:id="{number}"/></w:r>')
        self.notes.append("")
        outer_waiting, self._waiting, self._links = self._waiting, [], self._note_links
        self.remember(element)
        content = self.paragraph(element, language)
        self._waiting, self._links = outer_waiting, self._body_links
        self.notes[number - 1] = f'<w:footnote w:id="{number}">{self._note_head}{content}</w:p></w:footnote>'

    def _begin_waiting(self) -> list[tuple[str, str]]:
        if not self._waiting:
            return []
        marks = [self._bookmark(identifier) for identifier in self._waiting]
        self._waiting = []
        return marks

    def _bookmark(self, identifier: str) -> tuple[str, str]:
        number, self._bookmarks = self._bookmarks, self._bookmarks + 1
        name = self._names[identifier]
        return (
            f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>',
            f'<w:bookmarkEnd w:id="{number}"/>',
        )


def _targets(root: Element) -> tuple[dict[str, str], dict[str, int]]:
    """Bookmark names of all ids, and the levels of those that are headings."""
    found: dict[str, int] = {}
    for element in root.iter():
        identifier = element.get("id")
        if identifier is None:
            continue
        if identifier in found:
            raise BriefgenError(
                Problem(
                    "id-repeated", f"the id {identifier!r} stands twice", hint="give each place its own id"
                )
            )
        found[identifier] = _HEADINGS.get(element.tag, 0)
    names = links.bookmarks((each, "_Toc" if level else "_Ref") for each, level in found.items())
    return names, {each: level for each, level in found.items() if level}


def _entries(targets: dict[str, str]) -> str:
    return "".join(
        f'<Relationship Id="{key}" Type="{_HYPERLINK}" Target="{escape(target)}" TargetMode="External"/>'
        for target, key in targets.items()
    )

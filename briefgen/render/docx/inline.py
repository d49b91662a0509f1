"""Inline content of paragraphs: emphasis, links, bookmarks and notes, written as runs.

`emitter` writes the paragraphs themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from briefgen.errors import BriefgenError, Problem
from briefgen.render.docx import links
from briefgen.render.docx.runs import RunCollector, RunFormat, escape_xml

if TYPE_CHECKING:
    from briefgen.render.docx.base_document import BaseDocument

_HYPERLINK_RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
ENDNOTE_BOOKMARK, CALL_BOOKMARK = "_Note", "_Call"
"""Beginnings of the names of bookmarks at an endnote and at its call; the number follows."""
_HEADING_LEVELS = {"h1": 1, "h2": 2, "h3": 3}


def unsupported_element_error(element: Element) -> BriefgenError:
    """Return the error for an element outside the vocabulary of `briefgen.model.document`."""
    name = element.get("class")
    start_tag = f"<{element.tag} class={name!r}>" if name else f"<{element.tag}>"
    return BriefgenError(Problem("document-vocabulary", f"{start_tag} is not allowed here"))


class InlineWriter:
    """Writes the content of paragraphs, and collects the notes and link targets that go into other parts."""

    def __init__(
        self, root: Element, base: BaseDocument, main_language: str, *, endnotes: bool = False
    ) -> None:
        self.notes: list[str] = []
        """Finished `w:footnote` elements, in the order of their references."""
        self.endnotes: list[str] = []
        """The contents of the paragraphs of endnotes, in the order of their references."""
        self._writes_endnotes = endnotes
        self._figure_number_style = base.style_id("Figure Number")
        properties = f'<w:rPr><w:rStyle w:val="{base.style_id("endnote reference")}"/></w:rPr>'
        self._endnote_reference = f"<w:r>{properties}<w:t>"
        self._main_language = main_language
        self._bookmark_names, self.heading_levels = _collect_link_targets(root)
        self._body_links: dict[str, str] = {}
        self._note_links: dict[str, str] = {}
        self._links = self._body_links
        self._bookmark_count = 0
        self._pending_ids: list[str] = []
        self._half_points = 0
        """Size of the text, if not that of the paragraph's style."""
        self._hyperlink_style = base.style_id("Hyperlink")
        properties = f'<w:rPr><w:rStyle w:val="{base.style_id("footnote reference")}"/></w:rPr>'
        on_line = properties.replace("</w:rPr>", '<w:vertAlign w:val="baseline"/></w:rPr>')
        self._note_reference = f"<w:r>{properties}<w:footnoteReference"
        self._note_start = (
            f'<w:p><w:pPr><w:pStyle w:val="{base.style_id("footnote text")}"/></w:pPr>'
            # On the line, as in the PDF: raised are the calls alone.
            f"<w:r>{on_line}<w:footnoteRef/></w:r>"
            '<w:r><w:t xml:space="preserve"> </w:t></w:r>'
        )

    def add_pending_id(self, element: Element) -> None:
        """Keep a block's id for a bookmark in the next paragraph."""
        identifier = element.get("id")
        if identifier:
            self._pending_ids.append(identifier)

    @contextmanager
    def sized(self, points: float) -> Iterator[None]:
        """Write text in this size, to the nearest half point, within the context; 0 for that of its style."""
        self._half_points = round(points * 2)
        yield
        self._half_points = 0

    def pending_bookmarks(self) -> str:
        """Return the bookmarks of blocks that no paragraph followed."""
        return "".join(start + end for start, end in self._open_pending_bookmarks())

    def write_paragraph_content(
        self, element: Element | None, language: str, before: str = "", after: str = ""
    ) -> str:
        """Write the content of a paragraph between two pieces of XML, in bookmarks for pending ids."""
        marks = self._open_pending_bookmarks()
        runs = RunCollector(self._main_language)
        if element is not None:
            self._write_content(element, RunFormat(language, half_points=self._half_points), runs)
        if not marks:
            return f"{before}{runs.xml()}{after}"
        starts, ends = "".join(start for start, _ in marks), "".join(end for _, end in marks)
        return f"{before}{starts}{runs.xml()}{ends}{after}"

    def link_relationships(self) -> str:
        """Return the link relationships of the main part."""
        return _hyperlink_relationships(self._body_links)

    def note_link_relationships(self) -> str:
        """Return the link relationships of the footnotes part; empty if no note has a link."""
        return _hyperlink_relationships(self._note_links)

    def _write_content(self, element: Element, run_format: RunFormat, runs: RunCollector) -> None:
        if element.text:
            runs.add_text(element.text, run_format)
        for child in element:
            self._write_child(child, run_format, runs)
            if child.tail:
                runs.add_text(child.tail, run_format)

    def _write_child(self, child: Element, run_format: RunFormat, runs: RunCollector) -> None:
        tag, attributes = child.tag, child.attrib
        if tag == "br":
            runs.add_line_break()
            return
        if attributes and "lang" in attributes:
            run_format = run_format._replace(language=attributes["lang"])
        if tag == "span" and attributes.get("class") == "footnote":
            self._write_note(child, run_format.language, runs)
            return
        if attributes and "id" in attributes:
            start, end = self._make_bookmark(attributes["id"])
            runs.add_marker(start)
            self._write_formatted(child, run_format, runs)
            runs.add_marker(end)
        else:
            self._write_formatted(child, run_format, runs)

    def _write_formatted(self, child: Element, run_format: RunFormat, runs: RunCollector) -> None:
        tag = child.tag
        if tag == "a":
            self._write_link(child, run_format, runs)
        elif tag == "em":
            self._write_content(child, run_format._replace(italic=True), runs)
        elif tag == "strong":
            self._write_content(child, run_format._replace(bold=True), runs)
        elif tag == "sup":
            self._write_content(child, run_format._replace(vertical="superscript"), runs)
        elif tag == "sub":
            self._write_content(child, run_format._replace(vertical="subscript"), runs)
        elif tag == "span":
            small = child.get("class") == "small-caps"
            if child.get("class") == "figure-number":
                run_format = run_format._replace(style=self._figure_number_style)
            elif not small and child.get("class"):
                raise unsupported_element_error(child)
            self._write_content(child, run_format._replace(small_caps=True) if small else run_format, runs)
        else:
            raise unsupported_element_error(child)

    def _write_link(self, element: Element, run_format: RunFormat, runs: RunCollector) -> None:
        href = element.get("href", "")
        if not href:
            self._write_content(element, run_format, runs)
            return
        runs.add_marker(f"<w:hyperlink {self._link_attributes(href)}>")
        self._write_content(element, run_format._replace(style=self._hyperlink_style), runs)
        runs.add_marker("</w:hyperlink>")

    def _link_attributes(self, href: str) -> str:
        if not href.startswith("#"):
            return f'r:id="{self._get_relationship_id(links.normalize_link_target(href))}"'
        name = self._bookmark_names.get(href[1:])
        if name is None:
            raise BriefgenError(
                Problem(
                    "link-target-missing",
                    f"the link {href!r} has no target in this document",
                    hint="give the heading or paragraph it should lead to that id",
                )
            )
        return f'w:anchor="{name}" w:history="1"'

    def _get_relationship_id(self, target: str) -> str:
        return self._links.setdefault(target, f"link{len(self._links) + 1}")

    def _write_endnote(self, element: Element, language: str, runs: RunCollector) -> None:
        """Write a call that links to an endnote, and keep the note with a link back to the call."""
        number = len(self.endnotes) + 1
        self.endnotes.append("")
        call, mark = (self._make_note_bookmark(name, number) for name in (CALL_BOOKMARK, ENDNOTE_BOOKMARK))
        link = f'<w:hyperlink w:anchor="{ENDNOTE_BOOKMARK}{number}" w:history="1">'
        runs.add_element(
            f"{call[0]}{link}{self._endnote_reference}{number}</w:t></w:r></w:hyperlink>{call[1]}"
        )
        outer_pending, self._pending_ids = self._pending_ids, []
        self.add_pending_id(element)
        outer_size, self._half_points = self._half_points, 0
        content = self.write_paragraph_content(element, language)
        self._pending_ids, self._half_points = outer_pending, outer_size
        back = f'<w:hyperlink w:anchor="{CALL_BOOKMARK}{number}" w:history="1"><w:r><w:t>{number}</w:t></w:r>'
        self.endnotes[number - 1] = f"{mark[0]}{back}</w:hyperlink>{mark[1]}<w:r><w:tab/></w:r>{content}"

    def _make_note_bookmark(self, name: str, number: int) -> tuple[str, str]:
        mark, self._bookmark_count = self._bookmark_count, self._bookmark_count + 1
        return (
            f'<w:bookmarkStart w:id="{mark}" w:name="{name}{number}"/>',
            f'<w:bookmarkEnd w:id="{mark}"/>',
        )

    def _write_note(self, element: Element, language: str, runs: RunCollector) -> None:
        if self._writes_endnotes:
            self._write_endnote(element, language, runs)
            return
        number = len(self.notes) + 1
        if self._links is self._note_links:
            raise unsupported_element_error(element)
        runs.add_element(f'{self._note_reference} w:id="{number}"/></w:r>')
        self.notes.append("")
        outer_pending, self._pending_ids, self._links = self._pending_ids, [], self._note_links
        self.add_pending_id(element)
        outer_size, self._half_points = self._half_points, 0
        content = self.write_paragraph_content(element, language)
        self._pending_ids, self._links, self._half_points = outer_pending, self._body_links, outer_size
        self.notes[number - 1] = f'<w:footnote w:id="{number}">{self._note_start}{content}</w:p></w:footnote>'

    def _open_pending_bookmarks(self) -> list[tuple[str, str]]:
        if not self._pending_ids:
            return []
        marks = [self._make_bookmark(identifier) for identifier in self._pending_ids]
        self._pending_ids = []
        return marks

    def _make_bookmark(self, identifier: str) -> tuple[str, str]:
        number, self._bookmark_count = self._bookmark_count, self._bookmark_count + 1
        name = self._bookmark_names[identifier]
        return (
            f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>',
            f'<w:bookmarkEnd w:id="{number}"/>',
        )


def _collect_link_targets(root: Element) -> tuple[dict[str, str], dict[str, int]]:
    """Return the bookmark names of all ids, and the levels of those that belong to headings."""
    levels: dict[str, int] = {}
    for element in root.iter():
        identifier = element.get("id")
        if identifier is None:
            continue
        if identifier in levels:
            raise BriefgenError(
                Problem(
                    "id-repeated", f"the id {identifier!r} is used twice", hint="give each element its own id"
                )
            )
        levels[identifier] = _HEADING_LEVELS.get(element.tag, 0)
    names = links.make_bookmark_names((each, "_Toc" if level else "_Ref") for each, level in levels.items())
    return names, {each: level for each, level in levels.items() if level}


def _hyperlink_relationships(targets: dict[str, str]) -> str:
    return "".join(
        f'<Relationship Id="{key}" Type="{_HYPERLINK_RELATIONSHIP}" Target="{escape_xml(target)}"'
        ' TargetMode="External"/>'
        for target, key in targets.items()
    )

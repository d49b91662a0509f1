"""The text of an e-mail, from a composed document: as HTML that screen readers follow, and as plain text."""

from __future__ import annotations

from html import escape
from xml.etree import ElementTree

from briefgen.errors import BriefgenError, Problem
from briefgen.render.text import convert_to_text, notes_heading

_STYLE = "font-family: sans-serif; line-height: 1.5; max-width: 40em"


def build_email_text(html: str, language: str) -> str:
    """Return a document's HTML as plain text, with numbered notes at the end."""
    return convert_to_text(ElementTree.fromstring(f"<body>{html}</body>"), language)


def build_email_html(html: str, title: str, language: str) -> str:
    """Return a document's HTML as a page for mail programs, which load and run nothing.

    It has a title and its language, and notes as a numbered list. Raise BriefgenError for a picture: mail
    programs do not show embedded ones.
    """
    root = ElementTree.fromstring(f"<body>{html}</body>")
    if root.find(".//img") is not None:
        problem = Problem(
            "email-picture",
            "the text of the e-mail has a picture, which mail programs do not show",
            None,
            "leave it to the letter, or enclose it",
        )
        raise BriefgenError(problem)
    notes = [note for note in root.iter("span") if note.get("class") == "footnote"]
    listed = [_take_note(note, number) for number, note in enumerate(notes, 1)]
    for element in root.iter():
        element.attrib.pop("class", None)
    if listed:
        heading = ElementTree.SubElement(root, "h2")
        heading.text = notes_heading(language)
        ElementTree.SubElement(root, "ol").extend(listed)
    inner = "".join(ElementTree.tostring(child, "unicode", method="html") for child in root)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        f'<title>{escape(title)}</title></head>\n<body style="{_STYLE}">\n{inner}\n</body></html>\n'
    )


def _take_note(note: ElementTree.Element, number: int) -> ElementTree.Element:
    """Put a note's number in its place; return the note as an item of a list."""
    item = ElementTree.Element("li", {"id": f"note-{number}"})
    item.text = note.text
    item.extend(list(note))
    tail = note.tail
    note.clear()
    note.tag, note.tail = "sup", tail
    link = ElementTree.SubElement(note, "a", {"href": f"#note-{number}"})
    link.text = f"[{number}]"
    return item

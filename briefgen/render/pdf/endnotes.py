"""Print the notes of a document where it says so, as endnotes, instead of at the feet of its pages."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

NOTE_CLASS = "note"
"""Class of the paragraph of an endnote."""
CALL_CLASS = "note-call"
"""Class of the link that calls an endnote."""
_NOTES = 'class="notes"'
_WORD_JOINER = "\u2060"
"""Keeps a call on the line of the word that it belongs to."""


def move_notes_to_end(html: str) -> str:
    """Return a document's HTML with its footnotes as paragraphs in its block `notes`, if it has one.

    Each call links to its note, and the number of the note back to the call.
    """
    if _NOTES not in html:
        return html
    root = ElementTree.fromstring(f"<div>{html}</div>")
    place = next(element for element in root.iter("div") if element.get("class") == "notes")
    for number, note in enumerate(_replace_notes(root), 1):
        note.tag, note.tail = "p", None
        note.set("class", NOTE_CLASS)
        note.set("id", f"note-{number}")
        label = Element("a", {"href": f"#call-{number}"})
        label.text, label.tail = str(number), f"\u2002{note.text or ''}"
        note.text = ""
        note.insert(0, label)
        place.append(note)
    # Outside the vocabulary's void elements, WeasyPrint's HTML parser takes <div/> for a start tag.
    text = ElementTree.tostring(root, "unicode", short_empty_elements=False)
    for void in ("br", "img"):
        text = text.replace(f"></{void}>", "/>")
    return text.removeprefix("<div>").removesuffix("</div>")


def _replace_notes(root: Element) -> list[Element]:
    """Replace each footnote by its call; return the footnotes in order."""
    notes: list[Element] = []
    for parent in root.iter():
        if parent.get("class") == "footnote":
            continue
        for index, child in enumerate(list(parent)):
            if child.get("class") != "footnote":
                continue
            notes.append(child)
            number = str(len(notes))
            call = Element("a", {"href": f"#note-{number}", "id": f"call-{number}", "class": CALL_CLASS})
            call.text, call.tail = number, child.tail
            parent[index] = call
            before = parent[index - 1] if index else None
            if before is None:
                parent.text = (parent.text or "") + _WORD_JOINER
            else:
                before.tail = (before.tail or "") + _WORD_JOINER
    return notes

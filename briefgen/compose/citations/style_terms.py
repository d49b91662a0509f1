"""Makes a style ready for pandoc: puts in what its file leaves to the program.

It adds words by which locators are recognised in whatever language, and the terms of labels that pandoc's
citeproc has none for; in notes styles the order within a note is the writer's. The style's own rules stay.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import Any

from briefgen.compose.citations.clusters import UNREAD
from briefgen.compose.citations.locators import bare_words, carriers, locator_terms
from briefgen.compose.citations.style_fixes import mend
from briefgen.compose.citations.styles import CSL, Style, parsed

Words = dict[str, tuple[str, str]]
"""For each label what stands before one value and before several."""


@cache
def prepared(
    style: Style, language: str, labels: frozenset[str], names_in_full: bool = False
) -> tuple[bytes, Words]:
    """The style's XML, and for each locator label of a document the words to write before the value.

    `names_in_full` keeps the list of works from setting a dash for the author of the entry before, which may
    be one that is left out.
    """
    from lxml import etree

    root = parsed(style.name, style.xml)
    if not style.in_text:
        for sort in root.iterfind(f"{CSL}citation/{CSL}sort"):
            sort.getparent().remove(sort)
    for works in root.iterfind(f"{CSL}bibliography") if names_in_full else ():
        works.attrib.pop("subsequent-author-substitute", None)
    mend(root, style, language)
    words = _add_terms(root, language, labels)
    xml: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml, words


def _add_terms(root: Any, language: str, labels: Collection[str]) -> Words:
    """Put in a locale of our own, and return the words that it makes pandoc recognise."""
    from lxml import etree

    if root.find(f".//{CSL}label[@variable='locator']") is None:
        # A style without labels would print "6" for paragraph 6, which everybody reads as a page.
        return {label: _unread(label, language) for label in labels}
    borrowed = carriers(labels, _treated(root))
    locale = etree.Element(f"{CSL}locale")
    terms = etree.SubElement(locale, f"{CSL}terms")
    words: Words = {}
    for label in sorted(labels):
        if label not in borrowed:
            words[label] = _unread(label, language)
            continue
        known = "locator" + re.sub("[^a-z]", "", label)
        words[label] = known, known
        # The form "verb" is printed nowhere, and recognised like the others.
        _term(terms, borrowed[label], "verb", known)
        ours = list(locator_terms(label, language))
        for own in list(root.iterfind(f"{CSL}locale//{CSL}term[@name='{borrowed[label]}']")) if ours else ():
            own.getparent().remove(own)
        for form, single, multiple in ours:
            _term(terms, borrowed[label], form, single, multiple)
    root.find(f"{CSL}info").addnext(locale)
    return words


def _unread(label: str, language: str) -> tuple[str, str]:
    one, several = bare_words(label, language)
    return (UNREAD + one, UNREAD + several) if one else ("", "")


def _treated(root: Any) -> set[str]:
    """Labels that the style asks for, or whose words it prints elsewhere."""
    asked = {
        label
        for test in root.iter(f"{CSL}if", f"{CSL}else-if")
        for label in (test.get("locator") or "").split()
    }
    return asked | {text.get("term", "") for text in root.iter(f"{CSL}text")}


def _term(terms: Any, name: str, form: str, single: str, multiple: str = "") -> None:
    from lxml import etree

    term = etree.SubElement(terms, f"{CSL}term", {"name": name})
    if form != "long":
        term.set("form", form)
    if multiple:
        etree.SubElement(term, f"{CSL}single").text = single
        etree.SubElement(term, f"{CSL}multiple").text = multiple
    else:
        term.text = single

"""Every DOCX is sound: two judges look at fixed and varied documents, and each is itself put to the test."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx_samples import (
    BRIEFING,
    LETTER,
    changed,
    complaints,
    document,
    documents,
    html,
    validator,
)
from hypothesis import HealthCheck, given, settings
from ooxml_lint import lint

from briefgen.inspect.docx import read_docx
from briefgen.inspect.tokens import differences, read_html
from briefgen.model.document import Document
from briefgen.render.docx import DocxRenderer

RENDERER = DocxRenderer()
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
FIXED = [(LETTER, "letter"), (BRIEFING, "briefing"), ("", "letter"), ("<p></p>", "briefing")]


def rendered(html: str, kind: str = "letter") -> bytes:
    return RENDERER.render(document(html, kind)).data


@pytest.mark.parametrize(("html", "kind"), FIXED)
def test_our_lint_finds_nothing_in_the_samples(html: str, kind: str) -> None:
    assert lint(rendered(html, kind)) == []


@pytest.mark.parametrize("page", ["a4", "us-letter"])
@pytest.mark.parametrize(("html", "kind"), FIXED)
def test_the_validator_finds_nothing_in_the_samples(html: str, kind: str, page: str, tmp_path: Path) -> None:
    rendering = RENDERER.render(document(html, kind, page=page))
    assert complaints(validator(), rendering.data, tmp_path) == ""


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
@given(documents())
def test_varied_documents_are_sound_and_say_what_their_html_says(written: Document) -> None:
    """Lint finds nothing; the reader finds the same text, notes, headings and list numbers; bytes repeat."""
    data = RENDERER.render(written).data
    assert lint(data) == []
    assert differences(read_html(written.html), read_docx(data)) == []
    assert RENDERER.render(written).data == data


@settings(max_examples=16, deadline=None, suppress_health_check=SLOW, database=None)
@given(written=documents(most=60))
def test_the_validator_finds_nothing_in_varied_documents(written: Document, tmp_path: Path) -> None:
    """Each is as long as a dozen of the documents above, for the validator is slow to start."""
    assert complaints(validator(), RENDERER.render(written).data, tmp_path) == ""


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(html())
def test_python_docx_opens_edits_and_saves_what_we_write(html: str) -> None:
    opened = docx.Document(io.BytesIO(rendered(html)))
    opened.add_paragraph("Added in another program.", style="Body Text")
    stream = io.BytesIO()
    opened.save(stream)
    assert read_docx(stream.getvalue()).text.endswith("Added in another program.")


def _without(pattern: str) -> Callable[[str], str]:
    return lambda text: re.sub(pattern, "", text, count=1, flags=re.DOTALL)


def _swapped(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


_DOCUMENT, _NOTES, _SETTINGS = "word/document.xml", "word/footnotes.xml", "word/settings.xml"
BREAKAGES: dict[str, tuple[str, Callable[[str], str]]] = {
    "empty cell": (
        _DOCUMENT,
        lambda text: re.sub(r"(</w:tcPr>)<w:p>.*?</w:p>(?=</w:tc>)", r"\1", text, count=1),
    ),
    "tables that touch": (
        _DOCUMENT,
        _without(r'(?<=</w:tbl>)<w:p><w:pPr><w:pStyle w:val="AfterTable"/>.*?</w:p>'),
    ),
    "undefined paragraph style": (
        _DOCUMENT,
        _swapped('w:pStyle w:val="BodyText"', 'w:pStyle w:val="Nowhere"'),
    ),
    "undefined run style": (_DOCUMENT, _swapped('w:rStyle w:val="Hyperlink"', 'w:rStyle w:val="Nowhere"')),
    "undefined numbering": (
        _DOCUMENT,
        lambda text: re.sub(r'w:numId w:val="\d+"', 'w:numId w:val="999"', text),
    ),
    "bookmark left open": (_DOCUMENT, _without(r"<w:bookmarkEnd [^>]*>")),
    "bookmark named twice": (_DOCUMENT, _swapped('w:name="_Toctwo"', 'w:name="_Tocone"')),
    "field left open": (_DOCUMENT, _without(r'<w:r><w:fldChar w:fldCharType="end"/></w:r>')),
    "dead anchor": (_DOCUMENT, _swapped('w:anchor="_Tocone"', 'w:anchor="_Nowhere"')),
    "dead relationship": (_DOCUMENT, _swapped('r:embed="picture1"', 'r:embed="picture9"')),
    "two pictures of one id": (
        _DOCUMENT,
        lambda text: re.sub(r"(<w:r><w:drawing>.*?</w:drawing></w:r>)", r"\1\1", text, count=1),
    ),
    "properties out of order": (
        _DOCUMENT,
        lambda text: re.sub(r"(<w:pStyle [^>]*/>)(<w:keepNext/>)", r"\2\1", text, count=1),
    ),
    "run properties out of order": (_DOCUMENT, _swapped("<w:b/><w:bCs/>", "<w:bCs/><w:b/>")),
    "cell properties out of order": (
        _DOCUMENT,
        lambda text: re.sub(r'(<w:tcW [^>]*/>)(<w:gridSpan w:val="2"/>)', r"\2\1", text, count=1),
    ),
    "number in a separator": (_NOTES, _swapped("<w:separator/>", "<w:footnoteRef/><w:separator/>")),
    "no separators": (_NOTES, _without(r'<w:footnote w:type="separator".*?</w:footnote>')),
    "call without a note": (_NOTES, _without(r'<w:footnote w:id="2">.*?</w:footnote>')),
    "note settings out of order": (
        _SETTINGS,
        lambda text: re.sub(r"(<w:footnotePr>.*?</w:footnotePr>)(<w:compat>.*?</w:compat>)", r"\2\1", text),
    ),
    "separators of no endnotes": (
        _SETTINGS,
        _swapped("<w:compat>", '<w:endnotePr><w:endnote w:id="-1"/></w:endnotePr><w:compat>'),
    ),
    "a question on opening": (_SETTINGS, _swapped("<w:compat>", "<w:updateFields/><w:compat>")),
    "a picture without words": (_DOCUMENT, _swapped('descr="A plain blue field"', 'descr=""')),
    "undeclared part": ("[Content_Types].xml", _without(r'<Override PartName="/word/footnotes.xml"[^>]*>')),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_broken_document_is_caught(name: str) -> None:
    """Our lint alone catches each fault, so that it is seen where the validator is not installed."""
    member, change = BREAKAGES[name]
    broken = changed(rendered(BRIEFING, "briefing"), member, change)
    assert lint(broken) != []


def test_the_validator_catches_what_it_should(tmp_path: Path) -> None:
    """A judge that passes everything is none."""
    member, change = BREAKAGES["properties out of order"]
    broken = changed(rendered(BRIEFING, "briefing"), member, change)
    assert "Sch_UnexpectedElement" in complaints(validator(), broken, tmp_path)

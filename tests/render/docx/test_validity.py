"""Every DOCX is sound: two judges look at fixed and varied documents, and each is itself put to the test."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx_samples import (
    BRIEF,
    BRIEFING,
    LETTER,
    changed,
    complaints,
    document,
    documents,
    html,
    validator,
)
from html_reader import read_html
from hypothesis import HealthCheck, given, settings
from ooxml_lint import lint

from briefgen.inspect.compare import find_differences
from briefgen.inspect.docx import read_docx
from briefgen.inspect.pdf import read_pdf
from briefgen.model.document import Document
from briefgen.render.docx.renderer import DocxRenderer

pytestmark = pytest.mark.slow

RENDERER = DocxRenderer()
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
FIXED = [
    (LETTER, "letter"),
    (BRIEFING, "briefing"),
    (BRIEF, "brief"),
    ("", "letter"),
    ("<p></p>", "briefing"),
]


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


@pytest.mark.exhaustive
def test_varied_documents_are_sound_and_say_what_their_html_says(tmp_path: Path) -> None:
    """Both judges find nothing; the reader finds the same text, notes, headings and list numbers; bytes repeat.

    The validator takes most of its time to start, so it is given a dozen documents in each file.
    """
    varied: list[Document] = []

    @settings(max_examples=240, deadline=None, suppress_health_check=SLOW, database=None)
    @given(documents())
    def look(written: Document) -> None:
        data = RENDERER.render(written).data
        assert lint(data) == []
        assert find_differences(read_html(written.html), read_docx(data)) == []
        assert RENDERER.render(written).data == data
        varied.append(written)

    look()
    assert len(varied) >= 200
    command = validator()
    files = list(_folded(varied, 12))
    assert sum(len(file) for file in files) == len(varied)
    for number, file in enumerate(files):
        said = complaints(command, RENDERER.render(_joined(file)).data, tmp_path)
        assert said == "", (number, said, [written.html for written in file])


def _folded(varied: list[Document], most: int) -> Iterator[list[Document]]:
    """Documents of one kind, paper and language together, up to `most` of them."""
    by_reference: dict[tuple[str, str, str], list[Document]] = {}
    for written in varied:
        by_reference.setdefault((written.kind, written.page, written.language), []).append(written)
    for alike in by_reference.values():
        yield from (alike[start : start + most] for start in range(0, len(alike), most))


def _joined(file: list[Document]) -> Document:
    """One document of several, each with ids of its own."""
    parts = (
        re.sub(r'(id="|href="#)(place-\d+")', rf"\g<1>{number}-\2", written.html)
        for number, written in enumerate(file)
    )
    return replace(file[0], html="".join(parts))


@pytest.mark.office
def test_libreoffice_sets_every_kind(convert_to_pdf: Callable[[Path], list[Path]], tmp_path: Path) -> None:
    """Letters and briefings, on both papers, in three directions of writing; each has its words on its pages."""
    for text, kind in ((LETTER, "letter"), (BRIEFING, "briefing")):
        for page, language in (("a4", "en-US"), ("us-letter", "ko"), ("a4", "ar")):
            data = RENDERER.render(document(text, kind, page=page, language=language)).data
            (tmp_path / f"{kind}-{page}-{language}.docx").write_bytes(data)
    made = convert_to_pdf(tmp_path)
    assert len(made) == 6
    for path in made:
        said = re.sub(r"\s", "", read_pdf(path).text)
        assert "asampleparagraphthatstandsinforthewordsofaletter" in said, path


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

"""PDF and DOCX of every document that tests and demo make say what the document says: text, notes, order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from docx_samples import BRIEFING, LETTER, document
from material import ROOT, with_much_evidence

from briefgen.inspect.docx import read_docx
from briefgen.inspect.sheets import read_sheets
from briefgen.inspect.tokens import Read, differences, read_html
from briefgen.model.document import Document
from briefgen.opening import Opened, open_campaign
from briefgen.render.docx import DocxRenderer
from briefgen.render.pdf import PdfRenderer

Agree = Callable[[Document], None]
STARTER = ROOT / "examples" / "starter"
WORD = DocxRenderer()


@pytest.fixture(scope="module")
def agree() -> Iterator[Agree]:
    """Holds a document's three readings against each other."""
    renderer = PdfRenderer((ROOT / "templates" / "css",))

    def hold(written: Document) -> None:
        said = read_html(written.html)
        word = read_docx(WORD.render(written).data)
        page = read_sheets(renderer.render(written).data)
        assert differences(said, word) == []
        assert differences(said, page) == []
        assert differences(word, page) == []
        assert _ends(page) == _ends(word)

    yield hold


@cache
def starter() -> Opened:
    return open_campaign(STARTER)


def letters() -> dict[str, Document]:
    return {one.id: starter().composer.letter(one) for one in starter().recipients}


def _ends(read: Read) -> tuple[str, str, str]:
    return read.title, read.author, read.language


def test_every_letter_of_the_starter_says_the_same_in_both_formats(agree: Agree) -> None:
    made = letters()
    assert len(made) >= 5
    for written in made.values():
        agree(written)


def test_the_briefing_of_the_starter_says_the_same_in_both_formats(agree: Agree) -> None:
    agree(starter().composer.briefing())


def test_a_briefing_with_evidence_of_every_kind_says_the_same(agree: Agree, tmp_path: Path) -> None:
    agree(open_campaign(with_much_evidence(tmp_path / "it")).composer.briefing())


@pytest.mark.parametrize(("html", "kind"), [(LETTER, "letter"), (BRIEFING, "briefing")])
def test_the_samples_say_the_same(agree: Agree, html: str, kind: str) -> None:
    """They hold what no letter has at once: tables, lists in lists, three scripts, notes in every place."""
    agree(document(html, kind))


# What the comparison tells

WRITTEN = document(LETTER.replace("A quotation.", "A well-known quotation of 2 of 2 words."))


def _told(agreeing: str, differing: str) -> list[str]:
    renderer = PdfRenderer((ROOT / "templates" / "css",))
    changed = replace(WRITTEN, html=WRITTEN.html.replace(agreeing, differing))
    assert changed.html != WRITTEN.html
    return differences(read_docx(WORD.render(WRITTEN).data), read_sheets(renderer.render(changed).data))


@pytest.mark.parametrize(
    ("agreeing", "differing", "told"),
    [
        ("A point with steps", "A point without steps", "without"),
        ("A statement.", "Statement a.", "Statement"),
        ("Ibid., 13–14.", "Ibid., 13–15.", "note 2"),
        ("13–14.</span>", "13–14.</span><span class='footnote'>More.</span>", "3 notes against 4"),
        ("<li>one</li><li>two</li>", "<li>two</li><li>one</li>", "two"),
        ("<ol><li>one", "<ol start='3'><li>one", "3."),
        ("well-known", "wellknown", "wellknown"),
        ("2 of 2 words", "2 of 2 signs", "signs"),
    ],
)
def test_each_difference_between_a_pdf_and_a_docx_is_told(agreeing: str, differing: str, told: str) -> None:
    assert told in "; ".join(_told(agreeing, differing))

"""PDF and DOCX of every document that tests and demo make say what the document says: text, notes, order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from docx_samples import BRIEF, BRIEFING, LETTER, document
from html_reader import read_html
from material import ROOT, with_much_evidence
from pdf_structure import faults, outline, told

from briefgen.campaign.open import Campaign, open_campaign
from briefgen.inspect.compare import find_differences
from briefgen.inspect.docx import read_docx
from briefgen.inspect.pdf_untagged import read_any_pdf, read_untagged_pdf
from briefgen.inspect.tokens import ExtractedDocument
from briefgen.model.document import Document
from briefgen.render.docx.renderer import DocxRenderer
from briefgen.render.pdf.renderer import PdfRenderer
from briefgen.render.text import write_plain_text

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
        printed = renderer.render(written).data
        page = read_untagged_pdf(printed)
        assert find_differences(said, word) == []
        assert find_differences(said, page) == []
        assert find_differences(word, page) == []
        tags = read_any_pdf(printed)
        assert tags.structured
        assert find_differences(said, tags) == []
        assert find_differences(word, tags) == []
        assert find_differences(tags, page) == []
        assert _ends(page) == _ends(word)

    yield hold


@cache
def starter() -> Campaign:
    return open_campaign(STARTER)


def letters() -> dict[str, Document]:
    return {one.id: starter().composer.compose_letter(one) for one in starter().recipients}


def _ends(read: ExtractedDocument) -> tuple[str, str, str]:
    return read.title, read.author, read.language


@pytest.mark.slow
def test_every_letter_of_the_starter_says_the_same_in_both_formats(agree: Agree) -> None:
    made = letters()
    assert len(made) >= 5
    for written in made.values():
        agree(written)


@pytest.mark.slow
def test_the_briefing_of_the_starter_says_the_same_in_both_formats(agree: Agree) -> None:
    agree(starter().composer.compose_briefing())


@pytest.mark.slow
def test_a_briefing_with_evidence_of_every_kind_says_the_same(agree: Agree, tmp_path: Path) -> None:
    agree(open_campaign(with_much_evidence(tmp_path / "it")).composer.compose_briefing())


@pytest.mark.slow
@pytest.mark.parametrize(("html", "kind"), [(LETTER, "letter"), (BRIEFING, "briefing")])
def test_the_samples_say_the_same(agree: Agree, html: str, kind: str) -> None:
    """They hold what no letter has at once: tables, lists in lists, three scripts, notes in every place."""
    agree(document(html, kind))


@pytest.mark.slow
def test_a_brief_says_the_same_its_notes_and_side_column_in_reading_order() -> None:
    """Without tags a page does not tell notes at its end from text, so only the tagged reading is compared."""
    written = document(BRIEF, "brief")
    said = read_html(BRIEF)
    word = read_docx(WORD.render(written).data)
    printed = PdfRenderer((ROOT / "templates" / "css",)).render(written)
    tags = read_any_pdf(printed.data)
    assert printed.pages == 2
    assert find_differences(said, word) == []
    assert find_differences(said, tags) == []
    assert [note.text for note in word.notes][1:] == ["Found.", "Counted.", "Quoted.", "In a cell."]
    assert faults(printed.data, notes=5) == []
    assert outline(printed.data).count("    Aside") == 1
    words = told(printed.data)
    assert words.index("What was found") < words.index("At a glance") < words.index("Beside it")
    plain = write_plain_text(written)
    assert plain.index("Beside it") < plain.index("Contact") < plain.index("Notes\n[1] D. Sample")
    assert plain.count("Notes") == 1


# What the comparison tells

WRITTEN = document(LETTER.replace("A quotation.", "A well-known quotation of 2 of 2 words."))


def _told(agreeing: str, differing: str) -> list[str]:
    renderer = PdfRenderer((ROOT / "templates" / "css",))
    changed = replace(WRITTEN, html=WRITTEN.html.replace(agreeing, differing))
    assert changed.html != WRITTEN.html
    return find_differences(
        read_docx(WORD.render(WRITTEN).data), read_untagged_pdf(renderer.render(changed).data)
    )


@cache
def _plain() -> tuple[ExtractedDocument, ExtractedDocument]:
    """The briefing of the samples as Word file and as PDF."""
    written = document(BRIEFING, "briefing")
    renderer = PdfRenderer((ROOT / "templates" / "css",))
    return read_docx(WORD.render(written).data), read_any_pdf(renderer.render(written).data)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("agreeing", "differing", "told"),
    [
        ('<h3 id="one-a">More of it</h3>', '<h2 id="one-a">More of it</h2>', "level 3: More of it"),
        ('<h3 id="one-a">More of it</h3>', '<p id="one-a">More of it</p>', "headings: "),
        ("<li>First</li>", "<li>Third</li>", "list item 2"),
        ("<ol><li>Begins anew</li></ol>", "<p>Begins anew</p>", "list items: "),
        ("<li><p>Second</p><p>and more of it</p>", "<li><p>Second</p></li><li><p>and more of it</p>", "list item"),
        ("<ol><li>inner</li></ol>", "</li><li>inner", "list item 4"),
        ("<td>North</td>", "<td>South</td>", "row 2, column 2: North"),
        ("<td>2021</td><td><p>South</p>", "<td></td><td><p>2021</p><p>South</p>", "row 4, column"),
        ('<td colspan="2">Both</td>', "<td></td><td>Both</td>", "row 3, column 2: Both"),
        ("<td>2021</td>", '<th scope="row">2021</th>', "row 4, column 1, header: 2021"),
        ("</table><table><tbody><tr><td>1", "</table><p>x</p><table><tbody><tr><td>1", "'x'"),
        ("<tr><td>1</td><td>2</td></tr>", "<tr><td>1</td></tr><tr><td>2</td></tr>", "row 2, column 1: 2"),
        ('alt="A plain blue\nfield"', 'alt="A plain red field"', "picture 1"),
        ("Told in a cell.<span", "Told in another cell.<span", "another"),
        ("In a heading.</span>", "In a headline.</span>", "note 3"),
        ("Table 1. Figures.<span class=\"footnote\">Source.</span>",
         "Table<span class=\"footnote\">Source.</span> 1. Figures.", "reference to note 4: after"),
        ('<a href="https://example.org/x">there</a>', '<a href="https://example.org/y">there</a>', "link"),
        ('<a href="#two">this</a>', "this", "links: "),
        ('<li><a href="#two">What others found</a></li>', "", "text"),
    ],
)  # fmt: skip
def test_each_difference_in_structure_is_told_whichever_file_has_it(
    agreeing: str, differing: str, told: str
) -> None:
    html = BRIEFING.replace(agreeing, differing, 1)
    assert html != BRIEFING
    renderer = PdfRenderer((ROOT / "templates" / "css",))
    changed = document(html, "briefing")
    word, page = _plain()
    other_word = read_docx(WORD.render(changed).data)
    other_page = read_any_pdf(renderer.render(changed).data)
    assert find_differences(other_word, other_page) == []
    assert told in "; ".join([*find_differences(word, other_page), *find_differences(other_page, word)])
    assert told in "; ".join([*find_differences(other_word, page), *find_differences(page, other_word)])


def test_a_picture_that_stands_elsewhere_is_told() -> None:
    first, last = '<h2 id="two">', '<div class="bibliography">'
    start, end = BRIEFING.index("<figure>"), BRIEFING.index("<p>Korean")
    figure = BRIEFING[start:end].replace("<figcaption>Figure 1.\nA field.</figcaption>", "")
    without = BRIEFING[:start] + BRIEFING[end:]
    assert first in without
    renderer = PdfRenderer((ROOT / "templates" / "css",))
    one, other = (document(without.replace(place, figure + place, 1), "briefing") for place in (first, last))
    told = find_differences(read_docx(WORD.render(one).data), read_any_pdf(renderer.render(other).data))
    assert any("picture 1: after" in each for each in told)


@pytest.mark.parametrize(
    ("agreeing", "differing", "told"),
    [
        ("A point with steps", "A point without steps", "without"),
        ("A statement.", "Statement a.", "Statement"),
        ("Ibid., 13–14.", "Ibid., 13–15.", "note 2"),
        ("13–14.</span>", "13–14.</span><span class='footnote'>More.</span>", "notes: 3 vs. 4"),
        ("<li>one</li><li>two</li>", "<li>two</li><li>one</li>", "two"),
        ("<ol><li>one", "<ol start='3'><li>one", "3."),
        ("well-known", "wellknown", "wellknown"),
        ("2 of 2 words", "2 of 2 signs", "signs"),
    ],
)
def test_each_difference_between_a_pdf_and_a_docx_is_told(agreeing: str, differing: str, told: str) -> None:
    assert told in "; ".join(_told(agreeing, differing))

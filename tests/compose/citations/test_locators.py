"""Locators: every label of CSL, in the languages of the tables, as pandoc prints it in a style."""

import re
from string import ascii_lowercase

import pytest
from citation_samples import WORKS, citeproc

from briefgen.compose.citations import Citation, CitationFormatter, Note
from briefgen.compose.citations.phrases import (
    PLACE_LABEL,
    find_locator_label,
    is_plural_locator,
    locator_labels,
)
from briefgen.data import load_word_data
from briefgen.errors import Place
from briefgen.model.source import Source

TABLES = load_word_data("locators")
LANGUAGES = sorted(TABLES["words"])
LABELS = sorted(locator_labels())


@pytest.fixture(scope="module")
def formatter() -> CitationFormatter:
    return citeproc()


def cited(formatter: CitationFormatter, label: str, value: str, style: str, language: str) -> str:
    """One source cited with a locator, in a document that uses no other label."""
    return formatter.format([Note((Citation("book", label, value),))], style, language).notes[0].text


def test_every_label_has_a_word_somewhere() -> None:
    own = set(TABLES["words"]["en"]) | set(TABLES["known"]) | {"article-locator"}
    assert own == locator_labels()
    assert set(TABLES["bare"]) == set(TABLES["known"])
    assert set(TABLES["lent"]) <= set(TABLES["known"])
    assert all(set(TABLES["words"]["en"]) <= set(table) for table in TABLES["words"].values())
    assert set(TABLES["short"].values()) <= locator_labels()


FORMS = {
    "harvard-cite-them-right": r"\(Abel\w, 2010, (.*)5\)",
    "apa": r"\(Abel\w, 2010, (.*)5\)",
    "chicago-notes-bibliography": r"Bo Abel\w, <em>An Old Book</em> \(Press, 2010\), (.*)5\.",
    "oscola": r"Bo Abel\w, <em>An Old Book</em> \(Press 2010\) (.*)5\.",
}
"""A first citation; between the brackets the words for the place."""
BARE_PAGES = {"chicago-notes-bibliography", "oscola"}
"""Styles that print a page's number alone."""
AT_ONCE = 8
"""Labels that pandoc does not know and that still find a known one to borrow, in a document."""


@pytest.fixture(scope="module")
def books() -> CitationFormatter:
    """Formats citations of books that differ by their author."""
    work = next(one for one in WORKS if one["id"] == "book")
    made = {}
    for letter in ascii_lowercase[:AT_ONCE]:
        book = work | {"id": letter, "author": [{"family": f"Abel{letter}", "given": "Bo"}]}
        made[letter] = Source(letter, book, Place("works.json"))
    return CitationFormatter(made)


@pytest.mark.parametrize("style", FORMS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_is_recognised_and_printed_in_its_language(
    books: CitationFormatter, style: str, language: str
) -> None:
    """What pandoc does not take for a label it prints as it was written: `locatorcanon 5`."""
    assert len(LABELS) > AT_ONCE
    for start in range(0, len(LABELS), AT_ONCE):
        some = LABELS[start : start + AT_ONCE]
        notes = [
            Note((Citation(book, label, "5"),)) for book, label in zip(ascii_lowercase, some, strict=False)
        ]
        for label, spot in zip(some, books.format(notes, style, language).notes, strict=True):
            found = re.fullmatch(FORMS[style], spot.text or spot.note)
            assert found, (label, spot)
            word = found[1].strip()
            assert "locator" not in word
            assert bool(word) != (label == PLACE_LABEL or (label == "page" and style in BARE_PAGES))
            words = TABLES["words"][language].get("article" if label == "article-locator" else label)
            if words:
                assert word.rstrip(".").casefold() in {one.rstrip(".").casefold() for one in words}


@pytest.mark.parametrize("style", [*FORMS, "bluebook-law-review", "modern-language-association", "ieee"])
def test_a_place_with_a_name_is_printed_as_it_is_typed(formatter: CitationFormatter, style: str) -> None:
    notes = [
        Note((Citation(work, PLACE_LABEL, "recitals A and B"),)) for work in ("book", "treaty", "report")
    ]
    spots = formatter.format(notes, style, "en").notes
    assert len(spots) == len(notes)
    for spot in spots:
        assert re.search(r"(?<!p\.)[,>\w) ] recitals A and B\b", spot.text or spot.note)
        assert not re.search(r"\b(?:p|pp|opus|op|locator)\b", spot.text or spot.note)


def test_a_document_may_use_every_label_at_once(formatter: CitationFormatter) -> None:
    notes = [Note((Citation("book", label, "5"),)) for label in LABELS]
    words = {}
    for label, spot in zip(
        LABELS, formatter.format(notes, "harvard-cite-them-right", "en").notes, strict=True
    ):
        assert spot.text.endswith(" 5)")
        words[label] = spot.text.removeprefix("(Abel, 2010, ").removesuffix(" 5)")
    assert words["article"] == words["article-locator"] == "art."
    assert (words["paragraph"], words["page"], words["rule"], words["table"]) == (
        "para.",
        "p.",
        "r.",
        "table",
    )


def test_several_places_take_the_plural(formatter: CitationFormatter) -> None:
    assert cited(formatter, "paragraph", "5–6", "apa", "en") == "(Abel, 2010, paras. 5–6)"
    assert cited(formatter, "article", "II–III", "chicago-author-date", "en") == "(Abel 2010, arts. II–III)"
    assert cited(formatter, "rule", "3, 7", "harvard-cite-them-right", "en") == "(Abel, 2010, rr. 3, 7)"


@pytest.mark.slow
def test_a_locator_of_any_form_is_taken_whole(formatter: CitationFormatter) -> None:
    for value in ("IV.C", "3(a)–(b)", "102–105 and 110", "A/5", "ii", "Annex II"):
        assert cited(formatter, "section", value, "chicago-author-date", "en").endswith(f"{value})")


def test_a_borrowed_word_changes_nothing_else(formatter: CitationFormatter) -> None:
    """Chicago prints the issue's "no. 2" with a word that could have been lent."""
    notes = [Note((Citation("essay", label, "5"),)) for label in ("article", "rule", "table", "act")]
    first = formatter.format(notes, "chicago-notes-bibliography", "en").notes[0].note
    assert first.endswith("<em>Journal of Samples</em> 7, no. 2 (2013): art. 5.")


def test_a_style_without_labels_gets_the_word_so_that_a_paragraph_is_not_read_as_a_page(
    formatter: CitationFormatter,
) -> None:
    notes = [
        Note((Citation("book", label, value),))
        for label, value in (("paragraph", "5"), ("paragraph", "5–6"), ("page", "7"), ("article", "II"))
    ]
    spots = formatter.format(notes, "bluebook-law-review", "en").notes
    assert [spot.note.split("</span>")[-1].split("at ")[-1] for spot in spots] == [
        " ¶ 5 (2010).",
        "¶¶ 5–6.",
        "7.",
        "art. II.",
    ]


def test_people_name_labels_in_full_or_short() -> None:
    assert [find_locator_label(word) for word in ("para", "pp", "art", "sub_verbo", "no", "chapter")] == [
        "paragraph",
        "page",
        "article",
        "sub-verbo",
        "issue",
        "chapter",
    ]
    assert find_locator_label("verze") is None


def test_what_names_several_places() -> None:
    assert all(map(is_plural_locator, ["5–6", "5-6", "3, 7", "3 and 7", "II–III", "3(a)–4(b)", "5 & 6"]))
    assert not any(map(is_plural_locator, ["5", "IV.C", "2(3)", "A/5"]))

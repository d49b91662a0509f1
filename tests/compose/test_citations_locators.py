"""Locators: every label of CSL, in the languages of the tables, as pandoc prints it in a style."""

import pytest
from citation_samples import citeproc

from briefgen.compose.citations import Citation, Citeproc, Note
from briefgen.compose.citations.locators import label_of, labels, several
from briefgen.evidence.words import word_data

TABLES = word_data("locators")
LANGUAGES = sorted(TABLES["words"])
LABELS = sorted(labels())


@pytest.fixture(scope="module")
def desk() -> Citeproc:
    return citeproc()


def cited(desk: Citeproc, label: str, value: str, style: str, language: str) -> str:
    """One source cited with a locator, in a document that uses no other label."""
    return desk.format([Note((Citation("book", label, value),))], style, language).spots[0].text


def test_every_label_has_a_word_somewhere() -> None:
    own = set(TABLES["words"]["en"]) | set(TABLES["known"]) | {"article-locator"}
    assert own == labels()
    assert set(TABLES["bare"]) == set(TABLES["known"])
    assert set(TABLES["lent"]) <= set(TABLES["known"])
    assert all(set(TABLES["words"]["en"]) <= set(table) for table in TABLES["words"].values())
    assert set(TABLES["short"].values()) <= labels()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_is_recognised_and_printed_in_its_language(desk: Citeproc, language: str) -> None:
    """All labels in one document: those that pandoc does not know borrow from those that are left."""
    for label in LABELS:
        text = cited(desk, label, "5", "harvard-cite-them-right", language)
        table = TABLES["words"][language].get("article" if label == "article-locator" else label)
        assert text.startswith("(Abel, 2010, ")
        assert text.endswith(" 5)")
        assert "locator" not in text
        word = text.removeprefix("(Abel, 2010, ").removesuffix(" 5)")
        assert word
        if table:
            assert word == table[0]


def test_a_document_may_use_every_label_at_once(desk: Citeproc) -> None:
    notes = [Note((Citation("book", label, "5"),)) for label in LABELS]
    words = {}
    for label, spot in zip(LABELS, desk.format(notes, "harvard-cite-them-right", "en").spots, strict=True):
        assert spot.text.endswith(" 5)")
        words[label] = spot.text.removeprefix("(Abel, 2010, ").removesuffix(" 5)")
    assert words["article"] == words["article-locator"] == "art."
    assert (words["paragraph"], words["page"], words["rule"], words["table"]) == (
        "para.",
        "p.",
        "r.",
        "table",
    )


def test_several_places_take_the_plural(desk: Citeproc) -> None:
    assert cited(desk, "paragraph", "5–6", "apa", "en") == "(Abel, 2010, paras. 5–6)"
    assert cited(desk, "article", "II–III", "chicago-author-date", "en") == "(Abel 2010, arts. II–III)"
    assert cited(desk, "rule", "3, 7", "harvard-cite-them-right", "en") == "(Abel, 2010, rr. 3, 7)"


def test_a_locator_of_any_form_is_taken_whole(desk: Citeproc) -> None:
    for value in ("IV.C", "3(a)–(b)", "102–105 and 110", "A/5", "ii", "Annex II"):
        assert cited(desk, "section", value, "chicago-author-date", "en").endswith(f"{value})")


def test_a_borrowed_word_changes_nothing_else(desk: Citeproc) -> None:
    """Chicago prints the issue's "no. 2" with a word that could have been lent."""
    notes = [Note((Citation("essay", label, "5"),)) for label in ("article", "rule", "table", "act")]
    first = desk.format(notes, "chicago-notes-bibliography", "en").spots[0].note
    assert first.endswith("<em>Journal of Samples</em> 7, no. 2 (2013): art. 5.")


def test_a_style_without_labels_gets_the_word_so_that_a_paragraph_is_not_read_as_a_page(
    desk: Citeproc,
) -> None:
    notes = [
        Note((Citation("book", label, value),))
        for label, value in (("paragraph", "5"), ("paragraph", "5–6"), ("page", "7"), ("article", "II"))
    ]
    spots = desk.format(notes, "bluebook-law-review", "en").spots
    assert [spot.note.split("</span>")[-1].split("at ")[-1] for spot in spots] == [
        " ¶ 5 (2010).",
        "¶¶ 5–6.",
        "7.",
        "art. II.",
    ]


def test_people_name_labels_in_full_or_short() -> None:
    assert [label_of(word) for word in ("para", "pp", "art", "sub_verbo", "no", "chapter")] == [
        "paragraph",
        "page",
        "article",
        "sub-verbo",
        "issue",
        "chapter",
    ]
    assert label_of("verze") is None


def test_what_names_several_places() -> None:
    assert all(map(several, ["5–6", "5-6", "3, 7", "3 and 7", "II–III", "3(a)–(b)", "5 & 6"]))
    assert not any(map(several, ["5", "IV.C", "2(3)", "A/5"]))

"""Splitting a draft into sentences, with their places and notes."""

from briefgen.audit.draft import Draft, DraftBlock, NoteMark
from briefgen.audit.sentences import split_draft


def _draft(*blocks: DraftBlock) -> Draft:
    return Draft("draft.txt", "text", "en", blocks)


def _texts(text: str) -> list[str]:
    return [one.text for one in split_draft(_draft(DraftBlock("paragraph", text)))]


def test_sentences_are_cut_where_they_end_and_keep_the_characters_of_the_file():
    text = "  The U.S. House passed H.R. 3012.  “It\u200b did,” said Mr. Smith – twice. No. 5 follows "
    assert _texts(text) == [
        "The U.S. House passed H.R. 3012.",
        "“It\u200b did,” said Mr. Smith – twice.",
        "No. 5 follows",
    ]


def test_places_give_back_the_text():
    blocks = (DraftBlock("heading", "One"), DraftBlock("paragraph", "A b.  C d.\nE f."))
    found = split_draft(_draft(*blocks))
    assert [one.number for one in found] == [1, 2, 3, 4]
    assert all(blocks[one.block].text[one.start : one.end] == one.text for one in found)


def test_an_empty_block_has_no_sentence():
    assert split_draft(_draft(DraftBlock("paragraph", " \u200b\n"))) == ()


def test_an_abbreviation_is_not_parted_from_its_number():
    assert _texts("World Affairs 176, no. 2 (2013): 64. It said no. 2 men left.") == [
        "World Affairs 176, no. 2 (2013): 64.",
        "It said no.",
        "2 men left.",
    ]


def test_scripts_without_capitals_and_other_alphabets_have_sentences_too():
    assert _texts("북한은 핵실험을 했다. 유엔은 규탄했다.") == ["북한은 핵실험을 했다.", "유엔은 규탄했다."]
    assert _texts("这是第一句。这是第二句。") == ["这是第一句。", "这是第二句。"]
    assert _texts("Это первое. Это второе, т. е. последнее.") == [
        "Это первое.",
        "Это второе, т. е. последнее.",
    ]


def test_a_note_belongs_to_the_sentence_that_its_mark_is_in_or_follows():
    text = "One, two. Three. Four."
    marks = (NoteMark(3, "a"), NoteMark(9, "b"), NoteMark(16, "c"), NoteMark(22, "d"))
    found = split_draft(_draft(DraftBlock("paragraph", text, marks=marks)))
    assert [one.notes for one in found] == [("a", "b"), ("c",), ("d",)]


def test_what_is_too_long_for_a_sentence_is_judged_in_parts():
    parts = _texts("word " * 1_000) + _texts("x" * 4_000)
    assert all(0 < len(part) <= 1_500 for part in parts)
    assert "".join(parts).count("x") == 4_000 and " ".join(parts).count("word") == 1_000

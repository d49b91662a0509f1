"""A wording is one paragraph with emphasis; whatever else it has is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.evidence.inline_markdown import find_unsupported_markup, strip_markdown


@pytest.mark.parametrize(
    ("wording", "printed"),
    [
        ("Plain words.", "Plain words."),
        ("*Emphasis* and **strong** words", "Emphasis and strong words"),
        ("***both*** and _others_", "both and others"),
        ("two\nlines", "two lines"),
        ("snake_case_word", "snake_case_word"),
        ("a < b and c > d", "a < b and c > d"),
        ("AT&T & others", "AT&T & others"),
        ("5 * 3 ** 2", "5 * 3 ** 2"),
        (r"\*no emphasis\*", "*no emphasis*"),
    ],
)
def test_emphasis_is_all_the_markup_of_a_wording(wording: str, printed: str) -> None:
    assert find_unsupported_markup(wording) is None
    assert strip_markdown(wording) == printed


@pytest.mark.parametrize(
    ("wording", "named"),
    [
        ("# Heading", "a heading"),
        ("Heading\n===", "a heading"),
        ("- a list", "a list"),
        ("1. a list", "a list"),
        ("> a quotation", "a block quotation"),
        ("    indented", "indented code"),
        ("```\ncode\n```", "code"),
        ("---", "a line"),
        ("one\n\ntwo", "a second paragraph"),
        ("a [link](https://example.org)", "a link"),
        ("a ![picture](a.png)", "a picture"),
        ("some `code`", "code"),
        ("two  \nlines", "a forced line break"),
        ("two\\\nlines", "a forced line break"),
        ("<b>bold</b>", "HTML (<b>)"),
        ("an end </b>", "HTML (</b>)"),
        ("<!-- remark -->", "HTML (<!--)"),
        ("a&nbsp;b", "HTML (&nbsp;)"),
        ("a&#160;b", "HTML (&#160;)"),
        ("<https://example.org>", "HTML (<https://example.org>)"),
        ("", "something that is not a paragraph"),
        (" \n ", "something that is not a paragraph"),
        ("[a]: https://example.org", "something that is not a paragraph"),
    ],
)
def test_other_markup_is_named(wording: str, named: str) -> None:
    assert find_unsupported_markup(wording) == named


@pytest.mark.parametrize("hidden", ["\u202e", "\x07", "\u2066"])
def test_a_hidden_character_is_named_before_anything_else(hidden: str) -> None:
    assert (find_unsupported_markup(f"# a{hidden}b") or "").startswith("a hidden character (")


@given(st.lists(st.sampled_from(["a", "word", "*so*", "**it**", "is"]), min_size=1).map(" ".join))
def test_emphasis_adds_and_takes_nothing_but_its_marks(wording: str) -> None:
    assert find_unsupported_markup(wording) is None
    assert strip_markdown(wording) == wording.replace("*", "")

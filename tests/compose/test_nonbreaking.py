"""Numbers and days stay on the line of what they belong to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.compose.markup import bind_last_words, insert_nonbreaking_spaces


@pytest.mark.parametrize(
    "text",
    [
        "H.R.~5959 and Article~3 of 2025",
        "Council resolution, art.~12, paras~4–5, p.~7, vol.~2, no.~3",
        "On November~7, 2025, and from 14~December to 31~December 2010",
        "para~90",
        "§~7801",
        "“March~21, 2013”",
    ],
)
def test_a_number_and_a_day_are_bound(text: str) -> None:
    assert insert_nonbreaking_spaces(text.replace("~", " ")) == text.replace("~", "\u00a0")


@pytest.mark.parametrize(
    "text",
    [
        "an Article on H.R. matters",
        "They said no 3 times",
        "In May the 3 of them",
        "map 3 and soup 4",
        "2025 November",
        '<img alt="p. 3 of Article 4" src="x y 3"/>',
    ],
)
def test_all_else_stays(text: str) -> None:
    assert insert_nonbreaking_spaces(text) == text


@given(st.text())
def test_no_word_is_changed(text: str) -> None:
    assert insert_nonbreaking_spaces(text).replace("\u00a0", " ") == text.replace("\u00a0", " ")
    assert insert_nonbreaking_spaces(insert_nonbreaking_spaces(text)) == insert_nonbreaking_spaces(text)


def test_a_short_last_word_is_bound_in_paragraphs_and_notes_and_in_cells_if_wanted() -> None:
    text = "I would be grateful for your reply, and will gladly send the sources for anything said"
    assert bind_last_words(f"<p>{text} here.</p>") == f"<p>{text}\u00a0here.</p>"
    assert bind_last_words(f"<p>{text} constitutionally.</p>") == f"<p>{text} constitutionally.</p>"
    assert bind_last_words(f"<td>{text} here.</td>") == f"<td>{text} here.</td>"
    assert bind_last_words(f"<td>{text} here.</td>", cells=True) == f"<td>{text}\u00a0here.</td>"

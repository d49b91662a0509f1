"""Where a citation stands at the end of a sentence, and how our words follow a citation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.compose.citations.sentence_ends import (
    append_citation,
    append_phrase,
    ends_sentence,
    inline_text,
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("It is so.", "It is so (W)."),
        ("It is <em>so.</em>", "It is <em>so</em> (W)."),
        ("They say “it is so.”", "They say “it is so” (W)."),
        ("They say ‘it is so’.", "They say ‘it is so’ (W)."),
        ("Is it so?", "Is it so (W)?"),
        ("They ask “is it so?”", "They ask “is it so?” (W)."),
        ("It is so in the U.S.", "It is so in the U.S. (W)."),
        ("It was found in No.", "It was found in No. (W)."),
        ("And so on…", "And so on… (W)."),
        ("It is so", "It is so (W)"),
        ("It is so ", "It is so (W)"),
        ("<p>", "<p>(W)"),
        ("(", "((W)"),
        ("사망했다.", "사망했다(W)."),
        ("死亡した。", "死亡した(W)。"),
    ],
)
def test_a_citation_stands_within_its_sentence(before: str, after: str) -> None:
    assert append_citation(before, "(W)", superscript=False)[0] == after


def test_a_raised_number_stands_behind_the_full_stop() -> None:
    assert append_citation("It is so.", "<sup>1</sup>", superscript=True) == ("It is so.<sup>1</sup>", None)


def test_a_footnote_that_is_called_before_the_citation_stays_behind_the_sentence() -> None:
    call = '<span class="footnote">A <span lang="la">nota</span>.</span>'
    assert append_citation(f"It is so.{call}", "(W)", superscript=False) == (
        f"It is so (W).{call}",
        (".", " (W)."),
    )
    assert (
        append_citation(f"So.{call} In the U.S.", "(W)", superscript=False)[0]
        == f"So.{call} In the U.S. (W)."
    )
    assert append_citation('So.<span class="footnote">A note.', "(W)", superscript=False)[0].endswith(
        "note (W)."
    )


def test_a_long_tag_before_the_citation_is_not_taken_for_words() -> None:
    before = f'<p>See <a href="https://example.org/{"x" * 200}">'
    assert append_citation(before, "(W)", superscript=False)[0] == f"{before}(W)"


def test_the_change_tells_how_the_printed_sentence_ends() -> None:
    text, change = append_citation("They say “it is <em>so</em>.”", "(<em>W</em> &amp; V)", superscript=False)
    assert change == (".”", "” (W & V).")
    assert "They say “it is so.”".removesuffix(change[0]) + change[1] == inline_text(text)


@given(st.text(alphabet='abc .!?…”’"', max_size=30))
def test_no_word_is_lost_and_the_citation_stands_once(sentence: str) -> None:
    text, change = append_citation(sentence, "(W)", superscript=False)
    assert text.count("(W)") == 1
    assert [char for char in text if char in "abc"] == [char for char in sentence if char in "abc"]
    if change:
        assert sentence.rstrip().removesuffix(change[0]) + change[1] == text


@pytest.mark.parametrize(
    ("before", "words", "american", "british"),
    [
        ("Writer, para. 5", ". See ", "Writer, para. 5. See ", "Writer, para. 5. See "),
        ("“Title”", ", quoted in ", "“Title,” quoted in ", "“Title”, quoted in "),
        ("“Title.”", ". See ", "“Title.” See ", "“Title.” See "),
        ("“Title?”", ". See ", "“Title?” See ", "“Title?” See "),
        ("Ibid.", ". See ", "Ibid. See ", "Ibid. See "),
        ("", ", quoted in ", ", quoted in ", ", quoted in "),
        ("Writer", "에서 재인용", "Writer에서 재인용", "Writer에서 재인용"),
    ],
)
def test_words_follow_a_citation_without_a_second_sign(
    before: str, words: str, american: str, british: str
) -> None:
    assert append_phrase(before, words, punctuation_inside_quotes=True) == american
    assert append_phrase(before, words, punctuation_inside_quotes=False) == british


def test_what_ends_like_a_sentence() -> None:
    assert all(map(ends_sentence, ["It is.", "It <em>is.</em>", "“Is it?”", "(It is.)", "そう。"]))
    assert not any(map(ends_sentence, ["It is", "“It is”", "", "p. 5"]))

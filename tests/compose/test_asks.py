"""Asks: a single word names one of the library, several words are the ask itself."""

from __future__ import annotations

import pytest

from briefgen.compose.asks import WrittenAsk, find_ask
from briefgen.errors import BriefgenError, Place
from briefgen.model.snippet import Review, Snippet

SNIPPETS = {
    name: Snippet(id=name, kind=kind, body="B.", review=Review(status="verified"))
    for name, kind in (("ask-uk-parliament", "ask"), ("resign", "ask"), ("camps", "finding"))
}
PLACE = Place("campaign.yaml", 9)


@pytest.mark.parametrize("name", ["ask-uk-parliament", "resign"])
def test_a_single_word_is_the_id_of_an_ask(name: str) -> None:
    assert find_ask(SNIPPETS, name, PLACE) is SNIPPETS[name]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("fund yearly tests of drinking water", "fund yearly tests of drinking water."),
        ("  fund\n  tests. ", "fund tests."),
        ("resign.", "resign."),
        ("support “Clean Taps”", "support “Clean Taps”"),
        ("회의를 요청해", "회의를 요청해."),
        ("요청해", "요청해."),
    ],
)
def test_other_texts_are_the_ask_itself(text: str, printed: str) -> None:
    ask = find_ask(SNIPPETS, text, PLACE)
    assert isinstance(ask, WrittenAsk) and str(ask) == printed


def test_words_are_text_and_not_markup() -> None:
    assert find_ask({}, "read <b>this</b>", None).__html__() == "read &lt;b&gt;this&lt;/b&gt;."  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("ask-uk-parlament", "snippet-unknown", "did you mean ask-uk-parliament?"),
        ("Ask-UK-Parliament", "snippet-unknown", "did you mean ask-uk-parliament?"),
        ("ask uk parliament", "snippet-unknown", "did you mean ask-uk-parliament?"),
        ("Ask UK Parlament.", "snippet-unknown", "did you mean ask-uk-parliament?"),
        ("camps", "ask-kind", "available: ask-uk-parliament, resign"),
        ("ask-canada-minister", "snippet-unknown", "it is in a library that the campaign does not name"),
        ("leave", "snippet-unknown", "an ask in words has several, or a full stop"),
    ],
)
def test_a_name_that_is_none_is_reported_with_what_was_meant(text: str, code: str, hint: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        find_ask(SNIPPETS, text, PLACE)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place) == (code, PLACE)
    assert hint in (problem.hint or "")

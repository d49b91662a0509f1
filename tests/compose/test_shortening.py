"""What may be cut from a document, and in which order: never what it must say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from settings_samples import campaign_config

from briefgen.compose.select import SnippetSelection, select_snippets
from briefgen.compose.shortening import (
    Shortening,
    ShorteningStep,
    briefing_shortening_steps,
    letter_shortening_steps,
)
from briefgen.model.snippet import Snippet

REVIEW = {"status": "verified", "by": "an editor", "on": "2026-01-01"}


def snippet(id: str, **more: Any) -> Snippet:
    card = {
        "id": id,
        "kind": "finding",
        "topics": ["camps"],
        "review": REVIEW,
        "body": f"All that {id} says.",
    }
    return Snippet.model_validate(card | more)


def chosen(*cards: Snippet, **selection: Any) -> SnippetSelection:
    campaign = campaign_config(
        interests=[{"when": "true", "topics": ["camps"]}],
        selection={"max_snippets": 20, **selection},
    )
    ask = snippet("ask", kind="ask", variants={"short": "Ask."})
    return select_snippets({one.id: one for one in (ask, *cards)}, campaign, [0])


SHORT = {"variants": {"short": "Less."}}


def steps(ladder: tuple[ShorteningStep, ...]) -> list[tuple[str, str]]:
    return [(cut.how, cut.snippet) for cut in ladder]


def test_what_was_chosen_last_is_shortened_first_then_what_is_required_then_the_last_is_left_out() -> None:
    letter = chosen(
        snippet("must", priority=1, **SHORT),
        snippet("best", priority=90, **SHORT),
        snippet("middle", priority=60),
        snippet("least", priority=20, **SHORT),
        required=["must"],
    )
    assert steps(letter_shortening_steps(letter)) == [
        ("shortened", "least"),
        ("shortened", "best"),
        ("shortened", "must"),
        ("left-out", "least"),
        ("left-out", "middle"),
        ("left-out", "best"),
    ]


def test_a_letter_keeps_one_statement_even_where_none_is_required() -> None:
    assert steps(letter_shortening_steps(chosen(snippet("one", priority=90), snippet("two")))) == [
        ("left-out", "two")
    ]


def test_a_variant_that_is_no_shorter_is_not_printed_for_being_called_short() -> None:
    long = {"variants": {"short": "This variant says with many more words what the body says."}}
    assert letter_shortening_steps(chosen(snippet("one", **long))) == ()


def test_what_overtakes_a_claim_goes_only_after_the_claim() -> None:
    old = snippet("old", priority=1, superseded_by=["new"])
    new = snippet("new", priority=1)
    best = snippet("best", priority=90)
    from briefgen.compose.select import Verdict

    letter = chosen(best)
    both = [Verdict(one, True, "chosen") for one in (best, old, new)]
    assert steps(letter_shortening_steps(replace(letter, verdicts=tuple(both)))) == [
        ("left-out", "old"),
        ("left-out", "new"),
    ]
    kept = [Verdict(old, True, "required"), Verdict(new, True, "chosen"), Verdict(best, True, "chosen")]
    assert steps(letter_shortening_steps(replace(letter, verdicts=tuple(kept)))) == [("left-out", "best")]


def test_what_is_left_out_is_not_called_shortened_too() -> None:
    cuts = Shortening.from_steps(
        [ShorteningStep("a", "shortened"), ShorteningStep("b", "shortened"), ShorteningStep("a", "left-out")]
    )
    assert (cuts.shortened, cuts.left_out) == ({"b"}, {"a"})
    assert cuts.keeps("b")
    assert not cuts.keeps("a")


def test_of_a_briefing_only_what_filled_a_section_goes_and_no_section_is_emptied() -> None:
    named = [snippet("named", priority=1, **SHORT), snippet("in-summary")]
    filled = [snippet("low", priority=10), snippet("high", priority=80, **SHORT)]
    alone = [snippet("alone", priority=5)]
    ladder = briefing_shortening_steps(named, [[named[0], *filled], alone])
    assert steps(ladder) == [
        ("shortened", "high"),
        ("shortened", "named"),
        ("left-out", "low"),
        ("left-out", "high"),
    ]


@st.composite
def libraries(draw: st.DrawFn) -> tuple[list[Snippet], list[str]]:
    names = [f"s-{number}" for number in range(draw(st.integers(1, 9)))]
    cards = []
    for index, name in enumerate(names):
        overtaken = draw(st.booleans()) and index + 1 < len(names)
        more: dict[str, Any] = {"priority": draw(st.integers(0, 100))}
        if overtaken:
            more |= {"confidence": "superseded", "superseded_by": [draw(st.sampled_from(names[index + 1 :]))]}
        if draw(st.booleans()):
            more["variants"] = {"short": draw(st.sampled_from(["Less.", "Rather longer than the body is."]))}
        cards.append(snippet(name, **more))
    return cards, draw(st.lists(st.sampled_from(names), unique=True, max_size=4))


@given(libraries())
def test_no_ladder_ever_touches_the_ask_or_leaves_out_what_a_letter_must_say(
    library: tuple[list[Snippet], list[str]],
) -> None:
    cards, required = library
    letter = chosen(*cards, required=required)
    ladder = letter_shortening_steps(letter)
    assert len({(cut.snippet, cut.how) for cut in ladder}) == len(ladder)
    used = {one.snippet.id: one for one in letter.verdicts if one.used}
    rank = list(used)
    for rung in range(len(ladder) + 1):
        cuts = Shortening.from_steps(ladder[:rung])
        left = {name for name in used if cuts.keeps(name)}
        assert "ask" not in cuts.shortened | cuts.left_out
        assert all(used[name].why == "chosen" for name in cuts.left_out)
        assert not used or left
        for name in left:
            overtaken_by = set(used[name].snippet.superseded_by)
            assert not overtaken_by & set(used) or overtaken_by & left
    gone = [rank.index(cut.snippet) for cut in ladder if cut.how == "left-out"]
    assert gone == sorted(gone, reverse=True)


def figure(id: str, **more: Any) -> Snippet:
    row = {"label": "Counted", "value": "7", "evidence": [{"source": "one", "quote": "seven"}]}
    return snippet(
        id, kind="figure", figure={"chart": "bar", "unit": "people", "alt": "Seven.", "rows": [row]}, **more
    )


def test_a_figure_is_never_shortened_and_goes_from_a_briefing_only_where_topics_brought_it() -> None:
    named, filled, text = figure("named", **SHORT), figure("filled", priority=90, **SHORT), snippet("text")
    assert steps(briefing_shortening_steps([named], [[named, filled, text]])) == [
        ("left-out", "text"),
        ("left-out", "filled"),
    ]

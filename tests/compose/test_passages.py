"""Snippets as they are printed: note, caveats, and what may not be printed."""

import re
from typing import Any

import pytest

from briefgen.compose.citations import Citation, OriginalCitation, Remark
from briefgen.compose.passages import NoteCollector, TemplateApi, build_snippet_note, render_inline_markdown
from briefgen.compose.record import _DocumentText, _snippet_entry, plain_text
from briefgen.errors import BriefgenError
from briefgen.model.snippet import Caveat, Snippet

REVIEW = {"status": "verified", "by": "an editor", "on": "2026-01-01"}
QUOTE = {"source": "essay", "locator": {"paragraph": "5"}, "quote": "a … b"}


def snippet(**changes: Any) -> Snippet:
    return Snippet.model_validate(
        {
            "id": "toll",
            "kind": "statistic",
            "review": REVIEW,
            "body": "In 2012 *twenty* died.",
            "evidence": [QUOTE],
        }
        | changes
    )


def caveat(**changes: Any) -> Caveat:
    return Caveat.model_validate(
        {
            "id": "range",
            "review": REVIEW,
            "body": "Estimates differ.",
            "evidence": [{**QUOTE, "source": "paper"}],
        }
        | changes
    )


def desk(*snippets: Snippet, caveats: tuple[Caveat, ...] = ()) -> TemplateApi:
    return TemplateApi(
        {one.id: one for one in snippets}, {one.id: one for one in caveats}, {"essay": None, "paper": None}
    )


def test_emphasis_is_set_and_everything_else_is_text() -> None:
    assert render_inline_markdown('*a* **b** <b>c</b> [d](http://e) "q" it\'s') == (
        "<em>a</em> <strong>b</strong> &lt;b&gt;c&lt;/b&gt; [d](http://e) “q” it’s"
    )


def test_a_snippet_prints_its_words_and_calls_one_note() -> None:
    api = desk(snippet())
    assert (
        str(api.passage("toll")) == 'In 2012 <em>twenty</em> died.<span class="citation" data-n="0"></span>'
    )
    assert api.note_collector.notes[0].citations == (Citation("essay", "paragraph", "5"),)


def test_the_chain_of_a_second_hand_source_is_in_the_note() -> None:
    evidence = {**QUOTE, "via": [{"source": "paper", "relation": "quoted"}]}
    assert build_snippet_note(snippet(evidence=[evidence]), ()).citations == (
        Citation("essay", "paragraph", "5", via=(OriginalCitation("quoted", "paper"),)),
    )
    evidence["via"] = [{"source": "paper", "relation": "cited", "locator": {"page": "3"}}]
    assert build_snippet_note(snippet(evidence=[evidence]), ()).citations[0].via == (
        OriginalCitation("cited", "paper", "page", "3"),
    )


def test_the_same_place_is_cited_once() -> None:
    assert build_snippet_note(snippet(evidence=[QUOTE, {**QUOTE, "quote": "c"}]), ()).citations == (
        Citation("essay", "paragraph", "5"),
    )


def test_a_caveat_in_the_note_follows_the_source_with_its_own() -> None:
    note = build_snippet_note(snippet(), [caveat(), caveat(id="other", body="Nobody knows.", evidence=[])])
    assert note.citations == (Citation("essay", "paragraph", "5"),)
    assert note.remarks == (
        Remark("Estimates differ.", (Citation("paper", "paragraph", "5"),)),
        Remark("Nobody knows."),
    )


def test_a_caveat_whose_source_the_note_has_just_cited_does_not_cite_it_again() -> None:
    note = build_snippet_note(snippet(), [caveat(evidence=[QUOTE])])
    assert note.citations == (Citation("essay", "paragraph", "5"),)
    assert note.remarks == (Remark("Estimates differ."),)


def test_a_caveat_as_a_sentence_stands_behind_the_claim_with_its_own_note() -> None:
    api = desk(snippet(caveats=["range"]), caveats=(caveat(form="sentence"),))
    text = re.sub(r'<span class="citation" data-n="(\d)"></span>', r"[\1]", str(api.passage("toll")))
    assert text == "In 2012 <em>twenty</em> died.[0] Estimates differ.[1]"


@pytest.mark.parametrize("short", [False, True])
def test_a_caveat_that_must_be_printed_is_there_in_every_variant(short: bool) -> None:
    api = desk(snippet(caveats=["range"], variants={"short": "Twenty died in 2012."}), caveats=(caveat(),))
    str(api.passage("toll", short=short))
    assert [remark.html for remark in api.note_collector.notes[0].remarks] == ["Estimates differ."]


def test_a_caveat_for_editors_stays_out_of_print() -> None:
    api = desk(snippet(caveats=["range"]), caveats=(caveat(must_print=False),))
    str(api.passage("toll"))
    assert api.note_collector.notes[0].citations == (Citation("essay", "paragraph", "5"),)
    assert api.note_collector.notes[0].remarks == ()


@pytest.mark.parametrize("status", ["draft", "rejected"])
def test_what_is_not_verified_is_refused_by_name(status: str) -> None:
    with pytest.raises(BriefgenError, match=f"'toll' has status {status}") as caught:
        desk(snippet(review={"status": status})).passage("toll")
    assert caught.value.problems[0].code == "snippet-not-verified"


def test_an_unknown_snippet_is_refused_with_the_nearest() -> None:
    with pytest.raises(BriefgenError) as caught:
        desk(snippet()).passage("tole")
    assert caught.value.problems[0].hint == "did you mean toll?"


def test_a_missing_caveat_keeps_its_snippet_out() -> None:
    with pytest.raises(BriefgenError) as caught:
        desk(snippet(caveats=["rnge"]), caveats=(caveat(),)).passage("toll")
    assert (caught.value.problems[0].code, caught.value.problems[0].hint) == (
        "caveat-unknown",
        "did you mean range?",
    )


def test_cite_takes_short_and_long_locators() -> None:
    api = desk()
    api.cite("essay", para=5)
    api.cite("essay", page="64–65")
    api.cite("essay")
    assert [note.citations[0] for note in api.note_collector.notes] == [
        Citation("essay", "paragraph", "5"),
        Citation("essay", "page", "64–65"),
        Citation("essay"),
    ]


@pytest.mark.parametrize(
    ("source", "given", "code", "message"),
    [
        ("essay", {"verze": 5}, "locator-label", "cite() has no locator 'verze'"),
        ("essay", {"para": 5, "page": 6}, "locator-label", "cite() takes one locator, not para=, page="),
        ("essay", {"para": [1]}, "locator-value", "cite() takes para= as text or a whole number, not [1]"),
        ("essay", {"para": True}, "locator-value", "not True"),
        ("essay", {"para": 5.5}, "locator-value", "not 5.5"),
        ("essay", {"para": None}, "locator-value", "not None"),
        ("essay", {"para": " "}, "locator-value", "without a value"),
        ("essay", {"para": "5|6"}, "locator-value", "contains what a citation cannot print: |"),
        ("essay", {"prefix": ["see"]}, "locator-value", "prefix= as text"),
        ("essay", {"suffix": {}}, "locator-value", "suffix= as text"),
        ("esay", {}, "source-unknown", "no source has the id 'esay'"),
        (["essay"], {}, "source-unknown", "no source has the id ['essay']"),
        (7, {}, "source-unknown", "no source has the id 7"),
    ],
)
def test_cite_refuses_what_it_cannot_print(source: Any, given: Any, code: str, message: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        desk().cite(source, **given)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert message in problem.message


def test_a_note_without_content_leaves_no_call() -> None:
    from briefgen.compose.citations import Note

    assert NoteCollector().add(Note(())) == ""


DATED = "On March 22, 2013, it said “on March 22, 2013” of forced labor."


def test_british_letters_print_the_british_wording_and_the_day_first() -> None:
    variants = {"short": "Short, May 1, 2012.", "en-GB": "Forced labour on March 22, 2013."}
    plain, own = snippet(body=DATED), snippet(id="own", body=DATED, variants=variants)
    api = TemplateApi({"toll": plain, "own": own}, {}, {"essay": None}, variety="en-GB")
    british = {
        name: api.passage(name, short=short).text.replace("\u00a0", " ")
        for name, short in (("toll", False), ("own", False))
    }
    assert british == {
        "toll": "On 22 March 2013, it said “on March 22, 2013” of forced labor.",
        "own": "Forced labour on 22 March 2013.",
    }
    assert api.passage("own", short=True).text.replace("\u00a0", " ") == "Short, 1 May 2012."
    assert TemplateApi({"own": own}, {}, {}, variety="en-US").passage("own").text == DATED


def test_a_caveat_has_the_day_first_where_its_snippet_has() -> None:
    told = caveat(body="Estimates of May 1, 2012 differ.", evidence=[])
    api = TemplateApi({"toll": snippet(caveats=["range"])}, {"range": told}, {"essay": None}, variety="en-GB")
    str(api.passage("toll"))
    (remark,) = api.note_collector.notes[0].remarks
    assert remark.html.replace("\u00a0", " ") == "Estimates of 1 May 2012 differ."


def test_the_record_keeps_the_wording_and_how_it_was_printed() -> None:
    api = TemplateApi({"toll": snippet(body=DATED)}, {}, {"essay": None}, variety="en-GB")
    passage = api.passage("toll")
    made = _snippet_entry(passage, {}, _DocumentText(plain_text(str(passage)), ()))
    assert made["text"] == DATED
    assert (made["printed"], made["printed_as"]) == (1, [plain_text(passage.text)])

"""Citations through pandoc's citeproc: order, short forms, second-hand sources, words of ours."""

import pytest

from briefgen.compose.citations import Citation, Citeproc, Note, Words, inlines_html, style_path
from briefgen.errors import BriefgenError, Place
from briefgen.model.source import Reference

STYLE = "chicago-notes-bibliography"

ITEMS = [
    {
        "id": "essay",
        "type": "article-journal",
        "title": "A Plain Title",
        "volume": "7",
        "issue": "2",
        "page": "1-9",
        "container-title": "Journal of Samples",
        "author": [{"family": "Writer", "given": "Ann"}],
        "issued": {"date-parts": [[2013, 7]]},
    },
    {
        "id": "paper",
        "type": "article-newspaper",
        "title": "Dead & <Buried>",
        "container-title": "Sample Shimbun",
        "issued": {"date-parts": [[2012, 4, 21]]},
    },
    {
        "id": "report",
        "type": "report",
        "title": "Report of the Commission",
        "number": "A/1/2",
        "author": [{"literal": "Commission of Samples"}],
        "issued": {"date-parts": [[2014]]},
        "URL": "https://example.org/report",
    },
]


@pytest.fixture(scope="module")
def citeproc() -> Citeproc:
    return Citeproc({str(item["id"]): Reference(str(item["id"]), item, Place("r.json")) for item in ITEMS})


def test_a_source_is_cited_in_full_first_and_short_afterwards(citeproc: Citeproc) -> None:
    cited = citeproc.format(
        [Note((Citation("essay", "paragraph", "5"),)), Note((Citation("essay", "paragraph", "6–7"),))],
        STYLE,
        "en",
    )
    assert cited.notes == (
        "Ann Writer, “A Plain Title,” <em>Journal of Samples</em> 7, no. 2 (2013): para. 5.",
        "Writer, “A Plain Title,” paras. 6–7.",
    )


def test_what_is_second_hand_is_cited_as_second_hand(citeproc: Citeproc) -> None:
    note = Note((Citation("paper"), Words(", quoted in "), Citation("essay", "paragraph", "5")))
    assert citeproc.format([note], STYLE, "en").notes == (
        "“Dead &amp; &lt;Buried&gt;,” <em>Sample Shimbun</em>, April 21, 2012, quoted in Ann Writer, “A Plain Title,” "
        "<em>Journal of Samples</em> 7, no. 2 (2013): para. 5.",
    )


def test_words_of_ours_keep_their_place_before_between_and_after(citeproc: Citeproc) -> None:
    notes = citeproc.format(
        [
            Note((Words("See "), Citation("essay"), Words(". Others <em>differ</em>: "), Citation("paper"))),
            Note((Citation("essay"), Words(" That is all."))),
            Note((Words("No source."),)),
        ],
        STYLE,
        "en",
    ).notes
    assert notes[0].startswith("See Ann Writer, “A Plain Title,”")
    assert ". Others <em>differ</em>: “Dead &amp;" in notes[0]
    assert notes[1] == "Writer, “A Plain Title.” That is all."
    assert notes[2] == "No source."


def test_the_bibliography_holds_what_is_cited_and_nothing_else(citeproc: Citeproc) -> None:
    cited = citeproc.format([Note((Citation("report"),)), Note((Citation("essay"),))], STYLE, "en")
    assert [entry.split(".")[0] for entry in cited.bibliography] == ["Commission of Samples", "Writer, Ann"]
    assert '<a href="https://example.org/report">' in cited.bibliography[0]


def test_an_author_date_style_gives_text_for_the_spot(citeproc: Citeproc) -> None:
    (note,) = citeproc.format([Note((Citation("essay", "paragraph", "5"),))], "apa", "en").notes
    assert note == "(Writer, 2013, para. 5)"


def test_an_unknown_source_is_refused_before_pandoc_prints_a_question_mark(citeproc: Citeproc) -> None:
    with pytest.raises(BriefgenError) as caught:
        citeproc.format([Note((Citation("essey"),))], STYLE, "en")
    (problem,) = caught.value.problems
    assert (problem.code, problem.hint) == ("source-unknown", "did you mean essay?")


def test_an_unknown_style_is_refused_with_the_nearest() -> None:
    with pytest.raises(BriefgenError) as caught:
        style_path("chicago-notes-bibliografy")
    assert caught.value.problems[0].code == "citation-style"
    assert "chicago-notes-bibliography" in str(caught.value.problems[0].hint)


def test_the_same_sequence_is_formatted_once(citeproc: Citeproc, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = [Note((Citation("essay", "paragraph", "9"),))]
    first = citeproc.format(notes, STYLE, "en")
    monkeypatch.setattr("briefgen.compose.citations.run_citeproc", None)
    assert citeproc.format(notes, STYLE, "en") == first


def test_pandocs_inlines_become_semantic_html_escaped() -> None:
    word = {"t": "Str", "c": "<b>"}
    assert inlines_html(
        [
            {"t": "Emph", "c": [word]},
            {"t": "Space"},
            {"t": "Strong", "c": [word]},
            {"t": "SmallCaps", "c": [word]},
            {"t": "Superscript", "c": [word]},
            {"t": "Subscript", "c": [word]},
            {"t": "Quoted", "c": [{"t": "SingleQuote"}, [word]]},
            {"t": "Link", "c": [["", [], []], [word], ['https://e.org/?a=1&b="', ""]]},
            {"t": "Span", "c": [["", [], []], [word]]},
        ]
    ) == (
        '<em>&lt;b&gt;</em> <strong>&lt;b&gt;</strong><span class="small-caps">&lt;b&gt;</span><sup>&lt;b&gt;</sup>'
        '<sub>&lt;b&gt;</sub>‘&lt;b&gt;’<a href="https://e.org/?a=1&amp;b=&quot;">&lt;b&gt;</a>&lt;b&gt;'
    )

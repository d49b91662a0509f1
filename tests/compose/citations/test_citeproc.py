"""Citations through pandoc's citeproc: footnotes, text at the spot, short forms, second-hand works, our words."""

from dataclasses import replace

import pytest
from citation_samples import citeproc

from briefgen.compose.citations import Citation, CitationFormatter, Note, OriginalCitation, Remark
from briefgen.compose.citations.clusters import render_inlines
from briefgen.errors import BriefgenError

NOTES = "chicago-notes-bibliography"
IBID = "chicago-notes-bibliography-subsequent-ibid"
SECOND_HAND = Citation("essay", "paragraph", "5", via=(OriginalCitation("quoted", "paper"),))


@pytest.fixture(scope="module")
def formatter() -> CitationFormatter:
    return citeproc()


def footnotes(
    formatter: CitationFormatter, *notes: Note, style: str = NOTES, language: str = "en"
) -> list[str]:
    spots = formatter.format(notes, style, language).notes
    assert not any(spot.text for spot in spots)
    return [spot.note for spot in spots]


def texts(formatter: CitationFormatter, *notes: Note, style: str = "apa", language: str = "en") -> list[str]:
    return [spot.text for spot in formatter.format(notes, style, language).notes]


# -- notes styles


def test_a_source_is_cited_in_full_first_and_short_afterwards(formatter: CitationFormatter) -> None:
    assert footnotes(
        formatter,
        Note((Citation("essay", "paragraph", "5"),)),
        Note((Citation("essay", "paragraph", "6–7"),)),
    ) == [
        "Ann Writer, “A Plain Title,” <em>Journal of Samples</em> 7, no. 2 (2013): para. 5.",
        "Writer, “A Plain Title,” paras. 6–7.",
    ]


def test_several_sources_at_one_spot_are_one_footnote(formatter: CitationFormatter) -> None:
    (note,) = footnotes(formatter, Note((Citation("essay"), Citation("book", "page", "3"))))
    assert note == (
        "Ann Writer, “A Plain Title,” <em>Journal of Samples</em> 7, no. 2 (2013): 1–9; "
        "Bo Abel, <em>An Old Book</em> (Press, 2010), 3."
    )


def test_what_is_second_hand_is_cited_as_second_hand(formatter: CitationFormatter) -> None:
    assert footnotes(formatter, Note((SECOND_HAND,))) == [
        "“Dead &amp; &lt;Buried&gt;,” <em>Sample Shimbun</em>, April 21, 2012, quoted in Ann Writer, "
        "“A Plain Title,” <em>Journal of Samples</em> 7, no. 2 (2013): para. 5."
    ]


def test_a_chain_of_three_is_told_link_by_link(formatter: CitationFormatter) -> None:
    chain = Citation(
        "book",
        via=(OriginalCitation("quoted", "paper"), OriginalCitation("cited", "report", "paragraph", "7")),
    )
    (note,) = footnotes(formatter, Note((chain,)), style="oscola")
    assert note.startswith(
        "‘Dead &amp; &lt;Buried&gt;’ <em>Sample Shimbun</em> (21 April 2012), quoted in Comm"
    )
    assert "para 7 &lt;<a href" in note
    assert note.endswith("&gt;, cited in Bo Abel, <em>An Old Book</em> (Press 2010).")


def test_prefix_and_suffix_stand_around_their_citation_and_a_note_begins_large(
    formatter: CitationFormatter,
) -> None:
    see = Citation("essay", "page", "3", prefix="see", suffix="emphasis added")
    first, second = footnotes(formatter, Note((see,)), Note((Citation("book"), see)))
    assert first.startswith("See Ann Writer, ")
    assert first.endswith(" (2013): 3, emphasis added.")
    assert second.endswith("; see Writer, “A Plain Title,” 3, emphasis added.")


def test_a_suffix_is_never_taken_for_a_locator(formatter: CitationFormatter) -> None:
    (text,) = texts(formatter, Note((Citation("book", suffix="2nd printing | p. 7"),)))
    assert text == "(Abel, 2010, 2nd printing | p. 7)"


def test_remarks_follow_their_citation_as_sentences_with_sources_of_their_own(
    formatter: CitationFormatter,
) -> None:
    notes = footnotes(
        formatter,
        Note(
            (Citation("book", "page", "3"),),
            (Remark("Others <em>differ</em>.", (Citation("paper"),)), Remark("That is all.")),
        ),
        Note((Citation("book"),), (Remark("Two."), Remark("Three.", (SECOND_HAND,)))),
        Note((), (Remark("No source."),)),
        Note((), (Remark("One source.", (Citation("book"),)),)),
    )
    assert notes == [
        "Bo Abel, <em>An Old Book</em> (Press, 2010), 3. Others <em>differ</em>. See “Dead &amp; &lt;Buried&gt;,” "
        "<em>Sample Shimbun</em>, April 21, 2012. That is all.",
        "Abel, <em>An Old Book</em>. Two. Three. See <em>Sample Shimbun</em>, “Dead &amp; &lt;Buried&gt;,” quoted in "
        "Ann Writer, “A Plain Title,” <em>Journal of Samples</em> 7, no. 2 (2013): para. 5.",
        "No source.",
        "One source. See Abel, <em>An Old Book</em>.",
    ]


@pytest.mark.parametrize(
    ("language", "reference"),
    [
        ("en", "See the remark in note 2."),
        ("fr", "Voir la remarque à la note 2."),
        ("es", "Véase la observación en la nota 2."),
        ("de", "Siehe die Bemerkung in Fußnote 2."),
        ("ko", "각주 2의 설명 참조."),
    ],
)
def test_a_long_remark_is_printed_once_and_referred_to_afterwards(
    formatter: CitationFormatter, language: str, reference: str
) -> None:
    remark = Remark("The inquiry made no finding on this, and others differ.", (Citation("paper"),))
    notes = [Note(), Note((Citation("book"),), (remark,)), Note((Citation("essay"),), (remark,))]
    cited = formatter.format(notes, "chicago-notes-bibliography", language)
    assert remark.html in cited.notes[1].note
    assert cited.notes[2].note.endswith(f" {reference}")
    assert remark.html not in cited.notes[2].note
    again = formatter.format([*notes, Note((Citation("paper"),))], "chicago-notes-bibliography", language)
    assert any("Shimbun" in work for work in again.bibliography)


def test_a_remark_is_compared_by_its_words_and_repeated_if_it_is_short(formatter: CitationFormatter) -> None:
    caveat = "The inquiry made no finding on this, and others differ."
    notes = footnotes(
        formatter,
        Note((), (Remark(caveat, (Citation("paper"),)), Remark("Briefly."))),
        replace(Note((), (Remark(caveat),)), in_footnote=True),
        Note((), (Remark(caveat), Remark("Briefly."))),
    )
    assert notes[1:] == [caveat, "See the remark in note 1. Briefly."]


def test_no_second_full_stop_stands_behind_a_title_that_has_one(formatter: CitationFormatter) -> None:
    remark = (Remark("Others differ.", (Citation("book"),)),)
    _, note = footnotes(formatter, Note((Citation("essay"),)), Note((Citation("essay"),), remark))
    assert note.startswith("Writer, “A Plain Title.” Others differ. See Bo Abel")


def test_ibid_is_for_the_very_next_footnote_only(formatter: CitationFormatter) -> None:
    essay = Note((Citation("essay", "page", "2"),))
    elsewhere = Note((Citation("essay", "page", "3"),))
    assert footnotes(formatter, essay, elsewhere, elsewhere, style=IBID)[1:] == ["Ibid., 3.", "Ibid."]
    between = Note((), (Remark("A caveat."),))
    assert footnotes(formatter, essay, between, elsewhere, style=IBID)[2] == "Writer, “A Plain Title,” 3."
    assert footnotes(formatter, essay, Note(), elsewhere, style=IBID)[2] == "Writer, “A Plain Title,” 3."


def test_footnotes_without_a_source_count_where_a_note_is_named_by_its_number(
    formatter: CitationFormatter,
) -> None:
    caveat = Note((), (Remark("A caveat."),))
    notes = footnotes(
        formatter,
        caveat,
        Note(),
        Note((Citation("essay"),)),
        Note((Citation("book"),)),
        replace(Note((Citation("paper"),)), in_footnote=True),
        Note((Citation("essay", "page", "3"),)),
        Note((Citation("paper"),)),
        style="oscola",
    )
    assert notes[5:] == ["Writer (n 3) 3.", "‘Dead &amp; &lt;Buried&gt;’ (n 4)."]


def test_oscola_keeps_the_label_behind_ibid_which_stays_small(formatter: CitationFormatter) -> None:
    notes = footnotes(
        formatter,
        Note((Citation("treaty", "article", "II"),)),
        Note((Citation("treaty", "article", "III"),)),
        style="oscola",
    )
    assert notes == ["Convention on Samples (adopted 9 December 1948) 78 UNTS 277 art II.", "ibid art III."]


def test_a_style_without_a_full_stop_gets_one_before_a_remark(formatter: CitationFormatter) -> None:
    plain = Note((Citation("book"),))
    notes = footnotes(formatter, plain + Note((), (Remark("More."),)), style="acta-philosophica")
    assert footnotes(formatter, plain, style="acta-philosophica")[0].endswith(", Press, 2010")
    assert notes[0].endswith(", Press, 2010. More.")


# -- in-text styles


def test_an_author_date_style_gives_text_for_the_spot(formatter: CitationFormatter) -> None:
    assert texts(formatter, Note((Citation("essay", "paragraph", "5"),))) == ["(Writer, 2013, para. 5)"]


@pytest.mark.slow
def test_apa_sorts_the_works_of_one_parenthesis_and_leaves_a_chain_in_its_order(
    formatter: CitationFormatter,
) -> None:
    assert texts(formatter, Note((Citation("essay"), Citation("book")))) == ["(Abel, 2010; Writer, 2013)"]
    note = Note((SECOND_HAND, Citation("book", prefix="see")))
    assert texts(formatter, note) == [
        "(“Dead &amp; &lt;Buried&gt;,” 2012, as cited in Writer, 2013, para. 5; see Abel, 2010)"
    ]
    assert texts(formatter, note, style="chicago-author-date") == [
        "(<em>Sample Shimbun</em> 2012, quoted in Writer 2013, para. 5; see Abel 2010)"
    ]


def test_words_of_a_style_and_its_signs_stay_as_they_are(formatter: CitationFormatter) -> None:
    """MLA has a word of its own for paragraphs, and American commas stand within quotation marks."""
    assert texts(formatter, Note((SECOND_HAND,)), style="modern-language-association") == [
        "(“Dead &amp; &lt;Buried&gt;,” qtd. in Writer, par. 5)"
    ]


def test_remarks_become_a_footnote_that_cites_in_the_styles_manner(formatter: CitationFormatter) -> None:
    remarks = (Remark("Others differ.", (Citation("report", "paragraph", "7"),)), Remark("That is all."))
    cited = formatter.format([Note((Citation("essay"),), remarks)], "apa", "en")
    assert cited.notes[0].text == "(Writer, 2013)"
    assert cited.notes[0].note == "Others differ (Commission of Samples, 2014, para. 7). That is all."
    assert cited.sentence_ends == {(".", " (Commission of Samples, 2014, para. 7).")}


def test_numbers_go_in_the_order_of_the_text_and_the_list_too(formatter: CitationFormatter) -> None:
    notes = [Note((Citation("essay"),)), Note((Citation("book"), Citation("essay", "page", "3")))]
    assert texts(formatter, *notes, style="ieee") == ["[1]", "[1, p. 3], [2]"]
    works = formatter.format(notes, "ieee", "en").bibliography
    assert [work[:6] for work in works] == ["[1] A.", "[2] B."]


def test_a_numeric_chain_numbers_both_works(formatter: CitationFormatter) -> None:
    assert texts(formatter, Note((SECOND_HAND,)), style="ieee") == ["[1], quoted in [2, Para. 5]"]
    assert texts(formatter, Note((SECOND_HAND,)), style="elsevier-vancouver") == ["[1, quoted in 2]"]


@pytest.mark.slow
def test_the_words_of_a_chain_are_in_the_documents_language(formatter: CitationFormatter) -> None:
    note = Note((SECOND_HAND,))
    assert "cité dans Writer, 2013" in texts(formatter, note, language="fr")[0]
    assert "citado en Writer, 2013" in texts(formatter, note, language="es")[0]
    assert "zitiert nach Writer, 2013" in texts(formatter, note, language="de-AT")[0]
    assert texts(formatter, note, language="ko")[0].endswith("2012, Writer, 2013, 문단 5에서 재인용)")
    assert "as cited in Writer, 2013" in texts(formatter, note, language="pt-BR")[0]


# -- the list of works


def test_the_list_holds_what_is_cited_and_nothing_else_sorted_by_the_style(
    formatter: CitationFormatter,
) -> None:
    cited = formatter.format([Note((Citation("report"),)), Note((Citation("essay"),))] * 2, NOTES, "en")
    assert [entry.split(".")[0] for entry in cited.bibliography] == ["Commission of Samples", "Writer, Ann"]
    assert '<a href="https://example.org/report">' in cited.bibliography[0]


@pytest.mark.slow
def test_a_work_that_was_not_read_is_left_out_or_names_the_one_that_was(formatter: CitationFormatter) -> None:
    notes = [Note((SECOND_HAND,)), Note((Citation("book"),))] * 2
    for style in ("apa", "oscola", "chicago-author-date", "harvard-cite-them-right"):
        assert not any("Shimbun" in entry for entry in formatter.format(notes, style, "en").bibliography)
    for style in (NOTES, IBID):
        (entry,) = [one for one in formatter.format(notes, style, "en").bibliography if "Shimbun" in one]
        assert entry.endswith(" Quoted in Writer, “A Plain Title.”")
    followed = [*notes, Note((Citation("essay"),))]
    (entry,) = [one for one in formatter.format(followed, IBID, "en").bibliography if "Shimbun" in one]
    assert entry.endswith(" Quoted in Writer, “A Plain Title.”"), "never ibid."
    direct = [*notes, Note((Citation("paper"),))]
    assert any("Shimbun" in entry for entry in formatter.format(direct, "apa", "en").bibliography)
    (entry,) = [one for one in formatter.format(direct, NOTES, "en").bibliography if "Shimbun" in one]
    assert "Quoted in" not in entry


def test_no_dash_stands_for_the_author_of_a_work_that_is_left_out(formatter: CitationFormatter) -> None:
    """OSCOLA sets a dash for an author who stands in the entry before, and that entry may be left out."""
    same = Citation("second", via=(OriginalCitation("quoted", "report"),))
    for cited in (same, Citation("second")):
        notes = [Note((Citation("report"),)), Note((cited,)), Note((cited,))]
        entry = formatter.format(notes, "oscola", "en").bibliography[-1]
        assert entry.startswith("Commission of Samples, ‘Second Report")


# -- bad input


def test_html_in_a_title_stays_text_and_a_link_leads_to_a_web_page_only(formatter: CitationFormatter) -> None:
    for style in (NOTES, "apa", "ieee"):
        cited = formatter.format([Note((Citation("hostile"),))], style, "en")
        html = "".join([cited.notes[0].note, cited.notes[0].text, *cited.bibliography])
        assert "<script" not in html
        assert "<img" not in html
        assert 'href="javascript' not in html
        assert "\ue000" not in html


def test_unknown_sources_are_refused_all_at_once_before_pandoc_prints_a_question_mark(
    formatter: CitationFormatter,
) -> None:
    note = Note((Citation("essey"), Citation("book", via=(OriginalCitation("quoted", "papper"),))))
    with pytest.raises(BriefgenError) as caught:
        formatter.format([note], NOTES, "en")
    assert [(problem.code, problem.hint) for problem in caught.value.problems] == [
        ("source-unknown", "did you mean essay?"),
        ("source-unknown", "did you mean paper?"),
    ]


@pytest.mark.parametrize("value", ["5}", "{5", "5|6"])
def test_a_locator_that_pandoc_would_read_otherwise_is_refused(
    formatter: CitationFormatter, value: str
) -> None:
    with pytest.raises(BriefgenError) as caught:
        formatter.format([Note((Citation("essay", "page", value),))], NOTES, "en")
    assert caught.value.problems[0].code == "locator-value"


def test_the_same_sequence_is_formatted_once(
    formatter: CitationFormatter, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = [Note((Citation("essay", "paragraph", "9"),))]
    first = formatter.format(notes, NOTES, "en")
    monkeypatch.setattr("briefgen.compose.citations.citeproc.run_citeproc", None)
    assert formatter.format(notes, NOTES, "en") is first


def test_a_missing_pandoc_is_told_with_the_command_that_brings_it(
    formatter: CitationFormatter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("briefgen.compose.citations.citeproc.pandoc_path", lambda: "/nowhere/pandoc")
    with pytest.raises(BriefgenError) as caught:
        formatter.format([Note((Citation("essay", "page", "1"),))], NOTES, "en-GB")
    (problem,) = caught.value.problems
    assert (problem.code, problem.hint) == (
        "pandoc-missing",
        "pip install --force-reinstall pypandoc_binary",
    )


# -- pandoc's inlines


def test_pandocs_inlines_become_semantic_html_escaped() -> None:
    word = {"t": "Str", "c": "<b>"}
    assert render_inlines(
        [
            {"t": "Emph", "c": [word]},
            {"t": "Space"},
            {"t": "Strong", "c": [word]},
            {"t": "SmallCaps", "c": [word]},
            {"t": "Superscript", "c": [{"t": "Emph", "c": [word]}]},
            {"t": "Subscript", "c": [word]},
            {"t": "Underline", "c": [word]},
            {"t": "Quoted", "c": [{"t": "SingleQuote"}, [word]]},
            {"t": "Link", "c": [["", [], []], [word], ['https://e.org/?a=1&b="', ""]]},
            {"t": "Link", "c": [["", [], []], [word], ["javascript:x", ""]]},
            {"t": "Span", "c": [["", [], []], [word]]},
        ]
    ) == (
        '<em>&lt;b&gt;</em> <strong>&lt;b&gt;</strong><span class="small-caps">&lt;b&gt;</span><sup>&lt;b&gt;</sup>'
        "<sub>&lt;b&gt;</sub><em>&lt;b&gt;</em>‘&lt;b&gt;’"
        '<a href="https://e.org/?a=1&amp;b=&quot;">&lt;b&gt;</a>&lt;b&gt;&lt;b&gt;'
    )


def test_an_inline_that_is_not_known_is_an_error_and_not_a_hole() -> None:
    with pytest.raises(BriefgenError, match="unknown element: Math"):
        render_inlines([{"t": "Math", "c": [{"t": "InlineMath"}, "x"]}])


def test_notes_have_the_quotation_marks_of_the_text_unless_the_guide_asks_for_others(
    formatter: CitationFormatter,
) -> None:
    note = Note((Citation("essay", "page", "3"),))
    for style, printed in ((NOTES, "“A Plain Title”, "), ("oscola", "‘A Plain Title’ ")):
        (footnote,) = formatter.format([note], style, "en-GB").notes
        assert printed in footnote.note, style

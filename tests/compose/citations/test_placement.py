"""Citations in a document: footnotes, text before the full stop, and the list of works."""

from dataclasses import replace

import pytest
from citation_samples import citeproc

from briefgen.compose.citations import Citation, CitationFormatter, Note, Remark
from briefgen.compose.citations.placement import BIBLIOGRAPHY_MARK, citation_mark, place_citations
from briefgen.compose.markup import canonicalize_markup
from briefgen.errors import BriefgenError

NOTES = "chicago-notes-bibliography"
BOOK, ESSAY = Note((Citation("book"),)), Note((Citation("essay", "page", "3"),))
REMARKED = Note((Citation("book"),), (Remark("Others differ."),))


@pytest.fixture(scope="module")
def formatter() -> CitationFormatter:
    return citeproc()


def placed(formatter: CitationFormatter, html: str, *notes: Note, style: str = NOTES) -> str:
    result = place_citations(html, notes, formatter, style, "en").html
    assert canonicalize_markup(result)[:2] == (result, []), "what is placed is part of the vocabulary"
    return result


def test_a_notes_style_sets_a_footnote_at_each_call(formatter: CitationFormatter) -> None:
    html = placed(formatter, f"<p>One.{citation_mark(0)} Two.{citation_mark(1)}</p>", BOOK, ESSAY)
    assert html == (
        '<p>One.<span class="footnote">Bo Abel, <em>An Old Book</em> (Press, 2010).</span> '
        'Two.<span class="footnote">Ann Writer, “A Plain Title,” <em>Journal of Samples</em> 7, no. 2 (2013): 3.'
        "</span></p>"
    )


def test_marks_count_in_the_order_of_the_text_whatever_their_numbers(formatter: CitationFormatter) -> None:
    html = placed(formatter, f"<p>One.{citation_mark(1)} Two.{citation_mark(0)}</p>", BOOK, BOOK)
    assert html.index("Bo Abel") < html.index("Two.") < html.index('"footnote">Abel')


def test_calls_that_follow_each_other_are_one_footnote_and_nothing_twice(
    formatter: CitationFormatter,
) -> None:
    html = placed(
        formatter, f"<p>One.{citation_mark(0)} {citation_mark(1)}{citation_mark(2)}</p>", BOOK, ESSAY, BOOK
    )
    assert html.count("footnote") == 1
    assert html.count("Abel") == 1
    assert "; Ann Writer" in html


def test_an_in_text_style_sets_text_before_the_full_stop_and_remarks_in_a_footnote(
    formatter: CitationFormatter,
) -> None:
    result = place_citations(f"<p>It is so.{citation_mark(0)} More.</p>", [REMARKED], formatter, "apa", "en")
    assert result.html.startswith(
        '<p>It is so (Abel, 2010).<span class="footnote">Others differ.</span> More.</p>'
    )
    assert result.sentence_ends == {(".", " (Abel, 2010).")}


def test_a_numeric_style_raises_its_numbers_where_it_is_made_so(formatter: CitationFormatter) -> None:
    assert placed(formatter, f"<p>One.{citation_mark(0)}</p>", BOOK, style="nature").startswith(
        "<p>One.<sup>1</sup></p>"
    )
    assert placed(formatter, f"<p>One.{citation_mark(0)}</p>", BOOK, style="ieee").startswith(
        "<p>One [1].</p>"
    )


def test_a_call_in_the_middle_of_a_sentence_stays_there(formatter: CitationFormatter) -> None:
    html = placed(
        formatter,
        f"<p>One{citation_mark(0)}, two, and three {citation_mark(1)}.</p>",
        BOOK,
        ESSAY,
        style="apa",
    )
    assert html.startswith("<p>One (Abel, 2010), two, and three (Writer, 2013, p. 3).</p>")


def test_a_call_within_a_footnote_of_the_template_is_text_there(formatter: CitationFormatter) -> None:
    html = f'<p>One.<span class="footnote">But see {citation_mark(0)}.</span> Two.{citation_mark(1)}</p>'
    assert '<span class="footnote">But see Bo Abel, <em>An Old Book</em> (Press, 2010).</span>' in placed(
        formatter, html, BOOK, ESSAY
    )
    assert '<span class="footnote">But see (Abel, 2010).</span>' in placed(
        formatter, html, BOOK, ESSAY, style="apa"
    )


def test_footnotes_of_the_template_count(formatter: CitationFormatter) -> None:
    html = (
        f'<p>One.<span class="footnote">A <span lang="la">nota</span> of {citation_mark(0)}.</span>'
        f'<span class="footnote">Another.</span> Two.{citation_mark(1)} Three.{citation_mark(2)}</p>'
    )
    result = placed(formatter, html, BOOK, ESSAY, BOOK, style="oscola")
    assert result.endswith('Three.<span class="footnote">Abel (n 1).</span></p>')


def test_the_list_of_works_stands_at_its_mark(formatter: CitationFormatter) -> None:
    section = f'<div class="bibliography"><h2>Sources</h2>{BIBLIOGRAPHY_MARK}</div>'
    text = f"<p>One.{citation_mark(0)} Two.{citation_mark(0)}</p>"
    html = placed(formatter, f"{text}{section}<p>End.</p>", BOOK)
    assert html.endswith(
        '<div class="bibliography"><h2>Sources</h2><p>Abel, Bo. <em>An Old Book</em>. Press, 2010.</p></div>'
        "<p>End.</p>"
    )


def test_a_list_after_full_notes_has_what_is_cited_again(formatter: CitationFormatter) -> None:
    contents = '<ul><li><a href="#end">End</a></li><li><a href="#works">Sources</a></li></ul>'
    section = f'<div class="bibliography"><h2 id="works">Sources</h2>{BIBLIOGRAPHY_MARK}</div>'
    text = f'{contents}<p id="end">One.{citation_mark(0)} Two.{citation_mark(1)}</p>'
    again = f"<p>Three.{citation_mark(1)}</p>"
    listed = placed(formatter, f"{text}{again}{section}", BOOK, ESSAY)
    assert "Writer, Ann." in listed
    assert "Abel, Bo." not in listed
    alone = placed(formatter, f"{text}{section}", BOOK, ESSAY)
    assert "Sources" not in alone, "neither list nor heading, nor an entry in the contents"
    short_notes = placed(
        formatter, f"{text}{section}", BOOK, ESSAY, style="chicago-shortened-notes-bibliography-16th-edition"
    )
    assert "Abel, Bo." in short_notes


def test_a_line_of_sources_says_whose_works_and_its_note_is_short_where_a_list_has_the_rest(
    formatter: CitationFormatter,
) -> None:
    line = f"<p>{citation_mark(0)}</p>"
    sources = replace(BOOK + ESSAY, form="sources")
    section = f'<div class="bibliography"><h2>Sources</h2>{BIBLIOGRAPHY_MARK}</div>'
    html = placed(formatter, f"{line}{section}", sources)
    assert html.startswith(
        '<p>Sources: Abel; Writer.<span class="footnote">Abel, <em>An Old Book</em>; Writer, “A Plain Title,” 3.</span>'
    )
    assert "Abel, Bo." in html and "Writer, Ann." in html
    alone = placed(formatter, line, sources)
    assert '<span class="footnote">Bo Abel, <em>An Old Book</em> (Press, 2010); Ann Writer, ' in alone
    after_note = placed(formatter, f"{line}<p>One.{citation_mark(1)}</p>", sources, BOOK)
    assert '<span class="footnote">Abel, <em>An Old Book</em>;' in after_note
    assert '<span class="footnote">Bo Abel, ' in after_note, "a note has a work in full, wherever the line is"
    assert placed(formatter, line, replace(BOOK, form="cell")) == (
        "<p>Bo Abel, <em>An Old Book</em> (Press, 2010)</p>"
    )
    assert placed(formatter, line, replace(BOOK, form="sources"), style="apa").startswith(
        "<p>Source: Abel, 2010.</p>"
    )


def test_numbers_of_notes_are_those_of_the_statements(formatter: CitationFormatter) -> None:
    notes = [replace(BOOK, statements=(name,)) for name in ("a", "b", "c")]
    text = "".join(f"<p>It.{citation_mark(number)}</p>" for number in (0, 1, 2, 1))
    numbers = Note(form="numbers", statements=("b", "c"))
    html = placed(formatter, f"{text}<p>{citation_mark(3)}</p>", *notes, numbers)
    assert html.endswith("<p>2–4</p>")
    in_text = placed(formatter, f"{text}<p>{citation_mark(3)}</p>", *notes, numbers, style="apa")
    assert "<p>Abel, 2010</p>" in in_text


def test_a_list_without_works_leaves_no_heading_behind(formatter: CitationFormatter) -> None:
    section = f'<div class="bibliography"><h2>Sources</h2>{BIBLIOGRAPHY_MARK}</div>'
    assert placed(formatter, f"<p>One.</p>{section}") == "<p>One.</p>"
    bluebook = placed(formatter, f"<p>One.{citation_mark(0)}</p>{section}", BOOK, style="bluebook-law-review")
    assert "Sources" not in bluebook


def test_an_in_text_style_brings_its_list_where_the_template_has_no_place_for_it(
    formatter: CitationFormatter,
) -> None:
    html = f"<p>One.{citation_mark(0)}</p>"
    assert placed(formatter, html, BOOK, style="ieee").endswith(
        '<div class="bibliography"><h2>Sources</h2><p>[1] B. Abel, <em>An Old Book</em>. Press, 2010.</p></div>'
    )
    assert "bibliography" not in placed(formatter, html, BOOK)
    assert "<h2>Quellen</h2>" in place_citations(html, [BOOK], formatter, "apa", "de").html


@pytest.mark.parametrize(
    "html",
    [
        f"<p>One.{citation_mark(7)}</p>",
        '<p><span class="citation">x</span></p>',
        '<p><span class="citation"/></p>',
    ],
)
def test_a_mark_that_no_call_left_is_refused(formatter: CitationFormatter, html: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        place_citations(html, [BOOK], formatter, NOTES, "en")
    assert caught.value.problems[0].code == "citation-mark"

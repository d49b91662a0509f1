"""Lines of print become the paragraphs that their author wrote; what stands beside them is set apart."""

from __future__ import annotations

import random
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from briefgen.library.ingest.pdf_lines import PdfLine, PdfPage, read_pdf
from briefgen.library.ingest.pdf_paragraphs import join_pdf_pages

TEXT = (
    "commission reported considerable communication difficulties cooperation between governments remained "
    "efficient people camp border witness statement evidence assembly council resolution food harvest winter "
    "province army ration market river family letter court minister embassy shelter grain train station"
)
WORDS = TEXT.split()


def prose(number: int, words: int) -> str:
    """A paragraph of its own, the same at each run; it says its number first."""
    chosen = random.Random(number)
    text = [chosen.choice(WORDS) for _ in range(words)]
    for index in range(11, words - 3, 12):
        text[index] += "."
        text[index + 1] = text[index + 1].capitalize()
    return f"Number {number} {' '.join(text)}."


PARAGRAPHS = [prose(number, 20 + 17 * (number % 6)) for number in range(1, 31)]


def printed(css: str, body: str) -> list[PdfPage]:
    """The pages as WeasyPrint sets them, in a font that is the same on every machine."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    font = resources.files("font_source_serif_pro") / "files" / "SourceSerifPro-Regular.otf"
    face = f'@font-face{{font-family:"Sample";src:url("{Path(str(font)).as_uri()}")}}'
    style = f"{face} @page{{size:A5;margin:2cm}} body{{font-family:Sample}} p{{margin:0}}{css}"
    fonts = FontConfiguration()
    sheet = CSS(string=style, font_config=fonts)
    page = HTML(string=f'<html lang="en">{body}')
    return read_pdf(page.write_pdf(stylesheets=[sheet], font_config=fonts), "test.pdf").pages


def bodies(pages: Sequence[PdfPage]) -> list[str]:
    return [block.text for block in join_pdf_pages(pages).blocks if not block.kind]


def asides(pages: Sequence[PdfPage]) -> set[str]:
    return {block.kind for block in join_pdf_pages(pages).blocks if block.kind}


PLAIN = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)


@pytest.mark.slow
@pytest.mark.parametrize(
    "css",
    [
        "p{margin-bottom:10pt}",
        "p{margin-bottom:10pt;text-align:justify}",
        "p{text-indent:1.5em;text-align:justify}",
        "p{text-indent:1.5em;text-align:justify;hyphens:auto}",
        "body{columns:2;font-size:8pt} p{text-indent:1em;text-align:justify;hyphens:auto}",
    ],
    ids=["ragged", "justified", "indented", "hyphenated", "columns"],
)
def test_the_paragraphs_of_a_page_come_back_as_they_were_written(css: str) -> None:
    assert bodies(printed(css, PLAIN)) == PARAGRAPHS


@pytest.mark.slow
def test_without_indent_or_space_a_short_last_line_ends_a_paragraph() -> None:
    """Where the last line happens to be full, nothing on the page tells; such paragraphs run together."""
    found = bodies(printed("p{text-align:justify}", PLAIN))
    assert len(set(found) & set(PARAGRAPHS)) >= 24
    assert " ".join(found) == " ".join(PARAGRAPHS)


@pytest.mark.slow
def test_heads_page_numbers_headings_and_footnotes_are_named_and_interrupt_no_paragraph() -> None:
    css = (
        "@page{@top-center{content:'A report on hunger'}@bottom-center{content:counter(page)}}"
        "p{text-indent:1.5em;text-align:justify} .note{float:footnote;font-size:75%}"
    )
    noted = "".join(
        f"<p>{text}<span class=note>{prose(100 + number, 9)}</span></p>"
        for number, text in enumerate(PARAGRAPHS)
    )
    pages = printed(css, f"<h1>Hunger</h1>{noted}")
    found = bodies(pages)
    assert [text.rstrip("0123456789") for text in found] == PARAGRAPHS
    assert asides(pages) == {"running head", "page number", "heading", "footnote"}


@pytest.mark.slow
def test_a_block_quotation_is_one_paragraph() -> None:
    quotation = prose(200, 60)
    body = f"<p>{PARAGRAPHS[0]}</p><blockquote><p class=q>{quotation}</p></blockquote><p>{PARAGRAPHS[1]}</p>"
    css = "p{text-indent:1.5em;text-align:justify} blockquote{margin:1em 5em} .q{text-indent:0}"
    assert bodies(printed(css, body + PLAIN))[:3] == [PARAGRAPHS[0], quotation, PARAGRAPHS[1]]


# -- lines made by hand

SIZE, STEP, LEFT, WIDTH, LETTER = 12.0, 14.0, 60.0, 300.0, 6.0


def set_in_lines(paragraphs: Sequence[str], indent: float = 18.0, on_page: int = 30) -> list[PdfPage]:
    """Set words as a typewriter would: letters of one width, no hyphenation, the first line indented."""
    lines: list[tuple[str, float]] = []
    for paragraph in paragraphs:
        at, text = indent, ""
        for word in paragraph.split():
            longer = f"{text} {word}".strip()
            if text and at + len(longer) * LETTER > WIDTH:
                lines.append((text, at))
                at, text = 0.0, word
            else:
                text = longer
        lines.append((text, at))
    return [
        tuple(
            PdfLine(
                text,
                LEFT + at,
                700 - STEP * row,
                LEFT + at + len(text) * LETTER,
                700 - STEP * row + SIZE,
                SIZE,
            )
            for row, (text, at) in enumerate(lines[start : start + on_page])
        )
        for start in range(0, len(lines), on_page)
    ]


sentences = st.builds(
    lambda words, seed: prose(seed, words), st.integers(min_value=20, max_value=90), st.integers(0, 10_000)
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(sentences, min_size=6, max_size=14, unique=True))
def test_no_word_is_lost_or_doubled_and_indents_begin_paragraphs(paragraphs: list[str]) -> None:
    pages = set_in_lines(paragraphs)
    edges = [line.text for page in pages for line in (*page[:2], *page[2:][-2:])]
    assume(len(set(edges)) == len(edges))  # what returns there is a running head
    joined = join_pdf_pages(pages)
    assert " ".join(block.text for block in joined.blocks).split() == " ".join(paragraphs).split()
    assert [block.text for block in joined.blocks] == paragraphs


def test_a_word_divided_at_the_end_of_a_line_is_written_as_the_text_writes_it_elsewhere() -> None:
    lines = [
        "a co-operation and self-rule of the coopera-",
        "tion was a self-",
        "rule of non-",
        "Koreans in cir-",
        "cles",
    ]
    texts = ["cooperation is", *lines]
    page = tuple(
        PdfLine(text, LEFT, 700 - STEP * row, LEFT + 300, 712 - STEP * row, SIZE)
        for row, text in enumerate(texts)
    )
    joined = join_pdf_pages([page])
    assert joined.blocks[0].text == (
        "cooperation is a co-operation and self-rule of the cooperation was a self-rule "
        "of non-Koreans in circles"
    )
    assert joined.guessed_words == ("circles",)


def test_where_pages_end_with_a_full_stop_and_nothing_tells_the_page_is_named() -> None:
    pages = [
        tuple(
            PdfLine(
                f"{word} so many words that end.", LEFT, 700 - STEP * row, LEFT + 300, 712 - STEP * row, SIZE
            )
            for row, word in enumerate(words)
        )
        for words in (("One", "two", "three"), ("Four", "five", "six"))
    ]
    assert join_pdf_pages(pages).doubtful_pages == (1,)


def test_roman_and_arabic_page_numbers_are_known_by_counting_on() -> None:
    def page(number: str, year: str) -> PdfPage:
        return (
            PdfLine(f"Some words of the year {year} and more of them", LEFT, 700, LEFT + 300, 712, SIZE),
            PdfLine(year, LEFT, 686, LEFT + 30, 698, SIZE),
            PdfLine(number, LEFT, 40, LEFT + 10, 52, SIZE),
        )

    joined = join_pdf_pages([page("iii", "1995"), page("iv", "2012"), page("v", "1984")])
    numbers = [block.text for block in joined.blocks if block.kind == "page number"]
    assert numbers == ["iii", "iv", "v"]


def test_no_pages_are_no_paragraphs() -> None:
    assert join_pdf_pages([]).blocks == ()
    assert join_pdf_pages([(), ()]).blocks == ()


FILLER = "".join(f"<p>{text}</p>" for text in PARAGRAPHS[:12])


def test_pages_are_named_as_they_are_printed() -> None:
    pages = printed("@page{@bottom-center{content:counter(page, lower-roman)}}", FILLER)
    assert join_pdf_pages(pages).page_names[:3] == ("i", "ii", "iii")
    shifted = printed("@page{counter-increment:page;@bottom-center{content:counter(page)}} ", FILLER)
    first = next(line.text for line in shifted[0] if line.text.isdigit())
    assert join_pdf_pages(shifted).page_names[0] == first


def test_pages_without_printed_numbers_have_the_names_of_the_file_or_their_count() -> None:
    pages = printed("", FILLER)
    assert join_pdf_pages(pages).page_names == tuple(str(number + 1) for number in range(len(pages)))
    labels = [f"A-{number + 1}" for number in range(len(pages))]
    assert join_pdf_pages(pages, labels).page_names == tuple(labels)


def test_a_count_that_another_page_prints_is_given_to_none() -> None:
    def page(words: str, number: str = "") -> PdfPage:
        lines = [PdfLine(words, 50, 500, 300, 510, 10)]
        return tuple([*lines, PdfLine(number, 150, 30, 155, 40, 10)] if number else lines)

    pages = [page("cover words"), page("some words", "1"), page("more words"), page("last words", "3")]
    assert join_pdf_pages(pages).page_names == ("", "1", "2", "3")
    assert join_pdf_pages(pages).blocks[0].pages == ()


def test_a_paragraph_says_which_of_its_words_are_on_which_page() -> None:
    pages = printed("", FILLER)
    blocks = [block for block in join_pdf_pages(pages).blocks if len(block.pages) > 1]
    assert blocks
    for block in blocks:
        (_, zero), (page, before) = block.pages
        begun = " ".join(block.text.split()[before : before + 3])
        assert zero == 0 and any(line.text.startswith(begun[:12]) for line in pages[int(page) - 1])

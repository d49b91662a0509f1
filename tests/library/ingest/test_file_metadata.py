"""What a file says about its work is used if the text confirms it, and proposed to a person otherwise."""

from __future__ import annotations

from io import BytesIO

import pytest

from briefgen.library.ingest.blocks import TextBlock
from briefgen.library.ingest.file_metadata import (
    FileMetadata,
    read_docx_metadata,
    read_html_metadata,
    read_pdf_metadata,
)

BLOCKS = [
    TextBlock("Lead in School Water", "heading"),
    TextBlock("Report to Congress, July 2018. U.S. Transit Accountability Office."),
]


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Lead in Water", "Lead in Water"),
        ("Microsoft Word - Lead in Water", "Lead in Water"),
        ("Microsoft Word - final.docx", "Lead in School Water"),
        ("Lead &amp; <i>Water</i>\u202e\x00", "Lead & Water"),
        ("untitled", "Lead in School Water"),
        ("", "Lead in School Water"),
        ("Lead in School Water | Transit Office", "Lead in School Water"),
        ("Lead in School Water: What We Found", "Lead in School Water: What We Found"),
        ("x" * 400, "Lead in School Water"),
    ],
)
def test_a_title_left_over_from_a_template_gives_way_to_the_first_heading(said: str, title: str) -> None:
    assert FileMetadata(title=said).cleaned(BLOCKS).title == title


@pytest.mark.parametrize(
    ("said", "date"),
    [("2018-07-05", "2018-07"), ("2018", "2018"), ("2018-05-01", "2018"), ("2017-07", ""), ("", "")],
)
def test_a_date_is_used_as_far_as_the_text_gives_it(said: str, date: str) -> None:
    assert FileMetadata(issued=said).cleaned(BLOCKS).confirmed(BLOCKS).issued == date


def test_an_author_who_is_not_in_the_text_is_only_proposed() -> None:
    for author, confirmed in (("U.S. Transit Accountability Office", True), ("jsmith", False)):
        metadata = FileMetadata(author=author).cleaned(BLOCKS)
        assert metadata.author == author
        assert bool(metadata.confirmed(BLOCKS).author) is confirmed


def test_the_title_block_of_a_document_says_author_and_date() -> None:
    blocks = [
        TextBlock("Wells", "title"),
        TextBlock("Ada Sample", "author line"),
        TextBlock("5 May 2024", "date line"),
    ]
    assert FileMetadata().cleaned(blocks) == FileMetadata("Wells", "Ada Sample", "2024-05-05")


def test_a_pdf_says_it_in_its_information_dictionary() -> None:
    info = {"Title": "Wells", "Author": "Ada Sample", "CreationDate": "D:20180705120000Z"}
    assert read_pdf_metadata(info) == FileMetadata("Wells", "Ada Sample", "2018-07-05")
    assert read_pdf_metadata({"CreationDate": "yesterday"}) == FileMetadata()


def test_a_word_document_says_it_in_its_core_properties() -> None:
    import docx

    document, file = docx.Document(), BytesIO()
    document.core_properties.title, document.core_properties.author = "Wells", "Ada Sample"
    document.save(file)
    metadata = read_docx_metadata(file.getvalue())
    assert (metadata.title, metadata.author) == ("Wells", "Ada Sample")
    assert read_docx_metadata(b"no archive") == FileMetadata()


PAGE = """<!-- saved from url=(0024)https://saved.example/a -->
<head><title>Wells | The Site</title><meta property="og:site_name" content="The Site">
<meta name="citation_author" content="Sample, Ada"><meta name="author" content="webmaster">
<meta name="citation_publication_date" content="2018/07/05">{}</head>"""


@pytest.mark.parametrize(
    "text", ["<![x[", "<!x", "<meta", "<meta name>", "<title>", "&#xD800;<title>\x00</title>"]
)
def test_a_damaged_head_says_nothing_and_stops_nothing(text: str) -> None:
    assert read_html_metadata(text).cleaned([]) == FileMetadata()


def test_a_web_page_says_it_in_its_head_and_a_saved_one_its_address() -> None:
    assert read_html_metadata(PAGE.format("")) == FileMetadata(
        "Wells | The Site", "Sample, Ada", "2018-07-05", "https://saved.example/a", "The Site"
    )
    canonical = (
        '<link rel="canonical" href="https://canonical.example/b"><meta name="DC.title" content="Wells">'
    )
    metadata = read_html_metadata(PAGE.format(canonical))
    assert (metadata.title, metadata.url) == ("Wells", "https://canonical.example/b")
    assert read_html_metadata('<link rel="canonical" href="javascript:x"><title>').url == ""

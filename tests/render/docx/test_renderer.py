"""A Document becomes a DOCX that an advocate edits happily in Word: named styles, real notes, sound links."""

from __future__ import annotations

import io
import re
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx_samples import BRIEFING, LETTER, PICTURE, data_address, document, part, png
from material import ROOT

from briefgen.errors import BriefgenError
from briefgen.inspect.docx import read_docx
from briefgen.render.docx.renderer import DocxRenderer
from briefgen.render.layouts import PAGES

RENDERER = DocxRenderer()
_DOCUMENT, _NOTES = "word/document.xml", "word/footnotes.xml"


def rendered(html: str, kind: str = "letter", **properties: Any) -> bytes:
    return RENDERER.render(document(html, kind, **properties)).data


def opened(html: str, kind: str = "letter", **properties: Any) -> Any:
    return docx.Document(io.BytesIO(rendered(html, kind, **properties)))


def styles_of(html: str, kind: str = "letter") -> list[tuple[str, str]]:
    return [(each.style.name, each.text) for each in opened(html, kind).paragraphs]


def refused(html: str, **properties: Any) -> str:
    with pytest.raises(BriefgenError) as caught:
        rendered(html, **properties)
    return caught.value.problems[0].code


# Styles


def test_every_block_of_a_letter_has_a_style_of_its_own() -> None:
    names = [name for name, _ in styles_of(LETTER)]
    assert names == [
        *(
            "Letterhead Name",
            "Letterhead",
            "Inside Address",
            "Date Line",
            "Reference Line",
            "Salutation Line",
        ),
        *("Body Text", "Quote", "List Bullet", "List Bullet", "List Number 2", "List Number 2", "Body Text"),
        *("Complimentary Close", "Signature", "Signature", "Enclosures", "Copy Line"),
    ]


def test_a_briefing_has_title_headings_caption_and_contents() -> None:
    found = dict(reversed(styles_of(BRIEFING, "briefing")))
    expected = {
        "Title",
        "Subtitle",
        "Byline",
        "Summary",
        "Summary Heading 2",
        "TOC Heading",
        "toc 2",
        "toc 3",
    }
    expected |= {
        "Heading 2",
        "Heading 3",
        "List Number",
        "List Continue",
        "Caption",
        "Figure",
        "Bibliography",
    }
    assert expected <= set(found)


def test_changing_a_style_changes_every_paragraph_of_that_kind() -> None:
    """Text carries no direct font or size that would withstand the style."""
    data = rendered(LETTER)
    assert "<w:sz " not in part(data, _DOCUMENT)
    assert "w:ascii=" not in part(data, _DOCUMENT)


def test_what_stands_in_the_summary_stays_in_its_box() -> None:
    html = '<div class="summary"><div class="ask"><p>In</p></div></div><div class="ask"><p>Out</p></div>'
    assert styles_of(html) == [("Summary", "In"), ("Ask", "Out")]


def test_the_signature_is_never_alone_on_a_page() -> None:
    """The last two paragraphs of the text, the close and the signature are kept with what follows them."""
    html = (
        '<div class="body"><p>First.</p><p>Last.</p></div>'
        '<div class="complimentary-close"><p>Yours,</p></div><div class="signature"><p>Alex</p></div>'
    )
    paragraphs = opened(html).paragraphs
    assert [each.paragraph_format.keep_with_next for each in paragraphs] == [True, True, None, None]
    assert [each.style.paragraph_format.keep_with_next for each in paragraphs[2:]] == [True, True]


# The page


@pytest.mark.parametrize("page", ["a4", "us-letter"])
@pytest.mark.parametrize("kind", ["letter", "briefing"])
def test_the_page_is_that_of_the_pdf(kind: str, page: str) -> None:
    section = opened("<p>Text.</p>", kind, page=page).sections[0]
    layout = PAGES[kind, page]
    measures = (section.page_width, section.page_height, section.left_margin, section.top_margin)
    expected = (layout.width_mm, layout.height_mm, layout.left_mm, layout.top_mm)
    assert [round(measure.mm, 1) for measure in measures] == [
        pytest.approx(each, abs=0.1) for each in expected
    ]


def test_following_pages_are_headed_and_the_first_is_not() -> None:
    section = opened("<p>Text.</p>").sections[0]
    assert section.different_first_page_header_footer
    assert section.first_page_header.paragraphs[0].text == ""
    head = section.header.paragraphs[0].text
    assert head == "The Honorable Jane Q. Sample · June 3, 2024\tPage 2 of 2"


def test_the_page_number_is_not_english_in_other_languages() -> None:
    head = opened("<p>본문</p>", language="ko").sections[0].header.paragraphs[0].text
    assert head.endswith("\t2 / 2")


def test_properties_come_from_the_document() -> None:
    properties = opened("<p>Text.</p>").core_properties
    assert properties.title == "Letter to The Honorable Jane Q. Sample"
    assert properties.author == properties.last_modified_by == "Sample Society & Friends"
    assert properties.language == "en-US"
    assert properties.created.isoformat() == properties.modified.isoformat() == "2024-06-03T00:00:00+00:00"


def test_nothing_of_the_program_that_made_it_leaks_into_the_file() -> None:
    data = rendered(LETTER)
    assert b"python-docx" not in data
    assert "<Application>briefgen</Application>" in part(data, "docProps/app.xml")


def test_a_new_renderer_writes_the_same_bytes() -> None:
    for kind, html in (("letter", LETTER), ("briefing", BRIEFING)):
        assert DocxRenderer().render(document(html, kind)).data == rendered(html, kind)


# Notes


@pytest.mark.parametrize(
    "html",
    [
        "<p>A{}</p>",
        "<h2>A{}</h2>",
        "<ul><li>A{}</li></ul>",
        "<blockquote><p>A{}</p></blockquote>",
        "<table><tbody><tr><td>A{}</td></tr></tbody></table>",
        "<table><caption>A{}</caption><tbody><tr><td></td></tr></tbody></table>",
        '<div class="summary"><p>A{}</p></div>',
        '<p><a href="https://example.org/">A{}</a></p>',
    ],
)
def test_a_note_can_stand_wherever_text_can(html: str) -> None:
    note = '<span class="footnote">See <em>Work</em>, <a href="https://example.org/n">there</a>.</span>'
    data = rendered(html.format(note))
    assert [each.text for each in read_docx(data).notes] == ["See Work, there."]
    assert "<w:i/><w:iCs/>" in part(data, _NOTES)
    assert 'Target="https://example.org/n"' in part(data, "word/_rels/footnotes.xml.rels")


def test_a_note_does_not_take_the_look_of_its_place() -> None:
    """A note called in bold or in a link is set upright and unlinked."""
    data = rendered('<p><strong>A<span class="footnote">Plain.</span></strong></p>')
    assert "<w:b/>" not in part(data, _NOTES)


def test_a_note_is_in_the_language_of_its_place() -> None:
    notes = part(rendered('<p lang="de">Satz.<span class="footnote">Ebenda.</span></p>'), _NOTES)
    assert '<w:lang w:val="de-DE"/>' in notes


def test_the_separators_are_there_and_carry_no_number() -> None:
    notes = part(rendered("<p>Text.</p>"), _NOTES)
    assert 'w:type="separator" w:id="-1"' in notes
    assert 'w:type="continuationSeparator" w:id="0"' in notes
    assert "footnoteRef" not in notes


# Lists


def test_every_numbered_list_begins_anew_or_where_it_is_told() -> None:
    html = (
        "<ol><li>a</li><li>b<br/></li></ol><p>-</p><ol><li>c</li></ol><ol start='7'><li>d</li><li>e</li></ol>"
    )
    markers = [each.text for each in read_docx(rendered(html)).tokens if each.kind == "marker"]
    assert markers == ["1.", "2.", "1.", "7.", "8."]


def test_an_item_goes_on_after_a_list_within_it() -> None:
    html = "<ol><li><p>a</p><ol><li>inner</li></ol><p>more</p></li><li>b</li></ol>"
    tokens = [(each.kind, each.text) for each in read_docx(rendered(html)).tokens]
    assert tokens == [
        *(("marker", "1."), ("text", "a"), ("marker", "1."), ("text", "inner"), ("text", "more")),
        *(("marker", "2."), ("text", "b")),
    ]


def test_text_beside_a_list_in_an_item_is_kept() -> None:
    assert read_docx(rendered("<ul><li>a<ul><li>b</li></ul>c</li></ul>")).text == "a\nb\nc"


# Tables


def test_head_rows_repeat_and_the_caption_stays_with_its_table() -> None:
    html = (
        "<table><caption>Figures</caption><thead><tr><th>Year</th></tr></thead>"
        "<tbody><tr><td>2020</td></tr></tbody></table>"
    )
    document_ = opened(html)
    caption, table = document_.paragraphs[0], document_.tables[0]
    assert (caption.style.name, caption.paragraph_format.keep_with_next) == ("Caption", True)
    heads = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert heads == [True, False]
    assert table.style.name == "Briefing Table"
    assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == "Figures"


def test_spans_keep_their_place() -> None:
    html = (
        '<table><tbody><tr><td rowspan="2">a</td><td colspan="2">b</td></tr>'
        "<tr><td>c</td><td>d</td></tr><tr><td>e</td></tr></tbody></table>"
    )
    table = opened(html).tables[0]
    grid = [[table.cell(row, column).text for column in range(3)] for row in range(3)]
    assert grid == [["a", "b", "b"], ["a", "c", "d"], ["e", "", ""]]


def test_a_span_ends_where_a_cell_hangs_down_from_above() -> None:
    html = (
        '<table><tbody><tr><td>a</td><td rowspan="2">b</td></tr>'
        '<tr><td colspan="3">c</td></tr></tbody></table>'
    )
    table = opened(html).tables[0]
    assert [table.cell(1, column).text for column in range(2)] == ["c", "b"]


def test_a_short_column_leaves_room_for_a_long_one() -> None:
    html = f"<table><tbody><tr><td>2020</td><td>{'long words ' * 20}</td></tr></tbody></table>"
    columns = opened(html).tables[0].columns
    assert columns[0].width * 4 < columns[1].width


# Pictures


def test_a_picture_keeps_its_description_and_is_stored_once() -> None:
    address = data_address(png())
    html = f'<figure><img src="{address}" alt="A &quot;field&quot;"/></figure>' * 2
    document_ = opened(html)
    described = [each._inline.docPr.get("descr") for each in document_.inline_shapes]
    assert described == ['A "field"'] * 2
    names = [each.partname for each in document_.part.package.iter_parts() if "media" in each.partname]
    assert len(names) == 1


def test_a_picture_without_description_is_marked_as_decoration() -> None:
    text = part(rendered(f'<figure><img src="{data_address(png())}" alt=""/></figure>'), _DOCUMENT)
    assert "adec:decorative" in text


@pytest.mark.parametrize(("name", "greatest_mm"), [("signature", 11), ("letterhead", 14)])
def test_signatures_and_logos_are_kept_small(name: str, greatest_mm: int) -> None:
    html = f'<div class="{name}"><figure><img src="{data_address(png(900, 900))}" alt="x"/></figure></div>'
    shape = opened(html).inline_shapes[0]
    assert shape.height.mm == pytest.approx(greatest_mm, abs=0.1)
    assert shape.width == shape.height


def test_a_wide_picture_fits_between_the_margins() -> None:
    layout = PAGES["letter", "us-letter"]
    shape = opened(f'<figure><img src="{data_address(png(4000, 10))}" alt="x"/></figure>').inline_shapes[0]
    assert shape.width.mm <= layout.width_mm - layout.left_mm - layout.right_mm + 0.1


@pytest.mark.parametrize(
    ("pixels", "width_mm", "expected_mm"),
    [((100, 50), 60, (60, 30)), ((4000, 2000), 52.5, (52.5, 26.25)), ((400, 40), 300, (151.9, 15.2))],
)
def test_a_picture_has_the_width_that_it_is_given_within_the_margins(
    pixels: tuple[int, int], width_mm: float, expected_mm: tuple[float, float]
) -> None:
    image = f'<img src="{data_address(png(*pixels))}" alt="x" width="{width_mm:g}mm"/>'
    shape = opened(f"<figure>{image}</figure>").inline_shapes[0]
    assert (shape.width.mm, shape.height.mm) == pytest.approx(expected_mm, abs=0.1)


def test_a_picture_may_have_two_widths_and_is_stored_once() -> None:
    images = [f'<img src="{data_address(png())}" alt="x" width="{mm}mm"/>' for mm in (20, 40)]
    document_ = opened("".join(f"<figure>{image}</figure>" for image in images))
    assert [round(shape.width.mm) for shape in document_.inline_shapes] == [20, 40]
    assert sum("media" in each.partname for each in document_.part.package.iter_parts()) == 1


def test_pictures_are_read_by_the_function_that_is_given() -> None:
    asked = []
    renderer = DocxRenderer(read_image=lambda src: asked.append(src) or png())  # type: ignore[func-returns-value]
    html = '<figure><img src="logo.png" alt="x"/></figure>'
    renderer.render(document(html))
    renderer.render(document(html))
    assert asked == ["logo.png"]


@pytest.mark.parametrize(
    ("src", "code"),
    [
        ("logo.png", "picture-unreadable"),
        ("data:text/plain,x", "picture-unreadable"),
        ("data:image/png;base64,@@", "picture-unreadable"),
        (data_address(b"GIF89a" + b"\0" * 20, "gif"), "picture-format"),
        (data_address(png()[:40]), "picture-format"),
        (data_address(b""), "picture-format"),
    ],
)
def test_a_picture_that_word_could_not_show_is_refused(src: str, code: str) -> None:
    assert refused(f'<figure><img src="{src}" alt="x"/></figure>') == code


# Links


def test_a_link_within_the_document_leads_to_a_bookmark() -> None:
    text = part(
        rendered('<p><a href="#here">go</a></p><h2 id="here">Here</h2><p id="there">x</p>'), _DOCUMENT
    )
    assert 'w:anchor="_Tochere"' in text
    assert re.findall(r'w:name="(\w+)"', text) == ["_Tochere", "_Refthere"]


def test_long_and_like_ids_become_different_bookmarks() -> None:
    ids = ["a" * 60 + "1", "a" * 60 + "2", "x-y", "x_Y"]
    html = "".join(f'<p id="{each}"><a href="#{each}">x</a></p>' for each in ids)
    names = re.findall(r'w:name="(\w+)"', part(rendered(html), _DOCUMENT))
    assert len({name.lower() for name in names}) == 4
    assert all(len(name) <= 40 for name in names)


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("https://example.org/a b?q=é&amp;r#s", "https://example.org/a%20b?q=%C3%A9&amp;r#s"),
        ("HTTPS://bücher.example:8080/%41%zz", "https://xn--bcher-kva.example:8080/%41%25zz"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_links_are_written_as_addresses_that_word_opens(href: str, target: str) -> None:
    relationships = part(rendered(f'<p><a href="{href}">x</a></p>'), "word/_rels/document.xml.rels")
    assert f'Target="{target}" TargetMode="External"' in relationships


@pytest.mark.parametrize(
    "href",
    [
        *(
            "javascript:alert(1)",
            "file:///etc/passwd",
            "//example.org",
            "https://",
            "https://a:b@example.org/",
        ),
        *(
            "https://exa mple.org/",
            "https://[::1",
            "https://example.org:port/",
            "page.html",
            r"\\server\share",
        ),
    ],
)
def test_a_link_that_is_no_address_of_a_page_is_refused(href: str) -> None:
    assert refused(f'<p><a href="{href}">x</a></p>') == "link-refused"


def test_a_link_to_nowhere_and_an_id_twice_are_refused() -> None:
    assert refused('<p><a href="#gone">x</a></p>') == "link-target-missing"
    assert refused('<p id="a">x</p><p id="a">y</p>') == "id-repeated"


# Contents list


def test_the_contents_list_is_a_field_with_its_entries_in_place() -> None:
    data = rendered(BRIEFING, "briefing")
    text = part(data, _DOCUMENT)
    assert r"TOC \o &quot;2-3&quot; \h \z" in text
    assert [entry for entry in styles_of(BRIEFING, "briefing") if entry[0].startswith("toc")] == [
        ("toc 2", "What is known"),
        ("toc 3", "More of it"),
        ("toc 2", "What others found"),
    ]
    assert "updateFields" not in part(data, "word/settings.xml")


def test_entries_of_a_contents_list_end_in_the_pages_that_they_have_as_pdf() -> None:
    pages = {"one": 2, "one-a": 3, "two": 11}
    renderer = DocxRenderer(find_pages=lambda document: pages)
    text = part(renderer.render(document(BRIEFING, "briefing")).data, _DOCUMENT)
    assert re.findall("<w:tab/><w:t>([0-9]+)</w:t>", text) == ["2", "3", "11"]
    assert text.count('<w:tab w:val="right" w:leader="dot"') == 3


def test_a_short_contents_list_is_not_parted() -> None:
    entries = [one for one in opened(BRIEFING, "briefing").paragraphs if one.style.name.startswith("toc")]
    assert [one.paragraph_format.keep_with_next for one in entries] == [True, True, None]


# Languages


def test_runs_are_split_where_the_script_changes() -> None:
    paragraph = opened('<p>to <span lang="ko">한국 사람</span>, שלום 12 עולם.</p>').paragraphs[0]
    assert [run.text for run in paragraph.runs] == ["to ", "한국 사람", ", ", "שלום 12 עולם", "."]
    korean, hebrew = paragraph.runs[1]._r.rPr, paragraph.runs[3]._r.rPr
    assert korean.find(qn("w:rFonts")).get(qn("w:eastAsia")) == "Batang"
    assert korean.find(qn("w:lang")).get(qn("w:eastAsia")) == "ko-KR"
    assert hebrew.find(qn("w:rtl")) is not None


def test_a_right_to_left_paragraph_begins_at_the_right() -> None:
    paragraph = opened('<p lang="ar">مرحبا with Latin words 12.</p>').paragraphs[0]
    assert paragraph._p.pPr.find(qn("w:bidi")) is not None
    assert [run.text for run in paragraph.runs] == ["مرحبا ", "with Latin words", " 12."]


def test_in_a_right_to_left_document_others_are_the_exception() -> None:
    document_ = opened('<p>مرحبا</p><p lang="en">Hello</p>', language="ar")
    own, other = (each._p.pPr.find(qn("w:bidi")) for each in document_.paragraphs)
    assert own is None
    assert other.get(qn("w:val")) == "0"
    normal = document_.styles["Normal"].element
    assert normal.pPr.find(qn("w:bidi")) is not None


def test_the_language_is_told_for_the_document_and_for_parts_in_others() -> None:
    data = rendered('<p>Text, <span lang="de">Wort</span>.</p>', language="en-GB")
    assert '<w:lang w:val="en-GB"/>' in part(data, "word/styles.xml")
    assert part(data, _DOCUMENT).count('<w:lang w:val="de-DE"/>') == 1


def test_special_hyphens_become_words_own() -> None:
    text = part(rendered("<p>soft\u00adly non\u2011break</p>"), _DOCUMENT)
    assert "<w:softHyphen/>" in text
    assert "<w:noBreakHyphen/>" in text


# White space and the vocabulary


def test_white_space_is_that_of_html() -> None:
    html = "<p>\n  a <em> b</em>\t c <br/> d\u00a0 <strong> </strong> </p>"
    assert opened(html).paragraphs[0].text == "a b c\nd\u00a0"


@pytest.mark.parametrize(
    "html",
    [
        *(
            "<section><p>x</p></section>",
            "<p><b>x</b></p>",
            '<div class="sidebar"><p>x</p></div>',
            "<div>x</div>",
        ),
        *(
            "<p><span class='note'>x</span></p>",
            "<p>x</p>outside",
            "<ul>x<li>y</li></ul>",
            "<ul><p>x</p></ul>",
        ),
        "<table><tfoot><tr><td>x</td></tr></tfoot></table>",
        "<table><tbody><tr>x<td>y</td></tr></tbody></table>",
        "<p><span class='footnote'>a<span class='footnote'>b</span></span></p>",
        "<figure><ul><li>x</li></ul></figure>",
    ],
)
def test_what_is_outside_the_vocabulary_is_refused_and_never_dropped(html: str) -> None:
    assert refused(html) == "document-vocabulary"


def test_html_that_is_not_well_formed_is_refused() -> None:
    assert refused("<p>a<br></p>") == "document-malformed"
    assert refused("<!DOCTYPE a [<!ENTITY b 'c'>]><p>&b;</p>") == "document-malformed"


def test_signs_that_xml_uses_come_through() -> None:
    html = "<p>a &lt; b &amp; c &gt; \"d\" 'e'</p>"
    assert opened(html).paragraphs[0].text == "a < b & c > \"d\" 'e'"


# The annex


ANNEX = (
    '<h2>A heading</h2><p>Words.</p><div class="evidence-annex"><h2>How it was checked</h2><table><thead><tr>'
    "<th>Check</th><th>Notes</th></tr></thead><tbody>"
    '<tr><td rowspan="2">Read by one</td><td>1–5</td></tr><tr><td>Figure 1</td></tr></tbody></table></div>'
)


def test_the_wording_and_source_of_a_figure_stay_on_its_page() -> None:
    html = (
        f"<figure><figcaption>A</figcaption><img src='{PICTURE}' alt='x'/><p>B</p><p>C</p></figure><p>D</p>"
    )
    found = opened(html, "briefing").paragraphs
    assert [one.style.name for one in found[:4]] == [
        "Figure Caption",
        "Figure",
        "Figure Text",
        "Figure Source",
    ]
    kept = [
        one.paragraph_format.keep_with_next or one.style.paragraph_format.keep_with_next for one in found[:5]
    ]
    assert [bool(each) for each in kept] == [True, True, True, False, False]


def test_links_are_text_and_the_numbers_of_notes_are_on_the_line() -> None:
    data = rendered(LETTER)
    (link,) = re.findall('<w:style [^>]*w:styleId="Hyperlink".*?</w:style>', part(data, "word/styles.xml"))
    assert "<w:color" not in link
    assert part(data, "word/footnotes.xml").count('"baseline"/></w:rPr><w:footnoteRef/>') == 3


def properties(html: str, kind: Any = "briefing") -> list[tuple[str, set[str]]]:
    """The text of each paragraph, and the names of its own properties and its style's."""
    found = []
    for paragraph in opened(html, kind).paragraphs:
        owners = [paragraph._p, paragraph.style.element if paragraph.style else paragraph._p]
        names = {
            str(one.tag).rpartition("}")[2] for owner in owners for one in owner.iterfind(f"{qn('w:pPr')}/*")
        }
        found.append((paragraph.text, names))
    return found


def test_a_contents_list_follows_the_summary_and_keeps_its_heading() -> None:
    contents = '<div class="toc"><h2>Contents</h2><ul><li><a href="#a">A</a></li></ul></div><h2 id="a">A</h2>'
    found = dict(properties(f"<p>Words.</p>{contents}<p>More.</p>"))
    assert "pageBreakBefore" not in found["Contents"]
    assert "keepNext" in found["Contents"]


def test_no_page_parts_a_recommendation_or_the_last_works_of_a_list() -> None:
    works = "".join(f"<p>Work {number}.</p>" for number in range(7))
    found = dict(properties(f'<ol><li>Act.</li></ol><div class="bibliography"><h2>Works</h2>{works}</div>'))
    assert "keepLines" in found["Act."]
    assert [n for n in range(7) if "keepNext" in found[f"Work {n}."]] == [3, 4, 5]
    assert (
        "keepLines"
        not in dict(properties('<div class="body"><ol><li>Act.</li></ol></div>', "letter"))["Act."]
    )


def test_neither_the_head_of_a_table_nor_its_last_row_is_alone_on_a_page() -> None:
    rows = "".join(f"<tr><td>Row {number}</td><td><p>Words</p></td></tr>" for number in range(4))
    html = f"<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody>{rows}</tbody></table>"
    (table,) = opened(html, "briefing").tables
    kept = [
        {
            bool(paragraph.paragraph_format.keep_with_next)
            for cell in row.cells
            for paragraph in cell.paragraphs
        }
        for row in table.rows
    ]
    assert kept == [{True}, {False}, {False}, {True}, {False}]


def test_the_columns_of_the_annex_are_as_wide_as_in_the_pdf() -> None:
    css = (ROOT / "templates" / "css" / "briefing.css").read_text(encoding="utf-8")
    told = [int(each) for each in re.findall(r"\.evidence-annex th:nth-child\(\d\) { width: (\d+)%", css)]
    (table,) = opened(ANNEX, "briefing").tables
    widths = [
        int(each.get(qn("w:w"))) for each in table._tbl.iterfind(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")
    ]
    shares = [round(100 * width / sum(widths)) for width in widths]
    assert shares[:1] == told
    assert sum(shares) == 100


def test_a_statement_with_two_proofs_stands_in_one_cell_beside_both() -> None:
    (table,) = opened(ANNEX, "briefing").tables
    assert table.cell(1, 0)._tc is table.cell(2, 0)._tc


def test_a_long_address_is_followed_by_less_space_as_in_the_pdf() -> None:
    def space_after(lines: int) -> list[str]:
        address = "<br>".join(f"Line {number}" for number in range(lines))
        html = f'<div class="inside-address"><p>{address}</p></div><div class="date-line"><p>Today</p></div>'
        first = opened(html.replace("<br>", "<br/>")).paragraphs[0]
        return [one.get(qn("w:after")) for one in first._p.iter(qn("w:spacing"))]

    assert space_after(4) == []
    assert space_after(5) == ["226"]

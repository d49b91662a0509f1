"""Figures in documents: caption, sources, picture, table; where they stand, and where they may not."""

from __future__ import annotations

import base64
import re
import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import page
import pikepdf
import pytest
from docx_samples import complaints, validator
from html_reader import read_html
from lxml import etree
from material import ROOT
from ooxml_lint import lint
from pdf_structure import faults
from PIL import Image

from briefgen.campaign.open import Campaign, open_campaign
from briefgen.charts.png import render_png
from briefgen.charts.svg import render_svg
from briefgen.charts.typeface import FONT_FAMILY
from briefgen.compose.figures import check_figure_drawings, draw_figure, format_edtf_date
from briefgen.compose.svg_sanitizer import sanitize_svg
from briefgen.errors import BriefgenError, ProblemList
from briefgen.inspect.compare import find_differences
from briefgen.inspect.docx import read_docx
from briefgen.inspect.pdf_untagged import read_untagged_pdf
from briefgen.library.libraries import library_folders
from briefgen.library.loader import load_library
from briefgen.library.snippets import parse_statement
from briefgen.model.document import Document
from briefgen.model.snippet import Snippet

SHIPPED = ("arrivals-figure", "camp-population-figure", "famine-1990s-figure", "un-action-figure")
SECTION = "  sections:\n    - heading: Figures\n      snippets: [{}]\n"


@pytest.fixture(scope="module")
def library() -> dict[str, Snippet]:
    """The figures that come with briefgen."""
    snippets = load_library(library_folders(None, ProblemList()), ProblemList()).snippets
    return {name: one for name, one in snippets.items() if one.figure}


@pytest.fixture(scope="module")
def all_four(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """A campaign whose briefing has all figures that come with briefgen, each with its table."""
    folder = tmp_path_factory.mktemp("figures") / "campaign"
    shutil.copytree(ROOT / "examples" / "starter", folder)
    return with_section(folder, *reversed(SHIPPED[1:]), SHIPPED[0], more="  data_tables: true\n")


@pytest.fixture(scope="module")
def briefing(all_four: Campaign) -> Document:
    """Its briefing."""
    return plain(all_four.composer.compose_briefing())


def plain(document: Document) -> Document:
    """A document with common spaces where no line may break."""
    return replace(document, html=document.html.replace("\u00a0", " "))


def table_of(document: Document, title: str) -> str:
    """The table with the data of the figure of this title."""
    found = re.search(f"<table><caption>{title}: the data</caption>.*?</table>", document.html)
    assert found
    return found[0]


def with_section(folder: Path, *names: str, more: str = "") -> Campaign:
    """The starter whose briefing begins with a section of these snippets."""
    campaign = folder / "campaign.yaml"
    text = campaign.read_text("utf-8")
    for name in SHIPPED:
        text = text.replace(f" {name},", "")
    text = text.replace("  sections:\n", f"{more}{SECTION.format(', '.join(names))}", 1)
    campaign.write_text(text, "utf-8")
    return open_campaign(folder)


def with_template(folder: Path, block: str) -> Campaign:
    """The starter whose briefing has a block of its own in place of its sections."""
    path = folder / "templates" / "briefing" / "default.html.j2"
    path.parent.mkdir(parents=True)
    extends = '{% extends "built-in/briefing/default.html.j2" %}{% block sections %}'
    path.write_text(f"{extends}{block}{{% endblock %}}", "utf-8")
    return open_campaign(folder)


def figure_of(document: Document, title: str) -> str:
    """The figure of this title."""
    found = re.search(
        rf"<figure id=[^>]*><figcaption><span[^>]*>[^<]*</span> <strong>{title}.*?</figure>", document.html
    )
    assert found
    return found[0]


# What comes with briefgen


def test_four_figures_come_with_briefgen_and_can_be_drawn(library: dict[str, Snippet]) -> None:
    assert tuple(sorted(library)) == SHIPPED
    assert list(check_figure_drawings(library.values())) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_figure_is_a_safe_drawing_with_its_text_as_text(library: dict[str, Snippet], name: str) -> None:
    svg = render_svg(draw_figure(library[name], "en"))
    root = etree.fromstring(sanitize_svg(svg, name))
    words = " ".join(root.itertext())
    for datum in library[name].data:
        assert all(word in words for word in (*datum.label.split(), *datum.value.split()))
    assert root.get("font-family").startswith(f"'{FONT_FAMILY}'")
    assert etree.tostring(root) == etree.tostring(etree.fromstring(svg))  # nothing was left out


@pytest.mark.parametrize("name", SHIPPED)
def test_the_png_is_as_large_on_paper_as_the_svg_and_the_same_each_time(
    library: dict[str, Snippet], name: str
) -> None:
    scene = draw_figure(library[name], "en")
    png = render_png(scene)
    image = Image.open(BytesIO(png))
    across, down = (round(size / dpi * 96) for size, dpi in zip(image.size, image.info["dpi"], strict=True))
    assert abs(across - scene.width) <= 1
    assert abs(down - scene.height) <= 1
    assert image.convert("RGB").getpixel((1, image.height - 1)) == (255, 255, 255)
    assert len(png) < 150_000
    assert png == render_png(scene)
    assert render_svg(scene) == render_svg(draw_figure(library[name], "en"))


# In a briefing


@pytest.mark.slow
def test_a_section_that_names_a_figure_prints_it_with_its_wording_and_sources(briefing: Document) -> None:
    figure = figure_of(briefing, "Studies of the population")
    assert re.match(
        r'<figure id="figure-famine-1990s-figure"><figcaption><span class="figure-number">Figure.\d</span> '
        r"<strong>Studies of the population estimate [^<]*</strong><br/>Deaths</figcaption><img",
        figure,
    )
    wording, source_line = re.findall("<p>(.*?)</p>", figure)
    assert wording.startswith("Estimates run from 220,000 to 3.5 million;")
    names, footnote = source_line.split('<span class="footnote">')
    assert names == "Sources: Haggard and Noland; North Korea: Witness to Transformation; Goodkind and West."
    for work in ("<em>Famine in North Korea", "Excess Famine Deaths", "Goodkind"):
        assert work in footnote
    assert "https://" not in footnote, "the list of works has the address"
    svg = re.search(r' src="data:image/svg\+xml;base64,([^"]*)"', figure)
    png = re.search(r' data-png="data:image/png;base64,([^"]*)"', figure)
    assert svg and png
    assert b"Hwang Jang-yop" in base64.b64decode(svg[1])
    assert base64.b64decode(png[1]).startswith(b"\x89PNG")
    assert 'alt="A chart of estimates, each with who made it' in figure


@pytest.mark.slow
def test_the_sources_of_a_figure_follow_an_in_text_style(starter: Path) -> None:
    style = "  citation_style: chicago-author-date\n"
    document = with_section(starter, "arrivals-figure", more=style).composer.compose_briefing()
    assert re.search(r"<p>Sources: [^()]*2026[^()]*\.</p></figure>", figure_of(document, "Arrivals in"))


@pytest.mark.slow
def test_figures_are_drawn_in_the_campaign_s_colour(starter: Path) -> None:
    path = starter / "campaign.yaml"
    text = path.read_text(encoding="utf-8")
    look = "letterhead:\n  colours: {accent: 7A1F2B}\n"
    path.write_text(text.replace("letter:\n", f"{look}letter:\n", 1), encoding="utf-8")
    document = with_section(starter, SHIPPED[0]).composer.compose_briefing()
    drawn = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", document.html)
    painted = [base64.b64decode(one).decode() for one in drawn]
    assert painted and all("#7a1f2b" in one and "#1f3a5f" not in one for one in painted)


def test_a_figure_is_drawn_for_the_width_of_its_place(starter: Path) -> None:
    block = (
        '{{ super() }}{{ figure("arrivals-figure", width=83) }}{{ figure("arrivals-figure", table=false) }}'
    )
    document = with_template(starter, block).composer.compose_briefing()
    drawn = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", document.html)
    widths = [float(etree.fromstring(base64.b64decode(one)).get("width")) for one in drawn[-2:]]
    assert widths == [pytest.approx(83 / 25.4 * 96, abs=0.01), 548]


@pytest.mark.parametrize("width", ["20", "146", "true", '"83"'])
def test_a_width_at_which_no_figure_is_drawn_is_refused(starter: Path, width: str) -> None:
    with pytest.raises(BriefgenError) as refused:
        with_template(starter, f'{{{{ figure("arrivals-figure", width={width}) }}}}')
    assert {problem.code for problem in refused.value.problems} == {"figure-width"}


@pytest.mark.slow
def test_a_briefing_finds_figures_by_topic(starter: Path) -> None:
    campaign = starter / "campaign.yaml"
    section = "  sections:\n    - heading: Hunger\n      topics: [famine]\n      max_snippets: 20\n"
    campaign.write_text(campaign.read_text("utf-8").replace("  sections:\n", section, 1), "utf-8")
    document = open_campaign(starter).composer.compose_briefing()
    assert "famine-1990s-figure" in [one["id"] for one in document.record["snippets"]]
    assert figure_of(document, "Studies of the population")


def test_the_record_holds_each_datum_with_its_evidence(briefing: Document) -> None:
    (claim,) = (one for one in briefing.record["snippets"] if one["id"] == "camp-population-figure")
    assert claim["printed"] == 1
    rows = claim["figure"]["rows"]
    assert rows[4] == {
        "label": "Robert Park",
        "date": "2013",
        "value": "250,000",
        "status": "superseded",
        "evidence": [4],
    }
    assert claim["evidence"][4]["source"] == "park-2013"
    assert "locator" not in claim["evidence"][4], "the essay prints no paragraph numbers"
    assert set(briefing.record["sources"]) >= {"park-2013", "kinu-2025", "kbs-2025-kinu", "pillay-2013"}


def test_the_annex_names_a_figure_by_its_number(briefing: Document) -> None:
    annex = briefing.html.partition('<div class="evidence-annex">')[2]
    label = re.search(
        ">(Figure.[0-9]+)<",
        figure_of(briefing, "Arrivals in South Korea fell from 2,914 in 2009 to 224 in 2025"),
    )
    assert label
    assert f">{label[1]}</a>" in annex


def test_the_data_follow_as_a_table_where_the_campaign_wants_it(briefing: Document) -> None:
    table = table_of(briefing, "Arrivals in South Korea fell from 2,914 in 2009 to 224 in 2025")
    assert re.findall('<th scope="col">(.*?)</th>', table) == [
        "Date",
        "Arrivals in each year",
        "Source and place",
    ]
    cells = re.findall("<td>(.*?)</td>", table)
    assert cells[6:8] == ["2012", "1,502 (revised; 1,508 as first published)"]
    assert len(cells) == 3 * 11


@pytest.mark.slow
def test_a_template_decides_about_the_table(starter: Path) -> None:
    opened = with_template(
        starter,
        '{{ super() }}{{ figure("un-action-figure", table=true) }}{{ figure("famine-1990s-figure") }}',
    )
    tables = re.findall(
        "<caption>([^<]*): the data</caption>.*?</table>", opened.composer.compose_briefing().html
    )
    assert tables == ["The United Nations set up an inquiry in 2013, and still adopted a resolution in 2025"]


DASHES = "A dashed line bridges years for which no figure is given here."


def test_the_legend_stands_below_the_picture(briefing: Document) -> None:
    assert f"and in 2025, 224. {DASHES}</p>" in briefing.html
    (drawn,) = (one for one in briefing.record["snippets"] if one["id"] == "arrivals-figure")
    assert drawn["figure"]["legend"] == DASHES
    (other,) = (one for one in briefing.record["snippets"] if one["id"] == "un-action-figure")
    assert "legend" not in other["figure"]


@pytest.mark.slow
def test_a_figure_that_is_printed_as_a_snippet_says_nothing_of_a_picture(starter: Path) -> None:
    block = '{{ super() }}<p>{{ snippet("arrivals-figure") }}</p>'
    html = with_template(starter, block).composer.compose_briefing().html.replace("\u00a0", " ")
    assert html.count("and in 2025, 224.") == 2
    assert html.count("dashed") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "names", ["arrivals-figure", "camp-abuses, arrivals-figure, returns-hrw-2025, camp-population-figure"]
)
def test_a_submission_has_a_numbered_paragraph_and_the_data_in_place_of_a_picture(
    tmp_path: Path, names: str
) -> None:
    folder = tmp_path / "case"
    shutil.copytree(ROOT / "examples" / "special-procedures", folder)
    campaign = folder / "campaign.yaml"
    text = campaign.read_text("utf-8")
    campaign.write_text(
        text.replace("[camp-abuses, camp-population-inquiry, camp-population-2025]", f"[{names}]")
    )
    opened = open_campaign(folder)
    document = opened.composer.compose_briefing()
    assert "<img" not in document.html
    assert "dashed" not in document.html
    assert (
        "<li><strong>Arrivals in South Korea fell from 2,914 in 2009 to 224 in 2025.</strong> In 2009, 2,914 North"
        in document.html
    )
    assert (
        len(
            re.findall(
                "<td>", table_of(document, "Arrivals in South Korea fell from 2,914 in 2009 to 224 in 2025")
            )
        )
        == 3 * 11
    )
    assert "<ol></ol>" not in re.sub(" start=[^>]*", "", document.html)
    made = opened.renderers(("pdf", "docx"))()
    path = tmp_path / "x.pdf"
    path.write_bytes(made["pdf"].render(document).data)
    word = made["docx"].render(document).data
    assert find_differences(read_untagged_pdf(path), read_docx(word)) == []


def test_a_law_is_named_without_the_series_in_which_it_stands(briefing: Document) -> None:
    table = table_of(
        briefing, "The Korea Institute’s estimate of prisoners fell from 154,000 to 53,000 to 65,000"
    )
    assert "cited in North Korean Human Rights Reauthorization Act of 2017" in table


def test_a_table_names_who_said_it_and_through_whom_with_the_place(briefing: Document) -> None:
    table = table_of(
        briefing, "Studies of the population estimate from 240,000 to 1 million deaths in the famine"
    )
    assert re.findall('<th scope="col">(.*?)</th>', table) == ["Who or what", "Deaths", "Source and place"]
    assert "<td>220,000 (contested)</td>" in table
    assert (
        "<td>Haggard and Noland, <em>Famine in North Korea: Markets, Aid, and Reform</em>, 73–74</td>"
        in table
    )
    assert re.search("<td>Spoorenberg and Schwekendiek, [^<]*, cited in [^<]*Once Again", table)
    assert "KBS World Radio, KBS World Radio" not in briefing.html


@pytest.fixture(scope="module")
def pdf(all_four: Campaign, briefing: Document) -> bytes:
    """That briefing as PDF."""
    return all_four.renderers(("pdf",))()["pdf"].render(briefing).data


@pytest.fixture(scope="module")
def word(all_four: Campaign, briefing: Document) -> bytes:
    """That briefing as a Word file."""
    return all_four.renderers(("docx",))()["docx"].render(briefing).data


@pytest.mark.slow
def test_both_formats_say_the_same_of_figures(
    briefing: Document, pdf: bytes, word: bytes, tmp_path: Path
) -> None:
    assert find_differences(read_html(briefing.html), read_docx(word)) == []
    path = tmp_path / "x.pdf"
    path.write_bytes(pdf)
    assert find_differences(read_untagged_pdf(path), read_docx(word)) == []


@pytest.mark.slow
def test_the_judges_of_both_formats_find_nothing(
    briefing: Document, pdf: bytes, word: bytes, tmp_path: Path
) -> None:
    assert page.validate_pdf_bytes(pdf, profile="ua1").failures == []
    notes = briefing.html.count('<span class="footnote">')
    assert faults(pdf, notes) == []
    assert lint(word) == []
    assert complaints(validator(), word, tmp_path) == ""


def test_screen_readers_get_the_alternative_text_and_where_the_picture_stands(pdf: bytes) -> None:
    with pikepdf.open(BytesIO(pdf)) as file:
        found = [
            one for one in file.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Figure"
        ]
        assert len(found) == 4
        for one in found:
            assert str(one.Alt).startswith(("A chart", "A line", "A timeline"))
            left, bottom, right, top = map(float, one.A.BBox)
            assert 400 < right - left < 420  # 145 mm in points
            assert top > bottom


def test_the_same_campaign_gives_the_same_bytes(all_four: Campaign, briefing: Document) -> None:
    assert plain(all_four.composer.compose_briefing()).html == briefing.html


# Where they may not stand


@pytest.mark.slow
def test_letters_take_no_figure_of_themselves(starter: Path) -> None:
    opened = open_campaign(starter)
    assert any(one.figure for one in opened.composer.library.snippets.values())
    recipients = opened.recipients[:6]
    assert len(recipients) == 6
    for recipient in recipients:
        verdicts = opened.composer.select_snippets(recipient).verdicts
        assert not [one.snippet.id for one in verdicts if one.used and one.snippet.figure]
        assert {one.why for one in verdicts if one.snippet.figure} <= {"figure", "topic"}


@pytest.mark.slow
def test_a_campaign_that_requires_a_figure_in_letters_is_told_what_to_do(small_campaign: Path) -> None:
    campaign = small_campaign / "campaign.yaml"
    text = campaign.read_text("utf-8").replace("required: [", "required: [arrivals-figure, ")
    campaign.write_text(text, "utf-8")
    with pytest.raises(BriefgenError) as caught:
        open_campaign(small_campaign)
    (problem,) = caught.value.problems
    assert problem.code == "figure-in-letter"
    assert problem.place and problem.place.line
    assert 'figure("arrivals-figure")' in (problem.hint or "")


@pytest.mark.slow
def test_a_letter_has_a_figure_where_its_template_asks_for_one(starter: Path) -> None:
    path = starter / "templates" / "letter" / "default.html.j2"
    path.parent.mkdir(parents=True)
    path.write_text(
        '{% extends "built-in/letter/default.html.j2" %}{% block paragraph %}'
        '<p>See {{ figure_ref("arrivals-figure") }}.</p>'
        '{{ figure("un-action-figure") }}{{ figure("arrivals-figure") }}{% endblock %}',
        "utf-8",
    )
    opened = open_campaign(starter)
    plain = next(one for one in opened.recipients if one.office == "foreign-minister")
    document = opened.composer.compose_letter(plain)
    # Numbers follow the order of printing, before the figure too.
    assert 'See <a href="#figure-arrivals-figure">Figure\u00a02</a>.' in document.html
    number = '<span class="figure-number">Figure\u00a02</span>'
    assert f'<figure id="figure-arrivals-figure"><figcaption>{number} <strong>Arrivals in' in document.html
    assert "arrivals-figure" in [one["id"] for one in document.record["snippets"]]
    assert ": the data" not in document.html


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "code"),
    [
        ('{{ figure("famine-as-crime") }}', "figure-kind"),
        ('{{ figure("arrivals-figur") }}', "snippet-unknown"),
        ('<p>{{ figure_ref("arrivals-figure") }}</p>', "markup-link"),
        ('<p>{{ figure_ref("famine-as-crime") }}</p>', "figure-kind"),
        ('<p>{{ figure("arrivals-figure") }}</p>', "markup-nesting"),
        ('<figure><img src="figure:arrivals-figure" alt="x"></figure>', "picture-missing"),
        ('<figure><img src="a.svg" data-png="b" alt="x"></figure>', "markup-attribute"),
    ],
)
def test_what_a_template_does_wrong_with_a_figure_is_named(
    small_campaign: Path, call: str, code: str
) -> None:
    with pytest.raises(BriefgenError) as caught:
        with_template(small_campaign, call)
    assert code in [problem.code for problem in caught.value.problems]


FIGURE = """---
id: own
kind: figure
title: Own
as_of: 2012
figure:
  chart: bar
  unit: boats
  alt: 5 boats.
  rows:
{rows}
review: {{status: verified, by: e, on: 2026-11-20}}
---
Five.
"""
ROW = """    - label: "{}"
      value: "5"
      evidence: [{{source: x, attested: {{by: e, on: 2026-11-20, said: Five.}}}}]"""


@pytest.mark.parametrize(
    ("rows", "code", "line"),
    [
        (ROW.format("북한"), "figure-glyph", 11),
        ("\n".join([ROW.format("word " * 38)] * 40), "figure-too-high", 10),
    ],
)
def test_a_figure_that_cannot_be_drawn_is_told_before_anything_is_written(
    rows: str, code: str, line: int
) -> None:
    findings = ProblemList()
    card = parse_statement(Snippet, FIGURE.format(rows=rows), "snippets/own.md", findings)
    assert card and not findings.problems
    (problem,) = check_figure_drawings([card])
    assert problem.code == code
    assert problem.place and problem.place.line == line


# Dates


@pytest.mark.parametrize(
    ("edtf", "language", "country", "words"),
    [
        ("2012", "en", "US", "2012"),
        ("2012-04", "en", "US", "April 2012"),
        ("2012-04-21", "en", "US", "April 21, 2012"),
        ("2012-04-21", "en", "DE", "21 April 2012"),
        ("2012-04", "fr", "FR", "avril 2012"),
        ("2014/2017", "en", "US", "2014–2017"),
        ("2011-12/2012-04", "en", "GB", "December 2011 – April 2012"),
        ("2012/..", "en", "GB", "2012–"),
        ("1995~", "en", "GB", "c. 1995"),
        ("1995?", "en", "GB", "1995 (?)"),
        ("199X", "en", "GB", "1990s"),
        ("199X", "de", "DE", "1990–1999"),
        ("19XX", "en", "GB", "1900–1999"),
        ("", "en", "GB", ""),
    ],
)
def test_a_date_is_printed_as_the_country_writes_it(
    edtf: str, language: str, country: str, words: str
) -> None:
    assert format_edtf_date(edtf, language, country) == words

"""A policy brief has exactly two pages, a leave-behind one, each nearly full; what cannot be is said."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from docx_samples import complaints, png, validator
from html_reader import read_html
from material import ROOT
from ooxml_lint import lint
from pdf_structure import faults

from briefgen.campaign.brief_fit import FILL, FittedBrief
from briefgen.campaign.briefing_checks import check_briefing
from briefgen.campaign.job import write_briefing
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.compose.brief import BriefOffer, offer_brief, short_wording
from briefgen.errors import BriefgenError, UsageError
from briefgen.inspect.compare import find_differences
from briefgen.inspect.docx import read_docx
from briefgen.inspect.pdf_untagged import read_any_pdf
from briefgen.model.campaign import BriefingConfig
from briefgen.model.words import BUILT_IN_WORDS
from briefgen.render.pdf.page_usage import _balance_columns

PAGE_CSS = ROOT / "templates/css/page.css"
EXAMPLE = ROOT / "examples/foreign-ministries"
Changed = Callable[..., Campaign]


@cache
def ministries() -> Campaign:
    return open_campaign(EXAMPLE)


@cache
def fitted(kind: str, reader: str = "") -> FittedBrief:
    campaign = ministries()
    recipient = next((one for one in campaign.recipients if one.id == reader), None)
    return campaign.page_fitter(campaign.renderers(("pdf", "docx"))).fit_brief(kind, recipient)


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """The example with parts of campaign.yaml replaced, by patterns, and files beside it."""

    def change(*pairs: tuple[str, str], **files: bytes) -> Campaign:
        folder = Path(shutil.copytree(EXAMPLE, tmp_path / "it", ignore=shutil.ignore_patterns("out")))
        text = (folder / "campaign.yaml").read_text("utf-8")
        for old, new in pairs:
            text, count = re.subn(old, lambda _, new=new: new, text, flags=re.DOTALL)
            assert count, old
        (folder / "campaign.yaml").write_text(text, "utf-8")
        for name, data in files.items():
            (folder / name.replace("_", ".")).write_bytes(data)
        return open_campaign(folder)

    return change


def fit(campaign: Campaign, kind: str = "policy-brief") -> FittedBrief:
    return campaign.page_fitter(campaign.renderers(("pdf",))).fit_brief(kind)


def pages(campaign: Campaign, brief: FittedBrief) -> int | None:
    return campaign.renderers(("pdf",))()["pdf"].render(brief.document).pages


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "number"), [("policy-brief", 2), ("leave-behind", 1)])
def test_a_brief_fills_its_pages_and_says_the_same_in_every_format(
    kind: str, number: int, tmp_path: Path
) -> None:
    brief = fitted(kind)
    least, most = FILL[number]
    assert all(least <= fill <= most for fill in brief.fit.fills)
    assert len(brief.fit.fills) == number
    renderers = ministries().renderers(("pdf", "docx"))()
    page, word = (renderers[name].render(brief.document) for name in ("pdf", "docx"))
    assert page.pages == number
    said = read_html(brief.document.html)
    assert find_differences(said, read_docx(word.data)) == []
    assert find_differences(said, read_any_pdf(page.data)) == []
    assert faults(page.data, notes=len(said.notes)) == []
    assert lint(word.data) == []
    assert complaints(validator(), word.data, tmp_path) == ""


def test_the_word_file_has_the_paddings_and_rules_of_the_pdf() -> None:
    data = ministries().renderers(("docx",))()["docx"].render(fitted("policy-brief").document).data
    with zipfile.ZipFile(BytesIO(data)) as package:
        xml, styles = (package.read(f"word/{name}.xml").decode() for name in ("document", "styles"))
    definitions = {
        name: one
        for one in re.findall(r"<w:style .*?</w:style>", styles, re.DOTALL)
        for name in re.findall(r'<w:name w:val="([^"]*)"/>', one)
    }

    def padding(side: str, properties: str) -> int:
        return int(re.findall(rf'<w:{side} [^>]*w:space="(\d+)"', properties)[0])

    def paragraphs(style: str) -> list[str]:
        return re.findall(rf'<w:pPr><w:pStyle w:val="{style}"/>.*?</w:pPr>', xml)

    for box, heading in (("Summary", "Summary Heading 2"), ("Contact", "Contact Heading")):
        assert padding("top", definitions[heading]) == 8
        assert padding("between", definitions[box]) == padding("bottom", definitions[box]) == 1
        *inner, last = paragraphs(box)
        assert inner
        assert not [one for one in inner if "<w:pBdr>" in one]
        assert padding("bottom", last) == 8
    # A rule is above each part of the side column but its first, above the notes, and above the asks.
    first, *others = paragraphs("AsideHeading")
    assert '<w:top w:val="nil"/>' in first
    assert others
    assert not [one for one in others if "<w:pBdr>" in one and "nil" not in one]
    assert "<w:pBdr><w:top " in definitions["Aside Heading"]
    assert len(paragraphs("NotesRule")) == 1
    (table,) = re.findall(r'<w:tblPr><w:tblStyle w:val="BriefingTable"/>.*?</w:tblPr>', xml)
    assert "<w:tblBorders><w:top " in table
    assert len(paragraphs("RowHeading")) == 3


@pytest.mark.slow
def test_a_brief_has_exactly_two_pages_of_letter_paper_too(changed: Changed) -> None:
    campaign = changed((r"template: policy-brief .*?page: a4", "template: policy-brief\n  page: us-letter"))
    brief = fit(campaign)
    assert pages(campaign, brief) == 2
    assert max(brief.fit.fills) <= FILL[2][1]


def test_what_was_decided_is_recorded_and_explained() -> None:
    brief = fitted("policy-brief")
    recorded = brief.document.record["fit"]
    assert recorded["filled"] == [round(fill, 3) for fill in brief.fit.fills]
    left_out = {one.item for one in brief.fit.decisions if one.place == "left out"}
    assert left_out == {*recorded["left_out"]}
    printed = {one["id"] for one in brief.document.record["snippets"]}
    sections = [
        one for one in brief.fit.decisions if one.place in ("page 1", "page 2") and " " not in one.item
    ]
    assert {one.item for one in sections} <= printed
    assert not left_out & printed
    assert all(one.reason for one in brief.fit.decisions)


def test_key_figures_stand_above_wordings_that_have_them() -> None:
    html = fitted("policy-brief").document.html
    blocks = re.findall(r'<div class="key-figure"><p>(.*?)</p><p>(.*?)</p></div>', html)
    assert [key for key, _ in blocks] == ["53,000\u201365,000", "1,076", "224"]
    assert "at least 1,076 people" in blocks[1][1]
    assert '<span class="footnote">' in blocks[1][1]


@pytest.mark.slow
def test_the_reader_s_own_ask_is_marked_and_comes_first(tmp_path: Path) -> None:
    campaign = ministries()
    reader = campaign.recipients[0]
    own = campaign.composer.select_snippets(reader).ask
    document = fitted("policy-brief", reader.id).document
    (row,) = re.findall(r'<tr class="marked">(.*?)</tr>', document.html)
    assert f'<th scope="row">{own.title}</th>' in row
    assert "Our request to you." in row
    assert document.record["recipient"] == reader.id
    first = document.html.partition("<ol><li>")[2].partition("</li>")[0]
    short = campaign.composer.library.snippets[own.id].variants["short"]
    assert " ".join(short.split()[1:5]) in first
    with pytest.raises(UsageError) as caught:
        write_briefing(campaign, ("txt",), tmp_path, "report", reader)
    assert caught.value.problems[0].code == "paper-for-everybody"


@pytest.mark.parametrize("language", BUILT_IN_WORDS)
def test_the_fixed_words_of_a_brief_are_in_the_campaign_s_language(language: str) -> None:
    english = ministries().composer
    spoken = {"language": language}
    library = replace(
        english.library,
        snippets={id: one.model_copy(update=spoken) for id, one in english.library.snippets.items()},
        caveats={id: one.model_copy(update=spoken) for id, one in english.library.caveats.items()},
    )
    composer = replace(english, campaign=english.campaign.model_copy(update=spoken), library=library)
    html = composer.compose_brief("policy-brief", composer.offer_brief().everything()).html
    words = {key: text for key, text in BUILT_IN_WORDS[language].items() if key.startswith("brief_")}
    assert words.keys() == {key for key in BUILT_IN_WORDS["en"] if key.startswith("brief_")}
    for_readers_or_longer_lists = {"brief_ask_reader", "brief_own_ask", "brief_more_asks", "brief_to_reader"}
    text = read_html(html).text.replace("\u00a0", " ")
    assert [key for key in words if words[key] not in text] == [
        key for key in words if key in for_readers_or_longer_lists
    ]
    # The verb of an ask comes first, and is bold, in these languages only.
    assert ("<li><strong>" in html) == (language in ("en", "fr", "es"))
    report = composer.compose_briefing("report").html.replace("\u00a0", " ")
    words = {key: text for key, text in BUILT_IN_WORDS[language].items() if key.startswith("report_")}
    assert words.keys() == {key for key in BUILT_IN_WORDS["en"] if key.startswith("report_")}
    without_annex = {"report_request", "report_check", "report_checked", "report_checked_text"}
    assert {key for key in words if words[key] not in report} - without_annex == set()


@pytest.mark.slow
def test_a_chart_is_kept_before_long_asks_and_the_one_that_fits_is_chosen() -> None:
    campaign = open_campaign(ROOT / "examples/starter")
    brief = fit(campaign)
    decided = {one.item: one for one in brief.fit.decisions}
    assert decided["figure arrivals-figure"].place == "page 2"
    other = decided["figure camp-population-figure"]
    assert other.place == "left out"
    assert other.reason.endswith("no room for it beside figure arrivals-figure")
    assert decided["the full wording of the asks"].place == "left out"
    assert "<table>" in brief.document.html
    assert min(brief.fit.fills) >= FILL[2][0]


@pytest.mark.slow
def test_a_statement_of_a_section_is_printed_in_short_where_the_full_wording_has_no_room() -> None:
    campaign = open_campaign(ROOT / "examples/starter")
    brief = fit(campaign, "leave-behind")
    (short,) = [one for one in brief.fit.decisions if one.reason.endswith("in its short wording")]
    statement = campaign.composer.library.snippets[short.item]
    said = read_html(brief.document.html).text.replace("\u00a0", " ")
    assert statement.body[:-1] not in said
    assert short_wording(statement)[:-1] in said


def test_a_summary_is_printed_in_full_where_there_is_room_although_the_other_page_stays_short() -> None:
    brief = fit(open_campaign(ROOT / "examples/drinking-water"))
    assert brief.fit.underfilled == (1, 2)
    assert "which serve 35 million students" in brief.document.html


def test_a_short_last_word_is_kept_with_the_one_before_it() -> None:
    html = fitted("policy-brief").document.html
    assert "in political prison\u00a0camps.<span" in html
    assert not re.search(r" \w{1,9}\.</p>", re.sub(r'<span class="footnote">.*?</span>', "", html))


def test_notes_are_balanced_whole() -> None:
    notes = [(10.0, 20.0), (20.0, 60.0), (60.0, 70.0)]
    assert _balance_columns(0.0, notes) == 50.0
    assert _balance_columns(0.0, notes[:1]) == 20.0
    assert "break-inside: avoid" in re.findall(r"\.notes \.note {[^}]*}", PAGE_CSS.read_text("utf-8"))[0]


def test_the_quotation_of_the_example_is_printed_word_for_word() -> None:
    quotation = ministries().composer.library.snippets[ministries().config.briefing.quotation]
    assert quotation.kind == "quotation"
    html = fitted("policy-brief").document.html.replace("\u00a0", " ")
    assert f'<div class="pull-quote"><p>{quotation.body.strip()}<span class="footnote">' in html


def test_a_number_that_was_to_be_looked_up_again_is_no_key_figure_unless_it_is_named() -> None:
    composer = ministries().composer
    paper = composer.campaign.briefing.model_copy(update={"key_figures": []})
    sections = [["camp-population-2025", "returns-hrw-2025"]]

    def offer(paper: BriefingConfig, due: date) -> BriefOffer:
        one = composer.library.snippets["returns-hrw-2025"].model_copy(update={"recheck_by": due})
        return offer_brief(paper, sections, {**composer.library.snippets, one.id: one}, date(2026, 11, 24))

    late = offer(paper, date(2026, 11, 24))
    assert [one.id for one in late.key_figures] == ["camp-population-2025"]
    assert late.due == ("returns-hrw-2025",)
    assert len(offer(paper, date(2026, 11, 25)).key_figures) == 2
    named = paper.model_copy(update={"key_figures": ["returns-hrw-2025"]})
    assert [one.id for one in offer(named, date(2026, 11, 24)).key_figures] == ["returns-hrw-2025"]


# What cannot be a brief


def test_a_title_of_200_characters_is_refused(changed: Changed) -> None:
    with pytest.raises(BriefgenError) as caught:
        changed((r"  title: The inquiry[^\n]*", f"  title: {'A long finding ' * 14}"))
    assert [problem.code for problem in caught.value.problems] == ["brief-title"]
    assert "room for 110" in caught.value.problems[0].message


@pytest.mark.slow
def test_more_asks_than_fit_are_counted_in_lines(changed: Changed) -> None:
    ask = "put the matter of the camps before every meeting with the government of a state that trades with them"
    asks = "".join(f"\n    - to: To office number {n}\n      ask: {ask} at number {n}" for n in range(30))
    campaign = changed((r"  asks: \[[^\]]*\]", f"  asks:{asks}"))
    with pytest.raises(BriefgenError) as caught:
        fit(campaign)
    (problem,) = caught.value.problems
    assert problem.code == "brief-overfull"
    assert re.search(r"page 2 .* is \d+ lines \(\d+ mm\) too long", problem.message)
    assert "one of the 30 asks" in (problem.hint or "")


@pytest.mark.slow
def test_required_parts_that_do_not_fit_are_told_with_what_could_go(changed: Changed) -> None:
    intro = "We have said so for years, and say it again. " * 60
    campaign = changed((r"    - heading: Hunger[^\n]*", f"    - heading: Hunger\n      intro: {intro}"))
    with pytest.raises(BriefgenError) as caught:
        fit(campaign)
    assert {problem.code for problem in caught.value.problems} == {"brief-overfull"}
    hint = caught.value.problems[0].hint or ""
    assert "the intro of a section" in hint
    assert "one of the 2 powers" in hint


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(60, 900), (2400, 60)])
def test_a_logo_of_any_shape_stays_in_the_head(changed: Changed, width: int, height: int) -> None:
    logo = "letterhead:\n  logo: {file: logo.png, alt: Our emblem}\nbriefing:"
    campaign = changed(("briefing:", logo), logo_png=png(width, height))
    brief = fit(campaign)
    assert pages(campaign, brief) == 2
    assert '<div class="masthead"><figure><img' in brief.document.html
    data = campaign.renderers(("docx",))()["docx"].render(brief.document).data
    with zipfile.ZipFile(BytesIO(data)) as package:
        xml = package.read("word/document.xml").decode()
    across, down = map(int, re.search(r'<wp:extent cx="(\d+)" cy="(\d+)"', xml).groups())  # type: ignore[union-attr]
    assert across <= 61 * 36000
    assert down <= 15 * 36000


@pytest.mark.slow
def test_a_brief_of_one_section_without_figures_is_made_and_told_to_be_short(changed: Changed) -> None:
    campaign = changed(
        (r"    - heading: Hunger.*?  key_figures", "  key_figures"),
        (r"  key_figures: .*?  powers:.*?  asks", "  asks"),
        (r"  summary: [^\n]*\n", ""),
    )
    brief = fit(campaign)
    assert pages(campaign, brief) == 2
    assert "<figure" not in brief.document.html
    found = [
        problem for problem in check_briefing(brief.document, campaign.config) if "brief-" in problem.code
    ]
    assert {problem.code for problem in found} == {"brief-underfilled"}
    assert re.search(r"page 1 .* is filled to \d+%, .*: about \d+ lines more", found[0].message)
    assert "statements or topics in sections (now 1;" in (found[0].hint or "")
    assert "figures (now 0 of 2; some 16 lines each), asks (now 3;" in (found[-1].hint or "")


def test_a_kind_of_one_s_own_that_is_called_policy_brief_stays_what_it_is(changed: Changed) -> None:
    own = '{% extends "briefing/default.html.j2" %}{% block annex %}<p>Ours.</p>{% endblock %}'
    campaign = changed((r"  template: policy-brief *[^\n]*", "  template: report"))
    folder = campaign.composer.folder / "templates" / "policy-brief"
    folder.mkdir(parents=True)
    (folder / "default.html.j2").write_text(own, "utf-8")
    campaign = open_campaign(campaign.composer.folder)
    assert campaign.composer.brief_pages("policy-brief") == 0
    assert "<p>Ours.</p>" in campaign.composer.compose_briefing("policy-brief").html
    assert campaign.composer.brief_pages("leave-behind") == 1


@pytest.mark.slow
@pytest.mark.parametrize("design", ["sans", "institute"])
def test_a_brief_has_two_pages_in_every_design_and_its_word_file_is_sound(
    changed: Changed, design: str, tmp_path: Path
) -> None:
    campaign = changed(("briefing:", f"letterhead:\n  design: {design}\nbriefing:"))
    brief = fit(campaign)
    assert pages(campaign, brief) == 2
    assert max(brief.fit.fills) <= FILL[2][1]
    word = campaign.renderers(("docx",))()["docx"].render(brief.document).data
    assert lint(word) == []
    assert complaints(validator(), word, tmp_path) == ""

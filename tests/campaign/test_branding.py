"""A campaign's look without a stylesheet: what its keys do in PDF and Word files, and what is refused."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from material import without_layout
from PIL import Image

from briefgen.campaign.branding import check_branding, contrast_with_white
from briefgen.campaign.check import check_documents
from briefgen.campaign.loader import read_campaign
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import BriefgenError, Problem, ProblemList
from briefgen.inspect.compare import find_differences
from briefgen.inspect.docx import read_docx
from briefgen.inspect.pdf import read_pdf
from briefgen.inspect.pdf_untagged import read_untagged_pdf
from briefgen.model.branding import DEFAULT_BRANDING
from briefgen.render.address_window import wrap_address_lines
from briefgen.render.layouts import get_layout


def with_keys(folder: Path, letterhead: str = "", letter: str = "", sender: str = "") -> Path:
    path = folder / "campaign.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("\nask: ask", f"\nletterhead:\n{letterhead}\nask: ask" if letterhead else "\nask: ask"),
        ("  page: a4\n", letter or "  page: a4\n"),
        ("  organisation:", f"{sender}  organisation:"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return folder


def opened(folder: Path, **keys: str) -> Campaign:
    return open_campaign(with_keys(folder, **keys))


def refused(folder: Path, **keys: str) -> list[Problem]:
    """What is wrong with the look, found without opening the library."""
    findings = ProblemList()
    found = read_campaign(with_keys(folder, **keys), findings)
    if found.config is not None:
        check_branding(found.config, folder, findings)
    return findings.errors


def logo(folder: Path, name: str = "logo.png", size: tuple[int, int] = (300, 150)) -> None:
    Image.new("RGB", size, (200, 180, 40)).save(folder / name)


def made(campaign: Campaign, index: int = 0) -> tuple[bytes, bytes]:
    renderers = campaign.renderers(("pdf", "docx"))()
    letter = campaign.composer.compose_letter(campaign.recipients[index])
    return renderers["pdf"].render(letter).data, renderers["docx"].render(letter).data


def colours_in(pdf: bytes) -> set[tuple[float, ...]]:
    """Colours that text and shapes are filled with."""
    with pikepdf.open(BytesIO(pdf)) as opened_pdf:
        return {
            tuple(round(float(each), 3) for each in operands)
            for page in opened_pdf.pages
            for operands, operator in pikepdf.parse_content_stream(page)
            if str(operator) in {"rg", "scn"} and len(operands) == 3
        }


def styles_in(docx: bytes) -> str:
    with zipfile.ZipFile(BytesIO(docx)) as package:
        return package.read("word/styles.xml").decode()


@pytest.mark.slow
def test_one_colour_changes_without_a_stylesheet_in_both_formats(small_campaign: Path) -> None:
    pdf, docx = made(opened(small_campaign, letterhead='  colours: {accent: "#7a1f2b"}\n'))
    assert (0.478, 0.122, 0.169) in colours_in(pdf)
    assert (0.122, 0.227, 0.373) not in colours_in(pdf)
    assert "7A1F2B" in styles_in(docx)
    assert "1F3A5F" not in styles_in(docx)
    assert "5A5F66" in styles_in(docx)


@pytest.mark.slow
def test_the_sans_design_sets_everything_in_one_sans(small_campaign: Path) -> None:
    campaign = opened(small_campaign, letterhead="  design: sans\n")
    for data in (
        made(campaign)[0],
        campaign.renderers(("pdf",))()["pdf"].render(campaign.composer.compose_briefing()).data,
    ):
        with pikepdf.open(BytesIO(data)) as pdf:
            names = {
                str(each.FontName)
                for each in pdf.objects
                if isinstance(each, pikepdf.Dictionary) and "/FontName" in each
            }
        assert names
        assert all("Sans" in name for name in names), names
    assert "Cambria" not in styles_in(made(campaign)[1])


@pytest.mark.slow
def test_one_font_can_be_chosen(small_campaign: Path) -> None:
    docx = made(opened(small_campaign, letterhead="  design: sans\n  fonts: {text: Source Serif Pro}\n"))[1]
    assert "Cambria" in styles_in(docx)
    assert "Calibri" in styles_in(docx)


@pytest.mark.slow
def test_logo_lines_and_foot_stand_in_both_formats_which_say_the_same(small_campaign: Path) -> None:
    logo(small_campaign)
    keys = "  logo: {file: logo.png, alt: Two hands}\n  sender: [First line, Second line]\n  footer: [At the foot]\n"
    pdf, docx = made(opened(small_campaign, letterhead=keys, letter="  layout: din-5008-b\n"))
    read, word = read_pdf(pdf), read_docx(docx)
    for text in (read.pages[0], word.text):
        assert "First line" in text
        assert "Second line" in text
        assert "office@example.org" not in text
        assert "Example Human Rights Initiative · 12 Example Street · 10115 Berlin" in text
    assert find_differences(word, read_untagged_pdf(pdf)) == []
    with zipfile.ZipFile(BytesIO(docx)) as package:
        feet = [package.read(name).decode() for name in package.namelist() if "footer" in name]
        assert 'descr="Two hands"' in package.read("word/document.xml").decode()
    assert sum("At the foot" in each for each in feet) == 1
    with pikepdf.open(BytesIO(pdf)) as tagged:
        alts = {
            str(each.Alt)
            for each in tagged.objects
            if isinstance(each, pikepdf.Dictionary) and "/Alt" in each
        }
    assert "Two hands" in alts


@pytest.mark.slow
def test_a_logo_without_words_is_called_by_the_organisation(small_campaign: Path) -> None:
    logo(small_campaign)
    campaign = opened(small_campaign, letterhead="  logo: {file: logo.png}\n")
    letter = campaign.composer.compose_letter(campaign.recipients[0])
    assert 'alt="Example Human Rights Initiative"' in letter.html


@pytest.mark.slow
def test_a_drawing_can_be_the_logo(small_campaign: Path) -> None:
    logo(small_campaign)
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30"><rect width="60" height="30" fill="#123456"/></svg>'
    (small_campaign / "logo.svg").write_text(svg, encoding="utf-8")
    pdf, docx = made(opened(small_campaign, letterhead="  logo: {file: logo.svg, alt: Field}\n"))
    assert (0.071, 0.204, 0.337) in colours_in(pdf) or b"Form" in pdf
    with zipfile.ZipFile(BytesIO(docx)) as package:
        assert any(name.endswith(".svg") for name in package.namelist())


@pytest.mark.parametrize("name", ["broken.png", "huge.png", "bomb.png", "outside.svg"])
def test_a_logo_that_cannot_be_shown_is_told_when_the_campaign_is_checked(
    small_campaign: Path, name: str
) -> None:
    logo(small_campaign, "whole.png")
    whole = (small_campaign / "whole.png").read_bytes()
    if name == "broken.png":
        (small_campaign / name).write_bytes(whole[: len(whole) // 2])
    elif name == "huge.png":
        (small_campaign / name).write_bytes(whole + b"\0" * 1_100_000)
    elif name == "bomb.png":
        Image.new("1", (20_000, 20_000)).save(small_campaign / name)
    elif name == "outside.svg":
        (small_campaign / name).write_text(
            '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>', "utf-8"
        )
        (small_campaign / "outside.png").write_bytes(whole)
    found = refused(small_campaign, letterhead=f"  logo: {{file: {name}}}\n")
    assert [each.code for each in found] == ["logo-large" if name == "huge.png" else "logo-broken"]
    assert all(str(each.place).startswith(f"{small_campaign}/campaign.yaml:") for each in found)


def test_a_missing_logo_is_told(starter: Path) -> None:
    with pytest.raises(BriefgenError, match=r"file-missing.*logo\.png"):
        opened(starter, letterhead="  logo: {file: logo.png}\n")


@pytest.mark.slow
def test_another_logo_makes_all_letters_anew(small_campaign: Path) -> None:
    (small_campaign / "art").mkdir()
    logo(small_campaign, "art/logo.png")
    before = opened(small_campaign, letterhead="  logo: {file: art/logo.png}\n").composer.fingerprint
    logo(small_campaign, "art/logo.png", (310, 150))
    assert open_campaign(small_campaign).composer.fingerprint != before


@pytest.mark.parametrize(
    ("keys", "code", "words"),
    [
        ('  colours: {accent: "#f0b000"}\n', "colour-contrast", "#f0b000"),
        ("  colours: {quiet: aaaaaa}\n", "colour-contrast", "2.3 to 1"),
        ("  colours: {accent: red}\n", "wrong-type", "six hexadecimal digits"),
        ("  colours:\n    accent: #123456\n", "wrong-value", "in quotes"),
        ("  fonts: {text: Comic Sans}\n", "wrong-type", "Source Serif Pro or Source Sans Pro"),
        ("  design: baroque\n", "wrong-type", "serif or sans"),
        ("  sender: [a, b, c, d, e, f]\n", "letterhead-tall", "6 lines"),
        ("  footer: [a, b, c, d, e]\n", "wrong-type", ""),
    ],
)
def test_what_would_look_bad_is_refused(small_campaign: Path, keys: str, code: str, words: str) -> None:
    (problem,) = refused(small_campaign, letterhead=keys)
    assert problem.code == code
    assert words in f"{problem.message} {problem.hint}"
    assert re.match(rf"{re.escape(str(small_campaign))}/campaign.yaml:\d+", str(problem.place))


def test_contrast_is_reckoned_as_wcag_has_it() -> None:
    assert contrast_with_white("#000000") == pytest.approx(21)
    assert contrast_with_white("#ffffff") == pytest.approx(1)
    assert contrast_with_white("#767676") == pytest.approx(4.54, abs=0.01)


def test_the_layout_decides_the_paper_and_another_is_a_mistake(starter: Path) -> None:
    (problem,) = refused(starter, letter="  layout: us-letter\n  page: a4\n")
    assert problem.code == "layout-paper"


@pytest.mark.slow
def test_a_layout_alone_sets_the_paper(small_campaign: Path) -> None:
    pdf, _ = made(opened(small_campaign, letter="  layout: us-letter\n"))
    with pikepdf.open(BytesIO(pdf)) as read:
        assert [float(side) for side in read.pages[0].mediabox][2:] == pytest.approx([612, 792], abs=0.1)


def test_a_return_line_that_is_too_long_is_told_and_can_be_written(starter: Path) -> None:
    long = "  return_line: The Example Initiative for the Rights of Everybody who lives in a far country · 10115 Berlin\n"
    (problem,) = refused(starter, letterhead=long, letter="  layout: din-5008-a\n")
    assert problem.code == "return-line-long"


@pytest.mark.slow
def test_a_recipient_whose_address_finds_no_room_is_set_apart_with_the_line(starter: Path) -> None:
    campaign = opened(starter, letter="  layout: nf-z11\n")
    told = [each for each in campaign.skipped if each.code == "address-too-long"]
    assert told
    assert all(each.about and f"({each.about})" in each.message for each in told)
    assert all(re.search(r"line \d of the address, '", each.message) for each in told)
    assert not {each.about for each in told} & {each.id for each in campaign.recipients}


@pytest.mark.slow
def test_lines_that_go_on_in_a_second_row_of_the_window_are_told_together(starter: Path) -> None:
    without_layout(starter)
    warnings, broken = check_documents(open_campaign(starter))
    assert "address-turned-over" not in {each.code for each in warnings}
    warnings, broken = check_documents(opened(starter, letter="  layout: din-5008-a\n"))
    (told,) = (each for each in warnings if each.code == "address-turned-over")
    assert broken == []
    assert told.message.startswith("10 address lines are too long for the window")
    assert "'Foreign, Commonwealth & Development Office' (uk-foreign-secretary)" in told.message
    assert told.place is not None and told.place.line == 6


LONG = "Special Rapporteur on the situation of human rights in the Democratic People’s Republic of Korea"


@pytest.mark.slow
def test_without_a_window_a_long_line_goes_on_in_an_indented_row_in_both_formats(starter: Path) -> None:
    campaign = opened(starter)
    (rapporteur,) = (one for one in campaign.recipients if one.id == "un-special-rapporteur-dprk")
    document = campaign.composer.compose_letter(rapporteur)
    assert f"The {LONG}<br/>" in document.html
    rendered = campaign.renderers(("pdf", "docx"))()
    pdf, docx = (rendered[format].render(document).data for format in ("pdf", "docx"))
    with zipfile.ZipFile(BytesIO(docx)) as archive:
        word = archive.read("word/document.xml").decode()
    assert ">\u00a0\u00a0\u00a0\u00a0Republic of Korea<" in word
    first, second, office = lines_at(pdf, "The Special", "Republic", "Office")
    assert first == pytest.approx(office, abs=0.5)
    assert second > first + 8
    assert find_differences(read_docx(docx), read_untagged_pdf(pdf)) == []


def lines_at(pdf: bytes, *words: str) -> list[float]:
    """Left edges, in points, of words where they first stand on the first page."""
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    places = (page.search(each, match_case=True).get_next() for each in words)
    return [page.get_charbox(place[0])[0] for place in places if place]


def test_rows_of_an_address_are_parted_so_that_no_word_stands_alone() -> None:
    layout = get_layout("letter", "a4", "plain")
    html = f'<div class="inside-address"><p>{LONG} or &amp;<br/>Short Street 1</p></div><p>{LONG} {LONG}</p>'
    parted = wrap_address_lines(html, layout, DEFAULT_BRANDING)
    assert parted.replace("<br/>\u00a0\u00a0\u00a0\u00a0", " ") == html
    address = parted.partition("</div>")[0]
    assert address.count("<br/>") == 2
    assert len(address.split("<br/>")[1].split()) >= 3
    word = "x" * 300
    alone = f'<div class="inside-address"><p>{word}</p></div>'
    assert wrap_address_lines(alone, layout, DEFAULT_BRANDING) == alone
    window = get_layout("letter", "a4", "din-5008-a")
    assert wrap_address_lines(html, window, DEFAULT_BRANDING) == html


def test_a_line_of_an_address_with_markup_in_it_is_left_as_it_is() -> None:
    layout = get_layout("letter", "a4", "plain")
    marked = f'<a class="x" href="https://example.org/{"x y " * 50}">Ministry</a> <em>{LONG} {LONG}</em>'
    html = f'<div class="inside-address"><p>{marked}<br/>Short Street 1</p></div>'
    assert wrap_address_lines(html, layout, DEFAULT_BRANDING) == html


def test_a_word_letterhead_and_sender_lines_are_one_too_many(small_campaign: Path) -> None:
    template = Path(__file__).parents[2] / "templates" / "letterhead" / "a4.docx"
    (small_campaign / "ours.docx").write_bytes(template.read_bytes())
    (problem,) = refused(
        small_campaign, letterhead="  sender: [A line]\n", sender="  letterhead: ours.docx\n"
    )
    assert problem.code == "letterhead-twice"


@pytest.mark.slow
def test_that_a_word_letterhead_has_a_page_of_its_own_is_said(small_campaign: Path) -> None:
    template = Path(__file__).parents[2] / "templates" / "letterhead" / "a4.docx"
    (small_campaign / "ours.docx").write_bytes(template.read_bytes())
    campaign = opened(small_campaign, letter="  layout: din-5008-b\n", sender="  letterhead: ours.docx\n")
    assert "layout-not-in-word" in [each.code for each in campaign.warnings]


@pytest.mark.slow
def test_a_briefing_has_a_short_title_in_its_heads(small_campaign: Path) -> None:
    path = small_campaign / "campaign.yaml"
    text = path.read_text(encoding="utf-8")
    assert "\nbriefing:\n" in text
    path.write_text(text.replace("\nbriefing:\n", "\nbriefing:\n  short_title: In short\n", 1), "utf-8")
    assert open_campaign(small_campaign).composer.compose_briefing().running == ("In short",)


@pytest.mark.slow
def test_a_long_briefing_has_contents_that_lead_to_its_headings_and_a_short_one_none(starter: Path) -> None:
    html = open_campaign(starter).composer.compose_briefing().html
    contents = re.search(r'<div class="toc">.*?</div>', html, re.DOTALL)
    assert contents
    targets = re.findall('href="#([^"]+)"', contents[0])
    assert targets == [id for id in re.findall('<h2 id="([^"]+)"', html) if id != "contents"]
    path = starter / "campaign.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r"(?s)  sections:\n.*?(?=\n  asks:)", "  sections: []", text).replace(
            "annex: true", "annex: false"
        ),
        "utf-8",
    )
    assert '<div class="toc">' not in open_campaign(starter).composer.compose_briefing().html

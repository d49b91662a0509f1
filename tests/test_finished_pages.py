"""Finished pages before a judge: letters and papers of every example, in every design, as PDF and through Word."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from docx_samples import LINES, document
from material import ROOT, program
from page_judge import judge_pages, read_lines

from briefgen.campaign.briefing_checks import check_briefing
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.campaign.scaffold import list_examples
from briefgen.model.branding import Branding
from briefgen.model.document import Document
from briefgen.render.docx.renderer import DocxRenderer
from briefgen.render.pdf.renderer import PdfRenderer
from briefgen.system.doctor import load_weasyprint

EXAMPLES = sorted(list_examples())


@cache
def campaign_of(example: str) -> Campaign:
    return open_campaign(ROOT / "examples" / example)


@cache
def letters_of(example: str) -> list[Document]:
    """The letters as they are sent, the longest first."""
    campaign = campaign_of(example)
    fitter = campaign.page_fitter(campaign.renderers(("pdf",)))
    return sorted((fitter.compose_letter(one) for one in campaign.recipients), key=lambda one: -len(one.html))


def pdf_of(example: str, written: Document) -> bytes:
    return campaign_of(example).renderers(("pdf",))()["pdf"].render(written).data


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES)
def test_the_longest_letter_of_an_example_passes(example: str) -> None:
    assert judge_pages(pdf_of(example, letters_of(example)[0]), last_lines=False) == []


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("example", EXAMPLES)
def test_every_letter_of_an_example_passes(example: str) -> None:
    found = {
        letter.title: judge_pages(pdf_of(example, letter), last_lines=False) for letter in letters_of(example)
    }
    assert {title: faults for title, faults in found.items() if faults} == {}


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("example", EXAMPLES)
def test_every_letter_passes_as_libreoffice_shows_the_word_file(example: str, tmp_path: Path) -> None:
    """With the fonts in the file, as those that Word has are not on every machine."""
    soffice = program("soffice")
    renderer = DocxRenderer(branding=Branding(embed_fonts=True))
    for number, letter in enumerate(letters_of(example)):
        (tmp_path / f"{number}.docx").write_bytes(renderer.render(letter).data)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    files = sorted(map(str, tmp_path.glob("*.docx")))
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=300)
    found = {path.name: judge_pages(path.read_bytes(), last_lines=False) for path in tmp_path.glob("*.pdf")}
    assert len(found) == len(files)
    assert {name: faults for name, faults in found.items() if faults} == {}


# Papers

KINDS = ("", "policy-brief", "leave-behind", "report")
"""The campaign's own briefing, and the kinds that come with briefgen."""
DESIGNS = ("serif", "sans", "institute")


def in_design(example: str, design: str, folder: Path) -> Campaign:
    """An example with another design."""
    if design == "serif":
        return campaign_of(example)
    copied = shutil.copytree(
        ROOT / "examples" / example, folder / example, ignore=shutil.ignore_patterns("out")
    )
    file = Path(copied) / "campaign.yaml"
    text, count = re.subn(
        r"(?m)^letterhead:\n", f"letterhead:\n  design: {design}\n", file.read_text("utf-8")
    )
    file.write_text(text if count else f"{text}\nletterhead:\n  design: {design}\n", "utf-8")
    return open_campaign(Path(copied))


def paper_of(campaign: Campaign, kind: str) -> Document:
    return campaign.page_fitter(campaign.renderers(("pdf",))).compose_briefing(kind)


def recommendations(paper: Document) -> list[str]:
    """The texts of list items up to their first notes: no page break may part them."""
    return [
        re.sub(r"<[^>]*>", "", item.partition('<span class="footnote">')[0])
        for item in re.findall(r"<li>(.*?)</li>", paper.html, re.DOTALL)
    ]


def faults_of(campaign: Campaign, kind: str, paper: Document, pdf: bytes) -> list[str]:
    """What the judge says of a paper, without the empty half of a brief of which `briefgen check` says so."""
    is_told = any(one.code == "brief-underfilled" for one in check_briefing(paper, campaign.config, kind))
    found = [one for one in judge_pages(pdf, recommendations(paper)) if not (is_told and "are empty" in one)]
    exact = campaign.composer.brief_pages(kind)
    if exact and len(read_lines(pdf)) != exact:
        found.append(f"a {kind} has {len(read_lines(pdf))} pages")
    return found


def judge_papers(campaign: Campaign, kinds: Iterable[str]) -> dict[str, list[str]]:
    """What is wrong with papers of a campaign as PDF, by kind."""
    renderer = campaign.renderers(("pdf",))()["pdf"]
    papers = {kind: paper_of(campaign, kind) for kind in kinds}
    found = {kind: faults_of(campaign, kind, one, renderer.render(one).data) for kind, one in papers.items()}
    return {kind: faults for kind, faults in found.items() if faults}


@pytest.mark.slow
def test_the_papers_of_an_example_pass() -> None:
    assert judge_papers(campaign_of("foreign-ministries"), KINDS[1:]) == {}


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("example", EXAMPLES)
def test_every_paper_of_an_example_passes_in_every_design(example: str, design: str, tmp_path: Path) -> None:
    assert judge_papers(in_design(example, design, tmp_path), KINDS) == {}


@pytest.mark.office
@pytest.mark.slow
def test_papers_and_a_letter_pass_as_libreoffice_shows_the_word_files(
    convert_to_pdf: Callable[[Path], list[Path]], tmp_path: Path
) -> None:
    judge_word_files({"foreign-ministries": KINDS[1:]}, "serif", convert_to_pdf, tmp_path)


@pytest.mark.office
@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("design", DESIGNS)
def test_every_paper_passes_as_libreoffice_shows_the_word_file(
    design: str, convert_to_pdf: Callable[[Path], list[Path]], tmp_path: Path
) -> None:
    judge_word_files(dict.fromkeys(EXAMPLES, KINDS), design, convert_to_pdf, tmp_path)


def judge_word_files(
    kinds: Mapping[str, Iterable[str]],
    design: str,
    convert_to_pdf: Callable[[Path], list[Path]],
    folder: Path,
) -> None:
    """Judge Word files with the fonts in them, as those that Word has are not on every machine."""
    campaigns = {example: in_design(example, design, folder / "campaigns") for example in kinds}
    papers = {
        f"{example}-{kind or 'own'}": (campaigns[example], kind, paper_of(campaigns[example], kind))
        for example, some in kinds.items()
        for kind in some
    }
    for name, (campaign, _, paper) in papers.items():
        embedding = replace(campaign, branding=replace(campaign.branding, embed_fonts=True))
        (folder / f"{name}.docx").write_bytes(embedding.renderers(("docx",))()["docx"].render(paper).data)
    found = {path.stem: faults_of(*papers[path.stem], path.read_bytes()) for path in convert_to_pdf(folder)}
    # LibreOffice parts a paragraph with notes although the file says that it must not.
    found = {name: [one for one in faults if "is parted" not in one] for name, faults in found.items()}
    assert {name: faults for name, faults in found.items() if faults} == {}


# The judge before its own cases


def judged(html: str, folder: Path, css: str = "") -> list[str]:
    """What the judge says of a letter with these pages, set with a stylesheet that is not ours."""
    (folder / "letter.css").write_text((ROOT / "templates/css/letter.css").read_text("utf-8") + css, "utf-8")
    for name in ("page.css", "briefing.css", "sans.css"):
        (folder / name).write_text((ROOT / "templates/css" / name).read_text("utf-8"), "utf-8")
    return judge_pages(PdfRenderer((folder,)).render(replace(document(html), layout="plain")).data)


def test_the_judge_finds_type_that_is_too_small(tmp_path: Path) -> None:
    html = f'<div class="body"><p>{LINES}</p></div>'
    assert judged(html, tmp_path) == []
    assert "is set in 5.0 points" in judged(html, tmp_path, ".body p { font-size: 5pt; }")[0]


def test_the_judge_finds_words_over_words() -> None:
    """The renderer refuses such a page itself, so another one makes it."""
    load_weasyprint()
    from weasyprint import HTML

    page = HTML(string='<p>One line of words.</p><p style="margin-top: -35px">Another line of words.</p>')
    assert "overlap" in judge_pages(page.write_pdf())[0]


def test_the_judge_finds_a_last_page_of_a_few_lines(tmp_path: Path) -> None:
    paragraphs = f"<p>{LINES}</p>" * 14
    html = f'<div class="body">{paragraphs}<div class="new-page"><p>The end.</p></div></div>'
    assert judged(html, tmp_path) == ["the last page has 2 lines below its running head"]


def drawn(body: str) -> list[str]:
    """What the judge says of pages that another program has made."""
    load_weasyprint()
    from weasyprint import HTML

    style = "<style>@page { size: A4; margin: 20mm } body { font: 11pt/14pt sans-serif }</style>"
    lines = "<p>" + "<br>".join(f"A line with the number {n} in words that are printed" for n in range(9))
    return judge_pages(
        HTML(string=f"{style}{body}<div style='break-before: page'>{lines}").write_pdf(), [WHOLE]
    )


WHOLE = "Support a referral to the court, and press every government to do the same before the year ends"


def test_the_judge_finds_a_page_that_is_half_empty() -> None:
    gap = "<p>One line.</p><p style='margin-top: {}mm'>Another.</p><p style='margin-top: 100mm'>Near the end."
    (found,) = drawn(gap.format(30))
    assert found.startswith("page 1: 10") and found.endswith("mm are empty")
    assert len(drawn(gap.format(70))) == 2


def test_the_judge_finds_a_word_alone_on_the_last_line() -> None:
    full = "In 2014 the commission found reasonable grounds to believe what it was told"
    filled = "<p style='margin-top: 215mm'>Foot."
    assert drawn(f"<p>{full}<br>and said so.</p>{filled}")[1:] == []
    assert "'here.' is alone on the last line" in drawn(f"<p>{full}<br>here.</p>{filled}")[1]


def test_the_judge_finds_a_heading_with_nothing_below_it() -> None:
    heading = "<p style='margin-top: 190mm'>Text.</p><h2 style='font: bold 12pt serif'>What we ask</h2>"
    assert "nothing is below 'What we ask'" in drawn(heading)[-1]


def test_the_judge_finds_a_recommendation_on_two_pages() -> None:
    first, second = WHOLE[:50], WHOLE[50:]
    parted = f"<ol><li>{first}<div style='break-before: page'>{second}</div></ol>"
    assert [one for one in drawn(parted) if "parted" in one] == [f"pages 1 and 2: {WHOLE[:40]!r} is parted"]

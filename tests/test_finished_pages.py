"""Finished pages before a judge: the longest letter and the briefing of every example, as PDF and through Word."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from docx_samples import LINES, document
from material import ROOT, program
from page_judge import judge_pages

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
    assert judge_pages(pdf_of(example, letters_of(example)[0])) == []


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("example", EXAMPLES)
def test_every_letter_of_an_example_passes(example: str) -> None:
    found = {letter.title: judge_pages(pdf_of(example, letter)) for letter in letters_of(example)}
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
    found = {path.name: judge_pages(path.read_bytes()) for path in tmp_path.glob("*.pdf")}
    assert len(found) == len(files)
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

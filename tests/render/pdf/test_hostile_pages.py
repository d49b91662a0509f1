"""Random letters of what pages are too small for: read back, nothing is cut off or covered, or none is made."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from pdf_samples import BRIEFING, SENTENCE, letter, picture

from briefgen.errors import BriefgenError
from briefgen.inspect.compare import find_differences
from briefgen.inspect.docx import read_docx
from briefgen.inspect.pdf_untagged import read_any_pdf
from briefgen.model.document import Document
from briefgen.render.docx.renderer import DocxRenderer
from briefgen.render.layouts import MM_PER_PT, PAGES
from briefgen.render.pdf.renderer import PdfRenderer
from briefgen.render.tables import turn_page

SEEDS = 16
"""More were tried when this was written: docs/security.md."""
NAMED = {"table-too-wide", "page-overflow", "page-overlap", "page-incomplete", "footnote-lost"}
IMAGE = pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
_TOLERANCE_PT = 1.5


@pytest.fixture(scope="module", autouse=True)
def _leave() -> Iterator[None]:
    yield
    renderers.cache_clear()  # its fonts clean up after themselves only before Python ends


@cache
def renderers() -> tuple[PdfRenderer, DocxRenderer]:
    return PdfRenderer((Path(__file__).parents[3] / "templates/css",)), DocxRenderer()


def _word(dice: random.Random) -> str:
    letters = dice.choice(("W", "i", "abcdefghij", "Zeichen", "中文", "x-y/"))
    return (letters * 60)[: dice.choice((3, 9, 20, 60, 240))]


def _words(dice: random.Random) -> str:
    return " ".join(_word(dice) for _ in range(dice.choice((1, 3, 12))))


def _note(dice: random.Random) -> str:
    words = dice.choice((_words(dice), SENTENCE * dice.choice((1, 8, 30, 60))))
    return f'<span class="footnote">{words}</span>'


def _paragraph(dice: random.Random) -> str:
    return f"<p>{SENTENCE * dice.choice((1, 5, 20))} {_words(dice)}{dice.choice(('', _note(dice)))}</p>"


def _heading(dice: random.Random) -> str:
    return f"<h2>{_words(dice)}</h2><p>{SENTENCE}</p>"


def _list(dice: random.Random) -> str:
    depth, tag = dice.choice((1, 3, 9, 40)), dice.choice(("ul", "ol"))
    return f"<{tag}><li><p>{_words(dice)}</p>" * depth + f"</li></{tag}>" * depth


def _figure(dice: random.Random) -> str:
    width, height = (dice.choice((1, 40, 600, 3000)) for _ in range(2))
    caption = dice.choice((_words(dice), SENTENCE * dice.choice((1, 10, 60))))
    image = f'<img src="{picture(width, height)}" alt="A field"/>'
    return f"<figure>{image}<figcaption>{caption}{dice.choice(('', _note(dice)))}</figcaption></figure>"


def _table(dice: random.Random) -> str:
    columns, rows = dice.choice((1, 2, 5, 9, 14, 25)), dice.choice((1, 4, 40))
    head = "".join(f"<th>{_words(dice)}</th>" for _ in range(columns))
    cells = ["".join(f"<td>{_word(dice)}</td>" for _ in range(columns)) for _ in range(rows)]
    if columns > 1 and dice.random() < 0.3:
        cells[0] = f"<td colspan='2'>{_words(dice)}</td>" + "<td>1</td>" * (columns - 2)
    if dice.random() < 0.3:
        cells[-1] = f"<td>{SENTENCE * dice.choice((5, 40))}</td>" + "<td>1</td>" * (columns - 1)
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return (
        f"<table><caption>{_words(dice)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


_BLOCKS: tuple[Callable[[random.Random], str], ...] = (_paragraph, _heading, _list, _figure, _table)


def random_document(seed: int) -> Document:
    dice = random.Random(seed)
    body = "".join(dice.choice(_BLOCKS)(dice) for _ in range(dice.choice((1, 3, 6))))
    whole = letter(f"<p>I ask you to act.</p>{body}<p>Thank you.</p>")
    if dice.random() < 0.3:
        whole = replace(BRIEFING, html=f"<h2>A heading</h2>{body}<p>The end.</p>")
    return replace(whole, page=dice.choice(("a4", "us-letter")))


def faults_of_pdf(data: bytes, document: Document) -> Iterator[str]:
    """Say what PDFium finds outside of the margins, or a picture and a letter in one place."""
    upright = PAGES[document.kind, document.page]
    with pypdfium2.PdfDocument(data) as pdf:
        for number, page in enumerate(pdf, 1):
            width, height = page.get_size()
            paper = turn_page(upright) if width > height else upright
            left, right = paper.left_mm / MM_PER_PT, width - paper.right_mm / MM_PER_PT
            bottom = paper.bottom_mm / MM_PER_PT - _TOLERANCE_PT
            pictures = [each.get_bounds() for each in page.get_objects(filter=[IMAGE])]
            text = page.get_textpage()
            characters = [
                text.get_charbox(index)
                for index, character in enumerate(text.get_text_range())
                if not character.isspace()
            ]
            for box in (*pictures, *characters):
                if box[0] < left - _TOLERANCE_PT or box[2] > right + _TOLERANCE_PT or box[1] < bottom:
                    yield f"page {number}: {box} is outside of the margins"
            for box in pictures:
                for x, y in (((each[0] + each[2]) / 2, (each[1] + each[3]) / 2) for each in characters):
                    if box[0] < x < box[2] and box[1] < y < box[3]:
                        yield f"page {number}: a letter at {x:.0f}, {y:.0f} and a picture are in one place"
            text.close()


def faults_of_word(data: bytes) -> Iterator[str]:
    """Say which tables and pictures are larger than the text of the section that they are in."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        xml = package.read("word/document.xml").decode()
    for section, properties in re.findall(r"(.*?)(<w:sectPr.*?</w:sectPr>)", xml, re.DOTALL):
        sides = {name: int(value) for name, value in re.findall(r'w:(\w+)="(\d+)"', properties)}
        width = sides["w"] - sides["left"] - sides["right"]
        height = sides["h"] - sides["top"] - sides["bottom"]
        for grid in re.findall(r"<w:tblGrid>(.*?)</w:tblGrid>", section):
            if sum(map(int, re.findall(r'w:w="(\d+)"', grid))) > width + 30:
                yield f"a table is wider than {width} twips"
        for cx, cy in re.findall(r'<wp:extent cx="(\d+)" cy="(\d+)"/>', section):
            if int(cx) > (width + 1) * 635 or int(cy) > height * 635:
                yield f"a picture is larger than {width} by {height} twips"


def outcome(seed: int) -> str:
    """Return `made`, or the code of the problem; raise AssertionError if something is cut off or covered."""
    document = random_document(seed)
    in_pdf, in_word = renderers()
    try:
        data = in_pdf.render(document).data
    except BriefgenError as error:
        codes = {problem.code for problem in error.problems}
        assert codes <= NAMED, error
        assert all(document.title in problem.message for problem in error.problems), error
        return min(codes)
    assert list(faults_of_pdf(data, document)) == []
    made = in_word.render(document).data
    assert list(faults_of_word(made)) == []
    assert find_differences(read_docx(made), read_any_pdf(data)) == []
    return "made"


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SEEDS, 8))
def test_nothing_is_cut_off_or_covered_in_silence(first: int) -> None:
    outcomes = [outcome(seed) for seed in range(first, first + 8)]
    assert "made" in outcomes

"""Compare our renderers with plain use of the libraries underneath, on the same letter, as ratios.

    python bench/render.py [--letters 60]

If Typst is installed (dependency group `bench`), it renders the same letter as PDF/UA too. It is a compiler,
and much faster than we are.

Both sides render the same text with the same stylesheet and fonts, alternately, so that other load on the
machine affects both. Plain WeasyPrint is `HTML(string=…).write_pdf()`, as its documentation begins, with
tags. Plain python-docx adds paragraph after paragraph to a new document; it does not support footnotes, so
they are paragraphs at the end. Unlike ours, the plain files have no evidence record and do not conform to
PDF/UA.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import docx
import lxml.etree
import weasyprint

from briefgen.model.branding import Branding
from briefgen.model.document import Document
from briefgen.render.docx.renderer import DocxRenderer
from briefgen.render.fonts import font_face_css, font_folders
from briefgen.render.layouts import PAGES
from briefgen.render.pdf.page_css import build_branding_css, build_page_css
from briefgen.render.pdf.renderer import PdfRenderer, build_html_page

STYLES = Path(__file__).parents[1] / "templates" / "css"
WARM_UP = 3
SENTENCE = (
    "The committee has the power to ask for a full account of what was done, by whom, and at whose order. "
)
NOTE = (
    '<span class="footnote">Example Commission, <em>Report of an Inquiry Never Held</em> (2020), para. 7, '
    '<a href="https://example.org/report">https://example.org/report</a>.</span>'
)
LETTER = Document(
    kind="letter",
    html=(
        '<div class="letterhead"><h1>Example Initiative</h1><p>12 Example Street · 10115 Berlin</p></div>'
        '<div class="inside-address"><p>The Honorable Jane Example<br/>1 Example Building<br/>'
        "Washington, DC 20510</p></div>"
        '<div class="date-line"><p>January 2, 2026</p></div>'
        '<div class="salutation"><p>Dear Senator Example:</p></div><div class="body">'
        + f"<p>{SENTENCE * 2}{NOTE} {SENTENCE * 2}{NOTE}</p>"
        * 3
        + '</div><div class="complimentary-close"><p>Sincerely,</p></div>'
        '<div class="signature"><p>Alex Example<br/>Director</p></div>'
    ),
    title="Letter to The Honorable Jane Example",
    author="Example Initiative",
    language="en",
    date=date(2026, 1, 2),
    running=("The Honorable Jane Example", "January 2, 2026"),
    page="us-letter",
    record={"snippets": [{"id": "example", "text": SENTENCE * 20}]},
)


def letter_to(number: int) -> Document:
    name = f"Jane Example {number}"
    return replace(LETTER, html=LETTER.html.replace("Jane Example", name), title=f"Letter to {name}")


def plain_pdf() -> Callable[[Document], bytes]:
    rules = build_branding_css(Branding()) + build_page_css(PAGES["letter", "us-letter"])
    css = "\n".join(
        [font_face_css(), *((STYLES / name).read_text() for name in ("page.css", "letter.css")), rules]
    )

    def make(document: Document) -> bytes:
        page = build_html_page(document).replace("</head>", f"<style>{css}</style></head>")
        data: bytes = weasyprint.HTML(string=page).write_pdf(pdf_tags=True)
        return data

    return make


def plain_docx(document: Document) -> bytes:
    made = docx.Document()
    notes: list[Any] = []
    for block in lxml.etree.fromstring(f"<body>{document.html}</body>").iter("h1", "p"):
        paragraph = made.add_paragraph(style="Heading 1" if block.tag == "h1" else None)
        add_runs(paragraph, block, notes)
    for number, note in enumerate(notes, 1):
        paragraph = made.add_paragraph(f"{number} ")
        add_runs(paragraph, note, [])
    made.core_properties.title = document.title
    made.core_properties.author = document.author
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def add_runs(paragraph: Any, element: Any, notes: list[Any], italic: bool = False) -> None:
    if element.text:
        paragraph.add_run(element.text).italic = italic
    for child in element:
        if child.tag == "br":
            paragraph.add_run().add_break()
        elif child.get("class") == "footnote":
            notes.append(child)
            paragraph.add_run(str(len(notes))).font.superscript = True
        else:
            add_runs(paragraph, child, notes, italic or child.tag == "em")
        if child.tail:
            paragraph.add_run(child.tail).italic = italic


def typst() -> Callable[[Document], bytes]:
    """Return a renderer that sets the letter with Typst, on the same page and with the same fonts."""
    import typst as compiler

    page = PAGES["letter", "us-letter"]
    margins = (
        f"top: {page.top_mm}mm, right: {page.right_mm}mm, bottom: {page.bottom_mm}mm, left: {page.left_mm}mm"
    )
    head = (
        f"#set page(width: {page.width_mm}mm, height: {page.height_mm}mm, margin: ({margins}))\n"
        '#set text(font: "Source Serif Pro", size: 11pt, lang: "en")\n#set par(leading: 0.65em)\n'
    )
    fonts = [str(folder) for folder in font_folders().values()]

    def make(document: Document) -> bytes:
        root = lxml.etree.fromstring(f"<body>{document.html}</body>")
        title = f'#set document(title: "{document.title}", author: "{document.author}")\n'
        text = title + head + "\n\n".join(in_typst(block) for block in root.iter("h1", "p"))
        data: bytes = compiler.compile(
            text.encode(), font_paths=fonts, ignore_system_fonts=True, pdf_standards=["ua-1"]
        )
        return data

    return make


def in_typst(element: Any) -> str:
    parts = [escaped(element.text)]
    for child in element:
        if child.tag == "br":
            parts.append(" \\\n")
        elif child.get("class") == "footnote":
            parts.append(f"#footnote[{in_typst(child)}]")
        elif child.tag == "a":
            parts.append(f'#link("{child.get("href")}")[{in_typst(child)}]')
        else:
            parts.append(f"#{'emph' if child.tag == 'em' else 'strong'}[{in_typst(child)}]")
        parts.append(escaped(child.tail))
    return ("= " if element.tag == "h1" else "") + "".join(parts)


def escaped(text: str | None) -> str:
    return re.sub(r"([\\#*_`$<>@\[\]/])", r"\\\1", text or "")


def compare(
    what: str, plain: Callable[[Document], bytes], ours: Callable[[Document], bytes], number: int
) -> None:
    spent = [0.0, 0.0]
    for index in range(-WARM_UP, number):
        document = letter_to(index)
        for side, make in enumerate((plain, ours)):
            began = time.perf_counter()
            assert make(document)
            spent[side] += time.perf_counter() - began if index >= 0 else 0.0
    plain_ms, ours_ms = (seconds / number * 1000 for seconds in spent)
    print(f"{what:<6}{plain_ms:>12.2f}{ours_ms:>12.2f}{plain_ms / ours_ms:>12.1f}")


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--letters", type=int, default=60)
    number = arguments.parse_args().letters
    pdf, word = PdfRenderer((STYLES,)), DocxRenderer()
    print(f"{'':<6}{'other, ms':>12}{'ours, ms':>12}{'faster by':>12}")
    compare("PDF", plain_pdf(), lambda document: pdf.render(document).data, number)
    if importlib.util.find_spec("typst"):
        compare("Typst", typst(), lambda document: pdf.render(document).data, number)
    compare("DOCX", plain_docx, lambda document: word.render(document).data, number * 5)


if __name__ == "__main__":
    main()

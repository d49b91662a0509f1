"""Compare our renderers with others on letters of a real campaign, as ratios within one run.

    python bench/render.py [--rounds 8] [--letters 10] [--json]

The letters are those of `examples/us-congress` to fictional senators, each with a sentence of its own: one
page, footnotes, the evidence record embedded, PDF/UA-1. No side has seen a letter before; all have made
others of the campaign, as in a batch. All sides make the same few letters in turn, so that other load on the
machine affects all of them. A ratio is the median, over the rounds, of the processor time of the other side
divided by ours; with `--json`, `pdf.typst_ua`, `pdf.weasyprint`, `docx.docxtpl` and `docx.python_docx`, and
null for what is not installed (`script/setup bench`).

- `in_full` is ours where no letter is assembled from known blocks, as the first of each kind
- WeasyPrint, plain: `HTML(string=…).write_pdf(pdf_tags=True)` with the same page, stylesheet and fonts, as
  its documentation begins; no record, no PDF/UA
- Typst: the compiler is kept in the process, where it remembers much from letter to letter; the same words,
  page, sizes and fonts, real footnotes, the record attached, PDF/UA-1
- docxtpl opens its template and fills it in; python-docx adds paragraph after paragraph. Both make no
  footnotes, so these are paragraphs at the end, and no record
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import io
import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import docx
import lxml.etree
import weasyprint

from briefgen.campaign.open import open_campaign
from briefgen.model.branding import Branding
from briefgen.model.document import Document
from briefgen.render.docx.renderer import DocxRenderer
from briefgen.render.fonts import font_face_css, font_folders
from briefgen.render.layouts import get_layout
from briefgen.render.pdf.html_page import build_html_page
from briefgen.render.pdf.page_css import build_branding_css, build_layout_css
from briefgen.render.pdf.renderer import RECORD_NAME, PdfRenderer

ROOT = Path(__file__).parents[1]
STYLES = ROOT / "templates" / "css"
WARM_UP = 3
"""Rounds that are not counted."""
DOCX_SHARE = 5
"""How many times our DOCX renderer makes the letters of a round, which take it half a millisecond each."""
Maker = Callable[[Document], bytes]
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


# Letters of a campaign

_STATES = ("OH", "PA", "CA", "TX", "NY", "WA", "MN", "GA")
_COMMITTEES = (
    "",
    "SSFR (Senate Committee on Foreign Relations)",
    "SSAP (Senate Committee on Appropriations)",
)
_SUBJECTS = (
    "a member of your community",
    "a teacher",
    "a nurse",
    "a veteran",
    "a student",
    "a small-business owner",
)
_DEEDS = (
    "heard you speak about the people who fled North Korea",
    "was grateful for your vote on sanctions last spring",
    "met families who have waited for news of their relatives for years",
    "read what you wrote about the duty to protect refugees",
    "wrote to your office about the same question two years ago",
)


def campaign_letters(number: int) -> list[Document]:
    """Compose letters to so many fictional senators, each with a sentence of its own."""
    rows = [senator_row(each) for each in range(number)]
    campaign = open_campaign(ROOT / "examples" / "us-congress", rows)
    fitter = campaign.page_fitter(campaign.renderers(()))
    return [fitter.compose_letter(recipient) for recipient in campaign.recipients]


def senator_row(number: int) -> dict[str, str]:
    """Return a row of the list for a fictional senator."""
    given, family = f"Given{number % 97:02d}", f"Family{number:05d}"
    subject, deed = _SUBJECTS[number % len(_SUBJECTS)], _DEEDS[number % len(_DEEDS)]
    return {
        "id": f"senator-{number:05d}",
        "office": "us-senator",
        "name": f"{given} {family}",
        "given": given,
        "family": family,
        "gender": "mf"[number % 2],
        "locality": "Washington",
        "region": "DC",
        "postal_code": "20510",
        "country": "US",
        "chamber": "senate",
        "state": _STATES[number % len(_STATES)],
        "committees": _COMMITTEES[number % len(_COMMITTEES)],
        "connection": f"As {subject} in ward {number % 211} I {deed}.",
    }


# PDF


def plain_pdf() -> Maker:
    layout = get_layout("letter", "us-letter", "plain")
    branding = Branding()
    css = "\n".join(
        [
            font_face_css(),
            build_branding_css(branding),
            *((STYLES / name).read_text("utf-8") for name in ("page.css", "letter.css")),
            build_layout_css(layout, branding, foot=False),
        ]
    )

    def make(document: Document) -> bytes:
        page = build_html_page(document).replace("</head>", f"<style>{css}</style></head>")
        data: bytes = weasyprint.HTML(string=page).write_pdf(pdf_tags=True)
        return data

    return make


_TYPST = """
#let d = json(bytes(sys.inputs.letter))
#set document(title: d.title, author: d.author, date: datetime(year: 2026, month: 11, day: 24))
#set page(
  width: WIDTHmm, height: HEIGHTmm,
  margin: (top: TOPmm, right: RIGHTmm, bottom: BOTTOMmm, left: LEFTmm),
)
#set text(font: "Source Serif Pro", size: 10.7pt, lang: "en", region: "US", fill: rgb("#1a1a1a"))
#set par(leading: 0.66em, spacing: 0.66em + 2.3mm)
#set footnote.entry(separator: line(length: 32mm, stroke: 0.5pt + rgb("#8a9099")), gap: 0.7mm)
#show footnote.entry: set text(size: 8.4pt)
#show heading: set text(size: 13pt, weight: 600, fill: rgb("#1f3a5f"))
#pdf.attach(
  "RECORD", bytes(d.record),
  relationship: "data", mime-type: "application/json", description: "Evidence record",
)
#let inline(parts) = for part in parts {
  if part.kind == "text" [#part.value]
  else if part.kind == "em" { emph(inline(part.value)) }
  else if part.kind == "strong" { strong(inline(part.value)) }
  else if part.kind == "link" { link(part.href, inline(part.value)) }
  else if part.kind == "break" { linebreak() }
  else if part.kind == "note" { footnote(inline(part.value)) }
}
#for block in d.blocks {
  if block.tag == "h1" { heading(level: 1, inline(block.value)) }
  else if block.place == "reference-line" { par(strong(inline(block.value))) }
  else { par(inline(block.value)) }
  if block.last and block.place != "body" { v(3.6mm, weak: true) }
}
"""


def typst_pdf(folder: Path) -> Maker:
    """Return a maker that fills a Typst template; the compiler is kept."""
    import typst

    page = get_layout("letter", "us-letter", "plain").page
    text = _TYPST.replace("RECORD", RECORD_NAME)
    for word, value in {
        "WIDTH": page.width_mm,
        "HEIGHT": page.height_mm,
        "TOP": page.top_mm,
        "RIGHT": page.right_mm,
        "BOTTOM": page.bottom_mm,
        "LEFT": page.left_mm,
    }.items():
        text = re.sub(rf"\b{word}(?=mm)", str(value), text)
    path = folder / "letter.typ"
    path.write_text(text, encoding="utf-8")
    fonts = [str(each) for each in font_folders().values()]
    compiler = typst.Compiler(str(path), font_paths=fonts, ignore_system_fonts=True)

    def make(document: Document) -> bytes:
        data: bytes = compiler.compile(sys_inputs={"letter": typst_data(document)}, pdf_standards=["ua-1"])
        return data

    return make


def typst_data(document: Document) -> str:
    """Return a letter as the JSON that the Typst template reads."""
    root = lxml.etree.fromstring(f"<body>{document.html}</body>")
    written = []
    for part in root:
        blocks = list(part) if part.tag == "div" else [part]
        written += [
            {
                "tag": block.tag,
                "place": part.get("class", ""),
                "last": block is blocks[-1],
                "value": typst_inline(block),
            }
            for block in blocks
        ]
    data = {
        "title": document.title,
        "author": document.author,
        "blocks": written,
        "record": json.dumps(document.record, ensure_ascii=False, sort_keys=True, indent=1),
    }
    return json.dumps(data, ensure_ascii=False)


def typst_inline(element: Any) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []

    def text(words: str | None) -> None:
        if words:
            parts.append({"kind": "text", "value": words})

    text(element.text)
    for child in element:
        if child.tag == "br":
            parts.append({"kind": "break"})
        elif child.get("class") == "footnote":
            parts.append({"kind": "note", "value": typst_inline(child)})
        elif child.tag == "a":
            parts.append({"kind": "link", "href": child.get("href"), "value": typst_inline(child)})
        elif child.tag in ("em", "strong"):
            parts.append({"kind": child.tag, "value": typst_inline(child)})
        else:
            parts += typst_inline(child)
        text(child.tail)
    return parts


# DOCX


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


def blocks(document: Document) -> Iterator[Any]:
    return lxml.etree.fromstring(f"<body>{document.html}</body>").iter("h1", "p")


def with_docxtpl(folder: Path) -> Maker:
    """Return a maker with a template that loops over paragraphs of plain and italic runs."""
    from docxtpl import DocxTemplate, RichText

    template = docx.Document()
    for line in ("{%p for text in texts %}", "{{r text }}", "{%p endfor %}"):
        template.add_paragraph(line)
    path = folder / "template.docx"
    template.save(str(path))

    def rich(element: Any, notes: list[Any], text: Any, italic: bool = False) -> Any:
        text.add(element.text or "", italic=italic)
        for child in element:
            if child.tag == "br":
                text.add("\n")
            elif child.get("class") == "footnote":
                notes.append(child)
                text.add(str(len(notes)), superscript=True)
            else:
                rich(child, notes, text, italic or child.tag == "em")
            text.add(child.tail or "", italic=italic)
        return text

    def make(document: Document) -> bytes:
        notes: list[Any] = []
        texts = [rich(block, notes, RichText()) for block in blocks(document)]
        texts += [rich(note, [], RichText(f"{number} ")) for number, note in enumerate(notes, 1)]
        filled = DocxTemplate(str(path))
        filled.render({"texts": texts})
        file = io.BytesIO()
        filled.save(file)
        return file.getvalue()

    return make


# Measuring


@dataclass(slots=True)
class Side:
    """One program, and what it took."""

    make: Maker
    share: int = 1
    """How many times it makes the letters of a round."""
    ms: list[float] = field(default_factory=list)
    """Processor time a letter, by round."""
    size: int = 0

    def run(self, letters: Sequence[Document], *, counted: bool) -> None:
        """Make some letters."""
        gc.collect()
        began = time.process_time()
        for _ in range(self.share):
            for letter in letters:
                self.size = len(self.make(letter))
        if counted:
            self.ms.append((time.process_time() - began) * 1000 / (len(letters) * self.share))


def measure(sides: Mapping[str, Side], letters: Sequence[Document], rounds: int, each: int) -> None:
    """Let all sides make the letters in turn, `each` in a round; the first WARM_UP rounds do not count."""
    for number in range(rounds + WARM_UP):
        some = letters[number * each : (number + 1) * each]
        for side in sides.values():
            side.run(some, counted=number >= WARM_UP)


def ratio(sides: Mapping[str, Side], other: str, ours: str) -> float | None:
    """Return how many times longer the other side takes; None if it is not installed."""
    if other not in sides:
        return None
    pairs = zip(sides[other].ms, sides[ours].ms, strict=True)
    return round(median(one / another for one, another in pairs), 2)


def is_installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--rounds", type=int, default=8)
    arguments.add_argument("--letters", type=int, default=10, help="in each round")
    arguments.add_argument("--json", action="store_true")
    options = arguments.parse_args()
    letters = campaign_letters((options.rounds + WARM_UP) * options.letters)
    pdf, in_full, word = PdfRenderer((STYLES,)), PdfRenderer((STYLES,)), DocxRenderer()
    in_full.stop_assembling()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pdfs = {
            "briefgen": Side(lambda letter: pdf.render(letter).data),
            "in_full": Side(lambda letter: in_full.render(letter).data),
            "weasyprint": Side(plain_pdf()),
        }
        if is_installed("typst"):
            pdfs["typst_ua"] = Side(typst_pdf(folder))
        documents = {
            "briefgen": Side(lambda letter: word.render(letter).data, DOCX_SHARE),
            "python_docx": Side(plain_docx),
        }
        if is_installed("docxtpl"):
            documents["docxtpl"] = Side(with_docxtpl(folder))
        for sides in (pdfs, documents):
            measure(sides, letters, options.rounds, options.letters)
    result = {
        "pdf": {name: ratio(pdfs, name, "briefgen") for name in ("typst_ua", "weasyprint")},
        "docx": {name: ratio(documents, name, "briefgen") for name in ("docxtpl", "python_docx")},
        "ms": {
            format: {name: round(median(side.ms), 2) for name, side in sides.items()}
            for format, sides in (("pdf", pdfs), ("docx", documents))
        },
    }
    if options.json:
        print(json.dumps(result, indent=2))
        return
    print(f"{'':<6}{'':<13}{'ms a letter':>12}{'bytes':>10}{'ours is faster by':>20}")
    for format, sides in (("PDF", pdfs), ("DOCX", documents)):
        for name, side in sides.items():
            faster = "" if name == "briefgen" else f"{ratio(sides, name, 'briefgen'):.2f}"
            print(f"{format:<6}{name:<13}{median(side.ms):>12.2f}{side.size:>10,}{faster:>20}")


if __name__ == "__main__":
    main()

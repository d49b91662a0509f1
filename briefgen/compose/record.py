"""The evidence record: what a finished file is based on, as JSON embedded in the file.

The record is only written here; briefgen.inspect tells whether a file still agrees with its record.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Any
from xml.etree import ElementTree

from briefgen import __version__
from briefgen.compose.citations.names import find_author
from briefgen.compose.citations.sentence_ends import SentenceEndChange
from briefgen.compose.passages import SnippetPassage, render_inline_markdown
from briefgen.model.campaign import CampaignConfig
from briefgen.model.document import RECORD_FORMAT, hash_record, hash_text
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Caveat, Evidence, Snippet
from briefgen.model.source import Source
from briefgen.model.text import clean_text


def build_evidence_record(
    campaign: CampaignConfig,
    recipient: Recipient | None,
    passages: Iterable[SnippetPassage],
    references: Mapping[str, Source],
    verified: Mapping[str, Mapping[str, Any]],
    html: str,
    sentence_ends: Collection[SentenceEndChange] = (),
) -> dict[str, Any]:
    """Build the record of one document; `verified` says for each snippet id how and when it was verified.

    `html` is the document's, and shows how often each wording is printed; snippets that are not printed are
    left out. `sentence_ends` says how citations in the text changed the ends of sentences.
    """
    document = _DocumentText(plain_text(html), tuple(sentence_ends))
    offered = (_snippet_entry(passage, verified.get(passage.id, {}), document) for passage in passages)
    used = [snippet for snippet in offered if snippet["printed"]]
    cited = sorted({source for snippet in used for source in snippet.pop("_sources")})
    overrides = recipient.overrides if recipient else None
    record: dict[str, Any] = {
        "format": RECORD_FORMAT,
        "briefgen": __version__,
        "campaign": campaign.id,
        "date": campaign.date.isoformat(),
        "recipient": recipient.id if recipient else None,
        "snippets": used,
        "sources": {source: describe_source(references[source]) for source in cited if source in references},
        "notes": footnote_texts(html),
    }
    if overrides is not None:
        record["letter"] = overrides.model_dump(exclude_defaults=True)
    return {**record, "sha256": hash_record(record)}


def footnote_texts(html: str) -> list[str]:
    """Return the text of each footnote of a document, in the order of the calls."""
    root = ElementTree.fromstring(f"<div>{html.replace('<br/>', ' ')}</div>")
    notes = (span for span in root.iter("span") if span.get("class") == "footnote")
    return [" ".join(clean_text("".join(note.itertext()))[0].split()) for note in notes]


def remove_annex(html: str) -> str:
    """Remove the evidence annex from a document's markup: it repeats statements made elsewhere in it."""
    root = ElementTree.fromstring(f"<div>{html}</div>")
    for block in root.findall("div[@class='evidence-annex']"):
        root.remove(block)
    return ElementTree.tostring(root, encoding="unicode")


def printed_passages(
    passages: Iterable[SnippetPassage], html: str, sentence_ends: Collection[SentenceEndChange] = ()
) -> Iterator[SnippetPassage]:
    """Yield the passages whose wording is printed in a document."""
    document = _DocumentText(plain_text(html), tuple(sentence_ends))
    for passage in passages:
        wording = plain_text(render_inline_markdown(passage.wording))
        is_ask = passage.kind == "ask"
        if document.count_wording(wording, plain_text(passage.text), sentence=is_ask)["printed"]:
            yield passage


@dataclass(frozen=True, slots=True)
class _DocumentText:
    """The words of a document, in which printed wordings are counted."""

    text: str
    sentence_ends: tuple[SentenceEndChange, ...]

    def count_wording(self, wording: str, adapted: str, *, sentence: bool = False) -> dict[str, Any]:
        """Count how often a wording is printed, as written or in another form.

        Other forms are `adapted`, with `sentence` either with a capital, and each with its end changed by a
        citation.
        """
        forms = {wording, adapted}
        if sentence:
            forms |= {form[:1].upper() + form[1:] for form in forms}
        forms |= {
            form.removesuffix(written) + printed
            for written, printed in self.sentence_ends
            for form in tuple(forms)
            if form.endswith(written)
        }
        other_forms = {form: count for form in sorted(forms - {wording}) if (count := self.text.count(form))}
        counts: dict[str, Any] = {"printed": self.text.count(wording) + sum(other_forms.values())}
        return counts | {"printed_as": list(other_forms)} if other_forms else counts


def _snippet_entry(
    passage: SnippetPassage, verified: Mapping[str, Any], document: _DocumentText
) -> dict[str, Any]:
    snippet = passage.snippet
    text = _plain_wording(render_inline_markdown(passage.wording))
    figure = {"figure": _figure_entry(snippet)} if snippet.figure else {}
    return {
        "id": snippet.id,
        "kind": snippet.kind,
        "text": text,
        **_own_words_entry(passage),
        "sha256": hash_text(text),
        **document.count_wording(text, _plain_wording(str(passage.text)), sentence=snippet.kind == "ask"),
        "as_of": snippet.as_of,
        "confidence": snippet.confidence,
        "evidence": [_evidence_entry(evidence) for evidence in snippet.evidence],
        **figure,
        "caveats": [
            _caveat_entry(caveat, passage, document) for caveat in passage.caveats if caveat.must_print
        ],
        "corrections": list(snippet.corrections),
        "reviewed": {"by": snippet.review.by, "on": snippet.review.on},
        "verified": dict(verified),
        "_sources": _cited_source_ids(snippet.evidence)
        | {source for caveat in passage.caveats for source in _cited_source_ids(caveat.evidence)},
    }


def _own_words_entry(passage: SnippetPassage) -> dict[str, str]:
    """Return the approved wording in whose place are words of the letter's own, which nobody reviewed."""
    if not passage.own.words:
        return {}
    return {"approved": plain_text(render_inline_markdown(passage.approved_wording))}


def _figure_entry(snippet: Snippet) -> dict[str, Any]:
    """Return what the picture shows: each datum with the indices of its evidence, from 0."""
    figure = snippet.figure.model_dump(exclude={"rows"}) if snippet.figure else {}
    if not figure.get("legend"):
        figure.pop("legend", None)
    rows = [
        {key: value for key, value in datum.model_dump(exclude={"evidence"}).items() if value}
        | {"evidence": list(snippet.evidence_of(row))}
        for row, datum in enumerate(snippet.data)
    ]
    return {**figure, "title": snippet.title, "rows": rows}


def _caveat_entry(caveat: Caveat, passage: SnippetPassage, document: _DocumentText) -> dict[str, Any]:
    text = _plain_wording(render_inline_markdown(caveat.body))
    return {
        "id": caveat.id,
        "text": text,
        **document.count_wording(text, _plain_wording(passage.render_caveat(caveat))),
        "evidence": [_evidence_entry(evidence) for evidence in caveat.evidence],
    }


def _evidence_entry(evidence: Evidence) -> dict[str, Any]:
    fields = evidence.model_dump(exclude={"note"}, exclude_defaults=True)
    return {key: value for key, value in fields.items() if value}


def _cited_source_ids(items: Iterable[Evidence]) -> set[str]:
    read = {evidence.source for evidence in items if evidence.source}
    return read | {via.source for evidence in items for via in evidence.via}


CHECKS = (
    "Words quoted from the source were compared with its text",
    "Two people read the source at the place given",
    "One person read the source at the place given",
    "Calculated from figures that the same note proves",
)
"""The ways in which a statement's sources can have been checked, in the order of the annex."""


def list_checks(snippet: Snippet, verified: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield how each piece of a statement's evidence was checked (one of CHECKS), and when (ISO 8601)."""
    for evidence in snippet.evidence:
        if (attested := evidence.attested) is not None:
            second = attested.seconded
            yield CHECKS[1 if second else 2], str(attested.on)
            if second:
                yield CHECKS[1], str(second.on)
        elif evidence.computed is not None:
            yield CHECKS[3], ""
        else:
            yield CHECKS[0], str(verified.get("on") or "")


def format_locator(label: str, value: str) -> str:
    """Format a locator in words: `paragraph 5`, `paragraphs 138–139`, `preamble`."""
    if label == "place":
        return value
    is_plural = re.search(r"[-–,]", value) is not None
    return f"{label}{'s' if is_plural else ''} {re.sub(r'(?<=[0-9])-(?=[0-9])', '–', value)}"


def describe_source(reference: Source, *, undated: str = "no date") -> str:
    """Describe a source briefly for tables: author, title, year (`undated` if the year is unknown)."""
    csl = reference.csl
    authors, outlet = find_author(csl)
    author = " and ".join(authors) or outlet
    parts = csl.get("issued", {}).get("date-parts", [[]])
    year = str(parts[0][0]) if parts and parts[0] else undated
    return ", ".join(part for part in (author, str(csl.get("title", "")), year) if part)


def plain_text(markup: str) -> str:
    """Return the words of markup as printed, with white space collapsed."""
    return " ".join(clean_text(unescape(re.sub(r"<[^>]+>", "", markup)))[0].split())


_plain_wording = lru_cache(maxsize=1024)(plain_text)
"""For the words of statements, which letters share."""


def add_fit_to_record(record: Mapping[str, Any], fit: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record that also says what was shortened or left out to keep the document within its pages."""
    with_fit = {**record, "fit": dict(fit)}
    return {**with_fit, "sha256": hash_record(with_fit)}

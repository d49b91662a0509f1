"""The evidence record: what a finished file rests on, as JSON that travels in it.

It states; whether a file still agrees with its record is for briefgen.inspect to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from xml.etree import ElementTree

from briefgen import __version__
from briefgen.compose.citations.sentence_ends import Change
from briefgen.compose.passages import Passage, inline_html
from briefgen.model.campaign import CampaignConfig
from briefgen.model.document import FORMAT, record_hash, text_hash
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Caveat, Evidence, Snippet
from briefgen.model.source import Reference
from briefgen.model.text import clean


def evidence_record(
    campaign: CampaignConfig,
    recipient: Recipient | None,
    passages: Iterable[Passage],
    references: Mapping[str, Reference],
    verified: Mapping[str, Mapping[str, Any]],
    html: str,
    stops: Collection[Change] = (),
) -> dict[str, Any]:
    """The record of one document; `verified` says for each snippet id how and when it was proved.

    `html` is the document's, and tells how often each wording is printed; what is not printed is left out.
    `stops` says how citations in the text changed the ends of sentences.
    """
    printed = _Printed(plain_text(html), tuple(stops))
    offered = (_snippet(passage, verified.get(passage.id, {}), printed) for passage in passages)
    used = [snippet for snippet in offered if snippet["printed"]]
    cited = sorted({source for snippet in used for source in snippet.pop("_sources")})
    record = {
        "format": FORMAT,
        "briefgen": __version__,
        "campaign": campaign.id,
        "date": campaign.date.isoformat(),
        "recipient": recipient.id if recipient else None,
        "snippets": used,
        "sources": {source: describe(references[source]) for source in cited if source in references},
        "notes": note_texts(html),
    }
    return {**record, "sha256": record_hash(record)}


def note_texts(html: str) -> list[str]:
    """What each footnote of a document says, in the order of the calls."""
    root = ElementTree.fromstring(f"<div>{html.replace('<br/>', ' ')}</div>")
    notes = (span for span in root.iter("span") if span.get("class") == "footnote")
    return [" ".join(clean("".join(note.itertext()))[0].split()) for note in notes]


def without_annex(html: str) -> str:
    """A document's markup without its evidence annex, which repeats statements that stand in it."""
    root = ElementTree.fromstring(f"<div>{html}</div>")
    for block in root.findall("div[@class='evidence-annex']"):
        root.remove(block)
    return ElementTree.tostring(root, encoding="unicode")


def is_printed(passage: Passage, html: str, stops: Collection[Change] = ()) -> bool:
    """Whether a passage's wording stands in a document."""
    text = plain_text(inline_html(passage.wording))
    printed = _Printed(plain_text(html), tuple(stops))
    return bool(printed.counts(text, plain_text(passage.text))["printed"])


@dataclass(frozen=True, slots=True)
class _Printed:
    """The words of a document."""

    text: str
    stops: tuple[Change, ...]

    def counts(self, wording: str, set_as: str) -> dict[str, Any]:
        """How often a wording is printed: as written, as `set_as`, with citations before its full stop."""
        forms = {wording, set_as}
        forms |= {
            form.removesuffix(written) + printed
            for written, printed in self.stops
            for form in (wording, set_as)
            if form.endswith(written)
        }
        found = {form: number for form in sorted(forms - {wording}) if (number := self.text.count(form))}
        counts: dict[str, Any] = {"printed": self.text.count(wording) + sum(found.values())}
        return counts | {"printed_as": list(found)} if found else counts


def _snippet(passage: Passage, verified: Mapping[str, Any], printed: _Printed) -> dict[str, Any]:
    snippet = passage.snippet
    text = plain_text(inline_html(passage.wording))
    drawn = {"figure": _figure(snippet)} if snippet.figure else {}
    return {
        "id": snippet.id,
        "kind": snippet.kind,
        "text": text,
        "sha256": text_hash(text),
        **printed.counts(text, plain_text(passage.text)),
        "as_of": snippet.as_of,
        "confidence": snippet.confidence,
        "evidence": [_evidence(evidence) for evidence in snippet.evidence],
        **drawn,
        "caveats": [_caveat(caveat, passage, printed) for caveat in passage.caveats if caveat.must_print],
        "corrections": list(snippet.corrections),
        "reviewed": {"by": snippet.review.by, "on": snippet.review.on},
        "verified": dict(verified),
        "_sources": _sources(snippet.evidence)
        | {source for caveat in passage.caveats for source in _sources(caveat.evidence)},
    }


def _figure(snippet: Snippet) -> dict[str, Any]:
    """What the picture shows: each datum with the positions of its evidence, counted from 0."""
    figure = snippet.figure.model_dump(exclude={"rows"}) if snippet.figure else {}
    if not figure.get("legend"):
        figure.pop("legend", None)
    rows = [
        {key: value for key, value in datum.model_dump(exclude={"evidence"}).items() if value}
        | {"evidence": list(snippet.evidence_of(row))}
        for row, datum in enumerate(snippet.data)
    ]
    return {**figure, "title": snippet.title, "rows": rows}


def _caveat(caveat: Caveat, passage: Passage, printed: _Printed) -> dict[str, Any]:
    text = plain_text(inline_html(caveat.body))
    return {
        "id": caveat.id,
        "text": text,
        **printed.counts(text, plain_text(passage.caveat_html(caveat))),
        "evidence": [_evidence(evidence) for evidence in caveat.evidence],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    written = evidence.model_dump(exclude={"note"}, exclude_defaults=True)
    return {key: value for key, value in written.items() if value}


def _sources(items: Iterable[Evidence]) -> set[str]:
    named = {evidence.source for evidence in items if evidence.source}
    return named | {via.source for evidence in items for via in evidence.via}


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """One statement in a printed annex."""

    claim: str
    proofs: tuple[tuple[str, str], ...]
    """Source with its place, and how it was checked."""


def annex_row(passage: Passage, references: Mapping[str, Reference], verified: Mapping[str, Any]) -> AnnexRow:
    """The row of one statement for a printed annex."""
    proofs = []
    for evidence in passage.snippet.evidence:
        reference = references.get(evidence.source or "")
        place = "".join(f", {place_words(label, value)}" for label, value in evidence.locator.items())
        source = (
            f"{describe(reference, undated='')}{place}" if reference else "Computed from the figures above"
        )
        proofs.append((source, _checked(evidence, verified)))
    if passage.snippet.figure:
        # Of a figure's data many stand at one place.
        return AnnexRow(f"Figure: {passage.title}", tuple(dict.fromkeys(proofs)))
    said = plain_text(passage.text)
    # An ask is the end of a sentence, and begins with a small letter.
    return AnnexRow(f"Request: {said}" if passage.kind == "ask" else said, tuple(proofs))


def _checked(evidence: Evidence, verified: Mapping[str, Any]) -> str:
    if evidence.attested is not None:
        return f"Read, {evidence.attested.on}"
    if evidence.computed is not None:
        return f"Arithmetic: {evidence.computed}"
    on = verified.get("on")
    return f"Words compared{f', {on}' if on else ''}"


def place_words(label: str, value: str) -> str:
    """A place in a source in words: `paragraph 5`, `paragraphs 138–139`, `preamble`."""
    if label == "place":
        return value
    several = re.search(r"[-–,]", value) is not None
    return f"{label}{'s' if several else ''} {re.sub(r'(?<=[0-9])-(?=[0-9])', '–', value)}"


_LAWS = frozenset({"bill", "hearing", "legal_case", "legislation", "regulation", "standard", "treaty"})
"""Types of works that are known by their title; what they stand in is a series."""


def describe(reference: Reference, *, undated: str = "no date") -> str:
    """A source in a few words for tables: author, title, year (`undated` where none is known).

    In the place of an author who is not named stands the newspaper or journal, else the publisher, as in a
    list of works (Chicago Manual of Style, 16th ed., 14.207).
    """
    csl = reference.csl
    authors = [name.get("literal") or name.get("family", "") for name in csl.get("author", [])]
    outlet = csl.get("container-title") or csl.get("publisher") if csl.get("type") not in _LAWS else ""
    who = " and ".join(authors) or str(outlet or "")
    parts = csl.get("issued", {}).get("date-parts", [[]])
    year = str(parts[0][0]) if parts and parts[0] else undated
    return ", ".join(part for part in (who, str(csl.get("title", "")), year) if part)


def plain_text(markup: str) -> str:
    """The words of markup as they are printed, white space collapsed."""
    return " ".join(clean(unescape(re.sub(r"<[^>]+>", "", markup)))[0].split())


def with_fit(record: Mapping[str, Any], fit: Mapping[str, Any]) -> dict[str, Any]:
    """A record that also says what was shortened or left out so that the document keeps to its pages."""
    told = {**record, "fit": dict(fit)}
    return {**told, "sha256": record_hash(told)}

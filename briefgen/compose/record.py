"""The evidence record: what a finished file rests on, as JSON that travels in it.

It states; whether a file still agrees with its record is for briefgen.inspect to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import unescape
from typing import Any

from briefgen import __version__
from briefgen.compose.passages import Passage
from briefgen.model.campaign import Campaign
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Caveat, Evidence
from briefgen.model.source import Reference

FORMAT = "briefgen-evidence/1"


def evidence_record(
    campaign: Campaign,
    recipient: Recipient | None,
    passages: Iterable[Passage],
    references: Mapping[str, Reference],
    verified: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """The record of one document; `verified` says for each snippet id how and when it was proved."""
    used = [_snippet(passage, verified.get(passage.id, {})) for passage in passages]
    cited = sorted({source for snippet in used for source in snippet.pop("_sources")})
    return {
        "format": FORMAT,
        "briefgen": __version__,
        "campaign": campaign.id,
        "date": campaign.date.isoformat(),
        "recipient": recipient.id if recipient else None,
        "snippets": used,
        "sources": {source: describe(references[source]) for source in cited if source in references},
    }


def _snippet(passage: Passage, verified: Mapping[str, Any]) -> dict[str, Any]:
    snippet = passage.snippet
    text = plain_text(passage.text)
    return {
        "id": snippet.id,
        "kind": snippet.kind,
        "text": text,
        "sha256": sha256(text.encode()).hexdigest(),
        "as_of": snippet.as_of,
        "confidence": snippet.confidence,
        "evidence": [_evidence(evidence) for evidence in snippet.evidence],
        "caveats": [_caveat(caveat) for caveat in passage.caveats if caveat.must_print],
        "corrections": list(snippet.corrections),
        "reviewed": {"by": snippet.review.by, "on": snippet.review.on},
        "verified": dict(verified),
        "_sources": _sources(snippet.evidence)
        | {source for caveat in passage.caveats for source in _sources(caveat.evidence)},
    }


def _caveat(caveat: Caveat) -> dict[str, Any]:
    return {
        "id": caveat.id,
        "text": plain_text(caveat.body),
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
        place = "".join(f", {label} {value}" for label, value in evidence.locator.items())
        source = f"{describe(reference)}{place}" if reference else "Computed from the figures above"
        proofs.append((source, _checked(evidence, verified)))
    return AnnexRow(plain_text(passage.text), tuple(proofs))


def _checked(evidence: Evidence, verified: Mapping[str, Any]) -> str:
    if evidence.attested is not None:
        return f"Read there by {evidence.attested.by} on {evidence.attested.on}"
    if evidence.computed is not None:
        return f"Arithmetic: {evidence.computed}"
    on = verified.get("on")
    return f"Words compared with the text{f' on {on}' if on else ''}"


def describe(reference: Reference) -> str:
    """A source in a few words for tables: author, title, year."""
    csl = reference.csl
    authors = [name.get("literal") or name.get("family", "") for name in csl.get("author", [])]
    parts = csl.get("issued", {}).get("date-parts", [[]])
    year = str(parts[0][0]) if parts and parts[0] else "no date"
    return ", ".join(part for part in (" and ".join(authors), str(csl.get("title", "")), year) if part)


def plain_text(markup: str) -> str:
    """The words of inline markup, white space collapsed."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", markup)).replace("*", "").split())

"""Parsing the evidence record of a finished file, and checking that it is unchanged.

Files come from untrusted sources, and so do their records: nothing in one is used before it passes
validation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.model.document import RECORD_FORMAT, hash_record, hash_text
from briefgen.model.text import clean_text

_ShortText = Annotated[str, Field(max_length=2_000)]
_LongText = Annotated[str, Field(max_length=20_000)]
_Count = Annotated[int, Field(ge=0, le=100_000)]


class _RecordPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class RecordedReading(_RecordPart):
    """Who read a source, and on which day."""

    by: _ShortText
    on: _ShortText


class RecordedAttestation(RecordedReading):
    """Who read the source, and what it says."""

    said: _LongText
    fragment: _LongText = ""
    seconded: RecordedReading | None = None


class RecordedOriginalSource(_RecordPart):
    """The original source of a secondary citation."""

    source: _ShortText
    relation: _ShortText = "quoted"
    locator: dict[_ShortText, _ShortText] = {}


class RecordedEvidence(_RecordPart):
    """One piece of evidence: a quotation, an attested reading or a computation."""

    source: _ShortText | None = None
    locator: dict[_ShortText, _ShortText] = {}
    quote: _LongText | None = None
    attested: RecordedAttestation | None = None
    computed: _ShortText | None = None
    via: list[RecordedOriginalSource] = []


class RecordedStatement(_RecordPart):
    """A wording that the document prints."""

    id: _ShortText
    text: Annotated[_LongText, Field(min_length=1)]
    printed: _Count
    """How often it occurs in the document as composed."""
    printed_as: Annotated[list[_LongText], Field(max_length=1_000)] = []
    """Its forms with a citation before the full stop; empty if it occurs unchanged."""
    evidence: list[RecordedEvidence] = []


class RecordedDatum(_RecordPart):
    """One row of a figure's data."""

    label: _ShortText = ""
    date: _ShortText = ""
    value: _ShortText = ""
    status: _ShortText = ""
    note: _ShortText = ""
    evidence: Annotated[list[_Count], Field(max_length=100)] = []
    """Positions in the snippet's evidence, from 0."""


class RecordedFigure(_RecordPart):
    """The data that a figure shows."""

    title: _ShortText = ""
    chart: _ShortText
    unit: _ShortText = ""
    alt: _LongText = ""
    legend: _LongText = ""
    rows: Annotated[list[RecordedDatum], Field(max_length=100)] = []


class RecordedSnippet(RecordedStatement):
    """A snippet as it was printed."""

    kind: _ShortText
    sha256: _ShortText
    as_of: _ShortText = ""
    confidence: _ShortText
    caveats: list[RecordedStatement] = []
    """The caveats printed with it."""
    figure: RecordedFigure | None = None
    reviewed: dict[_ShortText, _ShortText] = {}
    verified: dict[_ShortText, _ShortText] = {}
    approved: _LongText = ""
    """The reviewed wording, if the letter has words of its own in its place."""


class RecordedPageFit(_RecordPart):
    """What was cut to keep the document within its page limit, or chosen to fill the pages of a brief."""

    max_pages: _Count
    pages_before: _Count | None = None
    """None for a brief, which is never composed in full."""
    pages: _Count
    filled: Annotated[list[float], Field(max_length=40)] = []
    """Share of each page of a brief that is filled."""
    shortened: list[_ShortText] = []
    left_out: list[_ShortText] = []


class EvidenceRecord(_RecordPart):
    """The evidence record of a document."""

    briefgen: _ShortText
    campaign: _ShortText
    date: _ShortText
    recipient: _ShortText | None
    snippets: Annotated[list[RecordedSnippet], Field(max_length=5_000)]
    sources: dict[_ShortText, _ShortText]
    """Formatted references by id."""
    notes: Annotated[list[_LongText], Field(max_length=20_000)] | None = None
    """The text of each footnote, in order; None in records without notes."""
    fit: RecordedPageFit | None = None
    """None if nothing was cut."""

    def statements(self) -> Iterator[tuple[str, RecordedStatement]]:
        """Yield every printed statement once, as (`snippet` or `caveat`, statement)."""
        caveats: dict[str, RecordedStatement] = {}
        for claim in self.snippets:
            yield "snippet", claim
            caveats |= {caveat.id: caveat for caveat in claim.caveats}
        for caveat in caveats.values():
            yield "caveat", caveat


def parse_evidence_record(raw: Any, place: Place) -> tuple[EvidenceRecord, list[Problem]]:
    """Validate a record; return it with the problems of one that was edited.

    Raise BriefgenError if there is none, or if its format is unknown or damaged.
    """
    if raw is None:
        raise BriefgenError(
            Problem(
                "record-missing",
                "contains no evidence record",
                place,
                "only files made by briefgen have one; converting and printing to PDF remove it",
            )
        )
    record_format = raw.get("format") if isinstance(raw, dict) else None
    if isinstance(record_format, str) and _is_other_version(record_format):
        raise BriefgenError(
            Problem(
                "record-format",
                f"its record has the format {record_format[:40]!r}, "
                f"but this briefgen reads {RECORD_FORMAT!r}",
                place,
                "use the briefgen that made the file, or a newer one",
            )
        )
    try:
        if record_format != RECORD_FORMAT:
            raise ValueError("its format is not that of an evidence record")
        record = EvidenceRecord.model_validate(raw)
    except ValueError as error:
        raise BriefgenError(
            Problem(
                "record-broken",
                f"the evidence record is damaged: {clean_text(_describe_first_error(error))[0]}",
                place,
                "generate the document again from its campaign",
            )
        ) from None
    return record, list(_find_edits(record, raw, place))


def _is_other_version(record_format: str) -> bool:
    return record_format.startswith("briefgen-evidence/") and record_format != RECORD_FORMAT


def _describe_first_error(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    fault = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part)[:40] for part in fault["loc"])
    return f"{where}: {fault['msg']}" if where else fault["msg"]


def _find_edits(record: EvidenceRecord, raw: Any, place: Place) -> Iterator[Problem]:
    """Yield a problem if the hashes do not match: the record was changed after briefgen wrote it."""
    changed = [claim.id for claim in record.snippets if hash_text(claim.text) != claim.sha256]
    if changed or hash_record(raw) != raw.get("sha256"):
        what = f": the text of {clean_text(', '.join(changed[:5]))[0]}" if changed else ""
        yield Problem(
            "record-edited",
            f"the evidence record was changed after briefgen wrote it{what}",
            place,
            "do not rely on it; generate the document again from its campaign",
        )

"""Reads the evidence record of a finished file: its form, and whether it is as briefgen wrote it.

A file may come from anywhere, and so may its record; nothing in it is believed before it has this form.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.model.document import FORMAT, record_hash, text_hash
from briefgen.model.text import clean

_Short = Annotated[str, Field(max_length=2_000)]
_Long = Annotated[str, Field(max_length=20_000)]
_Count = Annotated[int, Field(ge=0, le=100_000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Attested(_Part):
    """Who read it there, and what it says."""

    by: _Short
    on: _Short
    said: _Long


class Via(_Part):
    """Who said it first."""

    source: _Short
    relation: _Short = "quoted"
    locator: dict[_Short, _Short] = {}


class Proof(_Part):
    """One piece of evidence: quoted, attested or computed."""

    source: _Short | None = None
    locator: dict[_Short, _Short] = {}
    quote: _Long | None = None
    attested: Attested | None = None
    computed: _Short | None = None
    via: list[Via] = []


class Statement(_Part):
    """Words that the file prints."""

    id: _Short
    text: Annotated[_Long, Field(min_length=1)]
    printed: _Count
    """How often they stand in the document as it was composed."""
    printed_as: Annotated[list[_Long], Field(max_length=1_000)] = []
    """Forms that they have there with a citation before the full stop; empty where they stand as they are."""
    evidence: list[Proof] = []


class Shown(_Part):
    """A datum of a figure."""

    label: _Short = ""
    date: _Short = ""
    value: _Short = ""
    status: _Short = ""
    note: _Short = ""
    evidence: Annotated[list[_Count], Field(max_length=100)] = []
    """Positions among the claim's evidence, from 0."""


class Figure(_Part):
    """What a picture shows."""

    title: _Short = ""
    chart: _Short
    unit: _Short = ""
    alt: _Long = ""
    legend: _Long = ""
    rows: Annotated[list[Shown], Field(max_length=100)] = []


class Claim(Statement):
    """A snippet."""

    kind: _Short
    sha256: _Short
    as_of: _Short = ""
    confidence: _Short
    caveats: list[Statement] = []
    """Those that are printed with it."""
    figure: Figure | None = None
    reviewed: dict[_Short, _Short] = {}
    verified: dict[_Short, _Short] = {}


class Fit(_Part):
    """What was cut so that the document keeps to its pages."""

    max_pages: _Count
    pages_before: _Count
    pages: _Count
    shortened: list[_Short] = []
    left_out: list[_Short] = []


class Record(_Part):
    """What a file rests on."""

    briefgen: _Short
    campaign: _Short
    date: _Short
    recipient: _Short | None
    snippets: Annotated[list[Claim], Field(max_length=5_000)]
    sources: dict[_Short, _Short]
    """Descriptions by id."""
    notes: Annotated[list[_Long], Field(max_length=20_000)] | None = None
    """What each footnote says, in order; None in a record that says nothing of notes."""
    fit: Fit | None = None
    """None where the document is whole."""

    def statements(self) -> Iterator[tuple[str, Statement]]:
        """Every wording that is printed, once, as (`snippet` or `caveat`, wording)."""
        caveats: dict[str, Statement] = {}
        for claim in self.snippets:
            yield "snippet", claim
            caveats |= {caveat.id: caveat for caveat in claim.caveats}
        for caveat in caveats.values():
            yield "caveat", caveat


def read_record(raw: Any, place: Place) -> tuple[Record, list[Problem]]:
    """The record in its form, with the problems of one that was changed; raises BriefgenError for none."""
    if raw is None:
        raise BriefgenError(
            Problem(
                "record-missing",
                "carries no evidence record",
                place,
                "only files that briefgen made carry one; converting and printing to PDF lose it",
            )
        )
    written = raw.get("format") if isinstance(raw, dict) else None
    if isinstance(written, str) and written != FORMAT and written.startswith("briefgen-evidence/"):
        raise BriefgenError(
            Problem(
                "record-format",
                f"its record has the form {written[:40]!r}, and this briefgen reads {FORMAT!r}",
                place,
                "use the briefgen that made the file, or a newer one",
            )
        )
    try:
        if written != FORMAT:
            raise ValueError("format is not that of an evidence record")
        record = Record.model_validate(raw)
    except ValueError as error:
        raise BriefgenError(
            Problem(
                "record-broken",
                f"the evidence record in it is damaged: {clean(_first_fault(error))[0]}",
                place,
                "make the document anew from its campaign",
            )
        ) from None
    return record, list(_edits(record, raw, place))


def _first_fault(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    fault = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part)[:40] for part in fault["loc"])
    return f"{where}: {fault['msg']}" if where else fault["msg"]


def _edits(record: Record, raw: Any, place: Place) -> Iterator[Problem]:
    """Hashes that do not fit: the record was changed after briefgen wrote it."""
    changed = [claim.id for claim in record.snippets if text_hash(claim.text) != claim.sha256]
    if changed or record_hash(raw) != raw.get("sha256"):
        what = f": the text of {clean(', '.join(changed[:5]))[0]}" if changed else ""
        yield Problem(
            "record-edited",
            f"the evidence record was changed after briefgen wrote it{what}",
            place,
            "do not rely on it; make the document anew from its campaign",
        )

"""Snippets and caveats: approved passages in our own words, with the evidence that proves them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from briefgen.errors import Place
from briefgen.model.written import Written

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=80)]
Kind = Literal["statistic", "quotation", "event", "finding", "legal", "background", "ask", "figure"]
Confidence = Literal["attributed", "single-source", "corroborated", "disputed", "superseded"]
Locator = dict[str, str]
"""One CSL locator label and its value, for example `{paragraph: "5"}`."""


class Via(Written):
    """Who said it first, where our source is second-hand."""

    source: Slug
    relation: Literal["quoted", "cited"] = "quoted"
    """`quoted`: our source gives the words; `cited`: it reports the content."""
    locator: Locator = {}


class Attested(Written):
    """A person's statement of having read it in a source whose text we do not hold."""

    by: str
    on: str
    """ISO date."""
    said: str
    """What the source says there, in our words; numbers in the snippet are checked against it."""


class Evidence(Written):
    """One proof: a quote in a text that we hold, an attested reading, or a computation."""

    source: Slug | None = None
    """CSL id; absent only for `computed`."""
    locator: Locator = {}
    quote: str | None = None
    """First … last words of the passage (W3C TextQuoteSelector), at most 12 words kept."""
    prefix: str = ""
    suffix: str = ""
    """Words directly before and after, where the quote alone stands more than once."""
    attested: Attested | None = None
    computed: str | None = None
    """`20000 / 2310485 = 0.9 %`, over figures that other evidence of the snippet proves."""
    via: list[Via] = []
    note: str = ""
    """For editors; never printed."""

    @model_validator(mode="after")
    def _one_form(self) -> Evidence:
        forms = [form for form in (self.quote, self.attested, self.computed) if form is not None]
        if len(forms) != 1:
            raise ValueError("evidence takes exactly one of quote, attested, computed")
        if self.computed is None and self.source is None:
            raise ValueError("evidence by quote or attestation names its source")
        if len(self.locator) > 1:
            raise ValueError("a locator takes one label, for example {paragraph: 5}")
        return self


class Review(Written):
    """Who answers for the meaning of the wording."""

    status: Literal["draft", "verified", "rejected"]
    by: str = ""
    on: str = ""
    """ISO date."""


Chart = Literal["bar", "range", "line", "timeline"]
MAX_DATA = 40
"""Data of one figure: as many as can be read on a page."""


class Datum(Written):
    """One line of a figure's data, with the evidence of its own."""

    label: str = Field(default="", max_length=200)
    """Whose figure it is or what was counted; in a timeline, what happened. Else the date serves."""
    date: str = ""
    """EDTF date or interval to which it belongs."""
    value: str = Field(default="", max_length=60)
    """As printed: `1,508`, `53,000 to 65,000`, `more than 10,000`; empty in a timeline."""
    status: Literal["", "contested", "superseded"] = ""
    """Printed beside the datum."""
    note: str = Field(default="", max_length=300)
    """A remark that the table prints; under the same checks."""
    evidence: list[Evidence] = Field(min_length=1)


class Figure(Written):
    """What a figure shows: its data, and how they are drawn."""

    chart: Chart
    unit: str = Field(default="", max_length=60)
    """What the values count; a timeline has none."""
    alt: str = Field(max_length=600)
    """What stands for the picture where it cannot be seen."""
    legend: str = Field(default="", max_length=300)
    """What marks of the picture mean; printed behind the wording where the picture stands."""
    rows: list[Datum] = Field(min_length=1, max_length=MAX_DATA)


class Snippet(Written):
    """An approved passage; the body is what gets printed."""

    id: Slug
    kind: Kind
    title: str = ""
    """A few words for lists and headings; the id serves where it is empty."""
    topics: list[Slug] = []
    as_of: str = ""
    """EDTF date or interval to which the claim belongs: `2012-04`, `2011-12/2012-04`."""
    priority: int = Field(default=50, ge=0, le=100)
    evidence: list[Evidence] = []
    confidence: Confidence = "attributed"
    caveats: list[Slug] = []
    superseded_by: list[Slug] = []
    """Snippets that overtake this one; it appears only together with one of them."""
    corrections: list[str] = []
    """Ids of entries of snippets/corrections.md that took effect here."""
    recipients: list[str] = []
    """For asks: the offices that can do it (`us-senator`, `foreign-minister`); empty: any."""
    language: str = "en"
    variants: dict[Literal["short", "en-GB", "en-US", "en-CA"], str] = {}
    """Other wordings of the body under the same checks; `short` for tight pages, the others where a letter is
    in that variety of English."""
    figure: Figure | None = None
    """Of a figure, and of no other kind."""
    review: Review
    body: str = Field(min_length=1)
    """One paragraph of Markdown with inline marks only (emphasis, strong)."""

    @model_validator(mode="after")
    def _has_the_figures_evidence(self) -> Snippet:
        if (self.kind == "figure") != (self.figure is not None):
            raise ValueError("a snippet of kind figure has `figure:` with its data, and no other kind has")
        # What proves a datum stands beside it; it is proved, locked, cited and recorded like all evidence.
        for datum in self.data:
            self.evidence.extend(datum.evidence)
        return self

    @property
    def data(self) -> list[Datum]:
        """The data of a figure; none of all else."""
        return self.figure.rows if self.figure else []

    def evidence_of(self, row: int) -> range:
        """Positions in `evidence` of what proves one datum, by row from 0; those of no datum come first."""
        numbers = [len(datum.evidence) for datum in self.data]
        first = len(self.evidence) - sum(numbers[row:])
        return range(first, first + numbers[row])

    def at(self, *path: str | int) -> Place:
        """As in Written; evidence of a datum stands in its row."""
        if len(path) > 1 and path[0] == "evidence" and isinstance(path[1], int):
            for row in range(len(self.data)):
                if path[1] in self.evidence_of(row):
                    within = path[1] - self.evidence_of(row).start
                    return super().at("figure", "rows", row, "evidence", within, *path[2:])
        return super().at(*path)


class Caveat(Written):
    """What must be said with a claim."""

    id: Slug
    severity: Literal["high", "medium", "low"] = "medium"
    must_print: bool = True
    form: Literal["footnote", "sentence"] = "footnote"
    """`footnote`: in the claim's note; `sentence`: directly behind the claim."""
    evidence: list[Evidence] = []
    corrections: list[str] = []
    language: str = "en"
    review: Review
    body: str = Field(min_length=1)

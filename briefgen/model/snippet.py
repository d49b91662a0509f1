"""Snippets and caveats: approved statements in our own words, with the evidence that supports them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from briefgen.errors import Place
from briefgen.model.yaml_model import YamlModel

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=80)]
SnippetKind = Literal["statistic", "quotation", "event", "finding", "legal", "background", "ask", "figure"]
Confidence = Literal["attributed", "single-source", "corroborated", "disputed", "superseded"]
Locator = dict[str, str]
"""At most one CSL locator label and its value, for example `{paragraph: "5"}`."""


class OriginalSource(YamlModel):
    """The original source of what our source only quotes or cites (a secondary citation)."""

    source: Slug
    relation: Literal["quoted", "cited"] = "quoted"
    """`quoted`: our source repeats its words; `cited`: it reports the content."""
    locator: Locator = {}


class SecondReading(YamlModel):
    """A second person's statement that they read the same in the source."""

    by: str
    on: str
    """ISO date."""


class Attestation(YamlModel):
    """A person's statement that they read it in a source of which we have no text."""

    by: str
    on: str
    """ISO date."""
    said: str
    """What the source says, paraphrased; the snippet's numbers are checked against it."""
    fragment: str = ""
    """The decisive words as the source has them, at most 12; `said` keeps their hedges."""
    seconded: SecondReading | None = None


class Evidence(YamlModel):
    """One piece of evidence: a quotation from a text that we have, an attested reading, or a computation."""

    source: Slug | None = None
    """CSL id; None only for `computed`."""
    locator: Locator = {}
    quote: str | None = None
    """First … last words of the passage (W3C TextQuoteSelector), at most 12 words kept."""
    prefix: str = ""
    suffix: str = ""
    """Words directly before and after the quote; needed if the quote occurs more than once."""
    attested: Attestation | None = None
    computed: str | None = None
    """`20000 / 2310485 = 0.9 %`, using numbers that the snippet's other evidence supports."""
    via: list[OriginalSource] = []
    note: str = ""
    """For editors; never printed."""

    @model_validator(mode="after")
    def _require_one_form(self) -> Evidence:
        forms = [form for form in (self.quote, self.attested, self.computed) if form is not None]
        if len(forms) != 1:
            raise ValueError("evidence needs exactly one of quote, attested and computed")
        if self.computed is None and self.source is None:
            raise ValueError("evidence with quote or attested needs a source")
        if len(self.locator) > 1:
            raise ValueError("a locator has one label only, for example {paragraph: 5}")
        return self


class Review(YamlModel):
    """Who reviewed the wording, and the outcome."""

    status: Literal["draft", "verified", "rejected"]
    by: str = ""
    on: str = ""
    """ISO date."""


ChartType = Literal["bar", "range", "line", "timeline"]
MAX_FIGURE_ROWS = 40
"""Rows of data in one figure; more would be illegible on a page."""


class Datum(YamlModel):
    """One row of a figure's data, with its own evidence."""

    label: str = Field(default="", max_length=200)
    """What was counted or by whom; in a timeline, what happened. If empty, the date is the label."""
    date: str = ""
    """EDTF date or interval that the datum applies to."""
    value: str = Field(default="", max_length=60)
    """As printed: `1,508`, `53,000 to 65,000`, `more than 10,000`; empty in a timeline."""
    status: Literal["", "contested", "superseded"] = ""
    """Printed next to the value."""
    note: str = Field(default="", max_length=300)
    """A remark printed in the data table; checked like all other text."""
    evidence: list[Evidence] = Field(min_length=1)


class Figure(YamlModel):
    """The data of a figure, and the type of chart that shows them."""

    chart: ChartType
    unit: str = Field(default="", max_length=60)
    """Unit of the values; empty in a timeline."""
    alt: str = Field(max_length=600)
    """Alternative text."""
    legend: str = Field(default="", max_length=300)
    """Explains the marks in the picture; printed after the caption."""
    rows: list[Datum] = Field(min_length=1, max_length=MAX_FIGURE_ROWS)


class Snippet(YamlModel):
    """An approved statement; `body` is what gets printed."""

    id: Slug
    """The file's name."""
    kind: SnippetKind = "finding"
    title: str = ""
    """A short title for lists and headings; if empty, the id."""
    topics: list[Slug] = []
    as_of: str = ""
    """EDTF date or interval that the claim applies to: `2012-04`, `2011-12/2012-04`."""
    recheck_by: date | None = None
    """The day from which it may be untrue: an office is filled, a bill lapses, a newer report is due."""
    priority: int = Field(default=50, ge=0, le=100)
    evidence: list[Evidence] = []
    confidence: Confidence = "attributed"
    caveats: list[Slug] = []
    superseded_by: list[Slug] = []
    """Newer snippets that supersede this one; it may be printed only together with one of them."""
    corrections: list[str] = []
    """Ids of the entries in snippets/corrections.md that were applied here."""
    recipients: list[str] = []
    """For asks: the offices able to act on them (`us-senator`, `foreign-minister`); empty for any."""
    language: str = "en"
    translates: Slug | None = None
    """The snippet of which this is the translation; letters in its language print it instead."""
    variants: dict[Literal["short", "en-GB", "en-US", "en-CA"], str] = {}
    """Alternative wordings of the body, subject to the same checks: `short` to save space, the others for
    letters in that variety of English."""
    key: str = Field(default="", max_length=24, pattern=r"^([^<>&]*[0-9][^<>&]*)?$")
    """A number in the wording, which a paper may set in large type above it: `1,076`, `41.6%`."""
    figure: Figure | None = None
    """Required for kind `figure`, not allowed for any other."""
    review: Review
    body: str = Field(min_length=1)
    """One paragraph of Markdown with inline marks only (emphasis, strong)."""

    @model_validator(mode="after")
    def _collect_figure_evidence(self) -> Snippet:
        if (self.kind == "figure") != (self.figure is not None):
            raise ValueError(
                "`figure:` with its data is required for kind figure and not allowed for any other"
            )
        # A datum's evidence is checked, locked, cited and recorded like all other evidence.
        for datum in self.data:
            self.evidence.extend(datum.evidence)
        return self

    @property
    def data(self) -> list[Datum]:
        """The rows of a figure; empty for all other kinds."""
        return self.figure.rows if self.figure else []

    def evidence_of(self, row: int) -> range:
        """Return the positions in `evidence` that belong to one datum, by row from 0.

        Evidence that belongs to no datum comes first in `evidence`.
        """
        numbers = [len(datum.evidence) for datum in self.data]
        first = len(self.evidence) - sum(numbers[row:])
        return range(first, first + numbers[row])

    def locate(self, *path: str | int) -> Place:
        """Return the place of a value as YamlModel does; a datum's evidence is found in its row."""
        if len(path) > 1 and path[0] == "evidence" and isinstance(path[1], int):
            for row in range(len(self.data)):
                if path[1] in self.evidence_of(row):
                    within = path[1] - self.evidence_of(row).start
                    return super().locate("figure", "rows", row, "evidence", within, *path[2:])
        return super().locate(*path)


class Caveat(YamlModel):
    """A qualification that must be printed with a claim."""

    id: Slug
    severity: Literal["high", "medium", "low"] = "medium"
    must_print: bool = True
    form: Literal["footnote", "sentence"] = "footnote"
    """`footnote`: in the claim's footnote; `sentence`: directly after the claim."""
    evidence: list[Evidence] = []
    corrections: list[str] = []
    language: str = "en"
    translates: Slug | None = None
    """The caveat of which this is the translation."""
    review: Review
    body: str = Field(min_length=1)

"""Sources: the works cited, and what we know about their full texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from briefgen.errors import Place
from briefgen.model.yaml_model import YamlModel


@dataclass(frozen=True, slots=True)
class Source:
    """A cited work: one CSL-JSON item (Citation Style Language 1.0.2, "CSL-JSON")."""

    id: str
    csl: Mapping[str, Any]
    """The item without its `note`, which is for editors and never printed, and without `aka`."""
    place: Place
    aka: tuple[str, ...] = ()
    """More names by which a wording may call its author or publisher."""


class FrontMatter(YamlModel):
    """Lines of a text that do not belong to the work's body: titles, teasers, biographies at the end."""

    lines: str
    """A line number or inclusive range, counted from 1: `9` or `9-13`."""
    what: str
    """What these lines are, in a few words."""


class SourceParagraph(YamlModel):
    """One body paragraph of a text, identified by its hash; the text itself is not stored."""

    sha256: str
    """SHA-256 (hex) of the paragraph's normalised text (briefgen.evidence.normalize)."""
    words: int = Field(ge=0)
    number: str = ""
    """The number that the source prints at it, or at the paragraph whose item it is."""
    pages: dict[str, int] = {}
    """The pages that it is on: the number printed on the page, and how many of its words come before."""


class QuotationBudget(YamlModel):
    """How much of a copyrighted text may be quoted, as shares of its words."""

    printed: float = Field(default=0.10, ge=0, le=1)
    """Share that snippets may print in quotation marks."""
    kept: float = Field(default=0.35, ge=0, le=1)
    """Share that may be stored as evidence quotes."""


class SourceRecord(YamlModel):
    """The record of a source's full text: a hash of each paragraph, to verify copies of the text."""

    source: str
    """CSL id of the work."""
    sha256: str
    """SHA-256 (hex) of the text file's bytes."""
    file: str = Field(default="", pattern=r"^(|[a-z0-9][a-z0-9-]*)$")
    """Name of the text in $BRIEFGEN_TEXTS, without `.txt`, if it is not the source's id."""
    furniture: list[FrontMatter] = []
    paragraphs: list[SourceParagraph]
    """Body paragraphs in order."""
    pages: str = ""
    """The numbers of its pages in order, as printed, separated by spaces; empty if it has no pages."""
    quotation: QuotationBudget = QuotationBudget()
    note: str = ""
    """For editors: where the text was obtained."""


class SourceDependency(YamlModel):
    """The works that a source takes its facts from, as far as known; it does not corroborate them."""

    source: str
    """CSL id of the dependent work."""
    on: list[str] = Field(min_length=1)
    """CSL ids of the works it depends on."""
    why: str = Field(min_length=1)
    """How this is known, in a few words."""

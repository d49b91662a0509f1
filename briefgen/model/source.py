"""Sources: the works cited, and what is known of their texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from briefgen.errors import Place
from briefgen.model.written import Written


@dataclass(frozen=True, slots=True)
class Reference:
    """A work cited: one CSL-JSON item (Citation Style Language 1.0.2, "CSL-JSON")."""

    id: str
    csl: Mapping[str, Any]
    """The item without its `note`, which is for editors and stays out of print."""
    place: Place


class Furniture(Written):
    """Lines of a text that are no part of the work's argument: titles, teasers, closing biographies."""

    lines: str
    """One line number or an inclusive range, counted from 1: `9` or `9-13`."""
    what: str
    """Why they are left out, in a few words."""


class Paragraph(Written):
    """One body paragraph of a text, known by its hash; the words themselves are not kept."""

    sha256: str
    """SHA-256 (hex) of the paragraph's normalised words (briefgen.evidence.normalize)."""
    words: int = Field(ge=0)


class QuotationBudget(Written):
    """How much of a copyrighted text may be repeated, each as a share of its words."""

    printed: float = Field(default=0.10, ge=0, le=1)
    """Share that snippets may print in quotation marks."""
    kept: float = Field(default=0.35, ge=0, le=1)
    """Share that may be kept as evidence quotes."""


class SourceRecord(Written):
    """What is known of a source's full text: hashes that prove it, paragraph by paragraph."""

    source: str
    """CSL id of the work."""
    sha256: str
    """SHA-256 (hex) of the text file's bytes."""
    furniture: list[Furniture] = []
    paragraphs: list[Paragraph]
    """Body paragraphs in order; a locator `paragraph: 1` names the first."""
    quotation: QuotationBudget = QuotationBudget()
    note: str = ""
    """For editors: where the text came from."""


class RestsOn(Written):
    """What one work takes its facts from, as far as known: such a work does not corroborate the others."""

    source: str
    """CSL id of the work that rests on others."""
    on: list[str] = Field(min_length=1)
    """CSL ids of the works that it rests on."""
    why: str = Field(min_length=1)
    """How this is known, in a few words."""

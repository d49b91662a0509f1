"""One respect in which a sentence says something else than evidence that has the same figures or words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from briefgen.errors import Severity

MismatchKind = Literal["pair", "unit", "period", "plural", "negation"]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Words of a sentence that contradict the evidence they are taken from."""

    kind: MismatchKind
    message: str
    """What differs, in one sentence without a full stop."""
    start: int
    end: int
    """The span in the text that was compared."""
    found: str
    """The words of that span."""
    expected: str = ""
    """What the evidence has in their place; empty if it has nothing."""
    severity: Severity = "error"
    """A warning asks a person to look."""

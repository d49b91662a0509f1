"""Names of offices: what to write for one that has no form of address."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

GENERAL_OFFICES = ("person", "organisation")
"""Offices whose forms of address suit everybody."""
OFFICES_OF_ANYBODY = (*GENERAL_OFFICES, "company", "newspaper")
"""Offices that tell nobody apart: without a name, a recipient is known by the organisation."""
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def suggest_office(key: str, offices: Collection[str]) -> str:
    """Return a hint for an unknown office: what is really near, the general offices, and how to add it."""
    near = [office for office in sorted(offices) if office.endswith(f"-{key}")][:3]
    near = near or get_close_matches(key, sorted(offices), n=3, cutoff=0.85)
    hints = ["did you mean " + " or ".join(near) + "?"] if near else []
    if general := [office for office in GENERAL_OFFICES if office in offices]:
        hints.append(f"{' and '.join(general)} are for everybody who has no office in docs/recipients.md")
        example = key if _KEY.fullmatch(key) and len(key) <= 40 else "my-office"
        title = example.replace("-", " ").capitalize()
        hints.append(
            "or add yours to forms-of-address.yaml in the campaign’s folder: "
            f"offices: {{{example}: {{title: {title}, like: {general[0]}}}}}"
        )
    return "; ".join(hints) or "all offices are listed in docs/recipients.md"

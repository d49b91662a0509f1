"""The documentation of each check, as `briefgen check --explain CODE` prints it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from briefgen.errors import Problem, UsageError, suggest
from briefgen.library.folders import built_in

_HEADING = re.compile(r"^## ([a-z]+(?:-[a-z]+)+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """What docs/checks/ says about one code."""

    code: str
    page: str
    """Name of the file in docs/checks/."""
    text: str
    """Markdown: the heading, what it means, the message, how to put it right."""


def sections() -> list[Section]:
    """All sections of all pages, in the order in which they stand."""
    found = []
    for page in sorted((built_in("docs") / "checks").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        starts = [*_HEADING.finditer(text)]
        ends = [*(start.start() for start in starts[1:]), len(text)]
        found += [
            Section(start[1], page.name, text[start.start() : end].strip())
            for start, end in zip(starts, ends, strict=True)
        ]
    return found


def explain(code: str) -> Section:
    """The section of a code; raises UsageFault for one that no problem has."""
    known = {section.code: section for section in sections()}
    if code not in known:
        raise UsageError(
            Problem("code-unknown", f"no problem has the code {code!r}", None, suggest(code, known))
        )
    return known[code]

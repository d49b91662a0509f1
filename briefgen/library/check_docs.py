"""The documentation of each problem code, as `briefgen check --explain CODE` prints it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from briefgen.errors import Problem, UsageError, suggest_similar
from briefgen.library.folders import resource_folder

_HEADING = re.compile(r"^## ([a-z]+(?:-[a-z]+)+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CheckSection:
    """The section of docs/checks/ on one problem code."""

    code: str
    page: str
    """Name of the file in docs/checks/."""
    text: str
    """Markdown: heading, meaning, message and remedy."""


def read_check_sections() -> list[CheckSection]:
    """Read all sections of all pages, in order."""
    found = []
    for page in sorted((resource_folder("docs") / "checks").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        starts = [*_HEADING.finditer(text)]
        ends = [*(start.start() for start in starts[1:]), len(text)]
        found += [
            CheckSection(start[1], page.name, text[start.start() : end].strip())
            for start, end in zip(starts, ends, strict=True)
        ]
    return found


def find_check_section(code: str) -> CheckSection:
    """Return the section on a problem code; raise UsageError for an unknown code."""
    known = {section.code: section for section in read_check_sections()}
    if code not in known:
        raise UsageError(
            Problem("code-unknown", f"unknown problem code {code!r}", None, suggest_similar(code, known))
        )
    return known[code]

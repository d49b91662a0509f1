"""The names by which a wording can identify a source: its authors, publishers, titles and their initials."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from briefgen.evidence.normalize import normalize_text
from briefgen.model.source import Source

_PERSON_FIELDS = (
    "author",
    "editor",
    "translator",
    "interviewer",
    "contributor",
    "reviewed-author",
    "container-author",
)
_BODY_FIELDS = ("container-title", "container-title-short", "publisher", "authority")
_TITLE_FIELDS = ("title", "title-short")


def collect_source_names(reference: Source) -> frozenset[str]:
    """Collect the names by which a wording may identify a source, folded for comparison.

    These are family names and bodies among its contributors, its container, publisher, authority and title,
    and for each name also its initials and any form in brackets. A title of one word ("Survey") does not
    count: it would match sentences that do not mean it.
    """
    return frozenset(collect_written_names(reference))


def collect_written_names(reference: Source) -> dict[str, str]:
    """Collect the names of a source by folded name, each as written in its bibliographic record."""
    csl = reference.csl
    people = [
        person for key in _PERSON_FIELDS for person in _as_list(csl.get(key)) if isinstance(person, dict)
    ]
    written = [person.get(part) for person in people for part in ("literal", "family")]
    written += [csl.get(key) for key in _BODY_FIELDS]
    titles = [form for key in _TITLE_FIELDS for form in _name_forms(csl.get(key)) if " " in form]
    found: dict[str, str] = {}
    for form in (*titles, *(form for name in written for form in _name_forms(name))):
        found.setdefault(fold_name(form), form)
    return found


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _name_forms(name: object) -> Iterator[str]:
    """Return the forms in which a name is known, as written."""
    if not isinstance(name, str) or not name.strip():
        return
    bracketed = re.findall(r"\(([^()]+)\)", name)
    for written in (re.sub(r"\s*\([^()]*\)", "", name), *bracketed):
        form = re.sub(r"<[^>]+>|[*_]", "", written)
        yield form.removeprefix("The ")
        short = _normalize_name(form.removeprefix("The "))
        if short.lower().startswith("un ") and " " in short[3:]:
            yield short[3:]  # a UN body may be named without the "UN"
        initials = "".join(re.findall(r"(?:^|[\s-])([A-Z])", form))
        if len(initials) >= 3:
            yield initials


def fold_name(text: str) -> str:
    """Fold a name for comparison: lower case, plain marks and dashes, "un" for the United Nations."""
    return _normalize_name(text).lower()


def _normalize_name(text: str) -> str:
    plain = normalize_text(re.sub(r"<[^>]+>|[*_]", "", text)).text
    return re.sub(r"\bUnited Nations\b|\bU\.N\.", "UN", plain)


def contains_name(wording: str, names: Iterable[str]) -> bool:
    """Return whether a wording contains one of the names as whole words; single words must be capitalized."""
    spelt = _normalize_name(wording)
    return any(
        " " in name or not match.group()[0].islower()
        for name in names
        if name
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", spelt, re.IGNORECASE)
    )

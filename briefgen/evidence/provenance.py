"""Who said it, through whom we have it, and what rests on what. It reads references, never texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from briefgen.evidence.normalize import normalise
from briefgen.model.snippet import Evidence
from briefgen.model.source import Reference, RestsOn

_PEOPLE = (
    "author",
    "editor",
    "translator",
    "interviewer",
    "contributor",
    "reviewed-author",
    "container-author",
)
_BODIES = ("container-title", "container-title-short", "publisher", "authority")
_TITLES = ("title", "title-short")


def names_of(reference: Reference) -> frozenset[str]:
    """The names under which a wording may name a source, folded for comparison.

    Families and bodies among its people, the work it stands in, publisher, authority, title; of each name
    also the initials of its words in capitals and what stands in brackets. A title of one word ("Survey") is
    no name: it would be found in sentences that do not mean it.
    """
    return frozenset(written_names_of(reference))


def written_names_of(reference: Reference) -> dict[str, str]:
    """The names of `names_of`, each with its capitals and marks as the source's record has them."""
    csl = reference.csl
    people = [person for key in _PEOPLE for person in _list(csl.get(key)) if isinstance(person, dict)]
    written = [person.get(part) for person in people for part in ("literal", "family")]
    written += [csl.get(key) for key in _BODIES]
    titles = [form for key in _TITLES for form in _forms(csl.get(key)) if " " in form]
    found: dict[str, str] = {}
    for form in (*titles, *(form for name in written for form in _forms(name))):
        found.setdefault(fold(form), form)
    return found


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _forms(name: object) -> Iterator[str]:
    """A name in the forms under which it is known, as they are written."""
    if not isinstance(name, str) or not name.strip():
        return
    bracketed = re.findall(r"\(([^()]+)\)", name)
    for written in (re.sub(r"\s*\([^()]*\)", "", name), *bracketed):
        form = re.sub(r"<[^>]+>|[*_]", "", written)
        yield form.removeprefix("The ")
        short = _spelt(form.removeprefix("The "))
        if short.lower().startswith("un ") and " " in short[3:]:
            yield short[3:]  # a body is the same without its family's name
        initials = "".join(re.findall(r"(?:^|[\s-])([A-Z])", form))
        if len(initials) >= 3:
            yield initials


def fold(text: str) -> str:
    """Small letters, plain quotation marks and dashes, "un" for the United Nations: for comparing names."""
    return _spelt(text).lower()


def _spelt(text: str) -> str:
    plain = normalise(re.sub(r"<[^>]+>|[*_]", "", text)).text
    return re.sub(r"\bUnited Nations\b|\bU\.N\.", "UN", plain)


def names_it(wording: str, names: Iterable[str]) -> bool:
    """Whether a wording contains one of the names as whole words; a name of one word with its capital."""
    spelt = _spelt(wording)
    return any(
        " " in name or not match.group()[0].islower()
        for name in names
        if name
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", spelt, re.IGNORECASE)
    )


def rests(source: str, rests_on: Mapping[str, RestsOn]) -> frozenset[str]:
    """The source and everything that it rests on, near or far."""
    found: set[str] = set()
    waiting = [source]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += rests_on[name].on if name in rests_on else []
    return frozenset(found)


def circle_in(rests_on: Mapping[str, RestsOn]) -> list[str]:
    """The sources that rest on themselves, sorted."""
    return sorted(
        name for name, entry in rests_on.items() if any(name in rests(below, rests_on) for below in entry.on)
    )


def origin(evidence: Evidence) -> str | None:
    """Where a piece of evidence comes from: the first of its chain, or its source."""
    return evidence.via[0].source if evidence.via else evidence.source


def independent(origins: Iterable[str], rests_on: Mapping[str, RestsOn]) -> bool:
    """Whether two of the origins have nothing in common."""
    grounds = [rests(name, rests_on) for name in sorted(set(origins))]
    return any(not one & other for index, one in enumerate(grounds) for other in grounds[index + 1 :])

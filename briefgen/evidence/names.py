"""Names by which a wording can identify a source: its authors, publishers, titles and their short forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from briefgen.data import load_word_data, load_word_set
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
    what its entry lists as `aka`, and for each name also its initials, its noun ("the Department") and any
    form in brackets. A title of one word ("Survey") does not count: it would match sentences that do not mean
    it.
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
    called = [form for name in written for form in _called_by_noun(name)]
    titles = [form for key in _TITLE_FIELDS for form in _name_forms(csl.get(key)) if " " in form]
    found: dict[str, str] = {}
    for form in (*reference.aka, *titles, *(form for name in written for form in _name_forms(name)), *called):
        found.setdefault(fold_name(form), form)
    return found


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _name_forms(name: object) -> Iterator[str]:
    """Yield the forms in which a name is known, as written."""
    if not isinstance(name, str) or not name.strip():
        return
    bracketed = re.findall(r"\(([^()]+)\)", name)
    for written in (re.sub(r"\s*\([^()]*\)", "", name), *bracketed):
        form = re.sub(r"<[^>]+>|[*_]", "", written)
        whole = form.removeprefix("The ")
        yield whole
        local = _jurisdiction_pattern().sub("", whole).strip()
        if " " in local and local != whole:
            yield local
        yield from _initials(form, local, re.sub(r"^\w+ of (?:the )?", "", local))
        acronym = load_word_data("references")["acronyms"].get(normalize_text(whole).text)
        if acronym:
            yield acronym


@cache
def _jurisdiction_pattern() -> re.Pattern[str]:
    words = sorted(load_word_data("references")["jurisdictions"], key=len, reverse=True)
    either = "|".join(map(re.escape, words))
    return re.compile(rf"\s(?:of|for|in)(?: the)?\s(?:{either})$|(?<!\w)(?:{either})\s+")


def _initials(*forms: str) -> Iterator[str]:
    """Yield the initials of names that have three or more: `USDA`, `GAO`, `DOJ`."""
    for form in forms:
        spaced = re.sub(r"\bU\.?([SKN])\b\.?", r"U \1", form)
        for letters in (r"[A-Z]", r"[A-Z]|o(?=f\s)"):
            initials = "".join(re.findall(rf"(?:^|[\s-])({letters})", spaced)).upper()
            if len(initials) >= 3:
                yield initials


def _called_by_noun(name: object) -> Iterator[str]:
    """Yield `the Department` for a body that is one."""
    words = str(name).split() if isinstance(name, str) else []
    if len(words) > 1:
        yield from (f"the {word}" for word in words if word in load_word_set("references", "nouns"))


def fold_name(text: str) -> str:
    """Fold a name for comparison: lower case, plain marks and dashes, "un" for the United Nations."""
    return _normalize_name(text).lower()


def _normalize_name(text: str) -> str:
    plain = normalize_text(re.sub(r"<[^>]+>|[*_]", "", text)).text
    return re.sub(r"\bUnited Nations\b|\bU\.N\.", "UN", plain)


def contains_name(wording: str, names: Iterable[str]) -> bool:
    """Return whether a wording contains one of the names as whole words; single words must be capitalized.

    So must the noun of "the Department": a department is any.
    """
    spelt = _normalize_name(wording)
    return any(
        " " in match[1] or not match[1][0].islower()
        for name in names
        if name
        for match in re.finditer(
            rf"(?<!\w)(?:the )?({re.escape(name.removeprefix('the '))})(?!\w)", spelt, re.IGNORECASE
        )
    )

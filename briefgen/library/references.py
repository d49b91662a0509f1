"""Read the works cited from CSL-JSON, each with its place, and validate them before pandoc sees them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from briefgen.data import load_word_set
from briefgen.errors import BriefgenError, Place, Problem, ProblemList, suggest_similar
from briefgen.library.folders import LibraryFolder
from briefgen.model.source import Source
from briefgen.system.yaml_reader import read_text_file

REFERENCES_FILE = "seeds/references.json"
CSL_TYPES = load_word_set("references", "types")
"""Item types of CSL 1.0.2, appendix III."""
_OWN_KEYS = frozenset({"note", "aka"})
"""Keys of an item that are not passed on to pandoc: `note` is for editors, `aka` is no CSL variable."""
_DOI_PREFIX = re.compile(r"^(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:\s*)+", re.IGNORECASE)
_ID_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# The rich text of CSL-JSON: only these tags mean something in a citation.
_CSL_MARKUP = re.compile(
    r"</?(?:i|b|sup|sub)>|<span style=\"font-variant: ?small-caps;?\">|<span class=\"nocase\">|</span>"
)
_HTML_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|<!--|&(?:[A-Za-z]+|#\w+);")


def load_references(folders: Sequence[LibraryFolder], problems: ProblemList) -> dict[str, Source]:
    """Load the works cited by id from each folder's `seeds/references.json`; the first folder's item wins."""
    references: dict[str, Source] = {}
    for folder in folders:
        display_name = folder.display_path(REFERENCES_FILE)
        if path := folder.find_file(REFERENCES_FILE, problems):
            try:
                text = read_text_file(path, display_name)
            except BriefgenError as error:
                problems.extend(error.problems)
                continue
            for name, reference in parse_references(text, display_name, problems).items():
                references.setdefault(name, reference)
    return references


def normalize_identifiers(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a work (CSL-JSON) whose DOI is bare, as styles expect it, and whose URL is not the DOI again."""
    known = dict(item)
    if isinstance(known.get("DOI"), str):
        known["DOI"] = strip_doi_prefix(known["DOI"])
        url = known.get("URL")
        if isinstance(url, str) and known["DOI"] and strip_doi_prefix(url).lower() == known["DOI"].lower():
            del known["URL"]
    return known


def strip_doi_prefix(doi: str) -> str:
    """Return a DOI without the address of its resolver: `10.1000/182`."""
    return _DOI_PREFIX.sub("", doi.strip())


def parse_references(text: str, display_name: str, problems: ProblemList) -> dict[str, Source]:
    """Parse a CSL-JSON list into works by id, each with the place where it begins."""
    references: dict[str, Source] = {}
    for item, place in parse_csl_items(text, display_name, problems):
        reference = _parse_reference(item, place, problems)
        if reference is None:
            continue
        earlier = references.get(reference.id)
        if earlier is not None:
            problems.add(
                Problem(
                    "reference-repeated",
                    f"the id {reference.id!r} is used twice, first in line {earlier.place.line}",
                    place,
                    "remove one of them, or give it another id",
                )
            )
            continue
        references[reference.id] = reference
    return references


class _JsonValueError(ValueError):
    """Valid JSON that is an error in a reference: repeated keys, NaN or infinity."""


def _reject_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise _JsonValueError(f"the key {repeated!r} is repeated in one item")
    return result


def _reject_constant(word: str) -> Any:
    raise _JsonValueError(f"{word} is not a valid value")


def parse_csl_items(text: str, display_name: str, problems: ProblemList) -> Iterator[tuple[Any, Place]]:
    """Yield the items of the outer list with their places, which Python's JSON parser does not keep."""
    decoder = json.JSONDecoder(object_pairs_hook=_reject_duplicate_keys, parse_constant=_reject_constant)
    blank = re.compile(r"[ \t\n]*")

    def after_blank(position: int) -> int:
        match = blank.match(text, position)
        return match.end() if match else position

    def place(position: int) -> Place:
        line = text.count("\n", 0, position) + 1
        return Place(display_name, line, position - text.rfind("\n", 0, position))

    def report(message: str, position: int) -> None:
        hint = "export it again as CSL-JSON, or look for a missing comma or bracket just before"
        problems.add(Problem("json-syntax", message, place(position), hint))

    position = after_blank(0)
    if not text.startswith("[", position):
        report("expected a list of works in square brackets", position)
        return
    position = after_blank(position + 1)
    while not text.startswith("]", position):
        try:
            item, end = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            report(error.msg[0].lower() + error.msg[1:], min(error.pos, len(text)))
            return
        except RecursionError:
            report("nested too deeply", position)
            return
        except ValueError as error:
            report(str(error), position)
            return
        yield item, place(position)
        position = after_blank(end)
        if text.startswith(",", position):
            position = after_blank(position + 1)
        elif not text.startswith("]", position):
            report("a comma between two works, or the closing bracket, is missing", position)
            return
    end = after_blank(position + 1)
    if end < len(text):
        report("something follows the closing bracket", end)


def _parse_reference(item: Any, place: Place, problems: ProblemList) -> Source | None:
    if not isinstance(item, dict):
        problems.add(Problem("reference-form", "a work must be an object of keys in braces", place))
        return None
    name = item.get("id")
    if isinstance(name, int) and not isinstance(name, bool):
        name = str(name)
    if not isinstance(name, str) or not name.strip():
        problems.add(Problem("reference-id", "the work has no id", place, 'add a unique "id"'))
        return None
    if not _ID_PATTERN.fullmatch(name):
        slug = "-".join(re.findall(r"[a-z0-9]+", name.lower())) or "work-1"
        problems.add(
            Problem(
                "reference-id",
                f"snippets cannot refer to the id {name!r}",
                place,
                f"use small letters, digits and hyphens: {slug}",
                severity="warning",
            )
        )
    _check_csl_item(name, item, place, problems)
    aka = item.get("aka", [])
    if not isinstance(aka, list) or not all(isinstance(other, str) and other.strip() for other in aka):
        hint = 'write "aka": ["GAO"]'
        problems.add(Problem("reference-form", f"{name}: aka is not a list of names", place, hint))
        aka = []
    csl = {key: value for key, value in item.items() if key not in _OWN_KEYS}
    return Source(name, csl, place, tuple(aka))


def _check_csl_item(name: str, item: Mapping[str, Any], place: Place, problems: ProblemList) -> None:
    kind = item.get("type")
    if kind not in CSL_TYPES:
        what = "has no type" if kind is None else f"has the unknown type {kind!r}"
        hint = suggest_similar(str(kind), CSL_TYPES) or 'for example "type": "report"'
        problems.add(Problem("reference-type", f"{name} {what}", place, hint))
    for field, value in item.items():
        if field in _OWN_KEYS:
            continue
        for text in _iter_strings(value):
            mark = _HTML_MARKUP.search(_CSL_MARKUP.sub("", text))
            if mark:
                problems.add(
                    Problem(
                        "reference-markup",
                        f"{name}: {field} contains HTML ({mark.group()})",
                        place,
                        "write plain characters; CSL knows <i>, <b>, <sup>, <sub> and small capitals",
                    )
                )
    for error in _find_type_errors(item):
        hint = "export it again as CSL-JSON, or correct it by hand"
        problems.add(Problem("reference-form", f"{name}: {error}", place, hint))
    for error in _find_date_errors(item):
        problems.add(
            Problem(
                "reference-date",
                f"{name}: {error}",
                place,
                'write "issued": {"date-parts": [[2013, 7]]}, year first',
            )
        )


def _iter_strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for child in value.values():
            yield from _iter_strings(child)
    elif isinstance(value, list):
        for child in value:
            yield from _iter_strings(child)


_NAME_VARIABLES = frozenset(
    {
        "author",
        "chair",
        "collection-editor",
        "compiler",
        "composer",
        "container-author",
        "contributor",
        "curator",
    }
    | {"director", "editor", "editor-translator", "editorial-director", "executive-producer", "guest", "host"}
    | {"illustrator", "interviewer", "narrator", "organizer", "original-author", "performer", "producer"}
    | {"recipient", "reviewed-author", "script-writer", "series-creator", "translator"}
)
"""CSL 1.0.2 variables for names."""
_DATE_VARIABLES = ("issued", "accessed", "event-date", "original-date", "submitted", "available-date")
_STRUCTURED_VARIABLES = frozenset({"note", "aka", "custom", "categories", *_DATE_VARIABLES})
"""Variables that need not be text or numbers; notes are dropped, dates have a check of their own."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def _find_type_errors(item: Mapping[str, Any]) -> Iterator[str]:
    """Describe variables whose type is wrong in CSL-JSON; pandoc would reject the whole list."""
    for field, value in item.items():
        if field in _NAME_VARIABLES:
            people = value if isinstance(value, list) else [None]
            if not all(
                isinstance(person, dict) and all(isinstance(part, str | bool) for part in person.values())
                for person in people
            ):
                yield f'{field} is not a list of names: {{"family": "…", "given": "…"}} or {{"literal": "…"}}'
        elif field not in _STRUCTURED_VARIABLES and (
            isinstance(value, bool) or not isinstance(value, str | int | float)
        ):
            yield f"{field} is neither text nor a number"
        if any(_SURROGATE.search(text) for text in _iter_strings(value)):
            yield f"{field} contains half a surrogate pair"


def _find_date_errors(item: Mapping[str, Any]) -> Iterator[str]:
    for field in _DATE_VARIABLES:
        date = item.get(field)
        if date is None:
            continue
        if not isinstance(date, dict):
            yield f"{field} is not a date"
            continue
        parts = date.get("date-parts")
        if parts is None:
            if not ("raw" in date or "literal" in date or "season" in date):
                yield f"{field} contains no date"
            continue
        if not isinstance(parts, list) or not 1 <= len(parts) <= 2 or not all(map(_is_csl_date, parts)):
            yield f"{field} {parts!r} is not a date"


def _is_csl_date(parts: Any) -> bool:
    if not isinstance(parts, list) or not 1 <= len(parts) <= 3:
        return False
    limits = ((-9999, 9999), (1, 24), (1, 31))  # months 13 to 24 mean seasons
    for part, (low, high) in zip(parts, limits, strict=False):
        try:
            if isinstance(part, bool) or not low <= int(part) <= high:
                return False
        except (TypeError, ValueError):
            return False
    return True

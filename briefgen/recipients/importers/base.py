"""What importers of published data share: loading YAML and JSON, dates, names and committee roles."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.model.text import clean_text
from briefgen.recipients.file_kinds import identify_file
from briefgen.system.files import read_limited_bytes

STATE_NAMES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "the District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas",
    "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts",
    "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana",
    "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico",
    "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia",
    "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "AS": "American Samoa", "GU": "Guam", "MP": "the Northern Mariana Islands", "PR": "Puerto Rico",
    "VI": "the United States Virgin Islands",
}  # fmt: skip
"""Names for running text by postal abbreviation."""


def format_ordinal(number: int) -> str:
    """Return an English ordinal: `4th`, `21st`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


MAX_BYTES = 50_000_000
_YAML_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NO_END = "9999-12-31"
_MAX_NUMBER_DIGITS = 300
"""Python refuses to convert numbers of some thousands of digits."""


def _fall_back_to_text(construct: Callable[[Any, yaml.Node], Any]) -> Callable[[Any, yaml.Node], Any]:
    def construct_or_text(loader: Any, node: yaml.Node) -> Any:
        if len(node.value) > _MAX_NUMBER_DIGITS:
            return str(node.value)
        try:
            return construct(loader, node)
        except (ValueError, OverflowError):
            return str(node.value)

    return construct_or_text


class _LenientLoader(_YAML_LOADER):  # type: ignore[misc]
    """Keeps an invalid date or number (`2021-99-99`) as text, so that its importer can report it."""


for _name in ("int", "float", "timestamp"):
    _tag = f"tag:yaml.org,2002:{_name}"
    _LenientLoader.add_constructor(_tag, _fall_back_to_text(_YAML_LOADER.yaml_constructors[_tag]))


def _parse_integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MAX_NUMBER_DIGITS else digits


def load_yaml(path: Path, place: Place, code: str) -> Any:
    """Load a published YAML file; raise StorageError if it cannot be read, BriefgenError if it is damaged."""
    raw = _read_data_file(path, place)
    try:
        # An alias could blow a small file up to any size, and the published files have none.
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(raw, Loader=_YAML_LOADER)):
            raise BriefgenError(Problem(code, "aliases (*) are not used in these files", place))
        return yaml.load(raw, Loader=_LenientLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        _refuse_other_kind(raw, "YAML", place, code)
        mark = getattr(error, "problem_mark", None)
        where = Place(place.file, mark.line + 1, mark.column + 1) if mark else place
        what = getattr(error, "problem", None) or "not readable as YAML"
        raise BriefgenError(Problem(code, what, where, "download the file again")) from None


def load_json(path: Path, place: Place, code: str) -> Any:
    """Load a published JSON file; raise like `load_yaml`."""
    raw = _read_data_file(path, place)
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_int=_parse_integer)
    except json.JSONDecodeError as error:
        _refuse_other_kind(raw, "JSON", place, code)
        where = Place(place.file, error.lineno, error.colno)
        raise BriefgenError(
            Problem(code, f"not readable as JSON: {error.msg}", where, "download it again")
        ) from None
    except (UnicodeDecodeError, RecursionError, ValueError):
        _refuse_other_kind(raw, "JSON", place, code)
        raise BriefgenError(
            Problem(code, "not readable as JSON in UTF-8", place, "download it again")
        ) from None


def _refuse_other_kind(raw: bytes, expected: str, place: Place, code: str) -> None:
    """Raise BriefgenError if a file that cannot be read is of another kind, which is named."""
    kind = identify_file(raw)
    if kind and kind.name not in (expected, "JSON"):  # YAML can begin like JSON
        raise BriefgenError(Problem(code, f"is {kind.name}, not {expected}", place, kind.hint)) from None


def _read_data_file(path: Path, place: Place) -> bytes:
    return read_limited_bytes(path, str(place), MAX_BYTES)


def to_text(value: Any) -> str:
    """Return a scalar as one line of text; empty for None, lists and mappings.

    Invisible characters are kept, so that RecipientBuilder reports them instead of their being lost silently.
    """
    if value is None or isinstance(value, dict | list):
        return ""
    return " ".join(unicodedata.normalize("NFC", str(value)).split())


def to_printable(value: Any) -> str:
    """Return a scalar as text for a message, without unprintable characters."""
    return clean_text(to_text(value))[0]


_TEXT_FIELDS = (
    "id", "name", "given_name", "family_name", "honorific_prefix", "honorific_suffix", "suffix", "gender",
    "email",
)  # fmt: skip
"""Fields of a person that must be text, in Popolo as in Open States."""


def check_has_name(label: str, person: Mapping[str, Any], place: Place, problems: ProblemList) -> bool:
    """Return whether a person has a name and its text fields are text; report it if not."""
    wrong = [key for key in _TEXT_FIELDS if isinstance(person.get(key), dict | list | bool)]
    if not wrong and any(to_text(person.get(key)) for key in ("name", "given_name", "family_name")):
        return True
    fault = f"{' and '.join(wrong)} should be text" if wrong else "there is no name"
    problems.add(
        Problem(
            "person-name",
            f"{label}: {fault}; the person is left out",
            place,
            "correct the data, or download it again",
        )
    )
    return False


def list_mappings(value: Any) -> list[Mapping[str, Any]]:
    """Return the mappings in a list; none if it is not a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def parse_full_date(value: Any) -> date | None:
    """Parse a full date; return None for a mere year or month, and for anything else."""
    try:
        return date.fromisoformat(to_text(value)[:10])
    except ValueError:
        return None


def parse_last_day(value: Any) -> date | None:
    """Return the last day of `2026-05-04`, `2026-05` or `2026`; None for anything else."""
    text = to_text(value)[:10]
    try:
        if len(text) == 4:
            return date(int(text), 12, 31)
        if len(text) == 7:
            year, month = int(text[:4]), int(text[5:])
            return date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)
        return date.fromisoformat(text)
    except ValueError:
        return None


def term_sort_key(start: Any, end: Any) -> tuple[str, str]:
    """Return a sort key that puts what lasts longest, and then what began last, at the end."""
    return to_text(end) or _NO_END, to_text(start)


def add_name_suffix(name: str, suffix: str) -> str:
    """Append a suffix: `Angus S. King, Jr.` but `John J. McGuire III`."""
    if not suffix:
        return name
    return f"{name}, {suffix}" if suffix.rstrip(".") in ("Jr", "Sr") else f"{name} {suffix}"


def parse_committee_role(title: str) -> str:
    """Map a title to a committee role: Chairman and Chairwoman are `chair`, Ex Officio is `member`."""
    lower = title.lower()
    # A cochairman is not the chairman of the forms of address, who is one person.
    if "vice" in lower or lower.startswith(("cochair", "co-chair")):
        return "vice-chair"
    if "chair" in lower or lower in ("president", "convener", "convenor"):
        return "chair"
    return "ranking" if lower.startswith("ranking") else "member"


def report_if_deceased(label: str, died: Any, place: Place, problems: ProblemList) -> bool:
    """Return whether a person has died, and report it if so."""
    if not to_text(died):
        return False
    problems.add(
        Problem(
            "recipient-deceased",
            f"{label} has died ({to_printable(died)}) and is left out",
            place,
            severity="warning",
        )
    )
    return True


def format_committee(committee_id: str, role: str, name: str) -> str:
    """Return a committee as the column `committees` has it: `agriculture:chair (Agriculture Committee)`."""
    return f"{committee_id}{'' if role == 'member' else f':{role}'} ({name})"

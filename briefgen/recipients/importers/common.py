"""What readers of published data share: files read with their limits, spans of time, what a reader found.

It knows no format.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.model.recipient import Recipient
from briefgen.model.text import clean
from briefgen.system.files import content

MAX_BYTES = 50_000_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ALWAYS = "9999-12-31"
_MAX_DIGITS = 300
"""Of a number; Python refuses to read or print some thousands of them."""


def _or_as_written(construct: Callable[[Any, yaml.Node], Any]) -> Callable[[Any, yaml.Node], Any]:
    def value(loader: Any, node: yaml.Node) -> Any:
        if len(node.value) > _MAX_DIGITS:
            return str(node.value)
        try:
            return construct(loader, node)
        except (ValueError, OverflowError):
            return str(node.value)

    return value


class _Forgiving(_LOADER):  # type: ignore[misc]
    """Leaves a date or number that is none (`2021-99-99`) as written, for its reader to tell."""


for _name in ("int", "float", "timestamp"):
    _tag = f"tag:yaml.org,2002:{_name}"
    _Forgiving.add_constructor(_tag, _or_as_written(_LOADER.yaml_constructors[_tag]))


def _whole_number(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MAX_DIGITS else digits


@dataclass(frozen=True, slots=True)
class Brought:
    """The recipients that a reader found, and how old its data is at least."""

    recipients: list[Recipient]
    newest: date | None = None
    """The latest day on which anything in the data began; None where it has no days."""


def load_yaml(path: Path, place: Place, code: str) -> Any:
    """A published YAML file; raises StorageFault where it cannot be read, BriefgenError where damaged."""
    raw = _read(path, place)
    try:
        # An alias could blow a small file up to any size, and the published files hold none.
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(raw, Loader=_LOADER)):
            raise BriefgenError(Problem(code, "aliases (*) are not used in these files", place))
        return yaml.load(raw, Loader=_Forgiving)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = Place(place.file, mark.line + 1, mark.column + 1) if mark else place
        what = getattr(error, "problem", None) or "not readable as YAML"
        raise BriefgenError(Problem(code, what, where, "fetch the file anew")) from None


def load_json(path: Path, place: Place, code: str) -> Any:
    """A published JSON file; raises as load_yaml does."""
    try:
        return json.loads(_read(path, place).decode("utf-8-sig"), parse_int=_whole_number)
    except json.JSONDecodeError as error:
        where = Place(place.file, error.lineno, error.colno)
        raise BriefgenError(
            Problem(code, f"not readable as JSON: {error.msg}", where, "fetch it anew")
        ) from None
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise BriefgenError(Problem(code, "not readable as JSON in UTF-8", place, "fetch it anew")) from None


def _read(path: Path, place: Place) -> bytes:
    return content(path, str(place), MAX_BYTES)


def text_of(value: Any) -> str:
    """One line of text; empty for nothing, and for what is no scalar.

    Invisible characters stay in it, for whoever makes the record to refuse and not to lose in silence.
    """
    if value is None or isinstance(value, dict | list):
        return ""
    return " ".join(unicodedata.normalize("NFC", str(value)).split())


def shown_of(value: Any) -> str:
    """The same for a message: what can be printed of it."""
    return clean(text_of(value))[0]


_TEXTS = (
    "id", "name", "given_name", "family_name", "honorific_prefix", "honorific_suffix", "suffix", "gender",
    "email",
)  # fmt: skip
"""Fields of a person that are one text each, in Popolo as with Open States."""


def named(label: str, person: Mapping[str, Any], place: Place, findings: ProblemList) -> bool:
    """Whether a person has a name, in fields that are text; else it is told."""
    wrong = [key for key in _TEXTS if isinstance(person.get(key), dict | list | bool)]
    if not wrong and any(text_of(person.get(key)) for key in ("name", "given_name", "family_name")):
        return True
    fault = f"{' and '.join(wrong)} should be text, and is not" if wrong else "there is no name"
    findings.add(
        Problem(
            "person-name",
            f"{label}: {fault}; the person is left out",
            place,
            "correct the data, or fetch it anew",
        )
    )
    return False


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list; none where it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def whole_day(value: Any) -> date | None:
    """A day of the data; None where it gives only a year or month, or nothing."""
    try:
        return date.fromisoformat(text_of(value)[:10])
    except ValueError:
        return None


def last_day(value: Any) -> date | None:
    """The last day of `2026-05-04`, `2026-05` or `2026`; None for nothing and for what is no date."""
    text = text_of(value)[:10]
    try:
        if len(text) == 4:
            return date(int(text), 12, 31)
        if len(text) == 7:
            year, month = int(text[:4]), int(text[5:])
            return date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)
        return date.fromisoformat(text)
    except ValueError:
        return None


def span(start: Any, end: Any) -> tuple[str, str]:
    """Sorts what is held longest, and then what began last, to the end."""
    return text_of(end) or _ALWAYS, text_of(start)


def role_in_committee(title: str) -> str:
    """Chairman, Chairwoman and Chair are one role here; Ex Officio is a member."""
    lower = title.lower()
    # A cochairman is not the chairman of the forms of address, who is one person.
    if "vice" in lower or lower.startswith(("cochair", "co-chair")):
        return "vice-chair"
    if "chair" in lower or lower in ("president", "convener", "convenor"):
        return "chair"
    return "ranking" if lower.startswith("ranking") else "member"


def deceased(label: str, died: Any, place: Place, findings: ProblemList) -> bool:
    """Whether a person has died, which is said."""
    if not text_of(died):
        return False
    findings.add(
        Problem(
            "recipient-deceased",
            f"{label} has died ({shown_of(died)}) and is left out",
            place,
            severity="warning",
        )
    )
    return True

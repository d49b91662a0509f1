"""Parse import options: filters (`--where`), mappings (`--map`, `--mapping`) and defaults (`--set`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, UsageError, suggest_similar
from briefgen.model.recipient import Recipient
from briefgen.recipients.schema import COLUMNS_BY_NAME
from briefgen.recipients.table import ColumnMapping
from briefgen.system.yaml_reader import parse_yaml, read_text_file

_ITEM_FILTERS = {"committee": "committees", "tag": "tags"}
"""Names in a filter for single items of columns that contain several."""


@dataclass(frozen=True, slots=True)
class RecipientFilter:
    """One condition of `--where`."""

    column: str
    values: tuple[str, ...]
    negated: bool

    def matches(self, recipient: Recipient) -> bool:
        """Return whether the recipient has one of the values, or none of them if negated."""
        found = {text.casefold() for text in _filter_values(recipient, self.column)}
        return bool(found & set(self.values)) is not self.negated

    def check_column(self, recipients: Sequence[Recipient]) -> None:
        """Raise UsageError if no recipient has the column."""
        known = {
            *COLUMNS_BY_NAME,
            *_ITEM_FILTERS,
            *(name for recipient in recipients for name in recipient.extra),
        }
        if self.column not in known:
            raise UsageError(
                Problem(
                    "where-column",
                    f"unknown column {self.column!r}",
                    None,
                    suggest_similar(self.column, known),
                )
            )


def _filter_values(recipient: Recipient, column: str) -> list[str]:
    if column in ("committee", "committees"):
        return [text for item in recipient.committees for text in (item.id, f"{item.id}:{item.role}")]
    if column in ("tag", "tags"):
        return list(recipient.tags)
    if column in COLUMNS_BY_NAME:
        return [COLUMNS_BY_NAME[column].format(getattr(recipient, column) or "")]
    return [recipient.extra.get(column, "")]


def parse_filter(text: str) -> RecipientFilter:
    """Parse one `--where` option; raise UsageError if it is malformed."""
    name, sign, value = text.partition("!=") if "!=" in text else text.partition("=")
    if not sign or not name.strip():
        raise UsageError(
            Problem("where-pair", f"{text!r} is not a filter", None, "write for example chamber=senate")
        )
    return RecipientFilter(
        name.strip(), tuple(part.strip().casefold() for part in value.split(",")), negated=sign == "!="
    )


def parse_column_mapping(
    pairs: Iterable[str], file: Path | None, defaults: Iterable[str], header_row: int = 0
) -> ColumnMapping:
    """Combine `Surname=family` pairs, a mapping file and `office=uk-mp` defaults into a column mapping.

    Raise UsageError or BriefgenError if a pair, the file or one of our column names is invalid.
    """
    headers = {
        **_read_mapping_file(file),
        **dict(_split_pair(text, "map-pair", "Surname=family") for text in pairs),
    }
    filled = dict(_split_pair(text, "set-pair", "office=uk-mp") for text in defaults)
    for column in (*headers.values(), *filled):
        near = suggest_similar(column, COLUMNS_BY_NAME)
        if (
            column
            and column not in COLUMNS_BY_NAME
            and (column in filled or (near and near.startswith("did you mean")))
        ):
            raise UsageError(Problem("map-column", f"unknown column {column!r}", None, near))
    return ColumnMapping(headers, filled, header_row)


def _split_pair(text: str, code: str, example: str) -> tuple[str, str]:
    left, sign, right = text.rpartition("=") if code == "map-pair" else text.partition("=")
    if not sign or not left.strip():
        raise UsageError(Problem(code, f"{text!r} is not a pair", None, f"write for example {example}"))
    return left.strip(), right.strip()


def _read_mapping_file(file: Path | None) -> Mapping[str, str]:
    if file is None:
        return {}
    problems = ProblemList()
    display_name = str(file)
    parsed = parse_yaml(read_text_file(file, display_name), display_name, problems)
    problems.raise_errors()
    if parsed is None or not isinstance(parsed.data, dict):
        raise BriefgenError(
            Problem("map-file", "lines like `Surname: family` are expected", Place(display_name, 1))
        )
    wrong = [key for key, value in parsed.data.items() if value is not None and not isinstance(value, str)]
    if wrong:
        raise BriefgenError(
            Problem(
                "map-file",
                f"{wrong[0]!r} must be mapped to one column name",
                parsed.places.get((wrong[0],), Place(display_name)),
            )
        )
    return {key: value or "" for key, value in parsed.data.items()}

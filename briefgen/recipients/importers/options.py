"""Parse import options: filters (`--where`), mappings (`--map`, `--mapping`) and defaults (`--set`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from briefgen.errors import Problem, UsageError, suggest_similar
from briefgen.model.recipient import Recipient
from briefgen.recipients.mappings import HeaderMapping, read_mapping, ready_mappings
from briefgen.recipients.schema import COLUMNS_BY_NAME
from briefgen.recipients.table import ColumnMapping

NO_KEPT_MAPPING = HeaderMapping()
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
    pairs: Iterable[str],
    mapping: str,
    defaults: Iterable[str],
    header_row: int = 0,
    kept: HeaderMapping = NO_KEPT_MAPPING,
) -> ColumnMapping:
    """Combine `Surname=family` pairs, a mapping and `office=uk-mp` defaults into a column mapping.

    `mapping` is the path of a mapping file or the name of a ready one, `kept` the mapping of the last import.
    Raise UsageError or BriefgenError if a pair, the file or one of our column names is invalid.
    """
    written = _find_mapping(mapping)
    headers = {
        **(written.headers if mapping not in ready_mappings() else {}),
        **dict(_split_pair(text, "map-pair", "Surname=family") for text in pairs),
    }
    filled = {
        **written.defaults,
        **dict(_split_pair(text, "set-pair", "office=uk-mp") for text in defaults),
    }
    for column in (*headers.values(), *filled):
        near = suggest_similar(column, COLUMNS_BY_NAME)
        if (
            column
            and column not in COLUMNS_BY_NAME
            and (column in filled or (near and near.startswith("did you mean")))
        ):
            raise UsageError(Problem("map-column", f"unknown column {column!r}", None, near))
    ready = written.headers if mapping in ready_mappings() else {}
    return ColumnMapping(
        headers, filled, header_row, kept={**ready, **kept.headers}, kept_defaults=kept.defaults
    )


def _find_mapping(mapping: str) -> HeaderMapping:
    """Return the mapping of another program, or read a mapping file; an empty one without a name."""
    if mapping in ready_mappings():
        return ready_mappings()[mapping]
    return read_mapping(Path(mapping), mapping) if mapping else HeaderMapping()


def _split_pair(text: str, code: str, example: str) -> tuple[str, str]:
    left, sign, right = text.rpartition("=") if code == "map-pair" else text.partition("=")
    if not sign or not left.strip():
        raise UsageError(Problem(code, f"{text!r} is not a pair", None, f"write for example {example}"))
    return left.strip(), right.strip()

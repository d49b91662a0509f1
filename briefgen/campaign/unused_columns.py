"""Warn of columns of a list that no letter uses, so that nothing written for a recipient is lost silently."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from briefgen.campaign.loader import CampaignFiles
from briefgen.errors import Place, Problem, ProblemList, StorageError
from briefgen.library.folders import built_in_templates
from briefgen.model.recipient import Recipient
from briefgen.recipients.foreign_words import fold_words, header_words
from briefgen.recipients.mappings import KEPT_MAPPING
from briefgen.recipients.schema import COLUMNS_BY_NAME, LETTER_COLUMNS
from briefgen.system.files import read_limited_bytes

_MAX_BYTES = 1_000_000
_TEXTS = {".j2", ".md", ".html", ".txt", ".yaml", ".yml"}
_ALL_FIELDS = re.compile(r"\bfields\s*(?:\.\s*(?:items|keys|values)\b|\||%\}|\}\})")
"""A template that goes through all columns."""
_NUMBERED = re.compile(r"_\d+$")


def warn_about_unused_columns(
    files: CampaignFiles, recipients: Iterable[Recipient], mapped: Iterable[str]
) -> Iterator[Problem]:
    """Yield a warning for each list with columns that are filled and used by no template and no rule.

    `mapped` are headers that stand for columns of ours. A header that is in the text of a template or of the
    campaign file counts as used. Letters of grouped rows have a table of all columns, if none are named.
    """
    group_by = files.config.group_by if files.config else None
    if group_by and not group_by.table:
        return
    known = {*LETTER_COLUMNS, *mapped}
    filled: dict[str, dict[str, None]] = {}
    for recipient in recipients:
        for header, text in recipient.extra.items():
            if text and header not in known and not _is_column(header):
                file = recipient.place.file if recipient.place else ""
                filled.setdefault(file, {})[header] = None
    if not filled:
        return
    texts = list(_read_texts(files))
    if any(_ALL_FIELDS.search(text) for text in texts):
        return
    for file, headers in filled.items():
        if unused := [header for header in headers if not any(header in text for text in texts)]:
            names = ", ".join(repr(header) for header in unused)
            yield Problem(
                "columns-unused",
                f"no letter uses {names}",
                Place(file) if file else None,
                "print such a column in a template (fields.NAME), or import the list with --map",
                severity="warning",
            )


def _is_column(header: str) -> bool:
    plain = _NUMBERED.sub("", header)
    return plain in COLUMNS_BY_NAME or fold_words(header) in header_words()


def _read_texts(files: CampaignFiles) -> Iterator[str]:
    """Yield the texts that can name a column: the campaign's own files, and the built-in templates."""
    unreadable = ProblemList()
    for folder, under in (
        (files.folder, "."),
        (files.folder, "templates"),
        (built_in_templates(), "templates"),
    ):
        pattern = "*" if under == "." else "**/*"
        for path, name in folder.find_files(under, pattern, unreadable):
            if path.suffix in _TEXTS and path.name != KEPT_MAPPING:
                try:
                    yield read_limited_bytes(path, name, _MAX_BYTES).decode("utf-8", "replace")
                except StorageError:
                    continue

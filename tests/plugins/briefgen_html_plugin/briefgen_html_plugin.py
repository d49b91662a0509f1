"""A plug-in for briefgen: letters as web pages, and contacts in JSON lines as recipients."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from briefgen import (
    Document,
    Format,
    Importer,
    ImportOptions,
    ImportResult,
    Place,
    Problem,
    RendererFactory,
    Rendering,
)
from briefgen.errors import ProblemList
from briefgen.recipients.table import Table, TableRow, build_recipients


@dataclass(frozen=True, slots=True)
class HtmlRenderer:
    """Renders a document as a web page; the document is HTML already."""

    def render(self, document: Document) -> Rendering:
        page = (
            f'<!DOCTYPE html>\n<html lang="{escape(document.language)}">\n'
            f'<head><meta charset="utf-8"><title>{escape(document.title)}</title></head>\n'
            f"<body>\n{document.html}\n</body>\n</html>\n"
        )
        return Rendering(page.encode(), None)


def create_renderer(factory: RendererFactory) -> HtmlRenderer:
    return HtmlRenderer()


HTML = Format("html", "text/html", create_renderer)

COLUMNS = {"name": "name", "role": "office", "town": "locality", "country": "country"}
"""Our column for each key of a contact."""


def read_contacts(
    paths: Sequence[Path], options: ImportOptions, offices: Collection[str], problems: ProblemList
) -> list[ImportResult]:
    results = []
    for path in paths:
        rows = [TableRow(1, 1, tuple(COLUMNS.values()))]
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            try:
                contact = json.loads(line)
            except ValueError:
                problems.add(Problem("recipient-value", "this is not JSON", Place(str(path), number)))
                continue
            rows.append(TableRow(number, number, tuple(contact.get(key, "") for key in COLUMNS)))
        recipients = build_recipients(
            Table(str(path), rows), problems, offices=offices, columns=options.columns
        )
        results.append(ImportResult(recipients))
    return results


CONTACTS = Importer(
    "contacts",
    "Import contacts from JSON lines with name, role, town and country.",
    read_contacts,
    "Files with a JSON object on each line.",
    frozenset({"set"}),
)

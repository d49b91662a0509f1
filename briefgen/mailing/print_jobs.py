"""Letters as print jobs of their own, and as an archive for the web form of a print shop."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from briefgen.address.postal import is_abroad
from briefgen.campaign.open import Campaign
from briefgen.errors import BriefgenError, Problem
from briefgen.model.recipient import Recipient
from briefgen.model.text import escape_formulas

ZIP_FILE = "letters.zip"
LIST_FILE = "letters.csv"
MAX_ZIP_BYTES = 500_000_000
"""No web form takes a larger archive."""
_HEADERS = ("File", "Id", "Name", "Pages", "Sheets", "FirstPage", "Abroad", "PostalCode", "Country")
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The date of every file in an archive, so that the same letters give the same archive."""


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One letter with its enclosures, to be printed."""

    recipient: Recipient
    file_name: str
    pages: int
    """With those of its enclosures, and blank ones."""
    first_page: int = 1
    """Counted from 1, in its file."""


def build_job_list(jobs: Sequence[PrintJob], campaign: Campaign, *, duplex: bool) -> bytes:
    """Return a table in CSV of print jobs: what is in which file, and to whom it goes, line by line.

    The first page of a letter is the one for letterhead paper.
    """
    addresses = [campaign.composer.address(job.recipient).lines for job in jobs]
    width = max(map(len, addresses), default=0)
    table = [[*_HEADERS, *(f"Line{number}" for number in range(1, width + 1))]]
    for job, lines in zip(jobs, addresses, strict=True):
        recipient = job.recipient
        home = campaign.composer.for_recipient(recipient).campaign.sender.country
        sheets = -(-job.pages // 2) if duplex else job.pages
        table.append(
            [
                *(job.file_name, recipient.id, campaign.composer.address(recipient).name),
                *(str(job.pages), str(sheets), str(job.first_page)),
                "yes" if is_abroad(recipient.country, home) else "no",
                *(recipient.postal_code, recipient.country or home),
                *lines,
                *[""] * (width - len(lines)),
            ]
        )
    text = io.StringIO(newline="")
    csv.writer(text).writerows([escape_formulas(cell) for cell in row] for row in table)
    return text.getvalue().encode("utf-8-sig")


def build_archive(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return files as a ZIP archive; the same files give the same archive.

    Raise BriefgenError if it would be larger than MAX_ZIP_BYTES.
    """
    target, size = io.BytesIO(), 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name, data in files:
            size += len(data)
            if size > MAX_ZIP_BYTES:
                raise BriefgenError(
                    Problem(
                        "zip-large",
                        f"the archive would have more than {MAX_ZIP_BYTES // 1_000_000} MB",
                        None,
                        "give the print shop the files of --separate in parts, or letters.pdf",
                    )
                )
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return target.getvalue()

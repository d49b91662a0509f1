"""Running numbers of letters, for references such as `EC/{year}/{number}`: each recipient keeps theirs.

They are in a file beside campaign.yaml, because nothing else would stay the same when rows are added,
moved or removed. A number is never given twice.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from briefgen.compose.patterns import NUMBER_FIELD, list_fields
from briefgen.errors import BriefgenError, Place, Problem, ProblemList, StorageError
from briefgen.library.folders import LibraryFolder
from briefgen.model.campaign import CampaignConfig
from briefgen.model.recipient import Recipient
from briefgen.model.text import escape_formulas, unescape_formulas
from briefgen.system.files import atomic_write
from briefgen.system.yaml_reader import read_text_file

NUMBERS_FILE = "reference-numbers.csv"
"""In the campaign's folder; written by the commands that make letters."""
_HEADER = ["recipient", "number"]


def uses_numbers(campaign: CampaignConfig) -> bool:
    """Return whether a pattern of the campaign contains the running number."""
    letter = campaign.letter
    references = [letter.reference, *(words.reference for words in campaign.translations.values())]
    patterns = [*references, letter.web_address, campaign.email.subject, campaign.output.file_names]
    return any(NUMBER_FIELD in list_fields(pattern) for pattern in patterns)


def assign_numbers(
    campaign: CampaignConfig, folder: LibraryFolder, recipients: Iterable[Recipient], problems: ProblemList
) -> tuple[Recipient, ...]:
    """Return the recipients with their numbers: those in the file, and the next ones for new recipients.

    Errors in the file are added to `problems`.
    """
    if not uses_numbers(campaign):
        return tuple(recipients)
    path = folder.find_file(NUMBERS_FILE, problems)
    numbers: dict[str, int] = {}
    if path is not None:
        try:
            numbers = read_numbers(path, folder.display_path(NUMBERS_FILE))
        except BriefgenError as error:
            problems.extend(error.problems)
    following = max([campaign.letter.first_number, *(number + 1 for number in numbers.values())])
    numbered = []
    for recipient in recipients:
        if recipient.id not in numbers:
            numbers[recipient.id], following = following, following + 1
        numbered.append(replace(recipient, number=str(numbers[recipient.id])))
    return tuple(numbered)


def read_numbers(path: Path, name: str) -> dict[str, int]:
    """Return the numbers in a file, by recipient; raise BriefgenError with every line that is wrong."""
    found: dict[str, int] = {}
    owners: dict[int, str] = {}
    problems = ProblemList()
    rows = csv.reader(io.StringIO(read_text_file(path, name), newline=""))
    for row in rows:
        if not any(cell.strip() for cell in row) or (rows.line_num == 1 and row[:2] == _HEADER):
            continue
        owner, number = unescape_formulas(row[0].strip()), row[1].strip() if len(row) > 1 else ""
        if not (owner and number.isascii() and number.isdecimal() and 0 < len(number) < 10):
            message, hint = "is not a recipient's id and a number", "write for example ada-lee,17"
        elif int(number) in owners and owners[int(number)] != owner:
            message = f"the number {number} is that of {owners[int(number)]!r} already"
            hint = "give each recipient a number of their own"
        elif found.get(owner, int(number)) != int(number):
            message, hint = f"{owner!r} has another number above", "remove one of the two"
        else:
            found[owner], owners[int(number)] = int(number), owner
            continue
        problems.add(Problem("numbers-file", message, Place(name, rows.line_num), hint))
    problems.raise_errors()
    return found


def keep_numbers(campaign: CampaignConfig, folder: Path, recipients: Iterable[Recipient]) -> None:
    """Write the recipients' numbers beside those that the file has; raise StorageError if that fails."""
    if not uses_numbers(campaign):
        return
    path = folder / NUMBERS_FILE
    kept: Mapping[str, int] = read_numbers(path, NUMBERS_FILE) if path.is_file() else {}
    wanted = dict(kept) | {one.id: int(one.number) for one in recipients if one.number}
    if wanted == kept:
        return
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_HEADER)
    for owner, number in sorted(wanted.items(), key=lambda item: item[1]):
        writer.writerow([escape_formulas(owner), number])
    try:
        with atomic_write(path) as file:
            file.write(text.getvalue().encode())
    except OSError as error:
        message = f"the letters' numbers cannot be kept: {error.strerror or error}"
        hint = "without this file the next run would number the letters otherwise; make the folder writable"
        raise StorageError(Problem("numbers-unkept", message, Place(str(path)), hint)) from None

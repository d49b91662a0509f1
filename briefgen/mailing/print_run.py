"""Prepare a campaign's print run: all letters in one PDF, envelopes and labels, in postal order.

`build_print_files` decides what goes into which file, and `write_files` writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from briefgen.address.postal import format_country_line, is_abroad
from briefgen.batch.outputs.files import write_output_files
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.preview import REASON_TEXTS, preview_batch
from briefgen.batch.storage_errors import storage_error
from briefgen.batch.tasks import BatchJob
from briefgen.campaign.job import create_letter_job
from briefgen.campaign.open import Campaign
from briefgen.compose.boilerplate import letter_paper_size
from briefgen.compose.composer import Composer
from briefgen.compose.copyholders import Copyholder, list_copyholders
from briefgen.errors import BriefgenError, Problem, abbreviate_names, quantity
from briefgen.mailing.enclosures import EnclosureReader
from briefgen.mailing.envelopes_labels import (
    Envelope,
    LabelSheet,
    Mailpiece,
    PrintPage,
    Rectangle,
    lay_out_envelopes,
    lay_out_labels,
    lay_out_line,
    render_print_pages,
)
from briefgen.mailing.file_name_patterns import name_letter_files
from briefgen.mailing.pdf_merge import PdfPart, merge_pdfs
from briefgen.mailing.print_jobs import (
    LIST_FILE,
    ZIP_FILE,
    PrintJob,
    build_archive,
    build_job_list,
)
from briefgen.model.campaign import CampaignConfig
from briefgen.model.recipient import Recipient
from briefgen.recipients.validation import has_postal_address

LETTERS_FILE = "letters.pdf"
PAPER_MM = {"a4": (210.0, 297.0), "us-letter": (215.9, 279.4)}
"""Width and height of the paper of letters."""
_MARK_TOP_MM, _MARK_RIGHT_MM, _MARK_WIDTH_MM = 7.0, 20.0, 120.0
"""Where a copy is marked as such: above the letterhead, and within what printers can print."""
MAX_NAMED_RECIPIENTS = 5
"""Recipients listed in a message; the others are counted."""


@dataclass(frozen=True, slots=True)
class FinishedLetter:
    """One recipient's letter, in every format requested."""

    recipient: Recipient
    files: tuple[tuple[str, Path], ...]
    """Format and file."""


def find_finished_letters(job: BatchJob, out: Path) -> list[FinishedLetter]:
    """Return the letters to all recipients of a batch, in the batch's order.

    Raise BriefgenError if any has not been made yet, was edited by hand or would come out differently today:
    a mailing is complete or not printed at all.
    """
    folder = FolderOutput(out)
    preview = preview_batch(job, folder)
    unfinished: dict[str, list[str]] = {}
    for letter in preview.letters:
        if letter.state != "unchanged":
            unfinished.setdefault(letter.why, []).append(letter.recipient)
    if unfinished:
        raise BriefgenError(_unfinished_letters_problem(reason, ids) for reason, ids in unfinished.items())
    files: dict[str, list[tuple[str, Path]]] = {}
    for letter in preview.letters:
        files.setdefault(letter.recipient, []).append((letter.format, folder.letters_folder / letter.file))
    return [
        FinishedLetter(recipient, tuple(files[recipient.id]))
        for recipient in job.recipients
        if recipient.id in files
    ]


def _unfinished_letters_problem(reason: str, recipient_ids: Iterable[str]) -> Problem:
    ids = list(dict.fromkeys(recipient_ids))
    named = abbreviate_names(ids, MAX_NAMED_RECIPIENTS)
    letters = "1 letter is" if len(ids) == 1 else f"{len(ids)} letters are"
    return Problem(
        "letter-unfinished",
        f"{letters} not ready to send: {REASON_TEXTS[reason]} ({named})",
        None,
        "run briefgen batch first",
    )


def sort_in_postal_order(recipients: Iterable[Recipient], home: str) -> list[Recipient]:
    """Sort recipients by country, postal code and locality, as postal services sort and price bulk mail.

    Letters within the sender's country (`home`, ISO 3166-1 alpha-2) come first. Numbers within a postal code
    compare by value, so `E2` precedes `E10`; recipients without a code follow those who have one.
    """

    def sort_key(recipient: Recipient) -> tuple[object, ...]:
        country = recipient.country or home
        code = recipient.postal_code.upper()
        return (
            country != home,
            country,
            not code,
            tuple((not part.isdecimal(), part.zfill(12)) for part in re.findall(r"\d+|[^\W\d]+", code)),
            recipient.locality.casefold(),
            (recipient.family or recipient.name).casefold(),
            recipient.id,
        )

    return sorted(recipients, key=sort_key)


def merge_letter_pdfs(
    letters: Sequence[FinishedLetter], campaign: Campaign, *, duplex: bool
) -> tuple[bytes, list[PrintJob]]:
    """Merge the letters' PDFs in the order given, each before its enclosures, with bookmarks.

    Return the file, and where each letter is in it. Raise BriefgenError if an enclosure cannot be read.
    """
    reader = EnclosureReader(campaign)
    parts = [_list_parts(letter, campaign, reader) for letter in letters]
    starts: list[int] = []
    target = BytesIO()
    joined = [part for of_letter in parts for part in of_letter]
    pages = merge_pdfs(joined, campaign.config.title, target, duplex=duplex, starts=starts)
    starts.append(pages)
    jobs, index = [], 0
    for letter, of_letter in zip(letters, parts, strict=True):
        first, index = starts[index], index + len(of_letter)
        jobs.append(PrintJob(letter.recipient, LETTERS_FILE, starts[index] - first, first + 1))
    return target.getvalue(), jobs


def _list_parts(letter: FinishedLetter, campaign: Campaign, reader: EnclosureReader) -> list[PdfPart]:
    """Return what is printed of a letter: itself, and its enclosures."""
    recipient = letter.recipient
    name = campaign.composer.address(recipient).name
    place = " ".join(part for part in (recipient.postal_code, recipient.locality) if part)
    bookmark = ", ".join(part for part in (place, name) if part)
    enclosures = [PdfPart(one.data, enclosure=one.name) for one in reader.read(recipient) if one.is_pdf]
    return [PdfPart(dict(letter.files)["pdf"], bookmark), *enclosures]


def build_print_jobs(campaign: Campaign, output_folder: Path, *, duplex: bool) -> Iterator[OutputFile]:
    """Yield each letter with its enclosures as a PDF of its own, in postal order, then a list of them.

    Raise BriefgenError if a letter is not ready, or an enclosure cannot be read.
    """
    letters = _find_posted_letters(campaign, output_folder)
    names = name_letter_files([letter.recipient for letter in letters], campaign.config)
    reader, jobs = EnclosureReader(campaign), []
    for letter, name in zip(letters, names, strict=True):
        target = BytesIO()
        parts = _list_parts(letter, campaign, reader)
        pages = merge_pdfs(parts, campaign.config.title, target, duplex=duplex and len(parts) > 1)
        jobs.append(PrintJob(letter.recipient, f"{name}.pdf", pages))
        yield OutputFile(jobs[-1].file_name, target.getvalue(), letter.recipient.id)
    data = build_job_list(jobs, campaign, duplex=duplex)
    yield OutputFile(LIST_FILE, data, f"a list of {quantity(len(jobs), 'letter')}")


def _build_word_files(campaign: Campaign, output_folder: Path, *, duplex: bool) -> Iterator[OutputFile]:
    """Yield the letters in postal order as one Word file, or one for each set of styles, as of a language."""
    from briefgen.mailing.word_merge import group_alike, merge_word_files

    letters = _find_posted_letters(campaign, output_folder, "docx")
    groups = group_alike(dict(letter.files)["docx"].read_bytes() for letter in letters)
    for number, files in enumerate(groups, 1):
        name = "letters.docx" if number == 1 else f"letters-{number}.docx"
        data = merge_word_files(files, campaign.config.title, duplex=duplex)
        yield OutputFile(name, data, quantity(len(files), "letter"))


def _find_posted_letters(
    campaign: Campaign, output_folder: Path, format: str = "pdf"
) -> list[FinishedLetter]:
    """Return the finished letters that go by post, in postal order, or raise BriefgenError."""
    recipients = sort_in_postal_order(posted_recipients(campaign), campaign.config.sender.country)
    finished = find_finished_letters(create_letter_job(campaign, (format,), recipients), output_folder)
    by_recipient = {letter.recipient.id: letter for letter in finished}
    return [by_recipient[one.id] for one in recipients if one.id in by_recipient]


def list_copies(
    letters: Iterable[FinishedLetter], campaign: Campaign
) -> dict[Copyholder, list[FinishedLetter]]:
    """Return the letters of which a copy is printed, by who receives it: those with an address."""
    copies: dict[Copyholder, list[FinishedLetter]] = {}
    for letter in letters:
        words = campaign.composer.for_recipient(letter.recipient).campaign.letter
        for holder in list_copyholders(letter.recipient, words):
            if holder.lines:
                copies.setdefault(holder, []).append(letter)
    return copies


def merge_copies(
    copies: Mapping[Copyholder, Sequence[FinishedLetter]], campaign: Campaign, *, duplex: bool
) -> tuple[bytes, int]:
    """Merge the copies of letters, those of each copyholder together, marked as copies on their first page.

    Return the file and its page count. A copy is the letter as it was sent, without its enclosures.
    """
    config = campaign.config
    each = [(holder, letter) for holder, letters in copies.items() for letter in letters]
    marks = _render_marks(each, campaign)
    parts = [
        PdfPart(
            dict(letter.files)["pdf"],
            f"{holder.name}: {campaign.composer.address(letter.recipient).name}",
            mark=marks[holder, letter.recipient.id],
        )
        for holder, letter in each
    ]
    target = BytesIO()
    pages = merge_pdfs(parts, config.title, target, duplex=duplex)
    return target.getvalue(), pages


def _render_marks(
    copies: Iterable[tuple[Copyholder, FinishedLetter]], campaign: Campaign
) -> dict[tuple[Copyholder, str], bytes]:
    """Return the line at the head of each copy, as a PDF of one page, by copyholder and recipient."""
    width, height = PAPER_MM[letter_paper_size(campaign.config.letter)]
    area = Rectangle(width - _MARK_RIGHT_MM - _MARK_WIDTH_MM, _MARK_TOP_MM, _MARK_WIDTH_MM, 5.0)
    rendered: dict[str, bytes] = {}
    marks = {}
    for holder, letter in copies:
        words = campaign.composer.for_recipient(letter.recipient).words()
        text = words.fill("copy_for", name=holder.name)
        if text not in rendered:
            page = lay_out_line(text, area, width, height)
            (rendered[text],) = render_print_pages([page], campaign.config.title, campaign.config.language)
        marks[holder, letter.recipient.id] = rendered[text]
    return marks


def build_copy_mailpieces(
    copies: Iterable[Copyholder], campaign: CampaignConfig, *, with_sender: bool = True
) -> list[Mailpiece]:
    """Return the addresses of those who receive copies, as they are written in the campaign or the list."""
    sender = campaign.sender
    return_address = (sender.organisation, *sender.address) if with_sender else ()
    return [
        Mailpiece(
            (holder.name, *holder.lines), holder.name, campaign.locate("letter", "copies"), return_address
        )
        for holder in dict.fromkeys(copies)
    ]


def build_mailpieces(
    recipients: Sequence[Recipient],
    composer: Composer,
    *,
    with_sender: bool = True,
) -> list[Mailpiece]:
    """Return the addresses as printed in the letters; `with_sender` adds the sender's, for envelopes."""
    mailpieces = []
    for recipient in recipients:
        sender = composer.for_recipient(recipient).campaign.sender
        domestic = (sender.organisation, *sender.address)
        abroad = is_abroad(recipient.country, sender.country)
        return_address = (*domestic, format_country_line(sender.country)) if abroad else domestic
        mailpieces.append(
            Mailpiece(
                composer.address(recipient).lines,
                recipient.id,
                recipient.place,
                return_address if with_sender else (),
            )
        )
    return mailpieces


def build_address_pdf(pages: Sequence[PrintPage], campaign: CampaignConfig) -> bytes:
    """Render envelopes or label sheets as one PDF."""
    rendered = render_print_pages(pages, campaign.title, campaign.language)
    target = BytesIO()
    merge_pdfs((PdfPart(piece) for piece in rendered), campaign.title, target)
    return target.getvalue()


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file for the output folder, not yet written."""

    name: str
    data: bytes
    contents: str
    """What it holds, in words; of a draft, the recipient's id."""


def note_names(files: Iterable[OutputFile], names: list[str]) -> Iterator[OutputFile]:
    """Yield files, and add their names to a list on the way."""
    for file in files:
        names.append(file.name)
        yield file


def write_files(
    campaign: CampaignConfig, output_folder: Path, subfolder: str, files: Iterable[OutputFile]
) -> list[str]:
    """Write files; return where those that somebody had edited by hand were moved, in the output folder."""
    FolderOutput(output_folder).claim(campaign.id, record=True)
    target = output_folder / subfolder
    try:
        return write_output_files(output_folder, ((target / file.name, file.data) for file in files))
    except OSError as error:
        raise storage_error("a file cannot be written", error, target) from None


@dataclass(frozen=True, slots=True)
class PrintOptions:
    """What a print run consists of."""

    letters: bool = True
    duplex: bool = False
    """Begin each letter on a new sheet."""
    listed: bool = False
    """List where each letter begins."""
    word: bool = False
    """Add the letters as one Word file."""
    archive: bool = False
    """Add an archive with a file for each letter, for the web form of a print shop."""
    envelope: Envelope | None = None
    with_sender: bool = True
    """Print the sender's address on envelopes."""
    labels: LabelSheet | None = None
    first_label: int = 1
    """Counted from 1: earlier labels of the first sheet have been used."""
    right: float = 0.0
    down: float = 0.0
    """Millimetres by which labels are moved, to suit the printer."""


def _build_letter_files(
    campaign: Campaign, output_folder: Path, options: PrintOptions
) -> Iterator[OutputFile]:
    """Yield the letters in postal order, the list and the archive of them, and the copies."""
    letters = _find_posted_letters(campaign, output_folder)
    data, jobs = merge_letter_pdfs(letters, campaign, duplex=options.duplex)
    pages = sum(job.pages for job in jobs)
    contents = f"{quantity(len(letters), 'letter')}, {quantity(pages, 'page')}"
    yield OutputFile(LETTERS_FILE, data, contents)
    if options.listed:
        data = build_job_list(jobs, campaign, duplex=options.duplex)
        yield OutputFile(LIST_FILE, data, "where each letter begins")
    if options.archive:
        built = build_print_jobs(campaign, output_folder, duplex=options.duplex)
        data = build_archive((file.name, file.data) for file in built)
        yield OutputFile(ZIP_FILE, data, f"{quantity(len(letters), 'letter')}, and a list of them")
    if options.word:
        yield from _build_word_files(campaign, output_folder, duplex=options.duplex)
    if copies := list_copies(letters, campaign):
        data, pages = merge_copies(copies, campaign, duplex=options.duplex)
        count = quantity(sum(map(len, copies.values())), "copy", "copies")
        yield OutputFile("copies.pdf", data, f"{count}, {quantity(pages, 'page')}")


def posted_recipients(campaign: Campaign) -> list[Recipient]:
    """Return the recipients whose letters go by post: those with a postal address."""
    return [recipient for recipient in campaign.recipients if has_postal_address(recipient)]


def build_print_files(campaign: Campaign, output_folder: Path, options: PrintOptions) -> list[OutputFile]:
    """Build the files of a print run from a campaign's finished letters.

    Raise BriefgenError if a letter is not ready, or an address does not fit.
    """
    config = campaign.config
    recipients = sort_in_postal_order(posted_recipients(campaign), config.sender.country)
    files: list[OutputFile] = []
    holders = list(list_copies((FinishedLetter(one, ()) for one in recipients), campaign))
    if options.letters:
        files += _build_letter_files(campaign, output_folder, options)
    mailpieces = build_mailpieces(recipients, campaign.composer, with_sender=options.with_sender)
    mailpieces += build_copy_mailpieces(holders, config, with_sender=options.with_sender)
    if envelope := options.envelope:
        print_pages = lay_out_envelopes(mailpieces, envelope)
        data = build_address_pdf(print_pages, config)
        name = f"envelopes-{envelope.name}.pdf"
        files.append(OutputFile(name, data, quantity(len(print_pages), "envelope")))
    if sheet := options.labels:
        print_pages = lay_out_labels(
            mailpieces, sheet, first=options.first_label, right=options.right, down=options.down
        )
        data = build_address_pdf(print_pages, config)
        contents = f"{quantity(len(mailpieces), 'label')}, {quantity(len(print_pages), 'sheet')}"
        files.append(OutputFile(f"labels-{sheet.name}.pdf", data, contents))
    return files

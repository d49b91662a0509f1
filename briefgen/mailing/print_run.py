"""Prepare a campaign's print run: all letters in one PDF, envelopes and labels, in postal order.

`build_print_files` decides what goes into which file, and `write_files` writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from briefgen.address.address import address_recipient
from briefgen.address.forms_of_address import FormsOfAddress
from briefgen.address.postal import format_country_line, is_abroad
from briefgen.batch.outputs.files import write_output_files
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.preview import REASON_TEXTS, preview_batch
from briefgen.batch.storage_errors import storage_error
from briefgen.batch.tasks import BatchJob
from briefgen.campaign.job import create_letter_job
from briefgen.campaign.open import Campaign
from briefgen.errors import BriefgenError, Problem, abbreviate_names, quantity
from briefgen.mailing.envelopes_labels import (
    Envelope,
    LabelSheet,
    Mailpiece,
    PrintPage,
    lay_out_envelopes,
    lay_out_labels,
    render_print_pages,
)
from briefgen.mailing.pdf_merge import PdfPart, merge_pdfs
from briefgen.model.campaign import CampaignConfig
from briefgen.model.recipient import Recipient

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
    letters: Sequence[FinishedLetter], campaign: CampaignConfig, forms: FormsOfAddress, *, duplex: bool
) -> tuple[bytes, int]:
    """Merge the letters' PDFs in the order given, with bookmarks; return the file and its page count."""
    parts = []
    for letter in letters:
        recipient = letter.recipient
        name = address_recipient(recipient, forms, sender_country=campaign.sender.country).name
        place = " ".join(part for part in (recipient.postal_code, recipient.locality) if part)
        parts.append(PdfPart(dict(letter.files)["pdf"], ", ".join(part for part in (place, name) if part)))
    target = BytesIO()
    pages = merge_pdfs(parts, campaign.title, target, duplex=duplex)
    return target.getvalue(), pages


def build_mailpieces(
    recipients: Sequence[Recipient],
    campaign: CampaignConfig,
    forms: FormsOfAddress,
    *,
    with_sender: bool = True,
) -> list[Mailpiece]:
    """Return the addresses as printed in the letters; `with_sender` adds the sender's, for envelopes."""
    sender = campaign.sender
    domestic = (sender.organisation, *sender.address)
    mailpieces = []
    for recipient in recipients:
        abroad = is_abroad(recipient.country, sender.country)
        return_address = (*domestic, format_country_line(sender.country)) if abroad else domestic
        mailpieces.append(
            Mailpiece(
                address_recipient(recipient, forms, sender_country=sender.country).lines,
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
    envelope: Envelope | None = None
    with_sender: bool = True
    """Print the sender's address on envelopes."""
    labels: LabelSheet | None = None
    first_label: int = 1
    """Counted from 1: earlier labels of the first sheet have been used."""
    right: float = 0.0
    down: float = 0.0
    """Millimetres by which labels are moved, to suit the printer."""


def build_print_files(campaign: Campaign, output_folder: Path, options: PrintOptions) -> list[OutputFile]:
    """Build the files of a print run from a campaign's finished letters.

    Raise BriefgenError if a letter is not ready, or an address does not fit.
    """
    config, forms = campaign.config, campaign.composer.forms
    recipients = sort_in_postal_order(campaign.recipients, config.sender.country)
    files = []
    if options.letters:
        job = create_letter_job(campaign, ("pdf",), campaign.recipients)
        finished = {letter.recipient.id: letter for letter in find_finished_letters(job, output_folder)}
        letters = [finished[recipient.id] for recipient in recipients if recipient.id in finished]
        data, pages = merge_letter_pdfs(letters, config, forms, duplex=options.duplex)
        contents = f"{quantity(len(letters), 'letter')}, {quantity(pages, 'page')}"
        files.append(OutputFile("letters.pdf", data, contents))
    mailpieces = build_mailpieces(recipients, config, forms, with_sender=options.with_sender)
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

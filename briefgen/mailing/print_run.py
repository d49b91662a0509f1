"""The print run of a campaign: letters in one file, envelopes and labels, all in postal order.

It decides what stands in which file; writing them is left to the command.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from briefgen.address.address import address
from briefgen.address.forms_of_address import Forms
from briefgen.address.postal import country_line
from briefgen.batch.outputs.folder import Folder
from briefgen.batch.plan import Job
from briefgen.batch.preview import WHY, preview
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.mailing.envelopes_labels import Page, Posted, draw
from briefgen.mailing.shared_fonts import SharedFonts
from briefgen.model.campaign import CampaignConfig
from briefgen.model.recipient import Recipient


@dataclass(frozen=True, slots=True)
class Part:
    """One PDF of a print file."""

    source: Path | bytes
    bookmark: str = ""
    """What the list of contents calls it; empty for none."""


def merge(parts: Iterable[Part], title: str, target: Any, *, duplex: bool = False) -> int:
    """Write the print file of these parts to `target` (a binary file, open for writing); returns its pages.

    With `duplex` each part begins on a sheet of its own: after an odd number of pages an empty one follows.
    Raises BriefgenError where a part cannot be read.
    """
    from pikepdf import OutlineItem, Pdf

    with Pdf.new() as pdf:
        fonts, pictures = SharedFonts(pdf), _Pictures()
        bookmarks = []
        for part in parts:
            source = _opened(part)
            first = len(pdf.pages)
            if part.bookmark:
                bookmarks.append(OutlineItem(part.bookmark, first))
            for page in source.pages:
                _plain(page)
            fonts.lift(source)
            pdf.pages.extend(source.pages)
            added = [pdf.pages[number] for number in range(first, len(pdf.pages))]
            fonts.adopt(added)
            pictures.adopt(added)
            if duplex and len(added) % 2:
                box = added[-1].mediabox
                pdf.add_blank_page(page_size=(float(box[2] - box[0]), float(box[3] - box[1])))
        fonts.write()
        with pdf.open_outline() as outline:
            outline.root.extend(bookmarks)
        pdf.docinfo["/Title"] = title
        pages = len(pdf.pages)
        pdf.save(target, deterministic_id=True, **_compact())
    return pages


def _compact() -> dict[str, Any]:
    from pikepdf import ObjectStreamMode

    return {"object_stream_mode": ObjectStreamMode.generate, "compress_streams": True}


def _opened(part: Part) -> Any:
    from pikepdf import PasswordError, Pdf, PdfError

    try:
        return Pdf.open(BytesIO(part.source) if isinstance(part.source, bytes) else part.source)
    except (PdfError, PasswordError, OSError) as error:
        name = str(part.source) if isinstance(part.source, Path) else part.bookmark
        problem = Problem(
            "print-unreadable",
            f"the letter cannot be read: {str(error)[:120]}",
            Place(name),
            "run briefgen batch, which makes it anew",
        )
        raise BriefgenError(problem) from None


def _plain(page: Any) -> None:
    for key in ("/Annots", "/StructParents", "/Tabs"):
        if key in page:
            del page[key]


@dataclass(slots=True)
class _Pictures:
    """Stores each picture once."""

    _first: dict[str, Any] = field(default_factory=dict)

    def adopt(self, pages: Iterable[Any]) -> None:
        """Replace pictures of added pages by the first of their kind."""
        for page in pages:
            objects = page.get("/Resources", {}).get("/XObject", {})
            for name, one in list(objects.items()):
                if one.get("/Subtype") == "/Image":
                    objects[name] = self._shared(one)

    def _shared(self, picture: Any) -> Any:
        if "/SMask" in picture:
            picture["/SMask"] = self._shared(picture["/SMask"])
        plain = {key: repr(value) for key, value in picture.items() if key not in ("/SMask", "/Length")}
        mask = picture["/SMask"].objgen if "/SMask" in picture else ()
        key = sha256(repr((sorted(plain.items()), mask)).encode() + picture.read_raw_bytes()).hexdigest()
        return self._first.setdefault(key, picture)


NAMED = 5
"""Recipients whom a message names."""


@dataclass(frozen=True, slots=True)
class Finished:
    """One recipient's letter, in every format that was asked for."""

    recipient: Recipient
    files: tuple[tuple[str, Path], ...]
    """Format and file."""


def finished_letters(job: Job, out: Path) -> list[Finished]:
    """The letters to all recipients of a batch, in its order.

    Raises BriefgenError where one is not made, was changed by hand, or would come out differently today: what
    goes to the post is whole.
    """
    folder = Folder(out)
    found = preview(job, folder)
    wanting: dict[str, list[str]] = {}
    for letter in found.letters:
        if letter.state != "unchanged":
            wanting.setdefault(letter.why, []).append(letter.recipient)
    if wanting:
        raise BriefgenError(_unfinished(why, ids) for why, ids in wanting.items())
    files: dict[str, list[tuple[str, Path]]] = {}
    for letter in found.letters:
        files.setdefault(letter.recipient, []).append((letter.format, folder.letters / letter.file))
    return [Finished(one, tuple(files[one.id])) for one in job.recipients if one.id in files]


def _unfinished(why: str, ids: Iterable[str]) -> Problem:
    people = list(dict.fromkeys(ids))
    more = f" and {len(people) - NAMED} more" if len(people) > NAMED else ""
    letters = f"{len(people)} letter{'s' if len(people) > 1 else ''}"
    return Problem(
        "letter-unfinished",
        f"{letters} cannot be posted: {WHY[why]} ({', '.join(people[:NAMED])}{more})",
        None,
        "run briefgen batch first",
    )


def in_postal_order(recipients: Iterable[Recipient], home: str) -> list[Recipient]:
    """By country, postal code and place, as posts sort and price what they are given in numbers.

    Letters within the sender's country (`home`, ISO 3166-1 alpha-2) come first. Numbers in a code count by
    value, so that `E2` stands before `E10`; who has no code stands behind those who have.
    """

    def place(recipient: Recipient) -> tuple[object, ...]:
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

    return sorted(recipients, key=place)


def letters_file(
    finished: Sequence[Finished], campaign: CampaignConfig, forms: Forms, *, duplex: bool
) -> tuple[bytes, int]:
    """All letters (PDF) in one file, in the order given, a bookmark for each; returns it and its pages."""
    parts = []
    for one in finished:
        name = address(one.recipient, forms, sender_country=campaign.sender.country).name
        place = " ".join(part for part in (one.recipient.postal_code, one.recipient.locality) if part)
        parts.append(Part(dict(one.files)["pdf"], ", ".join(part for part in (place, name) if part)))
    target = BytesIO()
    pages = merge(parts, campaign.title, target, duplex=duplex)
    return target.getvalue(), pages


def posted_to(
    recipients: Sequence[Recipient], campaign: CampaignConfig, forms: Forms, *, corner: bool = True
) -> list[Posted]:
    """The addresses as the letters carry them, with the sender's for the corner of the envelope."""
    sender = campaign.sender
    own = (sender.organisation, *sender.address)
    posted = []
    for recipient in recipients:
        abroad = bool(recipient.country) and recipient.country != sender.country
        posted.append(
            Posted(
                address(recipient, forms, sender_country=sender.country).lines,
                recipient.id,
                recipient.place,
                ((*own, country_line(sender.country)) if abroad else own) if corner else (),
            )
        )
    return posted


def addresses_file(pages: Sequence[Page], campaign: CampaignConfig) -> bytes:
    """Envelopes or sheets of labels in one file."""
    target = BytesIO()
    merge((Part(piece) for piece in draw(pages, campaign.title, campaign.language)), campaign.title, target)
    return target.getvalue()

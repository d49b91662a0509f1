"""The files that letters enclose: read once, for the print run and for e-mail drafts."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from briefgen.batch.file_names import slugify
from briefgen.campaign.open import Campaign
from briefgen.compose.enclosed_files import MAX_ENCLOSURE_BYTES
from briefgen.errors import Problem, quantity
from briefgen.mailing.email_message import AttachedFile
from briefgen.model.campaign import Enclosure, enclosure_name
from briefgen.model.recipient import Recipient
from briefgen.recipients.validation import has_postal_address
from briefgen.system.files import read_limited_bytes


@dataclass(slots=True)
class EnclosureReader:
    """Reads what the letters of a campaign enclose; a paper of the campaign's own is made as it is now."""

    campaign: Campaign
    _known: dict[tuple[str, str, str], AttachedFile] = field(default_factory=dict)

    def read(self, recipient: Recipient) -> list[AttachedFile]:
        """Return the files enclosed with a letter; raise BriefgenError if one cannot be read or made."""
        return [self._read(one) for one in self._list(recipient) if isinstance(one, Enclosure)]

    def missing(self, recipient: Recipient) -> list[str]:
        """Return the names of what the letter encloses without saying which file it is."""
        return [enclosure_name(one) for one in self._list(recipient) if isinstance(one, str)]

    def _list(self, recipient: Recipient) -> list[str | Enclosure]:
        return self.campaign.composer.for_recipient(recipient).campaign.letter.enclosures

    def _read(self, enclosure: Enclosure) -> AttachedFile:
        key = (enclosure.name, enclosure.file, enclosure.paper)
        if key not in self._known:
            self._known[key] = self._make(enclosure)
        return self._known[key]

    def _make(self, enclosure: Enclosure) -> AttachedFile:
        if enclosure.paper:
            data = self.campaign.render_briefing("pdf", enclosure.paper)
            name = f"{slugify(enclosure.name) or enclosure.paper}.pdf"
            return AttachedFile(name, "application/pdf", data, enclosure.name)
        path = self.campaign.composer.folder / enclosure.file
        data = read_limited_bytes(path, enclosure.file, MAX_ENCLOSURE_BYTES)
        name = PurePosixPath(enclosure.file).name
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return AttachedFile(name, kind, data, enclosure.name, path)


def find_apart_enclosures(campaign: Campaign, *, printed: bool) -> tuple[Problem, ...]:
    """Return a warning for each enclosure that letters name and that does not go with them.

    `printed` is whether they go by post, where only a PDF can be printed with them; otherwise by e-mail.
    Raise BriefgenError if an enclosed file cannot be read.
    """
    if "enclosure-apart" in campaign.config.ignore:
        return ()
    reader = EnclosureReader(campaign)
    reaches = has_postal_address if printed else _has_email
    recipients = [one for one in campaign.recipients if reaches(one)]
    return tuple(_warn_about_enclosures(reader, recipients, printed=printed))


def _has_email(recipient: Recipient) -> bool:
    return bool(recipient.email)


def _warn_about_enclosures(
    reader: EnclosureReader, recipients: Iterable[Recipient], *, printed: bool
) -> Iterator[Problem]:
    apart: dict[str, tuple[str, int]] = {}
    for recipient in recipients:
        names = dict.fromkeys(reader.missing(recipient), "no file is named for it")
        if printed:
            names |= {one.name: "it is no PDF" for one in reader.read(recipient) if not one.is_pdf}
        for name, why in names.items():
            apart[name] = (why, apart.get(name, ("", 0))[1] + 1)
    place = reader.campaign.config.locate("letter", "enclosures")
    what = "printed with" if printed else "attached to"
    for name, (why, count) in apart.items():
        letters = "the letter" if count == 1 else f"{quantity(count, 'letter')}"
        yield Problem(
            "enclosure-apart",
            f"the enclosure {name!r} is not {what} {letters}: {why}",
            place,
            f"write - name: {name} and file: NAME.pdf, or paper: briefing"
            + ("; or put it into the envelopes by hand" if printed else ""),
            severity="warning",
        )

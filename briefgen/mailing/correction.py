"""Draft the letters that correct a statement of earlier ones, as a campaign of its own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from briefgen.campaign.open import FORMS_FILE, Campaign
from briefgen.campaign.scaffold import require_empty_folder
from briefgen.correspondence.history import group_delivered
from briefgen.correspondence.log import CorrespondenceLog
from briefgen.data import load_word_data
from briefgen.errors import Place, Problem, StorageError
from briefgen.mailing.recall import RecalledStatement, first_wording
from briefgen.model.campaign import CampaignConfig, Sender, SenderRule
from briefgen.model.recipient import Recipient
from briefgen.recipients.csv_file import format_csv
from briefgen.system.files import atomic_write, is_inside_folder, is_regular_file

SENT_ON_COLUMN = "sent_on"
WORDS_COLUMN = "sent_words"
CORRECTION_WORDS: Mapping[str, Mapping[str, str]] = load_word_data("corrections")
"""By language (ISO 639) and key; the file explains the keys."""
_TEMPLATE = """\
{{# The letter that corrects an earlier one. Say here what is right; the columns {sent_on} and {words} of
   recipients.csv have the day of the earlier letter and the words that stood in it. #}}
{{% extends "letter/default.html.j2" %}}
{{% block opening %}}
<p>{opening}</p>
<blockquote><p>{{{{ fields.{words} }}}}</p></blockquote>
<p>{withdrawn}{because}</p>
<p>{{{{ request }}}}</p>
{{% endblock %}}
{{% block evidence %}}
{{% endblock %}}
{{% block closing %}}
{{% endblock %}}
"""


@dataclass(frozen=True, slots=True)
class DraftedCorrection:
    """A drafted campaign, and whom it cannot write to."""

    files: tuple[Path, ...]
    recipients: tuple[str, ...]
    gone: tuple[str, ...]
    """Recipients of the earlier letter who are no longer in the list, or to whom nothing may be sent."""
    returned: tuple[str, ...]
    """Recipients who never saw the statement, because every letter with it came back."""
    unread: tuple[str, ...]
    """Recipients of whose letter nothing that was kept can be read; they get the library's words."""


def draft_correction(
    campaign: Campaign,
    log: CorrespondenceLog,
    statement: RecalledStatement,
    folder: Path,
    on: date,
    because: str = "",
) -> DraftedCorrection:
    """Write a campaign with a letter to each recipient of a statement into a new or empty folder.

    `on` is the date of its letters, `because` a sentence that says why, or what is right. Raise BriefgenError
    for a folder that is not empty, StorageError if writing fails.
    """
    require_empty_folder(folder)
    known = {recipient.id: recipient for recipient in campaign.recipients}
    delivered = group_delivered(log)
    arrived = [one for one in statement.letters if one in delivered.get(one.recipient, ())]
    last = {letter.recipient: letter for letter in sorted(arrived, key=lambda one: one.day)}
    returned = dict.fromkeys(one.recipient for one in statement.letters if one.recipient not in last)
    snippet = campaign.composer.library.snippets.get(statement.id)
    recipients, gone, unread = [], [], []
    for id, letter in last.items():
        if id not in known:
            gone.append(id)
            continue
        words = first_wording(log, letter, statement.id)
        if not words:
            unread.append(id)
            words = snippet.body if snippet else f"[{statement.id}]"
        recipients.append(_add_fields(known[id], letter.day, words))
    written = {
        "campaign.yaml": _campaign_file(campaign.config, statement.id, on),
        "recipients.csv": format_csv(recipients),
        "templates/correction/default.html.j2": _template(campaign.config.language, because),
    }
    return DraftedCorrection(
        _write(folder, written) + _copy_files(campaign, folder),
        tuple(recipient.id for recipient in recipients),
        tuple(gone),
        tuple(returned),
        tuple(unread),
    )


def _add_fields(recipient: Recipient, day: date, words: str) -> Recipient:
    return replace(
        recipient,
        earlier=None,
        extra={**recipient.extra, SENT_ON_COLUMN: day.isoformat(), WORDS_COLUMN: words},
    )


def _campaign_file(config: CampaignConfig, statement: str, on: date) -> str:
    words = _words(config.language)
    kept: dict[str, Any] = {
        "id": f"correction-{statement}",
        "title": words["title"],
        "date": on.isoformat(),
        "language": config.language,
        "sender": config.sender.model_dump(mode="json", exclude_defaults=True),
        "senders": [rule.model_dump(mode="json", exclude_unset=True) for rule in config.senders],
        "library": "none",
        "ask": words["ask"],
        "letter": {"template": "correction"}
        | config.letter.model_dump(mode="json", include={"page", "layout"}),
        "letterhead": config.letterhead.model_dump(mode="json", exclude_defaults=True),
        "recipients": ["recipients.csv"],
        "ignore": [
            "ask-late",
            "letter-without-evidence",
        ],  # a correction is about its evidence, not based on it
        "output": config.output.model_dump(mode="json", include={"formats"}),
    }
    head = f"# Letters that correct the statement {statement}. Read them before they are sent.\n\n"
    filled = {key: value for key, value in kept.items() if value}
    return head + yaml.safe_dump(filled, allow_unicode=True, sort_keys=False, width=110)


def _template(language: str, because: str) -> str:
    words = _words(language)
    sent_on = f'{{{{ fields.{SENT_ON_COLUMN} | long_date("{language}", recipient.country) }}}}'
    reason = re.sub(r"[{}<>&]", "", because).strip()
    return _TEMPLATE.format(
        sent_on=SENT_ON_COLUMN,
        words=WORDS_COLUMN,
        opening=words["opening"].replace("{sent_on}", sent_on),
        withdrawn=words["withdrawn"],
        because=f" {reason}" if reason else "",
    )


def _words(language: str) -> Mapping[str, str]:
    """Return the words of a correction in a language, in English if there are none."""
    return CORRECTION_WORDS.get(language.split("-")[0].lower()) or CORRECTION_WORDS["en"]


def _copy_files(campaign: Campaign, folder: Path) -> tuple[Path, ...]:
    """Copy what the letters need besides: forms of address, pictures, letterhead."""
    home, config = campaign.composer.folder, campaign.config
    senders: tuple[Sender | SenderRule, ...] = (config.sender, *config.senders)
    logos = [config.letterhead.logo, *(rule.logo for rule in config.senders)]
    names = [FORMS_FILE, config.sender.letterhead, *(logo.file for logo in logos if logo)]
    for sender in senders:
        names += [sender.signature, *(signer.signature for signer in sender.signers)]
    names += [str(Path(name).with_suffix(".png")) for name in names if name.endswith(".svg")]
    copied = []
    for name in dict.fromkeys(filter(None, names)):
        source, target = home / name, folder / name
        if is_regular_file(source) and is_inside_folder(source, home) and is_inside_folder(target, folder):
            target.parent.mkdir(parents=True, exist_ok=True)
            copied.append(Path(shutil.copyfile(source, target)))
    return tuple(copied)


def _write(folder: Path, contents: Mapping[str, str]) -> tuple[Path, ...]:
    try:
        for name, text in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(path) as file:
                file.write(text.encode("utf-8-sig" if name.endswith(".csv") else "utf-8"))
    except OSError as error:
        raise StorageError(
            Problem("file-unwritable", f"cannot be written: {error.strerror}", Place(str(folder)))
        ) from None
    return tuple(folder / name for name in contents)

"""Names of letters' files for others, by the campaign's pattern: safe on every system, and all different."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from briefgen.batch.file_names import letter_file_stem
from briefgen.compose.patterns import ORDER_FIELD, fill_pattern, list_fields
from briefgen.model.campaign import CampaignConfig
from briefgen.model.recipient import Recipient

MAX_NAME_CHARACTERS = 100
"""Of a name without its extension: paths have limits too."""
_UNSAFE = re.compile(r'[<>:"/\\|?*%$~\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+')
"""What a file system, a shell or a web form takes for something else, and what nobody sees."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices."""


def safe_file_name(text: str) -> str:
    """Return a text as a file name without extension; empty if nothing is left of it.

    >>> safe_file_name('EC/2026/7: "Ada"')
    'EC-2026-7- -Ada'
    """
    plain = unicodedata.normalize("NFC", _UNSAFE.sub("-", text))
    name = " ".join(plain.split())[:MAX_NAME_CHARACTERS].strip(" .-")
    return f"{name}_" if _RESERVED.fullmatch(name) else name


def name_letter_files(recipients: Sequence[Recipient], campaign: CampaignConfig) -> list[str]:
    """Return a name without extension for each letter, in the order of the recipients.

    Without a pattern of the campaign's own, a name is that of the letter's file with its place in the order.
    Names that would be alike, also on systems that do not tell capitals apart, have the recipient's id.
    """
    width = max(3, len(str(len(recipients))))
    names = [
        _name_letter_file(recipient, campaign, f"{number:0{width}}")
        for number, recipient in enumerate(recipients, 1)
    ]
    counts = Counter(map(_fold, names))
    return [
        name if name and counts[_fold(name)] == 1 else f"{name} {letter_file_stem(recipient)}".strip()
        for name, recipient in zip(names, recipients, strict=True)
    ]


def name_attachment(recipient: Recipient, campaign: CampaignConfig) -> str:
    """Return the name of a letter as an attachment without extension; empty if the campaign has none."""
    pattern = campaign.output.file_names
    if not pattern or ORDER_FIELD in list_fields(pattern):
        return ""
    return safe_file_name(fill_pattern(pattern, recipient, campaign))


def _name_letter_file(recipient: Recipient, campaign: CampaignConfig, order: str) -> str:
    pattern = campaign.output.file_names
    if not pattern:
        return f"{order}-{letter_file_stem(recipient)}"
    return safe_file_name(fill_pattern(pattern, recipient, campaign, more={ORDER_FIELD: order}))


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()

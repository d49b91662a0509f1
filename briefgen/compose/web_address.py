"""The web address of a letter, as text and as a QR code that a phone reads."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from urllib.parse import quote

from briefgen.compose.boilerplate import Boilerplate
from briefgen.compose.patterns import fill_pattern
from briefgen.model.campaign import CampaignConfig
from briefgen.model.recipient import Recipient

MAX_ADDRESS_CHARACTERS = 200
"""A longer address makes a code that a phone does not read at the size at which it is printed."""
_PIXELS_PER_MODULE = 10


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A web address as templates see it."""

    address: str
    """With its scheme: `https://taps.example/r/ada`."""
    shown: str
    """As it is printed, without the scheme."""
    alt: str
    """What the QR code is called."""
    picture: str
    """The QR code, as a data URI of a PNG."""


def build_web_address(
    recipient: Recipient, campaign: CampaignConfig, words: Boilerplate
) -> WebAddress | None:
    """Return the web address of the letter to a recipient; None if the campaign has none."""
    if not campaign.letter.web_address:
        return None
    address = fill_pattern(
        campaign.letter.web_address, recipient, campaign, lambda text: quote(text, safe="")
    )
    shown = re.sub(r"^https?://(?:www\.)?", "", address, flags=re.IGNORECASE)
    return WebAddress(
        address, shown.rstrip("/"), words.fill("code_for", address=address), draw_qr_code(address)
    )


@lru_cache(maxsize=64)
def draw_qr_code(text: str) -> str:
    """Return a QR code (ISO/IEC 18004, error correction M or better) as a data URI of a PNG.

    It has the quiet zone of four modules that the standard asks for.
    """
    import segno

    data = BytesIO()
    segno.make_qr(text, error="m").save(data, kind="png", scale=_PIXELS_PER_MODULE, border=4)
    return f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}"

"""Checks what a campaign says of its letterhead, and makes of it the look that the renderers set.

Nothing is rendered here. A Word file of the sender's own is looked at in `opening`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from briefgen.compose.boilerplate import return_line
from briefgen.compose.svg_sanitizer import safe_drawing
from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.model.campaign import CampaignConfig, Logo
from briefgen.model.document import LayoutName
from briefgen.model.look import FAMILIES, QUIET_SERIF, Look
from briefgen.model.recipient import Addressed, Recipient
from briefgen.render.address_window import return_line_fits, standing
from briefgen.render.layouts import LAYOUTS, layout_of

MAX_LOGO_BYTES = 1_000_000
"""Every letter carries the logo."""
LEAST_CONTRAST = 4.5
"""Of text on white (WCAG 2.2, 1.4.3, level AA)."""
_LINE_MM = 4.25
_NAME_MM = 7.0
"""What the organisation's name takes of a letterhead's height, and each line below it."""


def look_of(campaign: CampaignConfig) -> Look:
    """The campaign's look: its design, with what it changes."""
    head, plain = campaign.letterhead, QUIET_SERIF
    text, labels = FAMILIES[head.design]
    return Look(
        design=head.design,
        text_family=head.fonts.text or text,
        label_family=head.fonts.headings or labels,
        accent=_colour(head.colours.accent) or plain.accent,
        ink=_colour(head.colours.text) or plain.ink,
        quiet=_colour(head.colours.quiet) or plain.quiet,
        logo_mm=head.logo.height if head.logo else plain.logo_mm,
        foot=tuple(head.footer),
    )


def _colour(written: str) -> str:
    return f"#{written.lstrip('#').lower()}" if written else ""


def check_look(campaign: CampaignConfig, folder: Path, findings: ProblemList) -> None:
    """Report what is wrong with letterhead and layout; missing files are told where names are checked."""
    findings.extend(_paper_problems(campaign))
    findings.extend(_colour_problems(campaign))
    findings.extend(_doubled(campaign))
    findings.extend(_unseen_layout(campaign))
    findings.extend(_height_problems(campaign))
    line = return_line(campaign)
    if line and not return_line_fits(line):
        findings.add(
            Problem(
                "return-line-long",
                f"the sender's line above the address finds no room in the window: {line!r}",
                campaign.at("letterhead", "return_line"),
                "write a shorter one under letterhead: return_line",
            )
        )
    if campaign.letterhead.logo is not None:
        findings.extend(_logo_problems(campaign, campaign.letterhead.logo, folder))


def check_address(to: Addressed, recipient: Recipient, campaign: CampaignConfig, look: Look) -> list[Problem]:
    """What keeps an address out of its window; each problem names line and recipient."""
    layout = layout_of("letter", campaign.letter.page, campaign.letter.layout)
    if layout.window is None:
        return []
    try:
        standing(to.lines, layout, look, f"{to.name} ({recipient.id})", recipient.place)
    except BriefgenError as error:
        return list(error.problems)
    return []


def _paper_problems(campaign: CampaignConfig) -> Iterator[Problem]:
    letter = campaign.letter
    paper = "us-letter" if letter.layout == "us-letter" else "a4"
    if letter.layout != "plain" and "page" in letter.model_fields_set and letter.page != paper:
        yield Problem(
            "layout-paper",
            f"the layout {letter.layout} is for {paper} paper, and page says {letter.page}",
            campaign.at("letter", "page"),
            "leave page out: the layout decides the paper",
        )


def _colour_problems(campaign: CampaignConfig) -> Iterator[Problem]:
    for name in ("accent", "text", "quiet"):
        colour = _colour(getattr(campaign.letterhead.colours, name))
        if colour and (ratio := contrast_with_white(colour)) < LEAST_CONTRAST:
            yield Problem(
                "colour-contrast",
                f"{colour} has a contrast of {ratio:.1f} to 1 with white, and text needs {LEAST_CONTRAST}",
                campaign.at("letterhead", "colours", name),
                "take a darker shade of it",
            )


def contrast_with_white(colour: str) -> float:
    """Contrast ratio of `#rrggbb` with white (WCAG 2.2, relative luminance)."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _doubled(campaign: CampaignConfig) -> Iterator[Problem]:
    """With a Word letterhead of the sender's own, nobody would see a second one."""
    head = campaign.letterhead
    given = {"logo": head.logo, "sender": head.sender, "footer": head.footer}
    for name in [name for name, value in given.items() if value and campaign.sender.letterhead]:
        yield Problem(
            "letterhead-twice",
            f"letters stand on {campaign.sender.letterhead!r}, which leaves no place for letterhead: {name}",
            campaign.at("letterhead", name),
            "take one out: sender: letterhead, or this",
        )


def _unseen_layout(campaign: CampaignConfig) -> Iterator[Problem]:
    """A Word letterhead of the sender's own has a page of its own."""
    if campaign.sender.letterhead and campaign.letter.layout != "plain" and "docx" in campaign.output.formats:
        yield Problem(
            "layout-not-in-word",
            f"in Word files the address stands where {campaign.sender.letterhead!r} leaves room, "
            f"and not where {campaign.letter.layout} has it",
            campaign.at("letter", "layout"),
            "print the PDF for window envelopes, or set the top margin of the Word file to suit",
            severity="warning",
        )


def _height_problems(campaign: CampaignConfig) -> Iterator[Problem]:
    name: LayoutName = campaign.letter.layout
    if name == "plain":
        room = 25.0
    else:
        window = LAYOUTS[name].window
        assert window is not None
        room = window.top_mm - LAYOUTS[name].letterhead_mm
    lines, logo = campaign.letterhead.sender, campaign.letterhead.logo
    needed = _NAME_MM + _LINE_MM * len(lines or [""])
    if lines and needed > room:
        yield Problem(
            "letterhead-tall",
            f"name and {len(lines)} lines take {needed:.0f} mm, and above the address are {room:.0f} mm",
            campaign.at("letterhead", "sender"),
            f"write at most {int((room - _NAME_MM) / _LINE_MM)} lines, or join some with \u00b7",
        )
    if logo is not None and logo.height > room:
        yield Problem(
            "letterhead-tall",
            f"a logo of {logo.height:g} mm does not fit into the {room:.0f} mm above the address",
            campaign.at("letterhead", "logo", "height"),
            f"give it a height of at most {room:.0f}",
        )


def _logo_problems(campaign: CampaignConfig, logo: Logo, folder: Path) -> list[Problem]:
    """What is wrong with the logo's file and with the PNG beside a drawing."""
    place = campaign.at("letterhead", "logo", "file")
    path = folder / logo.file
    paths = [path, path.with_suffix(".png")] if path.suffix.lower() == ".svg" else [path]
    if not all(one.is_file() and one.resolve().is_relative_to(folder.resolve()) for one in paths):
        return []  # told where names and pictures are checked
    return [problem for one in paths for problem in _picture_problems(one, place)]


def _picture_problems(path: Path, place: Place) -> list[Problem]:
    from briefgen.render.image_checks import look_at

    size = path.stat().st_size
    if size > MAX_LOGO_BYTES:
        return [
            Problem(
                "logo-large",
                f"the logo {path.name!r} has {size / 1_000_000:.1f} MB, and every letter would carry it",
                place,
                f"save a copy of at most {MAX_LOGO_BYTES // 1_000_000} MB: 1,000 pixels across are enough",
            )
        ]
    try:
        data, drawing = path.read_bytes(), path.suffix.lower() == ".svg"
        look_at(safe_drawing(data, path.name) if drawing else data, is_drawing=drawing)
    except BriefgenError as error:
        return [
            Problem("logo-broken", f"the logo {path.name!r} cannot be shown: {one.message}", place, one.hint)
            for one in error.problems
        ]
    return []

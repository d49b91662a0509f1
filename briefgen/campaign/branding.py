"""Checks the letterhead and layout settings of a campaign, and builds the branding that the renderers use.

Nothing is rendered here. A Word letterhead of the sender's own is checked in briefgen.campaign.open.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from briefgen.compose.boilerplate import return_line
from briefgen.compose.svg_sanitizer import sanitize_svg
from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.model.branding import DEFAULT_BRANDING, DESIGN_FONTS, Branding, WordLetterhead
from briefgen.model.campaign import CampaignConfig, Logo
from briefgen.model.document import LayoutName
from briefgen.model.recipient import AddressAndSalutation, Recipient
from briefgen.render.address_window import place_address, return_line_fits
from briefgen.render.layouts import LAYOUTS, get_layout

MAX_LOGO_BYTES = 1_000_000
"""Every letter contains the logo."""
MIN_CONTRAST = 4.5
"""Contrast ratio of text on white (WCAG 2.2, 1.4.3, level AA)."""
_SENDER_LINE_MM = 4.25
_ORGANISATION_MM = 7.0
"""Height that the organisation's name takes in a letterhead, and each line below it."""


def build_branding(campaign: CampaignConfig) -> Branding:
    """Build the campaign's branding: its design, with the colours and fonts that it changes."""
    head, default = campaign.letterhead, DEFAULT_BRANDING
    text, labels = DESIGN_FONTS[head.design]
    return Branding(
        design=head.design,
        text_family=head.fonts.text or text,
        label_family=head.fonts.headings or labels,
        accent=_normalize_colour(head.colours.accent) or default.accent,
        ink=_normalize_colour(head.colours.text) or default.ink,
        quiet=_normalize_colour(head.colours.quiet) or default.quiet,
        logo_mm=head.logo.height if head.logo else default.logo_mm,
        foot=tuple(head.footer),
        embed_fonts=campaign.docx.embed_fonts,
    )


def _normalize_colour(text: str) -> str:
    return f"#{text.lstrip('#').lower()}" if text else ""


def check_branding(campaign: CampaignConfig, folder: Path, problems: ProblemList) -> None:
    """Report what is wrong with letterhead and layout; missing files are reported by check_references."""
    problems.extend(_check_paper_size(campaign))
    problems.extend(_check_colour_contrast(campaign))
    problems.extend(_check_letterhead_conflict(campaign))
    problems.extend(_check_layout_in_word(campaign))
    problems.extend(_check_letterhead_height(campaign))
    line = return_line(campaign)
    if line and not return_line_fits(line):
        problems.add(
            Problem(
                "return-line-long",
                f"the return address line does not fit into the address window: {line!r}",
                campaign.locate("letterhead", "return_line"),
                "write a shorter one under letterhead: return_line",
            )
        )
    if campaign.letterhead.logo is not None:
        place = campaign.locate("letterhead", "logo", "file")
        problems.extend(check_logo(campaign.letterhead.logo, folder, place))


def check_address_window(
    addressed: AddressAndSalutation, recipient: Recipient, campaign: CampaignConfig, branding: Branding
) -> list[Problem]:
    """Return why an address does not fit into its window; each problem names the line and the recipient."""
    layout = get_layout("letter", campaign.letter.page, campaign.letter.layout)
    if layout.window is None:
        return []
    try:
        place_address(
            addressed.lines, layout, branding, f"{addressed.name} ({recipient.id})", recipient.place
        )
    except BriefgenError as error:
        return list(error.problems)
    return []


def _check_paper_size(campaign: CampaignConfig) -> Iterator[Problem]:
    letter = campaign.letter
    paper = "us-letter" if letter.layout == "us-letter" else "a4"
    if letter.layout != "plain" and "page" in letter.model_fields_set and letter.page != paper:
        yield Problem(
            "layout-paper",
            f"the layout {letter.layout} is for {paper} paper, but page is {letter.page}",
            campaign.locate("letter", "page"),
            "remove page: the layout determines the paper size",
        )


def _check_colour_contrast(campaign: CampaignConfig) -> Iterator[Problem]:
    for name in ("accent", "text", "quiet"):
        colour = _normalize_colour(getattr(campaign.letterhead.colours, name))
        if colour and (ratio := contrast_with_white(colour)) < MIN_CONTRAST:
            yield Problem(
                "colour-contrast",
                f"{colour} has a contrast of {ratio:.1f} to 1 with white, but text needs {MIN_CONTRAST}",
                campaign.locate("letterhead", "colours", name),
                "choose a darker shade",
            )


def contrast_with_white(colour: str) -> float:
    """Return the contrast ratio of `#rrggbb` with white (WCAG 2.2, relative luminance)."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _check_letterhead_conflict(campaign: CampaignConfig) -> Iterator[Problem]:
    """Check that a Word letterhead of the sender's own is not combined with a second letterhead."""
    head = campaign.letterhead
    settings = {"sender": head.sender, "footer": head.footer}
    for name in [name for name, value in settings.items() if value and campaign.sender.letterhead]:
        yield Problem(
            "letterhead-twice",
            f"letters use {campaign.sender.letterhead!r}, which leaves no space for letterhead: {name}",
            campaign.locate("letterhead", name),
            "remove one of them: sender: letterhead, or this",
        )


def check_letterhead_in_pdf(letterhead: WordLetterhead, campaign: CampaignConfig) -> Iterator[Problem]:
    """Warn about what PDFs do not take over from a Word letterhead, before anything is printed."""
    from briefgen.render.docx.letterhead_look import read_letterhead_look

    look, not_taken = read_letterhead_look(letterhead, campaign.letter.page, build_branding(campaign))
    place = campaign.locate("sender", "letterhead")
    if not_taken:
        yield Problem(
            "letterhead-not-in-pdf",
            f"PDFs do not take over from the letterhead {letterhead.name!r}: {'; '.join(not_taken)}",
            place,
            "compare both formats; put text and pictures in line with it into the head",
            severity="warning",
        )
    window = get_layout("letter", campaign.letter.page, campaign.letter.layout).window
    shown = max(look.page.top_mm, look.header_mm)
    if window is not None and look.first_head and shown > window.top_mm:
        yield Problem(
            "letterhead-in-window",
            f"the letterhead {letterhead.name!r} has a margin of {shown:.0f} mm, and the window for the "
            f"address begins at {window.top_mm:.0f} mm",
            place,
            "look at the PDF; lower the top margin in Word, or choose another letter.layout",
            severity="warning",
        )


def _check_layout_in_word(campaign: CampaignConfig) -> Iterator[Problem]:
    """Warn that a Word letterhead of the sender's own, with its own margins, overrides the layout."""
    if campaign.sender.letterhead and campaign.letter.layout != "plain" and "docx" in campaign.output.formats:
        yield Problem(
            "layout-not-in-word",
            f"in Word files the position of the address follows {campaign.sender.letterhead!r}, "
            f"not the layout {campaign.letter.layout}",
            campaign.locate("letter", "layout"),
            "print the PDF for window envelopes, or set the top margin of the Word file to suit",
            severity="warning",
        )


def _check_letterhead_height(campaign: CampaignConfig) -> Iterator[Problem]:
    name: LayoutName = campaign.letter.layout
    if name == "plain":
        available = 25.0
    else:
        window = LAYOUTS[name].window
        assert window is not None
        available = window.top_mm - LAYOUTS[name].letterhead_top_mm
    lines, logo = campaign.letterhead.sender, campaign.letterhead.logo
    needed = _ORGANISATION_MM + _SENDER_LINE_MM * len(lines or [""])
    if lines and needed > available:
        yield Problem(
            "letterhead-tall",
            f"name and {len(lines)} lines take {needed:.0f} mm, "
            f"but there are only {available:.0f} mm above the address",
            campaign.locate("letterhead", "sender"),
            f"write at most {int((available - _ORGANISATION_MM) / _SENDER_LINE_MM)} lines, "
            "or join some with \u00b7",
        )
    if logo is not None and logo.height > available:
        yield Problem(
            "letterhead-tall",
            f"a logo of {logo.height:g} mm does not fit into the {available:.0f} mm above the address",
            campaign.locate("letterhead", "logo", "height"),
            f"give it a height of at most {available:.0f}",
        )


def check_logo(logo: Logo, folder: Path, place: Place) -> list[Problem]:
    """Return what is wrong with the logo's file, or with a drawing and the PNG beside it."""
    path = folder / logo.file
    paths = [path, path.with_suffix(".png")] if path.suffix.lower() == ".svg" else [path]
    if not all(file.is_file() and file.resolve().is_relative_to(folder.resolve()) for file in paths):
        return []  # reported where references and pictures are checked
    return [problem for file in paths for problem in _check_logo_image(file, place)]


def _check_logo_image(path: Path, place: Place) -> list[Problem]:
    from briefgen.render.image_checks import check_image

    size = path.stat().st_size
    if size > MAX_LOGO_BYTES:
        return [
            Problem(
                "logo-large",
                f"the logo {path.name!r} has {size / 1_000_000:.1f} MB, and every letter would contain it",
                place,
                f"save a copy of at most {MAX_LOGO_BYTES // 1_000_000} MB: a width of 1,000 pixels is enough",
            )
        ]
    try:
        data, is_svg = path.read_bytes(), path.suffix.lower() == ".svg"
        check_image(sanitize_svg(data, path.name) if is_svg else data, is_svg=is_svg)
    except BriefgenError as error:
        return [
            Problem(
                "logo-broken",
                f"the logo {path.name!r} cannot be used: {problem.message}",
                place,
                problem.hint,
            )
            for problem in error.problems
        ]
    return []

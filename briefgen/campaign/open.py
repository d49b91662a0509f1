"""Opens a campaign: reads it with its library and recipients, checks everything, and hands out a Composer.

All mistakes in campaign, library and templates are found here, before anything is written, and raised
together. Recipients who cannot be written to are no mistake: they are set apart with their reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from briefgen.address.address import address
from briefgen.address.forms_of_address import Forms
from briefgen.campaign.branding import check_address, check_look, look_of
from briefgen.campaign.loader import Found, check_names, read_campaign, recipient_files, require
from briefgen.campaign.page_fit import Fitting
from briefgen.campaign.trial_letters import try_letters
from briefgen.cli.console import count
from briefgen.compose.citations.style_check import check_style
from briefgen.compose.composer import (
    BRIEFING_NAMES,
    LETTER_KINDS,
    LETTER_NAMES,
    PAPER_KINDS,
    Composer,
)
from briefgen.compose.figures import drawing_problems
from briefgen.compose.fingerprint import drawing, fingerprint
from briefgen.compose.pictures import pictures_of
from briefgen.compose.select import unmatched
from briefgen.compose.templates import Templates, is_language
from briefgen.errors import BriefgenError, Place, Problem, ProblemList, UsageError, count_recipients, suggest
from briefgen.evidence.checks import Examined, examine
from briefgen.library.loader import NO_TEXTS, Library, Texts, library_folders, load_library
from briefgen.model.campaign import CampaignConfig
from briefgen.model.look import QUIET_SERIF, Letterhead, Look
from briefgen.model.recipient import Recipient
from briefgen.model.text import same_language
from briefgen.recipients.reader import read_list
from briefgen.recipients.schema import sendable
from briefgen.recipients.table import Columns
from briefgen.render.registry import Renderers
from briefgen.system.doctor import require_pdf
from briefgen.system.files import is_ordinary, is_within

FORMS = "forms-of-address.yaml"
"""A campaign's own forms of address, beside campaign.yaml; laid over the built-in ones."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign that is fit to be written from."""

    campaign: CampaignConfig
    composer: Composer
    recipients: tuple[Recipient, ...]
    """Those who can be written to."""
    skipped: tuple[Problem, ...]
    """Rows and recipients that cannot, each with its reason."""
    warnings: tuple[Problem, ...]
    evidence: str
    """How the quotes were verified, in a sentence."""
    letterhead: Letterhead | None = None
    """The sender's own, for DOCX letters."""

    look: Look = QUIET_SERIF

    @property
    def drawing(self) -> str:
        """SHA-256 over all that shapes a file but the document of which it is made."""
        letterhead = self.letterhead.data if self.letterhead else b""
        return drawing(self.campaign, self.composer.library.folders, letterhead)

    def renderers(self, formats: tuple[str, ...]) -> Renderers:
        """The renderers for some formats, with the campaign's stylesheets before the built-in ones.

        Raises BriefgenError where the machine lacks what a format needs.
        """
        if "pdf" in formats or self.limited:
            require_pdf()
        styles = tuple(folder.path / "templates" / "css" for folder in self.composer.library.folders)
        return Renderers(formats, styles, self.letterhead, self.campaign.output.pdf, self.look)

    @property
    def limited(self) -> bool:
        """Whether the campaign says how many pages letters or briefing may have."""
        return bool(self.campaign.letter.max_pages or self.campaign.briefing.max_pages)

    def fitting(self, renderers: Renderers) -> Fitting:
        """The composer for documents that keep to their pages, measured as these renderers set them."""
        return Fitting(self.composer, renderers.measure, "pdf" in renderers.formats)


def open_campaign(path: Path, texts: Texts = NO_TEXTS) -> Campaign:
    """Open the campaign at `path`; raises BriefgenError with every error in it and its library."""
    findings = ProblemList()
    found = read_campaign(path, findings)
    folders = library_folders(found.folder)
    library = load_library(folders, findings, texts)
    check_names(found, library.snippets, findings)
    rows = ProblemList()
    forms, everybody = _recipients(found, findings, rows)
    examined = _check(found, library, findings)
    letterhead = _letterhead(found, findings)
    if found.campaign is not None:
        check_look(found.campaign, found.folder.path, findings)
    campaign = require(found.campaign, findings)
    verified = {name: verification.as_json() for name, verification in examined.verified.items()}
    its_fingerprint = _fingerprint(campaign, found, library, verified)
    composer = Composer(campaign, found.folder.path, library, forms, verified, its_fingerprint)
    recipients, unsendable = _sendable(everybody, composer)
    unfit: list[Problem] = []
    if not findings.errors:
        recipients, unfit = try_letters(composer, recipients, findings)
    findings.raise_errors()
    skipped = (*rows.errors, *unsendable, *unfit)
    findings.extend(unmatched(campaign, ((one, composer.rules(one)) for one in recipients)))
    of_rows = (one for one in rows.problems if one.severity == "warning")
    warnings = (*findings.problems, *of_rows, *_sample_sender(campaign))
    return Campaign(
        campaign,
        composer,
        recipients,
        skipped,
        tuple(warning for warning in warnings if warning.code not in campaign.ignore),
        summary_of(examined),
        letterhead,
        look_of(campaign),
    )


def _letterhead(found: Found, findings: ProblemList) -> Letterhead | None:
    """The sender's own letterhead, tried once: what is wrong with it is told before letters are made."""
    campaign, home = found.campaign, found.folder.path.resolve()
    if campaign is None or not campaign.sender.letterhead:
        return None
    path = home / campaign.sender.letterhead
    if not is_ordinary(path) or not is_within(path, home):
        return None  # check_names says so
    from briefgen.render.docx.builtin_letterhead import examine, read_letterhead

    try:
        letterhead = read_letterhead(path, found.folder.show(campaign.sender.letterhead))
        findings.extend(examine(letterhead.data, letterhead.name, campaign.letter.page, campaign.language))
    except BriefgenError as error:
        findings.extend(error.problems)
        return None
    if "pdf" in campaign.output.formats:
        findings.add(
            Problem(
                "letterhead-not-in-pdf",
                f"the letterhead {campaign.sender.letterhead!r} is for Word files; PDFs leave its place free",
                campaign.at("sender", "letterhead"),
                "print the PDF on your paper, or save the Word files as PDF",
                severity="warning",
            )
        )
    return letterhead


def _recipients(found: Found, findings: ProblemList, rows: ProblemList) -> tuple[Forms, list[Recipient]]:
    """All recipients of all files; a file that cannot be used is an error, a row is set apart."""
    own = found.folder.path / FORMS
    forms = Forms.load(findings, [(own, found.folder.show(FORMS))] if own.is_file() else [])
    seen: dict[str, Place] = {}
    everybody: list[Recipient] = []
    # Who has no language of their own is written to in the campaign's.
    columns = Columns(filled={"language": found.campaign.language if found.campaign else "en"})
    for name in recipient_files(found):
        path = found.folder.path / name
        if not is_ordinary(path) or not is_within(path, found.folder.path):
            continue  # check_names says so, with the line that names it
        try:
            everybody += read_list(
                path, found.folder.show(name), rows, offices=forms.offices, seen=seen, columns=columns
            )
        except BriefgenError as error:
            findings.extend(error.problems)
    return forms, everybody


def _check(found: Found, library: Library, findings: ProblemList) -> Examined:
    """Evidence, templates and styles; what was examined says how and when each snippet was proved."""
    campaign = found.campaign
    examined = examine(library, campaign.date if campaign else None)
    findings.extend(examined.problems)
    findings.extend(drawing_problems(library.snippets.values()))
    templates = Templates(library.folders)
    own_letter, own_paper = (
        (campaign.letter.template, campaign.briefing.template) if campaign is not None else ("", "")
    )
    findings.extend(templates.check(LETTER_NAMES, {*LETTER_KINDS, own_letter} - {""}))
    findings.extend(templates.check(BRIEFING_NAMES, {*PAPER_KINDS, own_paper} - {""}))
    if campaign is not None:
        findings.extend(_language_problems(campaign))
        for part, at in ((campaign.letter, "letter"), (campaign.briefing, "briefing")):
            try:
                templates.find(part.template)
            except BriefgenError as error:
                findings.extend(
                    replace(problem, place=campaign.at(at, "template")) for problem in error.problems
                )
            style, place = part.citation_style, campaign.at(at, "citation_style")
            findings.extend(check_style(style, found.folder.path, campaign.language, place))
    return examined


def _language_problems(campaign: CampaignConfig) -> list[Problem]:
    if is_language(campaign.language):
        return []
    message = f"{campaign.language!r} is no language that briefgen knows"
    hint = "write its code, for example en, fr or en-GB (BCP 47)"
    return [Problem("language-unknown", message, campaign.at("language"), hint)]


def _fingerprint(
    campaign: CampaignConfig, found: Found, library: Library, verified: Mapping[str, Mapping[str, Any]]
) -> str:
    sender = campaign.sender
    styles = {part.citation_style for part in (campaign.letter, campaign.briefing)}
    logo = [campaign.letterhead.logo.file] if campaign.letterhead.logo else []
    logo += [str(Path(name).with_suffix(".png")) for name in logo]
    names = [
        FORMS,
        sender.signature,
        sender.letterhead,
        *logo,
        *(name for name in sorted(styles) if name.endswith(".csl")),
    ]
    files = [found.folder.path / name for name in names if name]
    files += pictures_of(found.folder.path)
    beside = [file for file in dict.fromkeys(files) if is_ordinary(file)]
    return fingerprint(campaign, library.folders, beside, verified)


def _sendable(everybody: list[Recipient], composer: Composer) -> tuple[tuple[Recipient, ...], list[Problem]]:
    """Part those who can be written to from those who cannot, with the reason."""
    sending: list[Recipient] = []
    problems: list[Problem] = []
    campaign, look = composer.campaign, look_of(composer.campaign)
    for recipient in everybody:
        problem = sendable(recipient, campaign.date) or _speaks(recipient, campaign)
        if problem is None:
            try:
                to = address(recipient, composer.forms, sender_country=campaign.sender.country)
            except BriefgenError as error:
                problems.extend(replace(one, about=recipient.id) for one in error.problems)
                continue
            if unfit := check_address(to, recipient, campaign, look):
                problems.extend(replace(one, about=recipient.id) for one in unfit)
                continue
            sending.append(recipient)
        else:
            problems.append(replace(problem, about=recipient.id))
    return tuple(sending), problems


def _speaks(recipient: Recipient, campaign: CampaignConfig) -> Problem | None:
    """A letter is in one language: the campaign's."""
    if same_language(recipient.language, campaign.language):
        return None
    return Problem(
        "language-differs",
        f"{recipient.full_name or recipient.id} ({recipient.id}) is to be written to in "
        f"{recipient.language!r}, and the campaign is in {campaign.language!r}",
        recipient.place,
        "make a campaign in that language, or leave the column language empty",
    )


def _sample_sender(campaign: CampaignConfig) -> list[Problem]:
    """The starter campaign's sender is nobody: say so before anything is printed in its name."""
    sender = campaign.sender
    sample = [name for name in ("organisation", "name") if "example" in getattr(sender, name).lower()]
    if not sample:
        return []
    return [
        Problem(
            "sender-sample",
            f"the sender is still the sample ({getattr(sender, sample[0])})",
            campaign.at("sender", sample[0]),
            "put your own organisation and name there",
            severity="warning",
        )
    ]


def summary_of(examined: Examined) -> str:
    """How the library's statements were verified, in a sentence."""
    how: Counter[str] = Counter(verification.how for verification in examined.verified.values())
    parts = [f"{number} {words}" for key, words in _VERIFIED.items() if (number := how[key])]
    return (
        f"Evidence of {sum(how.values())} snippets and caveats: {', '.join(parts)}."
        if parts
        else "No snippets."
    )


_VERIFIED = {
    "proved": "by quotes compared with their text just now",
    "unchanged": "by quotes that stand as when they were proved",
    "attested": "by what a named person read in the source",
    "computed": "by computation from others",
    "none": "without any, as asks may be",
    "failed": "not proved",
}


def recipients_named(opened: Campaign, ids: Iterable[str]) -> list[Recipient]:
    """The recipients with these ids; raises with all that are not there or cannot be written to."""
    found: list[Recipient] = []
    faults: list[BriefgenError] = []
    for one in dict.fromkeys(ids):
        try:
            found.append(recipient_named(opened, one))
        except BriefgenError as fault:
            faults.append(fault)
    if faults:
        problems = [problem for fault in faults for problem in fault.problems]
        raise max(faults, key=lambda fault: fault.exit_code).__class__(problems)
    return found


def recipient_named(opened: Campaign, to: str) -> Recipient:
    """The recipient with an id; raises with the reason where there is none or none can be written to."""
    for one in opened.recipients:
        if one.id == to:
            return one
    reasons = [problem for problem in opened.skipped if problem.about == to]
    if reasons:
        raise BriefgenError(reasons)
    known = [one.id for one in opened.recipients]
    alike = [name for name in known if to and name.startswith(to)][:3] or _beginning_alike(to, known)
    hint = f"did you mean {' or '.join(alike)}?" if alike else suggest(to, known)
    hint = hint or "briefgen recipients list"
    if unread := count_recipients(problem for problem in opened.skipped if not problem.about):
        hint += f"; {count(unread, 'row')} of the list cannot be read: briefgen recipients list says why"
    raise UsageError(Problem("recipient-unknown", f"no recipient has the id {to!r}", None, hint))


def _beginning_alike(to: str, known: list[str]) -> list[str]:
    """Ids of which what was given may be the misspelt beginning, as where somebody types the name alone."""
    beginnings: dict[str, list[str]] = {}
    for name in known:
        beginnings.setdefault(name[: len(to) + 1], []).append(name)
    near = get_close_matches(to, beginnings, n=3, cutoff=0.75)
    return [name for beginning in near for name in beginnings[beginning]][:3]

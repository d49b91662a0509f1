"""Checks the letters and the briefing of a campaign as they would be sent, for `briefgen check`.

The campaign itself is checked when it is opened. Here each letter is composed, and laid out if its pages are
limited or to be counted. One letter of each kind is made in each of the campaign's formats, and its pages
are looked at; the characters of all letters are looked up in the fonts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import unescape

from briefgen.campaign.briefing_checks import check_briefing
from briefgen.campaign.due import is_due, recheck_warning
from briefgen.campaign.environment import installed_versions
from briefgen.campaign.letter_checks import MAX_PAGES, ComposedLetter, check_letters, compose_for_checks
from briefgen.campaign.open import Campaign
from briefgen.campaign.page_fit import PageFitter
from briefgen.compose.citations.citeproc import pandoc_identity
from briefgen.compose.citations.pandoc_session import keep_pandoc
from briefgen.errors import BriefgenError, Problem, abbreviate_names
from briefgen.model.document import Document
from briefgen.model.recipient import Recipient
from briefgen.render.address_window import extract_address_lines, find_wrapped_address_lines
from briefgen.render.fonts import describe_missing_glyphs
from briefgen.render.layouts import get_layout
from briefgen.render.registry import FORMATS, RendererFactory
from briefgen.render.text import write_plain_text
from briefgen.system.cache import cache_key, keep, recall
from briefgen.system.limits import resource_limits

CheckProgress = Callable[[int, int], None]
_TABLE_OR_PICTURE = re.compile(r"<table\b.*?</table>|<img\b[^>]*>", re.DOTALL)
_DATA_URL = re.compile(r'="data:[^"]*"')
_LISTED_LINES = 3
"""Maximum number of lines that a warning quotes."""


def check_documents(
    campaign: Campaign, *, count_pages: bool = False, progress: CheckProgress | None = None
) -> tuple[list[Problem], list[Problem]]:
    """Return warnings about the documents, and the problems of those that cannot be composed or do not fit.

    If the campaign limits pages, documents are laid out, but only one of several letters with the same text.
    With `count_pages`, the pages of letters are counted; of letters with the same text only the longest is.
    What an earlier run found about the same documents is taken from there, if none of them failed. `progress`
    is told how many of how many letters have been composed.
    """
    name = _describe_documents(campaign, count_pages)
    earlier: _SoundDocuments | None = recall("documents", name)
    if earlier is not None and not _lacks_glyphs(earlier.characters, campaign):
        return list(earlier.warnings), []
    with keep_pandoc():
        letters, warnings, errors = _check_documents(campaign, count_pages, progress)
    if not errors and not any(problem.code == "pdf-assembly" for problem in warnings):
        characters = frozenset().union(*map(_printed_characters, letters))
        keep("documents", name, _SoundDocuments(tuple(warnings), characters))
    return warnings, errors


@dataclass(frozen=True, slots=True)
class _SoundDocuments:
    """What a check found, if every document can be made."""

    warnings: tuple[Problem, ...]
    characters: frozenset[str]
    """All characters of the letters. The fonts are asked for them each time: fonts come and go."""


def _describe_documents(campaign: Campaign, count_pages: bool) -> str:
    """Return the name of what a check finds: a hash of all that the documents and their pages depend on."""
    composer = campaign.composer
    return cache_key(
        "documents",
        composer.fingerprint,
        campaign.config.model_dump_json(),
        campaign.rendering_fingerprint,
        # What messages call the files.
        [campaign.config.locate().file, *(folder.display_name for folder in composer.library.folders)],
        campaign.recipients,
        [name for name in campaign.config.output.formats if _machine_has(name)],
        sorted(installed_versions().items()),
        pandoc_identity(),
        count_pages,
    )


def _lacks_glyphs(characters: frozenset[str], campaign: Campaign) -> bool:
    if "pdf" not in campaign.config.output.formats or not _machine_has("pdf"):
        return False
    return bool(campaign.renderers(()).get_renderer("pdf").find_missing_glyphs(characters))


def _check_documents(
    campaign: Campaign, count_pages: bool, progress: CheckProgress | None
) -> tuple[list[ComposedLetter], list[Problem], list[Problem]]:
    """Return the letters that can be composed, warnings about the documents, and why others failed."""
    renderers = campaign.renderers(())
    fitter = campaign.page_fitter(renderers)
    letters: list[ComposedLetter] = []
    errors: list[Problem] = []
    for number, recipient in enumerate(campaign.recipients):
        if progress is not None:
            progress(number, len(campaign.recipients))
        try:
            with resource_limits(f"the letter to {recipient.id}"):
                document = fitter.compose_letter(recipient)
            letters.append(compose_for_checks(campaign.composer, recipient, document))
        except BriefgenError as error:
            errors.extend(error.problems)
    briefing, briefing_errors = _compose_briefing(campaign, fitter)
    errors += briefing_errors
    errors += _check_renderings(letters, campaign, renderers)
    warnings = [
        *check_letters(letters, campaign.config),
        *_check_due_statements([*(letter.document for letter in letters), *briefing], campaign),
        *_check_wrapped_address_lines(letters, campaign),
        *_check_text_limit(letters, campaign.config.output.text_limit),
        *(problem for document in briefing for problem in check_briefing(document, campaign.config)),
    ]
    if count_pages and "letter-too-long" not in campaign.config.ignore:
        warnings += _check_letter_length(letters, renderers)
    warnings += renderers.list_differences()
    return letters, warnings, list(dict.fromkeys(errors))


def _check_renderings(
    letters: list[ComposedLetter], campaign: Campaign, renderers: RendererFactory
) -> Iterator[Problem]:
    """Yield what prevents letters from being made in a format: the longest of each kind is made, in memory.

    Formats that need something this machine lacks are left out: making the letters says so.
    """
    formats = [name for name in campaign.config.output.formats if _machine_has(name)]
    longest: dict[object, Document] = {}
    for letter in letters:
        kind = _describe_kind(letter, campaign)
        longest[kind] = max(
            longest.get(kind, letter.document), letter.document, key=lambda each: len(each.html)
        )
    found: list[Problem] = []
    for document in longest.values():
        for name in formats:
            try:
                with resource_limits(document.title):
                    renderers.get_renderer(name).render(document)
            except BriefgenError as error:
                found += error.problems
    # The fonts are asked once, for all letters together.
    yield from (problem for problem in found if problem.code != "glyph-missing")
    if "pdf" in formats:
        yield from _check_glyphs(letters, renderers)


def _machine_has(format: str) -> bool:
    """Return whether this machine has what a format needs."""
    try:
        FORMATS.get(format).check_machine()
    except BriefgenError:
        return False
    return True


def _describe_kind(letter: ComposedLetter, campaign: Campaign) -> object:
    """Return what letters of one kind have in common: template, language, tables and pictures."""
    composer, document = campaign.composer, letter.document
    template = composer.templates.find_template(campaign.config.letter.template, letter.recipient)
    return template, document.language, tuple(_TABLE_OR_PICTURE.findall(document.html))


def _check_glyphs(letters: list[ComposedLetter], renderers: RendererFactory) -> Iterator[Problem]:
    """Yield a problem for each letter with characters that no font has."""
    texts = list(map(_printed_characters, letters))
    missing = renderers.get_renderer("pdf").find_missing_glyphs(set().union(*texts))
    for letter, text in zip(letters, texts, strict=True):
        if lacking := missing.intersection(text):
            yield from (
                replace(problem, place=letter.recipient.place)
                for problem in describe_missing_glyphs(map(ord, lacking), letter.document.title)
            )


def _printed_characters(letter: ComposedLetter) -> frozenset[str]:
    return frozenset(unescape(_DATA_URL.sub("", letter.document.html)))


def _compose_briefing(campaign: Campaign, fitter: PageFitter) -> tuple[list[Document], list[Problem]]:
    """Return the briefing, if the campaign has one, and why it does not fit.

    Whether it can be composed at all was checked when the campaign was opened.
    """
    settings = campaign.config.briefing
    if not (settings.sections or settings.max_pages):
        return [], []
    errors: list[Problem] = []
    try:
        with resource_limits("the briefing"):
            document = fitter.compose_briefing()
    except BriefgenError as error:
        errors.extend(error.problems)
        document = campaign.composer.compose_briefing()
    return [document] if settings.sections else [], errors


def _check_due_statements(documents: list[Document], campaign: Campaign) -> list[Problem]:
    """Warn about printed statements that were to be looked up again by the campaign's date.

    Those that the rules select were reported when the campaign was opened.
    """
    if "recheck-due" in campaign.config.ignore:
        return []
    printed = {entry["id"] for document in documents for entry in document.record["snippets"]}
    known = {warning.about for warning in campaign.warnings if warning.code == "recheck-due"}
    library, on = campaign.composer.library.snippets, campaign.config.date
    snippets = (library[name] for name in sorted((printed & library.keys()) - known))
    return [recheck_warning(snippet, on) for snippet in snippets if is_due(snippet, on)]


def _check_wrapped_address_lines(letters: list[ComposedLetter], campaign: Campaign) -> list[Problem]:
    """Warn, in one problem, about address lines that wrap in their window."""
    settings = campaign.config.letter
    layout = get_layout("letter", settings.page, settings.layout)
    if layout.window is None or "address-turned-over" in campaign.config.ignore:
        return []
    wrapped: dict[str, Recipient] = {}
    for letter in letters:
        address_lines = extract_address_lines(letter.document.html)
        for line in find_wrapped_address_lines(address_lines, layout, campaign.branding):
            wrapped.setdefault(line, letter.recipient)
    if not wrapped:
        return []
    lines = [f"{line!r} ({recipient.id})" for line, recipient in wrapped.items()]
    listed = abbreviate_names(lines, _LISTED_LINES)
    subject = "1 address line is" if len(wrapped) == 1 else f"{len(wrapped)} address lines are"
    return [
        Problem(
            "address-turned-over",
            f"{subject} too long for the window and continued on a second line: {listed}",
            next(iter(wrapped.values())).place,
            "look at one of these letters; shorten the address in the recipients' file if need be",
            severity="warning",
        )
    ]


def _check_text_limit(letters: list[ComposedLetter], limit: int | None) -> Iterator[Problem]:
    """Warn, in one problem, about the letters that are longer as plain text than the web form takes."""
    if limit is None:
        return
    lengths = [(len(write_plain_text(each.document).rstrip("\n")), each.recipient) for each in letters]
    too_long = [(length, recipient) for length, recipient in lengths if length > limit]
    if too_long:
        length, recipient = max(too_long, key=lambda pair: pair[0])
        others = len(too_long) - 1
        more = f"; {others} more are too long" if others else ""
        yield Problem(
            "text-too-long",
            f"as plain text, the letter to {recipient.id} has {length:,} characters, "
            f"{length - limit:,} more than output.text_limit allows{more}",
            recipient.place,
            "lower selection.max_snippets, give statements a short wording, or use shorter citations",
            severity="warning",
        )


def _check_letter_length(letters: list[ComposedLetter], renderers: RendererFactory) -> list[Problem]:
    """Warn about letters over two pages (AIUSA, FCNL); count one of those that differ only in address."""
    longest: dict[str, ComposedLetter] = {}
    for letter in letters:
        known = longest.setdefault(letter.body, letter)
        if len(letter.document.html) > len(known.document.html):
            longest[letter.body] = letter
    problems = []
    for letter in longest.values():
        with resource_limits(letter.document.title):
            pages = renderers.measure(letter.document).pages
        if pages > MAX_PAGES:
            problems.append(
                Problem(
                    "letter-too-long",
                    f"the letter to {letter.recipient.id} has {pages} pages, more than {MAX_PAGES}",
                    letter.recipient.place,
                    "lower selection.max_snippets or selection.max_words, or shorten your own texts",
                    severity="warning",
                )
            )
    return problems

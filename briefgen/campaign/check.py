"""Checks the letters and the briefing of a campaign as they would be sent, for `briefgen check`.

The campaign itself is checked when it is opened. Here each letter is composed, and laid out if its pages are
limited or to be counted. One letter of each kind is made in each of the campaign's formats, and its pages
are looked at; the characters of all letters are looked up in the fonts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Protocol

from briefgen.batch.fork_server import ForkServer
from briefgen.campaign.check_workers import CheckWorkers
from briefgen.campaign.due import is_due, recheck_warning
from briefgen.campaign.environment import installed_versions
from briefgen.campaign.letter_checks import MAX_PAGES, LetterText, gather_letter_warnings
from briefgen.campaign.letter_findings import (
    FailedLetter,
    LetterExaminer,
    LetterFindings,
    find_longest,
    machine_has,
)
from briefgen.campaign.open import Campaign
from briefgen.compose.citations.citeproc import pandoc_identity
from briefgen.errors import Problem, abbreviate_names
from briefgen.model.document import Document
from briefgen.model.recipient import Recipient
from briefgen.render.fonts import describe_missing_glyphs
from briefgen.render.registry import RendererFactory
from briefgen.system.cache import cache_key, keep, recall
from briefgen.system.limits import resource_limits

CheckProgress = Callable[[int, int], None]
_LISTED_LINES = 3
"""Maximum number of lines that a warning quotes."""


def check_documents(
    campaign: Campaign,
    *,
    count_pages: bool = False,
    progress: CheckProgress | None = None,
    server: ForkServer | None = None,
) -> tuple[list[Problem], list[Problem]]:
    """Return warnings about the documents, and the problems of those that cannot be composed or do not fit.

    If the campaign limits pages, documents are laid out, but only one of several letters with the same text.
    With `count_pages`, the pages of letters are counted; of letters with the same text only the longest is.
    What an earlier run found about the same documents is taken from there, if none of them failed. `progress`
    is told how many of how many letters have been composed. The check is divided among workers forked from
    `server`, if that was started (`start_check_server`).
    """
    name = _describe_documents(campaign, count_pages)
    earlier: _SoundDocuments | None = recall("documents", name)
    if earlier is not None and not _lacks_glyphs(earlier.characters, campaign):
        return list(earlier.warnings), []
    letters, warnings, errors = _check_documents(campaign, count_pages, progress, server)
    if not errors and not any(problem.code == "pdf-assembly" for problem in warnings):
        characters = frozenset().union(*(letter.characters for letter in letters))
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
        [name for name in campaign.config.output.formats if machine_has(name)],
        sorted(installed_versions().items()),
        pandoc_identity(),
        count_pages,
    )


def _lacks_glyphs(characters: frozenset[str], campaign: Campaign) -> bool:
    if "pdf" not in campaign.config.output.formats or not machine_has("pdf"):
        return False
    return bool(campaign.renderers(()).get_renderer("pdf").find_missing_glyphs(characters))


def _check_documents(
    campaign: Campaign, count_pages: bool, progress: CheckProgress | None, server: ForkServer | None
) -> tuple[list[LetterFindings], list[Problem], list[Problem]]:
    """Return the letters that can be composed, warnings about the documents, and why others failed."""
    renderers = campaign.renderers(())
    formats = tuple(name for name in campaign.config.output.formats if machine_has(name))
    examiner = LetterExaminer(campaign.page_fitter(renderers), renderers, formats, count_pages)

    def show(number: int) -> None:
        if progress is not None:
            progress(number, len(campaign.recipients))

    # Letters whose pages are to be counted are all needed here.
    with CheckWorkers(examiner, server) if server and not count_pages else nullcontext() as workers:
        if workers is not None:
            examined, briefing = workers.examine(campaign.recipients, show)
        else:
            examined = []
            for letter in examiner.examine(campaign.recipients):
                show(len(examined))
                examined.append(letter)
            examined, briefing = examiner.forget_documents(examined), examiner.examine_briefing()
        letters = [letter for letter in examined if isinstance(letter, LetterFindings)]
        longest = [one.document for one in find_longest(letters).values() if one.document is not None]
        if workers is not None:
            trials = workers.try_formats(longest)
        else:
            trials = [problem for document in longest for problem in examiner.try_formats(document)]
    errors = [
        *(problem for one in examined if isinstance(one, FailedLetter) for problem in one.problems),
        *briefing.errors,
        # The fonts are asked once, for all letters together.
        *(problem for problem in trials if problem.code != "glyph-missing"),
        *(_check_glyphs(letters, renderers) if "pdf" in formats else ()),
    ]
    printed = {name for one in letters for name in one.statements} | set(briefing.statements)
    warnings = [
        *gather_letter_warnings([(one, one.warnings) for one in letters], campaign.config),
        *_check_due_statements(printed, campaign),
        *_check_wrapped_address_lines(letters, campaign),
        *_check_text_limit(letters, campaign.config.output.text_limit),
        *briefing.warnings,
    ]
    if count_pages and "letter-too-long" not in campaign.config.ignore:
        warnings += _check_letter_length(letters, renderers)
    warnings += renderers.list_differences() + (workers.differences if workers else [])
    return letters, warnings, list(dict.fromkeys(errors))


def _check_glyphs(letters: Sequence[LetterFindings], renderers: RendererFactory) -> Iterator[Problem]:
    """Yield a problem for each letter with characters that no font has."""
    missing = renderers.get_renderer("pdf").find_missing_glyphs(
        set().union(*(one.characters for one in letters))
    )
    for letter in letters:
        if lacking := missing.intersection(letter.characters):
            yield from (
                replace(problem, place=letter.recipient.place)
                for problem in describe_missing_glyphs(map(ord, lacking), letter.title)
            )


def _check_due_statements(printed: set[str], campaign: Campaign) -> list[Problem]:
    """Warn about printed statements that were to be looked up again by the campaign's date.

    Those that the rules select were reported when the campaign was opened.
    """
    if "recheck-due" in campaign.config.ignore:
        return []
    known = {warning.about for warning in campaign.warnings if warning.code == "recheck-due"}
    library, on = campaign.composer.library.snippets, campaign.config.date
    snippets = (library[name] for name in sorted((printed & library.keys()) - known))
    return [recheck_warning(snippet, on) for snippet in snippets if is_due(snippet, on)]


def _check_wrapped_address_lines(letters: Sequence[LetterFindings], campaign: Campaign) -> list[Problem]:
    """Warn, in one problem, about address lines that wrap in their window."""
    if "address-turned-over" in campaign.config.ignore:
        return []
    wrapped: dict[str, Recipient] = {}
    for letter in letters:
        for line in letter.wrapped_lines:
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


def _check_text_limit(letters: Sequence[LetterFindings], limit: int | None) -> Iterator[Problem]:
    """Warn, in one problem, about the letters that are longer as plain text than the web form takes."""
    if limit is None:
        return
    too_long = [(one.text_length, one.recipient) for one in letters if one.text_length > limit]
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


class _WholeLetter(LetterText, Protocol):
    """A letter of which the document is known."""

    @property
    def document(self) -> Document | None:
        """The letter."""


def _check_letter_length(letters: Sequence[_WholeLetter], renderers: RendererFactory) -> list[Problem]:
    """Warn about letters over two pages (AIUSA, FCNL); count one of those that differ only in address."""
    longest: dict[str, tuple[Recipient, Document]] = {}
    for letter in letters:
        assert letter.document is not None
        known = longest.setdefault(letter.body, (letter.recipient, letter.document))
        if len(letter.document.html) > len(known[1].html):
            longest[letter.body] = letter.recipient, letter.document
    problems = []
    for recipient, document in longest.values():
        with resource_limits(document.title):
            pages = renderers.measure(document).pages
        if pages > MAX_PAGES:
            problems.append(
                Problem(
                    "letter-too-long",
                    f"the letter to {recipient.id} has {pages} pages, more than {MAX_PAGES}",
                    recipient.place,
                    "lower selection.max_snippets or selection.max_words, or shorten your own texts",
                    severity="warning",
                )
            )
    return problems

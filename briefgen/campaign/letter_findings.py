"""What a check finds out about letters, one by one, in this process or in a worker.

Only what the checks of all letters together need is kept of each, so that it is little to send and to keep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from html import unescape

from briefgen.campaign.briefing_checks import check_briefing
from briefgen.campaign.letter_checks import ComposedLetter, check_letter, compose_for_checks
from briefgen.campaign.page_fit import PageFitter
from briefgen.compose.citations.pandoc_session import keep_pandoc
from briefgen.errors import BriefgenError, Problem
from briefgen.model.document import Document
from briefgen.model.recipient import Recipient
from briefgen.render.address_window import extract_address_lines, find_wrapped_address_lines
from briefgen.render.layouts import get_layout
from briefgen.render.registry import FORMATS, RendererFactory
from briefgen.render.text import write_plain_text
from briefgen.system.limits import resource_limits

_TABLE_OR_PICTURE = re.compile(r"<table\b.*?</table>|<img\b[^>]*>", re.DOTALL)
_DATA_URL = re.compile(r'="data:[^"]*"')


@dataclass(frozen=True, slots=True)
class LetterFindings:
    """What a check needs to know of a letter that can be composed."""

    recipient: Recipient
    title: str
    warnings: tuple[Problem, ...]
    """Where it breaks rules for letters."""
    body: str
    """Text of the body, without notes."""
    characters: str
    """Each character that it prints, once."""
    statements: tuple[str, ...]
    """The ids of those that it prints."""
    wrapped_lines: tuple[str, ...]
    """Lines of its address that wrap in their window."""
    text_length: int
    """As plain text; 0 if nothing limits that."""
    kind: bytes
    """A digest of what letters of one kind have in common: template, language, tables and pictures."""
    html_length: int
    document: Document | None
    """None if another letter of the kind is longer, so that this one need not be made on trial."""


@dataclass(frozen=True, slots=True)
class FailedLetter:
    """Why a letter cannot be composed, or does not fit."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class BriefingFindings:
    """The statements that a briefing prints, and what is wrong with it."""

    statements: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    errors: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class LetterExaminer:
    """Composes letters as they would be sent, and looks at each; picklable, for workers."""

    fitter: PageFitter
    renderers: RendererFactory
    formats: tuple[str, ...]
    """In which letters are made on trial."""
    keeps_documents: bool = False
    """Whether every letter is kept, not only the longest of each kind."""

    def examine(self, recipients: Sequence[Recipient]) -> Iterator[LetterFindings | FailedLetter]:
        """Yield what is found out about the letter to each recipient, in order."""
        with keep_pandoc():
            for recipient in recipients:
                try:
                    with resource_limits(f"the letter to {recipient.id}"):
                        document = self.fitter.compose_letter(recipient)
                    letter = compose_for_checks(self.fitter.composer, recipient, document)
                except BriefgenError as error:
                    yield FailedLetter(error.problems)
                else:
                    yield self._describe(letter)

    def _describe(self, letter: ComposedLetter) -> LetterFindings:
        document, campaign = letter.document, self.fitter.composer.campaign
        layout = get_layout("letter", campaign.letter.page, campaign.letter.layout)
        wrapped: list[str] = []
        if layout.window is not None:
            lines = extract_address_lines(document.html)
            wrapped = find_wrapped_address_lines(lines, layout, self.renderers.branding)
        has_limit = campaign.output.text_limit is not None
        return LetterFindings(
            letter.recipient,
            document.title,
            tuple(check_letter(letter, campaign)),
            letter.body,
            "".join(sorted(set(unescape(_DATA_URL.sub("", document.html))))),
            tuple(entry["id"] for entry in document.record["snippets"]),
            tuple(wrapped),
            len(write_plain_text(document).rstrip("\n")) if has_limit else 0,
            self._digest_kind(letter),
            len(document.html),
            document,
        )

    def _digest_kind(self, letter: ComposedLetter) -> bytes:
        composer, document = self.fitter.composer, letter.document
        template = composer.templates.find_template(composer.campaign.letter.template, letter.recipient)
        blocks = _TABLE_OR_PICTURE.findall(document.html)
        return sha256(repr((template, document.language, blocks)).encode()).digest()

    def forget_documents(
        self, letters: Sequence[LetterFindings | FailedLetter]
    ) -> list[LetterFindings | FailedLetter]:
        """Return letters with the documents of the longest of each kind only."""
        if self.keeps_documents:
            return list(letters)
        longest = set(map(id, find_longest(letters).values()))
        return [
            replace(letter, document=None)
            if isinstance(letter, LetterFindings) and id(letter) not in longest
            else letter
            for letter in letters
        ]

    def try_formats(self, document: Document) -> list[Problem]:
        """Return what prevents a letter from being made, in each format."""
        problems: list[Problem] = []
        for name in self.formats:
            try:
                with resource_limits(document.title):
                    self.renderers.get_renderer(name).render(document)
            except BriefgenError as error:
                problems += error.problems
        return problems

    def examine_briefing(self) -> BriefingFindings:
        """Compose the briefing, if the campaign has one, and look at it.

        Whether it can be composed at all was checked when the campaign was opened.
        """
        composer = self.fitter.composer
        settings = composer.campaign.briefing
        if not (settings.sections or settings.max_pages):
            return BriefingFindings()
        errors: tuple[Problem, ...] = ()
        with keep_pandoc():
            try:
                with resource_limits("the briefing"):
                    document = self.fitter.compose_briefing()
            except BriefgenError as error:
                errors = error.problems
                document = composer.compose_briefing()
        if not settings.sections:
            return BriefingFindings(errors=errors)
        statements = tuple(entry["id"] for entry in document.record["snippets"])
        return BriefingFindings(statements, tuple(check_briefing(document, composer.campaign)), errors)


def find_longest(letters: Sequence[LetterFindings | FailedLetter]) -> dict[bytes, LetterFindings]:
    """Return the longest letter of each kind, the first of several."""
    longest: dict[bytes, LetterFindings] = {}
    for letter in letters:
        if isinstance(letter, LetterFindings):
            known = longest.setdefault(letter.kind, letter)
            if letter.html_length > known.html_length:
                longest[letter.kind] = letter
    return longest


def machine_has(format: str) -> bool:
    """Return whether this machine has what a format needs."""
    try:
        FORMATS.get(format).check_machine()
    except BriefgenError:
        return False
    return True

"""Checks every letter of an opened campaign as it would be sent; `briefgen check` is its only caller.

The campaign itself is checked where it is opened; here each letter is composed, and set where its
pages are limited or to be counted.
"""

from __future__ import annotations

from collections.abc import Callable

from briefgen.campaign.briefing_checks import check_briefing
from briefgen.campaign.letter_checks import MOST_PAGES, Composed, check_letters, composed
from briefgen.campaign.open import Campaign
from briefgen.campaign.page_fit import Fitting
from briefgen.errors import BriefgenError, Problem
from briefgen.model.document import Document
from briefgen.model.recipient import Recipient
from briefgen.render.address_window import address_lines, turned_over
from briefgen.render.layouts import layout_of
from briefgen.system.limits import patience

_TOLD = 3
"""Lines that a warning names."""
Measure = Callable[[Document], int]
"""Pages of a document."""


def check_all(opened: Campaign, measure: Measure | None = None) -> tuple[list[Problem], list[Problem]]:
    """Warnings about the letters, and the problems of documents that cannot be composed or do not fit.

    Where the campaign limits pages, what it limits is set, of letters with the same text one. With a
    `measure` the pages of each letter are counted: of letters with the same text only the longest is.
    """
    fitting = opened.fitting(opened.renderers(()))
    letters: list[Composed] = []
    broken: list[Problem] = []
    for recipient in opened.recipients:
        try:
            with patience(f"the letter to {recipient.id}"):
                fitted = fitting.letter(recipient)
            letters.append(composed(opened.composer, recipient, fitted))
        except BriefgenError as error:
            broken.extend(error.problems)
    paper, too_much = _briefing(opened, fitting)
    broken += too_much
    warnings = [*check_letters(letters, opened.campaign), *_turned_over(letters, opened), *paper]
    if measure is not None and "letter-too-long" not in opened.campaign.ignore:
        warnings += _too_long(letters, measure)
    return warnings, broken


def _briefing(opened: Campaign, fitting: Fitting) -> tuple[list[Problem], list[Problem]]:
    """Warnings about the briefing, and why it does not fit; whether it can be composed was tried when the
    campaign was opened."""
    paper = opened.campaign.briefing
    if not (paper.sections or paper.max_pages):
        return [], []
    too_much: list[Problem] = []
    try:
        with patience("the briefing"):
            document = fitting.briefing()
    except BriefgenError as error:
        too_much.extend(error.problems)
        document = opened.composer.briefing()
    return check_briefing(document, opened.campaign) if paper.sections else [], too_much


def _turned_over(letters: list[Composed], opened: Campaign) -> list[Problem]:
    """Lines of addresses that go on in a second row of their window, told in one warning."""
    letter = opened.campaign.letter
    layout = layout_of("letter", letter.page, letter.layout)
    if layout.window is None or "address-turned-over" in opened.campaign.ignore:
        return []
    found: dict[str, Recipient] = {}
    for one in letters:
        for line in turned_over(address_lines(one.document.html), layout, opened.look):
            found.setdefault(line, one.recipient)
    if not found:
        return []
    told = ", ".join(f"{line!r} ({recipient.id})" for line, recipient in list(found.items())[:_TOLD])
    more = f" and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
    many = "a line of an address is" if len(found) == 1 else f"{len(found)} lines of addresses are"
    return [
        Problem(
            "address-turned-over",
            f"{many} too long for one row of the window, and taken on to a second: {told}{more}",
            next(iter(found.values())).place,
            "look at one of these letters; shorten what stands in the recipients' file",
            severity="warning",
        )
    ]


def _too_long(letters: list[Composed], measure: Measure) -> list[Problem]:
    """The letters over two pages (AIUSA, FCNL); those that differ in address alone are measured once."""
    longest: dict[str, Composed] = {}
    for letter in letters:
        known = longest.setdefault(letter.body, letter)
        if len(letter.document.html) > len(known.document.html):
            longest[letter.body] = letter
    problems = []
    for letter in longest.values():
        pages = measure(letter.document)
        if pages > MOST_PAGES:
            problems.append(
                Problem(
                    "letter-too-long",
                    f"the letter to {letter.recipient.id} has {pages} pages, more than {MOST_PAGES}",
                    letter.recipient.place,
                    "lower selection.max_snippets or selection.max_words, or shorten texts of your own",
                    severity="warning",
                )
            )
    return problems

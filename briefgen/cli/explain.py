"""The command that explains a letter: why these snippets, this form of address, this template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from briefgen.cli import options
from briefgen.cli.app import app
from briefgen.cli.console import Console
from briefgen.errors import quantity

if TYPE_CHECKING:
    from briefgen.campaign.explain import LetterExplanation, PageFitExplanation, SnippetExplanation

_WIDTH = 100
_GROUPED = ("topic", "superseded", "language", "unverified", "excluded")
"""Reasons that say the same of many snippets: these are named together."""


@app.command()
def explain(
    to: Annotated[str, typer.Option("--to", help="Id of the recipient.")],
    campaign: options.CampaignPath = Path(),
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Say why a letter is as it is: form of address, template, rules, ask, and every snippet in or out."""
    from briefgen.campaign.explain import explain_letter as explain_letter
    from briefgen.campaign.open import find_recipient, open_campaign
    from briefgen.system.limits import resource_limits

    console = Console(as_json, quiet)
    opened = open_campaign(campaign)
    recipient = find_recipient(opened, to)
    with resource_limits(f"the letter to {recipient.id}"):
        fit = opened.page_fitter(opened.renderers(())).fit_letter(recipient).fit
    why = explain_letter(opened.composer, recipient, fit)
    console.document({"ok": True, **why.as_json()})
    for line in _lines(why):
        console.line(line)


def _lines(why: LetterExplanation) -> Iterator[str]:
    yield f"{why.id}, to be written to in {why.language!r}"
    yield ""
    yield from _form(why)
    yield ""
    yield f"Template: {why.template}"
    for name in why.templates_looked_for[: why.templates_looked_for.index(why.template)]:
        yield f"    before it was looked for {name}"
    yield ""
    yield from _rules(why)
    yield ""
    if why.pages:
        yield from _pages(why.pages)
        yield ""
    yield from _snippets(why)


def _pages(pages: PageFitExplanation) -> Iterator[str]:
    if pages.over:
        yield f"Pages: {pages.now}, and {pages.over} too much for at most {pages.most}"
    else:
        yield f"Pages: {pages.now} of at most {pages.most}"
    if pages.cuts:
        yield f"    whole, the letter has {quantity(pages.whole, 'page')}; so, in this order:"
    for cut in pages.cuts:
        yield from _indented(f"{cut.how.replace('-', ' ')} {cut.snippet}: {cut.reason}", 4)


def _form(why: LetterExplanation) -> Iterator[str]:
    instead = "" if why.form == why.office else f", for this state in place of {why.office}"
    yield f"Form of address: {why.form}{instead}"
    yield f"    from {why.form_source}"
    yield f"    gender {why.gender or 'not known: neutral words'}"
    yield from (f"    | {line}" for line in why.lines)
    yield f"    salutation  {why.salutation}"
    yield f"    close       {why.close}"
    yield f"    spoken to as {why.you!r}"


def _rules(why: LetterExplanation) -> Iterator[str]:
    yield "Rules:" if why.rules else "Rules: none"
    for rule in why.rules:
        topics = [f"topics {', '.join(rule.topics)}"] if rule.topics else []
        gives = "; ".join([*topics, *([f"ask {rule.ask}"] if rule.ask else [])])
        yield f"    {'holds    ' if rule.holds else 'does not '} {rule.when}  ({rule.place})"
        if rule.holds and gives:
            yield from _indented(gives, 14)
    yield from _indented(f"Topics: {', '.join(why.topics) or 'none, so that every topic counts'}", 0)
    yield f"Ask: {why.ask}  ({why.ask_place})"


def _snippets(why: LetterExplanation) -> Iterator[str]:
    used = [one for one in why.snippets if one.used]
    out = [one for one in why.snippets if not one.used]
    room = f" of at most {why.max_words}" if why.max_words else ""
    number = quantity(len(used), "snippet")
    yield f"In the letter: {number} of at most {why.max_snippets}, {why.words} words{room}"
    yield from _each(used)
    yield ""
    yield f"Not in the letter: {quantity(len(out), 'snippet')}"
    yield from _each(one for one in out if one.why not in _GROUPED)
    for reason in dict.fromkeys(one.reason for one in out if one.why in _GROUPED):
        yield f"    {reason}:"
        yield from _indented(", ".join(one.id for one in out if one.reason == reason), 8)


def _each(snippets: Iterable[SnippetExplanation]) -> Iterator[str]:
    for one in snippets:
        yield from _indented(f"{one.id}: {one.reason}", 4)


def _indented(text: str, by: int) -> list[str]:
    first, rest = " " * by, " " * (by + 4)
    return wrap(text, _WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)

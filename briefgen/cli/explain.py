"""The command `explain`: why a letter has these snippets, this form of address, this template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from briefgen.cli import options
from briefgen.cli.app import app
from briefgen.cli.console import Console
from briefgen.errors import Problem, UsageError, quantity

if TYPE_CHECKING:
    from briefgen.campaign.brief_fit import BriefFit
    from briefgen.campaign.explain import (
        LetterExplanation,
        OverrideExplanation,
        PageFitExplanation,
        SnippetExplanation,
    )

_WIDTH = 100
"""Width to which lines are wrapped, in characters."""
_GROUPED_REASONS = ("topic", "superseded", "language", "unverified", "excluded")
"""Reasons that usually apply to many snippets, which are then listed together."""


@app.command()
def explain(
    to: Annotated[str, typer.Option("--to", help="Id of the recipient.", show_default=False)] = "",
    campaign: options.CampaignPath = Path(),
    brief: Annotated[
        str,
        typer.Option(
            "--brief",
            metavar="KIND",
            help="Explain a brief instead: policy-brief, leave-behind, or one of your own.",
            show_default=False,
        ),
    ] = "",
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Explain a letter: form of address, template, rules, ask, and why each snippet is in it or not.

    Or explain a brief: how full its pages are, and why it prints what it does.
    """
    if brief:
        _explain_brief(Console(as_json, quiet), campaign, brief, to)
        return
    if not to:
        hint = "name a recipient with --to, or a brief with --brief policy-brief"
        raise UsageError(Problem("explain-nothing", "there is nothing to explain", None, hint))
    from briefgen.campaign.explain import explain_letter
    from briefgen.campaign.open import find_recipient, open_campaign
    from briefgen.system.limits import resource_limits

    console = Console(as_json, quiet)
    opened = open_campaign(campaign)
    recipient = find_recipient(opened, to)
    with resource_limits(f"the letter to {recipient.id}"):
        fit = opened.page_fitter(opened.renderers(())).fit_letter(recipient).fit
    explanation = explain_letter(opened.composer, recipient, fit, opened.own_stylesheets("letter"))
    console.document({"ok": True, **explanation.as_json()})
    for line in format_explanation(explanation):
        console.line(line)


def _explain_brief(console: Console, campaign: Path, kind: str, to: str) -> None:
    from briefgen.campaign.open import find_recipient, open_campaign
    from briefgen.system.limits import resource_limits

    opened = open_campaign(campaign)
    recipient = find_recipient(opened, to) if to else None
    if not opened.composer.brief_pages(kind):
        hint = "only policy-brief, leave-behind and templates that extend them choose what they print"
        raise UsageError(Problem("brief-kind", f"the paper {kind!r} is no brief", None, hint))
    with resource_limits("the brief"):
        fit = opened.page_fitter(opened.renderers(())).fit_brief(kind, recipient).fit
    decisions = [asdict(decision) for decision in fit.decisions]
    console.document({"ok": True, "kind": kind, "filled": list(fit.fills), "decisions": decisions})
    for line in format_brief_fit(kind, fit):
        console.line(line)


def format_brief_fit(kind: str, fit: BriefFit) -> Iterator[str]:
    """Yield how a brief fills its pages, as lines of text."""
    shares = " and ".join(f"{fill:.0%}" for fill in fit.fills)
    pages, layouts = quantity(len(fit.fills), "page"), quantity(fit.layouts, "layout")
    yield f"The {kind} fills {pages} to {shares}, after {layouts}"
    for place in dict.fromkeys(decision.place for decision in fit.decisions):
        yield ""
        yield f"{place[:1].upper()}{place[1:]}:"
        for decision in fit.decisions:
            if decision.place == place:
                yield from _indent(f"{decision.item}: {decision.reason}", 4)


def format_explanation(letter: LetterExplanation) -> Iterator[str]:
    """Yield the explanation as lines of text."""
    yield f"Letter to {letter.id}, in {letter.language!r}"
    yield ""
    yield from _format_address(letter)
    yield ""
    yield f"Template: {letter.template}{f', within {letter.frame}' if letter.frame else ''}"
    for name in letter.templates_looked_for[: letter.templates_looked_for.index(letter.template)]:
        yield f"    there is no {name}"
    yield ""
    yield from _format_rules(letter)
    yield ""
    if letter.pages:
        yield from _format_page_fit(letter.pages)
        yield ""
    if letter.own_stylesheets:
        names = ", ".join(letter.own_stylesheets)
        yield f"PDF: always laid out in full, because the campaign has its own {names}"
        yield ""
    if letter.overrides:
        yield "For this letter alone:"
        for override in letter.overrides:
            yield from _indent(f"{_describe_override(override)}  ({override.place})", 4)
        yield ""
    yield from _format_snippets(letter)


def _describe_override(override: OverrideExplanation) -> str:
    from briefgen.model.letter_overrides import names_statement

    words = f"“{override.words}”"
    match override.key:
        case "leave_out":
            return f"leaves out {override.what}"
        case "use":
            return f"uses {override.what}"
        case "short":
            return f"prints {override.what} in its short wording"
        case "after":
            return f"says after {override.what}, in words of your own: {words}"
        case "paragraph":
            return f"has a paragraph of your own: {words}"
    what = override.what if names_statement(override.what) else f"“{override.what}”"
    if not override.words:
        return f"does without the words {what}"
    return f"says instead of {what}, in words of your own: {words}"


def _format_page_fit(pages: PageFitExplanation) -> Iterator[str]:
    if pages.over:
        yield f"Pages: {pages.now}, {pages.over} over the limit of {pages.most}"
    else:
        yield f"Pages: {pages.now} of at most {pages.most}"
    if pages.cuts:
        yield f"    uncut, the letter has {quantity(pages.whole, 'page')}; cuts in order:"
    for cut in pages.cuts:
        yield from _indent(f"{cut.how.replace('-', ' ')} {cut.snippet}: {cut.reason}", 4)


def _format_address(letter: LetterExplanation) -> Iterator[str]:
    instead = "" if letter.form == letter.office else f", which replaces {letter.office} for this state"
    yield f"Form of address: {letter.form}{instead}"
    yield f"    from {letter.form_source}"
    yield f"    gender {letter.gender or 'unknown, so the wording is neutral'}"
    yield from (f"    | {line}" for line in letter.lines)
    yield f"    salutation  {letter.salutation}"
    yield f"    close       {letter.close}"
    yield f"    pronoun     {letter.you!r}"


def _format_rules(letter: LetterExplanation) -> Iterator[str]:
    yield "Rules:" if letter.rules else "Rules: none"
    for rule in letter.rules:
        topics = [f"topics {', '.join(rule.topics)}"] if rule.topics else []
        effect = "; ".join([*topics, *([f"ask {rule.ask}"] if rule.ask else [])])
        yield f"    {'applies ' if rule.holds else 'does not'}  {rule.when}  ({rule.place})"
        if rule.holds and effect:
            yield from _indent(effect, 14)
    yield from _indent(f"Topics: {', '.join(letter.topics) or 'none, so every topic counts'}", 0)
    yield f"Ask: {letter.ask}  ({letter.ask_place})"


def _format_snippets(letter: LetterExplanation) -> Iterator[str]:
    used = [snippet for snippet in letter.snippets if snippet.used]
    unused = [snippet for snippet in letter.snippets if not snippet.used]
    limit = f" of at most {letter.max_words}" if letter.max_words else ""
    number = quantity(len(used), "snippet")
    yield f"In the letter: {number} of at most {letter.max_snippets}, {letter.words} words{limit}"
    yield from _format_reasons(used)
    yield ""
    yield f"Not in the letter: {quantity(len(unused), 'snippet')}"
    yield from _format_reasons(snippet for snippet in unused if snippet.why not in _GROUPED_REASONS)
    grouped = [snippet for snippet in unused if snippet.why in _GROUPED_REASONS]
    for reason in dict.fromkeys(snippet.reason for snippet in grouped):
        yield f"    {reason}:"
        yield from _indent(", ".join(snippet.id for snippet in unused if snippet.reason == reason), 8)


def _format_reasons(snippets: Iterable[SnippetExplanation]) -> Iterator[str]:
    for snippet in snippets:
        yield from _indent(f"{snippet.id}: {snippet.reason}", 4)


def _indent(text: str, indent: int) -> list[str]:
    """Wrap text with an indent, four more from the second line on."""
    first, rest = " " * indent, " " * (indent + 4)
    return wrap(text, _WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)

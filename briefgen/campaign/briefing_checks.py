"""Checks a composed briefing against the rules for policy briefs and for submissions to the UPR.

The rules are those of the International Development Research Centre (IDRC) on policy briefs, and of the
Office of the High Commissioner for Human Rights (OHCHR) on written submissions. Every result is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from xml.etree import ElementTree

from briefgen.campaign.brief_fit import FILL
from briefgen.campaign.own_words import ProvedWords, check_own_words
from briefgen.compose.brief import MAX_FIGURES, MAX_KEY_FIGURES
from briefgen.errors import Problem, quantity
from briefgen.model.campaign import CampaignConfig
from briefgen.model.document import Document

MAX_WORDS = {"brief": 1500, "upr": 2815, "upr-joint": 5630}
"""Word limits of a policy brief (IDRC), of a submission to the UPR and of a joint one (OHCHR)."""
UPR_TEMPLATE = "upr-submission"
"""Name of the template folder for submissions to the UPR."""
_PAPER_NAMES = {
    "brief": "a policy brief",
    "upr": "a submission to the UPR",
    "upr-joint": "a joint submission to the UPR",
}
_UNCOUNTED_BLOCKS = frozenset({"title-block", "byline", "masthead", "toc", "bibliography", "evidence-annex"})
"""Blocks whose words do not count: the cover, lists and the annex. Nor do notes."""
_LINES_OF_PAGE = 53
"""Lines of text on a full page of a brief."""


def count_briefing_words(html: str) -> int:
    """Count the words of a document without notes, cover, list of sources and annex."""
    return len(_counted_text(ElementTree.fromstring(f"<r>{html}</r>")).split())


def _counted_text(element: ElementTree.Element) -> str:
    if element.get("class") == "footnote" or element.get("class") in _UNCOUNTED_BLOCKS:
        return ""
    # Blocks are separated by a space; inline elements are not.
    end = " " if element.tag in ("p", "li", "h1", "h2", "h3", "td", "th", "caption", "figcaption") else ""
    inner = "".join(_counted_text(child) + (child.tail or "") for child in element)
    return (element.text or "") + inner + end


def check_briefing(document: Document, campaign: CampaignConfig, template: str = "") -> list[Problem]:
    """Return warnings about the briefing, depending on its kind, except those that the campaign ignores.

    `template` is the template folder if the paper is not the campaign's briefing.
    """
    kind = _paper_kind(campaign, template)
    found = [
        *_check_length(document, campaign, kind),
        *_check_required_parts(campaign, kind),
        *_check_upr_submission(document, campaign, kind),
        *(() if template else _check_repeated_snippets(campaign)),
        *_check_unsourced_claims(document, campaign),
        *_check_fill(document, campaign),
    ]
    return [problem for problem in found if problem.code not in campaign.ignore]


def _paper_kind(campaign: CampaignConfig, template: str) -> str:
    """Return the kind of the paper; the template for submissions makes it one, whatever the campaign says."""
    kind = campaign.briefing.kind
    if (template or campaign.briefing.template) == UPR_TEMPLATE:
        return kind if kind.startswith("upr") else "upr"
    # A leave-behind or another custom paper is not the briefing whose kind the campaign states.
    return "paper" if template and template != campaign.briefing.template else kind


def _check_length(document: Document, campaign: CampaignConfig, kind: str) -> Iterator[Problem]:
    paper = campaign.briefing
    limit, words = paper.max_words or MAX_WORDS.get(kind, 0), count_briefing_words(document.html)
    if limit and words > limit:
        limit_of = f", the limit of {_PAPER_NAMES[kind]}" if not paper.max_words else ""
        yield _briefing_warning(
            "briefing-too-long",
            f"the briefing has {words:,} words, more than {limit:,}{limit_of}",
            campaign,
            "max_words" if paper.max_words else "kind",
            "lower max_snippets in its sections, or name fewer snippets; notes and sources do not count",
        )


def _check_fill(document: Document, campaign: CampaignConfig) -> Iterator[Problem]:
    """Warn about pages of a brief that stay too empty, because the campaign has no more to print."""
    fit = document.record.get("fit", {})
    filled = fit.get("filled", [])
    if not filled:
        return
    least, _ = FILL[len(filled)]
    for number, share in enumerate(filled, 1):
        if share < least:
            lines = ceil((least - share) * _LINES_OF_PAGE)
            yield _briefing_warning(
                "brief-underfilled",
                f"page {number} of the brief is filled to {share:.0%}, and should be to {least:.0%} at "
                f"least: about {quantity(lines, 'line')} more",
                campaign,
                "sections",
                _describe_scarce_parts(document.html, number, campaign),
            )


def _describe_scarce_parts(html: str, number: int, campaign: CampaignConfig) -> str:
    """Say what a page of a brief could have and has not, and how many lines each would take."""
    paper = campaign.briefing
    if number == 2:
        figures = html.count("<figure id=")
        parts = (
            []
            if figures >= MAX_FIGURES
            else [f"figures (now {figures} of {MAX_FIGURES}; some 16 lines each)"]
        )
        parts.append(f"asks (now {len(paper.asks)}; some 3 lines each)")
    else:
        key_figures = html.count('<div class="key-figure">')
        parts = [f"statements or topics in sections (now {len(paper.sections)}; some 3 lines a statement)"]
        if key_figures < MAX_KEY_FIGURES:
            parts.append(f"key_figures (now {key_figures} of {MAX_KEY_FIGURES}, beside the text)")
        parts += [] if paper.powers else ["powers"]
        parts += [] if "pull-quote" in html else ["quotation"]
    return f"add to briefing: {', '.join(parts)}; if some were left out for want of room, name fewer asks"


def _check_required_parts(campaign: CampaignConfig, kind: str) -> Iterator[Problem]:
    """Check for summary, introduction, findings and recommendations (IDRC)."""
    paper = campaign.briefing
    if kind != "brief":
        return
    parts = {
        "a summary": paper.summary,
        "an introduction": paper.sections and paper.sections[0].intro,
        "sections with findings": paper.sections,
        "recommendations": paper.asks or campaign.ask,
    }
    missing = [name for name, content in parts.items() if not content]
    if missing:
        yield _briefing_warning(
            "briefing-incomplete",
            f"{_PAPER_NAMES[kind]} lacks {' and '.join(missing)}",
            campaign,
            "kind",
            "fill in briefing.summary, briefing.sections with an intro in the first, and briefing.asks",
        )


def _check_repeated_snippets(campaign: CampaignConfig) -> Iterator[Problem]:
    """Check that no two sections name the same snippet: printed twice, it would look like a mistake."""
    first: dict[str, str] = {}
    for number, section in enumerate(campaign.briefing.sections):
        for position, name in enumerate(section.snippets):
            if name in first:
                yield Problem(
                    "briefing-repeats",
                    f"the snippet {name!r} is in “{section.heading}”, but already in “{first[name]}”",
                    campaign.locate("briefing", "sections", number, "snippets", position),
                    "name it in only one section",
                    severity="warning",
                )
            first.setdefault(name, section.heading)


def _check_unsourced_claims(document: Document, campaign: CampaignConfig) -> Iterator[Problem]:
    """Check that headings and introductions claim nothing that no statement of the paper says."""
    paper, proved = campaign.briefing, ProvedWords.of_document(document.record, campaign)
    for key, text in (("title", paper.title), ("subtitle", paper.subtitle)):
        yield from check_own_words(text, campaign.locate("briefing", key), proved, is_heading=True)
    for number, section in enumerate(paper.sections):
        place = campaign.locate("briefing", "sections", number, "heading")
        yield from check_own_words(section.heading, place, proved, is_heading=True)
        place = campaign.locate("briefing", "sections", number, "intro")
        yield from check_own_words(section.intro, place, proved)


def _check_upr_submission(document: Document, campaign: CampaignConfig, kind: str) -> Iterator[Problem]:
    """Check that paragraphs are numbered and that there will be a Word file (OHCHR)."""
    if not kind.startswith("upr"):
        return
    if "docx" not in campaign.output.formats:
        hint = "add docx to output.formats"
        yield _briefing_warning(
            "upr-not-word", "submissions to the UPR are sent as Word files", campaign, "kind", hint
        )
    root = ElementTree.fromstring(f"<r>{document.html}</r>")
    unnumbered = sum(child.tag == "p" for child in root)
    if unnumbered:
        yield _briefing_warning(
            "upr-unnumbered",
            f"{unnumbered} paragraphs have no number; submissions to the UPR number every paragraph",
            campaign,
            "template",
            "write briefing.template: upr-submission",
        )


def _briefing_warning(code: str, message: str, campaign: CampaignConfig, key: str, hint: str) -> Problem:
    return Problem(code, message, campaign.locate("briefing", key), hint, severity="warning")

"""What a briefing, a policy brief and a submission to the UPR should hold and should not: warnings by code.

The rules are those of the International Development Research Centre (IDRC) on policy briefs, and of the
Office of the High Commissioner for Human Rights (OHCHR) on written submissions. It looks at the briefing as
composed.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from briefgen.errors import Problem
from briefgen.model.campaign import CampaignConfig
from briefgen.model.document import Document

MOST_WORDS = {"brief": 1500, "upr": 2815, "upr-joint": 5630}
"""IDRC: a policy brief has at most 1,500 words. OHCHR: a submission to the UPR 2,815, a joint one 5,630."""
SUBMISSION = "upr-submission"
"""The templates for such a submission."""
_NAMES = {
    "brief": "a policy brief",
    "upr": "a submission to the UPR",
    "upr-joint": "a joint submission to the UPR",
}
_NOT_COUNTED = frozenset({"title-block", "byline", "toc", "bibliography", "evidence-annex"})
"""Blocks whose words do not count: the cover, lists and the annex. Notes do not either."""


def words_of(html: str) -> int:
    """Words of a document's text without notes, cover, list of sources and annex."""
    return len(_text(ElementTree.fromstring(f"<r>{html}</r>")).split())


def _text(element: ElementTree.Element) -> str:
    if element.get("class") == "footnote" or element.get("class") in _NOT_COUNTED:
        return ""
    # Blocks are parted by a space; words within a line are not.
    end = " " if element.tag in ("p", "li", "h1", "h2", "h3", "td", "th", "caption", "figcaption") else ""
    inner = "".join(_text(child) + (child.tail or "") for child in element)
    return (element.text or "") + inner + end


def check_briefing(document: Document, campaign: CampaignConfig, template: str = "") -> list[Problem]:
    """Warnings about the briefing, by what it is to be; those that the campaign ignores are left out.

    `template` is the folder of another paper than the campaign's briefing.
    """
    kind = _kind(campaign, template)
    found = [
        *_length(document, campaign, kind),
        *_parts(campaign, kind),
        *_submission(document, campaign, kind),
        *(() if template else _repeated(campaign)),
    ]
    return [problem for problem in found if problem.code not in campaign.ignore]


def _kind(campaign: CampaignConfig, template: str) -> str:
    """What the paper is to be: the template for submissions makes one, whatever else is said."""
    kind = campaign.briefing.kind
    if (template or campaign.briefing.template) == SUBMISSION:
        return kind if kind.startswith("upr") else "upr"
    # A leave-behind, or a paper of one's own, is not the briefing that the campaign speaks of.
    return "paper" if template and template != campaign.briefing.template else kind


def _length(document: Document, campaign: CampaignConfig, kind: str) -> Iterator[Problem]:
    paper = campaign.briefing
    most, words = paper.max_words or MOST_WORDS.get(kind, 0), words_of(document.html)
    if most and words > most:
        for_what = f", the limit of {_NAMES[kind]}" if not paper.max_words else ""
        yield _warning(
            "briefing-too-long",
            f"the briefing has {words:,} words, more than {most:,}{for_what}",
            campaign,
            "max_words" if paper.max_words else "kind",
            "lower max_snippets in its sections, or name fewer snippets; notes and sources are not counted",
        )


def _parts(campaign: CampaignConfig, kind: str) -> Iterator[Problem]:
    """IDRC: summary, introduction, findings, implications, recommendations."""
    paper = campaign.briefing
    if kind != "brief":
        return
    parts = {
        "a summary": paper.summary,
        "an introduction": paper.sections and paper.sections[0].intro,
        "sections with findings": paper.sections,
        "recommendations": paper.asks or campaign.ask,
    }
    lacking = [name for name, there in parts.items() if not there]
    if lacking:
        yield _warning(
            "briefing-incomplete",
            f"{_NAMES[kind]} lacks {' and '.join(lacking)}",
            campaign,
            "kind",
            "fill in briefing.summary, briefing.sections with an intro in the first, and briefing.asks",
        )


def _repeated(campaign: CampaignConfig) -> Iterator[Problem]:
    """A statement or figure that two sections name is printed in both, which the reader takes for a slip."""
    first: dict[str, str] = {}
    for number, section in enumerate(campaign.briefing.sections):
        for position, name in enumerate(section.snippets):
            if name in first:
                yield Problem(
                    "briefing-repeats",
                    f"the snippet {name!r} stands in “{section.heading}”, and already in “{first[name]}”",
                    campaign.at("briefing", "sections", number, "snippets", position),
                    "name it in one section",
                    severity="warning",
                )
            first.setdefault(name, section.heading)


def _submission(document: Document, campaign: CampaignConfig, kind: str) -> Iterator[Problem]:
    """OHCHR: paragraphs are numbered, and the file is a Word document."""
    if not kind.startswith("upr"):
        return
    if "docx" not in campaign.output.formats:
        hint = "add docx to output.formats"
        yield _warning(
            "upr-not-word", "a submission to the UPR is sent as a Word file", campaign, "kind", hint
        )
    root = ElementTree.fromstring(f"<r>{document.html}</r>")
    loose = sum(child.tag == "p" for child in root)
    if loose:
        yield _warning(
            "upr-unnumbered",
            f"{loose} paragraphs have no number; a submission to the UPR numbers them all",
            campaign,
            "template",
            "write briefing.template: upr-submission",
        )


def _warning(code: str, message: str, campaign: CampaignConfig, key: str, hint: str) -> Problem:
    return Problem(code, message, campaign.at("briefing", key), hint, severity="warning")

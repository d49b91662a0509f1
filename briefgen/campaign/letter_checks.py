"""What a good letter holds, checked on letters as composed: warnings, which a campaign can ignore by code.

The rules are those of congressional offices and letter-writing campaigns (docs/checks/letters.md names each
source). It looks at what will be printed, and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree

from briefgen.compose.composer import OWN_STATEMENT, Composer, constituent, own_ask
from briefgen.compose.english_variants import AMERICAN, american_words, as_printed, country_read_in, variety
from briefgen.compose.passages import inline_html
from briefgen.compose.select import Chosen
from briefgen.errors import Place, Problem
from briefgen.model.campaign import CampaignConfig
from briefgen.model.document import Document
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Snippet

MOST_PAGES = 2
"""AIUSA, FCNL: one page, at most two."""
_BILL = re.compile(
    r"\b(?:H\.?\s?R\.?|HR)[\s.]?(?:No\.?\s?)?\d{1,5}\b|\b[Hh]ouse\s[Bb]ill\s(?:No\.?\s?)?\d{1,5}\b"
    r"|\b[Ss]enate\s[Bb]ill\s(?:No\.?\s?)?\d{1,5}\b|(?<![\w.])S\.?\d{1,5}\b"
)
_BILL_AS_IT_SHOULD_BE = re.compile(r"(?:H\.\sR\.|H\.R\.|S\.)\s\d{1,5}")
_FIGURE = re.compile(r"\b\d{1,3}(?:,\d{3})+\b|\b\d+(?:\.\d+)?\s?(?:%|percent|per cent|million|billion)\b")
_LOUD = re.compile(
    r"[!?]*![!?]*|\b(?:shame(?:ful)?|disgrace(?:ful)?|outrage(?:ous)?|disgusting|evil|liars?|thugs?|butchers?|tyrants?"
    r"|monsters?|puppets?|cowards?|hypocrites?|stupid|idiots?|criminals? like you)\b",
    re.IGNORECASE,
)
"""Marks of shouting, and words that call names."""
_PERSONAL = ("connection", OWN_STATEMENT, "paragraph")
"""Columns that make a letter this reader's."""
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Composed:
    """One letter as it would be sent."""

    recipient: Recipient
    chosen: Chosen
    paragraphs: tuple[str, ...]
    """Text of the body's paragraphs, without notes."""
    document: Document

    @property
    def body(self) -> str:
        """The body's text in one piece."""
        return "\n".join(self.paragraphs)


def composed(composer: Composer, recipient: Recipient, document: Document | None = None) -> Composed:
    """The letter to a recipient, as it was fitted to its pages, or whole; raises BriefgenError where it
    cannot be composed."""
    document = document or composer.letter(recipient)
    return Composed(recipient, composer.choose(recipient), _paragraphs(document.html), document)


def _paragraphs(html: str) -> tuple[str, ...]:
    root = ElementTree.fromstring(f"<r>{html}</r>")
    bodies = [one for one in root.iter("div") if one.get("class") == "body"]
    blocks = [block for body in bodies for block in body.iter() if block.tag in ("p", "li")]
    return tuple(text for block in blocks if (text := " ".join(_text(block).split())))


def _text(element: ElementTree.Element) -> str:
    """Text without that of the notes in it."""
    parts = [element.text or ""]
    for child in element:
        if child.get("class") != "footnote":
            parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def check_letters(letters: Sequence[Composed], campaign: CampaignConfig) -> list[Problem]:
    """Warnings about the letters of a campaign, each told once with the recipients whom it concerns."""
    gathered: dict[Problem, list[str]] = {}
    for letter in letters:
        for problem in _remarks(letter, campaign):
            gathered.setdefault(problem, []).append(letter.recipient.id)
    found = [
        *_sender(campaign),
        *(replace(one, message=f"{one.message} ({_named(ids)})") for one, ids in gathered.items()),
        *alike(letters),
    ]
    return [problem for problem in found if problem.code not in campaign.ignore]


def _named(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return f"in {len(ids)} letter{'s' if len(ids) > 1 else ''}: {', '.join(ids[:_NAMED])}{more}"


def _warning(code: str, message: str, place: Place | None, hint: str) -> Problem:
    return Problem(code, message, place, hint, severity="warning")


def _remarks(letter: Composed, campaign: CampaignConfig) -> Iterator[Problem]:
    yield from _ask(letter)
    yield from _evidence(letter, campaign)
    yield from _bills(letter)
    yield from _relevance(letter, campaign)
    yield from _own_figures(letter, campaign)
    yield from _undated(letter)
    yield from _spelling(letter, campaign)
    yield from _tone(letter, campaign)
    yield from _honour(letter)


def _ask(letter: Composed) -> Iterator[Problem]:
    """cotton.org: purpose and ask stand in the first paragraph."""
    chosen, recipient = letter.chosen, letter.recipient
    forms = [own_ask(recipient)] if own_ask(recipient) else _forms_of(chosen.ask)
    first = letter.paragraphs[0] if letter.paragraphs else ""
    if any(_letters(form) in _letters(first) for form in forms):
        return
    missing = not any(_letters(form) in _letters(letter.body) for form in forms)
    yield _warning(
        "ask-missing" if missing else "ask-late",
        f"the ask {chosen.ask.id!r} is {'not printed' if missing else 'not in the first paragraph'}",
        chosen.ask_at,
        "print {{ request }} in the block opening of the template",
    )


def _forms_of(snippet: Snippet) -> list[str]:
    """How a snippet may be printed: its wordings, as each variety of English has them."""
    plain = [_plain(inline_html(wording)) for wording in (snippet.body, *snippet.variants.values())]
    return [form for wording in plain for form in as_printed(wording)]


def _evidence(letter: Composed, campaign: CampaignConfig) -> Iterator[Problem]:
    """A letter that asks and proves nothing is not what this program is for."""
    asked = {letter.chosen.ask.id}
    if all(one["id"] in asked for one in letter.document.record["snippets"]):
        yield _warning(
            "letter-without-evidence",
            "no snippet stands in the letter",
            campaign.at("interests"),
            "add topics on which there are snippets; briefgen explain says why each is left out",
        )


def _bills(letter: Composed) -> Iterator[Problem]:
    """cotton.org: a bill is named as “H.R. 5959” or “S. 12”."""
    for found in dict.fromkeys(match[0] for match in _BILL.finditer(letter.body)):
        if not _BILL_AS_IT_SHOULD_BE.fullmatch(found):
            number = re.sub(r"\D", "", found)
            chamber = "S." if found.lower().startswith("s") else "H.R."
            hint = f"write {chamber} {number}"
            yield _warning("bill-format", f"the bill {found!r} is not named as Congress does", None, hint)


def _relevance(letter: Composed, campaign: CampaignConfig) -> Iterator[Problem]:
    """FCNL, CMF: an elected reader is told who in the constituency writes, or why to this reader."""
    recipient = letter.recipient
    if not recipient.constituency or constituent(campaign, recipient):
        return
    if not any(recipient.extra.get(name) for name in _PERSONAL):
        yield _warning(
            "relevance-missing",
            "nothing says who in the constituency of an elected reader writes, nor why to this one",
            campaign.at("recipients"),
            "fill in the column connection, or write the key constituent in the campaign",
        )


def _own_figures(letter: Composed, campaign: CampaignConfig) -> Iterator[Problem]:
    """Every figure is sourced: what is written outside of snippets is not."""
    for text, where in _own_texts(letter, campaign):
        for found in dict.fromkeys(match[0] for match in _FIGURE.finditer(text)):
            if found not in " ".join(snippet.body for snippet in letter.chosen.evidence):
                yield _warning(
                    "figure-unsourced",
                    f"the figure {found!r} stands in a text of your own, without a source",
                    where,
                    "make it a snippet with its source, or leave it out",
                )


def _own_texts(letter: Composed, campaign: CampaignConfig) -> Iterator[tuple[str, Place | None]]:
    """What stands in the letter and is no snippet, with its place."""
    place = letter.recipient.place
    yield campaign.opening, campaign.at("opening")
    for name in _PERSONAL:
        yield letter.recipient.extra.get(name, ""), place
    yield own_ask(letter.recipient), place


def _tone(letter: Composed, campaign: CampaignConfig) -> Iterator[Problem]:
    """Amnesty: polite and factual; shouting and abuse are seen at once, and end the reading."""
    for text, where in _own_texts(letter, campaign):
        for found in dict.fromkeys(match[0] for match in _LOUD.finditer(text)):
            yield _warning(
                "tone-harsh",
                f"{found!r} in a text of your own reads as shouting or abuse",
                where,
                "say it soberly: an official reads on where the letter is polite",
            )


def _honour(letter: Composed) -> Iterator[Problem]:
    """UNCM, § 106: a formal letter to a delegation opens with “I have the honour to …”."""
    formal = letter.recipient.office.startswith("un-permanent-representative")
    first = letter.paragraphs[0] if letter.paragraphs else ""
    if formal and letter.document.language.startswith("en") and "have the honour to" not in first:
        yield _warning(
            "un-opening",
            "the first paragraph has no “I have the honour to …”, as formal letters to delegations do",
            None,
            "print {{ words.opening_un }} first in the block opening of the template",
        )


def _undated(letter: Composed) -> Iterator[Problem]:
    """Every figure is dated: a statistic says the year to which it belongs."""
    for snippet in letter.chosen.evidence:
        if snippet.kind == "statistic" and not re.search(r"\b(?:1[89]|20)\d\d\b", snippet.body):
            yield _warning(
                "figure-undated",
                f"the statistic {snippet.id!r} does not say its year",
                snippet.at(),
                "say in the sentence when the figure was counted",
            )


def _spelling(letter: Composed, campaign: CampaignConfig) -> Iterator[Problem]:
    """A letter in British or Canadian English prints its snippets in its spelling, or says so."""
    spoken = variety(campaign.language, country_read_in(letter.recipient, campaign.sender.country))
    if spoken in ("", AMERICAN):
        return
    for snippet in (letter.chosen.ask, *letter.chosen.evidence):
        if spoken in snippet.variants or snippet.language == spoken:
            continue
        words = american_words(_plain(inline_html(snippet.body)), spoken)
        if words:
            told = ", ".join(f"{american} ({other})" for american, other in words.items())
            yield _warning(
                "spelling-american",
                f"the snippet {snippet.id!r} is spelt as in American English: {told}",
                snippet.at(),
                f"give it a variant {spoken}, which is reviewed like the wording itself",
            )


def _sender(campaign: CampaignConfig) -> Iterator[Problem]:
    """FCNL: the sender's postal address, and a way to answer."""
    sender = campaign.sender
    lacking = []
    if len(sender.address) < 2 and not re.search(r"\d", "".join(sender.address)):
        lacking.append("a whole postal address")
    if not (sender.email or sender.phone):
        lacking.append("an e-mail address or a telephone number")
    if lacking:
        yield Problem(
            "sender-incomplete",
            f"the sender has not {' and not '.join(lacking)}",
            campaign.at("sender"),
            "fill in sender.address, sender.email or sender.phone",
            severity="warning",
        )


ALIKE = 0.9
"""Share of common runs of three words from which two letters count as one form letter."""


def alike(letters: Sequence[Composed]) -> list[Problem]:
    """One warning for each group of letters whose bodies are nearly the same (CMF on form letters)."""
    return [
        Problem(
            "letters-alike",
            f"{len(group)} letters say nearly the same: {', '.join(group[:_NAMED])}"
            + (f" and {len(group) - _NAMED} more" if len(group) > _NAMED else ""),
            None,
            "fill in the columns connection or paragraph, or write rules that give them other evidence",
            severity="warning",
        )
        for group in groups({letter.recipient.id: letter.body for letter in letters})
    ]


def groups(bodies: Mapping[str, str]) -> list[list[str]]:
    """Ids of texts that are nearly the same, in groups of two or more, the largest first."""
    equal: dict[str, list[str]] = {}
    for name, body in bodies.items():
        equal.setdefault(_letters(body), []).append(name)
    found: list[tuple[frozenset[tuple[str, ...]], list[str]]] = []
    for body, names in equal.items():
        runs = _runs(body)
        group = next((group for other, group in found if _share(runs, other) >= ALIKE), None)
        if group is None:
            found.append((runs, list(names)))
        else:
            group.extend(names)
    return sorted((group for _, group in found if len(group) > 1), key=len, reverse=True)


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = text.split()
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _share(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    # Sets of very different size cannot be alike, and most pairs end here.
    if min(len(one), len(other)) < ALIKE * max(len(one), len(other)):
        return 0.0
    return len(one & other) / len(one | other) if one or other else 1.0


def _plain(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


def _letters(text: str) -> str:
    """The words alone, so that typographic marks and spaces make no difference."""
    return " ".join(re.findall(r"\w+", text.casefold()))

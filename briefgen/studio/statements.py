"""Statements and their sources in plain words, as the screen Evidence shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from briefgen.campaign.open import Campaign
from briefgen.compose.citations.names import name_work
from briefgen.errors import Problem
from briefgen.evidence.edtf import spell_out_edtf
from briefgen.evidence.inline_markdown import strip_markdown
from briefgen.evidence.locators import paragraph_name
from briefgen.evidence.quotes import QuoteMatch, find_quote
from briefgen.evidence.source_text import BodyParagraph, SourceText
from briefgen.library.loader import Library
from briefgen.model.snippet import Evidence, Snippet
from briefgen.model.source import Source, SourceRecord

GROUPS: Mapping[str, str] = {
    "used": "Used in your letters",
    "topics": "On your topics",
    "waiting": "Waiting for approval",
    "all": "All statements",
}
"""Which statements are listed, and what that is called."""
CONFIDENCE: Mapping[str, str] = {
    "single-source": "One source alone says so",
    "disputed": "Disputed",
    "superseded": "Overtaken by a newer statement",
}


@dataclass(frozen=True, slots=True)
class StatementCard:
    """A statement as it is listed."""

    id: str
    title: str
    words: str
    """As printed, without marks of emphasis."""
    kind: str
    topics: tuple[str, ...]
    sources: tuple[str, ...]
    as_of: str
    reservations: tuple[str, ...]
    confidence: str
    """What is to be known about its sources; empty where there is nothing."""
    review: str
    """Who approved it, in a sentence."""
    is_approved: bool
    problems: tuple[Problem, ...]
    letters: int
    """Letters in which the rules put it."""
    library: str
    """The library that it comes from; empty if it is the campaign's own, and can be changed."""


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """What a source says about a statement."""

    source: str
    """Id of the work; empty for a calculation."""
    work: str
    place: str
    before: str
    words: str
    after: str
    """`before` and `after` are the rest of the sentences around the words, where the text is at hand."""
    is_quote: bool
    by: str
    """Who read it, where nobody's words are quoted."""
    on: str


@dataclass(frozen=True, slots=True)
class ListedSource:
    """A source in the list at the left."""

    id: str
    title: str
    author: str
    """Author and year."""
    statements: int
    has_text: bool


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A stretch of a paragraph."""

    text: str
    statement: str = ""
    """Id of the statement that quotes it; empty if none does."""
    is_chosen: bool = False
    """Whether these are the words of the statement that is being written."""


@dataclass(frozen=True, slots=True)
class NumberedParagraph:
    """A paragraph of a source's text, with the number and the pages under which a reader finds it."""

    name: str
    """As citations give it; empty where the source numbers others but not this one."""
    heading: str
    """The heading above it, at the first paragraph under it."""
    pages: str
    """Its pages, where they differ from those of the paragraph before."""
    pieces: tuple[TextPiece, ...]


def count_letters(campaign: Campaign) -> Counter[str]:
    """Return in how many letters the rules put each statement."""
    composer = campaign.composer
    return Counter(
        one.id for recipient in campaign.recipients for one in composer.select_snippets(recipient).evidence
    )


def list_statements(campaign: Campaign, problems: Iterable[Problem]) -> list[StatementCard]:
    """Return every statement of the campaign and its libraries, those of most letters first."""
    library, letters = campaign.composer.library, count_letters(campaign)
    found = dict[str, list[Problem]]()
    for problem in problems:
        if problem.place:
            found.setdefault(problem.place.file.replace("\\", "/"), []).append(problem)
    cards = [
        describe_statement(
            snippet, library, letters[snippet.id], tuple(found.get(_file_of(snippet), ())), campaign
        )
        for snippet in library.snippets.values()
    ]
    return sorted(cards, key=lambda card: (-card.letters, card.title))


def _file_of(snippet: Snippet) -> str:
    return snippet.locate().file.replace("\\", "/")


def describe_statement(
    snippet: Snippet, library: Library, letters: int, problems: tuple[Problem, ...], campaign: Campaign
) -> StatementCard:
    """Return a statement in plain words."""
    works = dict.fromkeys(item.source for item in snippet.evidence if item.source)
    return StatementCard(
        snippet.id,
        snippet.title or snippet.id.replace("-", " "),
        strip_markdown(snippet.body),
        snippet.kind,
        tuple(snippet.topics),
        tuple(name_source(library, work, campaign.config.language) for work in works),
        spell_out_edtf(snippet.as_of) if snippet.as_of else "",
        tuple(strip_markdown(library.caveats[id].body) for id in snippet.caveats if id in library.caveats),
        CONFIDENCE.get(snippet.confidence, ""),
        _describe_review(snippet),
        snippet.review.status == "verified",
        problems,
        letters,
        library.origins.get(snippet.id, ""),
    )


def _describe_review(snippet: Snippet) -> str:
    review = snippet.review
    by = " ".join(filter(None, [review.by, f"on {long_day(review.on)}" if review.on else ""]))
    match review.status:
        case "verified":
            return f"Approved by {by}" if by else "Approved"
        case "rejected":
            return f"Rejected by {by}" if by else "Rejected"
        case _:
            return "Nobody has approved it yet"


def in_group(card: StatementCard, group: str, topics: frozenset[str]) -> bool:
    """Return whether a statement belongs to one of the groups; `topics` are those of the campaign."""
    match group:
        case "used":
            return card.letters > 0
        case "topics":
            return bool(topics & set(card.topics))
        case "waiting":
            return not card.is_approved
        case _:
            return True


def campaign_topics(campaign: Campaign) -> frozenset[str]:
    """Return the topics that the campaign's rules name."""
    return frozenset(topic for rule in campaign.config.interests for topic in rule.topics)


def name_source(library: Library, id: str, language: str) -> str:
    """Return author, title and year of a work in one line."""
    work = library.references.get(id)
    if work is None:
        return id
    author, title = describe_author(work, language), str(work.csl.get("title", ""))
    return ", ".join(filter(None, [title, author if author != title else ""])) or id


def describe_author(work: Source, language: str) -> str:
    """Return the author and the year of a work."""
    author = str(Markup(name_work(work.csl, language)).striptags())
    dates = work.csl.get("issued", {}).get("date-parts") or [[]]
    year = str(dates[0][0]) if dates[0] else ""
    return ", ".join(filter(None, [author, year]))


def list_sources(library: Library, language: str) -> list[ListedSource]:
    """Return the sources on which a statement rests or of which there is a text, those of most statements
    first."""
    cited = Counter(
        source
        for snippet in library.snippets.values()
        for source in {item.source for item in snippet.evidence if item.source}
    )
    listed = [
        ListedSource(
            id,
            str(work.csl.get("title", id)),
            describe_author(work, language),
            cited[id],
            id in library.texts,
        )
        for id, work in library.references.items()
        if cited[id] or id in library.records
    ]
    return sorted(listed, key=lambda one: (-one.has_text, -one.statements, one.title))


# -- what the sources say


def read_evidence(evidence: Iterable[Evidence], library: Library, language: str) -> Iterator[ReadPassage]:
    """Yield what each piece of evidence says, with the sentence around it where the text is at hand."""
    for one in evidence:
        source = one.source or ""
        work = name_source(library, source, language) if source else ""
        place = ", ".join(f"{label} {value}" for label, value in one.locator.items())
        if one.quote is not None:
            before, words, after = _read_context(one, library.texts.get(source))
            yield ReadPassage(source, work, place, before, words, after, True, "", "")
        elif one.attested is not None:
            said, on = one.attested.said, long_day(one.attested.on)
            yield ReadPassage(source, work, place, "", said, "", False, one.attested.by, on)
        elif one.computed is not None:
            yield ReadPassage("", work, place, "", one.computed, "", False, "", "")


def _read_context(item: Evidence, text: SourceText | None) -> tuple[str, str, str]:
    """Return the words before a quote in its sentences, the words themselves and those after."""
    quote = item.quote or ""
    match = next(iter(find_quote(text, quote, item.prefix, item.suffix)), None) if text else None
    if match is None:
        return "", quote, ""
    paragraph, (first, last) = match.paragraph, match.passage_span
    original = paragraph.normalized.original_span
    (start, end), (begin, stop) = original(match.start, match.end), original(first, last)
    return paragraph.text[begin:start], paragraph.text[start:end], paragraph.text[end:stop]


def number_paragraphs(
    text: SourceText,
    record: SourceRecord,
    snippets: Iterable[Snippet],
    chosen: str = "",
    before: str = "",
) -> list[NumberedParagraph]:
    """Return a source's text with its own numbers and pages, and the words that statements quote.

    `chosen` are the words of a statement that is being written, and `before` those before them.
    """
    place = next(iter(find_quote(text, chosen, before) or find_quote(text, chosen)), None)
    quoted = dict[int, list[tuple[QuoteMatch, str]]]()
    for snippet in snippets:
        for item in snippet.evidence:
            if item.source == text.source and item.quote is not None:
                for match in find_quote(text, item.quote, item.prefix, item.suffix)[:1]:
                    quoted.setdefault(match.paragraph.number, []).append((match, snippet.id))
    numbered, heading, pages = list[NumberedParagraph](), "", ""
    for paragraph in text.paragraphs:
        on = " and ".join(record.paragraphs[paragraph.number - 1].pages)
        numbered.append(
            NumberedParagraph(
                paragraph_name(paragraph.number, record),
                paragraph.heading if paragraph.heading != heading else "",
                on if on != pages else "",
                tuple(_cut_at_quotes(paragraph, quoted.get(paragraph.number, ()), place)),
            )
        )
        heading, pages = paragraph.heading, on
    return numbered


def _cut_at_quotes(
    paragraph: BodyParagraph, matches: Sequence[tuple[QuoteMatch, str]], chosen: QuoteMatch | None
) -> Iterator[TextPiece]:
    """Yield a paragraph in pieces; where two statements quote the same words, the first has them."""
    if chosen is not None and chosen.paragraph.number == paragraph.number:
        others = [pair for pair in matches if pair[0].end <= chosen.start or pair[0].start >= chosen.end]
        matches = [*others, (chosen, "")]
    at = 0
    for match, statement in sorted(matches, key=lambda pair: (pair[0].start, -pair[0].end)):
        start, end = paragraph.normalized.original_span(match.start, match.end)
        if start >= at:
            yield TextPiece(paragraph.text[at:start])
            yield TextPiece(paragraph.text[start:end], statement, match is chosen)
            at = end
    yield TextPiece(paragraph.text[at:])


def long_day(iso: str) -> str:
    """Return a day as `1 March 2027`; anything else as it is."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{day.day} {day:%B %Y}"

"""Find the citations of a draft, in text and notes, and compare each with the works of the library.

A citation of a work that the library has not is unknown; that says nothing about whether the work exists.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby

from briefgen.audit.draft import Draft, DraftBlock, DraftSentence
from briefgen.audit.findings import CitationFinding, CitationVerdict, Difference, DifferenceKind
from briefgen.audit.grounds import describe_work
from briefgen.audit.tokens import PreparedSentence, fold_text, prepare_sentence
from briefgen.data import load_word_data, load_word_set
from briefgen.evidence.designations import WorkNumber, find_numbers_of_work, find_work_numbers
from briefgen.evidence.inline_markdown import strip_markdown
from briefgen.evidence.locators import numbers_paragraphs
from briefgen.evidence.names import fold_name
from briefgen.evidence.normalize import prepare_prose
from briefgen.evidence.numbers import date_covers, find_numbers
from briefgen.evidence.statements import Statement, printable_wordings
from briefgen.evidence.wording_checks import parse_work_dates
from briefgen.library.loader import Library
from briefgen.model.source import Source

_TITLE_WORDS = 3
"""A shorter title is too common to recognize a work by."""


class WorkIndex:
    """The works of a library by what a citation can name them by."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._by_number: dict[str, Source] = {}
        self._by_link: dict[str, Source] = {}
        self._by_title: dict[str, list[tuple[str, Source]]] = defaultdict(list)
        self._by_author: dict[str, list[Source]] = defaultdict(list)
        for work in library.references.values():
            self._add(work)

    def _add(self, work: Source) -> None:
        for number in find_numbers_of_work(work):
            self._by_number.setdefault(number.value, work)
        for key in ("DOI", "URL"):
            if work.csl.get(key):
                self._by_link[_fold_link(str(work.csl[key]))] = work
        for key in ("title", "title-short"):
            title = _fold_title(str(work.csl.get(key, "")))
            if len(title.split()) >= _TITLE_WORDS:
                self._by_title[" ".join(title.split()[:_TITLE_WORDS])].append((title, work))
        for person in work.csl.get("author") or ():
            name = person.get("family") or person.get("literal")
            if name:
                self._by_author[fold_name(str(name))].append(work)

    def find_by_number(self, value: str) -> Source | None:
        """Return the work with this designation."""
        return self._by_number.get(value)

    def find_by_link(self, text: str) -> Source | None:
        """Return the work whose DOI or address is in a text."""
        for match in _LINK.finditer(text):
            link = _fold_link(match.group())
            if link in self._by_link:
                return self._by_link[link]
        return None

    def find_by_title(self, text: str, numbers: Sequence[WorkNumber] = ()) -> Source | None:
        """Return the work with the longest title that is in a text; of several, the one with its number."""
        words = _fold_title(text).split()
        whole = f" {' '.join(words)} "
        found = [
            (len(title), work)
            for start in range(len(words) - _TITLE_WORDS + 1)
            for title, work in self._by_title.get(" ".join(words[start : start + _TITLE_WORDS]), ())
            if f" {title} " in whole
        ]
        longest = max((length for length, _ in found), default=0)
        works = [work for length, work in found if length == longest]
        values = {number.value for number in numbers}
        own = (work for work in works if values & {one.value for one in find_numbers_of_work(work)})
        return next(own, works[0] if works else None)

    def find_by_author(self, text: str, years: set[int]) -> Source | None:
        """Return the only work of an author named in a text that is of one of the years."""
        folded = fold_name(text)
        found: dict[str, Source] = {}
        for word in set(re.findall(r"[\w'-]+", folded)) | _capitalized_runs(text):
            for work in self._by_author.get(word, ()):
                if {date.date[0] for date in parse_work_dates(work, "issued")} & years:
                    found[work.id] = work
        return next(iter(found.values())) if len(found) == 1 else None

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """The designations that approved wordings name."""
        statements: list[Statement] = [*self.library.snippets.values(), *self.library.caveats.values()]
        return frozenset(
            number.value
            for statement in statements
            for text in printable_wordings(statement).values()
            for number in find_work_numbers(strip_markdown(text))
        )

    @cached_property
    def _places(self) -> dict[str, set[str]]:
        """The paragraphs of each work that statements rest on."""
        found: dict[str, set[str]] = defaultdict(set)
        statements: list[Statement] = [*self.library.snippets.values(), *self.library.caveats.values()]
        for statement in statements:
            for item in statement.evidence:
                for source, locator in (
                    (item.source, item.locator),
                    *((v.source, v.locator) for v in item.via),
                ):
                    if source and "paragraph" in locator:
                        found[source].update(_paragraph_numbers(locator["paragraph"]))
        return found

    def check_paragraph(self, work: Source, value: str) -> str:
        """Return why a paragraph cannot be right, or an empty text."""
        record = self.library.records.get(work.id)
        if record is not None and numbers_paragraphs(record):
            printed = [paragraph.number for paragraph in record.paragraphs if paragraph.number]
            if value not in printed:
                return f"it has no paragraph {value}: they are numbered {printed[0]} to {printed[-1]}"
        known = self._places.get(work.id, set())
        if known and value not in known:
            listed = ", ".join(sorted(known, key=lambda one: (len(one), one))[:6])
            return f"no statement rests on paragraph {value} of it, only on {listed}"
        return ""


def _paragraph_numbers(value: str) -> Iterator[str]:
    for match in re.finditer(r"(\d+)(?:\s*[-–]\s*(\d+))?", value):
        first = int(match.group(1))
        last = int(match.group(2) or first)
        yield from map(str, range(first, min(last, first + 200) + 1))


_LINK = re.compile(r"(?:https?://|www\.|doi:? ?|10\.\d{4,9}/)\S+", re.IGNORECASE)


def _fold_link(text: str) -> str:
    plain = re.sub(r"^(?:https?://)?(?:dx\.)?(?:www\.)?(?:doi\.org/)?(?:doi:? ?)?", "", text.strip().lower())
    return plain.rstrip("/.,;)>]")


def _fold_title(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold_name(text).replace("'s", "s")))


def _capitalized_runs(text: str) -> set[str]:
    return {
        fold_name(match) for match in re.findall(r"[A-Z][\w'-]+(?: (?:of |for |the )?[A-Z][\w'-]+)+", text)
    }


# -- finding


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a block that may be a citation."""

    text: str
    block: int
    start: int
    is_closed: bool
    """Whether it is set apart, in a note or in brackets, so that its dates are those of the work."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def find_citations(
    draft: Draft,
    sentences: Sequence[DraftSentence],
    works: WorkIndex,
    references: frozenset[int],
    approved: Container[str],
) -> Iterator[CitationFinding]:
    """Find the citations of a draft, in order, and judge each.

    `references` are the positions of the blocks that hold citations (`find_reference_blocks`); `approved` has
    the folded sentences of approved wordings, which claim something, though they may look like a citation.
    """
    previous: Source | None = None
    for piece in _split_draft_pieces(draft, sentences, references, approved):
        finding = _judge_piece(piece, works, previous)
        if finding is not None:
            previous = works.library.references.get(finding.work, previous)
            yield finding


def find_reference_blocks(draft: Draft) -> frozenset[int]:
    """Return the positions of the notes, and of the entries of bibliographies."""
    found: set[int] = set()
    headings = load_word_set("audit-words", "reference-headings")
    within: int | None = None
    for position, block in enumerate(draft.blocks):
        prose = prepare_prose(block.text[: _LONGEST_ENTRY + 1])
        if block.kind == "heading":
            level = block.level or 1
            if within is None or level <= within:
                within = level if prose.strip(" .:").lower() in headings else None
        elif (
            block.kind == "note"
            or within is not None
            or _is_entry(prose)
            or (prose.partition(":")[0].lower() in headings and ":" in prose)
        ):
            found.add(position)
    return frozenset(found)


def _split_draft_pieces(
    draft: Draft, sentences: Sequence[DraftSentence], references: frozenset[int], approved: Container[str]
) -> Iterator[_Piece]:
    def is_claim(sentence: DraftSentence) -> bool:
        return fold_text(sentence.text) in approved or _has_verb(prepare_prose(sentence.text))

    for block, group in groupby(sentences, key=lambda sentence: sentence.block):
        if block not in references:
            for sentence in group:
                yield from _split_pieces(sentence)
            continue
        # What a note claims besides, a caveat for instance, parts its citations.
        for claims, run in groupby(group, key=is_claim):
            own = list(run)
            if not claims:
                yield from _split_reference(draft.blocks[block].text[: own[-1].end], own[0].start, block)
            else:
                for sentence in own:
                    yield from _split_pieces(sentence)


_BETWEEN = re.compile(r";|(?:,|\.)? (?=(?:cited|quoted|reprinted) in\b)", re.IGNORECASE)
_CITED_IN = re.compile(r"(?:cited|quoted|reprinted) in ", re.IGNORECASE)


def _split_reference(text: str, start: int, block: int) -> Iterator[_Piece]:
    """Split a note or an entry, from `start`, at semicolons and where one work is cited in another."""
    for end in (*(match.start() for match in _BETWEEN.finditer(text, start)), len(text)):
        part = text[start:end]
        bare = part.lstrip(" ;,.\n\t")
        at = start + len(part) - len(bare)
        if cited := _CITED_IN.match(bare):
            bare, at = bare[cited.end() :], at + cited.end()
        if bare.strip() and len(bare) <= _LONGEST_ENTRY:
            yield _Piece(bare.rstrip(), block, at, True)
        start = end


def _split_pieces(sentence: DraftSentence) -> Iterator[_Piece]:
    taken: list[tuple[int, int]] = []
    for match in _BRACKETS.finditer(sentence.text):
        for part in re.finditer(r"[^;]+", match.group(1)):
            lead = len(part.group()) - len(part.group().lstrip())
            start = match.start(1) + part.start() + lead
            text = part.group().strip()
            if _is_date(text):
                continue
            if _IN_BRACKETS.search(prepare_prose(text)) or any(True for _ in find_work_numbers(text)):
                taken.append((start, start + len(text)))
                yield _Piece(text, sentence.block, sentence.start + start, True)
    prepared = prepare_sentence(sentence.text)
    for number in find_work_numbers(prepared.prose):
        at = prepared.prose.find(number.words)
        if at < 0:
            continue
        start, end = prepared.span(at, at + len(number.words))
        if not any(a <= start < b for a, b in taken):
            taken.append((start, end))
            more = _LOCATOR_AFTER.match(sentence.text, end)
            end = more.end() if more else end
            yield _Piece(sentence.text[start:end], sentence.block, sentence.start + start, False)


def _is_date(text: str) -> bool:
    """Return whether a text is nothing but dates."""
    rest = prepare_prose(text)
    for number in find_numbers(rest):
        if number.kind in ("date", "decade"):
            rest = rest.replace(number.words, " ")
    return not re.search(r"[^\W\d_]{4,}|\d", rest)


_BRACKETS = re.compile(r"[(\[]([^()\[\]]*\d[^()\[\]]*)[)\]]")
_IN_BRACKETS = re.compile(
    r"[A-Z][\w'.-]+.*\b(?:1[89]|20)\d\d[a-z]?\b|\b(?:paras?|pp?|arts?|ibid)\.? ?\d", re.IGNORECASE
)
_LOCATOR_AFTER = re.compile(
    r",? (?:at )?(?:paras?\.?|paragraphs?|¶+|pp?\.|arts?\.|articles?|§+) ?\d+(?:[-–]\d+)?", re.IGNORECASE
)
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_SET_APART = re.compile(
    r"\b(?:paras?\.|pp?\. ?\d|vol\.|no\. ?\d|ed\.|eds\.|[Ii]bid\.|[Ii]d\.|op\. cit|[Ss]upra|U\.N\.T\.S\.|"
    r"Stat\.|U\.S\.C\.|U\.N\. Doc|UN Doc|accessed|retrieved)|[\"“](?=[A-Z\d])[^\"”]+[,.?]?[\"”],? "
)


def _looks_like_citation(prose: str) -> bool:
    """Return whether a text is set like an entry of a bibliography or a note, not like a sentence."""
    if not (_YEAR.search(prose) or _LINK.search(prose) or _SET_APART.search(prose)):
        return bool(re.match(r"(?:[Ii]bid|[Ii]d)\b", prose))
    unquoted = re.sub(r'"[^"]*"', " ", prose)
    if _verb_pattern().search(unquoted):
        return False
    return bool(_SET_APART.search(prose)) or unquoted.count(",") + unquoted.count(":") >= 2


_LONGEST_ENTRY = 1_500
"""Characters of an entry of a bibliography, and of a citation."""


def _is_entry(prose: str) -> bool:
    """Return whether a block outside the notes is an entry of a bibliography."""
    if len(prose) > _LONGEST_ENTRY:
        return False
    if _has_verb(prose) or not (_SET_APART.search(prose) or _LINK.search(prose)):
        return False
    return bool(_YEAR.search(prose)) and _looks_like_citation(prose)


def _has_verb(prose: str) -> bool:
    """Return whether a text without what is quoted and linked in it has a verb, as sentences do."""
    plain = _LINK.sub(" ", re.sub(r'"[^"]*"', " ", prose))
    plain = re.sub(r"\b(?:cited|quoted|reprinted|accessed|retrieved|edited|translated)\b", " ", plain)
    return bool(_CONJUGATED.search(plain) or _verb_pattern().search(plain))


_CONJUGATED = re.compile(
    r"\b(?:[a-z]{2,}ed|set|took|made|gave|held|put|sent|came|went|led|showed|rose|fell|died)\b"
)


@cache
def _verb_pattern() -> re.Pattern[str]:
    verbs = {*load_word_set("hedges", "verbs"), *load_word_data("hedges")["reporting-verbs"]}
    verbs |= load_word_set("audit-words", "speaking")
    verbs -= {"may", "reports", "states", "estimates", "counts", "must"}
    return re.compile(rf"\b(?:{'|'.join(sorted(verbs))})\b")


def find_cited_paragraphs(text: str) -> list[str]:
    """Return the numbers of the paragraphs that a citation names."""
    found = _PARAGRAPH.finditer(prepare_prose(text))
    return [value for match in found for value in _paragraph_numbers(match["value"])]


def locate_difference(
    sentence: DraftSentence, citation: CitationFinding, message: str, expected: str
) -> Difference:
    """Return the difference of a citation's paragraph, with its span if it is within the sentence."""
    match = _PARAGRAPH.search(citation.text)
    words = match.group() if match else citation.text
    at = sentence.text.find(words, max(0, citation.start - sentence.start))
    start, end = (at, at + len(words)) if at >= 0 else (None, None)
    return Difference(DifferenceKind.CITATION, message, words, expected, start, end)


# -- judging


def _judge_piece(piece: _Piece, works: WorkIndex, previous: Source | None) -> CitationFinding | None:
    prepared = prepare_sentence(piece.text)
    prose = prepared.prose
    numbers = list(find_work_numbers(prose))
    years = {int(match) for match in _YEAR.findall(prose)}
    work = _find_work(piece, prose, numbers, years, works, previous)
    if work is None:
        unknown = any(number.value not in works.mentioned for number in numbers)
        if (
            unknown
            or (not numbers and piece.is_closed and _looks_like_citation(prose))
            or (not numbers and piece.is_closed and _is_author_date(prose))
        ):
            return CitationFinding(piece.text, piece.block, piece.start, piece.end, CitationVerdict.UNKNOWN)
        return None
    differences = tuple(_find_citation_differences(piece, prepared, numbers, work, works))
    verdict = CitationVerdict.DIFFERS if differences else CitationVerdict.KNOWN
    reference = describe_work(work)
    return CitationFinding(
        piece.text, piece.block, piece.start, piece.end, verdict, work.id, reference, differences
    )


def _is_author_date(prose: str) -> bool:
    return (
        re.fullmatch(r"(?:see |cf\. )?[A-Z][^\d]{1,60},? (?:1[89]|20)\d\d[a-z]?(?:, .*)?", prose) is not None
    )


def _find_work(
    piece: _Piece,
    prose: str,
    numbers: Sequence[WorkNumber],
    years: set[int],
    works: WorkIndex,
    previous: Source | None,
) -> Source | None:
    if re.match(r"(?:[Ii]bid|[Ii]d)\b", prose):
        return previous
    titled = (works.find_by_link(prose) or works.find_by_title(prose, numbers)) if piece.is_closed else None
    if titled is not None:
        return titled
    for number in numbers:
        work = works.find_by_number(number.value)
        if work is not None:
            return work
    if numbers or not piece.is_closed:
        return None
    return works.find_by_author(prose, years)


def _find_citation_differences(
    piece: _Piece, prepared: PreparedSentence, numbers: Sequence[WorkNumber], work: Source, works: WorkIndex
) -> Iterator[Difference]:
    prose = prepared.prose
    own = {number.series: number for number in find_numbers_of_work(work)}
    values = {number.value for number in find_numbers_of_work(work)}
    for number in numbers:
        if number.series in own and number.value not in values:
            expected = own[number.series].words
            yield _difference(
                prepared, number.words, DifferenceKind.DESIGNATION, f"its number is {expected}", expected
            )
    if piece.is_closed:
        yield from _find_date_differences(prepared, work)
    for match in _PARAGRAPH.finditer(prose):
        for value in _paragraph_numbers(match["value"]):
            if why := works.check_paragraph(work, value):
                yield _difference(prepared, match.group(), DifferenceKind.CITATION, why, "")
                break


_PARAGRAPH = re.compile(r"(?:\bparas?\.?|\bparagraphs?|¶+) ?(?P<value>\d+(?:[-–]\d+)?)", re.IGNORECASE)


def _find_date_differences(prepared: PreparedSentence, work: Source) -> Iterator[Difference]:
    """Find dates that are neither the work's own nor in its title, container or number."""
    known = [date for key in ("issued", "accessed") for date in parse_work_dates(work, key)]
    if not known:
        return
    words = prepare_prose(" ".join(str(value) for value in work.csl.values() if isinstance(value, str)))
    for key in ("event-date", "original-date", "submitted"):
        words += f" {work.csl.get(key, '')}"
    mentioned = [number for number in find_numbers(words) if number.kind == "date"]
    for number in find_numbers(prepared.prose):
        if number.kind != "date" or number.date[0] is None:
            continue
        if any(date_covers(one, number) or date_covers(number, one) for one in (*known, *mentioned)):
            continue
        if number.words in words:
            continue
        issued = next(iter(known))
        yield _difference(
            prepared,
            number.words,
            DifferenceKind.DATE,
            f"the library dates it {issued}, not {number.words}",
            str(issued),
        )


def _difference(
    prepared: PreparedSentence, words: str, kind: DifferenceKind, message: str, expected: str
) -> Difference:
    at = prepared.prose.find(words)
    start, end = prepared.span(at, at + len(words)) if at >= 0 else (None, None)
    return Difference(kind, message, words, expected, start, end)


def group_by_sentence(
    citations: Sequence[CitationFinding], sentences: Sequence[DraftSentence]
) -> dict[int, list[CitationFinding]]:
    """Return the citations in or directly beside each sentence, by its number."""
    of_blocks: dict[int, list[DraftSentence]] = defaultdict(list)
    for sentence in sentences:
        of_blocks[sentence.block].append(sentence)
    found: dict[int, list[CitationFinding]] = {sentence.number: [] for sentence in sentences}
    for citation in citations:
        own = of_blocks[citation.block]
        first = bisect_right(own, citation.start, key=lambda sentence: sentence.start) - 1
        for position in range(max(0, first), len(own)):
            if own[position].start > citation.end:
                break
            found[own[position].number].append(citation)
    return found


def is_only_citation(
    sentence: DraftSentence, block: DraftBlock, citations: Sequence[CitationFinding], works: WorkIndex
) -> bool:
    """Return whether a sentence of a note or bibliography cites, and claims nothing besides."""
    prose = prepare_prose(sentence.text)
    if not _has_verb(prose):
        return True
    # What looks like a verb may stand in a title.
    covered = any(
        one.block == sentence.block and one.start <= sentence.start and sentence.end <= one.end + 1
        for one in citations
        if one.work
    )
    return (covered and works.find_by_title(prose) is not None) or block.kind != "note"

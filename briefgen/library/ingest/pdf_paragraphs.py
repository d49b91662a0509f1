"""Joins the lines of printed pages into paragraphs, and sets apart heads, page numbers and footnotes.

It goes by where lines stand. A break between lines is a new paragraph where the first word of the second
would have fitted into the first, where the second is indented or further down than usual, or where the size
of type changes.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from briefgen.library.ingest.blocks import Block, one_line
from briefgen.library.ingest.pdf_lines import Line, Page

HEAD, NUMBER, NOTE, HEADING, MARK = "running head", "page number", "footnote", "heading", "mark without words"
_EDGE_ROWS = 2
"""Rows from the top and the foot of a page among which heads and page numbers are looked for."""
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|p\.)?\s*(?P<number>\d{1,4}|[ivxlc]{1,7})(?:\s*(?:of|/)\s*\d{1,4})?\W*", re.I
)
_HEAD_WITH_NUMBER = re.compile(r"(?P<first>\d{1,4})\s.{1,100}|.{1,100}\s(?P<last>\d{1,4})")
_NOTE_MARK = re.compile(r"(?:(?P<number>\d{1,3})\W{0,2}|[*†‡§]+)\s?(?=\S)")
_NOTE_CALL = re.compile(r"\d{1,3}|[*†‡§]+")
"""The raised sign of a note, where the file has it apart from the line that it hangs on."""
_ITEM = re.compile(r"[•▪■●○◦‣·–—*-]\s|\(?[0-9]{1,4}[.)]\s|\(?[a-z]{1,4}\)\s")
_BULLET = re.compile(r"[•▪■●○◦‣·]\s?|[–—*-]\s")
_HYPHENS = "-\u00ad\u2010\u0002\ufffe"
_CLOSED = re.compile(r"[.!?:…][\"'”’)\]]*(?:\s?\d{1,3})?$")


@dataclass(frozen=True, slots=True)
class Joined:
    """The blocks of a PDF, and what is not certain about them."""

    blocks: tuple[Block, ...]
    guessed: tuple[str, ...]
    """Words put together at the end of a line although nothing in the text says how they are written."""
    doubtful: tuple[int, ...]
    """Numbers of the pages at whose end a paragraph was taken to go on, and might have ended."""


def join_pages(pages: Sequence[Page]) -> Joined:
    """The paragraphs of all pages in order; what interrupts a paragraph follows it."""
    return _Joiner(pages).joined()


@dataclass(slots=True)
class _Measures:
    """What is usual in the whole text."""

    size: float
    leading: float
    indented: bool
    """Whether paragraphs begin with an indent."""


@dataclass(slots=True)
class _Joiner:
    pages: Sequence[Page]
    taken: dict[tuple[int, int], str] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)

    def joined(self) -> Joined:
        self.taken |= dict.fromkeys(_lone_marks(self.pages), MARK)
        self.taken |= _page_numbers(self.pages)
        self.taken |= {key: HEAD for key in _running_heads(self.pages) if key not in self.taken}
        size = _usual_size(self.pages)
        self.taken |= dict.fromkeys(_notes(self.pages, self.taken, size), NOTE)
        columns = [_columns(page) for page in self.pages]
        usual = _Measures(size, self._leading(), self._indented(columns))
        written = _Written(line.text for page in self.pages for line in page)
        self._flow(columns, usual, written)
        return Joined(tuple(self.blocks), tuple(dict.fromkeys(self.guessed)), tuple(self.doubtful))

    def _body(self) -> Iterator[tuple[int, int, Line]]:
        for number, page in enumerate(self.pages):
            for index, line in enumerate(page):
                if (number, index) not in self.taken:
                    yield number, index, line

    def _leading(self) -> float:
        """The usual step from one baseline to the next."""
        body = list(self._body())
        steps = [
            one.bottom - two.bottom
            for (page, _, one), (next_page, _, two) in pairwise(body)
            if page == next_page and _goes_down(one, two) and _same_size(one, two)
        ]
        return statistics.median(steps) if steps else 0.0

    def _indented(self, columns: Sequence[Sequence[_Column]]) -> bool:
        body = list(self._body())
        begins = sum(_is_indented(line, columns[page][index]) for page, index, line in body)
        return begins >= 3 and begins >= len(body) / 40

    def _flow(self, columns: Sequence[Sequence[_Column]], usual: _Measures, written: _Written) -> None:
        paragraph: list[Line] = []
        aside: list[Block] = []
        before: tuple[int, int] | None = None
        for number, page in enumerate(self.pages):
            for index, line in enumerate(page):
                what = self.taken.get((number, index))
                if what:
                    self._set_aside(aside, line, what, written)
                    continue
                if paragraph and line.size < 0.93 * usual.size and _NOTE_CALL.fullmatch(line.text):
                    paragraph[-1] = replace(paragraph[-1], text=paragraph[-1].text + line.text)
                    continue
                if paragraph and before is not None:
                    last = columns[before[0]][before[1]]
                    if self._breaks(
                        paragraph, last, line, columns[number][index], before[0] == number, usual
                    ):
                        self._close(paragraph, aside, usual, written)
                    elif before[0] != number and not usual.indented and _CLOSED.search(paragraph[-1].text):
                        self.doubtful.append(before[0] + 1)
                paragraph.append(line)
                before = number, index
        self._close(paragraph, aside, usual, written)

    def _set_aside(self, aside: list[Block], line: Line, what: str, written: _Written) -> None:
        """Keep what interrupts; the lines of one footnote become one block."""
        if what == NOTE and aside and aside[-1].what == NOTE and not _NOTE_MARK.match(line.text):
            joined = written.join(aside[-1].text, line.text, self.guessed)
            aside[-1] = Block(one_line(joined), NOTE)
        else:
            aside.append(Block(one_line(line.text), what))

    @staticmethod
    def _breaks(
        paragraph: Sequence[Line],
        last: _Column,
        line: Line,
        column: _Column,
        same_page: bool,
        usual: _Measures,
    ) -> bool:
        above = paragraph[-1]
        if not _same_size(above, line) or _BULLET.match(line.text):
            return True
        if _ITEM.match(line.text) and _CLOSED.search(above.text):
            return True
        if _had_room(above, last, line):
            return True
        hanging = _ITEM.match(paragraph[0].text) or _BULLET.match(paragraph[0].text)
        if not hanging and _is_indented(line, column) and (usual.indented or _CLOSED.search(above.text)):
            # A block quotation is indented throughout: only its first line begins anew.
            return abs(above.left - line.left) >= 1
        if same_page and _goes_down(above, line):
            return above.bottom - line.bottom > 1.25 * usual.leading
        return False

    def _close(self, paragraph: list[Line], aside: list[Block], usual: _Measures, written: _Written) -> None:
        if paragraph:
            text = paragraph[0].text
            for line in paragraph[1:]:
                text = written.join(text, line.text, self.guessed)
            is_heading = paragraph[0].size > 1.12 * usual.size and len(text.split()) <= 40
            self.blocks.append(Block(one_line(text), HEADING if is_heading else ""))
        self.blocks += aside
        paragraph.clear()
        aside.clear()


# -- where lines stand


@dataclass(frozen=True, slots=True)
class _Column:
    """The column of print that a line belongs to."""

    left: float
    right: float
    justified: bool
    """Whether its lines end together."""


def _columns(page: Page) -> list[_Column]:
    """For each line the edges of its column, from the lines that stand above and below it.

    A block quotation has a right edge of its own.
    """
    found = []
    for index, line in enumerate(page):
        others = [other for other in page if _overlap(line, other) and _same_size(line, other)]
        lefts = Counter(round(other.left) for other in others)
        # Where many lines begin; a few may hang out to the left.
        enough = min(max(lefts.values()), max(2, len(others) // 8))
        left = min(value for value, number in lefts.items() if number >= enough)
        quotation = _flush_with(page, index)
        if len(quotation) > 1 and line.left - left > 0.4 * line.size:
            others = quotation
        # Of many lines a few may run over the edge.
        rights = sorted((other.right for other in others), reverse=True)
        right = rights[min(3, len(rights) // 10)]
        flush = sum(abs(other - right) < 0.1 * line.size for other in rights)
        found.append(_Column(left, right, flush > max(3, 0.6 * len(rights))))
    return found


def _flush_with(page: Page, index: int) -> list[Line]:
    """The lines around one that follow each other and begin at the same distance from the left."""
    first = last = index
    while first and _flush(page[first - 1], page[index]):
        first -= 1
    while last + 1 < len(page) and _flush(page[last + 1], page[index]):
        last += 1
    return list(page[first : last + 1])


def _flush(one: Line, other: Line) -> bool:
    return abs(one.left - other.left) < 1 and _same_size(one, other)


def _overlap(one: Line, other: Line) -> bool:
    shared = min(one.right, other.right) - max(one.left, other.left)
    return shared > 0.5 * min(one.right - one.left, other.right - other.left) or one is other


def _same_size(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) <= 0.08 * max(one.size, other.size)


def _goes_down(one: Line, other: Line) -> bool:
    return one.bottom > other.bottom and _overlap(one, other)


def _is_indented(line: Line, column: _Column) -> bool:
    return 0.4 * line.size < line.left - column.left < 6 * line.size


def _had_room(above: Line, column: _Column, line: Line) -> bool:
    """Whether the first word of a line would have fitted at the end of the line above.

    In a justified column every line but the last of a paragraph goes to the edge.
    """
    if above.text[-1] in _HYPHENS:
        return False
    if column.justified and _CLOSED.search(above.text):
        return above.right < column.right - 0.2 * above.size
    word = line.text.split()[0]
    letter = (above.right - above.left) / len(above.text)
    return above.right + letter * (len(word) + 1) < column.right - 0.5 * above.size


def _usual_size(pages: Sequence[Page]) -> float:
    letters: Counter[float] = Counter()
    for page in pages:
        for line in page:
            letters[round(line.size * 2) / 2] += len(line.text)
    return letters.most_common(1)[0][0] if letters else 0.0


# -- what stands beside the argument


def _edges(page: Page) -> Iterator[tuple[int, str]]:
    """Lines in the uppermost and lowest rows of a page, each with `top` or `foot`."""
    order = sorted(range(len(page)), key=lambda index: -page[index].bottom)
    rows: list[list[int]] = []
    for index in order:
        if rows and page[rows[-1][0]].bottom - page[index].bottom < page[index].size / 2:
            rows[-1].append(index)
        else:
            rows.append([index])
    for row in rows[:_EDGE_ROWS]:
        yield from ((index, "top") for index in row)
    for row in rows[max(_EDGE_ROWS, len(rows) - _EDGE_ROWS) :]:
        yield from ((index, "foot") for index in row)


def _lone_marks(pages: Sequence[Page]) -> Iterator[tuple[int, int]]:
    """Bullets and rules that the file has apart from what they belong to."""
    for number, page in enumerate(pages):
        for index, line in enumerate(page):
            if not any(character.isalnum() for character in line.text):
                yield number, index


def _page_numbers(pages: Sequence[Page]) -> dict[tuple[int, int], str]:
    """Numbers at the edge of pages that count on with the pages, on two pages at least.

    A head that begins or ends with the number of its page goes with them.
    """
    runs: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, page in enumerate(pages):
        for index, _ in _edges(page):
            match = _PAGE_NUMBER.fullmatch(page[index].text)
            value = _value(match["number"]) if match else None
            if value is not None:
                runs[value - number].append((number, index))
    counted = {begin: keys for begin, keys in runs.items() if len({page for page, _ in keys}) >= 2}
    found = {key: NUMBER for keys in counted.values() for key in keys}
    for number, page in enumerate(pages):
        for index, _ in _edges(page):
            match = _HEAD_WITH_NUMBER.fullmatch(page[index].text)
            if match and int(match["first"] or match["last"]) - number in counted:
                found.setdefault((number, index), HEAD)
    return found


def _value(number: str) -> int | None:
    if number.isdigit():
        return int(number)
    values = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}[letter] for letter in number.lower()]
    following = [*values[1:], 0]
    return sum(-one if one < next_one else one for one, next_one in zip(values, following, strict=True))


def _running_heads(pages: Sequence[Page]) -> Iterator[tuple[int, int]]:
    """Lines that return at the same height of three pages (of both, where there are two), but for numbers."""
    places: defaultdict[tuple[str, str, int], list[tuple[int, int]]] = defaultdict(list)
    for number, page in enumerate(pages):
        for index, edge in _edges(page):
            words = re.sub(r"\d+|\b[ivxlc]+\b", "#", page[index].text.casefold())
            if any(character.isalpha() for character in words):
                places[edge, words, round(page[index].bottom)].append((number, index))
    needed = 3 if len(pages) > 2 else 2
    for keys in places.values():
        if len({page for page, _ in keys}) >= needed:
            yield from keys


def _notes(
    pages: Sequence[Page], taken: dict[tuple[int, int], str], size: float
) -> Iterator[tuple[int, int]]:
    """Lines in small type at the foot of pages, from the first page whose small type begins with a mark."""
    begun = False
    for number, page in enumerate(pages):
        rest = [index for index in range(len(page)) if (number, index) not in taken]
        rest.sort(key=lambda index: page[index].bottom)
        small: list[int] = []
        for index in rest:
            if page[index].size > 0.93 * size:
                break
            small.append(index)
        if len(small) == len(rest):
            continue  # a page all in small type is no page of notes to itself
        if small and (begun or any(_NOTE_MARK.match(page[index].text) for index in small)):
            begun = True
            yield from ((number, index) for index in small)


# -- words at the end of lines


class _Written:
    """How words are written within lines: what the text itself says about hyphens."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._words: set[str] = set()
        for line in lines:
            words = re.findall(r"[^\W_]+(?:-[^\W_]+)*", line.replace("\u2010", "-").casefold())
            # The last word of a line may be the first half of one.
            self._words.update(words[:-1] if line[-1:] in _HYPHENS else words)

    def join(self, above: str, below: str, guessed: list[str]) -> str:
        """Two lines as one; a hyphen at the end of the first goes where it only divided a word."""
        if above[-1:] in ("–", "—", "/") and above[-2:-1] != " ":
            return above + below
        head = re.search(r"([^\W_]+(?:[-\u2010][^\W_]+)*)[-\u00ad\u2010\u0002\ufffe]$", above)
        tail = re.match(r"[^\W_]+", below)
        if head is None or tail is None:
            return f"{above} {below}"
        first, second = head[1].replace("\u2010", "-"), tail[0]
        if not second[0].islower():
            return f"{above[:-1]}-{below}"
        if f"{first}{second}".casefold() in self._words:
            return above[:-1] + below
        if f"{first}-{second}".casefold() in self._words:
            return f"{above[:-1]}-{below}"
        guessed.append(first + second)
        return above[:-1] + below

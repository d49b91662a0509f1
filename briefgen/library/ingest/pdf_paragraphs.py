"""Join the lines of printed pages into paragraphs, and separate running heads, page numbers and footnotes.

Only the positions of lines are used. A line begins a paragraph if its first word would have fitted into the
line above, if it is indented or further down than usual, or if its type size differs.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from briefgen.library.ingest.blocks import TextBlock, to_one_line
from briefgen.library.ingest.pdf_lines import PdfLine, PdfPage

RUNNING_HEAD, PAGE_NUMBER, FOOTNOTE, HEADING, LONE_MARK = (
    "running head",
    "page number",
    "footnote",
    "heading",
    "mark without words",
)
_EDGE_ROWS = 2
"""Rows at the top and the foot of a page that may be running heads and page numbers."""
_PAGE_NUMBER_PATTERN = re.compile(
    r"\W*(?:page|p\.)?\s*(?P<number>\d{1,4}|[ivxlc]{1,7})(?:\s*(?:of|/)\s*\d{1,4})?\W*", re.I
)
_HEAD_WITH_NUMBER = re.compile(r"(?P<first>\d{1,4})\s.{1,100}|.{1,100}\s(?P<last>\d{1,4})")
_NOTE_MARK = re.compile(r"(?:(?P<number>\d{1,3})\W{0,2}|[*†‡§]+)\s?(?=\S)")
_NOTE_CALL = re.compile(r"\d{1,3}|[*†‡§]+")
"""A superscript note mark that the file has as a line of its own."""
_LIST_ITEM = re.compile(r"[•▪■●○◦‣·–—*-]\s|\(?[0-9]{1,4}[.)]\s|\(?[a-z]{1,4}\)\s")
_BULLET = re.compile(r"[•▪■●○◦‣·]\s?|[–—*-]\s")
_HYPHENS = "-\u00ad\u2010\u0002\ufffe"
_SENTENCE_END = re.compile(r"[.!?:…][\"'”’)\]]*(?:\s?\d{1,3})?$")


@dataclass(frozen=True, slots=True)
class PdfParagraphs:
    """The blocks of a PDF, and what is uncertain about them."""

    blocks: tuple[TextBlock, ...]
    guessed_words: tuple[str, ...]
    """Words joined across line ends although nothing in the text shows whether they have a hyphen."""
    doubtful_pages: tuple[int, ...]
    """Numbers of the pages whose last paragraph was continued on the next page, and might have ended."""
    page_names: tuple[str, ...]
    """The number of each page as a reader finds it; empty where that is ambiguous."""


def join_pdf_pages(pages: Sequence[PdfPage], labels: Sequence[str] = ()) -> PdfParagraphs:
    """Join the paragraphs of all pages, in order; whatever interrupts a paragraph follows it.

    `labels` are the names that the file gives its pages.
    """
    return _ParagraphJoiner(pages, labels).join()


@dataclass(slots=True)
class _TypicalMeasures:
    """Typical measures of the whole text."""

    size: float
    leading: float
    indented: bool
    """Whether paragraphs begin with an indent."""


@dataclass(slots=True)
class _ParagraphJoiner:
    pages: Sequence[PdfPage]
    labels: Sequence[str]
    names: Sequence[str] = ()
    on_pages: list[int] = field(default_factory=list)
    """The page of each line of the paragraph that is being joined."""
    kinds: dict[tuple[int, int], str] = field(default_factory=dict)
    blocks: list[TextBlock] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)

    def join(self) -> PdfParagraphs:
        self.kinds |= dict.fromkeys(_find_lone_marks(self.pages), LONE_MARK)
        numbered = _find_page_numbers(self.pages)
        self.kinds |= numbered
        self.names = _name_pages(self.pages, numbered, self.labels)
        self.kinds |= {key: RUNNING_HEAD for key in _find_running_heads(self.pages) if key not in self.kinds}
        size = _typical_type_size(self.pages)
        self.kinds |= dict.fromkeys(_find_footnote_lines(self.pages, self.kinds, size), FOOTNOTE)
        columns = [_find_columns(page) for page in self.pages]
        typical = _TypicalMeasures(size, self._measure_leading(), self._detect_indents(columns))
        hyphenation = HyphenationGuide(line.text for page in self.pages for line in page)
        self._join_lines(columns, typical, hyphenation)
        guessed = tuple(dict.fromkeys(self.guessed))
        return PdfParagraphs(tuple(self.blocks), guessed, tuple(self.doubtful), tuple(self.names))

    def _iter_body_lines(self) -> Iterator[tuple[int, int, PdfLine]]:
        for number, page in enumerate(self.pages):
            for index, line in enumerate(page):
                if (number, index) not in self.kinds:
                    yield number, index, line

    def _measure_leading(self) -> float:
        """Return the typical distance between baselines."""
        body = list(self._iter_body_lines())
        steps = [
            line.bottom - below.bottom
            for (page, _, line), (next_page, _, below) in pairwise(body)
            if page == next_page and _is_below(line, below) and _is_same_size(line, below)
        ]
        return statistics.median(steps) if steps else 0.0

    def _detect_indents(self, columns: Sequence[Sequence[_Column]]) -> bool:
        body = list(self._iter_body_lines())
        begins = sum(_is_indented(line, columns[page][index]) for page, index, line in body)
        return begins >= 3 and begins >= len(body) / 40

    def _join_lines(
        self, columns: Sequence[Sequence[_Column]], typical: _TypicalMeasures, hyphenation: HyphenationGuide
    ) -> None:
        paragraph: list[PdfLine] = []
        interruptions: list[TextBlock] = []
        before: tuple[int, int] | None = None
        for number, page in enumerate(self.pages):
            for index, line in enumerate(page):
                kind = self.kinds.get((number, index))
                if kind:
                    self._add_interruption(interruptions, line, kind, hyphenation)
                    continue
                if paragraph and line.size < 0.93 * typical.size and _NOTE_CALL.fullmatch(line.text):
                    paragraph[-1] = replace(paragraph[-1], text=paragraph[-1].text + line.text)
                    continue
                if paragraph and before is not None:
                    last = columns[before[0]][before[1]]
                    if self._begins_paragraph(
                        paragraph, last, line, columns[number][index], before[0] == number, typical
                    ):
                        self._close_paragraph(paragraph, interruptions, typical, hyphenation)
                    elif (
                        before[0] != number
                        and not typical.indented
                        and _SENTENCE_END.search(paragraph[-1].text)
                    ):
                        self.doubtful.append(before[0] + 1)
                paragraph.append(line)
                self.on_pages.append(number)
                before = number, index
        self._close_paragraph(paragraph, interruptions, typical, hyphenation)

    def _add_interruption(
        self, interruptions: list[TextBlock], line: PdfLine, kind: str, hyphenation: HyphenationGuide
    ) -> None:
        """Collect what interrupts a paragraph; the lines of one footnote become one block."""
        if (
            kind == FOOTNOTE
            and interruptions
            and interruptions[-1].kind == FOOTNOTE
            and not _NOTE_MARK.match(line.text)
        ):
            joined = hyphenation.join(interruptions[-1].text, line.text, self.guessed)
            interruptions[-1] = TextBlock(to_one_line(joined), FOOTNOTE)
        else:
            interruptions.append(TextBlock(to_one_line(line.text), kind))

    @staticmethod
    def _begins_paragraph(
        paragraph: Sequence[PdfLine],
        last: _Column,
        line: PdfLine,
        column: _Column,
        same_page: bool,
        typical: _TypicalMeasures,
    ) -> bool:
        above = paragraph[-1]
        if not _is_same_size(above, line) or _BULLET.match(line.text):
            return True
        if _LIST_ITEM.match(line.text) and _SENTENCE_END.search(above.text):
            return True
        if _had_room_for_next_word(above, last, line):
            return True
        hanging = _LIST_ITEM.match(paragraph[0].text) or _BULLET.match(paragraph[0].text)
        if (
            not hanging
            and _is_indented(line, column)
            and (typical.indented or _SENTENCE_END.search(above.text))
        ):
            # A block quotation is indented throughout; only its first line begins a paragraph.
            return abs(above.left - line.left) >= 1
        if same_page and _is_below(above, line):
            return above.bottom - line.bottom > 1.25 * typical.leading
        return False

    def _close_paragraph(
        self,
        paragraph: list[PdfLine],
        interruptions: list[TextBlock],
        typical: _TypicalMeasures,
        hyphenation: HyphenationGuide,
    ) -> None:
        if paragraph:
            text = paragraph[0].text
            pages = {self.names[self.on_pages[0]]: 0}
            for line, page in zip(paragraph[1:], self.on_pages[1:], strict=True):
                pages.setdefault(self.names[page], len(text.split()))
                text = hyphenation.join(text, line.text, self.guessed)
            is_heading = paragraph[0].size > 1.12 * typical.size and len(text.split()) <= 40
            kind = HEADING if is_heading else ""
            named = () if "" in pages else tuple(pages.items())
            self.blocks.append(TextBlock(to_one_line(text), kind, pages=named))
        self.blocks += interruptions
        self.on_pages.clear()
        paragraph.clear()
        interruptions.clear()


# -- positions of lines


@dataclass(frozen=True, slots=True)
class _Column:
    """The column of text that a line belongs to."""

    left: float
    right: float
    justified: bool
    """Whether its lines end at the same position."""


def _find_columns(page: PdfPage) -> list[_Column]:
    """Return each line's column, from the lines above and below it.

    A block quotation has a right edge of its own.
    """
    found = []
    for index, line in enumerate(page):
        others = [
            other for other in page if _overlap_horizontally(line, other) and _is_same_size(line, other)
        ]
        lefts = Counter(round(other.left) for other in others)
        # The position at which many lines begin; a few may hang out to the left.
        enough = min(max(lefts.values()), max(2, len(others) // 8))
        left = min(value for value, number in lefts.items() if number >= enough)
        quotation = _find_flush_lines(page, index)
        if len(quotation) > 1 and line.left - left > 0.4 * line.size:
            others = quotation
        # Of many lines, a few may run over the edge.
        rights = sorted((other.right for other in others), reverse=True)
        right = rights[min(3, len(rights) // 10)]
        flush = sum(abs(other - right) < 0.1 * line.size for other in rights)
        found.append(_Column(left, right, flush > max(3, 0.6 * len(rights))))
    return found


def _find_flush_lines(page: PdfPage, index: int) -> list[PdfLine]:
    """Return the consecutive lines around one that begin at the same distance from the left."""
    first = last = index
    while first and _is_flush(page[first - 1], page[index]):
        first -= 1
    while last + 1 < len(page) and _is_flush(page[last + 1], page[index]):
        last += 1
    return list(page[first : last + 1])


def _is_flush(one: PdfLine, other: PdfLine) -> bool:
    return abs(one.left - other.left) < 1 and _is_same_size(one, other)


def _overlap_horizontally(one: PdfLine, other: PdfLine) -> bool:
    shared = min(one.right, other.right) - max(one.left, other.left)
    return shared > 0.5 * min(one.right - one.left, other.right - other.left) or one is other


def _is_same_size(one: PdfLine, other: PdfLine) -> bool:
    return abs(one.size - other.size) <= 0.08 * max(one.size, other.size)


def _is_below(one: PdfLine, other: PdfLine) -> bool:
    return one.bottom > other.bottom and _overlap_horizontally(one, other)


def _is_indented(line: PdfLine, column: _Column) -> bool:
    return 0.4 * line.size < line.left - column.left < 6 * line.size


def _had_room_for_next_word(above: PdfLine, column: _Column, line: PdfLine) -> bool:
    """Return whether the first word of a line would have fitted at the end of the line above.

    In a justified column, every line but the last of a paragraph reaches the edge.
    """
    if above.text[-1] in _HYPHENS:
        return False
    if column.justified and _SENTENCE_END.search(above.text):
        return above.right < column.right - 0.2 * above.size
    word = line.text.split()[0]
    letter = (above.right - above.left) / len(above.text)
    return above.right + letter * (len(word) + 1) < column.right - 0.5 * above.size


def _typical_type_size(pages: Sequence[PdfPage]) -> float:
    letters: Counter[float] = Counter()
    for page in pages:
        for line in page:
            letters[round(line.size * 2) / 2] += len(line.text)
    return letters.most_common(1)[0][0] if letters else 0.0


# -- what is not part of the argument


def _find_edge_lines(page: PdfPage) -> Iterator[tuple[int, str]]:
    """Yield the lines in the uppermost and lowest rows of a page, each with `top` or `foot`."""
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


def _find_lone_marks(pages: Sequence[PdfPage]) -> Iterator[tuple[int, int]]:
    """Yield bullets and rules that the file has as lines of their own."""
    for number, page in enumerate(pages):
        for index, line in enumerate(page):
            if not any(character.isalnum() for character in line.text):
                yield number, index


def _find_page_numbers(pages: Sequence[PdfPage]) -> dict[tuple[int, int], str]:
    """Find numbers at the edges of at least two pages that increase with the pages.

    A running head that begins or ends with the number of its page is included.
    """
    runs: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, page in enumerate(pages):
        for index, _ in _find_edge_lines(page):
            match = _PAGE_NUMBER_PATTERN.fullmatch(page[index].text)
            value = _parse_page_number(match["number"]) if match else None
            if value is not None:
                runs[value - number].append((number, index))
    counted = {begin: keys for begin, keys in runs.items() if len({page for page, _ in keys}) >= 2}
    found = {key: PAGE_NUMBER for keys in counted.values() for key in keys}
    for number, page in enumerate(pages):
        for index, _ in _find_edge_lines(page):
            match = _HEAD_WITH_NUMBER.fullmatch(page[index].text)
            if match and int(match["first"] or match["last"]) - number in counted:
                found.setdefault((number, index), RUNNING_HEAD)
    return found


def _name_pages(
    pages: Sequence[PdfPage], numbered: Mapping[tuple[int, int], str], labels: Sequence[str]
) -> list[str]:
    """Return the number of each page: the printed one, else the file's own, else its count; or nothing.

    The count is used only where it cannot be taken for a number that is printed on another page.
    """
    found: list[tuple[int, str, int]] = []
    for number, index in numbered:
        text = pages[number][index].text
        match = _PAGE_NUMBER_PATTERN.fullmatch(text) or _HEAD_WITH_NUMBER.fullmatch(text)
        name = next((group for group in match.groups() if group), "") if match else ""
        if name and (value := _parse_page_number(name)) is not None:
            found.append((number, name, value - number))
    shifts = Counter(shift for _, _, shift in found)
    printed: dict[int, str] = {}
    for number, name, _ in sorted(found, key=lambda one: -shifts[one[2]]):
        printed.setdefault(number, name)
    counted = {number: int(name) - number for number, name in printed.items() if name.isdigit()}
    shift = next(iter(set(counted.values()))) if len(set(counted.values())) == 1 else None
    names = []
    for number in range(len(pages)):
        name = printed.get(number, "")
        if not name and shift is not None and min(counted) < number < max(counted):
            name = str(number + shift)
        name = name or (labels[number] if labels else "")
        if not name and (not printed or shift == 1):
            name = str(number + 1)
        names.append("" if re.search(r"[\s{}|]", name) else name)
    return names


def _parse_page_number(number: str) -> int | None:
    if number.isdigit():
        return int(number)
    values = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}[letter] for letter in number.lower()]
    following = [*values[1:], 0]
    return sum(
        -value if value < next_value else value for value, next_value in zip(values, following, strict=True)
    )


def _find_running_heads(pages: Sequence[PdfPage]) -> Iterator[tuple[int, int]]:
    """Yield lines that, numbers apart, recur at the same height on three pages (of two pages, on both)."""
    places: defaultdict[tuple[str, str, int], list[tuple[int, int]]] = defaultdict(list)
    for number, page in enumerate(pages):
        for index, edge in _find_edge_lines(page):
            words = re.sub(r"\d+|\b[ivxlc]+\b", "#", page[index].text.casefold())
            if any(character.isalpha() for character in words):
                places[edge, words, round(page[index].bottom)].append((number, index))
    needed = 3 if len(pages) > 2 else 2
    for keys in places.values():
        if len({page for page, _ in keys}) >= needed:
            yield from keys


def _find_footnote_lines(
    pages: Sequence[PdfPage], kinds: dict[tuple[int, int], str], size: float
) -> Iterator[tuple[int, int]]:
    """Yield lines in small type at the foot of pages, from the first page whose small type has a mark."""
    begun = False
    for number, page in enumerate(pages):
        rest = [index for index in range(len(page)) if (number, index) not in kinds]
        rest.sort(key=lambda index: page[index].bottom)
        small: list[int] = []
        for index in rest:
            if page[index].size > 0.93 * size:
                break
            small.append(index)
        if len(small) == len(rest):
            continue  # a page all in small type is not a page of notes
        if small and (begun or any(_NOTE_MARK.match(page[index].text) for index in small)):
            begun = True
            yield from ((number, index) for index in small)


# -- words divided at line ends


class HyphenationGuide:
    """Spellings of words within lines: the evidence of the text itself about hyphens."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._words: set[str] = set()
        for line in lines:
            words = re.findall(r"[^\W_]+(?:-[^\W_]+)*", line.replace("\u2010", "-").casefold())
            # The last word of a line may be the first half of a divided one.
            self._words.update(words[:-1] if line[-1:] in _HYPHENS else words)

    def join(self, above: str, below: str, guessed: list[str]) -> str:
        """Join two lines; drop a hyphen at the end of the first if it only divided a word."""
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

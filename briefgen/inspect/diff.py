"""Where two readings of a document say different things, each difference in a sentence."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from urllib.parse import unquote, urlsplit

from briefgen.errors import Place, Problem
from briefgen.inspect.tokens import (
    ANY_HYPHEN,
    BULLETS,
    LINE_HYPHEN,
    RIGHT_TO_LEFT,
    SIGNS,
    Link,
    Read,
    Token,
    comparable,
)
from briefgen.inspect.trace import read_finished

_HYPHENS = re.compile("[\u2010\u2011]")
_SHOWN = 10
"""Differences of one sort that are told; the rest is counted."""
_WORDS_COMPARED = 5000
"""Beyond these, only the first difference of the text is told: finding all would take minutes."""


def differences(first: Read, second: Read) -> list[str]:
    """Where two readings say different things, each in a sentence; empty where they agree.

    Text and notes are always compared; headings, lists, tables, pictures, links and the place of a call where
    both readings know them.
    """
    told = [*_text_differences(first, second), *_note_differences(first, second)]
    # Where words differ, all that follows them stands elsewhere.
    told = told or [*_call_differences(first, second), *_picture_differences(first, second)]
    if first.structured and second.structured:
        printed = first.printed or second.printed
        same = _same_on_paper if printed else _same
        headings = _sunk_headings if printed else _headings
        for name, listed in {"heading": headings, **_STRUCTURE}.items():
            told += _listed(name, listed(first), listed(second), same)
    return told


def _text_differences(first: Read, second: Read) -> list[str]:
    both_structured = first.structured and second.structured
    ours, theirs = _words(first, markers=not both_structured), _words(second, markers=not both_structured)
    if first.printed or second.printed:
        ours, theirs = _joined(ours, theirs), _joined(theirs, ours)
        if RIGHT_TO_LEFT.search("".join([*ours, *theirs])):
            blocks = _block_differences(first, second) if both_structured else []
            return _counted(ours, theirs) or blocks
    if comparable("".join(ours)) == comparable("".join(theirs)):
        return []
    start = _common_start(ours, theirs)
    if max(len(ours), len(theirs)) - start > _WORDS_COMPARED:
        shown = f"{_shown(ours[start : start + 12])} against {_shown(theirs[start : start + 12])}"
        return [f"the text differs from word {start + 1} on: {shown}"]
    told = []
    for change, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if change != "equal" and comparable("".join(ours[a:b])) != comparable("".join(theirs[c:d])):
            where = f" after {_shown(ours[max(0, a - 5) : a])}" if a else ""
            told.append(f"text{where}: {_shown(ours[a:b])} against {_shown(theirs[c:d])}")
    return _limited(told or ["the text differs"])


def _words(read: Read, *, markers: bool) -> list[str]:
    kinds = {"text", "heading", "marker"} if markers else {"text", "heading"}
    text = " ".join(token.text for token in read.tokens if token.kind in kinds)
    return _plain_words(BULLETS.sub(" ", text) if markers else text)


def _joined(words: list[str], others: list[str]) -> list[str]:
    """Words that a line's end may have parted, as the other reading has them; hyphens are all alike."""
    known = set(others)
    joined: list[str] = []
    for word in words:
        if joined and joined[-1].endswith(LINE_HYPHEN):
            word = joined.pop() + word
        parted, whole = word.replace(LINE_HYPHEN, "-"), word.replace(LINE_HYPHEN, "")
        if word.endswith(LINE_HYPHEN):
            joined.append(word)
        else:
            joined.append(whole if whole in known and parted not in known else parted)
    return [_HYPHENS.sub("-", word.replace(LINE_HYPHEN, "-")) for word in joined]


def _block_differences(first: Read, second: Read) -> list[str]:
    """Blocks that are not the same, where the order of words within a line is not told."""
    ours, theirs = ([each.text for each in read.tokens if each.kind in _SPOKEN] for read in (first, second))
    return _listed("block", ours, theirs, _same_on_paper)


_SPOKEN = frozenset({"text", "heading"})


def _counted(ours: list[str], theirs: list[str]) -> list[str]:
    """Differences where words run from the right: a PDF does not tell their order within a line."""
    bags = [Counter(filter(None, (SIGNS.sub("", word) for word in words))) for words in (ours, theirs)]
    missing, more = ((a - b).elements() for a, b in (bags, bags[::-1]))
    lost, added = " ".join(missing), " ".join(more)
    return [f"text: {_shown([lost])} against {_shown([added])}"] if lost or added else []


def _common_start(ours: list[str], theirs: list[str]) -> int:
    pairs = enumerate(zip(ours, theirs, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(ours), len(theirs)))


def _note_differences(first: Read, second: Read) -> list[str]:
    ours = [f"{note.number}. {note.text}" for note in first.notes]
    theirs = [f"{note.number}. {note.text}" for note in second.notes]
    if first.printed or second.printed:
        ours, theirs = _notes_joined(ours, theirs), _notes_joined(theirs, ours)
    return _listed("note", ours, theirs)


def _call_differences(first: Read, second: Read) -> list[str]:
    """Notes, all the same, that are called elsewhere."""
    told = [
        f"note {a.number} is called after {a.position} characters against {b.position}"
        for a, b in zip(first.notes, second.notes, strict=True)
        if None not in (a.position, b.position) and a.position != b.position
    ]
    return _limited(told)


def _notes_joined(notes: list[str], others: list[str]) -> list[str]:
    known = [word for note in others for word in _plain_words(note)]
    joined = [_joined(_plain_words(note), known) for note in notes]
    # Words that run from the right are compared as a heap, for their order is not told.
    return [" ".join(sorted(each) if RIGHT_TO_LEFT.search("".join(each)) else each) for each in joined]


def _plain_words(text: str) -> list[str]:
    normal = unicodedata.normalize("NFKC", text)
    return [word for word in (comparable(each) for each in normal.split()) if word]


def _same(a: str, b: str) -> bool:
    return comparable(a) == comparable(b)


def _same_on_paper(a: str, b: str) -> bool:
    """Whether two texts of which one is from a page are the same, as far as a page can tell."""
    a, b = comparable(a), comparable(b)
    if LINE_HYPHEN in a + b:
        a, b = ANY_HYPHEN.sub("", a), ANY_HYPHEN.sub("", b)
    if a != b and RIGHT_TO_LEFT.search(a):
        return sorted(SIGNS.sub("", a)) == sorted(SIGNS.sub("", b))
    return a == b


def _headings(read: Read) -> list[str]:
    return [f"level {token.level}: {token.text}" for token in read.headings]


def _sunk_headings(read: Read) -> list[str]:
    """Headings as deep as they stand: PDF/UA leaves no level out (ISO 14289-1, 7.4.2)."""
    told, levels = [], list[int]()
    for token in read.headings:
        while levels and levels[-1] >= (token.level or 0):
            levels.pop()
        levels.append(token.level or 0)
        told.append(f"level {len(levels)}: {token.text}")
    return told


def _items(read: Read) -> list[str]:
    """Items with their marker, depth, and the words that stand first in them."""
    told = []
    for index, token in enumerate(read.tokens):
        if token.kind == "marker":
            following = read.tokens[index + 1 :]
            first = next((each for each in following if each.kind in {"text", "heading", "marker"}), None)
            words = first.text if first is not None and first.kind != "marker" else ""
            told.append(f"{token.text} (depth {token.level}) {words}")
    return told


def _cells(read: Read) -> list[str]:
    return [
        f"table {number}, row {cell.row}, column {cell.column}{', a head' if cell.head else ''}: {cell.text}"
        for number, table in enumerate(read.tables, start=1)
        for cell in table
    ]


_STRUCTURE: Mapping[str, Callable[[Read], list[str]]] = {
    "list item": _items,
    "table cell": _cells,
    "link": lambda read: [_link(link) for link in read.links],
    "picture": lambda read: [picture.text for picture in _pictures(read)],
}
"""What is compared piece by piece."""


def _pictures(read: Read) -> list[Token]:
    """Pictures that say something; others are decoration."""
    return [token for token in read.tokens if token.kind == "image" and token.text]


def _picture_differences(first: Read, second: Read) -> list[str]:
    """Pictures that stand elsewhere."""
    ours, theirs = _pictures(first), _pictures(second)
    if [comparable(each.text) for each in ours] != [comparable(each.text) for each in theirs]:
        return []
    return [
        f"picture {number} stands after {a.position} characters against {b.position}"
        for number, (a, b) in enumerate(zip(ours, theirs, strict=True), start=1)
        if None not in (a.position, b.position) and a.position != b.position
    ]


def _link(link: Link) -> str:
    return f"{link.text} → {_address(link.target)}"


def _address(target: str) -> str:
    """An address as its forms can be compared: escapes resolved, the host in lower case and ASCII."""
    if target == "#":
        return "a place in the document"
    try:
        parts = urlsplit(target)
        host = parts.netloc.lower().encode("idna").decode() if parts.netloc else ""
        return unquote(parts._replace(scheme=parts.scheme.lower(), netloc=host).geturl())
    except ValueError:
        return unquote(target)


def _listed(
    name: str, ours: list[str], theirs: list[str], same: Callable[[str, str], bool] = _same
) -> list[str]:
    told = []
    if len(ours) != len(theirs):
        told.append(f"{len(ours)} {name}s against {len(theirs)}")
    for index, (a, b) in enumerate(zip(ours, theirs, strict=False), start=1):
        if not same(a, b):
            told.append(f"{name} {index}: {_shown([a])} against {_shown([b])}")
    return _limited(told)


def _limited(told: list[str]) -> list[str]:
    more = len(told) - _SHOWN
    return [*told[:_SHOWN], f"and {more} more like these"] if more > 0 else told


def _shown(words: list[str]) -> str:
    text = " ".join(words)
    return repr(text if len(text) <= 120 else text[:117] + "…") if text else "nothing"


@dataclass(frozen=True, slots=True)
class Against:
    """What the comparison of two files gave."""

    file: str
    """The other file."""
    compared: str
    """What could be compared, in words."""
    problems: tuple[Problem, ...]
    """A difference each; empty where both say the same."""


def against(path: Path, other: Path) -> Against:
    """Compare two files, each a PDF or DOCX; raises BriefgenError where one cannot be read."""
    ours, theirs = read_finished(path), read_finished(other)
    told = [*_properties(ours, theirs), *differences(ours, theirs)]
    structured = ours.structured and theirs.structured
    compared = _WITH_STRUCTURE if structured else "text and notes (one has no tags)"
    hint = "make both anew from the campaign"
    problems = (Problem("renderings-differ", each, Place(str(other)), hint) for each in told)
    return Against(str(other), compared, tuple(problems))


_WITH_STRUCTURE = "text, notes, headings, lists, tables, pictures and links"


def _properties(ours: Read, theirs: Read) -> list[str]:
    pairs = (
        ("title", ours.title, theirs.title),
        ("author", ours.author, theirs.author),
        ("language", ours.language, theirs.language),
    )
    told = [f"{name}: {a!r} against {b!r}" for name, a, b in pairs if a != b]
    if None not in (ours.record, theirs.record) and ours.record != theirs.record:
        told.append("the evidence records are not the same")
    return told

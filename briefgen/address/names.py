"""Read personal names: titles before them, letters after them, and what a salutation takes of them.

Lists put a title into the name, a suffix into the family name, and spell `The Rt Hon` in a dozen ways. What
data/honorifics.yaml knows is moved to where a form of address expects it. Gender, family name and the order
of names are never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from briefgen.data import DATA_FOLDER
from briefgen.errors import ProblemList
from briefgen.model.recipient import Recipient
from briefgen.system.yaml_reader import parse_yaml, read_text_file

TitleKind = Literal["style", "courtesy", "knightly", "peers", "titles", "unknown"]
StyleSpelling = Literal["short", "full", ""]
_KINDS: tuple[TitleKind, ...] = ("courtesy", "knightly", "peers", "titles")
_REPEATED_COMMAS = re.compile(r"(?: *,){2,}")


@dataclass(frozen=True, slots=True)
class Title:
    """A title before a name."""

    kind: TitleKind
    key: str
    """Equal for all spellings of a title: `rt hon`."""
    written: str
    """As the list has it: `Dr. med.`."""
    spoken: str
    """As a salutation has it: `Dr.`."""


@dataclass(frozen=True, slots=True)
class PersonalName:
    """A recipient's name with everything in its place."""

    titles: tuple[Title, ...]
    full: str
    """Without titles and letters: `Angus S. King, Jr.`."""
    given: str
    family: str
    suffix: str
    postnominals: str
    """The person's own, not those of the office."""
    before: str
    """Titles that the list has as part of the name, for a form that prints the name alone: `Dr`."""
    after: str
    """The same of letters, with what joins them to the name: `, MD`."""

    @property
    def rank(self) -> str:
        """Return the key of a peer's rank, `lord`; empty for others."""
        return next((title.key for title in self.titles if title.kind == "peers"), "")

    @property
    def forename(self) -> str:
        """Return the first forename; empty if unknown."""
        words = (self.given or (self.full if self.full != self.family else "")).split()
        return words[0] if (self.given and words) or len(words) > 1 else ""


@dataclass(frozen=True, slots=True)
class _Honorifics:
    titles: Mapping[str, tuple[TitleKind, str]]
    """Kind and key of a title by its spelling, without case and marks."""
    in_names: re.Pattern[str]
    """Matches a title at the beginning of a name."""
    in_column: re.Pattern[str]
    """The same for the column honorific, with titles that would be mistaken for names elsewhere."""
    faculties: re.Pattern[str]
    styles: Mapping[tuple[str, str], str]
    """How a style is printed, by its key and StyleSpelling."""
    postnominals: frozenset[str]
    suffix: re.Pattern[str]
    vacant: frozenset[str]


@cache
def _load_honorifics() -> _Honorifics:
    path, problems = DATA_FOLDER / "honorifics.yaml", ProblemList()
    parsed = parse_yaml(read_text_file(path, path.name), path.name, problems)
    problems.raise_errors()
    data: dict[str, Any] = parsed.data if parsed else {}
    groups: list[tuple[TitleKind, list[str]]] = [("style", entry["spellings"]) for entry in data["styles"]]
    groups += [(kind, [word]) for kind in _KINDS for word in data[kind]]
    only = data["in_column_only"]
    rare: list[tuple[TitleKind, list[str]]] = [("style", [word]) for word in only["styles"]]
    rare += [(kind, [word]) for kind in _KINDS for word in only.get(kind, ())]
    in_names = [word for _, spellings in groups for word in spellings]
    in_column = in_names + [word for _, spellings in rare for word in spellings]
    faculties = "|".join(data["faculties"])
    return _Honorifics(
        {
            _title_key(word): (kind, _title_key(spellings[0]))
            for kind, spellings in [*rare, *groups]
            for word in spellings
        },
        _compile_titles(in_names),
        _compile_titles(word.rstrip(".") for word in in_column),
        re.compile(rf"(?:[\s.]*\b(?:{faculties})\b\.?|\.?-Ing\b\.?)+"),
        {
            (_title_key(entry["spellings"][0]), form): entry[form]
            for entry in data["styles"]
            for form in ("short", "full")
            if form in entry
        },
        frozenset(data["postnominals"]),
        re.compile(rf",?\s+({'|'.join(data['suffixes'])})\.?$"),
        frozenset(data["vacant"]),
    )


def _compile_titles(spellings: Iterable[str]) -> re.Pattern[str]:
    patterns = []
    for spelling in sorted(set(spellings), key=len, reverse=True):
        # “Rt.Hon.” has no space, and “Hon'ble” may have another apostrophe.
        words = [re.escape(word).replace("’", "['’]") for word in spelling.rstrip(".").split()]
        patterns.append(r"[\s.,]+".join(words) + (r"(?=\.)" if spelling.endswith(".") else ""))
    return re.compile(rf"(?:the\s+)?({'|'.join(patterns)})(?:([.,]+)\s*|\s+|$)", re.IGNORECASE)


def _title_key(text: str) -> str:
    words = re.sub(r"[.,]", " ", re.sub("['’]", "", text.casefold())).split()
    return " ".join(words[1:] if words[0] == "the" else words)


def read_personal_name(
    recipient: Recipient,
    titles: Collection[str] = (),
    postnominals: Collection[str] = (),
    *,
    peers: bool = False,
) -> PersonalName:
    """Read a recipient's name, of which the office's own `titles` and `postnominals` are dropped.

    With `peers`, ranks of the British peerage are titles and not names.
    """
    found = _take_titles(recipient.honorific, column=True, peers=True)[0]
    letters = [recipient.postnominals]
    bare: dict[str, str] = {}
    before = after = ""
    for cell, least_words in (("name", 2), ("given", 0), ("family", 1)):
        more, rest = _take_titles(
            strip_titles(_strip_abbreviation(getattr(recipient, cell).rstrip(" ,"), titles), titles),
            peers=peers,
            forename=recipient.given,
        )
        if more:  # “The Rt Hon the Lord Muster”
            rest = strip_titles(rest, titles)
        bare[cell], behind = (
            _take_postnominals(rest, postnominals, least_words=least_words) if least_words else (rest, [])
        )
        found += more
        letters += behind
        before = before or " ".join(one.written for one in more if one.kind not in ("style", "courtesy"))
        joint = ", " if "," in rest[len(bare[cell]) :] else " "
        after = after or "".join(f"{joint}{one}" for one in behind)
    family, suffix = take_suffix(bare["family"])
    parts = replace(
        recipient,
        name=_turn_around(bare["name"], bare["given"], family),
        given=bare["given"],
        family=family,
        suffix=recipient.suffix or suffix,
    )
    unique: dict[str, Title] = {}
    for title in found:
        unique.setdefault(title.key, title)
    return PersonalName(
        tuple(sorted(unique.values(), key=lambda title: title.kind != "style")),
        parts.full_name,
        parts.given,
        parts.family,
        parts.suffix,
        _join_letters(letters),
        before,
        after,
    )


def _take_titles(
    text: str, *, column: bool = False, peers: bool = False, forename: str = ""
) -> tuple[list[Title], str]:
    """Take the titles from the front of a text, but never all of a name; return them and the rest.

    A word that `forename` begins with, such as Earl, is no peer's rank.
    """
    known, titles = _load_honorifics(), []
    rest = text.lstrip(" ,.").rstrip(" ,") if column else text
    while match := (known.in_column if column else known.in_names).match(rest):
        kind, key = known.titles[_title_key(match[1])]
        faculties = known.faculties.match(rest, match.end(1)) if kind == "titles" else None
        end = max(match.end(), faculties.end() if faculties else 0)
        after = rest[end:].lstrip(" .,")
        is_forename = kind == "peers" and (not peers or forename.casefold().split()[:1] == [key])
        if is_forename or not (after or column):
            break
        spoken = match[1] + ("." if (match[2] or "").startswith(".") else "")
        article = rest[match.start() : match.start(1)]
        written = rest[:end].rstrip(" ,") if faculties or kind == "style" else article + spoken
        titles.append(Title(kind, key, written, spoken))
        rest = after
    if column and rest:
        titles.append(Title("unknown", rest.casefold(), rest, rest))
        rest = ""
    return titles, rest


def _take_postnominals(text: str, of_office: Collection[str], *, least_words: int) -> tuple[str, list[str]]:
    """Take letters from the end of a name; return the rest, and the letters that are not the office's.

    Two with a vowel, and no comma before them, may be a family name (`Kim DO`): `least_words` must remain.
    """
    known, office = _load_honorifics(), {_normalize_letters(one) for one in of_office}
    letters: list[str] = []
    words = text.split()
    while len(words) > 1:
        word = words[-1].strip(",")
        if _normalize_letters(word) not in office:
            plain = word.replace(".", "")
            may_be_name = re.fullmatch(r"(?=.*[AEIOUY])..", plain) and not words[-2].endswith(",")
            if plain not in known.postnominals or (
                may_be_name and (" ".join(words[:-1]).isupper() or len(words) <= least_words)
            ):
                break
            letters.insert(0, word)
        words.pop()
    rest = " ".join(words)
    return (rest.rstrip(" ,"), letters) if len(words) < len(text.split()) else (text, [])


def find_titles(text: str) -> list[Title]:
    """Return the titles anywhere in a text."""
    known, found = _load_honorifics(), []
    position = 0
    while position < len(text):
        match = known.in_names.match(text, position)
        if match:
            kind, key = known.titles[_title_key(match[1])]
            found.append(Title(kind, key, match[1], match[1]))
        position = match.end() if match else text.find(" ", position) + 1 or len(text)
    return found


def repeated_letters(text: str) -> list[str]:
    """Return the letters after a name that a text has more than once: `MP`."""
    letters = [word.strip(",()").replace(".", "") for word in text.split()]
    known = [one for one in letters if one in _load_honorifics().postnominals]
    return [one for one in dict.fromkeys(known) if known.count(one) > 1]


def is_postnominal(word: str) -> bool:
    """Return whether a word is letters after a name: `MP`."""
    return word.replace(".", "") in _load_honorifics().postnominals


def is_title(text: str, *, column: bool = False) -> bool:
    """Return whether a text is a title and nothing else: `Mr.`, `Dr`. Ranks of peers are names too.

    With `column`, so are titles that would be mistaken for names elsewhere: `Judge`.
    """
    known = _load_honorifics()
    match = (known.in_column if column else known.in_names).fullmatch(text)
    return match is not None and known.titles[_title_key(match[1])][0] != "peers"


def take_suffix(name: str) -> tuple[str, str]:
    """Split `Muster, Jr.` into name and suffix, which is empty if there is none."""
    match = _load_honorifics().suffix.search(name)
    return (name[: match.start()], name[match.start() :].strip(" ,")) if match else (name, "")


def _turn_around(name: str, given: str, family: str) -> str:
    """Return `Ada Lee` for `Lee, Ada` if the parts confirm it, else the name unchanged."""
    if given and family and fold_name(name) == fold_name(f"{family} {given}") and "," in name:
        return f"{given} {family}"
    return name


def split_last_first(name: str) -> tuple[str, str] | None:
    """Split `Muster, Dora` into `Dora` and `Muster`; return None for a name in the usual order."""
    family, comma, given = (part.strip() for part in take_suffix(name)[0].partition(","))
    return (given, family) if comma and given and family else None


def is_vacant(name: str) -> bool:
    """Return whether a name says that the post is vacant."""
    return name.casefold().replace(".", "").strip(" ()[]-–—") in _load_honorifics().vacant


_UNDECOMPOSED = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h"}
)
"""Letters that do not decompose into a Latin base letter and a mark."""


def fold_accents(text: str) -> str:
    """Return a text in lower case without accents and differences in width, to compare it."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_UNDECOMPOSED))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def fold_name(name: str) -> str:
    """Return a name's words without case, accents, width and punctuation, to compare it."""
    return " ".join(re.findall(r"[^\W_]+", re.sub("['’.]", "", fold_accents(name))))


# What the forms of address take from a name.


def printed_name(recipient: Recipient, titles: Collection[str] = ()) -> str:
    """Return the full name without titles and letters after it; empty for an office alone."""
    return read_personal_name(recipient, titles).full


def strip_titles(name: str, titles: Iterable[str]) -> str:
    """Remove leading titles, so that `Senator Ada Lee` does not become `Dear Senator Senator Lee`."""
    for title in sorted(titles, key=len, reverse=True):
        head, rest = name[: len(title)], name[len(title) :]
        if head.casefold() == title.casefold() and rest[:1] == " ":
            return strip_titles(rest.strip(), titles)
    return name


def _strip_abbreviation(name: str, titles: Collection[str]) -> str:
    """Remove an abbreviated title without its full stop, `Sen Ada Lee`; in `Sen Gupta` it is a name."""
    first, _, rest = name.partition(" ")
    return rest if len(first) > 2 and " " in rest and f"{first}." in titles else name


def format_titles(titles: Iterable[Title], spelling: StyleSpelling = "") -> str:
    """Return titles as printed in an address: `The Rt Hon Dame`."""
    styles = _load_honorifics().styles
    return " ".join(styles.get((title.key, spelling), title.written) for title in titles)


def salutation_name(recipient: Recipient, courtesy: Mapping[str, str]) -> str:
    """Return the name in the salutation of a person without an office: `Mr Lee`, `Dr Lee`, `Dame Ada`.

    A title in the data takes precedence, then Mr or Ms by gender; otherwise the full name stands without a
    title (Canadian Heritage, Styles of address: `Dear P. T. Smith`).
    """
    return spoken_name(read_personal_name(recipient), recipient.gender, courtesy)


def spoken_name(name: PersonalName, gender: str, courtesy: Mapping[str, str]) -> str:
    """Return the name in a salutation, as `salutation_name` does."""
    if not name.full:
        return ""
    spoken = [title for title in name.titles if title.kind != "style"]
    # “Sir” and a younger child's “Lady” go with the forename (Debrett's).
    for title in spoken:
        if title.kind == "knightly" or (title.kind == "peers" and name.full != name.family and name.given):
            return f"{title.spoken} {name.forename or name.full}"
    ranked = [title for title in spoken if title.kind != "courtesy"] or spoken[:1]
    if ranked:
        return f"{' '.join(title.spoken for title in ranked)} {name.family or name.full}"
    if gender and name.family:
        return f"{courtesy[gender]} {name.family}"
    return name.full


def join_postnominals(own: str, of_office: Iterable[str], joined: str) -> str:
    """Join the letters after a name: the person's, then the office's, without repetitions."""
    kept = _REPEATED_COMMAS.sub(",", own.strip(" ,"))
    words = {_normalize_letters(word) for word in kept.replace(",", " ").split()}
    return joined.join(
        [kept] * bool(kept) + [letters for letters in of_office if _normalize_letters(letters) not in words]
    )


def _join_letters(parts: Iterable[str]) -> str:
    """Join the letters from several cells, each once."""
    kept: list[str] = []
    seen: set[str] = set()
    for part in parts:
        words = {_normalize_letters(word) for word in part.replace(",", " ").split()}
        if not words <= seen:
            kept.append(part)
            seen |= words
    return (", " if any("," in part for part in kept) else " ").join(kept)


def _normalize_letters(letters: str) -> str:
    return letters.replace(".", "").casefold()

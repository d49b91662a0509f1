"""Find names that contain a number, such as "article 7", "A/HRC/25/63" or "COVID-19", in English prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from briefgen.data import load_word_data

_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_ARABIC_VALUE = r"\d+(?:[/.-]\d+)*[a-z]?(?:\(\w+\))*(?![\w/])"
_ROMAN_VALUE = r"[IVXLC]+(?:\([a-z0-9]+\))*(?!\w)"
_DESIGNATION_PATTERNS = (
    re.compile(r"https?://\S+|www\.\S+"),
    re.compile(r"\b\d{1,2}:\d{2}\b"),
    # UN document symbols: A/HRC/25/63, A/HRC/25/CRP.1, S/RES/1718(2006)
    re.compile(r"\b[A-Z]{1,6}(?:/[A-Z0-9]+(?:\.\d+)*(?:\(\d+\))?)+(?![\w/])"),
    # Bills and laws: H.R. 5959, S. 3012, H.Res. 12, P.L. 108-333
    re.compile(
        r"\b(?:H\. ?R\.|H\. ?(?:J\. ?|Con\. ?)?Res\.|S\. ?(?:J\. ?|Con\. ?)?(?:Res\.)?|P\. ?L\.|HR|PL) ?"
        r"(?:No\. ?)?\d+(?:-\d+)?(?!\w)"
    ),
    # Names of things: COVID-19, Hwasong-14, G7, R2P; not mid-2013
    re.compile(r"\b(?!(?:Mid|Early|Late|Pre|Post|Under|Over)-)[A-Z][A-Za-z]*-\d+[A-Za-z]?(?![\w,.]*\d)"),
    re.compile(r"\b[A-Z]{1,4}\d+[A-Za-z0-9]*\b"),
    # 22/13 and 2013/14, but not one of two and a half written 1/2 before "of"
    re.compile(r"(?<![\w/.,])\d+(?:/\d+)+(?![\w/])(?! of\b)"),
)


@dataclass(frozen=True, slots=True)
class Designation:
    """A name that contains a number."""

    name: str
    """The form in which names are compared: `article 7`, `a/hrc/25/63`."""
    start: int
    end: int


def find_designations(text: str) -> list[Designation]:
    """Find all names with numbers in a text whose dashes are hyphens, in order, without overlaps."""
    found = [*_find_labelled_designations(text)]
    for pattern in _DESIGNATION_PATTERNS:
        for match in pattern.finditer(text):
            if any(character.isdigit() for character in match.group()):
                name = re.sub(r"\s", "", match.group()).lower()
                found.append(Designation(name, match.start(), match.end()))
    found.sort(key=lambda designation: (designation.start, -designation.end))
    kept: list[Designation] = []
    for designation in found:
        if not kept or designation.start >= kept[-1].end:
            kept.append(designation)
    return kept


@cache
def _label_pattern() -> re.Pattern[str]:
    labels = sorted(load_word_data("numbers")["labels"], key=len, reverse=True)
    names = "|".join(re.escape(label) + ("" if label.endswith((".", "§")) else r"\b") for label in labels)
    return re.compile(
        rf"(?<!\w)(?P<label>{names}) ?(?:(?:nos?|numbers?)\.? ?)?(?P<value>{_ARABIC_VALUE}|{_ROMAN_VALUE})",
        re.IGNORECASE,
    )


_NEXT_VALUE = re.compile(
    rf"(?P<link>(?:, ?(?:and |or )?| and | or | to |-))(?P<value>{_ARABIC_VALUE}|{_ROMAN_VALUE})"
)


def _find_labelled_designations(text: str) -> Iterator[Designation]:
    """Find a label followed by one or more values: `article 7`, `art. II`, `paragraphs 4, 5 and 6`."""
    labels = load_word_data("numbers")["labels"]
    position = 0
    while match := _label_pattern().search(text, position):
        position = match.end()
        label, value = match.group("label"), match.group("value")
        if not value[0].isdigit() and not (label[0].isupper() or label.endswith((".", "s"))):
            continue
        kind = labels[label.lower()]
        yield Designation(f"{kind} {_roman_to_arabic(value)}", match.start(), match.end())
        plural = label.lower().endswith(("s", "s.", "§§", "pp."))
        while plural and (more := _NEXT_VALUE.match(text, position)):
            yield Designation(
                f"{kind} {_roman_to_arabic(more.group('value'))}", more.start("value"), more.end()
            )
            position = more.end()


def _roman_to_arabic(value: str) -> str:
    """Convert Roman numerals to Arabic: treaties number their articles both ways, so `II` must equal `2`."""
    match = re.match(r"[IVXLC]+", value)
    if match is None:
        return value.lower()
    total = 0
    digits = [_ROMAN[letter] for letter in match.group()]
    for index, digit in enumerate(digits):
        total += -digit if any(later > digit for later in digits[index + 1 : index + 2]) else digit
    return f"{total}{value[match.end() :]}".lower()

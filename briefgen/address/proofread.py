"""Proofread the finished name, salutation and address block of a letter, whatever cells they came from.

What cannot be sent is an error; what is only likely to be wrong is a warning. Both name the recipient's row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape

from briefgen.address.countries import common_name
from briefgen.address.name_faults import (
    describe_no_name,
    find_doubled_word,
    find_letters_behind,
    find_unlikely,
)
from briefgen.address.names import (
    PersonalName,
    find_titles,
    fold_name,
    is_vacant,
    repeated_letters,
    split_last_first,
    take_suffix,
)
from briefgen.address.postal import is_plausible_postal_code, prints_region, restore_postal_code
from briefgen.errors import Problem
from briefgen.model.leftovers import FIELD_WORD, find_leftovers
from briefgen.model.recipient import Recipient
from briefgen.model.text import looks_misread, mixes_scripts

_NULL_WORDS = frozenset(
    {"null", "NULL", "NaN", "nan", "None", "undefined", "UNDEFINED", "N/A", "n/a", "N.A.", "nil"}
)
"""Words by which programs say that there is no value, spelled as they do: Null and Nan are also names."""
_NULL_CELLS = frozenset(
    {"null", "nan", "none", "undefined", "n/a", "n.a.", "nil", "unknown", "not available"}
)
"""Cells that say so in any case."""
_CONVERSION = re.compile(
    r"%[0-9A-F]{2}|\\[nrtu][0-9A-Fa-f]*|</?[A-Za-z][^<>]*>|=[0-9A-F]{2}="
    rf"|\[\s?{FIELD_WORD}\s?\]|[%~_#]{{1,2}}{FIELD_WORD}[%~_#]{{1,2}}|(?<!\w)\${FIELD_WORD}\b"
    r"|\[\w+[._]\w+\]|%\(\w+\)[sd]|(?<!\w)%[sd]\b"
)
"""Remains of web addresses, program text, HTML and e-mail, and fields that no address has."""
_TITLE_OF_FORM = r"(?:Mr|Mrs|Ms|Miss|Mx|Herrn?|Frau|Mme)"
_CHOICE = re.compile(
    rf"\b{_TITLE_OF_FORM}\.?\s?(?:/|\bor\b|\boder\b|\bou\b)\s?(?:{_TITLE_OF_FORM}\b|M\.)\.?"
    r"|\bSir\s?(?:/|\bor\b)\s?Madam(?= \w)"
)
"""A title of a form that was to be chosen from: `Mr/Ms`."""
_SIGN = re.compile(r"[%\\<=\[~_#$/]|www\.| o(?:r|u|der) ")
"""What these have; looking for it alone is ten times as fast."""
_WEB_ADDRESS = re.compile(r"https?://\S*|\bwww\.\S+")
_EXCELLENCY = re.compile(r"^H\. ?E\.(?= \S+ \S)")
"""Before a whole name; before a family name alone they are initials."""
_NAMES = ("name", "given", "family")
_CELLS = (
    *(*_NAMES, "honorific", "suffix", "postnominals", "role", "organisation", "locality", "region"),
    *("salutation", "close"),
)
_VACANT = re.compile(r"\b(?:vacan(?:t|cy)|tb[acd]|unbekannt)\b", re.IGNORECASE)
_ROMAN = re.compile(r"[IVXLC]+")
_WORD = re.compile(r"[^\W\d_]+")


def proofread(
    recipient: Recipient, name: PersonalName, lines: Sequence[str], salutation: str, close: str
) -> Iterator[Problem]:
    """Yield what is wrong with the name, the address block, the salutation and the close, each cause once."""
    who = f"{recipient.full_name or recipient.role or recipient.office} ({recipient.id})"
    errors = list(_find_errors(recipient, name, lines, salutation, close))
    if recipient.salutation and not errors:
        errors += _proofread_own_salutation(recipient, name, salutation)
    for problem in (*errors, *_find_doubts(recipient, name)):
        message = f"{who}: {problem.message}"
        yield replace(problem, message=message, place=recipient.place, about=recipient.id)


def proofread_salutation(
    recipient: Recipient,
    salutation: str,
    hint: str = "use {{ to.salutation }} in the template, or fill in the columns that it uses",
) -> Iterator[Problem]:
    """Yield what is wrong with a salutation that a template or a column has instead of the form's."""
    empty = [word.strip(",:") for word in salutation.split() if word.strip(",:") in _NULL_WORDS]
    titles = find_titles(salutation)
    keys = [title.key for title in titles]
    # French has a space before a colon, but not before a comma.
    has_gap = re.search(r"\s,|\bDear\s*[,:]?$", salutation)
    if "@" in salutation or empty:
        message = f"the salutation {salutation!r} has {empty[0] if empty else '@'!r}"
        yield Problem("address-leftover", message, recipient.place, hint, about=recipient.id)
    if has_gap:
        message = f"the salutation {salutation!r} has a gap"
        yield Problem("address-empty", message, recipient.place, hint, about=recipient.id)
    people = 2 if recipient.second else 1
    if any(title.kind == "style" for title in titles) or any(keys.count(key) > people for key in keys):
        message = f"the salutation {salutation!r} has a title that belongs in the address, or one twice"
        yield Problem("salutation-title", message, recipient.place, hint, about=recipient.id)


def _proofread_own_salutation(recipient: Recipient, name: PersonalName, salutation: str) -> Iterator[Problem]:
    """Yield what is wrong with the column salutation, which wins over the form of address."""
    hint = "correct it in the column salutation"
    yield from proofread_salutation(recipient, salutation, hint)
    if word := find_doubled_word(salutation, name):
        yield Problem("title-twice", f"{word!r} is twice in {salutation!r}", None, hint)
    if letters := find_letters_behind(salutation, name):
        message = f"the salutation {salutation!r} has {letters!r}, which belongs in the address"
        yield Problem("salutation-title", message, None, hint)
    greeted = salutation.partition(" ")[2].rstrip(" ,:")
    own_words = sorted(fold_name(name.full).split())
    if "," in greeted and not name.suffix and sorted(fold_name(greeted).split()) == own_words:
        message = f"the salutation {salutation!r} begins with the family name"
        yield Problem("name-order", message, None, hint)


def _find_errors(
    recipient: Recipient, name: PersonalName, lines: Sequence[str], salutation: str, close: str
) -> Iterator[Problem]:
    if is_vacant(name.full):
        hint = "find out who holds the office, or leave name, given and family empty to write to the office"
        yield Problem("name-vacant", f"{name.full!r} is no name", None, hint)
        return
    if fault := describe_no_name(recipient, name):
        hint = "write one person's name, and a second one's in name_2; to write to the office, leave it empty"
        yield Problem("not-a-name", f"{name.full!r} {fault}", None, hint)
        return
    yield from _find_leftovers(recipient, "\n".join((*lines, salutation, close)))
    yield from _find_empty_cells(recipient)
    if any(map(str.isalnum, name.full)) and not any(map(str.isalpha, name.full)):
        yield Problem("address-empty", f"the name {name.full!r} has no letter", None, "write the name")
    yield from _find_repeated_titles(name, lines, salutation)
    yield from _find_unread_styles(name, salutation)
    if turned := split_last_first(name.full):
        hint = f"write {_lower_capitals(' '.join(turned))} in name, and the parts in given and family"
        yield Problem("name-order", f"the name {name.full!r} begins with the family name", None, hint)
    code, country = recipient.postal_code, recipient.country
    if code and not is_plausible_postal_code(code, country):
        likely = restore_postal_code(code, country, recipient.region)
        hint = f"write {likely}; " * bool(likely) + "spreadsheets change codes: format the column as text"
        message = f"{code!r} cannot be a postal code ({common_name(country)})"
        yield Problem("postal-code", message, None, hint)


def _find_leftovers(recipient: Recipient, printed: str) -> Iterator[Problem]:
    """Find what a program could not fill in or convert."""
    left = find_leftovers(printed)
    if _SIGN.search(printed):
        for pattern in (_CONVERSION, _CHOICE, _WEB_ADDRESS):
            left += [text for text in pattern.findall(printed) if not any(text in other for other in left)]
    for text in dict.fromkeys(left):
        whole = next((cell for _, cell in _cells(recipient) if text in cell), printed)
        likely = unescape(whole)
        hint = f"write {likely!r}" if likely != whole else "write the value itself, or leave the cell empty"
        yield Problem("address-leftover", f"{text!r} is left in the name or address", None, hint)
    if "@" in printed and not any("@" in text for text in left):
        line = next(line for line in printed.split("\n") if "@" in line)
        hint = "write e-mail addresses in the column email"
        yield Problem("address-leftover", f"{line!r} has an @", None, hint)


def _find_empty_cells(recipient: Recipient) -> Iterator[Problem]:
    for column, text in _cells(recipient):
        is_part = column in ("given", "family")
        if text.casefold() in _NULL_CELLS and (text in _NULL_WORDS or not is_part):
            found = text
        elif column in _NAMES and (words := [word for word in text.split() if word in _NULL_WORDS]):
            found = words[0]
        elif text and not any(map(str.isalnum, text)):
            found = text
        else:
            continue
        hint = "write the value, or leave the cell empty"
        yield Problem("address-empty", f"{found!r} in the column {column} is no value", None, hint)


def _cells(recipient: Recipient) -> Iterator[tuple[str, str]]:
    """Yield the cells that are printed in an address, by column."""
    for column in _CELLS:
        yield column, getattr(recipient, column)
    for line in recipient.address:
        yield "address", line


def _find_repeated_titles(name: PersonalName, lines: Sequence[str], salutation: str) -> Iterator[Problem]:
    if not name.full:
        return
    own = next((line for line in lines if name.full in line), "")
    for text in (own, salutation):
        keys = [title.key for title in find_titles(text) if title.kind != "peers"]
        # Two doctorates are written “Dr. Dr.”.
        twice = [key for key in dict.fromkeys(keys) if keys.count(key) > 1 and key != "dr"]
        twice += repeated_letters(text)
        if twice:
            hint = "leave it out of the columns name, given and family"
            yield Problem("title-twice", f"{twice[0]!r} is twice in {text!r}", None, hint)
            return


def _find_unread_styles(name: PersonalName, salutation: str) -> Iterator[Problem]:
    """Find a style that was not recognised where the list has it, and is taken for a part of the name."""
    unknown = [
        title.spoken for title in name.titles if title.kind == "unknown" and title.spoken in salutation
    ]
    if article := next((title for title in unknown if title[:4].casefold() == "the "), ""):
        hint = "write it in the column honorific, spelled as in The Rt Hon or The Honourable"
        yield Problem("salutation-title", f"{article!r} is in the salutation {salutation!r}", None, hint)
        return
    for part in (*unknown, name.full, name.family):
        styles = [title.written for title in find_titles(part) if title.kind == "style"]
        styles += _EXCELLENCY.findall(part)
        if styles:
            where = f"the salutation {salutation!r}" if part in salutation else f"the name {part!r}"
            hint = "write it in the column honorific, spelled as in The Rt Hon or The Honourable"
            yield Problem("salutation-title", f"{styles[0]!r} is in {where}", None, hint)
            return


def _find_doubts(recipient: Recipient, name: PersonalName) -> Iterator[Problem]:
    region, country = recipient.region, recipient.country
    if region and recipient.locality and not prints_region(country):
        message = f"the region {region!r} is not printed: addresses in {common_name(country)} have none"
        hint = "leave it empty, or write it in address if the post needs it"
        yield Problem("address-region", message, None, hint, "warning")
    full = name.full
    if not full:
        return
    if looks_misread(full):
        message, hint = f"{full!r} looks as if it was read in a wrong encoding", "write the name"
        yield Problem("name-garbled", message, None, hint, "warning")
    if capitals := _describe_capitals(full):
        hint = f"write {_lower_capitals(full)}, if that is the person's spelling"
        yield Problem("name-capitals", f"{full!r} has {capitals}", None, hint, "warning")
    printed = f"{full} {recipient.organisation} {recipient.locality}"
    if not printed.isascii() and (mixed := next(filter(mixes_scripts, _WORD.findall(printed)), "")):
        letters = ", ".join(f"U+{ord(char):04X}" for char in mixed if not char.isascii())
        message = f"{mixed!r} mixes letters of two scripts ({letters})"
        yield Problem("name-scripts", message, None, "retype it", "warning")
    if _VACANT.search(full):
        hint = "find out who holds the office"
        yield Problem("name-vacant", f"{full!r} may be an empty post", None, hint, "warning")
    elif re.search(r"[()\[\]]", full):
        hint = "write a party in the column party, and the name alone"
        yield Problem("name-brackets", f"{full!r} has brackets", None, hint, "warning")
    yield from find_unlikely(recipient, name)
    if name.suffix != recipient.suffix:
        hint = f"write {take_suffix(recipient.family)[0]} in family and {name.suffix} in suffix"
        message = f"the suffix {name.suffix!r} was taken from the family name"
        yield Problem("name-suffix", message, None, hint, "warning")


def _describe_capitals(name: str) -> str:
    """Say what is unusual about a name's capitals; return an empty text if nothing is. `JD` is usual."""
    if name.islower():
        return "no capitals"
    shouted = [word for word in _WORD.findall(name) if word.isupper() and not _ROMAN.fullmatch(word)]
    longest = max(map(len, shouted), default=0)
    if name.isupper() and longest > 2:
        return "nothing but capitals"
    # Three letters with a vowel are a name, LEE, rather than initials.
    is_name = longest > 3 or any(len(word) == 3 and re.search("[AEIOUY]", word) for word in shouted)
    return "a word in capitals" if is_name else ""


def _lower_capitals(name: str) -> str:
    """Return `Dana Muster` for `Dana MUSTER` and `dana muster`, as a proposal."""
    lower = name.islower()
    return _WORD.sub(lambda word: word[0].title() if word[0].isupper() or lower else word[0], name)

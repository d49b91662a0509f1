"""Tell what cannot be a person's name, and what is unlikely in one, whatever the list says of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from briefgen.address.names import PersonalName, fold_name, is_postnominal, is_title
from briefgen.errors import Problem
from briefgen.model.recipient import Recipient

_HEADER_WORD = (
    r"(?:(?:first|last|full|given|family|middle|sur|fore)[ _]?name|first|last|full|given|family|middle|name"
    r"|surname|title|vorname|nachname|pr[eé]nom|nom|nombre|apellidos?)"
)
_HEADER = re.compile(
    rf"(?:{_HEADER_WORD}[\s,;/]+)+{_HEADER_WORD}"
    r"|(?:(?:first|last|full|given|family)[ _]?name|name|surname|vorname|nachname|pr[eé]nom|apellidos?)",
    re.IGNORECASE,
)
"""A row of headings in the middle of a list."""
_GREETING = re.compile(
    r"(?:dear|sehr geehrte[rs]?|estimad[oa]s?|hello|to whom"
    r"|(?:ch[eè]re?|liebe[rs]?)(?= (?:m\.|mme|herrn?|frau)\b))\s",
    re.IGNORECASE,
)
_OFFICE = re.compile(r"(?:the )?(?:(?:private |press )?office of|b[uü]ro (?:von|der|des))\s", re.IGNORECASE)
_SIR_OR_MADAM = re.compile(r"(?:sir|madam)?(?:\s+or\s+|\s*/\s*)(?:sir|madam)", re.IGNORECASE)
_DATABASE_NULL = re.compile(r"\\+N|NA")
_DIVIDER = re.compile(r"\s[-\u2013\u2014]\s")
_TWO_PEOPLE = re.compile(r"\s(?:&|\+|and|und|et)\s", re.IGNORECASE)
_JOINT = re.compile(r"(?:&|\+|and|und|et)\s", re.IGNORECASE)
_FAMILY_FIRST = frozenset({"CN", "HK", "HU", "JP", "KH", "KP", "KR", "MO", "MY", "SG", "TW", "VN"})
"""Countries where the family name comes first."""
_PUNCTUATION = frozenset(" \u00a0\u3000'’‘`´ʻʼʹ.-‐‑–,·・•&\"“”„‟«»()[]׳״\u200c\u200d")


def describe_no_name(recipient: Recipient, name: PersonalName) -> str:
    """Say what the cells of a name hold instead of one; return an empty text if they may be a name."""
    full = name.full
    if _HEADER.fullmatch(full):
        return "is a heading of a list"
    if _GREETING.match(full):
        return "is a salutation"
    if _SIR_OR_MADAM.fullmatch(full) or _SIR_OR_MADAM.fullmatch(recipient.full_name):
        return "is no name"
    if _DATABASE_NULL.fullmatch(full) or (len(full) == 1 and full.isascii()):
        return "is no value"
    if _OFFICE.match(full):
        return "is an office"
    if is_title(full, column=not (recipient.given or recipient.family)):
        return "is a title alone"
    if _JOINT.match(full):
        return "is the rest of two people's titles"
    return ""


def find_unlikely(recipient: Recipient, name: PersonalName) -> Iterator[Problem]:
    """Yield warnings: characters that names do not have, two people in one name, parts that differ."""
    full = name.full
    if strange := _find_strange_characters(full):
        shown = ", ".join(strange)
        hint = "write the name alone, in ordinary letters"
        if (plain := unicodedata.normalize("NFKC", full)) != full and not _find_strange_characters(plain):
            hint = f"write {plain}"
        yield Problem("name-characters", f"{full!r} has {shown}", None, hint, "warning")
    if _TWO_PEOPLE.search(full) and not recipient.second:
        hint = "write the second one in name_2"
        yield Problem("name-two-people", f"{full!r} may be two people", None, hint, "warning")
    if doubt := _compare_parts(recipient, name):
        hint = "correct the columns name, given and family"
        yield Problem("name-parts", doubt, None, hint, "warning")


def _find_strange_characters(full: str) -> list[str]:
    """Return what a person's name does not have: digits, signs, letters of mathematics."""
    if full.replace(" ", "").isalpha() and full.isascii():
        return []
    strange = dict.fromkeys(char for char in full if char not in _PUNCTUATION and not _is_letter(char))
    found = [repr(char) for char in strange]
    return found + ["a dash between spaces"] * bool(_DIVIDER.search(full))


def _is_letter(char: str) -> bool:
    category = unicodedata.category(char)
    if category in ("Mn", "Mc"):
        return True
    # Letters in circles or of full width have the plain ones as their compatible form; ª, º and ﬁ too.
    return category[0] == "L" and not unicodedata.decomposition(char).startswith(
        ("<font>", "<wide>", "<super>")
    )


def _compare_parts(recipient: Recipient, name: PersonalName) -> str:
    """Say how the family name, which the salutation uses, disagrees with the rest."""
    if name.full == f"{name.given} {name.family}" and " " not in name.given:
        return ""
    given, family = fold_name(name.given).split(), fold_name(name.family).split()
    if given and family and len(given) > 1 and given[-len(family) :] == family:
        return f"the family name {name.family!r} is also in given, {name.given!r}"
    full = fold_name(name.full)
    if not family or not recipient.name or name.rank or not _share_script(full, name.family):
        return ""
    if set(family).isdisjoint(full.split()) and "".join(family) not in full.replace(" ", ""):
        return f"the family name {name.family!r} is not in the name {name.full!r}"
    is_western = recipient.country not in _FAMILY_FIRST and "-" not in name.given
    if given and given != family and is_western and full.split() == [*family, *given]:
        return (
            f"given {name.given!r} and family {name.family!r} have the other order in the name {name.full!r}"
        )
    return ""


def _share_script(one: str, other: str) -> bool:
    def is_latin(text: str) -> bool:
        return any("LATIN" in unicodedata.name(char, "") for char in text if char.isalpha())

    return is_latin(one) == is_latin(other)


def find_doubled_word(salutation: str, name: PersonalName) -> str:
    """Return a word that a salutation has twice in a row, `Senator Senator`; names may be doubled."""
    words = [word.strip(".,:") for word in salutation.split()]
    known = fold_name(name.full).split()
    for one, next_one in pairwise(words):
        if one and one.casefold() == next_one.casefold() and fold_name(one) not in known:
            return one
    return ""


def find_letters_behind(salutation: str, name: PersonalName) -> str:
    """Return letters, `MP`, that a salutation has behind the name."""
    last = salutation.rstrip(" ,:").rsplit(" ", 1)[-1].strip("()")
    own = fold_name(name.full).split()
    return last if is_postnominal(last) and fold_name(last) not in own else ""

"""Reads counts, shares, money, ordinals and their ranges from English prose: a small parser over words.

Dates and names with numbers are taken out before (briefgen.evidence.numbers); no library reads all of
these forms ("a quarter of a million", "between two and three and a half million") by their value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Literal

from briefgen.data import word_data, word_list

_ONES = dict(
    zip(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ],
        range(20),
        strict=True,
    )
)
_TENS = dict(
    zip(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
        range(20, 100, 10),
        strict=True,
    )
)
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SHORT_SCALES = {"k": 10**3, "mn": 10**6, "mln": 10**6, "bn": 10**9, "tn": 10**12, "trn": 10**12}
_MONEY_SCALES = {"m": 10**6, "b": 10**9}
_ORDINALS = {
    word: number
    for number, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
        ],
        start=1,
    )
} | {f"{word[:-1]}ieth": number for word, number in _TENS.items()}
_ORDINAL_SCALES = {"hundredth": 100, "thousandth": 1000, "millionth": 10**6}
_PARTS = {
    "half": 2,
    "quarter": 4,
    **{word: number for word, number in _ORDINALS.items() if number >= 3},
    **_ORDINAL_SCALES,
}
_PLURAL_PARTS = {"halves": 2} | {f"{word}s": number for word, number in _PARTS.items() if word != "half"}
_PLURALS = {"hundreds": 100, "dozens": 12, **{f"{word}s": value for word, value in _SCALES.items()}}
_TIMES = {
    **dict.fromkeys(("twice", "double", "doubled", "doubling"), Fraction(2)),
    **dict.fromkeys(("thrice", "triple", "tripled", "tripling"), Fraction(3)),
    **dict.fromkeys(("quadruple", "quadrupled"), Fraction(4)),
    **dict.fromkeys(("halved", "halving"), Fraction(1, 2)),
}

_BEGINNINGS = frozenset(
    {*_ONES, *_TENS, *_ORDINALS, *_PARTS, *_PLURALS, *_TIMES}
    | {"a", "an", "another", "several", "many", "few", "tens", "scores"}
)

_TOKEN = re.compile(
    r"(?P<digits>\d{1,3}(?:[, \u202f]\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"|(?P<sign>(?:\b(?:US|CA|AU|NZ|HK|[CAS]))?\$|[£€¥₩])"
    r"|(?P<word>[A-Za-z]+)"
    r"|(?P<vulgar>[¼½¾⅐-⅞])"
    r"|(?P<other>\S)"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or sign."""

    kind: str
    text: str
    start: int
    end: int
    spaced: bool
    """Whether white space stands before it."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount or order read by value."""

    kind: Literal["amount", "vague", "ordinal"]
    low: Fraction
    high: Fraction
    unit: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Amount:
    """A value on the way: not yet joined to a range or unit."""

    kind: Literal["amount", "vague", "ordinal"]
    value: Fraction
    next: int
    scale: int = 1
    """The last scale word in it; 1 where there is none."""
    unit: str = ""
    share: bool = False


@cache
def idiom_pattern() -> re.Pattern[str]:
    """Phrases in which a number word counts nothing."""
    idioms = sorted(word_list("numbers", "idioms"), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(re.escape(idiom) for idiom in idioms) + r")\b", re.IGNORECASE)


def find_quantities(text: str) -> list[Quantity]:
    """All quantities in a text whose dashes are hyphens, in order."""
    return list(_Reader(text).read())


class _Reader:
    """Walks the tokens of one text."""

    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))

    def word(self, index: int) -> str:
        """The word at `index` in small letters, or the sign; empty beyond the ends."""
        return self.tokens[index].text.lower() if 0 <= index < len(self.tokens) else ""

    def kind(self, index: int) -> str:
        return self.tokens[index].kind if 0 <= index < len(self.tokens) else ""

    def tight(self, index: int) -> bool:
        """Whether the token follows the one before it without a space."""
        return 0 <= index < len(self.tokens) and not self.tokens[index].spaced

    def read(self) -> Iterator[Quantity]:
        index = 0
        while index < len(self.tokens):
            found, after = self._range(index) if self._may_begin(index) else ([], index)
            yield from found
            index = after if found else index + 1

    def _may_begin(self, index: int) -> bool:
        """Whether a number can begin here; most words of prose are passed over at once."""
        token = self.tokens[index]
        if token.kind == "word":
            return token.text.lower() in _BEGINNINGS or token.text.isupper()
        return token.kind != "other"

    # -- ranges

    def _range(self, index: int) -> tuple[list[Quantity], int]:
        """One quantity, two ends of a range, or two that share scale and unit ("five or six million")."""
        first = self._with_unit(index)
        if first is None:
            return [], index
        link, at = self._link(index, first.next)
        second = self._with_unit(at) if link else None
        if second is None or "ordinal" in (first.kind, second.kind) or not _fits(first, second):
            return [self._quantity(first, first, index, first.next)], first.next
        first = _shared(first, second)
        if link == "or":
            return [
                self._quantity(first, first, index, first.next),
                self._quantity(second, second, at, second.next),
            ], second.next
        if first.value >= second.value:
            first = self._with_unit(index) or first
            return [self._quantity(first, first, index, first.next)], first.next
        return [self._quantity(first, second, index, second.next)], second.next

    def _link(self, start: int, index: int) -> tuple[str, int]:
        """What joins two ends, and where the second begins; an empty string where nothing does."""
        word = self.word(index)
        if word == "-":
            tight = self.tight(index) and self.tight(index + 1)
            digits = self.kind(index - 1) == "digits" and self.kind(index + 1) in ("digits", "sign")
            return ("-", index + 1) if tight or digits else ("", index)
        if word in ("to", "or") or (word == "and" and self._between(start)):
            at = index + 1
            while self.word(at) in word_list("numbers", "within-ranges"):
                at += 1
            return word, at
        return "", index

    def _between(self, start: int) -> bool:
        at = start - 1
        while self.word(at) in word_list("numbers", "within-ranges"):
            at -= 1
        return self.word(at) == "between"

    def _quantity(self, first: _Amount, last: _Amount, index: int, after: int) -> Quantity:
        start, end = self.tokens[index].start, self.tokens[max(index, after - 1)].end
        unit = first.unit or last.unit
        if not unit and first.share:
            unit = "share"
        factor, unit = _factored(unit)
        return Quantity(first.kind, first.value * factor, last.value * factor, unit, start, end)

    # -- one amount with its unit

    def _with_unit(self, index: int) -> _Amount | None:
        currency, at = self._currency_before(index)
        amount = self._amount(at, money=bool(currency))
        if amount is None:
            return None
        if currency:
            return replace(amount, unit=currency, share=False)
        if amount.kind == "ordinal":
            return amount
        ratio = self._ratio(amount)
        if ratio is not None:
            return ratio
        unit, after = self._unit(amount)
        if unit:
            return replace(amount, unit=unit, next=after, share=False)
        return None if self._is_pronoun(index, amount) else amount

    def _currency_before(self, index: int) -> tuple[str, int]:
        data = word_data("numbers")
        if self.kind(index) == "sign" and self.kind(index + 1) == "digits":
            return data["currency-signs"].get(self.tokens[index].text, ""), index + 1
        token = self.tokens[index] if index < len(self.tokens) else None
        if token and token.kind == "word" and token.text.isupper() and self.kind(index + 1) == "digits":
            code = data["currency-words"].get(token.text.lower(), "")
            return (code, index + 1) if code else ("", index)
        return "", index

    def _unit(self, amount: _Amount) -> tuple[str, int]:
        """The unit behind an amount: percent, money, a measure; with the index behind it."""
        at = amount.next
        if self.word(at) == "-" and self.tight(at) and self.tight(at + 1):
            at += 1
        if amount.kind == "vague" and self.word(at) == "of":
            at += 1
        half = amount.share and amount.value == Fraction(1, 2)
        if half and self.word(at) in ("a", "an"):
            at += 1
        elif amount.share and not half:
            return "", amount.next
        return self._unit_at(at) or ("", amount.next)

    def _unit_at(self, at: int) -> tuple[str, int] | None:
        data = word_data("numbers")
        word = self.word(at)
        if word == "%":
            return "percent", at + 1
        if word == "per" and self.word(at + 1) == "cent":
            return "percent", at + 2
        if word in ("percentage", "percent") and self.word(at + 1) in ("point", "points"):
            return "percentage point", at + 2
        if word in data["units"]:
            return data["units"][word], at + 1
        if word in data["currency-words"]:
            return data["currency-words"][word], at + 1
        return self._currency_with_origin(at)

    def _currency_with_origin(self, at: int) -> tuple[str, int] | None:
        """`US dollars`, `U.S. dollars`, `South Korean won`."""
        data = word_data("numbers")
        words = [self.word(at + offset) for offset in range(6)]
        if words[:4] == ["u", ".", "s", "."] and words[4] in data["currency-words"]:
            return "USD", at + 5
        for length in (2, 1):
            origin = " ".join(words[:length])
            if origin in data["currency-origins"] and words[length] in data["currency-words"]:
                currency = data["currency-words"][words[length]]
                if origin == "north korean" and currency == "KRW":
                    return "KPW", at + length + 1
                if currency in ("USD", "CHF"):
                    return data["currency-origins"][origin], at + length + 1
                return currency, at + length + 1
        return None

    def _ratio(self, amount: _Amount) -> _Amount | None:
        """`one in ten`, `two out of three`: a share."""
        at = amount.next
        if self.word(at) == "out" and self.word(at + 1) == "of":
            at += 2
        elif self.word(at) == "in":
            at += 1
        elif self.word(at) == "of" and self.word(at + 1) == "every":
            at += 2
        else:
            return None
        if self.word(at) == "every":
            at += 1
        whole = self._amount(at)
        if whole is None or whole.kind != "amount" or whole.share or amount.share or amount.kind != "amount":
            return None
        counts = all(value.denominator == 1 for value in (amount.value, whole.value))
        if not counts or not 0 < amount.value < whole.value <= 10**6 or self._unit(whole)[0]:
            return None
        return _Amount("amount", amount.value / whole.value, whole.next, share=True)

    def _is_pronoun(self, index: int, amount: _Amount) -> bool:
        if self.word(index) != "one" or amount.next != index + 1 or amount.value != 1:
            return False
        before, behind = self.word(index - 1), self.word(index + 1)
        joined = behind == "-" and self.tight(index + 1)
        # "one, who": a clause begins; "one's": a pronoun.
        if behind == "'" or (behind == "," and self.word(index + 2) in ("which", "who", "that", "with")):
            return True
        return not joined and (
            before in word_list("numbers", "one-behind") or behind in word_list("numbers", "one-before")
        )

    # -- one amount

    def _amount(self, index: int, money: bool = False) -> _Amount | None:
        readings: tuple[Callable[[int], _Amount | None], ...] = (
            self._times,
            self._ordinal_digits,
            self._part,
            self._vague,
            self._ordinal_words,
        )
        for reading in readings:
            amount = reading(index)
            if amount is not None:
                return amount
        return self._cardinal(index, money)

    def _times(self, index: int) -> _Amount | None:
        value = _TIMES.get(self.word(index))
        return None if value is None else _Amount("amount", value, index + 1, unit="times")

    def _ordinal_digits(self, index: int) -> _Amount | None:
        suffix = self.word(index + 1)
        if self.kind(index) == "digits" and suffix in ("st", "nd", "rd", "th") and self.tight(index + 1):
            return _Amount("ordinal", _value(self.tokens[index].text), index + 2)
        return None

    def _ordinal_words(self, index: int) -> _Amount | None:
        word = self.word(index)
        if word in _ORDINALS:
            return _Amount("ordinal", Fraction(_ORDINALS[word]), index + 1)
        if word in _TENS:
            at = index + 2 if self.word(index + 1) == "-" else index + 1
            ones = _ORDINALS.get(self.word(at), 0)
            if 1 <= ones <= 9 and self.word(at + 1) not in ("of",):
                return _Amount("ordinal", Fraction(_TENS[word] + ones), at + 1)
        return None

    def _part(self, index: int) -> _Amount | None:
        """A fraction in words, alone or of a scale: `one-third`, `a quarter of a million`."""
        head, at = self._small(index)
        if head is None and self.word(index) in ("a", "an"):
            head, at = 1, index + 1
        if head is not None:
            at = at + 1 if self.word(at) == "-" else at
            if self.word(at) in _PLURAL_PARTS and head > 1:
                return self._of_scale(Fraction(head, _PLURAL_PARTS[self.word(at)]), at + 1)
            if self.word(at) in _PARTS and head == 1 and self._is_part(index, at):
                return self._of_scale(Fraction(1, _PARTS[self.word(at)]), at + 1)
            return None
        if self.word(index) == "half" and not (self.word(index + 1) == "-" and not self._measure(index + 2)):
            return self._of_scale(Fraction(1, 2), index + 1)
        if self.word(index) == "quarter" and self.word(index + 1) == "of":
            return self._of_scale(Fraction(1, 4), index + 1)
        return None

    def _measure(self, index: int) -> bool:
        return self.word(index) in word_data("numbers")["units"]

    def _is_part(self, start: int, at: int) -> bool:
        """`a third of` and `one-third` are shares, `a third test` is a place in order."""
        if self.word(at) == "half":
            return self.word(at + 1) != "-" or self._measure(at + 2)
        if self.word(start) == "one":
            return True
        return self.word(at + 1) in ("of", "less", "more", "lower", "higher", "larger", "smaller", "as", "")

    def _of_scale(self, value: Fraction, index: int) -> _Amount:
        at = index + 1 if self.word(index) == "of" else index
        article = self.word(at) in ("a", "an", "one")
        scale = _SCALES.get(self.word(at + article), 0)
        if self.word(at + article) == "dozen":
            scale = 12
        if scale:
            return _Amount("amount", value * scale, at + article + 1, scale)
        return _Amount("amount", value, index, share=True)

    def _vague(self, index: int) -> _Amount | None:
        """`thousands`, `tens of thousands`, `several million`, `a few hundred`: an order of size."""
        word = self.word(index)
        if word in ("several", "many"):
            scale = {"hundred": 100, "dozen": 12, **_SCALES, **_PLURALS}.get(self.word(index + 1))
            return _Amount("vague", Fraction(scale), index + 2, scale) if scale else None
        if word == "few":
            scale = {"hundred": 100, "dozen": 12, **_SCALES}.get(self.word(index + 1))
            return _Amount("vague", Fraction(scale), index + 2, scale) if scale else None
        first = 10 if word == "tens" else _PLURALS.get(word, 0)
        if word in ("scores",) and self.word(index + 1) == "of":
            first = 20
        if not first:
            return None
        if self.word(index + 1) == "of" and self.word(index + 2) in _PLURALS:
            value = first * _PLURALS[self.word(index + 2)]
            return _Amount("vague", Fraction(value), index + 3, value)
        return None if word == "tens" else _Amount("vague", Fraction(first), index + 1, first)

    def _small(self, index: int) -> tuple[int | None, int]:
        """A whole number up to 99 in words."""
        word = self.word(index)
        if word in _ONES:
            return _ONES[word], index + 1
        if word not in _TENS:
            return None, index
        at = index + 2 if self.word(index + 1) == "-" else index + 1
        ones = _ONES.get(self.word(at), 0)
        return (_TENS[word] + ones, at + 1) if 1 <= ones <= 9 else (_TENS[word], index + 1)

    def _cardinal(self, index: int, money: bool) -> _Amount | None:
        """A number in digits or words with hundreds, scales and a fraction behind."""
        total, scale, at = Fraction(0), 1, index
        ceiling = 10**15
        while True:
            current, after = self._group(at)
            if current is None:
                break
            after, unit = self._scale(after, money)
            if unit >= ceiling:
                break
            if unit == 1:
                current, after, unit = self._mixed(current, after)
            total, at = total + current * unit, after
            if unit == 1:
                break
            scale = ceiling = unit
            at = self._past_and(at, ceiling)
        if at == index:
            return None
        return _Amount("amount", total, self._before_and(at), scale)

    def _group(self, index: int) -> tuple[Fraction | None, int]:
        """Up to the hundreds: `two hundred and five`, `12`, `a hundred`, `a thousand` (read as one)."""
        if self.kind(index) == "digits":
            value, at = _value(self.tokens[index].text), index + 1
            if self.kind(at) == "vulgar":
                return value + _vulgar(self.tokens[at].text), at + 1
            return self._hundreds(value, at)
        if self.kind(index) == "vulgar":
            return _vulgar(self.tokens[index].text), index + 1
        if self.word(index) in ("a", "an", "another"):
            following = self.word(index + 1)
            if following == "hundred":
                return self._hundreds(Fraction(1), index + 1)
            if following in _SCALES or following == "dozen":
                return Fraction(1), index + 1
            return None, index
        small, at = self._small(index)
        return (None, index) if small is None else self._hundreds(Fraction(small), at)

    def _hundreds(self, value: Fraction, index: int) -> tuple[Fraction, int]:
        at = index + 1 if self.word(index) == "-" and self.word(index + 1) == "hundred" else index
        if self.word(at) != "hundred":
            return value, index
        value, at = value * 100, at + 1
        joined = at + 1 if self.word(at) == "and" else at
        small, after = self._small(joined)
        if small is None or self.word(after) == "hundred":
            return value, at
        return value + small, after

    def _scale(self, index: int, money: bool) -> tuple[int, int]:
        """The scale word at `index` and the index behind it; 1 where there is none."""
        at = index + 1 if self.word(index) == "-" and self.word(index + 1) in _SCALES else index
        word = self.word(at)
        if word in _SCALES:
            return at + 1, _SCALES[word]
        if word == "dozen":
            return at + 1, 12
        if self.tight(at) and self.kind(at - 1) == "digits":
            short = {**_SHORT_SCALES, **(_MONEY_SCALES if money else {})}.get(word, 1)
            if short > 1:
                return at + 1, short
        return index, 1

    def _mixed(self, value: Fraction, index: int) -> tuple[Fraction, int, int]:
        """`two and a half`, with the scale behind it: `two and a half million`."""
        hyphen = int(self.word(index) == "-")
        at = index + hyphen
        if self.word(at) != "and" or (self.kind(index - 1) == "digits" and value.denominator > 1):
            return value, index, 1
        at = at + 1 + int(self.word(at + 1) == "-")
        head, after = self._small(at)
        if head is None and self.word(at) in ("a", "an"):
            head, after = 1, at + 1
        if head is None:
            return value, index, 1
        after += int(self.word(after) == "-")
        part = _PARTS.get(self.word(after)) if head == 1 else _PLURAL_PARTS.get(self.word(after))
        if not part:
            return value, index, 1
        after, unit = self._scale(after + 1, money=False)
        return value + Fraction(head, part), after, unit

    def _past_and(self, index: int, ceiling: int) -> int:
        """Go on behind "and" only where a smaller number follows that is no amount of its own."""
        if self.word(index) != "and":
            return index
        small, after = self._small(index + 1)
        alone = small is not None and self.word(after) not in (*_SCALES, "hundred", "and", "-")
        return index + 1 if alone and ceiling >= 1000 and not self._unit_at(after) else index

    def _before_and(self, index: int) -> int:
        return index - 1 if self.word(index - 1) == "and" else index


def _tokens(text: str) -> Iterator[Token]:
    end = -1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        yield Token(kind, match.group(), match.start(), match.end(), match.start() != end)
        end = match.end()


def _value(digits: str) -> Fraction:
    return Fraction(re.sub(r"[, \u202f]", "", digits))


def _vulgar(sign: str) -> Fraction:
    return Fraction(unicodedata.numeric(sign)).limit_denominator(10)


def _fits(first: _Amount, second: _Amount) -> bool:
    """Whether two amounts can be the ends of one range."""
    same_unit = not first.unit or not second.unit or first.unit == second.unit
    return same_unit and first.kind == second.kind and (first.share == second.share or bool(second.unit))


def _shared(first: _Amount, second: _Amount) -> _Amount:
    """Give the first end the scale and unit that are written once, behind the second."""
    value = first.value
    if (first.scale == 1 and second.scale > 1 and not first.unit and value * second.scale < second.value) or (
        first.scale == 1
        and second.scale > 1
        and first.unit == second.unit
        and value * second.scale < second.value
    ):
        value *= second.scale
    return replace(first, value=value, unit=first.unit or second.unit)


def _factored(unit: str) -> tuple[int, str]:
    """`10 year` is ten of the unit year."""
    number, _, name = unit.partition(" ")
    return (int(number), name) if number.isdigit() else (1, unit)

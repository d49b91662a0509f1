"""Parse counts, shares, money, ordinals and their ranges in English prose, with a hand-written parser.

Dates and names with numbers are removed before (briefgen.evidence.numbers). No library evaluates all of
these forms ("a quarter of a million", "between two and three and a half million").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from briefgen.data import load_word_data, load_word_set
from briefgen.evidence.number_words import (
    FIRST_WORDS,
    FRACTIONS,
    MONEY_SCALES,
    MULTIPLIERS,
    ONES,
    ORDINALS,
    PLURAL_FRACTIONS,
    SCALES,
    SHORT_SCALES,
    TENS,
    VAGUE_SCALES,
)

_TOKEN = re.compile(
    r"(?P<digits>\d{1,3}(?:[, \u202f]\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"|(?P<sign>(?:\b(?:US|CA|AU|NZ|HK|[CAS]))?\$|[£€¥₩])"
    r"|(?P<word>[A-Za-z]+)"
    r"|(?P<vulgar>[¼½¾⅐-⅞])"
    r"|(?P<other>\S)"
)


@dataclass(frozen=True, slots=True)
class QuantityToken:
    """A word, number or sign."""

    kind: str
    text: str
    start: int
    end: int
    spaced: bool
    """Whether white space comes before it."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount or ordinal with its value."""

    kind: Literal["amount", "vague", "ordinal"]
    low: Fraction
    high: Fraction
    unit: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Amount:
    """An intermediate result: a value that is not yet part of a range, or without its unit."""

    kind: Literal["amount", "vague", "ordinal"]
    value: Fraction
    next: int
    scale: int = 1
    """The value of its last scale word, such as "million"; 1 if there is none."""
    unit: str = ""
    share: bool = False


def find_quantities(text: str) -> list[Quantity]:
    """Find all quantities in a text whose dashes are hyphens, in order."""
    return list(_QuantityParser(text).parse())


class _QuantityParser:
    """Recursive-descent parser over the tokens of a text."""

    def __init__(self, text: str) -> None:
        self.tokens = list(_tokenize_quantities(text))

    def word(self, index: int) -> str:
        """Return the word at `index` in lower case, or the sign; empty outside the text."""
        return self.tokens[index].text.lower() if 0 <= index < len(self.tokens) else ""

    def kind(self, index: int) -> str:
        return self.tokens[index].kind if 0 <= index < len(self.tokens) else ""

    def is_adjacent(self, index: int) -> bool:
        """Return whether the token follows the one before it without a space."""
        return 0 <= index < len(self.tokens) and not self.tokens[index].spaced

    def parse(self) -> Iterator[Quantity]:
        index = 0
        while index < len(self.tokens):
            found, after = self._parse_range(index) if self._may_begin(index) else ([], index)
            yield from found
            index = after if found else index + 1

    def _may_begin(self, index: int) -> bool:
        """Return whether a number can begin here, which rules out most words quickly."""
        token = self.tokens[index]
        if token.kind == "word":
            return token.text.lower() in FIRST_WORDS or token.text.isupper()
        return token.kind != "other"

    # -- ranges

    def _parse_range(self, index: int) -> tuple[list[Quantity], int]:
        """Parse a quantity, a range, or two quantities that share scale and unit ("five or six million")."""
        first = self._parse_amount_with_unit(index)
        if first is None:
            return [], index
        link, position = self._parse_range_link(index, first.next)
        money = re.fullmatch("[A-Z]{3}", first.unit) is not None
        second = self._parse_amount_with_unit(position, money) if link else None
        if second is None or "ordinal" in (first.kind, second.kind) or not _can_form_range(first, second):
            return [self._build_quantity(first, first, index, first.next)], first.next
        first = _share_scale_and_unit(first, second)
        if link == "or":
            return [
                self._build_quantity(first, first, index, first.next),
                self._build_quantity(second, second, position, second.next),
            ], second.next
        if first.value >= second.value:
            first = self._parse_amount_with_unit(index) or first
            return [self._build_quantity(first, first, index, first.next)], first.next
        return [self._build_quantity(first, second, index, second.next)], second.next

    def _parse_range_link(self, start: int, index: int) -> tuple[str, int]:
        """Return the word that joins the ends of a range (empty if none) and the index of the second end."""
        word = self.word(index)
        if word == "-":
            tight = self.is_adjacent(index) and self.is_adjacent(index + 1)
            digits = self.kind(index - 1) == "digits" and self.kind(index + 1) in ("digits", "sign")
            return ("-", index + 1) if tight or digits else ("", index)
        if word in ("to", "or") or (word == "and" and self._follows_between(start)):
            position = index + 1
            while self.word(position) in load_word_set("numbers", "within-ranges"):
                position += 1
            return word, position
        return "", index

    def _follows_between(self, start: int) -> bool:
        position = start - 1
        while self.word(position) in load_word_set("numbers", "within-ranges"):
            position -= 1
        return self.word(position) == "between"

    def _build_quantity(self, first: _Amount, last: _Amount, index: int, after: int) -> Quantity:
        start, end = self.tokens[index].start, self.tokens[max(index, after - 1)].end
        unit = first.unit or last.unit
        if not unit and first.share:
            unit = "share"
        factor, unit = _split_unit_factor(unit)
        return Quantity(first.kind, first.value * factor, last.value * factor, unit, start, end)

    # -- one amount with its unit

    def _parse_amount_with_unit(self, index: int, money: bool = False) -> _Amount | None:
        currency, position = self._parse_leading_currency(index)
        amount = self._parse_amount(position, money=money or bool(currency))
        if amount is None:
            return None
        if currency:
            return replace(amount, unit=currency, share=False)
        if amount.kind == "ordinal":
            return amount
        ratio = self._parse_ratio(amount)
        if ratio is not None:
            return ratio
        unit, after = self._parse_unit(amount)
        if unit:
            return replace(amount, unit=unit, next=after, share=False)
        return None if self._is_pronoun(index, amount) else amount

    def _parse_leading_currency(self, index: int) -> tuple[str, int]:
        data = load_word_data("numbers")
        if self.kind(index) == "sign" and self.kind(index + 1) == "digits":
            return data["currency-signs"].get(self.tokens[index].text, ""), index + 1
        token = self.tokens[index] if index < len(self.tokens) else None
        if token and token.kind == "word" and token.text.isupper() and self.kind(index + 1) == "digits":
            code = data["currency-words"].get(token.text.lower(), "")
            return (code, index + 1) if code else ("", index)
        return "", index

    def _parse_unit(self, amount: _Amount) -> tuple[str, int]:
        """Parse the unit after an amount (percent, money, a measure); return it with the index after it."""
        position = amount.next
        if self.word(position) == "-" and self.is_adjacent(position) and self.is_adjacent(position + 1):
            position += 1
        if amount.kind == "vague" and self.word(position) == "of":
            position += 1
        half = amount.share and amount.value == Fraction(1, 2)
        if half and self.word(position) in ("a", "an"):
            position += 1
        elif amount.share and not half:
            return "", amount.next
        return self._parse_unit_at(position) or ("", amount.next)

    def _parse_unit_at(self, position: int) -> tuple[str, int] | None:
        data = load_word_data("numbers")
        word = self.word(position)
        if word == "%":
            return "percent", position + 1
        if word == "per" and self.word(position + 1) == "cent":
            return "percent", position + 2
        if word in ("percentage", "percent") and self.word(position + 1) in ("point", "points"):
            return "percentage point", position + 2
        if word in data["units"]:
            return data["units"][word], position + 1
        if word in data["currency-words"]:
            return data["currency-words"][word], position + 1
        return self._parse_national_currency(position)

    def _parse_national_currency(self, position: int) -> tuple[str, int] | None:
        """Parse `US dollars`, `U.S. dollars`, `South Korean won`."""
        data = load_word_data("numbers")
        words = [self.word(position + offset) for offset in range(6)]
        if words[:4] == ["u", ".", "s", "."] and words[4] in data["currency-words"]:
            return "USD", position + 5
        for length in (2, 1):
            origin = " ".join(words[:length])
            if origin in data["currency-origins"] and words[length] in data["currency-words"]:
                currency = data["currency-words"][words[length]]
                if origin == "north korean" and currency == "KRW":
                    return "KPW", position + length + 1
                if currency in ("USD", "CHF"):
                    return data["currency-origins"][origin], position + length + 1
                return currency, position + length + 1
        return None

    def _parse_ratio(self, amount: _Amount) -> _Amount | None:
        """Parse a share such as `one in ten` or `two out of three`."""
        position = amount.next
        if self.word(position) == "out" and self.word(position + 1) == "of":
            position += 2
        elif self.word(position) == "in":
            position += 1
        elif self.word(position) == "of" and self.word(position + 1) == "every":
            position += 2
        else:
            return None
        if self.word(position) == "every":
            position += 1
        whole = self._parse_amount(position)
        if whole is None or whole.kind != "amount" or whole.share or amount.share or amount.kind != "amount":
            return None
        counts = all(value.denominator == 1 for value in (amount.value, whole.value))
        if not counts or not 0 < amount.value < whole.value <= 10**6 or self._parse_unit(whole)[0]:
            return None
        return _Amount("amount", amount.value / whole.value, whole.next, share=True)

    def _is_pronoun(self, index: int, amount: _Amount) -> bool:
        if self.word(index) != "one" or amount.next != index + 1 or amount.value != 1:
            return False
        before, after = self.word(index - 1), self.word(index + 1)
        joined = after == "-" and self.is_adjacent(index + 1)
        # "one, who": a clause begins; "one's": a pronoun.
        if after == "'" or (after == "," and self.word(index + 2) in ("which", "who", "that", "with")):
            return True
        return not joined and (
            before in load_word_set("numbers", "one-behind")
            or after in load_word_set("numbers", "one-before")
        )

    # -- one amount

    def _parse_amount(self, index: int, money: bool = False) -> _Amount | None:
        parsers: tuple[Callable[[int], _Amount | None], ...] = (
            self._parse_multiplier,
            self._parse_digit_ordinal,
            self._parse_fraction,
            self._parse_vague_amount,
            self._parse_word_ordinal,
        )
        for parse in parsers:
            amount = parse(index)
            if amount is not None:
                return amount
        return self._parse_cardinal(index, money)

    def _parse_multiplier(self, index: int) -> _Amount | None:
        value = MULTIPLIERS.get(self.word(index))
        return None if value is None else _Amount("amount", value, index + 1, unit="times")

    def _parse_digit_ordinal(self, index: int) -> _Amount | None:
        suffix = self.word(index + 1)
        if (
            self.kind(index) == "digits"
            and suffix in ("st", "nd", "rd", "th")
            and self.is_adjacent(index + 1)
        ):
            return _Amount("ordinal", _parse_digits(self.tokens[index].text), index + 2)
        return None

    def _parse_word_ordinal(self, index: int) -> _Amount | None:
        word = self.word(index)
        if word in ORDINALS:
            return _Amount("ordinal", Fraction(ORDINALS[word]), index + 1)
        if word in TENS:
            position = index + 2 if self.word(index + 1) == "-" else index + 1
            ones = ORDINALS.get(self.word(position), 0)
            if 1 <= ones <= 9 and self.word(position + 1) not in ("of",):
                return _Amount("ordinal", Fraction(TENS[word] + ones), position + 1)
        return None

    def _parse_fraction(self, index: int) -> _Amount | None:
        """Parse a fraction in words, alone or of a scale: `one-third`, `a quarter of a million`."""
        head, position = self._parse_below_hundred(index)
        if head is None and self.word(index) in ("a", "an"):
            head, position = 1, index + 1
        if head is not None:
            position = position + 1 if self.word(position) == "-" else position
            if self.word(position) in PLURAL_FRACTIONS and head > 1:
                return self._apply_scale(Fraction(head, PLURAL_FRACTIONS[self.word(position)]), position + 1)
            if self.word(position) in FRACTIONS and head == 1 and self._is_fraction(index, position):
                return self._apply_scale(Fraction(1, FRACTIONS[self.word(position)]), position + 1)
            return None
        if self.word(index) == "half" and not (
            self.word(index + 1) == "-" and not self._is_unit_word(index + 2)
        ):
            return self._apply_scale(Fraction(1, 2), index + 1)
        if self.word(index) == "quarter" and self.word(index + 1) == "of":
            return self._apply_scale(Fraction(1, 4), index + 1)
        return None

    def _is_unit_word(self, index: int) -> bool:
        return self.word(index) in load_word_data("numbers")["units"]

    def _is_fraction(self, start: int, position: int) -> bool:
        """Return whether a word is a fraction: `a third of` and `one-third` are, `a third test` is not."""
        if self.word(position) == "half":
            return self.word(position + 1) != "-" or self._is_unit_word(position + 2)
        if self.word(start) == "one":
            return True
        return self.word(position + 1) in (
            "of",
            "less",
            "more",
            "lower",
            "higher",
            "larger",
            "smaller",
            "as",
            "",
        )

    def _apply_scale(self, value: Fraction, index: int) -> _Amount:
        position = index + 1 if self.word(index) == "of" else index
        article = self.word(position) in ("a", "an", "one")
        scale = SCALES.get(self.word(position + article), 0)
        if self.word(position + article) == "dozen":
            scale = 12
        if scale:
            return _Amount("amount", value * scale, position + article + 1, scale)
        return _Amount("amount", value, index, share=True)

    def _parse_vague_amount(self, index: int) -> _Amount | None:
        """Parse an order of magnitude such as `thousands`, `tens of thousands` or `several million`."""
        word = self.word(index)
        if word in ("several", "many"):
            scale = {"hundred": 100, "dozen": 12, **SCALES, **VAGUE_SCALES}.get(self.word(index + 1))
            return _Amount("vague", Fraction(scale), index + 2, scale) if scale else None
        if word == "few":
            scale = {"hundred": 100, "dozen": 12, **SCALES}.get(self.word(index + 1))
            return _Amount("vague", Fraction(scale), index + 2, scale) if scale else None
        first = 10 if word == "tens" else VAGUE_SCALES.get(word, 0)
        if word in ("scores",) and self.word(index + 1) == "of":
            first = 20
        if not first:
            return None
        if self.word(index + 1) == "of" and self.word(index + 2) in VAGUE_SCALES:
            value = first * VAGUE_SCALES[self.word(index + 2)]
            return _Amount("vague", Fraction(value), index + 3, value)
        return None if word == "tens" else _Amount("vague", Fraction(first), index + 1, first)

    def _parse_below_hundred(self, index: int) -> tuple[int | None, int]:
        """Parse a whole number up to 99 in words."""
        word = self.word(index)
        if word in ONES:
            return ONES[word], index + 1
        if word not in TENS:
            return None, index
        position = index + 2 if self.word(index + 1) == "-" else index + 1
        ones = ONES.get(self.word(position), 0)
        return (TENS[word] + ones, position + 1) if 1 <= ones <= 9 else (TENS[word], index + 1)

    def _parse_cardinal(self, index: int, money: bool) -> _Amount | None:
        """Parse a number in digits or words with hundreds, scales and a trailing fraction."""
        total, scale, position = Fraction(0), 1, index
        ceiling = 10**15
        while True:
            current, after = self._parse_group(position)
            if current is None:
                break
            after, unit = self._parse_scale(after, money)
            if unit >= ceiling:
                break
            if unit == 1:
                current, after, unit = self._parse_mixed_fraction(current, after)
            total, position = total + current * unit, after
            if unit == 1:
                break
            scale = ceiling = unit
            position = self._skip_and(position, ceiling)
        if position == index:
            return None
        return _Amount("amount", total, self._drop_trailing_and(position), scale)

    def _parse_group(self, index: int) -> tuple[Fraction | None, int]:
        """Parse up to the hundreds: `two hundred and five`, `12`, `a hundred`, `a thousand` (returns one)."""
        if self.kind(index) == "digits":
            value, position = _parse_digits(self.tokens[index].text), index + 1
            if self.kind(position) == "vulgar":
                return value + _parse_vulgar_fraction(self.tokens[position].text), position + 1
            return self._parse_hundreds(value, position)
        if self.kind(index) == "vulgar":
            return _parse_vulgar_fraction(self.tokens[index].text), index + 1
        if self.word(index) in ("a", "an", "another"):
            following = self.word(index + 1)
            if following == "hundred":
                return self._parse_hundreds(Fraction(1), index + 1)
            if following in SCALES or following == "dozen":
                return Fraction(1), index + 1
            return None, index
        small, position = self._parse_below_hundred(index)
        return (None, index) if small is None else self._parse_hundreds(Fraction(small), position)

    def _parse_hundreds(self, value: Fraction, index: int) -> tuple[Fraction, int]:
        position = index + 1 if self.word(index) == "-" and self.word(index + 1) == "hundred" else index
        if self.word(position) != "hundred":
            return value, index
        value, position = value * 100, position + 1
        joined = position + 1 if self.word(position) == "and" else position
        small, after = self._parse_below_hundred(joined)
        if small is None or self.word(after) == "hundred":
            return value, position
        return value + small, after

    def _parse_scale(self, index: int, money: bool) -> tuple[int, int]:
        """Return the index after the scale word at `index`, and its value; 1 if there is none."""
        position = index + 1 if self.word(index) == "-" and self.word(index + 1) in SCALES else index
        word = self.word(position)
        if word in SCALES:
            return position + 1, SCALES[word]
        if word == "dozen":
            return position + 1, 12
        if self.is_adjacent(position) and self.kind(position - 1) == "digits":
            short = {**SHORT_SCALES, **(MONEY_SCALES if money else {})}.get(word, 1)
            if short > 1:
                return position + 1, short
        return index, 1

    def _parse_mixed_fraction(self, value: Fraction, index: int) -> tuple[Fraction, int, int]:
        """Parse `two and a half`, with the scale after it: `two and a half million`."""
        hyphen = int(self.word(index) == "-")
        position = index + hyphen
        if self.word(position) != "and" or (self.kind(index - 1) == "digits" and value.denominator > 1):
            return value, index, 1
        position = position + 1 + int(self.word(position + 1) == "-")
        head, after = self._parse_below_hundred(position)
        if head is None and self.word(position) in ("a", "an"):
            head, after = 1, position + 1
        if head is None:
            return value, index, 1
        after += int(self.word(after) == "-")
        part = FRACTIONS.get(self.word(after)) if head == 1 else PLURAL_FRACTIONS.get(self.word(after))
        if not part:
            return value, index, 1
        after, unit = self._parse_scale(after + 1, money=False)
        return value + Fraction(head, part), after, unit

    def _skip_and(self, index: int, ceiling: int) -> int:
        """Skip "and" only if a smaller number follows that is not an amount of its own."""
        if self.word(index) != "and":
            return index
        small, after = self._parse_below_hundred(index + 1)
        alone = small is not None and self.word(after) not in (*SCALES, "hundred", "and", "-")
        return index + 1 if alone and ceiling >= 1000 and not self._parse_unit_at(after) else index

    def _drop_trailing_and(self, index: int) -> int:
        return index - 1 if self.word(index - 1) == "and" else index


def _tokenize_quantities(text: str) -> Iterator[QuantityToken]:
    end = -1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        yield QuantityToken(kind, match.group(), match.start(), match.end(), match.start() != end)
        end = match.end()


def _parse_digits(digits: str) -> Fraction:
    return Fraction(re.sub(r"[, \u202f]", "", digits))


def _parse_vulgar_fraction(sign: str) -> Fraction:
    return Fraction(unicodedata.numeric(sign)).limit_denominator(10)


def _can_form_range(first: _Amount, second: _Amount) -> bool:
    """Return whether two amounts can be the ends of one range."""
    same_unit = not first.unit or not second.unit or first.unit == second.unit
    return same_unit and first.kind == second.kind and (first.share == second.share or bool(second.unit))


def _share_scale_and_unit(first: _Amount, second: _Amount) -> _Amount:
    """Give the first end the scale and unit that are written once, after the second."""
    value = first.value
    written_once = first.scale == 1 < second.scale and (not first.unit or second.unit in ("", first.unit))
    if written_once and value * second.scale < second.value:
        value *= second.scale
    return replace(first, value=value, unit=first.unit or second.unit)


def _split_unit_factor(unit: str) -> tuple[int, str]:
    """Split a unit with a factor: `10 year` is ten times the unit year."""
    number, _, name = unit.partition(" ")
    return (int(number), name) if number.isdigit() else (1, unit)

"""English number words: ones, tens, scales, ordinals, fractions and multipliers, with their values."""

from __future__ import annotations

from fractions import Fraction

_BELOW_TWENTY = (
    "zero one two three four five six seven eight nine ten"
    " eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_ORDINALS_BELOW_TWENTY = (
    "first second third fourth fifth sixth seventh eighth ninth tenth"
    " eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"

ONES = {word: number for number, word in enumerate(_BELOW_TWENTY.split())}
TENS = {word: 10 * number for number, word in enumerate(_TENS.split(), start=2)}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SHORT_SCALES = {"k": 10**3, "mn": 10**6, "mln": 10**6, "bn": 10**9, "tn": 10**12, "trn": 10**12}
MONEY_SCALES = {"m": 10**6, "b": 10**9}
ORDINALS = {word: number for number, word in enumerate(_ORDINALS_BELOW_TWENTY.split(), start=1)} | {
    f"{word[:-1]}ieth": number for word, number in TENS.items()
}
ORDINAL_SCALES = {"hundredth": 100, "thousandth": 1000, "millionth": 10**6}
FRACTIONS = {
    "half": 2,
    "quarter": 4,
    **{word: number for word, number in ORDINALS.items() if number >= 3},
    **ORDINAL_SCALES,
}
PLURAL_FRACTIONS = {"halves": 2} | {
    f"{word}s": number for word, number in FRACTIONS.items() if word != "half"
}
VAGUE_SCALES = {"hundreds": 100, "dozens": 12, **{f"{word}s": value for word, value in SCALES.items()}}
MULTIPLIERS = {
    **dict.fromkeys(("twice", "double", "doubled", "doubling"), Fraction(2)),
    **dict.fromkeys(("thrice", "triple", "tripled", "tripling"), Fraction(3)),
    **dict.fromkeys(("quadruple", "quadrupled"), Fraction(4)),
    **dict.fromkeys(("halved", "halving"), Fraction(1, 2)),
}
FIRST_WORDS = frozenset(
    {*ONES, *TENS, *ORDINALS, *FRACTIONS, *VAGUE_SCALES, *MULTIPLIERS}
    | {"a", "an", "another", "several", "many", "few", "tens", "scores"}
)
"""Words that can begin a quantity."""

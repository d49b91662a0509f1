"""Show a number as a spreadsheet does, by its number format: 2134 with `00000` is 02134.

The formats are those of ECMA-376, 18.8.31. Fractions, exponents and conditions are rare in lists, and such
numbers are written in full.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[\$(?P<currency>[^\]-]*)[^\]]*\]|(?P<bracket>\[[^\]]*\])'
    r"|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<literal>.)",
    re.DOTALL,
)
_COLOUR = re.compile(r"\[(?:black|blue|cyan|green|magenta|red|white|yellow|color ?\d+)\]", re.IGNORECASE)
_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;])*', re.DOTALL)
_MAX_FORMAT = 255
"""Characters; a spreadsheet accepts no longer one."""


def format_number(value: float, number_format: str) -> str:
    """Return the number as a cell with this format shows it; in full if the format is not understood."""
    sections = [found for found in _SECTION.findall(number_format[:_MAX_FORMAT]) if found]
    if not sections or number_format.lower() in ("general", "@") or not abs(value) < 1e15:
        return _format_plain(value)
    section, sign = sections[0], "-" if value < 0 else ""
    if value < 0 and len(sections) > 1:
        section, sign = sections[1], ""
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    shown = _apply_section(abs(value), section)
    return _format_plain(value) if shown is None else (sign + shown).strip()


def _format_plain(value: float) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _apply_section(value: float, section: str) -> str | None:
    """Return the number in one section of a format; None if it is one that is not understood."""
    tokens = [(match.lastgroup or "", match[match.lastgroup or 0]) for match in _TOKEN.finditer(section)]
    if any(
        (kind == "bracket" and not _COLOUR.fullmatch(text)) or (kind == "literal" and text in "Ee/@")
        for kind, text in tokens
    ):
        return None
    tokens = [token for token in tokens if token[0] not in ("", "bracket")]
    digits = [index for index, (kind, _) in enumerate(tokens) if kind == "digit"]
    if not digits:
        return "".join(text for _, text in tokens) or None
    point = next((index for index, (kind, _) in enumerate(tokens) if kind == "point"), len(tokens))
    percents = sum(token == ("literal", "%") for token in tokens)
    whole = [index for index in digits if index < point]
    commas = [index for index, (kind, _) in enumerate(tokens) if kind == "comma"]
    thousands = any(whole and whole[0] < comma < whole[-1] for comma in commas)
    scaled = sum(comma > digits[-1] or bool(whole and whole[-1] < comma < point) for comma in commas)
    places = len([index for index in digits if index > point])
    number = Decimal(repr(value)) * 100**percents / 1000**scaled
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    integer, _, fraction = f"{rounded:f}".partition(".")
    left = _fill_integer([token for token in tokens[:point] if token[0] != "comma"], integer, thousands)
    return left + _fill_fraction([token for token in tokens[point:] if token[0] != "comma"], fraction)


def _fill_integer(tokens: list[tuple[str, str]], integer: str, thousands: bool) -> str:
    """Put the digits into their places from the right; the leftmost place takes all that remain."""
    rest = integer.lstrip("0")
    first = next((index for index, (kind, _) in enumerate(tokens) if kind == "digit"), -1)
    shown: list[str] = []
    written = 0
    for index in range(len(tokens) - 1, -1, -1):
        kind, text = tokens[index]
        if kind != "digit":
            shown.append(text)
            continue
        taken = rest if index == first else rest[-1:]
        rest = "" if index == first else rest[:-1]
        for digit in reversed(taken or {"0": "0", "?": " "}.get(text, "")):
            if thousands and written and written % 3 == 0:
                shown.append(",")
            shown.append(digit)
            written += 1
    return "".join(reversed(shown))


def _fill_fraction(tokens: list[tuple[str, str]], fraction: str) -> str:
    """Return point, decimals and what follows; `#` shows no zero at the end."""
    places = [text for kind, text in tokens if kind == "digit"]
    needed = max((index + 1 for index, text in enumerate(places) if text != "#"), default=0)
    kept = fraction[:needed] + fraction[needed:].rstrip("0")
    after = "".join(text for kind, text in tokens if kind not in ("digit", "point"))
    point = "." if tokens and tokens[0][0] == "point" else ""
    return point + kept + after

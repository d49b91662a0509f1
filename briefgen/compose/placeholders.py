"""Placeholders left unfilled in a document, such as `{{name}}`, `[NAME]`, XXX or TODO."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

_PLACEHOLDERS = re.compile(
    r"""
    \{\{ .{0,40}? \}\} | \{% .{0,40}? %\} | \$\{ \w{1,30} \} | \{ [A-Za-z_]\w{0,30} \}   # of templates
    | << \s?\w[\w ]{0,30} >> | % [A-Z][A-Z_]{2,30} %                                     # of mail merges
    | (?<!\() \b X{3,} \b (?!\))                                    # UN resolutions: 3452 (XXX)
    | \b (?: TODO | TBD | TBC | FIXME | TKTK ) \b | \b [Ll]orem\ ipsum \b | _{4,}
    | \[ \s* (?: (?i:insert|enter|add|your|put|fill\ in) \b [^\]]{0,40}
        | (?: (?:FIRST|LAST|FULL|FAMILY|GIVEN)[ _]NAME | NAME | SURNAME | TITLE | DATE | STATE | DISTRICT
          | COUNTRY | CITY | TOWN | ADDRESS | CONSTITUENCY | RECIPIENT | ORGANI[SZ]ATION | SENATOR
          | REPRESENTATIVE | MP | BILL | AMOUNT | NUMBER | PLACEHOLDER | SIGNATURE ) ) \s* \]
    """,
    re.VERBOSE | re.DOTALL,
)
_TAG = re.compile(r"<[^>]*>")


def find_placeholders(html: str) -> Iterator[str]:
    """Yield each placeholder left in a document's markup, once, in text order."""
    seen = set()
    for match in _PLACEHOLDERS.finditer(unescape(_TAG.sub("", html))):
        if match[0] not in seen:
            seen.add(match[0])
            yield match[0]

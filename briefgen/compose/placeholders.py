"""Finds what was meant to be filled in and was not: `{{name}}`, `[NAME]`, XXX, TODO. It repairs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

_PLACEHOLDERS = re.compile(
    r"""
    \{\{ .{0,40}? \}\} | \{% .{0,40}? %\} | \$\{ \w{1,30} \} | \{ [A-Za-z_]\w{0,30} \}   # of templates
    | << \s?\w[\w ]{0,30} >> | % [A-Z][A-Z_]{2,30} %                                     # of mail merges
    | (?<!\() \b X{3,} \b (?!\))                                    # a resolution can be of the session (XXX)
    | \b (?: TODO | TBD | TBC | FIXME | TKTK ) \b | \b [Ll]orem\ ipsum \b | _{4,}
    | \[ \s* (?: (?i:insert|enter|add|your|put|fill\ in) \b [^\]]{0,40}
        | (?: (?:FIRST|LAST|FULL|FAMILY|GIVEN)[ _]NAME | NAME | SURNAME | TITLE | DATE | STATE | DISTRICT
          | COUNTRY | CITY | TOWN | ADDRESS | CONSTITUENCY | RECIPIENT | ORGANI[SZ]ATION | SENATOR
          | REPRESENTATIVE | MP | BILL | AMOUNT | NUMBER | PLACEHOLDER | SIGNATURE ) ) \s* \]
    """,
    re.VERBOSE | re.DOTALL,
)
_TAG = re.compile(r"<[^>]*>")


def leftovers(html: str) -> Iterator[str]:
    """Each placeholder that is left in a document's markup, once, in the order of the text."""
    seen = set()
    for found in _PLACEHOLDERS.finditer(unescape(_TAG.sub("", html))):
        if found[0] not in seen:
            seen.add(found[0])
            yield found[0]

"""Find what must not be left in a finished letter: merge fields, placeholders, error values, conversions."""

from __future__ import annotations

import re
from html import unescape

FIELD_WORD = (
    r"(?i:title|honorific|salutation|greeting|prefix|suffix|initials|name|mp|e?-?mail|phone|date"
    r"|(?:first|last|middle|full|family|given|sur|fore|nick|user|[fl])[\ _]?name|addressee|recipient"
    r"|organi[sz]ation|company(?:[\ _]name)?|job[\ _]?title|position|department|office|role|party|chamber"
    r"|address(?:[\ _]?(?:line[\ _]?)?\d?|[\ _]?block)|greeting[\ _]?line|street|city|town|state"
    r"|county|country|zip(?:[\ _]?code)?"
    r"|post(?:al)?[\ _]?code|constituency|district|senator|representative|next[\ _]record"
    r"|anrede|vorname|nachname|titel|stra(?:ss|ß)e|plz|ort|firma|nom|pr[eé]nom|civilit[eé]|adresse|ville"
    r"|nombre|apellidos?|direcci[oó]n|ciudad)"
)
"""Names of merge fields. Other words between «» may be quotations in the languages that quote so."""
_LEFTOVER = re.compile(
    rf"""
    # of templates: {{{{name}}}}, ${{name}}, {{!Contact.Name}}, [[name]]
    \{{\{{ .{{0,40}}? \}}\}} | \{{% .{{0,40}}? %\}} | \$\{{ [\w.\ ]{{1,30}} \}}
    | \{{ !? [A-Za-z_][\w.]{{0,30}} \}}
    | \[\[ \s? \w[\w\ ]{{0,30}} \]\]
    # of mail merges: <<Name>>, %NAME%, %%Name%%, *|FNAME|*, «Surname», <Surname>, @@Name@@
    | << \s?\w[\w\ ]{{0,30}} >> | % [A-Z][A-Z_]{{2,30}} % | %% [\w\ ]{{2,30}} %%
    | \*\| [A-Za-z][\w:]{{1,30}} \|\*
    # beginning a letter: Dear [Surname]; elsewhere people are left out so in quotations
    | (?<=Dear\ ) \[ [^\[\]\n]{{1,40}} \] | \[ \s? (?i:(?:first|last|full|family)[ _]?name|surname) \s? \]
    | « \s? (?: {FIELD_WORD} | \w{{0,30}}[_\d]\w{{0,30}} ) \s? » | < \s? {FIELD_WORD} \s? >
    | (?<![\w@])@@? {FIELD_WORD} @@? (?![\w@])
    # of people: ____, [NAME], [insert a name]
    | _{{4,}}
    | \[ \s* (?: (?i:insert|enter|add|your|put|fill\ in) \b [^\]]{{0,40}}
        | (?: (?:FIRST|LAST|FULL|FAMILY|GIVEN)[ _]NAME | NAME | SURNAME | TITLE | DATE | STATE | DISTRICT
          | COUNTRY | CITY | TOWN | ADDRESS | CONSTITUENCY | RECIPIENT | ORGANI[SZ]ATION | SENATOR
          | REPRESENTATIVE | MP | BILL | AMOUNT | NUMBER | PLACEHOLDER | SIGNATURE ) ) \s* \]
    # of programs: %(name)s, ##NAME##
    | % \( \w{{1,30}} \) [sd] | \#\# {FIELD_WORD} \#\# | % {FIELD_WORD} %
    # of spreadsheets, in several languages: #N/A, #REF!, #NAME?, Err:502, a column too narrow
    | (?<!\w) \# (?: GETTING_DATA\b | N/[AD]\b | NV\b | [¡¿]? [A-ZÄÉ][A-ZÄÉ0-9/_]{{1,20}} [!?] | \#{{2,}} )
    # of conversions: &eacute;, _x000D_, a character that could not be read
    | & (?: \#\d{{1,7}} | \#x[0-9A-Fa-f]{{1,6}} | [A-Za-z]{{2,8}} ) ; | _x[0-9A-F]{{4}}_ | \ufffd
    """,
    re.VERBOSE | re.DOTALL,
)
_SYMBOL = re.compile("[{\\[<«%*@#&_$\ufffd]")
"""What the leftovers above begin with; looking for it alone is ten times as fast."""
_WORDS = ("XXX", "TODO", "TBD", "TBC", "FIXME", "TKTK", "orem ipsum", "MERGEFIELD", "Err:")
_LEFTOVER_WORD = re.compile(
    # In the numbers of UN resolutions, (XXX) is thirty.
    r"(?<!\()\bX{3,}\b(?!\))|\b(?:TODO|TBD|TBC|FIXME|TKTK|MERGEFIELD|[Ll]orem ipsum|Err:\d{3})\b"
)


def find_leftovers(text: str) -> list[str]:
    """Return what is left over in plain text, once each: `{{name}}`, `«Surname»`, `#N/A`, TODO."""
    found: dict[str, None] = {}
    end = 0
    for symbol in _SYMBOL.finditer(text):
        match = _LEFTOVER.match(text, symbol.start()) if symbol.start() >= end else None
        # “R&As;” is no character reference.
        if match and (match[0][0] != "&" or unescape(match[0]) != match[0]):
            found[match[0]] = None
            end = match.end()
    if any(word in text for word in _WORDS):
        found |= dict.fromkeys(_LEFTOVER_WORD.findall(text))
    return list(found)

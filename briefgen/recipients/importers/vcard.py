"""Importer of address-book cards: vCard 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350), as mail programs save them.

Of several addresses that for work is taken, otherwise the preferred or first one. A card without a person's
name is an organisation.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, StorageError
from briefgen.model.recipient import Recipient
from briefgen.recipients.importers.base import MAX_BYTES, check_has_name
from briefgen.recipients.importers.registry import Importer, ImportOptions, ImportResult
from briefgen.recipients.validation import RecipientBuilder, register_id
from briefgen.system.files import read_limited_bytes

_LINE = re.compile(
    r"(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<parameters>(?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(?P<value>.*)"
)
_PARTS = re.compile(r"(?:[^;\\]|\\.)*")
_MAX_LINES = 2_000
"""Lines of one card, pictures among them."""
_GENDERS = {"F": "f", "M": "m"}


@dataclass(frozen=True, slots=True)
class _Property:
    """One line of a card."""

    name: str
    types: frozenset[str]
    value: str

    def parts(self) -> list[str]:
        """Return the parts of a structured value, `N` or `ADR`."""
        found, position = [], 0
        while position <= len(self.value):
            match = _PARTS.match(self.value, position)
            assert match is not None
            found.append(_unescape(match[0]))
            position = match.end() + 1
        return found

    def text(self) -> str:
        """Return the value as text."""
        return _unescape(self.value)


@dataclass(frozen=True, slots=True)
class _Card:
    line: int
    properties: Sequence[_Property]

    def find(self, name: str) -> _Property | None:
        """Return the property for work, else the preferred one, else the first that is not empty."""
        filled = [one for one in self.properties if one.name == name and one.value.strip(" ;")]
        ranked = sorted(filled, key=lambda one: ("work" not in one.types, "pref" not in one.types))
        return ranked[0] if ranked else None

    def text(self, name: str) -> str:
        """Return the text of a property; empty if there is none."""
        found = self.find(name)
        return found.text() if found else ""


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], text).strip()


def read_vcards(
    path: Path,
    options: ImportOptions,
    offices: Collection[str],
    problems: ProblemList,
    seen: dict[str, Place],
) -> ImportResult:
    """Read the cards of a file; one that is damaged is reported, and the others are kept.

    Raise StorageError if the file cannot be read or is not UTF-8, BriefgenError if it has no card.
    """
    display_name = str(path)
    raw = read_limited_bytes(path, display_name, MAX_BYTES)
    try:
        text = raw.decode(options.encoding if options.encoding.lower() != "utf-8" else "utf-8-sig")
    except (UnicodeError, LookupError):
        hint = "export the cards again as vCard 3.0 or 4.0, or name their encoding with --encoding"
        problem = Problem(
            "recipients-encoding", f"is not {options.encoding.upper()}", Place(display_name), hint
        )
        raise StorageError(problem) from None
    cards = list(_split_cards(text, display_name, problems))
    if not cards:
        message, hint = "there is no card in it", "is this a vCard file? The ending is .vcf"
        raise BriefgenError(Problem("vcard-file", message, Place(display_name), hint))
    found: list[Recipient] = []
    for number, card in enumerate(cards, start=1):
        place = Place(display_name, card.line)
        recipient = _build_card_recipient(card, number, place, options, offices, problems)
        if recipient and register_id(recipient, f"card {number}", place, seen, problems):
            found.append(recipient)
    return ImportResult(found, None, len(cards))


def _split_cards(text: str, display_name: str, problems: ProblemList) -> Iterator[_Card]:
    begun: int | None = None
    properties: list[_Property] = []
    for line, content in _unfold_lines(text):
        word = content.strip().upper()
        if word == "BEGIN:VCARD":
            if begun is not None:
                problems.add(_damaged_card(Place(display_name, begun)))
            begun, properties = line, []
        elif word == "END:VCARD" and begun is not None:
            yield _Card(begun, properties)
            begun = None
        elif begun is not None and len(properties) < _MAX_LINES and (found := _parse_property(content)):
            properties.append(found)
    if begun is not None:
        problems.add(_damaged_card(Place(display_name, begun)))


def _damaged_card(place: Place) -> Problem:
    return Problem(
        "vcard-file", "the card that begins here has no end; it is left out", place, "export it again"
    )


def _unfold_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the logical lines with the numbers on which they begin."""
    begun, parts = 1, [""]
    for number, line in enumerate(text.splitlines(), start=1):
        if line[:1] in (" ", "\t"):
            parts.append(line[1:])
        elif parts[-1].endswith("=") and "QUOTED-PRINTABLE" in parts[0].upper():
            parts[-1] = parts[-1][:-1]
            parts.append(line)
        else:
            yield begun, "".join(parts)
            begun, parts = number, [line]
    yield begun, "".join(parts)


def _parse_property(line: str) -> _Property | None:
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    parameters = match["parameters"].replace('"', "").upper().split(";")[1:]
    value, charset = match["value"], "utf-8"
    types: set[str] = set()
    for parameter in parameters:
        key, _, setting = parameter.rpartition("=")
        if key in ("", "TYPE"):
            types.update(word.lower() for word in setting.split(","))
        elif key == "PREF":
            types.add("pref")
        elif key == "CHARSET":
            charset = setting
    if any("QUOTED-PRINTABLE" in parameter for parameter in parameters):
        try:
            value = quopri.decodestring(value.encode("latin-1", "replace")).decode(charset, "replace")
        except LookupError:
            return None
    return _Property(match["name"].upper(), frozenset(types), value)


def _build_card_recipient(
    card: _Card,
    number: int,
    place: Place,
    options: ImportOptions,
    offices: Collection[str],
    problems: ProblemList,
) -> Recipient | None:
    family, given, middle, prefix, suffix = ((name.parts() if (name := card.find("N")) else []) + [""] * 5)[
        :5
    ]
    organisation = card.find("ORG")
    unit = [part for part in organisation.parts() if part] if organisation else []
    formatted = card.text("FN")
    is_person = bool(given or family) or (
        formatted and formatted not in (" ".join(unit), unit[0] if unit else "")
    )
    known = {
        "honorific": prefix,
        "name": "" if given and family else formatted if is_person else "",
        "given": " ".join(filter(None, (given, middle))),
        "family": family,
        **_split_suffix(suffix),
        "gender": _GENDERS.get((card.text("GENDER") or card.text("X-GENDER"))[:1].upper(), ""),
        "role": card.text("TITLE") or card.text("ROLE"),
        "organisation": ", ".join(unit) or ("" if is_person else formatted),
        "email": card.text("EMAIL"),
        "tags": ";".join(_split_list(card.text("CATEGORIES"))),
        **_read_card_address(card.find("ADR")),
    }
    label = f"card {number} ({formatted or known['family'] or known['organisation'] or 'without a name'})"
    default = {"office": "person" if is_person else "organisation"}
    filled = {**default, **options.columns.defaults, **{key: text for key, text in known.items() if text}}
    if not (is_person or filled.get("organisation")):
        check_has_name(label, {}, place, problems)
        return None
    return RecipientBuilder(place, label, problems).build(filled, {}, offices)


def _split_suffix(suffix: str) -> Mapping[str, str]:
    """Return the part after a name as suffix (`Jr.`) or as letters (`MP`)."""
    is_suffix = re.fullmatch(r"(?:jr|sr|junior|senior|i{2,3}|iv|v)\.?", suffix, re.IGNORECASE)
    return {"suffix" if is_suffix else "postnominals": suffix}


def _split_list(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;]", text) if part.strip()]


def _read_card_address(address: _Property | None) -> dict[str, str]:
    if address is None:
        return {}
    box, extended, street, locality, region, code, country = (address.parts() + [""] * 7)[:7]
    lines = "\n".join(part for part in (extended, street, box) if part)
    return {"address": lines, "locality": locality, "region": region, "postal_code": code, "country": country}


def _import_vcards(
    paths: Sequence[Path], options: ImportOptions, offices: Collection[str], problems: ProblemList
) -> list[ImportResult]:
    seen: dict[str, Place] = {}
    return [read_vcards(path, options, offices, problems, seen) for path in paths]


IMPORTER = Importer(
    "vcard",
    "Import address-book cards (vCard), as mail programs and phones save them.",
    _import_vcards,
    "Files with cards (.vcf).",
    frozenset({"set", "encoding"}),
)

"""Turns a mail-merge letter of Word into a text in Markdown for a campaign, with its fields as columns."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from briefgen.errors import BriefgenError, Place, Problem, quantity
from briefgen.inspect.merge_docx import (
    MergeField,
    MergeLetter,
    MergeParagraph,
    MergeText,
    iter_fields,
    read_merge_letter,
)
from briefgen.model.leftovers import FIELD_WORD
from briefgen.recipients.foreign_words import fold_words, header_words
from briefgen.recipients.schema import COLUMNS_BY_NAME

_FIRST_NESTED = 0xE000
_TOKEN = re.compile(r'\\(?:[*@#]|[a-zA-Z])|["“”]([^"“”]*)["“”]|[^\s"“”]+')
_TYPED_FIELD = re.compile(rf"«\s?({FIELD_WORD}|\w{{0,30}}[_\d]\w{{0,30}}|[A-Z]\w{{1,30}})\s?»")
_SALUTATION = re.compile(
    r"(?:Dear|To whom|Sehr|Liebe[rs]?|Madame|Monsieur|Mesdames|Estimad[oa]|Muy señor|Distinguid[oa]|Hello)\b",
    re.I,
)
_CLOSE = re.compile(
    r"(?:Yours|Sincerely|Respectfully|Faithfully|Kind regards|Best regards|Best wishes|Regards"
    r"|With (?:kind|best|warm)|Mit (?:freundlich|besten|herzlich)|Hochachtungsvoll|Cordialement|Veuillez"
    r"|Je vous prie|Atentamente|Cordialmente|Saludos)\b",
    re.I,
)
_LONGEST_CLOSE = 12
"""Words of a close that is a line of its own."""
_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")
_LINE_START = re.compile(r"^(\s*)(#{1,6}\s|[-+]\s|>\s|\d{1,3}[.)]\s)")
_COMPARISONS = {"=": "==", "<>": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_ADDRESS_COLUMNS = frozenset({"more_address"})


@dataclass(slots=True)
class ImportedTemplate:
    """A text in Markdown, where its fields went, and what could not be taken."""

    text: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    """What prints each field, by the field's name: `recipient.family`, `fields.met`."""
    from_frame: list[str] = field(default_factory=list)
    """Lines that briefgen prints itself, so that the text does not need them."""
    problems: list[Problem] = field(default_factory=list)


def import_merge_letter(path: Path) -> ImportedTemplate:
    """Return a mail-merge letter as a text; raise BriefgenError if it cannot be read, or has no text."""
    letter = read_merge_letter(path)
    importer = _LetterImporter(letter, Place(str(path)))
    found = importer.convert()
    if not found.text.strip():
        message, hint = (
            "has no words between salutation and close",
            "give the letter that the mail merge starts from",
        )
        raise BriefgenError(Problem("merge-empty", message, Place(str(path)), hint))
    return found


@dataclass(slots=True)
class _LetterImporter:
    letter: MergeLetter
    place: Place
    found: ImportedTemplate = field(default_factory=ImportedTemplate)
    _refused: dict[str, None] = field(default_factory=dict)

    def convert(self) -> ImportedTemplate:
        paragraphs = [one for one in self.letter.paragraphs if one.pieces]
        first, last = self._find_body(paragraphs)
        frame = [*paragraphs[:first], *paragraphs[last:]]
        postscript = [one for one in frame if re.match(r"P\.?\s?S\.?\b", _plain(one))]
        self.found.from_frame = [text for one in frame if one not in postscript and (text := _plain(one))]
        blocks = list(self._write_blocks([*paragraphs[first:last], *postscript]))
        self.found.text = "\n\n".join(blocks) + "\n" if blocks else ""
        self._name_other_contents()
        return self.found

    def _find_body(self, paragraphs: Sequence[MergeParagraph]) -> tuple[int, int]:
        """Return where the text begins, after the salutation, and where it ends, before the close."""
        texts = [_plain(one) for one in paragraphs]
        first = next(
            (number + 1 for number, one in enumerate(paragraphs) if _is_salutation(one, texts[number])), 0
        )
        if not first:
            self._refuse(
                "merge-salutation",
                "no salutation was found, so the whole letter was taken as its text",
                "remove from it what briefgen prints itself: address, date, salutation, close, signature",
            )
        ends = [number for number, text in enumerate(texts) if number >= first and _is_close(text)]
        return first, ends[-1] if ends else len(paragraphs)

    # Paragraphs

    def _write_blocks(self, paragraphs: Sequence[MergeParagraph]) -> Iterator[str]:
        position = 0
        while position < len(paragraphs):
            one = paragraphs[position]
            end = position + 1
            if one.cell is not None:
                while end < len(paragraphs) and (cell := paragraphs[end].cell) and cell[0] == one.cell[0]:
                    end += 1
                yield self._write_table(paragraphs[position:end])
            elif one.list_kind:
                while end < len(paragraphs) and paragraphs[end].list_kind == one.list_kind:
                    end += 1
                sign = "- " if one.list_kind == "bullet" else "1. "
                yield "\n".join(
                    sign + self._write_inline(each).replace("\\\n", " ") for each in paragraphs[position:end]
                )
            elif text := self._write_inline(one).strip():
                heading = f"{'#' * min(max(one.heading + 1, 2), 3)} " if one.heading else ""
                yield heading + (text if heading else _LINE_START.sub(r"\1\\\2", text))
            position = end

    def _write_table(self, paragraphs: Sequence[MergeParagraph]) -> str:
        rows: dict[int, dict[int, list[str]]] = {}
        for one in paragraphs:
            assert one.cell is not None
            text = self._write_inline(one).replace("\\\n", " ").strip()
            rows.setdefault(one.cell[1], {}).setdefault(one.cell[2], []).append(text)
        columns = 1 + max(column for row in rows.values() for column in row)
        lines = [[" ".join(row.get(column, [])) for column in range(columns)] for row in rows.values()]
        head, *rest = [f"| {' | '.join(line)} |" for line in lines]
        return "\n".join([head, "|" + " --- |" * columns, *rest])

    def _write_inline(self, paragraph: MergeParagraph) -> str:
        parts: list[tuple[str, bool, bool]] = []
        for piece in paragraph.pieces:
            written = (
                self._write_text(piece.text) if isinstance(piece, MergeText) else self._write_field(piece)
            )
            if parts and parts[-1][1:] == (piece.bold, piece.italic):
                parts[-1] = (parts[-1][0] + written, piece.bold, piece.italic)
            elif written:
                parts.append((written, piece.bold, piece.italic))
        return "".join(_emphasise(*one) for one in parts)

    def _write_text(self, text: str) -> str:
        written, end = "", 0
        for typed in _TYPED_FIELD.finditer(text):
            written += _escape(text[end : typed.start()]) + self._print(typed[1])
            end = typed.end()
        return written + _escape(text[end:])

    # Fields

    def _write_field(self, one: MergeField) -> str:
        nested: list[MergeField] = []
        text = ""
        for part in one.instruction:
            if isinstance(part, MergeField):
                text += chr(_FIRST_NESTED + len(nested))
                nested.append(part)
            else:
                text += part
        tokens = [match[1] if match[1] is not None else match[0] for match in _TOKEN.finditer(text)]
        name = tokens[0].upper() if tokens else ""
        write = _WRITERS.get(name)
        if write is not None:
            return write(self, tokens[1:], nested)
        shown = "".join(one.result).strip()
        message = f"the field {name or 'without a name'} was not taken; its last result is in the text"
        hint = (
            "see what it should print, and write that" if shown else "see whether something is missing there"
        )
        self._refuse("merge-field", message if shown else f"the field {name} was not taken", hint)
        return _escape(shown)

    def _write_merge_field(self, tokens: Sequence[str], nested: Sequence[MergeField]) -> str:
        if not tokens:
            return ""
        name, value = tokens[0], self._value(tokens[0])
        before = after = ""
        switches = iter(tokens[1:])
        for switch in switches:
            argument = next(switches, "") if switch not in ("\\m", "\\v") else ""
            if switch == "\\b":
                before = argument
            elif switch == "\\f":
                after = argument
            elif switch == "\\*" and argument.lower() in _FORMATS:
                value += _FORMATS[argument.lower()]
            elif switch == "\\*" and argument.lower() in ("mergeformat", "charformat"):
                continue
            else:
                self._refuse(
                    "merge-switch",
                    f"the switch {switch} {argument} of {name} was not taken".replace("  ", " "),
                    "write the number or date in the list as it is to be printed",
                )
        printed = f"{{{{ {value} }}}}"
        if before or after:
            printed = f"{{% if {self._value(name)} %}}{_escape(before)}{printed}{_escape(after)}{{% endif %}}"
        return printed

    def _write_condition(self, tokens: Sequence[str], nested: Sequence[MergeField]) -> str:
        tokens = [*tokens, "", ""]
        if len(tokens) < 5 or tokens[1] not in _COMPARISONS or "*" in tokens[2]:
            self._refuse(
                "merge-field", "a condition (IF) was not taken", "write it as {% if … %}: docs/templates.md"
            )
            return ""
        left, right = (self._operand(one, nested) for one in (tokens[0], tokens[2]))
        comparison = _COMPARISONS[tokens[1]]
        if comparison not in ("==", "!="):
            left, right = f"({left} | float)", f"({right} | float)"
        then, other = (self._write_result(one, nested) for one in tokens[3:5])
        alternative = f"{{% else %}}{other}" if other else ""
        return f"{{% if {left} {comparison} {right} %}}{then}{alternative}{{% endif %}}"

    def _operand(self, token: str, nested: Sequence[MergeField]) -> str:
        """Return one side of a comparison as an expression."""
        if len(token) == 1 and 0 <= ord(token) - _FIRST_NESTED < len(nested):
            words = "".join(
                one for one in nested[ord(token) - _FIRST_NESTED].instruction if isinstance(one, str)
            )
            named = [match[1] if match[1] is not None else match[0] for match in _TOKEN.finditer(words)]
            if len(named) > 1 and named[0].upper() == "MERGEFIELD":
                return self._value(named[1])
        return json.dumps(token, ensure_ascii=False)

    def _write_result(self, token: str, nested: Sequence[MergeField]) -> str:
        return "".join(
            self._write_field(nested[ord(char) - _FIRST_NESTED])
            if 0 <= ord(char) - _FIRST_NESTED < len(nested)
            else _escape(char)
            for char in token
        )

    def _write_date(self, tokens: Sequence[str], nested: Sequence[MergeField]) -> str:
        return "{{ date }}"

    def _write_nothing(self, tokens: Sequence[str], nested: Sequence[MergeField]) -> str:
        return ""

    def _refuse_record_field(self, tokens: Sequence[str], nested: Sequence[MergeField]) -> str:
        message = "fields that go to another recipient within a letter (NEXT, SKIPIF …) were not taken"
        self._refuse(
            "merge-field", message, "each recipient has a letter; leave people out of the list instead"
        )
        return ""

    def _print(self, name: str) -> str:
        return f"{{{{ {self._value(name)} }}}}"

    def _value(self, name: str) -> str:
        """Return the expression that prints a field, and note where it went."""
        name = name.strip()
        column = _find_column(name)
        if column in _ADDRESS_COLUMNS or column == "address":
            value = 'recipient.address | join(", ")'
        elif column:
            value = f"recipient.{column}"
        elif re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            value = f'fields.{name} | default("")'
        else:
            value = f'fields[{json.dumps(name, ensure_ascii=False)}] | default("")'
        self.found.columns[name] = value.removesuffix(' | default("")')
        return value if "|" not in value else f"({value})"

    # What is not taken

    def _refuse(self, code: str, message: str, hint: str) -> None:
        if message not in self._refused:
            self._refused[message] = None
            self.found.problems.append(Problem(code, message, self.place, hint, severity="warning"))

    def _name_other_contents(self) -> None:
        letter = self.letter
        for number, noun, hint in (
            (
                letter.pictures,
                "picture",
                "write ![what it shows](file.png), or put a logo under letterhead.logo",
            ),
            (letter.text_boxes, "text box", "write its words into the text, if the letter needs them"),
            (letter.notes, "note", "notes belong to statements: briefgen snippets new"),
            (
                letter.underlined,
                "underlined passage",
                "letters do not underline; *italics* and **bold** are there",
            ),
            (letter.coloured, "coloured passage", "colours are in campaign.yaml, under letterhead.colours"),
            (
                letter.aligned,
                "centred or right-aligned paragraph",
                "the layout is in campaign.yaml, under letter.layout",
            ),
            (letter.revisions, "tracked change", "they were read as if accepted"),
        ):
            if number:
                self._refuse("merge-left", f"{quantity(number, noun)} not taken", hint)
        if letter.has_heads:
            hint = "use the file as letterhead: sender.letterhead in campaign.yaml"
            self._refuse("merge-left", "headers and footers were not taken", hint)


_FieldWriter = Callable[[_LetterImporter, Sequence[str], Sequence[MergeField]], str]
_WRITERS: dict[str, _FieldWriter] = {
    "MERGEFIELD": _LetterImporter._write_merge_field,
    "IF": _LetterImporter._write_condition,
    "DATE": _LetterImporter._write_date,
    "CREATEDATE": _LetterImporter._write_date,
    "SAVEDATE": _LetterImporter._write_date,
    "TIME": _LetterImporter._write_date,
    "ADDRESSBLOCK": _LetterImporter._write_nothing,
    "GREETINGLINE": _LetterImporter._write_nothing,
    "NEXT": _LetterImporter._refuse_record_field,
    "NEXTIF": _LetterImporter._refuse_record_field,
    "SKIPIF": _LetterImporter._refuse_record_field,
    "MERGEREC": _LetterImporter._refuse_record_field,
    "MERGESEQ": _LetterImporter._refuse_record_field,
}
_FORMATS = {"upper": " | upper", "lower": " | lower", "caps": " | title", "firstcap": " | capitalize"}


def _find_column(name: str) -> str:
    """Return our column for a field's name, as the reader of lists recognises it; empty if there is none."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name)
    for one in (name, plain):
        if (ours := "_".join(one.lower().replace("-", " ").replace("_", " ").split())) in COLUMNS_BY_NAME:
            return ours
        if column := header_words().get(fold_words(one), ""):
            return column
    return ""


def _plain(paragraph: MergeParagraph) -> str:
    """Return the words of a paragraph, with fields as «name»."""
    parts = [
        piece.text if isinstance(piece, MergeText) else f"«{_name_of(piece)}»" for piece in paragraph.pieces
    ]
    return " ".join("".join(parts).split())


def _name_of(one: MergeField) -> str:
    words = "".join(part for part in one.instruction if isinstance(part, str)).split()
    return (
        words[1] if len(words) > 1 and words[0].upper() == "MERGEFIELD" else words[0] if words else ""
    ).strip('"')


def _is_salutation(paragraph: MergeParagraph, text: str) -> bool:
    if any(_name_of(one).upper() == "GREETINGLINE" for one in iter_fields(paragraph.pieces)):
        return True
    return _SALUTATION.match(text) is not None and (text[-1:] in ",:!»" or len(text.split()) < _LONGEST_CLOSE)


def _is_close(text: str) -> bool:
    return _CLOSE.match(text) is not None and len(text.split()) <= _LONGEST_CLOSE


def _escape(text: str) -> str:
    """Return words as Markdown that prints them, and that no template mark is in."""
    written = _SPECIAL.sub(r"\\\1", text).replace("\n", "\\\n")
    return re.sub(r"\{(?=[{%#])", '{{ "{" }}', written)


def _emphasise(text: str, bold: bool, italic: bool) -> str:
    core = text.strip()
    if not core or not (bold or italic):
        return text
    mark = "***" if bold and italic else "**" if bold else "*"
    lead = text[: len(text) - len(text.lstrip())]
    return f"{lead}{mark}{core}{mark}{text[len(text.rstrip()) :]}"

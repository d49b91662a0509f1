"""Proves each piece of evidence: quotes against texts or the lock, attested readings, sums.

It looks at evidence alone; whether a wording keeps to it is judged in briefgen.evidence.wording_checks.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from briefgen import __version__
from briefgen.data import word_list
from briefgen.errors import Place, Problem, ProblemList, suggest
from briefgen.evidence.dates import read_edtf
from briefgen.evidence.lock import Card, QuoteEntry, quote_hash, quote_key
from briefgen.evidence.normalize import Text, fingerprint
from briefgen.evidence.numbers import Number, read_numbers
from briefgen.evidence.passages import Ground, Material, Passage, Told
from briefgen.evidence.provenance import rests
from briefgen.evidence.quotes import (
    MAX_WORDS,
    Match,
    cut_number,
    find_quote,
    nearest_passage,
    quote_words,
    telling_prefixes,
)
from briefgen.model.snippet import Evidence, Snippet

_OPERATORS: Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", "–": "-", "\u00a0": " ", "\u202f": " "})
MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Sum:
    """A computation as written: what is computed from which figures, and what is said to come out."""

    figures: tuple[Fraction, ...]
    """The numbers on the left side, each to be proved elsewhere."""
    exact: Fraction
    said: Number


def read_sum(text: str) -> Sum | str:
    """Read `20000 / 2310485 = 0.9 %`; a string says what is wrong with it.

    The right side must be the left side rounded to the digits shown; a percentage is a hundred times it.
    """
    if len(text) > MAX_LENGTH:
        return f"longer than {MAX_LENGTH} characters"
    sides = re.split(r"[=≈]", text.translate(_SIGNS))
    if len(sides) != 2:
        return "one equals sign is expected"
    said = read_numbers(sides[1].strip())
    if len(said) != 1 or said[0].kind not in ("amount", "date") or said[0].is_range:
        return f"one number is expected behind the equals sign, not {sides[1].strip()!r}"
    number = _as_amount(said[0])
    left = re.sub(r"(?<=\d),(?=\d{3})", "", sides[0]).strip()
    try:
        tree = ast.parse(left, mode="eval")
        figures: list[Fraction] = []
        exact = _value(tree.body, left, figures)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return f"{sides[0].strip()!r} is not a sum of figures with + - * / and brackets"
    except ZeroDivisionError:
        return "a division by zero"
    shown = re.search(r"\d[\d,]*(?:\.(\d+))?", sides[1])
    digits = len(shown.group(1) or "") if shown else 0
    scale = 100 if number.unit == "percent" else 1
    written = Fraction(re.sub(",", "", shown.group())) if shown else number.low
    factor = number.low / written if written else Fraction(1)
    half = Fraction(1, 2 * 10**digits)
    if abs(exact * scale / factor - written) > half:
        right = float(round(exact * scale / factor, digits))
        return f"the left side gives {right:,.{digits}f}, not {shown.group() if shown else number}"
    return Sum(tuple(figures), exact, number)


def _as_amount(number: Number) -> Number:
    """A bare year behind the equals sign is a count."""
    if number.kind != "date":
        return number
    value = Fraction(number.date[0] or 0)
    return Number("amount", number.words, number.start, number.end, value, value)


def _value(node: ast.expr, source: str, figures: list[Fraction]) -> Fraction:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        written = ast.get_source_segment(source, node) or ""
        if not re.fullmatch(r"\d{1,30}(?:\.\d{1,30})?", written):
            raise ValueError("not a figure")
        # The digits as written: a binary fraction would not be exact.
        figure = Fraction(written)
        figures.append(figure)
        return figure
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left = _value(node.left, source, figures)
        return _OPERATORS[type(node.op)](left, _value(node.right, source, figures))
    raise ValueError("not a sum")


How = Literal["proved", "unchanged", "attested", "computed", "failed"]


@dataclass(slots=True)
class Proofs:
    """What came of proving one card's evidence."""

    how: list[How] = field(default_factory=list)
    """One for each piece of evidence, in order."""
    matches: dict[int, Match] = field(default_factory=dict)
    """Where quotes stand, by position of the evidence; only with the text at hand."""
    sums: dict[int, Sum] = field(default_factory=dict)


def prove(card: Card, material: Material, findings: ProblemList) -> tuple[Proofs, Ground]:
    """Prove all evidence of a card; problems go to `findings`. Also says what its wordings may rest on."""
    proofs = Proofs()
    for index, evidence in enumerate(card.evidence):
        place = card.at("evidence", index)
        sound = _check_sources(evidence, material, place, findings)
        sound &= _check_locator(evidence, card, index, findings)
        if evidence.quote is not None:
            how = _prove_quote(card, index, material, proofs, findings) if sound else "failed"
        elif evidence.attested is not None:
            how = _check_attested(evidence, card.at("evidence", index, "attested"), findings)
        else:
            how = _check_sum(evidence, index, proofs, card.at("evidence", index, "computed"), findings)
        proofs.how.append(how)
    ground = ground_of(card, material, proofs)
    if ground.complete:
        _check_figures(card, proofs, ground, findings)
    return proofs, ground


# -- sources and locators


def _check_sources(evidence: Evidence, material: Material, place: Place, findings: ProblemList) -> bool:
    named = [evidence.source] if evidence.source else []
    named += [via.source for via in evidence.via]
    sound = True
    for source in named:
        if source not in material.references:
            hint = suggest(source, material.references) or "add it to seeds/references.json"
            findings.add(Problem("source-unknown", f"no work has the id {source!r}", place, hint))
            sound = False
    chain = [via.source for via in evidence.via]
    if evidence.source is None and chain:
        findings.add(
            Problem(
                "via-circular", "a computation has no `via`", place, "give it to the evidence of the figures"
            )
        )
    for position, source in enumerate(chain):
        later = [*chain[position + 1 :], evidence.source]
        grounds = rests(source, material.rests_on)
        back = next((name for name in later if name is not None and name in grounds), None)
        if back is not None:
            why = "is named twice in the chain" if back == source else f"itself rests on {back}"
            findings.add(
                Problem(
                    "via-circular",
                    f"{source} {why}, so the chain leads back to where it began",
                    place,
                    "cite the work that is read, and name in `via` only who said it independently before",
                )
            )
    return sound


def _check_locator(evidence: Evidence, card: Card, index: int, findings: ProblemList) -> bool:
    place = card.at("evidence", index, "locator")
    if not evidence.locator:
        if evidence.quote is None:
            return True
        findings.add(
            Problem("locator-missing", "the quote has no locator", place, "add locator: {paragraph: 5}")
        )
        return False
    label, value = next(iter(evidence.locator.items()))
    known = word_list("locators", "labels")
    if label not in known:
        findings.add(
            Problem("locator-label", f"{label!r} is not a locator of CSL", place, suggest(label, known))
        )
        return False
    if signs := "".join(sorted(set("{}|") & set(value))):
        # pandoc, which formats citations, gives them a meaning of their own.
        findings.add(
            Problem(
                "locator-value",
                f"the locator {value!r} holds what cannot be printed in a citation: {signs}",
                place,
                "write it with other signs",
            )
        )
        return False
    if label == "paragraph" and evidence.quote is not None and not (value.isascii() and value.isdigit()):
        findings.add(
            Problem(
                "locator-label",
                f"paragraph {value!r} is not the number of a paragraph",
                place,
                "a quote stands in one paragraph; write its number",
            )
        )
        return False
    return True


# -- quotes


def _prove_quote(card: Card, index: int, material: Material, proofs: Proofs, findings: ProblemList) -> How:
    evidence = card.evidence[index]
    place = card.at("evidence", index, "quote")
    source = evidence.source or ""
    kept = quote_words(evidence.quote or "")
    if not 1 <= kept <= MAX_WORDS:
        hint = "keep the first and last words and put … between them" if kept else "quote the source's words"
        findings.add(
            Problem("quote-length", f"the quote keeps {kept} words of at most {MAX_WORDS}", place, hint)
        )
    record = material.records.get(source)
    if record is None:
        hint = "record its text with briefgen sources add, or use `attested`"
        findings.add(Problem("text-unrecorded", f"no text of {source} is recorded", place, hint))
        return "failed"
    number = _paragraph(evidence)
    if number is not None and not 1 <= number <= len(record.paragraphs):
        findings.add(
            Problem(
                "locator-beyond",
                f"{source} has {len(record.paragraphs)} paragraphs, not {number}",
                card.at("evidence", index, "locator"),
                "count its body paragraphs without titles and other furniture",
            )
        )
        return "failed"
    text = material.texts.get(source)
    if text is not None:
        match = locate(text, evidence, place, findings)
        if match is None:
            return "failed"
        proofs.matches[index] = match
        return "proved"
    entry = material.lock.quotes.get(quote_key(card, index))
    if entry is None or not _holds(entry, evidence, record.sha256):
        why = "was changed since it was proved" if entry else "was never proved"
        findings.add(
            Problem(
                "quote-unproved",
                f"the quote {why}, and the text of {source} is not at hand",
                place,
                f"put the text into seeds/texts/{source}.txt, or give --text {source}=FILE, and check again",
                wording=evidence.quote,
            )
        )
        return "failed"
    return "unchanged"


def _holds(entry: QuoteEntry, evidence: Evidence, text_sha256: str) -> bool:
    number = _paragraph(evidence)
    return (
        entry.quote == quote_hash(evidence)
        and entry.source == evidence.source
        and entry.text == text_sha256
        and (number is None or entry.paragraph == number)
    )


def _paragraph(evidence: Evidence) -> int | None:
    value = evidence.locator.get("paragraph")
    return int(value) if value is not None else None


def locate(text: Text, evidence: Evidence, place: Place, findings: ProblemList) -> Match | None:
    """The one place of a quote at its locator; where there is none or more than one, say what there is."""
    quote = evidence.quote or ""
    matches = find_quote(text, quote, evidence.prefix, evidence.suffix)
    number = _paragraph(evidence)
    if not matches:
        findings.add(_missing(text, evidence, place))
        return None
    if len(matches) > 1:
        findings.add(_twice(matches, quote, place))
        return None
    if number is not None and matches[0].paragraph.number != number:
        there = matches[0].paragraph.number
        findings.add(
            Problem(
                "quote-elsewhere",
                f"the quote stands in paragraph {there} of {text.source}, not {number}",
                place,
                f"write locator: {{paragraph: {there}}}, if the claim belongs there",
                wording=quote,
                passage=matches[0].passage,
            )
        )
        return None
    return matches[0]


def _missing(text: Text, evidence: Evidence, place: Place) -> Problem:
    quote = evidence.quote or ""
    if (evidence.prefix or evidence.suffix) and find_quote(text, quote):
        message = f"the quote does not stand between its prefix and suffix in {text.source}"
        return Problem("quote-missing", message, place, "correct the prefix and suffix", wording=quote)
    number = _paragraph(evidence)
    own = [paragraph for paragraph in text.paragraphs if paragraph.number == number]
    nearest = nearest_passage(own, quote) or nearest_passage(text.paragraphs, quote)
    elsewhere = nearest_passage(text.paragraphs, quote)
    if nearest and elsewhere and nearest.passage.count("+}") > elsewhere.passage.count("+}"):
        nearest = elsewhere
    message = f"the quote does not stand in {text.source}"
    cut = cut_number(text, quote)
    if cut:
        message = f"the quote cuts the number {cut!r} in two"
        return Problem(
            "quote-missing", message, place, "quote the whole number, or none of it", wording=quote
        )
    if nearest is None:
        return Problem("quote-missing", message, place, "copy its words from the text", wording=quote)
    if nearest.changed:
        message += f"; {' and '.join(nearest.changed)} differs"
    hint = f"nearest, in paragraph {nearest.paragraph}: {nearest.passage}"
    return Problem("quote-missing", message, place, hint, wording=quote, passage=nearest.passage)


def _twice(matches: Sequence[Match], quote: str, place: Place) -> Problem:
    settled = telling_prefixes(matches)
    where = [
        f"paragraph {match.paragraph.number} ({kind}: {words!r})"
        for match, (kind, words) in zip(matches, settled, strict=True)
    ]
    return Problem(
        "quote-twice",
        f"the quote stands {len(matches)} times: {', '.join(where)}",
        place,
        "add the prefix or suffix shown for the one that is meant, or quote more words",
        wording=quote,
    )


# -- attested readings and sums


def _check_attested(evidence: Evidence, place: Place, findings: ProblemList) -> How:
    attested = evidence.attested
    if attested is None or not attested.by.strip() or not attested.said.strip():
        findings.add(
            Problem(
                "attested-incomplete",
                "who read it, or what it says, is missing",
                place,
                "fill in by and said",
            )
        )
        return "failed"
    if not is_day(attested.on):
        findings.add(
            Problem("attested-incomplete", f"on: {attested.on!r} is not a day", place, "write on: 2026-11-23")
        )
        return "failed"
    return "attested"


def is_day(text: str) -> bool:
    """Whether a text is an ISO date of one day."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check_sum(evidence: Evidence, index: int, proofs: Proofs, place: Place, findings: ProblemList) -> How:
    computed = read_sum(evidence.computed or "")
    if isinstance(computed, str):
        findings.add(
            Problem("sum-wrong", f"{evidence.computed!r}: {computed}", place, "write 20000 / 2310485 = 0.9 %")
        )
        return "failed"
    proofs.sums[index] = computed
    return "computed"


def _check_figures(card: Card, proofs: Proofs, ground: Ground, findings: ProblemList) -> None:
    """Every figure of a sum must be told by other evidence of the same card."""
    told = {end for item in ground.told() for end in _ends(item)}
    for index, computed in proofs.sums.items():
        other = {sum_.said.low for position, sum_ in proofs.sums.items() if position != index}
        for figure in computed.figures:
            if figure not in told | other:
                findings.add(
                    Problem(
                        "sum-figure",
                        f"no other evidence tells the figure {float(figure):,.15g}",
                        card.at("evidence", index, "computed"),
                        "add the evidence that it comes from",
                        passage=ground.shown(),
                    )
                )


def _ends(told: Told) -> tuple[Fraction, ...]:
    number = told.number
    if number.kind == "date":
        return (Fraction(number.date[0]),) if number.date[0] is not None else ()
    return (number.low, number.high) if number.kind == "amount" else ()


# -- the ground of a card


def ground_of(card: Card, material: Material, proofs: Proofs, row: int | None = None) -> Ground:
    """What a card's wordings may rest on; of a figure's datum, what its own evidence tells."""
    datum = isinstance(card, Snippet) and row is not None
    own = range(len(card.evidence))
    if isinstance(card, Snippet) and row is not None:
        own = card.evidence_of(row)
    evidences = [card.evidence[index] for index in own]
    references = [
        material.references[name]
        for evidence in evidences
        for name in (evidence.source, *(via.source for via in evidence.via))
        if name is not None and name in material.references
    ]
    locators = [
        pair
        for evidence in evidences
        for locator in (evidence.locator, *(via.locator for via in evidence.via))
        for pair in locator.items()
    ]
    missing = [
        index for index in own if card.evidence[index].quote is not None and index not in proofs.matches
    ]
    return Ground(
        passages=tuple(passage for passage in _passages(card, proofs) if passage.evidence in own),
        computed=tuple(computed.said for index, computed in proofs.sums.items() if index in own),
        dates=() if datum else tuple(_dates(card)),
        cited=tuple({reference.id: reference for reference in references}.values()),
        locators=tuple(dict.fromkeys(locators)),
        complete=not missing,
    )


def _passages(card: Card, proofs: Proofs) -> Iterator[Passage]:
    for index, evidence in enumerate(card.evidence):
        match = proofs.matches.get(index)
        if match is not None:
            yield Passage(index, match.passage, match.paragraph, match.passage_span)
        elif evidence.attested is not None:
            yield Passage(index, evidence.attested.said)


def _dates(card: Card) -> Iterator[Number]:
    span = read_edtf(card.as_of) if isinstance(card, Snippet) else None
    for parts in span.parts if span else ():
        yield Number("date", card.as_of if isinstance(card, Snippet) else "", 0, 0, date=parts)


def quote_entry(evidence: Evidence, match: Match, text: Text, on: str) -> QuoteEntry:
    """What the lock keeps of a quote that was proved on a day (ISO date)."""
    start, end = match.in_file()
    return QuoteEntry(
        quote=quote_hash(evidence),
        passage=fingerprint(match.paragraph.normal.text[match.start : match.end]),
        source=text.source,
        text=text.sha256,
        paragraph=match.paragraph.number,
        start=start,
        end=end,
        briefgen=__version__,
        on=on,
    )


def same_quote(one: QuoteEntry, other: QuoteEntry) -> bool:
    """Whether two entries say the same of a quote, whenever and by whatever version it was proved."""
    return replace(one, briefgen="", on="") == replace(other, briefgen="", on="")

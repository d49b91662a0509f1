"""Compare a sentence with the statements that it may repeat: what they bear out, and what differs.

The checks are those of briefgen.evidence. Every rule is exact; how alike two texts are decides nothing but
which wording a sentence is compared with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache, lru_cache

from briefgen.audit.findings import Difference, DifferenceKind
from briefgen.audit.grounds import Ground
from briefgen.audit.tokens import (
    Claim,
    PreparedSentence,
    content_words,
    find_known_names,
    find_proper_names,
    join_words,
    stem_word,
)
from briefgen.data import load_word_data
from briefgen.errors import Place
from briefgen.evidence import hedges
from briefgen.evidence.comparison import find_mismatches
from briefgen.evidence.dates import MONTHS, find_relative_time
from briefgen.evidence.mismatch import MismatchKind
from briefgen.evidence.names import contains_name, fold_name
from briefgen.evidence.numbers import Number, find_numbers
from briefgen.evidence.passages import PassageNumber, split_sentences
from briefgen.evidence.wording_checks import (
    PrintedWording,
    find_added_limits,
    find_lost_number_hedges,
    is_proved_quotation,
)

_NO_PLACE = Place("")


@dataclass(frozen=True, slots=True)
class SentenceView:
    """A sentence as the comparison sees it."""

    prepared: PreparedSentence
    claims: tuple[Claim, ...]
    notes: str
    """The text of its notes, prepared."""
    before: str
    """What comes before it in its block, prepared: its date and speaker may be there."""
    previous: str
    """The sentence directly before it in its block, prepared."""
    block: str
    """The whole block, prepared, if it is short."""
    is_heading: bool
    """Headings leave hedges, speakers and caveats to the sentences below them."""

    @property
    def prose(self) -> str:
        """The sentence, prepared for the parsers."""
        return self.prepared.prose

    @property
    def wording(self) -> PrintedWording:
        """The sentence as the checks of the evidence take it."""
        return PrintedWording(_NO_PLACE, self.prose)

    def difference(
        self,
        kind: DifferenceKind,
        message: str,
        span: tuple[int, int] | None = None,
        expected: str = "",
        severity: str = "error",
    ) -> Difference:
        """Return a difference at a span of the prepared sentence, by its place in the sentence."""
        found = self.prose[slice(*span)] if span else ""
        start, end = self.prepared.span(*span) if span else (None, None)
        return Difference(
            kind, message, found, expected, start, end, "warning" if severity == "warning" else "error"
        )


# -- what is borne out


def bears_claim(ground: Ground, claim: Claim, view: SentenceView) -> bool:
    """Return whether the evidence of a statement has a claim of a sentence."""
    if claim.number is not None:
        return ground.bears_number(claim.number, view.wording)
    if claim.kind == "quotation":
        return _bears_quotation(ground, claim)
    return names_speaker(ground, claim.words)


def keeps_claim(ground: Ground, claim: Claim, view: SentenceView) -> bool:
    """Return whether what the library keeps of a statement's evidence has a claim; its texts are not read."""
    if claim.number is not None:
        return ground.keeps_number(claim.number)
    if claim.kind == "quotation":
        return False
    return _says_name(ground.kept_words, claim.words)


def _bears_quotation(ground: Ground, claim: Claim) -> bool:
    first = claim.words[0]
    for words in (claim.words, first.swapcase() + claim.words[1:]):
        if is_proved_quotation(words, ground.statement.evidence, ground.support):
            return True
    titles = (str(work.csl.get(key, "")) for work in ground.support.cited for key in ("title", "title-short"))
    return any(fold_name(title).strip(" .,") == fold_name(claim.words) for title in titles if title)


def names_speaker(ground: Ground, name: str) -> bool:
    """Return whether a name is one of the works that a statement cites, or stands in its words."""
    if _says_name(ground.kept_words, name) or contains_name(name, ground.speaker_names):
        return True
    if _says_name(ground.said, name):
        return True
    known = {(one.group, one.name) for one in find_known_names(name)}
    return bool(known & _known_names_of(ground))


def _says_name(text: str, name: str) -> bool:
    """Return whether each capitalized word of a name stands in a text."""
    words = [word for word in re.findall(r"[\w'-]+", name) if word[0].isupper()]
    return bool(words) and all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in words)


@lru_cache(maxsize=16384)
def _known_names_in(text: str) -> frozenset[tuple[str, str]]:
    return frozenset((one.group, one.name) for one in find_known_names(text))


def _known_names_of(ground: Ground) -> frozenset[tuple[str, str]]:
    return _known_names_in(ground.said)


def find_parted_claims(
    view: SentenceView, candidates: Sequence[Ground], grounds: Sequence[Ground]
) -> Iterator[Difference]:
    """Find claims of one clause that no statement has together, although each is in one of `grounds`.

    So it is with the date of one resolution and the number of another.
    """
    if len(grounds) < 2:
        return
    for start, end in split_clauses(view.prose):
        claims = [
            claim
            for claim in view.claims
            if claim.is_strong and claim.number is not None and start <= claim.start and claim.end <= end
        ]
        if len(claims) < 2 or all(claim.kind == "date" for claim in claims):
            continue
        borne = [(ground, [one for one in claims if bears_claim(ground, one, view)]) for ground in candidates]
        if any(len(found) == len(claims) for _, found in borne):
            continue
        best, found = max(borne, key=lambda one: (any(c.kind != "date" for c in one[1]), len(one[1])))
        for claim in claims:
            if claim not in found:
                kept = join_words(one.words for one in found)
                others = [one for ground, had in borne if claim in had for one in [ground.key]]
                where = f", which belongs to {others[0]}" if others else ""
                message = f"{best.key} has {kept}, and not {claim.words}{where}"
                yield view.difference(DifferenceKind.PAIR, message, (claim.start, claim.end))


_CLAUSE = re.compile(
    r"[;:] |, (?:and|but|while|whereas|though|although|compared|against|then) | and (?=in |by |on )"
)


def split_clauses(prose: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of the clauses of a sentence, in each of which figures and dates belong together."""
    start = 0
    for match in _CLAUSE.finditer(prose):
        yield start, match.start()
        start = match.end()
    yield start, len(prose)


# -- hedges


def find_hedge_differences(view: SentenceView, grounds: Sequence[Ground]) -> Iterator[Difference]:
    """Find hedges of figures and sentences that got lost, and limits that were added."""
    if view.is_heading:
        return
    for number in find_numbers(view.prose):
        if number.kind in ("amount", "vague"):
            yield from _find_number_hedges(view, number, grounds)
    yield from _find_sentence_hedges(view, grounds)


def _find_number_hedges(
    view: SentenceView, number: Number, grounds: Sequence[Ground]
) -> Iterator[Difference]:
    matching = _find_matching(number, grounds)
    if not matching:
        return
    for hedge, words in find_lost_number_hedges(number, view.prose, matching).items():
        if hedge.scope == "estimate" and hedge.kept_by.search(view.before):
            continue
        message = f"the evidence says {words!r} of {number.words!r}: {hedge.why}"
        yield view.difference(
            DifferenceKind.HEDGE, message, (number.start, number.end), f"{words} {number.words}"
        )
    for words in find_added_limits(number, view.prose, matching):
        message = f"the evidence does not say {words!r} of {number.words!r}"
        yield view.difference(DifferenceKind.LIMIT, message, (number.start, number.end), number.words)


def _find_matching(number: Number, grounds: Sequence[Ground]) -> list[PassageNumber]:
    """Return where statements have a number: in their approved wordings, or else in the evidence."""
    approved = [one for ground in grounds for one in ground.approved_numbers if number.is_same(one.number)]
    if approved:
        return approved
    return [one for ground in grounds for one in ground.passage_numbers if number.is_same(one.number)]


def _find_sentence_hedges(view: SentenceView, grounds: Sequence[Ground]) -> Iterator[Difference]:
    for hedge in hedges.sentence_hedges():
        if hedge.kept_by.search(view.prose):
            continue
        lost = [_find_in_every_wording(ground, hedge.words, view) for ground in grounds]
        if words := next(filter(None, lost), ""):
            message = f"{words!r} is missing: {hedge.why}"
            yield view.difference(DifferenceKind.HEDGE, message, None, words)


def _find_in_every_wording(ground: Ground, pattern: re.Pattern[str], view: SentenceView) -> str:
    """Return the words of a pattern that each wording has in the part that a sentence repeats, or nothing."""
    found = []
    for wording in ground.wordings:
        matches = [
            match
            for part in relevant_parts(wording, view)
            for match in pattern.finditer(part)
            if _is_repeated(part, match, view)
        ]
        found.append(matches[0].group() if matches else "")
    return found[0] if found and all(found) else ""


_REACH = 6
"""Words behind a hedge, and half as many before it, that it can qualify."""


def _is_repeated(part: str, match: re.Match[str], view: SentenceView) -> bool:
    """Return whether a sentence repeats a word or figure that a hedge in a wording qualifies."""
    behind = " ".join(part[match.end() :].split()[:_REACH])
    before = " ".join(part[: match.start()].split()[-_REACH // 2 :])
    if content_words(f"{before} {behind}") & content_words(view.prose):
        return True
    figures = [one for text in (before, behind) for one in find_numbers(text)]
    return any(one.is_same(other) for one in figures for other in find_numbers(view.prose))


_PART = re.compile(
    r"[;:] | – |— ?|, (?=(?:and|but|while|whereas|though|although|where|since|so that|compared|against)\b)"
)


@lru_cache(maxsize=8192)
def _split_parts(wording: str) -> tuple[str, ...]:
    return tuple(part for part in _PART.split(wording) if part and part.strip())


def relevant_parts(wording: str, view: SentenceView) -> list[str]:
    """Return the parts of a wording that a sentence repeats: those with its figures, or most of its words."""
    parts = _split_parts(wording)
    if len(parts) == 1:
        return [wording]
    own, numbers = content_words(view.prose), find_numbers(view.prose)
    kept = []
    for part in parts:
        words = content_words(part)
        has_number = any(
            one.is_same(other) for one in numbers for other in find_numbers(part) if one.kind != "date"
        )
        if has_number or len(words & own) * 2 >= max(2, len(words)):
            kept.append(part)
    return kept or [wording]


# -- who says so


def find_attribution_differences(view: SentenceView, ground: Ground) -> Iterator[Difference]:
    """Find a claim that somebody makes and the sentence gives to nobody, or to somebody else."""
    if view.is_heading:
        return
    attribution = hedges.attribution_class()
    words = _find_in_every_wording(ground, attribution.words, view) or _find_in_every_wording(
        ground, _speaking_pattern(), view
    )
    if not words and not ground.is_disputed:
        return
    text = f"{view.before} {view.prose}"
    if attribution.kept_by.search(view.prose) or contains_name(text, ground.speaker_names):
        return
    if not ground.is_disputed and contains_name(view.notes, ground.speaker_names):
        return
    if any(hedge.kept_by.search(text) for hedge in hedges.estimate_hedges()):
        return  # an estimate is somebody's
    named = (claim for claim in view.claims if claim.kind == "designation")
    if not ground.is_disputed and any(bears_claim(ground, claim, view) for claim in named):
        return  # "H.R. 5959 adds that …" says whose claim it is
    if ground.is_disputed and _makes_its_claim(view, ground):
        message = "the claim is contested, and the sentence says it as a fact"
        yield view.difference(DifferenceKind.CONTESTED, message)
    if ground.is_disputed:
        return
    message = f"the statement says whose claim this is ({words!r}), and the sentence does not"
    yield view.difference(DifferenceKind.ATTRIBUTION, message, None, words)


@cache
def _speaking_pattern() -> re.Pattern[str]:
    verbs = (*load_word_data("hedges")["reporting-verbs"], *load_word_data("audit-words")["speaking"])
    return re.compile(rf"\b(?:{'|'.join(verbs)})\b")


def _makes_its_claim(view: SentenceView, ground: Ground) -> bool:
    """Return whether a sentence says what a statement says, and does not only touch on its subject."""
    if any(claim.kind not in ("date", "speaker") for claim in view.claims):
        return True
    own = content_words(view.prose)
    return len(own & content_words(ground.main_text)) * 2 >= len(own)


# -- names


def find_name_differences(view: SentenceView, grounds: Sequence[Ground]) -> Iterator[Difference]:
    """Find names that stand where the statement has another of the same class: a council, a state."""
    own = find_known_names(view.prose)
    theirs = [
        name
        for ground in grounds
        for part in relevant_parts(ground.main_text, view)
        for name in find_known_names(part)
    ]
    given = {(one.group, one.name) for one in theirs}
    if all((one.group, one.name) in given for one in own):
        return
    elsewhere = frozenset().union(*(_known_names_in(ground.main_text) for ground in grounds))
    given |= frozenset().union(*(_known_names_of(ground) for ground in grounds)) - elsewhere
    known = {one.start for one in own if (one.group, one.name) in given}
    own_names = {(one.group, one.name) for one in own}
    speakers = frozenset().union(*(ground.speaker_names for ground in grounds))
    for one in own:
        if one.start in known or contains_name(view.prose[one.start : one.end], speakers):
            continue
        others = [
            other.name
            for other in theirs
            if other.group == one.group and (other.group, other.name) not in own_names
        ]
        if others:
            known.add(one.start)  # a name of two classes is reported once
            message = f"the statement speaks of {others[0]}, not of {view.prose[one.start : one.end]}"
            yield view.difference(DifferenceKind.NAME, message, (one.start, one.end), others[0])


def find_other_names(view: SentenceView, grounds: Sequence[Ground]) -> Iterator[tuple[str, int, int]]:
    """Yield names that no statement of those given has, and same-names.yaml does not know."""
    said = " ".join(ground.said for ground in grounds)
    folded = {word for ground in grounds for name in ground.speaker_names for word in name.split()}
    for name, start, end in find_proper_names(view.prose):
        words = [word for word in re.findall(r"[\w'-]+", name) if word[0].isupper() and word not in MONTHS]
        unknown = [
            word
            for word in words
            if not _says_name(said, word.removesuffix("'s"))
            and fold_name(word.removesuffix("'s")) not in folded
        ]
        if unknown and not find_known_names(name):
            yield name, start, end


# -- time and caveats


def find_time_differences(view: SentenceView, grounds: Sequence[Ground]) -> Iterator[Difference]:
    """Find words of relative time, and a figure that lost its date."""
    dates = [claim for claim in view.claims if claim.kind == "date"]
    quoted = [claim for claim in view.claims if claim.kind == "quotation"]
    for word in find_relative_time(view.prose):
        start = word.start
        if any(one.start <= start < one.end for one in quoted):
            continue
        message = f"{word.words!r} is true on the day of writing only; write {word.replacement}"
        yield view.difference(
            DifferenceKind.RELATIVE_TIME,
            message,
            (start, start + len(word.words)),
            "",
            "warning" if dates else "error",
        )
    if view.is_heading or dates or _has_year(view.before):
        return
    for claim in view.claims:
        if claim.kind != "number" or not claim.is_strong or claim.number is None:
            continue
        matching = _find_matching(claim.number, grounds)
        years = [_find_year(one.sentence) for one in matching]
        if years and all(years):
            message = f"the statement gives {claim.words!r} for {years[0]}, and the sentence gives no date"
            yield view.difference(DifferenceKind.DATE, message, (claim.start, claim.end), years[0])
            return


def _has_year(text: str) -> bool:
    return bool(text and _find_year(text))


def _find_year(text: str) -> str:
    for number in find_numbers(text):
        if number.kind == "decade" or (number.kind == "date" and number.date[0] is not None):
            return number.words
    return ""


# -- near copies


@dataclass(frozen=True, slots=True)
class NearCopy:
    """A sentence that repeats a wording but for some words."""

    wording: str
    lost: tuple[str, ...]
    added: tuple[tuple[str, int, int], ...]
    """Words that the wording has not, with their spans in the prepared sentence."""


_WORDS = re.compile(r"\w+(?:[.,:/'-]\w+)*")
_NEAR = 0.72


def find_near_copy(view: SentenceView, ground: Ground) -> NearCopy | None:
    """Return how a sentence changes the wording that it repeats word for word otherwise; None if none."""
    own = [(match.group(), *match.span()) for match in _WORDS.finditer(view.prose)]
    best: tuple[float, NearCopy] | None = None
    for wording in ground.wordings:
        for sentence in split_sentences(wording):
            theirs = _WORDS.findall(sentence)
            matcher = SequenceMatcher(None, [w.lower() for w in theirs], [w[0].lower() for w in own], False)
            if matcher.real_quick_ratio() < _NEAR or matcher.quick_ratio() < _NEAR:
                continue
            ratio = matcher.ratio()
            if ratio >= _NEAR and (best is None or ratio > best[0]):
                best = ratio, _describe_near_copy(wording, matcher, theirs, own)
    return best[1] if best else None


def _describe_near_copy(
    wording: str, matcher: SequenceMatcher[str], theirs: list[str], own: list[tuple[str, int, int]]
) -> NearCopy:
    lost: list[str] = []
    added: list[tuple[str, int, int]] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            lost += theirs[a:b]
            added += own[c:d]
    return NearCopy(wording, tuple(lost), tuple(added))


@cache
def _quantifier_groups() -> dict[str, int]:
    """Return the words that say of how much something is said, each with the number of its line."""
    lines = load_word_data("audit-words")["quantifiers"]
    return {str(word): group for group, line in enumerate(lines) for word in line}


def find_copy_differences(view: SentenceView, copy: NearCopy) -> Iterator[Difference]:
    """Find small words of consequence in which a near copy departs from its wording."""
    lost_negation = [word for word in copy.lost if hedges.is_negation(word)]
    added_negation = [one for one in copy.added if hedges.is_negation(one[0])]
    if lost_negation and not added_negation:
        message = f"{lost_negation[0]!r} of the approved wording is missing"
        yield view.difference(DifferenceKind.NEGATION, message, None, lost_negation[0])
    if added_negation and not lost_negation:
        word, start, end = added_negation[0]
        yield view.difference(
            DifferenceKind.NEGATION, f"{word!r} is not in the approved wording", (start, end)
        )
    groups = _quantifier_groups()
    lost = [word for word in copy.lost if word.lower() in groups]
    for word, start, end in copy.added:
        few = word.lower() == "few" and view.prose[:start].lower().endswith((" a ", "only a "))
        group = groups.get("some" if few else word.lower())
        if group is not None and group not in {groups[one.lower()] for one in lost}:
            expected = lost[0] if lost else ""
            message = f"{word!r} is not in the approved wording" + (
                f", which says {expected!r}" if expected else ""
            )
            yield view.difference(DifferenceKind.WORDING, message, (start, end), expected)


@cache
def _reversing_pattern() -> re.Pattern[str]:
    words = (re.escape(word).replace(r"\*", r"\w*") for word in load_word_data("audit-words")["reversing"])
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


_NEGATOR = re.compile(r"not|no|never|neither|nor|nobody|none|nothing|cannot|hardly|\w+n't", re.IGNORECASE)
_FEWEST_WORDS = 3


def _is_drawn_from(prose: str, wording: str) -> bool:
    """Return whether all words of a sentence that say what it is about stand in a wording in its order."""
    about = content_words(prose)
    own = [stem for match in _WORDS.finditer(prose) if (stem := stem_word(match.group())) in about]
    theirs = iter(stem_word(match.group()) for match in _WORDS.finditer(wording))
    return len(own) >= _FEWEST_WORDS and all(word in theirs for word in own)


def find_other_polarity(view: SentenceView, ground: Ground) -> Iterator[Difference]:
    """Find a sentence that says with a negation what the statement says without, or the reverse."""
    own = [match for match in _WORDS.finditer(view.prose) if _NEGATOR.fullmatch(match.group())]
    theirs: list[str] = []
    for wording in ground.wordings:
        parts = relevant_parts(wording, view)
        theirs = [word for part in parts for word in _WORDS.findall(part) if _NEGATOR.fullmatch(word)]
        if bool(own) == bool(theirs) or any(
            _reversing_pattern().search(text) for text in (view.prose, *parts)
        ):
            return
    severity = "error" if any(_is_drawn_from(view.prose, text) for text in ground.wordings) else "warning"
    if not ground.wordings:
        return
    if own:
        span = own[0].span()
        message = f"the statement says this without {own[0].group()!r}"
        yield view.difference(DifferenceKind.NEGATION, message, span, "", severity)
    else:
        message = f"the statement says this with {theirs[0]!r}"
        yield view.difference(DifferenceKind.NEGATION, message, None, theirs[0], severity)


def warn(difference: Difference) -> Difference:
    """Return a difference as a warning."""
    return replace(difference, severity="warning")


_MISMATCH_KINDS: Mapping[MismatchKind, DifferenceKind] = {
    "pair": DifferenceKind.PAIR,
    "unit": DifferenceKind.UNIT,
    "period": DifferenceKind.PERIOD,
    "plural": DifferenceKind.PLURAL,
    "negation": DifferenceKind.NEGATION,
}


def find_mismatch_differences(view: SentenceView, grounds: Sequence[Ground]) -> Iterator[Difference]:
    """Find figures, dates and small words that go together otherwise than in the evidence."""
    evidence = [sentence for ground in grounds for sentence in ground.whole_sentences]
    known = {name for ground in grounds for name in ground.speaker_names}
    for one in find_mismatches(view.prose, evidence, known):
        span = (one.start, one.end)
        yield view.difference(_MISMATCH_KINDS[one.kind], one.message, span, one.expected, one.severity)

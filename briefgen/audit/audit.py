"""Audit a draft: give each of its sentences a verdict by the statements of a library."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from briefgen.audit.changes import find_changes
from briefgen.audit.citations import (
    WorkIndex,
    find_citations,
    find_cited_paragraphs,
    find_reference_blocks,
    group_by_sentence,
    is_only_citation,
    locate_difference,
)
from briefgen.audit.compare import (
    SentenceView,
    bears_claim,
    find_attribution_differences,
    find_copy_differences,
    find_hedge_differences,
    find_mismatch_differences,
    find_name_differences,
    find_near_copy,
    find_other_names,
    find_other_polarity,
    find_parted_claims,
    find_time_differences,
    keeps_claim,
    warn,
)
from briefgen.audit.draft import Draft, DraftSentence
from briefgen.audit.findings import (
    AuditReport,
    CitationFinding,
    CitationVerdict,
    Difference,
    DifferenceKind,
    SentenceFinding,
    SentenceVerdict,
    StatementMatch,
)
from briefgen.audit.furniture import is_furniture
from briefgen.audit.grounds import Ground
from briefgen.audit.index import AuditIndex, Candidate
from briefgen.audit.language import guess_language
from briefgen.audit.limits import draft_limits
from briefgen.audit.missing import describe_missing_claim, find_counterparts
from briefgen.audit.never_say import OmittedClaim, collect_omitted_claims
from briefgen.audit.said import DraftWords
from briefgen.audit.sentences import split_draft
from briefgen.audit.tokens import RAISED_NUMBER, Claim, find_claims, fold_text, join_words, prepare_sentence
from briefgen.compose.english_variants import BRITISH, CANADIAN, adapt_to_variant, english_variant
from briefgen.errors import Place, Problem, quantity
from briefgen.evidence.dates import MONTHS
from briefgen.evidence.inline_markdown import strip_markdown
from briefgen.evidence.normalize import prepare_prose
from briefgen.evidence.statements import printable_wordings
from briefgen.library.curation import read_curation
from briefgen.library.loader import Library
from briefgen.model.snippet import Snippet
from briefgen.model.text import is_same_language

Progress = Callable[[int, int], None]
"""Called with the number of sentences done, and of all."""


def audit_draft(
    draft: Draft, library: Library, *, own_words: Sequence[str] = (), progress: Progress | None = None
) -> AuditReport:
    """Audit a draft against a library, with its source texts as far as they are loaded.

    `own_words` are texts that a campaign prints without evidence. Sentences are compared one by one, so the
    time grows with the draft; an index keeps it from growing with the library.
    """
    return Auditor(library).audit(draft, own_words, progress)


class Auditor:
    """Audits drafts against one library, whose index is built once."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.index = AuditIndex.build(library)
        self.works = WorkIndex(library)
        self.omitted = collect_omitted_claims(read_curation(library))

    def audit(
        self, draft: Draft, own_words: Sequence[str] = (), progress: Progress | None = None
    ) -> AuditReport:
        """Audit a draft, as `audit_draft` does.

        Raise BriefgenError if it takes more time or memory than any text should.
        """
        with draft_limits(draft.path, sum(len(block.text) for block in draft.blocks)):
            return self._audit(draft, own_words, progress)

    def _audit(self, draft: Draft, own_words: Sequence[str], progress: Progress | None) -> AuditReport:
        sentences = split_draft(draft)
        references = find_reference_blocks(draft)
        citations = tuple(find_citations(draft, sentences, self.works, references, self.index.approved))
        one = _DraftAudit(self, draft, sentences, citations, references, _fold_own_words(own_words))
        findings = []
        for done, sentence in enumerate(sentences, start=1):
            findings.append(one.judge(sentence))
            if progress is not None:
                progress(done, len(sentences))
        changes, of_record = find_changes(draft, findings, self.library)
        return AuditReport(
            draft,
            tuple(dict.fromkeys(folder.library for folder in self.library.folders if folder.library)),
            sum(ground.row is None for ground in self.index.grounds),
            len(self.library.texts),
            tuple(findings),
            citations,
            changes,
            (*draft.left_out, *draft.suspicions, *self._find_limits(draft, one.language), *of_record),
        )

    def _find_limits(self, draft: Draft, language: str) -> Iterator[Problem]:
        """Yield what keeps the whole audit from seeing as much as it could."""
        place = Place(draft.path)
        spoken = {ground.language for ground in self.index.grounds}
        if not self.index.grounds:
            hint = "write or approve snippets first: briefgen snippets new, briefgen snippets approve"
            yield Problem(
                "audit-no-statements", "the library has no approved statements", place, hint, "warning"
            )
        elif not any(is_same_language(language, one) for one in spoken):
            message = f"the draft is in {language!r}, and no approved statement is"
            hint = "figures and designations were compared, words were not; have a person compare them"
            yield Problem("audit-language", message, place, hint, "warning")
        if self.index.grounds and not self.library.texts:
            message = "no text of a source is at hand, so quoted words were looked up in statements only"
            hint = "set BRIEFGEN_TEXTS to the folder with the texts, or give --text ID=FILE"
            yield Problem("audit-no-texts", message, place, hint, "warning")
        if not draft.blocks:
            message = "has no text that can be read"
            yield Problem("audit-empty", message, place, "give a file with text in it", "warning")


def _choose_language(draft: Draft) -> str:
    """Return the language that a file says, unless its words are plainly of another.

    Word says the language of whoever installed it, whatever is written.
    """
    guessed = guess_language(draft)
    if draft.language and (guessed == "en" or is_same_language(guessed, draft.language)):
        return draft.language
    return guessed


def _fold_own_words(texts: Sequence[str]) -> frozenset[str]:
    from briefgen.evidence.normalize import find_sentences, normalize_text

    normal = [normalize_text(text).text for text in texts]
    return frozenset(fold_text(one[a:b]) for one in normal for a, b in find_sentences(one))


_CITED_AT_END = re.compile(r"\s*(?:\([^()]*\d[^()]*\)|\[[\d, –-]+\]|[⁰¹²³⁴-⁹]+)(?=[.!?]?[\"'”’]?$)")
_OVERTAKEN_WEIGHT = 0.75
"""An overtaken statement comes first only if a sentence is clearly about it."""
_TOPICAL_SHARE = 0.5
_RELEVANT_SHARE = 0.25
_RELEVANT_WORDS = 2
_NEAR_WORDS = 3
_TELLING_FIGURES = 2
"""Figures that nothing else has together."""
_SHORT_BLOCK = 1_000
"""Characters of a paragraph that is about one thing."""
_SHORT = 5
"""A sentence about so few words shows by one of them and a date what it is about."""
_QUOTED_RUNS = 4
"""Runs of three words that a changed quotation still shares with its source."""
_MOST_GROUNDS = 3
_PROVED_FIRST = 5
"""Candidates whose evidence is looked up in the texts, if what the library keeps of it is not enough."""
_LONG_WORDING = 8
"""Words of a wording that may stand within a longer sentence, as an ask does."""


@dataclass
class _DraftAudit:
    """The audit of one draft."""

    auditor: Auditor
    draft: Draft
    sentences: Sequence[DraftSentence]
    citations: Sequence[CitationFinding]
    references: frozenset[int]
    own_words: frozenset[str]
    language: str = ""
    words: DraftWords = field(init=False)

    def __post_init__(self) -> None:
        self.words = DraftWords(self.draft, self.sentences)
        self.language = _choose_language(self.draft)
        self._notes = {note.id: note.text for note in self.draft.notes}
        self._said: dict[str, str] = {}
        self._cited = group_by_sentence(self.citations, self.sentences)
        self._cited_in_notes: dict[str, list[CitationFinding]] = defaultdict(list)
        for one in self.citations:
            self._cited_in_notes[self.draft.blocks[one.block].note].append(one)

    # -- one sentence

    def judge(self, sentence: DraftSentence) -> SentenceFinding:
        """Return the verdict on a sentence."""
        view = self._view(sentence)
        block = self.draft.blocks[sentence.block]
        approved = self._find_approved(sentence, view)
        if approved is not None:
            return approved
        if is_furniture(block, view.prose) or block.kind == "comment":
            return SentenceFinding(sentence, SentenceVerdict.NOTHING_TO_CHECK)
        if sentence.block in self.references and is_only_citation(
            sentence, block, self._cited[sentence.number], self.auditor.works
        ):
            return SentenceFinding(sentence, SentenceVerdict.NOTHING_TO_CHECK, "a citation")
        for omitted in self.auditor.omitted:
            if omitted.is_in(view.prose):
                return self._never_say(sentence, view, omitted)
        return self._compare(sentence, view)

    def _view(self, sentence: DraftSentence) -> SentenceView:
        block = self.draft.blocks[sentence.block]
        prepared = prepare_sentence(sentence.text)
        notes = " ".join(prepare_prose(self._notes.get(name, "")) for name in sentence.notes)
        before = prepare_prose(block.text[max(0, sentence.start - _SHORT_BLOCK) : sentence.start])
        earlier = self.sentences[sentence.number - 2] if sentence.number > 1 else None
        previous = prepare_prose(earlier.text) if earlier and earlier.block == sentence.block else ""
        claims = tuple(
            claim
            for claim in find_claims(prepared.prose)
            if not self._is_cited(sentence, prepared.span(claim.start, claim.end))
        )
        whole = prepare_prose(block.text) if len(block.text) <= _SHORT_BLOCK else ""
        return SentenceView(prepared, claims, notes, before, previous, whole, block.kind == "heading")

    def _is_cited(self, sentence: DraftSentence, span: tuple[int, int]) -> bool:
        """Return whether a span belongs to a citation in brackets, which is judged by itself."""
        start, end = sentence.start + span[0], sentence.start + span[1]
        return any(
            one.start <= start and end <= one.end and one.end - one.start > end - start
            for one in self._cited[sentence.number]
        )

    # -- approved wordings

    def _find_approved(self, sentence: DraftSentence, view: SentenceView) -> SentenceFinding | None:
        text = prepare_prose(sentence.text)
        for form in dict.fromkeys((view.prose, text, _CITED_AT_END.sub("", RAISED_NUMBER.sub("", text)))):
            found = self.auditor.index.approved.get(fold_text(form), ())
            found = [one for one in found if self._is_whole(one[2], form)]
            if found:
                ground, name, wording = min(found, key=lambda one: one[0].is_superseded)
                return self._approve(sentence, view, ground, name, wording)
        return self._find_approved_within(sentence, view)

    def _is_whole(self, wording: str, form: str) -> bool:
        """Return whether all sentences of a wording are in the draft, so that none was left out."""
        from briefgen.evidence.normalize import find_sentences, normalize_text

        normal = normalize_text(wording).text
        spans = find_sentences(normal)
        return (
            len(spans) <= 1
            or fold_text(form) == fold_text(wording)
            or all(fold_text(normal[a:b]) in self.words.folded for a, b in spans)
        )

    def _find_approved_within(self, sentence: DraftSentence, view: SentenceView) -> SentenceFinding | None:
        """Find a whole wording in a sentence whose other words claim nothing, as an ask is printed."""
        folded = fold_text(view.prose).lower()
        for candidate in self.auditor.index.find_candidates(view.prose)[:3]:
            ground = candidate.ground
            for (name, text), form in zip(ground.forms, ground.folded_forms, strict=True):
                if len(form.split()) >= _LONG_WORDING and form in folded:
                    rest = folded.replace(form, " ")
                    if not any(claim.is_strong for claim in find_claims(rest)):
                        return self._approve(sentence, view, candidate.ground, name, text)
        return None

    def _approve(
        self, sentence: DraftSentence, view: SentenceView, ground: Ground, form: str, wording: str
    ) -> SentenceFinding:
        match = self._match(ground, form, wording)
        if ground.is_superseded and not self._is_overtaking_said(ground):
            return self._superseded(sentence, [ground], ())
        differences, to_judge = self._judge_caveats(view, [ground])
        wrong = any(one.severity == "error" for one in differences)
        verdict = SentenceVerdict.DIFFERS if wrong else SentenceVerdict.APPROVED
        return SentenceFinding(sentence, verdict, "", (match,), tuple(differences), to_judge=tuple(to_judge))

    # -- other wordings

    def _compare(self, sentence: DraftSentence, view: SentenceView) -> SentenceFinding:
        relevant = self._find_relevant(view)
        strong = [claim for claim in view.claims if claim.is_strong]
        if not strong:
            about_it = [one for one in self.auditor.index.find_candidates(view.prose) if _is_relevant(one)]
            return self._compare_words(sentence, view, about_it)
        if not re.search(r"[^\W\d_]{3,}", view.prose):
            return self._judge_lone_figure(sentence, view, strong)
        grounds, missing = self._cover(view, strong, relevant)
        if not grounds:
            return self._unsupported(sentence, view, missing)
        if missing:
            nearest = next(one for one in relevant if one.ground is grounds[0])
            if not _is_core_borne(strong, missing) and not _is_topical(nearest, missing):
                return self._unsupported(sentence, view, missing)
            described = [describe_missing_claim(view, claim, grounds) for claim in missing]
            return self._report(sentence, view, grounds, described)
        parted = list(find_parted_claims(view, [one.ground for one in relevant], grounds))
        return self._report(sentence, view, grounds, parted)

    def _find_relevant(self, view: SentenceView) -> list[Candidate]:
        """Return the statements about what a sentence is about, or what the sentence before it was about."""
        found = [one for one in self.auditor.index.find_candidates(view.prose) if _is_relevant(one)]
        if not found and view.previous:
            of_both = self.auditor.index.find_candidates(view.prose, context=view.previous)
            found = [one for one in of_both if _is_relevant(one)]
        if not found and view.block:
            # A line of a list of figures: all of them together tell what they are of.
            of_block = self.auditor.index.find_candidates(view.block)
            found = [one for one in of_block if one.shared_figures >= _TELLING_FIGURES]
        return found

    def _is_known_work(self, sentence: DraftSentence, view: SentenceView, claim: Claim) -> bool:
        """Return whether a claim is no more than the designation of a work of the library."""
        start, end = (sentence.start + offset for offset in view.prepared.span(claim.start, claim.end))
        return claim.kind == "designation" and any(
            one.verdict is CitationVerdict.KNOWN and one.start < end and start < one.end
            for one in self._cited[sentence.number]
        )

    def _compare_words(
        self, sentence: DraftSentence, view: SentenceView, relevant: Sequence[Candidate]
    ) -> SentenceFinding:
        """Judge a sentence without figures and the like: it is compared if it repeats a wording."""
        for candidate in relevant:
            ground = candidate.ground
            if find_near_copy(view, ground):
                return self._report(sentence, view, [ground], list(find_other_polarity(view, ground)))
            if len(candidate.shared_words) >= _MANY_WORDS and candidate.word_share >= _MOSTLY:
                turned = list(find_other_polarity(view, ground))
                return self._report(sentence, view, [ground], turned, is_loose=True)
        return SentenceFinding(sentence, SentenceVerdict.NOTHING_TO_CHECK)

    def _judge_lone_figure(
        self, sentence: DraftSentence, view: SentenceView, claims: Sequence[Claim]
    ) -> SentenceFinding:
        """Judge a line of figures alone: whether a statement has them; what they count is not said."""
        missing = [
            claim for claim in claims if claim.number and not self.auditor.index.has_number(claim.number)
        ]
        if missing:
            return self._unsupported(sentence, view, missing)
        to_judge = (f"what {join_words(claim.words for claim in claims)} stands for",)
        return SentenceFinding(
            sentence, SentenceVerdict.NOTHING_TO_CHECK, "a figure without words", to_judge=to_judge
        )

    def _cover(
        self, view: SentenceView, claims: Sequence[Claim], relevant: Sequence[Candidate]
    ) -> tuple[list[Ground], list[Claim]]:
        """Return the statements that bear the most claims, and the claims that none of them bears."""
        borne = {
            id(one): {claim for claim in claims if keeps_claim(one.ground, claim, view)} for one in relevant
        }
        if set(claims) - set().union(*borne.values()):
            for one in relevant[:_PROVED_FIRST]:
                rest = set(claims) - borne[id(one)]
                borne[id(one)] |= {claim for claim in rest if bears_claim(one.ground, claim, view)}
        grounds: list[Ground] = []
        missing = list(claims)
        pool = list(relevant)
        while pool and len(grounds) < _MOST_GROUNDS:
            best = max(
                pool,
                key=lambda one: (
                    len(borne[id(one)] & set(missing)),
                    one.score * (_OVERTAKEN_WEIGHT if one.ground.is_superseded else 1),
                ),
            )
            gained = borne[id(best)] & set(missing)
            only_named = all(claim.kind == "speaker" for claim in gained)
            if grounds and (not gained or (only_named and best.word_share < _MOSTLY)):
                break
            grounds.append(best.ground)
            pool.remove(best)
            missing = [claim for claim in missing if claim not in gained]
            if not missing:
                break
        return grounds, missing

    def _report(
        self,
        sentence: DraftSentence,
        view: SentenceView,
        grounds: list[Ground],
        missing: list[Difference],
        is_loose: bool = False,
    ) -> SentenceFinding:
        """Return the finding on a sentence that repeats these statements, but for what is missing."""
        differences = [*missing, *self._find_differences(view, grounds, is_loose)]
        of_caveats, to_judge = self._judge_caveats(view, grounds)
        differences += of_caveats
        differences += self._find_other_paragraphs(sentence, grounds)
        overtaken = [
            ground for ground in grounds if ground.is_superseded and not self._is_overtaking_said(ground)
        ]
        if overtaken and not missing:
            return self._superseded(sentence, overtaken, differences)
        differences = _without_repeats(differences)
        wrong = any(one.severity == "error" for one in differences)
        ids = join_words(ground.key for ground in grounds)
        if not wrong:
            to_judge.append(f"whether it means the same as {ids}")
            to_judge += [
                f"whether {name} belongs here: {ids} does not name it"
                if len(grounds) == 1
                else f"whether {name} belongs here: {ids} do not name it"
                for name, _, _ in find_other_names(view, grounds)
            ]
        return SentenceFinding(
            sentence,
            SentenceVerdict.DIFFERS if wrong else SentenceVerdict.SUPPORTED,
            "",
            tuple(self._match(ground) for ground in grounds),
            tuple(differences),
            to_judge=tuple(to_judge),
        )

    def _find_other_paragraphs(
        self, sentence: DraftSentence, grounds: Sequence[Ground]
    ) -> Iterator[Difference]:
        """Find citations of a work that the statements rest on, at another paragraph than theirs."""
        own = [one for one in self._cited[sentence.number] if sentence.start <= one.start < sentence.end]
        of_notes = [one for note in sentence.notes for one in self._cited_in_notes[note]]
        for one in dict.fromkeys((*own, *of_notes)):
            if not one.work:
                continue
            theirs = {place for ground in grounds for place in ground.paragraphs_of(one.work)}
            cited = find_cited_paragraphs(one.text)
            if theirs and cited and not theirs & set(cited):
                expected = f"paragraph {join_words(sorted(theirs))}"
                message = f"the statement rests on {expected} of it, not on paragraph {join_words(cited)}"
                yield locate_difference(sentence, one, message, expected)

    def _find_differences(
        self, view: SentenceView, grounds: list[Ground], is_loose: bool
    ) -> Iterator[Difference]:
        """Find what differs; of a sentence that only shares words, who says it, and of whom."""
        if not is_same_language(self.language, "en"):
            return
        for ground in grounds:
            yield from find_attribution_differences(view, ground)
        yield from find_name_differences(view, grounds)
        yield from find_mismatch_differences(view, grounds)
        if is_loose:
            return
        yield from find_hedge_differences(view, grounds)
        yield from find_time_differences(view, grounds)
        copy = find_near_copy(view, grounds[0])
        if copy is not None:
            yield from find_copy_differences(view, copy)
        for claim in view.claims:
            if not claim.is_strong and not any(bears_claim(one, claim, view) for one in grounds):
                yield from self._judge_weak_claim(view, claim, grounds)

    def _judge_weak_claim(
        self, view: SentenceView, claim: Claim, grounds: list[Ground]
    ) -> Iterator[Difference]:
        """Yield the difference of a small count that the statement has otherwise; warn of words in quotes."""
        if claim.number is None:
            yield warn(describe_missing_claim(view, claim, grounds))
        elif any(True for _ in find_counterparts(view, claim.number, grounds[:1])):
            yield describe_missing_claim(view, claim, grounds)

    def _judge_caveats(
        self, view: SentenceView, grounds: Sequence[Ground]
    ) -> tuple[list[Difference], list[str]]:
        differences: list[Difference] = []
        to_judge: list[str] = []
        for ground in grounds if not view.is_heading else ():
            for caveat in ground.caveats:
                said = self._is_said(f"{ground.key} caveats/{caveat.id}", caveat.body, ground.main_text)
                if said == "no":
                    text = strip_markdown(caveat.body).strip()
                    message = f"a caveat that must go with the claim is missing: {text.rstrip('.')}"
                    differences.append(view.difference(DifferenceKind.CAVEAT, message, None, text))
                elif said == "perhaps":
                    to_judge.append(f"whether the draft says the caveat {caveat.id}")
        return differences, to_judge

    def _is_said(self, key: str, markdown: str, beside: str = "") -> str:
        if key not in self._said:
            self._said[key] = self.words.says(markdown, beside)
        return self._said[key]

    # -- verdicts

    def _never_say(
        self, sentence: DraftSentence, view: SentenceView, omitted: OmittedClaim
    ) -> SentenceFinding:
        related = [
            one.ground
            for one in self.auditor.index.find_candidates(view.prose)
            if isinstance(one.ground.statement, Snippet)
            and set(one.ground.statement.corrections) & set(omitted.omission.corrections)
            and not one.ground.is_superseded
        ]
        return SentenceFinding(
            sentence,
            SentenceVerdict.NEVER_SAY,
            omitted.reason,
            tuple(self._match(ground) for ground in related[:1]),
            correction=omitted.id,
        )

    def _superseded(
        self, sentence: DraftSentence, grounds: Sequence[Ground], differences: Sequence[Difference]
    ) -> SentenceFinding:
        newer = [one for ground in grounds for one in self._overtaking(ground)]
        reason = f"overtaken by {join_words(one.key for one in newer)}" if newer else "overtaken"
        return SentenceFinding(
            sentence,
            SentenceVerdict.SUPERSEDED,
            reason,
            tuple(self._match(ground) for ground in grounds),
            tuple(differences),
            tuple(self._match(one) for one in newer),
        )

    def _overtaking(self, ground: Ground) -> list[Ground]:
        names = ground.statement.superseded_by if isinstance(ground.statement, Snippet) else []
        return [one for one in self.auditor.index.grounds if one.key in names and one.row is None]

    def _is_overtaking_said(self, ground: Ground) -> bool:
        """Return whether the draft gives the newer statement too, which makes the older one history."""
        return any(self._is_said(one.key, one.statement.body) == "yes" for one in self._overtaking(ground))

    def _unsupported(
        self, sentence: DraftSentence, view: SentenceView, missing: Sequence[Claim]
    ) -> SentenceFinding:
        if fold_text(sentence.text) in self.own_words:
            reason = "one of the campaign’s own texts"
            return SentenceFinding(sentence, SentenceVerdict.NOTHING_TO_CHECK, reason)
        if all(self._is_known_work(sentence, view, claim) for claim in missing):
            return SentenceFinding(sentence, SentenceVerdict.NOTHING_TO_CHECK, "names a work of the library")
        listed = join_words(claim.words for claim in missing)
        reason = f"no approved statement bears out {listed}"
        differences = tuple(
            view.difference(
                _CLAIM_KINDS[claim.kind], f"no approved statement has {claim.words}", (claim.start, claim.end)
            )
            for claim in missing
        )
        return SentenceFinding(sentence, SentenceVerdict.UNSUPPORTED, reason, (), differences)

    def _match(self, ground: Ground, form: str = "", wording: str = "") -> StatementMatch:
        statement = ground.statement
        if not wording:
            form, wording = self._choose_wording(ground)
        by, on = ground.reviewed(form)
        return StatementMatch(
            id=ground.key,
            library=self.auditor.library.origins.get(statement.id, ""),
            wording=wording,
            form=form,
            sources=ground.source_labels,
            reviewed_by=by,
            reviewed_on=on,
            as_of=statement.as_of if isinstance(statement, Snippet) else "",
            caveats=tuple(strip_markdown(caveat.body).strip() for caveat in ground.caveats),
            place=str(statement.locate()),
        )

    def _choose_wording(self, ground: Ground) -> tuple[str, str]:
        """Return the name and text of the wording to offer, in the draft's variety of English."""
        printed = printable_wordings(ground.statement)
        if not is_same_language(self.language, "en") or not ground.language.startswith("en"):
            return "body", strip_markdown(printed["body"]).strip()
        variety = english_variant(self.language, "") if "-" in self.language else self._dates_variety
        name = variety if variety in printed else "body"
        text = strip_markdown(printed[name]).strip()
        return name, adapt_to_variant(text, variety) if variety in (BRITISH, CANADIAN) else text

    @cached_property
    def _dates_variety(self) -> str:
        """The variety of English that the dates of a draft show, if it does not say its own."""
        texts = [block.text for block in self.draft.blocks]
        day_first = sum(len(_DAY_FIRST.findall(text)) for text in texts)
        return BRITISH if day_first > sum(len(_MONTH_FIRST.findall(text)) for text in texts) else ""


_DAY_FIRST = re.compile(rf"\b\d{{1,2}}\s(?:{'|'.join(MONTHS)})\s\d{{4}}")
_MONTH_FIRST = re.compile(rf"\b(?:{'|'.join(MONTHS)})\s\d{{1,2}},\s\d{{4}}")
_CLAIM_KINDS = {
    "number": DifferenceKind.NUMBER,
    "date": DifferenceKind.DATE,
    "designation": DifferenceKind.DESIGNATION,
    "quotation": DifferenceKind.QUOTATION,
    "speaker": DifferenceKind.ATTRIBUTION,
}
_MOSTLY = 0.65
_MANY_WORDS = 4


def _is_relevant(candidate: Candidate) -> bool:
    """Return whether a statement is about what a sentence is about, so that it may bear its claims."""
    shared = len(candidate.shared_words)
    if candidate.shared_figures:
        told = candidate.shared_figures + candidate.shares_date + shared
        return shared >= _RELEVANT_WORDS or candidate.shared_figures >= _TELLING_FIGURES or told > 2
    if candidate.shares_date and shared >= 1:
        return candidate.word_share >= _RELEVANT_SHARE or candidate.words <= _SHORT
    return shared >= _NEAR_WORDS and candidate.word_share >= _RELEVANT_SHARE


def _is_topical(candidate: Candidate, missing: Sequence[Claim]) -> bool:
    """Return whether a statement is clearly about the same, so that the sentence differs from it."""
    if candidate.word_share >= _TOPICAL_SHARE or candidate.shared_figures >= _QUOTED_RUNS:
        return True
    if candidate.shares_date and len(candidate.shared_words) >= _MANY_WORDS:
        return True
    kept = candidate.ground.kept_numbers
    values = (
        claim.number for claim in missing if claim.number and claim.kind == "number" and claim.is_strong
    )
    return any(number.has_same_value(other) for number in values for other in kept)


def _is_core_borne(claims: Sequence[Claim], missing: Sequence[Claim]) -> bool:
    """Return whether more than a date or a speaker is borne out, so that the statement is about the same."""
    core = [claim for claim in claims if claim.kind not in ("date", "speaker")]
    exact = [claim for claim in claims if claim.number is not None and claim.number.date[2] is not None]
    return any(claim not in missing for claim in (*core, *exact))


def _without_repeats(differences: Sequence[Difference]) -> list[Difference]:
    """Return the differences, each place and kind once, errors before warnings."""
    kept: dict[tuple[object, ...], Difference] = {}
    for one in sorted(differences, key=lambda one: one.severity != "error"):
        kept.setdefault((one.kind, one.start, one.end, one.expected if one.start is None else ""), one)
    return list(kept.values())


def describe_counts(report: AuditReport) -> str:
    """Say in a line how many sentences have which verdict."""
    counts = [f"{number} {verdict.value}" for verdict, number in report.counts().items() if number]
    return f"{quantity(len(report.sentences), 'sentence')}: {', '.join(counts)}" if counts else "no sentences"

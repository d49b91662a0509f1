"""Keeps letters and briefings within the campaign's page limits, by laying them out and shortening them.

briefgen.compose.shortening decides what may be shortened, and in which order; this module finds out how many
steps are needed, with a measure that lays a document out as PDF. The result depends on nothing but the
document itself, so every worker produces the same letters, in whatever order the recipients come.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from math import ceil

from briefgen.campaign.brief_fit import BriefFitter, BriefMeasure, FittedBrief
from briefgen.compose.composer import Composer
from briefgen.compose.english_variants import printed_forms
from briefgen.compose.passages import render_inline_markdown
from briefgen.compose.record import add_fit_to_record, plain_text
from briefgen.compose.shortening import NO_SHORTENING, Shortening, ShorteningStep
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.model.document import RECIPIENT_BLOCKS, Document, PageUsage
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Snippet

LayoutMeasure = Callable[[Document], PageUsage]
"""Lays out a document and returns the space that it takes."""
AssembledMeasure = Callable[[Document], PageUsage | None]
"""Returns the space that a letter takes if it is made of blocks laid out before, and None if it is not."""


@dataclass(frozen=True, slots=True)
class PageFit:
    """How one document was fitted to its page limit."""

    max_pages: int
    pages_before: int
    """Before shortening."""
    pages: int
    """After shortening."""
    steps: tuple[ShorteningStep, ...] = ()
    """In the order in which they were taken; what was shortened may have been left out later."""
    over: str = ""
    """By how much it is still too long, in words: `2 lines (9 mm)`; empty if it fits."""

    @property
    def visible_steps(self) -> tuple[ShorteningStep, ...]:
        """Return the steps that show in the result, without the shortening of what was left out later."""
        shortening = Shortening.from_steps(self.steps)
        return tuple(
            step for step in self.steps if step.how == "left-out" or step.snippet in shortening.shortened
        )


@dataclass(frozen=True, slots=True)
class FittedDocument:
    """A document, and how it was fitted to its page limit; the fit is None if there is no limit."""

    document: Document
    fit: PageFit | None = None


@dataclass(slots=True)
class _DraftVersions:
    """One document at every length it can have; each version is composed and laid out at most once."""

    compose: Callable[[Shortening], Document]
    list_steps: Callable[[], Sequence[ShorteningStep]]
    measure: LayoutMeasure
    measure_for_page: LayoutMeasure | None = None
    """As in `PageFitter`."""
    _steps: Sequence[ShorteningStep] | None = None
    _documents: dict[int, Document] = field(default_factory=dict)
    _usages: dict[int, PageUsage] = field(default_factory=dict)

    @property
    def steps(self) -> Sequence[ShorteningStep]:
        """Return the shortening steps that are possible, in order."""
        if self._steps is None:
            self._steps = self.list_steps()
        return self._steps

    def document(self, step_count: int) -> Document:
        """Return the document after the first `step_count` steps."""
        if step_count not in self._documents:
            shortening = Shortening.from_steps(self.steps[:step_count]) if step_count else NO_SHORTENING
            self._documents[step_count] = self.compose(shortening)
        return self._documents[step_count]

    def is_measured(self, step_count: int) -> bool:
        """Return whether the document has been laid out after the first `step_count` steps."""
        return step_count in self._usages

    def usage(self, step_count: int, limit: int = 0) -> PageUsage:
        """Return the space that the document takes after the first `step_count` steps.

        With a `limit`, it will be shortened further if it has more pages.
        """
        if step_count not in self._usages:
            measure = self.measure_for_page if limit == 1 and self.measure_for_page else self.measure
            self._usages[step_count] = measure(self.document(step_count))
        return self._usages[step_count]


@dataclass(slots=True)
class PageFitter:
    """A composer that keeps its documents within their page limits; pickled into the workers."""

    composer: Composer
    measure: LayoutMeasure
    renders_pdf: bool = True
    """Whether letters are laid out for their PDFs in any case, so that laying them out costs nothing here."""
    measure_assembled: AssembledMeasure | None = None
    """Measures letters that are not laid out in any case; None where files are made."""
    plugin_versions: str = ""
    """Of packages whose formats letters are rendered in; a new version makes them again."""
    measure_for_page: LayoutMeasure | None = None
    """As `measure`, for letters that are to fit on a page: longer ones are measured so that the room which
    other wordings take can be estimated at once."""
    measure_brief: BriefMeasure | None = None
    """Lays out a brief and returns how far its pages are filled; None where only letters are made."""
    _known_fits: dict[str, dict[tuple[float, ...], PageFit]] = field(default_factory=dict, repr=False)
    """Fits of letters, by a hash of their common text and the height of the blocks that differ."""
    _likely_step_counts: dict[tuple[str, int], int] = field(default_factory=dict, repr=False)
    """Steps that the last letter with the same text and as many address lines needed."""

    @property
    def fingerprint(self) -> str:
        """Return a hash over everything that shapes a letter except the recipient.

        The composer's covers the page limits and what measures the pages.
        """
        if not self.plugin_versions:
            return self.composer.fingerprint
        return sha256(f"{self.composer.fingerprint}\0{self.plugin_versions}".encode()).hexdigest()

    def compose_letter(self, recipient: Recipient) -> Document:
        """Compose the letter to a recipient; raise BriefgenError if it cannot be composed or does not fit."""
        fitted = self.fit_letter(recipient)
        campaign = self.composer.campaign
        _require_fit(
            fitted,
            f"the letter to {recipient.id}",
            campaign.locate("letter", "max_pages"),
            "shorten your own texts, require fewer snippets, or raise letter.max_pages",
        )
        return fitted.document

    def compose_briefing(self, kind: str = "", recipient: Recipient | None = None) -> Document:
        """Compose the briefing, or another `kind` of paper; a brief can be for one recipient.

        Raise BriefgenError if it cannot be composed or does not fit.
        """
        if self.composer.brief_pages(kind):
            return self.fit_brief(kind, recipient).document
        fitted = self.fit_briefing(kind)
        _require_fit(
            fitted,
            "the briefing",
            self.composer.campaign.locate("briefing", "max_pages"),
            "name fewer snippets and asks, leave out the annex, or raise briefing.max_pages",
        )
        return fitted.document

    def fit_brief(self, kind: str = "", recipient: Recipient | None = None) -> FittedBrief:
        """Compose a brief that fills its pages; raise BriefgenError if what it must have does not fit."""
        assert self.measure_brief is not None
        return BriefFitter(self.composer, self.measure_brief).fit(kind, recipient)

    def fit_briefing(self, kind: str = "") -> FittedDocument:
        """Compose the briefing, or another `kind` of paper, shortened as far as necessary and possible."""
        limit = self.composer.campaign.briefing.max_pages
        if limit is None:
            return FittedDocument(self.composer.compose_briefing(kind))
        draft = _DraftVersions(
            lambda shortening: self.composer.compose_briefing(kind, shortening),
            self.composer.briefing_shortening_steps,
            self.measure,
        )
        return _apply_fit(draft, self._find_fit(draft, limit))

    def fit_letter(self, recipient: Recipient) -> FittedDocument:
        """Compose the letter to a recipient, shortened as far as necessary and possible."""
        limit = self.composer.campaign.letter.max_pages
        if limit is None:
            return FittedDocument(self.composer.compose_letter(recipient))
        draft = _DraftVersions(
            lambda shortening: self.composer.compose_letter(recipient, shortening),
            lambda: self.composer.letter_shortening_steps(recipient),
            self.measure,
            self.measure_for_page,
        )
        text_hash, address_lines = _hash_common_text(draft.document(0))
        known = self._known_fits.setdefault(text_hash, {})
        likely = self._likely_step_counts.get((text_hash, address_lines), 0)
        fit = self._find_known_fit(draft, known, likely) if known else None
        if fit is None:
            fit = self._find_fit(draft, limit)
            heights = self._recipient_block_heights(draft, 0)
            if heights is not None:
                known[heights] = fit
        self._likely_step_counts[text_hash, address_lines] = len(fit.steps)
        return _apply_fit(draft, fit)

    def _find_known_fit(
        self, draft: _DraftVersions, known: dict[tuple[float, ...], PageFit], likely_steps: int
    ) -> PageFit | None:
        """Return the fit of an earlier letter with the same text and equally high blocks, if any."""
        heights = self._recipient_block_heights(draft, likely_steps)
        fit = known.get(heights) if heights is not None else None
        if fit is None or not self.renders_pdf:
            return fit
        # The PDF is made from this layout, so checking that it is as expected costs nothing.
        return fit if draft.usage(len(fit.steps)).pages == fit.pages else None

    def _recipient_block_heights(self, draft: _DraftVersions, step_count: int) -> tuple[float, ...] | None:
        """Return the heights of the blocks that differ between letters with the same text."""
        if self.renders_pdf or draft.is_measured(step_count):
            return draft.usage(step_count).recipient_blocks_mm
        if self.measure_assembled and (usage := self.measure_assembled(draft.document(step_count))):
            return usage.recipient_blocks_mm
        # If no PDF is to be made, only the few lines that differ are laid out.
        full = draft.document(0)
        blocks = "".join(match[0] for match in _RECIPIENT_BLOCK.finditer(full.html))
        return self.measure(replace(full, html=blocks)).recipient_blocks_mm if blocks else ()

    def _find_fit(self, draft: _DraftVersions, limit: int) -> PageFit:
        """Take the necessary steps: try the lowest promising number, and go on from there if it fails."""
        step_count = 0
        usage = draft.usage(step_count, limit)
        before = usage.pages
        while usage.pages > limit and step_count < len(draft.steps):
            step_count = self._next_step_count(draft, step_count, usage, limit)
            usage = draft.usage(step_count, limit if step_count < len(draft.steps) else 0)
        over = _describe_excess(usage, limit) if usage.pages > limit else ""
        steps = tuple(draft.steps[:step_count]) if step_count else ()
        return PageFit(limit, before, usage.pages, steps, over)

    def _next_step_count(self, draft: _DraftVersions, step_count: int, usage: PageUsage, limit: int) -> int:
        """Return the lowest number of steps likely to be enough, or the number of all steps if none is."""

        def estimate_overflow(number: int) -> float:
            assert usage.estimate_overflow is not None
            return usage.estimate_overflow(draft.document(number), limit)

        html, too_few = draft.document(0).html, step_count
        excess = max(estimate_overflow(step_count), usage.line_mm)
        while too_few < len(draft.steps):
            enough, remaining = too_few, excess
            while enough < len(draft.steps) and remaining > 0:
                remaining -= self._estimate_saving(draft.steps, enough, html, usage)
                enough += 1
            excess = estimate_overflow(enough)
            if excess <= 0:
                break
            too_few = enough
        else:
            return len(draft.steps)
        # Composing takes time too, so one step fewer is tried only if the last one may not have been needed.
        while enough - 1 > too_few:
            spare = excess + self._estimate_saving(draft.steps, enough - 1, html, usage)
            if spare > _ESTIMATE_ERROR_LINES * usage.line_mm or estimate_overflow(enough - 1) > 0:
                break
            enough -= 1
            excess = estimate_overflow(enough)
        return enough

    def _estimate_saving(
        self, steps: Sequence[ShorteningStep], index: int, html: str, usage: PageUsage
    ) -> float:
        """Estimate how many millimetres a step saves, from the length of the text and its notes."""
        step = steps[index]
        snippet = self.composer.library.snippets[step.snippet]
        if snippet.kind == "figure":
            # The picture takes a page at most, and so does its data as a table.
            return 2 * max(usage.room_mm)
        short, full = snippet.variants.get("short", snippet.body), max(_full_wordings(snippet), key=len)
        if step.how == "shortened":
            return usage.line_mm * (len(full) - len(short)) / usage.line_characters
        was_shortened = any(earlier.snippet == step.snippet for earlier in steps[:index])
        caveats = [self.composer.library.caveats[name] for name in snippet.caveats]
        texts = [
            short if was_shortened else full,
            *(caveat.body for caveat in caveats if caveat.form == "sentence"),
        ]
        text_mm = usage.line_mm * sum(map(len, texts)) / usage.line_characters
        note_lines = sum(ceil(len(note) / usage.note_characters) for note in _notes_of_snippet(snippet, html))
        return text_mm + usage.note_line_mm * note_lines


_ESTIMATE_ERROR_LINES = 3.0
"""Largest error, in lines, of the estimate of what a step saves."""
_RECIPIENT_BLOCK = re.compile(rf'<div class="(?:{"|".join(RECIPIENT_BLOCKS)})">.*?</div>', re.DOTALL)
_SPAN_TAG = re.compile(r"<(/?)span[^>]*>")


def _hash_common_text(document: Document) -> tuple[str, int]:
    """Return a hash over what letters with the same text have in common, and the number of other lines.

    It is hashed because it can be large, since it contains pictures.
    """
    own = _RECIPIENT_BLOCK.findall(document.html)
    common = f"{document.page}\0{document.layout}\0{_RECIPIENT_BLOCK.sub(chr(0), document.html)}"
    text = sha256(common.encode()).hexdigest()
    return text, sum(block.count("<br") for block in own)


def _full_wordings(snippet: Snippet) -> list[str]:
    """Return the full wordings of a snippet, one for each variety of English."""
    return [snippet.body, *(words for name, words in snippet.variants.items() if name != "short")]


def _notes_of_snippet(snippet: Snippet, html: str) -> Iterator[str]:
    """Yield the notes attached to a snippet's wording, as plain text."""
    wordings = [
        form for words in _full_wordings(snippet) for form in printed_forms(render_inline_markdown(words))
    ]
    wording = next((wording for wording in wordings if wording[:60] in html), "")
    start = html.find(wording[:60]) if wording else -1
    call = html.find('<span class="footnote">', start, start + len(wording) + 40) if start >= 0 else -1
    if call < 0:
        return
    depth = 0
    for span in _SPAN_TAG.finditer(html, call):
        depth += -1 if span[1] else 1
        if depth == 0:
            yield plain_text(html[call : span.start()])
            return


def _apply_fit(draft: _DraftVersions, fit: PageFit) -> FittedDocument:
    document = draft.document(len(fit.steps))
    if fit.steps:
        document = replace(document, record=add_fit_to_record(document.record, _fit_record(fit)))
    return FittedDocument(document, fit)


def _fit_record(fit: PageFit) -> dict[str, object]:
    return {
        "max_pages": fit.max_pages,
        "pages_before": fit.pages_before,
        "pages": fit.pages,
        "shortened": [step.snippet for step in fit.visible_steps if step.how == "shortened"],
        "left_out": [step.snippet for step in fit.visible_steps if step.how == "left-out"],
    }


def _describe_excess(usage: PageUsage, limit: int) -> str:
    """Describe by how much a document is too long: in lines of text, or in pages if more than one."""
    over, room = usage.overflow_mm(limit), usage.room_mm[-1]
    if over > room:
        return f"{over / room:.1f} pages"
    lines = ceil(over / usage.line_mm) if usage.line_mm else 1
    return f"{lines} line{'s' if lines > 1 else ''} ({over:.0f} mm)"


def _require_fit(fitted: FittedDocument, label: str, place: Place | None, hint: str) -> None:
    fit = fitted.fit
    if fit is None or not fit.over:
        return
    limit = f"{fit.max_pages} page{'s' if fit.max_pages > 1 else ''}"
    reason = (
        "although everything optional was shortened or left out" if fit.steps else "and nothing is optional"
    )
    message = f"{label} is {fit.over} over {limit}, {reason}"
    raise BriefgenError(Problem("pages-exceeded", message, place, hint))

"""Keeps letters and the briefing to the campaign's number of pages, by setting them and looking.

What may be cut, and in which order, is for briefgen.compose.shortening; how many cuts are needed is found
here, with a measure that lays a document out as PDF. What is decided depends on nothing but the document
itself, so that every worker and every order of recipients comes to the same letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from math import ceil

from briefgen.compose.composer import Composer
from briefgen.compose.english_variants import as_printed
from briefgen.compose.passages import inline_html
from briefgen.compose.record import plain_text, with_fit
from briefgen.compose.shortening import NO_CUTS, Cut, Cuts
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.model.document import PARTICULAR, Document, Extent
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Snippet

Measure = Callable[[Document], Extent]
"""Lays a document out."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What was decided about one document."""

    max_pages: int
    pages_before: int
    """Whole, as it was chosen."""
    pages: int
    """With the cuts."""
    cuts: tuple[Cut, ...] = ()
    """In the order in which they were made; what was shortened may have been left out later."""
    over: str = ""
    """By how much it is still too long, in words: `2 lines (9 mm)`; empty where it fits."""

    @property
    def made(self) -> tuple[Cut, ...]:
        """The cuts that show: nothing is shortened that is left out."""
        made = Cuts.of(self.cuts)
        return tuple(cut for cut in self.cuts if cut.how == "left-out" or cut.snippet in made.shortened)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A document as it is to be set, and what was done to it; the fit is None where no limit is set."""

    document: Document
    fit: Fit | None = None


@dataclass(slots=True)
class _Draft:
    """One document at every length that it can have, each composed and laid out once at most."""

    compose: Callable[[Cuts], Document]
    ladder: Callable[[], Sequence[Cut]]
    measure: Measure
    _cuts: Sequence[Cut] | None = None
    _documents: dict[int, Document] = field(default_factory=dict)
    _extents: dict[int, Extent] = field(default_factory=dict)

    @property
    def cuts(self) -> Sequence[Cut]:
        if self._cuts is None:
            self._cuts = self.ladder()
        return self._cuts

    def document(self, rung: int) -> Document:
        """With the first `rung` cuts made."""
        if rung not in self._documents:
            cuts = Cuts.of(self.cuts[:rung]) if rung else NO_CUTS
            self._documents[rung] = self.compose(cuts)
        return self._documents[rung]

    def extent(self, rung: int) -> Extent:
        if rung not in self._extents:
            self._extents[rung] = self.measure(self.document(rung))
        return self._extents[rung]


@dataclass(slots=True)
class Fitting:
    """A composer whose documents keep to their pages. Travels to workers by pickle."""

    composer: Composer
    measure: Measure
    set_as_pdf: bool = True
    """Whether the layout of a letter is needed for its PDF in any case, and so costs nothing here."""
    _known: dict[str, dict[tuple[float, ...], Fit]] = field(default_factory=dict, repr=False)
    """What was decided of letters with the same text, by the height of what differs between them."""
    _likely: dict[tuple[str, int], int] = field(default_factory=dict, repr=False)
    """How many cuts the last letter with this text and as many lines of address needed."""

    @property
    def fingerprint(self) -> str:
        """The composer's: the number of pages and what measures them are part of it."""
        return self.composer.fingerprint

    def letter(self, recipient: Recipient) -> Document:
        """The letter to one recipient; raises BriefgenError where it cannot be composed or does not fit."""
        fitted = self.fit_letter(recipient)
        campaign = self.composer.campaign
        _must_fit(
            fitted,
            f"the letter to {recipient.id}",
            campaign.at("letter", "max_pages"),
            "shorten your own texts, require fewer snippets, or raise letter.max_pages",
        )
        return fitted.document

    def briefing(self, kind: str = "") -> Document:
        """The briefing or another `kind` of paper.

        Raises BriefgenError where it cannot be composed or does not fit.
        """
        fitted = self.fit_briefing(kind)
        _must_fit(
            fitted,
            "the briefing",
            self.composer.campaign.at("briefing", "max_pages"),
            "name fewer snippets and asks, leave out the annex, or raise briefing.max_pages",
        )
        return fitted.document

    def fit_briefing(self, kind: str = "") -> Fitted:
        """The briefing or another `kind` of paper, cut as far as it needs and may be."""
        limit = self.composer.campaign.briefing.max_pages
        if limit is None:
            return Fitted(self.composer.briefing(kind))
        draft = _Draft(
            lambda cuts: self.composer.briefing(kind, cuts), self.composer.briefing_ladder, self.measure
        )
        return _fitted(draft, self._search(draft, limit))

    def fit_letter(self, recipient: Recipient) -> Fitted:
        """The letter to one recipient, cut as far as it needs and may be."""
        limit = self.composer.campaign.letter.max_pages
        if limit is None:
            return Fitted(self.composer.letter(recipient))
        draft = _Draft(
            lambda cuts: self.composer.letter(recipient, cuts),
            lambda: self.composer.letter_ladder(recipient),
            self.measure,
        )
        text, lines = _common(draft.document(0))
        known = self._known.setdefault(text, {})
        fit = self._shared(draft, known, self._likely.get((text, lines), 0), limit) if known else None
        if fit is None:
            fit = self._search(draft, limit)
            heights = self._heights(draft, 0)
            if heights is not None:
                known[heights] = fit
        self._likely[text, lines] = len(fit.cuts)
        return _fitted(draft, fit)

    def _shared(
        self, draft: _Draft, known: dict[tuple[float, ...], Fit], likely: int, limit: int
    ) -> Fit | None:
        """What was decided of a letter with the same text and the same height of all else, if one was."""
        heights = self._heights(draft, likely)
        fit = known.get(heights) if heights is not None else None
        if fit is None or not self.set_as_pdf:
            return fit
        # Its PDF is made of this layout: that it is as expected costs nothing to see.
        return fit if draft.extent(len(fit.cuts)).pages == fit.pages else None

    def _heights(self, draft: _Draft, rung: int) -> tuple[float, ...] | None:
        """Heights of what differs between letters with the same text."""
        if self.set_as_pdf:
            return draft.extent(rung).particular_mm
        # Without a PDF to be made, only the few lines that differ are laid out.
        whole = draft.document(0)
        blocks = "".join(match[0] for match in _PARTICULAR.finditer(whole.html))
        return self.measure(replace(whole, html=blocks)).particular_mm if blocks else ()

    def _search(self, draft: _Draft, limit: int) -> Fit:
        """As many cuts as it takes: the first number that is likely to do is tried; where it does not do, the
        same again from there."""
        rung = 0
        extent = draft.extent(rung)
        before = extent.pages
        while extent.pages > limit and rung < len(draft.cuts):
            rung = self._promising(draft, rung, extent, limit)
            extent = draft.extent(rung)
        over = _amount(extent, limit) if extent.pages > limit else ""
        return Fit(limit, before, extent.pages, tuple(draft.cuts[:rung]) if rung else (), over)

    def _promising(self, draft: _Draft, rung: int, extent: Extent, limit: int) -> int:
        """The next number of cuts that is likely to do, and the least; all of them where none is."""

        def over(number: int) -> float:
            assert extent.likely is not None
            return extent.likely(draft.document(number), limit)

        html, too_few, excess = draft.document(0).html, rung, max(over(rung), extent.line_mm)
        while too_few < len(draft.cuts):
            enough, to_go = too_few, excess
            while enough < len(draft.cuts) and to_go > 0:
                to_go -= self._saving(draft.cuts, enough, html, extent)
                enough += 1
            excess = over(enough)
            if excess <= 0:
                break
            too_few = enough
        else:
            return len(draft.cuts)
        # Composing costs time too: one cut less is tried where the last one may not have been needed.
        while enough - 1 > too_few:
            spare = excess + self._saving(draft.cuts, enough - 1, html, extent)
            if spare > _DOUBT * extent.line_mm or over(enough - 1) > 0:
                break
            enough -= 1
            excess = over(enough)
        return enough

    def _saving(self, cuts: Sequence[Cut], number: int, html: str, extent: Extent) -> float:
        """About what a cut saves, in millimetres, from the number of its characters and those of its note."""
        cut = cuts[number]
        snippet = self.composer.library.snippets[cut.snippet]
        if snippet.kind == "figure":
            # The picture takes a page at most, and so does its data as a table.
            return 2 * max(extent.room_mm)
        short, whole = snippet.variants.get("short", snippet.body), max(_whole(snippet), key=len)
        if cut.how == "shortened":
            return extent.line_mm * (len(whole) - len(short)) / extent.line_characters
        was_short = any(one.snippet == cut.snippet for one in cuts[:number])
        caveats = [self.composer.library.caveats[name] for name in snippet.caveats]
        said = [
            short if was_short else whole,
            *(one.body for one in caveats if one.form == "sentence"),
        ]
        text = extent.line_mm * sum(map(len, said)) / extent.line_characters
        notes = sum(ceil(len(note) / extent.note_characters) for note in _notes_of(snippet, html))
        return text + extent.note_line_mm * notes


_DOUBT = 3.0
"""Lines by which what a cut saves, taken from its words, is wrong at most."""
_PARTICULAR = re.compile(rf'<div class="(?:{"|".join(PARTICULAR)})">.*?</div>', re.DOTALL)
_SPAN = re.compile(r"<(/?)span[^>]*>")


def _common(document: Document) -> tuple[str, int]:
    """A hash over what letters with the same text have in common (with its pictures it can be large), and
    the number of lines of what they have not."""
    own = _PARTICULAR.findall(document.html)
    common = f"{document.page}\0{document.layout}\0{_PARTICULAR.sub(chr(0), document.html)}"
    text = sha256(common.encode()).hexdigest()
    return text, sum(block.count("<br") for block in own)


def _whole(snippet: Snippet) -> list[str]:
    """The wordings in which a snippet can be printed that is not shortened: one for each variety."""
    return [snippet.body, *(words for name, words in snippet.variants.items() if name != "short")]


def _notes_of(snippet: Snippet, html: str) -> Iterator[str]:
    """The notes that stand with a snippet's wording, as plain text."""
    wordings = [form for words in _whole(snippet) for form in as_printed(inline_html(words))]
    wording = next((one for one in wordings if one[:60] in html), "")
    start = html.find(wording[:60]) if wording else -1
    call = html.find('<span class="footnote">', start, start + len(wording) + 40) if start >= 0 else -1
    if call < 0:
        return
    depth = 0
    for span in _SPAN.finditer(html, call):
        depth += -1 if span[1] else 1
        if depth == 0:
            yield plain_text(html[call : span.start()])
            return


def _fitted(draft: _Draft, fit: Fit) -> Fitted:
    document = draft.document(len(fit.cuts))
    if fit.cuts:
        document = replace(document, record=with_fit(document.record, _as_recorded(fit)))
    return Fitted(document, fit)


def _as_recorded(fit: Fit) -> dict[str, object]:
    return {
        "max_pages": fit.max_pages,
        "pages_before": fit.pages_before,
        "pages": fit.pages,
        "shortened": [cut.snippet for cut in fit.made if cut.how == "shortened"],
        "left_out": [cut.snippet for cut in fit.made if cut.how == "left-out"],
    }


def _amount(extent: Extent, limit: int) -> str:
    """How much is too much: lines of text, or pages where it is more than one."""
    over, room = extent.over_mm(limit), extent.room_mm[-1]
    if over > room:
        return f"{over / room:.1f} pages"
    lines = ceil(over / extent.line_mm) if extent.line_mm else 1
    return f"{lines} line{'s' if lines > 1 else ''} ({over:.0f} mm)"


def _must_fit(fitted: Fitted, about: str, place: Place | None, hint: str) -> None:
    fit = fitted.fit
    if fit is None or not fit.over:
        return
    most = f"{fit.max_pages} page{'s' if fit.max_pages > 1 else ''}"
    cut = "with all shortened and left out that may be" if fit.cuts else "and nothing in it may be left out"
    raise BriefgenError(Problem("pages-exceeded", f"{about} is {fit.over} over {most}, {cut}", place, hint))

"""Fill the pages of a brief: choose what it prints so that each page is nearly full, and none is over.

A brief must have its head, its asks, one statement in each of its first sections, contact and notes. What
else is printed is decided by priority. Each selection is estimated by the lengths of its texts, and the
estimate corrected by laying the brief out, on pages high enough for all of it; three layouts are usual.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Literal

from briefgen.compose.brief import (
    BOXED_ASKS,
    FIGURE,
    FULL_ASKS,
    FULL_LEAD,
    KEY_FIGURE,
    MAX_BOX_ASKS,
    QUOTATION,
    BriefOffer,
    BriefSelection,
    short_wording,
)
from briefgen.compose.composer import Composer
from briefgen.compose.record import add_fit_to_record, footnote_texts
from briefgen.compose.select import importance_key
from briefgen.errors import BriefgenError, Problem, quantity
from briefgen.model.document import BriefUsage, Document
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Snippet

BriefMeasure = Callable[[Document], BriefUsage]
FILL = {2: (0.85, 0.97), 1: (0.80, 0.95)}
"""The least and the greatest share of each page that a brief of so many pages fills."""
_AIM = 0.015
"""How far below the greatest share a selection is aimed at, for what estimates leave out."""
_MAX_LAYOUTS = 6
_UNCERTAIN_LINES = 4
"""Lines by which estimates of what shorter asks save can be wrong."""
_HEADING_LINES = 2.0
"""Lines that a further heading takes, with the space around it."""
_TABLE_SHARE = 0.78
"""Characters of a line in the table of asks, as a share of those in the main column."""
_SECOND_COLUMN = 0.5
"""Notes are set in two columns, so a line of theirs takes half its height."""


@dataclass(frozen=True, slots=True)
class BriefDecision:
    """One thing that a brief could print, and what became of it."""

    item: str
    """The id of a statement, or `key figure ID`, `quotation ID`, `figure ID`."""
    place: Literal["page 1", "page 2", "side column", "left out"]
    reason: str


@dataclass(frozen=True, slots=True)
class BriefFit:
    """How a brief fills its pages, and why it prints what it does."""

    fills: tuple[float, ...]
    """Share of each page that is filled."""
    least: float
    """The share that each should fill."""
    decisions: tuple[BriefDecision, ...]
    layouts: int
    """Times that it was laid out."""

    @property
    def underfilled(self) -> tuple[int, ...]:
        """Return the numbers of the pages that are filled less than they should be."""
        return tuple(number for number, fill in enumerate(self.fills, 1) if fill < self.least)


@dataclass(frozen=True, slots=True)
class FittedBrief:
    """A brief, and how it was fitted to its pages."""

    document: Document
    fit: BriefFit


@dataclass(slots=True)
class BriefFitter:
    """Fits briefs of one campaign to their pages."""

    composer: Composer
    measure: BriefMeasure

    def fit(self, kind: str, recipient: Recipient | None = None) -> FittedBrief:
        """Compose a brief that fills its pages; raise BriefgenError if what it must have does not fit."""
        return _Fitting(self.composer, self.measure, kind, recipient).run()


@dataclass(frozen=True, slots=True)
class _Trial:
    """A selection, laid out."""

    selection: BriefSelection
    document: Document
    usage: BriefUsage


@dataclass(slots=True)
class _Fitting:
    """The search for what one brief prints."""

    composer: Composer
    measure: BriefMeasure
    kind: str
    recipient: Recipient | None
    offer: BriefOffer = field(init=False)
    pages: int = field(init=False)
    layouts: int = 0

    def __post_init__(self) -> None:
        self.offer = self.composer.offer_brief()
        self.pages = self.composer.brief_pages(self.kind)

    def run(self) -> FittedBrief:
        """Find the selection that fills the pages best."""
        least, most = FILL[self.pages]
        trial = self._fit_required(self._lay_out(self.offer.least(self.pages)), most)
        best = trial
        while self.layouts < _MAX_LAYOUTS:
            selection = self._choose(trial, most - _AIM)
            if selection == trial.selection and min(self._fills(trial)) < least:
                # The notes of more statements find room if the asks take less.
                selection = selection.without([*self._spared_items(selection)][: self.pages - 1])
            if selection == trial.selection:
                break
            trial = self._lay_out(selection)
            fills = self._fills(trial)
            if max(fills) <= most and _rank(fills) > _rank(self._fills(best)):
                best = trial
            if max(fills) <= most and min(fills) >= least:
                break
        fit = BriefFit(self._fills(best), least, tuple(self._explain(best.selection)), self.layouts)
        record = add_fit_to_record(best.document.record, self._describe_in_record(fit))
        return FittedBrief(replace(best.document, record=record), fit)

    def _lay_out(self, selection: BriefSelection) -> _Trial:
        self.layouts += 1
        document = self.composer.compose_brief(self.kind, selection, self.recipient)
        return _Trial(selection, document, self.measure(document))

    def _fills(self, trial: _Trial) -> tuple[float, ...]:
        return tuple(page.used_mm / page.room_mm for page in trial.usage.pages[: self.pages])

    # What must be there

    def _fit_required(self, trial: _Trial, most: float) -> _Trial:
        """Leave out of the side column, and of the figures, what has no room beside what must be there."""
        dropped = [*self._drop_from_aside(trial, most)]
        shortened = self._shorten_required(trial, most)
        selection = replace(trial.selection.without(dropped), shortened=frozenset(shortened))
        for figures in self._figure_choices():
            chosen = selection.without(
                f"{FIGURE}:{one.id}" for one in self.offer.figures if one not in figures
            )
            if chosen != trial.selection:
                trial = self._lay_out(chosen)
            while spared := self._spare_for_back(trial, most, with_figures=bool(figures)):
                trial = self._lay_out(trial.selection.without(spared))
            if self.pages < 2 or trial.usage.pages[1].used_mm <= most * trial.usage.pages[1].room_mm:
                break
        over = [
            (number, page.used_mm - most * page.room_mm)
            for number, page in enumerate(trial.usage.pages[: self.pages], 1)
            if page.used_mm > most * page.room_mm
        ]
        if over:
            raise BriefgenError([self._overfull_problem(trial, number, excess) for number, excess in over])
        return trial

    def _drop_from_aside(self, trial: _Trial, most: float) -> Iterator[str]:
        page = trial.usage.pages[0]
        # On a single page, the notes below add to the side column.
        excess = (page.used_mm if self.pages == 1 else page.aside_mm) - most * page.room_mm
        figures = [f"{KEY_FIGURE}:{one.id}" for one in self.offer.key_figures]
        heights = [height for name, height in trial.usage.block_mm if name == "key-figure"]
        quotes = [height for name, height in trial.usage.block_mm if name == "pull-quote"]
        blocks = list(zip(figures, heights, strict=True))
        quote = [(QUOTATION, height) for height in quotes]
        for item, height in [*blocks[3:], *quote, *reversed(blocks[:3])]:
            if excess <= 0:
                return
            excess -= height
            yield item

    def _shorten_required(self, trial: _Trial, most: float) -> Iterator[str]:
        """Yield required statements to print in short, the least important first, until they fit."""
        page, usage = trial.usage.pages[0], trial.usage
        excess = page.column_mm - most * page.room_mm
        required = [self.composer.library.snippets[id] for id in self.offer.required(self.pages)]
        for one in sorted(required, key=importance_key, reverse=True):
            if excess > 0 and (saved := len(one.body) - len(short_wording(one))) > 0:
                excess -= saved * usage.line_mm / usage.line_characters
                yield one.id

    def _figure_choices(self) -> Iterator[tuple[Snippet, ...]]:
        """Yield the figures to print, the best choice first: all, the first alone, another alone, none."""
        figures = self.offer.figures if self.pages == 2 else ()
        if len(figures) > 1:
            yield figures
        yield from ((one,) for one in figures)
        yield ()

    def _spare_for_back(self, trial: _Trial, most: float, *, with_figures: bool) -> list[str]:
        """Return what to leave out of the asks on the second page, estimated to be enough for it.

        With figures, nothing if leaving it out is not enough: fewer figures are tried first.
        """
        if self.pages < 2:
            return []
        page, usage = trial.usage.pages[1], trial.usage
        excess = page.used_mm - most * page.room_mm
        asks = self._snippet_asks()
        cut = sum(len(one.body) - len(one.variants.get("short", one.body)) for one in asks)
        boxed = sum(len(one.variants.get("short", one.body)) for one in asks[:MAX_BOX_ASKS])
        line_mm = usage.line_mm / (usage.line_characters * _TABLE_SHARE)
        note_mm = 2 * usage.note_line_mm * _SECOND_COLUMN
        savings = {FULL_ASKS: cut * line_mm, BOXED_ASKS: boxed * line_mm, QUOTATION: note_mm}
        spared = []
        for item in self._spared_items(trial.selection):
            if excess > 0 and savings[item]:
                excess -= savings[item]
                spared.append(item)
        return [] if with_figures and excess > _UNCERTAIN_LINES * usage.line_mm else spared

    def _spared_items(self, selection: BriefSelection) -> Iterator[str]:
        """Yield what the second page can do without, the least missed first."""
        if selection.keeps(FULL_ASKS):
            yield FULL_ASKS
        if selection.keeps(BOXED_ASKS) and len(self.composer.campaign.briefing.asks) > MAX_BOX_ASKS:
            yield BOXED_ASKS
        if selection.keeps(QUOTATION) and self.offer.quotation:
            yield QUOTATION

    def _snippet_asks(self) -> list[Snippet]:
        snippets, paper = self.composer.library.snippets, self.composer.campaign.briefing
        return [snippets[ask] for ask in paper.asks if isinstance(ask, str) and ask in snippets]

    def _overfull_problem(self, trial: _Trial, number: int, excess: float) -> Problem:
        paper = self.composer.campaign.briefing
        lines = ceil(excess / trial.usage.line_mm) if trial.usage.line_mm else 1
        asks = max(1, len(paper.asks))
        could = ["the intro of a section"] if any(section.intro for section in paper.sections) else []
        if number == 1:
            could += [f"one of the {len(paper.summary)} statements of the summary"] if paper.summary else []
            could += [f"one of the {len(paper.powers)} powers"] if paper.powers else []
            could += ["words of the standfirst"] if paper.standfirst or paper.subtitle else []
        could += [f"one of the {asks} asks"] if asks > 1 else ["words of the ask"]
        return Problem(
            "brief-overfull",
            f"what page {number} of the brief must have is {quantity(lines, 'line')} ({excess:.0f} mm) too "
            "long, although everything optional was left out",
            self.composer.campaign.locate("briefing"),
            f"take away {', or '.join(could)}",
        )

    # What there is room for

    def _choose(self, trial: _Trial, aim: float) -> BriefSelection:
        """Choose what to print by priority, with heights estimated from a trial."""
        room = _Room.of(trial, aim, self.pages)
        chosen = trial.selection
        notes = footnote_texts(trial.document.html)
        note_mm = room.note_mm(sum(map(len, notes)) / len(notes) if notes else 0)
        # Take back what is too much, the least important first.
        if room.left[0] < 0 and chosen.keeps(FULL_LEAD):
            chosen = chosen.without([FULL_LEAD])
            room.left[0] += room.text_mm(
                sum(len(one.body) - len(one.variants.get("short", one.body)) for one in self.offer.lead)
            )
        for page in range(self.pages):
            for one in reversed(self._optional(chosen, page)):
                if room.left[page] >= 0:
                    break
                if chosen.keeps(one.id):
                    chosen = chosen.without([one.id])
                    room.give(page, chosen.wording_of(one), note_mm, self._is_alone(one, chosen))
        # Then add what there is room for, the most important first.
        while True:
            for page in range(self.pages):
                for one in self._optional(chosen, page):
                    alone = self._is_alone(one, chosen)
                    for wording in (
                        () if chosen.keeps(one.id) else dict.fromkeys([one.body, short_wording(one)])
                    ):
                        if room.takes(page, wording, note_mm, alone):
                            chosen = chosen.printing(one, short=wording != one.body)
                            room.give(page, wording, note_mm, alone, back=-1)
                            break
            longer = self._with_another_section(chosen, room, note_mm)
            if longer is None:
                return self._with_full_wordings(self._with_full_lead(chosen, room), room)
            chosen = longer

    def _with_full_lead(self, chosen: BriefSelection, room: _Room) -> BriefSelection:
        """Print the summary in full, which needs no further notes, if the first page has room for that."""
        more = sum(len(one.body) - len(one.variants.get("short", one.body)) for one in self.offer.lead)
        if not more or chosen.keeps(FULL_LEAD) or room.text_mm(more) > room.left[0]:
            return chosen
        return replace(chosen, left_out=chosen.left_out - {FULL_LEAD})

    def _with_full_wordings(self, chosen: BriefSelection, room: _Room) -> BriefSelection:
        """Print statements in full that were shortened, the most important first, where there is room."""
        for page in range(self.pages):
            for one in self._statements(chosen.front_sections, page):
                more = room.text_mm(len(one.body) - len(short_wording(one)))
                if one.id in chosen.shortened and chosen.keeps(one.id) and more <= room.left[page]:
                    chosen = chosen.printing(one)
                    room.left[page] -= more
        return chosen

    def _with_another_section(
        self, chosen: BriefSelection, room: _Room, note_mm: float
    ) -> BriefSelection | None:
        """Move the next section to the first page, if there is room and the second has nothing of it."""
        if chosen.front_sections >= len(self.offer.sections):
            return None
        prose = self.offer.sections[chosen.front_sections][1]
        if any(chosen.keeps(one.id) for one in prose) or not room.takes(
            0, prose[0].body, note_mm, alone=True
        ):
            return None
        room.give(0, prose[0].body, note_mm, alone=True, back=-1)
        return replace(chosen, front_sections=chosen.front_sections + 1).printing(prose[0])

    def _optional(self, chosen: BriefSelection, page: int) -> list[Snippet]:
        """Return the statements that may be on a page, the most important first.

        The first statement of a section comes before all others, and cannot be left out of the first ones.
        """
        required = {*self.offer.required(self.pages)}
        return [one for one in self._statements(chosen.front_sections, page) if one.id not in required]

    def _statements(self, front_sections: int, page: int) -> list[Snippet]:
        """Return the statements of a page's sections: the first of each, then the others by importance."""
        front = front_sections
        sections = self.offer.sections[:front] if page == 0 else self.offer.sections[front:]
        others = sorted((one for _, prose in sections for one in prose[1:]), key=importance_key)
        return [*(prose[0] for _, prose in sections), *others]

    def _is_alone(self, one: Snippet, chosen: BriefSelection) -> bool:
        """Return whether no other statement of a statement's section is printed."""
        section = next(prose for _, prose in self.offer.sections if one in prose)
        return not any(chosen.keeps(other.id) for other in section if other.id != one.id)

    # What became of it

    def _explain(self, chosen: BriefSelection) -> Iterator[BriefDecision]:
        for position, (_, prose) in enumerate(self.offer.sections):
            place: Literal["page 1", "page 2"] = "page 1" if position < chosen.front_sections else "page 2"
            for one in prose:
                priority = f"priority {one.priority}"
                if not chosen.keeps(one.id):
                    yield BriefDecision(one.id, "left out", f"{priority}; the pages had no room for it")
                    continue
                required = one.id in self.offer.required(self.pages)
                why = "the first statement of its section" if required else "there was room for it"
                short = ", in its short wording" if one.id in chosen.shortened else ""
                yield BriefDecision(one.id, place, f"{priority}; {why}{short}")
        for one in self.offer.lead:
            yield BriefDecision(one.id, "page 1", "a statement of the summary")
        for one in self.offer.key_figures:
            kept = chosen.keeps(f"{KEY_FIGURE}:{one.id}")
            yield self._explain_beside(f"key figure {one.id}", one, kept)
        for id in self.offer.due:
            due = self.composer.library.snippets[id].recheck_by
            yield BriefDecision(f"key figure {id}", "left out", f"it was to be looked up again by {due}")
        if self.offer.quotation:
            one = self.offer.quotation
            yield self._explain_beside(f"quotation {one.id}", one, chosen.keeps(QUOTATION))
        figures = self.offer.figures if self.pages == 2 else ()
        printed = [one for one in figures if chosen.keeps(f"{FIGURE}:{one.id}")]
        for one in figures:
            why = "named by the campaign" if one.id in self.offer.named else f"priority {one.priority}"
            if one in printed:
                yield BriefDecision(f"figure {one.id}", "page 2", why)
            else:
                beside = f"{_NO_ROOM} beside figure {printed[0].id}" if printed else _NO_ROOM
                yield BriefDecision(f"figure {one.id}", "left out", f"{why}; {beside}")
        if not chosen.keeps(FULL_ASKS):
            yield BriefDecision("the full wording of the asks", "left out", _NO_ROOM)
        if not chosen.keeps(BOXED_ASKS):
            yield BriefDecision("the asks of the box once more", "left out", _NO_ROOM)
        for id in self.offer.superseded:
            yield BriefDecision(id, "left out", "superseded by a newer statement")

    def _explain_beside(self, item: str, one: Snippet, kept: bool) -> BriefDecision:
        if not kept:
            return BriefDecision(item, "left out", _NO_ROOM)
        named = one.id in self.offer.named
        why = "named by the campaign" if named else f"priority {one.priority}, of the best in its sections"
        return BriefDecision(item, "side column", why)

    def _describe_in_record(self, fit: BriefFit) -> dict[str, object]:
        return {
            "max_pages": self.pages,
            "pages": self.pages,
            "filled": [round(fill, 3) for fill in fit.fills],
            "left_out": [decision.item for decision in fit.decisions if decision.place == "left out"],
        }


def _rank(fills: tuple[float, ...]) -> tuple[float, float]:
    """Rank a selection by its emptiest page, then by all."""
    return min(fills), sum(fills)


_NO_ROOM = "the page had no room for it"


@dataclass(slots=True)
class _Room:
    """The height that is left on each page, in millimetres, as statements are added and taken away."""

    left: list[float]
    slack: float
    """Height that the main column of the last page is shorter than the aside beside it."""
    line_mm: float
    line_characters: float
    note_line_mm: float
    note_characters: float

    @classmethod
    def of(cls, trial: _Trial, aim: float, pages: int) -> _Room:
        usage = trial.usage
        left = []
        for number, page in enumerate(usage.pages[:pages]):
            used = page.column_mm if pages == 2 and number == 0 else page.used_mm
            left.append(aim * page.room_mm - used)
        last = usage.pages[pages - 1]
        slack = max(0.0, last.aside_mm - last.column_mm)
        return cls(
            left, slack, usage.line_mm, usage.line_characters, usage.note_line_mm, usage.note_characters
        )

    def note_mm(self, characters: float) -> float:
        """Return the height that a note of so many characters takes."""
        return ceil(characters / self.note_characters) * self.note_line_mm * _SECOND_COLUMN

    def takes(self, page: int, wording: str, note_mm: float, alone: bool) -> bool:
        """Return whether a statement fits on a page, and its note on the last one."""
        text_mm = self._statement_mm(wording, alone)
        if page == len(self.left) - 1:
            return max(0.0, text_mm - self.slack) + note_mm <= self.left[page]
        return text_mm <= self.left[page] and note_mm <= self.left[-1]

    def give(self, page: int, wording: str, note_mm: float, alone: bool, back: int = 1) -> None:
        """Give a page the room of a statement; with `back` -1, take it."""
        text_mm = self._statement_mm(wording, alone)
        if page == len(self.left) - 1 and back < 0:
            beside = min(self.slack, text_mm)
            self.slack, text_mm = self.slack - beside, text_mm - beside
        self.left[page] += back * text_mm
        self.left[-1] += back * note_mm

    def text_mm(self, characters: float) -> float:
        """Return the height that so many characters add to a paragraph."""
        return characters / self.line_characters * self.line_mm

    def _statement_mm(self, wording: str, alone: bool) -> float:
        """Return the height of a statement, of its heading too if it is alone in its section."""
        return self.text_mm(len(wording) + 3) + (_HEADING_LINES + 0.5 if alone else 0) * self.line_mm

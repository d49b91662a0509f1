"""Set the texts in the margins of a page, of which the running head is each letter's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from briefgen.render.pdf.artifacts import get_margin_artifact
from briefgen.render.pdf.assembly.blocks import Block, TextRun, iter_lines, read_margin
from briefgen.render.pdf.assembly.errors import NotAssembledError
from briefgen.render.pdf.assembly.page_model import find_text_boxes
from briefgen.render.pdf.assembly.pango_lines import LineBreaker

RUNNING_HEAD_CLASS = "running-head"
_SLACK_PX = 0.05
"""Room that must be left on its line, lest rounding decide whether it fits."""

PlacedMargin = tuple[float, Block, Mapping[str, str]]
"""Where the text of a margin stands, the text, and the kind of artifact that it is."""


@dataclass(frozen=True, slots=True)
class MarginText:
    """The text in a margin of a page that was laid out in full."""

    top: float
    block: Block
    artifact: Mapping[str, str]
    running: tuple[str, ...] | None
    """The parts of the running head; None if this text is the same for all letters."""
    styles: tuple[Any, ...]
    """Of each run that is a part of the running head; None for what stands between them."""
    right: float
    """Where the line ends at the latest."""

    @classmethod
    def from_box(cls, box: Any, breaker: LineBreaker) -> MarginText:
        """Read WeasyPrint's box of a margin; raise NotAssembledError if its running head is not one line."""
        texts = list(find_text_boxes(box))
        is_running = any(_get_class(each) == RUNNING_HEAD_CLASS for each in box.descendants())
        if is_running and len(list(iter_lines(box))) != 1:
            raise NotAssembledError("a running head of several lines")
        own = [each for each in texts if is_running and "::" not in each.element_tag]
        return cls(
            box.position_y,
            read_margin(box, breaker.fonts),
            get_margin_artifact(box),
            tuple(each.text for each in own) if is_running else None,
            tuple(_keep_words_whole(each.style) if each in own else None for each in texts),
            box.content_box_x() + box.width,
        )

    def place(self, running: Sequence[str], breaker: LineBreaker) -> PlacedMargin:
        """Return the text for a letter whose running head has these parts."""
        if self.running is None or self.running == tuple(running):
            return self.top, self.block, self.artifact
        if len(running) != len(self.running):
            raise NotAssembledError("a running head with other parts")
        return self.top, self._set_parts(list(running), breaker), self.artifact

    def _set_parts(self, parts: list[str], breaker: LineBreaker) -> Block:
        block = Block(self.block.height)
        pen = self.block.runs[0].left
        for run, style in zip(self.block.runs, self.styles, strict=True):
            painted, width = run.painted, run.hit_area[2]
            if style is not None:
                lines = breaker.break_text(parts.pop(0), style, self.right - pen)
                if len(lines) != 1:
                    raise NotAssembledError("a running head of several lines")
                painted, width = lines[0].painted, lines[0].width
            block.runs.append(_place_run(run, painted, pen, width))
            pen += width
        if pen > self.right - _SLACK_PX:
            raise NotAssembledError("a running head of several lines")
        return block


def _place_run(run: TextRun, painted: Any, left: float, width: float) -> TextRun:
    _, top, _, height = run.hit_area
    return replace(run, painted=painted, left=left, hit_area=(left, top, width, height))


def _keep_words_whole(style: Any) -> Any:
    """Return a style for text that has to fit on one line: how its words could break makes no difference."""
    whole = style.copy()
    whole["overflow_wrap"] = "normal"
    return whole


def _get_class(box: Any) -> str | None:
    return None if box.element is None else box.element.get("class")

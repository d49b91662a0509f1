"""Find out whether a text numbers its own paragraphs, and which number each paragraph has."""

from __future__ import annotations

import re
from collections.abc import Sequence

from briefgen.library.ingest.blocks import TextBlock

_NUMBER = re.compile(r"(?:(?P<plain>\d{1,4})\.|\[(?P<bracketed>\d{1,4})\])\s")
_ITEM = re.compile(r"\(?(?:[a-z]|[ivx]{1,5})[.)]\s|[•▪■●○◦‣·–—*-]\s")
_MAX_STARTS = 20
"""Paragraphs numbered 1 that are tried as the first; a table of contents may come before it."""


def find_printed_numbers(blocks: Sequence[TextBlock], force: bool | None = None) -> list[str]:
    """Return the number of each block; empty for those without, and for all if the text has none of its own.

    An item such as `(a)` has the number of the paragraph that it belongs to. A text numbers its paragraphs if
    at least three, and a third of all that are not items, are counted from 1 without a gap; `force` overrides
    that.
    """
    bodies = [index for index, block in enumerate(blocks) if block.text and not block.kind]
    values = {index: value for index in bodies if (value := _read_number(blocks[index])) is not None}
    starts = [index for index, value in values.items() if value == 1][:_MAX_STARTS]
    # Of equal runs the later is the denser: the earlier began with a table of contents.
    run = max((_count_from(values, start) for start in reversed(starts)), key=len, default={})
    whole = sum(index in run or not _ITEM.match(blocks[index].text) for index in bodies)
    if not (len(run) >= 3 and len(run) >= whole / 3 if force is None else force):
        return [""] * len(blocks)
    numbers: list[str] = []
    for index, block in enumerate(blocks):
        before = numbers[-1] if numbers else ""
        belongs = before if block.text and not block.kind and _ITEM.match(block.text) else ""
        numbers.append(str(run[index]) if index in run else belongs)
    return numbers


def _read_number(block: TextBlock) -> int | None:
    """Return the number at the beginning of a paragraph; None for a heading such as `1. Method`."""
    if block.number is not None:
        return block.number
    match = _NUMBER.match(block.text)
    if match is None or (len(block.text.split()) < 8 and block.text[-1].isalnum()):
        return None
    return int(match["plain"] or match["bracketed"])


def _count_from(values: dict[int, int], start: int) -> dict[int, int]:
    """Return the blocks that continue the count from a block with the number 1, each with its number."""
    run: dict[int, int] = {}
    for index, value in values.items():
        if index >= start and value == len(run) + 1:
            run[index] = value
    return run

"""Corrections, omissions and statements do not contradict one another."""

from __future__ import annotations

from pathlib import Path

import pytest

from briefgen.errors import ProblemList
from briefgen.library.curation import check_curation
from briefgen.library.folders import LibraryFolder
from briefgen.library.loader import load_library

CORRECTIONS = """# Corrections

## D01 How it was adopted

It was adopted without a vote. `council-2013` gives the number and does not say how it was adopted. The claim is in
`omitted.yaml`.

## D02 Ten percent

The share is wrong.

## What else

The claim of the map is omitted.
"""
OMITTED = """- paragraph: 3
  anchor: passed unanimously
  reason: "Adopted without a vote; see `council-2013`."
  corrections: [D01]
"""
CARD = "---\nkind: ask\ncorrections: [D02]\nreview: draft\n---\nact.\n"


def problems(
    folder: Path, corrections: str | None, omitted: str, card: str
) -> list[tuple[str, str, int | None]]:
    (folder / "snippets").mkdir()
    if corrections is not None:
        (folder / "snippets/corrections.md").write_text(corrections)
    (folder / "snippets/omitted.yaml").write_text(omitted)
    (folder / "snippets/council-2013.md").write_text(card)
    library = load_library([LibraryFolder(folder)], ProblemList())
    found = check_curation(library)
    return [(one.code, Path(one.place.file).name, one.place.line) for one in found if one.place]


@pytest.mark.parametrize(
    ("corrections", "omitted", "card", "found"),
    [
        (CORRECTIONS, OMITTED, CARD, []),
        (
            CORRECTIONS,
            OMITTED.replace("see `council-2013`", "`council-2013` says so"),
            CARD,
            [("omission-contradicts", "omitted.yaml", 3)],
        ),
        (
            CORRECTIONS,
            OMITTED.replace("D01", "D07"),
            CARD,
            [("correction-unknown", "omitted.yaml", 4), ("omission-unrecorded", "corrections.md", 3)],
        ),
        (CORRECTIONS, OMITTED, CARD.replace("D02", "D20"), [("correction-unknown", "council-2013.md", 3)]),
        (CORRECTIONS, "", CARD, [("omission-unrecorded", "corrections.md", 3)]),
        (CORRECTIONS.replace("Ten", "`omitted.yaml`\n\nTen"), OMITTED, CARD, []),
        (CORRECTIONS, "anchor: a", CARD, [("wrong-type", "omitted.yaml", 1), ("omission-unrecorded", "corrections.md", 3)]),
        (None, OMITTED.replace("D01", "D07"), CARD, []),
    ],
)  # fmt: skip
def test_contradictions_are_found_at_their_place(
    tmp_path: Path,
    corrections: str | None,
    omitted: str,
    card: str,
    found: list[tuple[str, str, int | None]],
) -> None:
    assert problems(tmp_path, corrections, omitted, card) == found

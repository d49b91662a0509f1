"""Corrections, omissions and statements do not contradict one another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from briefgen.errors import ProblemList
from briefgen.evidence.lock import EvidenceLock, LockedWording, read_lock, serialize_lock
from briefgen.library.curation import check_curation, lock_curation
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


# -- the lock


@pytest.fixture
def reviewed(tmp_path: Path) -> Path:
    """A folder whose corrections and omissions are locked."""
    assert problems(tmp_path, CORRECTIONS, OMITTED, CARD) == []
    wordings = {"council-2013": LockedWording("a", "b", "Dana Writer", "2026-11-01")}
    curation = lock_curation(LibraryFolder(tmp_path), "Dana Writer", "2026-11-01")
    write_lock(tmp_path, EvidenceLock({}, wordings, {}, curation))
    return tmp_path


def write_lock(folder: Path, lock: EvidenceLock) -> None:
    (folder / "snippets/quotes.lock").write_text(serialize_lock(lock))


def read_own_lock(folder: Path) -> EvidenceLock:
    return read_lock(folder / "snippets/quotes.lock", "", ProblemList())


def found_in(folder: Path) -> list[tuple[str, str, str]]:
    library = load_library([LibraryFolder(folder)], ProblemList())
    return [
        (one.code, Path(one.place.file).name, one.message) for one in check_curation(library) if one.place
    ]


def test_what_was_reviewed_and_not_changed_is_no_problem(reviewed: Path) -> None:
    assert [*read_own_lock(reviewed).curation] == [
        "corrections/D01",
        "corrections/D02",
        "omitted/passed unanimously",
    ]
    assert found_in(reviewed) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "message"),
    [
        ("corrections.md", "share is wrong", "share is right", "curation-changed", "the entry D02 was edited"),
        ("corrections.md", "Ten percent", "Two percent", "curation-changed", "the entry D02 was edited"),
        ("corrections.md", "## D02 Ten percent\n\nThe share is wrong.\n", "", "curation-changed", "the entry D02 was removed"),
        ("corrections.md", "## What", "## D03 What", "curation-unlocked", "the entry D03 is not in the lock"),
        ("omitted.yaml", "paragraph: 3", "paragraph: 4", "curation-changed", "the entry “passed unanimously” was edited"),
        ("omitted.yaml", "without a vote", "by a vote", "curation-changed", "the entry “passed unanimously” was edited"),
    ],
)  # fmt: skip
def test_an_entry_edited_after_its_review_is_named(
    reviewed: Path, file: str, old: str, new: str, code: str, message: str
) -> None:
    path = reviewed / "snippets" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    (found,) = [one for one in found_in(reviewed) if one[0].startswith("curation-")]
    assert found[:2] == (code, file)
    assert found[2].startswith(message)


def test_an_omission_that_is_gone_is_named(reviewed: Path) -> None:
    (reviewed / "snippets/omitted.yaml").unlink()
    assert ("curation-changed", "omitted.yaml") in [one[:2] for one in found_in(reviewed)]


def test_spaces_and_the_breaks_of_lines_are_no_edits(reviewed: Path) -> None:
    path = reviewed / "snippets/corrections.md"
    path.write_text(path.read_text().replace("The share is wrong.", "The share\nis  wrong.\n"))
    assert found_in(reviewed) == []


def test_where_nobody_has_reviewed_anything_nothing_is_compared(reviewed: Path) -> None:
    write_lock(reviewed, EvidenceLock())
    (reviewed / "snippets/corrections.md").write_text(CORRECTIONS.replace("wrong", "right"))
    assert found_in(reviewed) == []


def test_a_review_of_one_correction_leaves_the_others_as_they_were(reviewed: Path) -> None:
    (reviewed / "snippets/corrections.md").write_text(
        CORRECTIONS.replace("wrong", "right").replace("adopted without", "passed without")
    )
    entries = lock_curation(LibraryFolder(reviewed), "Ada Reader", "2026-12-01", {"D02"})
    assert {key: entry.by for key, entry in entries.items()} == {
        "corrections/D01": "Dana Writer",
        "corrections/D02": "Ada Reader",
        "omitted/passed unanimously": "Dana Writer",
    }
    write_lock(reviewed, replace(read_own_lock(reviewed), curation=entries))
    assert [one[2].split(" was")[0] for one in found_in(reviewed)] == ["the entry D01"]

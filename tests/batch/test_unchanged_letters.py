"""What has changed without changing a letter costs no rendering; what changes it never goes unnoticed."""

from dataclasses import fields, replace
from pathlib import Path

import pytest
from batch_fakes import Dying, FakeComposer, SameWords, Seen, job, people

from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.plan import rendering_hash
from briefgen.batch.runner import run_batch
from briefgen.model.document import Document


def made(out: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in (out / "letters").iterdir()}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    run_batch(job(people(3)), FolderOutput(tmp_path), workers=1, progress=Seen())
    return tmp_path


def test_a_snippet_that_no_letter_uses_makes_no_letter_again(out: Path):
    before = made(out)
    summary = run_batch(
        job(people(3), SameWords("campaign-2")), FolderOutput(out), workers=1, progress=Seen()
    )
    assert (summary.rendered, summary.unchanged, summary.ok) == (0, 6, True)
    assert made(out) == before
    # From now on not even a worker is needed.
    again = run_batch(
        job(people(3), SameWords("campaign-2"), renderers=Dying()),
        FolderOutput(out),
        workers=1,
        progress=Seen(),
    )
    assert (again.rendered, again.unchanged) == (0, 6)


def test_another_stylesheet_makes_all_letters_again(out: Path):
    given = job(people(3), SameWords("campaign-2"), rendering_fingerprint="stylesheets-2")
    assert run_batch(given, FolderOutput(out), workers=1, progress=Seen()).rendered == 6


def test_a_file_that_is_not_whole_is_made_again_though_its_words_are_the_same(out: Path):
    victim = next((out / "letters").iterdir())
    victim.write_bytes(b"damaged")
    summary = run_batch(
        job(people(3), SameWords("campaign-2")), FolderOutput(out), workers=1, progress=Seen()
    )
    assert (summary.rendered, summary.unchanged) == (1, 5)
    assert victim.read_bytes() != b"damaged"


CHANGED = {"record": {"snippets": []}, "date": people(1)[0].term_end, "running": ("x",)}


@pytest.mark.parametrize("name", [field.name for field in fields(Document)])
def test_any_change_of_the_document_shows(name: str):
    """So does a field that is added to it later: the test finds it."""
    document = FakeComposer().compose_letter(people(1)[0])
    other = replace(document, **{name: CHANGED.get(name, "other")})
    assert rendering_hash(other, "drawing", "pdf") != rendering_hash(document, "drawing", "pdf")


def test_format_and_stylesheets_show():
    document = FakeComposer().compose_letter(people(1)[0])
    seen = {
        rendering_hash(document, drawing, format) for drawing in ("one", "two") for format in ("pdf", "docx")
    }  # type: ignore[arg-type]
    assert len(seen) == 4

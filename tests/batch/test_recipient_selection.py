"""A part of the batch: some recipients, so many, or those that failed; and the manifest that tells no lies."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from batch_fakes import FakeComposer, Renderers, Seen, job, people

from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.plan import BatchSelection
from briefgen.batch.runner import BatchSummary, run_batch
from briefgen.batch.tasks import BatchJob
from briefgen.errors import Place, Problem


def run(given: BatchJob, out: Path, choice: BatchSelection, **options: object) -> BatchSummary:
    return run_batch(
        given, FolderOutput(out), **({"workers": 2, "progress": Seen(), "selection": choice} | options)
    )


def letters(out: Path) -> set[str]:
    return {path.name[:9] for path in (out / "letters").iterdir()}


def test_only_those_who_are_named_get_their_letter(tmp_path: Path):
    summary = run(job(people(5)), tmp_path, BatchSelection(only=frozenset({"person-00001", "person-00003"})))
    assert letters(tmp_path) == {"name00001", "name00003"}
    assert (summary.rendered, summary.left, summary.exit_code) == (4, 6, 0)


def test_a_part_has_no_manifest_until_the_batch_is_whole(tmp_path: Path):
    assert not run(job(people(4)), tmp_path, BatchSelection(limit=3)).whole
    assert not (tmp_path / "manifest.csv").exists()
    assert run(job(people(4)), tmp_path, BatchSelection(limit=3)).whole
    with (tmp_path / "manifest.csv").open(encoding="utf-8-sig") as file:
        assert len(list(csv.DictReader(file))) == 8


def test_one_letter_of_a_whole_batch_made_anew_leaves_it_whole(tmp_path: Path):
    """Also where another failed, and is left alone."""
    everybody = people(4)
    failing = FakeComposer(trouble={"person-00003": "fault"})
    run(job(everybody, failing), tmp_path, BatchSelection())
    changed = replace(everybody[1], address=("New Street",))
    given = job((everybody[0], changed, *everybody[2:]), failing)
    summary = run(given, tmp_path, BatchSelection(only=frozenset({changed.id})))
    assert (summary.rendered, summary.unchanged, summary.left, summary.whole) == (2, 4, 2, True)
    assert (tmp_path / "manifest.csv").exists() and (tmp_path / "errors.csv").exists()


def test_a_manifest_goes_where_a_part_is_made_of_a_changed_campaign(tmp_path: Path):
    """The other letters are out of date, and must not be posted with it."""
    run(job(people(3)), tmp_path, BatchSelection())
    summary = run(job(people(3), FakeComposer("campaign-2")), tmp_path, BatchSelection(limit=1))
    assert (summary.rendered, summary.left) == (2, 4)
    assert not (tmp_path / "manifest.csv").exists()


@pytest.mark.slow
def test_a_limit_goes_on_where_the_last_one_stopped(tmp_path: Path):
    for made in (2, 4, 5):
        run(job(people(5)), tmp_path, BatchSelection(limit=2))
        assert len(letters(tmp_path)) == made


@pytest.mark.slow
def test_only_what_failed_is_tried_again(tmp_path: Path):
    """In the formats that it lacks (a letter that cannot be made in one is written in none), and nobody else's."""
    renderers = Renderers({"docx": {"person-00001": "fault", "person-00002": "exit"}})
    run(job(people(4), renderers=renderers), tmp_path, BatchSelection(limit=3))
    summary = run(job(people(4)), tmp_path, BatchSelection(failed=True))
    assert (summary.rendered, summary.unchanged, summary.left) == (3, 3, 2)
    assert not (tmp_path / "errors.csv").exists()


def test_a_part_does_not_answer_for_recipients_that_were_skipped(tmp_path: Path):
    """They are in errors.csv all the same."""
    skipped = [Problem("no-address", "no address", Place("recipients.csv", 50))]
    summary = run(job(people(2)), tmp_path, BatchSelection(limit=2), skipped=skipped)
    assert (summary.skipped, summary.exit_code) == (0, 0)
    assert "no-address" in (tmp_path / "errors.csv").read_text(encoding="utf-8-sig")

"""A dry run says what a run would do, and why, and touches nothing."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from batch_fakes import FakeComposer, Seen, job, people

from briefgen.batch.lock import output_lock
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.plan import BatchSelection
from briefgen.batch.preview import REASON_TEXTS, BatchPreview, preview_batch
from briefgen.batch.runner import run_batch
from briefgen.batch.tasks import BatchJob
from briefgen.errors import OutputBusyError, Problem

EVERYBODY = people(4)


def files(folder: Path) -> dict[Path, tuple[int, bytes]]:
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def out(tmp_path: Path) -> Path:
    run_batch(job(EVERYBODY), FolderOutput(tmp_path), workers=2, progress=Seen())
    return tmp_path


def foreseen(given: BatchJob, out: Path, **options: object) -> BatchPreview:
    before = files(out)
    found = preview_batch(given, FolderOutput(out), **options)  # type: ignore[arg-type]
    assert files(out) == before
    return found


def whys(found: BatchPreview) -> set[tuple[str, str, str]]:
    return {(one.recipient[-1], one.state, one.why) for one in found.letters if one.state != "unchanged"}


def test_nothing_is_made_where_nothing_is_yet(tmp_path: Path):
    found = preview_batch(job(EVERYBODY), FolderOutput(tmp_path / "out"))
    assert whys(found) == {(str(number), "make", "new") for number in range(4)}
    assert not (tmp_path / "out").exists() and found.exit_code == 0


def test_an_unchanged_batch_has_nothing_to_do(out: Path):
    assert foreseen(job(EVERYBODY), out).counts == {"unchanged": 8}


def _delete(out: Path) -> None:
    next((out / "letters").glob("name00001*.pdf")).unlink()


def _edit(out: Path) -> None:
    next((out / "letters").glob("name00001*.pdf")).write_bytes(b"mine")


@pytest.mark.parametrize(("change", "why"), [(_delete, "missing"), (_edit, "edited")])
def test_a_file_that_is_not_as_written_says_so(out: Path, change: Callable[[Path], None], why: str):
    change(out)
    assert whys(foreseen(job(EVERYBODY), out)) == {("1", "make", why)}


def test_a_changed_row_is_told_from_a_changed_campaign(out: Path):
    changed = replace(EVERYBODY[2], address=("New Street",))
    given = (*EVERYBODY[:2], changed, EVERYBODY[3])
    assert whys(foreseen(job(given), out)) == {("2", "make", "recipient")}
    found = foreseen(job(EVERYBODY, FakeComposer("campaign-2")), out)
    assert {why for _, _, why in whys(found)} == {"campaign"}


def test_what_cannot_be_composed_is_foreseen(out: Path):
    found = foreseen(job(EVERYBODY, FakeComposer("campaign-2", {"person-00003": "fault"})), out)
    assert ("3", "fail", "campaign") in whys(found) and found.exit_code == 1
    assert {p.code for one in found.letters for p in one.problems} == {"fake-fault"}


def test_what_failed_is_told(tmp_path: Path):
    run_batch(
        job(EVERYBODY, FakeComposer(trouble={"person-00003": "fault", "person-00002": "exit"})),
        FolderOutput(tmp_path),
        workers=2,
        progress=Seen(),
    )
    found = foreseen(job(EVERYBODY), tmp_path)
    assert whys(found) == {("3", "make", "failed"), ("2", "make", "set-aside")}


def test_what_a_part_leaves_is_told(out: Path):
    choice = BatchSelection(only=frozenset({"person-00001"}))
    found = foreseen(job(EVERYBODY, FakeComposer("campaign-2")), out, selection=choice)
    assert found.counts == {"make": 2, "left": 6}


def test_somebody_skipped_is_exit_code_1(out: Path):
    assert foreseen(job(EVERYBODY), out, skipped=[Problem("no-address", "no address")]).exit_code == 1


def test_it_does_what_it_says(out: Path):
    """The run makes just what was foreseen."""
    _delete(out)
    given = job((replace(EVERYBODY[0], address=("New Street",)), *EVERYBODY[1:]))
    found = foreseen(given, out)
    watch = Seen()
    run_batch(given, FolderOutput(out), workers=2, progress=watch)
    assert {(one.recipient, one.format) for one in found.letters if one.state == "make"} == {
        key for key, state in watch.states().items() if state == "rendered"
    }


def test_it_does_not_look_while_another_run_writes(out: Path):
    with output_lock(out / ".briefgen" / "lock", label=str(out)), pytest.raises(OutputBusyError):
        preview_batch(job(EVERYBODY), FolderOutput(out), lock_timeout=0)


def test_an_unreadable_ledger_is_said_and_left(out: Path):
    (out / ".briefgen" / "ledger.sqlite").write_bytes(b"garbage" * 1000)
    found = foreseen(job(EVERYBODY), out)
    assert [note.code for note in found.notes] == ["ledger-unreadable"] and found.counts == {"make": 8}


def test_every_reason_has_words(out: Path):
    reasons = {"new", "recipient", "campaign", "missing", "edited", "failed", "set-aside", "unverified"}
    assert reasons == set(REASON_TEXTS)

"""A batch from beginning to end, with fake letters."""

import csv
import hashlib
import os
import random
import shutil
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from batch_fakes import Doubtful, Dying, FakeComposer, Refusing, Renderers, Seen, job, people

from briefgen.batch.lock import output_lock
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.runner import BatchSummary, run_batch
from briefgen.batch.tasks import BatchJob, LetterTask, PlannedFile
from briefgen.batch.worker import RenderingWorker
from briefgen.errors import BriefgenError, OutputBusyError, Place, Problem, StorageError
from briefgen.system.files import TEMPORARY_PREFIX
from briefgen.system.limits import WorkerLimits


def run(given: BatchJob, out: Path, **options: object) -> tuple[BatchSummary, Seen]:
    seen = Seen()
    summary = run_batch(given, FolderOutput(out), **({"workers": 2, "progress": seen} | options))
    assert seen.summary is summary
    return summary, seen


def files(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (out / "letters").iterdir()}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_everybody_gets_their_letter_in_each_format(tmp_path: Path):
    summary, seen = run(job(people(5)), tmp_path)
    assert summary.ok and summary.exit_code == 0
    assert (summary.rendered, summary.unchanged, summary.pages) == (10, 0, 10)
    assert summary.bytes == sum(map(len, files(tmp_path).values()))
    assert seen.total == 10 and set(seen.states().values()) == {"rendered"}
    assert len(files(tmp_path)) == 10


@pytest.mark.slow
def test_no_letter_holds_another_recipients_words_whatever_the_workers_and_the_order(tmp_path: Path):
    """And the bytes and names are the same for all of them."""
    everybody = people(24)
    shuffled = list(everybody)
    random.Random(7).shuffle(shuffled)
    made = []
    for workers, recipients in ((1, everybody), (2, tuple(shuffled)), (4, everybody[::-1])):
        out = tmp_path / str(workers)
        assert run(job(recipients), out, workers=workers)[0].ok
        made.append(files(out))
        for row in table(out / "manifest.csv"):
            text = (out / row["file"]).read_text()
            for person in everybody:
                own = person.id == row["id"]
                assert (person.name in text) is own and (person.address[0] in text) is own
    assert made[0] == made[1] == made[2]


def test_a_second_run_makes_nothing(tmp_path: Path):
    """Not even a worker: this one could not start."""
    run(job(people(5)), tmp_path)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "letters").iterdir()}
    summary, seen = run(job(people(5), renderers=Dying()), tmp_path)
    assert (summary.rendered, summary.unchanged) == (0, 10) and summary.ok
    assert set(seen.states().values()) == {"unchanged"}
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "letters").iterdir()} == before


def test_only_the_changed_recipient_is_made_again(tmp_path: Path):
    everybody = people(5)
    run(job(everybody), tmp_path)
    changed = replace(everybody[2], address=("New Street",))
    summary, seen = run(job((*everybody[:2], changed, *everybody[3:])), tmp_path)
    assert (summary.rendered, summary.unchanged) == (2, 8) and not summary.notes
    assert {who for (who, _), state in seen.states().items() if state == "rendered"} == {changed.id}


@pytest.mark.slow
def test_a_changed_campaign_makes_all_letters_again(tmp_path: Path):
    run(job(people(3)), tmp_path)
    summary, _ = run(job(people(3), FakeComposer("campaign-2")), tmp_path)
    assert summary.rendered == 6 and not summary.notes
    assert all(b"campaign-2" in data for data in files(tmp_path).values())


def test_a_new_format_leaves_the_others_alone(tmp_path: Path):
    run(job(people(3), formats=("pdf",)), tmp_path)
    summary, _ = run(job(people(3), formats=("pdf", "txt")), tmp_path)
    assert (summary.rendered, summary.unchanged) == (3, 3)


@pytest.mark.parametrize("damage", ["deleted", "cut", "same size"])
def test_a_letter_that_is_not_as_recorded_is_made_again(tmp_path: Path, damage: str):
    run(job(people(3)), tmp_path)
    whole = files(tmp_path)
    victim = sorted((tmp_path / "letters").iterdir())[3]
    match damage:
        case "deleted":
            victim.unlink()
        case "cut":
            victim.write_bytes(victim.read_bytes()[:-10])
        case "same size":
            victim.write_bytes(b"x" + victim.read_bytes()[1:])
    summary, _ = run(job(people(3)), tmp_path)
    assert (summary.rendered, summary.unchanged) == (1, 5) and summary.ok
    assert files(tmp_path) == whole
    [note] = summary.notes  # and it is said
    assert note.code == ("letter-missing" if damage == "deleted" else "letter-edited")
    assert victim.stem in note.message


@pytest.mark.slow
def test_a_letter_changed_by_hand_is_kept_and_said(tmp_path: Path):
    run(job(people(2)), tmp_path)
    victim = next((tmp_path / "letters").glob("*.docx"))
    victim.write_bytes(b"my own words")
    summary, _ = run(job(people(2), FakeComposer("campaign-2")), tmp_path)
    [kept] = (tmp_path / "edited").iterdir()
    assert kept.read_bytes() == b"my own words"
    [note] = summary.notes
    assert note.code == "letter-edited" and kept.name in note.message and note.severity == "warning"


def test_a_renamed_recipient_leaves_no_letter_under_the_old_name(tmp_path: Path):
    one, two = people(2)
    run(job((one, two)), tmp_path)
    summary, _ = run(job((replace(one, name="Married Name"), two)), tmp_path)
    names = sorted(files(tmp_path))
    assert len(names) == 4 and names[0].startswith("married-name-") and not summary.notes


def test_letters_of_nobody_are_left_and_said(tmp_path: Path):
    run(job(people(3)), tmp_path)
    summary, _ = run(job(people(2)), tmp_path)
    assert len(files(tmp_path)) == 6
    [note] = summary.notes
    assert note.code == "letters-stale" and "name00002" in note.message and summary.ok


@pytest.mark.slow
def test_what_cannot_be_made_is_reported_and_the_rest_is_made(tmp_path: Path):
    """A fault of the text, a crash, a hang, a format that fails, and a skipped row, all in one batch."""
    composer = FakeComposer(trouble={"person-00001": "fault", "person-00002": "exit", "person-00003": "hang"})
    renderers = Renderers({"docx": {"person-00004": "fault", "person-00005": "error"}})
    skipped = [
        Problem("address-missing", "no address", Place("recipients.csv", 50)),
        Problem("name-missing", "no name", Place("recipients.csv", 50)),
        Problem("term-ended", "term ended", Place("recipients.csv", 51)),
    ]
    summary, _ = run(job(people(8), composer, renderers), tmp_path, skipped=skipped, timeout_s=0.5)
    assert summary.exit_code == 1 and not summary.interrupted
    assert (summary.rendered, summary.failed, summary.set_aside, summary.skipped) == (7, 4, 5, 2)
    rows = [tuple(row.values())[:4] for row in table(tmp_path / "errors.csv")]
    assert rows == [
        ("50", "", "recipient", "address-missing"),
        ("50", "", "recipient", "name-missing"),
        ("51", "", "recipient", "term-ended"),
        ("3", "person-00001", "compose", "fake-fault"),
        ("3", "person-00001", "compose", "fake-fault"),
        ("4", "person-00002", "worker", "letter-crashed"),
        ("4", "person-00002", "worker", "letter-crashed"),
        ("5", "person-00003", "worker", "letter-hung"),
        ("5", "person-00003", "worker", "letter-hung"),
        ("6", "person-00004", "render", "fake-fault"),
        ("6", "person-00004", "render", "fake-fault"),
        ("7", "person-00005", "worker", "letter-crashed"),
    ]


def test_a_letter_is_made_in_all_its_formats_or_in_none(tmp_path: Path):
    """Half of it could be sent as if it were the letter."""
    renderers = Renderers({"docx": {"person-00001": "fault"}})
    summary, seen = run(job(people(2), renderers=renderers), tmp_path)
    assert (summary.rendered, summary.failed) == (2, 2)
    assert seen.states()["person-00001", "pdf"] == seen.states()["person-00001", "docx"] == "failed"
    assert len(files(tmp_path)) == 2


def test_a_letter_that_crashes_once_is_made_at_the_second_try(tmp_path: Path):
    composer = FakeComposer(trouble={"person-00001": f"once:{tmp_path / 'mark'}"})
    summary, _ = run(job(people(3), composer), tmp_path / "out")
    assert summary.ok and summary.rendered == 6


def test_what_failed_is_tried_again_in_the_next_run_and_the_errors_go(tmp_path: Path):
    run(job(people(3), FakeComposer(trouble={"person-00001": "fault"})), tmp_path)
    assert (tmp_path / "errors.csv").exists()
    summary, _ = run(job(people(3)), tmp_path)
    assert (summary.rendered, summary.unchanged) == (2, 4) and summary.ok
    assert not (tmp_path / "errors.csv").exists()


@pytest.mark.slow
def test_an_outdated_letter_whose_renewal_failed_is_no_letter_of_the_batch(tmp_path: Path):
    """It would be posted by mistake otherwise: no manifest row has it, and a note names it."""
    run(job(people(2), formats=("pdf",)), tmp_path)
    failing = FakeComposer("campaign-2", {"person-00001": "fault"})
    summary, _ = run(job(people(2), failing, formats=("pdf",)), tmp_path)
    assert [note.code for note in summary.notes] == ["letters-stale"]
    rows = table(tmp_path / "manifest.csv")
    assert [(row["state"], bool(row["file"])) for row in rows] == [("rendered", True), ("failed", False)]


def test_a_repeated_id_is_skipped_and_reported(tmp_path: Path):
    """Two letters under one name would be one letter too few."""
    one, two = people(2)
    summary, _ = run(job((one, two, replace(two, id=one.id))), tmp_path)
    assert (summary.rendered, summary.skipped) == (4, 1)
    assert [row["code"] for row in table(tmp_path / "errors.csv")] == ["recipient-repeated"]


def test_the_manifest_tells_of_every_letter_in_order(tmp_path: Path):
    run(job(people(3)[::-1], formats=("pdf", "txt")), tmp_path)
    rows = table(tmp_path / "manifest.csv")
    assert [row["id"] for row in rows] == [f"person-{n:05d}" for n in (2, 2, 1, 1, 0, 0)]
    for row in rows:
        data = (tmp_path / row["file"]).read_bytes()
        assert row["sha256"] == hashlib.sha256(data).hexdigest() and int(row["bytes"]) == len(data)
    assert (rows[0]["pages"], rows[1]["pages"], rows[0]["snippets"]) == ("2", "", "one two")


def test_the_manifest_names_people_whose_list_has_their_names_in_parts(tmp_path: Path):
    (one,) = people(1)
    run(job((replace(one, name="", given="Ada", family="Sample", suffix="Jr."),)), tmp_path)
    assert {row["name"] for row in table(tmp_path / "manifest.csv")} == {"Ada Sample, Jr."}
    assert all(row["file"].startswith("letters/ada-sample-jr-") for row in table(tmp_path / "manifest.csv"))


def test_tables_are_safe_to_open_in_a_spreadsheet(tmp_path: Path):
    starts = ("=1+1", "+1", "-1", "@SUM", "\tx", "\rx")
    hostile = tuple(replace(person, name=start) for person, start in zip(people(6), starts, strict=True))
    run(job(hostile, FakeComposer(trouble={"person-00001": "fault"})), tmp_path)
    assert [row["name"] for row in table(tmp_path / "manifest.csv")][::2] == [f"'{start}" for start in starts]
    assert table(tmp_path / "errors.csv")[0]["message"] == "'=cannot be written"


def test_a_second_run_at_the_same_time_is_turned_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    run(job(people(1)), tmp_path)
    before = (tmp_path / "manifest.csv").read_bytes()
    with output_lock(tmp_path / ".briefgen" / "lock", label=str(tmp_path)), pytest.raises(OutputBusyError):
        run(job(people(2)), tmp_path, lock_timeout=0)
    assert (tmp_path / "manifest.csv").read_bytes() == before


@pytest.mark.slow
def test_a_full_disk_stops_at_once_and_a_later_run_goes_on(tmp_path: Path):
    """RLIMIT_FSIZE stands in for the disk: letters beyond 1 MB cannot be written."""
    few, all_of_them = people(3), people(30)
    run(job(few), tmp_path)
    large = job(all_of_them, renderers=Renderers(times=30_000))
    with pytest.raises(StorageError) as fault:
        run(replace(large, recipients=all_of_them[3:]), tmp_path, limits=WorkerLimits(file_mb=1))
    assert fault.value.exit_code == 74
    assert fault.value.problems[0].code == "output-unwritable" and "again" in (
        fault.value.problems[0].hint or ""
    )
    # The other worker, ended in the midst of it, may leave a half file under a name that is not a letter's.
    assert len([name for name in files(tmp_path) if not name.startswith(TEMPORARY_PREFIX)]) == 6
    summary, _ = run(job(all_of_them), tmp_path)
    assert (summary.rendered, summary.unchanged) == (54, 6)


def test_a_folder_that_cannot_be_written_is_a_storage_fault(tmp_path: Path):
    (tmp_path / "letters").write_text("a file is in the way")
    with pytest.raises(StorageError):
        run(job(people(1)), tmp_path)


def test_a_folder_that_goes_away_on_the_way_is_a_storage_fault(tmp_path: Path):
    class Remover(Seen):
        def done(self, outcome: object) -> None:
            shutil.rmtree(tmp_path / "letters", ignore_errors=True)

    with pytest.raises(StorageError):
        run_batch(job(people(50)), FolderOutput(tmp_path), workers=2, progress=Remover())


def test_renderers_that_cannot_work_here_end_the_batch_with_their_reason(tmp_path: Path):
    with pytest.raises(BriefgenError, match="Pango is missing"):
        run(job(people(3), renderers=Refusing()), tmp_path)
    assert not files(tmp_path)


@pytest.mark.slow
def test_an_unreadable_ledger_costs_work_and_no_letter(tmp_path: Path):
    run(job(people(2)), tmp_path)
    (tmp_path / ".briefgen" / "ledger.sqlite").write_bytes(b"garbage" * 1000)
    summary, _ = run(job(people(2)), tmp_path)
    assert summary.rendered == 4 and summary.ok
    assert [note.code for note in summary.notes] == ["ledger-unreadable"]
    assert not (tmp_path / "edited").exists()


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path):
    """Workers that are killed cannot clean up after themselves."""
    told = tmp_path / "told"
    summary, _ = run(
        job(people(1), FakeComposer(trouble={"person-00000": f"litter:{told}"})), tmp_path / "out"
    )
    assert summary.set_aside == 2
    assert told.read_text() and not Path(told.read_text()).exists()


def test_half_letters_of_a_killed_run_are_cleared(tmp_path: Path):
    run(job(people(1)), tmp_path)
    (tmp_path / "letters" / ".tmp-name-abc.pdf-123").write_bytes(b"half")
    summary, _ = run(job(people(1)), tmp_path)
    assert len(files(tmp_path)) == 2 and not summary.notes


@pytest.mark.slow
def test_a_letter_that_failed_in_between_is_not_taken_for_an_edited_one(tmp_path: Path):
    run(job(people(1)), tmp_path)
    run(job(people(1), FakeComposer("campaign-2", {"person-00000": "fault"})), tmp_path)
    summary, _ = run(job(people(1), FakeComposer("campaign-3")), tmp_path)
    assert summary.ok and not summary.notes and not (tmp_path / "edited").exists()


def test_an_empty_batch_is_a_clean_one(tmp_path: Path):
    summary, _ = run(job(()), tmp_path)
    assert summary.ok and summary.rendered == 0
    assert table(tmp_path / "manifest.csv") == []


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("kill", "killed, which usually means that memory ran out"),
        ("exit", "exited with code 3"),
        ("memory", "ran out of memory"),
        ("error", "ValueError: a bug"),
        ("hang", "took longer than 1.5 seconds"),
    ],
)
def test_a_worker_that_breaks_down_costs_one_letter_after_two_tries(tmp_path: Path, how: str, said: str):
    """Killed, ended, out of memory by its limit (RLIMIT_DATA), broken by a bug, hung."""
    tries = tmp_path / "tries"
    composer = FakeComposer(trouble={"person-00001": f"counted:{tries}:{how}"})
    summary, seen = run(
        job(people(4), composer, formats=("pdf",)),
        tmp_path / "out",
        timeout_s=1.5,
        limits=WorkerLimits(memory_mb=400),
    )
    assert (summary.rendered, summary.set_aside, summary.exit_code) == (3, 1, 1)
    assert tries.read_text() == "try\n" * 2
    [row] = table(tmp_path / "out/errors.csv")
    assert said in row["message"] and row["row"] == "3" and row["id"] == "person-00001"
    assert row["code"] == ("letter-hung" if how == "hang" else "letter-crashed")
    assert seen.states()["person-00001", "pdf"] == "set-aside"


@pytest.mark.parametrize("how", ["kill", "memory", "hang"])
def test_a_worker_that_breaks_down_once_costs_nothing(tmp_path: Path, how: str):
    composer = FakeComposer(trouble={"person-00001": f"first:{tmp_path / 'mark'}:{how}"})
    summary, _ = run(
        job(people(3), composer), tmp_path / "out", timeout_s=1.5, limits=WorkerLimits(memory_mb=400)
    )
    assert summary.ok and summary.rendered == 6


@pytest.mark.kills
def test_an_interrupted_batch_tells_of_the_failures_so_far(tmp_path: Path):
    class Stopper(Seen):
        def done(self, outcome: object) -> None:
            super().done(outcome)  # type: ignore[arg-type]
            if len(self.outcomes) == 4:
                os.kill(os.getpid(), signal.SIGINT)

    composer = FakeComposer(trouble={"person-00000": "fault"}, slow_s=0.05)
    summary = run_batch(job(people(40), composer), FolderOutput(tmp_path), workers=1, progress=Stopper())
    assert summary.interrupted and summary.exit_code == 130 and not summary.whole
    assert not (tmp_path / "manifest.csv").exists()
    assert {row["id"] for row in table(tmp_path / "errors.csv")} == {"person-00000"}


def test_a_renderers_fault_of_a_full_disk_is_no_fault_of_the_letter(tmp_path: Path):
    """It stops at once and blames nobody's stylesheet."""
    renderers = Renderers({"pdf": {"person-00001": "full"}})
    with pytest.raises(StorageError) as fault:
        run(job(people(30), renderers=renderers), tmp_path, workers=1)
    assert fault.value.exit_code == 74 and "free up space" in (fault.value.problems[0].hint or "")
    summary, _ = run(job(people(30)), tmp_path)
    assert summary.ok and not (tmp_path / "errors.csv").exists()


def edit_ledger(out: Path, change: str) -> None:
    with closing(sqlite3.connect(out / ".briefgen" / "ledger.sqlite")) as ledger:
        ledger.execute(change)
        ledger.commit()


@pytest.mark.parametrize(
    "change",
    ["UPDATE letters SET pages = 9", "UPDATE letters SET seal = ''", "PRAGMA user_version = 4"],
    ids=["a row edited", "another computer's row", "an earlier version's"],
)
def test_letters_whose_records_are_not_this_computers_are_made_again(tmp_path: Path, change: str):
    """One that somebody has edited together with its row is put aside."""
    run(job(people(2), formats=("pdf",)), tmp_path)
    first = min((tmp_path / "letters").iterdir())
    whole = first.read_bytes()
    first.write_bytes(b"We want no buses at all.")
    digest = hashlib.sha256(first.read_bytes()).hexdigest()
    edit_ledger(tmp_path, f"UPDATE letters SET sha256 = '{digest}', size = 24 WHERE file = '{first.name}'")
    edit_ledger(tmp_path, change)
    summary, _ = run(job(people(2), formats=("pdf",)), tmp_path)
    assert (summary.rendered, summary.unchanged) == (2, 0)
    assert first.read_bytes() == whole
    [kept] = (tmp_path / "edited").iterdir()
    assert kept.read_bytes() == b"We want no buses at all."
    assert any(kept.name in note.message for note in summary.notes)
    assert run(job(people(2), formats=("pdf",)), tmp_path)[0].unchanged == 2


@pytest.mark.parametrize("how", ["absolute", "climbing"])
def test_a_row_removes_no_file_outside_the_letters(tmp_path: Path, how: str):
    out, precious = tmp_path / "out", tmp_path / "precious"
    precious.write_bytes(b"precious")
    run(job(people(1), formats=("pdf",)), out)
    name = str(precious) if how == "absolute" else "../../precious"
    digest = hashlib.sha256(b"precious").hexdigest()
    edit_ledger(out, f"UPDATE letters SET file = '{name}', sha256 = '{digest}', size = 8, key = 'old'")
    assert run(job(people(1), formats=("pdf",)), out)[0].rendered == 1
    assert precious.read_bytes() == b"precious"


def test_a_letter_that_was_assembled_otherwise_stops_all_workers_and_is_told_once(tmp_path: Path):
    summary, seen = run(job(people(4), renderers=Doubtful(), formats=("pdf",)), tmp_path)
    assert summary.ok and summary.rendered == 4
    [note] = summary.notes
    assert note.code == "pdf-assembly"
    assert 1 <= sum(bool(outcome.warnings) for outcome in seen.outcomes) < 4

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    first, second = Doubtful(), Doubtful()
    for renderers, doubts in ((first, 1), (second, 0)):
        worker = RenderingWorker(FakeComposer(), renderers, "", FolderOutput(tmp_path), scratch)
        task = LetterTask(people(1)[0], (PlannedFile("pdf", f"{doubts}.pdf", ""),))
        [outcome] = worker._make_letter(task, renderers())
        assert len(outcome.warnings) == doubts
    assert second.renderer.stopped

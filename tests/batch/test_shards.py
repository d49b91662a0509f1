"""Shards: everybody is in one and in one only, and they come together as one batch or not at all."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from batch_fakes import FakeComposer, Seen, job, people
from hypothesis import given
from hypothesis import strategies as st

from briefgen.batch.lock import output_lock
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.runner import run_batch
from briefgen.batch.shards import MAX_SHARDS, Shard, find_shards, merge_shards
from briefgen.batch.tasks import BatchJob
from briefgen.errors import BriefgenError, OutputBusyError, Place, Problem, UsageError

pytestmark = pytest.mark.slow

EVERYBODY = people(20)
COUNT = 3


def make(out: Path, given: BatchJob, number: int, count: int = COUNT) -> None:
    shard = Shard(number, count)
    part = replace(given, recipients=shard.select_recipients(given.recipients))
    run_batch(part, FolderOutput(out).subfolder(shard.path), workers=2, progress=Seen())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    for number in range(1, COUNT + 1):
        make(tmp_path, job(EVERYBODY), number)
    return tmp_path


def letters(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (out / "letters").iterdir()}


def refused(out: Path, given: BatchJob | None = None) -> list[Problem]:
    with pytest.raises(BriefgenError) as fault:
        merge_shards(given or job(EVERYBODY), FolderOutput(out), progress=Seen(), lock_timeout=0)
    assert not (out / "letters").exists() and not (out / "manifest.csv").exists()
    return list(fault.value.problems)


def test_shards_of_a_computer_with_another_key_are_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    make(tmp_path, job(people(4)), 1, 2)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("XDG_STATE_HOME", str(tmp_path / "elsewhere"))
        make(tmp_path, job(people(4)), 2, 2)
    [problem] = refused(tmp_path, job(people(4)))
    assert problem.code == "shard-unfinished" and "another key" in problem.message
    make(tmp_path, job(people(4)), 2, 2)
    assert merge_shards(job(people(4)), FolderOutput(tmp_path), progress=Seen()).merged == 8


@given(st.text(), st.integers(1, 50))
def test_everybody_belongs_to_exactly_one_shard(name: str, count: int):
    assert [Shard(number, count).contains(name) for number in range(1, count + 1)].count(True) == 1


def test_a_problem_of_a_row_belongs_to_exactly_one_shard():
    """All problems of one row to the same."""
    problems = [Problem("no-id", "no id", Place("recipients.csv", line, 3)) for line in range(40)]
    problems += [Problem("no-name", "no name", Place("recipients.csv", line)) for line in range(40)]
    parts = [Shard(number, 4).select_problems(problems) for number in range(1, 5)]
    assert sorted(map(str, problems)) == sorted(str(problem) for part in parts for problem in part)
    lines = [{problem.place.line for problem in part if problem.place} for part in parts]
    assert sum(map(len, lines)) == 40


@pytest.mark.parametrize(
    "text", ["", "2", "0/3", "4/3", "1/0", "-1/3", "1/3/5", "a/b", "1.0/2", f"1/{MAX_SHARDS + 1}"]
)
def test_what_is_no_shard_is_refused(text: str):
    with pytest.raises(UsageError) as fault:
        Shard.parse(text)
    assert fault.value.problems[0].code == "shard-unclear"


def test_a_shard_is_read_as_it_is_written():
    assert Shard.parse("2/8") == Shard(2, 8) and str(Shard(2, 8)) == "2/8"


def test_shards_come_together_as_one_batch(out: Path, tmp_path_factory: pytest.TempPathFactory):
    """Names, bytes and manifest are those of a batch made in one."""
    summary = merge_shards(job(EVERYBODY), FolderOutput(out), progress=Seen())
    assert (summary.merged, summary.exit_code, summary.whole) == (40, 0, True)
    alone = tmp_path_factory.mktemp("alone")
    run_batch(job(EVERYBODY), FolderOutput(alone), workers=2, progress=Seen())
    assert letters(out) == letters(alone)
    assert (out / "manifest.csv").read_bytes() == (alone / "manifest.csv").read_bytes()


def test_a_merged_batch_goes_on_as_any_other(out: Path):
    merge_shards(job(EVERYBODY), FolderOutput(out), progress=Seen())
    assert run_batch(job(EVERYBODY), FolderOutput(out), workers=2, progress=Seen()).unchanged == 40
    assert merge_shards(job(EVERYBODY), FolderOutput(out), progress=Seen()).unchanged == 40


def test_shards_stay_as_they_are(out: Path):
    before = {path: path.read_bytes() for path in (out / "shards").rglob("*") if path.is_file()}
    merge_shards(job(EVERYBODY), FolderOutput(out), progress=Seen())
    assert {path: path.read_bytes() for path in (out / "shards").rglob("*") if path.is_file()} == before


def test_a_letter_that_failed_in_its_shard_is_reported(tmp_path: Path):
    given = job(EVERYBODY, FakeComposer(trouble={"person-00003": "fault"}))
    for number in range(1, COUNT + 1):
        make(tmp_path, given, number)
    summary = merge_shards(given, FolderOutput(tmp_path), progress=Seen())
    assert (summary.merged, summary.failed, summary.exit_code) == (38, 2, 1)
    with (tmp_path / "errors.csv").open(encoding="utf-8-sig") as file:
        assert {(row["row"], row["id"], row["code"]) for row in csv.DictReader(file)} == {
            ("5", "person-00003", "fake-fault")
        }


def test_without_shards_there_is_nothing_to_merge(tmp_path: Path):
    assert [problem.code for problem in refused(tmp_path)] == ["shard-missing"]


def test_every_shard_that_is_not_there_is_named(out: Path):
    for number in (1, 3):
        shutil.rmtree(out / Shard(number, COUNT).path)
    problems = refused(out)
    assert {problem.code for problem in problems} == {"shard-missing"}
    assert [problem.hint and problem.hint.split()[4].strip(",") for problem in problems] == ["1/3", "3/3"]


def test_shards_of_two_divisions_are_not_mixed(out: Path):
    make(out, job(EVERYBODY), 1, 2)
    assert [problem.code for problem in refused(out)] == ["shards-mixed"]


def test_a_letter_that_is_not_made_is_not_lost(out: Path):
    """Somebody who came onto the list after the shard was made."""
    more = people(21)
    problems = refused(out, job(more))
    assert [problem.code for problem in problems] == ["shard-unfinished"]
    assert "person-00020 have not been made yet" in problems[0].message


@pytest.mark.parametrize("damage", ["deleted", "edited", "no ledger"])
def test_a_letter_that_is_not_as_it_was_written_is_not_taken(out: Path, damage: str):
    shard = out / Shard(2, COUNT).path
    victim = next((shard / "letters").iterdir())
    match damage:
        case "deleted":
            victim.unlink()
        case "edited":
            victim.write_bytes(b"mine")
        case "no ledger":  # as where a folder was copied without what is hidden
            shutil.rmtree(shard / ".briefgen")
    assert [problem.code for problem in refused(out)] == ["shard-unfinished"]


def test_letters_of_an_earlier_campaign_are_not_taken(out: Path):
    problems = refused(out, job(EVERYBODY, FakeComposer("campaign-2")))
    assert [problem.code for problem in problems] == ["shard-unfinished"] * COUNT


def test_a_shard_under_the_name_of_another_is_not_taken(out: Path):
    """It would double its letters and lose the other's."""
    shutil.rmtree(out / Shard(3, COUNT).path)
    shutil.copytree(out / Shard(2, COUNT).path, out / Shard(3, COUNT).path)
    assert {problem.code for problem in refused(out)} == {"shard-foreign", "shard-unfinished"}


def test_a_shard_that_is_being_made_is_not_merged(out: Path):
    shard = out / Shard(1, COUNT).path
    with output_lock(shard / ".briefgen" / "lock", label=str(shard)), pytest.raises(OutputBusyError):
        merge_shards(job(EVERYBODY), FolderOutput(out), progress=Seen(), lock_timeout=0)


def test_other_folders_among_the_shards_are_no_shards(out: Path):
    (out / "shards" / "notes").mkdir()
    assert len(find_shards(out)) == COUNT

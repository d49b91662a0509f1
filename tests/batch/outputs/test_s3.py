"""A batch whose letters lie in a store: the same letters, and nothing lost, whatever becomes of the store."""

from __future__ import annotations

import csv
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import obstore
import pytest
from batch_fakes import FakeComposer, SameWords, Seen, SlowComposer, job, people
from obstore.store import S3Store

from briefgen.batch.outputs.files import OWNER_PATH
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.outputs.s3 import S3Output
from briefgen.batch.outputs.s3_client import S3Address, S3Client
from briefgen.batch.plan import BatchSelection
from briefgen.batch.preview import preview_batch
from briefgen.batch.runner import BatchSummary, run_batch
from briefgen.batch.stop import StopRequest
from briefgen.batch.tasks import BatchJob, FileOutcome, LetterTask
from briefgen.batch.worker import RenderingWorker
from briefgen.errors import BriefgenError, StorageError

NAME = "letters-2026"
HERE = Path(__file__).parents[1]


@dataclass
class Server:
    """A store on this machine."""

    program: subprocess.Popen[str]
    url: str

    def tell(self, what: str) -> None:
        """`stop` or `start`."""
        assert self.program.stdin and self.program.stdout
        self.program.stdin.write(f"{what}\n")
        self.program.stdin.flush()
        assert self.program.stdout.readline() == f"{what}\n"

    def client(self) -> Any:
        return S3Store(NAME, client_options={"allow_http": True})

    def objects(self) -> dict[str, bytes]:
        """All but the note of whose they are."""
        client = self.client()
        paths = [one["path"] for some in obstore.list(client) for one in some]
        names = [path for path in paths if not path.endswith(OWNER_PATH)]
        return {name: bytes(obstore.get(client, name).bytes()) for name in names}

    def put(self, name: str, data: bytes, **how: Any) -> None:
        obstore.put(self.client(), name, data, **how)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", str(HERE / "store_server.py"), str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout and program.stdout.readline() == "started\n"
        yield Server(program, f"http://127.0.0.1:{port}")
        program.kill()


@pytest.fixture
def store(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Empty, with a bucket, and known to the environment."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    for method, path in (("POST", "moto-api/reset"), ("PUT", NAME)):
        with urllib.request.urlopen(urllib.request.Request(f"{server.url}/{path}", method=method)) as answer:
            assert answer.status == 200
    return server


def bucket(home: Path, prefix: str = "spring", retries: int = 1) -> S3Output:
    return S3Output(S3Client(S3Address(NAME, prefix), retries), home)


def run(
    given: BatchJob, output: FolderOutput | S3Output, seen: Seen | None = None, **options: Any
) -> BatchSummary:
    return run_batch(given, output, **({"workers": 2, "progress": seen or Seen()} | options))


def rows(ledger: Path) -> list[dict[str, Any]]:
    """Of the ledger, without when they were written, what the store calls the letter, and the seal over both."""
    with sqlite3.connect(ledger) as connection:
        connection.row_factory = sqlite3.Row
        found = [dict(row) for row in connection.execute("SELECT * FROM letters ORDER BY recipient, format")]
    connection.close()
    left_out = {"recorded", "etag", "seal"}
    return [{name: value for name, value in row.items() if name not in left_out} for row in found]


@pytest.mark.slow
def test_a_store_gets_the_letters_and_tables_that_a_folder_gets(store: Server, tmp_path: Path):
    trouble = {"person-00003": "fault"}
    output = bucket(tmp_path / "home", "spring/second try")
    there = run(job(people(10), FakeComposer(trouble=trouble)), output)
    here = run(job(people(10), FakeComposer(trouble=trouble)), FolderOutput(tmp_path / "here"))
    assert there.out == f"s3://{NAME}/spring/second try"
    assert (there.rendered, there.failed, there.exit_code, there.bytes) == (18, 2, 1, here.bytes)
    assert store.objects() == {
        f"spring/second try/{path.relative_to(tmp_path / 'here').as_posix()}": path.read_bytes()
        for path in (tmp_path / "here").rglob("*")
        if path.is_file() and ".briefgen" not in path.parts
    }
    assert rows(output.ledger_path) == rows(FolderOutput(tmp_path / "here").ledger_path)


def test_what_is_served_from_the_store_says_what_it_is(store: Server, tmp_path: Path):
    run(job(people(1)), bucket(tmp_path))
    client = store.client()
    types = {
        Path(name).suffix: obstore.get(client, name).attributes["Content-Type"] for name in store.objects()
    }
    assert types[".pdf"] == "application/pdf" and types[".csv"].startswith("text/csv")
    assert types[".docx"].endswith("wordprocessingml.document")


@pytest.mark.slow
def test_of_this_computer_only_records_are_kept_and_each_store_has_its_own(store: Server, tmp_path: Path):
    run(job(people(2)), bucket(tmp_path, "a"))
    run(job(people(2)), bucket(tmp_path, "b"))
    kept = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.split("/")[-1] for path in kept} == {"ledger.sqlite", "lock"} and len(kept) == 4
    assert all(path.startswith(".briefgen/stores/letters-2026-") for path in kept)


@contextmanager
def nothing_read() -> Iterator[None]:
    """Looking at the contents of any object but the note of whose they are fails."""
    get = obstore.get

    def refuse(store: Any, name: str) -> Any:
        assert name == OWNER_PATH, "an object is read"
        return get(store, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(obstore, "get", refuse)
        yield


def test_a_second_run_makes_nothing_and_reads_nothing(store: Server, tmp_path: Path):
    run(job(people(5)), bucket(tmp_path))
    before = store.objects()
    with nothing_read():
        again = run(job(people(5)), bucket(tmp_path))
    assert (again.rendered, again.unchanged, again.notes) == (0, 10, ())
    assert store.objects() == before


@pytest.mark.slow
def test_what_does_not_change_the_words_is_not_brought_again(store: Server, tmp_path: Path):
    run(job(people(3), SameWords("campaign-1")), bucket(tmp_path))
    summary = run(job(people(3), SameWords("campaign-2")), bucket(tmp_path))
    assert (summary.rendered, summary.unchanged) == (0, 6)


@pytest.mark.slow
def test_a_letter_changed_by_hand_is_kept_and_made_anew(store: Server, tmp_path: Path):
    run(job(people(2)), bucket(tmp_path))
    name = next(name for name in store.objects() if name.endswith(".docx"))
    made = store.objects()[name]
    store.put(name, b"x" * len(made))
    summary = run(job(people(2)), bucket(tmp_path))
    assert (summary.rendered, summary.unchanged) == (1, 3)
    assert [note.code for note in summary.notes] == ["letter-edited"]
    objects = store.objects()
    assert objects[name] == made
    [kept] = [name for name in objects if "/edited/" in name]
    assert objects[kept] == b"x" * len(made) and kept.removeprefix("spring/") in summary.notes[0].message
    assert run(job(people(2)), bucket(tmp_path)).unchanged == 4


def test_a_letter_that_was_brought_there_anew_by_other_means_is_the_same(store: Server, tmp_path: Path):
    """Its ETag is another then."""
    run(job(people(1)), bucket(tmp_path))
    for name, data in store.objects().items():
        store.put(name, data, use_multipart=True)
    summary = run(job(people(1)), bucket(tmp_path))
    assert (summary.unchanged, summary.notes) == (2, ())


@pytest.mark.slow
def test_a_letter_deleted_from_the_store_is_made_again(store: Server, tmp_path: Path):
    run(job(people(2)), bucket(tmp_path))
    before = store.objects()
    name = next(name for name in before if name.endswith(".pdf"))
    obstore.delete(store.client(), name)
    summary = run(job(people(2)), bucket(tmp_path))
    assert (summary.rendered, [note.code for note in summary.notes]) == (1, ["letter-missing"])
    assert store.objects() == before


@pytest.mark.slow
def test_what_somebody_else_put_in_the_place_of_a_letter_is_kept_and_not_even_read(
    store: Server, tmp_path: Path
):
    """It may be of any size."""
    first = FolderOutput(tmp_path / "folder")
    run(job(people(1)), first)
    name = f"spring/letters/{first.letter_names()[0]}"
    store.put(name, b"mine")
    with nothing_read():
        summary = run(job(people(1)), bucket(tmp_path))
    assert [note.code for note in summary.notes] == ["letter-edited"]
    assert b"mine" in store.objects().values() and store.objects()[name] != b"mine"


@pytest.mark.slow
def test_a_corrected_name_moves_the_letter_unless_somebody_changed_it(store: Server, tmp_path: Path):
    run(job(people(2)), bucket(tmp_path))
    before = store.objects()
    changed = next(name for name in before if "name00001" in name)
    store.put(changed, b"mine")
    summary = run(job(tuple(replace(one, name=f"New{one.name}") for one in people(2))), bucket(tmp_path))
    after = {name for name in store.objects() if "/letters/" in name}
    assert summary.rendered == 4 and {name for name in after if "/newname" not in name} == {changed}
    assert [note.code for note in summary.notes] == ["letters-stale"]


@pytest.mark.slow
def test_without_records_all_are_made_again_and_none_is_taken_for_changed(store: Server, tmp_path: Path):
    """As on another computer."""
    run(job(people(3)), bucket(tmp_path / "one"))
    before = store.objects()
    summary = run(job(people(3)), bucket(tmp_path / "another"))
    assert (summary.rendered, summary.notes, store.objects()) == (6, (), before)


def test_a_dry_run_looks_and_writes_nothing(store: Server, tmp_path: Path):
    run(job(people(3)), bucket(tmp_path), selection=BatchSelection(limit=2))
    name = next(iter(store.objects()))
    obstore.delete(store.client(), name)
    before = store.objects()
    found = preview_batch(job(people(3)), bucket(tmp_path))
    assert found.counts == {"make": 3, "unchanged": 3}
    assert sorted(one.why for one in found.letters if one.state == "make") == ["missing", "new", "new"]
    assert store.objects() == before


def test_a_part_leaves_no_manifest_that_would_be_taken_for_all(store: Server, tmp_path: Path):
    run(job(people(2)), bucket(tmp_path))
    assert "spring/manifest.csv" in store.objects()
    run(job(people(3)), bucket(tmp_path), selection=BatchSelection(limit=0))
    assert "spring/manifest.csv" not in store.objects()


def test_strangers_among_the_letters_are_named(store: Server, tmp_path: Path):
    store.put("spring/letters/old.pdf", b"old")
    store.put("spring/letters/deep/er.pdf", b"old")
    [note] = run(job(people(1)), bucket(tmp_path)).notes
    assert note.code == "letters-stale" and "deep/er.pdf, old.pdf" in note.message


class InThisProcess:
    """Another engine, as a cluster is one."""

    def __init__(self, given: BatchJob, desk: FolderOutput, scratch: Path) -> None:
        self._work = RenderingWorker(
            given.composer, given.renderers, given.rendering_fingerprint, desk, scratch
        ).start()

    @classmethod
    def of(cls, desk: FolderOutput, stop: StopRequest) -> InThisProcess:
        return cls(job(()), desk, desk.folder)

    def run(self, tasks: Iterator[LetterTask]) -> Iterator[tuple[LetterTask, tuple[FileOutcome, ...]]]:
        for letter in tasks:
            yield letter, self._work(letter)


@pytest.mark.slow
def test_the_engine_makes_no_difference(store: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    given = job(people(40))
    run(given, bucket(tmp_path / "pool", "pool"))
    run(given, bucket(tmp_path / "other", "other"), engine_factory=InThisProcess.of)
    by_engine: dict[str, dict[str, bytes]] = {"pool": {}, "other": {}}
    for name, data in store.objects().items():
        engine, _, rest = name.partition("/")
        by_engine[engine][rest] = data
    assert by_engine["pool"] == by_engine["other"] and len(by_engine["pool"]) == 81
    assert rows(bucket(tmp_path / "pool", "pool").ledger_path) == rows(
        bucket(tmp_path / "other", "other").ledger_path
    )


class Going(Seen):
    """Takes the store away when so many letters are done."""

    def __init__(self, store: Server, after: int) -> None:
        super().__init__()
        self.store, self.after = store, after

    def done(self, outcome: FileOutcome) -> None:
        super().done(outcome)
        if len(self.outcomes) == self.after:
            self.store.tell("stop")


@pytest.mark.slow
def test_a_store_that_goes_away_stops_the_run_and_the_next_goes_on(store: Server, tmp_path: Path):
    given = job(people(100), SlowComposer(slow_s=0.01, folder=str(tmp_path)))
    seen = Going(store, 20)
    try:
        with pytest.raises(StorageError) as fault:
            run(given, bucket(tmp_path / "home", retries=0), seen)
    finally:
        store.tell("start")
    assert fault.value.exit_code == 74
    assert [problem.code for problem in fault.value.problems] == ["store-unreachable"]
    assert "spring/manifest.csv" not in store.objects()
    summary = run(given, bucket(tmp_path / "home"))
    assert (summary.ok, summary.notes) == (True, ()) and summary.unchanged >= 20
    assert len(store.objects()) == 201
    run(given, FolderOutput(tmp_path / "here"))
    here = {f"spring/letters/{name}" for name in FolderOutput(tmp_path / "here").letter_names()}
    assert here == {name for name in store.objects() if "/letters/" in name}


@pytest.mark.slow
def test_a_store_that_is_back_in_time_costs_nothing(store: Server, tmp_path: Path):
    class Back(Going):
        def done(self, outcome: FileOutcome) -> None:
            super().done(outcome)
            if len(self.outcomes) == self.after:
                self.store.tell("start")

    assert run(job(people(30)), bucket(tmp_path, retries=4), Back(store, 10)).rendered == 60


def test_a_store_that_is_not_there_is_told_before_a_letter_is_made(store: Server, tmp_path: Path):
    store.tell("stop")
    seen = Seen()
    try:
        with pytest.raises(StorageError) as fault:
            run(job(people(2)), bucket(tmp_path, retries=0), seen)
    finally:
        store.tell("start")
    [problem] = fault.value.problems
    assert problem.code == "store-unreachable" and str(problem.place) == f"s3://{NAME}/spring"
    assert not seen.outcomes


def test_a_bucket_that_is_not_there_is_told(store: Server, tmp_path: Path):
    with pytest.raises(StorageError) as fault:
        run(job(people(2)), S3Output(S3Client(S3Address("nobodys", "")), tmp_path))
    [problem] = fault.value.problems
    assert problem.code == "store-refused" and "NoSuchBucket" in problem.message
    assert problem.hint and problem.hint.startswith("create the bucket")


def test_missing_credentials_are_told(store: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(StorageError) as fault:
        run(job(people(2)), bucket(tmp_path))
    assert [problem.code for problem in fault.value.problems] == ["store-credentials"]


@pytest.mark.slow
@pytest.mark.kills
def test_a_run_that_is_killed_loses_nothing(store: Server, tmp_path: Path):
    """The whole process group, without a word to anybody."""
    command = [sys.executable, str(HERE / "store_runner.py"), str(tmp_path / "home"), NAME, "150"]
    for letters in (10, 100):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as program:
            assert program.stdout
            for _ in range(letters):
                program.stdout.readline()
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
    given = job(people(150))
    summary = run(given, bucket(tmp_path / "home", ""), lock_timeout=20)
    assert (summary.ok, summary.notes) == (True, ()) and summary.unchanged
    run(given, FolderOutput(tmp_path / "here"))
    here = {
        f"letters/{path.name}": path.read_bytes()
        for path in FolderOutput(tmp_path / "here").letters_folder.iterdir()
    }
    objects = store.objects()
    table = objects.pop("manifest.csv").decode("utf-8-sig").splitlines()
    assert objects == here
    assert [row["file"] for row in csv.DictReader(table)] == [
        f"letters/{row['file']}"
        for row in sorted(rows(bucket(tmp_path / "home", "").ledger_path), key=manifest)
    ]


def manifest(row: dict[str, Any]) -> tuple[str, int]:
    return row["recipient"], ("pdf", "docx").index(row["format"])


def test_a_link_that_leads_the_records_out_is_refused(store: Server, tmp_path: Path):
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    (home / ".briefgen").mkdir(parents=True)
    elsewhere.mkdir()
    (home / ".briefgen" / "stores").symlink_to(elsewhere)
    with pytest.raises(StorageError) as fault:
        run(job(people(1)), bucket(home))
    assert [problem.code for problem in fault.value.problems] == ["output-link"]
    assert not list(elsewhere.iterdir()) and not store.objects()


@pytest.mark.parametrize("look", [False, True], ids=["run", "dry-run"])
def test_a_second_campaign_does_not_get_the_prefix_of_the_first(store: Server, tmp_path: Path, look: bool):
    run(job(people(2)), bucket(tmp_path / "one"))
    before = store.objects()
    other = replace(job(people(2)), campaign="another-campaign")
    with pytest.raises(BriefgenError) as fault:
        if look:
            preview_batch(other, bucket(tmp_path / "another"))
        else:
            run(other, bucket(tmp_path / "another"))
    [problem] = fault.value.problems
    assert problem.code == "output-taken" and str(problem.place) == f"s3://{NAME}/spring"
    assert repr(job(()).campaign) in problem.message and "'another-campaign'" in problem.message
    assert store.objects() == before


@pytest.mark.parametrize("note", [b"", b"../x", "é".encode(), b"other-campaign " * 100])
def test_a_note_in_the_store_that_names_no_campaign_is_replaced(store: Server, tmp_path: Path, note: bytes):
    store.put(f"spring/{OWNER_PATH}", note)
    given = job(people(1))
    run(given, bucket(tmp_path))
    assert bucket(tmp_path).client.read_object(OWNER_PATH) == given.campaign.encode()


def test_two_shards_lie_beside_each_other(store: Server, tmp_path: Path):
    whole = bucket(tmp_path)
    part = whole.subfolder("shards/1-of-2")
    assert part.location == f"s3://{NAME}/spring/shards/1-of-2" and part.ledger_path != whole.ledger_path
    run(job(people(1)), part)
    assert "spring/shards/1-of-2/manifest.csv" in store.objects()


def test_nothing_stays_in_the_temporary_folder(
    store: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    run(job(people(3)), bucket(tmp_path / "home"))
    assert not list(temporary.iterdir())

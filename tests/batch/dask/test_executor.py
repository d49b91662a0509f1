"""The same letters from a cluster as from this machine, whatever becomes of its workers."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from batch_fakes import (
    FakeComposer,
    KillingComposer,
    Seen,
    SlowComposer,
    fake_library,
    fake_versions,
    job,
    people,
)
from command_line import call
from material import ROOT, tiny_campaign

from briefgen import __version__
from briefgen.batch.dask.executor import DaskExecutor, SchedulerAddress, connect_to_cluster
from briefgen.batch.dask.payload import CampaignBundle, InstallationProbe, unpack_bundle
from briefgen.batch.dask.worker import ChunkReply, LetterResult, _ChunkLimit
from briefgen.batch.file_names import letter_file_stem
from briefgen.batch.ledger import Ledger, LedgerEntry
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.pool import TaskCrash
from briefgen.batch.runner import BatchSummary, run_batch
from briefgen.batch.stop import StopRequest
from briefgen.batch.tasks import BatchJob, FileOutcome, LetterTask, PlannedFile
from briefgen.errors import BriefgenError, StorageError, UsageError

pytestmark = [pytest.mark.kills, pytest.mark.slow]

WITHOUT_BRIEFGEN = "import sys; sys.modules['briefgen'] = None; sys.argv[0] = 'dask-worker'; "
START_WORKER = "from distributed.cli.dask_worker import main; main()"


SITE = InstallationProbe(fake_versions, fake_library)


@dataclass
class Local:
    """A scheduler of 127.0.0.1, and the workers that a test starts."""

    folder: Path
    address: SchedulerAddress
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def worker(self, *options: str, program: str = "", **environment: str) -> subprocess.Popen[bytes]:
        name = f"worker-{len(self.workers)}"
        command = [sys.executable, "-c", program + START_WORKER, self.address.dask, "--host", "127.0.0.1"]
        command += ["--nthreads", "1", "--no-dashboard", "--name", name]
        command += ["--local-directory", str(self.folder / name), *(options or ["--no-nanny"])]
        self.workers.append(started(command, self.folder / f"{name}.log", **environment))
        return self.workers[-1]

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def run(self, given: BatchJob, out: Path, watch: Seen | None = None, letters: int = 5) -> BatchSummary:
        """A batch whose letters are made here."""
        bundle = CampaignBundle(given, self.folder, {}, SITE)
        with connect_to_cluster(self.address, connect_timeout_s=3, workers_timeout_s=20) as client:
            return run_batch(
                given,
                FolderOutput(out),
                workers=1,
                progress=watch or Seen(),
                engine_factory=lambda output, stop: DaskExecutor(
                    client, self.address, bundle, output, stop, chunk_size=letters
                ),
            )


def started(command: list[str], log: Path, **environment: str) -> subprocess.Popen[bytes]:
    paths = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    with log.open("wb") as file:
        return subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": paths, **environment},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )


@contextmanager
def scheduler(folder: Path, **environment: str) -> Iterator[Local]:
    if not os.environ.get("CI"):
        pytest.importorskip("distributed", reason="distributed is not installed: no cluster can be tried")
    log = folder / "scheduler.log"
    program = "from distributed.cli.dask_scheduler import main; main()"
    command = [sys.executable, "-c", program, "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    process = started(command, log, **environment)
    try:
        address = SchedulerAddress.parse(f"dask://{said_in(log, 'Scheduler at:', process)}")
        local = Local(folder, address, process)
    except BaseException:
        process.kill()
        process.wait()
        raise
    try:
        yield local
    finally:
        local.end()


def said_in(log: Path, mark: str, process: subprocess.Popen[bytes]) -> str:
    """The address that a scheduler says it has."""
    for _ in range(600):
        for line in log.read_text().splitlines():
            if mark in line:
                return line.rpartition("tcp://")[2].strip()
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(log.read_text())


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Local]:
    """A scheduler with two workers."""
    (tmp_path / "cluster").mkdir()
    with scheduler(tmp_path / "cluster") as cluster:
        cluster.worker()
        cluster.worker()
        yield cluster


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """The same for tests that kill nothing."""
    folder = tmp_path_factory.mktemp("cluster")
    with scheduler(folder) as cluster:
        cluster.worker()
        cluster.worker()
        yield cluster


def letters(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (out / "letters").iterdir()}


def rows(given: BatchJob, out: Path) -> list[LedgerEntry | None]:
    with Ledger(FolderOutput(out).ledger_path) as ledger:
        return [ledger.find(one.id, format) for one in given.recipients for format in given.formats]


def expected(given: BatchJob) -> dict[str, bytes]:
    renderers = given.renderers()
    return {
        f"{letter_file_stem(one)}.{format}": renderers[format].render(FakeComposer().compose_letter(one)).data  # type: ignore[index]
        for one in given.recipients
        for format in given.formats
    }


# --- on a real cluster


def test_letters_tables_and_ledger_are_those_of_one_machine(shared: Local, tmp_path: Path):
    trouble = {"person-00003": "fault", "person-00007": "exit"}
    given = job(people(23), FakeComposer(trouble=trouble))
    there = shared.run(given, tmp_path / "there")
    here = run_batch(given, FolderOutput(tmp_path / "here"), workers=2, progress=Seen())
    assert (
        (there.rendered, there.failed, there.set_aside)
        == (42, 2, 2)
        == (
            here.rendered,
            here.failed,
            here.set_aside,
        )
    )
    assert letters(tmp_path / "there") == letters(tmp_path / "here")
    assert rows(given, tmp_path / "there") == rows(given, tmp_path / "here")
    for table in ("manifest.csv", "errors.csv"):
        assert (tmp_path / "there" / table).read_bytes() == (tmp_path / "here" / table).read_bytes()
    again = shared.run(given, tmp_path / "there")
    assert (again.unchanged, again.rendered) == (42, 0)


def test_a_letter_changed_by_hand_is_kept(shared: Local, tmp_path: Path):
    given = job(people(3))
    shared.run(given, tmp_path / "out")
    name = f"{letter_file_stem(given.recipients[0])}.pdf"
    (tmp_path / "out" / "letters" / name).write_bytes(b"by hand")
    summary = shared.run(given, tmp_path / "out")
    assert [note.code for note in summary.notes] == ["letter-edited"]
    assert [path.read_bytes() for path in (tmp_path / "out" / "edited").iterdir()] == [b"by hand"]
    assert letters(tmp_path / "out") == expected(given)


class At(Seen):
    """Does something once, when so many letters are settled."""

    def __init__(self, number: int, what: Callable[[], object]) -> None:
        super().__init__()
        self.number, self.what = number, what

    def done(self, outcome: FileOutcome) -> None:
        super().done(outcome)
        if len(self.outcomes) == self.number:
            self.what()


def test_a_worker_killed_on_the_way_costs_nothing(local: Local, tmp_path: Path):
    pids = tmp_path / "pids"
    pids.mkdir()
    given = job(people(40), SlowComposer(slow_s=0.02, folder=str(pids)))
    watch = At(10, local.workers[0].kill)
    summary = local.run(given, tmp_path / "out", watch)
    assert summary.ok and summary.whole and summary.rendered == 80
    assert local.workers[0].wait(5) == -signal.SIGKILL
    assert len(watch.outcomes) == len(watch.states()) == 80  # each once
    assert letters(tmp_path / "out") == expected(given)


def test_letters_that_take_their_workers_along_are_set_aside_and_the_others_made(tmp_path: Path):
    with scheduler(tmp_path, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as cluster:
        cluster.worker("--nanny")
        given = job(people(6), KillingComposer(victim="person-00004"), formats=("txt",))
        watch = Seen()
        summary = cluster.run(given, tmp_path / "out", watch, letters=2)
    # Which chunks Dask suspects beside the one that did it is its affair.
    assert summary.rendered >= 3 and summary.rendered + summary.set_aside == 6
    assert watch.states()["person-00004", "txt"] == "set-aside"
    assert (
        "the cluster's workers that had it were lost repeatedly" in (tmp_path / "out/errors.csv").read_text()
    )


def test_a_scheduler_that_goes_away_ends_the_run_and_what_came_back_is_kept(local: Local, tmp_path: Path):
    pids = tmp_path / "pids"
    pids.mkdir()
    given = job(people(40), SlowComposer(slow_s=0.02, folder=str(pids)))
    with pytest.raises(BriefgenError) as fault:
        local.run(given, tmp_path / "out", At(10, local.scheduler.kill))
    assert [problem.code for problem in fault.value.problems] == ["cluster-lost"]
    summary = run_batch(given, FolderOutput(tmp_path / "out"), workers=2, progress=Seen())
    assert summary.unchanged >= 10 and summary.unchanged + summary.rendered == 80
    assert letters(tmp_path / "out") == expected(given)


def test_a_stop_keeps_what_came_back(shared: Local, tmp_path: Path):
    given = job(people(60), FakeComposer(slow_s=0.02))
    watch = At(10, lambda: os.kill(os.getpid(), signal.SIGINT))
    summary = shared.run(given, tmp_path / "out", watch)
    assert summary.interrupted and summary.exit_code == 130
    assert 10 <= summary.rendered < 120 and summary.rendered + summary.left == 120
    assert shared.run(given, tmp_path / "out").ok


def test_a_worker_with_other_versions_makes_nothing(tmp_path: Path):
    with scheduler(tmp_path) as cluster:
        cluster.worker(FAKE_WEASYPRINT="68.1")
        with pytest.raises(BriefgenError) as fault:
            cluster.run(job(people(2)), tmp_path / "out")
    (problem,) = fault.value.problems
    assert problem.code == "worker-differs"
    assert problem.message.endswith(" has weasyprint 68.1, and this machine 70.0")
    assert letters(tmp_path / "out") == {}


def test_a_worker_with_another_briefgen_makes_nothing(
    shared: Local, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("FAKE_BRIEFGEN", "9.9")
    with pytest.raises(BriefgenError) as fault:
        shared.run(job(people(2)), tmp_path / "out")
    assert [problem.code for problem in fault.value.problems] == ["worker-differs"]
    assert f"has briefgen {__version__}, and this machine 9.9" in str(fault.value)


def test_a_worker_without_briefgen_is_told_of(tmp_path: Path):
    with scheduler(tmp_path) as cluster:
        cluster.worker(program=WITHOUT_BRIEFGEN)
        with pytest.raises(BriefgenError) as fault:
            cluster.run(job(people(2)), tmp_path / "out")
    assert [problem.code for problem in fault.value.problems] == ["worker-unfit"]
    assert "briefgen" in fault.value.problems[0].message


def test_a_scheduler_without_workers_is_told_of(tmp_path: Path):
    with (
        scheduler(tmp_path) as cluster,
        pytest.raises(BriefgenError) as fault,
        connect_to_cluster(cluster.address, workers_timeout_s=0.3),
    ):
        pass
    assert [problem.code for problem in fault.value.problems] == ["cluster-empty"]


def test_where_no_scheduler_is_that_is_said():
    pytest.importorskip("distributed")
    address = SchedulerAddress.parse("dask://127.0.0.1:1")
    with pytest.raises(BriefgenError) as fault, connect_to_cluster(address, connect_timeout_s=0.3):
        pass
    (problem,) = fault.value.problems
    assert problem.code == "cluster-unreachable" and "dask://127.0.0.1:1" in problem.message


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(BriefgenError) as fault,
        connect_to_cluster(SchedulerAddress.parse("dask://127.0.0.1:8786")),
    ):
        pass
    (problem,) = fault.value.problems
    assert (problem.code, problem.hint) == ("extra-missing", "run: pip install 'briefgen[dask]'")


# --- addresses


@pytest.mark.parametrize(
    ("text", "dask"),
    [
        ("dask://host:8786", "tcp://host:8786"),
        ("dask://10.0.0.7:1/", "tcp://10.0.0.7:1"),
        ("dask://[::1]:8786", "tcp://[::1]:8786"),
        ("dask+tls://head.example.org:8786", "tls://head.example.org:8786"),
    ],
)
def test_addresses_are_read(text: str, dask: str):
    assert SchedulerAddress.parse(text) == SchedulerAddress(text, dask)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dask",
        "host:8786",
        "dask://host",
        "dask://:8786",
        "dask://host:0",
        "dask://host:70000",
        "tcp://host:1",
        "dask://user:word@host:1",
        "dask://host:8786/x",
        "dask://host:٣",
        "dask://a b:1",
    ],
)
def test_what_is_no_address_is_refused(text: str):
    with pytest.raises(UsageError) as fault:
        SchedulerAddress.parse(text)
    assert fault.value.problems[0].code == "engine-unclear"


# --- what comes back, from a cluster that does as it is told


@dataclass
class Future:
    key: str
    reply: ChunkReply | Exception

    def add_done_callback(self, call: Callable[[Future], None]) -> None:
        call(self)

    def result(self) -> bytes:
        if isinstance(self.reply, Exception):
            raise self.reply
        return pickle.dumps(self.reply)

    def release(self) -> None:
        pass


@dataclass
class Scripted:
    """A client whose workers reply by a function."""

    reply: Callable[[list[LetterTask]], ChunkReply | Exception]
    sent: list[list[str]] = field(default_factory=list)
    status: str = "running"

    def nthreads(self) -> dict[str, int]:
        return {"worker": 1}

    def submit(self, function: Any, errand: str, names: dict[str, Any], **options: Any) -> Future:
        given = pickle.loads(names["letters"])
        self.sent.append([letter.recipient.id for letter in given])
        return Future(f"chunk-{len(self.sent)}", self.reply(given))

    def cancel(self, futures: Any) -> None:
        pass


def made(letter: LetterTask, damage: bytes = b"") -> LetterResult:
    import hashlib

    files = tuple(f"{letter.recipient.id} {one.format}".encode() for one in letter.files)
    outcomes = tuple(
        FileOutcome(letter.recipient.id, one.format, "rendered", one.name, hashlib.sha256(data).hexdigest())
        for one, data in zip(letter.files, files, strict=True)
    )
    return LetterResult(
        letter.recipient.id,
        tuple(one.format for one in letter.files),
        outcomes,
        tuple(data + damage for data in files),
    )


def ran(
    tmp_path: Path, reply: Callable[[list[LetterTask]], ChunkReply | Exception], number: int = 6
) -> tuple[Scripted, list[tuple[LetterTask, tuple[FileOutcome, ...] | TaskCrash]]]:
    output = FolderOutput(tmp_path / "out")
    output.letters_folder.mkdir(parents=True)
    given = job(people(number))
    client = Scripted(reply)
    engine = DaskExecutor(
        client,
        SchedulerAddress.parse("dask://host:1"),
        CampaignBundle(given, tmp_path, {}, SITE),
        output,
        StopRequest(),
        chunk_size=3,
    )
    tasks = (
        LetterTask(one, tuple(PlannedFile(format, f"{one.id}.{format}", "key") for format in given.formats))
        for one in given.recipients
    )
    return client, list(engine.run(tasks))


def test_what_a_chunk_did_not_come_to_is_sent_again(tmp_path: Path):
    client, done = ran(tmp_path, lambda chunk: ChunkReply("host", (made(chunk[0]),)))
    assert sorted(letter.recipient.id for letter, _ in done) == [one.id for one in people(6)]
    assert [len(sent) for sent in client.sent].count(1) == 2
    assert len(list((tmp_path / "out/letters").iterdir())) == 12


def test_a_letter_in_parts_comes_back_in_parts(tmp_path: Path):
    def reply(chunk: list[LetterTask]) -> ChunkReply:
        docx = LetterResult(chunk[0].recipient.id, ("docx",), TaskCrash("hung", "it took long"), ())
        pdf = made(LetterTask(chunk[0].recipient, chunk[0].files[:1]))
        return ChunkReply("host", (docx, pdf))

    _, done = ran(tmp_path, reply, number=1)
    assert [[one.format for one in letter.files] for letter, _ in done] == [["docx"], ["pdf"]]
    assert isinstance(done[0][1], TaskCrash)


def test_bytes_damaged_on_the_way_are_not_written(tmp_path: Path):
    _, done = ran(tmp_path, lambda chunk: ChunkReply("host", tuple(made(one, b"!") for one in chunk)))
    assert all(isinstance(result, TaskCrash) and "damaged" in result.detail for _, result in done)
    assert list((tmp_path / "out/letters").iterdir()) == []


@pytest.mark.parametrize("name", ["../out-of-it.pdf", "/tmp/out-of-it.pdf", "person-00002.pdf"])
def test_workers_say_neither_whose_a_letter_is_nor_where_it_goes(tmp_path: Path, name: str):
    def reply(chunk: list[LetterTask]) -> ChunkReply:
        letter = made(chunk[0])
        assert not isinstance(letter.result, TaskCrash)
        lies = tuple(replace(one, recipient="person-00002", file=name) for one in letter.result)
        return ChunkReply("host", (replace(letter, result=lies),))

    _, done = ran(tmp_path, reply, number=1)
    [(task, result)] = done
    assert not isinstance(result, TaskCrash)
    assert [(one.recipient, one.format, one.file) for one in result] == [
        (task.recipient.id, file.format, file.name) for file in task.files
    ]
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()} == {
        f"out/letters/{file.name}" for file in task.files
    }


def test_chunks_that_come_to_nothing_are_not_sent_for_ever(tmp_path: Path):
    client, done = ran(tmp_path, lambda chunk: ChunkReply("host"), number=2)
    assert len(client.sent) == 3  # whole, and in halves
    assert all(isinstance(result, TaskCrash) for _, result in done)


def test_a_worker_that_cannot_begin_is_told_with_its_words(tmp_path: Path):
    with pytest.raises(BriefgenError, match="worker-unfit: the worker on host cannot make letters: no pango"):
        ran(tmp_path, lambda chunk: ChunkReply("host", failure="no pango"))


def test_a_workers_full_disk_is_a_fault_of_storage_and_names_the_worker(tmp_path: Path):
    from briefgen.errors import Problem

    fault = StorageError(Problem("output-unwritable", "temporary files cannot be written: full"))
    with pytest.raises(StorageError, match="the worker on host: temporary files cannot be written"):
        ran(tmp_path, lambda chunk: ChunkReply("host", error=fault))


def test_a_chunk_ends_when_it_has_grown_or_taken_long(monkeypatch: pytest.MonkeyPatch):
    from briefgen.batch.dask import worker as outpost

    given = [LetterTask(one, ()) for one in people(4)]
    limit = _ChunkLimit()
    coming = limit.take(given)
    assert next(coming) == given[0] and next(coming) == given[1]
    limit.bytes = outpost.MAX_REPLY_BYTES
    assert list(coming) == []
    monkeypatch.setattr(outpost, "MAX_CHUNK_SECONDS", -1.0)
    assert list(_ChunkLimit().take(given)) == given[:1]


# --- what travels


def test_paths_travel_as_places_and_files_with_them(tmp_path: Path):
    campaign, there = tmp_path / "campaign", tmp_path / "there"
    (campaign / "templates").mkdir(parents=True)
    there.mkdir()
    (campaign / "templates" / "letter.j2").write_text("Dear")
    paths = (campaign / "templates", fake_library() / "css", Path("/elsewhere/x"))
    given = job(people(1), FakeComposer(trouble={"paths": paths}))  # type: ignore[dict-item]
    bundle = CampaignBundle(given, campaign, {"templates/letter.j2": campaign / "templates/letter.j2"}, SITE)
    unpacked = unpack_bundle(bundle.pack(), there)
    assert unpacked.job.composer.trouble["paths"] == (  # type: ignore[attr-defined]
        there / "templates",
        fake_library() / "css",
        Path("/elsewhere/x"),
    )
    assert (there / "templates" / "letter.j2").read_text() == "Dear"
    assert unpacked.job.recipients == ()


# --- as a user has it


def test_a_campaign_with_a_template_of_its_own_is_made_alike_there_and_here(shared: Local, tmp_path: Path):
    campaign = tiny_campaign(tmp_path / "campaign")
    own = campaign / "templates/letter/default.html.j2"
    own.parent.mkdir(parents=True)
    built_in = (ROOT / "templates/letter/default.html.j2").read_text("utf-8")
    own.write_text(built_in + "{# a template of one's own #}\n", "utf-8")
    for out, options in (("there", ["--engine", shared.address.text]), ("here", ["--jobs", "2"])):
        said = call("batch", campaign, "--out", tmp_path / out, "--format", "txt", "-q", *options)
        assert said.code == 0, said.err
    assert letters(tmp_path / "there") == letters(tmp_path / "here") != {}
    manifests = {(tmp_path / out / "manifest.csv").read_bytes() for out in ("there", "here")}
    assert len(manifests) == 1


def test_the_program_that_makes_a_chunk_ends_with_its_worker(local: Local, tmp_path: Path):
    import psutil

    given = job(people(30), FakeComposer(slow_s=0.02))
    programs: list[Any] = []

    def kill() -> None:
        worker = psutil.Process(local.workers[0].pid)
        programs.extend(worker.children())
        worker.kill()

    assert local.run(given, tmp_path / "out", At(10, kill)).ok
    _, alive = psutil.wait_procs(programs, timeout=15)
    assert not alive


def test_a_stop_ends_what_workers_are_at(shared: Local, tmp_path: Path):
    import psutil

    given = job(people(1000), FakeComposer(slow_s=0.1))
    programs: list[Any] = []

    def stop() -> None:
        """Once both workers are at it, each for most of a minute."""
        workers = [psutil.Process(worker.pid) for worker in shared.workers]
        while not all(worker.children(recursive=True)[2:] for worker in workers):
            time.sleep(0.05)
        programs.extend(child for worker in workers for child in worker.children(recursive=True))
        os.kill(os.getpid(), signal.SIGINT)

    asking = threading.Thread(target=stop)
    asking.start()
    summary = shared.run(given, tmp_path / "out", letters=500)
    asking.join()
    assert summary.interrupted
    _, alive = psutil.wait_procs(programs, timeout=15)
    assert not alive
    assert shared.run(job(people(4)), tmp_path / "again").ok

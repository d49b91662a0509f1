"""Killed at any moment, a batch loses nothing, doubles nothing, and leaves no half letter under a name."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import batch_runner
import pytest
from batch_fakes import FakeComposer, Renderers, Seen, SlowComposer, job, people

from briefgen.batch.file_names import letter_file_stem
from briefgen.batch.lock import output_lock
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.runner import BatchSummary, run_batch
from briefgen.errors import OutputBusyError

pytestmark = [pytest.mark.kills, pytest.mark.slow]

PEOPLE = 60


def expected(number: int) -> dict[str, bytes]:
    """What must stand in the folder of letters in the end."""
    renderers = Renderers(times=3000)()
    return {
        f"{letter_file_stem(person)}.{format}": renderers[format]
        .render(FakeComposer().compose_letter(person))
        .data
        for person in people(number)
        for format in ("pdf", "docx")
    }


def letters(out: Path) -> dict[str, bytes]:
    """What stands there under a final name."""
    folder = out / "letters"
    found = folder.iterdir() if folder.exists() else iter(())
    return {path.name: path.read_bytes() for path in found if not path.name.startswith(".tmp-")}


@contextmanager
def batch(tmp_path: Path, number: int = PEOPLE, gate: str = "") -> Iterator[subprocess.Popen[str]]:
    folders = (tmp_path / "out", tmp_path / "pids")
    command = [sys.executable, batch_runner.__file__, *folders, number, 0.005, gate]
    scratch = tmp_path / "tmp"  # a killed run leaves its temporary folder
    scratch.mkdir(exist_ok=True)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(scratch)}
    with subprocess.Popen(
        [str(part) for part in command],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def finish(tmp_path: Path, number: int = PEOPLE) -> BatchSummary:
    composer = SlowComposer(folder=str(tmp_path / "pids"))
    return run_batch(
        job(people(number), composer, Renderers(times=3000)),
        FolderOutput(tmp_path / "out"),
        workers=2,
        progress=Seen(),
        lock_timeout=20,
    )


def test_a_batch_killed_again_and_again_is_whole_at_the_end(tmp_path: Path):
    """SIGKILL to the parent, to its whole process group, and in between to workers, at random moments."""
    whole = expected(PEOPLE)
    chance = random.Random(2)
    for round in range(6):
        with batch(tmp_path) as process:
            assert process.stdout is not None
            process.stdout.readline()
            if round:  # the first is killed while it starts, the others while they write
                process.stdout.readline()
            time.sleep(chance.uniform(0, 0.3))
            kill = os.kill if round % 2 else os.killpg
            kill(process.pid, signal.SIGKILL)
            process.wait()
        assert letters(tmp_path / "out").items() <= whole.items()
    summary = finish(tmp_path)
    assert summary.ok
    assert summary.rendered + summary.unchanged == len(whole)
    assert letters(tmp_path / "out") == whole
    assert not list((tmp_path / "out" / "letters").glob(".tmp-*"))
    assert finish(tmp_path).unchanged == len(whole)


def test_killed_workers_cost_no_letter(tmp_path: Path):
    """A letter whose worker is killed twice may be set aside; then the next run makes it."""
    chance = random.Random(3)

    class Killer(Seen):
        kills = 0

        def done(self, outcome: object) -> None:
            super().done(outcome)  # type: ignore[arg-type]
            alive = [path for path in (tmp_path / "pids").iterdir() if Path(f"/proc/{path.name}").exists()]
            if len(self.outcomes) % 6 == 0 and alive:
                with suppress(ProcessLookupError):
                    os.kill(int(chance.choice(alive).name), signal.SIGKILL)
                    self.kills += 1

    if not Path("/proc/self").exists():
        pytest.skip("needs /proc to see which workers are alive")
    (tmp_path / "pids").mkdir()
    composer = SlowComposer(folder=str(tmp_path / "pids"), slow_s=0.005)
    watch = Killer()
    summary = run_batch(
        job(people(PEOPLE), composer, Renderers(times=3000)),
        FolderOutput(tmp_path / "out"),
        workers=2,
        progress=watch,
    )
    whole = expected(PEOPLE)
    assert watch.kills > 5
    assert summary.rendered + summary.set_aside == len(whole) == len(watch.states()) == len(watch.outcomes)
    assert letters(tmp_path / "out").items() <= whole.items()
    assert finish(tmp_path).ok
    assert letters(tmp_path / "out") == whole


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_batch_that_is_asked_to_stop_keeps_what_is_done(tmp_path: Path, number: signal.Signals):
    """As Ctrl-C does it: to the whole process group."""
    with batch(tmp_path) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        assert process.stdout.readline() == "first\n"
        os.killpg(process.pid, number)
        said = process.stderr.read()
        assert process.wait() == 130
    assert said == ""
    assert not (tmp_path / "out" / "manifest.csv").exists()
    assert not list((tmp_path / "out" / "letters").glob(".tmp-*"))
    done = len(letters(tmp_path / "out"))
    assert 0 < done < 2 * PEOPLE
    summary = finish(tmp_path)
    assert (summary.unchanged, summary.ok) == (done, True)
    assert letters(tmp_path / "out") == expected(PEOPLE)


def test_the_folder_is_busy_until_the_last_worker_of_a_killed_run_is_done(tmp_path: Path):
    """It could put its letter over one of the next run's otherwise."""
    gate = tmp_path / "gate"
    with batch(tmp_path, number=2, gate=str(gate)) as process:
        while not (tmp_path / "pids").exists() or len(list((tmp_path / "pids").iterdir())) < 2:
            time.sleep(0.01)
        process.kill()
        process.wait()
    lock = tmp_path / "out" / ".briefgen" / "lock"
    with pytest.raises(OutputBusyError), output_lock(lock, label=str(tmp_path / "out"), timeout=0):
        pass
    gate.touch()
    with output_lock(lock, label=str(tmp_path / "out"), timeout=20):
        pass

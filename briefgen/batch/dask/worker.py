"""Renders a chunk of letters on a worker of a Dask cluster, in a separate program with its own process pool.

`render_chunk` runs within the Dask worker, which may start programs but not fork processes; `python -m` this
module is that program. Letters are sent back as bytes with their outcomes and nothing is kept here, so a
chunk can be made twice or in part without anything being lost or duplicated. Nothing here imports Dask.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from briefgen import __version__
from briefgen.batch.dask.payload import read_installation_probe, unpack_bundle
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.pool import TaskCrash, WorkerPool
from briefgen.batch.stop import StopRequest
from briefgen.batch.tasks import FileOutcome, LetterTask
from briefgen.batch.worker import RenderingWorker
from briefgen.errors import BriefgenError
from briefgen.system.scratch import scratch_folder

MAX_REPLY_BYTES = 64_000_000
MAX_CHUNK_SECONDS = 60.0
"""Beyond either limit a chunk ends early, and the rest of it goes back: a reply must fit into memory several
times over, and the user wants to see progress."""


@dataclass(frozen=True, slots=True)
class LetterResult:
    """What became of one letter of a chunk."""

    recipient: str
    """Id of the recipient."""
    formats: tuple[str, ...]
    """Formats that this is about: after a crash, each format is reported separately."""
    result: tuple[FileOutcome, ...] | TaskCrash
    files: tuple[bytes, ...]
    """The bytes for each outcome; empty if no file was made."""


@dataclass(frozen=True, slots=True)
class ChunkReply:
    """The reply to a chunk; letters that are not in `letters` still have to be made."""

    host: str
    letters: tuple[LetterResult, ...] = ()
    error: BriefgenError | None = None
    """What keeps this machine from making any letter."""
    version_mismatches: tuple[tuple[str, str, str], ...] = ()
    """What has another version here: name, required version, installed version."""
    failure: str = ""
    """Why the program could not even start."""


_running_programs: dict[str, set[subprocess.Popen[bytes]]] = {}
"""The programs that this process has running, by run."""
_cancelled_runs: set[str] = set()
"""Runs whose letters are no longer wanted."""


def cancel_run(run: str) -> None:
    """Stop making letters for a run that has ended; those being made are abandoned after a few seconds."""
    _cancelled_runs.add(run)
    for program in list(_running_programs.get(run, ())):
        program.terminate()


def render_chunk(versions: Mapping[str, str], bundle: bytes, letters: bytes, run: str = "") -> bytes:
    """Have a chunk rendered by a separate program and return a pickled ChunkReply.

    `versions` are the required versions, `bundle` comes from `CampaignBundle.pack`, `letters` is a pickled
    sequence of LetterTask, and `run` is the name by which the program can be cancelled. If this process ends,
    the program ends too, since its standard input does.
    """
    header = json.dumps({"versions": dict(versions), "bundle": len(bundle), "letters": len(letters)})
    with (
        tempfile.TemporaryFile() as stderr,
        subprocess.Popen(
            [sys.executable, "-P", "-m", "briefgen.batch.dask.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
        ) as program,
    ):
        assert program.stdin and program.stdout
        _running_programs.setdefault(run, set()).add(program)
        if run in _cancelled_runs:
            program.terminate()
        with suppress(BrokenPipeError):
            program.stdin.write(f"{header}\n".encode() + bundle + letters)
            program.stdin.flush()
        reply = program.stdout.read()  # its standard input must stay open until then
        with suppress(BrokenPipeError):
            program.stdin.close()
        code = program.wait()
        _running_programs[run].discard(program)
        stderr.seek(0)
        messages = stderr.read().decode("utf-8", "replace").strip().splitlines() or [""]
    if code or not reply:
        return pickle.dumps(ChunkReply(_host_name(), failure=messages[-1] or f"it exited with code {code}"))
    return reply


def main() -> None:
    """Run the program: read a chunk from standard input, write the reply to standard output."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # anything printed must not end up in the reply
    header = json.loads(sys.stdin.buffer.readline())
    bundle = sys.stdin.buffer.read(header["bundle"])
    letters = sys.stdin.buffer.read(header["letters"])
    stop = StopRequest()
    signal.signal(signal.SIGTERM, lambda *_: stop.request())
    threading.Thread(target=_stop_at_end_of_input, args=(0, stop), daemon=True).start()
    reply = _make_reply(header["versions"], bundle, letters, stop)
    with out, suppress(BrokenPipeError):
        out.write(pickle.dumps(reply))


def _stop_at_end_of_input(descriptor: int, stop: StopRequest) -> None:
    """Request a stop when the Dask worker that wants the letters is gone."""
    with suppress(OSError):
        os.read(descriptor, 1)  # not through sys.stdin, whose lock would be held when Python exits
    stop.request()


def _make_reply(versions: Mapping[str, str], bundle: bytes, letters: bytes, stop: StopRequest) -> ChunkReply:
    if mismatches := _compare_versions(versions, bundle):
        return ChunkReply(_host_name(), version_mismatches=mismatches)
    with scratch_folder() as scratch:
        try:
            results = tuple(_render_letters(bundle, pickle.loads(letters), scratch, stop))
            return ChunkReply(_host_name(), results)
        except BriefgenError as error:
            return ChunkReply(_host_name(), error=error)


def _compare_versions(versions: Mapping[str, str], bundle: bytes) -> tuple[tuple[str, str, str], ...]:
    """Return the version mismatches, before anything is unpickled that another briefgen may not know."""
    if versions["briefgen"] != __version__:
        return (("briefgen", versions["briefgen"], __version__),)
    installed = read_installation_probe(bundle).versions()
    return tuple(
        (name, version, installed.get(name, ""))
        for name, version in versions.items()
        if installed.get(name) != version
    )


def _render_letters(
    bundle: bytes, letters: Sequence[LetterTask], scratch: Path, stop: StopRequest
) -> Iterator[LetterResult]:
    campaign, output, temporary = scratch / "campaign", FolderOutput(scratch / "out"), scratch / "tmp"
    for folder in (campaign, output.letters_folder, temporary):
        folder.mkdir(parents=True)
    unpacked = unpack_bundle(bundle, campaign)
    job, limit = unpacked.job, _ChunkLimit()
    worker = RenderingWorker(job.composer, job.renderers, job.rendering_fingerprint, output, temporary)
    with WorkerPool(
        worker.start,
        workers=1,
        timeout_s=unpacked.timeout_s,
        stop=stop,
        split=LetterTask.split_by_format,
        limits=unpacked.limits,
        preload=unpacked.preload,
    ) as pool:
        for task, result in pool.run(limit.take(letters)):
            files = (
                ()
                if isinstance(result, TaskCrash)
                else tuple(_read_output(output, outcome) for outcome in result)
            )
            limit.bytes += sum(map(len, files))
            formats = tuple(file.format for file in task.files)
            yield LetterResult(task.recipient.id, formats, result, files)


def _read_output(output: FolderOutput, outcome: FileOutcome) -> bytes:
    return (output.letters_folder / outcome.file).read_bytes() if outcome.state == "rendered" else b""


@dataclass(slots=True)
class _ChunkLimit:
    """Limits the size of a reply and the time it takes."""

    bytes: int = 0
    """Made so far."""
    started_at: float = field(default_factory=time.monotonic)

    def take(self, letters: Iterable[LetterTask]) -> Iterator[LetterTask]:
        """Yield the first letter, and others until a limit is reached."""
        for letter in letters:
            yield letter
            if self.bytes >= MAX_REPLY_BYTES or time.monotonic() - self.started_at >= MAX_CHUNK_SECONDS:
                return


def _host_name() -> str:
    return socket.gethostname()


if __name__ == "__main__":
    from briefgen.batch.dask import worker as this_module

    this_module.main()  # under its own name rather than __main__, since pickles refer to it by that name

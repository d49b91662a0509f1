"""A chunk of letters on a worker of a cluster, made in a process of its own with a pool of its own.

`make` runs within the cluster's worker, which may have no children but programs; `python -m` this module is
that program. Letters go back as bytes with their outcomes: nothing is kept here, so that a chunk can be made
twice, or half, and nothing is lost or doubled. It knows nothing of the cluster's software.
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
from briefgen.batch.dask.payload import site_of, unpack
from briefgen.batch.lock import Stop
from briefgen.batch.outputs.folder import Folder
from briefgen.batch.plan import Letter, Outcome
from briefgen.batch.pool import Crash, Pool
from briefgen.batch.worker import Desk
from briefgen.errors import BriefgenError

MOST_BYTES = 64_000_000
MOST_SECONDS = 60.0
"""After so much a chunk ends early, and what is left of it goes back: a reply must fit into memory several
times, and whoever waits for it wants to see it."""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one letter of a chunk."""

    recipient: str
    """Id of its recipient."""
    formats: tuple[str, ...]
    """Those that this is about: of a letter that crashed, each format comes by itself."""
    result: tuple[Outcome, ...] | Crash
    files: tuple[bytes, ...]
    """The bytes of each outcome; empty where no file was made."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What comes back of a chunk; the letters that are in none of `made` are still to be made."""

    host: str
    made: tuple[Made, ...] = ()
    error: BriefgenError | None = None
    """What keeps this machine from making any letter."""
    differs: tuple[tuple[str, str, str], ...] = ()
    """What has another version here: name, the version sent for, the one that is here."""
    unfit: str = ""
    """Why the program could not even begin."""


_at_work: dict[str, set[subprocess.Popen[bytes]]] = {}
"""The programs of each run in this process."""
_called_back: set[str] = set()
"""Runs for which nothing need be made any more."""


def call_back(run: str) -> None:
    """End what is being made for a run that has ended; letters in hand are given up after a few seconds."""
    _called_back.add(run)
    for program in list(_at_work.get(run, ())):
        program.terminate()


def make(versions: Mapping[str, str], parcel: bytes, letters: bytes, run: str = "") -> bytes:
    """Have a chunk made by a program of its own; gives a pickled Reply.

    `versions` are those to be made with, `parcel` comes from `Parcel.pack`, `letters` is a pickled sequence
    of Letter, and `run` a name by which the program can be called back. It ends when this process does, too,
    since its standard input then ends.
    """
    head = json.dumps({"versions": dict(versions), "parcel": len(parcel), "letters": len(letters)})
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            [sys.executable, "-P", "-m", "briefgen.batch.dask.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
        ) as program,
    ):
        assert program.stdin and program.stdout
        _at_work.setdefault(run, set()).add(program)
        if run in _called_back:
            program.terminate()
        with suppress(BrokenPipeError):
            program.stdin.write(f"{head}\n".encode() + parcel + letters)
            program.stdin.flush()
        reply = program.stdout.read()  # our end of its input stays open until then
        with suppress(BrokenPipeError):
            program.stdin.close()
        code = program.wait()
        _at_work[run].discard(program)
        complaints.seek(0)
        said = complaints.read().decode("utf-8", "replace").strip().splitlines() or [""]
    if code or not reply:
        return pickle.dumps(Reply(_host(), unfit=said[-1] or f"it ended with exit code {code}"))
    return reply


def main() -> None:
    """The program: one chunk from standard input, its reply to standard output."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not fall into the reply
    asked = json.loads(sys.stdin.buffer.readline())
    parcel = sys.stdin.buffer.read(asked["parcel"])
    letters = sys.stdin.buffer.read(asked["letters"])
    stop = Stop()
    signal.signal(signal.SIGTERM, lambda *_: stop.request())
    threading.Thread(target=_end_with, args=(0, stop), daemon=True).start()
    reply = _replied(asked["versions"], parcel, letters, stop)
    with out, suppress(BrokenPipeError):
        out.write(pickle.dumps(reply))


def _end_with(pipe: int, stop: Stop) -> None:
    """Ask to stop when the worker that wants the letters is no more."""
    with suppress(OSError):
        os.read(pipe, 1)  # not by sys.stdin, whose lock would be held when Python ends
    stop.request()


def _replied(versions: Mapping[str, str], parcel: bytes, letters: bytes, stop: Stop) -> Reply:
    if differs := _differing(versions, parcel):
        return Reply(_host(), differs=differs)
    with tempfile.TemporaryDirectory(prefix="briefgen-", ignore_cleanup_errors=True) as scratch:
        try:
            return Reply(_host(), tuple(_made(parcel, pickle.loads(letters), Path(scratch), stop)))
        except BriefgenError as error:
            return Reply(_host(), error=error)


def _differing(versions: Mapping[str, str], parcel: bytes) -> tuple[tuple[str, str, str], ...]:
    """Looked at before anything is unpickled that another version of briefgen may not know."""
    if versions["briefgen"] != __version__:
        return (("briefgen", versions["briefgen"], __version__),)
    here = site_of(parcel).versions()
    return tuple(
        (name, version, here.get(name, "")) for name, version in versions.items() if here.get(name) != version
    )


def _made(parcel: bytes, letters: Sequence[Letter], scratch: Path, stop: Stop) -> Iterator[Made]:
    campaign, output, temporary = scratch / "campaign", Folder(scratch / "out"), scratch / "tmp"
    for folder in (campaign, output.letters, temporary):
        folder.mkdir(parents=True)
    kit = unpack(parcel, campaign)
    job, limit = kit.job, _Limit()
    with Pool(
        Desk(job.composer, job.renderers, job.drawing, output, temporary).start,
        workers=1,
        timeout_s=kit.timeout_s,
        stop=stop,
        apart=Letter.apart,
        limits=kit.limits,
        preload=kit.preload,
    ) as pool:
        for letter, result in pool.run(limit.within(letters)):
            files = () if isinstance(result, Crash) else tuple(_file(output, one) for one in result)
            limit.bytes += sum(map(len, files))
            formats = tuple(wanted.format for wanted in letter.wanted)
            yield Made(letter.recipient.id, formats, result, files)


def _file(output: Folder, outcome: Outcome) -> bytes:
    return (output.letters / outcome.file).read_bytes() if outcome.state == "rendered" else b""


@dataclass(slots=True)
class _Limit:
    """How much of a chunk is made."""

    bytes: int = 0
    """Made so far."""
    began: float = field(default_factory=time.monotonic)

    def within(self, letters: Iterable[Letter]) -> Iterator[Letter]:
        """The first of them, and as many more as there is room and time for."""
        for letter in letters:
            yield letter
            if self.bytes >= MOST_BYTES or time.monotonic() - self.began >= MOST_SECONDS:
                return


def _host() -> str:
    return socket.gethostname()


if __name__ == "__main__":
    from briefgen.batch.dask import worker as outpost

    outpost.main()  # of the module under its own name, which is what pickles name

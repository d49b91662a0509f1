"""Makes letters on the workers of a Dask cluster, in chunks; an engine in place of the local process pool.

Workers send letters back and this side writes them to the output: a letter that a worker made but did not
deliver counts as not made. Only this module uses Dask, which is imported when a cluster is asked for.
"""

from __future__ import annotations

import hashlib
import importlib
import logging
import pickle
import queue
import re
import time
import uuid
import warnings
from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from briefgen.batch.dask.payload import CampaignBundle
from briefgen.batch.dask.worker import ChunkReply, LetterResult
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.pool import TaskCrash
from briefgen.batch.stop import StopRequest
from briefgen.batch.tasks import FileOutcome, LetterTask, PlannedFile
from briefgen.errors import BriefgenError, Problem, UsageError

Client = Any
"""Dask's `distributed.Client`, which is available only if the extra is installed."""
SCHEDULER_SCHEMES = {"dask": "tcp", "dask+tls": "tls"}
"""URL schemes of engines, and what Dask calls them."""
MAX_CHUNK_LETTERS = 500
"""Largest size of a chunk."""
MIN_CHUNK_LETTERS = 25
"""Size of a chunk in a small batch: starting one takes as long as making some twenty letters."""
CONNECT_TIMEOUT_S = 15.0
"""Seconds for the scheduler to answer."""
WORKERS_TIMEOUT_S = 60.0
"""Seconds without a single worker after which the run is aborted."""
MAX_CHUNK_ATTEMPTS = 2
"""How often letters are sent out if their workers are lost, in addition to Dask's own retries."""
_SCHEDULER_ADDRESS = re.compile(r"([a-z+]+)://(\[[0-9a-fA-F:.]+\]|[\w.-]+):([0-9]{1,5})/?", re.ASCII)
_RENDER_CHUNK = (
    "__import__('briefgen.batch.dask.worker', fromlist=['render_chunk'])"
    ".render_chunk(versions, bundle, letters, run)"
)
"""What a worker is to do, as source text and not as a function: a worker that is sent a function which it
cannot import dies, along with everything it was doing for others (distributed 2026.8)."""
_CANCEL_RUN = "__import__('briefgen.batch.dask.worker', fromlist=['cancel_run']).cancel_run(run)"
"""Dask cancels a task that is waiting, but never one that is running."""
_RUN_AGAIN = "run the same command again: it continues where it stopped"


@dataclass(frozen=True, slots=True)
class SchedulerAddress:
    """Where a Dask scheduler listens."""

    text: str
    """As the user wrote it: `dask://host:8786`."""
    dask: str
    """As Dask writes it: `tcp://host:8786`."""

    @classmethod
    def parse(cls, text: str) -> SchedulerAddress:
        """Parse `dask://host:port`; raise UsageError."""
        match = _SCHEDULER_ADDRESS.fullmatch(text.strip())
        if match and match[1] in SCHEDULER_SCHEMES and 1 <= int(match[3]) <= 65535:
            return cls(text.strip(), f"{SCHEDULER_SCHEMES[match[1]]}://{match[2]}:{match[3]}")
        raise UsageError(
            Problem(
                "engine-unclear",
                f"{text!r} is not the address of a Dask scheduler",
                None,
                "write dask://HOST:PORT, as the scheduler prints it; the port is usually 8786",
            )
        )


@contextmanager
def connect_to_cluster(
    address: SchedulerAddress,
    *,
    connect_timeout_s: float | None = None,
    workers_timeout_s: float = WORKERS_TIMEOUT_S,
) -> Iterator[Client]:
    """Connect to a cluster and yield a client; raise BriefgenError if that fails or it has no worker."""
    connect_timeout_s = CONNECT_TIMEOUT_S if connect_timeout_s is None else connect_timeout_s
    distributed = _import_distributed()
    for name in ("distributed", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # whatever matters is reported as a problem
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about version mismatches, which are checked in render_chunk
        try:
            client = distributed.Client(
                address.dask, timeout=connect_timeout_s, set_as_default=False, name="briefgen"
            )
        except (OSError, ValueError, ImportError) as error:
            raise _unreachable_error(address, error) from error
    try:
        try:
            client.wait_for_workers(1, timeout=workers_timeout_s)
        except TimeoutError:
            raise _no_workers_error(address, workers_timeout_s) from None
        yield client
    finally:
        with suppress(Exception):  # nothing more can be lost by it
            client.close(timeout=5)


def _import_distributed() -> Any:
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        raise BriefgenError(
            Problem(
                "extra-missing",
                f"--engine dask://… needs a package that is not installed: {error.name or 'distributed'}",
                hint="run: pip install 'briefgen[dask]'",
            )
        ) from None


def _unreachable_error(address: SchedulerAddress, error: Exception) -> BriefgenError:
    lines = str(error).strip().splitlines()
    return BriefgenError(
        Problem(
            "cluster-unreachable",
            f"no scheduler answers at {address.text}: {lines[0] if lines else type(error).__name__}",
            hint="check that `dask scheduler` is running there and that this machine can reach its port",
        )
    )


def _no_workers_error(address: SchedulerAddress, seconds: float) -> BriefgenError:
    return BriefgenError(
        Problem(
            "cluster-empty",
            f"the cluster at {address.text} has had no worker for {seconds:g} seconds",
            hint=f"start workers (dask worker HOST:PORT), then {_RUN_AGAIN}",
        )
    )


@dataclass(slots=True)
class _Chunk:
    letters: list[LetterTask]
    attempt: int = 1


class DaskExecutor:
    """The engine that makes letters on a Dask cluster."""

    def __init__(
        self,
        client: Client,
        address: SchedulerAddress,
        bundle: CampaignBundle,
        output: FolderOutput,
        stop: StopRequest,
        *,
        chunk_size: int = 0,
        workers_timeout_s: float = WORKERS_TIMEOUT_S,
    ) -> None:
        """Pack the bundle for a run; raise OSError if one of its files cannot be read.

        `chunk_size` is the number of letters in a chunk; 0 derives it from the size of batch and cluster.
        """
        self._client, self._address, self._output, self._stop = client, address, output, stop
        self._versions = dict(bundle.probe.versions())
        self._bundle = bundle.pack()
        self._recipient_count = len(bundle.job.recipients)
        self._run = uuid.uuid4().hex
        self._chunk_size = chunk_size
        self._workers_timeout_s = workers_timeout_s
        self._chunks: dict[str, tuple[_Chunk, Any]] = {}
        """Chunks sent out, with Dask's `Future`, by its key."""
        self._finished: queue.SimpleQueue[str] = queue.SimpleQueue()

    def run(
        self, tasks: Iterator[LetterTask]
    ) -> Iterator[tuple[LetterTask, tuple[FileOutcome, ...] | TaskCrash]]:
        """Yield each letter with what became of it, as chunks come back; end early once a stop is requested.

        Raise BriefgenError if the cluster is lost or one of its workers is unsuitable.
        """
        waiting: deque[_Chunk] = deque()
        try:
            while not self._stop.requested:
                self._send_chunks(waiting, tasks)
                if not self._chunks:
                    return
                if key := self._wait_for_chunk():
                    yield from self._receive_chunk(key, waiting)
        finally:
            futures = [future for _, future in self._chunks.values()]
            with suppress(Exception):  # on a cluster that is lost there is nothing to cancel
                self._client.cancel(futures)
                if futures:
                    self._client.run(eval, _CANCEL_RUN, {"run": self._run}, on_error="ignore")

    def _send_chunks(self, waiting: deque[_Chunk], tasks: Iterator[LetterTask]) -> None:
        """Keep every thread of the cluster busy, with a second chunk queued for it."""
        threads = max(1, self._count_threads())
        while len(self._chunks) < 2 * threads:
            if not waiting and (letters := list(islice(tasks, self._next_chunk_size(threads)))):
                waiting.append(_Chunk(letters))
            if not waiting:
                return
            self._submit(waiting.popleft())

    def _next_chunk_size(self, threads: int) -> int:
        """Return a size at which each thread gets several chunks, so that all finish together."""
        fair_size = self._recipient_count // (4 * threads)
        return self._chunk_size or min(MAX_CHUNK_LETTERS, max(MIN_CHUNK_LETTERS, fair_size))

    def _submit(self, chunk: _Chunk) -> None:
        arguments = {
            "versions": self._versions,
            "bundle": self._bundle,
            "letters": pickle.dumps(chunk.letters),
            "run": self._run,
        }
        future = self._client.submit(eval, _RENDER_CHUNK, arguments, pure=False)
        self._chunks[future.key] = (chunk, future)
        future.add_done_callback(lambda finished: self._finished.put(finished.key))

    def _wait_for_chunk(self) -> str:
        """Return the key of a finished chunk, or "" if the user wants to stop."""
        no_workers_since = None
        while not self._stop.requested:
            with suppress(queue.Empty):
                return self._finished.get(timeout=0.5)
            if self._count_threads():
                no_workers_since = None
                continue
            no_workers_since = no_workers_since or time.monotonic()
            if time.monotonic() - no_workers_since > self._workers_timeout_s:
                raise _no_workers_error(self._address, self._workers_timeout_s)
        return ""

    def _receive_chunk(
        self, key: str, waiting: deque[_Chunk]
    ) -> Iterator[tuple[LetterTask, tuple[FileOutcome, ...] | TaskCrash]]:
        """Yield the letters that came back, and queue the rest of the chunk to be sent again."""
        chunk, future = self._chunks[key]
        reply = self._read_reply(future)
        del self._chunks[key]
        future.release()
        if reply is None:
            yield from self._retry_chunk(chunk, waiting)
            return
        _require_capable_worker(reply)
        rest = {task.recipient.id: task for task in chunk.letters}
        for letter in reply.letters:
            task = rest[letter.recipient]
            received = tuple(file for file in task.files if file.format in letter.formats)
            remaining = tuple(file for file in task.files if file.format not in letter.formats)
            rest[letter.recipient] = replace(task, files=remaining)
            yield replace(task, files=received), self._write_files(received, letter)
        chunk.letters = [task for task in rest.values() if task.files]
        if not reply.letters:
            yield from self._retry_chunk(chunk, waiting)
        elif chunk.letters:
            waiting.appendleft(chunk)

    def _read_reply(self, future: Any) -> ChunkReply | None:
        """Return the reply to a chunk, or None if the workers that had it were lost."""
        try:
            reply: ChunkReply = pickle.loads(future.result())
            return reply
        except CancelledError as error:
            raise self._cluster_lost_error(error) from error
        except (ImportError, AttributeError) as error:
            raise _unfit_worker_error(
                "a worker", f"it does not have this version of briefgen: {error}"
            ) from error
        except Exception as error:
            if type(error).__name__ == "KilledWorker":
                return None
            if self._client.status != "running":
                raise self._cluster_lost_error(error) from error
            raise _unfit_worker_error("a worker", f"{type(error).__name__}: {error}") from error

    def _retry_chunk(
        self, chunk: _Chunk, waiting: deque[_Chunk]
    ) -> Iterator[tuple[LetterTask, tuple[FileOutcome, ...] | TaskCrash]]:
        """Retry a chunk that brought down its workers, in halves; after the last attempt, report a crash."""
        if chunk.attempt < MAX_CHUNK_ATTEMPTS:
            middle = (len(chunk.letters) + 1) // 2
            halves = (chunk.letters[:middle], chunk.letters[middle:])
            waiting.extend(_Chunk(half, chunk.attempt + 1) for half in halves if half)
            return
        crash = TaskCrash("crashed", "the cluster's workers that had it were lost repeatedly")
        yield from ((task, crash) for task in chunk.letters)

    def _write_files(
        self, files: tuple[PlannedFile, ...], letter: LetterResult
    ) -> tuple[FileOutcome, ...] | TaskCrash:
        """Write the files of a letter that came back to the output folder, under the names that it was given.

        A worker's outcomes say what became of a letter, never whose it is or where it goes.
        """
        if isinstance(letter.result, TaskCrash):
            return letter.result
        outcomes = []
        for file, reported, data in zip(files, letter.result, letter.files, strict=True):
            outcome = replace(
                reported,
                recipient=letter.recipient,
                format=file.format,
                file=file.previous.file if file.previous and reported.file else "",
            )
            if outcome.state == "rendered":
                if hashlib.sha256(data).hexdigest() != outcome.sha256:
                    return TaskCrash("crashed", f"its {outcome.format} file was damaged in transit")
                kept = self._output.write_letter(file.name, data, file.previous)
                outcome = replace(outcome, file=file.name, kept_edit=kept)
            outcomes.append(outcome)
        return tuple(outcomes)

    def _count_threads(self) -> int:
        """Count the threads of all workers; each makes one letter at a time."""
        try:
            return sum(self._client.nthreads().values())
        except Exception as error:  # Dask raises all kinds of exceptions if the scheduler is gone
            raise self._cluster_lost_error(error) from error

    def _cluster_lost_error(self, error: BaseException) -> BriefgenError:
        lines = str(error).strip().splitlines()
        return BriefgenError(
            Problem(
                "cluster-lost",
                f"the cluster at {self._address.text} is gone: {lines[0] if lines else type(error).__name__}",
                hint=f"finished letters are kept; when the scheduler is back, {_RUN_AGAIN}",
            )
        )


def _require_capable_worker(reply: ChunkReply) -> None:
    """Raise BriefgenError if the machine that replied cannot make these letters."""
    worker = f"the worker on {reply.host}"
    if reply.version_mismatches:
        raise BriefgenError(
            Problem(
                "worker-differs",
                f"{worker} has {name} {installed or '(none)'}, and this machine {required or '(none)'}",
                hint="install the same versions on every worker, or stop this one; then " + _RUN_AGAIN,
            )
            for name, required, installed in reply.version_mismatches
        )
    if reply.failure:
        raise _unfit_worker_error(worker, reply.failure)
    if reply.error:
        error_type = type(reply.error)
        raise error_type(
            replace(problem, message=f"{worker}: {problem.message}") for problem in reply.error.problems
        )


def _unfit_worker_error(worker: str, reason: str) -> BriefgenError:
    return BriefgenError(
        Problem(
            "worker-unfit",
            f"{worker} cannot make letters: {reason}",
            hint="install the same briefgen there, run `briefgen doctor` on it, or stop it; then "
            + _RUN_AGAIN,
        )
    )

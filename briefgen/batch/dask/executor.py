"""Letters made by the workers of a Dask cluster, in chunks; the engine that takes the place of the pool.

This room hands out chunks and takes back letters, which it puts down itself: what a worker made and did not
deliver was not made. Only here is Dask spoken to; it is imported when a cluster is asked for.
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

from briefgen.batch.dask.payload import Parcel
from briefgen.batch.dask.worker import Made, Reply
from briefgen.batch.lock import Stop
from briefgen.batch.outputs.folder import Folder
from briefgen.batch.plan import Letter, Outcome, Wanted
from briefgen.batch.pool import Crash
from briefgen.errors import BriefgenError, Problem, UsageError

Client = Any
"""Dask's `distributed.Client`, which is here only where the extra is installed."""
SCHEMES = {"dask": "tcp", "dask+tls": "tls"}
"""How an engine is named, and how Dask calls it."""
LETTERS = 500
"""In a chunk, at most."""
FEWEST_LETTERS = 25
"""In a chunk of a small batch: to begin one takes as long as some twenty letters."""
CONNECT_S = 15.0
"""Time for the scheduler to answer."""
WORKERS_S = 60.0
"""Time without a single worker before the run gives up."""
TRIES = 2
"""How often letters are sent out whose workers were lost, beside what Dask itself tries."""
_ADDRESS = re.compile(r"([a-z+]+)://(\[[0-9a-fA-F:.]+\]|[\w.-]+):([0-9]{1,5})/?", re.ASCII)
_ERRAND = "__import__('briefgen.batch.dask.worker', fromlist=['make']).make(versions, parcel, letters, run)"
"""What a worker is to do, as words and not as a function: a worker that cannot import a function which it is
sent ends, with all that it was doing for others (distributed 2026.8)."""
_CALL_BACK = "__import__('briefgen.batch.dask.worker', fromlist=['call_back']).call_back(run)"
"""Dask cancels a task that waits, and never one that a worker is at."""
_AGAIN = "run the same command again: it goes on where it stopped"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a scheduler listens."""

    text: str
    """As it was given: `dask://host:8786`."""
    dask: str
    """As Dask has it: `tcp://host:8786`."""

    @classmethod
    def read(cls, text: str) -> Address:
        """Raises UsageFault where it is no address."""
        found = _ADDRESS.fullmatch(text.strip())
        if found and found[1] in SCHEMES and 1 <= int(found[3]) <= 65535:
            return cls(text.strip(), f"{SCHEMES[found[1]]}://{found[2]}:{found[3]}")
        raise UsageError(
            Problem(
                "engine-unclear",
                f"{text!r} is no address of a cluster",
                None,
                "write dask://HOST:PORT, as the scheduler says when it starts; usually the port is 8786",
            )
        )


@contextmanager
def connected(
    address: Address, *, connect_s: float | None = None, workers_s: float = WORKERS_S
) -> Iterator[Client]:
    """A client of the cluster, which has at least one worker; a BriefgenError where there is none."""
    connect_s = CONNECT_S if connect_s is None else connect_s
    distributed = _distributed()
    for name in ("distributed", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters of it is said in our words
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of differing versions: ours are compared by ourselves
        try:
            client = distributed.Client(
                address.dask, timeout=connect_s, set_as_default=False, name="briefgen"
            )
        except (OSError, ValueError, ImportError) as error:
            raise _unreachable(address, error) from error
    try:
        try:
            client.wait_for_workers(1, timeout=workers_s)
        except TimeoutError:
            raise _without_workers(address, workers_s) from None
        yield client
    finally:
        with suppress(Exception):  # whatever was to be lost by it is lost already
            client.close(timeout=5)


def _distributed() -> Any:
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


def _unreachable(address: Address, error: Exception) -> BriefgenError:
    said = str(error).strip().splitlines()
    return BriefgenError(
        Problem(
            "cluster-unreachable",
            f"no scheduler answers at {address.text}: {said[0] if said else type(error).__name__}",
            hint="look whether `dask scheduler` runs there and this machine may reach its port",
        )
    )


def _without_workers(address: Address, seconds: float) -> BriefgenError:
    return BriefgenError(
        Problem(
            "cluster-empty",
            f"the cluster at {address.text} has had no worker for {seconds:g} seconds",
            hint=f"start some (dask worker HOST:PORT), then {_AGAIN}",
        )
    )


@dataclass(slots=True)
class _Chunk:
    letters: list[Letter]
    tries: int = 1


class Cluster:
    """Turns letters into outcomes, as the pool of this machine does."""

    def __init__(
        self,
        client: Client,
        address: Address,
        parcel: Parcel,
        output: Folder,
        stop: Stop,
        *,
        letters: int = 0,
        workers_s: float = WORKERS_S,
    ) -> None:
        """`letters` in a chunk; 0: by the size of batch and cluster. Raises OSError for the parcel."""
        self._client, self._address, self._output, self._stop = client, address, output, stop
        self._versions = dict(parcel.site.versions())
        self._parcel = parcel.pack()
        self._people = len(parcel.job.recipients)
        self._run = uuid.uuid4().hex
        self._given = letters
        self._workers_s = workers_s
        self._chunks: dict[str, tuple[_Chunk, Any]] = {}
        """Those that are out, by key, with Dask's `Future`."""
        self._ended: queue.SimpleQueue[str] = queue.SimpleQueue()

    def run(self, tasks: Iterator[Letter]) -> Iterator[tuple[Letter, tuple[Outcome, ...] | Crash]]:
        """Each letter with what became of it, as chunks come back; ends early once a stop is requested.

        Raises BriefgenError where the cluster or one of its workers is not fit, or is lost.
        """
        waiting: deque[_Chunk] = deque()
        try:
            while not self._stop.requested:
                self._send(waiting, tasks)
                if not self._chunks:
                    return
                if key := self._heard():
                    yield from self._taken(key, waiting)
        finally:
            futures = [future for _, future in self._chunks.values()]
            with suppress(Exception):  # of a cluster that is lost, nothing need be called back
                self._client.cancel(futures)
                if futures:
                    self._client.run(eval, _CALL_BACK, {"run": self._run}, on_error="ignore")

    def _send(self, waiting: deque[_Chunk], tasks: Iterator[Letter]) -> None:
        """Keep every thread of the cluster at work, with a chunk beside it that it can go on with."""
        threads = max(1, self._threads())
        while len(self._chunks) < 2 * threads:
            if not waiting and (letters := list(islice(tasks, self._size(threads)))):
                waiting.append(_Chunk(letters))
            if not waiting:
                return
            self._submit(waiting.popleft())

    def _size(self, threads: int) -> int:
        """Letters in a chunk: few enough that each thread has several, so that all end together."""
        return self._given or min(LETTERS, max(FEWEST_LETTERS, self._people // (4 * threads)))

    def _submit(self, chunk: _Chunk) -> None:
        names = {"versions": self._versions, "parcel": self._parcel, "letters": pickle.dumps(chunk.letters)}
        names["run"] = self._run
        future = self._client.submit(eval, _ERRAND, names, pure=False)
        self._chunks[future.key] = (chunk, future)
        future.add_done_callback(lambda ended: self._ended.put(ended.key))

    def _heard(self) -> str:
        """Key of a chunk that has ended; empty where the user wants to stop."""
        alone_since = None
        while not self._stop.requested:
            with suppress(queue.Empty):
                return self._ended.get(timeout=0.5)
            if self._threads():
                alone_since = None
                continue
            alone_since = alone_since or time.monotonic()
            if time.monotonic() - alone_since > self._workers_s:
                raise _without_workers(self._address, self._workers_s)
        return ""

    def _taken(
        self, key: str, waiting: deque[_Chunk]
    ) -> Iterator[tuple[Letter, tuple[Outcome, ...] | Crash]]:
        """Letters that came back; the rest of the chunk waits to be sent again."""
        chunk, future = self._chunks[key]
        reply = self._reply(future)
        del self._chunks[key]
        future.release()
        if reply is None:
            yield from self._again(chunk, waiting)
            return
        _require_fit(reply)
        rest = {letter.recipient.id: letter for letter in chunk.letters}
        for made in reply.made:
            whole = rest[made.recipient]
            of_it = tuple(one for one in whole.wanted if one.format in made.formats)
            left = tuple(one for one in whole.wanted if one.format not in made.formats)
            rest[made.recipient] = replace(whole, wanted=left)
            yield replace(whole, wanted=of_it), self._put(of_it, made)
        chunk.letters = [letter for letter in rest.values() if letter.wanted]
        if not reply.made:
            yield from self._again(chunk, waiting)
        elif chunk.letters:
            waiting.appendleft(chunk)

    def _reply(self, future: Any) -> Reply | None:
        """What a chunk's worker has to say; None where workers were lost over it."""
        try:
            reply: Reply = pickle.loads(future.result())
            return reply
        except CancelledError as error:
            raise self._lost(error) from error
        except (ImportError, AttributeError) as error:
            raise _unfit("a worker", f"it has not this briefgen: {error}") from error
        except Exception as error:
            if type(error).__name__ == "KilledWorker":
                return None
            if self._client.status != "running":
                raise self._lost(error) from error
            raise _unfit("a worker", f"{type(error).__name__}: {error}") from error

    def _again(
        self, chunk: _Chunk, waiting: deque[_Chunk]
    ) -> Iterator[tuple[Letter, tuple[Outcome, ...] | Crash]]:
        """Send the letters of a chunk that took its workers along once more, in halves; then give them up."""
        if chunk.tries < TRIES:
            middle = (len(chunk.letters) + 1) // 2
            halves = (chunk.letters[:middle], chunk.letters[middle:])
            waiting.extend(_Chunk(half, chunk.tries + 1) for half in halves if half)
            return
        lost = Crash("crashed", "the workers of the cluster that had it were lost, again and again")
        yield from ((letter, lost) for letter in chunk.letters)

    def _put(self, wanted: tuple[Wanted, ...], made: Made) -> tuple[Outcome, ...] | Crash:
        """Write the letters that came back to the output folder."""
        if isinstance(made.result, Crash):
            return made.result
        outcomes = []
        for one, outcome, data in zip(wanted, made.result, made.files, strict=True):
            if outcome.state == "rendered":
                if hashlib.sha256(data).hexdigest() != outcome.sha256:
                    return Crash("crashed", f"its bytes as {outcome.format} were damaged on the way here")
                outcome = replace(outcome, kept=self._output.put(outcome.file, data, one.earlier))
            outcomes.append(outcome)
        return tuple(outcomes)

    def _threads(self) -> int:
        """Of all workers; each makes one letter at a time."""
        try:
            return sum(self._client.nthreads().values())
        except Exception as error:  # Dask raises what it likes where the scheduler is gone
            raise self._lost(error) from error

    def _lost(self, error: BaseException) -> BriefgenError:
        said = str(error).strip().splitlines()
        return BriefgenError(
            Problem(
                "cluster-lost",
                f"the cluster at {self._address.text} is gone: {said[0] if said else type(error).__name__}",
                hint=f"what came back is kept; when the scheduler is there again, {_AGAIN}",
            )
        )


def _require_fit(reply: Reply) -> None:
    """A BriefgenError where the machine that replied cannot make these letters."""
    where = f"the worker on {reply.host}"
    if reply.differs:
        raise BriefgenError(
            Problem(
                "worker-differs",
                f"{where} has {name} {there or '(none)'}, and this machine {here or '(none)'}",
                hint="install the same versions on every worker, or stop this one; then " + _AGAIN,
            )
            for name, here, there in reply.differs
        )
    if reply.unfit:
        raise _unfit(where, reply.unfit)
    if reply.error:
        kind = type(reply.error)
        raise kind(replace(one, message=f"{where}: {one.message}") for one in reply.error.problems)


def _unfit(where: str, why: str) -> BriefgenError:
    return BriefgenError(
        Problem(
            "worker-unfit",
            f"{where} cannot make letters: {why}",
            hint="install briefgen there as here, run `briefgen doctor` on it, or stop it; then " + _AGAIN,
        )
    )

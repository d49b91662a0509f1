"""Divides a check among worker processes; whatever a worker cannot finish is done in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Self

from briefgen.batch.fork_server import ForkServer
from briefgen.batch.pool import TaskCrash, WorkerPool, available_processors
from briefgen.batch.stop import StopRequest
from briefgen.campaign.letter_findings import (
    BriefingFindings,
    FailedLetter,
    LetterExaminer,
    LetterFindings,
)
from briefgen.errors import BriefgenError, Problem
from briefgen.model.campaign import OutputConfig
from briefgen.model.document import Document
from briefgen.model.recipient import Recipient
from briefgen.render.registry import FORMATS
from briefgen.system.cache import cache_key, keep, recall
from briefgen.system.files import is_inside_folder, is_regular_file
from briefgen.system.limits import HANG_GRACE_S, TIME_LIMIT_S, WorkerLimits

MIN_ROWS = 8
"""Of a list; the letters to fewer recipients are composed before workers are ready."""
MAX_LETTERS = 64
"""In one task, in which citations and fits are found out once."""
_TASKS_FOR_EACH_WORKER = 4
"""At least so many, so that all workers end at about the same time."""
_LIST_BYTES = 20_000
"""A file as large as this has many rows, whatever it looks like."""
_KIND = "checked-before"
_NO_LIMITS = WorkerLimits(memory_mb=0, file_mb=0)
"""`resource_limits` applies to each document, as in this process."""


@contextmanager
def start_check_server(campaign: Path) -> Iterator[ForkServer | None]:
    """Start the process from which workers are forked, so that it is ready when the campaign has been opened.

    `campaign` is its folder, or the file. Yield None where workers would be of no use: on a single processor,
    for a short list, or if a campaign with the same files was checked before.
    """
    folder = campaign if campaign.is_dir() else campaign.parent
    key = _describe_files(folder)
    if available_processors() == 1 or not _has_long_list(folder) or recall(_KIND, key):
        yield None
        return
    preload = dict.fromkeys(module for name in OutputConfig().formats for module in FORMATS.get(name).preload)
    with ForkServer((__name__, *preload)) as server:
        yield server
    keep(_KIND, key, True)


def _describe_files(folder: Path) -> str:
    """Return the name of a guess, which needs no certainty: what has changed shows by size and time."""
    with suppress(OSError):
        states = [(entry.name, entry.stat()) for entry in os.scandir(folder) if entry.is_file()]
        files = sorted((name, state.st_size, state.st_mtime_ns) for name, state in states)
        return cache_key(_KIND, str(folder.absolute()), files)
    return cache_key(_KIND)


def _has_long_list(folder: Path) -> bool:
    """Return whether a file beside campaign.yaml may be a list of many recipients."""
    with suppress(OSError):
        for path in (*folder.glob("*.csv"), *folder.glob("*.xlsx")):
            # The folder may be a stranger's: no pipe is opened, and nothing outside.
            if not is_regular_file(path) or not is_inside_folder(path, folder):
                continue
            with path.open("rb") as file:
                start = file.read(_LIST_BYTES)
            if path.suffix == ".xlsx" or len(start) == _LIST_BYTES or start.count(b"\n") > MIN_ROWS:
                return True
    return False


@dataclass(frozen=True, slots=True)
class _Letters:
    first: int
    recipients: tuple[Recipient, ...]

    def split(self) -> list[_Task]:
        """Return a task for each letter."""
        return [_Letters(number, (one,)) for number, one in enumerate(self.recipients, self.first)]


@dataclass(frozen=True, slots=True)
class _Trial:
    number: int
    document: Document

    def split(self) -> list[_Task]:
        """Return the task, which has no parts."""
        return [self]


@dataclass(frozen=True, slots=True)
class _Briefing:
    def split(self) -> list[_Task]:
        """Return the task, which has no parts."""
        return [self]


_Task = _Letters | _Trial | _Briefing


@dataclass(frozen=True, slots=True)
class _Answer:
    result: Any
    differences: tuple[Problem, ...]
    """Of assembled letters, since the last answer."""


@dataclass(frozen=True, slots=True)
class _CheckWorker:
    """What a worker is given when it starts."""

    examiner: LetterExaminer

    def start(self) -> Callable[[_Task], _Answer]:
        """Return the function that performs a task."""
        told = 0

        def perform(task: _Task) -> _Answer:
            nonlocal told
            result = _perform(self.examiner, task)
            differences = self.examiner.renderers.list_differences()
            told, since = len(differences), told
            return _Answer(result, tuple(differences[since:]))

        return perform


def _perform(examiner: LetterExaminer, task: _Task) -> Any:
    if isinstance(task, _Letters):
        return examiner.forget_documents(list(examiner.examine(task.recipients)))
    return examiner.try_formats(task.document) if isinstance(task, _Trial) else examiner.examine_briefing()


@dataclass(slots=True)
class CheckWorkers:
    """The workers of one check. A context manager: leaving it ends them."""

    examiner: LetterExaminer
    server: ForkServer
    """The process from which they are forked; it is closed with them."""
    differences: list[Problem] = field(default_factory=list)
    """Warnings about letters that took another room when they were assembled."""
    _pool: WorkerPool[_Task, _Answer] = field(init=False)
    _closing: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        """Make the workers ready to start."""
        stop = StopRequest()
        self._closing.callback(stop.close)
        pool: WorkerPool[_Task, _Answer] = WorkerPool(
            _CheckWorker(self.examiner).start,
            workers=available_processors(),
            timeout_s=TIME_LIMIT_S + 2 * HANG_GRACE_S,
            stop=stop,
            split=lambda task: task.split(),
            limits=_NO_LIMITS,
            server=self.server,
        )
        self._pool = self._closing.enter_context(pool)
        return self

    def __exit__(self, *_: object) -> None:
        """End the workers."""
        self._closing.close()

    def examine(
        self, recipients: Sequence[Recipient], progress: Callable[[int], None]
    ) -> tuple[list[LetterFindings | FailedLetter], BriefingFindings]:
        """Return what is found out about the letters, in order, and about the briefing.

        `progress` is told how many letters have been composed.
        """
        letters: dict[int, LetterFindings | FailedLetter] = {}
        briefing = BriefingFindings()
        for task, result in self._run([_Briefing(), *_divide(recipients, available_processors())]):
            if isinstance(task, _Letters):
                letters.update(enumerate(result, task.first))
                progress(len(letters))
            else:
                briefing = result
        return [letters[number] for number in sorted(letters)], briefing

    def try_formats(self, documents: Sequence[Document]) -> list[Problem]:
        """Return what prevents letters from being made, in the order of the letters."""
        tasks = [_Trial(number, document) for number, document in enumerate(documents)]
        found = {task.number: result for task, result in self._run(tasks) if isinstance(task, _Trial)}
        return [problem for number in sorted(found) for problem in found[number]]

    def _run(self, tasks: Sequence[_Task]) -> Iterator[tuple[_Task, Any]]:
        """Yield each task, or its parts, with the result; without workers if none can be started."""
        left = {_identify(part): part for task in tasks for part in task.split()}
        try:
            for task, answer in self._pool.run(iter(tasks)):
                for part in task.split():
                    del left[_identify(part)]
                if isinstance(answer, TaskCrash):
                    yield task, _perform(self.examiner, task)
                else:
                    self.differences += answer.differences
                    yield task, answer.result
        except BriefgenError as error:
            if any(problem.code != "workers-fail" for problem in error.problems):
                raise
            for part in left.values():
                yield part, _perform(self.examiner, part)


def _identify(part: _Task) -> tuple[type, int]:
    number = part.first if isinstance(part, _Letters) else part.number if isinstance(part, _Trial) else 0
    return type(part), number


def _divide(recipients: Sequence[Recipient], workers: int) -> Iterator[_Letters]:
    size = min(MAX_LETTERS, -(-len(recipients) // (workers * _TASKS_FOR_EACH_WORKER)) or 1)
    rest, first = iter(recipients), 0
    while part := tuple(islice(rest, size)):
        yield _Letters(first, part)
        first += len(part)

"""A pandoc that formats the citations of several documents, one after the other.

Most of the time that pandoc needs for a document's citations goes into starting and ending, and into heaps
that are built up again. One process for many documents needs a third of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from briefgen.system.scratch import scratch_folder

_SCRIPT = """
for line in io.lines() do
  local is_done, result = pcall(function()
    return pandoc.write(pandoc.utils.citeproc(pandoc.read(line, 'json')), 'json')
  end)
  io.write(is_done and result or '', '\\n')
  io.flush()
  line, result = nil, nil
  collectgarbage()
end
"""
"""Answers each line of standard input with one on standard output, which is empty if pandoc failed."""


@dataclass(slots=True)
class _Session:
    """One process of pandoc, started when it is first needed."""

    users: int = 0
    """Blocks that keep it."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    process: subprocess.Popen[bytes] | None = None
    owner: int = 0
    """The process that started it: a forked one must not talk to it."""
    folder: ExitStack = field(default_factory=ExitStack)
    """Removes its temporary folder: pandoc makes a file there that it leaves when it is killed."""


_session = _Session()


@contextmanager
def keep_pandoc() -> Iterator[None]:
    """Let one process of pandoc format all citations within the block."""
    with _session.lock:
        _session.users += 1
    try:
        yield
    finally:
        with _session.lock:
            _session.users -= 1
            if not _session.users:
                _end()


def format_in_session(
    command: Sequence[str], document: Mapping[str, Any], timeout_s: float
) -> list[dict[str, Any]] | None:
    """Return a document's blocks with citations formatted; None if that has to be done without a session.

    That is so outside `keep_pandoc`, and where pandoc fails: only a process of its own says why. `command`
    is pandoc, with options for its run-time system.
    """
    with _session.lock:
        if not _session.users or _session.owner not in (0, os.getpid()):
            return None
        answer = b""
        try:
            answer = _ask(command, json.dumps(document).encode(), timeout_s)
            blocks: list[dict[str, Any]] = json.loads(answer)["blocks"]
            return blocks
        except (OSError, ValueError, KeyError, TypeError):
            _end()
            return None
        except BaseException:
            _end()  # interrupted: its answer would be taken for that to the next question
            raise


def _ask(command: Sequence[str], question: bytes, timeout_s: float) -> bytes:
    process = _start(command)
    assert process.stdin is not None and process.stdout is not None
    clock = threading.Timer(timeout_s, process.kill)
    clock.daemon = True
    clock.start()
    try:
        process.stdin.write(question + b"\n")
        process.stdin.flush()
        return process.stdout.readline()
    finally:
        clock.cancel()


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    if _session.process is None:
        folder = _session.folder.enter_context(scratch_folder())
        _session.process = subprocess.Popen(
            [*command, "lua", "-E", "-e", _SCRIPT],  # without what the user has for Lua
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": str(folder)},
        )
        _session.owner = os.getpid()
    return _session.process


def _end() -> None:
    """End the process, if it is ours."""
    process, owner, folder = _session.process, _session.owner, _session.folder
    _session.process, _session.owner, _session.folder = None, 0, ExitStack()
    if owner not in (0, os.getpid()):
        return
    if process is None:  # it could not be started
        folder.close()
        return
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            if pipe is not None:
                pipe.close()
    process.wait()
    folder.close()

"""Runs a module of ours in a process of its own, with limits of time and memory.

What it reads may come from anywhere. Its answer comes back as JSON and is to be believed no more than that.
What the module does, and how a failure is told, is for others to say.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import briefgen

MAX_MEMORY = 3 << 30
"""Bytes of address space of the process."""


class NoAnswerError(Exception):
    """There is no answer; says why, in words that follow “cannot be read:”."""


def answer_of(module: str, data: bytes, timeout_s: float) -> Any:
    """What a module, which calls `answer` when it is run, makes of some bytes; raises Unanswered."""
    home = str(Path(briefgen.__file__).resolve().parents[1])
    search = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH", ""))))
    try:
        # -P: nothing is imported from the current folder, which may be somebody else's.
        done = subprocess.run(
            [sys.executable, "-P", "-m", module],
            input=data,
            capture_output=True,
            timeout=timeout_s,
            env={**os.environ, "PYTHONPATH": search},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NoAnswerError(f"it took longer than {timeout_s} seconds") from None
    except OSError as error:
        raise NoAnswerError(f"no process could be started: {error.strerror}") from None
    if done.returncode != 0:
        raise NoAnswerError("reading it failed")
    return json.loads(done.stdout)


def answer(read: Callable[[bytes], Any], seconds: int) -> None:
    """In the process: limit it, and print what `read` makes of standard input."""
    with suppress(ImportError, ValueError, OSError):  # not every system can limit memory and time
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    json.dump(read(sys.stdin.buffer.read()), sys.stdout)

"""Running one of our modules in a child process with time and memory limits, to parse untrusted files.

The child reads the file's bytes from standard input and prints its result as JSON. The result is no more
trustworthy than the file. Callers turn failures into problems.
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
from briefgen.system.limits import PARSER_ADDRESS_SPACE_MB, limit_process


class ChildProcessFailedError(Exception):
    """The child gave no result; the message can follow “cannot be read:”."""


def run_child_process(module: str, data: bytes, timeout_s: float) -> Any:
    """Run a module that calls `serve_child_process` and return its result for `data`.

    Raise ChildProcessFailedError if the child does not start, fails or takes longer than `timeout_s`.
    """
    package_parent = str(Path(briefgen.__file__).resolve().parents[1])
    search_path = os.pathsep.join(filter(None, (package_parent, os.environ.get("PYTHONPATH", ""))))
    try:
        # -P: never import from the current folder, which may contain anything.
        completed = subprocess.run(
            [sys.executable, "-P", "-m", module],
            input=data,
            capture_output=True,
            timeout=timeout_s,
            env={**os.environ, "PYTHONPATH": search_path},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ChildProcessFailedError(f"it took longer than {timeout_s} seconds") from None
    except OSError as error:
        raise ChildProcessFailedError(f"no process could be started: {error.strerror}") from None
    if completed.returncode != 0:
        raise ChildProcessFailedError("reading it failed")
    return json.loads(completed.stdout)


def serve_child_process(read: Callable[[bytes], Any], seconds: int) -> None:
    """Set the child's own limits, then print the result of `read` for standard input as JSON."""
    with suppress(ImportError, ValueError, OSError):  # not every system can limit memory and CPU time
        limit_process(address_space_mb=PARSER_ADDRESS_SPACE_MB, cpu_seconds=seconds)
    json.dump(read(sys.stdin.buffer.read()), sys.stdout)

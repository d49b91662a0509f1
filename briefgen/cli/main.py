"""The entry point: run a command, and turn whatever goes wrong into a message and an exit code."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path

from briefgen.cli import (  # noqa: F401 - importing a command module registers its commands
    adopt,
    audit,
    batch,
    campaign,
    correspondence,
    curate,
    explain,
    inspect,
    libraries,
    library,
    mailing,
    mcp,
    recipients,
    studio,
    write_snippets,
)
from briefgen.cli.app import app
from briefgen.errors import BriefgenError, Place, Problem, StorageError, UsageError
from briefgen.system.files import printable_name
from briefgen.system.limits import end_process_on_hang


def run() -> None:
    """Run the command line and exit: a BriefgenError is printed and sets the exit code, Ctrl-C exits 130."""
    # Python sets a stream to None if the process was started without it.
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    # A character that the terminal cannot show is printed as its code instead of ending the run.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    end_process_on_hang(_report_error)
    try:
        code = _run_command()
        _report_cache_problem()
        sys.exit(code)
    except BrokenPipeError:
        # Whoever reads our output has closed it (`briefgen … | head`): not an error.
        _discard_further_output()
        sys.exit(0)
    except OSError as error:
        _report_os_error(error)
        sys.exit(StorageError.exit_code)


def _run_command() -> int:
    """Run the command, flush its output, and return its exit code.

    Raise OSError if its output cannot be written.
    """
    as_json = "--json" in sys.argv[1:]
    try:
        # With --json, Typer must not print anything of its own.
        code = app(standalone_mode=not as_json) or 0
    except SystemExit as exit_request:
        if isinstance(exit_request.__context__, BrokenPipeError):
            raise exit_request.__context__ from None
        code = exit_request.code
    except BriefgenError as error:
        _report_error(error)
        code = error.exit_code
    except Exception as error:
        # Typer has no public name for what it raises if it cannot parse a command line.
        if not as_json or not hasattr(error, "format_message"):
            raise
        hint = f"run briefgen {' '.join(_command_words())} --help"
        _report_error(UsageError(Problem("usage-wrong", error.format_message().rstrip("."), None, hint)))
        code = UsageError.exit_code
    sys.stdout.flush()
    return int(code or 0)


def _report_cache_problem() -> None:
    """Say on standard error, where nothing else was wrong, that what was found out could not be kept."""
    from briefgen.cli.console import Console

    cache = sys.modules.get("briefgen.system.cache")  # not loaded by a command that needs none
    problem = cache.take_cache_problem() if cache else None
    arguments = sys.argv[1:]
    if problem:
        Console("--json" in arguments, "-q" in arguments or "--quiet" in arguments).problems([problem])


def _command_words() -> list[str]:
    """Return the words of the command line that name the command."""
    return [word for word in sys.argv[1:3] if word.isalpha()]


def _report_os_error(error: OSError) -> None:
    """Report what the operating system refused, on standard error alone if standard output is the cause."""
    name = printable_name(str(error.filename or "the output"))
    reason = error.strerror or str(error)
    problem = Problem("file-refused", f"refused by the operating system: {reason}", Place(name))
    try:
        _report_error(StorageError(problem))
        sys.stdout.flush()
    except OSError:
        if "--json" in sys.argv[1:]:  # without it, the problem has already gone to standard error
            print(problem, file=sys.stderr)
    finally:
        _discard_further_output()


def _discard_further_output() -> None:
    """Send the rest of the output nowhere; otherwise Python complains about it once more as it exits."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _report_error(error: BriefgenError) -> None:
    from briefgen.cli.console import Console
    from briefgen.errors import quantity

    arguments = sys.argv[1:]
    console = Console(as_json="--json" in arguments, quiet="-q" in arguments or "--quiet" in arguments)
    console.problems(error.problems)
    console.document({"ok": False, "problems": [problem.as_json() for problem in error.problems]})
    errors = sum(problem.severity == "error" for problem in error.problems)
    if not console.as_json and errors > 1:
        print(f"{quantity(errors, 'problem')} found.", file=sys.stderr)

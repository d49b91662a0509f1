"""The command line: parses, calls, shows; nothing else. Each command imports what it needs when it runs."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from briefgen import __version__
from briefgen.errors import BriefgenError, Place, Problem, RunInterruptedError, StorageError, UsageError
from briefgen.system.files import shown_name

_FIRST = ("init", "check", "letter", "brief", "batch", "print", "drafts", "explain", "trace")


class _InOrder(TyperGroup):
    """Help names the commands in the order in which a campaign needs them, whatever module they come from."""

    def list_commands(self, ctx: Any) -> list[str]:
        places = {name: place for place, name in enumerate(_FIRST)}
        return sorted(super().list_commands(ctx), key=lambda name: places.get(name, len(_FIRST)))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            # The framework would end without a word, and with --json without a document.
            raise RunInterruptedError(
                Problem(
                    "broken-off", "interrupted by Ctrl-C", None, "run it again; what was finished is kept"
                )
            ) from None


app = typer.Typer(
    name="briefgen",
    cls=_InOrder,
    help="Turns evidence into letters to officials and briefing papers, as PDF and DOCX that say the same.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"briefgen {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", help="Print the version.", callback=_version, is_eager=True
    ),
) -> None:
    """Turns evidence into letters to officials and briefing papers, as PDF and DOCX that say the same."""


def run() -> None:
    """Entry point: every BriefgenError is shown and becomes its exit code; Ctrl-C becomes 130."""
    from briefgen.cli import (  # noqa: F401 - they register their commands
        batch,
        campaign,
        curate,
        explain,
        inspect,
        library,
        mailing,
        recipients,
    )

    # Started without an output, Python has none at all.
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    # A terminal that cannot show a letter shows its code; it does not end the work.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.exit(_called())
    except BrokenPipeError:
        # The reader of our output has gone (`briefgen … | head`): nothing is wrong.
        _write_no_more()
        sys.exit(0)
    except OSError as error:
        _tell_refusal(error)
        sys.exit(StorageError.exit_code)


def _called() -> int:
    """Run the command to its end, all that it printed included, and give its exit code.

    Raises OSError where its output cannot be written.
    """
    as_json = "--json" in sys.argv[1:]
    try:
        # With --json the framework may print nothing by itself.
        code = app(standalone_mode=not as_json) or 0
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):
            raise ended.__context__ from None
        code = ended.code
    except BriefgenError as error:
        _tell(error)
        code = error.exit_code
    except Exception as error:
        # The framework has no public name for what it raises where a command line cannot be read.
        if not as_json or not hasattr(error, "format_message"):
            raise
        hint = f"briefgen {' '.join(_command())} --help explains it"
        _tell(UsageError(Problem("usage-wrong", error.format_message().rstrip("."), None, hint)))
        code = UsageError.exit_code
    sys.stdout.flush()
    return int(code or 0)


def _command() -> list[str]:
    """The words of the command line that name the command."""
    words = iter(sys.argv[1:3])
    return [word for word in words if word.isalpha()]


def _tell_refusal(error: OSError) -> None:
    """Tell what the system refused; where that is standard output itself, on standard error alone."""
    shown = shown_name(str(error.filename or "the output"))
    reason = error.strerror or str(error)
    problem = Problem("file-refused", f"the system refused it: {reason}", Place(shown))
    try:
        _tell(StorageError(problem))
        sys.stdout.flush()
    except OSError:
        print(problem, file=sys.stderr)
    finally:
        _write_no_more()


def _write_no_more() -> None:
    """Let what is still to be printed go nowhere: else Python would complain of it once more at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell(error: BriefgenError) -> None:
    from briefgen.cli.console import Show, count

    given = sys.argv[1:]
    show = Show(as_json="--json" in given, quiet="-q" in given or "--quiet" in given)
    show.problems(error.problems)
    show.document({"ok": False, "problems": [problem.as_json() for problem in error.problems]})
    errors = sum(problem.severity == "error" for problem in error.problems)
    if not show.as_json and errors > 1:
        print(f"{count(errors, 'problem')} found.", file=sys.stderr)

"""The command line: parses, calls, shows; nothing else. Each command imports what it needs when it runs."""

from __future__ import annotations

import io
import sys

import typer

from briefgen import __version__
from briefgen.errors import BriefgenError, Place, Problem, StorageFault

app = typer.Typer(
    name="briefgen",
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
        campaigns,
        curating,
        explain,
        library,
        recipients,
        trace,
    )

    # A terminal that cannot show a letter shows its code; it does not end the work.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app()
    except BriefgenError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has gone (`briefgen … | head`): nothing is wrong.
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        name = str(error.filename or "a file")
        shown = name if len(name) <= 100 else f"{name[:97]}…"
        reason = error.strerror or str(error)
        _tell(StorageFault(Problem("file-refused", f"the system refused it: {reason}", Place(shown))))
        sys.exit(StorageFault.exit_code)


def _tell(error: BriefgenError) -> None:
    from briefgen.cli.show import Show, count

    show = Show(as_json="--json" in sys.argv[1:])
    show.problems(error.problems)
    show.document({"ok": False, "problems": [problem.as_json() for problem in error.problems]})
    errors = sum(problem.severity == "error" for problem in error.problems)
    if not show.as_json and errors > 1:
        print(f"{count(errors, 'problem')} found.", file=sys.stderr)

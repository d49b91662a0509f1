"""The command-line application that the command modules register with."""

from __future__ import annotations

import os
from typing import Any

import typer
from typer.core import TyperGroup

from briefgen import __version__
from briefgen.errors import Problem, RunInterruptedError

_COMMAND_ORDER = (
    "init",
    "check",
    "letter",
    "brief",
    "batch",
    "adopt",
    "print",
    "drafts",
    "sent",
    "reply",
    "log",
    "recall",
    "due",
    "explain",
    "trace",
    "audit",
    "studio",
)


class _OrderedGroup(TyperGroup):
    """List commands in the order in which a campaign needs them, whatever module defines them."""

    def list_commands(self, ctx: Any) -> list[str]:
        order = {name: index for index, name in enumerate(_COMMAND_ORDER)}
        return sorted(super().list_commands(ctx), key=lambda name: order.get(name, len(order)))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            # Typer would exit without a message, and with --json without a document.
            raise RunInterruptedError(
                Problem("broken-off", "interrupted by Ctrl-C", None, "run it again; finished files are kept")
            ) from None


app = typer.Typer(
    name="briefgen",
    cls=_OrderedGroup,
    help="Turn evidence into letters to officials and briefing papers, as matching PDF and DOCX files.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _disable_cache(requested: bool) -> None:
    if requested:
        from briefgen.system.cache import DISABLE_VARIABLE

        # Worker processes inherit it.
        os.environ[DISABLE_VARIABLE] = "1"


def _print_version(requested: bool) -> None:
    if requested:
        print(f"briefgen {__version__}")
        raise typer.Exit


@app.callback()
def _global_options(
    version: bool = typer.Option(
        False, "--version", help="Print the version.", callback=_print_version, is_eager=True
    ),
    no_cache: bool = typer.Option(
        False,
        "--no-cache",
        help="Find out everything anew, and keep nothing for the next run.",
        callback=_disable_cache,
    ),
) -> None:
    """Turn evidence into letters to officials and briefing papers, as matching PDF and DOCX files."""

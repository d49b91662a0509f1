"""Options that several commands share, and the parsing of their values."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperOption

from briefgen.errors import Problem, UsageError
from briefgen.system.files import is_folder, is_regular_file, printable_name

if TYPE_CHECKING:
    from briefgen.library.loader import TextLocations


@dataclass(frozen=True, slots=True)
class OutputLocation:
    """The value of `--out`: a folder, or the address of another output such as a bucket."""

    text: str

    @property
    def is_address(self) -> bool:
        """Return whether it is an address rather than a folder."""
        return "://" in self.text


def _parse_output_location(text: str) -> OutputLocation:
    if text:
        return OutputLocation(text)
    # Path("") would be the current folder, which is not what an empty value means (`--out "$UNSET"`).
    raise UsageError(Problem("out-empty", "--out is empty", None, "name a folder, or omit --out"))


def _parse_output_folder(text: str) -> Path:
    if not _parse_output_location(text).is_address:
        return Path(text)
    raise UsageError(
        Problem(
            "out-no-folder",
            f"{text!r} is not a folder",
            None,
            "name a folder on this computer; only batch can write to an object store",
        )
    )


class FormatsCommand(TyperCommand):
    """A command whose help lists the output formats in place of `{formats}`.

    The registry is read when help is shown: reading it to define the command would slow every start.
    """

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show the help with the formats of all installed packages."""
        from briefgen.render.registry import FORMATS

        for parameter in self.params:
            if isinstance(parameter, TyperOption) and parameter.help:
                parameter.help = parameter.help.replace("{formats}", ", ".join(FORMATS))
        super().format_help(ctx, formatter)


CampaignPath = Annotated[Path, typer.Argument(help="Campaign folder or campaign.yaml.", show_default=True)]
MergeDuplicates = Annotated[
    bool,
    typer.Option("--merge-duplicates", help="Merge rows with the same person and address into the fullest."),
]
Unsent = Annotated[
    bool, typer.Option("--unsent", help="Only recipients to whom no letter was recorded as sent.")
]
OutFolder = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        parser=_parse_output_folder,
        metavar="FOLDER",
        help="Output folder; default: out/ in the campaign's folder.",
        show_default=False,
    ),
]
BatchOutputOption = Annotated[
    OutputLocation | None,
    typer.Option(
        "--out",
        "-o",
        parser=_parse_output_location,
        metavar="FOLDER",
        help="Output folder, or s3://BUCKET/PREFIX; default: out/ in the campaign's folder.",
        show_default=False,
    ),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="Output format; repeatable. One of {formats}; default: the campaign's own choice.",
        show_default=False,
    ),
]
JsonOutput = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Hide progress, warnings and notes.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show more detail, and warnings in full.")]
SourceTexts = Annotated[
    list[str] | None,
    typer.Option(
        "--text",
        metavar="ID=FILE",
        help="Full text of a source, to check its quotes against; repeatable.",
        show_default=False,
    ),
]


def parse_text_options(values: list[str] | None) -> TextLocations:
    """Return where full texts are: the folder in BRIEFGEN_TEXTS, and files given as ID=FILE.

    Raise UsageError for a folder or file that does not exist.
    """
    from briefgen.library.loader import TextLocations

    folder = os.environ.get("BRIEFGEN_TEXTS")
    if folder and not is_folder(Path(folder)):
        raise UsageError(
            Problem(
                "text-option",
                f"BRIEFGEN_TEXTS is set to {printable_name(folder)!r}, which is not a folder",
                None,
                "set it to the folder with the full texts, or unset it",
            )
        )
    files = {}
    for value in values or []:
        source, separator, file = value.partition("=")
        if not separator or not is_regular_file(Path(file)):
            raise UsageError(
                Problem(
                    "text-option",
                    f"--text {printable_name(value)}: expected ID=FILE with an existing file",
                    None,
                    "for example --text park-2013=park-2013.txt",
                )
            )
        files[source] = Path(file)
    return TextLocations(Path(folder) if folder else None, files)

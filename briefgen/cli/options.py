"""Options that several commands share, worded once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from briefgen.errors import Problem, UsageError
from briefgen.system.files import is_folder, is_regular_file, printable_name

if TYPE_CHECKING:
    from briefgen.library.loader import TextLocations


@dataclass(frozen=True, slots=True)
class OutputLocation:
    """Where a batch goes, as it was given."""

    text: str

    @property
    def in_store(self) -> bool:
        """Whether it is the address of something else than a folder."""
        return "://" in self.text


def _destination(name: str) -> OutputLocation:
    if name:
        return OutputLocation(name)
    # Path("") is the current folder, which nobody means who gives nothing (`--out "$UNSET"`).
    raise UsageError(Problem("out-empty", "--out names no folder", None, "name one, or leave --out away"))


def _folder(name: str) -> Path:
    given = _destination(name)
    if not given.in_store:
        return Path(name)
    raise UsageError(
        Problem(
            "out-no-folder",
            f"{name!r} is no folder",
            None,
            "name one of this computer: of all commands, batch alone writes to a store",
        )
    )


CampaignPath = Annotated[Path, typer.Argument(help="Campaign folder or campaign.yaml.", show_default=True)]
OutFolder = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        parser=_folder,
        metavar="FOLDER",
        help="Folder for what is made; default: out/ beside the campaign.",
        show_default=False,
    ),
]
BatchOutput = Annotated[
    OutputLocation | None,
    typer.Option(
        "--out",
        "-o",
        parser=_destination,
        metavar="FOLDER",
        help="Folder for what is made, or s3://BUCKET/PREFIX; default: out/ beside the campaign.",
        show_default=False,
    ),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        help="pdf, docx or txt; repeat for several. Default: as the campaign says.",
        show_default=False,
    ),
]
JsonOutput = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for machines.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, warnings or remarks.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="More detail.")]
SourceTexts = Annotated[
    list[str] | None,
    typer.Option(
        "--text",
        help="ID=FILE: the full text of a source; repeatable. Quotes are then proved against it.",
        show_default=False,
    ),
]


def find_texts(text: list[str] | None) -> TextLocations:
    """The folder that BRIEFGEN_TEXTS names, and files given as ID=FILE; raises UsageFault for a bad one."""
    from briefgen.library.loader import TextLocations

    folder = os.environ.get("BRIEFGEN_TEXTS")
    if folder and not is_folder(Path(folder)):
        raise UsageError(
            Problem(
                "text-option",
                f"BRIEFGEN_TEXTS names {printable_name(folder)!r}, which is no folder",
                None,
                "let it name the folder with the full texts, or unset it",
            )
        )
    given = {}
    for item in text or []:
        name, sign, file = item.partition("=")
        if not sign or not is_regular_file(Path(file)):
            raise UsageError(
                Problem(
                    "text-option",
                    f"--text {printable_name(item)}: ID=FILE with an existing file is expected",
                    None,
                    "for example --text park-2013=park-2013.txt",
                )
            )
        given[name] = Path(file)
    return TextLocations(Path(folder) if folder else None, given)

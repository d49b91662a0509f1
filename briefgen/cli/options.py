"""Options that several commands share, worded once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from briefgen.errors import Problem, UsageFault


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a batch goes, as it was given."""

    text: str

    @property
    def in_store(self) -> bool:
        """Whether it is the address of something else than a folder."""
        return "://" in self.text


def _destination(name: str) -> Destination:
    if name:
        return Destination(name)
    # Path("") is the current folder, which nobody means who gives nothing (`--out "$UNSET"`).
    raise UsageFault(Problem("out-empty", "--out names no folder", None, "name one, or leave --out away"))


def _folder(name: str) -> Path:
    given = _destination(name)
    if not given.in_store:
        return Path(name)
    raise UsageFault(
        Problem(
            "out-no-folder",
            f"{name!r} is no folder",
            None,
            "name one of this computer: of all commands, batch alone writes to a store",
        )
    )


Campaign = Annotated[Path, typer.Argument(help="Campaign folder or campaign.yaml.", show_default=True)]
Out = Annotated[
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
BatchOut = Annotated[
    Destination | None,
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
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for machines.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, warnings or remarks.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="More detail.")]
Text = Annotated[
    list[str] | None,
    typer.Option(
        "--text",
        help="ID=FILE: the full text of a source; repeatable. Quotes are then proved against it.",
        show_default=False,
    ),
]

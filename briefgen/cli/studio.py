"""The command `studio`: a campaign in the browser."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from briefgen.cli.app import app
from briefgen.errors import BriefgenError, Problem

EXTRA = "briefgen[studio]"


@app.command()
def studio(
    campaign: Annotated[
        Path | None,
        typer.Argument(
            help="Campaign folder or campaign.yaml; default: this folder, or else a page to choose one.",
            show_default=False,
        ),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address, and open no browser.")
    ] = False,
    starter: Annotated[
        bool,
        typer.Option("--install-starter", help="Put a file on the desktop that starts it."),
    ] = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on.", show_default="a free one")
    ] = 0,
) -> None:
    """Open a campaign in the browser: see its letters as they will be printed, check them, make them."""
    from briefgen.campaign.loader import read_campaign
    from briefgen.errors import ProblemList
    from briefgen.library.libraries import CAMPAIGN_FILE

    if starter:
        from briefgen.studio.starter import install_starter

        path = install_starter(program=shutil.which("briefgen") or "")
        print(f"{path} starts briefgen studio with a double click.")
        return
    folder = None
    if campaign is not None or Path(CAMPAIGN_FILE).exists():
        # A campaign that is broken can be opened, but not a folder without one.
        folder = read_campaign(campaign or Path(), ProblemList()).folder.path
    try:
        from briefgen.studio.server import run_studio
    except ImportError as error:
        hint = f"install it: pip install '{EXTRA}'"
        message = f"the studio is not installed ({error.name} is missing)"
        raise BriefgenError([Problem("studio-missing", message, None, hint)]) from None
    run_studio(folder, port=port, open_browser=not no_browser, say=partial(print, flush=True))

"""The command `studio`: a campaign in the browser."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from briefgen.cli import options
from briefgen.cli.app import app
from briefgen.errors import BriefgenError, Problem

EXTRA = "briefgen[studio]"


@app.command()
def studio(
    campaign: options.CampaignPath = Path(),
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address, and open no browser.")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on.", show_default="a free one")
    ] = 0,
) -> None:
    """Open a campaign in the browser: see its letters as they will be printed, check them, make them."""
    from briefgen.campaign.loader import read_campaign
    from briefgen.errors import ProblemList

    files = read_campaign(campaign, ProblemList())  # a campaign that is broken can be opened, none cannot
    try:
        from briefgen.studio.server import run_studio
    except ImportError as error:
        hint = f"install it: pip install '{EXTRA}'"
        message = f"the studio is not installed ({error.name} is missing)"
        raise BriefgenError([Problem("studio-missing", message, None, hint)]) from None
    run_studio(files.folder.path, port=port, open_browser=not no_browser, say=partial(print, flush=True))

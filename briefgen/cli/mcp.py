"""The command `mcp`: a server for language models."""

from __future__ import annotations

from pathlib import Path

from briefgen.cli import options
from briefgen.cli.app import app
from briefgen.errors import BriefgenError, Problem

EXTRA = "briefgen[mcp]"


@app.command("mcp")
def serve_assistants(campaign: options.CampaignPath = Path()) -> None:
    """Serve a campaign or library to an assistant (Model Context Protocol, standard input and output)."""
    try:
        from briefgen.mcp.server import run_server
    except ImportError as error:
        hint = f"install it: pip install '{EXTRA}'"
        message = f"the server for assistants is not installed ({error.name} is missing)"
        raise BriefgenError([Problem("mcp-missing", message, None, hint)]) from None
    run_server(campaign)

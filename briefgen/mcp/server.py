"""The tools and resources of the server, over standard input and output.

Tools run one at a time in the main thread, where limits on time and memory hold. Standard output belongs to
the protocol; whatever else would be printed there goes to standard error.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from briefgen import __version__
from briefgen.errors import BriefgenError
from briefgen.mcp.workspace import Workspace, describe_error

Result = TypeVar("Result")
INSTRUCTIONS = """briefgen has statements that people have checked against their sources. Draft from these
only: search for what you want to say, read each statement with its caveats before you use it, and keep its
wording word for word, with its hedges, dates and figures. Say its caveats. Do not use statements that were
superseded. If nothing is found, do not say it, or tell the user that it is unproved. Then audit the whole
draft, mend every sentence that is `differs`, `superseded`, `never-say` or `unsupported`, and audit it again.
Tell the user what only a person can judge. You cannot send anything; files are written into the campaign's
output folder only."""
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_WRITES = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
RecipientId = Annotated[str, Field(description="Id of the recipient, as describe_campaign lists them.")]
Formats = Annotated[
    list[str], Field(description="pdf, docx or txt; empty for those that the campaign names.")
]


def run_server(folder: Path) -> None:
    """Serve a campaign's or library's folder over standard input and output until the client ends it."""
    build_server(Workspace.find(folder)).run("stdio")


def build_server(workspace: Workspace) -> MCPServer:
    """Return the server with its tools and resources."""
    server = MCPServer("briefgen", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING")
    _add_library_tools(server, workspace)
    _add_campaign_tools(server, workspace)
    _add_resources(server, workspace)
    return server


def _add_library_tools(server: MCPServer, workspace: Workspace) -> None:
    @server.tool(title="Search statements", annotations=_READS)
    async def search_statements(
        query: Annotated[str, Field(description="Words to look for.")],
        topic: Annotated[str, Field(description="Only statements on this topic.")] = "",
        kind: Annotated[str, Field(description="Only this kind, such as statistic, finding or ask.")] = "",
        limit: Annotated[int, Field(description="The most to return.", ge=1, le=50)] = 10,
    ) -> dict[str, Any]:
        """Search the approved statements of the library; those with all words come first."""
        return _answer(lambda: workspace.search(query, topic, kind, limit))

    @server.tool(title="Show a statement", annotations=_READS)
    async def show_statement(
        id: Annotated[str, Field(description="Id of the statement.")],
    ) -> dict[str, Any]:
        """Show a statement with its wordings, its evidence and caveats, and who reviewed it."""
        return _answer(lambda: workspace.show_statement(id))

    @server.tool(title="List asks", annotations=_READS)
    async def list_asks(
        office: Annotated[str, Field(description="Id of an office, such as us-senator; empty for all.")] = "",
    ) -> dict[str, Any]:
        """List what an office can be asked to do."""
        return _answer(lambda: workspace.list_asks(office))

    @server.tool(title="Audit a draft", annotations=_READS)
    async def audit_draft(
        text: Annotated[str, Field(description="The whole draft, as Markdown or plain text.")],
    ) -> dict[str, Any]:
        """Judge each sentence of a draft by the library: approved, supported, different, or unproved."""
        return _answer(lambda: workspace.audit(text))


def _add_campaign_tools(server: MCPServer, workspace: Workspace) -> None:
    @server.tool(title="Describe the campaign", annotations=_READS)
    async def describe_campaign() -> dict[str, Any]:
        """List the campaign's recipients, how its evidence was verified, and what is wrong with it."""
        return _answer(workspace.describe_campaign)

    @server.tool(title="Compose a letter", annotations=_READS)
    async def compose_letter(recipient: RecipientId) -> dict[str, Any]:
        """Return the campaign's letter to a recipient as text, with the statements in it; write no file."""
        return _answer(lambda: workspace.compose_letter(recipient))

    @server.tool(title="Explain a letter", annotations=_READS)
    async def explain_letter(recipient: RecipientId) -> dict[str, Any]:
        """Explain the form of address and the ask of a letter, and why each statement is in it or not."""
        return _answer(lambda: workspace.explain_letter(recipient))

    @server.tool(title="Write a letter", annotations=_WRITES)
    async def write_letter(recipient: RecipientId, formats: Formats = []) -> dict[str, Any]:  # noqa: B006
        """Write the letter to a recipient into the campaign's output folder, for review; send nothing."""
        return _answer(lambda: workspace.write_letter(recipient, formats))

    @server.tool(title="Write a briefing paper", annotations=_WRITES)
    async def write_brief(
        kind: Annotated[str, Field(description="policy-brief, leave-behind, report; empty: briefing.")] = "",
        recipient: Annotated[str, Field(description="For one recipient, if the kind allows it.")] = "",
        formats: Formats = [],  # noqa: B006
    ) -> dict[str, Any]:
        """Write the campaign's briefing paper into its output folder; send nothing."""
        return _answer(lambda: workspace.write_brief(kind, recipient, formats))


def _add_resources(server: MCPServer, workspace: Workspace) -> None:
    @server.resource("briefgen://campaign", title="The campaign file", mime_type="application/yaml")
    async def campaign_file() -> str:
        """Return campaign.yaml as it is."""
        return _read(workspace.read_campaign_file)

    @server.resource("briefgen://statements", title="All approved statements", mime_type="application/json")
    async def statements() -> str:
        """Return the approved statements of the library in brief."""
        return _read(lambda: _to_json(workspace.list_statements()))

    @server.resource("briefgen://statements/{id}", title="A statement", mime_type="application/json")
    async def statement(id: str) -> str:
        """Return one statement with its evidence and caveats."""
        return _read(lambda: _to_json(workspace.show_statement(id)))


def _answer(job: Callable[[], Result]) -> Result:
    """Return what a job returns; raise ToolError with its problems, which the model reads."""
    try:
        return job()
    except BriefgenError as error:
        raise ToolError(describe_error(error)) from None
    except OSError as error:
        raise ToolError(f"the machine refused it: {error.strerror or error}") from None


def _read(job: Callable[[], str]) -> str:
    try:
        return job()
    except BriefgenError as error:
        raise ResourceError(describe_error(error)) from None


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)

"""An assistant's view of briefgen, by the SDK's own client over real standard input and output."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from material import tiny_campaign
from mcp import Client, StdioServerParameters

from briefgen.errors import UsageError
from briefgen.mcp.workspace import Workspace

TRUE = "In November 2024 the House approved H.R. 3012, which would renew the North Korean Human Rights Act, by 335 to 37."


def talk(folder: Path, say: Callable[[Client], Awaitable[Any]]) -> Any:
    """Start the server as a client does, and end it."""
    arguments = ["-P", "-m", "briefgen", "mcp", str(folder)]
    command = StdioServerParameters(command=sys.executable, args=arguments, env=dict(os.environ))

    async def run() -> Any:
        async with Client(command) as client:
            return await say(client)

    return asyncio.run(run())


async def answer(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return result.structured_content


async def refusal(client: Client, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return str(result.content[0].text)


@pytest.mark.slow
def test_an_assistant_drafts_from_statements_and_writes_into_the_output_folder(tmp_path: Path) -> None:
    folder = tiny_campaign(tmp_path / "campaign")
    before = {path.relative_to(folder) for path in folder.rglob("*")}

    async def say(client: Client) -> None:
        assert "people have checked" in (client.instructions or "")
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {
            "search_statements",
            "show_statement",
            "list_asks",
            "audit_draft",
            "describe_campaign",
            "compose_letter",
            "explain_letter",
            "write_letter",
            "write_brief",
        }
        assert all(
            tool.annotations and tool.annotations.read_only_hint != name.startswith("write_")
            for name, tool in tools.items()
        )
        assert "description" in tools["search_statements"].input_schema["properties"]["query"]

        campaign = await answer(client, "describe_campaign")
        recipient = campaign["recipients"][0]["id"]
        letter = await answer(client, "compose_letter", recipient=recipient)
        assert letter["text"] and letter["statements"]
        shown = await answer(client, "show_statement", id=letter["statements"][0])
        assert shown["wording"] and shown["approved"]
        found = await answer(client, "search_statements", query=shown["id"].replace("-", " "))
        assert shown["id"] in [one["id"] for one in found["statements"]]
        assert (await answer(client, "explain_letter", recipient=recipient))["id"] == recipient
        assert await answer(client, "list_asks")
        audited = await answer(client, "audit_draft", text="In 1997 the moon had 8,412 towns.")
        assert not audited["passes"] and audited["sentences"][0]["verdict"] == "unsupported"

        resources = {str(one.uri) for one in (await client.list_resources()).resources}
        assert resources == {"briefgen://campaign", "briefgen://statements"}
        (read,) = (await client.read_resource("briefgen://campaign")).contents
        assert read.text == (folder / "campaign.yaml").read_text("utf-8")
        (one,) = (await client.read_resource(f"briefgen://statements/{shown['id']}")).contents
        assert json.loads(one.text) == shown

        assert "recipient-unknown" in await refusal(client, "compose_letter", recipient="nobody")
        assert "snippet-unknown" in await refusal(client, "show_statement", id="../../etc/passwd")
        assert "office-unknown" in await refusal(client, "list_asks", office="us-senater")
        assert {path.relative_to(folder) for path in folder.rglob("*")} == before

        written = await answer(client, "write_letter", recipient=recipient, formats=["txt"])
        assert [Path(one["file"]).is_relative_to(folder / "out") for one in written["files"]] == [True]
        assert "format-unknown" in await refusal(
            client, "write_letter", recipient=recipient, formats=["../x"]
        )

    talk(folder, say)
    after = {path.relative_to(folder) for path in folder.rglob("*")}
    assert {path.parts[0] for path in after - before} == {"out"}


def test_without_a_campaign_the_libraries_are_served(tmp_path: Path) -> None:
    workspace = Workspace.find(tmp_path)
    found = workspace.search("camps population")
    assert found["statements"] and len(found["statements"]) <= 10
    assert workspace.audit(TRUE)["passes"]
    assert workspace.audit(TRUE.replace("335", "353"))["sentences"][0]["differences"]
    senate = {ask["id"] for ask in workspace.list_asks("us-senator")["asks"]}
    assert senate and senate < {ask["id"] for ask in workspace.list_asks()["asks"]}
    for call in (
        workspace.describe_campaign,
        workspace.read_campaign_file,
        lambda: workspace.write_letter("x"),
    ):
        with pytest.raises(UsageError) as caught:
            call()
        assert caught.value.problems[0].code == "assistant-no-campaign"


def test_an_index_is_kept_until_a_file_changes(tmp_path: Path) -> None:
    workspace = Workspace.find(tiny_campaign(tmp_path / "campaign"))
    first = workspace._require_auditor()
    assert workspace._require_auditor() is first
    (tmp_path / "campaign" / "out").mkdir(exist_ok=True)
    (tmp_path / "campaign" / "out" / "x.txt").write_text("made")
    assert workspace._require_auditor() is first
    (tmp_path / "campaign" / "notes.md").write_text("changed")
    assert workspace._require_auditor() is not first


def test_numbered_letters_are_not_written(tmp_path: Path) -> None:
    folder = tiny_campaign(tmp_path / "campaign")
    file = folder / "campaign.yaml"
    text = file.read_text("utf-8")
    key = "letter:\n  reference: EC/{number}\n"
    file.write_text(text.replace("letter:\n", key) if "\nletter:\n" in text else f"{text}\n{key}", "utf-8")
    workspace = Workspace.find(folder)
    recipient = workspace.describe_campaign()["recipients"][0]["id"]
    with pytest.raises(UsageError) as caught:
        workspace.write_letter(recipient, ["txt"])
    assert caught.value.problems[0].code == "assistant-numbers"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        Workspace.find(tmp_path / "none")
    assert caught.value.problems[0].code == "campaign-missing"

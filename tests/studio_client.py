"""A studio without a server: its application, driven by a client that has the cookie."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from starlette.testclient import TestClient

from briefgen.studio.app import Studio, create_app
from briefgen.studio.engine import Engine
from briefgen.studio.guard import Doorkeeper
from briefgen.studio.workspace import Workspace

PORT = 4321
ORIGIN = f"http://127.0.0.1:{PORT}"


@dataclass(frozen=True)
class Opened:
    """A studio with one campaign, and a browser that has entered by its one-time address."""

    studio: Studio
    workspace: Workspace
    client: TestClient

    def get(self, path: str) -> str:
        answer = self.client.get(f"/c/{self.workspace.key}/{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, **fields: str) -> str:
        answer = self.client.post(f"/c/{self.workspace.key}/{path}", data=fields, headers={"origin": ORIGIN})
        assert answer.status_code == 200, answer.text
        return answer.text


def open_studio(folder: Path) -> Iterator[Opened]:
    """Serve a campaign to a client until the test ends; its engine works in a thread of its own."""
    studio = Studio(Engine(), Doorkeeper(PORT))
    workspace = studio.add(folder)
    thread = threading.Thread(target=studio.engine.work, daemon=True)
    thread.start()
    client = TestClient(create_app(studio), base_url=ORIGIN)
    answer = client.get(
        f"/open?t={studio.door.issue_token()}&to=/c/{workspace.key}/check", follow_redirects=False
    )
    assert answer.status_code == 303
    try:
        yield Opened(studio, workspace, client)
    finally:
        studio.engine.stop()
        thread.join()

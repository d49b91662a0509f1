"""Starts the studio: the web server beside the engine, and the browser at its one-time address."""

from __future__ import annotations

import socket
import threading
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path

import uvicorn

from briefgen.errors import Problem, StorageError
from briefgen.studio.app import Studio, create_app
from briefgen.studio.engine import Engine
from briefgen.studio.guard import Doorkeeper
from briefgen.studio.recent import note_opened

IDLE_S = 60.0
"""After the last page has been closed, until the program ends."""
HOST = "127.0.0.1"


def run_studio(
    folder: Path | None, *, port: int = 0, open_browser: bool = True, say: Callable[[str], None] = print
) -> None:
    """Serve the campaign in a folder, or the first page, until it is closed or Ctrl-C is pressed.

    `port` 0 takes a free one.

    Raise StorageError if the port is taken.
    """
    listener = _listen(port)
    number = listener.getsockname()[1]
    studio = Studio(Engine(), Doorkeeper(number))
    address = f"http://{HOST}:{number}/open?t={studio.door.issue_token()}"
    if folder is not None:
        workspace = studio.add(folder)
        note_opened(workspace.path)
        studio.engine.submit(workspace.refresh)
        address += f"&to=/c/{workspace.key}/letters"
    config = uvicorn.Config(
        create_app(studio), log_level="critical", lifespan="off", timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    web = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    web.start()
    say(f"briefgen studio is at {address}")
    say("The address works once. Close the page, or press Ctrl-C, to end.")
    if open_browser:
        webbrowser.open(address)
    threading.Thread(target=_end_when_idle, args=(studio,), daemon=True).start()
    try:
        studio.engine.work()
    except KeyboardInterrupt:
        pass
    finally:
        studio.engine.stop()
        server.should_exit = True
        web.join(timeout=5)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()  # a browser that is faster than the server waits, and is not refused
    except OSError as error:
        listener.close()
        hint = "leave out --port, and a free one is taken"
        message = f"port {port} cannot be used: {error.strerror or error}"
        raise StorageError(Problem("studio-port", message, None, hint)) from None
    return listener


def _end_when_idle(studio: Studio) -> None:
    """End the program a minute after the last page has been closed; letters being made are finished first."""
    from briefgen.studio.screens.make import is_making

    alone_since: float | None = None
    while True:
        time.sleep(1)
        if studio.listeners or not studio.had_listeners or is_making():
            alone_since = None
        else:
            alone_since = alone_since or time.monotonic()
            if time.monotonic() - alone_since >= IDLE_S:
                studio.engine.stop()
                return

"""Workers are forked from a clean process of ours; the caller learns how each ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from briefgen.batch.fork_server import ForkServer, import_path

pytestmark = pytest.mark.kills


def _echo(connection: Connection, argument: Any) -> None:
    while True:
        connection.send((argument, connection.recv(), str(Path.cwd()), sys.path))


def _exit(connection: Connection, argument: Any) -> None:
    os._exit(argument)


def _raise(connection: Connection, argument: Any) -> None:
    sys.stderr = None  # type: ignore[assignment]  # its traceback does not belong among the tests'
    raise ValueError(argument)


def _kill_itself(connection: Connection, argument: Any) -> None:
    os.kill(os.getpid(), argument)


def test_a_worker_answers_and_ends_with_its_pipe() -> None:
    with ForkServer() as server, server.fork(_echo, "mine") as worker:
        worker.connection.send("hello")
        assert worker.connection.recv()[:2] == ("mine", "hello")
        worker.connection.close()
        assert worker.exit_code() == 0


@pytest.mark.parametrize(
    ("main", "argument", "code"),
    [(_exit, 3, 3), (_kill_itself, signal.SIGTERM, -signal.SIGTERM), (_exit, 0, 0), (_raise, "why", 1)],
)
def test_the_exit_code_of_a_worker_reaches_the_caller(main: Any, argument: Any, code: int) -> None:
    with ForkServer() as server, server.fork(main, argument) as worker:
        assert worker.exit_code() == code
        assert worker.exit_code() == code


def test_a_worker_that_runs_has_no_exit_code_and_can_be_killed() -> None:
    with ForkServer() as server, server.fork(_echo, None) as worker:
        assert worker.exit_code(timeout_s=0.05) is None
        worker.kill()
        assert worker.exit_code() == -signal.SIGKILL


def test_an_inherited_descriptor_stays_open_as_long_as_the_worker_lives() -> None:
    read, write = os.pipe()
    with ForkServer() as server, os.fdopen(read, "rb", buffering=0) as pipe:
        worker = server.fork(_echo, None, inherit=write)
        os.close(write)
        os.set_blocking(pipe.fileno(), False)
        assert pipe.read(1) is None  # open at the other end, and empty
        os.set_blocking(pipe.fileno(), True)
        worker.close()
        assert pipe.read(1) == b""


def test_a_closed_server_forks_no_more() -> None:
    server = ForkServer()
    server.close()
    with pytest.raises(OSError):
        server.fork(_echo, None)


def test_a_server_that_was_not_needed_does_not_finish_its_imports() -> None:
    server = ForkServer(["weasyprint"])
    server.close()
    assert server._process.returncode == -signal.SIGKILL


def test_a_module_that_cannot_be_imported_stops_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lacking.py").write_text("print('no library')\nraise OSError('no library')\n")
    monkeypatch.syspath_prepend(tmp_path)
    with ForkServer(["lacking"]) as server, server.fork(_exit, 3) as worker:
        assert worker.exit_code() == 3
    assert capfd.readouterr() == ("", "")


def test_a_server_that_was_killed_is_noticed() -> None:
    with ForkServer() as server, server.fork(_echo, None) as worker:
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises((OSError, EOFError)):
            server.fork(_echo, None)
        assert worker.exit_code(timeout_s=5) is None


def test_the_import_path_has_no_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), "relative", *sys.path])
    assert str(tmp_path) not in import_path()
    assert all(Path(entry).is_absolute() for entry in import_path())


@pytest.mark.slow
def test_no_module_of_the_current_folder_is_imported(tmp_path: Path) -> None:
    """Neither by the server nor by a worker, however the caller was started."""
    for name in ("multiprocessing", "selectors", "socket", "pickle", "struct", "weasyprint", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("open('RAN', 'w').close()\n", encoding="utf-8")
    script = tmp_path / "elsewhere" / "script.py"
    script.parent.mkdir()
    script.write_text(
        "from briefgen.batch.fork_server import ForkServer\n"
        "with ForkServer(['weasyprint']) as server, server.fork(print, None) as worker:\n"
        "    assert worker.exit_code() == 0\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "RAN").exists()


def _send_signal_handlers(connection: Connection, argument: Any) -> None:
    connection.send([signal.getsignal(number) for number in (signal.SIGCHLD, signal.SIGINT)])


def test_a_worker_handles_its_children_itself_and_leaves_ctrl_c_to_the_caller() -> None:
    with ForkServer() as server, server.fork(_send_signal_handlers, None) as worker:
        assert worker.connection.recv() == [signal.SIG_DFL, signal.SIG_IGN]

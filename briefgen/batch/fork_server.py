"""A small process that loads what workers need once, and forks a worker for each request.

The standard library's fork server would do, but for two things: it starts with the current folder on its
import path, so that a file in a stranger's campaign folder could run as `multiprocessing.py`; and each worker
imports the caller's main module, so that a script without a `__main__` guard starts itself again. Here
the process is started as a module of ours with `-P`, its import path holds no current folder, and nothing of
the caller is imported but what a task names.
"""

from __future__ import annotations

import io
import os
import pickle
import selectors
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import briefgen

_REQUEST = b"F"
_STATUS = struct.Struct("!i")
"""Exit status of a worker: its exit code, or minus the number of the signal that ended it."""
_EXIT_WAIT_S = 5.0

WorkerMain = Callable[[Connection, Any], None]
"""What a worker runs: given its end of the pipe, and the argument that was passed to `fork`."""


@dataclass(slots=True)
class WorkerProcess:
    """The caller's handle on one worker."""

    pid: int
    connection: Connection
    """The caller's end of the pipe to the worker."""
    _status: socket.socket
    _exit_code: int | None = None

    def exit_code(self, timeout_s: float = _EXIT_WAIT_S) -> int | None:
        """Wait for the worker to end and return its exit code (negative for a signal).

        Return None if it is still running after `timeout_s`, or if its end could not be observed.
        """
        if self._exit_code is None:
            self._status.settimeout(timeout_s)
            with suppress(OSError):
                data = self._status.recv(_STATUS.size)
                if len(data) == _STATUS.size:
                    self._exit_code = _STATUS.unpack(data)[0]
        return self._exit_code

    def kill(self) -> None:
        """End the worker and every program that it started; it leads a process group of its own."""
        if self.exit_code(timeout_s=0) is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def __enter__(self) -> WorkerProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the pipe; an idle worker ends by itself then."""
        self.connection.close()
        self._status.close()


class ForkServer:
    """The process that forks workers. Use as a context manager, or call `close`."""

    def __init__(self, preload: Iterable[str] = ()) -> None:
        """Start the process; it imports the modules named in `preload` before the first fork."""
        ours, theirs = socket.socketpair()
        self._control = ours
        self._has_forked = False
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, str(theirs.fileno()), *preload],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(import_path())},
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process. Workers end as their pipes are closed."""
        self._control.close()
        if not self._has_forked:  # it may still be importing, for nothing
            self._process.kill()
        try:
            self._process.wait(_EXIT_WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def fork(self, main: WorkerMain, argument: Any, inherit: int | None = None) -> WorkerProcess:
        """Fork a worker that runs `main(connection, argument)`.

        `inherit` is a descriptor that stays open for as long as the worker lives. Raise OSError or EOFError
        if no process can be started.
        """
        self._has_forked = True
        ours, theirs = socket.socketpair()
        status_ours, status_theirs = socket.socketpair()
        try:
            with theirs, status_theirs:
                descriptors = [theirs.fileno(), status_theirs.fileno()]
                if inherit is not None:
                    descriptors.append(inherit)
                socket.send_fds(self._control, [_REQUEST], descriptors)
                pid = _STATUS.unpack(_receive(self._control, _STATUS.size))[0]
            if pid < 0:
                raise OSError(-pid, os.strerror(-pid))
        except BaseException:
            ours.close()
            status_ours.close()
            raise
        connection = Connection(ours.detach())
        worker = WorkerProcess(pid, connection, status_ours)
        # A worker that has died already shows when it is listened to.
        with suppress(OSError):
            connection.send_bytes(pickle.dumps((main, argument), pickle.HIGHEST_PROTOCOL))
        return worker


def import_path() -> list[str]:
    """Return the import path for processes of ours: the caller's without the current folder.

    The caller may be a script in a campaign folder, or Python started there with `-m`.
    """
    try:
        here = str(Path.cwd())
    except OSError:  # it has been deleted
        here = ""
    home = str(Path(briefgen.__file__).resolve().parents[1])
    entries = [entry for entry in sys.path if entry and Path(entry).is_absolute() and entry != here]
    return list(dict.fromkeys([home, *entries]))


def _receive(control: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = control.recv(size - len(data))
        if not part:
            raise EOFError("the process that starts workers has ended")
        data += part
    return data


def _serve(control: socket.socket) -> None:
    """Fork a worker for each request, and pass on the exit status of each; return when the caller is gone."""
    status_of: dict[int, socket.socket] = {}
    wake_up, signalled = socket.socketpair()
    for end in (wake_up, signalled):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(signalled.fileno(), warn_on_full_buffer=False)
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(wake_up, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is wake_up:
                    with suppress(BlockingIOError):
                        wake_up.recv(1024)
                    _reap(status_of)
                    continue
                request, descriptors, _, _ = socket.recv_fds(control, 1, 3)
                if not request:
                    return
                unused = [control, wake_up, signalled, *status_of.values()]
                _fork(control, descriptors, status_of, unused)


def _fork(
    control: socket.socket,
    descriptors: list[int],
    status_of: dict[int, socket.socket],
    unused: list[socket.socket],
) -> None:
    connection, status, *inherited = descriptors
    try:
        pid = os.fork()
    except OSError as error:
        control.sendall(_STATUS.pack(-(error.errno or 1)))
        for descriptor in descriptors:
            os.close(descriptor)
        return
    if pid == 0:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for end in unused:
                end.close()
            os.close(status)
            _run_worker(Connection(connection))
            code = 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            with suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)
    status_of[pid] = socket.socket(fileno=status)
    for descriptor in (connection, *inherited):
        os.close(descriptor)
    control.sendall(_STATUS.pack(pid))


def _run_worker(connection: Connection) -> None:
    with suppress(EOFError, ConnectionResetError):  # the caller is gone before the worker began
        main, argument = pickle.loads(connection.recv_bytes())
        main(connection, argument)


def _reap(status_of: dict[int, socket.socket]) -> None:
    while True:
        try:
            pid, wait_status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if status := status_of.pop(pid, None):
            with suppress(OSError):  # the caller no longer wants to know
                status.sendall(_STATUS.pack(os.waitstatus_to_exitcode(wait_status)))
            status.close()


def main() -> None:
    """Serve the caller at the other end of the socket whose descriptor is the first argument."""
    # Ctrl-C reaches the whole process group; the caller decides what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Pickled tasks name this module as it is called elsewhere.
    server = import_module("briefgen.batch.fork_server")
    for name in sys.argv[2:]:
        # The worker that needs it will say so; what a library prints about it belongs into no output of ours.
        with suppress(Exception), redirect_stdout(io.StringIO()):
            import_module(name)
    server._serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()

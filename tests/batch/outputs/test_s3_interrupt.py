"""Ctrl-C does not wait for a store that takes what it is sent and never answers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from briefgen.batch.outputs.s3_client import DaemonThreadPool, run_interruptibly

HERE = Path(__file__).parents[1]


def test_what_is_carried_gives_and_raises_as_if_it_were_called():
    carriers = DaemonThreadPool(2)
    assert [carriers.submit(divmod, number, 2).result() for number in (4, 5)] == [(2, 0), (2, 1)]
    with pytest.raises(ZeroDivisionError):
        carriers.submit(divmod, 1, 0).result()
    carriers.close(wait=True)
    assert run_interruptibly(lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        run_interruptibly(lambda: 1 // 0)


def test_on_closing_what_was_begun_is_done_and_nothing_more():
    carriers, go, done = DaemonThreadPool(1), threading.Event(), []
    begun = threading.Event()
    carriers.submit(lambda: (begun.set(), go.wait(), done.append("first")))
    carriers.submit(done.append, "second")
    begun.wait()
    closing = threading.Thread(target=carriers.close, kwargs={"wait": True})
    closing.start()
    while carriers._tasks.qsize() != 1:  # the wish to end alone
        pass
    go.set()
    closing.join()
    assert done == ["first"]


@pytest.mark.kills
def test_a_second_interrupt_does_not_wait_for_a_store_that_never_answers(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        env |= {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        env |= {"AWS_ACCESS_KEY_ID": "somebody", "AWS_SECRET_ACCESS_KEY": "secret"}
        command = [sys.executable, str(HERE / "store_runner.py"), str(tmp_path), "letters-2026", "2"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, env=env, cwd=HERE) as program:
            held, _ = silent.accept()  # it waits for its listing
            program.send_signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):
                program.wait(0.5)
            program.send_signal(signal.SIGINT)
            try:
                _, said = program.communicate(timeout=20)
            finally:
                program.kill()
            held.close()
    assert b"KeyboardInterrupt" in said

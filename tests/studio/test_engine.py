"""Jobs are done one after another; what is out of date is not done at all, and what can wait waits."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError

import pytest

from briefgen.studio.engine import Engine


def test_jobs_are_done_in_turn_and_errors_reach_those_who_wait() -> None:
    engine, done = Engine(), list[int]()
    first = engine.submit(lambda: done.append(1))
    failed = engine.submit(lambda: 1 // 0)
    last = engine.submit(lambda: len(done))
    engine.stop()
    engine.work()
    assert (first.result(), last.result(), done) == (None, 1, [1])
    with pytest.raises(ZeroDivisionError):
        failed.result()


def test_a_newer_job_with_the_same_key_voids_the_older() -> None:
    engine = Engine()
    old, other, new = (engine.submit(lambda at=at: at, key=key) for at, key in enumerate("aba"))
    engine.stop()
    engine.work()
    assert (other.result(), new.result()) == (1, 2)
    with pytest.raises(CancelledError):
        old.result()


def test_what_is_not_urgent_waits_until_nothing_else_is_to_be_done() -> None:
    engine, order = Engine(), list[str]()
    engine.submit(lambda: order.append("check"), key="check", urgent=False)
    engine.submit(lambda: order.append("letter"))
    engine.submit(lambda: order.append("page"))
    engine.stop()
    engine.work()
    assert order == ["letter", "page", "check"]


def test_nothing_is_begun_after_the_end() -> None:
    engine = Engine()
    worker = threading.Thread(target=engine.work)
    worker.start()
    engine.stop()
    worker.join(timeout=10)
    assert not worker.is_alive()
    assert engine.submit(lambda: 1).cancelled()

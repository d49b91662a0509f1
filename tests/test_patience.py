"""What takes too long is given up with a problem."""

import resource
import signal
import sys
import time

import pytest

from briefgen.errors import BriefgenError
from briefgen.system.limits import resource_limits


def test_what_takes_too_long_is_given_up() -> None:
    with pytest.raises(BriefgenError) as refused, resource_limits("the letter to ada-sample", 0.05):
        while True:
            pass
    assert refused.value.problems[0].code == "took-too-long"
    assert "the letter to ada-sample" in refused.value.problems[0].message


def test_what_is_ready_in_time_leaves_no_alarm_behind() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with resource_limits("the letter", 60):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells and limits memory")


@ON_LINUX
def test_what_takes_too_much_memory_is_given_up_while_it_grows() -> None:
    kept = []
    with pytest.raises(BriefgenError) as refused, resource_limits("the letter to ada-sample", 30, 64):
        while True:
            kept.append(bytearray(1 << 20))
            time.sleep(0.002)
    assert refused.value.problems[0].code == "took-too-much"
    assert len(kept) < 600, "the system's own limit, far above, is not what stopped it"


@ON_LINUX
def test_what_asks_for_too_much_at_once_is_given_up() -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with pytest.raises(BriefgenError) as refused, resource_limits("the briefing", 30, 64):
        bytearray(1 << 30)
    assert refused.value.problems[0].code == "took-too-much"
    assert "the briefing needed more than 64 MB" in refused.value.problems[0].message
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


@ON_LINUX
def test_what_the_process_has_already_does_not_count() -> None:
    kept = bytearray(200 << 20)
    with resource_limits("the letter", 30, 64):
        time.sleep(0.3)
    assert kept

"""What takes too long is given up with a problem."""

import signal

import pytest

from briefgen.errors import BriefgenError
from briefgen.patience import patience


def test_what_takes_too_long_is_given_up() -> None:
    with pytest.raises(BriefgenError) as refused, patience("the letter to ada-sample", 0.05):
        while True:
            pass
    assert refused.value.problems[0].code == "took-too-long"
    assert "the letter to ada-sample" in refused.value.problems[0].message


def test_what_is_ready_in_time_leaves_no_alarm_behind() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with patience("the letter", 60):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before

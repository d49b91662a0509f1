"""One run at a time, and a way to be asked to stop."""

import os
import signal
from pathlib import Path

import pytest

from briefgen.batch.lock import output_lock
from briefgen.batch.stop import stop_on_signals
from briefgen.errors import OutputBusyError, StorageError


def test_a_second_run_is_turned_away(tmp_path: Path):
    with (
        output_lock(tmp_path / "own" / "lock", label=str(tmp_path)),
        pytest.raises(OutputBusyError) as busy,
        output_lock(tmp_path / "own" / "lock", label=str(tmp_path), timeout=0),
    ):
        pass
    assert busy.value.exit_code == 75
    assert busy.value.problems[0].code == "output-busy"


def test_the_folder_is_free_again_afterwards(tmp_path: Path):
    entered = 0
    for _ in range(2):
        with output_lock(tmp_path / "lock", label=str(tmp_path), timeout=0):
            entered += 1
    assert entered == 2


def test_a_folder_that_cannot_be_made_is_a_storage_fault(tmp_path: Path):
    (tmp_path / "out").write_text("a file is in the way")
    with (
        pytest.raises(StorageError),
        output_lock(tmp_path / "out" / "own" / "lock", label=str(tmp_path / "out")),
    ):
        pass


@pytest.mark.kills
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_to_stop(number: signal.Signals):
    before = signal.getsignal(number)
    with stop_on_signals() as stop:
        assert not stop.requested
        os.kill(os.getpid(), number)
        assert stop.requested
    assert signal.getsignal(number) is before


@pytest.mark.kills
def test_a_second_ctrl_c_breaks_off():
    with pytest.raises(KeyboardInterrupt), stop_on_signals():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

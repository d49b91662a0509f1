"""What takes too long is given up with a problem."""

import json
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

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


@pytest.mark.slow
@ON_LINUX
def test_what_the_process_has_already_does_not_count() -> None:
    kept = bytearray(200 << 20)
    with resource_limits("the letter", 30, 64):
        time.sleep(0.3)
    assert kept


def test_the_next_document_in_a_block_starts_anew() -> None:
    began = time.monotonic()
    with pytest.raises(BriefgenError) as refused, resource_limits("the campaign", 0.3) as start:
        for name in ("ada", "ben", "cem"):
            start(name)
            time.sleep(0.2)
        while True:
            pass
    assert 0.7 < time.monotonic() - began < 5
    assert "cem was not ready after 0.3 seconds" in refused.value.problems[0].message


# C code that lets no signal handler run

HANG = """
import sys
import briefgen.compose.sandbox as sandbox
import briefgen.system.limits as limits
from briefgen.cli.main import run

sandbox._SEARCHES = frozenset()
limits.TIME_LIMIT_S, limits.HANG_GRACE_S = 1.0, 1.0
run()
"""
LONG = 'fields.note|default("%9990d"|format(1)|replace(" ", "' + "a" * 40 + '"))'
RULE = f"({LONG}).rfind('ab' ~ ({LONG})[:200000]) == 7"


@pytest.fixture(scope="module")
def hanging(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign with a rule that searches for minutes, in one call."""
    folder = tmp_path_factory.mktemp("hanging") / "campaign"
    shutil.copytree(Path(__file__).parents[2] / "examples" / "starter", folder)
    campaign = folder / "campaign.yaml"
    rule = f"interests:\n  - when: {json.dumps(RULE)}\n"
    text = campaign.read_text(encoding="utf-8")
    assert text.count("\ninterests:\n") == 1
    campaign.write_text(text.replace("interests:\n", rule, 1), encoding="utf-8")
    return folder


def hang(*arguments: str | Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", HANG, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    "command", ["check", "letter --to ada-sample", "brief", "batch", "explain --to ada-sample"]
)
def test_a_command_that_hangs_in_one_call_ends_with_a_problem(hanging: Path, command: str) -> None:
    name, *options = command.split()
    with hang(name, hanging, *options) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.startswith("took-too-long: the letter to ") and "was not ready after 1 seconds" in err
    assert "Traceback" not in err and "Thread" not in err
    assert out == ""


def test_it_ends_with_a_document_where_that_is_asked_for(hanging: Path) -> None:
    with hang("check", hanging, "--json") as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (1, "")
    told = json.loads(out)
    assert (told["ok"], [problem["code"] for problem in told["problems"]]) == (False, ["took-too-long"])


def test_a_command_that_is_killed_while_it_hangs_says_nothing_and_leaves_no_process(hanging: Path) -> None:
    with hang("check", hanging) as process:
        time.sleep(0.5)
        process.terminate()
        out, err = process.communicate(timeout=60)  # ends when nobody has the pipes open any more
    assert (process.returncode, out, err) == (-signal.SIGTERM, "", "")

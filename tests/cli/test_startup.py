"""Starting up is quick because nothing heavy is loaded before a command needs it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "weasyprint",
    "docx",
    "lxml",
    "pydantic",
    "pypandoc",
    "jinja2",
    "babel",
    "pikepdf",
    "pypdfium2",
    "yaml",
    "distributed",
    "obstore",
)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import json, sys\nsys.argv = ['briefgen', '--help']\n"
        "from briefgen.cli.main import run\n"
        "try:\n    run()\nexcept SystemExit:\n    pass\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "letters to officials" in done.stdout
    assert json.loads(done.stderr.strip().splitlines()[-1]) == []


def test_help_names_the_commands_in_the_order_in_which_a_campaign_needs_them() -> None:
    """Each of them is one that there is; the others follow."""
    named = re.findall(r"^│ ([a-z]+)  ", run("--help").stdout, re.MULTILINE)
    assert named[:8] == ["init", "check", "letter", "brief", "batch", "adopt", "print", "drafts"]
    assert named[8:16] == ["sent", "reply", "log", "recall", "due", "explain", "trace", "audit"]
    assert {"doctor", "snippets", "recipients"} < set(named[10:])


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-m", "briefgen", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_what_the_system_refuses_is_one_line_and_74() -> None:
    done = run("init", "x" * 300)
    assert done.returncode == 74
    assert "file-refused: refused by the operating system: File name too long" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_terminal_that_cannot_show_a_letter_does_not_end_the_work() -> None:
    done = run("snippets", "list", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "\\u2026" in done.stdout


@pytest.mark.parametrize(
    "arguments", [("snippets", "list"), ("snippets", "list", "--json"), ("--help",), ("letter", "--json")]
)
def test_output_that_cannot_be_written_is_told_once(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "briefgen", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 74
    assert done.stderr.startswith(
        "the output: file-refused: refused by the operating system: No space left on device"
    )
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", ["snippets list", "snippets list --json", "--help"])
def test_a_reader_that_goes_away_is_no_mistake(arguments: str) -> None:
    command = f"'{sys.executable}' -m briefgen {arguments} | head -1 >/dev/null; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_closed_output_is_no_mistake() -> None:
    command = f"'{sys.executable}' -m briefgen --version >&-"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("letter", "--json"),
        ("batch", "--frob", "--json"),
        ("nope", "--json"),
        ("batch", "--json", "--workers", "x"),
    ],
)
def test_a_command_line_that_cannot_be_read_is_told_as_json_where_that_is_asked_for(
    arguments: tuple[str, ...],
) -> None:
    done = run(*arguments)
    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr, told["ok"]) == (2, "", False)
    assert [problem["code"] for problem in told["problems"]] == ["usage-wrong"]

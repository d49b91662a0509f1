"""What a batch says while it runs and at its end."""

import io
from pathlib import Path

import pytest

from briefgen.batch.plan import Outcome
from briefgen.batch.run import Summary
from briefgen.cli.progress import BarWatch, LineWatch, summary_lines, watching
from briefgen.errors import Place, Problem

PROBLEM = Problem("quote-missing", "no quote", Place("recipients.csv", 3), "add it")

CLEARED = "\x1b[2K"
"""ECMA-48: erase in line."""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def summed_up(**values: object) -> Summary:
    nothing = dict.fromkeys(("rendered", "unchanged", "failed", "set_aside", "skipped", "pages", "bytes"), 0)
    return Summary(**{"out": Path("out"), "seconds": 1.0} | nothing | values)  # type: ignore[arg-type]


def rendered(recipient: str) -> Outcome:
    return Outcome(recipient, "pdf", "rendered", size=1)


def test_plain_lines_come_now_and_then_with_rate_and_time_left():
    now = [0.0]
    stream = io.StringIO()
    watch = LineWatch(stream, clock=lambda: now[0])
    watch.begin(1000)
    for number in range(40):
        now[0] += 1
        watch.done(rendered(str(number)))
    assert stream.getvalue().splitlines() == [
        "1,000 files to look at",
        "15 of 1,000 files, 1.0 a second, 16 min 25 s left",
        "30 of 1,000 files, 1.0 a second, 16 min 10 s left",
    ]


def test_unchanged_letters_do_not_count_towards_the_rate():
    now = [0.0]
    stream = io.StringIO()
    watch = LineWatch(stream, clock=lambda: now[0])
    watch.begin(100)
    now[0] = 20
    watch.done(Outcome("one", "pdf", "unchanged"))
    assert stream.getvalue().splitlines()[-1] == "1 of 100 files"


@pytest.mark.parametrize("watch", [LineWatch, BarWatch])
def test_a_failure_is_said_at_once_and_once_for_all_formats(watch: type[LineWatch] | type[BarWatch]):
    stream = io.StringIO()
    shown = watch(stream)
    shown.begin(3)
    for format in ("pdf", "docx"):
        shown.done(Outcome("person", format, "failed", stage="compose", problems=(PROBLEM,)))  # type: ignore[arg-type]
    said = stream.getvalue()
    assert said.count("person: recipients.csv:3: quote-missing: no quote (add it)") == 1
    shown.end(summed_up(failed=2))


def test_quiet_says_failures_and_the_summary_only():
    stream = io.StringIO()
    with watching(stream, quiet=True) as watch:
        watch.begin(2)
        watch.done(rendered("one"))
        watch.done(Outcome("person", "pdf", "set-aside", problems=(PROBLEM,)))
        watch.end(summed_up(rendered=1, set_aside=1))
    assert "to look at" not in stream.getvalue()
    assert stream.getvalue().startswith("person: ") and "1 rendered, 1 set aside" in stream.getvalue()


def test_a_terminal_gets_a_bar_that_goes_away():
    stream = Terminal()
    with watching(stream) as watch:
        assert isinstance(watch, BarWatch)
        watch.begin(2)
        watch.done(rendered("one"))
        watch.done(rendered("two"))
        watch.end(summed_up(rendered=2, pages=3, bytes=2_500_000))
    said = stream.getvalue().rpartition(CLEARED)[2]
    assert said == "Files: 2 rendered\n3 pages, 2.5 MB in 1.0 s: out\n"


def test_the_bar_goes_away_when_the_batch_breaks_off():
    stream = Terminal()
    with pytest.raises(RuntimeError), watching(stream) as watch:
        watch.begin(2)
        raise RuntimeError
    assert isinstance(watch, BarWatch) and watch._progress is None


def test_markup_in_a_message_is_printed_as_it_is():
    """A recipient's row must not colour the terminal or break the bar."""
    stream = io.StringIO()
    watch = BarWatch(stream)
    watch.begin(1)
    watch.done(Outcome("person", "pdf", "failed", problems=(Problem("code", "[red]x[/blue]"),)))
    watch.close()
    assert "[red]x[/blue]" in stream.getvalue()


def test_the_summary_tells_what_is_missing_and_how_to_go_on():
    assert summary_lines(summed_up()) == ["Files: nothing to do", "0 kB in 1.0 s: out"]
    failed = summary_lines(summed_up(rendered=1200, failed=1, skipped=3, notes=(PROBLEM,), seconds=4000.0))
    assert failed == [
        "warning: recipients.csv:3: quote-missing: no quote (add it)",
        "Files: 1,200 rendered, 1 failed; 3 recipients skipped",
        "0 kB in 1 h 06 min: out",
        "What is missing and why: out/errors.csv",
    ]
    stopped = summary_lines(summed_up(rendered=1, interrupted=True, left=5))
    assert stopped[-1] == "Stopped; 5 files left. Run the same command again to go on from here."

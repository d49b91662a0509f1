"""What a batch says while it runs and at its end."""

import io
from pathlib import Path

import pytest

from briefgen.batch.runner import BatchSummary
from briefgen.batch.tasks import FileOutcome
from briefgen.cli.progress import (
    LineProgress,
    ProgressBar,
    RateEstimator,
    format_summary,
    show_check_progress,
    show_progress,
)
from briefgen.errors import Place, Problem

PROBLEM = Problem("quote-missing", "no quote", Place("recipients.csv", 3), "add it")

CLEARED = "\x1b[2K"
"""ECMA-48: erase in line."""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def summed_up(**values: object) -> BatchSummary:
    nothing = dict.fromkeys(("rendered", "unchanged", "failed", "set_aside", "skipped", "pages", "bytes"), 0)
    return BatchSummary(**{"out": Path("out"), "seconds": 1.0} | nothing | values)  # type: ignore[arg-type]


def rendered(recipient: str) -> FileOutcome:
    return FileOutcome(recipient, "pdf", "rendered", size=1)


def test_plain_lines_come_now_and_then_with_rate_and_time_left():
    now = [0.0]
    stream = io.StringIO()
    watch = LineProgress(stream, clock=lambda: now[0])
    watch.begin(1000)
    for number in range(40):
        now[0] += 1
        watch.done(rendered(str(number)))
    assert stream.getvalue().splitlines() == [
        "1,000 files to process",
        "15 of 1,000 files, 1.0 per second, 16 min 25 s left",
        "30 of 1,000 files, 1.0 per second, 16 min 10 s left",
    ]


def test_unchanged_letters_do_not_count_towards_the_rate():
    now = [0.0]
    stream = io.StringIO()
    watch = LineProgress(stream, clock=lambda: now[0])
    watch.begin(100)
    now[0] = 20
    watch.done(FileOutcome("one", "pdf", "unchanged"))
    assert stream.getvalue().splitlines()[-1] == "1 of 100 files"


def test_letters_that_come_in_leaps_get_no_absurd_time_left():
    """Of a cluster: chunks of 100 letters every 20 seconds, put down one by one within a second."""
    now = [0.0]
    rate = RateEstimator(10_000, clock=lambda: now[0])
    told = []
    for leap in range(1, 11):
        now[0] = 20.0 * leap
        for _ in range(100):
            now[0] += 0.01
            rate.settle("rendered")
            if rate.seconds_left is not None:
                truly = (10_000 - 100 * leap) / 5
                told.append(rate.seconds_left / truly)
                assert 0.6 < told[-1] < 1.6
        if leap <= 2:
            assert rate.rate is None and rate.seconds_left is None
    assert len(told) > 500
    assert rate.rate == pytest.approx(5, rel=0.05)
    before = rate.seconds_left
    now[0] += 10
    assert before is not None and rate.seconds_left == pytest.approx(before - 10)


def test_what_stands_counts_neither_as_made_nor_with_its_time():
    now = [0.0]
    rate = RateEstimator(2_000, clock=lambda: now[0])
    for _ in range(1_000):
        now[0] += 0.05
        rate.settle("unchanged")
    assert rate.rate is None
    for _ in range(100):
        now[0] += 0.5
        rate.settle("rendered")
    assert rate.rate == pytest.approx(2)
    assert rate.seconds_left == pytest.approx(450)


@pytest.mark.parametrize("watch", [LineProgress, ProgressBar])
def test_rate_and_time_left_are_shown_alike(watch: type[LineProgress] | type[ProgressBar]):
    now = [0.0]
    stream = Terminal()
    shown = watch(stream, clock=lambda: now[0])
    shown.begin(1000)
    for number in range(2 if watch is ProgressBar else 29):
        now[0] += 1
        shown.done(rendered(str(number)))
    if isinstance(shown, ProgressBar) and shown._progress:
        shown._progress.refresh()
        assert " per second" not in stream.getvalue()
        for number in range(28):
            now[0] += 1
            shown.done(rendered(f"more {number}"))
        shown._progress.refresh()
        shown.close()
    else:
        now[0] += 1
        shown.done(rendered("last"))
    assert "1.0 per second, 16 min 10 s left" in stream.getvalue()


@pytest.mark.parametrize("watch", [LineProgress, ProgressBar])
def test_a_failure_is_said_at_once_and_once_for_all_formats(watch: type[LineProgress] | type[ProgressBar]):
    stream = io.StringIO()
    shown = watch(stream)
    shown.begin(3)
    for format in ("pdf", "docx"):
        shown.done(FileOutcome("person", format, "failed", stage="compose", problems=(PROBLEM,)))  # type: ignore[arg-type]
    said = stream.getvalue()
    assert said.count("person: recipients.csv:3: quote-missing: no quote (add it)") == 1
    shown.end(summed_up(failed=2))


def test_quiet_says_failures_and_the_summary_only():
    stream = io.StringIO()
    with show_progress(stream, quiet=True) as watch:
        watch.begin(2)
        watch.done(rendered("one"))
        watch.done(FileOutcome("person", "pdf", "set-aside", problems=(PROBLEM,)))
        watch.end(summed_up(rendered=1, set_aside=1))
    assert "to process" not in stream.getvalue()
    assert stream.getvalue().startswith("person: ") and "1 rendered, 1 set aside" in stream.getvalue()


def test_a_terminal_gets_a_bar_that_goes_away():
    stream = Terminal()
    with show_progress(stream) as watch:
        assert isinstance(watch, ProgressBar)
        watch.begin(2)
        watch.done(rendered("one"))
        watch.done(rendered("two"))
        watch.end(summed_up(rendered=2, pages=3, bytes=2_500_000))
    said = stream.getvalue().rpartition(CLEARED)[2]
    assert said == "Files: 2 rendered\n3 pages, 2.5 MB in 1.0 s: out\n"


def test_the_bar_goes_away_when_the_batch_breaks_off():
    stream = Terminal()
    with pytest.raises(RuntimeError), show_progress(stream) as watch:
        watch.begin(2)
        raise RuntimeError
    assert isinstance(watch, ProgressBar) and watch._progress is None


def test_markup_in_a_message_is_printed_as_it_is():
    """A recipient's row must not colour the terminal or break the bar."""
    stream = io.StringIO()
    watch = ProgressBar(stream)
    watch.begin(1)
    watch.done(FileOutcome("person", "pdf", "failed", problems=(Problem("code", "[red]x[/blue]"),)))
    watch.close()
    assert "[red]x[/blue]" in stream.getvalue()


def test_the_summary_tells_what_is_missing_and_how_to_go_on():
    assert format_summary(summed_up()) == ["Files: nothing to do", "0 kB in 1.0 s: out"]
    failed = format_summary(summed_up(rendered=1200, failed=1, skipped=3, notes=(PROBLEM,), seconds=4000.0))
    assert failed == [
        "warning: recipients.csv:3: quote-missing: no quote (add it)",
        "Files: 1,200 rendered, 1 failed; 3 recipients skipped",
        "0 kB in 1 h 06 min: out",
        "What is missing, and why: out/errors.csv",
    ]
    stopped = format_summary(summed_up(rendered=1, interrupted=True, left=5))
    assert stopped[-1] == "Stopped with 5 files left. Run the same command again to continue."


@pytest.mark.parametrize(
    ("stream", "quiet", "said"),
    [
        (io.StringIO(), False, "2 of 534 letters checked\n"),
        (
            Terminal(),
            False,
            "\r1 of 534 letters checked\r2 of 534 letters checked\r                        \r",
        ),
        (io.StringIO(), True, ""),
        (Terminal(), True, ""),
    ],
)
def test_a_long_check_says_how_far_it_is(stream: io.StringIO, quiet: bool, said: str):
    times = iter([0.0, 0.1, 1.0, 20.0])
    with show_check_progress(stream, quiet=quiet, clock=lambda: next(times)) as show:
        for number in range(3):
            show(number, 534)
    assert stream.getvalue() == said

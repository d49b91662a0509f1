"""The command that writes all letters, as people type it."""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from material import ROOT, small_starter, tiny_campaign, without_layout

from briefgen.errors import BriefgenError, Problem

Call = Callable[..., Any]
PEOPLE = ("ada-sample", "ben-placeholder")


@pytest.fixture
def small_campaign(tmp_path: Path) -> Path:
    """A campaign of three letters in plain text, which is quick."""
    return without_layout(small_starter(tmp_path / "campaign"))


@pytest.fixture
def batch(briefgen: Call, small_campaign: Path) -> Call:
    """The command on a small campaign."""
    return lambda *options: briefgen("batch", small_campaign, *options)


def letters(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (out / "letters").iterdir()}


def everybody(small_campaign: Path) -> int:
    with (small_campaign / "recipients.csv").open(encoding="utf-8-sig", newline="") as file:
        return len(list(csv.DictReader(file)))


@pytest.mark.slow
def test_a_dry_run_says_what_would_be_made_and_writes_nothing(briefgen: Call, starter: Path):
    command = ("batch", without_layout(starter), "--dry-run")
    said = briefgen(*command)
    assert said.code == 0 and not (starter / "out").exists()
    number = everybody(starter)
    assert f"To be made, {number} files: not made yet\n    ada-sample (txt)\n" in said.out
    assert f"and {number - 5} recipients more" in said.out
    assert said.out.endswith(f"Files: {number} to be made. Nothing was written.\n")
    assert briefgen(*command, "-v").out.count(" (txt)") == number


@pytest.mark.slow
def test_a_dry_run_as_json_names_every_letter(batch: Call, small_campaign: Path):
    batch("--only", "ada-sample")
    told = batch("--dry-run", "--json").json
    assert told["ok"] and told["dry_run"] and told["unchanged"] == 1
    assert {one["state"] for one in told["letters"]} == {"make", "unchanged"}
    assert len(told["letters"]) == everybody(small_campaign) == told["make"] + 1


@pytest.mark.slow
def test_a_dry_run_says_who_gets_no_letter_and_why(batch: Call, small_campaign: Path):
    with (small_campaign / "recipients.csv").open("a", encoding="utf-8") as file:
        file.write("nobody,us-senator,No Body,,Body" + "," * 16 + "\n")
    said = batch("--dry-run")
    assert said.code == 1 and "no-address" in said.err and "1 recipient skipped" in said.out


@pytest.mark.slow
def test_a_row_with_several_mistakes_is_one_recipient_wherever_they_are_counted(
    batch: Call, briefgen: Call, small_campaign: Path
):
    with (small_campaign / "recipients.csv").open("a", encoding="utf-8") as file:
        file.write("bad,us-sentor,Bad Row,,,x,,,,Washington,DC,20510,US,QQ" + "," * 7 + "\n")
    said = batch("--dry-run")
    assert said.err.count("recipient-cell") == 1 and "office-unknown" in said.err
    assert "1 recipient skipped" in said.out
    assert "1 recipient skipped" in batch("--format", "txt").err
    for command in (("check",), ("recipients", "list")):
        assert ", 1 cannot (see above)." in briefgen(*command, small_campaign).out
    unread = briefgen("letter", small_campaign, "--to", "bad")
    assert unread.code == 2 and "1 row of the list cannot be read" in unread.err


@pytest.mark.slow
def test_several_letters_can_be_looked_at_together(briefgen: Call, small_campaign: Path):
    said = briefgen(
        "letter", small_campaign, "--to", PEOPLE[0], "--to", PEOPLE[1], "--format", "txt", "--json"
    )
    assert said.code == 0
    assert [Path(one["file"]).name.split("-")[0] for one in said.json["files"]] == [
        one.split("-")[0] for one in PEOPLE[:2]
    ]
    unknown = briefgen(
        "letter", small_campaign, "--to", PEOPLE[0], "--to", "zzz", "--out", small_campaign / "none"
    )
    assert unknown.code == 2 and not (small_campaign / "none").exists()


@pytest.mark.slow
def test_only_those_who_are_named(batch: Call, small_campaign: Path):
    assert batch("--only", PEOPLE[0], "--only", PEOPLE[1]).code == 0
    assert len(letters(small_campaign / "out")) == 2
    assert not (small_campaign / "out/manifest.csv").exists()


def test_every_unknown_id_is_told_with_the_nearest(batch: Call, small_campaign: Path):
    said = batch("--only", "ada-sampel", "--only", "ben", "--only", "ada-sample", "--only", "zzz")
    assert said.code == 2 and not (small_campaign / "out").exists()
    assert said.err.count("recipient-unknown") == 3
    assert "did you mean ada-sample?" in said.err and "did you mean ben-placeholder?" in said.err


def test_a_misspelt_beginning_of_a_long_id_is_recognised(batch: Call, small_campaign: Path):
    """Ids of Congress end in seven characters that nobody knows by heart."""
    table = small_campaign / "recipients.csv"
    text = table.read_text(encoding="utf-8").replace("ada-sample,", "sample-s000033,")
    table.write_text(text, encoding="utf-8")
    assert "did you mean sample-s000033?" in batch("--only", "smple").err


@pytest.mark.parametrize(
    "options",
    [
        ("--only", "ada-sample", "--limit", "2"),
        ("--only", "ada-sample", "--retry-failed"),
        ("--only", "ada-sample", "--shard", "1/2"),
        ("--merge", "--shard", "1/2"),
        ("--merge", "--dry-run"),
        ("--merge", "--limit", "2"),
        ("--merge", "--jobs", "2"),
        ("--merge", "--only", "ada-sample"),
        ("--shard", "3/2"),
        ("--limit", "0"),
        ("--jobs", "-1"),
        ("--out", ""),
        ("--out", "s3://bucket/spring", "--merge"),
        ("--out", "s3://bucket//spring"),
        ("--out", "ftp://bucket/spring"),
    ],
)
def test_what_makes_no_sense_is_a_mistake_of_use(batch: Call, small_campaign: Path, options: tuple[str, ...]):
    said = batch(*options)
    assert said.code == 2 and said.err and not (small_campaign / "out").exists()


def test_an_output_folder_without_a_name_is_told(batch: Call):
    assert "out-empty" in batch("--out", "").err
    assert batch("--out", "", "--json").json["problems"][0]["code"] == "out-empty"


def test_a_store_is_for_the_batch_alone(briefgen: Call, small_campaign: Path):
    for command in (("letter", "--to", PEOPLE[0]), ("brief",), ("print",), ("drafts",)):
        said = briefgen(*command, small_campaign, "--out", "s3://bucket/spring")
        assert said.code == 2 and "out-no-folder" in said.err


def test_without_the_extra_a_store_says_what_to_install(
    batch: Call, small_campaign: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "obstore", None)
    said = batch("--out", "s3://bucket/spring")
    assert said.code == 1 and "extra-missing" in said.err and "pip install 'briefgen[s3]'" in said.err


@pytest.mark.slow
def test_a_store_that_does_not_answer_is_told_with_where_it_is(
    batch: Call, small_campaign: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("briefgen.batch.outputs.s3_client.MAX_RETRIES", 0)
    for name, value in {
        "ACCESS_KEY_ID": "x",
        "SECRET_ACCESS_KEY": "y",
        "ENDPOINT_URL": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    said = batch("--out", "s3://bucket/spring")
    assert said.code == 74 and "s3://bucket/spring: store-unreachable" in said.err
    assert "errors.csv" not in said.err and not (small_campaign / "out/letters").exists()


@pytest.mark.slow
def test_shards_are_made_and_merged(batch: Call, small_campaign: Path):
    for number in (1, 2):
        assert batch("--shard", f"{number}/2").code == 0
    assert {path.name for path in (small_campaign / "out/shards").iterdir()} == {"1-of-2", "2-of-2"}
    told = batch("--merge", "--json").json
    assert told["ok"] and told["merged"] == everybody(small_campaign) == len(letters(small_campaign / "out"))
    assert batch("--json").json["unchanged"] == everybody(small_campaign)


def test_a_campaign_with_nobody_to_write_to_says_so(batch: Call, small_campaign: Path):
    table = small_campaign / "recipients.csv"
    table.write_text(table.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    said = batch()
    assert said.code == 1 and "recipients-none" in said.err and not (small_campaign / "out").exists()


@pytest.mark.slow
def test_an_output_folder_that_is_a_link_out_of_the_campaign_is_not_followed(
    batch: Call, briefgen: Call, small_campaign: Path, tmp_path: Path
):
    """Whoever wrote the campaign does not say where on this machine it is written."""
    (tmp_path / "elsewhere").mkdir()
    (small_campaign / "out").symlink_to(tmp_path / "elsewhere")
    for said in (batch(), batch("--dry-run"), briefgen("letter", small_campaign, "--to", "ada-sample")):
        assert said.code == 74 and "output-link" in said.err
    assert not list((tmp_path / "elsewhere").iterdir())
    assert batch("--out", small_campaign / "out", "--limit", "1").code == 0  # named by the user


@pytest.mark.slow
def test_a_folder_that_may_not_be_written_is_no_want_of_space(
    batch: Call, briefgen: Call, small_campaign: Path
):
    (small_campaign / "file").write_text("in the way", encoding="utf-8")
    out = small_campaign / "file" / "out"
    for said in (batch("--out", out), briefgen("letter", small_campaign, "--to", "ada-sample", "--out", out)):
        assert said.code == 74 and "unwritable" in said.err
        assert "space" not in said.err and "room" not in said.err


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return tiny_campaign(tmp_path / "campaign")


def _from_outside(tiny: Path, *options: str, **how: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "briefgen", "batch", str(tiny), "--format", "txt", *options]
    return subprocess.run(
        command, check=False, **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
    )  # type: ignore[call-overload,no-any-return]


def _reader_gone() -> int:
    """The end of a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


@pytest.mark.slow
def test_a_reader_that_goes_away_does_not_end_the_batch(tiny: Path):
    """`briefgen batch … 2>&1 | head -1`"""
    pipe = _reader_gone()
    done = _from_outside(tiny, "--json", stdout=pipe, stderr=pipe)
    os.close(pipe)
    assert done.returncode == 0
    assert len(letters(tiny / "out")) == 3
    assert (tiny / "out/manifest.csv").exists()


@pytest.mark.slow
@pytest.mark.parametrize("closed", [(2,), (1, 2), (0, 1, 2)])
def test_a_batch_needs_neither_input_nor_output(briefgen: Call, tiny: Path, closed: tuple[int, ...]):
    """Started from a daemon that has closed them: no file of ours takes their numbers, to be printed into."""

    def close() -> None:
        for number in closed:
            os.close(number)

    done = _from_outside(tiny, "--json", preexec_fn=close, stdout=None, stderr=None)
    assert done.returncode == 0
    assert len(letters(tiny / "out")) == 3
    assert briefgen("batch", tiny, "--format", "txt", "--json").json["unchanged"] == 3


@pytest.mark.slow
def test_a_limit_on_the_size_of_files_is_a_full_disk_and_no_fault_of_the_letters(tiny: Path):
    """`ulimit -f`: it stops at once, exit code 74, and the next run goes on."""

    def limit(size: int) -> Callable[[], None]:
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    done = _from_outside(tiny, "--format", "pdf", "--jobs", "1", preexec_fn=limit(70_000))
    said = done.stderr.decode()
    assert done.returncode == 74, said
    assert "output-unwritable" in said and "ulimit" in said and "pdf-failed" not in said
    assert not (tiny / "out/errors.csv").exists()
    assert _from_outside(tiny, "--format", "txt").returncode == 0


@pytest.mark.slow
def test_a_template_that_no_letter_uses_makes_no_letter_again(batch: Call, small_campaign: Path):
    """The library has changed, and the letters have not."""
    batch()
    before = {path: path.stat().st_mtime_ns for path in (small_campaign / "out/letters").iterdir()}
    own = small_campaign / "templates/letter"
    own.mkdir(parents=True)
    text = (ROOT / "templates/letter/us-congress.html.j2").read_text(encoding="utf-8")
    (own / "unused.html.j2").write_text(text, encoding="utf-8")
    assert batch("--dry-run", "--json").json["unchanged"] == len(before)
    told = batch("--json").json
    assert (told["rendered"], told["unchanged"]) == (0, len(before))
    assert {path: path.stat().st_mtime_ns for path in (small_campaign / "out/letters").iterdir()} == before


def test_a_cluster_that_cannot_be_is_refused_before_anything_is_read(batch: Call, small_campaign: Path):
    said = batch("--engine", "10.0.0.7:8786")
    assert said.code == 2 and "engine-unclear" in said.err and not (small_campaign / "out").exists()
    for option in (("--jobs", "2"), ("--dry-run",), ("--merge",)):
        said = batch("--engine", "dask://10.0.0.7:8786", *option)
        assert said.code == 2 and "options-apart" in said.err


@pytest.mark.slow
def test_without_dask_the_command_says_what_to_install(
    batch: Call, small_campaign: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = batch("--engine", "dask://10.0.0.7:8786")
    assert said.code == 1 and not (small_campaign / "out").exists()
    assert "extra-missing" in said.err and "pip install 'briefgen[dask]'" in said.err


@pytest.mark.slow
def test_a_cluster_that_does_not_answer_leaves_the_folder_as_it_is(
    batch: Call, small_campaign: Path, monkeypatch: pytest.MonkeyPatch
):
    from briefgen.batch.dask import executor as cluster

    pytest.importorskip("distributed")
    batch("--only", "ada-sample")
    (small_campaign / "out" / "manifest.csv").write_text("of an earlier run")
    monkeypatch.setattr(cluster, "CONNECT_TIMEOUT_S", 0.2)
    said = batch("--engine", "dask://127.0.0.1:1")
    assert said.code == 1 and "cluster-unreachable" in said.err
    assert (small_campaign / "out" / "manifest.csv").read_text() == "of an earlier run"


@pytest.mark.parametrize(
    ("options", "processors", "order"),
    [
        (["--format", "txt"], 2, ["server: txt", "opened", "closed"]),
        ([], 2, ["server: pdf docx", "opened", "closed"]),
        ([], 1, ["opened"]),
        (["--dry-run"], 2, ["opened"]),
        (["--merge"], 2, ["opened"]),
    ],
)
def test_workers_start_while_the_campaign_is_opened(
    briefgen: Call,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    processors: int,
    order: list[str],
) -> None:
    happened: list[str] = []

    @contextmanager
    def start(modules: Iterable[str]) -> Iterator[None]:
        formats = [name for name in ("pdf", "docx") if any(f".{name}." in module for module in modules)]
        happened.append(f"server: {' '.join(formats or ['txt'])}")
        try:
            yield
        finally:
            happened.append("closed")

    def open_campaign(*_: object, **__: object) -> None:
        happened.append("opened")
        raise BriefgenError(Problem("campaign-missing", "there is none"))

    monkeypatch.setattr("briefgen.campaign.job.available_processors", lambda: processors)
    monkeypatch.setattr("briefgen.campaign.job.ForkServer", start)
    monkeypatch.setattr("briefgen.campaign.open.open_campaign", open_campaign)
    briefgen("batch", *options)
    assert happened == order

"""Formats, importers and libraries from other packages: they take part in everything, and cannot harm what is built in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from material import ROOT, SMALL_RECIPIENTS, tiny_campaign

import briefgen
from briefgen.errors import ProblemList
from briefgen.library.libraries import LIBRARIES
from briefgen.recipients.csv_file import format_csv, read_csv
from briefgen.recipients.importers.registry import IMPORTERS
from briefgen.render.registry import FORMATS

PLUGIN = ROOT / "tests" / "plugins" / "briefgen_html_plugin"
SCRIPT = (str(Path(sys.executable).with_name("briefgen")),)
MODULE = (sys.executable, "-m", "briefgen")


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


def run(
    *arguments: object, plugin: Path = PLUGIN, cwd: Path | None = None, start: tuple[str, ...] = SCRIPT
) -> Result:
    """Run a command of this checkout in its own process, with a folder of packages on PYTHONPATH."""
    done = subprocess.run(
        [*start, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(plugin), str(ROOT)]), "COLUMNS": "120"},
    )
    return Result(done.returncode, done.stdout, done.stderr)


def install(folder: Path, name: str, source: str, **entry_points: str) -> Path:
    """Write a module and the metadata by which it declares entry points, such as `formats="x = module:NAME"`."""
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8"
    )
    groups = [f"[briefgen.{group}]\n{entry}\n" for group, entry in entry_points.items()]
    (metadata / "entry_points.txt").write_text("\n".join(groups), encoding="utf-8")
    return folder


@pytest.fixture
def install_here(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Make a folder of packages visible in this process, to registries that have not looked for any yet."""

    def make_visible(folder: Path) -> None:
        monkeypatch.syspath_prepend(folder)
        for registry in (FORMATS, IMPORTERS, LIBRARIES):
            monkeypatch.setattr(registry, "_installed", None)
            monkeypatch.setattr(registry, "_loaded", {})

    return make_visible


@pytest.fixture(scope="module")
def plain_campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign of three letters, which tests do not write to."""
    return tiny_campaign(tmp_path_factory.mktemp("plain") / "campaign")


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, but it asks for web pages, and everybody has an e-mail address."""
    folder = tiny_campaign(tmp_path_factory.mktemp("plugins") / "campaign")
    with (folder / "campaign.yaml").open("a", encoding="utf-8") as file:
        file.write("output: {formats: [html]}\n")
    rows = read_csv(folder / "recipients.csv", "recipients.csv", ProblemList())
    with_address = [replace(row, email=f"{row.id}@example.org") for row in rows]
    (folder / "recipients.csv").write_text(format_csv(with_address), encoding="utf-8")
    return folder


# A format


def test_a_letter_is_made_in_the_format(campaign: Path, tmp_path: Path) -> None:
    """The campaign asks for it, and so may an option."""
    for options in ((), ("--format", "html")):
        out = tmp_path / f"out{len(options)}"
        done = run("letter", campaign, "--to", "ada-sample", "-o", out, *options)
        assert done.code == 0, done.err
        (file,) = (out / "proofs").iterdir()
        page = file.read_text("utf-8")
        assert file.suffix == ".html" and page.startswith('<!DOCTYPE html>\n<html lang="en-US">')
        assert "Ada Sample" in page


@pytest.fixture(scope="module")
def made(campaign: Path) -> Path:
    """The campaign with its letters, made by two workers."""
    done = run("batch", campaign, "--jobs", "2", "--format", "html", "--format", "pdf")
    assert done.code == 0, done.err
    return campaign


def test_workers_make_the_format_beside_a_built_in_one(made: Path) -> None:
    names = sorted(path.name for path in (made / "out" / "letters").rglob("*") if path.is_file())
    assert [Path(name).suffix for name in names] == [".html", ".pdf"] * len(SMALL_RECIPIENTS)


def test_a_second_batch_repeats_nothing(made: Path) -> None:
    done = run("batch", made, "--json")
    assert done.code == 0
    report = json.loads(done.out)
    assert (report["rendered"], report["unchanged"]) == (0, len(SMALL_RECIPIENTS))


def test_a_draft_carries_the_format(made: Path) -> None:
    done = run("drafts", made, "--attach", "html", "--json")
    assert done.code == 0, done.err
    drafts = json.loads(done.out)["drafts"]
    assert len(drafts) == len(SMALL_RECIPIENTS)
    message = message_from_bytes(
        (made / "out" / "drafts" / drafts[0]["file"]).read_bytes(), policy=policy.default
    )
    (attachment,) = message.iter_attachments()
    assert attachment.get_content_type() == "text/html"
    assert attachment.get_filename().endswith(".html")


def test_the_api_renders_the_format(campaign: Path, install_here: Callable[[Path], None]) -> None:
    install_here(PLUGIN)
    opened = briefgen.open_campaign(campaign)
    assert opened.render("ada-sample", "html").startswith(b"<!DOCTYPE html>")
    assert opened.render_briefing("html").startswith(b"<!DOCTYPE html>")


def test_without_the_package_the_format_is_unknown(campaign: Path, tmp_path: Path) -> None:
    done = run("letter", campaign, "--to", "ada-sample", "--format", "html", plugin=tmp_path)
    assert done.code != 0
    assert "Traceback" not in done.err and "'html'" in done.err


# An importer


def test_contacts_are_imported(tmp_path: Path) -> None:
    contacts, out = tmp_path / "contacts.jsonl", tmp_path / "recipients.csv"
    rows = [{"name": "Ada Sample", "role": "uk-mp", "town": "London"}, {"name": "Ben Lee", "role": "wizard"}]
    contacts.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    done = run("recipients", "import", "contacts", contacts, "--set", "country=GB", "-o", out)
    assert done.code == 1 and "office-unknown" in done.err, done.err
    (ada,) = read_csv(out, "recipients.csv", ProblemList())
    assert (ada.name, ada.office, ada.locality, ada.country) == ("Ada Sample", "uk-mp", "London", "GB")


def test_help_names_what_packages_add() -> None:
    listed = run("recipients", "import", "--help").out
    assert "contacts" in listed and "Import contacts from JSON lines" in listed and "congress" in listed
    own = run("recipients", "import", "contacts", "--help").out
    assert "Files with a JSON object on each line." in own
    assert "--set" in own and "--where" in own and "--map" not in own and "--encoding" not in own
    for command in ("letter", "brief", "batch", "drafts"):
        assert "pdf, docx, txt, html" in run(command, "--help").out


def test_an_option_that_the_importer_does_not_take_is_refused(tmp_path: Path) -> None:
    done = run("recipients", "import", "contacts", tmp_path / "x", "--encoding", "cp1252")
    assert done.code == 2 and "--encoding" in done.err


def test_an_unknown_importer_is_told_with_what_there_is() -> None:
    done = run("recipients", "import", "contract", "x.json", "--json")
    problem = json.loads(done.out)["problems"][0]
    assert (done.code, problem["code"], problem["hint"]) == (2, "importer-unknown", "did you mean contacts?")


# A library

WATER_PLUGIN = ROOT / "tests" / "plugins" / "briefgen_water_library"
WATER_CAMPAIGN = {
    "id": "water",
    "title": "Lead in drinking water",
    "date": "2026-12-01",
    "library": "water",
    "sender": {"organisation": "Clear Taps", "name": "Dana Writer", "address": ["Leith"], "country": "GB"},
    "ask": "ask-pipes",
}


def test_a_campaign_draws_on_the_library_of_a_package(install_here: Callable[[Path], None]) -> None:
    install_here(WATER_PLUGIN)
    row = {"id": "ada", "office": "uk-mp", "name": "Ada Sample", "country": "GB"}
    row |= {"address": "House of Commons", "locality": "London", "postal_code": "SW1A 0AA"}
    campaign = briefgen.open_campaign(WATER_CAMPAIGN, recipients=[row])
    letter = " ".join(campaign.render("ada", "txt").decode().split())
    assert "fund the replacement of lead pipes" in letter and "An estimated 37 per cent" in letter
    assert "Korea" not in letter


def test_without_the_package_the_library_is_unknown() -> None:
    with pytest.raises(briefgen.BriefgenError) as caught:
        briefgen.open_campaign(WATER_CAMPAIGN, recipients=[{"id": "ada", "office": "uk-mp", "country": "GB"}])
    (unknown,) = caught.value.problems
    assert (unknown.code, unknown.hint) == ("library-unknown", "available: none, north-korea")


# Packages that are broken, or want too much


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise RuntimeError('no licence')", "RuntimeError: no licence"),
        ("", "AttributeError: module 'broken' has no attribute 'PART'"),
        ("PART = print", ", found builtin_function_or_method"),
    ],
)
def test_a_broken_package_is_one_problem(
    plain_campaign: Path, tmp_path: Path, source: str, reason: str
) -> None:
    plugin = install(
        tmp_path / "site", "broken", source, formats="odd = broken:PART", importers="odd = broken:PART"
    )
    for arguments in (
        ("letter", plain_campaign, "--to", "ada-sample", "--format", "odd", "-o", tmp_path / "out"),
        ("recipients", "import", "odd", "x.json", "--set", "country=GB"),
    ):
        done = run(*arguments, "--json", plugin=plugin)
        assert (done.code, done.err) == (1, ""), done.err
        (problem,) = json.loads(done.out)["problems"]
        assert problem["code"] == "plugin-broken"
        assert problem["message"].startswith(
            f"the {'format' if arguments[0] == 'letter' else 'importer'} 'odd' of"
        )
        assert reason in problem["message"] and "broken" in problem["hint"]
    assert not (tmp_path / "out").exists()


def test_a_broken_importer_hides_no_other(tmp_path: Path) -> None:
    plugin = install(tmp_path / "site", "broken", "import no_such_module", importers="odd = broken:PART")
    done = run("recipients", "import", "--help", plugin=plugin)
    assert (done.code, done.err) == (0, "")
    assert "odd" in done.out and "cannot be loaded" in done.out and "congress" in done.out


def test_a_package_cannot_take_the_name_of_a_built_in_part(
    tmp_path: Path, install_here: Callable[[Path], None]
) -> None:
    before = FORMATS.get("pdf"), IMPORTERS.get("csv"), [*FORMATS], [*IMPORTERS]
    source = "raise RuntimeError('loaded')"
    install_here(
        install(tmp_path, "usurper", source, formats="pdf = usurper:FORMAT", importers="csv = usurper:CSV")
    )
    assert (FORMATS.get("pdf"), IMPORTERS.get("csv"), [*FORMATS], [*IMPORTERS]) == before


# The current folder, which may be a stranger's


@pytest.fixture(params=[SCRIPT, MODULE], ids=["script", "module"])
def start(request: pytest.FixtureRequest) -> Any:
    """The two ways to start the command."""
    return request.param


def leave_mark(path: Path) -> str:
    """The source of a module that shows that it was imported."""
    return f"from pathlib import Path\nPath({str(path)!r}).touch()\n"


def test_a_package_in_the_current_folder_is_not_loaded(
    plain_campaign: Path, tmp_path: Path, start: tuple[str, ...]
) -> None:
    mark = tmp_path / "loaded"
    install(
        tmp_path / "here",
        "stranger",
        leave_mark(mark),
        formats="strange = stranger:FORMAT",
        importers="strange = stranger:IMPORTER",
        engines="strange = stranger:ENGINE",
        outputs="strange = stranger:OUTPUT",
    )
    refused = [
        (("letter", plain_campaign, "--to", "ada-sample", "--format", "strange"), "format-unknown"),
        (("recipients", "import", "strange", "x.json"), "importer-unknown"),
        (("batch", plain_campaign, "--engine", "strange://host:1"), "engine-unclear"),
        (("batch", plain_campaign, "--out", "strange://bucket"), "store-unclear"),
    ]
    for arguments, code in refused if start is SCRIPT else refused[:1]:
        done = run(*arguments, cwd=tmp_path / "here", start=start)
        assert done.code == 2 and f"{code}: " in done.err, done.err
    assert "strange" not in run("recipients", "import", "--help", cwd=tmp_path / "here", start=start).out
    assert not mark.exists()


def test_a_module_in_the_current_folder_is_never_imported(tmp_path: Path, start: tuple[str, ...]) -> None:
    """Neither by the command nor by the processes that it starts, whatever the module is called."""
    folder = tiny_campaign(tmp_path / "campaign")
    names = ("multiprocessing", "socket", "weasyprint", "jinja2", "subprocess", "sitecustomize")
    for name in names:
        (folder / f"{name}.py").write_text(leave_mark(tmp_path / f"{name}-imported"), encoding="utf-8")
    commands = [("batch", "--jobs", "2", "--format", "pdf", "--format", "docx")]
    if start is SCRIPT:
        commands += [("check", "--pages"), ("letter", "--to", "ada-sample", "--format", "pdf")]
    for arguments in commands:
        done = run(*arguments, plugin=tmp_path / "none", cwd=folder, start=start)
        assert done.code == 0, done.err
    assert [path.name for path in tmp_path.glob("*-imported")] == []

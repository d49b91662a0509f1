"""The public Python API: what docs/api.md promises, from a folder and from memory, in a script without a guard."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from command_line import exit_code
from material import ROOT, tiny_campaign

import briefgen

CONFIG: dict[str, Any] = {
    "id": "spring",
    "title": "Act on the inquiry",
    "date": "2026-11-30",
    "sender": {
        "name": "Alex Muster",
        "organisation": "Rights Office",
        "address": ["1 High Street", "London SW1A 1AA"],
        "country": "GB",
        "email": "office@rights.test",
    },
    "library": "north-korea",
    "ask": "ask-uk-parliament",
}
ROW = {
    "id": "ada",
    "office": "uk-mp",
    "name": "Ada Sample",
    "country": "GB",
    "constituency": "Sample North",
    "address": "House of Commons",
    "locality": "London",
    "postal_code": "SW1A 0AA",
}


@pytest.fixture(scope="module")
def starter_campaign() -> briefgen.Campaign:
    return briefgen.open_campaign(ROOT / "examples" / "starter")


@pytest.fixture(scope="module")
def in_memory() -> briefgen.Campaign:
    return briefgen.open_campaign(CONFIG, recipients=[ROW])


def test_every_public_name_is_documented_and_can_be_imported() -> None:
    from briefgen import api

    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    assert api.__all__
    for name in api.__all__:
        assert getattr(briefgen, name) is getattr(api, name)
        assert re.search(rf"\b{name}\b", page), name
    assert set(api.__all__) <= set(dir(briefgen))
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = briefgen.no_such_name  # type: ignore[attr-defined]


def test_import_briefgen_loads_nothing_heavy() -> None:
    code = (
        "import sys, briefgen; print([n for n in ('pydantic', 'jinja2', 'weasyprint') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_letter_is_the_same_bytes_as_the_command_makes(
    starter_campaign: briefgen.Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipient = starter_campaign.recipients[0]
    # The command would look for full texts where this variable says, the API does not.
    monkeypatch.delenv("BRIEFGEN_TEXTS", raising=False)
    assert exit_code("letter", ROOT / "examples/starter", "--to", recipient.id, "-o", tmp_path, "-q") == 0
    files = sorted((tmp_path / "proofs").iterdir())
    assert {file.suffix for file in files} == {".docx", ".pdf"}
    for file in files:
        assert starter_campaign.render(recipient, file.suffix[1:]) == file.read_bytes()


def test_a_recipient_can_be_named_by_id(starter_campaign: briefgen.Campaign) -> None:
    recipient = starter_campaign.recipients[0]
    assert starter_campaign.render(recipient.id, "txt") == starter_campaign.render(recipient, "txt")
    assert starter_campaign.compose(recipient).title


def test_the_briefing_is_rendered_in_any_format(starter_campaign: briefgen.Campaign) -> None:
    text = starter_campaign.render_briefing("txt").decode()
    assert starter_campaign.config.title in text.replace("\N{NO-BREAK SPACE}", " ")
    assert starter_campaign.render_briefing("docx")[:2] == b"PK"
    assert starter_campaign.render_briefing("txt", "leave-behind").decode() != text


def test_problems_name_warnings_and_skipped_recipients() -> None:
    rows = [ROW, {**ROW, "id": "late", "name": "", "office": "us-senator", "country": "US"}]
    campaign = briefgen.open_campaign(CONFIG, recipients=rows)
    assert [recipient.id for recipient in campaign.recipients] == ["ada"]
    assert any(problem.place and problem.place.file == "recipients" for problem in campaign.problems)


def test_a_campaign_from_memory_makes_letters(in_memory: briefgen.Campaign, tmp_path: Path) -> None:
    text = in_memory.render("ada", "txt").decode()
    assert "Dear Ada Sample" in text
    assert "Alex Muster" in text
    summary = in_memory.batch(tmp_path / "out", formats=["txt"], jobs=1)
    assert (summary.rendered, summary.failed, summary.skipped) == (1, 0, 0)
    again = in_memory.batch(tmp_path / "out", formats=["txt"], jobs=1)
    assert (again.rendered, again.unchanged) == (0, 1)


def test_a_campaign_from_memory_leaves_no_folder_behind() -> None:
    campaign = briefgen.open_campaign(CONFIG, recipients=[ROW])
    folder = campaign.composer.folder
    assert folder.is_dir()
    del campaign
    assert not folder.exists()


def test_memory_and_folder_can_be_combined(tmp_path: Path) -> None:
    css = tmp_path / "templates" / "letter" / "default.html.j2"
    css.parent.mkdir(parents=True)
    css.write_text(
        '{% extends "built-in/letter/default.html.j2" %}\n'
        "{% block salutation %}<p>Good morning,</p>{% endblock %}\n",
        encoding="utf-8",
    )
    campaign = briefgen.open_campaign(CONFIG, recipients=[ROW], folder=tmp_path)
    assert "Good morning," in campaign.render("ada", "txt").decode()
    from_folder = briefgen.open_campaign(ROOT / "examples" / "starter", recipients=[ROW])
    assert [recipient.id for recipient in from_folder.recipients] == ["ada"]


def test_values_may_be_dates_numbers_booleans_and_none() -> None:
    from datetime import date

    config = {**CONFIG, "date": date(2026, 11, 30), "letter": {"max_pages": 2}, "briefing": None}
    campaign = briefgen.open_campaign(
        config, recipients=[{**ROW, "party": None, "term_end": date(2030, 1, 1)}]
    )
    assert campaign.config.letter.max_pages == 2
    assert campaign.recipients[0].term_end == date(2030, 1, 1)


@pytest.mark.parametrize(
    ("source", "arguments", "code", "error"),
    [
        ("no-such-folder", {}, "campaign-missing", briefgen.UsageError),
        (".", {}, "campaign-missing", briefgen.UsageError),
        (CONFIG, {"recipients": [ROW], "folder": "no-such-folder"}, "campaign-missing", briefgen.UsageError),
        ("x", {"folder": "."}, "usage-wrong", briefgen.UsageError),
        ({**CONFIG, "ask": object()}, {"recipients": [ROW]}, "wrong-type", briefgen.BriefgenError),
        ({**CONFIG, "titel": "x"}, {"recipients": [ROW]}, "unknown-key", briefgen.BriefgenError),
        ({}, {"recipients": [ROW]}, "missing-key", briefgen.BriefgenError),
        (
            {**CONFIG, "output": {"formats": ["xls"]}},
            {"recipients": [ROW]},
            "wrong-type",
            briefgen.BriefgenError,
        ),
        (CONFIG, {}, "missing-key", briefgen.BriefgenError),
        (CONFIG, {"recipients": [["ada"]]}, "wrong-type", briefgen.UsageError),
        (CONFIG, {"recipients": [{**ROW, "name": ROW}]}, "wrong-type", briefgen.UsageError),
        (CONFIG, {"recipients": [{"naem": "x"}]}, "recipients-header", briefgen.BriefgenError),
    ],
)
def test_what_is_wrong_is_one_typed_error_with_its_problems(
    source: Any,
    arguments: dict[str, Any],
    code: str,
    error: type[briefgen.BriefgenError],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error) as caught:
        briefgen.open_campaign(source, **arguments)
    assert code in {problem.code for problem in caught.value.problems}


def test_unknown_formats_and_recipients_are_usage_errors(
    in_memory: briefgen.Campaign, tmp_path: Path
) -> None:
    stranger = briefgen.open_campaign(CONFIG, recipients=[{**ROW, "id": "bob"}]).recipients[0]
    changed = briefgen.open_campaign(CONFIG, recipients=[{**ROW, "name": "Eve Sample"}]).recipients[0]
    for call, code in (
        (lambda: in_memory.render("ada", "xls"), "format-unknown"),
        (lambda: in_memory.render_briefing("xls"), "format-unknown"),
        (lambda: in_memory.batch(tmp_path, formats=["xls"]), "format-unknown"),
        (lambda: in_memory.render("bob"), "recipient-unknown"),
        (lambda: in_memory.compose(stranger), "recipient-unknown"),
        (lambda: in_memory.compose(changed), "recipient-unknown"),
    ):
        with pytest.raises(briefgen.UsageError) as caught:
            call()
        assert [problem.code for problem in caught.value.problems] == [code]
    assert list(tmp_path.iterdir()) == []


def test_errors_travel_between_processes() -> None:
    with pytest.raises(briefgen.UsageError) as caught:
        briefgen.open_campaign("no-such-folder")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert type(copy) is briefgen.UsageError
    assert copy.problems == caught.value.problems


SCRIPT = """
    import briefgen
    print("imported")
    campaign = briefgen.open_campaign({folder!r})
    summary = campaign.batch({out!r}, formats=["txt"], jobs=2)
    print(summary.rendered, summary.failed)
"""


def test_a_script_without_a_guard_runs_once(tmp_path: Path) -> None:
    """Its main module is never imported by a worker, and nothing from the current folder is."""
    for name in ("multiprocessing", "weasyprint", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("open('RAN', 'w').close()\n", encoding="utf-8")
    script = tmp_path / "scripts" / "make_letters.py"
    script.parent.mkdir()
    folder = tiny_campaign(tmp_path / "campaign")
    script.write_text(
        textwrap.dedent(SCRIPT.format(folder=str(folder), out=str(tmp_path / "out"))), encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["imported", "3", "0"]
    assert not (tmp_path / "RAN").exists()


USER_CODE = """
    from pathlib import Path

    import briefgen
    from briefgen import BriefgenError, Campaign, Document, Format, Rendering

    campaign: Campaign = briefgen.open_campaign("folder")
    data: bytes = campaign.render(campaign.recipients[0], "pdf")
    made: int = campaign.batch(Path("out"), formats=["pdf"], jobs=2).rendered
    reveal_type(campaign.compose("ada"))
    reveal_type(campaign.problems)
    {wrong}


    class HtmlRenderer:
        def render(self, document: Document) -> Rendering:
            return Rendering(document.html.encode(), None)


    FORMAT = Format("html", "text/html", lambda factory: HtmlRenderer())
"""


@pytest.mark.slow
def test_the_users_type_checker_sees_our_types(tmp_path: Path) -> None:
    """`py.typed` ships: names, arguments and results have types outside this repository."""
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache")]

    def check(wrong: str) -> str:
        file = tmp_path / "user.py"
        file.write_text(textwrap.dedent(USER_CODE).format(wrong=wrong), encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if name != "MYPYPATH"}
        done = subprocess.run(
            [*command, str(file)], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
        )
        return done.stdout

    clean = check("")
    assert "Success: no issues found" in clean, clean
    assert 'Revealed type is "briefgen.model.document.Document"' in clean
    assert "briefgen.errors.Problem" in clean
    assert 'has no attribute "rendr"' in check("campaign.rendr()")


def test_letters_can_be_rendered_in_several_threads(in_memory: briefgen.Campaign) -> None:
    """WeasyPrint is patched and its log read for the whole process, so that renderings take turns."""
    from concurrent.futures import ThreadPoolExecutor

    campaigns = [in_memory, *(briefgen.open_campaign(CONFIG, recipients=[ROW]) for _ in range(2))]
    expected = in_memory.render("ada", "pdf")
    with ThreadPoolExecutor(3) as threads:
        made = list(threads.map(lambda campaign: campaign.render("ada", "pdf"), campaigns))
    assert made == [expected] * 3


def test_a_batch_from_memory_needs_a_folder(in_memory: briefgen.Campaign) -> None:
    """Its own is temporary: letters and records in it would go with the object."""
    for out in (None, "s3://bucket/prefix"):
        with pytest.raises(briefgen.UsageError) as caught:
            in_memory.batch(out)
        assert [problem.code for problem in caught.value.problems] == ["out-empty"]


def test_a_draft_is_audited_from_its_text_or_its_file(
    starter_campaign: briefgen.Campaign, tmp_path: Path
) -> None:
    text = "On November 20, 2024, the House of Representatives passed H.R. 3012 by 353 votes to 37."
    file = tmp_path / "draft.md"
    file.write_text(text, encoding="utf-8")
    for draft in (text, file):
        report = starter_campaign.audit(draft)
        (finding,) = report.sentences
        assert finding.verdict is briefgen.SentenceVerdict.DIFFERS
        assert [one.found for one in finding.differences] == ["353"]
        assert report.exit_status() == 1
    with pytest.raises(briefgen.BriefgenError):
        starter_campaign.audit(tmp_path / "none.docx")

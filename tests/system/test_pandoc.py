"""Where pandoc lies, and what is said where it does not serve: never a traceback, always the command."""

from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from briefgen.errors import BriefgenError, ProblemList
from briefgen.library.ingest.bibliography import read_bibliography
from briefgen.system import pandoc


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pypandoc of ours; the test puts its program in."""
    folder = tmp_path / "pypandoc" / "files"
    folder.mkdir(parents=True)
    spec = ModuleSpec("pypandoc", None, origin=str(folder.parent / "__init__.py"))
    monkeypatch.setattr(pandoc, "find_spec", lambda name: spec)
    return folder / "pandoc"


def fault() -> tuple[str, str, str | None]:
    with pytest.raises(BriefgenError) as caught:
        pandoc.find_pandoc("reads BibTeX")
    (problem,) = caught.value.problems
    return problem.code, problem.message, problem.hint


def test_a_pandoc_that_is_not_there_is_told_with_the_command_that_brings_it(package: Path) -> None:
    assert fault() == (
        "pandoc-missing",
        "pandoc, which reads BibTeX, is not installed",
        "pip install --force-reinstall pypandoc_binary",
    )


def test_a_missing_package_is_told_in_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pandoc, "find_spec", lambda name: None)
    assert fault()[1].endswith("is not installed")


def test_a_pandoc_that_may_not_be_run_is_told(package: Path) -> None:
    package.write_bytes(b"")
    package.chmod(0o644)
    assert fault()[1].endswith("is not executable for you")


@pytest.mark.parametrize(
    ("program", "code", "message"),
    [
        ("#!/bin/sh\nexit 3\n", "bibliography-syntax", ""),
        ("#!/bin/sh\ncat > /dev/null\necho no json\n", "pandoc-missing", "its output cannot be read"),
        ("\x7fELF for another processor", "pandoc-missing", "does not run: Exec format error"),
    ],
)
def test_a_broken_pandoc_is_told_without_a_traceback(
    package: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], program: str, code: str, message: str
) -> None:
    package.write_text(program, encoding="latin-1")
    package.chmod(0o755)
    works = tmp_path / "works.bib"
    works.write_text("@book{a, title={X}, author={A, B}, year=2020}", encoding="utf-8")
    with pytest.raises(BriefgenError) as caught:
        read_bibliography(works, "works.bib", ProblemList())
    assert caught.value.problems[0].code == code
    assert message in caught.value.problems[0].message
    assert capfd.readouterr().err == ""

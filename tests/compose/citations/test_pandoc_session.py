"""One process of pandoc formats the citations of several documents as one for each would."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from citation_samples import citeproc

from briefgen.compose.citations import Citation, CitationFormatter, Note, pandoc_session
from briefgen.compose.citations.citeproc import pandoc_path, run_citeproc
from briefgen.compose.citations.pandoc_session import format_in_session, keep_pandoc
from briefgen.errors import BriefgenError

STYLES = ("chicago-notes-bibliography", "apa", "oscola")
EMPTY = {"pandoc-api-version": (1, 23, 1), "meta": {}, "blocks": []}


def pandoc() -> list[str]:
    return [str(pandoc_path())]


@pytest.fixture
def session() -> Iterator[Any]:
    with keep_pandoc():
        yield pandoc_session._session


def format_all(names: tuple[str, ...]) -> list[object]:
    """Return the citations of two documents in each style."""
    documents = [
        [Note((Citation("book", "page", "1"),)), Note((Citation("book", "page", "2"), Citation("essay")))],
        [Note((Citation("essay", "paragraph", "5"),)), Note((Citation("book"),))],
    ]
    formatter = CitationFormatter(citeproc().references)
    return [formatter.format(notes, name, "en") for name in names for notes in documents]


def test_documents_formatted_by_one_process_are_as_by_one_each() -> None:
    alone = format_all(STYLES)
    with keep_pandoc():
        together = format_all(STYLES)
        assert pandoc_session._session.process is not None
    assert together == alone
    assert pandoc_session._session.process is None


def test_nothing_is_left_among_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pandoc keeps a history of its Lua there, and is killed in the end."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with keep_pandoc():
        format_all(STYLES[:1])
        assert pandoc_session._session.process is not None
        assert [path.name[:9] for path in tmp_path.iterdir()] == ["briefgen-"]
    assert list(tmp_path.iterdir()) == []


def test_what_pandoc_rejects_is_reported_as_without_a_session() -> None:
    def find_problem() -> object:
        with pytest.raises(BriefgenError) as caught:
            run_citeproc([], [], b"<style", "en", "own.csl")
        (problem,) = caught.value.problems
        return problem

    alone = find_problem()
    with keep_pandoc():
        assert find_problem() == alone


@pytest.mark.parametrize(
    "document", [{}, {"blocks": 1}, {**EMPTY, "meta": {"csl": {"t": "MetaString", "c": "data:text/xml,<"}}}]
)
def test_what_pandoc_cannot_format_leaves_the_process_usable(document: dict[str, Any], session: Any) -> None:
    assert format_in_session(pandoc(), document, 60) is None
    assert format_in_session(pandoc(), EMPTY, 60) == []


def test_without_a_block_there_is_no_session() -> None:
    assert format_in_session(pandoc(), EMPTY, 60) is None
    assert pandoc_session._session.process is None


def test_a_pandoc_that_hangs_is_ended(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pandoc_session, "_SCRIPT", "while true do end")
    assert format_in_session(pandoc(), EMPTY, 0.05) is None
    assert session.process is None


def test_a_pandoc_that_does_not_start_is_no_error_here(session: Any) -> None:
    assert format_in_session(["/nowhere/pandoc"], EMPTY, 60) is None


def test_an_interrupted_answer_is_not_taken_for_the_next(
    session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    assert format_in_session(pandoc(), EMPTY, 60) == []
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(pandoc_session.threading.Timer, "cancel", interrupt)
        format_in_session(pandoc(), EMPTY, 60)
    assert session.process is None
    paragraph = {"t": "Para", "c": [{"t": "Str", "c": "é"}]}
    assert format_in_session(pandoc(), {**EMPTY, "blocks": [paragraph]}, 60) == [paragraph]


def test_a_forked_process_does_not_talk_to_its_parents_pandoc(
    session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert format_in_session(pandoc(), EMPTY, 60) == []
    process = session.process
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: 1)
        assert format_in_session(pandoc(), EMPTY, 60) is None
    assert session.process is process
    assert process.poll() is None


def test_no_script_of_the_users_is_run(tmp_path: Path, session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (tmp_path / "pandoc", tmp_path / ".local" / "share" / "pandoc", tmp_path / ".pandoc"):
        folder.mkdir(parents=True)
        (folder / "init.lua").write_text("print('{\"blocks\": [1]}')")
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("LUA_INIT", "print('{\"blocks\": [2]}')")
    assert format_in_session(pandoc(), EMPTY, 60) == []

"""Answers of citeproc are kept on the disk: found again, never half, never larger than the bound."""

import os
from pathlib import Path

import pytest
from citation_samples import citeproc

from briefgen.compose.citations import Citation, CitationFormatter, Note
from briefgen.compose.citations.cache import CitationCache, cache_folder, citeproc_cache_key
from briefgen.compose.citations.clusters import CiteprocResult

ANSWER = CiteprocResult(("<em>a</em>", "b"), (("book", "c"),))
KEY = "a" * 64
NOTES = [Note((Citation("book", "paragraph", "5"),))]


@pytest.mark.parametrize(
    ("environment", "platform", "folder"),
    [
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "linux", "/x/briefgen/citations"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "linux", "/h/.cache/briefgen/citations"),
        ({"HOME": "/h"}, "linux", "/h/.cache/briefgen/citations"),
        ({"HOME": "/h"}, "darwin", "/h/Library/Caches/briefgen/citations"),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "darwin", "/x/briefgen/citations"),
        ({"LOCALAPPDATA": "/l", "HOME": "/h"}, "win32", "/l/briefgen/Cache/citations"),
        ({}, "linux", None),
        ({"HOME": ""}, "darwin", None),
        ({}, "win32", None),
    ],
)
def test_the_folder_is_where_each_system_keeps_such_things(
    environment: dict[str, str], platform: str, folder: str | None
) -> None:
    found = cache_folder(environment, platform)
    assert (found.as_posix() if found else None) == folder


def test_an_answer_is_found_again(tmp_path: Path) -> None:
    CitationCache(tmp_path / "new").write(KEY, ANSWER)
    assert CitationCache(tmp_path / "new").read(KEY, 2) == ANSWER
    assert [path.name for path in (tmp_path / "new").iterdir()] == [f"{KEY}.json"]


def test_an_answer_to_another_question_is_none(tmp_path: Path) -> None:
    cache = CitationCache(tmp_path)
    cache.write(KEY, ANSWER)
    assert cache.read("b" * 64, 2) is None
    assert cache.read(KEY, 3) is None
    (tmp_path / f"{KEY}.json").rename(tmp_path / f"{'b' * 64}.json")
    assert cache.read("b" * 64, 2) is None


@pytest.mark.parametrize("damage", ["empty", "cut", "changed", "nonsense", "list", "deep"])
def test_a_damaged_entry_is_passed_over_and_written_anew(tmp_path: Path, damage: str) -> None:
    cache, path = CitationCache(tmp_path), tmp_path / f"{KEY}.json"
    cache.write(KEY, ANSWER)
    good = path.read_text(encoding="utf-8")
    path.write_text(
        {
            "empty": "",
            "cut": good[:-9],
            "changed": good.replace("<em>a</em>", "<em>z</em>"),
            "nonsense": "\x00\x01",
            "list": "[]",
            "deep": "[" * 100_000,
        }[damage],
        encoding="utf-8",
    )
    assert cache.read(KEY, 2) is None
    cache.write(KEY, ANSWER)
    assert cache.read(KEY, 2) == ANSWER


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    cache = CitationCache(tmp_path / "file" / "folder")
    cache.write(KEY, ANSWER)
    assert cache.read(KEY, 2) is None


def test_the_oldest_go_where_the_bound_is_passed(tmp_path: Path) -> None:
    for number in range(10):
        CitationCache(tmp_path).write(f"{number}" * 64, ANSWER)
        os.utime(tmp_path / f"{str(number) * 64}.json", (number, number))
    size = (tmp_path / f"{'0' * 64}.json").stat().st_size
    assert CitationCache(tmp_path).read("0" * 64, 2) == ANSWER  # used just now
    CitationCache(tmp_path, max_bytes=8 * size).write(KEY, ANSWER)
    assert {path.name[0] for path in tmp_path.iterdir()} == {"0", "6", "7", "8", "9", "a"}


def test_the_key_changes_with_everything_that_shapes_the_answer() -> None:
    keys = {
        citeproc_cache_key("pandoc 1", "en", b"<style/>", [1], [2]),
        citeproc_cache_key("pandoc 2", "en", b"<style/>", [1], [2]),
        citeproc_cache_key("pandoc 1", "fr", b"<style/>", [1], [2]),
        citeproc_cache_key("pandoc 1", "en", b"<style />", [1], [2]),
        citeproc_cache_key("pandoc 1", "en", b"<style/>", [0], [2]),
        citeproc_cache_key("pandoc 1", "en", b"<style/>", [1], [0]),
    }
    assert len(keys) == 6


def test_a_second_run_does_not_call_pandoc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    references = citeproc().references
    first = CitationFormatter(references, cache=CitationCache(tmp_path)).format(NOTES, "apa", "en")
    monkeypatch.setattr("briefgen.compose.citations.citeproc.run_citeproc", None)
    assert CitationFormatter(references, cache=CitationCache(tmp_path)).format(NOTES, "apa", "en") == first

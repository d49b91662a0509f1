"""Answers of citeproc are kept on the disk, and found again."""

import pickle
from pathlib import Path

import pytest
from citation_samples import citeproc

from briefgen.compose.citations import Citation, CitationFormatter, Note
from briefgen.compose.citations.cache import CitationCache, citeproc_cache_key
from briefgen.compose.citations.clusters import CiteprocResult
from briefgen.system.cache import DiskCache

ANSWER = CiteprocResult(("<em>a</em>", "b"), (("book", "c"),))
KEY = "a" * 64
NOTES = [Note((Citation("book", "paragraph", "5"),))]


def cache_in(folder: Path) -> CitationCache:
    return CitationCache(DiskCache(folder, b"key"))


def test_an_answer_is_found_again(tmp_path: Path) -> None:
    cache_in(tmp_path).write(KEY, ANSWER)
    assert cache_in(tmp_path).read(KEY, 2) == ANSWER


def test_an_answer_to_another_question_is_none(tmp_path: Path) -> None:
    cache_in(tmp_path).write(KEY, ANSWER)
    assert cache_in(tmp_path).read("b" * 64, 2) is None
    assert cache_in(tmp_path).read(KEY, 3) is None


def test_the_key_of_the_seals_does_not_leave_this_machine(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    assert b"key" not in pickle.dumps(cache)
    assert pickle.loads(pickle.dumps(cache)) == CitationCache.for_user()


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
    first = CitationFormatter(references, cache=cache_in(tmp_path)).format(NOTES, "apa", "en")
    monkeypatch.setattr("briefgen.compose.citations.citeproc.run_citeproc", None)
    assert CitationFormatter(references, cache=cache_in(tmp_path)).format(NOTES, "apa", "en") == first

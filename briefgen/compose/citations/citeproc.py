"""Runs pandoc's citeproc: JSON in and JSON out, in pandoc's sandbox and without temporary files.

`formatting` decides what to cite and interprets the results.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from briefgen.compose.citations.cache import CitationCache, citeproc_cache_key
from briefgen.compose.citations.clusters import (
    REMOVE_MARKS,
    CitationCluster,
    CitationItem,
    CiteprocResult,
    build_cluster_block,
    parse_citeproc_blocks,
)
from briefgen.compose.citations.pandoc_session import format_in_session
from briefgen.compose.citations.phrases import (
    CitationPhrases,
    find_citation_phrases,
    has_phrases,
    phrase_languages,
)
from briefgen.compose.citations.style_fixes import adapt_item, prepare_style
from briefgen.compose.citations.styles import (
    COMPARED_STYLES,
    CitationStyle,
    citation_locale,
    find_style,
)
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.model.source import Source
from briefgen.system.pandoc import find_pandoc, pandoc_missing_error

TIMEOUT_S = 60
MAX_MEMORY = "1g"
"""Of pandoc's heap, so that a stranger's style cannot take all the machine's memory."""
_PURPOSE = "formats the citations"
_API = (1, 23, 1)
"""Version of the pandoc JSON that we write."""


@cache
def pandoc_path() -> Path:
    """Return the path of pypandoc_binary's pandoc; raise BriefgenError if it is missing."""
    return find_pandoc(_PURPOSE)


@cache
def pandoc_identity() -> str:
    """Return what identifies a pandoc without starting it: package version, size and modification time."""
    try:
        package = metadata.version("pypandoc_binary")
    except metadata.PackageNotFoundError:
        package = "unknown"
    try:
        stat = pandoc_path().stat()
    except OSError as error:
        raise pandoc_missing_error(_PURPOSE, f"cannot be read: {error.strerror}") from None
    return f"{package} {stat.st_size} {stat.st_mtime_ns}"


def run_citeproc(
    blocks: Sequence[Mapping[str, Any]],
    items: Sequence[Mapping[str, Any]],
    csl: bytes,
    language: str,
    style_name: str,
) -> list[dict[str, Any]]:
    """Return pandoc JSON blocks with their citations formatted, followed by the bibliography.

    `csl` is the style's XML, `language` is BCP 47, `style_name` is for messages. Raise BriefgenError if
    pandoc is missing or fails.
    """
    document = {
        "pandoc-api-version": _API,
        "meta": {
            "lang": _meta_string(language),
            "csl": _meta_data_uri("text/xml", csl),
            "bibliography": _meta_data_uri("application/json", json.dumps(list(items)).encode()),
        },
        "blocks": list(blocks),
    }
    pandoc = [str(pandoc_path()), "+RTS", f"-M{MAX_MEMORY}", "-RTS"]
    formatted = format_in_session(pandoc, document, TIMEOUT_S)
    if formatted is not None:
        return formatted
    command = [*pandoc, "--sandbox", "--from=json", "--to=json", "--citeproc"]
    try:
        process = subprocess.run(
            command,
            input=json.dumps(document).encode(),
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _pandoc_failure(style_name, f"it took longer than {TIMEOUT_S} seconds") from None
    except OSError as error:
        raise pandoc_missing_error(_PURPOSE, f"does not run: {error.strerror or error}") from None
    if process.returncode != 0:
        raise _pandoc_failure(style_name, " ".join(process.stderr.decode(errors="replace").split())[:300])
    try:
        result: list[dict[str, Any]] = json.loads(process.stdout)["blocks"]
    except (ValueError, KeyError, TypeError):
        raise _pandoc_failure(style_name, "its output cannot be parsed") from None
    return result


def _meta_string(text: str) -> dict[str, Any]:
    return {"t": "MetaString", "c": text}


def _meta_data_uri(kind: str, content: bytes) -> dict[str, Any]:
    # The sandbox accepts data URIs, and they leave no file behind.
    return _meta_string(f"data:{kind};base64,{base64.b64encode(content).decode()}")


def _pandoc_failure(style_name: str, reason: str) -> BriefgenError:
    reason = re.sub(r"data:application/json;base64,\S+", "of the works cited", reason)
    return BriefgenError(
        Problem(
            "pandoc-failed",
            f"pandoc could not format the citations: {reason}",
            None,
            f"check the citation style {style_name} and seeds/references.json; briefgen doctor checks pandoc",
        )
    )


@dataclass(frozen=True, slots=True)
class CiteprocEngine:
    """A citation style in a language, with everything needed to format citations in it."""

    style: CitationStyle
    language: str
    """BCP 47, as passed to pandoc."""
    phrases: CitationPhrases
    references: Mapping[str, Source]
    cache: CitationCache | None

    @property
    def punctuation_inside_quotes(self) -> bool:
        """Whether commas and full stops go inside closing quotation marks, as in American English."""
        return self.language in ("en", "en-US")

    def format_clusters(
        self, clusters: Sequence[CitationCluster], names_in_full: bool = False
    ) -> CiteprocResult:
        """Format clusters in order; none of them may be empty.

        `names_in_full` is for works that will be left out of the bibliography, so that no dash replaces an
        author whose entry is not there.
        """
        if not clusters:
            return CiteprocResult((), ())
        items = [item for cluster in clusters for item in cluster.items]
        labels = frozenset(item.label for item in items if item.value and item.label)
        csl, words = prepare_style(self.style, self.language, labels, names_in_full)
        blocks = [build_cluster_block(cluster, words) for cluster in clusters]
        works = self._works(dict.fromkeys(item.source for item in items))
        key = citeproc_cache_key(pandoc_identity(), self.language, csl, blocks, works)
        cached = self.cache.read(key, len(clusters)) if self.cache else None
        if cached is not None:
            return cached
        formatted = run_citeproc(blocks, works, csl, self.language, self.style.name)
        result = parse_citeproc_blocks(formatted, len(blocks))
        if self.cache:
            self.cache.write(key, result)
        return result

    def _works(self, sources: Iterable[str]) -> list[Any]:
        works = json.dumps([dict(self.references[source].csl) for source in sources], ensure_ascii=False)
        # The private-use characters of our marks mean nothing in a title.
        return [adapt_item(work, self.style) for work in json.loads(works.translate(REMOVE_MARKS))]


# Checking a campaign's style in advance

_SAMPLE_WORK = Source("sample", {"id": "sample", "type": "book", "title": "Sample"}, Place(""))


def check_style(name: str, folder: Path, language: str, place: Place) -> Iterator[Problem]:
    """Report what is wrong with a style, and warn about what it leaves out; `place` is where it is named."""
    try:
        style = find_style(name, folder)
        if name.endswith(".csl"):
            _try_style(style, language)
    except BriefgenError as error:
        yield from (replace(problem, place=place) for problem in error.problems)
        return
    if not (style.is_compared or name.endswith(".csl")):
        yield Problem(
            "citation-uncompared",
            f"nobody has compared what the style {name!r} prints with its guide",
            place,
            f"proofread the citations, or choose one of {', '.join(sorted(COMPARED_STYLES))}",
            severity="warning",
        )
    if not style.prints_locators:
        yield Problem(
            "citation-without-place",
            f"the style {name!r} never prints the place in a source, so readers cannot look it up",
            place,
            "choose a style that does, for example chicago-notes-bibliography or apa",
            severity="warning",
        )
    if not has_phrases(language):
        yield Problem(
            "citation-language",
            f'phrases around citations ("quoted in") do not exist in {language!r} and are printed in English',
            place,
            f"they exist in {', '.join(sorted(phrase_languages()))}",
            severity="warning",
        )


def _try_style(style: CitationStyle, language: str) -> None:
    """Format a sample: a custom file can be well-formed and still be rejected by citeproc."""
    locale = citation_locale(style, language)
    phrases = find_citation_phrases(style.stem, locale)
    engine = CiteprocEngine(style, locale, phrases, {_SAMPLE_WORK.id: _SAMPLE_WORK}, None)
    try:
        engine.format_clusters([CitationCluster((CitationItem(_SAMPLE_WORK.id, "page", "1"),), number=1)])
    except BriefgenError as error:
        raise BriefgenError(
            replace(problem, code="citation-style") if problem.code == "pandoc-failed" else problem
            for problem in error.problems
        ) from None

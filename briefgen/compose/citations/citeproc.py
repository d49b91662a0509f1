"""Runs pandoc's citeproc: JSON in, JSON out, in its sandbox, without a file on the disk.

What to cite and what to make of the answer is for briefgen.compose.citations.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

from briefgen import __version__
from briefgen.compose.citations.clusters import RESERVED, Answer, Cluster, answer, block
from briefgen.compose.citations.item_adapters import adapted
from briefgen.compose.citations.phrases import Words
from briefgen.compose.citations.style_fixes import prepared
from briefgen.compose.citations.styles import Style
from briefgen.errors import BriefgenError, Problem
from briefgen.model.source import Reference
from briefgen.system.pandoc import pandoc_missing, pandoc_program

TIMEOUT_S = 60
MAX_MEMORY = "1g"
"""Of pandoc's heap; a style of a stranger must not take all of the machine's."""
_PURPOSE = "formats the citations"
_API = (1, 23, 1)
"""Version of pandoc's JSON that we write."""


@cache
def pandoc_path() -> Path:
    """The pandoc of pypandoc_binary; raises BriefgenError where it is missing."""
    return pandoc_program(_PURPOSE)


@cache
def pandoc_identity() -> str:
    """What tells one pandoc from another without starting it: package version, size, time of change."""
    try:
        package = metadata.version("pypandoc_binary")
    except metadata.PackageNotFoundError:
        package = "unknown"
    try:
        stat = pandoc_path().stat()
    except OSError as error:
        raise pandoc_missing(_PURPOSE, f"cannot be read: {error.strerror}") from None
    return f"{package} {stat.st_size} {stat.st_mtime_ns}"


def run_citeproc(
    blocks: Sequence[Mapping[str, Any]],
    items: Sequence[Mapping[str, Any]],
    csl: bytes,
    language: str,
    about: str,
) -> list[dict[str, Any]]:
    """Blocks of pandoc's JSON with their citations formatted, the bibliography behind them.

    `csl` is the style's XML, `language` BCP 47, `about` the style's name for messages. Raises BriefgenError
    where pandoc is missing or fails.
    """
    document = {
        "pandoc-api-version": _API,
        "meta": {
            "lang": _string(language),
            "csl": _data("text/xml", csl),
            "bibliography": _data("application/json", json.dumps(list(items)).encode()),
        },
        "blocks": list(blocks),
    }
    command = [
        str(pandoc_path()),
        *("+RTS", f"-M{MAX_MEMORY}", "-RTS"),
        "--sandbox",
        "--from=json",
        "--to=json",
        "--citeproc",
    ]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(document).encode(),
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _failed(about, f"it took longer than {TIMEOUT_S} seconds") from None
    except OSError as error:
        raise pandoc_missing(_PURPOSE, f"does not run: {error.strerror or error}") from None
    if done.returncode != 0:
        raise _failed(about, " ".join(done.stderr.decode(errors="replace").split())[:300])
    try:
        answer: list[dict[str, Any]] = json.loads(done.stdout)["blocks"]
    except (ValueError, KeyError, TypeError):
        raise _failed(about, "its answer cannot be read") from None
    return answer


def _string(text: str) -> dict[str, Any]:
    return {"t": "MetaString", "c": text}


def _data(kind: str, content: bytes) -> dict[str, Any]:
    # Data URIs are what the sandbox lets through, and they leave no file behind.
    return _string(f"data:{kind};base64,{base64.b64encode(content).decode()}")


def _failed(about: str, why: str) -> BriefgenError:
    why = re.sub(r"data:application/json;base64,\S+", "of the works cited", why)
    return BriefgenError(
        Problem(
            "pandoc-failed",
            f"pandoc could not format the citations: {why}",
            None,
            f"look at the citation style {about} and seeds/references.json; briefgen doctor looks at pandoc",
        )
    )


FORM = 1
"""Of an entry; another number makes all earlier ones unknown."""
MAX_BYTES = 64_000_000
MAX_ENTRY_BYTES = 4_000_000
_KEPT = 0.75
"""Share of the bound that is kept when the oldest go."""
_TIDY_EVERY = 200
"""Writes after which one process looks at the size again."""


def cache_folder(environment: Mapping[str, str], platform: str = sys.platform) -> Path | None:
    """Where a program keeps what it can make anew, by the custom of the system; None where there is no place.

    XDG Base Directory Specification 0.8 (only absolute paths count), Apple's File System Programming Guide,
    and %LOCALAPPDATA% on Windows. XDG_CACHE_HOME counts on every system.
    """
    given = environment.get("XDG_CACHE_HOME", "")
    if given and Path(given).is_absolute():
        return Path(given) / "briefgen" / "citations"
    if platform == "win32":
        local = environment.get("LOCALAPPDATA", "")
        return Path(local) / "briefgen" / "Cache" / "citations" if local else None
    home = environment.get("HOME", "")
    if not home or not Path(home).is_absolute():
        return None
    base = Path(home, "Library", "Caches") if platform == "darwin" else Path(home, ".cache")
    return base / "briefgen" / "citations"


def key_of(pandoc: str, language: str, csl: bytes, blocks: Sequence[Any], works: Sequence[Any]) -> str:
    """SHA-256 (hex) over everything that citeproc's answer depends on."""
    digest = sha256(f"{FORM} {__version__} {pandoc} {language} ".encode())
    digest.update(sha256(csl).digest())
    digest.update(json.dumps([list(blocks), list(works)], sort_keys=True, separators=(",", ":")).encode())
    return digest.hexdigest()


@dataclass(slots=True)
class Cache:
    """A folder of answers, one file each; several processes may use it at once."""

    folder: Path
    max_bytes: int = MAX_BYTES
    _written: int = field(default=0)

    @classmethod
    def of_user(cls) -> Cache | None:
        """The cache of the user who runs briefgen; None where the system gives no place for one."""
        folder = cache_folder(os.environ)
        return cls(folder) if folder else None

    def read(self, key: str, clusters: int) -> Answer | None:
        """The answer kept under a key, with as many clusters as were asked for; None where there is none."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                data = file.read(MAX_ENTRY_BYTES + 1)
            answer = _answer(json.loads(data), key)
        except (OSError, ValueError, RecursionError):
            return None
        if answer is None or len(answer.clusters) != clusters:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return answer

    def write(self, key: str, answer: Answer) -> None:
        """Keep an answer: whole or not at all."""
        entry = {"key": key, "clusters": answer.clusters, "works": answer.works}
        sealed = json.dumps({**entry, "seal": _seal(entry)}, ensure_ascii=False).encode()
        path = self._path(key)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
                part = Path(file.name)
                file.write(sealed)
            try:
                part.replace(path)
            except OSError:
                part.unlink(missing_ok=True)
                raise
        except OSError:
            return
        if self._written % _TIDY_EVERY == 0:
            self._tidy()
        self._written += 1

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def _tidy(self) -> None:
        """Let the entries go that were used longest ago, where all together are larger than the bound."""
        with contextlib.suppress(OSError):
            files = []
            for path in self.folder.iterdir():
                with contextlib.suppress(OSError):
                    stat = path.stat()
                    files.append((stat.st_mtime, stat.st_size, path))
            total = sum(size for _, size, _ in files)
            if total <= self.max_bytes:
                return
            for _, size, path in sorted(files):
                with contextlib.suppress(OSError):
                    path.unlink()
                    total -= size
                if total <= self.max_bytes * _KEPT:
                    return


def _answer(entry: Any, key: str) -> Answer | None:
    """An entry that is whole and its own; what was cut off or changed has another seal."""
    if not isinstance(entry, dict) or entry.get("key") != key:
        return None
    seal = entry.pop("seal", None)
    if seal != _seal(entry):
        return None
    works = tuple((str(source), str(html)) for source, html in entry["works"])
    return Answer(tuple(map(str, entry["clusters"])), works)


def _seal(entry: Mapping[str, Any]) -> str:
    return sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Manner:
    """A style in a language, with everything that is asked and answered in it."""

    style: Style
    language: str
    """BCP 47, as pandoc is given it."""
    words: Words
    references: Mapping[str, Reference]
    cache: Cache | None

    @property
    def inside_quotes(self) -> bool:
        """Whether commas and full stops go within closing quotation marks: American English."""
        return self.language in ("en", "en-US")

    def ask(self, clusters: Sequence[Cluster], names_in_full: bool = False) -> Answer:
        """citeproc's answer for clusters in order, none of them empty.

        `names_in_full` where works will be left out of the list, lest a dash stands for another's name.
        """
        if not clusters:
            return Answer((), ())
        cites = [cite for cluster in clusters for cite in cluster.cites]
        labels = frozenset(cite.label for cite in cites if cite.value and cite.label)
        csl, words = prepared(self.style, self.language, labels, names_in_full)
        blocks = [block(cluster, words) for cluster in clusters]
        works = self._works(dict.fromkeys(cite.source for cite in cites))
        key = key_of(pandoc_identity(), self.language, csl, blocks, works)
        kept = self.cache.read(key, len(clusters)) if self.cache else None
        if kept is not None:
            return kept
        made = answer(run_citeproc(blocks, works, csl, self.language, self.style.name), len(blocks))
        if self.cache:
            self.cache.write(key, made)
        return made

    def _works(self, sources: Iterable[str]) -> list[Any]:
        works = json.dumps(
            [adapted(self.references[source].csl, self.style) for source in sources], ensure_ascii=False
        )
        # The characters that our marks are made of mean nothing in a title.
        return list(json.loads(works.translate(RESERVED)))

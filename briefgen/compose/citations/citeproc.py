"""Runs pandoc's citeproc: JSON in, JSON out, in its sandbox, without a file on the disk.

What to cite and what to make of the answer is for briefgen.compose.citations.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Problem
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

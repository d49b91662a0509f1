"""The campaigns that were opened lately on this computer, in the user's own state folder."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from briefgen.errors import StorageError
from briefgen.library.libraries import CAMPAIGN_FILE
from briefgen.system.files import atomic_write, is_regular_file, read_limited_bytes
from briefgen.system.machine_key import state_folder

_FILE = "studio-recent.json"
_MAX_LISTED = 12
_MAX_BYTES = 100_000


def list_recent() -> list[Path]:
    """Return the folders of campaigns opened lately that are still there, the last one first."""
    home = state_folder(os.environ)
    if home is None or not is_regular_file(home / _FILE):
        return []
    try:
        found = json.loads(read_limited_bytes(home / _FILE, _FILE, _MAX_BYTES))
    except (ValueError, StorageError):
        return []
    paths = [Path(one) for one in found if isinstance(one, str)] if isinstance(found, list) else []
    return [path for path in paths if is_regular_file(path / CAMPAIGN_FILE)][:_MAX_LISTED]


def note_opened(folder: Path) -> None:
    """Remember that a campaign was opened; where that is not possible, it is not in the list."""
    home = state_folder(os.environ)
    if home is None:
        return
    paths = [str(folder), *(str(path) for path in list_recent() if path != folder)][:_MAX_LISTED]
    with suppress(OSError):
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with atomic_write(home / _FILE) as file:
            file.write(json.dumps(paths).encode())


def documents_folder() -> Path:
    """Return where new campaigns are kept: the user's documents, or their home folder."""
    home = Path.home()
    documents = home / "Documents"
    return documents if documents.is_dir() else home

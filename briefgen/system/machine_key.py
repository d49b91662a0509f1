"""The key by which briefgen recognises its own records on this computer.

It is a file of the user's, outside every campaign: whoever sends a campaign folder does not know it, and
cannot write a record that briefgen takes for its own.
"""

from __future__ import annotations

import errno
import os
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

KEY_BYTES = 32
KEY_FILE = "key"


def state_folder(environment: Mapping[str, str], platform: str = sys.platform) -> Path | None:
    """Return the user's folder for briefgen's state, by the system's convention; None if there is none.

    XDG Base Directory Specification 0.8 (only absolute paths count), Apple's File System Programming Guide.
    """
    given, home = environment.get("XDG_STATE_HOME", ""), environment.get("HOME", "")
    if given and Path(given).is_absolute():
        return Path(given) / "briefgen"
    if not home or not Path(home).is_absolute():
        return None
    return Path(home, "Library/Application Support" if platform == "darwin" else ".local/state", "briefgen")


def load_machine_key() -> bytes:
    """Return this user's key, which is made on first use; raise OSError if that fails."""
    folder = state_folder(os.environ)
    if folder is None:
        raise OSError(errno.ENOENT, "this account has no home folder")
    path = folder / KEY_FILE
    if not path.exists():
        _create_key(path)
    with path.open("rb") as file:
        key = file.read(KEY_BYTES + 1)
    if len(key) != KEY_BYTES:
        raise OSError(errno.EINVAL, f"it does not have {KEY_BYTES} bytes", str(path))
    return key


def _create_key(path: Path) -> None:
    """Create the file, whole and for its owner only; if another process is quicker, its key stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}-{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        with suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        temporary.unlink()

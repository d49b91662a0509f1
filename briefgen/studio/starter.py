"""A file on the desktop that starts the studio with a double click."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from briefgen.errors import Place, Problem, StorageError, UsageError

NAME = "briefgen studio"
_DESKTOP_ENTRY = """\
[Desktop Entry]
Type=Application
Name=briefgen studio
Comment=Letters to officials and briefing papers
Exec={command}
Path={home}
Terminal=false
Categories=Office;
"""
"""Desktop Entry Specification 1.5, of freedesktop.org."""
_MAC_COMMAND = """\
#!/bin/sh
# Starts briefgen studio in the browser. Close its page, or this window, to end it.
cd "$HOME" && exec {command}
"""


def install_starter(
    environment: Mapping[str, str] = os.environ, platform: str = sys.platform, program: str = ""
) -> Path:
    """Write the starter to the user's desktop, in place of an earlier one, and return it.

    Raise UsageError on a system without such files, StorageError if it cannot be written.
    """
    command = [program] if program else [sys.executable, "-P", "-m", "briefgen"]
    home = Path(environment.get("HOME", ""))
    if platform == "darwin":
        path = home / "Desktop" / f"{NAME}.command"
        text = _MAC_COMMAND.format(command=shlex.join([*command, "studio"]))
    elif platform.startswith("linux"):
        path = _find_desktop(environment, home) / f"{NAME}.desktop"
        quoted = " ".join(_quote_argument(part) for part in [*command, "studio"])
        text = _DESKTOP_ENTRY.format(command=quoted, home=home)
    else:
        hint = "make a shortcut to the command: briefgen studio"
        message = f"starters are made for Linux and macOS, not for {platform}"
        raise UsageError(Problem("starter-system", message, None, hint))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # not written through a link
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    except OSError as error:
        problem = Problem("file-unwritable", f"cannot be written: {error.strerror}", Place(str(path)))
        raise StorageError(problem) from None
    return path


def _find_desktop(environment: Mapping[str, str], home: Path) -> Path:
    """Return the folder of the desktop, by its name in the user's language where xdg-user-dir knows it."""
    try:
        found = subprocess.run(
            ["xdg-user-dir", "DESKTOP"], capture_output=True, text=True, timeout=5, env=dict(environment)
        )
    except (OSError, subprocess.SubprocessError):
        return home / "Desktop"
    folder = Path(found.stdout.strip())
    return folder if folder.is_absolute() and folder != home else home / "Desktop"


def _quote_argument(text: str) -> str:
    """Quote an argument of Exec= (Desktop Entry Specification, “The Exec key”)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`").replace("$", "\\$")
    return f'"{escaped}"'.replace("\\", "\\\\").replace("%", "%%")

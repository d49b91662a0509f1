"""The starter on the desktop runs the studio, however odd the path of the program is."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from briefgen.errors import UsageError
from briefgen.studio.starter import install_starter


def test_a_mac_gets_a_command_file_that_runs_the_program(tmp_path: Path) -> None:
    program = tmp_path / "with space's" / "briefgen"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "started $1"\n')
    program.chmod(0o755)
    path = install_starter({"HOME": str(tmp_path)}, "darwin", str(program))
    assert path == tmp_path / "Desktop/briefgen studio.command"
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    found = subprocess.run([path], capture_output=True, text=True, env=environment)
    assert found.stdout == "started studio\n"


def test_linux_gets_a_desktop_entry(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "PATH": ""}
    path = install_starter(environment, "linux", "/opt/a b/100%/briefgen")
    text = path.read_text(encoding="utf-8")
    assert path == tmp_path / "Desktop/briefgen studio.desktop"
    assert 'Exec="/opt/a b/100%%/briefgen" "studio"\n' in text
    assert os.access(path, os.X_OK)
    assert install_starter(environment, "linux", "/usr/bin/briefgen") == path
    assert "/usr/bin/briefgen" in path.read_text(encoding="utf-8")


def test_without_a_program_on_the_path_this_python_is_used(tmp_path: Path) -> None:
    text = install_starter({"HOME": str(tmp_path)}, "darwin").read_text(encoding="utf-8")
    assert shlex.split(text.rpartition("exec ")[2])[1:] == ["-P", "-m", "briefgen", "studio"]


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "Desktop").mkdir()
    other = tmp_path / "other"
    other.write_text("theirs")
    (tmp_path / "Desktop/briefgen studio.command").symlink_to(other)
    install_starter({"HOME": str(tmp_path)}, "darwin", "briefgen")
    assert other.read_text() == "theirs"


def test_another_system_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="shortcut"):
        install_starter({"HOME": str(tmp_path)}, "win32", "briefgen")

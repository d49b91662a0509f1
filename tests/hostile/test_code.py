"""No code in a campaign's folder runs, whatever it is called."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from hostile_tools import Machine
from material import ROOT

STARTERS = ("sitecustomize", "usercustomize", "conftest", "setup", "briefgen_plugin")
MODULES = sorted({*sys.stdlib_module_names, *packages_distributions(), *STARTERS} - {"briefgen"})
"""Whatever Python or briefgen could import."""
COMMANDS = {
    "check": ["check", "{}"],
    "batch": ["batch", "{}", "--format", "txt", "-q"],
    "letter": ["letter", "{}", "--to", "ada", "--format", "docx", "-q"],
    "sources add": ["sources", "add", "page.html", "--id", "new", "--title", "New", "-c", "{}"],
    "recipients list": ["recipients", "list", "{}"],
}


@pytest.fixture
def mined(machine: Machine) -> Path:
    """A campaign in which every module, and a plug-in, leaves a mark if it runs."""
    folder = machine.campaign
    code = f"open({str(machine.home / 'ran')!r}, 'a').write(__name__ + '\\n')\n"
    for name in MODULES:
        if name.isidentifier():
            (folder / f"{name}.py").write_text(code, encoding="utf-8")
    (folder / "briefgen").mkdir()
    (folder / "briefgen" / "__init__.py").write_text(code, encoding="utf-8")
    (folder / "x.pth").write_text(f"import os; {code}", encoding="utf-8")
    plugin = folder / "evil-1.0.dist-info"
    plugin.mkdir()
    (plugin / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n", encoding="utf-8")
    (plugin / "entry_points.txt").write_text(
        "[briefgen.formats]\nevil = briefgen_plugin:FORMAT\n[pydantic]\nevil = briefgen_plugin:plugin\n",
        encoding="utf-8",
    )
    (folder / "page.html").write_text("<p>A text of the receiver's own.</p>", encoding="utf-8")
    return folder


def run(folder: Path, python: list[str], command: str) -> subprocess.CompletedProcess[str]:
    words = [word.format(".") for word in COMMANDS[command]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *python, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_no_module_of_the_folder_runs(mined: Path, command: str, machine: Machine, tmp_path: Path) -> None:
    """As installed: Python puts the folder of the script on its path, not the current one."""
    script = tmp_path / "bin" / "briefgen"
    script.parent.mkdir()
    script.write_text("from briefgen.cli.main import run\nrun()\n", encoding="utf-8")
    done = run(mined, [str(script)], command)
    assert not (machine.home / "ran").exists(), (machine.home / "ran").read_text()
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", ["batch", "sources add"])
def test_no_module_runs_with_the_safe_path_of_python(mined: Path, command: str, machine: Machine) -> None:
    done = run(mined, ["-P", "-m", "briefgen"], command)
    assert not (machine.home / "ran").exists(), (machine.home / "ran").read_text()
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_started_by_hand_nothing_runs_but_what_python_itself_looks_for(mined: Path, machine: Machine) -> None:
    """With -m alone, Python looks in the folder for `runpy`, and for what that needs, before any code of ours."""
    loads = [sys.executable, "-P", "-c", "import runpy, sys; print(*sys.modules)"]
    for name in subprocess.check_output(loads, text=True).split():
        (mined / f"{name}.py").unlink(missing_ok=True)
    (mined / "briefgen" / "__init__.py").unlink()
    (mined / "briefgen").rmdir()
    done = run(mined, ["-m", "briefgen"], "batch")
    assert not (machine.home / "ran").exists(), (machine.home / "ran").read_text()
    assert done.returncode == 0, done.stderr

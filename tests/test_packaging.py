"""What travels: the library does, in wheel and sdist; private texts never do; and the set-up is pinned."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from configparser import ConfigParser
from importlib import metadata
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import pytest

import briefgen
from briefgen.library.folders import resource_folder

ROOT = Path(briefgen.__file__).resolve().parents[1]
SECRET = f"a full text that is nobody's to pass on, {uuid4()}"
PRIVATE = (
    "seeds/texts/essay.txt",
    "seeds/texts/deep/er/essay.txt",
    "examples/starter/seeds/texts/essay.txt",
    "examples/starter/out/letter.pdf",
    "out/letter.pdf",
    "my-campaign/recipients.csv",
    ".venv/lib/thing.py",
)
"""Files that lie in a checkout in use and are not part of briefgen."""


def is_no_part(folder: str, names: list[str]) -> set[str]:
    """What a copy of the checkout goes without: tools' folders, and whatever a person keeps there."""
    return {
        name
        for name in names
        if name in {"__pycache__", "node_modules", "out", "dist", "build", "texts"}
        or (name.startswith(".") and name not in {".ci", ".gitignore"})
    }


def build(source: Path, target: str, to: Path) -> Path:
    """Build a wheel or sdist by hatchling, without network."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(to)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = to.iterdir()
    return made


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout with private files in it, and without the .gitignore that would hide them."""
    copy = tmp_path_factory.mktemp("checkout") / "briefgen"
    shutil.copytree(ROOT, copy, ignore=is_no_part)
    (copy / ".gitignore").unlink(missing_ok=True)
    for name in PRIVATE:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(SECRET, "utf-8")
    return copy


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every file of the wheel by its name."""
    made = build(checkout, "wheel", tmp_path_factory.mktemp("wheel"))
    with zipfile.ZipFile(made) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def sdist(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every file of the sdist by its name below the top folder."""
    made = build(checkout, "sdist", tmp_path_factory.mktemp("sdist"))
    with tarfile.open(made) as archive:
        files = [member for member in archive.getmembers() if member.isfile()]
        return {m.name.partition("/")[2]: archive.extractfile(m).read() for m in files}  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def installed(wheel: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel laid out as pip lays out a pure wheel; its dependencies are those of this environment."""
    site = tmp_path_factory.mktemp("site")
    for name, content in wheel.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(content)
    return site


def library_files(shelf: str) -> set[str]:
    """Files of the checkout below templates/, snippets/, …, as git would carry them."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / shelf).rglob("*")
        if path.is_file() and not {"texts", "out", "__pycache__"} & set(path.relative_to(ROOT).parts)
    }


@pytest.mark.parametrize("archive", ["wheel", "sdist"])
def test_no_private_file_travels_even_without_a_gitignore(
    archive: str, request: pytest.FixtureRequest
) -> None:
    files: dict[str, bytes] = request.getfixturevalue(archive)
    assert [name for name, content in files.items() if SECRET.encode() in content] == []
    assert [name for name in files if "/texts/" in name or "/out/" in name or "my-campaign" in name] == []


def test_the_library_is_declared_in_the_wheel(wheel: dict[str, bytes]) -> None:
    assert wheel["briefgen/_files/library.yaml"] == (ROOT / "library.yaml").read_bytes()


@pytest.mark.parametrize("shelf", ["templates", "snippets", "seeds", "examples", "docs/checks"])
def test_the_whole_library_travels_in_the_wheel(wheel: dict[str, bytes], shelf: str) -> None:
    wanted = library_files(shelf)
    assert wanted
    assert {f"briefgen/_files/{name}" for name in wanted} == {
        name for name in wheel if name.startswith(f"briefgen/_files/{shelf}/")
    }


def test_wheel_holds_the_package_and_the_library_and_nothing_else(wheel: dict[str, bytes]) -> None:
    tops = {name.partition("/")[0] for name in wheel}
    assert tops == {"briefgen", f"briefgen-{briefgen.__version__}.dist-info"}
    package = {path.relative_to(ROOT).as_posix() for path in (ROOT / "briefgen").rglob("*.py")}
    assert package <= set(wheel)
    data = {path for path in (ROOT / "briefgen" / "data").rglob("*") if path.is_file()}
    names = {path.relative_to(ROOT).as_posix() for path in data if path.parent.name != "__pycache__"}
    assert any(name.count("/") > 2 for name in names)
    assert names <= set(wheel)


def test_wheel_carries_the_licences(wheel: dict[str, bytes]) -> None:
    info = f"briefgen-{briefgen.__version__}.dist-info"
    assert b"MIT License" in wheel[f"{info}/licenses/LICENSE"]
    assert b"Attribution 4.0 International" in wheel[f"{info}/licenses/LICENSE-texts"]
    assert f"{info}/licenses/docs/third-party.md" in wheel
    assert b"License-Expression: MIT AND CC-BY-4.0" in wheel[f"{info}/METADATA"]


def test_a_wheel_can_be_built_from_the_sdist_and_is_the_same(
    sdist: dict[str, bytes], wheel: dict[str, bytes], tmp_path: Path
) -> None:
    for name, content in sdist.items():
        (tmp_path / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "source" / name).write_bytes(content)
    made = build(tmp_path / "source", "wheel", tmp_path / "to")
    with zipfile.ZipFile(made) as archive:
        again = {name: archive.read(name) for name in archive.namelist()}
    assert again == wheel


def test_the_loader_serves_the_checkout() -> None:
    assert resource_folder("templates") == ROOT / "templates"
    assert (resource_folder("docs") / "checks" / "machine.md").is_file()


def test_the_loader_serves_the_installed_package(installed: Path, tmp_path: Path) -> None:
    code = "from briefgen.library.folders import resource_folder as folder; print(folder('snippets'), folder('docs'), sep='\\n')"
    told = run_installed(installed, tmp_path, "-c", code)
    assert told.stdout.splitlines() == [
        str(installed / "briefgen" / "_files" / shelf) for shelf in ("snippets", "docs")
    ]


@pytest.mark.slow
def test_an_installed_briefgen_works_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    """`briefgen init demo --example starter`, a letter and the briefing, with templates, snippets and seeds from the wheel."""
    entry = ConfigParser()
    entry.read(installed / f"briefgen-{briefgen.__version__}.dist-info" / "entry_points.txt")
    module, _, function = entry["console_scripts"]["briefgen"].partition(":")
    program = f"import sys; from {module} import {function} as run; sys.argv[0] = 'briefgen'; sys.exit(run())"
    for words in (
        ["init", "demo", "--example", "starter"],
        ["batch", "demo", "--only", "ada-sample"],
        ["brief", "demo", "--format", "docx"],
    ):
        done = run_installed(installed, tmp_path, "-c", program, *words)
        assert done.returncode == 0, done.stdout + done.stderr
    letters = {path.suffix for path in (tmp_path / "demo").rglob("*") if path.suffix in {".pdf", ".docx"}}
    assert letters == {".pdf", ".docx"}


def run_installed(site: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this Python with the laid-out wheel before everything else, in a folder of its own."""
    environment = {"PYTHONPATH": str(site), "PATH": "/usr/bin:/bin", "HOME": str(cwd), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


# --- the lock files


def pyproject() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))  # type: ignore[return-value]


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", text, re.MULTILINE))


def required(lines: list[str]) -> dict[str, str]:
    """Name and least version of requirements as pyproject.toml writes them here: `name>=1.2`, `name[extra]>=1.2`."""
    return dict(re.fullmatch(r"([\w-]+)(?:\[[\w,-]+\])?>=([\d.]+)", line.lower()).groups() for line in lines)  # type: ignore[union-attr,misc]


def as_numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def test_locks_pin_everything_that_pyproject_asks_for() -> None:
    """After a change of dependencies, `script/lock` is to be run."""
    asked = pyproject()
    wanted = required(asked["project"]["dependencies"]) | required(asked["dependency-groups"]["build"])
    for lock, names in {
        "run.lock": wanted,
        "dev.lock": wanted | required(asked["dependency-groups"]["dev"]),
    }.items():
        pinned = pins(lock)
        stale = {
            name: least
            for name, least in names.items()
            if as_numbers(pinned.get(name.replace("_", "-"), "0")) < as_numbers(least)
        }
        assert stale == {}, lock


def test_the_build_group_is_what_the_build_system_requires() -> None:
    assert pyproject()["dependency-groups"]["build"] == pyproject()["build-system"]["requires"]


def test_the_tests_run_on_the_versions_that_users_get() -> None:
    assert pins("run.lock").items() <= pins("dev.lock").items()


@pytest.mark.parametrize("lock", ["run.lock", "dev.lock"])
def test_every_pin_has_a_hash_and_no_address_of_an_index_is_written_down(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(pins(lock))
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"://|--index|--find-links|--trusted", text)


# --- the licences of others


def third_party() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("third_party", str(ROOT / "script" / "third-party"))
    spec = importlib.util.spec_from_loader("third_party", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_the_page_of_third_parties_is_what_the_script_writes() -> None:
    """After a change of the lock file, `script/third-party` is to be run (script/lock does)."""
    script = third_party()
    away = [n for n, v in script.locked(pins_text()).items() if not is_here(n, v)]
    if away:
        pytest.skip(f"this environment is not the locked one: {', '.join(away)}")
    assert script.page() == (ROOT / "docs" / "third-party.md").read_text("utf-8")


def test_every_package_that_users_get_is_on_the_page_of_third_parties() -> None:
    page = (ROOT / "docs" / "third-party.md").read_text("utf-8")
    missing = [n for n, v in third_party().locked(pins_text()).items() if f"| {n} | {v} | " not in page]
    assert missing == []


def pins_text() -> str:
    return (ROOT / "requirements" / "run.lock").read_text("utf-8")


def is_here(name: str, version: str) -> bool:
    try:
        return metadata.version(name) == version
    except metadata.PackageNotFoundError:
        return False


# --- the scripts


@pytest.mark.parametrize("script", ["script/setup", "script/demo", "script/test", "script/lock", ".ci/run"])
def test_scripts_can_be_started_as_they_are(script: str) -> None:
    """With the executable bit, and in the grammar of the shell that they name."""
    path = ROOT / script
    assert os.access(path, os.X_OK)
    shell = path.read_text("utf-8").partition("\n")[0].removeprefix("#!").split()
    done = subprocess.run([*shell, "-n", str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

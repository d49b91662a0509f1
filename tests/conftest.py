"""Fixtures that all tests share."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from library_memo import Watch, memoized_library, watched_calls
from material import copy_starter, folder_named_by, program, small_starter


def pytest_configure() -> None:
    """Prepare what all processes of a test run share."""
    _keep_bytecode()
    _add_korean_font()


def _keep_bytecode() -> None:
    """Let the many programs that tests start share compiled modules, as installed programs do.

    Where Python may not write them beside the sources, each would compile briefgen again, for half a second.
    """
    if sys.dont_write_bytecode and not sys.pycache_prefix:
        os.environ["PYTHONPYCACHEPREFIX"] = folder = tempfile.mkdtemp(prefix="briefgen-pycache-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        sys.pycache_prefix, sys.dont_write_bytecode = folder, False
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def _add_korean_font() -> None:
    """Give fontconfig a Korean font, for samples with Hangul, if the system has none."""
    listed = ""
    if fc_list := shutil.which("fc-list"):
        listed = subprocess.run([fc_list, ":lang=ko"], capture_output=True, text=True, check=False).stdout
    if listed.strip() or "BRIEFGEN_TEST_FONTS" in os.environ:
        return
    from noto_cjk_sans_otc import FONT_PATH

    home = Path(tempfile.mkdtemp(prefix="briefgen-fonts-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    (home / "fonts").mkdir()
    (home / "fonts" / Path(FONT_PATH).name).symlink_to(FONT_PATH)
    os.environ["XDG_DATA_HOME"] = os.environ["BRIEFGEN_TEST_FONTS"] = str(home)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of several processes each takes a module at a time: those with the most slow tests come first.

    Else the last one to be taken might be the slowest, and the others would wait for it.
    """
    if not hasattr(config, "workerinput"):
        return
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])


@pytest.fixture(scope="session", autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests use neither the cache nor the key of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _memoized_library() -> Iterator[None]:
    """Unchanged files of the library are parsed and checked once."""
    with memoized_library():
        yield


@pytest.fixture
def watch() -> Iterator[Watch]:
    """A function by which a test learns of calls without replacing what is called: what is kept stays valid."""
    with watched_calls() as watch:
        yield watch


@pytest.fixture(scope="session")
def texts() -> Path:
    """Folder with the sources' full texts."""
    return folder_named_by("BRIEFGEN_TEXTS")


@pytest.fixture(scope="session")
def congress() -> Path:
    """Folder with the data of the United States Congress."""
    return folder_named_by("BRIEFGEN_DATA") / "us-congress"


@pytest.fixture(scope="session")
def convert_to_pdf(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], list[Path]]:
    """LibreOffice, which makes a PDF of each DOCX file in a folder, beside it.

    It is started once for all files of a folder, and makes its profile once for all tests.
    """
    profile = tmp_path_factory.mktemp("office")

    def convert(folder: Path) -> list[Path]:
        written = sorted(folder.glob("*.docx"))
        command = [program("soffice"), f"-env:UserInstallation=file://{profile}", "--headless"]
        command += ["--convert-to", "pdf", "--outdir", str(folder), *map(str, written)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        made = [path.with_suffix(".pdf") for path in written]
        assert all(path.is_file() for path in made)
        return made

    return convert


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """A copy of the starter campaign, to be changed by a test."""
    return copy_starter(tmp_path / "campaign")


@pytest.fixture
def small_campaign(tmp_path: Path) -> Path:
    """A campaign of three letters, to be changed by a test."""
    return small_starter(tmp_path / "campaign")

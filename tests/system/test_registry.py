"""The registries' rules, on a registry of alphabets, which are plain strings."""

from __future__ import annotations

import string
from collections.abc import Callable
from pathlib import Path

import pytest

from briefgen.errors import BriefgenError, Problem, UsageError
from briefgen.system import registry as registry_module
from briefgen.system.registry import Registry


def alphabets() -> Registry[str]:
    return Registry(
        "alphabet",
        "test.alphabets",
        str,
        {"latin": "string:ascii_letters", "digits": "string:digits", "greek": "no_such_module:GREEK"},
        lambda message, hint: Problem("alphabet-unknown", message, None, hint),
    )


Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a package with entry points on sys.path."""

    def install_package(name: str, source: str, entries: str) -> Path:
        folder = tmp_path / "site"
        metadata = folder / f"{name}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[test.alphabets]\n{entries}\n")
        (folder / f"{name}.py").write_text(source)
        monkeypatch.syspath_prepend(folder)
        return folder

    return install_package


def test_built_in_names_come_first_in_their_order_and_the_others_by_alphabet(install: Install) -> None:
    install("more_alphabets", "", "runes = more_alphabets:A\narabic = more_alphabets:B")
    registry = alphabets()
    registry.register("morse", ".-")
    assert list(registry) == ["latin", "digits", "greek", "arabic", "morse", "runes"]


def test_an_entry_is_imported_only_when_it_is_requested() -> None:
    registry = alphabets()
    assert registry.get("latin") is registry.get("latin") is string.ascii_letters
    assert "greek" in registry
    registry.require("greek")
    with pytest.raises(ModuleNotFoundError):
        registry.get("greek")


def test_an_unknown_name_is_a_problem_that_names_similar_ones() -> None:
    registry = alphabets()
    assert "latn" not in registry and 3 not in registry
    for look_up in (registry.get, registry.require):
        with pytest.raises(UsageError) as caught:
            look_up("latn")
        (problem,) = caught.value.problems
        assert (problem.code, problem.message) == ("alphabet-unknown", "unknown alphabet 'latn'")
        assert problem.hint == "did you mean latin?"
    with pytest.raises(UsageError, match="available: digits, greek, latin"):
        registry.get("xyz")


def test_a_registered_entry_is_added_or_replaces_another() -> None:
    registry = alphabets()
    assert registry.get("digits") == string.digits
    for name in ("digits", "morse"):
        registry.register(name, ".-")
        assert name in registry
        assert registry.get(name) == ".-"
    assert list(registry) == ["latin", "digits", "greek", "morse"]
    assert alphabets().get("digits") == string.digits


def test_a_packages_entry_is_loaded(install: Install) -> None:
    install("old_alphabets", "RUNES = 'ᚠᚢᚦ'", "runes = old_alphabets:RUNES")
    assert alphabets().get("runes") == "ᚠᚢᚦ"


def test_a_package_cannot_replace_a_built_in_entry(install: Install) -> None:
    install("usurper", "raise RuntimeError", "digits = usurper:DIGITS")
    registry = alphabets()
    assert registry.get("digits") == string.digits
    assert list(registry) == ["latin", "digits", "greek"]


def test_installed_packages_are_looked_up_once(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("listed_alphabets", "", "runes = listed_alphabets:A")
    registry = alphabets()
    assert "runes" in registry
    monkeypatch.setattr(registry_module, "distributions", lambda **_: pytest.fail("looked up again"))
    assert "runes" in registry and "xyz" not in registry
    assert list(registry)[-1] == "runes"


@pytest.mark.parametrize(
    ("name", "source", "reason"),
    [
        ("no_import", "import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("no_luck", "1 / 0", "ZeroDivisionError: division by zero"),
        ("no_name", "", "AttributeError: module 'no_name' has no attribute 'RUNES'"),
        ("no_string", "RUNES = 1.5", "expected str, found float"),
    ],
)
def test_a_broken_package_is_one_problem(install: Install, name: str, source: str, reason: str) -> None:
    install(name, source, f"runes = {name}:RUNES")
    registry = alphabets()
    registry.require("runes")
    with pytest.raises(BriefgenError) as caught:
        registry.get("runes")
    (problem,) = caught.value.problems
    assert problem.code == "plugin-broken"
    assert problem.message == f"the alphabet 'runes' of the package {name!r} cannot be loaded: {reason}"
    assert problem.hint == f"update or uninstall {name}"


@pytest.mark.parametrize("entry", ["", ".", "absolute"])
def test_a_package_in_the_current_folder_is_ignored(
    install: Install, monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    folder = install("stranger", "raise RuntimeError", "runes = stranger:RUNES")
    assert "runes" in alphabets()
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder) if entry == "absolute" else entry)
    assert "runes" not in alphabets()


def test_a_current_folder_that_was_deleted_is_no_fault(
    install: Install, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install("found_alphabets", "", "runes = found_alphabets:A")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    monkeypatch.syspath_prepend("")
    gone.rmdir()
    assert "runes" in alphabets()

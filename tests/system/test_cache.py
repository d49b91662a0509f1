"""What was found out is kept: found again, never half, never a stranger's, never larger than the bound."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import exit_code
from library_memo import CACHE_FUNCTIONS

from briefgen.system import cache as caching
from briefgen.system.cache import DISABLE_VARIABLE, DiskCache, cache_folder, cache_key, remember, user_cache

NAME, OTHER = "a" * 64, "b" * 64


def cache_in(folder: Path, key: bytes = b"key", **options: Any) -> DiskCache:
    return DiskCache(folder, key, **options)


@pytest.mark.parametrize(
    ("environment", "platform", "folder"),
    [
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "linux", "/x/briefgen"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "linux", "/h/.cache/briefgen"),
        ({"HOME": "/h"}, "linux", "/h/.cache/briefgen"),
        ({"HOME": "/h"}, "darwin", "/h/Library/Caches/briefgen"),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "darwin", "/x/briefgen"),
        ({"LOCALAPPDATA": "/l", "HOME": "/h"}, "win32", "/l/briefgen/Cache"),
        ({}, "linux", None),
        ({"HOME": ""}, "darwin", None),
        ({}, "win32", None),
    ],
)
def test_the_folder_is_where_each_system_keeps_such_things(
    environment: dict[str, str], platform: str, folder: str | None
) -> None:
    found = cache_folder(environment, platform)
    assert (found.as_posix() if found else None) == folder


# Entries


def test_an_entry_is_found_again(tmp_path: Path) -> None:
    cache_in(tmp_path / "new").write("kind", NAME, b"found out")
    assert cache_in(tmp_path / "new").read("kind", NAME) == b"found out"
    assert [path.name for path in (tmp_path / "new").rglob("*")] == ["kind", NAME]
    assert (tmp_path / "new" / "kind").stat().st_mode & 0o077 == 0


def test_an_entry_cannot_take_the_place_of_another(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    cache.write("kind", NAME, b"found out")
    (tmp_path / "other").mkdir()
    for kind, name in (("kind", OTHER), ("other", NAME)):
        (tmp_path / kind / name).write_bytes((tmp_path / "kind" / NAME).read_bytes())
        assert cache.read(kind, name) is None


@pytest.mark.parametrize("damage", ["empty", "seal alone", "cut", "changed", "longer"])
def test_a_damaged_entry_is_passed_over_and_written_anew(tmp_path: Path, damage: str) -> None:
    cache, path = cache_in(tmp_path), tmp_path / "kind" / NAME
    cache.write("kind", NAME, b"found out")
    good = path.read_bytes()
    path.write_bytes(
        {
            "empty": b"",
            "seal alone": good[:32],
            "cut": good[:-1],
            "changed": good.replace(b"found", b"bound"),
            "longer": good + b"!",
        }[damage]
    )
    assert cache.read("kind", NAME) is None
    cache.write("kind", NAME, b"found out")
    assert cache.read("kind", NAME) == b"found out"
    assert cache.problem is None


def test_an_entry_sealed_by_somebody_else_is_passed_over(tmp_path: Path) -> None:
    cache_in(tmp_path, b"stranger").write("kind", NAME, b"all is proved")
    assert cache_in(tmp_path).read("kind", NAME) is None


@pytest.mark.parametrize("what", ["link", "pipe", "folder", "huge"])
def test_what_is_no_entry_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    cache, path = cache_in(tmp_path), tmp_path / "kind" / NAME
    cache.write("kind", NAME, b"found out")
    if what == "huge":
        monkeypatch.setattr(caching, "MAX_ENTRY_BYTES", 40)
    else:
        moved = path.rename(tmp_path / "moved")
        {"link": lambda: path.symlink_to(moved), "pipe": lambda: os.mkfifo(path), "folder": path.mkdir}[
            what
        ]()
    assert cache.read("kind", NAME) is None


def test_an_entry_over_the_limit_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "MAX_ENTRY_BYTES", 40)
    cache_in(tmp_path).write("kind", NAME, b"x" * 9)
    assert not list(tmp_path.iterdir())


# The folder


def test_a_folder_that_cannot_be_written_is_told_once_and_tried_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    cache = cache_in(tmp_path / "file" / "folder")
    for _ in range(2):
        cache.write("kind", NAME, b"found out")
        assert cache.read("kind", NAME) is None
    problem = cache.take_problem()
    assert problem is not None and (problem.code, problem.severity) == ("cache-unusable", "warning")
    assert cache.take_problem() is None


@pytest.mark.parametrize("at", ["folder", "folder/kind"])
def test_nothing_is_written_or_deleted_through_a_link(tmp_path: Path, at: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "kind").mkdir(parents=True)
    for folder in (elsewhere, elsewhere / "kind"):
        (folder / OTHER).write_bytes(b"x" * 100)
    (tmp_path / at).parent.mkdir(exist_ok=True)
    (tmp_path / at).symlink_to(elsewhere)
    cache = cache_in(tmp_path / "folder", max_bytes=1)
    cache.write("kind", NAME, b"found out")
    assert cache.problem is not None and "is a link" in cache.problem.message
    cache_in(tmp_path / "folder", max_bytes=1).write("good", NAME, b"found out")
    assert (elsewhere / OTHER).exists() and (elsewhere / "kind" / OTHER).exists()
    assert not list(elsewhere.rglob(NAME))


def test_a_folder_of_somebody_else_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    cache = cache_in(tmp_path)
    cache.write("kind", NAME, b"found out")
    assert cache.problem is not None and "belongs to somebody else" in cache.problem.message
    assert not list(tmp_path.iterdir())


def test_others_lose_the_permission_to_write(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir(mode=0o700)
    (tmp_path / "folder").chmod(0o777)
    cache_in(tmp_path / "folder").write("kind", NAME, b"found out")
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o755


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    cache = cache_in(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        cache.write("kind", NAME, b"found out")
    assert cache.problem is not None and "No space left on device" in cache.problem.message
    assert not list((tmp_path / "kind").iterdir())


def test_the_least_recently_used_go_where_the_bound_is_passed(tmp_path: Path) -> None:
    for number in range(10):
        cache_in(tmp_path).write("kind" if number % 2 else "other", f"{number}" * 64, b"x" * 68)
    for path in tmp_path.glob("*/*"):
        os.utime(path, (int(path.name[0]), int(path.name[0])))
    assert cache_in(tmp_path).read("other", "0" * 64)  # used just now
    (tmp_path / "kind" / "README").write_bytes(b"not ours" * 100)
    abandoned, unfinished = tmp_path / "kind" / ".part-old", tmp_path / "kind" / ".part-new"
    abandoned.touch()
    unfinished.touch()
    os.utime(abandoned, (1, 1))
    cache_in(tmp_path, max_bytes=800).write("kind", NAME, b"x" * 68)
    left = {path.name[:5] for path in tmp_path.glob("*/*")}
    assert left == {"00000", "66666", "77777", "88888", "99999", "aaaaa", "READM", ".part"} - {"66666"} | {
        "66666"
    }
    assert unfinished.exists() and not abandoned.exists()


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from briefgen.system.cache import DiskCache\n"
        "cache = DiskCache(Path(sys.argv[1]), b'key')\n"
        "for n in range(100): cache.write('kind', 'a' * 64, b'x' * (50_000 + n % 2)); cache.read('kind', 'a' * 64)\n"
        "assert cache.problem is None, cache.problem"
    )
    runs = [subprocess.Popen([sys.executable, "-P", "-c", program, str(tmp_path)]) for _ in range(2)]
    assert [run.wait() for run in runs] == [0, 0]
    assert cache_in(tmp_path).read("kind", NAME) == b"x" * 50_001
    assert [path.name for path in tmp_path.glob("*/*")] == [NAME]


# Remembering


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache, and a process that remembers nothing."""
    monkeypatch.delenv(DISABLE_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(caching, "_memory", {})
    for function in CACHE_FUNCTIONS:
        monkeypatch.setattr(caching, function.__name__, function)
    yield tmp_path / "cache" / "briefgen"


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "_memory", {})


def never() -> Any:
    raise AssertionError("it was found out again")


def test_a_value_is_found_out_once(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert remember("kind", lambda: NAME, lambda: [1, 2]) == [1, 2]
    assert remember("kind", lambda: NAME, never) == [1, 2]
    forget(monkeypatch)
    assert remember("kind", lambda: NAME, never) == [1, 2]
    assert remember("kind", lambda: OTHER, lambda: [3]) == [3]


def test_what_changed_meanwhile_is_not_remembered(fresh: Path) -> None:
    names = iter([NAME, OTHER, NAME, NAME])
    assert remember("kind", lambda: next(names), lambda: "half old, half new") == "half old, half new"
    assert remember("kind", lambda: next(names), lambda: "new") == "new"


def test_nothing_is_remembered_without_a_key_or_if_switched_off(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [remember("kind", lambda: None, lambda value=value: value) for value in (1, 2)] == [1, 2]
    monkeypatch.setenv(DISABLE_VARIABLE, "1")
    assert [remember("kind", lambda: NAME, lambda value=value: value) for value in (1, 2)] == [1, 2]
    assert user_cache() is None and not fresh.exists()


def test_a_hostile_pickle_is_never_opened(
    fresh: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Attack:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "attacked",))

    remember("kind", lambda: NAME, lambda: "good")
    data = pickle.dumps(Attack())
    for sealed in (data, b"\0" * 32 + data, (fresh / "kind" / NAME).read_bytes()[:32] + data):
        forget(monkeypatch)
        (fresh / "kind" / NAME).write_bytes(sealed)
        assert remember("kind", lambda: NAME, lambda: "good") == "good"
    assert not (tmp_path / "attacked").exists()


def test_an_entry_that_cannot_be_read_any_more_is_made_again(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = user_cache()
    assert cache is not None
    cache.write("kind", NAME, b"cbriefgen.gone\nThing\n.")
    assert remember("kind", lambda: NAME, lambda: "good") == "good"
    forget(monkeypatch)
    assert remember("kind", lambda: NAME, never) == "good"


def test_without_a_key_of_this_user_nothing_is_kept_or_believed(
    fresh: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("a file", encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
    assert remember("kind", lambda: NAME, lambda: 1) == 1
    problem = caching.take_cache_problem()
    assert problem is not None and problem.code == "cache-unusable"
    assert not (tmp_path / "another").exists()


def test_the_memory_of_a_process_is_bounded(fresh: Path) -> None:
    for number in range(caching.MEMORY_ENTRIES + 3):
        remember("kind", lambda name=f"{number:064}": name, lambda: 1)
    assert len(caching._memory["kind"]) == caching.MEMORY_ENTRIES


def test_a_key_depends_on_the_program_and_on_each_part(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {cache_key("a", 1), cache_key("a", "1"), cache_key("a1"), cache_key("a\ud800")}
    monkeypatch.setattr(caching, "_program_digest", lambda: "another version")
    assert len(keys | {cache_key("a", 1)}) == 5


# The command line


@pytest.fixture
def bad_folder(fresh: Path) -> Path:
    """A file where the cache's folder should be."""
    fresh.parent.write_text("x", encoding="utf-8")
    return fresh


def keep_something() -> list[Any]:
    cache = user_cache()
    for name in (NAME, OTHER) if cache else ():
        cache.write("kind", name, b"found out")
    return []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["doctor"], 1), (["--no-cache", "doctor"], 0), (["doctor", "--json"], 0)],
    ids=["told once", "switched off", "JSON"],
)
def test_a_bad_folder_is_told_once_and_stops_nothing(
    bad_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    told: int,
) -> None:
    monkeypatch.setenv(DISABLE_VARIABLE, "")  # and as it was afterwards, also with --no-cache
    monkeypatch.setattr("briefgen.system.doctor.run_machine_checks", keep_something)
    assert exit_code(*arguments) == 0
    assert capsys.readouterr().err.count("cache-unusable") == told

"""A file that somebody edited by hand is moved aside and never overwritten; one of ours is replaced."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from briefgen.batch.ledger import LedgerEntry
from briefgen.batch.outputs.files import (
    HASHES_FILE,
    remove_if_unchanged,
    write_output_file,
    write_output_files,
)
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.errors import StorageError


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_file_of_ours_is_replaced(tmp_path: Path) -> None:
    proof = tmp_path / "proofs" / "letter.pdf"
    for data in (b"one", b"two", b"two"):
        assert write_output_file(tmp_path, proof, data) == ""
        assert proof.read_bytes() == data
        assert json.loads((tmp_path / HASHES_FILE).read_bytes()) == {"proofs/letter.pdf": sha256(data)}
    assert names(tmp_path) == [HASHES_FILE, "proofs/letter.pdf"]


def test_a_file_edited_by_hand_is_moved_aside_under_a_name_of_its_own(tmp_path: Path) -> None:
    proof = tmp_path / "proofs" / "letter.pdf"
    write_output_file(tmp_path, proof, b"ours")
    for edit in (b"edited once", b"edited twice"):
        proof.write_bytes(edit)
        moved = write_output_file(tmp_path, proof, b"ours")
        assert moved == f"edited/letter-{sha256(edit)[:8]}.pdf"
        assert (tmp_path / moved).read_bytes() == edit
        assert proof.read_bytes() == b"ours"
    assert len(names(tmp_path / "edited")) == 2


def test_an_edit_that_is_what_would_be_written_need_not_be_kept(tmp_path: Path) -> None:
    proof = tmp_path / "proofs" / "letter.pdf"
    write_output_file(tmp_path, proof, b"ours")
    proof.write_bytes(b"new")
    assert write_output_file(tmp_path, proof, b"new") == ""


@pytest.mark.parametrize(
    "damaged", [b"", b"not JSON", b"[]", b'["proofs/letter.pdf"]', b"7", b"null", b"\xff", b'{"a": 1}', None]
)
def test_if_the_hashes_are_lost_or_damaged_every_file_counts_as_edited(
    tmp_path: Path, damaged: bytes | None
) -> None:
    proof = tmp_path / "proofs" / "letter.pdf"
    write_output_file(tmp_path, proof, b"ours")
    if damaged is None:
        (tmp_path / HASHES_FILE).unlink()
    else:
        (tmp_path / HASHES_FILE).write_bytes(damaged)
    assert write_output_file(tmp_path, proof, b"new") == f"edited/letter-{sha256(b'ours')[:8]}.pdf"
    assert write_output_file(tmp_path, proof, b"newer") == ""


def test_several_files_are_written_and_the_edited_ones_named(tmp_path: Path) -> None:
    files = [(tmp_path / "print" / f"{name}.pdf", name.encode()) for name in "abc"]
    assert write_output_files(tmp_path, files) == []
    files[1][0].write_bytes(b"edited")
    again = [(path, data + b"!") for path, data in files]
    assert write_output_files(tmp_path, again) == [f"edited/b-{sha256(b'edited')[:8]}.pdf"]
    assert [path.read_bytes() for path, _ in files] == [b"a!", b"b!", b"c!"]


def test_files_written_before_an_error_are_known_afterwards(tmp_path: Path) -> None:
    first = tmp_path / "print" / "a.pdf"

    def files() -> Iterator[tuple[Path, bytes]]:
        yield first, b"a"
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        write_output_files(tmp_path, files())
    assert write_output_file(tmp_path, first, b"b") == ""


def test_a_letter_is_removed_only_if_nobody_changed_it(tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"ours")
    remove_if_unchanged(letter, sha256(b"another"))
    assert letter.exists()
    remove_if_unchanged(letter, sha256(b"ours"))
    assert not letter.exists()
    remove_if_unchanged(letter, sha256(b"ours"))


# The folder as the output of a batch


def entry(name: str, data: bytes) -> LedgerEntry:
    return LedgerEntry("person", "pdf", "key", "rendered", name, sha256(data), len(data))


@pytest.fixture
def output(tmp_path: Path) -> FolderOutput:
    (tmp_path / "letters").mkdir()
    return FolderOutput(tmp_path)


@pytest.mark.parametrize(
    ("now", "state"),
    [(b"ours", "whole"), (b"ourS", "edited"), (b"ours!", "edited"), (b"our", "edited"), (b"", "edited"), (None, "missing")],
)  # fmt: skip
def test_a_letter_is_compared_with_what_was_recorded(
    output: FolderOutput, now: bytes | None, state: str
) -> None:
    if now is not None:
        (output.letters_folder / "a.pdf").write_bytes(now)
    assert output.file_state(entry("a.pdf", b"ours")) == state


def test_a_letter_under_a_new_name_takes_the_place_of_the_old_one(output: FolderOutput) -> None:
    (output.letters_folder / "old.pdf").write_bytes(b"ours")
    assert output.write_letter("new.pdf", b"new", entry("old.pdf", b"ours")) == ""
    assert output.letter_names() == ["new.pdf"]


def test_an_old_letter_that_was_edited_stays_beside_the_one_under_a_new_name(output: FolderOutput) -> None:
    (output.letters_folder / "old.pdf").write_bytes(b"edited")
    assert output.write_letter("new.pdf", b"new", entry("old.pdf", b"ours")) == ""
    assert sorted(output.letter_names()) == ["new.pdf", "old.pdf"]


@pytest.mark.parametrize(
    ("previous", "kept"),
    [(entry("a.pdf", b"there"), False), (entry("a.pdf", b"ours"), True), (entry("b.pdf", b"there"), True), (None, True)],
)  # fmt: skip
def test_a_letter_in_the_way_is_kept_unless_it_is_the_one_recorded(
    output: FolderOutput, previous: LedgerEntry | None, kept: bool
) -> None:
    (output.letters_folder / "a.pdf").write_bytes(b"there")
    moved = output.write_letter("a.pdf", b"new", previous)
    assert moved == (f"edited/a-{sha256(b'there')[:8]}.pdf" if kept else "")
    assert (output.letters_folder / "a.pdf").read_bytes() == b"new"


def test_preparing_removes_tables_and_half_written_files_and_nothing_else(tmp_path: Path) -> None:
    output = FolderOutput(tmp_path)
    output.prepare()
    for name in ("manifest.csv", "errors.csv", "notes.csv", "letters/a.pdf"):
        (tmp_path / name).write_bytes(b"x")
    output.prepare()
    assert names(tmp_path) == ["letters/a.pdf", "notes.csv"]


def test_a_folder_that_cannot_be_written_or_read_is_a_storage_error(tmp_path: Path) -> None:
    output = FolderOutput(tmp_path / "missing")
    for attempt in (
        output.prepare,
        output.letter_names,
        lambda: output.write_letter("a.pdf", b"a", None),
        lambda: output.open_table("manifest.csv").__enter__(),
    ):
        with pytest.raises(StorageError) as caught:
            attempt()
        assert caught.value.problems[0].code == "output-unwritable"
        assert caught.value.problems[0].place


def test_a_table_has_its_name_only_once_it_is_complete(tmp_path: Path) -> None:
    output = FolderOutput(tmp_path)
    with pytest.raises(KeyError), output.open_table("manifest.csv") as table:
        table.write(b"half")
        raise KeyError
    assert names(tmp_path) == []
    with output.open_table("manifest.csv") as table:
        table.write(b"whole")
    assert (tmp_path / "manifest.csv").read_bytes() == b"whole"


def test_the_places_of_an_output_folder_are_known(tmp_path: Path) -> None:
    output = FolderOutput(tmp_path).subfolder("one")
    assert output.location == str(tmp_path / "one")
    assert output.ledger_path == tmp_path / "one" / ".briefgen" / "ledger.sqlite"
    assert output.lock_path == tmp_path / "one" / ".briefgen" / "lock"
    assert output.letters_folder == tmp_path / "one" / "letters"
    assert output.staging_folder(tmp_path) is output
    assert list(output.store_letters(iter("ab"))) == ["a", "b"]

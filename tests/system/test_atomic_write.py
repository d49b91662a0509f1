"""Files get their name whole or not at all, and nobody's work is overwritten."""

import hashlib
from pathlib import Path

import pytest

from briefgen.batch.outputs.files import remove_if_unchanged, write_keeping_edits
from briefgen.system.files import atomic_write, remove_temporary_files


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    (tmp_path / "letters").mkdir()
    return tmp_path / "letters" / "letter.docx"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_write_that_breaks_off_leaves_the_earlier_file_alone(letter: Path):
    letter.write_bytes(b"earlier")
    with pytest.raises(OSError), atomic_write(letter) as file:
        file.write(b"half")
        raise OSError("disk full")
    assert letter.read_bytes() == b"earlier"
    assert [path.name for path in letter.parent.iterdir()] == ["letter.docx"]


def test_our_own_earlier_letter_is_replaced(letter: Path):
    letter.write_bytes(b"earlier")
    assert write_keeping_edits(letter, b"new", known_hashes=frozenset({sha256(b"earlier")})) == ""
    assert letter.read_bytes() == b"new"
    assert not (letter.parent.parent / "edited").exists()


def test_a_letter_changed_by_hand_is_kept_beside(letter: Path):
    letter.write_bytes(b"edited in Word")
    kept = write_keeping_edits(letter, b"new", known_hashes=frozenset({sha256(b"earlier")}))
    assert letter.read_bytes() == b"new"
    assert (letter.parent.parent / kept).read_bytes() == b"edited in Word"
    assert kept.startswith("edited/letter-") and kept.endswith(".docx")


def test_a_letter_of_a_killed_run_is_no_edit(letter: Path):
    """It was written and not recorded; the same bytes come again."""
    letter.write_bytes(b"new")
    assert write_keeping_edits(letter, b"new", known_hashes=frozenset()) == ""


def test_a_superseded_letter_goes_only_if_it_is_ours(letter: Path):
    letter.write_bytes(b"edited")
    remove_if_unchanged(letter, sha256(b"ours"))
    assert letter.exists()
    remove_if_unchanged(letter, sha256(b"edited"))
    assert not letter.exists()
    remove_if_unchanged(letter, sha256(b"edited"))


def test_half_written_files_are_cleared(letter: Path):
    letter.write_bytes(b"letter")
    (letter.parent / ".tmp-letter.docx-123").write_bytes(b"half")
    remove_temporary_files(letter.parent)
    assert [path.name for path in letter.parent.iterdir()] == ["letter.docx"]

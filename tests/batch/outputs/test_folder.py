"""Nothing is written through a link that leads out of the output folder."""

from pathlib import Path

import pytest
from batch_fakes import Seen, job, people

from briefgen.batch.outputs.files import reject_outside_links, write_output_file
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.runner import run_batch
from briefgen.errors import StorageError

NAMES = (
    "letters",
    "edited",
    "shards",
    "proofs",
    "briefing",
    ".briefgen",
    ".briefgen/lock",
    ".briefgen/ledger.sqlite",
    ".briefgen/ledger.sqlite-wal",
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("there", [True, False], ids=["to a folder", "to nowhere"])
def test_a_link_that_leads_out_is_refused(tmp_path: Path, name: str, there: bool):
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    (out / name).parent.mkdir(parents=True)
    if there:
        elsewhere.mkdir()
    (out / name).symlink_to(elsewhere)
    with pytest.raises(StorageError) as fault:
        run_batch(job(people(1)), FolderOutput(out), workers=1, progress=Seen())
    [problem] = fault.value.problems
    assert problem.code == "output-link" and str(out / name) == str(problem.place)
    assert not elsewhere.exists() or not list(elsewhere.iterdir())


def test_all_links_are_told_at_once(tmp_path: Path):
    for name in ("letters", "proofs"):
        (tmp_path / name).symlink_to("/")
    with pytest.raises(StorageError) as fault:
        reject_outside_links(tmp_path)
    assert len(fault.value.problems) == 2


def test_a_single_letter_is_not_written_through_a_link_either(tmp_path: Path):
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    out.mkdir()
    elsewhere.mkdir()
    (out / "proofs").symlink_to(elsewhere)
    with pytest.raises(StorageError):
        write_output_file(out, out / "proofs" / "letter.pdf", b"letter")
    assert not list(elsewhere.iterdir())


def test_a_link_within_the_folder_is_followed(tmp_path: Path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "letters").symlink_to(tmp_path / "kept")
    assert run_batch(job(people(1)), FolderOutput(tmp_path), workers=1, progress=Seen()).ok
    assert len(list((tmp_path / "kept").iterdir())) == 2


def test_a_link_in_the_place_of_a_letter_is_replaced_not_followed(tmp_path: Path):
    """The file that it leads to stays as it is."""
    other = tmp_path / "other"
    other.write_bytes(b"somebody's")
    out = tmp_path / "out"
    run_batch(job(people(1)), FolderOutput(out), workers=1, progress=Seen())
    letter = next((out / "letters").glob("*.pdf"))
    whole = letter.read_bytes()
    letter.unlink()
    letter.symlink_to(other)
    assert run_batch(job(people(1)), FolderOutput(out), workers=1, progress=Seen()).ok
    assert other.read_bytes() == b"somebody's"
    assert letter.read_bytes() == whole and not letter.is_symlink()


def test_the_folder_itself_may_be_a_link_that_the_user_named(tmp_path: Path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk")
    assert run_batch(job(people(1)), FolderOutput(tmp_path / "out"), workers=1, progress=Seen()).ok

"""A lock is signed with an SSH key, and only the signature of a trusted key over this very lock counts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from briefgen.errors import BriefgenError
from briefgen.evidence.lock import EvidenceLock, LockedWording, serialize_lock
from briefgen.library import signatures
from briefgen.library.folders import LibraryFolder
from briefgen.library.signatures import sign_lock, verify_lock

needs_ssh = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen is missing: apt-get install openssh-client"
)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the keys of Dana and Eve, and a list in which Dana's is trusted."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("dana", "eve"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    public = (folder / "dana.pub").read_text()
    (folder / "signers").write_text(f"# Our reviewers\ndana@example.org {public}")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> LibraryFolder:
    """A library with a lock."""
    (tmp_path / "snippets").mkdir()
    write_lock(tmp_path, "Dana Writer")
    return LibraryFolder(tmp_path)


def write_lock(folder: Path, by: str) -> None:
    lock = EvidenceLock({}, {"fee": LockedWording("a", "b", by, "2026-11-01")})
    (folder / "snippets/quotes.lock").write_text(serialize_lock(lock))


def refused(folder: LibraryFolder, signers: Path) -> tuple[str, str]:
    with pytest.raises(BriefgenError) as caught:
        verify_lock(folder, signers)
    (problem,) = caught.value.problems
    return problem.code, problem.message


@needs_ssh
def test_a_signature_names_who_signed(folder: LibraryFolder, keys: Path) -> None:
    assert sign_lock(folder, keys / "dana").endswith("snippets/quotes.lock.sig")
    assert verify_lock(folder, keys / "signers").signer == "dana@example.org"


@needs_ssh
def test_a_lock_that_was_changed_since_is_not_signed(folder: LibraryFolder, keys: Path) -> None:
    sign_lock(folder, keys / "dana")
    write_lock(folder.path, "Eve Editor")
    code, message = refused(folder, keys / "signers")
    assert code == "signature-wrong" and message.startswith(
        "dana@example.org signed another state of the lock"
    )


@needs_ssh
def test_a_key_that_nobody_trusts_does_not_count(folder: LibraryFolder, keys: Path) -> None:
    sign_lock(folder, keys / "eve")
    assert refused(folder, keys / "signers")[0] == "signature-wrong"


@needs_ssh
def test_a_signature_for_something_else_does_not_count(folder: LibraryFolder, keys: Path) -> None:
    lock = folder.path / "snippets/quotes.lock"
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", keys / "dana", lock],
        check=True,
        capture_output=True,
    )
    assert refused(folder, keys / "signers")[0] == "signature-wrong"


@needs_ssh
def test_what_is_no_signature_and_a_missing_one_are_named(folder: LibraryFolder, keys: Path) -> None:
    assert refused(folder, keys / "signers")[0] == "signature-missing"
    (folder.path / "snippets/quotes.lock.sig").write_bytes(b"\x00 nonsense")
    assert refused(folder, keys / "signers")[0] == "signature-wrong"


@needs_ssh
def test_a_signature_that_is_a_link_out_of_the_folder_is_not_read(folder: LibraryFolder, keys: Path) -> None:
    (folder.path / "snippets/quotes.lock.sig").symlink_to(keys / "dana.pub")
    assert refused(folder, keys / "signers")[0] == "file-outside"


@needs_ssh
def test_a_file_that_is_no_key_signs_nothing(folder: LibraryFolder, keys: Path) -> None:
    for key in (keys / "signers", keys / "nobody"):
        with pytest.raises(BriefgenError) as caught:
            sign_lock(folder, key)
        assert caught.value.problems[0].code == "signing-key"
    assert not (folder.path / "snippets/quotes.lock.sig").exists()


def test_without_a_lock_or_ssh_keygen_it_says_so(
    folder: LibraryFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key"
    key.write_text("key")
    monkeypatch.setattr(signatures.shutil, "which", lambda name: None)
    with pytest.raises(BriefgenError) as caught:
        sign_lock(folder, key)
    assert caught.value.problems[0].code == "ssh-keygen-missing"
    (folder.path / "snippets/quotes.lock").unlink()
    with pytest.raises(BriefgenError) as caught:
        sign_lock(folder, key)
    assert caught.value.problems[0].code == "lock-missing"

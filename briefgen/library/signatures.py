"""Sign the lock of a library with somebody's SSH key, and verify who signed it.

`ssh-keygen -Y sign` and `-Y verify` of OpenSSH 8.1 or newer do the work (ssh-keygen(1), SSHSIG). The
signature lies beside the lock; whose keys count is said in a file of the reader's own, in the format of
ALLOWED SIGNERS.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, StorageError, UsageError
from briefgen.evidence.lock import LOCK_FILE_NAME, MAX_LOCK_BYTES
from briefgen.library.folders import LibraryFolder
from briefgen.system.files import atomic_write, read_limited_bytes

SIGNATURE_FILE = f"{LOCK_FILE_NAME}.sig"
NAMESPACE = "briefgen-lock"
"""What the signature is for; one made for something else does not count."""
MAX_SIGNATURE_BYTES = 100_000
TIMEOUT_S = 30
_SIGNING_TIMEOUT_S = 300
"""Somebody may have to type a passphrase, or touch a security key."""


@dataclass(frozen=True, slots=True)
class LockSignature:
    """Who signed a lock."""

    file: str
    """The lock, as messages name it."""
    signer: str
    """The principal of the allowed signers."""


def sign_lock(folder: LibraryFolder, key: Path) -> str:
    """Sign the lock of a folder with an SSH key, and return the name of the signature's file.

    `key` is a private key, or a public one whose private key the SSH agent holds. ssh-keygen asks for a
    passphrase in the terminal. Raise BriefgenError if there is no lock, no ssh-keygen or no signature.
    """
    data = _read_lock(folder)
    if not key.is_file():
        raise UsageError(
            Problem("signing-key", f"there is no key {key}", None, "make one: ssh-keygen -t ed25519")
        )
    signature = _run_ssh_keygen("sign", ["-f", str(key)], data, _SIGNING_TIMEOUT_S)
    if signature.returncode or not signature.stdout.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        raise UsageError(Problem("signing-key", f"{key} signs nothing: {_last_line(signature.stderr)}"))
    path = folder.path / "snippets" / SIGNATURE_FILE
    display_name = folder.display_path("snippets", SIGNATURE_FILE)
    folder.require_inside(path)
    try:
        with atomic_write(path) as file:
            file.write(signature.stdout)
    except OSError as error:
        raise StorageError(
            Problem("file-unwritable", f"cannot be written: {error.strerror}", Place(display_name))
        ) from None
    return display_name


def verify_lock(folder: LibraryFolder, signers: Path) -> LockSignature:
    """Return who of the allowed signers signed the lock of a folder as it is now.

    Raise BriefgenError if it is not signed, was changed since, or was signed by somebody else.
    """
    data = _read_lock(folder)
    display_name = folder.display_path("snippets", SIGNATURE_FILE)
    path = _find_file(folder, SIGNATURE_FILE)
    if path is None:
        hint = "ask whoever reviewed it to run briefgen snippets sign"
        raise BriefgenError(Problem("signature-missing", "there is no signature", Place(display_name), hint))
    if not signers.is_file():
        hint = "one line for each signer: NAME, and the public key"
        raise UsageError(Problem("file-missing", f"there is no file {signers}", None, hint))
    signature = read_limited_bytes(path, display_name, MAX_SIGNATURE_BYTES)
    with tempfile.NamedTemporaryFile(prefix="briefgen-", suffix=".sig") as copy:
        copy.write(signature)
        copy.flush()
        named = ["-s", copy.name, "-f", str(signers)]
        found = _run_ssh_keygen("find-principals", named, b"", TIMEOUT_S)
        principals = found.stdout.decode("utf-8", "replace").splitlines()
        if found.returncode or not principals:
            message = f"no key in {signers} made this signature"
            hint = (
                "add the signer's public key there if you know whose it is; otherwise do not rely on the lock"
            )
            raise BriefgenError(Problem("signature-wrong", message, Place(display_name), hint))
        signer = principals[0]
        verified = _run_ssh_keygen("verify", [*named, "-I", signer], data, TIMEOUT_S)
    if verified.returncode:
        message = (
            f"{signer} signed another state of the lock: {_last_line(verified.stderr or verified.stdout)}"
        )
        hint = f"review what changed, then have {signer} run briefgen snippets sign"
        raise BriefgenError(Problem("signature-wrong", message, Place(display_name), hint))
    return LockSignature(folder.display_path("snippets", LOCK_FILE_NAME), signer)


def _read_lock(folder: LibraryFolder) -> bytes:
    display_name = folder.display_path("snippets", LOCK_FILE_NAME)
    path = _find_file(folder, LOCK_FILE_NAME)
    if path is None:
        hint = "approve snippets first: briefgen snippets approve"
        raise UsageError(Problem("lock-missing", "there is no lock", Place(display_name), hint))
    return read_limited_bytes(path, display_name, MAX_LOCK_BYTES)


def _find_file(folder: LibraryFolder, name: str) -> Path | None:
    problems = ProblemList()
    path = folder.find_file(f"snippets/{name}", problems)
    problems.raise_errors()
    return path


def _run_ssh_keygen(
    action: str, options: list[str], data: bytes, timeout: float
) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("ssh-keygen")
    if program is None:
        hint = "install it: apt-get install openssh-client; macOS has it"
        raise BriefgenError(Problem("ssh-keygen-missing", "ssh-keygen is not installed", None, hint))
    command = [program, "-Y", action, "-n", NAMESPACE, *options]
    try:
        return subprocess.run(command, input=data, capture_output=True, timeout=timeout, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BriefgenError(Problem("ssh-keygen-missing", f"ssh-keygen does not run: {error}")) from None


def _last_line(output: bytes) -> str:
    lines = [line for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    text = lines[-1] if lines else "ssh-keygen says nothing"
    return "".join(one for one in text[:200] if one.isprintable())

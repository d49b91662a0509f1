"""Remembers the single files that were made (proofs, briefings), so that only a file changed by hand is kept.

The letters of a batch have the ledger for this.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from briefgen.batch.atomic_write import put, whole
from briefgen.batch.outputs.folder import require_inside

MEMORY = Path(".briefgen") / "made.json"


def put_single(out: Path, path: Path, data: bytes) -> str:
    """Write one file below the output folder, whole or not at all.

    A file that stands there and was changed by hand moves to `edited/`; its new place, relative to `out`, is
    returned, else "". Raises OSError, and StorageFault where a link would lead it out of `out`.
    """
    return next(iter(put_singles(out, [(path, data)])), "")


def put_singles(out: Path, files: Iterable[tuple[Path, bytes]]) -> list[str]:
    """Write several files as put_single does; returns the new places of those changed by hand."""
    require_inside(out)
    memory = _read(out / MEMORY)
    moved = []
    try:
        for path, data in files:
            name = path.relative_to(out).as_posix()
            path.parent.mkdir(parents=True, exist_ok=True)
            kept = put(path, data, ours=frozenset({memory.get(name, "")}))
            memory[name] = hashlib.sha256(data).hexdigest()
            moved += [kept] if kept else []
    finally:
        (out / MEMORY).parent.mkdir(exist_ok=True)
        with whole(out / MEMORY) as file:
            file.write(json.dumps(memory, sort_keys=True, indent=1).encode())
    return moved


def _read(path: Path) -> dict[str, str]:
    """What is remembered; a memory that is lost or damaged means that every file is taken for changed."""
    try:
        memory = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(name): str(hash) for name, hash in memory.items()} if isinstance(memory, dict) else {}

"""What a chunk of letters needs on another machine, packed here and unpacked there.

Paths do not travel: one below a folder that both machines have travels as its place in it. This room packs
and unpacks; it starts nothing and sends nothing.
"""

from __future__ import annotations

import io
import pickle
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from briefgen.batch.plan import Job
from briefgen.batch.pool import LIMITS, Limits

_CAMPAIGN, _LIBRARY, _HOME = "campaign", "library", "home"


@dataclass(frozen=True, slots=True)
class Site:
    """How to ask an installation about itself; both travel by name."""

    versions: Callable[[], Mapping[str, str]]
    """All by which two installations could make different bytes of one letter."""
    library: Callable[[], Path]
    """Root of the library that ships."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """The same for every chunk of a run; `pack` makes bytes of it."""

    job: Job
    """Its recipients stay at home: each chunk has its own."""
    campaign: Path
    """The campaign's folder."""
    files: Mapping[str, Path]
    """Files in it that letters are made with, by their path in it."""
    site: Site
    preload: tuple[str, ...] = ()
    timeout_s: float = 30.0
    limits: Limits = LIMITS

    def pack(self) -> bytes:
        """All of it, compressed. Raises OSError where a file cannot be read."""
        kit = (self.job.composer, self.job.renderers, self.job.drawing)
        packed = {  # of plain values, so that it can be opened before versions are compared
            "site": pickle.dumps(self.site),
            "files": {name: path.read_bytes() for name, path in self.files.items()},
            "kit": _packed(kit, _roots(self.campaign, self.site)),
            "preload": self.preload,
            "timeout_s": self.timeout_s,
            "limits": pickle.dumps(self.limits),
        }
        return zlib.compress(pickle.dumps(packed))


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a chunk is made with."""

    job: Job
    """Without recipients."""
    preload: tuple[str, ...]
    timeout_s: float
    limits: Limits


def unpack(parcel: bytes, folder: Path) -> Unpacked:
    """Lay the campaign's files out in `folder`, which is empty, and make the rest ready. Raises OSError."""
    packed = pickle.loads(zlib.decompress(parcel))
    for name, data in packed["files"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    site: Site = pickle.loads(packed["site"])
    composer, renderers, drawing = _unpacked(packed["kit"], _roots(folder, site))
    return Unpacked(
        Job("", (), (), composer, renderers, drawing),
        packed["preload"],
        packed["timeout_s"],
        pickle.loads(packed["limits"]),
    )


def site_of(parcel: bytes) -> Site:
    """How to ask this installation about itself."""
    site: Site = pickle.loads(pickle.loads(zlib.decompress(parcel))["site"])
    return site


def _roots(campaign: Path, site: Site) -> dict[str, Path]:
    """Folders that both machines have, the narrowest first."""
    return {_CAMPAIGN: campaign, _LIBRARY: site.library(), _HOME: Path.home()}


def _packed(value: object, roots: Mapping[str, Path]) -> bytes:
    file = io.BytesIO()
    _Packing(file, roots).dump(value)
    return file.getvalue()


def _unpacked(data: bytes, roots: Mapping[str, Path]) -> Any:
    return _Unpacking(io.BytesIO(data), roots).load()


class _Packing(pickle.Pickler):
    def __init__(self, file: io.BytesIO, roots: Mapping[str, Path]) -> None:
        super().__init__(file)
        self._roots = {name: root.absolute() for name, root in roots.items()}

    def persistent_id(self, obj: Any) -> tuple[str, str] | None:
        """The place of a path below one of the roots; None for all else, which travels as it is."""
        if not isinstance(obj, Path):
            return None
        path = obj.absolute()
        for name, root in self._roots.items():
            if path.is_relative_to(root):
                return name, path.relative_to(root).as_posix()
        return None


class _Unpacking(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, roots: Mapping[str, Path]) -> None:
        super().__init__(file)
        self._roots = roots

    def persistent_load(self, pid: tuple[str, str]) -> Path:
        """The path at the same place on this machine."""
        name, place = pid
        return self._roots[name] / place

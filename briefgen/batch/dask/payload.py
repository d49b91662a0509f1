"""Bundles what letters need to be made on another machine, and unpacks it there.

Paths are not sent as such: a path below a folder that both machines have is sent relative to that folder.
"""

from __future__ import annotations

import io
import pickle
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from briefgen.batch.tasks import BatchJob
from briefgen.system.limits import DEFAULT_LIMITS, WorkerLimits

_CAMPAIGN, _LIBRARY, _HOME = "campaign", "library", "home"


@dataclass(frozen=True, slots=True)
class InstallationProbe:
    """Functions that describe the installation they run in; both are pickled by name."""

    versions: Callable[[], Mapping[str, str]]
    """Every version that could make two installations produce different bytes for the same letter."""
    library: Callable[[], Path]
    """Root folder of the built-in library."""


@dataclass(frozen=True, slots=True)
class CampaignBundle:
    """What every chunk of a run needs."""

    job: BatchJob
    """Sent without its recipients, since each chunk brings its own."""
    campaign: Path
    """The campaign's folder."""
    files: Mapping[str, Path]
    """Files in that folder that letters are made with, by their path in it."""
    probe: InstallationProbe
    preload: tuple[str, ...] = ()
    timeout_s: float = 30.0
    limits: WorkerLimits = DEFAULT_LIMITS

    def pack(self) -> bytes:
        """Return the bundle as compressed bytes. Raise OSError if a file cannot be read."""
        job_parts = (self.job.composer, self.job.renderers, self.job.rendering_fingerprint)
        packed = {  # plain values, so that it can be opened before versions are compared
            "probe": pickle.dumps(self.probe),
            "files": {name: path.read_bytes() for name, path in self.files.items()},
            "job": _pickle_with_paths(job_parts, _shared_folders(self.campaign, self.probe)),
            "preload": self.preload,
            "timeout_s": self.timeout_s,
            "limits": pickle.dumps(self.limits),
        }
        return zlib.compress(pickle.dumps(packed))


@dataclass(frozen=True, slots=True)
class UnpackedBundle:
    """A bundle on the machine that makes the letters."""

    job: BatchJob
    """Without recipients."""
    preload: tuple[str, ...]
    timeout_s: float
    limits: WorkerLimits


def unpack_bundle(bundle: bytes, folder: Path) -> UnpackedBundle:
    """Write the campaign's files to `folder`, which is empty, and unpickle the rest. Raise OSError."""
    packed = pickle.loads(zlib.decompress(bundle))
    for name, data in packed["files"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    probe: InstallationProbe = pickle.loads(packed["probe"])
    composer, renderers, rendering_fingerprint = _unpickle_with_paths(
        packed["job"], _shared_folders(folder, probe)
    )
    return UnpackedBundle(
        BatchJob("", (), (), composer, renderers, rendering_fingerprint),
        packed["preload"],
        packed["timeout_s"],
        pickle.loads(packed["limits"]),
    )


def read_installation_probe(bundle: bytes) -> InstallationProbe:
    """Return the bundle's functions that describe this installation."""
    probe: InstallationProbe = pickle.loads(pickle.loads(zlib.decompress(bundle))["probe"])
    return probe


def _shared_folders(campaign: Path, probe: InstallationProbe) -> dict[str, Path]:
    """Return the folders that both machines have, most specific first."""
    return {_CAMPAIGN: campaign, _LIBRARY: probe.library(), _HOME: Path.home()}


def _pickle_with_paths(value: object, folders: Mapping[str, Path]) -> bytes:
    file = io.BytesIO()
    _PathPickler(file, folders).dump(value)
    return file.getvalue()


def _unpickle_with_paths(data: bytes, folders: Mapping[str, Path]) -> Any:
    return _PathUnpickler(io.BytesIO(data), folders).load()


class _PathPickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, folders: Mapping[str, Path]) -> None:
        super().__init__(file)
        self._folders = {name: folder.absolute() for name, folder in folders.items()}

    def persistent_id(self, obj: Any) -> tuple[str, str] | None:
        """Return a shared folder and the path below it for a Path, else None to pickle the object itself."""
        if not isinstance(obj, Path):
            return None
        path = obj.absolute()
        for name, folder in self._folders.items():
            if path.is_relative_to(folder):
                return name, path.relative_to(folder).as_posix()
        return None


class _PathUnpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, folders: Mapping[str, Path]) -> None:
        super().__init__(file)
        self._folders = folders

    def persistent_load(self, pid: tuple[str, str]) -> Path:
        """Return the corresponding path on this machine."""
        name, relative = pid
        return self._folders[name] / relative

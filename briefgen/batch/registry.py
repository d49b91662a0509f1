"""What a batch can be given besides this machine's pool and folders: other engines, other places for letters.

Both are chosen by the scheme of an address: `--engine dask://HOST:PORT`, `--out s3://BUCKET/PREFIX`. Another
package adds one with an entry point in the group `briefgen.engines` or `briefgen.outputs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from briefgen.errors import Problem, UsageError
from briefgen.system.registry import Registry

if TYPE_CHECKING:
    from briefgen.batch.outputs.base import BatchOutput
    from briefgen.batch.runner import EngineFactory
    from briefgen.batch.tasks import BatchJob


@dataclass(frozen=True, slots=True)
class RemoteJob:
    """A batch job with everything that another machine needs to make its letters."""

    job: BatchJob
    folder: Path
    """The campaign's folder."""
    files: Mapping[str, Path]
    """The files that letters are made from, by their path in that folder."""
    versions: Callable[[], Mapping[str, str]]
    """Return every version that must agree; pickled by name, and called on both machines."""
    library: Callable[[], Path]
    """Return the root folder of the built-in library; pickled by name, and called on both machines."""
    preload: tuple[str, ...] = ()
    """Modules that every worker process needs."""


@dataclass(frozen=True, slots=True)
class ConnectedEngine:
    """An engine that is ready to make letters."""

    create: EngineFactory
    description: str
    """What it is, for people: `dask://head:8786: 4 workers with 8 threads`."""


@dataclass(frozen=True, slots=True)
class EngineType:
    """A kind of engine."""

    parse_address: Callable[[str], object]
    """Check and parse an address; raise UsageError if it is not one."""
    connect: Callable[[str, RemoteJob], AbstractContextManager[ConnectedEngine]]
    """Connect to the engine at an address; raise BriefgenError if it cannot be reached."""


@dataclass(frozen=True, slots=True)
class OutputType:
    """A kind of place for a batch's letters."""

    parse_address: Callable[[str], object]
    """Check and parse an address; raise UsageError if it is not one."""
    open: Callable[[str, Path], BatchOutput]
    """Return the output at an address; ledger and lock belong below the local folder given with it."""


ENGINES: Registry[EngineType] = Registry(
    "engine",
    "briefgen.engines",
    EngineType,
    {"dask": "briefgen.batch.dask:ENGINE", "dask+tls": "briefgen.batch.dask:ENGINE"},
    lambda message, hint: Problem("engine-unclear", message, None, hint),
)
OUTPUTS: Registry[OutputType] = Registry(
    "output",
    "briefgen.outputs",
    OutputType,
    {"s3": "briefgen.batch.outputs:S3"},
    lambda message, hint: Problem("store-unclear", message, None, hint),
)


def find_engine(address: str) -> EngineType:
    """Return the kind of engine that an address names; raise UsageError if it names none."""
    scheme, separator, _ = address.strip().partition("://")
    if not separator or scheme not in ENGINES:
        raise UsageError(
            Problem(
                "engine-unclear",
                f"{address!r} is not the address of an engine",
                None,
                "write dask://HOST:PORT, as the scheduler prints it; the port is usually 8786",
            )
        )
    engine = ENGINES.get(scheme)
    engine.parse_address(address)
    return engine


def find_output(address: str) -> OutputType:
    """Return the kind of output that an address names; raise UsageError if it names none."""
    scheme, separator, _ = address.partition("://")
    if not separator or scheme not in OUTPUTS:
        raise UsageError(
            Problem(
                "store-unclear",
                f"{address!r} is not the address of an object store",
                None,
                "write s3://BUCKET/PREFIX, the prefix in plain letters, digits, -, _ and /",
            )
        )
    output = OUTPUTS.get(scheme)
    output.parse_address(address)
    return output

"""The engine that has letters made by the workers of a Dask cluster; needs the extra `briefgen[dask]`.

Others use `ENGINE`, through the registry of engines. Dask itself is imported when a cluster is connected to.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from briefgen.batch.registry import ConnectedEngine, EngineType, RemoteJob


def _parse_address(address: str) -> object:
    from briefgen.batch.dask.executor import SchedulerAddress

    return SchedulerAddress.parse(address)


@contextmanager
def _connect(address: str, remote: RemoteJob) -> Iterator[ConnectedEngine]:
    from briefgen.batch.dask.executor import DaskExecutor, SchedulerAddress, connect_to_cluster
    from briefgen.batch.dask.payload import CampaignBundle, InstallationProbe

    scheduler = SchedulerAddress.parse(address)
    probe = InstallationProbe(remote.versions, remote.library)
    bundle = CampaignBundle(remote.job, remote.folder, remote.files, probe, remote.preload)
    with connect_to_cluster(scheduler) as client:
        threads = client.nthreads()
        workers, total = len(threads), sum(threads.values())
        description = (
            f"{scheduler.text}: {workers:,} worker{'s' if workers != 1 else ''} "
            f"with {total:,} thread{'s' if total != 1 else ''}"
        )
        yield ConnectedEngine(
            lambda staging, stop: DaskExecutor(client, scheduler, bundle, staging, stop), description
        )


ENGINE = EngineType(_parse_address, _connect)

"""Connects to a Dask scheduler, or starts one with workers on this machine."""

import asyncio
import logging
from contextlib import suppress

import dask
from distributed import Client, LocalCluster
from distributed.core import rpc
from distributed.security import Security

from core.sanitize import one_line
from core.sweeps.cluster_address import ClusterAddress, TlsFiles
from core.sweeps.process_pool import spawning
from core.sweeps.record import SweepError
from core.sweeps.worker import thread_environment

__all__ = ["Connection"]

ANSWERS = 3
"""Seconds that a scheduler gets to answer."""
ENDING = 5
"""Seconds that what was started gets to end by itself."""


class Connection:
    """A client of the scheduler at ``address``, and what was started for it: workers with ``threads`` threads each.

    Raises `SweepError` if it does not answer.
    """

    def __init__(self, address: ClusterAddress, threads: int) -> None:
        self.address = address
        self._cluster: LocalCluster | None = None
        _hush_logs()
        try:
            self._cluster = _start(address.processes, threads) if address.processes else None
            security = _security(address.tls) if address.tls else Security()
            where = self._cluster.scheduler_address if self._cluster else address.text
            self.client = _client(where, security)
        except BaseException as error:
            self._end_cluster()
            if isinstance(error, Exception):  # of many kinds: a server of another kind may be there
                raise SweepError(_unreachable(address, error)) from error
            raise

    @property
    def lost(self) -> bool:
        """Whether the scheduler has gone, and with it what was asked of it."""
        return bool(self.client.status != "running")

    def close(self) -> None:
        """End it, with the workers that were started."""
        with suppress(Exception):  # it may have gone
            self.client.close(timeout=ENDING)
        self._end_cluster()

    def _end_cluster(self) -> None:
        if self._cluster:
            with suppress(Exception):  # as above
                self._cluster.close(timeout=ENDING)
            self._cluster = None


def _client(address: str, security: Security) -> Client:
    """A client of the scheduler at ``address``. Raises anything if it does not answer in time.

    It is asked before there is a client: one that cannot connect takes long to end, and waits without end for a server
    that takes its connection but says nothing.
    """
    asyncio.run(asyncio.wait_for(_identity(address, security), ANSWERS))
    return Client(address, timeout=ANSWERS, security=security, set_as_default=False)


async def _identity(address: str, security: Security) -> None:
    async with rpc(address, connection_args=security.get_connection_args("client")) as scheduler:
        await scheduler.identity()


def _start(processes: int, threads: int) -> LocalCluster:
    """A scheduler and workers of this machine, which end with this process whatever ends it."""
    settings = {
        "distributed.scheduler.allowed-failures": 0,
        "distributed.worker.daemon": True,
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
    }
    with dask.config.set(settings), spawning():  # Ctrl+C reaches all processes: this one decides
        return LocalCluster(
            n_workers=processes,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # without, Dask takes port 8787
            scheduler_kwargs={"dashboard": False},
            memory_limit=0,  # a worker that needs much is not killed for it, as without a cluster
            env=thread_environment(threads),  # Dask sets them to 1
            preload=["core.sweeps.cluster_preload"],
            silence_logs=logging.CRITICAL,
        )


def _security(files: TlsFiles) -> Security:
    return Security(
        require_encryption=True,
        tls_ca_file=str(files.ca),
        tls_client_cert=str(files.cert),
        tls_client_key=str(files.key),
    )


def _unreachable(address: ClusterAddress, error: Exception) -> str:
    if address.processes:
        return f"--cluster {address.text}: its processes do not start: {one_line(str(error), 200)}"
    return f"--cluster {address.text}: no Dask scheduler answers there; start one with `dask scheduler`"


def _hush_logs() -> None:
    """Dask tells of lost workers and connections on standard error; the sweep tells it itself."""
    for name in ["distributed", *logging.Logger.manager.loggerDict]:
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)

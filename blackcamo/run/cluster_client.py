"""The way to a dask cluster: a client of it, and a configuration that means the same there."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from blackcamo.devices import usable_cores
from blackcamo.errors import ClusterError, OptionError
from blackcamo.extras import import_extra
from blackcamo.run import cluster_worker
from blackcamo.run.config import DEFAULT_OUT, DEFAULT_STORAGE, SearchConfig
from blackcamo.study import pictures_folder

# Typed only in part.
distributed: Any = import_extra("distributed", extra="cluster", who="a cluster")
Client: TypeAlias = Any
Task: TypeAlias = Any

_CONNECT_S, _START_S = 20.0, 120.0
_LOCAL = re.compile(r"local(?::(\d+))?")
_ADDRESS = re.compile(r"(tcp|tls|ws|wss|ucx)://.+")


@contextlib.contextmanager
def connected(address: str) -> Iterator[Client]:
    """A client of a cluster, or of one that is started here and ends with this.

    Args:
        address: "local" (a worker for each core), "local:N", or the address of a scheduler.

    Raises:
        OptionError: it is none of these.
        ClusterError: the scheduler cannot be reached, or has no workers.
    """
    local = _LOCAL.fullmatch(address)
    if (local is None and not _ADDRESS.fullmatch(address)) or address == "local:0":
        raise OptionError(
            f"cluster is {address!r}; it must be local, local:N, or the address of a scheduler "
            "such as tcp://host:8786"
        )
    seconds = _CONNECT_S if local is None else _START_S
    with contextlib.ExitStack() as stack:
        try:
            where, workers = address, 1
            if local is not None:
                workers = int(local[1] or usable_cores())
                where = stack.enter_context(_local_cluster(workers))
            client = stack.enter_context(distributed.Client(where, timeout=seconds))
            client.wait_for_workers(workers, timeout=seconds)
        except TimeoutError as error:
            raise ClusterError(
                f"no worker at {address} within {seconds:g} s: no scheduler answers there, or it "
                f"has no workers yet; start some with: dask worker {address}"
            ) from error
        except (OSError, RuntimeError) as error:
            raise ClusterError(
                f"no cluster at {address} ({' '.join(str(error).split())}); a scheduler is started "
                "with: dask scheduler"
            ) from error
        if local is not None:
            client.register_plugin(cluster_worker.Undisturbed())
        yield client


def _local_cluster(workers: int) -> Any:
    return distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    )


def absolute(config: SearchConfig) -> SearchConfig:
    """The same configuration for processes that run in other folders."""
    storage = str(config.storage or DEFAULT_STORAGE)
    chosen = None if config.pictures is None else Path(config.pictures)
    pictures = pictures_folder(storage, chosen).absolute()
    if "://" not in storage:
        storage = str(Path(storage).absolute())
    profile = Path(config.profile)
    return replace(
        config,
        out=Path(config.out or DEFAULT_OUT).absolute(),
        storage=storage,
        pictures=pictures,
        look=None if config.look is None else Path(config.look).absolute(),
        profile=str(profile.absolute()) if profile.is_file() else config.profile,
    )

"""The workers of a cluster: what each is and has, and whether it fits to the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blackcamo.run import cluster_worker
from blackcamo.run.cluster_client import Client, Task, absolute, connected
from blackcamo.run.cluster_worker import Facts, difference
from blackcamo.run.config import SearchConfig
from blackcamo.run.results import ClusterWorker


def look(client: Client, config: SearchConfig, seen: Sequence[Path] = ()) -> list[ClusterWorker]:
    """The facts about each worker of a cluster, and in what it differs from the first one.

    Args:
        seen: files and folders that all of them should see.
    """
    known = client.scheduler_info(n_workers=-1)["workers"]
    asked = {
        address: client.submit(
            cluster_worker.facts, config, seen, workers=[address], pure=False, priority=1
        )
        for address in sorted(known)
    }
    found = []
    wanted: Facts | None = None
    for address, answer in asked.items():
        told, problem = _answer(answer)
        problem = problem or told["problem"]
        if problem is None:
            wanted = wanted or told
            problem = difference(wanted, told)
        about = known[address]
        found.append(
            ClusterWorker(
                address=address,
                host=told.get("host"),
                threads=about["nthreads"],
                memory_bytes=about["memory_limit"] or 0,
                python=told.get("python"),
                versions=told.get("versions") or {},
                scorer=told.get("scorer") or {},
                job=told.get("job") or "",
                problem=problem,
            )
        )
    return found


def cluster_check(
    address: str, config: SearchConfig, *, seen: Sequence[Path] = ()
) -> list[ClusterWorker]:
    """The facts about each worker of a cluster.

    Args:
        address: "local", "local:N" or that of a scheduler.
        config: names the scorer that is loaded there.
        seen: files and folders that all workers should see.

    Raises:
        OptionError, ClusterError: it cannot be reached.
    """
    with connected(address) as client:
        return look(client, absolute(config), [path.absolute() for path in seen])


def _answer(answer: Task) -> tuple[Facts, str | None]:
    """The facts that a worker gives about itself, or the error that keeps it from that."""
    try:
        return answer.result(), None
    except ImportError as error:
        return {}, f"{error}; install the same blackcamo there, with the extra cluster"
    except Exception as error:  # noqa: BLE001 - whatever another machine raises
        return {}, f"{type(error).__name__}: {error}".splitlines()[0]

"""blackcamo cluster-check: what each worker of a cluster has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, FAILED, one_line, print_json, print_table, say_words

if TYPE_CHECKING:
    from blackcamo.run import ClusterWorker


def cluster_check(
    cluster: Annotated[
        str,
        typer.Argument(
            metavar="local[:N]|ADDRESS",
            help="Worker processes here, or a dask scheduler such as tcp://host:8786.",
        ),
    ],
    sees: Annotated[
        list[Path] | None,
        typer.Option(
            "--sees",
            metavar="PATH",
            help="A file or folder that all workers should see. May be repeated.",
        ),
    ] = None,
    scorer: o.Scorer = "pocketiqa",
    model: o.Model = o.Model(),
    as_json: o.Json = False,
) -> int:
    """List the workers of a dask cluster: versions, scorer, and why one could not search."""
    from blackcamo import run

    config = run.SearchConfig(scorer=scorer, scorer_options=model.options, device=model.device)
    workers = run.cluster_check(cluster, config, seen=sees or ())
    unfit = [worker for worker in workers if worker.problem is not None]
    if as_json:
        print_json({"workers": [worker.to_json() for worker in workers]})
        return FAILED if unfit else DONE
    print_table(
        ("worker", "host", "threads", "memory", "blackcamo", "torch", "scorer", "engine", ""),
        map(_row, workers),
    )
    for worker in unfit:
        say_words(one_line(f"{worker.address}: {worker.problem}"))
    return FAILED if unfit else DONE


def _row(worker: ClusterWorker) -> tuple[str, ...]:
    return (
        worker.address,
        worker.host or "-",
        str(worker.threads),
        f"{worker.memory_bytes / 2**30:.1f} GiB" if worker.memory_bytes else "-",
        worker.versions.get("blackcamo", "-"),
        worker.versions.get("torch", "-"),
        str(worker.scorer.get("digest", ""))[:12] or "-",
        str(worker.scorer.get("engine", "-")),
        "unfit" if worker.problem else "",
    )

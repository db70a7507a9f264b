"""Photos searched by the workers of a dask cluster, one task a photo."""

from __future__ import annotations

import contextlib
import logging
import os
import uuid
from collections.abc import Collection, Sequence
from concurrent import futures
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from blackcamo.errors import ClusterError
from blackcamo.images import fitting_stem, prepare_folder
from blackcamo.run import cluster_worker
from blackcamo.run.cluster_checking import look
from blackcamo.run.cluster_client import Task, absolute, connected, distributed
from blackcamo.run.cluster_worker import ALIKE, Facts, Order
from blackcamo.run.config import DEFAULT_OUT, SearchConfig
from blackcamo.run.executors import Pending, first_done
from blackcamo.run.finding import FoundPhoto
from blackcamo.run.results import Progress, ProgressCallback, SearchResult
from blackcamo.run.searching import Stop
from blackcamo.scorers.address import public_spec


class Cluster:
    """The workers of a cluster as what searches photos.

    Photos, results, studies and pictures are files that all workers see at the same paths; studies
    may be in a database instead.

    Args:
        address: as of :func:`connected`.
        config: what is asked of each photo.
        seen: photos that all workers should see.
        stop: asked now and then; True ends what is searched after its batch.

    Raises:
        OptionError, ClusterError: as :func:`connected`, or a worker does not fit; says why.
        OutputError: the folder of the results cannot be made.
    """

    def __init__(
        self,
        address: str,
        config: SearchConfig,
        seen: Sequence[Path],
        *,
        progress: ProgressCallback | None,
        stop: Stop,
    ) -> None:
        self._config = config
        self._absolute = absolute(config)
        self._progress = progress
        self._stop = stop
        self._told = False
        self._complained: set[str] = set()
        self._tasks: dict[Pending, Task] = {}
        self._searched: dict[str, Path] = {}
        self._stack = contextlib.ExitStack()
        if progress is not None:
            progress(replace(Progress.begun(config.budget), doing=f"connecting to {address}"))
        try:
            self._client = self._stack.enter_context(connected(address))
            alike = self._agreed(seen)
            self._order = Order(f"blackcamo-{uuid.uuid4().hex}", self._absolute, alike)
            self._client.subscribe_topic(self._order.name, self._hear)
        except BaseException:
            self._stack.close()
            raise

    @property
    def job(self) -> str:
        """The digest of the job, as the workers' setups know it."""
        return str(self._order.alike["job"])

    @property
    def places(self) -> int:
        """One photo for each thread of each worker."""
        threads: dict[str, int] = self._client.nthreads()
        return max(sum(threads.values()), 1)

    def submit(self, photo: FoundPhoto, first: Path) -> Pending:
        """Give a photo to the cluster."""
        done: Pending = futures.Future()
        below, path = photo.below, photo.path.absolute()
        self._searched[str(path)] = photo.path
        if self._config.out is None:
            below = Path(fitting_stem(photo.path.stem, DEFAULT_OUT))
        task = self._client.submit(
            cluster_worker.search_one,
            self._order,
            FoundPhoto(path, below, photo.data),
            first.absolute(),
            key=f"blackcamo-search-{uuid.uuid4().hex}",
            pure=False,
        )
        self._tasks[done] = task
        task.add_done_callback(partial(self._take, done, photo))
        return done

    def wait(self, pending: Collection[Pending]) -> Collection[Pending]:
        """Those that are done, at least one; tells the workers, should all of it end."""
        return first_done(pending, self._tell_end)

    def close(self) -> None:
        """Leave the cluster; what is searched there ends after its batch."""
        if self._tasks:
            self._end_all()
        self._stack.close()

    def _agreed(self, seen: Sequence[Path]) -> Facts:
        """The facts that all workers have in common."""
        out = Path(self._absolute.out or DEFAULT_OUT)
        prepare_folder(out)
        workers = look(self._client, self._absolute, [*(p.absolute() for p in seen), out])
        unfit = [worker for worker in workers if worker.problem is not None]
        if unfit:
            said = "; ".join(f"{worker.address}: {worker.problem}" for worker in unfit)
            raise ClusterError(
                f"{len(unfit)} of {len(workers)} workers cannot search: {said}; "
                "`blackcamo cluster-check` lists what each has"
            )
        return {key: getattr(workers[0], key) for key in ALIKE}

    def _take(self, done: Pending, photo: FoundPhoto, task: Task) -> None:
        """Hand on what became of a task."""
        self._tasks.pop(done, None)
        self._searched.pop(str(photo.path.absolute()), None)
        if task.status == "finished":
            done.set_result(self._as_asked(photo, task.result()))
            return
        lost = task.status != "error"
        cause = "the connection to the scheduler is lost" if lost else _said(task.exception())
        done.set_result(
            SearchResult(
                photo=photo.path,
                scorer=public_spec(self._config.scorer),
                seed=self._config.seed,
                # What was not the photo's fault goes on with the next call.
                interrupted=lost,
                error=f"{photo.path}: {cause}",
            )
        )

    def _as_asked(self, photo: FoundPhoto, result: SearchResult) -> SearchResult:
        """A result with paths as they would be here: relative where ``out`` is."""

        def back(path: Path | None) -> Path | None:
            if path is None or Path(self._config.out or "").is_absolute():
                return path
            return Path(os.path.relpath(path))

        return replace(
            result,
            photo=photo.path if photo.data is None else back(result.photo) or result.photo,
            output=back(result.output),
            preset=back(result.preset),
            compare=back(result.compare),
            table=back(result.table),
            sheet=back(result.sheet),
            choices=tuple(
                replace(c, output=back(c.output) or c.output, preset=back(c.preset) or c.preset)
                for c in result.choices
            ),
        )

    def _hear(self, event: tuple[float, Any]) -> None:
        """Take what a worker says while it works."""
        _, told = event
        if not isinstance(told, dict):
            return
        about = told.get("progress", {})
        photo = self._searched.get(about.get("photo", ""))
        if photo is not None and self._progress is not None:
            self._progress(Progress(**{**about, "photo": photo}))
        if "unfit" in told and told["unfit"] not in self._complained:
            self._complained.add(told["unfit"])
            logging.getLogger(__name__).warning(
                "worker %s is left out: %s", told["unfit"], told["problem"]
            )

    def _tell_end(self) -> None:
        if not self._told and self._stop():
            self._end_all()

    def _end_all(self) -> None:
        self._told = True
        # A worker that is gone ends by itself.
        self._client.run(cluster_worker.end, self._order.name, on_error="ignore")


def _said(error: BaseException | None) -> str:
    if isinstance(error, distributed.KilledWorker):
        return "the workers that searched it died, one after the other"
    return f"{type(error).__name__}: {error}".splitlines()[0]

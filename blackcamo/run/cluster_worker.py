"""The work of a dask cluster's worker: it loads the scorer once, and searches photos."""

from __future__ import annotations

import platform
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from blackcamo.errors import BlackcamoError, StudyBusyError
from blackcamo.extras import import_extra
from blackcamo.kept import Kept
from blackcamo.run.config import SearchConfig
from blackcamo.run.finding import FoundPhoto
from blackcamo.run.results import Progress, ProgressCallback, SearchResult
from blackcamo.run.searching import Spent, Stop, result_of, search_found, set_up
from blackcamo.run.setup import Setup

# Typed only in part.
distributed: Any = import_extra("distributed", extra="cluster", who="a cluster")

Facts: TypeAlias = Mapping[str, Any]

ALIKE = ("versions", "scorer", "job")
"""Facts on which the bytes of a result depend: all workers of a call have the same."""

_BUSY_S = 1.0
_UNFIT_S = 5.0
_EVERY_S = 1.0
_setups: Kept[bytes, Setup] = Kept(2)
_ended: set[str] = set()


class Undisturbed(distributed.WorkerPlugin):  # type: ignore[misc]
    """Leaves signals that go to a whole group of processes to the one that started the workers."""

    name = "blackcamo-undisturbed"

    def setup(self, worker: Any) -> None:
        """Ignore them; a worker ends when it is told, or when its parent is gone."""
        del worker
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.SIG_IGN)


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a call to the workers.

    ``name`` tells calls apart, ``alike`` is what a worker has to have in common with the others.
    """

    name: str
    config: SearchConfig
    alike: Facts


def facts(config: SearchConfig, seen: Sequence[Path] = ()) -> dict[str, Any]:
    """The facts about this worker; ``problem`` says why it can search nothing, None if it can.

    Args:
        seen: files and folders that it should see.
    """
    told: dict[str, Any] = {
        "host": socket.gethostname(),
        "python": platform.python_version(),
        **dict.fromkeys(ALIKE),
        "problem": None,
    }
    missing = [str(path) for path in seen if not path.exists()]
    if missing:
        told["problem"] = (
            f"it does not see {', '.join(missing)}; share that folder with it, at the same path"
        )
        return told
    try:
        setup = _setup(config)
    except BlackcamoError as error:
        return {**told, "problem": str(error)}
    info = asdict(setup.scorer.info)
    return {**told, "versions": dict(setup.versions), "scorer": info, "job": setup.job}


def end(name: str) -> None:
    """Let the searches of a call end after their batch, with what they found."""
    _ended.add(name)


def search_one(order: Order, photo: FoundPhoto, first: Path) -> SearchResult:
    """Search one photo; a worker that came later and differs leaves it to the others."""
    worker = distributed.get_worker()
    mine = facts(order.config)
    problem = mine["problem"] or difference(order.alike, mine)
    if problem is not None:
        worker.log_event(order.name, {"unfit": worker.address, "problem": problem})
        time.sleep(_UNFIT_S)
        raise distributed.Reschedule
    latest = 0.0

    def tell(progress: Progress) -> None:
        nonlocal latest
        if time.monotonic() - latest >= _EVERY_S:
            latest = time.monotonic()
            worker.log_event(
                order.name, {"progress": {**asdict(progress), "photo": str(photo.path)}}
            )

    return result_of(
        _setup(order.config),
        photo,
        first,
        tell,
        partial(_is_ended, order.name),
        search=_when_free,
    )


def difference(wanted: Facts, found: Facts) -> str | None:
    """In what a worker's facts differ from those of the others; None where they do not."""
    for key in ALIKE:
        if wanted[key] == found[key]:
            continue
        if not isinstance(wanted[key], Mapping) or not isinstance(found[key], Mapping):
            return f"its {key} is {found[key]}, that of the others {wanted[key]}"
        for name in {**wanted[key], **found[key]}:
            ours, theirs = found[key].get(name), wanted[key].get(name)
            if ours != theirs:
                what = f"{name} of its scorer" if key == "scorer" else name
                return f"{what} is {ours}, on the others {theirs}"
    return None


def _setup(config: SearchConfig) -> Setup:
    """The setup that all photos of a call share, made once in this process."""
    return _setups.all(
        [distributed.protocol.pickle.dumps(config)], lambda _: [set_up(config, None)]
    )[0]


def _is_ended(name: str) -> bool:
    return name in _ended


def _when_free(
    setup: Setup, found: FoundPhoto, spent: Spent, progress: ProgressCallback | None, stop: Stop
) -> SearchResult:
    """Search a photo; one that a call still searches whose client is gone is waited for."""
    while True:
        try:
            return search_found(setup, found, spent, progress, stop)
        except StudyBusyError as error:
            if stop():
                raise
            if progress is not None:
                begun = Progress.begun(setup.config.budget)
                progress(replace(begun, photo=found.path, doing=str(error)))
            time.sleep(_BUSY_S)

"""Shared by studies of many searches: a core for each, and scorers from their config files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Any, TypeVar

from blackcamo.devices import usable_cores
from blackcamo.types import ScorerOptions

Item = TypeVar("Item")
Found = TypeVar("Found")


def side_by_side(work: Callable[[Item], Found], items: Iterable[Item]) -> Iterator[Found]:
    """Do ``work`` on every item, as many at a time as there are cores, and keep their order.

    Each process stays on a core of its own, where the system lets it: a search then renders in
    that process alone, and none waits for another.
    """
    context = get_context("spawn")
    cores: SimpleQueue[int] = context.SimpleQueue()
    count = usable_cores()
    known = hasattr(os, "sched_getaffinity")
    for core in sorted(os.sched_getaffinity(0)) if known else range(count):
        cores.put(core)
    with ProcessPoolExecutor(count, context, initializer=_settle, initargs=(cores,)) as pool:
        yield from pool.map(work, items)


def _settle(cores: SimpleQueue[int]) -> None:
    core = cores.get()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def scorer_settings(config: Mapping[str, Any], **places: Path) -> dict[str, Any]:
    """A scorer of a config file as options of a search; ``{name}`` stands for one of ``places``."""
    options = {key: value.format(**places) for key, value in config.get("options", {}).items()}
    return {
        "scorer": config["spec"].format(**places),
        "scorer_options": ScorerOptions(extra=options),
    }

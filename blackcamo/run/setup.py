"""What the photos of a call share."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import blackcamo
from blackcamo import plugins
from blackcamo.channel import Channel
from blackcamo.devices import resolve_device, usable_cores
from blackcamo.errors import OptionError
from blackcamo.filters.chain import load_chain
from blackcamo.images import Photo
from blackcamo.looks import read_look
from blackcamo.oracle import Ledger
from blackcamo.run.results import SearchConfig
from blackcamo.run.scoring import recorded_options
from blackcamo.run.starts import load_start
from blackcamo.run.versions import versions
from blackcamo.scorers import load_scorer
from blackcamo.strategies import Goal, Strategy
from blackcamo.workers import Workers

_MIN_PROXY_PX = 64
_WORTH_WORKERS = 100
"""Queries from which on processes that render are worth the seconds in which they start."""
IDENTITY = (
    "blackcamo",
    "photo",
    "scorer_spec",
    "scorer_options",
    "scorer",
    "appeal_measure",
    "mode",
    "target",
    "appeal_floor",
    "strategy",
    "start",
    "seed",
    "batch",
    "channel",
    "filters",
    "space",
    "proxy_px",
    "keep_size",
)
"""What decides which candidates a study asks for and what becomes of them: its fixed attributes,
and the first part of a preset's provenance."""
LOOK = "look"
"""The one more, where the look of a file is searched, too."""


class Setup:
    """What all photos of a call share: scorer, chain, channel, appeal and goal.

    Raises:
        BlackcamoError: one of them cannot be made as the configuration asks.
    """

    def __init__(self, config: SearchConfig) -> None:
        self.config = config
        Ledger(config.budget)
        if config.proxy_px < _MIN_PROXY_PX:
            raise OptionError(
                f"proxy is {config.proxy_px} pixels; it must be at least {_MIN_PROXY_PX}"
            )
        self.device = resolve_device(config.device)
        self.channel = Channel(config.quality, config.subsampling)
        self.look = None if config.look is None else read_look(Path(config.look))
        self.chain = load_chain(
            config.filters,
            look=self.look,
            seed=config.seed,
            device=self.device,
            mode=config.mode,
        )
        self.start = load_start(config.start, self.chain.space)
        self.workers = self._workers()
        self.appeal = plugins.load("appeals", config.appeal)()
        self.scorer = load_scorer(config.scorer, config.scorer_options)
        self.goal = Goal.for_scorer(
            self.scorer.info, target=config.target, appeal_floor=config.appeal_floor
        )
        self.versions = versions(self.scorer.info.engine)
        # An unknown or unusable one is refused here and not after the first query.
        self.strategy(config.budget)

    def _workers(self) -> Workers | None:
        """Processes that render, on their way while the rest is loaded; None where none pay."""
        few = self.config.budget < _WORTH_WORKERS or usable_cores() == 1
        if few or self.device != "cpu":
            return None
        workers = Workers()
        workers.start()
        return workers

    def strategy(self, budget: int) -> Strategy:
        """A fresh strategy as the configuration asks, planned for so many candidates."""
        config = self.config
        return Strategy(
            config.strategy,
            dimension=self.chain.space.dimension,
            budget=budget,
            batch=config.batch,
            seed=config.seed,
            starts=self.start.vectors,
        )

    def identity(self, photo: Photo) -> dict[str, Any]:
        """What must not change within a study of this photo, see :data:`IDENTITY`."""
        config = self.config
        return {
            # Another version may render or judge otherwise: it begins a study of its own.
            "blackcamo": blackcamo.__version__,
            "photo": {"name": photo.path.name, "sha256": photo.sha256},
            "scorer_spec": config.scorer,
            "scorer_options": recorded_options(config.scorer_options),
            "scorer": asdict(self.scorer.info),
            "appeal_measure": self.appeal.name,
            "mode": config.mode,
            "target": self.goal.target,
            "appeal_floor": config.appeal_floor,
            "strategy": config.strategy,
            "start": dict(self.start.identity),
            "seed": config.seed,
            "batch": config.batch,
            "channel": asdict(self.channel),
            "filters": [f.name for f in self.chain.filters],
            "space": self.chain.space.digest,
            "proxy_px": config.proxy_px,
            "keep_size": config.keep_size,
        } | ({} if self.look is None else {LOOK: self.look.identity})

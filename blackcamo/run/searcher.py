"""What the photos of a call share, and the calls that camouflage them."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from blackcamo import plugins
from blackcamo.channel import Channel
from blackcamo.devices import resolve_device
from blackcamo.errors import BlackcamoError, OptionError
from blackcamo.filters.chain import load_chain
from blackcamo.images import Photo, load_photo
from blackcamo.oracle import Ledger
from blackcamo.run.photo_search import PhotoSearch
from blackcamo.run.results import (
    DEFAULT_STORAGE,
    ProgressCallback,
    SearchConfig,
    SearchResult,
)
from blackcamo.run.scoring import recorded_options
from blackcamo.run.versions import versions
from blackcamo.scorers import load_scorer
from blackcamo.strategies import Goal, Strategy
from blackcamo.study import Study, study_name

_MIN_PROXY_PX = 64
IDENTITY = (
    "photo",
    "scorer_spec",
    "scorer_options",
    "scorer",
    "appeal_measure",
    "mode",
    "target",
    "appeal_floor",
    "strategy",
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


def search(
    photo: str | Path,
    *,
    config: SearchConfig | None = None,
    progress: ProgressCallback | None = None,
    **options: Any,
) -> SearchResult:
    """Camouflage one photo.

    Args:
        photo: the picture's file.
        config: what to do; ``options`` override its fields.
        progress: called after every batch.

    Raises:
        OptionError: an unknown option, or a value out of its bounds.
        BlackcamoError: the photo, the scorer, the study or the output folder cannot be used.
            A photo that merely could not be camouflaged is a result with ``succeeded`` False.
    """
    known = {f.name for f in fields(SearchConfig)}
    for name in options:
        if name not in known:
            raise OptionError(plugins.unknown("search option", name, known))
    return Searcher(replace(config or SearchConfig(), **options)).run(Path(photo), progress)


def search_many(
    photos: Sequence[str | Path],
    *,
    config: SearchConfig | None = None,
    progress: ProgressCallback | None = None,
) -> Generator[SearchResult, None, None]:
    """Camouflage photos one after the other; one that fails is reported in ``error``.

    Raises:
        BlackcamoError: what all of them need, such as the scorer, cannot be used.
    """
    config = config or SearchConfig()
    searcher = Searcher(config)
    stems: dict[str, Path] = {}
    for path in map(Path, photos):
        try:
            other = stems.setdefault(path.stem, path)
            if other is not path:
                raise OptionError(
                    f"{path}: its files would replace those of {other}; "
                    "rename it or search it in a call with another --out"
                )
            yield searcher.run(path, progress)
        except BlackcamoError as error:
            yield SearchResult(photo=path, scorer=config.scorer, seed=config.seed, error=str(error))


class Searcher:
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
        self.chain = load_chain(config.filters, seed=config.seed, device=self.device)
        self.appeal = plugins.load("appeals", config.appeal)()
        self.scorer = load_scorer(config.scorer, config.scorer_options)
        self.goal = Goal.for_scorer(
            self.scorer.info, target=config.target, appeal_floor=config.appeal_floor
        )
        self.versions = versions(self.scorer.info.engine)
        # An unknown or unusable one is refused here and not after the first query.
        self.strategy(config.budget)

    def strategy(self, budget: int) -> Strategy:
        """A fresh strategy as the configuration asks, planned for so many candidates."""
        config = self.config
        return Strategy(
            config.strategy,
            dimension=self.chain.space.dimension,
            budget=budget,
            batch=config.batch,
            seed=config.seed,
        )

    def run(self, path: Path, progress: ProgressCallback | None = None) -> SearchResult:
        """Search one photo and write its files.

        Raises:
            BlackcamoError: see :func:`search`.
        """
        photo = load_photo(path)
        identity = self._identity(photo)
        with Study.open(
            self.config.storage or DEFAULT_STORAGE,
            study_name(path.stem, self.scorer.info.name, identity),
            self.chain.space,
            higher_is_better=self.scorer.info.higher_is_better,
            attributes=identity,
            about={"versions": self.versions, "budget": self.config.budget},
        ) as study:
            return PhotoSearch(self, photo, study, identity, progress or (lambda _: None)).run()

    def _identity(self, photo: Photo) -> dict[str, Any]:
        config = self.config
        return {
            "photo": {"name": photo.path.name, "sha256": photo.sha256},
            "scorer_spec": config.scorer,
            "scorer_options": recorded_options(config.scorer_options),
            "scorer": asdict(self.scorer.info),
            "appeal_measure": self.appeal.name,
            "mode": config.mode,
            "target": self.goal.target,
            "appeal_floor": config.appeal_floor,
            "strategy": config.strategy,
            "seed": config.seed,
            "batch": config.batch,
            "channel": asdict(self.channel),
            "filters": [f.name for f in self.chain.filters],
            "space": self.chain.space.digest,
            "proxy_px": config.proxy_px,
            "keep_size": config.keep_size,
        }

"""blackcamo explore: where appeal is high and scores are low, by a design instead of a search."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

import blackcamo
from blackcamo import plugins
from blackcamo.channel import Channel
from blackcamo.devices import resolve_device, usable_cores
from blackcamo.errors import OptionError
from blackcamo.exploring import Journal, Row, Table, make_design
from blackcamo.exploring.asking import Asker, Subject
from blackcamo.exploring.design import ORIGINAL, Key
from blackcamo.images import fit_long_side, load_photo
from blackcamo.ledger import Ledger
from blackcamo.oracle import Ended, Oracle
from blackcamo.rendering import Renderer
from blackcamo.report.explore_page import Shown
from blackcamo.run.charting import Album
from blackcamo.run.config import ExploreConfig
from blackcamo.run.explored_files import JOURNAL, refuse_foreign, write_exploration
from blackcamo.run.explored_photos import ExploredPhoto, explored_photos
from blackcamo.run.results import ExploreResult
from blackcamo.run.setup import load_styles, style_chain
from blackcamo.run.waiting import wait
from blackcamo.scorers import load_scorer
from blackcamo.types import Scorer
from blackcamo.workers import Workers

DEFAULT_POINTS = 8
_MIN_PROXY_PX = 64

Counting: TypeAlias = Callable[[str, int, int], None]
"""Called with the name of a photo, pictures done and pictures in all."""


def explore(
    photos: Sequence[str | Path],
    *,
    config: ExploreConfig | None = None,
    progress: Counting = lambda *_: None,
    stop: Callable[[], bool] = lambda: False,
) -> ExploreResult:
    """Show the same looks of every photo to every scorer, and tell what that says of them.

    The same call goes on where one was stopped or killed; with more photos, looks, styles or
    scorers it asks about what is new.

    Args:
        photos: pictures, and folders of them; larger ones are taken down to ``config.proxy_px``.
        config: scorers, styles, looks or budget, seed and channel.
        progress: called after every batch.
        stop: asked before every batch; True ends the call.

    Raises:
        OptionError: the configuration contradicts itself, or what the folder holds.
        BlackcamoError: a scorer or the folder cannot be used; a photo that cannot is reported in
            ``failures``.
    """
    config = config or ExploreConfig()
    started = time.monotonic()
    exploration = _Exploration(config, photos, stop)
    refuse_foreign(config.out)
    with Journal.open(config.out / JOURNAL) as journal:
        return replace(
            exploration.run(journal, progress), seconds=round(time.monotonic() - started, 3)
        )


class _Exploration:
    """An exploration: its photos, looks and scorers."""

    def __init__(
        self, config: ExploreConfig, photos: Sequence[str | Path], stop: Callable[[], bool]
    ) -> None:
        if config.proxy_px < _MIN_PROXY_PX:
            raise OptionError(
                f"proxy is {config.proxy_px} pixels; it must be at least {_MIN_PROXY_PX}"
            )
        for name in ("batch", "shown"):
            if (value := getattr(config, name)) < 1:
                raise OptionError(f"{name} is {value}; it must be at least 1")
        self._config = config
        self._stop = stop
        self._device = resolve_device(config.device)
        self._channel = Channel(config.quality, config.subsampling)
        names = plugins.names("styles") if config.styles is None else config.styles
        self._styles = load_styles(names)
        self._chain = style_chain(self._styles, seed=config.seed, device=self._device)
        self._appeal = plugins.load("appeals", config.appeal)()
        self._scorers = _load_scorers(config)
        self._photos, self._failures = explored_photos(photos)
        self._design = make_design(self._styles, self._points(), seed=config.seed)

    def run(self, journal: Journal, progress: Counting) -> ExploreResult:
        """Ask about all that is missing, write what was found, and tell it."""
        self._hold(journal)
        ledgers = {
            name: Ledger(self._config.budget) if self._config.budget else Ledger.unlimited()
            for name in self._scorers
        }
        oracles = {
            name: Oracle(
                scorer,
                ledgers[name],
                sending=partial(journal.sending, name),
                wait=partial(wait, stop=self._stop),
            )
            for name, scorer in self._scorers.items()
        }
        album = Album([photo.sha256 for photo in self._shown()])
        asker = Asker(journal, oracles, self._design, self._config.batch, self._stop, album.keep)
        workers = _workers(self._device)
        interrupted = True
        with contextlib.suppress(Ended):
            self._ask(asker, workers, progress)
            interrupted = False
        result = ExploreResult(
            out=self._config.out,
            photos=len(self._photos),
            looks=len(self._design.looks),
            scorers=tuple(self._scorers),
            queries={name: _counts(oracle) for name, oracle in oracles.items()},
            without_score={name: dict(oracle.failures) for name, oracle in oracles.items()},
            failures=self._failures,
            interrupted=interrupted,
        )
        if interrupted:
            return result
        return write_exploration(
            self._config,
            self._table(journal),
            self._pictures(album, workers),
            self._chain.space.params,
            result,
            photos=self._photos,
            channel=self._channel,
            appeal_measure=self._appeal.name,
        )

    def _shown(self) -> list[ExploredPhoto]:
        """The photos whose looks can be seen on the page: the first, and others evenly apart."""
        count = min(self._config.shown, len(self._photos))
        return [self._photos[n * len(self._photos) // count] for n in range(count)]

    def _pictures(self, album: Album, workers: Workers | None) -> dict[str, Mapping[Key, Shown]]:
        keys, filters = [look.key for look in self._design.looks], self._chain.space
        return {
            photo.name: album.complete(
                self._subject(photo, workers), keys, filters, batch=self._config.batch
            )
            for photo in self._shown()
        }

    def _points(self) -> int:
        """Looks of each style: as many as were asked for, or as the budget allows."""
        points, budget = self._config.points, self._config.budget
        photos, styles = len(self._photos), len(self._styles)
        if budget is None:
            return DEFAULT_POINTS if points is None else points
        allowed = (budget - photos) // (photos * styles)
        least = photos * (1 + styles * (points or 1))
        if allowed < (points or 1):
            raise OptionError(
                f"budget is {budget} queries of each scorer; {photos} photos and {points or 1} "
                f"looks in each of {styles} styles take {least}: raise it by {least - budget}"
            )
        return allowed if points is None else points

    def _hold(self, journal: Journal) -> None:
        """Refuse what differs from the exploration that the folder holds."""
        config = self._config
        for name, value in (
            ("version", blackcamo.__version__),
            ("appeal", self._appeal.name),
            ("channel", asdict(self._channel)),
            ("filters", self._chain.space.digest),
            ("seed", config.seed),
            ("proxy", config.proxy_px),
        ):
            journal.hold(name, value)
        for style in self._styles:
            # The first look tells sequences apart.
            first = self._design.of(style.name)[0]
            described = {**asdict(first), "fixed": dict(style.fixed)}
            journal.hold(f"style {style.name}", described)
        for scorer, loaded in self._scorers.items():
            journal.hold(f"scorer {scorer}", asdict(loaded.info))

    def _ask(self, asker: Asker, workers: Workers | None, progress: Counting) -> None:
        each = 1 + len(self._design.looks)
        total = each * len(self._photos)
        for n, photo in enumerate(self._photos):
            done = each * (n + 1) - len(asker.missing(photo.sha256))
            progress(photo.name, done, total)
            if not asker.missing(photo.sha256):
                continue

            def more(pictures: int, name: str = photo.name) -> None:
                nonlocal done
                done += pictures
                progress(name, done, total)

            asker.ask(self._subject(photo, workers), progress=more)

    def _subject(self, photo: ExploredPhoto, workers: Workers | None) -> Subject:
        loaded = load_photo(photo.path)
        renderer = Renderer(
            fit_long_side(loaded.pixels, self._config.proxy_px),
            self._chain,
            self._channel,
            self._appeal,
            "enhance",
            device=self._device,
        )
        return Subject(
            loaded, renderer, self._design, self._styles, self._chain.space, workers=workers
        )

    def _table(self, journal: Journal) -> Table:
        keys = (ORIGINAL, *(look.key for look in self._design.looks))
        rows = []
        for photo in self._photos:
            for key in keys:
                seen = journal.seen[photo.sha256][key]
                scores = {
                    name: journal.scores[name][photo.sha256][key]
                    for name in self._scorers
                    if key in journal.scores.get(name, {}).get(photo.sha256, {})
                }
                appeal = seen.appeal if seen.error is None else math.nan
                rows.append(Row(photo.name, key, appeal, seen.suited, seen.jpeg_bytes, scores))
        infos = {name: scorer.info for name, scorer in self._scorers.items()}
        return Table(self._design, infos, rows)


def _load_scorers(config: ExploreConfig) -> dict[str, Scorer]:
    """The scorers by the names that they have for themselves."""
    found: dict[str, Scorer] = {}
    if not config.scorers:
        raise OptionError("no scorer is named; choose from " + ", ".join(plugins.names("scorers")))
    for spec in dict.fromkeys(config.scorers):
        scorer = load_scorer(spec, config.scorer_options)
        if scorer.info.name in found:
            raise OptionError(
                f"two scorers are called {scorer.info.name!r}; give one of them another name in "
                "its description"
            )
        found[scorer.info.name] = scorer
    return found


def _workers(device: str) -> Workers | None:
    return Workers() if device == "cpu" and usable_cores() > 1 else None


def _counts(oracle: Oracle) -> Mapping[str, int]:
    return {kind: n for kind, n in oracle.ledger.counts().items() if kind != "budget"}

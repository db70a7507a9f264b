"""The calls that camouflage photos."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from blackcamo import plugins
from blackcamo.channels import Channels, channels
from blackcamo.errors import BlackcamoError, OptionError, PhotoError, ScorerError, StudyError
from blackcamo.images import load_photo, made_here
from blackcamo.ledger import Ledger
from blackcamo.oracle import Ended, Oracle
from blackcamo.run.applying import find_photos
from blackcamo.run.continuing import require_same_scorer
from blackcamo.run.looks import keep_look
from blackcamo.run.naming import MADE_HERE
from blackcamo.run.photo_search import PhotoSearch
from blackcamo.run.presets import photo_size
from blackcamo.run.results import (
    DEFAULT_STORAGE,
    Progress,
    ProgressCallback,
    SearchConfig,
    SearchResult,
)
from blackcamo.run.setup import Setup
from blackcamo.run.tables import TableSetup
from blackcamo.run.travel import STANDARD, travelled
from blackcamo.run.waiting import wait
from blackcamo.scorers.address import public_spec
from blackcamo.study import Study, study_name

Stop: TypeAlias = Callable[[], bool]


def _never() -> bool:
    return False


def search(
    photo: str | Path,
    *,
    config: SearchConfig | None = None,
    progress: ProgressCallback | None = None,
    stop: Stop = _never,
    **options: Any,
) -> SearchResult:
    """Camouflage one photo.

    Args:
        photo: the picture's file.
        config: what to do; ``options`` override its fields.
        progress: called after every batch, and as loading, waiting and verifying begin.
        stop: asked before every batch; True ends the search with what was found so far, and the
            same call continues it.

    Raises:
        OptionError: an unknown option, or a value out of its bounds.
        BlackcamoError: the photo, the scorer, the study or the output folder cannot be used.
            A photo that merely could not be camouflaged is a result with ``succeeded`` False.
    """
    known = {f.name for f in fields(SearchConfig)}
    for name in options:
        if name not in known:
            raise OptionError(plugins.unknown("search option", name, known))
    setup = _setup(replace(config or SearchConfig(), **options), progress)
    return _search(setup, Path(photo), Spent(setup.config.budget), progress, stop)


def search_many(
    photos: Sequence[str | Path],
    *,
    config: SearchConfig | None = None,
    progress: ProgressCallback | None = None,
    stop: Stop = _never,
) -> Generator[SearchResult, None, None]:
    """Camouflage photos one after the other; one that fails is reported in ``error``.

    After ``stop`` has said True no other photo is begun.

    Args:
        photos: pictures, and folders for the pictures in them that blackcamo did not make.

    Raises:
        BlackcamoError: what all of them need, such as the scorer, cannot be used.
    """
    config = config or SearchConfig()
    setup = _setup(config, progress)
    stems: dict[str, Path] = {}
    for path in find_photos(photos):
        if stop():
            return
        spent = Spent(config.budget)
        try:
            if path.is_dir():
                raise PhotoError(f"{path} is a folder without pictures; name the photos")
            other = stems.setdefault(path.stem, path)
            if other is not path and config.overwrite:
                raise OptionError(
                    f"{path}: its files would replace those of {other}; leave out --overwrite, or "
                    "search it in a call with another --out"
                )
            yield _search(setup, path, spent, progress, stop)
        except BlackcamoError as error:
            yield SearchResult(
                photo=path,
                scorer=public_spec(config.scorer),
                seed=config.seed,
                interrupted=stop(),
                queries=spent.counts(),
                error=str(error),
            )


def _setup(config: SearchConfig, progress: ProgressCallback | None) -> Setup:
    if progress is not None:
        loading = f"loading {public_spec(config.scorer)}"
        progress(replace(Progress.begun(config.budget), doing=loading))
    return Setup(config) if config.made_for is None else TableSetup(config)


class Spent:
    """The queries of one photo, to be told whatever becomes of it."""

    def __init__(self, budget: int) -> None:
        self.ledger = Ledger(budget)
        self.study: Study | None = None

    def counts(self) -> dict[str, int | None]:
        """As a result has them."""
        checks = 0
        # What has ended the search may be that it cannot be read any more.
        with suppress(StudyError):
            checks = 0 if self.study is None else self.study.ledger.get("checks", 0)
        return {**self.ledger.counts(), "checks": checks, "travel": 0, "to_success": None}


def _search(
    setup: Setup, path: Path, spent: Spent, progress: ProgressCallback | None, stop: Stop
) -> SearchResult:
    photo = load_photo(path)
    contest = setup.contest(photo)
    identity = setup.identity(photo, contest)
    info = setup.scorer.info
    with Study.open(
        setup.config.storage or DEFAULT_STORAGE,
        study_name(path.stem, info.name, identity),
        contest.spaces,
        higher_is_better=info.higher_is_better,
        attributes=identity,
        about={
            "versions": setup.versions,
            "budget": setup.config.budget,
            "photo_size": photo_size(photo.pixels),
        },
    ) as study:
        if setup.look is not None:
            keep_look(study, setup.look)
        spent.study = study
        tell = progress or (lambda _: None)
        try:
            require_same_scorer(setup, photo, study, wait=partial(wait, stop=stop))
            searched = PhotoSearch(setup, photo, contest, study, spent.ledger, tell, stop)
            result = searched.run()
        except Ended as ended:
            raise ScorerError(
                f"{path}: the search was ended while the scorer asked to wait, before there was "
                "anything to deliver; the same command goes on"
            ) from ended
    mine = (MADE_HERE,) if made_here(path) else ()
    beside = Ledger.unlimited()
    asked = channels([STANDARD]) if setup.config.travel else Channels(())
    return replace(
        result,
        travel=_travelled(setup, result, asked, stop, beside),
        queries={**result.queries, "travel": beside.total},
        notes=(*mine, *result.notes, *searched.delivery.notes, *asked.missing),
    )


def _travelled(
    setup: Setup, result: SearchResult, asked: Channels, stop: Stop, ledger: Ledger
) -> dict[str, float | None]:
    """What becomes of a delivered file's score on its way, where that is to be told."""
    if result.output is None or result.interrupted:
        return {}
    oracle = Oracle(setup.scorer, ledger, wait=partial(wait, stop=stop))
    try:
        return travelled(load_photo(result.output).pixels, asked.passages, oracle)
    except Ended:
        # The file is there, and nobody waits for the rest.
        return {}

"""The call that camouflages a photo."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeAlias, Unpack

from blackcamo.channels import STANDARD, Channels, channels
from blackcamo.errors import BlackcamoError, OptionError, PhotoError, ScorerError, StudyError
from blackcamo.images import Photo, Source, load_photo, made_here, write_bytes
from blackcamo.ledger import Ledger
from blackcamo.oracle import Ended, Oracle
from blackcamo.run.config import (
    DEFAULT_STORAGE,
    SEARCH_DEFAULTS,
    SearchConfig,
    SearchKeywords,
    configured,
    out_folder,
)
from blackcamo.run.continuing import require_same_scorer
from blackcamo.run.finding import FoundPhoto
from blackcamo.run.keywords import spelled_out
from blackcamo.run.looks import keep_look
from blackcamo.run.naming import MADE_HERE, unclaimed
from blackcamo.run.photo_search import PhotoSearch
from blackcamo.run.photo_setup import PhotoSetup
from blackcamo.run.presets import photo_size
from blackcamo.run.results import Progress, ProgressCallback, SearchResult
from blackcamo.run.setup import Setup
from blackcamo.run.showing import Shown, told
from blackcamo.run.tables import TableSetup
from blackcamo.run.travel import travelled
from blackcamo.run.waiting import wait
from blackcamo.scorers.address import public_spec
from blackcamo.study import Study, study_name
from blackcamo.types import PhotoLike

Stop: TypeAlias = Callable[[], bool]


def never() -> bool:
    """Whether a search is to end that nothing ends."""
    return False


@spelled_out(SearchKeywords, SEARCH_DEFAULTS)
def search(
    photo: PhotoLike,
    *,
    config: SearchConfig | None = None,
    progress: Shown = None,
    stop: Stop = never,
    **options: Unpack[SearchKeywords],
) -> SearchResult:
    """Camouflage one photo.

    Args:
        photo: the picture's file, a PIL image or an array; of the latter two a PNG is kept with
            what is delivered, for whatever is done with the study later.
        config: what to do; ``options`` override its fields, and ``threshold``, ``scale`` (low,
            high) and ``higher_is_better`` those of its ``scorer_options``.
        progress: called after every batch, and as loading, waiting and verifying begin; None is
            a bar where it runs in a notebook, False is none there either.
        stop: asked before every batch; True ends the search with what was found so far, and the
            same call continues it.

    Raises:
        OptionError: an unknown option, or a value out of its bounds.
        BlackcamoError: the photo, the scorer, the study or the output folder cannot be used.
            A photo that merely could not be camouflaged is a result with ``succeeded`` False.
    """
    asked, source = configured(config, options), Source.of(photo)
    found, tell = FoundPhoto(source.path, data=source.data), told(progress)
    setup = set_up(asked, tell)
    return search_found(setup, found, Spent(asked.budget), tell, stop)


def set_up(config: SearchConfig, progress: ProgressCallback | None) -> Setup:
    """The setup that all photos of a call share.

    Raises:
        BlackcamoError: it cannot be used.
    """
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


SearchFound: TypeAlias = Callable[
    [Setup, FoundPhoto, Spent, "ProgressCallback | None", Stop], SearchResult
]


def result_of(
    setup: Setup,
    found: FoundPhoto,
    first: Path,
    progress: ProgressCallback | None,
    stop: Stop,
    *,
    search: SearchFound | None = None,
) -> SearchResult:
    """The result of a photo of a call, whatever becomes of it.

    Args:
        first: the photo whose files it would replace, or itself.
        search: what searches it; None is :func:`search_found`.
    """
    config, path = setup.config, found.path
    spent, started = Spent(config.budget), time.monotonic()
    try:
        if path.is_dir():
            raise PhotoError(
                f"{path} is a folder without pictures; name the photos, or look below it with "
                "--recursive"
            )
        if first != path:
            raise OptionError(
                f"{path}: its files would replace those of {first}; leave out --overwrite, or "
                "search it in a call with another --out"
            )
        return (search or search_found)(setup, found, spent, progress, stop)
    except BlackcamoError as error:
        return SearchResult(
            photo=path,
            scorer=public_spec(config.scorer),
            seed=config.seed,
            interrupted=stop(),
            queries=spent.counts(),
            seconds=round(time.monotonic() - started, 3),
            error=str(error),
        )


def search_found(
    setup: Setup, found: FoundPhoto, spent: Spent, progress: ProgressCallback | None, stop: Stop
) -> SearchResult:
    """Camouflage one photo of a call.

    Args:
        spent: counts its queries, to be told even where this raises.

    Raises:
        BlackcamoError: as :func:`search`.
    """
    photo = _kept(found, setup.config).load()
    path = photo.path
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
            parts = PhotoSetup(setup, photo, contest, study, spent.ledger, tell, stop)
            searched = PhotoSearch(parts, found.below)
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
        storage=str(setup.config.storage or DEFAULT_STORAGE),
        travel=_travelled(setup, photo, result, asked, stop, beside),
        queries={**result.queries, "travel": beside.total},
        notes=(
            *mine,
            *result.notes,
            *searched.delivery.notes,
            *dict.fromkeys((*setup.searched.missing, *asked.missing)),
        ),
    )


def _kept(found: FoundPhoto, config: SearchConfig) -> Source:
    """A photo that is a file, so that whatever looks at the study later finds it."""
    if found.data is None:
        return found.source
    path = found.path
    folder = out_folder(config.out, path.stem, found.below)
    kept = unclaimed(folder, path.stem, path.suffix, found.data)
    write_bytes(kept, found.data)
    return Source(kept)


def _travelled(
    setup: Setup,
    photo: Photo,
    result: SearchResult,
    asked: Channels,
    stop: Stop,
    ledger: Ledger,
) -> dict[str, float | None]:
    """The scores of a delivered file after other channels, where these are to be told."""
    if result.output is None or result.interrupted:
        return {}
    oracle = Oracle(setup.scorer_of(photo), ledger, wait=partial(wait, stop=stop), turn=setup.turn)
    try:
        return travelled(load_photo(result.output).pixels, asked.passages, oracle)
    except Ended:
        # The file is there, and nobody waits for the rest.
        return {}

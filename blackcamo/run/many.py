"""The call that camouflages many photos, and goes on where it has stopped."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Collection, Generator, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Unpack

from blackcamo.errors import OptionError
from blackcamo.images import Source, fitting_stem
from blackcamo.run.config import (
    DEFAULT_OUT,
    DEFAULT_STORAGE,
    SEARCH_DEFAULTS,
    SearchConfig,
    SearchKeywords,
    configured,
)
from blackcamo.run.executors import Executor, Inline, Pending, Threads
from blackcamo.run.finding import FoundPhoto, find_below
from blackcamo.run.keywords import spelled_out
from blackcamo.run.manifest import Manifest, file_digest
from blackcamo.run.results import ProgressCallback, SearchResult
from blackcamo.run.searching import Stop, never, result_of, set_up
from blackcamo.run.showing import Shown, told
from blackcamo.types import PathLike, PhotoLike

_LOOK_AHEAD = 64
"""Photos among which one is sought that needs not wait for another of its name."""


@spelled_out(SearchKeywords, SEARCH_DEFAULTS)
def search_many(
    photos: PhotoLike | Sequence[PhotoLike | FoundPhoto],
    *,
    config: SearchConfig | None = None,
    progress: Shown = None,
    stop: Stop = never,
    manifest: PathLike | None = None,
    retry_failed: bool = False,
    at_once: int = 1,
    cluster: str | None = None,
    **options: Unpack[SearchKeywords],
) -> Generator[SearchResult, None, None]:
    """Camouflage photos, each as :func:`search` does; one that fails is reported in ``error``.

    Results come as they are there. After ``stop`` has said True no other photo is begun.

    Args:
        photos: pictures as :func:`search` takes them, and folders for the pictures in them that
            blackcamo did not make. The files of what was found below a folder
            (:func:`blackcamo.run.find_below`) go below ``out``.
        config, progress, stop, options: as for :func:`search`.
        manifest: a file that notes what became of each photo. One that it has as finished is not
            searched again: its result of then comes with ``earlier``.
        retry_failed: search what failed earlier again.
        at_once: photos that are searched at the same time; the files are the same.
        cluster: "local" or "local:N" for worker processes of this machine, or the address of a
            dask scheduler; the files are the same.

    Raises:
        OptionError: an unknown option, or a value out of its bounds.
        BlackcamoError: what all of them need, such as the scorer, cannot be used.
    """
    if at_once < 1:
        raise OptionError(f"{at_once} photos at once; it must be at least 1")
    if cluster is not None and at_once > 1:
        raise OptionError(
            f"{at_once} photos at once in a cluster; how many a worker searches at once is the "
            "number of its threads: leave that out"
        )
    asked = configured(config, options)
    noted = None if manifest is None else Path(manifest)
    job = _Job(_found(photos), asked, noted, told(progress), stop)
    return job.results(at_once=at_once, cluster=cluster, retry_failed=retry_failed)


def _found(photos: PhotoLike | Sequence[PhotoLike | FoundPhoto]) -> list[FoundPhoto]:
    listed: Sequence[PhotoLike | FoundPhoto]
    listed = photos if isinstance(photos, Sequence) and not isinstance(photos, str) else [photos]
    found: dict[Path, FoundPhoto] = {}
    for photo in listed:
        for one in [photo] if isinstance(photo, FoundPhoto) else _below(Source.of(photo)):
            found.setdefault(one.path, one)
    return list(found.values())


def _below(source: Source) -> list[FoundPhoto]:
    if source.data is None:
        return find_below([source.path])
    return [FoundPhoto(source.path, data=source.data)]


@dataclass(frozen=True, slots=True)
class _Job:
    """The job of a call."""

    photos: list[FoundPhoto]
    config: SearchConfig
    manifest: Path | None
    progress: ProgressCallback | None
    stop: Stop

    def results(
        self, *, at_once: int, cluster: str | None, retry_failed: bool
    ) -> Generator[SearchResult, None, None]:
        """The results of the photos, as they come."""
        executor, job = self._executor(at_once=at_once, cluster=cluster)
        try:
            notes = None
            if self.manifest is not None:
                notes = Manifest(self.manifest, job, Path(self.config.out or DEFAULT_OUT))
            queue = _Queue(self.photos, self.config)
            storage = str(self.config.storage or DEFAULT_STORAGE)
            for result in _run(queue, executor, notes, self.stop, retry_failed=retry_failed):
                yield replace(result, storage=storage)
        finally:
            executor.close()

    def _executor(self, *, at_once: int, cluster: str | None) -> tuple[Executor, str]:
        """The executor of the searches, and the digest of the job."""
        config, progress, stop = self.config, self.progress, self.stop
        if cluster is not None:
            from blackcamo.run.cluster import Cluster

            files = [photo.path for photo in self.photos[:1] if photo.path.exists()]
            workers = Cluster(cluster, config, files, progress=progress, stop=stop)
            return workers, workers.job
        setup = set_up(config, progress)

        def one(photo: FoundPhoto, first: Path) -> SearchResult:
            return result_of(setup, photo, first, progress, stop)

        if at_once == 1:
            return Inline(one), setup.job
        return Threads(one, min(at_once, max(len(self.photos), 1))), setup.job


def _run(
    queue: _Queue, executor: Executor, notes: Manifest | None, stop: Stop, *, retry_failed: bool
) -> Generator[SearchResult, None, None]:
    """Give photos to an executor, as many as it takes, and note what becomes of them."""
    running: dict[Pending, _Waiting] = {}
    while True:
        while len(running) < executor.places and not stop():
            if (photo := queue.next(running.values())) is None:
                break
            if notes is not None:
                found = photo.found
                known = notes.earlier(found, photo.digest, retry_failed=retry_failed)
                if known is not None:
                    yield known
                    continue
            running[executor.submit(photo.found, photo.first)] = photo
        if not running:
            return
        for done in executor.wait(list(running)):
            photo, result = running.pop(done), done.result()
            if notes is not None:
                notes.add(photo.found, photo.digest, result)
            yield result


@dataclass
class _Waiting:
    """A photo that waits for its turn.

    ``first`` is the photo whose files it would replace, or itself. ``family`` is what the names of
    its files depend on: of photos that share it one is searched after the other, in order, so that
    they are named as if all were.
    """

    found: FoundPhoto
    first: Path
    family: tuple[Path, str]

    @cached_property
    def digest(self) -> str | None:
        """That of the photo's bytes; those of one name and content share a study, too."""
        data = self.found.data
        return file_digest(self.found.path) if data is None else hashlib.sha256(data).hexdigest()

    @property
    def shared(self) -> Set[object]:
        """The keys that no two photos that are searched at once may share."""
        return {self.family, (self.found.path.name, self.digest)}


class _Queue:
    """Photos in order, of which the next one is sought that shares nothing with the running."""

    def __init__(self, photos: Sequence[FoundPhoto], config: SearchConfig) -> None:
        places = [_place(photo, config.out) for photo in photos]
        firsts: dict[tuple[Path, str], Path] = {}
        for photo, place in zip(photos, places, strict=True):
            firsts.setdefault(place, photo.path)
        self._waiting = deque(
            _Waiting(
                photo,
                firsts[place] if config.overwrite else photo.path,
                _family(place, firsts.keys()),
            )
            for photo, place in zip(photos, places, strict=True)
        )

    def next(self, running: Collection[_Waiting]) -> _Waiting | None:
        """The first one that may be searched now; None if there is none."""
        if not running:
            return self._waiting.popleft() if self._waiting else None
        busy = set[object]().union(*(photo.shared for photo in running))
        for place, photo in enumerate(islice(self._waiting, _LOOK_AHEAD)):
            if busy.isdisjoint(photo.shared):
                del self._waiting[place]
                return photo
            busy |= photo.shared
        return None


def _place(photo: FoundPhoto, out: PathLike | None) -> tuple[Path, str]:
    """Where below the results a photo's files go, and what they are named after."""
    # Some file systems take names for the same that differ in case.
    stem = fitting_stem(photo.path.stem, photo.path.parent).casefold()
    return (Path(stem) if out is None else photo.below), stem


def _family(place: tuple[Path, str], places: Set[tuple[Path, str]]) -> tuple[Path, str]:
    """The place of the photo of whose name this one's could be a numbered form, or its own."""
    folder, stem = place
    while (base := re.fullmatch(r"(.+)-\d+", stem)) and (folder, base[1]) in places:
        stem = base[1]
    return folder, stem

"""Photos that are given a look, several at a time: rendered, written, and scored if asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from blackcamo.channel import Channel
from blackcamo.devices import usable_cores
from blackcamo.errors import BlackcamoError, OptionError, OutputError
from blackcamo.filters.chain import Chain
from blackcamo.finish import Finish
from blackcamo.images import (
    CAMOUFLAGE_SUFFIX,
    Photo,
    Source,
    encode_png,
    fitting_stem,
    made_here,
    write_bytes,
)
from blackcamo.rendering import render
from blackcamo.run.finding import find_sources
from blackcamo.run.naming import MADE_HERE, unclaimed
from blackcamo.run.results import ApplyResult
from blackcamo.run.scoring import score_source
from blackcamo.scorers import scorer_of
from blackcamo.types import PhotoLike, Scorer

_MOST_JOBS = 4
"""By default no more photos at a time: one of 24 megapixels takes about a gigabyte."""
Given: TypeAlias = "tuple[Mapping[str, float], tuple[str, ...]]"
"""The parameters that a photo is given, and notes on those that it is not."""


@dataclass(frozen=True, slots=True)
class ApplyJob:
    """The look that all photos of a call are given, and where they are written.

    Args:
        params: what a photo is given.
        folder: where ``<stem>.camo.jpg`` is written.
        before_channel: write ``<stem>.camo.png`` instead, what the channel would be given.
        overwrite: replace other files of those names; else these are numbered.
        notes: what to know of each photo.
    """

    chain: Chain
    channel: Channel
    params: Callable[[Photo], Given]
    folder: Path
    before_channel: bool
    overwrite: bool
    keep_size: bool = False
    finish: Finish | None = None
    notes: tuple[str, ...] = ()

    def run(
        self,
        photos: PhotoLike | Sequence[PhotoLike],
        jobs: int | None = None,
        scorer: Scorer | None = None,
    ) -> Iterator[ApplyResult]:
        """Give photos the look, in the order given.

        Args:
            jobs: photos at a time; None is one for each processor, at most four.
            scorer: asked about each photo and what became of it; None asks none.

        Raises:
            BlackcamoError: there are no such photos, or no job; a photo that fails is reported in
                ``error``.
        """
        jobs = min(_MOST_JOBS, usable_cores()) if jobs is None else jobs
        if jobs < 1:
            raise OptionError(f"jobs is {jobs}; it must be at least 1")
        return self._results(find_sources(photos), jobs, scorer)

    def _results(
        self, sources: Sequence[Source], jobs: int, scorer: Scorer | None
    ) -> Iterator[ApplyResult]:
        # Closing the generator drops the photos that were not begun.
        with ThreadPoolExecutor(jobs) as pool:
            for source, result in pool.map(self._one, sources, _without_clashes(sources)):
                # Scorers may not be used from several threads.
                yield result if scorer is None else self._scored(source, result, scorer)

    def _one(self, source: Source, found: ApplyResult) -> tuple[Source, ApplyResult]:
        return source, found if found.error is not None else self._applied(source, found)

    def _applied(self, source: Source, found: ApplyResult) -> ApplyResult:
        path = source.path
        try:
            photo = source.load()
            params, left_out = self.params(photo)
            data, suffix = self._file(photo, params)
            ending = f"{CAMOUFLAGE_SUFFIX}{suffix}"
            first = self.folder / f"{fitting_stem(path.stem, self.folder)}{ending}"
            target = first
            if not self.overwrite:
                target = unclaimed(self.folder, path.stem, ending, data)
            if target.resolve() == path.resolve():
                raise OutputError(f"{path}: would be overwritten; choose another --out")
            write_bytes(target, data)
        except BlackcamoError as error:
            return replace(found, error=str(error))
        named = () if target == first else (f"{first} is there and stays; this is {target.name}",)
        mine = (MADE_HERE,) if made_here(path) else ()
        return replace(
            found, output=target, notes=(*mine, *photo.notes, *left_out, *self.notes, *named)
        )

    def _file(self, photo: Photo, params: Mapping[str, float]) -> tuple[bytes, str]:
        """The bytes that are written of a photo, and the ending of their file."""
        pixels = render(
            self.chain, photo.pixels, params, keep_size=self.keep_size, finish=self.finish
        )
        if self.before_channel:
            return encode_png(pixels, photo.credit), ".png"
        return self.channel.encode(pixels, photo.credit), ".jpg"

    def _scored(self, source: Source, result: ApplyResult, scorer: Scorer) -> ApplyResult:
        if result.output is None:
            return result
        try:
            scorer = scorer_of(scorer, lambda: self.channel.send(source.load().pixels)[1])
            before = score_source(source, scorer, self.channel)
            channel = self.channel if self.before_channel else None
            after = score_source(Source(result.output), scorer, channel)
        except BlackcamoError as error:
            return replace(result, error=str(error))
        return replace(result, score_before=before.score, score_after=after.score)


def _without_clashes(sources: Sequence[Source]) -> Iterator[ApplyResult]:
    """A result to be filled for each photo; refused if its file would replace another's."""
    stems: dict[str, Path] = {}
    for path in (source.path for source in sources):
        other = stems.setdefault(path.stem, path)
        error = None
        if path.is_dir():
            error = f"{path} is a folder without pictures; name the photos"
        elif other is not path:
            error = (
                f"{path}: its file would replace that of {other}; "
                "rename it or apply the preset to it in a call with another --out"
            )
        yield ApplyResult(photo=path, error=error)

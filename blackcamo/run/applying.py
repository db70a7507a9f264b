"""Give photos the look of a preset: without a search, several at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from blackcamo.channel import Channel
from blackcamo.devices import usable_cores
from blackcamo.errors import BlackcamoError, OptionError, OutputError, PhotoError, PresetError
from blackcamo.filters.chain import Chain
from blackcamo.images import PICTURE_SUFFIXES, encode_png, load_photo, write_bytes
from blackcamo.preset import Preset, read_preset
from blackcamo.rendering import render
from blackcamo.run.results import ApplyResult
from blackcamo.run.scoring import CAMOUFLAGE_SUFFIX, recorded_scorer, score_file
from blackcamo.types import Scorer, ScorerOptions

_MOST_JOBS = 4
"""By default no more photos at a time: one of 24 megapixels takes about a gigabyte."""


def apply(
    preset: str | Path | Preset,
    photos: Sequence[str | Path],
    *,
    out: str | Path,
    before_channel: bool = False,
    jobs: int | None = None,
    score: bool = False,
    scorer: str | None = None,
    scorer_options: ScorerOptions | None = None,
) -> Iterator[ApplyResult]:
    """Give photos the look of a preset, in the order given and without a search.

    Args:
        preset: a preset, or its file.
        photos: pictures, and folders for all pictures in them that are no camouflages.
        out: folder for ``<stem>.camo.jpg``, through the preset's channel.
        before_channel: write ``<stem>.camo.png`` instead, what the channel would be given.
        jobs: photos at a time; None is one for each processor, at most four.
        score: ask a scorer about each photo and its camouflage, both after the channel.
        scorer: its spec; None is the recorded one.
        scorer_options: None is the recorded ones.

    Raises:
        BlackcamoError: the preset or the scorer cannot be used; a photo that fails is reported
            in ``error``.
    """
    jobs = min(_MOST_JOBS, usable_cores()) if jobs is None else jobs
    if jobs < 1:
        raise OptionError(f"jobs is {jobs}; it must be at least 1")
    recipe = preset if isinstance(preset, Preset) else read_preset(Path(preset))
    job = _Job(recipe, recipe.chain(), preset_channel(recipe), Path(out), before_channel)
    job.chain.space.complete(recipe.params)
    judge = recorded_scorer(recipe, scorer, scorer_options) if score else None
    # Closing the generator drops the photos that were not begun.
    with ThreadPoolExecutor(jobs) as pool:
        for result in pool.map(job.run, _without_clashes(photos)):
            # Scorers may not be used from several threads.
            yield result if judge is None else job.scored(result, judge)


@dataclass(frozen=True, slots=True)
class _Job:
    """What all photos of a call share."""

    preset: Preset
    chain: Chain
    channel: Channel
    folder: Path
    before_channel: bool

    def run(self, found: ApplyResult) -> ApplyResult:
        if found.error is not None:
            return found
        path = found.photo
        try:
            photo = load_photo(path)
            preset = self.preset
            pixels = render(self.chain, photo.pixels, preset.params, keep_size=preset.keep_size)
            data, suffix = (
                (encode_png(pixels, photo.credit), ".png")
                if self.before_channel
                else (self.channel.encode(pixels, photo.credit), ".jpg")
            )
            target = self.folder / f"{path.stem}{CAMOUFLAGE_SUFFIX}{suffix}"
            if target.resolve() == path.resolve():
                raise OutputError(f"{path}: would be overwritten; choose another --out")
            write_bytes(target, data)
        except BlackcamoError as error:
            return replace(found, error=str(error))
        return replace(found, output=target, notes=photo.notes)

    def scored(self, result: ApplyResult, scorer: Scorer) -> ApplyResult:
        if result.output is None:
            return result
        try:
            before = score_file(result.photo, scorer, self.channel)
            channel = self.channel if self.before_channel else None
            after = score_file(result.output, scorer, channel)
        except BlackcamoError as error:
            return replace(result, error=str(error))
        return replace(result, score_before=before.score, score_after=after.score)


def find_photos(photos: Sequence[str | Path]) -> list[Path]:
    """Pictures as named, folders replaced by the pictures in them, none of them twice.

    Hidden files and camouflages in a folder are left out; an empty folder stays as it is, to be
    refused by name.

    Raises:
        PhotoError: a folder cannot be read.
    """
    found: dict[Path, None] = {}
    for path in map(Path, photos):
        try:
            inside = [p for p in sorted(path.iterdir()) if _is_photo(p)] if path.is_dir() else []
        except OSError as error:
            raise PhotoError(f"{path} cannot be read ({error.strerror})") from error
        found |= dict.fromkeys(inside or [path])
    return list(found)


def _is_photo(path: Path) -> bool:
    return (
        path.suffix.lower() in PICTURE_SUFFIXES
        and not path.name.startswith(".")
        and not path.stem.endswith(CAMOUFLAGE_SUFFIX)
    )


def _without_clashes(photos: Sequence[str | Path]) -> Iterator[ApplyResult]:
    """A result to be filled for each photo; refused if its file would replace another's."""
    stems: dict[str, Path] = {}
    for path in find_photos(photos):
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


def preset_channel(preset: Preset) -> Channel:
    """The channel that a preset was searched for; the default one if it records none."""
    if "channel" not in preset.provenance:
        return Channel()
    recorded: dict[str, Any] = preset.recorded("channel", dict)
    try:
        return replace(Channel(), **recorded)
    except TypeError as error:
        raise PresetError(f"preset records an unknown channel: {recorded}") from error

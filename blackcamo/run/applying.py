"""Give photos the look of a preset or a style: without a search, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeAlias, Unpack

import numpy as np

from blackcamo import plugins
from blackcamo.channel import Channel
from blackcamo.devices import usable_cores
from blackcamo.errors import BlackcamoError, OptionError, OutputError, PresetError
from blackcamo.filters.chain import Chain
from blackcamo.finish import Finish, finish
from blackcamo.images import (
    CAMOUFLAGE_SUFFIX,
    Photo,
    Source,
    encode_png,
    fitting_stem,
    made_here,
    write_bytes,
)
from blackcamo.preset import Preset, naming, read_preset
from blackcamo.profile import Profile, find_profile
from blackcamo.records import typed
from blackcamo.rendering import render
from blackcamo.run.config import (
    DEFAULT_APPEAL_FLOOR,
    ScorerKeywords,
    scorer_asked,
)
from blackcamo.run.finding import find_sources
from blackcamo.run.keywords import spelled_out
from blackcamo.run.naming import MADE_HERE, unclaimed
from blackcamo.run.profiling import profiled
from blackcamo.run.results import ApplyResult
from blackcamo.run.scoring import recorded_scorer, score_source
from blackcamo.run.setup import liked_first, load_styles, style_chain
from blackcamo.scorers import load_scorer, scorer_is_pure, scorer_of
from blackcamo.strict_json import short
from blackcamo.styles.left_alone import allowed, photo_notes
from blackcamo.styles.space import StyleSpace
from blackcamo.types import Mode, PathLike, PhotoLike, ScoreFunction, Scorer, ScorerOptions
from blackcamo.vision.facts import facts

_MOST_JOBS = 4
"""By default no more photos at a time: one of 24 megapixels takes about a gigabyte."""


@spelled_out(ScorerKeywords)
def apply(
    preset: PathLike | Preset,
    photos: PhotoLike | Sequence[PhotoLike],
    *,
    out: PathLike,
    strength: float = 1.0,
    before_channel: bool = False,
    overwrite: bool = False,
    jobs: int | None = None,
    score: bool = False,
    scorer: str | ScoreFunction | None = None,
    **options: Unpack[ScorerKeywords],
) -> list[ApplyResult]:
    """What :func:`iter_apply` does, with every photo done when it returns."""
    return list(
        iter_apply(
            preset,
            photos,
            out=out,
            strength=strength,
            before_channel=before_channel,
            overwrite=overwrite,
            jobs=jobs,
            score=score,
            scorer=scorer,
            **options,
        )
    )


@spelled_out(ScorerKeywords)
def iter_apply(
    preset: PathLike | Preset,
    photos: PhotoLike | Sequence[PhotoLike],
    *,
    out: PathLike,
    strength: float = 1.0,
    before_channel: bool = False,
    overwrite: bool = False,
    jobs: int | None = None,
    score: bool = False,
    scorer: str | ScoreFunction | None = None,
    **options: Unpack[ScorerKeywords],
) -> Iterator[ApplyResult]:
    """Give photos the look of a preset, in the order given and without a search, as one asks.

    Args:
        preset: a preset, or its file.
        photos: pictures (files, PIL images, arrays), and folders for all pictures in them that
            are no camouflages.
        out: folder for ``<stem>.camo.jpg``, through the preset's channel.
        strength: how far it goes, 0 (not at all) to 1.5; what was scored and verified is 1.
        before_channel: write ``<stem>.camo.png`` instead, what the channel would be given.
        overwrite: replace other files of those names; else these are numbered.
        jobs: photos at a time; None is one for each processor, at most four.
        score: ask a scorer about each photo and its camouflage, both after the channel.
        scorer: its spec, or a callable; None is the recorded one.
        options: what is asked of it; nothing is the recorded ones of the recorded scorer.

    Raises:
        BlackcamoError: the preset or the scorer cannot be used; a photo that fails is reported
            in ``error``.
    """
    asked = scorer_asked(options)
    found = preset if isinstance(preset, Preset) else read_preset(Path(preset))
    with nullcontext() if isinstance(preset, Preset) else naming(Path(preset)):
        chain = found.chain()
        chain.space.complete(found.params)
        wanted = chain.space.scaled(found.params, strength)
        channel = preset_channel(found)
        border = finish(found.finish) if found.finish else None
        judge = recorded_scorer(found, scorer, asked) if score else None

    def restricted(photo: Photo) -> _Given:
        params, notes = allowed(
            wanted, facts(photo.pixels, wraps=photo.wraps), framed=bool(found.finish)
        )
        return chain.space.complete(params), notes

    job = _Job(
        chain,
        channel,
        restricted,
        Path(out),
        before_channel,
        overwrite,
        keep_size=found.keep_size,
        finish=border,
        notes=found.notes,
    )
    return _run(job, photos, jobs, judge)


def apply_style(
    style: str,
    photos: Sequence[str | Path],
    *,
    out: str | Path,
    strength: float = 1.0,
    finish_name: str | None = None,
    before_channel: bool = False,
    overwrite: bool = False,
    jobs: int | None = None,
    scorer: str | None = None,
    scorer_options: ScorerOptions | None = None,
) -> Iterator[ApplyResult]:
    """Give photos a style, fitted to each of them: no search, no query, no preset.

    Args:
        style: its name.
        photos, out, before_channel, overwrite, jobs: as for a preset.
        strength: how far it goes, 0 (not at all) to 1.5.
        finish_name: a frame around what is delivered.
        scorer: asked about each photo and what became of it; None asks none.

    Raises:
        BlackcamoError: the style, its strength, the finish or the scorer cannot be used; a photo
            that fails is reported in ``error``.
    """
    (wanted,) = load_styles([style])
    chain = style_chain([wanted])
    # What cannot be used is refused before the first photo.
    coloured = np.full((16, 16, 3), (200, 120, 40), np.uint8)
    StyleSpace(wanted, facts(coloured), chain.space).at(strength)

    def fitted(photo: Photo) -> _Given:
        known = facts(photo.pixels, wraps=photo.wraps)
        params = StyleSpace(wanted, known, chain.space).at(strength)
        return params, photo_notes(known, framed=bool(finish_name))

    job = _Job(
        chain,
        Channel(),
        fitted,
        Path(out),
        before_channel,
        overwrite,
        finish=finish(finish_name) if finish_name else None,
    )
    judge = None if scorer is None else load_scorer(scorer, scorer_options)
    return _run(job, photos, jobs, judge)


def apply_profile(
    profile: str,
    photos: Sequence[str | Path],
    *,
    out: str | Path,
    mode: Mode = "enhance",
    appeal_floor: float = DEFAULT_APPEAL_FLOOR,
    before_channel: bool = False,
    overwrite: bool = False,
    jobs: int | None = None,
    score: bool = False,
    scorer: str | None = None,
    scorer_options: ScorerOptions | None = None,
) -> Iterator[ApplyResult]:
    """Give each photo what a scorer was found to fall for: no search and no query.

    In the mode enhance that is the style that suits the photo best, with what hides in it; in the
    mode imperceptible what hides alone.

    Args:
        profile: its name, or its file.
        photos, out, before_channel, overwrite, jobs: as for a preset.
        appeal_floor: least appeal (0-100); what hides is weakened until there is as much.
        score: ask a scorer about each photo and what became of it, both after the channel.
        scorer: its spec; None is the scorer that the profile was learned of.

    Raises:
        BlackcamoError: the profile or the scorer cannot be used; a photo that fails is reported
            in ``error``.
    """
    name, found = find_profile(profile)
    styles = [] if mode == "imperceptible" else liked_first(load_styles(plugins.names("styles")))
    chain = style_chain(styles)

    def protected(photo: Photo) -> _Given:
        known = facts(photo.pixels, wraps=photo.wraps)
        params = profiled(photo.pixels, known, found, chain, styles, floor=appeal_floor)
        return params, photo_notes(known)

    job = _Job(chain, Channel(), protected, Path(out), before_channel, overwrite)
    judge = _learned_scorer(name, found, scorer, scorer_options) if score else None
    return _run(job, photos, jobs, judge)


def _learned_scorer(
    name: str, profile: Profile, spec: str | None, options: ScorerOptions | None
) -> Scorer:
    """The scorer that a user names, or the one of a profile, which may come from anybody."""
    if spec is None:
        spec = profile.scorer["name"]
        if spec not in plugins.names("scorers") or not scorer_is_pure(spec):
            raise OptionError(
                f"profile {name} was learned of {short(spec)}, which you have to name: say which "
                "scorer that is with --scorer"
            )
    return load_scorer(spec, options)


def _run(
    job: _Job, photos: PhotoLike | Sequence[PhotoLike], jobs: int | None, judge: Scorer | None
) -> Iterator[ApplyResult]:
    jobs = min(_MOST_JOBS, usable_cores()) if jobs is None else jobs
    if jobs < 1:
        raise OptionError(f"jobs is {jobs}; it must be at least 1")
    return _results(job, find_sources(photos), jobs, judge)


def _results(
    job: _Job, sources: Sequence[Source], jobs: int, judge: Scorer | None
) -> Iterator[ApplyResult]:
    # Closing the generator drops the photos that were not begun.
    with ThreadPoolExecutor(jobs) as pool:
        for source, result in pool.map(job.run, sources, _without_clashes(sources)):
            # Scorers may not be used from several threads.
            yield result if judge is None else job.scored(source, result, judge)


_Given: TypeAlias = "tuple[Mapping[str, float], tuple[str, ...]]"
"""The parameters that a photo is given, and notes on what it is not."""


@dataclass(frozen=True, slots=True)
class _Job:
    """What all photos of a call share; ``params`` says what a photo is given."""

    chain: Chain
    channel: Channel
    params: Callable[[Photo], _Given]
    folder: Path
    before_channel: bool
    overwrite: bool
    keep_size: bool = False
    finish: Finish | None = None
    notes: tuple[str, ...] = ()

    def run(self, source: Source, found: ApplyResult) -> tuple[Source, ApplyResult]:
        return source, found if found.error is not None else self._applied(source, found)

    def _applied(self, source: Source, found: ApplyResult) -> ApplyResult:
        path = source.path
        try:
            photo = source.load()
            params, left_out = self.params(photo)
            pixels = render(
                self.chain,
                photo.pixels,
                params,
                keep_size=self.keep_size,
                finish=self.finish,
            )
            data, suffix = (
                (encode_png(pixels, photo.credit), ".png")
                if self.before_channel
                else (self.channel.encode(pixels, photo.credit), ".jpg")
            )
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

    def scored(self, source: Source, result: ApplyResult, scorer: Scorer) -> ApplyResult:
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


def preset_channel(preset: Preset) -> Channel:
    """The channel that a preset was searched for; the default one if it records none."""
    if "channel" not in preset.provenance:
        return Channel()
    recorded: dict[str, Any] = preset.recorded("channel", dict)
    if unknown := recorded.keys() - {field.name for field in fields(Channel)}:
        raise PresetError(f"preset records a channel with {short(sorted(unknown)[0])}, unknown")
    return typed(Channel, recorded, "preset records a channel", PresetError)

"""Give photos the look of a preset, of a style, or what a profile knows: without a search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Unpack

import numpy as np

from blackcamo import plugins
from blackcamo.channel import Channel
from blackcamo.errors import OptionError
from blackcamo.finish import finish
from blackcamo.images import Photo
from blackcamo.preset import Preset, naming, read_preset
from blackcamo.profile import Profile, find_profile
from blackcamo.run.apply_job import ApplyJob, Given
from blackcamo.run.config import (
    DEFAULT_APPEAL_FLOOR,
    ScorerKeywords,
    scorer_asked,
)
from blackcamo.run.keywords import spelled_out
from blackcamo.run.presets import preset_channel
from blackcamo.run.profiling import profiled
from blackcamo.run.results import ApplyResult
from blackcamo.run.setup import liked_first, load_styles, style_chain
from blackcamo.run.trust import recorded_scorer
from blackcamo.scorers import load_scorer, scorer_is_pure
from blackcamo.strict_json import short
from blackcamo.styles.left_alone import allowed, photo_notes
from blackcamo.styles.space import StyleSpace
from blackcamo.types import Mode, PathLike, PhotoLike, ScoreFunction, Scorer, ScorerOptions
from blackcamo.vision.facts import facts


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
    """As :func:`iter_apply`, with every photo done when it returns."""
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

    def restricted(photo: Photo) -> Given:
        params, notes = allowed(
            wanted, facts(photo.pixels, wraps=photo.wraps), framed=bool(found.finish)
        )
        return chain.space.complete(params), notes

    job = ApplyJob(
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
    return job.run(photos, jobs, judge)


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

    def fitted(photo: Photo) -> Given:
        known = facts(photo.pixels, wraps=photo.wraps)
        params = StyleSpace(wanted, known, chain.space).at(strength)
        return params, photo_notes(known, framed=bool(finish_name))

    job = ApplyJob(
        chain,
        Channel(),
        fitted,
        Path(out),
        before_channel,
        overwrite,
        finish=finish(finish_name) if finish_name else None,
    )
    judge = None if scorer is None else load_scorer(scorer, scorer_options)
    return job.run(photos, jobs, judge)


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

    def protected(photo: Photo) -> Given:
        known = facts(photo.pixels, wraps=photo.wraps)
        params = profiled(photo.pixels, known, found, chain, styles, floor=appeal_floor)
        return params, photo_notes(known)

    job = ApplyJob(chain, Channel(), protected, Path(out), before_channel, overwrite)
    judge = _learned_scorer(name, found, scorer, scorer_options) if score else None
    return job.run(photos, jobs, judge)


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

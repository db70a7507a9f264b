"""How appealing edits are that were made elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

import torch

from blackcamo import plugins
from blackcamo.channel import Channel
from blackcamo.errors import BlackcamoError, PhotoError
from blackcamo.images import Photo, Source
from blackcamo.preset import Preset, read_preset
from blackcamo.run.config import DEFAULT_APPEAL
from blackcamo.run.known_views import Presets, as_seen, is_delivered, known_views
from blackcamo.run.results import AppealResult
from blackcamo.scorers.base import choose
from blackcamo.types import Appeal, Appraisal, Mode, PathLike, PhotoLike, Pixels, Views
from blackcamo.vision.alignment import align
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.explaining import explain


def appeal(
    original: PhotoLike,
    edit: PhotoLike,
    *,
    preset: PathLike | None = None,
    measure: str = DEFAULT_APPEAL,
    mode: Mode | None = None,
) -> AppealResult:
    """How appealing one edit of a photo is; see :func:`appraise`.

    Raises:
        BlackcamoError: a picture or the preset cannot be read, the measure is unknown, or the
            edit shows no part of the photo.
    """
    (result,) = appraise(original, [edit], preset=preset, measure=measure, mode=mode)
    if result.error is not None:
        raise PhotoError(result.error)
    return result


def appraise(
    original: PhotoLike,
    edits: Sequence[PhotoLike],
    *,
    preset: PathLike | None = None,
    measure: str = DEFAULT_APPEAL,
    mode: Mode | None = None,
) -> Iterator[AppealResult]:
    """Appraise edits of one photo, as one asks; one that fails is reported in ``error``.

    What a search delivered is seen as that search saw it, by the preset that lies with it. Of any
    other edit it is found what part of the photo it shows, then the smooth look that explains its
    colours best, its slow light and its clarity; what these do not explain counts as damage.

    Args:
        preset: what the edits were made with; None is what lies in an edit's folder: the preset
            that records its bytes, else the one beside it, if there is one.
        measure: a measure of appeal, by name.
        mode: whether a look may be seen; None is the preset's, and "enhance" without one.

    Raises:
        BlackcamoError: the photo or the preset cannot be read, or the measure is unknown.
    """
    if mode is not None:
        choose("mode", mode, get_args(Mode))
    photo = Source.of(original).load()
    given = None if preset is None else (Path(preset), read_preset(Path(preset)))
    presets = Presets()
    judge: Appeal = plugins.load("appeals", measure)()
    for source in map(Source.of, edits):
        path = source.path
        try:
            edit = source.load()
            known = given or presets.of(edit)
            result = _appraised(photo, edit, known, judge, mode, named=given is not None)
        except BlackcamoError as error:
            result = AppealResult(
                photo=path, error=f"{path}: {error}".removeprefix(f"{path}: {path}: ")
            )
        yield result


@torch.inference_mode()
def _appraised(
    photo: Photo,
    edit: Photo,
    known: tuple[Path, Preset] | None,
    measure: Appeal,
    mode: Mode | None,
    *,
    named: bool,
) -> AppealResult:
    """One edit, by its preset, by its pixels, or the better of both where more was done to it.

    Args:
        known: its preset and that one's file.
        named: the user says so; else a preset that does not fit is left aside.
    """
    if known is None:
        found = appraise_pixels(photo.pixels, edit.pixels, measure, mode or "enhance")
        return AppealResult(photo=edit.path, appeal=found.value, parts=found.parts)
    path, preset = known
    mode = mode or preset.mode
    tried: list[tuple[Path | None, Appraisal]] = []
    try:
        tried += [(path, measure(known_views(photo, edit, preset, measure, mode), mode)[0])]
    except BlackcamoError:
        if named:
            raise
    if not (tried and is_delivered(photo, edit, preset)):
        try:
            tried += [(None, appraise_pixels(photo.pixels, edit.pixels, measure, mode))]
        except BlackcamoError:
            if not tried:
                raise
    used, found = max(tried, key=lambda one: one[1].value)
    return AppealResult(photo=edit.path, preset=used, appeal=found.value, parts=found.parts)


@torch.inference_mode()
def appraise_pixels(original: Pixels, edited: Pixels, measure: Appeal, mode: Mode) -> Appraisal:
    """Appraise one edit, both given as arrays; see :func:`appraise`.

    Raises:
        PhotoError: the edit shows no part of the photo that could be found.
    """
    return measure(found_views(original, edited), mode)[0]


@torch.inference_mode()
def found_views(original: Pixels, edited: Pixels) -> Views:
    """The views of an edit of which nothing is known but its pixels.

    Raises:
        PhotoError: the edit shows no part of the photo that could be found.
    """
    edited = as_seen(original, edited)
    found = align(original, edited)
    photo = to_rgb(original)[None]
    delivered = to_rgb(edited)[None, :, found.rows, found.columns].contiguous()
    aligned = found.cut(photo[0])[None].contiguous()
    graded, styled = explain(aligned, delivered)
    # Sent through the channel, so that the codec that the edit was sent through costs nothing.
    sent = to_rgb(Channel().send(to_pixels(styled[0]))[1])[None]
    return Views(photo, aligned, graded, sent, delivered, (found.frame,))

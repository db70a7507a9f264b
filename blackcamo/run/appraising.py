"""How appealing edits are that were made elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

from blackcamo import plugins
from blackcamo.channel import Channel
from blackcamo.errors import BlackcamoError
from blackcamo.images import load_photo
from blackcamo.run.results import DEFAULT_APPEAL, AppealResult
from blackcamo.types import Appeal, Appraisal, Mode, Pixels, Views
from blackcamo.vision.alignment import align
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.explaining import explain


def appraise(
    original: str | Path,
    edits: Sequence[str | Path],
    *,
    appeal: str = DEFAULT_APPEAL,
    mode: Mode = "enhance",
) -> Iterator[AppealResult]:
    """Appraise edits of one photo; one that fails is reported in ``error``.

    What part of the photo an edit shows is found first, then the smooth look that explains its
    colours best, its slow light and its clarity; what these do not explain counts as damage.

    Args:
        appeal: a measure's name.
        mode: whether a look may be seen.

    Raises:
        BlackcamoError: the photo cannot be read, or the measure is unknown.
    """
    photo = load_photo(Path(original)).pixels
    measure: Appeal = plugins.load("appeals", appeal)()
    for path in map(Path, edits):
        try:
            found = appraise_pixels(photo, load_photo(path).pixels, measure, mode)
        except BlackcamoError as error:
            yield AppealResult(
                photo=path, error=f"{path}: {error}".removeprefix(f"{path}: {path}: ")
            )
        else:
            yield AppealResult(photo=path, appeal=found.value, parts=found.parts)


@torch.inference_mode()
def appraise_pixels(original: Pixels, edited: Pixels, measure: Appeal, mode: Mode) -> Appraisal:
    """Appraise one edit, both given as arrays; see :func:`appraise`.

    Raises:
        PhotoError: the edit shows no part of the photo that could be found.
    """
    return measure(found_views(original, edited), mode)[0]


@torch.inference_mode()
def found_views(original: Pixels, edited: Pixels) -> Views:
    """What a measure sees of an edit of which nothing is known but its pixels.

    Raises:
        PhotoError: the edit shows no part of the photo that could be found.
    """
    found = align(original, edited)
    photo = to_rgb(original)[None]
    delivered = to_rgb(edited)[None, :, found.rows, found.columns].contiguous()
    aligned = found.cut(photo[0])[None].contiguous()
    graded, styled = explain(aligned, delivered)
    # Sent through the channel, so that the codec that the edit was sent through costs nothing.
    sent = to_rgb(Channel().send(to_pixels(styled[0]))[1])[None]
    return Views(photo, aligned, graded, sent, delivered, (found.frame,))

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
from blackcamo.vision.alignment import align, fit_look
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.frames import cut_frame
from blackcamo.vision.lut import apply_lut


def appraise(
    original: str | Path,
    edits: Sequence[str | Path],
    *,
    appeal: str = DEFAULT_APPEAL,
    mode: Mode = "enhance",
) -> Iterator[AppealResult]:
    """Appraise edits of one photo; one that fails is reported in ``error``.

    What part of the photo an edit shows is found first, then the smooth look that explains its
    colours best; what these do not explain counts as damage.

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
    frame = align(original, edited)
    photo = to_rgb(original)
    aligned = cut_frame(photo, frame).unsqueeze(0)
    graded = apply_lut(aligned, fit_look(aligned, to_rgb(edited)[None]))
    # Both through one channel, so that a codec costs nothing.
    channel = Channel()
    delivered, graded_delivered = (
        to_rgb(channel.send(pixels)[1])[None] for pixels in (edited, to_pixels(graded[0]))
    )
    views = Views(photo[None], aligned, graded, (frame,), delivered, graded_delivered)
    return measure(views, mode)[0]

"""Edits whose preset is known: their frame, their look, the picture as it was meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from blackcamo.errors import BlackcamoError
from blackcamo.finish import finish
from blackcamo.images import Photo, fit_long_side
from blackcamo.preset import Preset, read_preset
from blackcamo.rendering import Renderer
from blackcamo.run.naming import PRESET, preset_beside
from blackcamo.run.presets import preset_channel
from blackcamo.styles.left_alone import allowed
from blackcamo.types import Appeal, Mode, Pixels, Views
from blackcamo.vision.alignment import align, window
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.facts import facts
from blackcamo.vision.frames import frame_matrix
from blackcamo.vision.pool import block_means

_FAR = 1.5
"""Times a photo's long side beyond which an edit is looked at as smaller pixels are: from afar."""


class Presets:
    """The presets that lie in the folders of edits, each folder read once."""

    def __init__(self) -> None:
        self._folders: dict[Path, Mapping[Path, Preset]] = {}

    def of(self, edit: Photo) -> tuple[Path, Preset] | None:
        """The preset that an edit was made with: that of its bytes, else the one beside it."""
        here, beside = self._in(edit.path.parent), preset_beside(edit.path)
        made = [path for path in here if _recorded(here[path], "camouflage") == edit.sha256]
        for path in (*made, beside):
            if path in here:
                return path, here[path]
        return None

    def _in(self, folder: Path) -> Mapping[Path, Preset]:
        if folder not in self._folders:
            found = {}
            for path in sorted(folder.glob(f"*{PRESET}")):
                try:
                    found[path] = read_preset(path)
                except BlackcamoError:
                    continue  # it tells nothing
            self._folders[folder] = found
        return self._folders[folder]


def is_delivered(photo: Photo, edit: Photo, preset: Preset) -> bool:
    """Whether an edit is the very file that a search on the photo delivered with a preset."""
    recorded = _recorded(preset, "photo"), _recorded(preset, "camouflage")
    return recorded == (photo.sha256, edit.sha256)


def known_views(photo: Photo, edit: Photo, preset: Preset, measure: Appeal, mode: Mode) -> Views:
    """The views of an edit, by the preset that it was made with.

    The very bytes that a search delivered are seen as the search saw them. What became of them
    since (a resize, a crop, another compression) is found in what the preset makes of the photo.

    Raises:
        PhotoError: the edit does not show what the preset makes of the photo.
        BlackcamoError: the preset cannot be used.
    """
    chain = preset.chain()
    params, _ = allowed(preset.params, facts(photo.pixels, wraps=photo.wraps))
    border = finish(preset.finish) if preset.finish else None
    renderer = Renderer(
        photo.pixels,
        chain,
        preset_channel(preset),
        measure,
        mode,
        keep_size=preset.keep_size,
        finish=border,
    )
    views = renderer.views(params)
    if is_delivered(photo, edit, preset):
        inside = edit.pixels if border is None else border.inside(edit.pixels)
        return replace(views, delivered=_at_size_of(views.delivered, to_rgb(inside)[None]))
    return _moved(views, as_seen(photo.pixels, edit.pixels))


def as_seen(photo: Pixels, edited: Pixels) -> Pixels:
    """An edit that has far more pixels than its photo, at that one's size; others as they are."""
    side_px = max(photo.shape[:2])
    return fit_long_side(edited, side_px) if max(edited.shape[:2]) > _FAR * side_px else edited


def _at_size_of(views: Tensor, delivered: Tensor) -> Tensor:
    """A delivered picture with more pixels than it is judged at, averaged down."""
    return block_means(delivered, max(delivered.shape[-1] // views.shape[-1], 1))


def _moved(views: Views, edited: Pixels) -> Views:
    """The views of what an edit shows of a candidate."""
    found = align(to_pixels(views.styled_delivered[0]), edited)
    photo_size = views.original.shape[-2:]
    aligned, graded, meant = (
        found.cut(view[0])[None].contiguous()
        for view in (views.aligned, views.graded, views.styled_delivered)
    )
    matrix = frame_matrix(views.frames[0], *photo_size) @ found.matrix
    return Views(
        views.original,
        aligned,
        graded,
        meant,
        to_rgb(edited)[None, :, found.rows, found.columns].contiguous(),
        (window(matrix, photo_size, edited.shape[:2]),),
    )


def _recorded(preset: Preset, name: str) -> object:
    """The digest that a preset records of a file."""
    file = preset.provenance.get(name)
    return file.get("sha256") if isinstance(file, dict) else None

"""A look as a table of colours, as presets keep it."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from blackcamo.errors import PhotoError, PresetError
from blackcamo.images.boxes import Boxes
from blackcamo.images.decoding import DAMAGE, open_picture, strict_pillow
from blackcamo.images.deep import decode_deep
from blackcamo.images.signals import Colours, read_colours

Table = NDArray[np.float64]
"""Nodes (S, S, S, 3), indexed [blue, green, red]."""

MAX_NODES = 65
"""Nodes per axis that are kept; a filter of more would make every candidate slow."""
_MOST_PIXELS = 1728**2
"""A HaldCLUT of level 12, the largest in use."""
_FULL = 65535
_NAME_LENGTH = 40
_FARTHEST = 1.0
"""How far outside of [0, 1] a value may lie; films overshoot a little, scene light by far."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A pointwise map of sRGB colours, given at the nodes of a regular lattice.

    Args:
        name: what it is called, one short line.
        nodes: uint16 (S, S, S, 3), 65535 is 1, indexed [blue, green, red]; S is 2-65.
        notes: what reading it changed, one line each.
    """

    name: str
    nodes: NDArray[np.uint16]
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Nodes per axis."""
        return len(self.nodes)

    @property
    def sha256(self) -> str:
        """Hex digest of size and values, whatever the file's format was."""
        return hashlib.sha256(bytes([self.size]) + self.nodes.astype(">u2").tobytes()).hexdigest()

    @property
    def identity(self) -> dict[str, str]:
        """Name and digest: what provenance says of it."""
        return {"name": self.name, "sha256": self.sha256}

    @classmethod
    def from_table(cls, table: Table, name: str) -> Look:
        """The look of a table of any size.

        Raises:
            PresetError: a value that is no number, or too far outside of [0, 1] for a colour.
        """
        # Written so that NaN is refused, too.
        if not (np.abs(table - 0.5) <= 0.5 + _FARTHEST).all():
            worst = table.flat[np.abs(np.nan_to_num(table, nan=np.inf) - 0.5).argmax()]
            raise PresetError(
                f"look {name!r} gives a colour {worst:g}; a look for photos maps 0-1 to 0-1"
            )
        notes = []
        if (beyond := np.abs(table - table.clip(0, 1)).max()) > 0.5 / 255:
            notes.append(f"look {name!r}: values up to {beyond:.2g} outside of 0-1 were clipped")
        nodes = np.rint(table.clip(0, 1) * _FULL).astype(np.uint16)
        if len(nodes) > MAX_NODES:
            fewer, lost = _resampled(nodes)
            notes.append(
                f"look {name!r}: {len(nodes)} nodes per axis were resampled to {MAX_NODES}, "
                f"which moves a colour by {lost:.2g} of 255 levels at most"
            )
            nodes = fewer
        return cls(name, nodes, tuple(notes))

    def to_json(self) -> dict[str, str]:
        """The look as presets keep it: its name, and its nodes as a PNG in base64.

        The picture has 16 bits, is S pixels wide and S * S high: rows of red, from the top for
        rising green, then for rising blue.
        """
        strip = self.nodes.reshape(-1, self.size, 3)
        # OpenCV wants blue first; Pillow has no 16-bit colour.
        encoded, data = cv2.imencode(".png", strip[:, :, ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])
        if not encoded:
            raise PresetError(
                "this OpenCV writes no PNG, which presets keep looks in; reinstall it"
            )
        return {"name": self.name, "png": base64.b64encode(data.tobytes()).decode()}

    @classmethod
    def from_json(cls, document: object) -> Look:
        """Read what `to_json` gave; further fields are left to the caller.

        Raises:
            PresetError: a field is missing or of another kind, or the picture is no such table.
        """
        if not isinstance(document, Mapping):
            raise PresetError('in a preset, look must be an object with "name" and "png"')
        name, png = document.get("name"), document.get("png")
        if not isinstance(name, str) or name != readable(name):
            raise PresetError(
                f"in a preset, the name of a look is {ascii(name)[:60]}; it must be a file's name "
                f"of at most {_NAME_LENGTH} printable characters without quotation marks"
            )
        try:
            data = base64.b64decode(png, validate=True) if isinstance(png, str) else b""
        except (binascii.Error, ValueError) as error:
            raise PresetError(f"in a preset, the look's png is not base64 ({error})") from error
        return cls(name, _read_strip(data))


def readable(stem: str) -> str:
    """A file's name as recipes say it: printable, short, without quotation marks.

    >>> readable('../a "film"')
    '.._a _film_'
    """
    text = "".join(c if c.isprintable() and c not in '"/\\' else "_" for c in stem).strip()
    return text[:_NAME_LENGTH].strip() or "unnamed"


def read_picture(
    data: bytes, name: str, formats: tuple[str, ...]
) -> tuple[NDArray[np.uint16], Colours]:
    """The pixels (H, W, 3) of a square or strip of colours, in 16 bits, and what they mean.

    They are left as they are but for alpha, which is left out.

    Raises:
        PresetError: not a picture of these formats, too large for a look, or damaged.
    """
    with strict_pillow():
        try:
            image = open_picture(data, name)
            if image.format not in formats:
                raise PresetError(
                    f"{name} is a {image.format} picture; a look must be {' or '.join(formats)}, "
                    "which keep colours as they are"
                )
            if image.width * image.height > _MOST_PIXELS:
                raise PresetError(
                    f"{name} has {image.width} x {image.height} pixels; no look that can be read "
                    f"has more than {_MOST_PIXELS:,}"
                )
            colours = read_colours(image, data, Boxes())
            return decode_deep(image, data, name).in_16_bits(), colours
        except PhotoError as error:
            raise PresetError(str(error)) from error
        except DAMAGE as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise PresetError(f"{name} is damaged or cut short ({reason})") from error


def _read_strip(data: bytes) -> NDArray[np.uint16]:
    pixels, _ = read_picture(data, "the look of a preset", ("PNG",))
    height, size = pixels.shape[:2]
    if not 2 <= size <= MAX_NODES or height != size * size:
        raise PresetError(
            f"the look of a preset has {size} x {height} pixels; it must be S wide and S * S "
            f"high, S from 2 to {MAX_NODES}"
        )
    return pixels.reshape(size, size, size, 3)


def looked_up(table: Table, colours: Table) -> Table:
    """Colours (..., 3) in [0, 1] through a table (S, S, S, 3), by trilinear interpolation."""
    import torch

    from blackcamo.vision.lut import apply_lut

    lut = torch.from_numpy(table.astype(np.float32)).permute(3, 0, 1, 2)
    rows = torch.from_numpy(colours.reshape(1, -1, 3).astype(np.float32)).permute(2, 0, 1)
    found = apply_lut(rows[None].contiguous(), lut[None])[0]
    return found.permute(1, 2, 0).double().numpy().reshape(colours.shape)


def lattice(size: int) -> Table:
    """The colours at the nodes of a table: the table (S, S, S, 3) that changes nothing."""
    axis = np.linspace(0, 1, size)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    return np.stack((red, green, blue), axis=-1)


def _resampled(nodes: NDArray[np.uint16]) -> tuple[NDArray[np.uint16], float]:
    """Nodes at fewer places, by trilinear interpolation; and the largest loss in 1/255."""
    kept = looked_up(nodes / _FULL, lattice(MAX_NODES))
    fewer = np.rint(kept.clip(0, 1) * _FULL).astype(np.uint16)
    back = looked_up(fewer / _FULL, lattice(len(nodes)))
    return fewer, float(np.abs(back - nodes / _FULL).max() * 255)

"""Looks in HaldCLUTs: pictures of all colours.

Those made for another space than sRGB are converted. The file says which it is, else the end of its
name.

Source: E. Steenberg, "Hald CLUT", quelsolaar.com/technology/clut.html: level L has L² nodes per
axis in a square of L³ pixels, read row by row, red fastest.
"""

from __future__ import annotations

from blackcamo.errors import PresetError
from blackcamo.looks.spaces import for_srgb, named_space
from blackcamo.looks.table import Table, read_picture

_LEVELS = range(2, 13)


def read(data: bytes, name: str) -> tuple[Table, tuple[str, ...]]:
    """The nodes (S, S, S, 3), indexed [blue, green, red], of a HaldCLUT's bytes; and notes.

    Raises:
        PresetError: not a PNG or TIFF, damaged, or not of a HaldCLUT's size.
    """
    pixels, colours = read_picture(data, name, ("PNG", "TIFF"))
    height, width = pixels.shape[:2]
    level = round(width ** (1 / 3))
    if height != width or level not in _LEVELS or width != level**3:
        raise PresetError(
            f"{name} has {width} x {height} pixels: no HaldCLUT; those of levels 2 to 12 are "
            "squares of 8, 27, 64, ..., 1728 pixels"
        )
    size = level * level
    table = pixels.reshape(size, size, size, 3) / 65535
    space = colours.encoding
    if space is None and colours.convert is None:
        space = named_space(name)
    elif space is None or space.hdr is not None or space.narrow:
        raise PresetError(
            f"{name} is a look for {colours.name}, which cannot be undone; convert it to sRGB"
        )
    if space is None:
        return table, colours.notes
    said = f"made for {space.name}, converted to sRGB"
    return for_srgb(table, space), (*colours.notes, said)

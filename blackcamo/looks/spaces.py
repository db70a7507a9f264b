"""Looks made for other colour spaces than sRGB: which one it is, and the same look for sRGB."""

from __future__ import annotations

import re
from pathlib import PurePath

from blackcamo.errors import PresetError
from blackcamo.images.encodings import (
    ADOBE_RGB_PRIMARIES,
    PRIMARIES,
    PRO_PHOTO,
    SRGB_CURVE,
    WIDE_GAMUT,
    Encoding,
    by_primaries,
)
from blackcamo.looks.table import MAX_NODES, Table, lattice, looked_up

_NAMED = {
    "adobergb": ("Adobe RGB", ADOBE_RGB_PRIMARIES),
    "adobergb1998": ("Adobe RGB", ADOBE_RGB_PRIMARIES),
    "prophoto": ("ProPhoto", PRO_PHOTO),
    "prophotorgb": ("ProPhoto", PRO_PHOTO),
    "rec2020": ("Rec. 2020", PRIMARIES[9]),
    "bt2020": ("Rec. 2020", PRIMARIES[9]),
    "displayp3": ("Display P3", PRIMARIES[12]),
    "widegamut": ("Wide Gamut RGB", WIDE_GAMUT),
    "widegamutrgb": ("Wide Gamut RGB", WIDE_GAMUT),
}
_UNREAD = ("acesp0", "acesp1", "acescg", "bestrgb", "betargb", "brucergb")
_UNREAD_WORDS = re.compile(r"(?:^|[\W_])(?:[cdfnsv]-?log\d?|logc\d?|log|cineon)$", re.IGNORECASE)
"""Curves of cameras: what such a look does to a photo is not what its maker saw."""

_LEAST_NODES = 33


def named_space(name: str) -> Encoding | None:
    """The space that ends the name of a look's file, as RawTherapee has it; None for sRGB.

    RawTherapee takes the primaries of the space named and the curve of sRGB.

    Raises:
        PresetError: it names a space that is not read.
    """
    stem = PurePath(name.strip("'")).stem
    letters = re.sub(r"[^a-z0-9]", "", stem.lower())
    unread = next((space for space in _UNREAD if letters.endswith(space)), None)
    if unread or _UNREAD_WORDS.search(stem):
        raise PresetError(
            f"{name} is by its name a look for {unread or 'a camera curve'}, not for sRGB; "
            "convert it, or rename it if that is wrong"
        )
    for ending, (space, primaries) in _NAMED.items():
        if letters.endswith(ending):
            return by_primaries(primaries, SRGB_CURVE, space)
    return None


def for_srgb(table: Table, space: Encoding) -> Table:
    """The look (S, S, S, 3) for sRGB pictures that a table is for pictures of another space.

    Colours that it takes out of sRGB lie outside of [0, 1].
    """
    size = min(max(len(table), _LEAST_NODES), MAX_NODES)
    asked = space.from_srgb_codes(lattice(size))
    return space.to_srgb_codes(looked_up(table, asked))

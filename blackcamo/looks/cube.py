"""Looks in .cube files.

Source: Cube LUT Specification 1.0, Adobe Systems 2013; LUT_3D_INPUT_RANGE is DaVinci Resolve's.
"""

from __future__ import annotations

import numpy as np

from blackcamo.errors import PresetError
from blackcamo.looks.table import Table

_MAX_SIZE = 129
_DOMAIN = {
    "DOMAIN_MIN": (0.0, 0.0, 0.0),
    "DOMAIN_MAX": (1.0, 1.0, 1.0),
    "LUT_3D_INPUT_RANGE": (0.0, 1.0),
}
"""The only domain that is read: colours of photos."""


def read(data: bytes, name: str) -> Table:
    """The nodes (S, S, S, 3), indexed [blue, green, red], of a .cube file's bytes.

    Raises:
        PresetError: malformed, of another domain than 0-1, one-dimensional, or too large.
    """
    # Only comments and titles hold other characters than ASCII.
    lines = data.removeprefix(b"\xef\xbb\xbf").decode("latin-1").splitlines()
    size, start = 0, len(lines)
    for number, line in enumerate(lines):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0][0] in "0123456789.+-":
            start = number
            break
        if words[0] == "LUT_3D_SIZE":
            size = _size(words[1:], name)
        elif words[0] != "TITLE":
            _check_domain(words, name, number + 1)
    if not size:
        raise PresetError(f"{name} has no LUT_3D_SIZE before its colours: not a 3D .cube file")
    rows = [line for line in lines[start:] if line.strip() and line.strip()[0] != "#"]
    if len(rows) != size**3:
        raise PresetError(
            f"{name} has {len(rows)} rows of colours; LUT_3D_SIZE {size} needs {size**3}"
        )
    try:
        table = np.loadtxt(rows, dtype=np.float64, ndmin=2)
    except (ValueError, OverflowError) as error:
        reason = " ".join(ascii(str(error))[1:-1].split())[:80]
        raise PresetError(f"{name}: a row is not three numbers ({reason})") from error
    if table.shape != (size**3, 3):
        raise PresetError(f"{name} has {table.shape[1]} numbers in a row of colours; it must be 3")
    return table.reshape(size, size, size, 3)


def _size(words: list[str], name: str) -> int:
    text = " ".join(words)
    # Python takes seconds for numbers of many digits.
    size = int(text) if text.isdecimal() and len(text) < 4 else 0
    if not 2 <= size <= _MAX_SIZE:
        raise PresetError(f"{name}: LUT_3D_SIZE is {text[:20]!a}; it must be 2 to {_MAX_SIZE}")
    return size


def _check_domain(words: list[str], name: str, line: int) -> None:
    keyword = words[0]
    if keyword == "LUT_1D_SIZE":
        raise PresetError(f"{name} holds curves (LUT_1D_SIZE); only 3D tables are read")
    if keyword not in _DOMAIN:
        raise PresetError(
            f"{name}, line {line}: unknown keyword {keyword[:20]!a}; not a .cube file for photos"
        )
    try:
        given = tuple(float(word) for word in words[1:4])
    except ValueError:
        given = ()
    if given != _DOMAIN[keyword]:
        wanted = " ".join(f"{v:g}" for v in _DOMAIN[keyword])
        raise PresetError(
            f"{name}: {keyword} is {' '.join(words[1:])[:40]!a}; it must be {wanted}, "
            "the domain of photos"
        )

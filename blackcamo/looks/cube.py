"""Looks in .cube files.

Source: Cube LUT Specification 1.0, Adobe Systems 2013; the ranges of input and of video are DaVinci
Resolve's. What else occurs in files and changes no colour is read, as OpenColorIO does, and said.
"""

from __future__ import annotations

import codecs

import numpy as np

from blackcamo.errors import PresetError
from blackcamo.looks.table import Table

_MAX_SIZE = 129
_DOMAIN = {
    "DOMAIN_MIN": (0.0, 0.0, 0.0),
    "DOMAIN_MAX": (1.0, 1.0, 1.0),
    "LUT_1D_INPUT_RANGE": (0.0, 1.0),
    "LUT_3D_INPUT_RANGE": (0.0, 1.0),
}
"""The only domain that is read: colours of photos."""
_VIDEO = ("LUT_IN_VIDEO_RANGE", "LUT_OUT_VIDEO_RANGE")
_NO = ("0", "FALSE", "NO", "OFF")
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_COMMENTS = ("#", "//")


def read(data: bytes, name: str) -> tuple[Table, tuple[str, ...]]:
    """The nodes (S, S, S, 3), indexed [blue, green, red], of a .cube file's bytes; and notes.

    Raises:
        PresetError: malformed, of another domain than 0-1, one-dimensional, or too large.
    """
    header, extras = _Header(name), dict[str, None]()
    rows = []
    for number, line in enumerate(_lines(data, name, extras), start=1):
        start = line.lstrip()[:1]
        if start and start in b"0123456789.+-":
            rows.append(line)
            continue
        text = _text(line).strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("//"):
            extras["// comments"] = None
            continue
        words = text.split()
        if rows:
            extras["keywords after colours"] = None
        header.take(words[0], words[1:], number, extras)
    table = _table(rows, header.size, name, extras)
    said = f"has more than the format knows ({', '.join(extras)}), which changes no colour"
    return table, (said,) if extras else ()


class _Header:
    """The keywords of a file, checked."""

    def __init__(self, name: str) -> None:
        self.size = 0
        self._name = name

    def take(self, word: str, values: list[str], line: int, extras: dict[str, None]) -> None:
        """Read one keyword's line, or refuse it.

        Raises:
            PresetError: it asks for what is not read.
        """
        if (keyword := word.upper()) != word:
            extras["lower-case keywords"] = None
        if keyword == "TITLE":
            return
        if (cut := _comment_in(values)) is not None:
            values = values[:cut]
            extras["comments behind values"] = None
        if keyword == "LUT_3D_SIZE":
            size = _size(values, self._name)
            if self.size not in (0, size):
                raise PresetError(
                    f"{self._name} has LUT_3D_SIZE {self.size} and {size}; keep the right one"
                )
            self.size = size
        elif keyword in _VIDEO:
            if not values or values[0].upper() not in _NO:
                raise PresetError(
                    f"{self._name}, line {line}: {keyword}: a look for video levels (16-235); "
                    "export it for full range (0-255)"
                )
            extras[keyword] = None
        elif keyword == "LUT_1D_SIZE":
            raise PresetError(f"{self._name} holds curves ({keyword}); only 3D tables are read")
        elif keyword not in _DOMAIN:
            raise PresetError(
                f"{self._name}, line {line}: unknown keyword {word[:20]!a}; "
                "not a .cube file for photos"
            )
        else:
            _check_domain(keyword, values, self._name)
            if keyword == "LUT_1D_INPUT_RANGE":
                extras["range of curves without curves"] = None


def _lines(data: bytes, name: str, extras: dict[str, None]) -> list[bytes]:
    """A file's lines; bytes break at CR, LF and CRLF alone, text at letters, too."""
    encoding = _UTF_16.get(data[:2])
    if encoding is not None:
        try:
            data = data[2:].decode(encoding).encode()
        except UnicodeError as error:
            raise PresetError(f"{name} is damaged UTF-16 text; export it again") from error
        extras["UTF-16"] = None
    data = data.removeprefix(codecs.BOM_UTF8)
    if (bare := data.rstrip(b"\0\x1a\r\n\t ")) != data.rstrip():
        extras["bytes 0 or 26 at the end"] = None
    return bare.splitlines()


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _comment_in(words: list[str]) -> int | None:
    """Where a comment begins among values."""
    return next((i for i, word in enumerate(words) if word.startswith(_COMMENTS)), None)


def _table(rows: list[bytes], size: int, name: str, extras: dict[str, None]) -> Table:
    if not size:
        raise PresetError(f"{name} has no LUT_3D_SIZE: not a 3D .cube file")
    if len(rows) != size**3:
        raise PresetError(
            f"{name} has {len(rows)} rows of colours; LUT_3D_SIZE {size} needs {size**3}"
        )
    if any(b"#" in row or b"//" in row for row in rows):
        extras["comments behind values"] = None
    try:
        table = np.loadtxt(rows, dtype=np.float64, ndmin=2, comments=_COMMENTS, encoding="latin-1")
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


def _check_domain(keyword: str, values: list[str], name: str) -> None:
    try:
        given = tuple(float(word) for word in values)
    except ValueError:
        given = ()
    if given != _DOMAIN[keyword]:
        wanted = " ".join(f"{v:g}" for v in _DOMAIN[keyword])
        raise PresetError(
            f"{name}: {keyword} is {' '.join(values)[:40]!a}; it must be {wanted}, "
            "the domain of photos"
        )

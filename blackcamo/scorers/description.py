"""The small TOML file beside a network: how a picture goes in and what comes out.

name = "nima-technical"     # default: the network file's stem

[input]
width_px = 224              # with height_px; both left out: pictures go in as large as they are
height_px = 224
method = "nearest"          # nearest, bilinear (default), bicubic, lanczos
mode = "stretch"            # stretch (default), cover, contain, crop: see scorers/resizing.py
min_side_px = 1             # pictures with a shorter side cannot be scored
layout = "nchw"             # nchw (default), nhwc
channels = "rgb"            # rgb (default), bgr
pixel_range = [-1, 1]       # what 0 and 255 become (default 0 and 1) ...
mean = [0, 0, 0]            # ... before this is taken off (default 0; per channel, as they
std = [1, 1, 1]             # go in) and the rest divided by this (default 1)

[output]
tensor = "probs"            # needed where the network has several outputs
values = [1, 2, 3]          # its numbers are a distribution over these: take the mean; or
column = 0                  # take this one of its numbers; default: its only number
range = [1, 10]             # stretch this range to the score's low and high; default: as it is
classes = "logits"          # or: its numbers stand for classes ("logits", "probabilities"), and
                            # the score is the percentage of the photo's own: scorers/classes.py
compared = "all"            # among all classes (default), or between it and its "rival" alone

[score]
low = 0                     # the scale that people quote
high = 100
threshold = 50              # the boundary of high quality
higher_is_better = true
"""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from blackcamo.errors import InputError
from blackcamo.scorers.classes import Classes, Compared, Numbers
from blackcamo.scorers.resizing import METHODS, MODES, frame
from blackcamo.scorers.strict_table import StrictTable
from blackcamo.types import Pixels
from blackcamo.weights.files import check_file

_MAX_BYTES = 1 << 20
_MAX_SIDE_PX = 1 << 14
_MAX_COLUMN = 1 << 20
_MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class NetworkInput:
    """How a picture becomes a network's input; the fields are those of ``[input]``."""

    width_px: int | None
    height_px: int | None
    method: str
    mode: str
    min_side_px: int
    layout: str
    channels: str
    pixel_range: tuple[float, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def size(self) -> tuple[int, int] | None:
        """Height and width that every picture is brought to; None: its own."""
        if self.height_px is None or self.width_px is None:
            return None
        return self.height_px, self.width_px

    @property
    def summary(self) -> str:
        """The preprocessing of a picture's size, for the record."""
        if self.size is None:
            return "own size"
        return f"{self.mode} to {self.width_px}x{self.height_px}, {self.method}"

    def accepts(self, pixels: Pixels) -> bool:
        """Whether a picture is large enough."""
        height, width, _ = pixels.shape
        if self.mode == "crop" and self.size is not None:
            return bool(height >= self.size[0] and width >= self.size[1])
        return bool(min(height, width) >= self.min_side_px)

    @property
    def needed(self) -> str:
        """The reason why a picture is not accepted."""
        if self.mode == "crop" and self.size is not None:
            return f"{self.width_px}x{self.height_px} are cut out of it"
        return f"sides of at least {self.min_side_px} pixels are needed"

    def prepare(self, pixels: Pixels) -> NDArray[np.float32]:
        """One picture as the network wants it: float32 (3, H, W) or (H, W, 3)."""
        if self.size is not None:
            height_px, width_px = self.size
            pixels = frame(
                pixels,
                width_px=width_px,
                height_px=height_px,
                method=self.method,
                mode=self.mode,
            )
        ordered = pixels if self.channels == "rgb" else pixels[..., ::-1]
        # A table of 256 values a channel: each is the float32 nearest to the exact one.
        low, high = self.pixel_range
        levels = low + np.arange(256)[:, None] * ((high - low) / 255)
        table = ((levels - np.array(self.mean)) / np.array(self.std)).astype(np.float32)
        planes = [table[:, c][ordered[..., c]] for c in range(3)]
        return np.stack(planes, axis=0 if self.layout == "nchw" else -1)


@dataclass(frozen=True, slots=True)
class NetworkOutput:
    """How a network's numbers for one picture become a score; fields as in ``[output]``."""

    tensor: str | None
    values: tuple[float, ...] | None
    column: int | None
    range: tuple[float, ...] | None
    classes: Classes | None = None

    def accepts(self, numbers: int) -> bool:
        """Whether this can be read from that many numbers a picture."""
        if self.classes is not None:
            return self.classes.accepts(numbers)
        if self.values is not None:
            return numbers == len(self.values)
        return numbers == 1 if self.column is None else self.column < numbers

    def read(self, numbers: NDArray[Any]) -> float:
        """The quantity that the network means by ``numbers`` (K), NaN if it is not finite."""
        row = np.asarray(numbers, dtype=np.float64)
        value = float(row[self.column or 0] if self.values is None else row @ np.array(self.values))
        return value if math.isfinite(value) else math.nan


@dataclass(frozen=True, slots=True)
class Description:
    """All that a network's file does not say about itself."""

    name: str
    input: NetworkInput
    output: NetworkOutput
    low: float
    high: float
    threshold: float
    higher_is_better: bool

    @property
    def canonical(self) -> bytes:
        """The same bytes for descriptions that mean the same."""
        described = asdict(self)
        if self.output.classes is None:
            # As before there were any: digests of other networks stay.
            del described["output"]["classes"]
        return json.dumps(described, sort_keys=True).encode()

    def score(self, numbers: NDArray[Any]) -> float:
        """The score that the network's ``numbers`` (K) for one picture mean."""
        if self.output.classes is not None:
            return self.output.classes.score(numbers)
        value = self.output.read(numbers)
        if self.output.range is None:
            return value
        first, last = self.output.range
        return self.low + (value - first) / (last - first) * (self.high - self.low)


def read_description(path: Path, *, default_name: str) -> Description:
    """Read a description; ``default_name`` is the scorer's name where it gives none.

    Raises:
        InputError: no such file, no TOML, or a key or value that means nothing.
        WeightsError: it is no regular file, or too large.
    """
    try:
        check_file(path, most_bytes=_MAX_BYTES)
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(
            f"no description {str(path)!r}; write how the network is fed and read there, or name "
            "another file with --scorer-option description=FILE"
        ) from None
    except (OSError, ValueError) as error:  # ValueError: no UTF-8, or a null character in the path
        raise InputError(f"cannot read the description {str(path)!r}: {error}") from error
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # whole numbers of thousands of digits, too
        raise InputError(f"{str(path)!r} is not TOML: {error}") from error
    return _description(StrictTable(str(path), "", document), default_name)


def _description(top: StrictTable, default_name: str) -> Description:
    source, sink, scale = (top.table(key) for key in ("input", "output", "score"))
    name = top.text("name", default_name)
    if not (0 < len(name) <= _MAX_NAME and name.isprintable()):
        top.refuse("name", f"must be 1 to {_MAX_NAME} printable characters on one line")
    description = Description(
        name=name,
        input=_input(source),
        output=_output(sink),
        low=scale.number("low", 0.0),
        high=scale.number("high", 100.0),
        threshold=scale.number("threshold", 50.0),
        higher_is_better=scale.flag("higher_is_better", True),
    )
    for table in (top, source, sink, scale):
        table.finish()
    return description


def _input(source: StrictTable) -> NetworkInput:
    """How ``[input]`` says that pictures are fed."""
    fed = NetworkInput(
        width_px=source.whole("width_px", least=1, most=_MAX_SIDE_PX),
        height_px=source.whole("height_px", least=1, most=_MAX_SIDE_PX),
        method=source.choice("method", "bilinear", METHODS),
        mode=source.choice("mode", "stretch", MODES),
        min_side_px=source.whole("min_side_px", least=1, most=_MAX_SIDE_PX) or 1,
        layout=source.choice("layout", "nchw", ("nchw", "nhwc")),
        channels=source.choice("channels", "rgb", ("rgb", "bgr")),
        pixel_range=source.numbers("pixel_range", length=2) or (0.0, 1.0),
        mean=source.numbers("mean", length=3) or (0.0, 0.0, 0.0),
        std=source.numbers("std", length=3) or (1.0, 1.0, 1.0),
    )
    if (fed.width_px is None) != (fed.height_px is None):
        source.refuse("width_px", "needs height_px and the other way round; leave out both or none")
    if 0 in fed.std:
        source.refuse("std", "has a 0, by which nothing can be divided")
    return fed


def _output(sink: StrictTable) -> NetworkOutput:
    """How ``[output]`` says that scores are read."""
    read = NetworkOutput(
        tensor=sink.text("tensor", "") or None,
        values=sink.numbers("values"),
        column=sink.whole("column", least=0, most=_MAX_COLUMN),
        range=sink.numbers("range", length=2),
        classes=_classes(sink),
    )
    if read.values is not None and read.column is not None:
        sink.refuse("column", "cannot stand beside values; leave one of them out")
    if read.classes is not None and (read.values, read.column, read.range) != (None, None, None):
        sink.refuse("classes", "cannot stand beside values, column or range; leave those out")
    if read.range is not None and read.range[0] == read.range[1]:
        sink.refuse("range", "is empty; give what maps to low and what maps to high")
    return read


def _classes(sink: StrictTable) -> Classes | None:
    """The classes of ``[output]``; the scale of their scores is 0 to 100."""
    numbers = sink.choice("classes", "", ("", *get_args(Numbers)))
    compared = sink.choice("compared", "all", get_args(Compared))
    if not numbers:
        if compared != "all":
            sink.refuse("compared", "needs classes beside it; say what the numbers are")
        return None
    return Classes(
        "logits" if numbers == "logits" else "probabilities",
        "rival" if compared == "rival" else "all",
    )

"""The TOML file beside a network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from blackcamo.errors import InputError, WeightsError
from blackcamo.scorers.description import Description, read_description

Read = Callable[[str], Description]


@pytest.fixture
def described(tmp_path: Path) -> Read:
    def read(text: str) -> Description:
        (tmp_path / "net.toml").write_text(text, encoding="utf-8")
        return read_description(tmp_path / "net.toml", default_name="net")

    return read


def test_an_empty_file_means_the_defaults(described: Read) -> None:
    about = described("")
    assert (about.name, about.low, about.high, about.threshold) == ("net", 0, 100, 50)
    assert about.higher_is_better
    assert about.input.size is None
    assert about.input.summary == "own size"
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    np.testing.assert_allclose(
        about.input.prepare(pixels), pixels.transpose(2, 0, 1) / 255, rtol=1e-7
    )
    assert about.score(np.array([71.5])) == 71.5


def test_everything_can_be_said(described: Read) -> None:
    about = described(
        """
        name = "mine"
        [input]
        width_px = 4
        height_px = 3
        method = "nearest"
        mode = "cover"
        min_side_px = 2
        layout = "nhwc"
        channels = "bgr"
        pixel_range = [0, 255]
        mean = [1, 2, 3]
        std = [2, 4, 8]
        [output]
        tensor = "out"
        values = [1, 2, 3]
        range = [3, 1]
        [score]
        low = 10
        high = 20
        threshold = 12.5
        higher_is_better = false
        """
    )
    assert (about.name, about.output.tensor) == ("mine", "out")
    assert (about.low, about.high, about.threshold) == (10, 20, 12.5)
    assert not about.higher_is_better
    assert about.input.summary == "cover to 4x3, nearest"
    pixels = np.full((9, 12, 3), (10, 20, 30), np.uint8)
    prepared = about.input.prepare(pixels)
    assert prepared.shape == (3, 4, 3)
    assert prepared.dtype == np.float32
    # Blue comes first: (30 - 1) / 2, (20 - 2) / 4, (10 - 3) / 8.
    assert prepared[0, 0].tolist() == [14.5, 4.5, 0.875]
    # The mean rating 2 lies half way from 3 to 1.
    assert about.score(np.array([0.25, 0.5, 0.25])) == 15


def test_pixel_values_are_the_nearest_floats(described: Read) -> None:
    about = described("[input]\npixel_range = [-1, 1]")
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    exact = (levels.astype(np.float64) / 127.5 - 1).astype(np.float32).transpose(2, 0, 1)
    np.testing.assert_array_max_ulp(about.input.prepare(levels) + 2, exact + 2, maxulp=1)
    assert about.input.prepare(levels).min() == -1
    assert about.input.prepare(levels).max() == 1


def test_a_column(described: Read) -> None:
    about = described("[output]\ncolumn = 1")
    assert about.score(np.array([3.0, 4.0])) == 4
    assert about.output.accepts(2)
    assert not about.output.accepts(1)


def test_what_can_be_read_from_so_many_numbers(described: Read) -> None:
    assert described("").output.accepts(1)
    assert not described("").output.accepts(2)
    assert described("[output]\nvalues = [1, 2]").output.accepts(2)
    assert not described("[output]\nvalues = [1, 2]").output.accepts(3)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_gives_nan(described: Read, value: float) -> None:
    assert np.isnan(described("").score(np.array([value])))


def test_too_small_pictures(described: Read) -> None:
    crop = described('[input]\nwidth_px = 8\nheight_px = 4\nmode = "crop"').input
    assert crop.accepts(np.zeros((4, 8, 3), np.uint8))
    assert not crop.accepts(np.zeros((8, 4, 3), np.uint8))
    whole = described("[input]\nmin_side_px = 5").input
    assert whole.accepts(np.zeros((5, 9, 3), np.uint8))
    assert not whole.accepts(np.zeros((9, 4, 3), np.uint8))


def test_descriptions_that_mean_the_same_have_the_same_digest(described: Read) -> None:
    first = described("[input]\nmin_side_px = 1\n[score]\nlow = 0").canonical
    assert first == described("# nothing\n[score]\nlow = 0.0").canonical
    assert first != described("[score]\nlow = 1").canonical


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("inputs = {}", "unknown key 'inputs'; did you mean 'input'"),
        ("[input]\nwidth = 3", r"unknown key of \[input\] 'width'; did you mean 'width_px'"),
        ("[output]\nvalue = [1]", r"unknown key of \[output\] 'value'; did you mean 'values'"),
        ("[score]\nminimum = 3", r"unknown key of \[score\] 'minimum'"),
        ("input = 3", "input is 3; it must be a table"),
        ("name = 3", "name is 3; it must be a string"),
        ("[input]\nwidth_px = 3", "needs height_px"),
        ("[input]\nwidth_px = 0\nheight_px = 1", "width_px is 0; .* 1 to 16384"),
        ("[input]\nwidth_px = 2.5\nheight_px = 1", "width_px is 2.5; .* whole number"),
        ("[input]\nwidth_px = true\nheight_px = 1", "width_px is True"),
        ("[input]\nmethod = 'bicubics'", "did you mean 'bicubic'"),
        ("[input]\nmode = 'fit'", "unknown value 'fit'"),
        ("[input]\nlayout = 'nwhc'", "did you mean 'nhwc'"),
        ("[input]\nmean = [1, 2]", "mean is .*; it must be a list of 3 numbers"),
        ("[input]\nmean = 0.5", "it must be a list of 3 numbers"),
        ("[input]\nstd = [1, 0, 1]", "std has a 0"),
        ("[input]\npixel_range = [0, inf]", "pixel_range is"),
        ("[output]\nvalues = []", "values is"),
        ("[output]\nvalues = ['a']", "values is"),
        ("[output]\ncolumn = -1", "column is -1"),
        ("[output]\ncolumn = 0\nvalues = [1]", "column cannot stand beside values"),
        ("[output]\nrange = [2, 2]", "range is empty"),
        ("[score]\nlow = nan", "low is nan"),
        ("[score]\nhigher_is_better = 1", "it must be true or false"),
        (f"[score]\nhigh = 1{'0' * 400}", "must be a finite number"),
        ("[score", "is not TOML"),
        ("[input]\nwidth_px = 99999\nheight_px = 1", "width_px is 99999; .* 1 to 16384"),
        (f"[output]\ncolumn = 0x1{'0' * 5000}", "column is a whole number of thousands of digits"),
        (f"[output]\ncolumn = 1{'0' * 5000}", "is not TOML"),
        (f"x = {'[' * 5000}", "is not TOML"),
        (f"name = '{'x' * 201}'", "name must be 1 to 200 printable"),
        ("name = ''", "name must be 1 to 200 printable"),
        ('name = "a\\nb"', "name must be 1 to 200 printable"),
        (f"name = [{'1, ' * 500}]", r"name is \[1, .{20,60}\.\.\.; it must be a string"),
    ],
)
def test_mistakes_are_named_in_one_line(described: Read, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        described(text)
    assert "net.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no description .*--scorer-option description=FILE"):
        read_description(tmp_path / "missing.toml", default_name="x")
    with pytest.raises(InputError, match="cannot read the description"):
        read_description(tmp_path / "a\0b", default_name="x")
    with pytest.raises(WeightsError, match="is not a regular file"):
        read_description(tmp_path, default_name="x")
    with (tmp_path / "large.toml").open("wb") as file:
        file.truncate(2**20 + 1)
    with pytest.raises(WeightsError, match="has 1,048,577 bytes; at most 1,048,576 are read"):
        read_description(tmp_path / "large.toml", default_name="x")
    (tmp_path / "latin").write_bytes(b"name = '\xe9'")
    with pytest.raises(InputError, match="cannot read the description"):
        read_description(tmp_path / "latin", default_name="x")

"""The channel is libjpeg as everybody has it."""

from __future__ import annotations

import io
import itertools
import shutil
import subprocess
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from blackcamo.channel import Channel, Subsampling
from blackcamo.errors import OptionError
from blackcamo.images import Credit, jpeg_metadata
from blackcamo.testing import make_photo
from blackcamo.types import Pixels
from blackcamo.vision.arrays import to_pixels


@pytest.fixture
def pixels() -> Pixels:
    return to_pixels(make_photo())


def test_what_is_received_is_what_the_bytes_hold(pixels: Pixels) -> None:
    data, received = Channel().send(pixels)
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size) == ("JPEG", (pixels.shape[1], pixels.shape[0]))
        np.testing.assert_array_equal(np.asarray(image), received)
    assert not np.array_equal(received, pixels)


@pytest.mark.parametrize("count", [0, 1, 7])
def test_many_pictures_at_a_time_are_what_each_is_alone(count: int) -> None:
    pictures = [to_pixels(make_photo(40 + 8 * i, 64)) for i in range(count)]
    together = Channel().send_all(pictures)
    assert len(together) == count
    for pixels, (data, received) in zip(pictures, together, strict=True):
        alone = Channel().send(pixels)
        assert data == alone[0]
        np.testing.assert_array_equal(received, alone[1])


@pytest.mark.parametrize(
    ("subsampling", "sampling"), [("4:4:4", (1, 1)), ("4:2:2", (2, 1)), ("4:2:0", (2, 2))]
)
def test_chroma_is_subsampled_as_asked(
    pixels: Pixels, subsampling: str, sampling: tuple[int, int]
) -> None:
    data = Channel(subsampling=subsampling).encode(pixels)  # type: ignore[arg-type]
    with Image.open(io.BytesIO(data)) as image:
        horizontal, vertical = image.layer[0][1:3]  # type: ignore[attr-defined]
    assert (horizontal, vertical) == sampling


def test_lower_quality_makes_smaller_files(pixels: Pixels) -> None:
    sizes = [len(Channel(quality=q).encode(pixels)) for q in (100, 90, 50, 1)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 4


def test_metadata_leaves_the_picture_alone(pixels: Pixels) -> None:
    channel = Channel()
    data = channel.encode(pixels, Credit(artist="Ada", copyright="CC0"))
    np.testing.assert_array_equal(channel.decode(data), channel.send(pixels)[1])
    assert b"Ada" in data
    assert b"ICC_PROFILE" in data


def test_the_same_picture_as_libjpegs_own_program(pixels: Pixels, tmp_path: Path) -> None:
    if not shutil.which("cjpeg"):
        pytest.skip("cjpeg is not installed (Debian: libjpeg-turbo-progs)")
    source, encoded = tmp_path / "in.ppm", tmp_path / "out.jpg"
    Image.fromarray(pixels).save(source)
    subprocess.run(
        ["cjpeg", "-quality", "90", "-sample", "2x2", "-outfile", encoded, source], check=True
    )
    with Image.open(encoded) as image:
        np.testing.assert_array_equal(np.asarray(image), Channel().send(pixels)[1])


@pytest.mark.parametrize("quality", [0, 101])
def test_a_quality_that_libjpeg_does_not_have_is_refused(quality: int) -> None:
    with pytest.raises(OptionError, match=f"quality is {quality}; it must be between 1 and 100"):
        Channel(quality=quality)


def test_an_unknown_subsampling_is_refused() -> None:
    with pytest.raises(OptionError, match="must be one of 4:4:4, 4:2:2, 4:2:0"):
        Channel(subsampling="4:1:1")  # type: ignore[arg-type]


SIDES_PX = ((1, 1), (1, 9), (2, 3), (8, 8), (15, 17), (37, 53), (96, 128))


@pytest.mark.parametrize("subsampling", get_args(Subsampling))
def test_the_same_bytes_and_pixels_as_pillow(subsampling: Subsampling) -> None:
    rng = np.random.default_rng(0)
    photo = to_pixels(make_photo())
    for height_px, width_px in SIDES_PX:
        noise = rng.integers(0, 256, (height_px, width_px, 3), dtype=np.uint8)
        for pixels, quality in itertools.product(
            (noise, photo[:height_px, :width_px]), (1, 30, 50, 75, 89, 90, 91, 95, 100)
        ):
            data, received = Channel(quality=quality, subsampling=subsampling).send(pixels)
            assert data == by_pillow(pixels, quality, subsampling)
            with Image.open(io.BytesIO(data)) as image:
                np.testing.assert_array_equal(np.asarray(image), received)


@pytest.mark.parametrize(
    "credit", [Credit(), Credit(artist="Ada"), Credit("x" * 2000, "© " + "y" * 1990)]
)
def test_the_same_file_with_metadata_as_pillow(pixels: Pixels, credit: Credit) -> None:
    expected = by_pillow(pixels, 90, "4:2:0", **jpeg_metadata(credit))
    assert Channel().encode(pixels, credit) == expected


def by_pillow(pixels: Pixels, quality: int, subsampling: str, **metadata: bytes) -> bytes:
    buffer = io.BytesIO()
    picture = Image.fromarray(pixels)
    picture.save(buffer, "JPEG", quality=quality, subsampling=subsampling, **metadata)
    return buffer.getvalue()

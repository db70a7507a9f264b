"""Each wrong input is refused with one line that names the file, the bound and the remedy."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo.errors import PhotoError
from blackcamo.images import load_photo
from tests.images.files import encoded, picture, png, save
from tests.images.unprivileged import unprivileged

RGB = Image.fromarray(picture())


def refusal(path: Path) -> str:
    with pytest.raises(PhotoError) as caught:
        load_photo(path)
    message = str(caught.value)
    assert message.isprintable(), "more than one line"
    assert path.name in message
    return message


def test_missing_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a.jpg").endswith("a.jpg does not exist; check the path")


def test_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path).endswith("is a folder; name the photos in it")


def test_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.touch()
    assert refusal(path).endswith("is empty; copy it again from its source")


def test_named_pipe_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert "is not a regular file" in refusal(path)


def test_file_of_several_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "a.tiff"
    with path.open("wb") as stream:
        stream.truncate(3 * 2**30)  # sparse: takes no space
    assert "3,221,225,472 bytes; at most 2,147,483,648 are read" in refusal(path)


def test_name_with_a_line_break(tmp_path: Path) -> None:
    with pytest.raises(PhotoError, match=r"a\\nb\.jpg' does not exist") as caught:
        load_photo(tmp_path / "a\nb.jpg")
    assert "\n" not in str(caught.value)


def test_name_with_a_null_character() -> None:
    with pytest.raises(PhotoError, match=r"'a\\x00b' cannot be read .*; check the path"):
        load_photo("a\0b")


def test_file_that_may_not_be_read() -> None:
    with unprivileged() as folder:
        path = save(folder / "a.png", RGB)
        path.chmod(0)
        assert refusal(path).endswith("may not be read; check its permissions")


@pytest.mark.parametrize(
    "content",
    [
        b"just some text\n" * 50,
        b"<svg xmlns='http://www.w3.org/2000/svg' width='640' height='480'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 640 480\n",
        b"\x89PNG\r\n\x1a\n",
        bytes(5000),
    ],
    ids=["text", "svg", "eps", "signature only", "zeros"],
)
def test_what_is_not_a_picture(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    assert "is not a picture that can be read; check the file or convert it" in refusal(path)


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        ("jpg", {}),
        ("jpg", {"progressive": True}),
        ("png", {}),
        ("webp", {}),
        ("webp", {"lossless": True}),
        ("avif", {}),
        ("gif", {}),
        ("tiff", {}),
        ("tiff", {"compression": "tiff_lzw"}),
    ],
)
def test_a_file_cut_anywhere_is_refused_or_whole(
    tmp_path: Path, suffix: str, options: dict[str, object]
) -> None:
    path = save(tmp_path / f"a.{suffix}", RGB, **options)
    data, whole = path.read_bytes(), load_photo(path).pixels
    refusals = []
    for size in range(len(data) // 12, len(data), len(data) // 12):
        path.write_bytes(data[:size])
        try:
            pixels = load_photo(path).pixels
        except PhotoError as error:
            refusals.append(str(error))
        else:
            np.testing.assert_array_equal(pixels, whole)
    assert len(refusals) >= 10
    for message in refusals:
        assert re.search("damaged or cut short .*; copy it again|not a picture", message)


@pytest.mark.parametrize(
    ("width_px", "height_px", "words"),
    [
        (1, 1, "is 1x1 px; each side must have at least 32: use a larger photo"),
        (31, 500, "is 31x500 px; each side must have at least 32: use a larger photo"),
        (100_000, 10, "is 100000x10 px; each side must have at least 32: use a larger photo"),
        (70_000, 2_500, "is 70000x2500 px; a side may have at most 65500: crop it or scale it"),
        (40, 1300, "is 40x1300 px; one side may be at most 32 times as long as the other: crop it"),
        (15_000, 15_000, "has more than 200 megapixels, the most that is read; scale it down"),
        (60_000, 60_000, "has more than 200 megapixels, the most that is read; scale it down"),
    ],
)
def test_sizes_are_judged_before_anything_is_decoded(
    tmp_path: Path, width_px: int, height_px: int, words: str
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png((width_px, height_px), bits=1, colour_type=0, rows=b""))
    assert words in refusal(path)


def test_pictures_at_the_bounds(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", np.zeros((32, 1024, 3), np.uint8))
    assert load_photo(path).pixels.shape == (32, 1024, 3)
    # Within our bound but far above Pillow's warning: what is wrong is only that pixels miss.
    path.write_bytes(png((14_000, 14_000), bits=1, colour_type=0, rows=b""))
    assert "damaged or cut short" in refusal(path)


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "avif"])
def test_animations(tmp_path: Path, suffix: str) -> None:
    frames = [Image.fromarray(picture()[::step]).resize((96, 64)) for step in (-1, 1)]
    path = save(tmp_path / f"a.{suffix}", RGB, save_all=True, append_images=frames)
    assert refusal(path).endswith("is animated (3 frames); save one frame as a still picture")


def test_heic_bytes_that_are_none(tmp_path: Path) -> None:
    pytest.importorskip("pillow_heif")
    path = tmp_path / "a.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40))
    assert refusal(path).endswith("is a damaged HEIC picture; copy it again from its source")


def test_no_picture_is_opened_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "photo.txt"
    path.write_bytes(encoded(RGB, "PNG"))
    np.testing.assert_array_equal(load_photo(path).pixels, picture())

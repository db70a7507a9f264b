"""Each wrong input is refused with one line that names the file, the bound and the remedy."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, JpegImagePlugin, PngImagePlugin

from blackcamo.errors import PhotoError, PresetError
from blackcamo.images import load_photo
from blackcamo.looks import read_look
from tests.images import scenes
from tests.images.files import encoded, picture, png, save
from tests.images.test_companions import mpo
from tests.images.test_panorama import SPHERE, gpano
from tests.images.unprivileged import unprivileged

RGB = Image.fromarray(picture())
SCENE = picture() / 255


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


@pytest.mark.parametrize("step", ["load", "getexif"])
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "is damaged or does not fit into memory; copy it again from its source"),
        (AssertionError("no tile"), "is damaged or cut short (no tile); copy it again"),
    ],
)
def test_what_decoders_give_up_on_is_damage_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: Exception, words: str
) -> None:
    def give_up(_: object) -> None:
        raise error

    path = save(tmp_path / "a.jpg", RGB, quality=90)
    whole = load_photo(path).pixels
    monkeypatch.setattr(JpegImagePlugin.JpegImageFile, step, give_up)
    if step == "load":
        assert words in refusal(path)
    else:  # what EXIF says is not needed for the picture
        photo = load_photo(path)
        assert photo.notes == ("the EXIF data are damaged: the picture was not turned",)
        np.testing.assert_array_equal(photo.pixels, whole)


def test_damaged_looks_are_refused_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(_: object) -> None:
        raise MemoryError

    path = save(tmp_path / "a.png", Image.new("RGB", (8, 8)))
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", give_up)
    with pytest.raises(PresetError, match=r"a\.png is damaged or cut short \(MemoryError\)"):
        read_look(path)


SEEDS = {
    "R03.jpg": scenes.jpeg(SCENE, exif=scenes.exif(0xFFFF, "R03")),
    "stereo.jpg": mpo(0x020002, encoded(RGB, "JPEG")),
    "panorama.jpg": encoded(RGB, "JPEG", xmp=gpano(SPHERE)),
    "hdr.png": scenes.deep_png(SCENE, scenes.cicp(9, 16, 0, 1), scenes.clli(500)),
    "gamma.png": scenes.deep_png(SCENE, scenes.gama(1.8), scenes.chrm(scenes.ADOBE)),
    "a.avif": encoded(RGB, "AVIF", exif=scenes.exif(2)),
    "a.tiff": encoded(RGB, "TIFF", compression="tiff_lzw"),
}


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300
)
@given(
    name=st.sampled_from(sorted(SEEDS)),
    changes=st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 255)), max_size=6),
    cut=st.none() | st.integers(1, 3000),
)
def test_damaged_files_are_refused_or_read(
    tmp_path: Path, name: str, changes: list[tuple[int, int]], cut: int | None
) -> None:
    data = bytearray(SEEDS[name])
    for place, value in changes:
        data[place % len(data)] = value
    path = tmp_path / name
    path.write_bytes(data[:cut])
    with contextlib.suppress(PhotoError):
        assert load_photo(path).pixels.shape[2] == 3


def test_heic_bytes_that_are_none(tmp_path: Path) -> None:
    pytest.importorskip("pillow_heif")
    path = tmp_path / "a.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40))
    assert refusal(path).endswith("is a damaged HEIC picture; copy it again from its source")


def test_no_picture_is_opened_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "photo.txt"
    path.write_bytes(encoded(RGB, "PNG"))
    np.testing.assert_array_equal(load_photo(path).pixels, picture())

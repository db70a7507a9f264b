"""Edits made elsewhere are found in their photo, to a fraction of a pixel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from blackcamo.errors import PhotoError
from blackcamo.testing import make_photo
from blackcamo.types import Frame, Pixels
from blackcamo.vision.alignment import Alignment, align, window
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.frames import cut_frame, frame_matrix

HEIGHT, WIDTH = 320, 448
Kernel = Image.Resampling


def load(path: Path) -> Pixels:
    return np.asarray(Image.open(path).convert("RGB"))


def graded(pixels: Pixels) -> Pixels:
    warm = (pixels / 255) ** np.array([0.9, 1.0, 1.15]) * 0.9 + 0.05
    return np.asarray(np.rint(warm * 255), np.uint8)


def textured(seed: int = 0, height: int = HEIGHT, width: int = WIDTH) -> Pixels:
    """A made photo under texture of every fineness."""
    rng = np.random.default_rng(seed)
    levels: NDArray[np.float64] = np.moveaxis(make_photo(height, width).double().numpy(), 0, 2)
    levels = levels * 140 + 55
    for side_px in (2, 5, 12, 30):
        coarse = rng.normal(0, 14, (height // side_px + 2, width // side_px + 2))
        grown = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        levels = levels + np.asarray(grown)[..., None]
    return np.asarray(np.clip(levels, 0, 255), np.uint8)


@pytest.fixture(scope="module")
def photo() -> Pixels:
    return textured()


def scaled(pixels: Pixels, width: int, height: int, kernel: Kernel = Kernel.BICUBIC) -> Pixels:
    image = Image.fromarray(np.ascontiguousarray(pixels))
    return np.asarray(image.resize((width, height), kernel))


def turned(pixels: Pixels, degrees: float, scale: float = 1, x: float = 0, y: float = 0) -> Pixels:
    """Turned about the middle and moved; what was not there is black."""
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, scale)
    matrix[:, 2] = matrix[:, 2] + (x, y)
    moved = cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_CUBIC)
    return np.asarray(moved, np.uint8)


def bent(pixels: Pixels, strength: float) -> Pixels:
    """As after the correction of a lens."""
    height, width = pixels.shape[:2]
    y, x = (np.mgrid[:height, :width] * 2 - np.array([height, width])[:, None, None]) / width
    scale = (1 + strength * (x**2 + y**2 - 1.2)) * width / 2
    at = ((axis * scale + side / 2) for axis, side in ((x, width), (y, height)))
    x_px, y_px = (positions.astype(np.float32) for positions in at)
    return np.asarray(cv2.remap(pixels, x_px, y_px, cv2.INTER_CUBIC), np.uint8)


def apart(photo: Pixels, edit: Pixels, found: Alignment) -> float:
    """What is left between the photo in its place and the edit, as a share of what is there."""
    shown = to_pixels(found.cut(to_rgb(photo))).astype(float)
    theirs = edit[found.rows, found.columns].astype(float)
    return float((shown - theirs).std() / (theirs.std() + 1e-9))


@pytest.mark.parametrize("number", [0, 4, 22])
def test_a_graded_crop_is_found_to_the_pixel(kodak: list[Path], number: int) -> None:
    photo = load(kodak[number])
    height, width = photo.shape[:2]
    edit = graded(photo[20 : height - 30, 40 : width - 25])
    shown = to_pixels(align(photo, edit).cut(to_rgb(photo)))
    np.testing.assert_array_equal(shown, photo[20 : height - 30, 40 : width - 25])


@pytest.mark.parametrize(
    "truth",
    [
        Frame(0.52, 0.47, 0.8, 0.8, -1.5, 300, 450),
        Frame(0.5, 0.5, 0.93, 0.93, 0.4, 400, 600, keystone_x=0.02),
        Frame(0.5, 0.52, 0.9, 0.85, 0.0, 400, 600, keystone_x=-0.03, keystone_y=0.02),
    ],
)
def test_a_turned_scaled_and_tapered_part_is_found(kodak: list[Path], truth: Frame) -> None:
    photo = load(kodak[22])
    edit = to_pixels(cut_frame(to_rgb(photo), truth))
    found = align(photo, graded(edit)).frame
    assert found.angle_deg == pytest.approx(truth.angle_deg, abs=0.1)
    for name in ("centre_x", "centre_y", "width", "height", "keystone_x", "keystone_y"):
        assert getattr(found, name) == pytest.approx(getattr(truth, name), abs=2e-3), name


def test_a_window_and_its_matrix_are_one_another(photo: Pixels) -> None:
    frame = Frame(0.52, 0.45, 0.7, 0.6, 1.5, 210, 300, keystone_x=0.03, keystone_y=-0.02)
    found = window(frame_matrix(frame, HEIGHT, WIDTH), (HEIGHT, WIDTH), (210, 300))
    for name in Frame.__slots__:
        assert getattr(found, name) == pytest.approx(getattr(frame, name), abs=1e-3), name


def test_an_edit_of_equal_size_is_the_whole_photo(photo: Pixels) -> None:
    whole = Frame(0.5, 0.5, 1.0, 1.0, 0.0, HEIGHT, WIDTH)
    noise = np.random.default_rng(1).normal(0, 12, photo.shape)
    for edit in (
        graded(photo),
        np.asarray(np.clip(photo + noise, 0, 255), np.uint8),
        cv2.GaussianBlur(photo, (0, 0), 1.5),
    ):
        found = align(photo, np.asarray(edit, np.uint8))
        assert found.frame == whole
        np.testing.assert_array_equal(to_pixels(found.cut(to_rgb(photo))), photo)


Edit = Callable[[Pixels], Pixels]


@pytest.mark.parametrize(
    "edit",
    [
        lambda p: scaled(p[1:, 1:], WIDTH, HEIGHT),
        lambda p: scaled(p[:, :-1], WIDTH, HEIGHT, Kernel.LANCZOS),
        lambda p: scaled(p[1:, 1:], WIDTH, HEIGHT, Kernel.BILINEAR),
        lambda p: scaled(p[:, 20:], WIDTH, HEIGHT),
        lambda p: scaled(p[9:-12, 15:], WIDTH, HEIGHT),
        lambda p: scaled(p, WIDTH * 3 // 2, HEIGHT * 3 // 2),
        lambda p: scaled(p, WIDTH // 2, HEIGHT // 2),
        lambda p: scaled(p, 327, 234, Kernel.LANCZOS),
        lambda p: scaled(p[12:, 9:-9], 301, 215),
        lambda p: turned(p, 0, x=0.5, y=0.5),
        lambda p: turned(p, 0, x=3, y=-2),
        lambda p: turned(p, 0, x=20.5, y=-10.5),
        lambda p: turned(p, 0.7),
        lambda p: turned(p, 2),
        lambda p: turned(p, 0.7, 1.03),
        lambda p: bent(p, 0.01),
        lambda p: bent(p, 0.03),
        lambda p: cv2.copyMakeBorder(p, 20, 50, 20, 20, cv2.BORDER_CONSTANT, value=(250,) * 3),
    ],
    ids=[
        "a pixel cropped, back", "a column cropped, back", "bilinear", "aspect", "crop, back",
        "enlarged", "half", "smaller", "crop, smaller", "half a pixel", "shifted", "shifted far",
        "turned", "turned more", "turned and back", "lens", "lens more", "frame",
    ],
)  # fmt: skip
def test_what_both_show_lies_on_each_other(photo: Pixels, edit: Edit) -> None:
    edited = np.asarray(edit(photo), np.uint8)
    found = align(photo, edited)
    assert apart(photo, edited, found) < 0.05
    shared = found.cut(to_rgb(photo))[0].numel()
    assert shared > 0.8 * min(edited[..., 0].size, HEIGHT * WIDTH)


def test_what_lies_beyond_the_photo_is_left_out(photo: Pixels) -> None:
    black = turned(photo, 0, x=20, y=-10)
    found = align(photo, black)
    assert (found.rows, found.columns) == (slice(0, HEIGHT - 12), slice(22, WIDTH))
    framed = cv2.copyMakeBorder(photo, 16, 40, 16, 16, cv2.BORDER_CONSTANT, value=(250, 249, 245))
    found = align(photo, np.asarray(framed, np.uint8))
    bounds = (found.rows.start, found.rows.stop, found.columns.start, found.columns.stop)
    assert bounds == pytest.approx((18, HEIGHT + 14, 18, WIDTH + 14), abs=1)


@pytest.mark.parametrize(
    "edit",
    [
        lambda p: p[:, ::-1],
        lambda p: p[::-1],
        lambda p: p[::-1, ::-1],
        lambda p: np.rot90(p),
        np.zeros_like,
        lambda _: textured(seed=5),
        lambda _: textured(seed=5, height=200, width=300),
    ],
    ids=["mirrored", "upside down", "turned", "on its side", "black", "other", "other, smaller"],
)
def test_what_is_no_edit_is_not_comparable(photo: Pixels, edit: Edit) -> None:
    with pytest.raises(PhotoError, match="not comparable"):
        align(photo, np.ascontiguousarray(edit(photo)))


def test_another_photo_is_refused(kodak: list[Path]) -> None:
    with pytest.raises(PhotoError, match="name an edit of this very photo"):
        align(load(kodak[0]), load(kodak[22])[:400, :500])


def test_it_is_the_same_each_time(photo: Pixels) -> None:
    edit = turned(graded(photo), 1.3, 1.05, 4.3)
    first, second = (align(photo, edit) for _ in range(2))
    np.testing.assert_array_equal(first.matrix, second.matrix)
    assert (first.rows, first.columns) == (second.rows, second.columns)

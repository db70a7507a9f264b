"""The subject: found where there is one, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from blackcamo.errors import MissingExtraError
from blackcamo.vision import faces, subject
from blackcamo.vision.faces import find_faces
from blackcamo.vision.subject import Subject, find_subject


def texture(seed: int, height: int = 300, width: int = 400) -> np.ndarray:
    """Grey noise with detail at all scales, (H, W) in [0, 1]."""
    rng = np.random.default_rng(seed)
    grey: Any = sum(
        cv2.resize(rng.random((height // n, width // n)), (width, height)) for n in (2, 8, 32)
    )
    return np.asarray((grey - grey.min()) / (grey.max() - grey.min()), np.float32)


def tinted(grey: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.asarray(grey[..., None] * np.array(colour, np.float32), np.uint8)


def disc(x: int, y: int, radius: int, height: int = 300, width: int = 400) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width]
    return np.asarray(np.hypot(columns - x, rows - y) < radius)


def holds(found: Subject | None, mask: np.ndarray) -> float:
    """Share of the mask that lies in the ellipse."""
    assert found is not None
    height, width = mask.shape
    rows, columns = np.nonzero(mask)
    x = columns + 0.5 - found.focus_x * width
    y = rows + 0.5 - found.focus_y * height
    inside = np.hypot(x * found.roundness, y) <= found.size * max(height, width)
    return float(inside.mean())


@pytest.mark.parametrize(("x", "y"), [(120, 130), (280, 170)])
def test_what_is_in_focus_before_a_blurred_ground(x: int, y: int) -> None:
    grey = texture(1)
    photo = tinted(cv2.GaussianBlur(texture(2), (0, 0), 6), (220, 220, 220))
    mask = disc(x, y, 60)
    photo[mask] = tinted(grey, (220, 220, 220))[mask]
    found = find_subject(photo)
    assert holds(found, mask) > 0.97
    assert found is not None
    assert found.focus_x == pytest.approx(x / 400, abs=0.04)
    assert found.focus_y == pytest.approx(y / 300, abs=0.04)
    assert found.size < 0.24
    assert found.out_of_focus > 0.2


def test_what_stands_out_where_all_is_sharp() -> None:
    photo = tinted(0.5 + 0.4 * texture(3), (120, 130, 110))
    mask = disc(250, 130, 50)
    photo[mask] = tinted(0.6 + 0.4 * texture(4), (230, 40, 30))[mask]
    found = find_subject(photo)
    assert holds(found, mask) > 0.97
    assert found is not None
    assert found.size < 0.3
    assert found.out_of_focus < 0.05


def test_upright_and_lying_things_have_their_roundness() -> None:
    for box, upright in ((np.s_[60:200, 190:230], True), (np.s_[120:160, 100:300], False)):
        photo = tinted(0.5 + 0.4 * texture(3), (120, 130, 110))
        photo[box] = tinted(0.6 + 0.4 * texture(4), (230, 40, 30))[box]
        found = find_subject(photo)
        assert found is not None
        assert (found.roundness > 1) is upright


def test_two_pieces_of_what_is_in_focus_are_one_subject() -> None:
    photo = tinted(cv2.GaussianBlur(texture(2), (0, 0), 6), (220, 220, 220))
    mask = disc(150, 150, 45) | disc(260, 150, 45)
    photo[mask] = tinted(texture(1), (220, 220, 220))[mask]
    assert holds(find_subject(photo), mask) > 0.9


def test_pieces_of_some_weight_go_together_and_many_are_no_subject() -> None:
    value = np.ones((300, 400), np.float32)
    large, piece, speck = disc(150, 150, 60), disc(280, 150, 30), disc(50, 40, 5)
    part = subject._largest_part(large | piece | speck, value)
    np.testing.assert_array_equal(part, large | piece)
    assert subject._largest_part(large | disc(300, 150, 58), value) is None


def test_confidence_is_of_detail_that_is_in_one_place() -> None:
    mask = disc(200, 150, 70)
    even = np.full((300, 400), 0.1, np.float32)
    assert subject._concentration(mask, even) < 0.05
    assert subject._concentration(mask, np.where(mask, even, 0)) > 0.9


def test_a_shade_of_its_ground_is_no_subject() -> None:
    photo = tinted(0.5 + 0.4 * texture(3), (120, 130, 110))
    mask = disc(250, 130, 50)
    photo[mask] = tinted(0.5 + 0.4 * texture(4), (156, 112, 92))[mask]
    assert find_subject(photo) is None


@pytest.mark.parametrize("seed", range(4))
def test_no_subject_in_texture(seed: int) -> None:
    assert find_subject(tinted(texture(seed), (200, 190, 160))) is None


def test_no_subject_in_a_landscape() -> None:
    photo = tinted(0.4 + 0.6 * texture(5), (90, 140, 70))
    photo[:130] = np.linspace(120, 220, 130)[:, None, None] * np.array((0.6, 0.8, 1.0))
    assert find_subject(photo) is None


def test_no_subject_in_scattered_things() -> None:
    photo = tinted(0.5 + 0.4 * texture(3), (120, 130, 110))
    for x, y in ((60, 60), (330, 70), (200, 150), (80, 240), (320, 230)):
        photo[disc(x, y, 28)] = (230, 40, 30)
    assert find_subject(photo) is None


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (47, 47)])
def test_small_photos_have_none(size: tuple[int, int]) -> None:
    assert find_subject(np.full((*size, 3), 90, np.uint8)) is None


@pytest.mark.parametrize("level", [0, 128, 255])
def test_plain_photos_have_none(level: int) -> None:
    assert find_subject(np.full((200, 300, 3), level, np.uint8)) is None


def test_what_another_colour_encloses_is_far_from_the_frame() -> None:
    lab = np.zeros((40, 60, 3), np.float32)
    lab[8:32, 10:50, 0] = 50
    lab[16:24, 20:40, 0] = 0
    distance = subject._barrier_distance(lab)
    assert distance[4, 30] == 0
    # The middle has the frame's own colour, but no way leads there that is not through 50.
    assert distance[20, 30] == 50
    lab[16:24, :40, 0] = 0
    assert subject._barrier_distance(lab)[20, 30] == 0


def test_without_the_extra_there_are_no_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_args: object, **_kwargs: object) -> None:
        raise MissingExtraError("no dlib")

    monkeypatch.setattr(faces, "import_extra", missing)
    faces._detector.cache_clear()
    try:
        assert find_faces(np.zeros((100, 100, 3), np.uint8)) == ()
    finally:
        faces._detector.cache_clear()


def load(path: Path) -> np.ndarray:
    pixels = cv2.imread(str(path))
    if pixels is None:
        pytest.skip(f"no {path.name} in the data")
    return np.ascontiguousarray(pixels[..., ::-1])


def test_a_face_is_found_with_its_body(data_dir: Path) -> None:
    pytest.importorskip("dlib")
    photo = load(data_dir / "photos" / "bsds" / "388067.jpg")
    (face,) = find_faces(photo)
    assert face.x == pytest.approx(0.45, abs=0.05)
    assert face.y == pytest.approx(0.18, abs=0.05)
    found = find_subject(photo)
    assert found is not None
    assert found.faces == 1
    assert found.focus_y + found.size > 0.85


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [
        ("coco/000000000471.jpg", 0.54, 0.55),
        ("coco/000000000502.jpg", 0.55, 0.55),
        ("bsds/35049.jpg", 0.45, 0.5),
        ("bsds/281017.jpg", 0.54, 0.55),
    ],
)
def test_subjects_of_photos(data_dir: Path, name: str, x: float, y: float) -> None:
    found = find_subject(load(data_dir / "photos" / name))
    assert found is not None
    assert found.focus_x == pytest.approx(x, abs=0.08)
    assert found.focus_y == pytest.approx(y, abs=0.1)


@pytest.mark.parametrize(
    "name",
    [
        "coco/000000000094.jpg",
        "coco/000000000540.jpg",
        "bsds/87065.jpg",
        "bsds/147091.jpg",
        "urban/img_098_SRF_2_HR.jpg",
    ],
)
def test_photos_without_a_subject(data_dir: Path, name: str) -> None:
    assert find_subject(load(data_dir / "photos" / name)) is None

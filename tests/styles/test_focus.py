"""Portrait and tilt-shift: where they focus, and which photos they leave alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from blackcamo.styles import portrait, tilt_shift
from blackcamo.vision import faces
from blackcamo.vision.facts import PhotoFacts, facts
from blackcamo.vision.subject import Subject


def about(subject: Subject | None, *, skin: float = 0.0, scene: bool = True) -> PhotoFacts:
    """Facts of a photo that shows fine detail or none, with a subject of our choice."""
    levels = np.random.default_rng(0).integers(0, 256, (150, 200, 1)) if scene else 128
    pixels = np.asarray(np.broadcast_to(levels, (150, 200, 3)), np.uint8)
    measured = replace(facts(pixels), skin=skin)
    # A cached property is what lies in the instance's own dictionary.
    measured.__dict__["subject"] = subject
    return measured


CAT = Subject(0.3, 0.6, 0.2, 1.4, 0.9)


@pytest.fixture(autouse=True)
def no_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "_detector", lambda: None)


def test_portrait_needs_a_subject_and_focuses_on_it() -> None:
    style = portrait.STYLE
    assert style.unsuited is not None
    assert style.adapt is not None
    assert style.unsuited(about(None)) == "no clear subject"
    assert style.unsuited(about(CAT)) is None
    values = style.adapt(about(CAT))
    assert values["focus_x_percent"] == pytest.approx(30)
    assert values["focus_y_percent"] == pytest.approx(60)
    assert values["focus_size_percent"] == pytest.approx(20)
    assert values["focus_roundness_percent"] == pytest.approx(140)
    assert values["defocus_permille"] > 4


def test_portrait_guesses_nothing_where_the_photo_has_depth_of_field() -> None:
    style = portrait.STYLE
    assert style.adapt is not None
    flat, shallow = (style.adapt(about(replace(CAT, out_of_focus=o))) for o in (0.0, 0.4))
    assert shallow["defocus_permille"] == 0
    assert shallow["magnify_percent"] > flat["magnify_percent"]


def test_tilt_shift_lays_its_band_over_the_subject() -> None:
    style = tilt_shift.STYLE
    assert style.adapt is not None
    values = style.adapt(about(replace(CAT, size=0.15)))
    assert values["focus_y_percent"] == pytest.approx(60)
    assert values["focus_size_percent"] == pytest.approx(15)
    assert style.fixed["focus_roundness_percent"] == 0


@pytest.mark.parametrize(
    ("photo", "suits"),
    [
        (about(None), True),
        (about(None, scene=False), False),
        (about(None, skin=0.3), False),
        (about(replace(CAT, size=0.1)), True),
        (about(replace(CAT, size=0.3)), False),
    ],
)
def test_tilt_shift_is_for_scenes_from_afar(photo: PhotoFacts, suits: bool) -> None:
    style = tilt_shift.STYLE
    assert style.unsuited is not None
    assert (style.unsuited(photo) is None) is suits


def test_tilt_shift_is_not_for_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    style = tilt_shift.STYLE
    assert style.unsuited is not None
    monkeypatch.setattr(faces, "find_faces", lambda _pixels: (faces.Face(0.5, 0.5, 0.1),))
    assert style.unsuited(about(None)) == "persons are too near for a miniature"

"""The aesthetics network as an opinion: it lowers appeal, and never raises it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from blackcamo import weights
from blackcamo.appeal import critic, nima
from blackcamo.errors import WeightsError
from blackcamo.images import load_photo
from blackcamo.types import Frame, Pixels, Views
from blackcamo.vision.arrays import to_rgb


@pytest.fixture(scope="module")
def opinion(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> nima.AestheticOpinion:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BLACKCAMO_HOME", str(tmp_path_factory.mktemp("home")))
        file = data_dir / "weights" / "weights_mobilenet_aesthetic_0.07.hdf5"
        weights.install("nima-aesthetic", source=file)
        return nima.create()


@pytest.fixture(scope="module")
def photo(kodak: list[Path]) -> Pixels:
    return load_photo(kodak[22]).pixels


def views(photo: Pixels, *edits: Pixels) -> Views:
    """Views of edits that a spatial filter made: the graded picture is the photo."""
    height, width = photo.shape[:2]
    original = to_rgb(photo)[None]
    same = original.expand(len(edits), -1, -1, -1)
    return Views(
        original=original,
        aligned=same,
        graded=same,
        delivered=torch.stack([to_rgb(edit) for edit in edits]),
        styled_delivered=same,
        frames=(Frame(0.5, 0.5, 1.0, 1.0, 0.0, height, width),) * len(edits),
    )


def dark_and_noisy(photo: Pixels) -> Pixels:
    noise = np.random.default_rng(0).normal(0, 14, photo.shape)
    return np.clip(photo * 0.45 + noise, 0, 255).astype(np.uint8)


def striped(photo: Pixels) -> Pixels:
    stripes = np.where(np.arange(photo.shape[0]) % 8 < 4, 12.0, -12.0)[:, None, None]
    levels: NDArray[np.float64] = photo + stripes
    return np.clip(levels, 0, 255).astype(np.uint8)


def test_an_unchanged_photo_has_no_complaint(opinion: nima.AestheticOpinion, photo: Pixels) -> None:
    (appraisal,) = opinion(views(photo, photo), "enhance")
    assert appraisal.value == pytest.approx(90, abs=0.5)
    (measured,) = critic.create()(views(photo, photo), "enhance")
    assert set(appraisal.parts) == {*measured.parts, "aesthetics"}


def test_the_lowest_part_decides(opinion: nima.AestheticOpinion, photo: Pixels) -> None:
    shown = views(photo, photo, dark_and_noisy(photo), striped(photo))
    measured = critic.create()(shown, "enhance")
    for ours, theirs in zip(opinion(shown, "enhance"), measured, strict=True):
        assert ours.value == min(theirs.value, ours.parts["aesthetics"])
        assert theirs.parts.items() <= ours.parts.items()


def test_a_picture_rated_lower_loses_appeal(opinion: nima.AestheticOpinion, photo: Pixels) -> None:
    first, second = opinion(views(photo, dark_and_noisy(photo), photo), "enhance")
    assert first.parts["aesthetics"] < 80
    assert second.parts["aesthetics"] == pytest.approx(100)


def test_a_picture_rated_higher_gains_nothing(
    opinion: nima.AestheticOpinion, photo: Pixels
) -> None:
    better = views(dark_and_noisy(photo), photo)
    (appraisal,) = opinion(better, "enhance")
    (measured,) = critic.create()(better, "enhance")
    assert appraisal.parts["aesthetics"] == 100
    assert appraisal.value == measured.value


def test_samples_the_pixels_that_pillow_takes() -> None:
    for side in (1, 2, 97, 223, 224, 225, 512, *range(700, 1100)):
        places = np.arange(side)
        pixels = np.stack([places % 256, places // 256, places * 0], axis=-1).astype(np.uint8)
        wide, high = pixels[None], pixels[:, None]
        for strip in (wide, high):
            small = Image.fromarray(strip).resize((224, 224), Image.Resampling.NEAREST)
            sampled = nima.nearest(to_rgb(strip)[None])[0]
            assert torch.equal(sampled, to_rgb(np.asarray(small))), strip.shape


def test_says_how_to_get_missing_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLACKCAMO_HOME", str(tmp_path))
    with pytest.raises(WeightsError, match="blackcamo weights install nima-aesthetic"):
        nima.create()

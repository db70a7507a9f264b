"""What the first appeal minds, and what it does not."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from blackcamo.appeal.visible import create
from blackcamo.channel import Channel
from blackcamo.testing import AppealContract, make_photo
from blackcamo.types import Appeal, Appraisal, Frame, Mode, Views
from blackcamo.vision.arrays import to_pixels, to_rgb


class TestVisible(AppealContract):
    def make_appeal(self) -> Appeal:
        return create()


WHOLE = Frame(0.5, 0.5, 1.0, 1.0, 0.0, 192, 256)


def sent(rgb: Tensor) -> Tensor:
    return to_rgb(Channel().send(to_pixels(rgb))[1])


def appraise(
    photo: Tensor,
    *,
    graded: Tensor | None = None,
    filtered: Tensor | None = None,
    frame: Frame = WHOLE,
    mode: Mode = "enhance",
) -> Appraisal:
    graded = photo if graded is None else graded
    filtered = graded if filtered is None else filtered
    views = Views(
        original=photo[None],
        aligned=photo[None],
        graded=graded[None],
        delivered=sent(filtered)[None],
        graded_delivered=sent(graded)[None],
        frames=(frame,),
    )
    (appraisal,) = create()(views, mode)
    assert appraisal.value == min(appraisal.parts.values())
    assert 0 <= appraisal.value <= 100
    return appraisal


@pytest.fixture
def photo() -> Tensor:
    return make_photo(192, 256) * 0.8 + 0.1


def noise(photo: Tensor, levels: float) -> Tensor:
    grain = torch.randn(photo.shape[-2:], generator=torch.Generator().manual_seed(0))
    return (photo + grain * levels / 255).clamp(0, 1)


def test_nothing_changed_is_no_complaint_whatever_the_codec_costs(photo: Tensor) -> None:
    assert appraise(photo).value == pytest.approx(100, abs=1e-3)


def test_imperceptible_mode_counts_what_enhance_mode_allows(photo: Tensor) -> None:
    brighter = (photo * 1.15).clamp(0, 1)
    assert appraise(photo, graded=brighter).value > 80
    assert appraise(photo, graded=brighter, mode="imperceptible").value < 50


@pytest.mark.parametrize("mode", ["enhance", "imperceptible"])
def test_more_of_it_is_worse(photo: Tensor, mode: Mode) -> None:
    grades = [(photo * gain).clamp(0, 1) for gain in (1.0, 1.1, 1.25, 1.5)]
    looks = [appraise(photo, graded=g, mode=mode).parts["colour"] for g in grades]
    noises = [
        appraise(photo, filtered=noise(photo, levels), mode=mode).parts["structure"]
        for levels in (0, 2, 6, 15)
    ]
    for values in (looks, noises):
        assert values == sorted(values, reverse=True)
        assert len(set(values)) == 4


def test_a_grade_costs_no_structure(photo: Tensor) -> None:
    assert appraise(photo, graded=photo * 0.8).parts["structure"] > 99.9


def test_stripes_in_a_smooth_area_are_seen() -> None:
    """SSIM of 0.93 and more let these through."""
    sky = torch.linspace(0.5, 0.7, 192).view(1, -1, 1).expand(3, 192, 256).contiguous()
    stripes = 4 / 255 * torch.sin(torch.arange(256) * 0.8)
    assert appraise(sky, filtered=sky + stripes).value < 40
    texture = noise(sky, 25)
    hidden = appraise(texture, filtered=(texture + stripes).clamp(0, 1)).value
    assert hidden > 80


def test_a_crop_costs_its_area(photo: Tensor) -> None:
    cropped = Frame(0.5, 0.5, 0.9, 0.8, 0.0, 192, 256)
    assert appraise(photo, frame=cropped).parts["framing"] == pytest.approx(72)


def test_candidates_of_a_batch_are_appraised_each_for_itself(photo: Tensor) -> None:
    filtered = [sent(noise(photo, levels)) for levels in (0, 8)]
    views = Views(
        original=photo[None],
        aligned=photo[None].expand(2, -1, -1, -1),
        graded=photo[None].expand(2, -1, -1, -1),
        delivered=torch.stack(filtered),
        graded_delivered=sent(photo)[None].expand(2, -1, -1, -1),
        frames=(WHOLE, WHOLE),
    )
    together = create()(views, "enhance")
    alone = [appraise(photo, filtered=noise(photo, levels)) for levels in (0, 8)]
    for one, other in zip(together, alone, strict=True):
        assert one.value == pytest.approx(other.value, abs=1e-4)

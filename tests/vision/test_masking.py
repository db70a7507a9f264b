"""Where texture hides, and where it does not."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from blackcamo.vision import masking
from blackcamo.vision.masking import headroom, hiding, just_noticeable, luma

SIZE = (192, 256)


def noise() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    grey = 0.5 + 0.1 * torch.randn(1, 1, *SIZE, generator=generator)
    return grey.expand(-1, 3, -1, -1).clamp(0, 1)


def stripes(angle_deg: float) -> Tensor:
    y, x = torch.meshgrid(*(torch.arange(n, dtype=torch.float32) for n in SIZE), indexing="ij")
    angle = math.radians(angle_deg)
    wave = torch.sin((x * math.cos(angle) + y * math.sin(angle)) * (2 * math.pi / 6))
    return (0.5 + 0.14 * wave).expand(1, 3, -1, -1)


def middle(threshold: Tensor) -> float:
    return float(threshold[..., 40:-40, 40:-40].mean()) * 255


def test_texture_hides_in_texture_and_not_on_a_plain_wall() -> None:
    assert middle(just_noticeable(torch.full((1, 3, *SIZE), 0.5))) < 0.05
    assert middle(just_noticeable(noise())) > 4


@pytest.mark.parametrize("angle_deg", [0, 30, 45, 90])
def test_nothing_hides_across_stripes(angle_deg: float) -> None:
    # They vary as much as the noise does.
    assert middle(just_noticeable(stripes(angle_deg))) < 0.2 * middle(just_noticeable(noise()))


def test_crossing_stripes_are_texture() -> None:
    crossed = (stripes(0) + stripes(90)) / 2
    assert middle(just_noticeable(crossed)) > 3 * middle(just_noticeable(stripes(0)))


def test_a_pattern_hides_in_texture_and_keeps_away_from_its_edge() -> None:
    half = torch.full((1, 3, *SIZE), 0.5)
    edge = SIZE[1] // 2
    half[..., edge:] = noise()[..., edge:]
    hidden, threshold = (
        found[0, 0, 20:-20] * 255 for found in (hiding(half)[1], just_noticeable(half))
    )
    # The map itself leaks.
    assert float(threshold[:, edge - 1].mean()) > 0.5
    assert float(hidden[:, : edge - 2].max()) < 0.25
    assert float(hidden[:, edge + 20 : -20].mean()) > 1


def test_a_pattern_of_few_pixels_needs_texture_of_few_pixels() -> None:
    fine = noise().repeat(1, 1, 3, 3)
    # As out of focus in a photo of six times as many pixels.
    coarse = torch.nn.functional.interpolate(noise(), scale_factor=6, mode="bicubic").clamp(0, 1)
    assert middle(just_noticeable(coarse)) > 1
    assert middle(hiding(coarse)[0]) < 0.2 * middle(hiding(fine)[0])


def test_where_a_pattern_hides_does_not_depend_on_how_large_the_photo_is() -> None:
    fine = noise().repeat(1, 1, 2, 2)
    large = torch.nn.functional.pad(fine, (512, 0, 384, 0), value=0.5)
    for alone, within in zip(hiding(fine), hiding(large), strict=True):
        inside = within[..., 384:, 512:]
        torch.testing.assert_close(
            inside[..., 40:-40, 40:-40], alone[..., 40:-40, 40:-40], atol=1e-3, rtol=0
        )


def test_nothing_hides_on_skin() -> None:
    # The middle of the range: Cb 102, Cr 153.
    y = 0.6 + 0.06 * (noise()[:, :1] - 0.5)
    skin = torch.cat((y + 1.402 * 25 / 255, y, y - 1.772 * 26 / 255), 1)
    skin[:, 1] = (y - 0.299 * skin[:, :1] - 0.114 * skin[:, 2:])[:, 0] / 0.587
    assert middle(luma(skin) - y) == pytest.approx(0, abs=1e-3)
    grey = y.expand(-1, 3, -1, -1)
    for on_skin, on_grey in zip(hiding(skin), hiding(grey), strict=True):
        assert middle(on_skin) < 0.35 * middle(on_grey)
    # What has its colours and is busy is bark, or leaves in autumn.
    leaves = skin + 0.8 * (noise()[:, :1] - 0.5)
    leaves = leaves.clamp(0, 1)
    assert middle(hiding(leaves)[1]) > 0.5 * middle(just_noticeable(leaves))


def test_less_of_a_pattern_in_colour_hides_on_grey() -> None:
    grey = noise()[:, :1].expand(-1, 3, -1, -1)
    green = grey + torch.tensor([-0.1, 0.1, -0.15]).view(1, 3, 1, 1)
    maps = [hiding(rgb) for rgb in (grey, green.clamp(0, 1))]
    kept = [middle(in_colour) / middle(in_luma) for in_luma, in_colour in maps]
    assert kept[0] < 0.5 * kept[1]


def test_what_is_little_is_nothing() -> None:
    faint = 0.5 + 0.05 * (noise() - 0.5)
    kept = [middle(hiding(rgb)[0]) / middle(just_noticeable(rgb)) for rgb in (faint, noise())]
    assert 0 < kept[0] < 0.6 * kept[1]


def test_headroom_is_how_far_colour_differences_may_swing() -> None:
    colours = torch.rand(3, 500, generator=torch.Generator().manual_seed(0))
    colours[:, :3] = torch.tensor([[0.0, 1.0, 0.5], [0.0, 1.0, 0.5], [0.0, 1.0, 0.5]])
    room = headroom(colours.view(1, 3, 1, -1))[0, 0, 0]
    assert room[:2].tolist() == [0, 0]
    assert float(room[2]) == pytest.approx(0.5 / 1.772)
    # Source: ITU-T T.871, 7.
    swings = torch.tensor([[1.402, -0.714136 - 0.344136, 1.772], [-1.402, 1.058272, -1.772]])
    ends = colours + room * swings.view(2, 3, 1)
    assert float(ends.min()) > -1e-6
    assert float(ends.max()) < 1 + 1e-6
    beyond = colours + (room + 0.01) * swings.view(2, 3, 1)
    assert bool(((beyond < 0) | (beyond > 1)).any(0).any(0).all())


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (40, 500)])
def test_small_and_narrow_pictures_have_thresholds(shape: tuple[int, int]) -> None:
    rgb = torch.rand(2, 3, *shape)
    for found in (just_noticeable(rgb), *hiding(rgb), headroom(rgb)):
        assert found.shape == (2, 1, *shape)
        assert bool(found.isfinite().all())
        assert float(found.min()) >= 0


def test_large_pictures_are_looked_at_in_strips_as_they_are_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generator = torch.Generator().manual_seed(0)
    # Texture that fades downwards, as green as leaves.
    noise = torch.randn(1, 1, 600, 90, generator=generator) * torch.linspace(0.1, 0, 600)[:, None]
    picture = (0.5 + noise).clamp(0.1, 0.9) * torch.tensor([0.8, 1.1, 0.6])[:, None, None]
    expected = hiding(picture)
    monkeypatch.setattr(masking, "_WHOLE_PX", 0)
    monkeypatch.setattr(masking, "_STRIP_PX", 64 * 90)
    for found, whole in zip(hiding(picture), expected, strict=True):
        torch.testing.assert_close(found, whole, atol=1e-7, rtol=0)
    assert expected[0].max() > 0

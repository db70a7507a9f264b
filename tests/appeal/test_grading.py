"""What a look did to tones and colours, part by part, on pictures made for it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from blackcamo.appeal.grading import Tones, grading


def scene(chroma: float = 0.25) -> Tensor:
    """Ramps from black to white in six hues (1, 3, 96, 96), encoded."""
    lightness = torch.linspace(0.02, 0.98, 96).view(1, 1, 96, 1).expand(1, 3, 96, 96)
    turn = torch.arange(6).repeat_interleave(16) * (2 * torch.pi / 6)
    hue = torch.stack([(turn - k * 2 * torch.pi / 3).cos() for k in range(3)]).view(1, 3, 1, 96)
    # Less towards both ends, where colours have no room.
    room = 4 * lightness * (1 - lightness)
    return (lightness + chroma * room * hue).clamp(0, 1)


def greyed(rgb: Tensor, share: float) -> Tensor:
    return torch.lerp(rgb, rgb.mean(1, keepdim=True), share)


def faded(rgb: Tensor, share: float) -> Tensor:
    return torch.lerp(rgb, torch.tensor(0.55), share)


def washed_out(edited: Tensor, photo: Tensor | None = None) -> float:
    found = grading(Tones(scene() if photo is None else photo), Tones(edited))
    return found["washed_out"].item()


def test_faded_or_muted_is_a_look_and_both_at_once_is_haze() -> None:
    fade, mute = faded(scene(), 0.2), greyed(scene(), 0.45)
    both = faded(mute, 0.2)
    assert min(washed_out(fade), washed_out(mute)) > 80
    assert washed_out(both) < 65


def test_black_and_white_is_a_look_and_what_is_nearly_so_is_not() -> None:
    assert washed_out(greyed(scene(), 1.0)) > 70 > washed_out(greyed(scene(), 0.8))


def test_the_hue_that_lost_most_decides_and_a_speck_of_it_hardly_counts() -> None:
    def without_blue(columns: int) -> float:
        grass = torch.tensor([0.35, 0.6, 0.25]).view(1, 3, 1, 1).expand(1, 3, 96, 96)
        sky = torch.tensor([0.35, 0.55, 0.85]).view(1, 3, 1, 1).expand(1, 3, 96, columns)
        photo = torch.cat((grass, sky), dim=3)
        edited = torch.cat((grass, greyed(sky, 0.8)), dim=3)
        return grading(Tones(photo), Tones(edited))["washed_out"].item()

    assert without_blue(16) < 60
    assert without_blue(1) > 90


def test_colour_that_became_another_is_lost() -> None:
    yellow, green = (
        torch.tensor(rgb).view(1, 3, 1, 1).expand(1, 3, 96, 96)
        for rgb in ([0.85, 0.75, 0.2], [0.45, 0.8, 0.5])
    )
    assert grading(Tones(yellow), Tones(green))["washed_out"].item() < 70


def test_a_grey_with_some_red_left_is_no_black_and_white() -> None:
    photo = scene(0.08)
    kept = torch.where(torch.arange(96) < 16, photo, greyed(photo, 0.95))
    assert washed_out(greyed(photo, 1.0), photo) > 70 > washed_out(kept, photo)


def test_a_wall_of_pale_stone_may_not_turn_green() -> None:
    stone = torch.tensor([0.68, 0.66, 0.54]).view(1, 3, 1, 1).expand(1, 3, 96, 96)
    found = grading(Tones(stone), Tones(stone * torch.tensor([0.88, 1.0, 0.96]).view(1, 3, 1, 1)))
    assert found["cast_neutral"].item() < 70
    # Cooler it may be, also beside strong colours.
    cooled = torch.cat((stone * torch.tensor([0.96, 1.0, 1.06]).view(1, 3, 1, 1), scene()), dim=3)
    found = grading(Tones(torch.cat((stone, scene()), dim=3)), Tones(cooled))
    assert min(found[name].item() for name in ("cast_neutral", "washed_out", "hue")) > 80


def test_grass_may_not_become_the_sea_because_there_is_also_a_beach() -> None:
    def hue(grass_after: tuple[float, ...], columns: int = 24) -> float:
        beach, before, after = (
            torch.tensor(rgb).view(1, 3, 1, 1).expand(1, 3, 96, width)
            for rgb, width in (
                ((0.85, 0.75, 0.5), 96),
                ((0.45, 0.55, 0.25), columns),
                (grass_after, columns),
            )
        )
        photo, edited = (Tones(torch.cat((beach, grass), 3)) for grass in (before, after))
        return grading(photo, edited)["hue"].item()

    assert hue((0.35, 0.55, 0.45)) < 60
    # Paler and darker are no other hue; a little warmer is a look; a speck hardly counts.
    assert hue((0.5, 0.56, 0.36)) > 90
    assert hue((0.38, 0.46, 0.21)) > 90
    assert hue((0.48, 0.55, 0.25)) > 85
    assert hue((0.35, 0.55, 0.45), columns=1) > hue((0.35, 0.55, 0.45)) + 10


def test_more_contrast_and_colour_wash_nothing_out() -> None:
    photo = faded(greyed(scene(), 0.5), 0.3)
    found = grading(Tones(photo), Tones(scene()))
    assert found["washed_out"].item() == pytest.approx(100)
    assert found["contrast"].item() < 90
    assert found["saturation"].item() < 90


def test_skin_minds_losing_light_and_not_gaining_it() -> None:
    skin = torch.tensor([0.80, 0.60, 0.48]).view(1, 3, 1, 1).expand(1, 3, 32, 32)
    grey = torch.full((1, 3, 32, 32), 0.5)

    def part(rgb: Tensor, share: float) -> float:
        photo = torch.cat((rgb, grey), dim=3)
        return grading(Tones(photo), Tones(torch.cat((rgb * share, grey), dim=3)))["skin"].item()

    assert part(skin, 0.97) > 95 > 70 > part(skin, 0.8)
    assert part(skin, 1.1) > part(skin, 0.9)
    # A dark face has less light to lose: the same share of it, not the same steps.
    assert part(skin * 0.55, 0.85) == pytest.approx(part(skin, 0.85), abs=6)
    # Of other colours it says nothing.
    assert part(torch.tensor([0.3, 0.5, 0.8]).view(1, 3, 1, 1).expand_as(skin), 0.8) > 99

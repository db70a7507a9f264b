"""What the weave promises beside the contract: colour alone, hidden, tied to pixels."""

from __future__ import annotations

import pickle

import pytest
import torch
from torch import Tensor

from blackcamo.channel import Channel
from blackcamo.filters import Chain
from blackcamo.filters.weave import Weave
from blackcamo.testing import SpatialFilterContract
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.masking import headroom, hiding, luma

TILES = {
    "diagonal": {"weave_cb_01": 0.5, "weave_cb_10": 0.5, "weave_cr_01": 0.5, "weave_cr_10": 0.5},
    "columns of Cb": {"weave_cb_01": 1.0},
    "one cell of four": {"weave_cr_01": 0.7, "weave_cr_10": 0.7, "weave_cr_11": 0.7},
    "all": {name: 0.1 + 0.1 * i for i, name in enumerate(p.name for p in Weave.params[2:8])},
}


class TestWeave(SpatialFilterContract):
    def make_filter(self) -> Weave:
        return Weave()


def foliage(height_px: int = 192, width_px: int = 256, level: float = 0.5) -> Tensor:
    """Fine texture without direction, green, far from black and white."""
    noise = torch.randn(height_px, width_px, generator=torch.Generator().manual_seed(0))
    y = (level + 0.08 * noise).clamp(0.3, 0.7)
    return y * torch.tensor([0.8, 1.1, 0.6]).view(3, 1, 1)


def render(photo: Tensor, **values: float) -> Tensor:
    return Chain([Weave()]).render(photo, [values])[0].filtered


def chroma(change: Tensor) -> Tensor:
    """Differences of Cb and Cr (2, H, W), of full scale (ITU-T T.871, 7)."""
    y = luma(change.unsqueeze(0))[0, 0]
    return torch.stack(((change[2] - y) / 1.772, (change[0] - y) / 1.402))


@pytest.fixture(scope="module", params=TILES)
def woven(request: pytest.FixtureRequest) -> tuple[Tensor, Tensor]:
    photo = foliage()
    return photo, render(photo, weave_jnd=2.0, **TILES[request.param])


def test_something_is_woven_into_texture(woven: tuple[Tensor, Tensor]) -> None:
    photo, picture = woven
    assert float((picture - photo).std()) > 2 / 255


def test_luma_stays(woven: tuple[Tensor, Tensor]) -> None:
    photo, picture = woven
    assert float(luma((picture - photo)[None]).abs().max()) < 0.01 / 255


def test_luma_stays_where_channels_end() -> None:
    # Black, white and saturated specks.
    photo = torch.rand(3, 192, 256, generator=torch.Generator().manual_seed(0)).round()
    photo = torch.lerp(photo, foliage(), 0.3 * (torch.rand(192, 256) > 0.5).float())
    change = render(photo, weave_jnd=3.0, **TILES["diagonal"]) - photo
    assert float(change.abs().max()) > 4 / 255
    assert float(luma(change[None]).abs().max()) < 0.01 / 255


def test_period_of_four_pixels_from_the_corner() -> None:
    photo = foliage()
    for name, values in TILES.items():
        change = chroma(render(photo, weave_jnd=1.0, **values) - photo)
        # Relative to the strength there, so that one period is like another.
        tile = change / torch.minimum(hiding(photo[None])[1], headroom(photo[None]))[0]
        first = tile[:, :4, :4]
        torch.testing.assert_close(tile, first.repeat(1, 48, 64), atol=2e-3, rtol=0, msg=name)
        # Cells of 2 x 2 pixels, in step with those whose colour a JPEG averages.
        cells = first[:, ::2, ::2].repeat_interleave(2, 1).repeat_interleave(2, 2)
        torch.testing.assert_close(first, cells, atol=2e-3, rtol=0, msg=name)
        assert float(first.mean((1, 2)).abs().max()) < 2e-3, name
        assert 0.5 < float(first.abs().max()) <= 1.002, name


def test_a_larger_picture_has_the_same_tile() -> None:
    values = TILES["one cell of four"]
    tiles = []
    for size in ((96, 128), (383, 509)):
        photo = foliage(*size)
        change = chroma(render(photo, weave_jnd=1.0, **values) - photo)
        tiles.append((change / hiding(photo[None])[1][0])[:, 40:44, 40:44])
    torch.testing.assert_close(tiles[0], tiles[1], atol=5e-3, rtol=0)


def test_shapes_are_columns_rows_and_checks() -> None:
    photo = foliage()
    for plane, index in (("cb", 0), ("cr", 1)):
        for shape, signs in (
            ("01", [[1, -1], [1, -1]]),
            ("10", [[1, 1], [-1, -1]]),
            ("11", [[1, -1], [-1, 1]]),
        ):
            for sign in (1.0, -1.0):
                change = chroma(
                    render(photo, weave_jnd=1.0, **{f"weave_{plane}_{shape}": sign}) - photo
                )
                found = change[index, 96:100:2, 128:132:2].sign() * sign
                assert found.tolist() == signs, (plane, shape, sign)
                assert float(change[1 - index].abs().max()) < 1e-5


def test_it_swings_no_farther_than_the_map_allows() -> None:
    photo = foliage()
    hidden = hiding(photo[None])[1][0]
    for strength in (0.5, 3.0):
        for name, values in TILES.items():
            swing = chroma(render(photo, weave_jnd=strength, **values) - photo).abs()
            assert bool((swing <= strength * hidden + 1e-5).all()), name
            assert float((swing / hidden).max()) > 0.5 * strength, name


def test_strength_alone_says_how_strong() -> None:
    photo = foliage()
    for values in TILES.values():
        tenth = {name: 0.1 * value for name, value in values.items()}
        torch.testing.assert_close(
            render(photo, weave_jnd=1.0, **tenth), render(photo, weave_jnd=1.0, **values)
        )
        assert torch.equal(render(photo, **values), photo)
    assert torch.equal(render(photo, weave_jnd=3.0), photo)


def test_nothing_on_a_sky_on_skin_and_beside_texture() -> None:
    values = {"weave_jnd": 3.0, **TILES["diagonal"]}
    sky = torch.tensor([0.45, 0.55, 0.7]).view(3, 1, 1) + torch.linspace(0, 0.2, 256).view(1, 1, -1)
    sky = sky.repeat(1, 192, 1)
    assert float((render(sky, **values) - sky).abs().max()) < 0.05 / 255
    here = float((render(foliage(), **values) - foliage()).std())
    skin = torch.tensor([0.78, 0.6, 0.5]).view(3, 1, 1) * (1 + 0.06 * (foliage()[:1] - 0.4))
    assert float((render(skin, **values) - skin).abs().max()) < 0.05 / 255 + 0.05 * here
    horizon = sky.clone()
    horizon[:, 96:] = foliage()[:, 96:]
    change = (render(horizon, **values) - horizon).abs()
    assert float(change[:, :94].max()) < 0.5 / 255
    assert float(change[:, 110:].max()) > 4 / 255


def test_nothing_along_an_edge() -> None:
    edge = torch.full((3, 192, 256), 0.3)
    edge[:, :, 128:] = 0.7
    change = render(edge, weave_jnd=3.0, **TILES["diagonal"]) - edge
    assert float(change.abs().max()) < 0.25 / 255


def test_it_arrives() -> None:
    photo = foliage()
    channel = Channel()
    plain, woven = (
        to_rgb(channel.send(to_pixels(picture))[1])
        for picture in (photo, render(photo, weave_jnd=2.0, **TILES["diagonal"]))
    )
    # A decoder's interpolation takes a half of what alternates.
    sent = chroma(render(photo, weave_jnd=2.0, **TILES["diagonal"]) - photo).std()
    assert float(chroma(woven - plain).std()) > 0.3 * float(sent)


def test_softness_blurs_by_a_fraction_of_a_pixel_whatever_the_size() -> None:
    for side in (48, 480):
        point = torch.zeros(3, side, side)
        point[:, side // 2, side // 2] = 1.0
        soft = render(point, softness_px=0.5)[0, side // 2]
        # exp(-1 / (2 x 0.5²)) of the middle.
        ratio = float(soft[side // 2 + 1] / soft[side // 2])
        assert ratio == pytest.approx(0.135, abs=0.005)


def test_softness_takes_nothing_of_the_weave() -> None:
    photo = foliage()
    both = render(photo, weave_jnd=2.0, softness_px=0.5, **TILES["diagonal"])
    soft = render(photo, softness_px=0.5)
    alone = render(photo, weave_jnd=2.0, **TILES["diagonal"]) - photo
    torch.testing.assert_close(both - soft, alone, atol=1e-5, rtol=0)


def test_other_pictures_get_maps_of_their_own() -> None:
    family = Weave()
    chain, values = Chain([family]), {"weave_jnd": 2.0, **TILES["diagonal"]}
    first, other = foliage(), foliage().flip(2)
    for photo in (first, other, first, first):
        again = chain.render(photo, [values])[0].filtered
        assert torch.equal(again, render(photo, **values))
    # What is remembered is a picture, not the tensor that held it.
    changing = first.clone()
    chain.render(changing, [values])
    changing.copy_(other)
    assert torch.equal(chain.render(changing, [values])[0].filtered, render(other, **values))
    assert len(pickle.dumps(family)) < 1000

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from PIL import Image, ImageFilter
from torch import Tensor

from blackcamo.vision.arrays import to_pixels
from blackcamo.vision.lut import apply_lut, apply_lut_by_torch, identity_nodes


def rand(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def bent(size: int) -> Tensor:
    """A smooth table (3, S, S, S) that mixes all channels."""
    red, green, blue = identity_nodes(size)[0].unbind(0)
    table = torch.stack((red * (1 - 0.4 * green), green.sqrt(), 0.5 * blue + 0.5 * red * green))
    return table.reshape(3, size, size, size)


@pytest.mark.parametrize("size", [2, 33, 65])
def test_identity_changes_nothing(size: int) -> None:
    rgb = rand(1, 3, 40, 50)
    rgb[..., 0, :2] = torch.tensor([0.0, 1.0])
    lut = identity_nodes(size).view(1, 3, size, size, size)
    torch.testing.assert_close(apply_lut(rgb, lut), rgb, atol=1e-5, rtol=0)


@pytest.mark.parametrize("size", [2, 17, 33, 65])
def test_is_trilinear(size: int) -> None:
    rgb, lut = rand(2, 3, 61, 47), torch.stack((bent(size), bent(size).flip(0)))
    grid = rgb.permute(0, 2, 3, 1).unsqueeze(1) * 2 - 1
    expected = F.grid_sample(lut, grid, align_corners=True)[:, :, 0]
    for apply in (apply_lut, apply_lut_by_torch):
        torch.testing.assert_close(apply(rgb, lut), expected, atol=1e-4, rtol=0)


def test_nodes_are_met() -> None:
    lut = rand(1, 3, 5, 5, 5)
    nodes = identity_nodes(5)
    torch.testing.assert_close(apply_lut(nodes, lut), lut.view(1, 3, 25, 5), atol=1e-5, rtol=0)


def test_pillow_reads_the_table_in_the_same_order() -> None:
    rgb, lut = rand(3, 64, 64), bent(33)
    pixels = to_pixels(rgb)
    table = lut.permute(1, 2, 3, 0).flatten().tolist()
    foreign = Image.fromarray(pixels).filter(ImageFilter.Color3DLUT(33, table))
    ours = apply_lut(torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255, lut[None])[0]
    difference = torch.tensor(list(foreign.tobytes())).view(64, 64, 3) - torch.from_numpy(
        to_pixels(ours).astype("int64")
    )
    assert difference.abs().max() <= 1


def test_strips_and_slices_make_no_difference() -> None:
    rgb, lut = rand(1, 3, 700, 300), bent(9)[None]
    for apply in (apply_lut, apply_lut_by_torch):
        whole = apply(rgb, lut)
        part = apply(rgb[:, :, 500:600, 100:200], lut)
        torch.testing.assert_close(part, whole[:, :, 500:600, 100:200], atol=1e-6, rtol=0)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40_000), (40_000, 2)])
def test_pictures_of_any_shape(shape: tuple[int, int]) -> None:
    rgb, lut = rand(1, 3, *shape), bent(9)[None]
    expected = apply_lut_by_torch(rgb, lut)
    torch.testing.assert_close(apply_lut(rgb, lut), expected, atol=1e-4, rtol=0)

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from blackcamo.vision.pool import block_means, enlarged


@pytest.mark.parametrize("block_px", [1, 2, 3, 4, 8])
def test_block_means_are_torchs(block_px: int) -> None:
    rgb = torch.rand(2, 3, 53, 67, generator=torch.Generator().manual_seed(0))
    for some in (rgb, rgb[:, :1], rgb[:, :, 3:40, 5:50], rgb[..., :block_px, :block_px]):
        expected = F.avg_pool2d(some, block_px)
        torch.testing.assert_close(block_means(some, block_px), expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize("size", [(384, 512), (53, 67), (7, 5)])
def test_pictures_are_enlarged_as_by_torch(size: tuple[int, int]) -> None:
    small = torch.rand(2, 3, 7, 5, generator=torch.Generator().manual_seed(0))
    expected = F.interpolate(small, size, mode="bilinear", align_corners=False)
    torch.testing.assert_close(enlarged(small, *size), expected, atol=1e-5, rtol=0)

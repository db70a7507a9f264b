"""Batches of training pictures: decoded, cropped alike within a sequence, and jittered copies."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from distortions import FAMILIES, Pixels
from labels import Answer, Floats, Framing, Labeller
from PIL import Image
from torch import Tensor

GRID_PX = 8


@dataclass(frozen=True)
class Item:
    """An image, its label and what the auxiliary losses ask for: the strength by family."""

    answer: Answer
    label: float
    strengths: Floats


@dataclass(frozen=True)
class Group:
    """Pictures of one framing that are seen through the same window; a sequence or undamaged."""

    items: list[Item]
    ordered: bool


def groups(framings: list[Framing], labeller: Labeller) -> tuple[list[Group], list[Group]]:
    """Sequences of damage, and undamaged versions."""
    names = sorted(FAMILIES)
    none = np.zeros(len(names))
    sequences, undamaged = [], []
    for framing in framings:
        label = labeller.undamaged(framing)
        versions = [framing.clean, *framing.edits]
        undamaged.append(Group([Item(a, label, none) for a in versions], ordered=False))
        for family in framing.sequences:
            shown = np.array([name in family.split("+") for name in names], np.float64)
            mixed = "+" in family
            items = [
                Item(answer, points, shown * (strength - (mixed and strength > 1)) / 5)
                for strength, (answer, points) in enumerate(
                    zip(framing.versions(family), labeller.sequence(framing, family), strict=True)
                )
            ]
            sequences.append(Group(items, ordered=True))
    return sequences, undamaged


class Windows:
    """Reads pictures and cuts them.

    Args:
        folder: of the images.
        crop: side, in pixels, of the square that is seen of a picture; None is all of it.
        jitter: the table ``pairs`` of config.toml.
    """

    def __init__(
        self,
        folder: Path,
        crop: int | None,
        jitter: Mapping[str, Any],
        rng: np.random.Generator,
    ) -> None:
        self._folder = folder
        self._crop = crop
        self._jitter = jitter
        self._rng = rng

    def cut(self, items: list[Item]) -> list[Pixels]:
        """The same window of each picture, mirrored or not."""
        pictures = [self._read(item) for item in items]
        step = -1 if self._rng.random() < 0.5 else 1
        side = self._crop
        if side is None:
            return [picture[:, ::step] for picture in pictures]
        height, width = pictures[0].shape[:2]
        # Not only where blocks of the channel's JPEG begin: they may start anywhere.
        top = int(self._rng.integers(max(height - side, 0) + 1))
        left = int(self._rng.integers(max(width - side, 0) + 1))
        short = [(0, max(side - height, 0)), (0, max(side - width, 0)), (0, 0)]
        return [
            np.pad(picture[top : top + side, left : left + side], short, mode="reflect")[:, ::step]
            for picture in pictures
        ]

    def jittered(self, pixels: Pixels) -> Pixels:
        """A copy of the same size that nobody would rate otherwise."""
        height, width = pixels.shape[:2]
        copy = pixels
        if self._rng.random() < 0.7:
            copy = copy[:, ::-1]
        if self._rng.random() < 0.7:
            most = int(self._jitter["crop"] * min(height, width))
            top, bottom, left, right = self._rng.integers(0, most + 1, 4)
            copy = copy[top : height - bottom, left : width - right]
            # What was cut off is filled up by its mirror image, so that batches keep one shape.
            borders = ((top, bottom), (left, right), (0, 0))
            copy = np.pad(copy, borders, mode="reflect")
        if self._rng.random() < 0.5:
            copy = self._encoded(copy)
        return copy

    def _encoded(self, pixels: Pixels) -> Pixels:
        buffer = io.BytesIO()
        image = Image.fromarray(np.ascontiguousarray(pixels))
        image.save(buffer, "JPEG", quality=self._jitter["quality"], subsampling="4:2:0")
        return np.asarray(Image.open(buffer))

    def _read(self, item: Item) -> Pixels:
        data = np.fromfile(self._folder / f"{item.answer.image}.jpg", np.uint8)
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB), np.uint8)


def tensor(pictures: list[Pixels], device: torch.device) -> Tensor:
    """Pictures of one size as (B, 3, H, W) in [-1, 1]."""
    pixels = torch.from_numpy(np.stack(pictures)).to(device)
    return pixels.permute(0, 3, 1, 2).float() / 127.5 - 1

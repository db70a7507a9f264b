"""The photos, split by photo into training and test; the test set never meets the training."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from pathlib import Path

import numpy as np
from distortions import Pixels
from PIL import Image

SETS = ("bsds", "coco", "pixabay", "urban", "wallpapers")
TEST_ONLY = "kodak"
TEST_SHARE = 1 / 3
LONG_SIDE_PX = 512
MIN_SIDE_PX = 256
LICENCES = {
    "kodak": "unrestricted (Kodak PhotoCD suite)",
    "bsds": "research and education (BSDS500)",
    "coco": "Creative Commons, as each photographer chose on Flickr (COCO128)",
    "pixabay": "Pixabay Content License",
    "urban": "Creative Commons, as each photographer chose on Flickr (Urban100)",
    "wallpapers": "free, as the Debian package's copyright file says",
}
"""Of each set; single wallpapers are listed in the study 000-niqe-fit."""
GCOMPRIS = "gcompris"
"""For training only; gcompris.py unpacks it into the scratch folder."""
_WALLPAPERS = Path(__file__).parents[1] / "000-niqe-fit" / "config.toml"


def list_photos(data: Path, work: Path) -> tuple[list[Path], list[Path]]:
    """Training and test photos: all of kodak and a third of each other set are for testing."""
    train = sorted((work / "photos" / GCOMPRIS).glob("*.webp"))
    test = sorted((data / "photos" / TEST_ONLY).glob("*.jpg"))
    for name in SETS:
        photos = sorted((data / "photos" / name).glob("*.jpg"), key=_draw)
        held_out = round(TEST_SHARE * len(photos))
        test += sorted(photos[:held_out])
        train += sorted(photos[held_out:])
    return train, test


def _draw(path: Path) -> str:
    return hashlib.sha256(f"{path.parent.name}/{path.name}".encode()).hexdigest()


def write_list(path: Path, data: Path, work: Path) -> None:
    """Every photo with its split and licence, as CSV."""
    wallpapers = tomllib.loads(_WALLPAPERS.read_text())["fit"]["photo"]
    known = {photo["file"]: f"{photo['licence']}, {photo['author']}" for photo in wallpapers}
    with (work / "photos" / GCOMPRIS / "licences.csv").open(newline="") as file:
        known |= dict(csv.reader(file))
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["photo", "split", "licence"])
        for split, photos in zip(("train", "test"), list_photos(data, work), strict=True):
            for photo in photos:
                kind = photo.parent.name
                licence = known.get(photo.name) if kind in ("wallpapers", GCOMPRIS) else None
                table.writerow([f"{kind}/{photo.name}", split, licence or LICENCES[kind]])


def load(path: Path) -> Pixels:
    """The photo at a long side of 512 pixels at most."""
    with Image.open(path) as image:
        return _fitted(image.convert("RGB"))


def framed(path: Path, rng: np.random.Generator) -> Pixels:
    """A part of the photo, 40-95 % of each side, often mirrored, within 512 pixels.

    Small parts keep the photo's own scale.
    """
    with Image.open(path) as image:
        rgb = image.convert("RGB")
    share = rng.uniform(0.4, 0.95)
    shape = np.exp(rng.uniform(-0.2, 0.2, 2) / 2)
    width, height = (
        int(np.clip(side * share * stretch, min(side, MIN_SIDE_PX), side))
        for side, stretch in zip(rgb.size, shape, strict=True)
    )
    left = int(rng.integers(rgb.width - width + 1))
    top = int(rng.integers(rgb.height - height + 1))
    part = rgb.crop((left, top, left + width, top + height))
    if rng.random() < 0.5:
        part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return _fitted(part)


def _fitted(rgb: Image.Image) -> Pixels:
    rgb.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX), Image.Resampling.LANCZOS)
    return np.asarray(rgb)

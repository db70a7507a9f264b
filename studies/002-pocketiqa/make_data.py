"""Distort the photos, send them through JPEG and ask the two teachers.

    python make_data.py --data ../../../shared --work /path/to/scratch

writes ``images/PART-NNNNNN.jpg``, ``PART.csv`` (a row an image) and ``PART.npy`` (a row of the
teachers' features an image) into the scratch folder: ``train`` and ``more`` (undamaged parts)
from the training photos, ``test`` from those held out.
"""

from __future__ import annotations

import argparse
import csv
import io
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import openvino
from distortions import FAMILIES, STRENGTHS, Pixels, edit, mixture
from numpy.typing import NDArray
from photos import framed, list_photos, load
from PIL import Image

HERE = Path(__file__).parent
PARTS = ("train", "more", "test")
TEACHERS = ("technical", "aesthetic")
EDIT = "edit"
SEEDS = {"train": 0, "test": 1, "more": 2}
PRECISION = {"train": "bf16", "more": "bf16", "test": "f32"}
"""A test is of the teacher as it is; for training, half the time counts more than 0.1 of 1-10."""


class Teacher:
    """NIMA (idealo's MobileNet) as an ONNX export: mean opinion on a scale of 1-10, and features.

    The photo is resized with NEAREST, as in its training, which makes single answers noisy:
    of undamaged pictures, the mean over the photo and a copy without its outer pixels is taken.
    """

    def __init__(self, path: Path, *, precision: str) -> None:
        core = openvino.Core()
        model = core.read_model(path)
        model.add_outputs("features")
        settings = {
            "INFERENCE_PRECISION_HINT": precision,
            "INFERENCE_NUM_THREADS": 1,
            "NUM_STREAMS": 1,
        }
        self._network = core.compile_model(model, "CPU", settings)

    def __call__(self, pixels: Pixels, views: int) -> tuple[float, NDArray[np.float32]]:
        """Opinion and features (1024,)."""
        seen = [pixels, pixels[2:-3, 3:-2, :]][:views]
        answer = self._network([np.stack([self._input(view) for view in seen])])
        return float((answer[0] @ np.arange(1, 11)).mean()), answer[1].mean(0)

    @staticmethod
    def _input(pixels: Pixels) -> NDArray[np.float32]:
        small = Image.fromarray(pixels).resize((224, 224), Image.Resampling.NEAREST)
        return np.asarray(small, np.float32).transpose(2, 0, 1) / 127.5 - 1


def versions(
    pixels: Pixels, rng: np.random.Generator, plan: Mapping[str, Any]
) -> Iterator[tuple[str, int, Pixels]]:
    """The clean photo, edits, and families and mixtures in all strengths, by the same chance."""
    yield "clean", 0, pixels
    for number in range(plan["edits"]):
        yield f"{EDIT}-{number}", 0, edit(pixels, rng)
    for name in (str(n) for n in rng.choice(sorted(FAMILIES), plan["families"], replace=False)):
        seed = int(rng.integers(2**32))
        for strength in STRENGTHS:
            yield name, strength, FAMILIES[name](pixels, strength, np.random.default_rng(seed))
    for _ in range(plan["mixtures"]):
        first, second = (str(n) for n in rng.choice(sorted(FAMILIES), 2, replace=False))
        seed = int(rng.integers(2**32))
        for strength in STRENGTHS:
            mixed = mixture(pixels, strength, np.random.default_rng(seed), (first, second))
            yield f"{first}+{second}", strength, mixed


def channel(pixels: Pixels, quality: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, subsampling="4:2:0")
    return buffer.getvalue()


def decoded(data: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(data)))


def framings(
    photos: list[Path], config: list[dict[str, Any]], seed: int
) -> Iterator[tuple[str, Path, np.random.Generator, dict[str, Any]]]:
    """Name, photo, chance and plan of every framing."""
    for index, path in enumerate(photos):
        number = 0
        for plan in config:
            for _ in range(plan["framings"]):
                rng = np.random.default_rng([seed, index, number])
                yield f"{path.parent.name}/{path.name}#{number}", path, rng, plan
                number += 1


def make(part: str, data: Path, work: Path) -> None:
    """Write the images of one part, their table and the teachers' features."""
    settings = tomllib.loads((HERE / "config.toml").read_text())["data"]
    teachers = [
        Teacher(data / "weights" / f"nima_{name}.onnx", precision=PRECISION[part])
        for name in TEACHERS
    ]
    photos = list_photos(data, work)[part == "test"]
    features: list[NDArray[np.float16]] = []
    with (work / f"{part}.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["image", "framing", "family", "strength", *TEACHERS])
        seed = settings["seed"] + SEEDS[part]
        for framing, path, rng, plan in framings(photos, settings[part], seed):
            pixels = framed(path, rng) if plan["part"] else load(path)
            low, high = settings["quality"]
            quality = int(rng.integers(low, high, endpoint=True))
            for family, strength, version in versions(pixels, rng, plan):
                name = f"{part}-{len(features):06d}"
                sent = channel(version, quality)
                (work / "images" / f"{name}.jpg").write_bytes(sent)
                seen = decoded(sent)
                # The agreement in the test is with the teacher as it is: one view.
                views = 2 if strength == 0 and part != "test" else 1
                answers = [
                    teacher(seen, v) for teacher, v in zip(teachers, (views, 1), strict=True)
                ]
                scores = [f"{score:.4f}" for score, _ in answers]
                table.writerow([name, framing, family, strength, *scores])
                features.append(np.concatenate([f for _, f in answers]).astype(np.float16))
            if framing.endswith("#0"):
                print(f"{part}: {framing}, {len(features)} images", flush=True)
    np.save(work / f"{part}.npy", np.stack(features))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--part", choices=PARTS, action="append", help="not all, but these")
    args = parser.parse_args()
    (args.work / "images").mkdir(parents=True, exist_ok=True)
    for part in args.part or PARTS:
        make(part, args.data, args.work)


if __name__ == "__main__":
    main()

"""Make a jury: one self-contained page per annotator, in an order of its own, and the key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from blackcamo.errors import InputError, OptionError
from blackcamo.images import prepare_folder, write_bytes
from blackcamo.mediaeval.images import check_run, find_originals, load_sized, match
from blackcamo.mediaeval.jury.key import LEAST, MOST, Key
from blackcamo.mediaeval.measures import JURY_IMAGES
from blackcamo.mediaeval.protocol import TASK_CHANNEL
from blackcamo.pages import embedded, offline_page

MIN_RUNS = MOST + LEAST
KEY_NAME = "jury-key.json"


@dataclass(frozen=True, slots=True)
class Jury:
    """The pages by annotator, and the organiser's key."""

    pages: Mapping[str, Path]
    key: Path


def make_jury(
    originals: Path,
    runs: Mapping[str, Path],
    *,
    images: Sequence[str],
    annotators: Sequence[str],
    out: Path,
    seed: int = 0,
) -> Jury:
    """Write ``jury-<annotator>.html`` for each annotator, and ``jury-key.json``.

    People see what the scorer saw: pictures after JPEG 90, without a word of which run is which.

    Args:
        originals: folder of the originals.
        runs: code -> folder of the submitted images; at least five.
        images: stems of the images to judge, at most 20.
        annotators: names without spaces, one page each.
        out: folder of the files.
        seed: what fixes the orders.

    Raises:
        OptionError: too few runs, no or too many images, a name given twice.
        InputError: an image is missing, or not of its original's size.
        PhotoError: an image cannot be read.
        OutputError: a file cannot be written.
    """
    _check(runs, images, annotators)
    names = find_originals(originals)
    if unknown := [image for image in images if image not in names]:
        raise InputError(f"{originals} has no image {unknown[0]!r}; evaluate these originals first")
    found = {run: match(run, folder, names).files for run, folder in runs.items()}
    pictures: dict[tuple[str, str], str] = {}
    for image in images:
        pixels = load_sized(names[image], None)
        pictures[image, ""] = embedded(TASK_CHANNEL.encode(pixels))
        for run, files in found.items():
            if image not in files:
                raise InputError(f"run {run!r} has not exactly one image of {image!r}")
            size_px = (pixels.shape[1], pixels.shape[0])
            submitted = load_sized(files[image], size_px)
            pictures[image, run] = embedded(TASK_CHANNEL.encode(submitted))
    jury = _digest(seed, *(f"{i}/{r}/{p}" for (i, r), p in pictures.items()))[:12]
    prepare_folder(out)
    tokens, pages = {}, {}
    for who in annotators:
        rng = np.random.default_rng(int(_digest(jury, seed, who), 16))
        tokens[who], shown = _arrange(rng, images, tuple(runs), pictures)
        data = {"jury": jury, "annotator": who, "most": MOST, "least": LEAST, "images": shown}
        pages[who] = out / f"jury-{who}.html"
        write_bytes(pages[who], page(data).encode())
    key = Key(jury, tuple(runs), tuple(images), tokens)
    write_bytes(out / KEY_NAME, (json.dumps(key.to_json(), indent=1) + "\n").encode())
    return Jury(pages, out / KEY_NAME)


def page(data: Mapping[str, Any]) -> str:
    """The page of one annotator."""
    # "<" may not end the element that the data stand in.
    shown = json.dumps(data).replace("<", "\\u003c")
    return offline_page(resources.files("blackcamo.mediaeval.jury") / "page", data=shown)


def _check(runs: Mapping[str, Path], images: Sequence[str], annotators: Sequence[str]) -> None:
    if len(runs) < MIN_RUNS:
        raise OptionError(
            f"{len(runs)} runs are too few: {MOST} most and {LEAST} least appealing are picked "
            f"among at least {MIN_RUNS}"
        )
    if not 1 <= len(images) <= JURY_IMAGES:
        raise OptionError(f"{len(images)} images are given; a jury judges 1 to {JURY_IMAGES}")
    if not annotators:
        raise OptionError("no annotator is given; name at least one")
    for kind, listed in (("image", images), ("annotator", annotators)):
        if twice := [name for name in listed if list(listed).count(name) > 1]:
            raise OptionError(f"{kind} {twice[0]!r} is given twice; give it once")
    for run in runs:
        check_run(run)
    for who in annotators:
        if not who.isascii() or not who.replace("-", "").replace("_", "").isalnum():
            raise OptionError(f"annotator is {who!r}; use letters, digits, '-' and '_'")


def _arrange(
    rng: np.random.Generator,
    images: Sequence[str],
    runs: Sequence[str],
    pictures: Mapping[tuple[str, str], str],
) -> tuple[dict[str, tuple[str, str]], list[dict[str, Any]]]:
    """Tokens with their meaning, and what the page shows: both orders are random."""
    tokens: dict[str, tuple[str, str]] = {}
    shown = []
    for image in rng.permutation(images).tolist():
        choices = []
        for run in rng.permutation(runs).tolist():
            token = rng.bytes(8).hex()
            tokens[token] = image, run
            choices.append({"token": token, "src": pictures[image, run]})
        shown.append({"original": pictures[image, ""], "choices": choices})
    # Sorted, so that the key tells nothing of the order either.
    return dict(sorted(tokens.items())), shown


def _digest(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()

"""Record what pyiqa's port of LIVE's Matlab release says of the photos.

    pip download --no-deps pyiqa==0.1.16   # and unzip it
    python studies/003-brisque-agreement/live.py FOLDER

FOLDER is where it was unzipped; nothing of pyiqa is installed, and of its many dependencies only
scipy is needed. Writes live.json: the features as pyiqa computes them ("as it is"), and with its
rounding errors removed ("exact"): its Gaussian window, which it keeps in float32, in float64, and
coefficients below 1e-9, which only rounding makes, as 0.
"""

from __future__ import annotations

import json
import os
import sys
import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("BLACKCAMO_DATA", HERE.parent.parent.parent / "shared"))


def import_port(folder: Path) -> tuple[ModuleType, Callable[..., Tensor]]:
    """The module that has BRISQUE's features, and imresize, without importing the rest."""
    for name in ("pyiqa", "pyiqa.archs", "pyiqa.utils"):
        package = ModuleType(name)
        package.__path__ = [str(folder / name.replace(".", "/"))]
        sys.modules[name] = package
    unused: dict[str, dict[str, object]] = {
        "pyiqa.archs.arch_util": {"get_url_from_name": str},
        "pyiqa.utils.download_util": {"load_file_from_url": None},
        "pyiqa.utils.registry": {"ARCH_REGISTRY": _Registry()},
    }
    for name, members in unused.items():
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name]).update(members)
    brisque = import_module("pyiqa.archs.brisque_arch")
    return brisque, import_module("pyiqa.matlab_utils").imresize


class _Registry:
    def register(self) -> Callable[[type], type]:
        return lambda registered: registered


def without_rounding(brisque: ModuleType) -> None:
    """Replace the port's float32 window, and let coefficients that are only rounding be 0."""
    offsets = torch.arange(-3, 4, dtype=torch.float64)
    row = torch.exp(-(offsets**2) / (2 * (7 / 6) ** 2))
    window = torch.outer(row, row)[None, None]
    port = import_module("pyiqa.archs.func_util")
    vars(port).update(fspecial=lambda *_: window / window.sum())
    normalise = brisque.normalize_img_with_gauss
    shrunk = {"normalize_img_with_gauss": lambda *a, **k: F.hardshrink(normalise(*a, **k), 1e-9)}
    vars(brisque).update(shrunk)


def features(brisque: ModuleType, imresize: Callable[..., Tensor], grey: np.ndarray) -> list[float]:
    fine = torch.from_numpy(grey)[None, None]
    coarse = imresize(fine, scale=0.5, antialiasing=True)
    found = torch.cat([brisque.natural_scene_statistics(x)[0] for x in (fine, coarse)])
    return [round(value, 6) for value in found.tolist()]


def main() -> None:
    config = tomllib.loads((HERE / "config.toml").read_text())
    brisque, imresize = import_port(Path(sys.argv[1]))
    pictures = {}
    for path in sorted((DATA / config["photos"]).glob("*.jpg")):
        picture = cv2.imread(str(path))
        if picture is None:
            raise SystemExit(f"cannot read {path}")
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float64)
        pictures[path.name] = grey[:-1, :-1].copy() if path.name in config["odd"] else grey
    as_it_is = {name: features(brisque, imresize, grey) for name, grey in pictures.items()}
    without_rounding(brisque)
    exact = {name: features(brisque, imresize, grey) for name, grey in pictures.items()}
    photos = {name: {"as it is": as_it_is[name], "exact": exact[name]} for name in pictures}
    (HERE / "live.json").write_text(json.dumps({"pyiqa": "0.1.16", "photos": photos}) + "\n")


if __name__ == "__main__":
    main()

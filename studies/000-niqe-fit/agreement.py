"""Compare our NIQE with BasicSR's, which is independent of it, under our own fitted Gaussian.

    pip download --no-deps --no-binary :all: basicsr-fixed==1.4.2   # and unpack it
    python studies/000-niqe-fit/agreement.py basicsr-fixed-1.4.2

Needs scipy besides. Writes agreement.json: BasicSR's and our raw NIQE of the evaluation's photos.
BasicSR's own documentation reports agreement with the authors' MATLAB release to 1e-4.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import tomllib
from pathlib import Path
from types import ModuleType, SimpleNamespace

import torch
from fit import DATA, HERE, MODEL, features

from blackcamo.images import load_photo
from blackcamo.scorers.niqe import load_model
from blackcamo.scorers.scene_statistics import _window, luma


def main() -> None:
    reference = basicsr_niqe(Path(sys.argv[1]) / "basicsr")
    config = tomllib.loads((HERE / "config.toml").read_text())
    model = load_model(MODEL.read_bytes())
    row = torch.tensor(_window(), dtype=torch.float64)
    window = torch.outer(row, row).numpy()
    found = {}
    for path in sorted((DATA / config["evaluation"]["folder"]).glob("*.jpg")):
        pixels = load_photo(path).pixels
        picture = luma(torch.tensor(pixels[None]))[0].numpy()
        found[path.name] = {
            "basicsr": round(reference.niqe(picture, model.mean, model.covariance, window), 4),
            "ours": round(model.distance(features(pixels)[0]), 4),
        }
    result = {"largest difference": max(abs(f["ours"] - f["basicsr"]) for f in found.values())}
    result = {name: round(value, 4) for name, value in result.items()} | {"photos": found}
    (HERE / "agreement.json").write_text(json.dumps(result, indent=2) + "\n")


def basicsr_niqe(package: Path) -> ModuleType:
    """The one module of BasicSR, without the networks that importing the package would pull in."""
    registry = SimpleNamespace(register=lambda: lambda function: function)
    for name, members in (
        ("basicsr", {}),
        ("basicsr.metrics", {}),
        ("basicsr.utils", {"bgr2ycbcr": None}),
        ("basicsr.utils.registry", {"METRIC_REGISTRY": registry}),
    ):
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name]).update(members)
    for name in ("utils.matlab_functions", "metrics.metric_util", "metrics.niqe"):
        path = package / f"{name.replace('.', '/')}.py"
        spec = importlib.util.spec_from_file_location(f"basicsr.{name}", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()

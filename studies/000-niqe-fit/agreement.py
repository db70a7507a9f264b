"""Compare our NIQE with BasicSR's, which is independent of it, under our own fitted Gaussian.

    pip download --no-deps --no-binary :all: basicsr-fixed==1.4.2   # and unpack it
    python studies/000-niqe-fit/agreement.py basicsr-fixed-1.4.2

Needs scipy besides. Writes agreement.json: raw NIQE of the evaluation's photos by BasicSR as it is,
by BasicSR with rounding errors in areas of one colour set to 0 as we do, and by us. BasicSR's own
documentation reports agreement with the authors' MATLAB release to 1e-4.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import tomllib
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import torch
from fit import DATA, HERE, MODEL, features, rounded

from blackcamo.images import load_photo
from blackcamo.scorers.niqe import load_model
from blackcamo.scorers.scene_statistics import ROUNDING, _window, luma


def main() -> None:
    reference = basicsr_niqe(Path(sys.argv[1]) / "basicsr")
    config = tomllib.loads((HERE / "config.toml").read_text())
    model = load_model(MODEL.read_bytes())
    row = torch.tensor(_window(), dtype=torch.float64)
    window = torch.outer(row, row).numpy()
    as_it_is = reference.compute_feature
    found: dict[str, dict[str, float]] = {}
    for path in sorted((DATA / config["evaluation"]["folder"]).glob("*.jpg")):
        pixels = load_photo(path).pixels
        picture = luma(torch.tensor(pixels[None]))[0].numpy()
        asked = (picture, model.mean, model.covariance, window)
        found[path.name] = {"ours": model.distance(features(pixels)[0])}
        vars(reference)["compute_feature"] = as_it_is
        found[path.name]["basicsr"] = reference.niqe(*asked)
        vars(reference)["compute_feature"] = lambda block: as_it_is(
            np.where(abs(block) < ROUNDING, 0, block)
        )
        found[path.name]["basicsr without rounding errors"] = reference.niqe(*asked)
    differences = {
        f"largest difference to {name}": max(abs(f["ours"] - f[name]) for f in found.values())
        for name in ("basicsr", "basicsr without rounding errors")
    }
    result = rounded({**differences, "photos": found})
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
        if spec is None or spec.loader is None:
            raise ImportError(f"cannot load {path}")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()

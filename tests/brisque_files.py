"""A made-up BRISQUE model, and the files in which real ones come."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import NamedTuple

import numpy as np

FEATURES = 36


class MadeUp(NamedTuple):
    """A regression whose numbers all formats carry exactly."""

    support_vectors: np.ndarray
    coefficients: np.ndarray
    offset: float
    gamma: float
    low: np.ndarray
    high: np.ndarray


def made_up() -> MadeUp:
    rng = np.random.default_rng(0)
    vectors = rng.uniform(-1, 1, (40, FEATURES)).round(4)
    vectors[3, 5:9] = 0.0
    scale = [(0.3, 10.0), (0.01, 0.8)] + 4 * [(0.2, 1.7), (-0.2, 0.2), (0.0001, 0.7), (0.001, 0.5)]
    low, high = np.array(2 * scale).T
    return MadeUp(vectors, rng.normal(0, 60, 40).round(3), -35.5, 0.05, low, high)


def write_libsvm(model: MadeUp, folder: Path) -> Path:
    """As LIVE's Matlab release has it: ``allmodel`` and ``allrange``."""
    ranges = [f"{i} {low} {high}" for i, low, high in zip(*_counted(model), strict=True)]
    (folder / "allrange").write_text("\n".join(["x", "-1 1", *ranges, ""]))
    return _write_svm(model, folder / "allmodel")


def write_package(model: MadeUp, folder: Path) -> Path:
    """As packages have it: ``svm.txt`` and ``normalize.pickle``."""
    bounds = {"min_": model.low.tolist(), "max_": model.high.tolist()}
    (folder / "normalize.pickle").write_bytes(pickle.dumps(bounds))
    return _write_svm(model, folder / "svm.txt")


def write_opencv(model: MadeUp, folder: Path) -> Path:
    """As OpenCV has it: ``brisque_model_live.yml`` and ``brisque_range_live.yml``."""
    vectors = "".join(f"      - [ {_listed(row)} ]\n" for row in model.support_vectors)
    path = folder / "brisque_model_live.yml"
    path.write_text(
        "%YAML:1.0\n---\n"
        "opencv_ml_svm:\n"
        "   format: 3\n"
        "   svmType: EPS_SVR\n"
        f"   kernel:\n      type: RBF\n      gamma: {model.gamma}\n"
        f"   var_count: {FEATURES}\n   sv_total: {len(model.support_vectors)}\n"
        f"   support_vectors:\n{vectors}"
        "   decision_functions:\n      -\n"
        f"         sv_count: {len(model.support_vectors)}\n"
        f"         rho: {model.offset}\n"
        f"         alpha: [ {_listed(model.coefficients)} ]\n"
    )
    (folder / "brisque_range_live.yml").write_text(
        "%YAML:1.0\n---\n"
        f"range: !!opencv-matrix\n   rows: 2\n   cols: {FEATURES}\n   dt: d\n"
        f"   data: [ {_listed(model.low)}, {_listed(model.high)} ]\n"
    )
    return path


def _write_svm(model: MadeUp, path: Path) -> Path:
    lines = [
        " ".join([str(c), *(f"{i}:{v}" for i, v in enumerate(row, start=1) if v != 0)])
        for c, row in zip(model.coefficients, model.support_vectors, strict=True)
    ]
    header = {
        "svm_type": "epsilon_svr",
        "kernel_type": "rbf",
        "gamma": model.gamma,
        "nr_class": 2,
        "total_sv": len(lines),
        "rho": model.offset,
    }
    path.write_text("\n".join([*(f"{k} {v}" for k, v in header.items()), "SV", *lines, ""]))
    return path


def _counted(model: MadeUp) -> tuple[range, np.ndarray, np.ndarray]:
    return range(1, FEATURES + 1), model.low, model.high


def _listed(values: np.ndarray) -> str:
    return ", ".join(repr(float(value)) for value in values)

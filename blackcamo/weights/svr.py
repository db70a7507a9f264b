"""Support vector regressions with an RBF kernel, as libsvm and OpenCV write them to files."""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from blackcamo.errors import WeightsError
from blackcamo.weights.files import check_file

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Regression:
    """f(x) = sum over i of coefficients[i] exp(-gamma |support_vectors[i] - x|^2) - offset.

    ``support_vectors`` (N, D) and ``coefficients`` (N) are float64.

    Source: Chang, Lin 2011, "LIBSVM: A Library for Support Vector Machines", section 2.5.
    """

    support_vectors: Floats
    coefficients: Floats
    offset: float
    gamma: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest value (D) that each feature had in training."""

    low: Floats
    high: Floats


def read_regression(path: Path, *, features: int) -> Regression:
    """Read a model of so many features, recognised by its contents.

    Raises:
        WeightsError: the file is missing, damaged, no epsilon-SVR with an RBF kernel, or has
            another number of features.
    """
    text = _read(path).decode("utf-8", "replace")
    try:
        regression = (
            _opencv_regression(text)
            if text.startswith("%YAML")
            else _libsvm_regression(text, features)
        )
    except _DAMAGE as error:
        raise WeightsError(_not_a("model", path)) from error
    vectors, coefficients = regression.support_vectors, regression.coefficients
    numbers = (vectors, coefficients, regression.offset, regression.gamma)
    if (
        vectors.shape != (len(coefficients), features)
        or not len(coefficients)
        or not all(np.isfinite(number).all() for number in numbers)
    ):
        raise WeightsError(
            f"{str(path)!r} has support vectors of shape {vectors.shape} and {len(coefficients)} "
            f"coefficients; it must have as many of both, with {features} features, all finite"
        )
    return regression


def read_bounds(path: Path, *, features: int) -> Bounds:
    """Read the bounds of so many features: OpenCV's YAML, svm-scale's text or a pickle of lists.

    A pickle is read without running anything that it asks for.

    Raises:
        WeightsError: the file is missing or damaged, or its bounds are not low < high.
    """
    data = _read(path)
    try:
        if data.startswith(b"%YAML"):
            low, high = _opencv_bounds(data.decode())
        elif data.startswith(b"\x80"):
            low, high = _pickled_bounds(data)
        else:
            low, high = _libsvm_bounds(data.decode(), features)
    except _DAMAGE as error:
        raise WeightsError(_not_a("scaling", path)) from error
    if low.shape != (features,) or high.shape != (features,) or not (low < high).all():
        raise WeightsError(
            f"{str(path)!r} has bounds of shapes {low.shape} and {high.shape}; "
            f"it must have {features} of both, each low below its high"
        )
    return Bounds(low, high)


# What a reader meets in a file that is cut short, of another kind, or a pickle of anything else.
_DAMAGE = (
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    MemoryError,
    TypeError,
    ValueError,
    cv2.error,
    pickle.UnpicklingError,
)


def _not_a(what: str, path: Path) -> str:
    return f"{str(path)!r} is no {what} of a support vector regression, or it is damaged"


def _read(path: Path) -> bytes:
    try:
        check_file(path)
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(f"cannot read {str(path)!r}: {error.strerror or error}") from error


def _libsvm_regression(text: str, features: int) -> Regression:
    head, _, body = text.partition("\nSV\n")
    header = dict(line.split(maxsplit=1) for line in head.splitlines())
    if (header["svm_type"], header["kernel_type"]) != ("epsilon_svr", "rbf"):
        raise ValueError(header["svm_type"])
    lines = body.splitlines()
    vectors = np.zeros((len(lines), features))  # the format leaves zeros out
    coefficients = np.empty(len(lines))
    for i, line in enumerate(lines):
        coefficient, *pairs = line.split()
        coefficients[i] = float(coefficient)
        for pair in pairs:
            index, value = pair.split(":")
            vectors[i, _place(index)] = float(value)
    if len(lines) != int(header["total_sv"]):
        raise ValueError(header["total_sv"])
    return Regression(vectors, coefficients, float(header["rho"]), float(header["gamma"]))


def _libsvm_bounds(text: str, features: int) -> tuple[Floats, Floats]:
    kind, target, *lines = text.splitlines()
    if kind.strip() != "x" or [float(bound) for bound in target.split()] != [-1, 1]:
        raise ValueError(kind)
    bounds = np.full((2, features), np.nan)
    for line in lines:
        index, low, high = line.split()
        bounds[:, _place(index)] = float(low), float(high)
    return bounds[0], bounds[1]


def _place(index: str) -> int:
    """A position from libsvm's, which counts from 1."""
    place = int(index) - 1
    if place < 0:
        raise IndexError(index)
    return place


def _opencv_regression(text: str) -> Regression:
    file = _opencv_file(text)  # its nodes live only as long as it does
    svm = file.getNode("opencv_ml_svm")
    kernel = svm.getNode("kernel")
    kind = (svm.getNode("svmType").string(), kernel.getNode("type").string())
    if kind != ("EPS_SVR", "RBF"):
        raise ValueError(kind)
    vectors = svm.getNode("support_vectors")
    decision = svm.getNode("decision_functions").at(0)
    return Regression(
        np.array([_numbers(vectors.at(i)) for i in range(vectors.size())]),
        np.array(_numbers(decision.getNode("alpha"))),
        _number(decision.getNode("rho")),
        _number(kernel.getNode("gamma")),
    )


def _opencv_bounds(text: str) -> tuple[Floats, Floats]:
    file = _opencv_file(text)
    low, high = file.getNode("range").mat().astype(np.float64)
    return low, high


def _opencv_file(text: str) -> Any:
    file = cv2.FileStorage()
    if not file.open(text, cv2.FILE_STORAGE_READ | cv2.FILE_STORAGE_MEMORY):
        raise ValueError(text[:20])
    return file


def _numbers(node: Any) -> list[float]:
    return [_number(node.at(i)) for i in range(node.size())]


def _number(node: Any) -> float:
    if not (node.isReal() or node.isInt()):
        raise ValueError(node.name())  # OpenCV reads what is no number, or not there, as 0
    return float(node.real())


class _Plain(pickle.Unpickler):
    """Reads numbers, strings, lists and dictionaries; whatever asks for a name is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name}")


def _pickled_bounds(data: bytes) -> tuple[Floats, Floats]:
    values = _Plain(io.BytesIO(data)).load()
    return np.array(values["min_"], dtype=np.float64), np.array(values["max_"], dtype=np.float64)

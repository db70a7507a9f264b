"""Support vector regressions with an RBF kernel, as libsvm and OpenCV write them to files."""

from __future__ import annotations

import io
import pickle
import pickletools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blackcamo.errors import WeightsError
from blackcamo.records import typed
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
    except (*_DAMAGE, WeightsError) as error:
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
    kind = (_word(text, "svmType"), _word(text, "kernel:[\\s{]*type"))
    if kind != ("EPS_SVR", "RBF"):
        raise ValueError(kind)
    _, _, rest = text.partition("support_vectors:")
    vectors, _, decision = rest.partition("decision_functions:")
    return Regression(
        np.array([_numbers(row) for row in re.findall(r"\[([^\[\]]*)\]", vectors)]),
        np.array(_numbers(_word(decision, "alpha", r"\[([^\[\]]*)\]"))),
        float(_word(decision, "rho")),
        float(_word(text, "gamma")),
    )


def _opencv_bounds(text: str) -> tuple[Floats, Floats]:
    numbers = _numbers(_word(text, "data", r"\[([^\[\]]*)\]"))
    rows, columns = int(_word(text, "rows")), int(_word(text, "cols"))
    if rows != 2 or len(numbers) != rows * columns:
        raise ValueError(rows)
    stored = np.array(numbers, {"f": np.float32, "d": np.float64}[_word(text, "dt")])
    low, high = stored.astype(np.float64).reshape(2, -1)
    return low, high


def _word(text: str, key: str, value: str = r"([^\s,}]+)") -> str:
    """The value of the first key of that name in OpenCV's YAML.

    OpenCV's own reader writes outside of its memory where such a file is damaged.
    """
    found = re.search(rf"\b{key}\s*:\s*{value}", text)
    if found is None:
        raise ValueError(key)
    return found[1]


def _numbers(listed: str) -> list[float]:
    return [float(number) for number in listed.split(",")]


_MAX_PICKLE = 1 << 16
"""Bytes of a pickle of bounds: 36 pairs have 700."""
_NUMBERING = ("PUT", "LONG_BINPUT")


class _Plain(pickle.Unpickler):
    """Reads numbers, strings, lists and dictionaries; whatever asks for a name is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name}")


def _pickled_bounds(data: bytes) -> tuple[Floats, Floats]:
    if len(data) > _MAX_PICKLE:
        raise ValueError(len(data))
    for operation, argument, _ in pickletools.genops(data):
        # Python makes room for as many objects as the largest number of one, whatever it is.
        if operation.name in _NUMBERING and (argument or 0) > len(data):
            raise ValueError(operation.name)
    values = _Plain(io.BytesIO(data)).load()
    low, high = (typed(list[float], values[key], key, WeightsError) for key in ("min_", "max_"))
    return np.array(low), np.array(high)

"""The versions that a number depends on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from PIL import features

import blackcamo

_PACKAGES = ("numpy", "torch", "pillow", "opencv-python-headless", "nevergrad", "optuna")
_ENGINES = {"openvino": "openvino", "onnxruntime": "onnxruntime"}


def versions(engine: str = "") -> dict[str, str]:
    """Versions of blackcamo, Python, libjpeg, the packages that decide a pixel, and the engine.

    >>> sorted(versions())[:2]
    ['blackcamo', 'libjpeg']
    """
    found = {
        "blackcamo": blackcamo.__version__,
        "python": platform.python_version(),
        "libjpeg": features.version("libjpeg_turbo") or features.version("jpg") or "unknown",
    }
    packages = [*_PACKAGES, *([_ENGINES[engine]] if engine in _ENGINES else [])]
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found

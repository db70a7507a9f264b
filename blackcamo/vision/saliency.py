"""Where people look first: saliency by the spectral residual."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.vision.arrays import to_pixels

SIDE = 64
"""Cells along each side of the map, the scale at which the paper finds objects."""


def spectral_residual(rgb: Tensor) -> NDArray[np.float64]:
    """How much each part of a picture draws the eye: (SIDE, SIDE), summing to 1.

    What is salient is what the log spectrum has beyond its own local mean: repetition is common
    to all pictures, its breaks are not.

    Args:
        rgb: (3, H, W) in [0, 1].

    Source: X. Hou, L. Zhang, "Saliency Detection: A Spectral Residual Approach", CVPR 2007,
    eq. 1-5.
    """
    grey = cv2.cvtColor(to_pixels(rgb), cv2.COLOR_RGB2GRAY)
    small = np.asarray(cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float64)
    spectrum = np.fft.fft2(small)
    log_amplitude = np.log(np.abs(spectrum) + 1e-9)
    residual = log_amplitude - cv2.blur(log_amplitude, (3, 3), borderType=cv2.BORDER_REFLECT_101)
    salient = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    salient = np.asarray(cv2.GaussianBlur(salient, (0, 0), 2.5), np.float64)
    return np.asarray(salient / salient.sum(), np.float64)

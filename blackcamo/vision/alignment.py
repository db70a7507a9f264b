"""Which part of a photo an edit shows, and with which colours: for edits made elsewhere."""

from __future__ import annotations

import itertools
import math

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.errors import PhotoError
from blackcamo.types import Frame, Pixels
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.blur import gaussian_blur
from blackcamo.vision.colourspace import linear_to_srgb, srgb_to_linear
from blackcamo.vision.frames import cut_frame
from blackcamo.vision.lut import apply_lut
from blackcamo.vision.masking import luma
from blackcamo.vision.pool import block_means, enlarged

_MATCHED_PX = 1024
"""Long side at which features are looked for."""
_FEATURES = 3000
_RATIO = 0.75
"""A match must be that much closer than the second best. Source: Lowe, IJCV 60 (2), 2004."""
_LEAST_MATCHES = 12
_SNAP_PX = 0.35
"""Corners this near to whole pixels at an equal scale are a plain crop."""
_LEAST_ALIKE = 0.35
"""Correlation of local structure under which two pictures are not of one photo."""
_NODES = 9
_SAMPLES = 40_000
_SUPPLE, _STIFF, _NEARNESS = 0.03, 30.0, 0.02
"""Weights of bends of the table, and of its distance from changing nothing, per pixel and node."""
_COLOURLESS = 2 / 255
"""Difference between the channels of a grey picture, at most."""
_LIGHT_PX, _LIGHT_SIGMA, _DARKEST = 64, 0.04, 0.004
_BAND_SIGMAS = (0.0017, 0.006, 0.035)
"""Widths of the blurs between which bands of detail lie, of the long side."""
_LEVEL = 1 / 255

Similarity = NDArray[np.float64]


def align(original: Pixels, edited: Pixels) -> Frame:
    """The frame of ``original`` that ``edited`` shows: cropped, scaled, turned a little.

    Raises:
        PhotoError: no such frame is found.

    Source: features by E. Rublee et al., "ORB", ICCV 2011; the similarity by random sample
    consensus (M. Fischler, R. Bolles, CACM 24, 1981); the refinement by G. Evangelidis, E.
    Psarakis, "Parametric image alignment using enhanced correlation coefficient maximization",
    IEEE TPAMI 30 (10), 2008. All as OpenCV has them.
    """
    whole = Frame(0.5, 0.5, 1.0, 1.0, 0.0, *edited.shape[:2])
    if edited.shape == original.shape and _likeness(original, edited, whole) > 2 * _LEAST_ALIKE:
        return whole
    frame = _frame(_similarity(original, edited), original, edited)
    likeness = _likeness(original, edited, frame)
    if likeness < _LEAST_ALIKE:
        raise PhotoError(
            f"the edit shows no part of the photo that could be found (likeness {likeness:.2f}, "
            f"{_LEAST_ALIKE:g} is needed); name an edit of this very photo"
        )
    return frame


def fit_look(aligned: Tensor, edited: Tensor, *, smoothness: float = _SUPPLE) -> Tensor:
    """The smooth table (1, 3, S, S, S), indexed ``[b, g, r]``, that explains an edit best.

    Args:
        aligned: the photo in the edit's frame (1, 3, H, W).
        edited: the edit (1, 3, H, W).
        smoothness: how little the table may bend.

    Source: E. Garcia, M. Gupta, "Lattice regression", NIPS 2009: least squares on the nodes of a
    table, with a penalty on its bends.
    """
    # Noise and edges that miss each other by a pixel are no matter of colour.
    factor = max(1, math.ceil(math.sqrt(aligned[0, 0].numel() / _SAMPLES)))
    before, after = (
        F.avg_pool2d(rgb, factor, ceil_mode=True).flatten(2)[0].T.double().numpy()
        for rgb in (aligned, edited)
    )
    # Where the photo says nothing of a colour, it stays; in an edit without colours, as grey.
    colourless = np.quantile(np.ptp(after, axis=1), 0.999) < _COLOURLESS

    def unexplained(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.repeat(rgb.mean(1, keepdims=True), 3, axis=1) if colourless else rgb

    nodes = _NODES**3
    position = before * (_NODES - 1)
    low = np.clip(np.floor(position).astype(int), 0, _NODES - 2)
    share = position - low
    gram, moments = np.zeros((nodes, nodes)), np.zeros((nodes, 3))
    corners = []
    for corner in np.ndindex(2, 2, 2):
        at = low + np.array(corner)
        weight = np.prod(np.where(np.array(corner), share, 1 - share), axis=1)
        corners.append(((at[:, 2] * _NODES + at[:, 1]) * _NODES + at[:, 0], weight))
    for index, weight in corners:
        np.add.at(moments, index, weight[:, None] * (after - unexplained(before)))
        for other, beside in corners:
            np.add.at(gram, (index, other), weight * beside)
    scale = len(before) / nodes
    system = gram + scale * (smoothness * _bends() + _NEARNESS * np.eye(nodes))
    change = np.linalg.solve(system, moments)
    axis = np.linspace(0, 1, _NODES)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    table = unexplained(np.stack((red, green, blue), axis=-1).reshape(nodes, 3)) + change
    shape = (_NODES, _NODES, _NODES, 3)
    return torch.from_numpy(table.reshape(shape)).permute(3, 0, 1, 2)[None].float().clamp_(0, 1)


def explain(aligned: Tensor, edited: Tensor) -> tuple[Tensor, Tensor]:
    """What of an edit is meant: the photo under its look, and that with slow light and clarity.

    Three things are what a deliberate edit does to a whole picture: a look, light that changes
    smoothly over it, as by a vignette, and bands of detail that are raised or lowered everywhere
    alike, as by clarity or softness. What they do not explain is left to be seen.

    Args:
        aligned: the photo in the edit's frame (1, 3, H, W).
        edited: the edit (1, 3, H, W).
    """
    # A look that may bend would explain a vignette by the colours that lie in the corners.
    stiff = apply_lut(aligned, fit_look(aligned, edited, smoothness=_STIFF))
    unlit = linear_to_srgb(srgb_to_linear(edited) / _light(stiff, edited)).clamp_(0, 1)
    graded = apply_lut(aligned, fit_look(aligned, unlit, smoothness=_SUPPLE))
    light = _light(graded, edited)
    lit = linear_to_srgb(srgb_to_linear(graded) * light).clamp_(0, 1)
    return graded, _with_clarity(lit, edited)


def _light(before: Tensor, after: Tensor) -> Tensor:
    """The smooth light (1, 3, H, W), linear, that turns one picture into another."""
    factor = max(1, min(round(max(before.shape[-2:]) / _LIGHT_PX), *before.shape[-2:]))
    ours, theirs = (
        gaussian_blur(small, _LIGHT_SIGMA * max(small.shape[-2:])).add_(_DARKEST)
        for small in (block_means(srgb_to_linear(rgb), factor) for rgb in (before, after))
    )
    return enlarged(theirs / ours, *before.shape[-2:])


def _with_clarity(before: Tensor, after: Tensor) -> Tensor:
    """A picture with its bands of lightness as strong as those of another, by least squares."""
    y = luma(before)
    widths_px = [max(sigma * max(y.shape[-2:]), 0.7) for sigma in _BAND_SIGMAS]
    levels = [y, *(gaussian_blur(y, sigma_px) for sigma_px in widths_px)]
    bands = torch.cat([fine - wide for fine, wide in itertools.pairwise(levels)])
    flat = bands.flatten(1).double()
    gram = flat @ flat.T
    gram.diagonal().add_(_NEARNESS * _LEVEL**2 * flat.shape[1])
    gains = torch.linalg.solve(gram, flat @ (luma(after) - y).flatten().double())
    missing: Tensor = (gains.float().view(-1, 1, 1, 1) * bands).sum(0)
    return (before + missing).clamp_(0, 1)


def _bends() -> NDArray[np.float64]:
    """Sum of squared second differences along the axes of a table, as a quadratic form."""
    along = np.diff(np.eye(_NODES), n=2, axis=0)
    one, same = along.T @ along, np.eye(_NODES)
    return np.asarray(
        np.kron(np.kron(one, same), same)
        + np.kron(np.kron(same, one), same)
        + np.kron(np.kron(same, same), one)
    )


def _grey(pixels: Pixels) -> tuple[NDArray[np.uint8], float]:
    """Brightness at the size that is matched, tones equalised, and the scale to it."""
    scale = min(1.0, _MATCHED_PX / max(pixels.shape[:2]))
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.createCLAHE(2.0, (8, 8)).apply(grey), np.uint8), scale


def _similarity(original: Pixels, edited: Pixels) -> Similarity:
    """(2, 3): positions in the original, in pixels, of positions in the edit."""
    (ours, our_scale), (theirs, their_scale) = _grey(original), _grey(edited)
    detector = cv2.ORB.create(nfeatures=_FEATURES)
    (our_points, our_words), (their_points, their_words) = (
        detector.detectAndCompute(grey, None) for grey in (ours, theirs)
    )
    matches = []
    if our_words is not None and their_words is not None and len(our_words) > 1:
        pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(their_words, our_words, k=2)
        matches = [m[0] for m in pairs if len(m) == 2 and m[0].distance < _RATIO * m[1].distance]
    found = None
    if len(matches) >= _LEAST_MATCHES:
        source = np.array([their_points[m.queryIdx].pt for m in matches])
        target = np.array([our_points[m.trainIdx].pt for m in matches])
        found, _ = cv2.estimateAffinePartial2D(source, target, ransacReprojThreshold=2.0)
    if found is None:
        raise PhotoError(
            f"the edit and the photo share {len(matches)} places that look alike, at least "
            f"{_LEAST_MATCHES} are needed; name an edit of this very photo"
        )
    found = _refined(ours, theirs, np.asarray(found, np.float64))
    # Pixel centres: 0 is half a pixel from the edge at either size.
    middle = (their_scale - 1) / 2
    to_edit = np.array([[their_scale, 0, middle], [0, their_scale, middle], [0, 0, 1]])
    matrix = found @ to_edit
    matrix[:, :2] /= our_scale
    matrix[:, 2] = (matrix[:, 2] + 0.5) / our_scale - 0.5
    return np.asarray(matrix, np.float64)


def _refined(ours: NDArray[np.uint8], theirs: NDArray[np.uint8], found: Similarity) -> Similarity:
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 50, 1e-6)
    try:
        _, refined = cv2.findTransformECC(
            theirs, ours, found.astype(np.float32), cv2.MOTION_AFFINE, criteria
        )
    except cv2.error:  # it did not converge
        return found
    return np.asarray(refined, np.float64)


def _frame(matrix: Similarity, original: Pixels, edited: Pixels) -> Frame:
    """The upright or turned window that a similarity maps the edit to, inside the photo."""
    height_px, width_px = edited.shape[:2]
    scale = math.sqrt(abs(np.linalg.det(matrix[:, :2])))
    angle = math.degrees(math.atan2(matrix[0, 1] - matrix[1, 0], matrix[0, 0] + matrix[1, 1]))
    centre = matrix @ np.array([(width_px - 1) / 2, (height_px - 1) / 2, 1.0]) + 0.5
    size = scale * np.array([width_px, height_px])
    corner = centre - size / 2
    if np.abs(size - [width_px, height_px]).max() < 2 * _SNAP_PX and abs(angle) < 0.05:
        corner, size, angle = np.round(corner), np.array([width_px, height_px], float), 0.0
        corner = np.clip(corner, 0, [original.shape[1] - width_px, original.shape[0] - height_px])
        centre = corner + size / 2
    return Frame(
        centre_x=float(centre[0] / original.shape[1]),
        centre_y=float(centre[1] / original.shape[0]),
        width=float(size[0] / original.shape[1]),
        height=float(size[1] / original.shape[0]),
        angle_deg=angle,
        height_px=height_px,
        width_px=width_px,
    )


def _likeness(original: Pixels, edited: Pixels, frame: Frame) -> float:
    """Correlation of local structure in the frame and in the edit, 1 at most."""
    shown = to_pixels(cut_frame(to_rgb(original), frame))
    details = []
    for pixels in (shown, edited):
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
        sigma = max(1.0, max(pixels.shape[:2]) / 200)
        fine = cv2.GaussianBlur(grey, (0, 0), sigma) - cv2.GaussianBlur(grey, (0, 0), 4 * sigma)
        details.append(fine.ravel() - fine.mean())
    norm = float(np.linalg.norm(details[0]) * np.linalg.norm(details[1]))
    # Pictures without structure are alike.
    return float(details[0] @ details[1]) / norm if norm > 1e-3 * len(details[0]) else 1.0

"""Geometry: which part of the photo is shown. Never its border."""

from __future__ import annotations

import math
from collections.abc import Mapping

from blackcamo.types import Frame, Param


class Geometry:
    """Crop, small rotation and slight magnification.

    The delivered frame is as small as the crop; rotation and magnification resample it to that
    size. Crops come in few steps, so that the frames of a batch share few sizes, and without
    rotation and magnification the crop is a slice of unchanged pixels.
    """

    name = "geometry"
    params = (
        Param("crop_percent", 0, 12, 0, "%", "cropped off width and height", step=1.5),
        Param("crop_x_percent", -100, 100, 0, "%", "crop moved to the left (-) or right (+)"),
        Param("crop_y_percent", -100, 100, 0, "%", "crop moved up (-) or down (+)"),
        Param("rotation_deg", -2, 2, 0, "°", "turned clockwise (-) or counter-clockwise (+)"),
        Param("zoom_percent", 0, 10, 0, "%", "magnified"),
    )

    def frame(self, params: Mapping[str, float], height_px: int, width_px: int) -> Frame:
        """The frame cut from a photo of that size; its corners lie inside for any parameters.

        The upright box around the turned window must fit into the photo. If it does not, the
        window shrinks, which magnifies a little more; then its centre is moved to fit.
        """
        kept = 1 - params["crop_percent"] / 100
        delivered_h, delivered_w = max(1, round(kept * height_px)), max(1, round(kept * width_px))
        # The picture turns against the window.
        angle_deg = -params["rotation_deg"]
        cosine = math.cos(math.radians(angle_deg))
        sine = abs(math.sin(math.radians(angle_deg)))
        box_h = delivered_w * sine + delivered_h * cosine
        box_w = delivered_w * cosine + delivered_h * sine
        scale = min(1 / (1 + params["zoom_percent"] / 100), height_px / box_h, width_px / box_w)
        top = (height_px - scale * box_h) * (50 + params["crop_y_percent"] / 2) / 100
        left = (width_px - scale * box_w) * (50 + params["crop_x_percent"] / 2) / 100
        if angle_deg == 0 and scale == 1:
            top, left = round(top), round(left)
        return Frame(
            centre_x=(left + scale * box_w / 2) / width_px,
            centre_y=(top + scale * box_h / 2) / height_px,
            width=scale * delivered_w / width_px,
            height=scale * delivered_h / height_px,
            angle_deg=angle_deg,
            height_px=delivered_h,
            width_px=delivered_w,
        )

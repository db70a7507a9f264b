"""Geometry: which part of the photo is shown. Never its border."""

from __future__ import annotations

import math
from collections.abc import Mapping

from blackcamo.types import Frame, Param


class Geometry:
    """Crop, small rotation, perspective and slight magnification.

    The delivered frame is as small as the crop; the others resample it to that size. Crops come
    in few steps, so that the frames of a batch share few sizes, and without anything else the
    crop is a slice of unchanged pixels.
    """

    name = "geometry"
    params = (
        Param(
            "crop_percent",
            0,
            15,
            0,
            "%",
            "cropped off width and height",
            step=1.5,
            rises="{} cropped off",
            visible=2.5,
        ),
        Param(
            "crop_x_percent",
            -100,
            100,
            0,
            "%",
            "crop moved to the left (-) or right (+)",
            modifier=True,
        ),
        Param("crop_y_percent", -100, 100, 0, "%", "crop moved up (-) or down (+)", modifier=True),
        Param(
            "rotation_deg",
            -2,
            2,
            0,
            "°",
            "turned clockwise (-) or counter-clockwise (+)",
            falls="turned {} clockwise",
            rises="turned {} counter-clockwise",
            visible=0.5,
        ),
        Param("zoom_percent", 0, 10, 0, "%", "magnified", rises="{} closer", visible=2.5),
        Param(
            "keystone_x_percent",
            -3,
            3,
            0,
            "%",
            "left side (-) or right side (+) closer",
            falls="left side {} closer",
            rises="right side {} closer",
            visible=1,
        ),
        Param(
            "keystone_y_percent",
            -3,
            3,
            0,
            "%",
            "top (-) or bottom (+) closer",
            falls="top {} closer",
            rises="bottom {} closer",
            visible=1,
        ),
    )

    def frame(self, params: Mapping[str, float], height_px: int, width_px: int) -> Frame:
        """The frame cut from a photo of that size; its corners lie inside for any parameters.

        The upright box around the turned and tapered window must fit into the photo. If it does
        not, the window shrinks, which magnifies a little more; then its centre is moved to fit.
        """
        kept = 1 - params["crop_percent"] / 100
        delivered_h, delivered_w = max(1, round(kept * height_px)), max(1, round(kept * width_px))
        # The picture turns against the window.
        angle_deg = -params["rotation_deg"]
        cosine = math.cos(math.radians(angle_deg))
        sine = abs(math.sin(math.radians(angle_deg)))
        keystone_x, keystone_y = (
            params[name] / 100 for name in ("keystone_x_percent", "keystone_y_percent")
        )
        # The wide end of the window is that much wider than its middle.
        taper = 1 / (1 - abs(keystone_x) - abs(keystone_y))
        box_h = (delivered_w * sine + delivered_h * cosine) * taper
        box_w = (delivered_w * cosine + delivered_h * sine) * taper
        scale = min(1 / (1 + params["zoom_percent"] / 100), height_px / box_h, width_px / box_w)
        top = (height_px - scale * box_h) * (50 + params["crop_y_percent"] / 2) / 100
        left = (width_px - scale * box_w) * (50 + params["crop_x_percent"] / 2) / 100
        if angle_deg == 0 and scale == taper == 1:
            top, left = round(top), round(left)
        return Frame(
            centre_x=(left + scale * box_w / 2) / width_px,
            centre_y=(top + scale * box_h / 2) / height_px,
            width=scale * delivered_w / width_px,
            height=scale * delivered_h / height_px,
            angle_deg=angle_deg,
            height_px=delivered_h,
            width_px=delivered_w,
            keystone_x=keystone_x,
            keystone_y=keystone_y,
        )

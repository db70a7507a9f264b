"""Curves: a monotone cubic through five knots, for all channels together and for each."""

from __future__ import annotations

import torch
from torch import Tensor

from blackcamo.types import Param, Params

_CURVES = {
    "master": ("tone curve", 5, "darker", "brighter", 1.8),
    "red": ("red", 3, "less red", "redder", 2),
    "green": ("green", 1.5, "less green", "greener", 1.2),
    "blue": ("blue", 3, "less blue", "bluer", 2),
}
_KNOTS = {"shadows": "dark", "midtones": "middle", "highlights": "bright"}
_SPACING = 1 / (len(_KNOTS) + 1)


class Curves:
    """Four tone curves with knots at 0, 1/4, 1/2, 3/4 and 1.

    The three inner knots move up and down, the outer ones stay: black stays black and white
    stays white, so that no curve puts a cast on paper, snow or night. No knot moves as far as
    half the distance to its neighbour, hence every curve rises everywhere.
    """

    name = "curves"
    lut_size = 33
    params = tuple(
        Param(
            f"curve_{curve}_{knot}_percent",
            -limit,
            limit,
            0,
            "%",
            f"{what} in the {knot}",
            falls=f"{tones} tones {{}} {less}",
            rises=f"{tones} tones {{}} {more}",
            visible=visible,
        )
        for curve, (what, limit, less, more, visible) in _CURVES.items()
        for knot, tones in _KNOTS.items()
    )

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        """Map colours (B, 3, H, W) by the master curve, then each channel by its own."""
        offsets = torch.stack([params[p.name] for p in self.params], dim=-1) / 100
        offsets = offsets.view(-1, len(_CURVES), len(_KNOTS))
        rgb = monotone_curve(rgb, offsets[:, :1].expand(-1, 3, -1))
        return monotone_curve(rgb, offsets[:, 1:])


def monotone_curve(x: Tensor, offsets: Tensor) -> Tensor:
    """Evaluate the monotone cubic through (k/4, k/4 + offset), k = 0..4, ends without offset.

    Args:
        x: (B, C, H, W) in [0, 1].
        offsets: (B, C, 3) of the inner knots, each less than 1/8 in size.

    Source: F. N. Fritsch, R. E. Carlson, "Monotone Piecewise Cubic Interpolation", SIAM J.
    Numer. Anal. 17 (1980), 238-246: three-point tangents, scaled back into the circle of
    radius 3 (their region S2) that keeps each piece monotone.
    """
    c0, c1, c2, c3 = _pieces(offsets)
    position = x * (1 / _SPACING)
    piece = position.floor().clamp_(0, c0.shape[-1] - 1)
    t = position.sub_(piece)
    index = piece.flatten(2).long()

    def of_piece(coefficient: Tensor) -> Tensor:
        return coefficient.gather(-1, index).view_as(x)

    y = of_piece(c3).mul_(t).add_(of_piece(c2)).mul_(t).add_(of_piece(c1)).mul_(t)
    return y.add_(of_piece(c0)).clamp_(0, 1)


def _pieces(offsets: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Coefficients of 1, t, t², t³ of each piece (B, C, 4), t running over it from 0 to 1."""
    outer = torch.zeros_like(offsets[..., :1])
    knots = torch.linspace(0, 1, len(_KNOTS) + 2, device=offsets.device)
    y = torch.cat((outer, offsets, outer), dim=-1) + knots
    rise = y.diff(dim=-1)
    # Tangents in units of a piece: the mean of the neighbouring slopes, one-sided at the ends.
    inner = (rise[..., 1:] + rise[..., :-1]) / 2
    tangents = torch.cat((rise[..., :1], inner, rise[..., -1:]), dim=-1)
    # Where a piece is flatter than its tangents allow, both are scaled back.
    reach = torch.hypot(tangents[..., :-1], tangents[..., 1:]) / rise
    scale = (3 / reach).clamp(max=1)
    outer_scale = torch.ones_like(outer)
    tangents = tangents * torch.minimum(
        torch.cat((scale, outer_scale), dim=-1), torch.cat((outer_scale, scale), dim=-1)
    )
    start, end = tangents[..., :-1], tangents[..., 1:]
    return y[..., :-1], start, 3 * rise - 2 * start - end, start + end - 2 * rise

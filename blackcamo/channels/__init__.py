"""Channels: what may happen to a delivered file on its way, as named steps one after the other.

A step is written ``NAME:ARGUMENT`` (``jpeg:85``, ``resize:75%/bicubic``), a channel as steps joined
by ``+`` (``resize:1080+sharpen:50+jpeg:75``). One step a file; steps are plug-ins of the group
``blackcamo.channels``, and their contract is in ``blackcamo.testing``.
"""

from __future__ import annotations

from blackcamo.channels.catalogue import Channels, channels
from blackcamo.channels.passage import Passage, load_step
from blackcamo.channels.searched import (
    STANDARD,
    Aggregate,
    Recorded,
    Searched,
    searched_channels,
)

__all__ = [
    "STANDARD",
    "Aggregate",
    "Channels",
    "Passage",
    "Recorded",
    "Searched",
    "channels",
    "load_step",
    "searched_channels",
]

"""Steps of a channel: what happens to a picture on its way to whoever looks at it."""

from __future__ import annotations

from typing import Protocol

from blackcamo.types.pictures import Pixels


class Step(Protocol):
    """One thing that happens to a picture on its way: an encoder, a resize, a crop."""

    @property
    def spec(self) -> str:
        """What makes the same step again, "name:argument", without commas and plus signs."""

    def send(self, pixels: Pixels) -> Pixels:
        """What arrives of a picture (H, W, 3); a function of that alone, at least 1 x 1 large."""


class StepFactory(Protocol):
    """What the entry point of a step names: a class or function with this signature."""

    def __call__(self, argument: str) -> Step:
        """Build the step; ``argument`` is what follows "name:" in its spec, empty for none."""

"""Steps of a channel: what happens to a picture on its way to whoever looks at it."""

from __future__ import annotations

from typing import Protocol

from blackcamo.types.pictures import Pixels


class Step(Protocol):
    """One thing that happens to a picture on its way: an encoder, a resize, a crop."""

    @property
    def spec(self) -> str:
        """The spec of the same step, "name:argument", without commas and plus signs."""

    def send(self, pixels: Pixels) -> Pixels:
        """The picture (H, W, 3) that arrives; a function of the pixels alone, at least 1 x 1."""


class StepFactory(Protocol):
    """The target of a step's entry point: a class or function with this signature."""

    def __call__(self, argument: str) -> Step:
        """Build the step; ``argument`` is what follows "name:" in its spec, empty for none."""

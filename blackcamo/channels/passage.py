"""A channel: one step after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blackcamo import plugins
from blackcamo.errors import OptionError
from blackcamo.types import Pixels, Step, StepFactory

_MOST_STEPS = 16


@dataclass(frozen=True, slots=True)
class Passage:
    """A named channel: what a picture goes through, step by step.

    Args:
        name: what people call it.
        steps: at least one.
    """

    name: str
    steps: tuple[Step, ...]

    @property
    def spec(self) -> str:
        """The steps with their arguments, which makes the same channel again anywhere."""
        return "+".join(step.spec for step in self.steps)

    def send(self, pixels: Pixels) -> Pixels:
        """The picture (H, W, 3) as it arrives, perhaps of another size."""
        for step in self.steps:
            pixels = np.ascontiguousarray(step.send(pixels))
        return pixels

    @classmethod
    def parse(cls, spec: str, *, name: str | None = None) -> Passage:
        """The channel that a spec says.

        >>> Passage.parse("resize:75%+jpeg:85").spec
        'resize:75%/lanczos+jpeg:85/4:2:0'

        Args:
            spec: steps joined by "+".
            name: what it is called, by default as the spec.

        Raises:
            UnknownNameError: no step of a name; says which one may be meant.
            OptionError: an argument out of its bounds, or too many steps.
            MissingExtraError: a step needs a package that is not installed.
        """
        parts = spec.split("+")
        if len(parts) > _MOST_STEPS:
            raise OptionError(
                f"a channel has {len(parts)} steps; it must have at most {_MOST_STEPS}"
            )
        return cls(name or spec, tuple(load_step(part.strip()) for part in parts))


def load_step(spec: str) -> Step:
    """The step that ``name`` or ``name:argument`` says.

    Raises:
        UnknownNameError: no step of that name; says which one may be meant.
        OptionError: an argument out of its bounds.
        MissingExtraError: it needs a package that is not installed.
        PluginError: the plug-in is broken.
    """
    name, _, argument = spec.partition(":")
    factory: StepFactory = plugins.load("channels", name)
    return factory(argument)

"""Where a search begins: at neutral, among what won on other photos, or at a preset."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from blackcamo.errors import OptionError
from blackcamo.preset import read_preset
from blackcamo.space import FilterSpace, Vectors

NEUTRAL, WINNERS = "neutral", "winners"


@dataclass(frozen=True, slots=True)
class Start:
    """Vectors (K, D) of a space, and what studies and presets record of where they came from."""

    vectors: Vectors
    identity: Mapping[str, Any]


def load_start(name: str, space: FilterSpace) -> Start:
    """The start of that name, or at a preset's parameters; those of other filters do not count.

    ``winners`` are what searches of the same mode on other photos came to, made by
    ``studies/007-start``; the first ones serve most photos best.

    Raises:
        OptionError: neither a name nor a preset's file, or a preset that fits no filter here.
        PresetError: the preset cannot be read.
    """
    several: Sequence[Mapping[str, float]]
    if name == NEUTRAL:
        several = [{}]
    elif name == WINNERS:
        data = resources.files("blackcamo.run") / "data" / f"{WINNERS}.json"
        several = json.loads(data.read_text())[space.mode]
    elif name.endswith(".json"):
        several = [read_preset(Path(name)).params]
    else:
        raise OptionError(
            f"start is {name!r}; it must be {NEUTRAL}, {WINNERS}, or a preset's file (*.json)"
        )
    known = [
        {key: value for key, value in sorted(params.items()) if key in space.names}
        for params in several
    ]
    if name not in (NEUTRAL, WINNERS) and several[0] and not known[0]:
        raise OptionError(
            f"start {name!r} has no parameter of the filters that are searched "
            f"({', '.join(f.name for f in space.filters)})"
        )
    if not any(known):
        known = [{}]
    digest = hashlib.sha256(json.dumps(known).encode()).hexdigest()
    vectors = np.array([space.encode(params) for params in known])
    return Start(vectors, {"name": Path(name).name, "sha256": digest})

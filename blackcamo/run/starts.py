"""Where a search begins: at neutral, at what low scores had in common elsewhere, or at a preset."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from blackcamo.errors import OptionError
from blackcamo.preset import read_preset
from blackcamo.space import FilterSpace, Vectors

NEUTRAL, MUTED = "neutral", "muted"


@dataclass(frozen=True, slots=True)
class Start:
    """A vector (D,) of a space, and what studies and presets record of where it came from."""

    vector: Vectors
    identity: Mapping[str, Any]


def load_start(name: str, space: FilterSpace) -> Start:
    """The start of that name, or at a preset's parameters; those of other filters do not count.

    ``muted`` is the mean of winning candidates on other photos, made by ``studies/007-start``.

    Raises:
        OptionError: neither a name nor a preset's file, or a preset that fits no filter here.
        PresetError: the preset cannot be read.
    """
    params: Mapping[str, float]
    if name == NEUTRAL:
        params = {}
    elif name == MUTED:
        data = resources.files("blackcamo.run") / "data" / f"{MUTED}.json"
        params = json.loads(data.read_text())
    elif name.endswith(".json"):
        params = read_preset(Path(name)).params
    else:
        raise OptionError(
            f"start is {name!r}; it must be {NEUTRAL}, {MUTED}, or a preset's file (*.json)"
        )
    known = {key: value for key, value in sorted(params.items()) if key in space.names}
    if params and not known and name != MUTED:
        raise OptionError(
            f"start {name!r} has no parameter of the filters that are searched "
            f"({', '.join(f.name for f in space.filters)})"
        )
    digest = hashlib.sha256(json.dumps(known).encode()).hexdigest()
    return Start(space.encode(known), {"name": Path(name).name, "sha256": digest})

"""Chains by the names of their filter families."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from blackcamo import plugins
from blackcamo.errors import OptionError
from blackcamo.filters.chain import Chain
from blackcamo.filters.look import FileLook
from blackcamo.filters.order import BUILT_IN
from blackcamo.looks import Look
from blackcamo.types import Filter


def built_in() -> list[Filter]:
    """The families that come with blackcamo, in the order of their work."""
    return [plugins.load("filters", name)() for name in BUILT_IN]


def load_chain(
    names: Sequence[str] | None = None,
    *,
    look: Look | None = None,
    seed: int = 0,
    device: torch.device | str = "cpu",
) -> Chain:
    """The chain of the named filter families, None being all built-in ones, and a file's look.

    Raises:
        UnknownNameError: no family of that name; says which one may be meant.
        OptionError: no name, a name given twice, or families that cannot stand together.
    """
    wanted = BUILT_IN if names is None else tuple(names)
    if not wanted:
        raise OptionError(f"no filter is named; choose from {', '.join(plugins.names('filters'))}")
    for name in wanted:
        if wanted.count(name) > 1:
            raise OptionError(f"filter {name!r} is named twice; name it once")
    if look is None and FileLook.name in wanted:
        raise OptionError(f"filter {FileLook.name!r} needs the look of a file: search --look FILE")
    families = [plugins.load("filters", n)() for n in wanted if n != FileLook.name]
    if look is not None:
        families.append(FileLook(look))
    return Chain(families, seed=seed, device=device)

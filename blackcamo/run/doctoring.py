"""Diagnosis of this machine: what is there, what is missing, and the command that mends it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from blackcamo import plugins
from blackcamo.devices import resolve_device, usable_cores
from blackcamo.errors import BlackcamoError
from blackcamo.extras import installing
from blackcamo.run.config import DEFAULT_STORAGE
from blackcamo.run.results import CheckEntry
from blackcamo.run.versions import versions
from blackcamo.study.storage import open_storage
from blackcamo.types import PathLike
from blackcamo.weights import home, installed, known

_NEEDED = re.compile(r"^([\w.-]+).*extra == ['\"]([\w-]+)['\"]")
_FOR_AUTHORS = frozenset({"test", "lint", "docs"})


def doctor(storage: PathLike = DEFAULT_STORAGE) -> list[CheckEntry]:
    """Look at versions, device, extras, plug-ins, weights and storage; nothing is changed.

    Args:
        storage: journal file or Optuna storage URL.
    """
    return [
        *_versions(),
        _device(),
        *_extras(),
        *_broken_plugins(),
        *_weights(),
        _storage(storage),
    ]


def _versions() -> Iterator[CheckEntry]:
    for name, found in versions().items():
        yield CheckEntry(part="version", name=name, ok=found != "unknown", found=found)


def _device() -> CheckEntry:
    device, cores = resolve_device("auto"), usable_cores()
    return CheckEntry(part="device", name=device, ok=True, found=f"{cores} cores to be used")


def _extras() -> Iterator[CheckEntry]:
    """Each extra that users may want, and which of its packages are not there."""
    packages: dict[str, list[str]] = {}
    for line in requires("blackcamo") or ():
        if (match := _NEEDED.match(line)) and match[2] not in _FOR_AUTHORS:
            packages.setdefault(match[2], []).append(match[1])
    for extra, names in sorted(packages.items()):
        missing = [name for name in names if name != "blackcamo" and _version(name) is None]
        found = ", ".join(f"{name} {_version(name) or 'missing'}" for name in names)
        mend = installing(extra) if missing else None
        yield CheckEntry(part="extra", name=extra, ok=not missing, found=found, mend=mend)


def _broken_plugins() -> Iterator[CheckEntry]:
    """Plug-ins that cannot be loaded; those that lack an extra are told with that."""
    groups: tuple[plugins.Group, ...] = ("scorers", "filters", "styles", "appeals", "exporters")
    for group in groups:
        for name in plugins.names(group):
            try:
                plugins.load(group, name)
            except BlackcamoError as error:
                kind = group.removesuffix("s")
                yield CheckEntry(part=kind, name=name, ok=False, found=str(error))


def _weights() -> Iterator[CheckEntry]:
    for name in known():
        path = installed(name)
        mend = None if path else f"blackcamo weights install {name}"
        found = f"in {home()}" if path else "not installed"
        yield CheckEntry(part="weights", name=name, ok=path is not None, found=found, mend=mend)


def _storage(storage: PathLike) -> CheckEntry:
    name = str(storage)
    if "://" not in name and not Path(name).exists():
        parent = next(p for p in Path(name).absolute().parents if p.exists())
        if os.access(parent, os.W_OK):
            return CheckEntry(part="storage", name=name, ok=True, found="made by the first search")
        mend = "name another one with --storage"
        found = f"{parent} may not be written to"
        return CheckEntry(part="storage", name=name, ok=False, found=found, mend=mend)
    try:
        # A URL may hold a password; this is how the storage names itself.
        opened = open_storage(storage)
        count = len(opened.summaries())
    except BlackcamoError as error:
        shown = "storage" if "://" in name else name
        return CheckEntry(part="storage", name=shown, ok=False, found=str(error))
    return CheckEntry(part="storage", name=str(opened.where), ok=True, found=f"{count} studies")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None

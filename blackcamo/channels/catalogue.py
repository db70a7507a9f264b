"""Channels by name, and sets of them: those of the package, and those of a user's TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from blackcamo import plugins
from blackcamo.channels.passage import Passage
from blackcamo.errors import InputError, MissingExtraError, OptionError, UnknownNameError

_MAX_BYTES = 1 << 20
_FIELDS = {"channels": {"steps", "source", "date"}, "sets": {"channels"}}


@dataclass(frozen=True, slots=True)
class Named:
    """A channel of a catalogue: its steps, where its figures come from, and of when they are."""

    steps: str
    source: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Named channels, and sets of channels by the name of the set."""

    channels: Mapping[str, Named]
    sets: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Channels:
    """Channels in the order asked for, and which cannot be used here, with the reason."""

    passages: tuple[Passage, ...]
    missing: tuple[str, ...] = ()


@cache
def built_in() -> Catalogue:
    """The catalogue of the package."""
    text = files("blackcamo.channels").joinpath("channels.toml").read_text("utf-8")
    return parse_catalogue(text, "channels.toml")


def read_catalogue(path: Path) -> Catalogue:
    """The catalogue of a user's file.

    Raises:
        InputError: it cannot be read, or is none.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise InputError(f"{path}: a file of channels must have at most {_MAX_BYTES} bytes")
        return parse_catalogue(data.decode(), str(path))
    except OSError as error:
        raise InputError(f"{path}: channels cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: no file of channels: it is not UTF-8 text") from error


def parse_catalogue(text: str, where: str) -> Catalogue:
    """The catalogue that a TOML document holds.

    Args:
        where: the file, for messages.

    Raises:
        InputError: it is not TOML, or has other tables or fields than channels and sets.
    """
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # whole numbers of thousands of digits, too
        raise InputError(f"{where}: no TOML: {' '.join(str(error).split())[:200]}") from error
    for table, entries in document.items():
        if table not in _FIELDS or not isinstance(entries, dict):
            raise InputError(
                f"{where}: {table[:40]!r} is no table of channels; there are [channels.NAME] and "
                "[sets.NAME]"
            )
    named = {
        name: Named(**_entry(where, "channels", name, entry))
        for name, entry in document.get("channels", {}).items()
    }
    sets = {
        name: tuple(_entry(where, "sets", name, entry)["channels"])
        for name, entry in document.get("sets", {}).items()
    }
    return Catalogue(named, sets)


def _entry(where: str, table: str, name: str, entry: Any) -> dict[str, Any]:
    needed = "channels" if table == "sets" else "steps"
    if not isinstance(entry, dict) or needed not in entry or entry.keys() - _FIELDS[table]:
        raise InputError(
            f"{where}: {table}.{name[:40]} must have {needed}, and may have "
            f"{', '.join(sorted(_FIELDS[table]))} only"
        )
    for field, value in entry.items():
        texts = value if field == "channels" else [value]
        if not isinstance(texts, list) or not all(isinstance(t, str) for t in texts):
            kind = "a list of texts" if field == "channels" else "a text"
            raise InputError(f"{where}: {table}.{name[:40]}.{field} must be {kind}")
    return entry


def channels(names: Iterable[str]) -> Channels:
    """The channels that names say, each once.

    Those of a set, or of a file, whose packages are not installed are left out, and said; one that
    is named by itself is refused then.

    Args:
        names: of channels, of sets, specs such as "resize:75%+jpeg:85", or files that end in
            ".toml", for all channels in them.

    Raises:
        UnknownNameError: nothing of a name; says which one may be meant.
        OptionError: no name, or a step's argument out of its bounds.
        MissingExtraError: a channel needs a package that is not installed.
        InputError: a file cannot be read.
    """
    found: dict[str, Passage] = {}
    missing: list[str] = []
    for name in names:
        catalogue = built_in()
        if name.endswith(".toml"):
            catalogue = read_catalogue(Path(name))
            members = tuple(catalogue.channels)
        elif name in catalogue.sets:
            members = catalogue.sets[name]
        else:
            found.setdefault(name, _passage(name, catalogue))
            continue
        for member in members:
            try:
                found.setdefault(member, _passage(member, catalogue))
            except MissingExtraError as error:
                missing.append(f"{member} is left out: {error}")
            except InputError as error:
                raise type(error)(f"{name}: {error}") from error
    if not found:
        raise OptionError(f"no channel is named; choose from {', '.join(_known())}")
    return Channels(tuple(found.values()), tuple(missing))


def names_several(name: str) -> bool:
    """Whether a name is that of a set or a file, and not of a single channel."""
    return name.endswith(".toml") or name in built_in().sets


def _passage(name: str, catalogue: Catalogue) -> Passage:
    named = catalogue.channels.get(name)
    if named is not None:
        return Passage.parse(named.steps, name=name)
    first = name.partition("+")[0].partition(":")[0]
    if first not in plugins.names("channels"):
        raise UnknownNameError(plugins.unknown("channel", name, _known()))
    return Passage.parse(name)


def _known() -> list[str]:
    return [*built_in().sets, *built_in().channels, *plugins.names("channels")]

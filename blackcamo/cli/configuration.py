"""Defaults of options from files and the environment, each with its source.

Defaults < the user's file < blackcamo.toml of the current folder < environment < options. A file
has options by their long names, those of one command in a table of its name:

    storage = "/home/me/studies.journal"    # of every command that has it

    [search]
    budget = 1000

The folder that somebody stands in may hold a stranger's blackcamo.toml. Like a preset it is read as
data: NAMES and PLACES say what it may set. What --config names is trusted as options are.
"""

from __future__ import annotations

import inspect
import operator
import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from blackcamo.errors import BlackcamoError, OptionError

FILE = "blackcamo.toml"
USER_FILE = "BLACKCAMO_CONFIG"
"""Names another file of the user's; empty for none."""
_PREFIX = "BLACKCAMO"
_MAX_BYTES = 1 << 20

_SPLIT = str.split
MODEL = frozenset(
    _SPLIT("scorer scorer-option device engine preprocess threshold range lower-is-better")
)
"""How a scorer is asked: not taken from the top of a file where a preset or study says it."""
SHARED = MODEL | frozenset(
    _SPLIT("appeal-floor pictures quality quiet storage strategy subsampling target")
)
"""Options that mean the same to each command that has them: these may stand at the top."""
ACTIONS = frozenset({"config", "help", "json", "open", "print-config"})
"""Options that do something once: they stand in no file."""
NAMES = frozenset(
    _SPLIT(
        "aggregate alternatives appeal appeal-floor batch best-efforts budget channel channels "
        "device engine finish for format jobs keep-framing keep-size look look-strength "
        "lower-is-better mode no-pictures no-score photos-at-once points preprocess profile proxy "
        "quality range recursive retry-failed robust score scorer seed shown size split "
        "strategy strength style subsampling target threshold travel until"
    )
)
"""Names, numbers and switches of which a file may speak that nobody has named: with them
blackcamo computes, and reads data at most. All others can start a program, ask a host, send a
secret, replace or remove files, or could once somebody gives a new option its name."""
PLACES = frozenset({"storage", "search out"})
"""Where such a file may have something written that replaces nothing, below its own folder."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that somebody chose, and where."""

    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command's options, by their long names.

    Args:
        path: its name, and that of its group before it; a group's commands have no table.
        hints: the types of its options.
        names: what its function calls them.
        records: its scorer is by default that of a preset or study.
    """

    path: tuple[str, ...]
    hints: Mapping[str, Any]
    names: Mapping[str, str]
    records: bool

    @classmethod
    def of(cls, command: Any, path: tuple[str, ...]) -> Command:
        """The command that typer has made of a function."""
        told = inspect.signature(command.callback).parameters
        hints, names, records = {}, {}, False
        for one in command.params:
            if one.param_type_name == "option" and one.name in told:
                key = one.opts[0].removeprefix("--")
                hint = told[one.name].annotation
                hints[key], names[key] = get_args(hint)[0], one.name
                records |= key == "scorer" and one.default is None
        return cls(path, hints, names, records)

    @property
    def called(self) -> str:
        """Its name as one types it."""
        return " ".join(self.path)

    def shares(self, key: str) -> bool:
        """Whether what stands at the top of a file is meant for it, too."""
        return key in self.hints and not (self.records and key in MODEL)


def settings(
    command: Command, tables: Iterable[str], chosen: Path | None
) -> tuple[dict[str, Setting], tuple[str, ...]]:
    """Settings of a command in files and the environment, by long names of options.

    Args:
        tables: what tables a file may have: commands and groups of them.
        chosen: a file in place of all others and of the environment.

    Returns:
        The settings, and those of them that come from a file that happened to lie here.

    Raises:
        OptionError: a file cannot be read, or a key or value is none that there is.
    """
    if chosen is not None:
        return dict(_of_file(command, tables, chosen, f"--config {chosen}")), ()
    found: dict[str, Setting] = {}
    own = _user_file()
    if own is not None:
        found |= _of_file(command, tables, own, str(own))
    here: dict[str, Setting] = {}
    if os.path.lexists(FILE):
        here = dict(_of_file(command, tables, Path(FILE), FILE))
        for key, setting in here.items():
            _check_project(command, key, setting.value)
    found |= here
    found |= _of_environment(command, tables)
    return found, tuple(key for key, setting in here.items() if found[key] is setting)


def _user_file() -> Path | None:
    """The user's own file, if there is one.

    Raises:
        OptionError: one is named that is not there.
    """
    from platformdirs import user_config_path

    named = os.environ.get(USER_FILE)
    if named is None:
        path = user_config_path("blackcamo", appauthor=False) / "config.toml"
        return path if path.exists() else None
    return Path(named) if named else None


def _of_file(
    command: Command, tables: Iterable[str], path: Path, source: str
) -> Iterator[tuple[str, Setting]]:
    """The settings of a file for one command, the top first."""
    document = _read(path)
    _check_names(path, "option or table", document, {*SHARED, *tables})
    top = {key: value for key, value in document.items() if command.shares(key)}
    table = document.get(command.called, {})
    if not isinstance(table, dict):
        raise OptionError(
            f"{path}: {command.called} is {table!r}; it is a command: write [{command.called}] "
            "and its options below"
        )
    _check_names(path, f"option of [{command.called}]", table, command.hints.keys() - ACTIONS)
    for where, values in (("", top), (f"[{command.called}] ", table)):
        for key, value in values.items():
            told = _checked(f"{path}: {where}", key, value, command.hints[key])
            yield key, Setting(told, source)


def _read(path: Path) -> dict[str, Any]:
    from blackcamo.weights.files import check_file

    try:
        check_file(path, most_bytes=_MAX_BYTES)
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise OptionError(f"{path}: it cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:  # whole numbers of thousands of digits, too
        raise OptionError(f"{path}: no TOML: {' '.join(str(error).split())[:200]}") from error


def _check_names(where: Path | str, kind: str, given: Iterable[str], known: Iterable[str]) -> None:
    from blackcamo.plugins import unknown

    for name in given:
        if name not in known:
            raise OptionError(f"{where}: {unknown(kind, name, known)}")


def _checked(where: str, key: str, value: Any, hint: Any) -> Any:
    """A value of the type that its option has."""
    from blackcamo.run.keywords import refusal

    if problem := refusal(key, value, _in_text(hint)):
        raise OptionError(where + problem)
    return value


def _in_text(hint: Any) -> Any:
    """A type with texts in place of paths, which no file can hold."""
    inside = [_in_text(one) for one in get_args(hint)]
    if get_origin(hint) is list:
        return list[inside[0]]  # type: ignore[valid-type]
    if get_origin(hint) in (Union, UnionType):
        return reduce(operator.or_, inside)
    return str if hint is Path else hint


def _check_project(command: Command, key: str, value: Any) -> None:
    """Refuse what a file must not say that nobody has named.

    Raises:
        OptionError: says what, and how to say it.
    """
    instead = f"write it into your own file, or say --config {FILE} if you trust this one"
    if key in PLACES or f"{command.called} {key}" in PLACES:
        if not _is_below(value):
            raise OptionError(
                f"{FILE}: {key} is {value!r}; it must be a path below this folder: {instead}"
            )
    elif key not in NAMES:
        raise OptionError(
            f"{FILE}: {key} may reach a program, a host, a secret or a file, and is not taken from "
            f"a file that lies where you happen to be: {instead}"
        )
    elif key == "scorer" and not all(map(_only_computes, value.split(","))):
        raise OptionError(
            f"{FILE}: scorer is {value!r}, which may run a program or send pictures elsewhere: "
            f"{instead}"
        )


def _only_computes(spec: str) -> bool:
    from blackcamo.scorers import scorer_is_pure

    try:
        return scorer_is_pure(spec.strip())
    except BlackcamoError:
        return False


def _is_below(place: str) -> bool:
    """Whether a place lies in the current folder, whatever links there are in it."""
    here = Path.cwd().resolve()
    return "://" not in place and (here / place).resolve().is_relative_to(here)


def _of_environment(command: Command, tables: Iterable[str]) -> Iterator[tuple[str, Setting]]:
    """Settings in variables: BLACKCAMO_STORAGE of every command, BLACKCAMO_SEARCH_BUDGET of one."""
    shared = {variable((), key): key for key in SHARED if command.shares(key)}
    own = {variable(command.path, key): key for key in command.hints.keys() - ACTIONS}
    before = variable(command.path, "")
    longer = tuple(v for v in (variable((t,), "") for t in tables) if len(v) > len(before))
    meant = (n for n in os.environ if n.startswith(before) and not n.startswith(longer))
    _check_names("environment", "variable", meant, own)
    for name, key in (*shared.items(), *own.items()):
        if text := os.environ.get(name):
            hint = command.hints[key]
            yield key, Setting(_checked("environment: ", name, _read_text(text, hint), hint), name)


def variable(path: tuple[str, ...], key: str) -> str:
    """The name of an option's variable.

    >>> variable(("search",), "appeal-floor")
    'BLACKCAMO_SEARCH_APPEAL_FLOOR'
    """
    return "_".join((_PREFIX, *path, key)).replace("-", "_").upper()


def _read_text(text: str, hint: Any) -> Any:
    """The value of a variable, the text itself where it is none of that type."""
    kinds = get_args(hint) if get_origin(hint) not in (None, list, tuple) else (hint,)
    for kind in kinds:
        try:
            if get_origin(kind) is list:
                return text.split()
            if get_origin(kind) is tuple:
                return [float(part) for part in text.split()]
            if kind in _READERS:
                return _READERS[kind](text)
        except (ValueError, KeyError):
            continue
    return text


_SWITCHES = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_READERS: dict[Any, Callable[[str], Any]] = {
    bool: lambda text: _SWITCHES[text.lower()],
    int: int,
    float: float,
}

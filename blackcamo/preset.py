"""Presets: a candidate's named parameters with provenance, as JSON and in plain words."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from blackcamo import plugins
from blackcamo.errors import InputError, PresetError
from blackcamo.records import typed
from blackcamo.space import FilterSpace
from blackcamo.strict_json import MAX_BYTES, MAX_INT, parse_object, plain, refuse, short
from blackcamo.types import Filter, Mode, Param
from blackcamo.wording import recipe

if TYPE_CHECKING:
    from blackcamo.filters.chain import Chain
    from blackcamo.looks import Look

FORMAT = "blackcamo-preset"
VERSION = 3

_GONE = ("residual", "light", "texture")  # the families that version 2 had
_LOOK = "look"  # the family that mixes in the look of a file
_MAX_LUT_SIZE = 129

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Preset:
    """A look that any photo can be given, and how it was found.

    A preset is checked and copied when it is made, so that whatever exists can be written and
    read back: ``Preset.from_json(preset.to_json()) == preset``. Whether the parameters lie in
    the filters' ranges is for `FilterSpace.complete` to say.

    Args:
        filters: the filter families by name, in the order in which they are applied.
        lut_size: nodes per axis of the look's 3D LUT, 2-129.
        params: parameter name -> value in physical units; those left out are neutral.
        seed: what fixes the film grain.
        keep_size: whether it is delivered at the photo's size: crops resampled to it, none doubled.
        mode: what the search was after.
        style: the style that it was found with, empty for none.
        finish: the frame around the picture by name, empty for none.
        recipe: the parameters in plain language, one line.
        look: what the filter "look" mixes in, as `Look.to_json` gives it; None without it.
        provenance: JSON values: scorer, scores, appeal, channel, versions, photo and so on.
        extra: top-level fields of a file that this version does not know; they are kept.

    Raises:
        PresetError: a field of the wrong type or out of its bounds.
    """

    filters: tuple[str, ...]
    lut_size: int
    params: Mapping[str, float]
    seed: int = 0
    keep_size: bool = False
    mode: Mode = "enhance"
    style: str = ""
    finish: str = ""
    recipe: str = ""
    look: Mapping[str, object] | None = None
    provenance: Mapping[str, object] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("params", "provenance", "extra"):
            value = getattr(self, name)
            if not isinstance(value, Mapping):
                refuse(name, value, "an object of named values")
            object.__setattr__(self, name, plain(value, name))
        object.__setattr__(self, "filters", _names(self.filters))
        if (self.look is not None) != (_LOOK in self.filters):
            refuse("look", self.look, f"there where filters name {_LOOK!r}, and only there")
        if self.look is not None:
            object.__setattr__(self, "look", plain(self.look, "look"))
            self._file_look()
        object.__setattr__(self, "params", _numbers(self.params))
        _check_int("lut_size", self.lut_size, 2, _MAX_LUT_SIZE)
        _check_int("seed", self.seed, 0, MAX_INT)
        if not isinstance(self.keep_size, bool):
            refuse("keep_size", self.keep_size, "true or false")
        if self.mode not in get_args(Mode):
            refuse("mode", self.mode, f"one of {', '.join(get_args(Mode))}")
        clash = self.extra.keys() & ({f.name for f in fields(self)} | {"format", "version"})
        if clash:
            refuse("extra", sorted(clash), "made of fields that have no other place")
        for name in ("recipe", "style", "finish"):
            text = getattr(self, name)
            if not isinstance(text, str) or not text.isprintable():
                refuse(name, text, "one line of printable text")

    def recorded(self, name: str, kind: type[T]) -> T:
        """The value of a provenance field; ``kind`` may be a dataclass of its fields.

        Raises:
            PresetError: the preset does not record it, or with another type.
        """
        if self.provenance.get(name) is None:
            raise PresetError(f"preset records no {name}; it needs one that a search wrote")
        return typed(kind, self.provenance[name], f"preset records {name} otherwise", PresetError)

    def chain(self, *, device: str = "cpu") -> Chain:
        """The filters that the parameters belong to, on a device.

        Raises:
            UnknownNameError: a filter that is not installed.
            PresetError: installed filters bake a LUT of another size.
        """
        from blackcamo.filters.loading import load_chain

        chain = load_chain(self.filters, look=self._file_look(), seed=self.seed, device=device)
        if chain.space.lut_size != self.lut_size:
            raise PresetError(
                f"preset has lut_size {self.lut_size}, its installed filters "
                f"{chain.space.lut_size}; use the blackcamo version that wrote it"
            )
        return chain

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes to read before it is applied: an older version could carry more."""
        migrated = self.extra.get("migrated")
        changed = migrated.get("changed") if isinstance(migrated, dict) else None
        if not isinstance(changed, list) or not changed:
            return ()
        return (
            f"the preset is of an older version; {len(changed)} of its parameters no longer exist "
            f"or are bounded ({', '.join(map(short, changed[:4]))}"
            f"{', ...' if len(changed) > 4 else ''}), so that the look is another one",
        )

    def _file_look(self) -> Look | None:
        if self.look is None:
            return None
        from blackcamo.looks import Look

        return Look.from_json(self.look)

    def to_json(self) -> str:
        """The preset as JSON: keys sorted, numbers exact, one trailing newline."""
        known = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "extra"}
        document = {**self.extra, **known, "format": FORMAT, "version": VERSION}
        return json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Preset:
        """Read what `to_json` wrote; files of others are welcome if they hold to the format.

        A preset of an older version is migrated: it is written again as one of this version.

        Raises:
            PresetError: malformed or oversized JSON, another format or version, a field of the
                wrong type or out of its bounds.
        """
        document = parse_object(text)
        if document.pop("format", None) != FORMAT:
            raise PresetError(f'not a preset: the field "format" must be "{FORMAT}"')
        version = document.pop("version", None)
        if type(version) is not int or not 1 <= version <= VERSION:
            raise PresetError(
                f"preset version {short(version)} is unknown; this blackcamo reads versions "
                f"1 to {VERSION}, a newer one may read it"
            )
        for older in range(version, VERSION):
            document = _MIGRATIONS[older](document)
        missing = [name for name in ("filters", "lut_size", "params") if name not in document]
        if missing:
            raise PresetError(f"preset lacks the field {missing[0]!r}")
        names = {f.name for f in fields(cls)} - {"extra"}
        known = {name: document.pop(name) for name in names & document.keys()}
        return cls(**known, extra=document)


def _from_2(document: dict[str, Any]) -> dict[str, Any]:
    """Version 3 has fewer filters, with ranges in which they are liked.

    What is left of an older look stays, within those ranges; the names of what was changed are
    recorded as ``migrated``. Fields of names that version 3 added were somebody else's.
    """
    from blackcamo.filters.loading import built_in

    added = ("style", "finish", "migrated")
    document = {f"{k}_of_version_2" if k in added else k: v for k, v in document.items()}
    if "filters" not in document or not isinstance(document.get("params"), dict):
        return document
    filters, params = _names(document["filters"]), _numbers(document["params"])
    families = built_in()
    needed, kept = _left_of_2(filters, params, families)
    changed = sorted(name for name, value in params.items() if kept.get(name) != value)
    document |= {"filters": needed or ["tone"], "params": kept}
    if changed:
        ours = FilterSpace(family for family in families if family.name in needed)
        # What others' filters do cannot be told here.
        said = recipe(ours, kept) if kept.keys() <= set(ours.names) else ""
        document |= {"recipe": said, "migrated": {"from_version": 2, "changed": changed}}
    return document


def _left_of_2(
    filters: Sequence[str], params: Mapping[str, float], families: Sequence[Filter]
) -> tuple[list[str], dict[str, float]]:
    """The filters and parameters that version 3 still has, these within their ranges."""
    known = {p.name: (family.name, p) for family in families for p in family.params}
    others = set(filters) - {*_GONE, _LOOK, *(family.name for family in families)}
    theirs = {f"{_LOOK}_percent", *_declared(others, params)}
    needed = [name for name in filters if name not in _GONE]
    needed += [known[name][0] for name in params if name in known]
    kept = {
        name: _bounded(value, known[name][1]) if name in known else value
        for name, value in params.items()
        if name in known or name in theirs
    }
    return list(dict.fromkeys(needed)), kept


def _bounded(value: float, param: Param) -> float:
    return min(max(value, param.low), param.high)


def _declared(filters: set[str], params: Collection[str]) -> set[str]:
    """The parameters of filters that others made; any may be where one is not installed."""
    if not filters <= set(plugins.names("filters")):
        return set(params)
    return {p.name for name in filters for p in plugins.load("filters", name)().params}


def _from_1(document: dict[str, Any]) -> dict[str, Any]:
    """Version 2 added ``look``; a field of that name in version 1 was somebody else's."""
    if "look" not in document:
        return document
    return {**document, "look_of_version_1": document["look"], "look": None}


_MIGRATIONS = {1: _from_1, 2: _from_2}
"""Version -> what makes a document of the next version of it."""


def read_preset(path: Path) -> Preset:
    """Read a preset file.

    Raises:
        PresetError: the file cannot be read, or is no preset.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PresetError(f"{path}: preset cannot be read ({error.strerror})") from error
    try:
        return Preset.from_json(data.decode())
    except UnicodeDecodeError as error:
        raise PresetError(f"{path}: not a preset: the file is not UTF-8 text") from error
    except PresetError as error:
        raise PresetError(f"{path}: {error}") from error


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Say in errors about a preset which file it is.

    Raises:
        InputError: of the same kind, with the file's name.
    """
    try:
        yield
    except InputError as error:
        if str(path) in str(error):
            raise
        raise type(error)(f"{path}: {error}") from error


def _names(value: object) -> tuple[str, ...]:
    if (
        not isinstance(value, list | tuple)
        or not value
        or not all(isinstance(name, str) and name and name.isprintable() for name in value)
        or len(set(value)) != len(value)
    ):
        refuse("filters", value, "a list of different filter names")
    return tuple(value)


def _numbers(params: Mapping[str, object]) -> dict[str, float]:
    for name, value in params.items():
        if type(value) not in (int, float):
            refuse(f"parameter {short(name)}", value, "a number")
    return {name: float(value) for name, value in params.items()}  # type: ignore[arg-type]


def _check_int(field_name: str, value: object, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        refuse(field_name, value, f"a whole number from {low} to {high}")

"""Presets: a candidate's named parameters with provenance, as JSON and in plain words."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, get_args

from blackcamo.errors import PresetError
from blackcamo.space import FilterSpace
from blackcamo.types import Mode, Param

if TYPE_CHECKING:
    from blackcamo.filters.chain import Chain

FORMAT = "blackcamo-preset"
VERSION = 1
MAX_BYTES = 1 << 20
MAX_DEPTH = 16

_MAX_INT = 2**63 - 1
_MAX_LUT_SIZE = 129
_NEAR_NEUTRAL = 0.02  # share of a parameter's range

T = TypeVar("T", bool, int, float, str, dict[str, Any])


@dataclass(frozen=True, kw_only=True, slots=True)
class Preset:
    """What it takes to give any photo this look, and how it was found.

    A preset is checked and copied when it is made, so that whatever exists can be written and
    read back: ``Preset.from_json(preset.to_json()) == preset``. Whether the parameters lie in
    the filters' ranges is for `FilterSpace.complete` to say.

    Args:
        filters: the filter families by name, in the order in which they are applied.
        lut_size: nodes per axis of the look's 3D LUT, 2-129.
        params: parameter name -> value in physical units; those left out are neutral.
        seed: what fixes the film grain.
        keep_size: whether a cropped picture is resampled to the photo's size.
        mode: what the search was after.
        recipe: the parameters in plain language, one line.
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
    recipe: str = ""
    provenance: Mapping[str, object] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("params", "provenance", "extra"):
            value = getattr(self, name)
            if not isinstance(value, Mapping):
                _refuse(name, value, "an object of named values")
            object.__setattr__(self, name, _plain(value, name))
        object.__setattr__(self, "filters", _names(self.filters))
        object.__setattr__(self, "params", _numbers(self.params))
        _check_int("lut_size", self.lut_size, 2, _MAX_LUT_SIZE)
        _check_int("seed", self.seed, 0, _MAX_INT)
        if not isinstance(self.keep_size, bool):
            _refuse("keep_size", self.keep_size, "true or false")
        if self.mode not in get_args(Mode):
            _refuse("mode", self.mode, f"one of {', '.join(get_args(Mode))}")
        clash = self.extra.keys() & ({f.name for f in fields(self)} | {"format", "version"})
        if clash:
            _refuse("extra", sorted(clash), "made of fields that have no other place")
        if not isinstance(self.recipe, str) or not self.recipe.isprintable():
            _refuse("recipe", self.recipe, "one line of printable text")

    def recorded(self, name: str, kind: type[T]) -> T:
        """The value of a provenance field, whole numbers accepted where ``kind`` is float.

        Raises:
            PresetError: the preset does not record it, or with another type.
        """
        value = self.provenance.get(name)
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            raise PresetError(
                f"preset records no {name} ({kind.__name__}); it needs one that a search wrote"
            )
        return value

    def chain(self, *, device: str = "cpu") -> Chain:
        """The filters that the parameters belong to, on a device.

        Raises:
            UnknownNameError: a filter that is not installed.
            PresetError: installed filters bake a LUT of another size.
        """
        from blackcamo.filters.chain import load_chain

        chain = load_chain(self.filters, seed=self.seed, device=device)
        if chain.space.lut_size != self.lut_size:
            raise PresetError(
                f"preset has lut_size {self.lut_size}, its installed filters "
                f"{chain.space.lut_size}; use the blackcamo version that wrote it"
            )
        return chain

    def to_json(self) -> str:
        """The preset as JSON: keys sorted, numbers exact, one trailing newline."""
        known = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "extra"}
        document = {**self.extra, **known, "format": FORMAT, "version": VERSION}
        return json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Preset:
        """Read what `to_json` wrote; files of others are welcome if they hold to the format.

        Raises:
            PresetError: malformed or oversized JSON, another format or version, a field of the
                wrong type or out of its bounds.
        """
        document = _parse(text)
        if document.pop("format", None) != FORMAT:
            raise PresetError(f'not a preset: the field "format" must be "{FORMAT}"')
        version = document.pop("version", None)
        if type(version) is not int or version != VERSION:
            raise PresetError(
                f"preset version {_short(version)} is unknown; this blackcamo reads version "
                f"{VERSION}, a newer one may read it"
            )
        missing = [name for name in ("filters", "lut_size", "params") if name not in document]
        if missing:
            raise PresetError(f"preset lacks the field {missing[0]!r}")
        names = {f.name for f in fields(cls)} - {"extra"}
        known = {name: document.pop(name) for name in names & document.keys()}
        return cls(**known, extra=document)


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


def recipe(space: FilterSpace, params: Mapping[str, float], *, limit: int = 8) -> str:
    """Parameters in plain language, strongest first; those near neutral are left out.

    Args:
        space: where the parameters live.
        params: name -> value in physical units; those left out are neutral.
        limit: how many to name; the others are counted.

    Raises:
        OptionError: an unknown parameter, or a value out of its range.
    """
    full = space.complete(params)
    strength = dict(zip(space.names, abs(space.encode(full)).tolist(), strict=True))
    changed = at_work(space.params, {n for n in space.names if strength[n] >= _NEAR_NEUTRAL})
    changed.sort(key=lambda p: -strength[p.name])
    said = [describe(p, full[p.name]) for p in changed[:limit]]
    if len(changed) > limit:
        said.append(f"{len(changed) - limit} smaller changes")
    return ", ".join(said) or "no change"


def at_work(params: Sequence[Param], changed: Collection[str]) -> list[Param]:
    """Those of the changed parameters that show.

    A parameter named after another (crop_x_percent after crop_percent) says how the other is
    done, and does nothing without it.
    """
    idle = {p.name.rpartition("_")[0] + "_" for p in params if p.name not in changed} - {"_"}
    return [p for p in params if p.name in changed and not p.name.startswith(tuple(idle))]


def describe(param: Param, value: float) -> str:
    """One parameter in plain language: its change from neutral, after what its help calls it.

    >>> describe(Param("exposure_ev", -1, 1, 0, "EV", "exposure"), 0.3)
    'exposure +0.30 EV'
    >>> describe(Param("vignette_percent", -25, 35, 0, "%", "corners lighter (-) or darker (+)"), 9)
    'corners darker 9 %'
    """
    change = value - param.neutral
    falling, opposite, rising = param.help.partition(" (-) or ")
    sign = ""
    if opposite:
        rising = f"{falling.rpartition(' ')[0]} {rising.removesuffix('(+)').strip()}"
        what, change = (falling if change < 0 else rising), abs(change)
    else:
        what = param.help or param.name
        sign = "+" if param.low < param.neutral else ""
    decimals = max(0, 1 - math.floor(math.log10((param.high - param.low) / 4)))
    gap = "" if param.unit == "°" else " "
    return f"{what} {change:{sign}.{decimals}f}{gap}{param.unit}".strip()


def _parse(text: str) -> dict[str, Any]:
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise PresetError(f"preset is larger than {MAX_BYTES} bytes")
    try:
        document = json.loads(
            text,
            parse_constant=lambda name: _refuse("a number", name, "finite"),
            parse_int=_parse_int,
            object_pairs_hook=_unique,
        )
    except json.JSONDecodeError as error:
        raise PresetError(
            f"malformed JSON in preset at line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    except RecursionError as error:
        raise PresetError(f"preset is nested deeper than {MAX_DEPTH} levels") from error
    if not isinstance(document, dict):
        _refuse("the whole file", document, "an object of named values")
    return document


def _parse_int(digits: str) -> int:
    # Python refuses, or takes seconds for, numbers of thousands of digits.
    if len(digits) > len(str(_MAX_INT)) + 1 or abs(int(digits)) > _MAX_INT:
        _refuse("a number", digits, f"at most {_MAX_INT}")
    return int(digits)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    (key, times), *_ = Counter(key for key, _ in pairs).most_common(1) or [("", 0)]
    if times > 1:
        raise PresetError(f"preset has the field {_short(key)} {times} times")
    return dict(pairs)


def _plain(value: object, field_name: str, depth: int = 1) -> Any:
    """A copy of ``value`` in JSON's own types, with every number finite."""
    if depth > MAX_DEPTH:
        raise PresetError(f"preset field {field_name!r} is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        # A file name may hold bytes that are no text; JSON cannot.
        return value.encode("utf-8", "backslashreplace").decode()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= _MAX_INT:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {_plain(k, field_name): _plain(v, field_name, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, field_name, depth + 1) for item in value]
    return _refuse(field_name, value, "made of text, finite numbers, lists and named values")


def _names(value: object) -> tuple[str, ...]:
    if (
        not isinstance(value, list | tuple)
        or not value
        or not all(isinstance(name, str) and name and name.isprintable() for name in value)
        or len(set(value)) != len(value)
    ):
        _refuse("filters", value, "a list of different filter names")
    return tuple(value)


def _numbers(params: Mapping[str, object]) -> dict[str, float]:
    for name, value in params.items():
        if type(value) not in (int, float):
            _refuse(f"parameter {_short(name)}", value, "a number")
    return {name: float(value) for name, value in params.items()}  # type: ignore[arg-type]


def _check_int(field_name: str, value: object, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        _refuse(field_name, value, f"a whole number from {low} to {high}")


def _refuse(what: str, value: object, wanted: str) -> NoReturn:
    raise PresetError(f"in a preset, {what} is {_short(value)}; it must be {wanted}")


def _short(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."

"""Profiles: what was learned of a scorer once, so that a search need not begin from nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from blackcamo.errors import PresetError, ProfileError
from blackcamo.strict_json import MAX_BYTES, parse_object, plain, short
from blackcamo.styles.hidden import WAYS
from blackcamo.types import Hiding, ScorerInfo
from blackcamo.weights.store import home

FORMAT = "blackcamo-profile"
VERSION = 1
SUFFIX = ".profile.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What hides from a scorer.

    Args:
        scorer: "name" and "digest" of the scorer that it was learned of.
        hiding: way of hiding -> its parameters in physical units; ways that are missing do not
            pay.
        reach: mode -> what it reached with no query on photos that were set aside: "photos",
            "below" (share of those of high quality that fell below the threshold), "drop" (mean
            points), "appeal" (mean).
        learned: provenance: photos by digest, budget, queries, seed, size, versions.
        extra: fields of a file that this version does not know; they are kept.

    Raises:
        ProfileError: a field of the wrong type or out of its bounds.
    """

    scorer: Mapping[str, str]
    hiding: Mapping[str, Mapping[str, float]]
    reach: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    learned: Mapping[str, object] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("name", "digest"):
            if not isinstance(self.scorer.get(name), str):
                raise ProfileError(f"in a profile, scorer names no {name}")
        for way, values in self.hiding.items():
            if not all(type(v) in (int, float) for v in values.values()):
                raise ProfileError(f"in a profile, {short(way)} must have numbers")
        self.ways()

    def ways(self) -> tuple[Hiding, ...]:
        """The ways of hiding that pay, each starting where it was found to.

        Raises:
            ProfileError: a way or parameter that this version has not, or out of its range.
        """
        known = {way.name: way for way in WAYS}
        found = []
        for name, values in self.hiding.items():
            free = known[name].free if name in known else ()
            if values.keys() != {f.name for f in free}:
                raise ProfileError(
                    f"the profile hides by {short(name)} with {short(sorted(values))}, which this "
                    "version has not; learn it anew"
                )
            for one in free:
                if not one.low <= values[one.name] <= one.high:
                    raise ProfileError(
                        f"in a profile, {one.name} is {values[one.name]:g}; it must be between "
                        f"{one.low:g} and {one.high:g}: viewers see more; learn it anew, or search "
                        "with --profile none"
                    )
            moved = tuple(replace(f, start=float(values[f.name])) for f in free)
            found.append(replace(known[name], free=moved))
        return tuple(found)

    def fits(self, info: ScorerInfo) -> bool:
        """Whether it was learned of this very scorer."""
        return dict(self.scorer) == {"name": info.name, "digest": info.digest}

    @property
    def digest(self) -> str:
        """Hex digest of what a search takes from it."""
        return hashlib.sha256(json.dumps(self.hiding, sort_keys=True).encode()).hexdigest()

    def to_json(self) -> str:
        """The profile as JSON: keys sorted, numbers exact, one trailing newline."""
        document = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "extra"}
        document = {**self.extra, **document, "format": FORMAT, "version": VERSION}
        try:
            return json.dumps(plain(document, "profile"), sort_keys=True, indent=1) + "\n"
        except PresetError as error:
            raise ProfileError(str(error)) from error

    @classmethod
    def from_json(cls, text: str) -> Profile:
        """Read what :meth:`to_json` wrote.

        Raises:
            ProfileError: malformed or oversized JSON, another format or version, a field that is
                missing, of the wrong type or out of its bounds.
        """
        try:
            document = parse_object(text)
        except PresetError as error:
            raise ProfileError(str(error)) from error
        if document.pop("format", None) != FORMAT or document.pop("version", None) != VERSION:
            raise ProfileError(
                f'not a profile: the fields "format" and "version" must be "{FORMAT}" and {VERSION}'
            )
        known: dict[str, Any] = {}
        for name in ("scorer", "hiding", "reach", "learned"):
            known[name] = _object(document.pop(name, None), name)
        for way, values in known["hiding"].items():
            _object(values, way)
        return cls(**known, extra=document)


def _object(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ProfileError(f"in a profile, {short(name)} must be an object of named values")
    return value


def file_name(scorer: str) -> str:
    """The name of a profile's file by default.

    >>> file_name("python:my.models:quality")
    'python-my.models-quality.profile.json'

    Args:
        scorer: the scorer's name.
    """
    return (re.sub(r"[^\w.]+", "-", scorer).strip("-.") or "scorer") + SUFFIX


def read_profile(path: Path) -> Profile:
    """Read a profile's file.

    Raises:
        ProfileError: the file cannot be read, or is no profile.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        return Profile.from_json(data.decode())
    except OSError as error:
        raise ProfileError(f"{path}: profile cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path}: not a profile: the file is not UTF-8 text") from error
    except ProfileError as error:
        raise ProfileError(f"{path}: {error}") from error


def installed_folder() -> Path:
    """Where a user's own profiles lie."""
    return home() / "profiles"


def installed_profiles() -> dict[str, Path]:
    """Profiles that are found by name: the user's own before those of the package."""
    shipped = Path(str(files("blackcamo"))) / "learned"
    found = {}
    for folder in (shipped, installed_folder()):
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            found[path.name.removesuffix(SUFFIX)] = path
    return found


def find_profile(name: str) -> tuple[str, Profile]:
    """A profile by its name, or by its file.

    Returns:
        Its name, and the profile.

    Raises:
        ProfileError: there is none, or it cannot be read.
    """
    known = installed_profiles()
    if name in known:
        return name, read_profile(known[name])
    path = Path(name)
    if not path.name.endswith(".json"):
        raise ProfileError(
            f"profile {name!r} is not installed; there are {', '.join(known) or 'none'}, and a "
            f"file must end in {SUFFIX}"
        )
    return path.name.removesuffix(SUFFIX), read_profile(path)


def profile_of(info: ScorerInfo) -> tuple[str, Profile] | None:
    """The installed profile of a scorer, None where there is none; the user's own come first.

    One that was learned of this very scorer comes before one of its namesake, with other weights
    or another engine: what it falls for is much the same, and a search starts from it only.

    Raises:
        ProfileError: one of them cannot be read.
    """
    profiles = [(name, read_profile(path)) for name, path in installed_profiles().items()]
    namesakes = [one for one in reversed(profiles) if one[1].scorer["name"] == info.name]
    return next((one for one in namesakes if one[1].fits(info)), next(iter(namesakes), None))

"""The camouflages whose transfer is judged: delivered files, and studies rendered again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from blackcamo.channel import credited
from blackcamo.errors import BlackcamoError, InputError, PhotoError, PresetError
from blackcamo.finish import finish
from blackcamo.images import Photo, load_photo
from blackcamo.preset import Preset, read_preset
from blackcamo.rendering import render
from blackcamo.run.naming import BEST_EFFORT, CAMOUFLAGE, delivered_in, preset_beside
from blackcamo.run.presets import preset_channel
from blackcamo.run.targets import preset_meant
from blackcamo.types import Pixels, ScorerInfo


@dataclass(frozen=True, slots=True)
class Case:
    """A camouflage: its name, its preset, and what its pixels are."""

    name: str
    preset: Preset
    pixels: Callable[[Photo], Pixels]

    @property
    def attacked(self) -> ScorerInfo:
        """The scorer that it was made for."""
        return self.preset.recorded("scorer", ScorerInfo)

    @property
    def recorded(self) -> tuple[float, float]:
        """The recorded scores of the photo and of the camouflage."""
        before, after = (self.preset.recorded(f"score_{n}", float) for n in ("before", "after"))
        return before, after

    def original(self, photo: Photo) -> tuple[str, Pixels]:
        """The digest of what is sent of the photo unchanged, and what arrives of it."""
        name = self.preset.finish
        sent = finish(name).frame(photo.pixels) if name else photo.pixels
        jpeg, received = preset_channel(self.preset).send(sent)
        return hashlib.sha256(jpeg).hexdigest(), received


def find_cases(
    targets: Sequence[str | Path], storage: str | Path, *, best_efforts: bool
) -> tuple[list[Case], list[str]]:
    """The camouflages that are meant, each once, and why others cannot be used.

    Args:
        targets: folders, files, or names of studies.
        best_efforts: also take what its search could not camouflage.

    Raises:
        InputError: there are none.
        BlackcamoError: a study cannot be read.
    """
    endings = (CAMOUFLAGE, BEST_EFFORT) if best_efforts else (CAMOUFLAGE,)
    found: dict[str, Case] = {}
    errors: list[str] = []
    for target in targets:
        path = Path(target)
        files = [path] if path.is_file() else delivered_in(path, endings) if path.is_dir() else []
        if not path.exists():
            found[str(target)] = _of_study(str(target), storage)
        for file in files:
            try:
                found[str(file)] = _of_file(file)
            except BlackcamoError as error:
                errors.append(named(str(file), error))
    if not found and not errors:
        raise InputError(
            f"{', '.join(map(str, targets))}: no {' or '.join(f'*{e}' for e in endings)} in it; "
            "name folders that `search` wrote to"
        )
    return list(found.values()), errors


def _of_file(path: Path) -> Case:
    beside = preset_beside(path)
    if not beside.is_file():
        raise PresetError(f"{path}: no preset {beside.name} beside it; keep them together")
    preset = read_preset(beside)

    def pixels(_: Photo) -> Pixels:
        picture = load_photo(path)
        if preset.recorded("camouflage", dict).get("sha256") != picture.sha256:
            raise PhotoError(f"{path}: is not the file that its preset records; search again")
        return picture.pixels

    return Case(str(path), preset, pixels)


def _of_study(name: str, storage: str | Path) -> Case:
    preset = preset_meant(name, storage=storage)

    def pixels(photo: Photo) -> Pixels:
        channel = preset_channel(preset)
        sent = render(
            preset.chain(),
            photo.pixels,
            preset.params,
            keep_size=preset.keep_size,
            finish=finish(preset.finish) if preset.finish else None,
        )
        jpeg, received = channel.send(sent)
        data = credited(jpeg, photo.credit, received.shape[1::-1])
        recorded = preset.recorded("camouflage", dict).get("sha256")
        if hashlib.sha256(data).hexdigest() != recorded:
            raise PresetError(
                f"study {name!r} renders other bytes than it delivered; name its folder"
            )
        return channel.decode(data)

    return Case(name, preset, pixels)


def named(name: str, error: BlackcamoError) -> str:
    """A message that says which camouflage it is about."""
    return str(error) if name in str(error) else f"{name}: {error}"

"""Targets on the command line: a study, a preset, or a camouflage."""

from __future__ import annotations

from pathlib import Path

from blackcamo.errors import PhotoError
from blackcamo.images import load_photo
from blackcamo.preset import Preset, read_preset
from blackcamo.run.choosing import study_of
from blackcamo.run.known_views import Presets
from blackcamo.run.presets import make_preset
from blackcamo.run.review import Review
from blackcamo.study import Study


def preset_meant(target: str | Path, *, storage: str | Path, pick: str | int = "best") -> Preset:
    """The preset that a target stands for.

    Args:
        target: a file: a preset, a camouflage whose preset lies in its folder, or a photo, which
            stands for its newest study; else the name of a study, or a beginning that only it has.
        storage: where studies are.
        pick: which trial of a study, as for an export.

    Raises:
        PhotoError: a camouflage is not the file that its preset records.
        BlackcamoError: there is no such study, trial or preset, or a file cannot be read.
    """
    path = Path(target)
    if not path.is_file():
        return _of_study(str(target), storage, pick)
    if path.suffix.lower() == ".json":
        return read_preset(path)
    picture = load_photo(path)
    found = Presets().of(picture)
    if found is None:
        return _of_study(study_of(path, storage), storage, pick)
    _, preset = found
    if preset.recorded("camouflage", dict).get("sha256") != picture.sha256:
        raise PhotoError(f"{path}: is not the file that its preset records; name the preset itself")
    return preset


def _of_study(name: str, storage: str | Path, pick: str | int) -> Preset:
    review = Review(Study.load(storage, name))
    number = review.pick(pick)
    one = review.trials[number]
    return make_preset(
        review.chain(number),
        one.style,
        one.params,
        identity=review.identity(number),
        facts=review.facts(number),
    )

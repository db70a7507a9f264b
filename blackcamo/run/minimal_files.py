"""The minimal recipe of a camouflage as files, and a strip of what its clauses do."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from blackcamo.channel import credited
from blackcamo.errors import ScorerError
from blackcamo.images import Credit, Photo, encode_png, fitting_stem, prepare_folder
from blackcamo.preset import Preset
from blackcamo.report.grid import GridCell, picture_grid
from blackcamo.run.ablations import Ablations
from blackcamo.run.minimal import Explained
from blackcamo.run.naming import BEST_EFFORT, CAMOUFLAGE, PRESET, write_set
from blackcamo.run.presets import make_preset, photo_size
from blackcamo.run.trust import settled_options
from blackcamo.run.versions import versions
from blackcamo.strategies import Goal
from blackcamo.types import Pixels

_STRIP = ".explain.png"
_COLUMNS = 4
_OF_THE_WHOLE = ("trial", "score_in_search", "score_recompressed", "migrated")
"""Fields of a preset's provenance that hold for its own picture alone."""


def write_minimal(
    preset: Preset,
    photo: Photo,
    found: Explained,
    measured: Ablations,
    goal: Goal,
    folder: Path,
    *,
    overwrite: bool,
) -> dict[str, Any]:
    """The minimal recipe as a verified file with its preset, and the strip of pictures."""
    picture = measured.picture(found.kept)
    data = credited(picture.jpeg, photo.credit, picture.received.shape[1::-1])
    delivered = measured.renderer.channel.decode(data)
    # The file itself, not the picture that it was made of, so that this is a query of its own.
    digest = f"file {hashlib.sha256(data).hexdigest()}"
    (answer,) = measured.oracle.ask([(digest, delivered)], kind="verify", reference=True)
    if answer.error is not None:
        raise ScorerError(f"{photo.path}: the minimal recipe cannot be verified: {answer.error}")
    appeal = picture.appraisal
    info = measured.oracle.scorer.info
    succeeded = goal.succeeded(answer.score, appeal.value)
    kept = {k: v for k, v in preset.provenance.items() if k not in _OF_THE_WHOLE}
    made = make_preset(
        measured.renderer.chain,
        preset.style,
        measured.params(found.kept),
        identity={
            **kept,
            "seed": preset.seed,
            "keep_size": preset.keep_size,
            "mode": preset.mode,
            "finish": preset.finish,
        },
        facts={
            "minimal_of": preset.recipe,
            "score_before": found.nothing.score,
            "score_after": answer.score,
            "appeal": appeal.value,
            "appeal_parts": dict(appeal.parts),
            "succeeded": succeeded,
            "photo_size": photo_size(photo.pixels),
            "camouflage": {
                "sha256": hashlib.sha256(data).hexdigest(),
                "width_px": delivered.shape[1],
                "height_px": delivered.shape[0],
            },
            "versions": dict(versions(info.engine)),
            **settled_options(preset.provenance, measured.oracle.scorer),
        },
    )
    prepare_folder(folder)
    ending = CAMOUFLAGE if succeeded else BEST_EFFORT
    stem = write_set(
        {
            PRESET: made.to_json().encode(),
            _STRIP: encode_png(_strip(found, measured), Credit()),
            ending: data,
        },
        folder,
        f"{fitting_stem(photo.path.stem, folder)}.minimal",
        overwrite=overwrite,
    )
    return {
        "output": folder / f"{stem}{ending}",
        "preset": folder / f"{stem}{PRESET}",
        "strip": folder / f"{stem}{_STRIP}",
    }


def _strip(found: Explained, measured: Ablations) -> Pixels:
    """The photo, the recipe without each clause, the minimal recipe and the whole one."""
    info, whole = measured.oracle.scorer.info, frozenset(range(len(measured.parts)))
    cells = [("original", frozenset[int](), found.nothing)]
    for number, clause in enumerate(measured.parts):
        if number in found.alone:
            cells.append((f"without {clause.words}", whole - {number}, found.alone[number]))
    count = len(found.kept)
    cells.append((f"minimal, {count} of {len(whole)} clauses", found.kept, found.minimal))
    cells.append((f"all {len(whole)} clauses", whole, found.full))
    return picture_grid(
        [
            GridCell(
                name, measured.small[kept], f"{info.name} {p.score:.1f}, appeal {p.appeal:.1f}"
            )
            for name, kept, p in cells
        ],
        columns=_COLUMNS,
    )

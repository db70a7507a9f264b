"""What a search hands over: the camouflage, its preset, the picture of both, and the result."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blackcamo.errors import OutputError
from blackcamo.images import Photo, encode_png, prepare_folder, write_bytes
from blackcamo.oracle import is_high_quality
from blackcamo.report.canvas import Scored
from blackcamo.report.compare import compare_picture
from blackcamo.run.presets import make_preset, photo_size
from blackcamo.run.results import DEFAULT_OUT, SearchResult
from blackcamo.run.scoring import CAMOUFLAGE_SUFFIX
from blackcamo.run.setup import Setup
from blackcamo.types import Evaluation, Pixels


@dataclass(frozen=True, slots=True)
class Winner:
    """The candidate to be delivered: its trial, its evaluation in full, its bytes."""

    trial: int
    evaluation: Evaluation
    data: bytes


class Delivery:
    """The files of one photo; their folder is made ready before the first query.

    Raises:
        OutputError: the folder cannot be written to, or the camouflage would replace the photo.
    """

    def __init__(self, setup: Setup, photo: Photo, study: str) -> None:
        self._setup = setup
        self._photo = photo
        self._study = study
        stem = photo.path.stem
        folder = setup.config.out or DEFAULT_OUT / stem
        self.camouflage: Path = folder / f"{stem}{CAMOUFLAGE_SUFFIX}.jpg"
        self.preset: Path = folder / f"{stem}.preset.json"
        self.compare: Path = folder / f"{stem}.compare.png"
        if self.camouflage.resolve() == photo.path.resolve():
            raise OutputError(f"{self.camouflage}: would replace the photo; choose another --out")
        prepare_folder(folder)

    def facts(self, before: float, winner: Winner, again: float | None) -> dict[str, Any]:
        """What preset and study say about the delivered candidate.

        Args:
            before: the score of the photo unchanged.
            again: the score after a second compression, None if no query was left for it.
        """
        after = winner.evaluation
        return {
            "study": self._study,
            "score_before": before,
            "score_after": after.score,
            "score_recompressed": again,
            "appeal": after.appeal,
            "appeal_parts": dict(after.parts),
            "succeeded": self._setup.goal.succeeded(after.score, after.appeal),
            "photo_size": photo_size(self._photo.pixels),
            "camouflage": {
                "sha256": hashlib.sha256(winner.data).hexdigest(),
                "width_px": after.width_px,
                "height_px": after.height_px,
            },
            "versions": dict(self._setup.versions),
        }

    def write(self, winner: Winner, facts: Mapping[str, Any]) -> SearchResult:
        """Write the files; the result lacks what only the search knows.

        Raises:
            OutputError: a file cannot be written.
        """
        setup, after = self._setup, winner.evaluation
        preset = make_preset(
            setup.chain, after.params, identity=setup.identity(self._photo), facts=facts
        )
        picture = compare_picture(
            self._scored(self._photo.pixels, facts["score_before"]),
            self._scored(setup.channel.decode(winner.data), after.score),
            scorer=setup.scorer.info,
            appeal=after.appeal,
            recipe=preset.recipe,
        )
        # The camouflage comes last: where it lies, the two that explain it do, too.
        write_bytes(self.compare, encode_png(picture, self._photo.credit))
        write_bytes(self.preset, preset.to_json().encode())
        write_bytes(self.camouflage, winner.data)
        return SearchResult(
            photo=self._photo.path,
            output=self.camouflage,
            preset=self.preset,
            compare=self.compare,
            study=self._study,
            scorer=setup.scorer.info.name,
            threshold=setup.scorer.info.threshold,
            target=setup.goal.target,
            score_before=facts["score_before"],
            score_after=facts["score_after"],
            score_recompressed=facts["score_recompressed"],
            appeal=after.appeal,
            parts=after.parts,
            recipe=preset.recipe,
            succeeded=facts["succeeded"],
            seed=setup.config.seed,
            versions=setup.versions,
        )

    def _scored(self, pixels: Pixels, score: float) -> Scored:
        return Scored(pixels, score, is_high_quality(score, self._setup.scorer.info))

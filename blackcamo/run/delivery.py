"""Delivery of a search: the camouflage, its preset, the picture of both, and the result."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blackcamo.errors import OutputError, PresetError
from blackcamo.exporters import export_preset
from blackcamo.images import (
    BEST_EFFORT_SUFFIX,
    Photo,
    encode_png,
    fitting_stem,
    prepare_folder,
    write_bytes,
)
from blackcamo.judge import Judged
from blackcamo.oracle import is_high_quality
from blackcamo.preset import Preset
from blackcamo.report.canvas import Scored
from blackcamo.report.compare import compare_picture
from blackcamo.report.grid import GridCell, picture_grid
from blackcamo.run.config import out_folder
from blackcamo.run.counted import COUNTED, score_facts, told_outcome, told_scores
from blackcamo.run.identity import CHANNELS
from blackcamo.run.naming import (
    BEST_EFFORT,
    CAMOUFLAGE,
    CHOICES,
    COMPARE,
    PRESET,
    Names,
    Place,
)
from blackcamo.run.presets import make_preset, photo_size
from blackcamo.run.results import Choice, SearchResult
from blackcamo.run.setup import Contest, Setup
from blackcamo.run.trust import settled_options
from blackcamo.types import Evaluation, Pixels


@dataclass(frozen=True, slots=True)
class Winner:
    """The candidate to be delivered: its trial, its evaluation in full, its bytes."""

    trial: int
    evaluation: Evaluation
    data: bytes


class Delivery:
    """The files of one photo; their folder and names are made ready before the first query.

    Files of another search, or of anybody else, stay: these then have names of their own.

    Args:
        below: the folder below ``--out`` that they go to.

    Raises:
        OutputError: the folder cannot be written to, or the camouflage would replace the photo.
    """

    def __init__(
        self, setup: Setup, photo: Photo, contest: Contest, study: str, below: Path = Path()
    ) -> None:
        self._setup = setup
        self._identity = setup.identity(photo, contest)
        self._photo = photo
        self._study = study
        stem = photo.path.stem
        self._folder = folder = out_folder(setup.config.out, stem, below)
        prepare_folder(folder)
        self._first = self._stem = fitting_stem(stem, folder)
        self._names = Names(
            folder,
            self._first,
            list(contest.spaces),
            study,
            table=setup.config.made_for is not None,
        )
        self._refuse_to_replace_the_photo()
        self.notes: tuple[str, ...] = ()
        """Notes on names of files; known once these are written."""

    def facts(
        self, before: Evaluation | Judged, winner: Winner, again: float | None
    ) -> dict[str, Any]:
        """The facts about the delivered candidate, for preset and study.

        Args:
            before: the photo unchanged.
            again: the score after a second compression, None if no query was left for it.
        """
        after = winner.evaluation
        return {
            "study": self._study,
            **score_facts(self._setup.searched, before, after),
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
            **settled_options(self._identity, self._setup.scorer_of(self._photo)),
        }

    def write(
        self,
        winner: Winner,
        facts: Mapping[str, Any],
        others: Sequence[Winner],
        before: Evaluation | Judged,
    ) -> SearchResult:
        """Write the files; the result lacks what only the search knows.

        Args:
            facts: what is known of the winner, see :meth:`facts`.
            others: successes in other styles, to choose from.
            before: the photo unchanged.

        Raises:
            OutputError: a file cannot be written.
        """
        setup, after = self._setup, winner.evaluation
        preset = self._preset(winner, facts)
        self._settle(after)
        succeeded = facts["succeeded"]
        delivered = self._file(CAMOUFLAGE if succeeded else BEST_EFFORT)
        preset_file, compare = self._file(PRESET), self._file(COMPARE)
        told = told_outcome(setup.searched, setup.goal, setup.scorer.info, after)
        picture = compare_picture(
            self._scored(self._photo.pixels, facts["score_before"]),
            self._scored(setup.channel.decode(winner.data), facts["score_after"]),
            scorer=setup.scorer.info,
            appeal=after.appeal,
            recipe=preset.recipe,
            outcome=told,
        )
        # What was delivered before goes while the preset still says whose it is. Then the preset
        # comes first, as it says so of the rest, and the camouflage last: where it lies, what
        # explains it does, too.
        self._names.withdraw(self._stem, succeeded=succeeded)
        write_bytes(preset_file, preset.to_json().encode())
        write_bytes(compare, encode_png(picture, self._photo.credit))
        table = self._table(preset, succeeded=succeeded)
        write_bytes(delivered, winner.data)
        choices = tuple(self._choice(other, before) for other in others)
        return SearchResult(
            photo=self._photo.path,
            output=delivered,
            preset=preset_file,
            compare=compare,
            table=table,
            style=preset.style,
            choices=choices,
            sheet=self._sheet(winner, others, facts["score_before"]) if others else None,
            study=self._study,
            scorer=setup.scorer.info.name,
            threshold=setup.scorer.info.threshold,
            target=setup.goal.target,
            **told_scores(setup.searched, facts),
            score_recompressed=facts["score_recompressed"],
            appeal=after.appeal,
            parts=after.parts,
            recipe=preset.recipe,
            succeeded=succeeded,
            verdict=told.verdict,
            why=told.why,
            seed=setup.config.seed,
            versions=setup.versions,
        )

    def _refuse_to_replace_the_photo(self) -> None:
        for path in map(self._file, (CAMOUFLAGE, BEST_EFFORT)):
            if path.resolve() == self._photo.path.resolve():
                raise OutputError(f"{path}: would replace the photo; choose another --out")

    def _settle(self, after: Evaluation) -> None:
        """Choose the names, now that it is known how good this is."""
        ending = CAMOUFLAGE
        if not self._setup.goal.succeeded(after.score, after.appeal):
            ending = BEST_EFFORT
        before = self._names.file(self._first)
        if self._setup.config.overwrite:
            place = Place(self._first)
        else:
            place = self._names.settle(lambda theirs: self._beats(after, theirs))
        self._stem = place.stem
        self._refuse_to_replace_the_photo()
        notes = []
        if self._first != self._photo.path.stem:
            notes.append(f"its name is too long for names made of it: cut to {self._first}")
        if place.stem != self._first:
            whose = "somebody's"
            if place.kept is not None:
                same = place.kept.provenance.get("photo") == self._identity["photo"]
                whose = "another search's" if same else "another photo's"
            notes.append(f"{before} is {whose} and stays; this is {place.stem}{ending}")
        if place.moved is not None:
            notes.append(
                f"this is better than {before} of another search, which is "
                f"{self._names.file(place.moved)} now"
            )
        self.notes = tuple(notes)

    def _beats(self, after: Evaluation, theirs: Preset) -> bool:
        """Whether this is better than what a preset records, by what is asked of this.

        A best effort is no better than what succeeded, whatever was asked of that.
        """
        mine, recorded = self._identity, theirs.provenance
        goal = self._setup.goal
        succeeded = goal.succeeded(after.score, after.appeal)
        if recorded.get("succeeded") and not succeeded:
            return False
        try:
            same = all(
                recorded.get(key) == mine.get(key)
                for key in ("photo", "scorer", "appeal_measure", CHANNELS)
            )
            counted = COUNTED if CHANNELS in mine else "score_after"
            point = theirs.recorded(counted, float), theirs.recorded("appeal", float)
        except PresetError:
            return False
        if same and succeeded and not recorded.get("succeeded"):
            return True
        return same and goal.winner([point, (after.score, after.appeal)]) == 1

    def _table(self, preset: Preset, *, succeeded: bool) -> Path | None:
        """Write what the search was for, beside a camouflage."""
        if (wanted := self._setup.config.made_for) is None:
            return None
        stem = self._stem if succeeded else f"{self._stem}{BEST_EFFORT_SUFFIX}"
        exported = export_preset(preset, format=wanted, folder=self._folder, stem=stem)
        return exported.files[0]

    def _file(self, ending: str, style: str = "") -> Path:
        return self._folder / f"{self._stem}{f'.{style}' if style else ''}{ending}"

    def _preset(self, winner: Winner, facts: Mapping[str, Any]) -> Preset:
        after = winner.evaluation
        return make_preset(
            self._setup.chain, after.style, after.params, identity=self._identity, facts=facts
        )

    def _choice(self, other: Winner, before: Evaluation | Judged) -> Choice:
        """Write a success in another style and its preset."""
        facts = self.facts(before, other, None)
        preset = self._preset(other, facts)
        camouflage, preset_file = (
            self._file(e, other.evaluation.style) for e in (CAMOUFLAGE, PRESET)
        )
        write_bytes(preset_file, preset.to_json().encode())
        write_bytes(camouflage, other.data)
        return Choice(
            style=preset.style,
            output=camouflage,
            preset=preset_file,
            score=facts["score_after"],
            appeal=other.evaluation.appeal,
            recipe=preset.recipe,
        )

    def _sheet(self, winner: Winner, others: Sequence[Winner], before: float) -> Path:
        """Write the picture of all there is to choose from, the photo first."""
        cells = [GridCell("original", self._photo.pixels, self._said(before))]
        for one in (winner, *others):
            after = one.evaluation
            score = self._setup.searched.delivered(after.score, after.scores)
            note = f"{self._said(score)}, appeal {after.appeal:.1f}"
            cells.append(GridCell(after.style, self._setup.channel.decode(one.data), note))
        sheet = self._file(CHOICES)
        write_bytes(sheet, encode_png(picture_grid(cells), self._photo.credit))
        return sheet

    def _said(self, score: float) -> str:
        info = self._setup.scorer.info
        quality = "high" if is_high_quality(score, info) else "low"
        return f"{info.name} {score:.1f}, {quality} quality"

    def _scored(self, pixels: Pixels, score: float) -> Scored:
        return Scored(pixels, score, is_high_quality(score, self._setup.scorer.info))

"""A delivered camouflage as a report shows it: beside its original, with what is known of both."""

from __future__ import annotations

from blackcamo.errors import PhotoError, PresetError
from blackcamo.finish import finish
from blackcamo.images import load_photo
from blackcamo.oracle import is_high_quality
from blackcamo.preset import Preset, read_preset
from blackcamo.report.details import Details
from blackcamo.report.exhibit import ChannelScores, Exhibit, Facts, make_exhibit
from blackcamo.report.verdict import outcome
from blackcamo.run.camouflages import FoundCamouflage
from blackcamo.run.counted import COUNTED
from blackcamo.run.detailing import Studies, details
from blackcamo.run.framing import aligned_with
from blackcamo.run.naming import preset_beside
from blackcamo.run.originals import Originals
from blackcamo.strategies import Goal
from blackcamo.types import ScorerInfo

_CHANNELS = "channel_scores"
WHOLE_PX = 1024
"""Bound of whole pictures: those that are searched by default are shown at 100 %."""


def exhibit_of(
    found: FoundCamouflage, originals: Originals, studies: Studies
) -> tuple[Exhibit, Details]:
    """An exhibit of a camouflage, and the details behind it.

    Args:
        originals: where its original is looked for.
        studies: where its study is looked for.

    Raises:
        BlackcamoError: a file is missing, unreadable, or not what the preset records.
    """
    beside = preset_beside(found.path)
    if not beside.is_file():
        raise PresetError(f"{found.path}: no preset {beside.name} beside it; keep them together")
    preset = read_preset(beside)
    camouflage = load_photo(found.path)
    if preset.recorded("camouflage", dict).get("sha256") != camouflage.sha256:
        raise PhotoError(f"{found.path}: is not the file that its preset records; search again")
    photo = originals.of(preset)
    study = str(preset.provenance.get("study"))
    where = " · ".join(part for part in (preset.style, found.where) if part)
    facts = _facts(photo.path.name, where, preset, studies.queries(study))
    aligned = aligned_with(preset, photo.pixels)
    before = photo.pixels if aligned is None else aligned
    after = camouflage.pixels
    if preset.finish:
        # The frame around it is nothing to compare.
        after = finish(preset.finish).inside(after)
    scale = max(after.shape[0] // before.shape[0], 1)
    if (scale * before.shape[0], scale * before.shape[1]) != after.shape[:2]:
        raise PresetError(f"{found.path}: its preset's frame is of another size; search again")
    behind = details(preset, photo.pixels, studies.review(study))
    shown = make_exhibit(facts, photo.pixels, aligned, after, long_side_px=WHOLE_PX)
    return shown, behind


def _facts(name: str, where: str, preset: Preset, queries: int | None) -> Facts:
    scorer = preset.recorded("scorer", ScorerInfo)
    parts = preset.recorded("appeal_parts", dict[str, float])
    before, after, target, appeal, floor = (
        preset.recorded(key, float)
        for key in ("score_before", "score_after", "target", "appeal", "appeal_floor")
    )
    counted = preset.recorded(COUNTED, float) if COUNTED in preset.provenance else after
    goal = Goal.for_scorer(scorer, target=target, appeal_floor=floor)
    return Facts(
        name=name,
        where=where,
        scorer=scorer.name,
        score_before=before,
        score_after=after,
        high_before=is_high_quality(before, scorer),
        high_after=is_high_quality(after, scorer),
        target=target,
        appeal=appeal,
        parts=parts,
        outcome=outcome(goal, scorer, counted, appeal),
        mode=preset.mode,
        recipe=preset.recipe,
        queries=queries,
        channels=_channels(preset, scorer),
    )


def _channels(preset: Preset, scorer: ScorerInfo) -> tuple[ChannelScores, ...]:
    """The scores that a search for several channels recorded of each of them."""
    if _CHANNELS not in preset.provenance:
        return ()
    after, before = (
        preset.recorded(key, dict[str, float]) for key in (_CHANNELS, f"{_CHANNELS}_before")
    )
    return tuple(
        ChannelScores(name, before[name], score, is_high_quality(score, scorer))
        for name, score in after.items()
        if name in before
    )

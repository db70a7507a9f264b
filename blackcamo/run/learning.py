"""blackcamo learn: what a scorer falls for, found once on many photos."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import blackcamo
from blackcamo.errors import OptionError, ScorerError
from blackcamo.images import Photo, load_photo, write_bytes
from blackcamo.ledger import Ledger
from blackcamo.oracle import Ended, Oracle
from blackcamo.profile import Profile, file_name, installed_folder
from blackcamo.run.classroom import Classroom
from blackcamo.run.config import DEFAULT_STORAGE, SearchConfig
from blackcamo.run.finding import find_photos
from blackcamo.run.identity import LEARNING
from blackcamo.run.lesson import Asked, Found, Lesson, Plan
from blackcamo.run.results import LearnResult, Progress, ProgressCallback
from blackcamo.run.scoring import recorded_options
from blackcamo.run.setup import Setup
from blackcamo.run.waiting import wait
from blackcamo.scorers.address import public_spec
from blackcamo.study import Batch, Study, study_name
from blackcamo.styles.hidden import HIDDEN
from blackcamo.types import UNCHANGED, Evaluation, Proposal


def learn(
    photos: Sequence[str | Path],
    *,
    config: SearchConfig | None = None,
    out: str | Path | None = None,
    install: bool = False,
    progress: ProgressCallback | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> LearnResult:
    """Learn what hides from a scorer.

    The same call goes on where one was stopped or killed, to the same profile.

    Args:
        photos: pictures, and folders of them; larger ones are taken down to ``config.proxy_px``.
        config: scorer, budget (of all photos together), strategy, seed, floor and channel.
        out: the profile's file; None is ``<scorer>.profile.json`` here.
        install: put it where searches find it by themselves, instead of ``out``.
        progress: called after every batch.
        stop: asked before every batch; True ends the call.

    Raises:
        OptionError: too few photos, too small a budget, or a mode, look, finish or purpose that no
            profile is learned for.
        BlackcamoError: the scorer, a photo, the study or the profile cannot be used.
    """
    config = replace(config or SearchConfig(budget=4000), profile="none")
    _refuse_what_no_profile_has(config)
    setup = Setup(config)
    found = [load_photo(path) for path in find_photos(photos)]
    found = list({photo.sha256: photo for photo in found}.values())
    if found and setup.scorer_of(found[0]) is not setup.scorer:
        raise OptionError(
            f"scorer {setup.scorer.info.name!r} asks about the class of each photo; a profile is "
            "of what holds for all of them: fix a class with --scorer-option class=N"
        )
    name = file_name(setup.scorer.info.name)
    target = installed_folder() / name if install else Path(name if out is None else out)
    identity = _identity(setup, found)
    classroom = Classroom(setup, found)
    with Study.open(
        config.storage or DEFAULT_STORAGE,
        study_name(LEARNING, setup.scorer.info.name, identity),
        classroom.widest(),
        higher_is_better=setup.scorer.info.higher_is_better,
        attributes=identity,
        about={"versions": setup.versions, "budget": config.budget},
    ) as study:
        return _Learning(setup, classroom, study, progress or (lambda _: None), stop).run(target)


def _refuse_what_no_profile_has(config: SearchConfig) -> None:
    """Refuse what a configuration asks for that profiles do not know."""
    default = SearchConfig()
    for name, why in (
        ("mode", "a profile is learned for both modes"),
        ("look", "a profile knows the styles of blackcamo alone"),
        ("finish", "a profile knows no frames"),
        ("made_for", "a profile knows no table of colours"),
        ("keep_framing", "a search that keeps it leaves out what a profile has of it"),
        ("channels", "a profile is learned for one channel, that of quality and subsampling"),
        ("robust", "a profile is learned for one channel"),
    ):
        value = getattr(config, name)
        if value != getattr(default, name):
            raise OptionError(f"{name} is {value}; {why}: leave it out")


def _identity(setup: Setup, photos: Sequence[Photo]) -> dict[str, object]:
    """What must not change within a study of these photos."""
    config = setup.config
    return {
        LEARNING: [photo.sha256 for photo in photos],
        "blackcamo": blackcamo.__version__,
        "photo": {"name": f"{len(photos)} photos", "sha256": ""},
        "scorer_spec": public_spec(config.scorer),
        "scorer_options": recorded_options(config.scorer_options),
        "scorer": asdict(setup.scorer.info),
        "appeal_measure": setup.appeal.name,
        "target": setup.goal.target,
        "appeal_floor": config.appeal_floor,
        "planned_budget": config.budget,
        "strategy": config.strategy,
        "seed": config.seed,
        "channel": asdict(setup.channel),
        "space": setup.chain.space.digest,
        "proxy_px": config.proxy_px,
        "styles": [style.name for style in setup.styles],
    }


class _Learning:
    """A lesson, asked batch by batch and recorded in a study."""

    def __init__(
        self,
        setup: Setup,
        classroom: Classroom,
        study: Study,
        progress: ProgressCallback,
        stop: Callable[[], bool],
    ) -> None:
        self._setup = setup
        self._classroom = classroom
        self._study = study
        self._progress = progress
        self._stop = stop
        self._ledger = Ledger(setup.config.budget)
        self._oracle = Oracle(
            setup.scorer, self._ledger, sending=study.sending, wait=partial(wait, stop=stop)
        )
        self._batches = 0
        self._recorded: dict[int, Batch] = {}

    def run(self, target: Path) -> LearnResult:
        """Learn, write the profile, and say what it reaches."""
        started = time.monotonic()
        self._recall()
        aside, profile = 0, None
        with contextlib.suppress(Ended):
            lesson = self._lesson()
            aside = len(lesson.aside)
            profile = self._learned(lesson)
        if profile is not None:
            write_bytes(target, profile.to_json().encode())
            self._study.annotate({"profile": profile.digest})
        return LearnResult(
            scorer=public_spec(self._setup.config.scorer),
            profile=target if profile is not None else None,
            photos=len(self._classroom.photos),
            aside=aside,
            hiding={} if profile is None else profile.hiding,
            reach={} if profile is None else profile.reach,
            queries=self._ledger.counts(),
            seconds=round(time.monotonic() - started, 3),
            interrupted=profile is None,
        )

    def _recall(self) -> None:
        """Continue ledger, cache and batches from the study."""
        if self._study.ledger:
            self._ledger.restore(self._study.ledger)
        self._recorded = {batch.index: batch for batch in self._study.batches()}
        for batch in self._recorded.values():
            for e in batch.evaluations:
                if e.error is None:
                    # Photos unchanged were asked for alone, in full precision.
                    self._oracle.remember({e.jpeg_sha256: e.score}, reference=e.style == UNCHANGED)

    def _lesson(self) -> Lesson:
        """The lesson of the photos, each of which is asked for as it is."""
        setup = self._setup
        baselines = [self._baseline(i) for i in range(len(self._classroom.photos))]
        return Lesson(
            baselines,
            partial(self._classroom.lanes, oracle=self._oracle),
            threshold=setup.scorer.info.threshold,
            # What hides is to be seen as little as can be, past what a search is content with.
            goal=replace(setup.goal, enough=100.0),
            budget=self._ledger.budget - len(baselines),
            strategy=setup.config.strategy,
            seed=setup.config.seed,
        )

    def _learned(self, lesson: Lesson) -> Profile:
        """What the lesson comes to."""
        found = self._taught(lesson.hidden())
        hiding = self._physical(found)
        self._classroom.ways = Profile(scorer=_of(self._setup), hiding=hiding).ways()
        return self._profile(lesson, hiding, self._taught(lesson.reach(found)))

    def _taught(self, plan: Plan[Found]) -> Found:
        """Ask what a plan asks; what it comes to."""
        try:
            asked = next(plan)
            while True:
                asked = plan.send(self._answers(asked))
        except StopIteration as end:
            found: Found = end.value
            return found

    def _baseline(self, photo: int) -> Evaluation:
        """The photo unchanged."""
        objective = self._classroom.objective(photo, "imperceptible", self._oracle)
        unchanged = (Proposal(UNCHANGED, ()),)
        return self._recording(unchanged, [{}], photo, lambda: [objective.baseline()])[0]

    def _answers(self, asked: Asked) -> list[Evaluation]:
        """The evaluations of a batch: recorded ones, or those of the scorer."""
        objective = self._classroom.objective(asked.photo, asked.mode, self._oracle)
        if self._batches in self._recorded:
            batch = self._recorded[self._batches]
            objective.learn(batch.evaluations)
            return self._recording(asked.proposals, [], asked.photo, list)
        candidates = objective.prepare(asked.proposals)
        return self._recording(
            asked.proposals,
            [c.params for c in candidates],
            asked.photo,
            lambda: objective.evaluate(candidates),
        )

    def _recording(
        self,
        proposals: Sequence[Proposal],
        params: Sequence[Mapping[str, float]],
        photo: int,
        evaluate: Callable[[], list[Evaluation]],
    ) -> list[Evaluation]:
        """Record what is about to be asked and what came of it, unless that is known already."""
        index, self._batches = self._batches, self._batches + 1
        known = self._recorded.get(index)
        if known is not None:
            if known.proposals != list(proposals):
                raise OptionError(
                    "the study records other candidates than are asked for now: with other "
                    "versions of nevergrad, cma or numpy it cannot be continued"
                )
            return list(known.evaluations)
        if self._stop():
            raise Ended
        notes = {"photo": self._classroom.photos[photo].path.name}
        numbers = self._study.begin(index, proposals, params, notes=notes)
        before = self._ledger.counts()
        try:
            found = evaluate()
        except Ended:
            images = self._ledger.total - before["total"]
            self._ledger.restore({**before, "lost": before["lost"] + images})
            self._study.losing(images, self._ledger.counts())
            raise
        self._study.finish(numbers, found, ledger=self._ledger.counts())
        if self._oracle.failing is not None:
            raise ScorerError(
                f"scorer {self._setup.scorer.info.name!r} kept failing, so that learning ended "
                f"after {self._ledger.total} of {self._ledger.budget} queries: "
                f"{self._oracle.failing}; the same command goes on"
            )
        self._progress(Progress(self._ledger.total, self._ledger.budget, None, None, reached=False))
        return found

    def _physical(self, found: Mapping[str, Sequence[float]]) -> dict[str, dict[str, float]]:
        """What was found to hide, in physical units."""
        space = self._classroom.spaces(0, "imperceptible")[HIDDEN.name]
        values = space.decode(space.lane.vector((), {w: tuple(at) for w, at in found.items()}))
        return {
            way.name: {f.name: values[f.name] for f in way.free}
            for way in space.hidden
            if way.name in found
        }

    def _profile(
        self,
        lesson: Lesson,
        hiding: Mapping[str, Mapping[str, float]],
        reach: Mapping[str, Mapping[str, float]],
    ) -> Profile:
        setup, photos = self._setup, self._classroom.photos
        counts = self._study.ledger
        return Profile(
            scorer=_of(setup),
            hiding=hiding,
            reach=reach,
            learned={
                "photos": [p.sha256 for i, p in enumerate(photos) if i not in lesson.aside],
                "photos_aside": [photos[i].sha256 for i in lesson.aside],
                "long_side_px": max(max(p.shape[:2]) for p in self._classroom.pixels),
                "budget": setup.config.budget,
                # What a kill has lost makes no other profile.
                "queries": {k: n for k, n in counts.items() if k not in ("lost", "checks")},
                "seed": setup.config.seed,
                "strategy": setup.config.strategy,
                "appeal_floor": setup.config.appeal_floor,
                "target": setup.goal.target,
                "channel": asdict(setup.channel),
                "versions": setup.versions,
            },
        )


def _of(setup: Setup) -> dict[str, str]:
    return {"name": setup.scorer.info.name, "digest": setup.scorer.info.digest}

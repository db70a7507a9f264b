"""One photo from baseline to delivered file, step by step."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from blackcamo.errors import ScorerError
from blackcamo.filters.doubling import MOST_PX, can_double
from blackcamo.images import Photo
from blackcamo.judge import Judged
from blackcamo.ledger import Ledger
from blackcamo.objective import Objective
from blackcamo.oracle import Ended, Oracle
from blackcamo.rendering import Renderer
from blackcamo.run.advice import next_step
from blackcamo.run.config import DEFAULT_STORAGE
from blackcamo.run.delivery import Delivery, Winner
from blackcamo.run.finalists import Expectation
from blackcamo.run.gallery import Gallery
from blackcamo.run.notes import (
    cost_notes,
    failure_notes,
    recorded_failures,
    size_notes,
    study_note,
)
from blackcamo.run.recipes import RECIPES, front_recipes
from blackcamo.run.results import Progress, ProgressCallback, SearchResult
from blackcamo.run.setup import Contest, Setup, searched_on
from blackcamo.run.verification import REFERENCE, Verification
from blackcamo.run.waiting import wait
from blackcamo.scorers.base import sees_every_pixel
from blackcamo.strategies import Goal, Race, load_strategies
from blackcamo.study import Batch, Study, pictures_folder
from blackcamo.types import Evaluation, Pixels, Proposal

# Verification queries held back beside one for each alternative. On a proxy the first finalists
# may miss; otherwise the first one nearly always holds, and one query is for the second
# compression.
_RESERVE = 4
_RESERVE_ON_PROXY = 16
_LEAST_RESERVE = 2
# What a candidate takes of the budget where several channels are raced: 1.4 to 1.6 were measured.
_QUERIES_A_CANDIDATE = 2
# Candidates per query that a search may ask for: one that only meets its cache must end, too.
_MOST_ASKED = 2
# Proposals that take longer are told one by one.
_SLOW_S = 1.0
# Names of what the study keeps for a continued search.
_PLANNED = "planned_budget"
_EARLY = "verified_early"
_NOT_ENOUGH = "not_enough"
# Times that verification before the end of the budget may go on: one may fail for other reasons
# than the score.
_ATTEMPTS = 2
# Share of the budget in which successes in other styles are waited for.
_WAITS_FOR_OTHERS = 0.2
# Points of appeal under the photo's own that nobody sees.
_UNSEEN = 2.0


class _Verified(NamedTuple):
    """What was verified as the best, what was learned from that, and the queries before it."""

    winner: Winner
    expected: Expectation
    spent: int


class PhotoSearch:
    """The search on one photo; :meth:`run` tells it from beginning to end.

    What the study has recorded already is replayed and not asked again, so that a search that
    was interrupted, or whose budget was raised, goes on as if it had never stopped.
    """

    def __init__(
        self,
        setup: Setup,
        photo: Photo,
        contest: Contest,
        study: Study,
        ledger: Ledger,
        progress: ProgressCallback,
        stop: Callable[[], bool],
        below: Path = Path(),
    ) -> None:
        self.setup = setup
        self.config = setup.config
        self.goal = setup.goal
        self.photo = photo
        self.contest = contest
        self.study = study
        self.delivery = Delivery(setup, photo, contest, study.name, below)
        self.progress = progress
        self.latest = replace(Progress.begun(self.config.budget), photo=photo.path)
        self.stop = stop
        self.interrupted = False
        self.failed: str | None = None
        self.asked_at = self.proposing_s = 0.0
        self.index = 0
        proxy = searched_on(photo.pixels, self.config.mode, self.config.proxy_px)
        self.on_proxy = proxy.shape != photo.pixels.shape
        reserve = _RESERVE_ON_PROXY if self.on_proxy else _RESERVE
        reserve += self.config.alternatives - 1
        # Each that is delivered goes through all channels, and so does one that misses.
        reserve += (setup.searched.count - 1) * (self.config.alternatives + 1)
        self.ledger = ledger
        ledger.reserve = min(reserve, max(ledger.budget // 2, 1))
        self.oracle = Oracle(
            setup.scorer_of(photo), ledger, sending=study.sending, wait=self._wait, turn=setup.turn
        )
        self.full = self._objective(photo.pixels)
        self.small = self._objective(proxy) if self.on_proxy else self.full
        self.verification = Verification(setup, photo, study, self.oracle, self.full)
        self.gallery = self._gallery(proxy)
        self.candidates: list[tuple[int, Evaluation]] = []
        self.batches: list[Sequence[int]] = []
        self.to_success: int | None = None
        self.verified_early = 0
        self.ended_early = False

    def run(self) -> SearchResult:
        """Baseline, search, verification, files.

        A scorer that keeps failing ends the search early; what it has is delivered with ``error``.

        Raises:
            ScorerError: the scorer cannot score the photo itself.
            Ended: the search was to end while the scorer asked to wait, before there was anything.
            OutputError: a file cannot be written.
            StudyError: the study cannot be written, or its record cannot be replayed.
        """
        started = time.monotonic()
        recorded = self._recall()
        # A proxy stands for the photo in everything but this score.
        whole = self.full.reference() if self.on_proxy else None
        if whole is not None:
            self._require_score(whole.error)
        unchanged = self.small.baseline()
        self._require_score(unchanged.error)
        before = whole or unchanged
        shift = before.score - unchanged.score
        if not recorded:
            # The photo unchanged is the first trial, and what is delivered at the worst.
            numbers = self.study.begin(0, [Proposal(unchanged.style, ())], [{}])
            self.study.finish(numbers, [unchanged], ledger=self.ledger.counts())
            self.candidates.append((numbers[0], unchanged))
            self._show(numbers)
        if self.config.mode == "imperceptible":
            enough = min(self.goal.enough, max(unchanged.appeal - _UNSEEN, 0.0))
            self.goal = self.verification.goal = replace(self.goal, enough=enough)
        # The search sees the proxy's scores, so its target moves by the difference.
        goal = self.goal.moved(-shift)
        race = None
        if not self.goal.reached(before.score):
            race = self._replayed(goal, recorded[1:])
            self._explore(race, goal)
        found = self._verified(unchanged, before)
        for _ in range(_ATTEMPTS):
            if race is None or not self.ended_early or not self._fell_short(found.winner):
                break
            if self.verification.missed:
                # What would have been enough on the proxy is not in full.
                self.study.keep(_NOT_ENOUGH, True)
            self._explore(race, goal)
            found = self._verified(unchanged, before)
        winner, expected, spent = found.winner, found.expected, found.spent
        # A search that was cut short saves these queries for when it goes on.
        cut_short = self.interrupted or self.failed is not None
        again = None if cut_short else self.verification.score_again(winner)
        others = []
        if not cut_short:
            others = self.verification.alternatives(winner, self._by_style(), expected)
        facts = self.delivery.facts(before, winner, again)
        if cut_short:
            early = self.ledger.counts()["verify"] - spent
            self.study.keep(_EARLY, {"budget": self.config.budget, "verify": early})
        result = self.delivery.write(winner, facts, others, before)
        self.study.annotate(
            {
                "delivered": {"trial": winner.trial, **facts},
                RECIPES: front_recipes(
                    self.setup.chain,
                    self.candidates,
                    higher_is_better=self.setup.scorer.info.higher_is_better,
                ),
            }
        )
        self._explain(winner.trial, result.recipe)
        seconds = time.monotonic() - started
        return replace(
            result,
            interrupted=self.interrupted,
            next_step=None if cut_short or result.succeeded else self._next_step(shift),
            failures=dict(self.oracle.failures),
            error=self._given_up(),
            queries={
                **self.ledger.counts(),
                "checks": self.study.ledger.get("checks", 0),
                "to_success": self.to_success,
            },
            seconds=round(seconds, 3),
            notes=(
                *self.photo.notes,
                *self.contest.notes,
                *(self.setup.look.notes if self.setup.look else ()),
                *((self.study.note,) if self.study.note else ()),
                *size_notes(winner.evaluation),
                *self.verification.fragile(result.score_after, again),
                *failure_notes(self.oracle.failures),
                *cost_notes(
                    seconds,
                    strategy=self.config.strategy,
                    proposing_s=self.proposing_s,
                    waited_s=self.oracle.waited_s,
                    retries=self.ledger.counts()["retries"],
                ),
            ),
        )

    def _verified(self, unchanged: Evaluation, before: Evaluation | Judged) -> _Verified:
        """Verify what is worth it: all of it at the end, as much as the reserve allows before."""
        spent = self.ledger.counts()["verify"] - self.verified_early
        self._say("verifying")
        expected = Expectation(unchanged.score, before.score, self.goal, hides=self._hides)
        allowed = max(self.ledger.reserve, self.setup.searched.count)
        queries = allowed if self.ended_early else None
        winner = self.verification.winner(self._by_style(), expected, queries=queries)
        self.failed = self.failed or self.verification.failed
        self.interrupted = self.interrupted or self.verification.ended
        return _Verified(winner, expected, spent)

    def _by_style(self) -> list[tuple[int, Evaluation]]:
        """All candidates, those of the most liked style first; the photo unchanged before all."""
        place = {style: i for i, style in enumerate(self.contest.spaces)}
        return sorted(self.candidates, key=lambda found: place.get(found[1].style, -1))

    def _fell_short(self, winner: Winner) -> bool:
        """Whether what was verified is no success in full, and going on may find one."""
        found = winner.evaluation
        if self.interrupted or self.failed is not None:
            return False
        return not self.goal.succeeded(found.score, found.appeal)

    def _hides(self, evaluation: Evaluation) -> bool:
        plain = self.setup.chain.without_hidden(evaluation.params)
        return len(plain) < len(evaluation.params)

    def _next_step(self, shift: float) -> str:
        """What may help where nothing was good enough."""
        long_side_px = max(self.photo.pixels.shape[:2])
        sees_all = sees_every_pixel(self.setup.scorer)
        doubles = self.config.keep_size or can_double(*self.photo.pixels.shape[:2])
        return next_step(
            [evaluation for _, evaluation in self.candidates if not evaluation.partial],
            self.goal.moved(-shift),
            self.config,
            styles=list(self.contest.spaces),
            smaller_than_px=long_side_px if self.on_proxy and not sees_all else None,
            resize_to_px=MOST_PX // 2 if sees_all and not doubles else None,
        )

    def _objective(self, pixels: Pixels) -> Objective:
        renderer = Renderer(
            pixels,
            self.setup.chain,
            self.setup.channel,
            self.setup.appeal,
            self.config.mode,
            device=self.setup.device,
            keep_size=self.config.keep_size,
            finish=self.setup.finish,
        )
        return Objective(
            renderer,
            self.oracle,
            self.contest.spaces,
            self.setup.workers,
            appeal_floor=self.config.appeal_floor,
            searched=self.setup.searched,
        )

    def _gallery(self, proxy: Pixels) -> Gallery | None:
        if self.config.no_pictures:
            return None
        storage = self.config.storage or DEFAULT_STORAGE
        pictures = None if self.config.pictures is None else Path(self.config.pictures)
        return Gallery(
            self.study.pictures(pictures_folder(storage, pictures)),
            self.photo.path.stem,
            proxy,
            chain=self.setup.chain,
            channel=self.setup.channel,
            goal=self.goal,
            keep_size=self.config.keep_size,
            finish=self.setup.finish,
        )

    def _show(self, batch: Sequence[int]) -> None:
        """Keep what the dashboard shows of the latest batch."""
        self.batches.append(batch)
        if self.gallery is not None:
            self.gallery.show(dict(self.candidates), batch, self.small.jpegs)

    def _explain(self, winner: int, recipe: str) -> None:
        """Say in the study what became of it, and show what a killed search has not."""
        pictures = {}
        if self.gallery is not None:
            pictures = self.gallery.complete(dict(self.candidates), self.batches, winner)
        note = study_note(
            self.study, recipe=recipe, pictures=pictures, failures=self.oracle.failures
        )
        self.study.describe(note)

    def _recall(self) -> list[Batch]:
        """Continue ledger, cache and candidates from the study; its batches, in order."""
        if self.study.ledger:
            self.ledger.restore(self.study.ledger)
        self.oracle.remember(self.study.recall(REFERENCE, dict[str, float]) or {}, reference=True)
        recorded = self.study.batches()
        for batch in recorded:
            self.batches.append(batch.numbers)
            self.candidates += zip(batch.numbers, batch.evaluations, strict=True)
        known = self.small.known(e for _, e in self.candidates)
        self.oracle.remember(known, reference=False)
        self.oracle.failures.update(recorded_failures(e for _, e in self.candidates))
        early = self.study.recall(_EARLY, dict[str, int])
        if early is not None and early.get("budget") == self.config.budget:
            # What an interrupted search has verified was taken from the reserve, so that it goes
            # on to as many candidates as if it had not been interrupted.
            self.verified_early = early.get("verify", 0)
            self.ledger.reserve = max(self.ledger.reserve - self.verified_early, _LEAST_RESERVE)
        return recorded

    def _require_score(self, error: str | None) -> None:
        """Keep what was said of the photo unchanged, or refuse to go on without."""
        if error is not None:
            raise ScorerError(
                f"{self.photo.path}: scorer {self.setup.scorer.info.name!r} cannot score the photo "
                f"itself: {error}"
            )
        self.verification.keep()

    def _replayed(self, goal: Goal, recorded: Sequence[Batch]) -> Race:
        """The race as far as it is recorded."""
        planned = self.study.recall(_PLANNED, int) or self.config.budget
        self.study.keep(_PLANNED, planned)
        if self.setup.searched.others:
            planned = round(planned / _QUERIES_A_CANDIDATE)
        race = self.setup.race(self.contest, planned, proposed=self._proposed)
        for batch in recorded:
            self._asked(race, len(batch.numbers))
            self.small.learn(batch.evaluations)
            self._tell(race, goal, batch.proposals, batch.evaluations, batch.queries)
        self.index = recorded[-1].index if recorded else 0
        return race

    def _explore(self, race: Race, goal: Goal) -> None:
        """Ask, evaluate and tell until there is enough or the budget of the search is spent."""
        patient = self.config.until == "budget" or self.study.recall(_NOT_ENOUGH, bool)
        self.ended_early = False
        asked, most_asked = len(self.candidates), _MOST_ASKED * self.config.budget
        while asked < most_asked:
            if not patient and self._has_enough(goal):
                self.ended_early = True
                return
            n = min(self.config.batch, self.ledger.available("search"), most_asked - asked)
            if n < 1:
                return
            if self.stop():
                self.interrupted = True
                return
            proposals = self._asked(race, n)
            asked += len(proposals)
            self.index += 1
            # What people mind least is tried first, and if it is not enough as much as they take.
            first = self.index == 1
            candidates = self.small.prepare(proposals, wanted=goal.enough if first else None)
            numbers = self.study.begin(self.index, proposals, [c.params for c in candidates])
            before = self.ledger.counts()
            try:
                evaluations = self.small.evaluate(
                    candidates, loss=goal.loss, best=self._least_loss(goal)
                )
            except Ended:
                self._lose(before)
                self.interrupted = True
                return
            self.study.finish(numbers, evaluations, ledger=self.ledger.counts())
            self.candidates += zip(numbers, evaluations, strict=True)
            self._show(numbers)
            self._tell(race, goal, proposals, evaluations, self.ledger.total)
            self._report(goal)
            self.failed = self.oracle.failing
            if self.failed is not None:
                return

    def _asked(self, race: Race, n: int) -> list[Proposal]:
        """What the race proposes, and how long that took."""
        if self.index:
            load_strategies()
        self.asked_at = time.monotonic()
        proposals = race.ask(n)
        self.proposing_s += time.monotonic() - self.asked_at
        return proposals

    def _proposed(self, done: int, of: int) -> None:
        """Report how far a strategy is that takes its time."""
        if time.monotonic() - self.asked_at > _SLOW_S:
            self._say(f"{self.config.strategy} proposes, {done} of {of}")

    def _lose(self, before: Mapping[str, int]) -> None:
        """Take out of the budget what was sent of a batch that is asked for anew another time."""
        images = self.ledger.total - before["total"]
        self.ledger.restore({**before, "lost": before["lost"] + images})
        self.study.losing(images, self.ledger.counts())

    def _given_up(self) -> str | None:
        """Why the search ended early, where the scorer is to blame."""
        if self.failed is None:
            return None
        return (
            f"{self.photo.path}: scorer {self.setup.scorer.info.name!r} kept failing, so that the "
            f"search ended after {self.ledger.total} of {self.ledger.budget} queries: "
            f"{self.failed}; the same command goes on"
        )

    def _wait(self, seconds: float) -> None:
        """Wait for a scorer that asks for a pause."""
        wait(seconds, stop=self.stop, tell=self._say)

    def _say(self, doing: str) -> None:
        """Report what takes its time."""
        self.progress(replace(self.latest, queries=self.ledger.total, doing=doing))

    def _has_enough(self, goal: Goal) -> bool:
        """Whether more candidates would not make the result better for people."""
        if self.to_success is None or self.config.until == "success":
            return self.to_success is not None
        best: dict[str, float] = {}
        for _, e in self.candidates:
            if not e.partial and goal.safely_reached(e.score) and e.appeal >= goal.appeal_floor:
                best[e.style] = max(best.get(e.style, 0.0), e.appeal)
        wanted = min(self.config.alternatives, len(self.contest.spaces))
        counts = self.ledger.counts()
        if counts["total"] - counts["verify"] >= _WAITS_FOR_OTHERS * self.ledger.budget:
            wanted = 1
        return len(best) >= wanted and max(best.values()) >= goal.enough

    def _tell(
        self,
        race: Race,
        goal: Goal,
        proposals: Sequence[Proposal],
        evaluations: Sequence[Evaluation],
        queries: int,
    ) -> None:
        race.tell(proposals, [goal.loss(e.score, e.appeal) for e in evaluations])
        if self.to_success is None and any(
            goal.succeeded(e.score, e.appeal) for e in evaluations if not e.partial
        ):
            self.to_success = queries

    def _best(self, goal: Goal) -> Evaluation:
        tried = (e for _, e in self.candidates if not e.partial)
        return min(tried, key=lambda e: goal.loss(e.score, e.appeal))

    def _least_loss(self, goal: Goal) -> float:
        best = self._best(goal)
        return goal.loss(best.score, best.appeal)

    def _report(self, goal: Goal) -> None:
        best = self._best(goal)
        self.latest = Progress(
            queries=self.ledger.total,
            budget=self.ledger.budget,
            # As it would be of the photo in full, where a smaller copy is searched.
            best_score=best.score + self.goal.target - goal.target,
            best_appeal=best.appeal,
            reached=goal.succeeded(best.score, best.appeal),
            target=self.goal.target,
            photo=self.photo.path,
        )
        self.progress(self.latest)

"""The parts of the search on one photo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from blackcamo.images import Photo
from blackcamo.ledger import Ledger
from blackcamo.objective import Objective
from blackcamo.oracle import Oracle
from blackcamo.rendering import Renderer
from blackcamo.run.announcing import Announcer
from blackcamo.run.candidates import Candidates
from blackcamo.run.config import DEFAULT_STORAGE
from blackcamo.run.results import ProgressCallback
from blackcamo.run.setup import Contest, Setup, searched_on
from blackcamo.run.trial_pictures import TrialPictures
from blackcamo.study import Study, pictures_folder
from blackcamo.types import Pixels

# Verification queries held back beside one for each alternative. On a proxy the first finalists
# may miss; otherwise the first one nearly always holds, and one query is for the second
# compression.
_RESERVE = 4
_RESERVE_ON_PROXY = 16


class PhotoSetup:
    """The parts of the search on one photo: its study, its queries, its sizes.

    Args:
        setup: what the photos of the call share.
        contest: the styles that race on this photo.
        study: where its candidates are recorded.
        ledger: counts its queries; is told what to leave for verification.
        progress: called with every report of how far the search is.
        stop: asked before every batch; True ends the search.

    Attributes:
        on_proxy: whether a smaller copy of the photo is searched.
        oracle: the way to the scorer.
        full: renders and scores at the size that is delivered.
        small: the same at the size that is searched.
        candidates: those that were recorded so far.
        announcer: tells how far the search is.
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
    ) -> None:
        self.setup = setup
        self.config = setup.config
        self.photo = photo
        self.contest = contest
        self.study = study
        self.stop = stop
        proxy = searched_on(photo.pixels, self.config.mode, self.config.proxy_px)
        self.on_proxy = proxy.shape != photo.pixels.shape
        self.ledger = ledger
        ledger.reserve = min(self._reserve(), max(ledger.budget // 2, 1))
        self.announcer = Announcer(progress, photo.path, ledger, setup.goal.target, stop)
        self.oracle = Oracle(
            setup.scorer_of(photo),
            ledger,
            sending=study.sending,
            wait=self.announcer.wait,
            turn=setup.turn,
        )
        self.full = self._objective(photo.pixels)
        self.small = self._objective(proxy) if self.on_proxy else self.full
        self.candidates = Candidates(study, self._pictures(proxy))

    def _reserve(self) -> int:
        """Queries that are left for verification where the budget is large enough."""
        reserve = _RESERVE_ON_PROXY if self.on_proxy else _RESERVE
        reserve += self.config.alternatives - 1
        # Each that is delivered goes through all channels, and so does one that misses.
        return reserve + (self.setup.searched.count - 1) * (self.config.alternatives + 1)

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

    def _pictures(self, proxy: Pixels) -> TrialPictures | None:
        if self.config.no_pictures:
            return None
        storage = self.config.storage or DEFAULT_STORAGE
        pictures = None if self.config.pictures is None else Path(self.config.pictures)
        return TrialPictures(
            self.study.pictures(pictures_folder(storage, pictures)),
            self.photo.path.stem,
            proxy,
            chain=self.setup.chain,
            channel=self.setup.channel,
            goal=self.setup.goal,
            keep_size=self.config.keep_size,
            finish=self.setup.finish,
        )

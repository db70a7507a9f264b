"""Looks of a photo shown to several scorers: each is rendered once, and scored once by each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from blackcamo.errors import OptionError, ScorerError
from blackcamo.exploring.design import ORIGINAL, Design, Key
from blackcamo.exploring.journal import Journal, Seen
from blackcamo.exploring.table import rounded
from blackcamo.images import Photo
from blackcamo.ledger import QueryKind
from blackcamo.oracle import Ended, Oracle
from blackcamo.rendering import Picture, Prepared, Renderer
from blackcamo.space import FilterSpace
from blackcamo.styles.left_alone import unsuited
from blackcamo.styles.space import StyleSpace
from blackcamo.types import Appraisal, Pixels, Style
from blackcamo.vision.facts import facts
from blackcamo.workers import Workers


class Subject:
    """One photo, and how looks of a design are rendered of it.

    Args:
        photo: the photo.
        renderer: of that photo, at the size that it is explored at.
        design: the looks.
        styles: those of the design.
        filters: the space of all filters.
        workers: who renders; without them it is done here, one after the other.
    """

    def __init__(
        self,
        photo: Photo,
        renderer: Renderer,
        design: Design,
        styles: Sequence[Style],
        filters: FilterSpace,
        workers: Workers | None = None,
    ) -> None:
        self.sha256 = photo.sha256
        self._renderer = renderer
        self._workers = workers
        self._looks = {look.key: look for look in design.looks}
        known = facts(renderer.pixels, wraps=photo.wraps)
        self._spaces = {style.name: StyleSpace(style, known, filters) for style in styles}
        self._suited = {style.name: unsuited(style, known) is None for style in styles}

    def params(self, key: Key) -> dict[str, float]:
        """The parameters (physical values) of a look on this photo."""
        if key == ORIGINAL:
            return {}
        look = self._looks[key]
        return self._spaces[look.style].across(look.shares, look.strength)

    def suited(self, key: Key) -> bool:
        """Whether a search would try the look's style on this photo by itself."""
        return self._suited.get(key[0], True)

    def original(self) -> Picture:
        """The photo unchanged, sent through the channel."""
        ((_, neutral),) = self._renderer.prepare([{}])
        appraisal = neutral.appraisal if isinstance(neutral, Picture) else Appraisal(0.0, {})
        return Picture(*self._renderer.unchanged(), appraisal)

    def pictures(self, keys: Sequence[Key]) -> dict[Key, Picture | str]:
        """The pictures of looks as they arrive, or why there is none."""
        params = [self.params(key) for key in keys]
        rendered: list[Prepared]
        if self._workers is None:
            rendered = self._renderer.prepare(params)
        else:
            rendered = self._workers.prepare(self._renderer, params, [None] * len(params))
        return {key: picture for key, (_, picture) in zip(keys, rendered, strict=True)}


@dataclass(frozen=True)
class Asker:
    """Asks scorers about looks, and keeps what they say in a journal.

    Args:
        journal: what was seen and said before is not asked again.
        oracles: the scorers by name; their ledgers and caches are continued from the journal.
        design: the looks.
        batch: looks rendered and asked about at a time.
        stop: asked before every batch; True ends it.
        show: called with the SHA-256 of a photo, a look and its picture (H, W, 3), as it arrives.
    """

    journal: Journal
    oracles: Mapping[str, Oracle]
    design: Design
    batch: int
    stop: Callable[[], bool]
    show: Callable[[str, Key, Pixels], None] = lambda *_: None

    def __post_init__(self) -> None:
        for name, oracle in self.oracles.items():
            if name in self.journal.ledgers:
                oracle.ledger.restore(self.journal.ledgers[name])
            for photo, scores in self.journal.scores.get(name, {}).items():
                seen = self.journal.seen[photo]
                for key, score in scores.items():
                    oracle.remember({seen[key].jpeg_sha256: score}, reference=key == ORIGINAL)

    def missing(self, photo: str) -> list[Key]:
        """The looks of a photo (by its SHA-256) that some scorer has given no score yet."""
        keys = (ORIGINAL, *(look.key for look in self.design.looks))
        return [key for key in keys if any(self._unasked(n, photo, [key]) for n in self.oracles)]

    def ask(self, subject: Subject, *, progress: Callable[[int], None] = lambda _: None) -> None:
        """Ask about all that is missing of a photo.

        Args:
            progress: called with the number of pictures that a batch was of.

        Raises:
            Ended: it is to stop.
            BudgetError: a scorer's budget is spent.
            ScorerError: a scorer keeps failing.
            OptionError: pictures are not what they were when they were first asked about.
        """
        missing = self.missing(subject.sha256)
        if ORIGINAL in missing:
            missing.remove(ORIGINAL)
            self._one_batch(subject, {ORIGINAL: subject.original()}, kind="baseline")
            progress(1)
        for start in range(0, len(missing), self.batch):
            keys = missing[start : start + self.batch]
            if self.stop():
                raise Ended
            self._one_batch(subject, subject.pictures(keys), kind="search")
            progress(len(keys))

    def _one_batch(
        self, subject: Subject, made: Mapping[Key, Picture | str], *, kind: QueryKind
    ) -> None:
        photo, known = subject.sha256, self.journal.seen.get(subject.sha256, {})
        found = {key: _seen(picture, subject.suited(key)) for key, picture in made.items()}
        _require_same(known, found)
        self.journal.see(photo, {k: s for k, s in found.items() if known.get(k) != s})
        pictures = {key: p for key, p in made.items() if isinstance(p, Picture)}
        for key, picture in pictures.items():
            self.show(photo, key, picture.received)
        for name, oracle in self.oracles.items():
            asked = {key: pictures[key] for key in self._unasked(name, photo, list(pictures))}
            if asked:
                self._score(name, oracle, photo, asked, kind)

    def _unasked(self, scorer: str, photo: str, keys: Sequence[Key]) -> list[Key]:
        said = self.journal.scores.get(scorer, {}).get(photo, {})
        return [key for key in keys if key not in said]

    def _score(
        self,
        name: str,
        oracle: Oracle,
        photo: str,
        pictures: Mapping[Key, Picture],
        kind: QueryKind,
    ) -> None:
        try:
            answers = oracle.ask(
                [(p.sha256, p.received) for p in pictures.values()],
                kind=kind,
                reference=kind == "baseline",
            )
        except Ended:
            if counts := self.journal.lose(name):
                oracle.ledger.restore(counts)
            raise
        scores = {
            key: rounded(answer.score)
            for key, answer in zip(pictures, answers, strict=True)
            if answer.error is None
        }
        self.journal.score(name, photo, scores, oracle.ledger.counts())
        if oracle.failing is not None:
            raise ScorerError(
                f"scorer {name!r} kept failing, so that exploring ended early: {oracle.failing}; "
                "the same command goes on"
            )


def _require_same(known: Mapping[Key, Seen], found: Mapping[Key, Seen]) -> None:
    """Refuse pictures that are not what they were when they were first asked about.

    Raises:
        OptionError: one is not.
    """
    for key, seen in found.items():
        if key in known and known[key].error is None and known[key] != seen:
            raise OptionError(
                f"look {key[1]} of {key[0]} is another picture here than the one that was "
                "asked about before: other versions or another processor; choose another --out"
            )


def _seen(picture: Picture | str, suited: bool) -> Seen:
    if isinstance(picture, str):
        return Seen(0.0, suited, "", 0, picture)
    appeal = rounded(picture.appraisal.value)
    return Seen(appeal, suited, picture.sha256, len(picture.jpeg))

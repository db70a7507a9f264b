"""Count verdicts on pairs: shares by edit, how far viewers agree, what controls show."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from blackcamo.mediaeval.jury.agreement import nominal_alpha
from blackcamo.mediaeval.jury.pairs.key import PairsKey, read_pairs_key
from blackcamo.mediaeval.jury.pairs.verdicts import write_verdicts
from blackcamo.mediaeval.jury.pairs.votes import Look, Looks, read_looks

ALL, CONTROLS = "all", "controls"


@dataclass(frozen=True, slots=True)
class Shares:
    """Answers on some pictures, as fractions of the looks at them."""

    name: str
    pictures: int
    looks: int
    post: float
    post_original: float
    better: float
    same: float
    worse: float
    nodiff: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far viewers agree on a yes or no.

    ``share`` of the pairs of looks at one picture that say the same; ``alpha`` is Krippendorff's,
    1 for agreement, 0 for chance. None where no two viewers looked at one picture, and alpha also
    where all answers are the same.
    """

    share: float | None
    alpha: float | None


@dataclass(frozen=True, slots=True)
class PairsTally:
    """A tally of viewers' answers on pairs; controls count in ``controls`` alone.

    ``edits`` are the most posted first. ``viewers`` are numbered as columns of ``verdicts``.
    """

    jury: str
    viewers: tuple[str, ...]
    edits: tuple[Shares, ...]
    overall: Shares | None
    controls: Shares | None
    agreement: Mapping[str, Agreement]
    by_viewer: tuple[Shares, ...]
    controls_by_viewer: Mapping[str, Shares]
    open: int
    verdicts: Path

    def to_json(self) -> dict[str, Any]:
        """The tally in JSON's types."""
        return {**asdict(self), "verdicts": str(self.verdicts)}


def tally_pairs(key: Path, votes: Sequence[Path], *, out: Path) -> PairsTally:
    """Count files of votes, and write ``verdicts.csv`` with its pictures.

    Args:
        key: the jury's key, where `make_pairs` wrote it.
        votes: CSV files of the page, or the form filled in.
        out: folder of the verdicts.

    Raises:
        InputError: a file cannot be read, or its votes do not fit the key.
        OutputError: ``out`` holds other verdicts, or a file cannot be written.
    """
    read = read_pairs_key(key)
    looks = read_looks(votes, read)
    return _count(read, looks, write_verdicts(read, looks, key.parent, out))


def _count(key: PairsKey, looks: Looks, verdicts: Path) -> PairsTally:
    given = {
        shown.pair: [said[shown.pair] for said in looks.values() if shown.pair in said]
        for shown in key.pairs
    }
    controls = [shown.pair for shown in key.pairs if shown.control]
    edited = [shown.pair for shown in key.pairs if not shown.control]
    by_edit: dict[str, list[str]] = defaultdict(list)
    for shown in key.pairs:
        if not shown.control:
            by_edit[shown.edit].append(shown.pair)

    def shares(name: str, pairs: Iterable[str]) -> Shares | None:
        return _shares(name, [given[pair] for pair in pairs if given[pair]])

    counted = filter(None, itertools.starmap(shares, by_edit.items()))
    return PairsTally(
        jury=key.jury,
        viewers=tuple(looks),
        edits=tuple(sorted(counted, key=lambda s: (-s.post, -s.better, s.name))),
        overall=shares(ALL, edited),
        controls=shares(CONTROLS, controls),
        agreement={
            "post": _agreement(looks, edited, lambda look: look.post),
            "better": _agreement(looks, edited, lambda look: look.against == "BETTER"),
            "worse": _agreement(looks, edited, lambda look: look.against == "WORSE"),
        },
        by_viewer=tuple(_by_viewer(looks, edited).values()),
        controls_by_viewer=_by_viewer(looks, controls),
        open=sum(not said for said in given.values()),
        verdicts=verdicts,
    )


def _by_viewer(looks: Looks, pairs: Sequence[str]) -> dict[str, Shares]:
    """Each viewer's answers on pairs; those who saw none of them are left out."""
    found = {
        who: _shares(who, [[said[pair]] for pair in pairs if pair in said])
        for who, said in looks.items()
    }
    return {who: shares for who, shares in found.items() if shares is not None}


def _shares(name: str, pictures: Sequence[Sequence[Look]]) -> Shares | None:
    looks = [look for said in pictures for look in said]
    if not looks:
        return None

    def share(holds: Callable[[Look], bool]) -> float:
        return sum(map(holds, looks)) / len(looks)

    return Shares(
        name=name,
        pictures=len(pictures),
        looks=len(looks),
        post=share(lambda look: look.post),
        post_original=share(lambda look: look.post_original),
        better=share(lambda look: look.against == "BETTER"),
        same=share(lambda look: look.against == "SAME"),
        worse=share(lambda look: look.against == "WORSE"),
        nodiff=share(lambda look: look.against == "NODIFF"),
    )


def _agreement(looks: Looks, pairs: Sequence[str], holds: Callable[[Look], bool]) -> Agreement:
    answers = np.array(
        [
            [float(holds(said[pair])) if pair in said else np.nan for pair in pairs]
            for said in looks.values()
        ]
    )
    yes, given = np.nansum(answers, axis=0), np.sum(~np.isnan(answers), axis=0)
    compared = (given * (given - 1)).sum()
    if not compared:
        return Agreement(None, None)
    alike = (yes * (yes - 1) + (given - yes) * (given - yes - 1)).sum()
    return Agreement(float(alike / compared), nominal_alpha(answers))

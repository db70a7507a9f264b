"""How much of a camouflage for one scorer works on others: a matrix of attacked and judged ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from statistics import fmean

from blackcamo.errors import BlackcamoError, OptionError
from blackcamo.images import Photo, write_bytes
from blackcamo.ledger import Ledger
from blackcamo.oracle import Oracle, is_high_quality
from blackcamo.report.transfer import transfer_csv
from blackcamo.run.originals import Originals
from blackcamo.run.results import TransferCell, TransferResult, TransferRow
from blackcamo.run.transfer_cases import Case, find_cases, named
from blackcamo.scorers import load_scorer, scorer_of
from blackcamo.types import Pixels, Scorer, ScorerInfo, ScorerOptions


def transfer(
    targets: Sequence[str | Path],
    *,
    scorers: Mapping[str, ScorerOptions],
    storage: str | Path,
    photos: Sequence[str | Path] = (".",),
    best_efforts: bool = False,
    out: Path | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> TransferResult:
    """Let scorers judge camouflages that were made for others, and say what is left of them.

    Of the scorer that a camouflage was made for its recorded scores are taken; it is not asked.
    Each of the others is asked about each photo and each camouflage, alone and in full precision.

    Args:
        targets: folders in which camouflages lie with their presets, at any depth, such files, or
            names of studies, whose delivered result is rendered again.
        scorers: the judges: spec -> options.
        storage: where studies are.
        photos: the originals, or folders in which they lie.
        best_efforts: also take what its search could not camouflage.
        out: also write a table of all scores there, as CSV.
        progress: called with a word, the files done and their number.

    Raises:
        OptionError: two judges have one name, or there is none.
        InputError: there are no camouflages.
        BlackcamoError: a judge cannot be loaded, or the table not be written. A camouflage that
            cannot be judged is named in ``errors``.
    """
    judges = _judges(scorers)
    cases, errors = find_cases(targets, storage, best_efforts=best_efforts)
    originals, told = Originals(photos), _Told(errors)
    rows: list[TransferRow] = []
    done = 0
    for _, group in groupby(sorted(cases, key=_photo_digest), key=_photo_digest):
        some = list(group)
        try:
            photo = originals.of(some[0].preset)
            rows += _of_photo(photo, some, judges, told)
        except BlackcamoError as error:
            errors += [named(case.name, error) for case in some]
        done += len(some)
        progress("camouflages", done, len(cases))
    if out is not None:
        write_bytes(out, transfer_csv([row.to_json() for row in rows]).encode())
    return TransferResult(
        cells=tuple(cells(rows)),
        rows=tuple(rows),
        queries={judge.info.name: judge.ledger.counts() for judge in judges},
        table=out,
        errors=tuple(errors),
        notes=tuple(told.notes),
    )


def cells(rows: Sequence[TransferRow]) -> Iterator[TransferCell]:
    """The matrix that rows come to: a cell for each attacked and judged scorer, attacked first."""
    pairs = dict.fromkeys((row.attacked, row.judged) for row in rows)
    first = {name: n for n, name in enumerate(dict.fromkeys(attacked for attacked, _ in pairs))}
    for attacked, judged in sorted(pairs, key=lambda pair: first[pair[0]]):
        mine = [row for row in rows if (row.attacked, row.judged) == (attacked, judged)]
        high = [row for row in mine if row.high_before]
        still = sum(row.high_after for row in high)
        yield TransferCell(
            attacked=attacked,
            judged=judged,
            files=len(mine),
            high_before=len(high),
            high_after=still,
            accuracy=still / len(high) if high else None,
            mean_drop=fmean(row.drop for row in mine),
        )


@dataclass(frozen=True, slots=True)
class _Judge:
    """A scorer that judges, with queries of its own."""

    scorer: Scorer
    ledger: Ledger
    oracle: Oracle

    @property
    def info(self) -> ScorerInfo:
        return self.scorer.info

    def oracle_of(self, photo: Pixels) -> Oracle:
        """Who is asked about a photo (as it arrives), and counts in this ledger."""
        asked = scorer_of(self.scorer, lambda: photo)
        return self.oracle if asked is self.scorer else Oracle(asked, self.ledger)


def _judges(scorers: Mapping[str, ScorerOptions]) -> list[_Judge]:
    if not scorers:
        raise OptionError("no scorer is named that is to judge; name one or more")
    judges: dict[str, _Judge] = {}
    for spec, options in scorers.items():
        scorer, ledger = load_scorer(spec, options), Ledger.unlimited()
        name = scorer.info.name
        if name in judges:
            raise OptionError(f"two scorers are called {name!r}; name one of them otherwise")
        judges[name] = _Judge(scorer, ledger, Oracle(scorer, ledger))
    return list(judges.values())


@dataclass(slots=True)
class _Told:
    """Errors and notes, each once."""

    errors: list[str]
    notes: dict[str, None] = field(default_factory=dict)


def _photo_digest(case: Case) -> str:
    photo = case.preset.provenance.get("photo")
    return str(photo.get("sha256")) if isinstance(photo, Mapping) else ""


def _of_photo(
    photo: Photo, cases: Sequence[Case], judges: Sequence[_Judge], told: _Told
) -> list[TransferRow]:
    """The scores of camouflages of one photo."""
    originals = [case.original(photo) for case in cases]
    asked = {judge.info.name: judge.oracle_of(originals[0][1]) for judge in judges}
    for judge in judges:
        # What a search has asked about the photo itself is known, whomever the camouflage fools.
        known = {
            digest: case.recorded[0]
            for case, (digest, _) in zip(cases, originals, strict=True)
            if _same(judge.info, case.attacked)
        }
        # A classifier has to see the photo, to know its class.
        if asked[judge.info.name] is judge.oracle:
            judge.oracle.remember(known, reference=True)
    rows: list[TransferRow] = []
    for case, original in zip(cases, originals, strict=True):
        try:
            rows += _judged(case, photo, original, asked, told)
        except BlackcamoError as error:
            told.errors.append(named(case.name, error))
    return rows


def _judged(
    case: Case,
    photo: Photo,
    original: tuple[str, Pixels],
    judges: Mapping[str, Oracle],
    told: _Told,
) -> list[TransferRow]:
    """The scores of a camouflage by each judge, and by its own scorer in the search."""
    attacked, pixels = case.attacked, case.pixels(photo)
    rows = []
    for name, oracle in judges.items():
        info = oracle.scorer.info
        if _same(info, attacked):
            rows.append(_row(case, photo, info, case.recorded, recorded=True))
            continue
        if name == attacked.name:
            told.notes[f"{attacked.name} is not the version that was attacked, and is asked"] = None
        asked = (original, (f"file {case.name}", pixels))
        answers = [
            answer
            for picture in asked
            for answer in oracle.ask([picture], kind="verify", reference=True)
        ]
        if any(answer.error for answer in answers):
            why = next(answer.error for answer in answers if answer.error)
            told.errors.append(f"{case.name}: {name} cannot score it: {why}")
            continue
        before, after = (answer.score for answer in answers)
        rows.append(_row(case, photo, info, (before, after), recorded=False))
    if attacked.name not in judges:
        rows.append(_row(case, photo, attacked, case.recorded, recorded=True))
    return rows


def _same(judge: ScorerInfo, attacked: ScorerInfo) -> bool:
    """Whether a judge is the very scorer that was attacked, on the same scale."""
    return (judge.name, judge.digest, judge.threshold, judge.higher_is_better) == (
        attacked.name, attacked.digest, attacked.threshold, attacked.higher_is_better
    )  # fmt: skip


def _row(
    case: Case, photo: Photo, info: ScorerInfo, scores: tuple[float, float], *, recorded: bool
) -> TransferRow:
    before, after = scores
    sign = 1 if info.higher_is_better else -1
    return TransferRow(
        photo=photo.path.name,
        file=case.name,
        attacked=case.attacked.name,
        judged=info.name,
        score_before=before,
        score_after=after,
        high_before=is_high_quality(before, info),
        high_after=is_high_quality(after, info),
        drop=sign * (before - after),
        recorded=recorded,
    )

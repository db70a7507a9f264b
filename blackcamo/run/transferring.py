"""How much of a camouflage for one scorer works on others: a matrix of attacked and judged ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from statistics import fmean

from blackcamo.channel import credited
from blackcamo.errors import BlackcamoError, InputError, OptionError, PhotoError, PresetError
from blackcamo.finish import finish
from blackcamo.images import Photo, load_photo, write_bytes
from blackcamo.ledger import Ledger
from blackcamo.oracle import Oracle, is_high_quality
from blackcamo.preset import Preset, read_preset
from blackcamo.rendering import render
from blackcamo.report.transfer import transfer_csv
from blackcamo.run.naming import BEST_EFFORT, CAMOUFLAGE, delivered_in
from blackcamo.run.originals import Originals
from blackcamo.run.presets import preset_channel
from blackcamo.run.results import TransferCell, TransferResult, TransferRow
from blackcamo.run.scoring import preset_beside
from blackcamo.run.targets import preset_meant
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
    cases, errors = _cases(targets, storage, best_efforts=best_efforts)
    originals, told = Originals(photos), _Told(errors)
    rows: list[TransferRow] = []
    done = 0
    for _, group in groupby(sorted(cases, key=_photo_digest), key=_photo_digest):
        some = list(group)
        try:
            photo = originals.of(some[0].preset)
            rows += _of_photo(photo, some, judges, told)
        except BlackcamoError as error:
            errors += [_line(case.name, error) for case in some]
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
    """What went wrong, and what a user should know, each once."""

    errors: list[str]
    notes: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Case:
    """A camouflage: its name, its preset, and what its pixels are."""

    name: str
    preset: Preset
    pixels: Callable[[Photo], Pixels]

    @property
    def attacked(self) -> ScorerInfo:
        return self.preset.recorded("scorer", ScorerInfo)

    @property
    def recorded(self) -> tuple[float, float]:
        """What its scorer said of the photo and of the camouflage."""
        before, after = (self.preset.recorded(f"score_{n}", float) for n in ("before", "after"))
        return before, after

    def original(self, photo: Photo) -> tuple[str, Pixels]:
        """The digest of what is sent of the photo unchanged, and what arrives of it."""
        name = self.preset.finish
        sent = finish(name).frame(photo.pixels) if name else photo.pixels
        jpeg, received = preset_channel(self.preset).send(sent)
        return hashlib.sha256(jpeg).hexdigest(), received


def _cases(
    targets: Sequence[str | Path], storage: str | Path, *, best_efforts: bool
) -> tuple[list[_Case], list[str]]:
    """The camouflages that are meant, each once, and why others cannot be used."""
    endings = (CAMOUFLAGE, BEST_EFFORT) if best_efforts else (CAMOUFLAGE,)
    found: dict[str, _Case] = {}
    errors: list[str] = []
    for target in targets:
        path = Path(target)
        files = [path] if path.is_file() else delivered_in(path, endings) if path.is_dir() else []
        if not path.exists():
            found[str(target)] = _of_study(str(target), storage)
        for file in files:
            try:
                found[str(file)] = _of_file(file)
            except BlackcamoError as error:
                errors.append(_line(str(file), error))
    if not found and not errors:
        raise InputError(
            f"{', '.join(map(str, targets))}: no {' or '.join(f'*{e}' for e in endings)} in it; "
            "name folders that `search` wrote to"
        )
    return list(found.values()), errors


def _of_file(path: Path) -> _Case:
    beside = preset_beside(path)
    if not beside.is_file():
        raise PresetError(f"{path}: no preset {beside.name} beside it; keep them together")
    preset = read_preset(beside)

    def pixels(_: Photo) -> Pixels:
        picture = load_photo(path)
        if preset.recorded("camouflage", dict).get("sha256") != picture.sha256:
            raise PhotoError(f"{path}: is not the file that its preset records; search again")
        return picture.pixels

    return _Case(str(path), preset, pixels)


def _of_study(name: str, storage: str | Path) -> _Case:
    preset = preset_meant(name, storage=storage)

    def pixels(photo: Photo) -> Pixels:
        channel = preset_channel(preset)
        sent = render(
            preset.chain(),
            photo.pixels,
            preset.params,
            keep_size=preset.keep_size,
            finish=finish(preset.finish) if preset.finish else None,
        )
        jpeg, received = channel.send(sent)
        data = credited(jpeg, photo.credit, received.shape[1::-1])
        recorded = preset.recorded("camouflage", dict).get("sha256")
        if hashlib.sha256(data).hexdigest() != recorded:
            raise PresetError(
                f"study {name!r} renders other bytes than it delivered; name its folder"
            )
        return channel.decode(data)

    return _Case(name, preset, pixels)


def _photo_digest(case: _Case) -> str:
    photo = case.preset.provenance.get("photo")
    return str(photo.get("sha256")) if isinstance(photo, Mapping) else ""


def _of_photo(
    photo: Photo, cases: Sequence[_Case], judges: Sequence[_Judge], told: _Told
) -> list[TransferRow]:
    """What scorers say of camouflages of one photo."""
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
            told.errors.append(_line(case.name, error))
    return rows


def _judged(
    case: _Case,
    photo: Photo,
    original: tuple[str, Pixels],
    judges: Mapping[str, Oracle],
    told: _Told,
) -> list[TransferRow]:
    """What each judge says of a camouflage, and what its own scorer said in the search."""
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
    case: _Case, photo: Photo, info: ScorerInfo, scores: tuple[float, float], *, recorded: bool
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


def _line(name: str, error: BlackcamoError) -> str:
    return str(error) if name in str(error) else f"{name}: {error}"

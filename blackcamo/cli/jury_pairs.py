"""blackcamo jury on pairs: what it makes, and what it prints of verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from blackcamo.cli.output import DONE, print_json, print_table, say
from blackcamo.cli.progress import counting

if TYPE_CHECKING:
    from blackcamo.mediaeval.jury.pairs.tallying import PairsTally, Shares


def make(
    source: Path,
    photos: Sequence[Path],
    controls: float,
    long_side: int | None,
    seed: int,
    out: Path,
    *,
    as_json: bool,
) -> int:
    """Make the files of a jury of pairs and say where they are."""
    from blackcamo.mediaeval.jury.pairs.finding import find_pairs
    from blackcamo.mediaeval.jury.pairs.making import LONG_SIDE_PX, make_pairs

    found = find_pairs(source, photos=photos)
    with counting(enabled=not as_json) as progress:
        made = make_pairs(
            found,
            out=out,
            seed=seed,
            controls=controls,
            long_side_px=LONG_SIDE_PX if long_side is None else long_side,
            progress=progress,
        )
    files = {"page": made.page, "form": made.form, "pictures": made.pictures, "key": made.key}
    if as_json:
        named = {name: str(path) for name, path in files.items()}
        print_json({**named, "pairs": made.pairs, "controls": made.controls})
        return DONE
    say(f"{made.page} ({made.pairs} pairs, {made.controls} controls)")
    say(f"{made.form} (the same for programs, with {made.pictures})")
    say(f"{made.key} (keep it: it says which side is the edit)")
    return DONE


def tally(votes: Sequence[Path], key: Path, out: Path, *, as_json: bool) -> int:
    """Count votes on pairs, write the verdicts and say what they are."""
    from blackcamo.mediaeval.jury.pairs.tallying import tally_pairs

    result = tally_pairs(key, votes, out=out)
    if as_json:
        print_json(result.to_json())
    else:
        _say(result)
    return DONE


def _say(result: PairsTally) -> None:
    edits = [*result.edits, *([] if result.overall is None else [result.overall])]
    if edits:
        _print_shares("edit", edits)
    if result.controls is not None:
        say()
        _print_shares("unchanged", [*result.controls_by_viewer.values(), result.controls])
    say()
    _print_shares("viewer", result.by_viewer)
    say()
    print_table(
        ("agreement on", "%", "alpha"),
        (
            (
                name,
                "-" if found.share is None else f"{100 * found.share:.0f}",
                "-" if found.alpha is None else f"{found.alpha:.3f}",
            )
            for name, found in result.agreement.items()
        ),
    )
    if result.open:
        say(f"{result.open} pairs have no vote yet")
    numbered = ", ".join(f"{n} {who}" for n, who in enumerate(result.viewers, start=1))
    say(f"{result.verdicts} (viewers: {numbered})")


def _print_shares(first: str, rows: Iterable[Shares]) -> None:
    """Percentages of looks, rows in their order."""
    print_table(
        (first, "pictures", "looks", "post", "original", "better", "same", "worse", "no diff."),
        (
            (
                row.name,
                str(row.pictures),
                str(row.looks),
                *(
                    f"{100 * share:.0f}"
                    for share in (
                        row.post,
                        row.post_original,
                        row.better,
                        row.same,
                        row.worse,
                        row.nodiff,
                    )
                ),
            )
            for row in rows
        ),
    )

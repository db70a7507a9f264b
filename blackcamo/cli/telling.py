"""What a search tells people: a photo's result as soon as it is there, and all of them at last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from blackcamo.cli.output import complain_about, number, one_line, print_table, say, say_words

if TYPE_CHECKING:
    from blackcamo.run import SearchResult


def tell(result: SearchResult, *, quiet: bool) -> None:
    """Print what became of one photo."""
    if result.error is not None:
        complain_about(result.photo, result.error)
    if result.output is None:
        return
    for note in () if quiet else result.notes:
        complain_about(result.photo, note)
    if result.interrupted:
        complain_about(result.photo, "search interrupted; the same command continues it")
    shortfall = f" ({result.why})" if result.why else ""
    say_words(
        f"{result.photo}: {result.verdict}{shortfall}: "
        f"{result.scorer} {number(result.score_before)} -> {number(result.score_after)} "
        f"(target {result.target:g}), appeal {number(result.appeal)}, "
        f"{result.queries['total']} queries, {result.seconds:.0f} s"
    )
    say_words(result.recipe, indent=2)
    say(f"  {result.output}")
    if result.next_step is not None:
        say_words(f"next: {result.next_step}", indent=2)
    if result.travel:
        trips = ", ".join(f"{name} {number(score)}" for name, score in result.travel.items())
        say(f"  after {trips} ({result.queries['travel']} queries beside the budget)")
    if result.table is not None:
        say(f"  {result.table}")
    for choice in result.choices:
        say_words(f"or {choice.recipe}", indent=2)
        say(f"     {choice.output} ({number(choice.score)}, appeal {number(choice.appeal)})")
    if result.sheet is not None:
        say(f"  all of them side by side: {result.sheet}")


def sum_up(results: Sequence[SearchResult], photos: int) -> None:
    """Print what became of several photos: a table, and all of it in one line.

    Args:
        photos: how many there are in all, with those that were not begun.
    """
    from blackcamo.report.verdict import Verdict

    say()
    print_table(
        ("photo", "before", "after", "appeal", "queries", "verdict"),
        (
            (
                one_line(result.photo.name),
                number(result.score_before),
                number(result.score_after),
                number(result.appeal),
                str(result.queries.get("total", "-")),
                result.verdict or "failed",
            )
            for result in results
        ),
    )
    said = [f"{sum(result.succeeded for result in results)} of {photos} camouflaged"]
    for word, verdict in (
        (Verdict.WITHOUT_MARGIN, Verdict.WITHOUT_MARGIN),
        ("not", Verdict.NOT_CAMOUFLAGED),
        ("failed", None),
    ):
        if names := [result.photo.stem for result in results if result.verdict == verdict]:
            said.append(f"{word}: {', '.join(names)}")
    if len(results) < photos:
        said.append(f"not begun: {photos - len(results)}")
    say_words("; ".join(said))

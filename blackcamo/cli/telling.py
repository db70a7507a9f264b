"""The result of a photo, told as soon as it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blackcamo.cli.output import complain_about, number, say, say_words

if TYPE_CHECKING:
    from blackcamo.run import SearchResult


def tell(result: SearchResult, *, quiet: bool) -> None:
    """Print what became of one photo."""
    if result.error is not None:
        again = "; so it was before, --retry-failed tries it again" if result.earlier else ""
        complain_about(result.photo, f"{result.error}{again}")
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
    _tell_more(result)


def _tell_more(result: SearchResult) -> None:
    """Print what to do next, what was asked beside, and what else was written."""
    if result.next_step is not None:
        say_words(f"next: {result.next_step}", indent=2)
    if result.channels:
        say(f"  {_channels(result)}")
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


def _channels(result: SearchResult) -> str:
    """The scores of a file after the channels that it was searched for."""
    scores = ", ".join(f"{name} {number(score)}" for name, score in result.channels.items())
    return (
        f"{result.aggregate} of {len(result.channels)} channels {number(result.score_counted)}: "
        f"{scores}"
    )

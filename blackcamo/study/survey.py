"""Summaries of studies: from a journal without replaying it, or from any storage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from optuna.distributions import json_to_distribution
from optuna.trial import FrozenTrial, TrialState

from blackcamo.errors import StudyError
from blackcamo.study import lines
from blackcamo.study.trials import STYLE, answered

DELIVERED = "delivered"
"""Attribute of a finished study: what was delivered; its key ``trial`` is a number."""
_IMPOSSIBLE = (KeyError, IndexError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class StudySummary:
    """A study in a storage and how many of its trials were evaluated.

    ``latest`` is when the latest of them was, in local time; ``style`` is that of the delivered
    trial, None where nothing was; ``damage`` says what of its record cannot be read.
    """

    name: str
    attributes: Mapping[str, Any]
    trials: int
    latest: datetime | None = None
    style: str | None = None
    damage: str | None = None


def summarise(
    name: str, attributes: Mapping[str, Any], found: Sequence[FrozenTrial]
) -> StudySummary:
    """The summary of a study whose trials were read."""
    done = answered(found)
    latest = max((t.datetime_complete for t in done if t.datetime_complete), default=None)
    number = _delivered(attributes)
    style = next((t.params.get(STYLE) for t in done if t.number == number), None)
    return StudySummary(name, attributes, len(done), latest, style)


def survey(path: Path) -> list[StudySummary]:
    """Every study of a journal, in the order of their making; those of others among them.

    Of 20,000 trials this takes half a second and no memory: only what ends them is parsed. What
    is damaged in one study is told with that study.

    Raises:
        StudyError: a line cannot be attributed to any study.
        OSError: the file cannot be read.
    """
    census = lines.Census()
    notes: dict[int, _Notes] = {}
    starts: list[int] = []
    start = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                break
            try:
                operation = census.count(line)
            except lines.DamagedLine as error:
                raise StudyError(f"{path} is a damaged journal: line {number}: {error}") from error
            if operation.study is not None:
                if operation.code == lines.CREATE_TRIAL:
                    starts.append(start)
                its = notes.setdefault(operation.study, _Notes())
                try:
                    its.take(operation, line)
                except (lines.DamagedLine, *_IMPOSSIBLE) as error:
                    its.damage = its.damage or f"line {number}: {error}"
            start += len(line)
        return [notes[study].summary(name, file, starts) for study, name in census.names.items()]


@dataclass
class _Notes:
    """The facts about one study that its lines have told."""

    attributes: dict[str, Any] = field(default_factory=dict)
    trials: list[int] = field(default_factory=list)
    ends: dict[int, datetime] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)
    damage: str | None = None

    def take(self, operation: lines.Operation, line: bytes) -> None:
        trial = operation.trial
        if operation.code == lines.STUDY_USER_ATTR:
            self.attributes |= lines.parse(line)["user_attr"]
        elif trial is None:
            return
        elif operation.code == lines.CREATE_TRIAL:
            self.trials.append(trial)
            # A running one, as all of ours are.
            if b'"state":0,' not in line:
                self._end(trial, lines.parse(line))
        elif operation.code == lines.TRIAL_STATE:
            self._end(trial, lines.parse(line))
        elif (
            operation.code == lines.TRIAL_USER_ATTR
            and b'"lost"' in line
            and lines.parse(line)["user_attr"].get("lost")
        ):
            self.lost.add(trial)

    def summary(self, name: str, file: IO[bytes], starts: Sequence[int]) -> StudySummary:
        done = [end for trial, end in self.ends.items() if trial not in self.lost]
        style = None
        try:
            number = _delivered(self.attributes)
            if number is not None:
                file.seek(starts[self.trials[number]])
                style = _style(lines.parse(file.readline()))
        except (lines.DamagedLine, *_IMPOSSIBLE) as error:
            self.damage = self.damage or f"what was delivered: {error!r}"
        latest = max(done, default=None)
        return StudySummary(name, self.attributes, len(done), latest, style, self.damage)

    def _end(self, trial: int, log: lines.Log) -> None:
        if TrialState(log.get("state", TrialState.RUNNING)).is_finished():
            ended = datetime.fromisoformat(log["datetime_complete"])
            self.ends.setdefault(trial, ended.astimezone().replace(tzinfo=None))


def _delivered(attributes: Mapping[str, Any]) -> int | None:
    delivered = attributes.get(DELIVERED)
    number = delivered.get("trial") if isinstance(delivered, Mapping) else None
    return number if isinstance(number, int) else None


def _style(log: lines.Log) -> str:
    choices = json_to_distribution(log["distributions"][STYLE])
    return str(choices.to_external_repr(log["params"][STYLE]))

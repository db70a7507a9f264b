"""Lines of an Optuna journal: which study each is about, told without parsing those of others.

A journal holds one operation a line, as JSON. Studies and trials are known by numbers that are
nowhere written: they are counted as Optuna counts them when it replays the operations.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

Log: TypeAlias = dict[str, Any]

CREATE_STUDY, DELETE_STUDY, STUDY_USER_ATTR, STUDY_SYSTEM_ATTR, CREATE_TRIAL = range(5)
TRIAL_PARAM, TRIAL_STATE, TRIAL_VALUE, TRIAL_USER_ATTR, TRIAL_SYSTEM_ATTR, DISCARD = range(5, 11)

# How Optuna and this package begin a line; others may write the same fields in another order.
_HEAD = re.compile(rb'\{"op_code":(\d+),"worker_id":"[^"\\]*","(?:study|trial)_id":(\d+)[,}]')
_NUMBER = (int, float)
_FIELDS: dict[int, dict[str, type | tuple[type, ...]]] = {
    CREATE_STUDY: {"study_name": str, "directions": list},
    DELETE_STUDY: {"study_id": int},
    STUDY_USER_ATTR: {"study_id": int, "user_attr": dict},
    STUDY_SYSTEM_ATTR: {"study_id": int, "system_attr": dict},
    CREATE_TRIAL: {"study_id": int, "datetime_start": (str, type(None))},
    TRIAL_PARAM: {
        "trial_id": int,
        "param_name": str,
        "param_value_internal": _NUMBER,
        "distribution": str,
    },
    TRIAL_STATE: {"trial_id": int, "state": int, "values": (list, type(None))},
    TRIAL_VALUE: {"trial_id": int, "step": int, "intermediate_value": _NUMBER},
    TRIAL_USER_ATTR: {"trial_id": int, "user_attr": dict},
    TRIAL_SYSTEM_ATTR: {"trial_id": int, "system_attr": dict},
    DISCARD: {},
}

NOTHING: Log = {
    "op_code": STUDY_SYSTEM_ATTR,
    "worker_id": "",
    "study_id": -1,
    "system_attr": {"": None},
}
"""An operation that Optuna counts and that does nothing: there is no such study."""


OTHERS = 0
"""The study that stands for all that are not looked at, where a journal's beginning is skipped."""
_FORGOTTEN = "\0"
_TRIAL_OF_OTHERS: Log = {
    "op_code": CREATE_TRIAL,
    "worker_id": "",
    "study_id": OTHERS,
    "datetime_start": None,
}


class DamagedLine(ValueError):  # noqa: N818 - named by what it is
    """A line that is no operation; says why."""


@dataclass(frozen=True, slots=True)
class Operation:
    """The operation of a line: ``study`` is the number of the study that it is about, None of none.

    ``log`` is the line, where it had to be parsed to tell.
    """

    code: int
    study: int | None
    trial: int | None
    log: Log | None


class Census:
    """The studies and trials that the lines so far have made.

    Attributes:
        names: number of each study that exists -> its name.
        studies: how many were made, with those that were deleted.
        owners: the number of the study of each trial, by the trial's number in the journal.
    """

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.owners: list[int] = []
        self.studies = 0

    def copy(self) -> Census:
        """One that goes on by itself."""
        other = Census()
        other.names, other.owners = dict(self.names), list(self.owners)
        other.studies = self.studies
        return other

    def logs(self) -> Iterator[Log]:
        """Operations after which Optuna gives studies and trials the numbers that come next.

        All trials belong to study ``OTHERS``, the one that there is then if there was any.
        """
        for number in range(self.studies):
            yield {
                "op_code": CREATE_STUDY,
                "worker_id": "",
                "study_name": f"{_FORGOTTEN}{number}",
                "directions": [1],
            }
            if number != OTHERS:
                yield {"op_code": DELETE_STUDY, "worker_id": "", "study_id": number}
        for _ in self.owners:
            yield _TRIAL_OF_OTHERS

    def count(self, line: bytes) -> Operation:
        """The operation of the next line.

        Raises:
            DamagedLine: it is no operation, and not even its first fields can be read.
        """
        head = _HEAD.match(line)
        if head is None:
            log = parse(line)
            code, subject = log["op_code"], log.get("study_id", log.get("trial_id"))
        else:
            log, code, subject = None, int(head[1]), int(head[2])
        if code >= TRIAL_PARAM:
            owner = None
            if subject is not None and 0 <= subject < len(self.owners):
                owner = self.owners[subject]
            return Operation(code, owner, subject, log)
        if code == CREATE_STUDY:
            subject = self._create(str((log or parse(line))["study_name"]))
        elif subject not in self.names:
            subject = None
        elif code == DELETE_STUDY:
            del self.names[subject]
        if code == CREATE_TRIAL and subject is not None:
            self.owners.append(subject)
            return Operation(code, subject, len(self.owners) - 1, log)
        return Operation(code, subject, None, log)

    def _create(self, name: str) -> int | None:
        if name in self.names.values():
            return None
        self.names[self.studies] = name
        self.studies += 1
        return self.studies - 1


def parse(line: bytes) -> Log:
    """The operation of a line, with every field that Optuna looks at.

    Raises:
        DamagedLine: it is none.
    """
    try:
        log = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DamagedLine("it is no JSON") from error
    if not isinstance(log, dict) or not isinstance(log.get("worker_id"), str):
        raise DamagedLine("it names no operation of Optuna")
    code = log.get("op_code")
    fields = _FIELDS.get(code) if isinstance(code, int) else None
    if fields is None:
        raise DamagedLine(f"operation {code!r:.40} is none of Optuna's")
    for name, kind in fields.items():
        if not isinstance(log.get(name), kind) or isinstance(log.get(name), bool):
            raise DamagedLine(f"its field {name!r} is missing or of another type")
    return log


def stub_of_others(operation: Operation) -> Log | None:
    """The substitute of an operation after a skipped beginning; None where it is to be done.

    That is the making of a study that was not there before.
    """
    if operation.code == CREATE_TRIAL and operation.study is not None:
        return _TRIAL_OF_OTHERS
    if operation.code == CREATE_STUDY and operation.study is not None:
        return None
    return NOTHING


def stub(operation: Operation) -> Log:
    """The substitute of an operation on a study that nobody asks about: its trials are counted."""
    if operation.code != CREATE_TRIAL:
        return NOTHING
    return {
        "op_code": CREATE_TRIAL,
        "worker_id": "",
        "study_id": operation.study,
        "datetime_start": None,
    }


def compact(log: Log) -> Log:
    """The same operation in fewer bytes, as Optuna reads it, too.

    Most of a trial are the ranges of its parameters, which are written with each; they have a
    short form. What is empty is what Optuna assumes.
    """
    log = {**log, "worker_id": short_worker(log["worker_id"])}
    if log["op_code"] != CREATE_TRIAL:
        return log
    short = {
        key: value
        for key, value in log.items()
        if key == "datetime_start" or not (value is None or value == {})
    }
    if "distributions" in short:
        ranges = short["distributions"]
        short["distributions"] = {name: _short(text) for name, text in ranges.items()}
    return short


@cache
def short_worker(worker: str) -> str:
    """A worker's name in fewer letters; Optuna asks only whether it is its own."""
    return hashlib.sha256(worker.encode()).hexdigest()[:10]


@cache
def _short(distribution: str) -> str:
    found = json.loads(distribution)
    kind = str(found["name"]).removesuffix("Distribution").lower()
    usual = {"log": False, "step": 1 if kind == "int" else None}
    told = {k: v for k, v in found["attributes"].items() if k not in usual or v != usual[k]}
    if kind == "float":
        told.update({end: int(told[end]) for end in ("low", "high") if told[end].is_integer()})
    return json.dumps({"type": kind, **told}, separators=(",", ":"))

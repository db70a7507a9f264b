"""Reading a hand-written TOML table so that no mistake in it goes unnoticed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from blackcamo.errors import InputError
from blackcamo.plugins import unknown
from blackcamo.strict_json import short


class StrictTable:
    """One table of a TOML file that a user wrote.

    Args:
        path: the file, for messages.
        name: the table's name, empty for the whole file.
        values: what ``tomllib`` read.

    Every reader raises InputError where the value is of another kind; ``finish`` does for a key
    that no reader asked for.
    """

    def __init__(self, path: str, name: str, values: dict[str, Any]) -> None:
        self._path, self._name, self._values = path, name, values
        self._asked: list[str] = []

    def refuse(self, key: str, problem: str) -> NoReturn:
        """Say what is wrong with ``key``."""
        where = f"[{self._name}] {key}" if self._name else key
        raise InputError(f"{self._path!r}: {where} {problem}")

    def table(self, key: str) -> StrictTable:
        """The table ``key``, empty where it is left out."""
        values = self._get(key, {})
        if not isinstance(values, dict):
            self.refuse(key, f"is {short(values)}; it must be a table")
        return StrictTable(self._path, key, values)

    def text(self, key: str, default: str) -> str:
        """A string."""
        value = self._get(key, default)
        if not isinstance(value, str):
            self.refuse(key, f"is {short(value)}; it must be a string")
        return value

    def choice(self, key: str, default: str, known: Iterable[str]) -> str:
        """One of ``known``."""
        value = self.text(key, default)
        if value not in known:
            self.refuse(key, f"is not known: {unknown('value', value, known)}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._get(key, default)
        if not isinstance(value, bool):
            self.refuse(key, f"is {short(value)}; it must be true or false")
        return value

    def whole(self, key: str, *, least: int, most: int) -> int | None:
        """A whole number, None where it is left out."""
        value = self._get(key, None)
        if value is None:
            return None
        if type(value) is not int or not least <= value <= most:
            self.refuse(key, f"is {short(value)}; it must be a whole number, {least} to {most}")
        return value

    def number(self, key: str, default: float) -> float:
        """A finite number."""
        value = self._get(key, default)
        if not _finite(value):
            self.refuse(key, f"is {short(value)}; it must be a finite number")
        return float(value)

    def numbers(self, key: str, *, length: int | None = None) -> tuple[float, ...] | None:
        """Finite numbers, None where they are left out."""
        value = self._get(key, None)
        if value is None:
            return None
        right = isinstance(value, list) and value and all(_finite(v) for v in value)
        if not right or (length is not None and len(value) != length):
            self.refuse(
                key, f"is {short(value)}; it must be a list of {length or 'finite'} numbers"
            )
        return tuple(float(v) for v in value)

    def finish(self) -> None:
        """Refuse keys that were not asked for, with a hint."""
        for key in self._values:
            if key not in self._asked:
                table = f"key of [{self._name}]" if self._name else "key"
                raise InputError(f"{self._path!r}: {unknown(table, key, self._asked)}")

    def _get(self, key: str, default: Any) -> Any:
        self._asked.append(key)
        return self._values.get(key, default)


def _finite(value: Any) -> bool:
    # Compared, not converted: a whole number of TOML may exceed every float.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300

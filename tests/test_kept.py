"""What is kept: the last ones, each made once, whoever asks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from blackcamo.kept import Kept


def test_what_was_asked_for_last_is_not_made_again() -> None:
    made: list[str] = []

    def make(keys: list[str]) -> list[str]:
        made.extend(keys)
        return [key.upper() for key in keys]

    kept: Kept[str, str] = Kept(2)
    assert kept.all(["a", "b", "a"], make) == ["A", "B", "A"]
    assert made == ["a", "b"]
    # "a" was asked for after "b", so "b" goes.
    assert kept.all(["c"], make) + kept.all(["a"], make) == ["C", "A"]
    assert made == ["a", "b", "c"]
    assert kept.all(["b"], make) == ["B"]
    assert made == ["a", "b", "c", "b"]


def test_more_than_is_kept_is_made_all_the_same() -> None:
    kept: Kept[int, int] = Kept(0)
    assert kept.all([3, 1, 2, 3], lambda keys: [10 * key for key in keys]) == [30, 10, 20, 30]


def test_threads_wait_for_the_one_that_makes_it() -> None:
    kept: Kept[int, object] = Kept(4)
    begun, go = threading.Event(), threading.Event()
    made: list[object] = []

    def make(keys: list[int]) -> list[object]:
        begun.set()
        assert go.wait(10)
        made.append(object())
        return [made[-1]]

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(kept.all, [1], make)
        assert begun.wait(10)
        others = [pool.submit(kept.all, [1], make) for _ in range(2)]
        # What is known already waits for nobody.
        assert kept.all([2], lambda keys: [None]) == [None]
        go.set()
        assert all(one.result(10) == [made[0]] for one in (first, *others))
    assert len(made) == 1


def test_what_failed_is_tried_again_and_told_to_all_who_wait() -> None:
    kept: Kept[int, int] = Kept(4)
    begun, go = threading.Event(), threading.Event()

    def fail(keys: list[int]) -> list[int]:
        begun.set()
        assert go.wait(10)
        raise ValueError("no")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(kept.all, [1], fail)
        assert begun.wait(10)
        second = pool.submit(kept.all, [1], lambda keys: [0])
        go.set()
        for one in (first, second):
            with pytest.raises(ValueError, match="no"):
                one.result(10)
    assert kept.all([1], lambda keys: [7]) == [7]

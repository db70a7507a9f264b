"""The public names: sorted, all there, and cheap to look at."""

from __future__ import annotations

import inspect
import subprocess
import sys

import blackcamo


def test_all_is_sorted_and_complete() -> None:
    assert blackcamo.__all__ == sorted(blackcamo.__all__)
    for name in blackcamo.__all__:
        public = getattr(blackcamo, name)
        assert public.__name__.rpartition(".")[2] == name
        assert callable(public)


def test_functions_stay_callable_whatever_is_imported() -> None:
    import blackcamo.run.searching
    from blackcamo.styles.vivid import STYLE

    assert callable(blackcamo.search)
    assert [entry.name for entry in blackcamo.styles([STYLE.name])] == [STYLE.name]
    assert list(inspect.signature(blackcamo.styles).parameters) == ["names"]


def test_what_there_is_is_listed() -> None:
    assert {"pocketiqa", "niqe"} <= {entry.name for entry in blackcamo.scorers()}
    assert "tone" in {entry.name for entry in blackcamo.filters()}
    assert "pocketiqa" in {entry.name for entry in blackcamo.profiles()}


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, blackcamo; dir(blackcamo); "
        "print(sorted({'torch', 'optuna', 'nevergrad', 'numpy', 'cv2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

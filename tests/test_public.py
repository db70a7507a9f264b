"""The public names: sorted, all there, and cheap to look at."""

from __future__ import annotations

import subprocess
import sys

import blackcamo


def test_all_is_sorted_and_complete() -> None:
    assert blackcamo.__all__ == sorted(blackcamo.__all__)
    for name in blackcamo.__all__:
        assert getattr(blackcamo, name).__name__ == name


def test_search_stays_a_function_whatever_is_imported() -> None:
    import blackcamo.run.searching

    assert callable(blackcamo.search)


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, blackcamo; dir(blackcamo); "
        "print(sorted({'torch', 'optuna', 'nevergrad', 'numpy', 'cv2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

#!/usr/bin/env bash
# Who imports the backport importlib_metadata changes what the standard library's importlib.metadata
# does: a field that a package has not raises KeyError, until then it was None.
#
# Guess beforehand: a backport has an API of its own, and the standard library goes on as before.
# Seen with Python 3.11.7 and importlib-metadata 10.2.0: on import the backport takes the method
# find_distributions off the standard library's PathFinder and puts a finder of its own behind it, so
# that importlib.metadata.distribution() hands out the backport's distributions. Their metadata raises
# KeyError for what is missing, where that of the standard library gives None. Any package that imports
# the backport does it for the whole process, so that a test passes or fails by what ran before it.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    importlib-metadata==10.2.0
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import platform
import importlib.metadata as standard


def missing():
    """What the standard library gives of a field that no package has."""
    try:
        return standard.distribution("zipp").metadata["No-Such-Field"]
    except KeyError as error:
        return repr(error)


before, kind = missing(), type(standard.distribution("zipp"))
import importlib_metadata

after = missing()
print("Python", platform.python_version())
print("importlib-metadata", importlib_metadata.version("importlib-metadata"))
print("before its import:", before, kind.__module__)
print("after:", after, type(standard.distribution("zipp")).__module__)
from importlib.machinery import PathFinder

assert before is None and "KeyError" in after, (before, after)
assert getattr(PathFinder, "find_distributions", None) is None
PYTHON

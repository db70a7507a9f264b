"""``python -m blackcamo`` is the command ``blackcamo``."""

from __future__ import annotations

import sys

from blackcamo.cli import main

if __name__ == "__main__":
    sys.exit(main())

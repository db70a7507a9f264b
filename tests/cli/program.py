"""The command as a process of its own."""

from __future__ import annotations

import signal
import sys

PROGRAM = [sys.executable, "-m", "blackcamo"]


def hear_ctrl_c() -> None:
    """Before a process starts: a shell's background job would hand down that Ctrl-C is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)

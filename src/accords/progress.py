"""Says what a long command is doing: one moving line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import time
from typing import TextIO


class Progress:
    """Call it with each step as it begins; call done at the end. quiet: say nothing."""

    def __init__(self, quiet: bool = False, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._quiet = quiet
        self._terminal = self._stream.isatty()
        self._colour = self._terminal and not os.environ.get("NO_COLOR")
        self._started = time.perf_counter()

    def __call__(self, step: str) -> None:
        if self._quiet:
            return
        if self._terminal:
            text = f"\x1b[2m{step} ...\x1b[0m" if self._colour else f"{step} ..."
            self._stream.write(f"\r\x1b[K{text}")
        else:
            self._stream.write(f"{step}\n")
        self._stream.flush()

    def done(self, result: str) -> None:
        """Say how it ended, and after how many seconds."""
        if self._terminal and not self._quiet:
            self._stream.write("\r\x1b[K")
        if not self._quiet:
            seconds = time.perf_counter() - self._started
            self._stream.write(f"{result} ({seconds:.1f} s)\n")
            self._stream.flush()

"""One writer at a time in a folder."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock


@contextmanager
def locked(folder: Path, timeout: float = 300) -> Iterator[None]:
    """Hold the lock of a folder, waiting up to `timeout` seconds. The lock's file lies in the
    system's temporary folder, so that none stays beside the data. Raises filelock.Timeout."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    with FileLock(Path(tempfile.gettempdir()) / f"accords-{name}.lock", timeout=timeout):
        yield

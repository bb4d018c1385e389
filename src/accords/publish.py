"""Writes a published set whole: beside it first, then swapped in, datapackage.json last.

The descriptor holds the hashes of all files. A build killed before the swap leaves the old set; one
killed within it leaves files that do not match the descriptor, which every reader of the hashes
sees, and a folder from which the next build finishes the swap. No file is lost either way.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from accords.lock import locked

STAGING = ".accords-staging"
READY = "ready"  # stands in the staging folder once it is complete and checked
DESCRIPTOR = "datapackage.json"
GENERATED = ("datasets/csv", "datasets/parquet")  # what is here and not in the set is removed


def publish(files: Mapping[str, bytes], out: Path, check: Callable[[Path], None]) -> list[str]:
    """Publish `files` (path -> bytes, the descriptor among them) into `out`.

    check: is called with the staging folder before anything is swapped, and raises where the set
    is wrong. Returns the paths that changed.
    """
    with locked(out):
        recover(out)
        changed = sorted(path for path in files if _read(out / path) != files[path])
        if not changed and not list(stale(out, files)):
            check(out)
            return []
        staging = out / STAGING
        try:
            for path, content in files.items():
                _write(staging / "new" / path, content)
            check(staging / "new")
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        _write(staging / READY, b"")
        _swap(out)
        return changed


def recover(out: Path) -> None:
    """Finish a swap that was cut off, or clear away a set that was never complete."""
    staging = out / STAGING
    if (staging / READY).exists():
        _swap(out)
    elif staging.exists():
        shutil.rmtree(staging)


def _swap(out: Path) -> None:
    new = out / STAGING / "new"
    paths = sorted(path.relative_to(new) for path in new.rglob("*") if path.is_file())
    last = Path(DESCRIPTOR)
    for path in [path for path in paths if path != last]:
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        os.replace(new / path, out / path)
    if last in paths:
        files = {str(item["path"]) for item in json.loads((new / last).read_text())["resources"]}
        for path in stale(out, files):
            path.unlink()
        os.replace(new / last, out / last)
    shutil.rmtree(out / STAGING)


def stale(out: Path, files: Mapping[str, bytes] | set[str]) -> Iterator[Path]:
    """Files in the generated folders that do not belong to the set."""
    for folder in GENERATED:
        for path in sorted((out / folder).glob("*")):
            if path.relative_to(out).as_posix() not in files:
                yield path


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())

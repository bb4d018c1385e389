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

from accords.files import DESCRIPTOR, TABLE_FOLDERS
from accords.lock import locked

STAGING = ".accords-staging"
READY = "ready"  # stands in the staging folder once it is complete and checked


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
            write_all(files, staging / "new")
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
    if (new / DESCRIPTOR).is_file():  # it goes last: without it all is swapped
        paths = {path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file()}
        resources = json.loads((new / DESCRIPTOR).read_bytes())["resources"]
        hashed = {str(item["path"]) for item in resources}
        # What the descriptor hashes goes first, so that no other file changes unseen.
        _move(new, out, sorted(paths & hashed))
        for path in stale(out, hashed):
            path.unlink()
        _move(new, out, sorted(paths - hashed - {DESCRIPTOR}))
        _move(new, out, [DESCRIPTOR])
    shutil.rmtree(out / STAGING)


def _move(new: Path, out: Path, paths: list[str]) -> None:
    for path in paths:
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        os.replace(new / path, out / path)


def stale(out: Path, files: Mapping[str, bytes] | set[str]) -> Iterator[Path]:
    """Files in the generated folders that do not belong to the set."""
    for folder in TABLE_FOLDERS:
        for path in sorted((out / folder).glob("*")):
            if not path.is_dir() and path.relative_to(out).as_posix() not in files:
                yield path


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def write_all(files: Mapping[str, bytes], folder: Path) -> None:
    """Write `files` below `folder`, each on the disk before the next."""
    for path, content in files.items():
        _write(folder / path, content)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())

"""The files of a built package, in a folder or a zip."""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

DESCRIPTOR = "datapackage.json"
TABLE_FOLDERS = ("datasets/csv", "datasets/parquet")  # hold the files of tables and nothing else


class NotAPackage(Exception):
    """There is no package at the path given; the message says why."""


class PackageFiles:
    """Reads the files of a package by the paths that its descriptor names.

    path: a folder, a datapackage.json or a zip with a datapackage.json at its root or in its only
    folder. Raises NotAPackage.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._zip: zipfile.ZipFile | None = None
        self._inside = ""
        if path.is_dir():
            self._folder = path
        elif path.name == DESCRIPTOR and path.is_file():
            self._folder = path.parent
        elif zipfile.is_zipfile(path):
            self._zip = zipfile.ZipFile(path)
            found = [name for name in self._zip.namelist() if _is_descriptor(name)]
            if len(found) != 1:
                raise NotAPackage(f"{path}: has {len(found)} {DESCRIPTOR} near its root, not one")
            self._inside = found[0].removesuffix(DESCRIPTOR)
        elif not path.exists():
            raise NotAPackage(f"{path}: there is no such file or folder")
        else:
            raise NotAPackage(f"{path}: is no folder, no {DESCRIPTOR} and no zip")
        if self.read(DESCRIPTOR) is None:
            raise NotAPackage(f"{path}: has no {DESCRIPTOR}; build it with python build.py")

    def descriptor(self) -> Any:
        """The descriptor. Raises ValueError where it is not JSON."""
        return json.loads(self.read(DESCRIPTOR) or b"")

    def tables(self) -> list[str]:
        """Paths of all files that look like those of tables, named by the descriptor or not."""
        if self._zip is None:
            found = (path for folder in TABLE_FOLDERS for path in (self._folder / folder).glob("*"))
            return [path.relative_to(self._folder).as_posix() for path in found if path.is_file()]
        names = (name.removeprefix(self._inside) for name in self._zip.namelist())
        inside = tuple(f"{folder}/" for folder in TABLE_FOLDERS)
        return [name for name in names if name.startswith(inside) and not name.endswith("/")]

    def read(self, name: str) -> bytes | None:
        """The bytes of a file; None where it can't be read or its path leaves the package."""
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts:
            return None
        if self._zip is None:
            path = self._folder / pure
            return path.read_bytes() if path.is_file() else None
        try:
            return self._zip.read(f"{self._inside}{pure}")
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):
            return None  # missing, damaged, encrypted or packed by an unknown method


def _is_descriptor(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and parts[-1] == DESCRIPTOR and len(parts) <= 2

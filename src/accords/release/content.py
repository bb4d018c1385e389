"""What a release is made of: a built package in a folder, its tables in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from accords.exports import parquet_path
from accords.files import PackageFiles
from accords.schema import Schemas, read_schemas


@dataclass(frozen=True)
class Content:
    """A built package."""

    folder: Path

    @cached_property
    def about(self) -> dict[str, Any]:
        """datapackage.json."""
        found: dict[str, Any] = PackageFiles(self.folder).descriptor()
        return found

    @cached_property
    def schemas(self) -> Schemas:
        return read_schemas(self.folder / "schemas")

    @cached_property
    def tables(self) -> dict[str, pa.Table]:
        return {name: pq.read_table(self.folder / parquet_path(name)) for name in self.schemas}

    @property
    def version(self) -> str:
        return str(self.about["version"])

    @property
    def day(self) -> datetime:
        """The day of release: the one time that a released file may state."""
        return datetime.fromisoformat(self.about["created"]).replace(tzinfo=None)

"""The real records and published files."""

from __future__ import annotations

from pathlib import Path

import pytest

from accords.schema import Schemas, read_schemas

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    return read_schemas(ROOT / "schemas")

"""Which published files differ from what the records give.

Parquet is compared by types, metadata and rows: its bytes depend on the version of the library
that wrote it. Everything else is compared by bytes, the descriptor with the fixity of the Parquet
files as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from accords import croissant, descriptor
from accords.croissant import CROISSANT
from accords.descriptor import to_json
from accords.files import DESCRIPTOR
from accords.problems import Problem
from accords.publish import stale


def drift(files: Mapping[str, bytes], out: Path) -> Iterator[Problem]:
    """One problem for each file in `out` that is missing, too many or other than in `files`."""
    due = dict(files)
    for path, content in files.items():
        published = out / path
        if path.endswith(".parquet") and published.is_file():
            there = published.read_bytes()
            if same_table(content, there):
                due[path] = there  # another writer's bytes of the same table
    for path, refresh in _FIXITY.items():
        due[path] = to_json(refresh(json.loads(files[path]), due))
    for path, content in due.items():
        published = out / path
        if not published.is_file():
            yield _problem(path, "missing")
        elif (there := published.read_bytes()) != content:
            parquet = path.endswith(".parquet")
            where = "in types, metadata or rows" if parquet else _first_difference(content, there)
            yield _problem(path, f"differs {where}")
    for extra in stale(out, due):
        yield _problem(extra.relative_to(out).as_posix(), "belongs to no table")


def same_table(one: bytes, other: bytes) -> bool:
    """Whether two Parquet files hold the same table: types, metadata and rows."""
    try:
        first, second = (pq.read_table(pa.BufferReader(content)) for content in (one, other))
    except (pa.ArrowException, OSError):
        return False
    return first.schema.equals(second.schema, check_metadata=True) and first.equals(second)


# Files that hold hashes of others -> how to renew them
_FIXITY = {DESCRIPTOR: descriptor.refreshed, CROISSANT: croissant.refreshed}


def _first_difference(due: bytes, found: bytes) -> str:
    for number, (one, other) in enumerate(
        zip(due.splitlines(), found.splitlines(), strict=False), 1
    ):
        if one != other:
            return f"at line {number}"
    return "at its end"


def _problem(path: str, what: str) -> Problem:
    return Problem(path, 0, "", what, "published files are those of the records", "run build.py")

"""The logical hash of a table: of its typed rows in key order, whatever file they are read from.

The text hashed has one line of `name:type` for each column and one line a row, its cells the
canonical text of accords.cells. Cells are joined by U+001F, each line is ended by U+001E, a missing
cell is U+0000. Rows stand in the order of their primary key, compared as text by code point. The
hash is the SHA-256 of that in UTF-8, as hex. docs/logical-hash.md defines it for everyone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from accords.cells import to_text
from accords.schema import Table

if TYPE_CHECKING:
    import pyarrow as pa

MISSING, CELL_END, LINE_END = "\x00", "\x1f", "\x1e"


def logical_hash(texts: Mapping[str, Sequence[str | None]], table: Table) -> str:
    """The logical hash of a table, 64 hex digits.

    texts: every column of the schema as canonical text, None where missing, rows in any order.
    Raises ValueError where a cell has one of the three characters that the hash reserves.
    """
    rows = list(zip(*(texts[name] for name in table.columns), strict=True))
    places = [list(table.columns).index(name) for name in table.primary_key]
    rows.sort(key=lambda row: tuple(row[place] or "" for place in places))
    header = CELL_END.join(f"{field.name}:{field.type}" for field in table.fields)
    digest = hashlib.sha256(f"{header}{LINE_END}".encode())
    for row in rows:
        line = CELL_END.join([MISSING if cell is None else cell for cell in row])
        reserved = (line.count(MISSING), line.count(CELL_END), line.count(LINE_END))
        if reserved != (row.count(None), len(row) - 1, 0):
            raise ValueError(f"{table.name}: a cell has U+0000, U+001E or U+001F: {row!r}")
        digest.update(f"{line}{LINE_END}".encode())
    return digest.hexdigest()


def arrow_to_text(arrow: pa.Table, table: Table) -> dict[str, list[str | None]]:
    """The columns of an Arrow table, such as a Parquet file holds, as canonical text."""
    return {
        name: column_to_text(arrow.column(name), field.type)
        for name, field in table.columns.items()
    }


def column_to_text(column: pa.ChunkedArray, kind: str) -> list[str | None]:
    """A column of Arrow as canonical text. (By way of pandas, integers beside nulls would become
    floats and lose digits.)"""
    return to_text(pd.Series(column.to_pylist(), dtype="object"), kind)

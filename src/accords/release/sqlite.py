"""The dataset as one SQLite file: keys, an index on every reference, and a full-text search."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

from accords.release.content import Content
from accords.schema import Table

_TYPES = {"integer": "INTEGER", "year": "INTEGER", "number": "REAL", "boolean": "INTEGER"}

# SELECT ... FROM agreements_fts WHERE agreements_fts MATCH 'lithium' joins agreements by its id.
_SEARCH = """
CREATE VIRTUAL TABLE agreements_fts USING fts5(
  agreement_id UNINDEXED, title, title_original, summary, parties, provisions,
  tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO agreements_fts
SELECT a.agreement_id, a.title, a.title_original, a.summary,
  (SELECT group_concat(name, '; ') FROM (
    SELECT p.name FROM agreement_parties AS l JOIN parties AS p USING (party_id)
    WHERE l.agreement_id = a.agreement_id ORDER BY l.party_id)),
  (SELECT group_concat(detail, '; ') FROM (
    SELECT v.detail FROM provisions AS v
    WHERE v.agreement_id = a.agreement_id ORDER BY v.provision_id))
FROM agreements AS a ORDER BY a.agreement_id;
"""


def sqlite_bytes(content: Content) -> bytes:
    """The file's bytes; they depend on the version of SQLite, which the file itself names.

    Raises sqlite3.IntegrityError where a key does not hold.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "accords.sqlite"
        connection = sqlite3.connect(path)
        try:
            _fill(connection, content)
        finally:
            connection.close()
        return path.read_bytes()


def _fill(connection: sqlite3.Connection, content: Content) -> None:
    with connection:
        for name, table in content.schemas.items():
            connection.execute(_create(table))
            columns = [_cells(column.to_pylist()) for column in content.tables[name].columns]
            marks = ", ".join("?" * len(columns))
            rows = zip(*columns, strict=True)
            connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
        for name, table in content.schemas.items():
            for key in table.foreign_keys:
                index = "_".join((name, *key.fields))
                connection.execute(
                    f'CREATE INDEX IF NOT EXISTS "{index}" ON "{name}" ({_names(key.fields)})'
                )
    with connection:
        connection.executescript(_SEARCH)
    if broken := connection.execute("PRAGMA foreign_key_check").fetchone():
        raise sqlite3.IntegrityError(f"{broken[0]}: a row refers to no row of {broken[2]}")
    connection.execute("VACUUM")


def _create(table: Table) -> str:
    lines = [
        f'"{field.name}" {_TYPES.get(field.type, "TEXT")}{" NOT NULL" if field.required else ""}'
        for field in table.fields
    ]
    lines.append(f"PRIMARY KEY ({_names(table.primary_key)})")
    lines += [
        f'FOREIGN KEY ({_names(key.fields)}) REFERENCES "{key.reference}" '
        f"({_names(key.reference_fields)})"
        for key in table.foreign_keys
    ]
    return f'CREATE TABLE "{table.name}" ({", ".join(lines)})'


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _cells(values: list[object]) -> list[object]:
    """Dates as their text: SQLite has no type for them."""
    plain = (str, int, float, bool, type(None))
    return [value if isinstance(value, plain) else str(value) for value in values]

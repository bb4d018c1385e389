"""Reads a built package as it is, cell by cell as text, for a comparison."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from accords.cells import is_canonical, to_text
from accords.files import NotAPackage, PackageFiles
from accords.schema import Schemas, Table, parse_table

Cells = dict[str, str | None]  # one row: column -> canonical text, None where missing
Key = tuple[str, ...]  # the text of the key cells, in key order
Value = str | int | float | bool | None  # as in JSON; a date is its text
Row = dict[str, Value]
Tables = dict[str, list[Row]]


@dataclass(frozen=True)
class Release:
    """One built package: its version, the schemas of all its tables, and the rows of the base
    tables and of `changes`."""

    version: str
    schemas: Schemas
    rows: Mapping[str, list[Cells]]

    def is_base(self, table: str) -> bool:
        """Whether the package has the table, and not as a derived one."""
        return table in self.schemas and not self.schemas[table].derived

    def tables(self) -> Tables:
        """The base tables as typed rows."""
        return {
            name: [typed_row(cells, table) for cells in self.rows[name]]
            for name, table in self.schemas.items()
            if not table.derived
        }


def read_release(path: Path) -> Release:
    """The package at `path` (a folder, a zip or a datapackage.json); hashes are not verified.

    Raises NotAPackage where there is none, or where its tables can't be read by its schemas.
    """
    files = PackageFiles(path)
    schemas: Schemas = {}
    rows = {}
    try:
        descriptor = files.descriptor()
        for item in descriptor["resources"]:
            if item.get("format") != "csv":
                continue
            table = parse_table(json.loads(_read(files, item["schema"])), item["schema"])
            schemas[table.name] = table
            if not table.derived or table.name == "changes":
                rows[table.name] = _rows(_read(files, item["path"]), item["path"], table)
        return Release(str(descriptor["version"]), schemas, rows)
    except KeyError as error:
        raise NotAPackage(f"{path}: a descriptor or schema has no {error}") from None
    except (ValueError, TypeError, AttributeError, csv.Error) as error:
        raise NotAPackage(f"{path}: can't be read: {error}") from None


def _read(files: PackageFiles, name: str) -> bytes:
    content = files.read(name)
    if content is None:
        raise ValueError(f"{name} is missing")
    return content


def _rows(content: bytes, path: str, table: Table) -> list[Cells]:
    """Raises ValueError where the CSV has other columns than the schema, or a key twice."""
    lines = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    header = next(lines, [])
    if header != list(table.columns):
        raise ValueError(f"{path}: its columns are not those of its schema")
    rows: list[Cells] = []
    for number, cells in enumerate(lines, 2):
        if len(cells) != len(header):
            raise ValueError(f"{path}: row {number} has {len(cells)} cells, not {len(header)}")
        rows.append({name: cell or None for name, cell in zip(header, cells, strict=True)})
    if len({key_of(row, table.primary_key) for row in rows}) < len(rows):
        raise ValueError(f"{path}: two rows have the same primary key")
    return rows


def key_of(cells: Cells, names: Iterable[str]) -> Key:
    """The key of a row, by the names of the key's columns."""
    return tuple(cells[name] or "" for name in names)


def typed_row(cells: Cells, table: Table, names: Iterable[str] | None = None) -> Row:
    """A row, or the columns `names` of it, with typed values."""
    found = table.columns if names is None else names
    return {name: typed_value(cells[name], table.columns[name].type) for name in found}


def typed_value(text: str | None, kind: str) -> Value:
    """The value of a cell; a cell that is no canonical text of its type stays text."""
    if text is None or kind in ("string", "date") or not is_canonical(text, kind):
        return text
    if kind == "boolean":
        return text == "true"
    return float(text) if kind == "number" else int(text)


_KINDS: dict[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string"}


def text_of(value: Value) -> str | None:
    """The canonical text of a value."""
    if value is None:
        return None
    return to_text(pd.Series([value], dtype="object"), _KINDS[type(value)])[0]

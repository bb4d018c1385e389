"""Applies a diff: OLD's base tables and the diff of OLD and NEW give NEW's base tables."""

from __future__ import annotations

from collections.abc import Iterable

from accords.diff import Diff, TableDiff
from accords.diff_read import Row, Tables, Value, text_of, typed_value
from accords.diff_schema import SchemaChange


class DoesNotApply(ValueError):
    """The diff is of another release than the tables."""


def apply_diff(old_tables: Tables, diff: Diff) -> Tables:
    """NEW's base tables, from OLD's and the diff alone; the order of rows is no part of a table.

    old_tables: table -> rows, each column -> typed value as in the diff's JSON (Release.tables).
    Raises DoesNotApply where a row that the diff names is not there, or one it adds is.
    """
    tables = {name: [dict(row) for row in rows] for name, rows in old_tables.items()}
    for name, found in diff["tables"].items():
        tables[name] = _renamed(name, _without(name, tables.get(name, []), found), found)
    for change in diff["schema"]:
        _apply_schema(tables, change)
    for name, found in diff["tables"].items():
        if name in tables:
            _set_cells(name, tables[name], found)
            tables[name] += [dict(row) for row in found["rows"]]
    return tables


def _without(name: str, rows: list[Row], found: TableDiff) -> list[Row]:
    gone = set(_places(name, rows, found["removed"]))
    return [row for place, row in enumerate(rows) if place not in gone]


def _renamed(name: str, rows: list[Row], found: TableDiff) -> list[Row]:
    places = _places(name, rows, [item["old"] for item in found["renamed"]])
    for place, item in zip(places, found["renamed"], strict=True):
        rows[place] |= item["new"]
    return rows


def _set_cells(name: str, rows: list[Row], found: TableDiff) -> None:
    for part in (found["changed"], found["followed"]):
        places = _places(name, rows, [cell["key"] for cell in part])
        for place, cell in zip(places, part, strict=True):
            rows[place][cell["field"]] = cell["new"]
    if found["added"] and set(_ids(rows, found["added"][0])) & set(
        _ids(found["added"], found["added"][0])
    ):
        raise DoesNotApply(f"{name}: a row that the diff adds is there already")


def _places(name: str, rows: list[Row], keys: list[Row]) -> list[int]:
    """Where the rows of these keys stand. Raises DoesNotApply where one does not."""
    if not keys:
        return []
    known = {identity: place for place, identity in enumerate(_ids(rows, keys[0]))}
    try:
        return [known[identity] for identity in _ids(keys, keys[0])]
    except KeyError as error:
        raise DoesNotApply(f"{name}: there is no row {error}") from None


def _ids(rows: Iterable[Row], key: Row) -> list[tuple[Value, ...]]:
    return [tuple(row.get(name) for name in key) for row in rows]


def _apply_schema(tables: Tables, change: SchemaChange) -> None:
    """Tables and columns come and go, cells take the new type; the other changes move no cell."""
    name, column = change["table"], change["column"]
    match change["change"]:
        case "table_added" if not change["new"]["derived"]:
            tables.setdefault(name, [])
        case "table_removed":
            tables.pop(name, None)
        case "derived" if column is None and change["new"]:
            tables.pop(name, None)
        case "derived" if column is None:
            tables.setdefault(name, [])
        case "column_added" if column:
            for row in tables.get(name, []):
                row[column] = None
        case "column_removed" if column:
            for row in tables.get(name, []):
                row.pop(column, None)
        case "type" if column:
            for row in tables.get(name, []):
                row[column] = typed_value(text_of(row[column]), change["new"])

"""Why cells changed: records/releases/<version>/reasons/*.yaml, written by hand.

An entry names a table, and within it as much as it explains: one record or all, the paths of
evidence (a path explains all below it) or the whole record. The entry that says most wins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from accords.about import Package
from accords.cells import is_canonical
from accords.history import FOLDER
from accords.problems import InvalidData, Problem
from accords.records import check_keys
from accords.schema import Schemas
from accords.shapes import RECORDS, Shape, column
from accords.yamlio import line_of, read

_ENTRY = Shape(
    "",
    ("table_name", "record_id", "reason", "source", "reported_on", "note"),
    lists={"paths": Shape("", ("path",), plain=True)},
)
_FILE = Shape("", (), lists={"reasons": _ENTRY})


@dataclass(eq=False)
class Reason:
    """One entry. paths: none for the whole record; used: those of its paths that explained a
    change, an empty one where it has none."""

    file: str
    line: int
    table: str
    record_id: str
    paths: list[str]
    reason: str
    source: str
    reported_on: str
    note: str
    used: set[str] = field(default_factory=set)

    def covers(self, table: str, record_id: str, path: str) -> tuple[bool, int] | None:
        """How closely it names a fact: whether it names the record, and the length of the path."""
        named = [part for part in self.paths if path == part or path.startswith(f"{part}/")]
        if self.table != table or self.record_id not in ("", record_id):
            return None
        if self.paths and not named:
            return None
        return bool(self.record_id), max(map(len, named), default=0)


def read_reasons(records: Path, package: Package, schemas: Schemas) -> list[Reason]:
    """All entries for a release. Raises InvalidData where a file or an entry is wrong."""
    folder = records / FOLDER / package.version / "reasons"
    found: list[Reason] = []
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*")):
        name = f"{records.name}/{path.relative_to(records).as_posix()}"
        if path.suffix != ".yaml" or path.parent != folder:
            rule, advice = "reasons are files ending in .yaml", "move its entries into one"
            problems.append(Problem(name, 0, "", path.name, rule, advice))
            continue
        data, faults = read(path, name)
        problems += faults
        if data is None:
            continue
        problems += check_keys(data, _FILE, name)
        for item in data.get("reasons", []):
            cells = {key: str(item.get(key, "")) for key in _ENTRY.keys}
            line = line_of(item)
            problems += _faults(cells, name, line, package, schemas)
            found.append(
                Reason(
                    name,
                    line,
                    cells["table_name"],
                    cells["record_id"],
                    [str(part) for part in item.get("paths", [])],
                    cells["reason"],
                    cells["source"],
                    cells["reported_on"],
                    cells["note"],
                )
            )
    if problems:
        raise InvalidData(problems)
    return found


def _faults(
    cells: dict[str, str], file: str, line: int, package: Package, schemas: Schemas
) -> Iterator[Problem]:
    codes = schemas["changes"].columns["reason"].constraints["enum"]
    if cells["reason"] not in codes:
        advice = f"use one of {', '.join(codes)}"
        yield Problem(file, line, "reason", cells["reason"], "one of the list's codes", advice)
    if cells["table_name"] not in owners():
        rule, advice = "a table whose records are edited", f"use one of {', '.join(owners())}"
        yield Problem(file, line, "table_name", cells["table_name"], rule, advice)
    if day := cells["reported_on"]:
        if not is_canonical(day, "date"):
            yield Problem(file, line, "reported_on", day, "a day", "write YYYY-MM-DD")
        elif date.fromisoformat(day) > package.released_on:
            rule = f"reported before the release, {package.released_on}"
            yield Problem(file, line, "reported_on", day, rule, "mend the day")


@dataclass(frozen=True)
class Place:
    """Where the rows of a table stand in a record: the record's table, the prefix of their path,
    and the key of each column."""

    owner: str
    prefix: str
    keys: dict[str, str]


@cache
def places() -> dict[str, Place]:
    """The place of every table in the records."""
    found: dict[str, Place] = {}

    def walk(shape: Shape, owner: str, prefix: str) -> None:
        if shape.table:
            keys = {column(key): key for key in shape.keys}
            found[shape.table] = Place(owner or shape.table, prefix, keys)
        for key, item in shape.lists.items():
            # Lists below a list carry their path from the record's own list: signatories/P/NAME.
            walk(item, owner or shape.table, key if shape.table else "")

    for shape in RECORDS.values():
        walk(shape, "", "")
    return found


def owners() -> list[str]:
    """The tables whose rows are records of their own."""
    return sorted({place.owner for place in places().values()})


def path_of(table: str, item_id: str, field: str) -> tuple[str, str]:
    """The record's table and the path, as evidence names it, of a row or cell."""
    if table not in places():
        return table, field
    place = places()[table]
    key = place.keys.get(field, field)
    return place.owner, "/".join(part for part in (place.prefix, item_id, key) if part)

"""Records to rows: text cells that know their file and line."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from accords.ids import EVIDENCE_KEY, short_hash
from accords.problems import Problem
from accords.records import Record
from accords.schema import Schemas
from accords.shapes import Shape, column
from accords.yamlio import Mapping, Text


@dataclass(frozen=True)
class Row:
    """One row: its cells (absent where missing), the file and the line where it begins."""

    cells: dict[str, str]
    file: str
    line: int

    def line_of(self, name: str) -> int:
        """The line of a cell; of the row where the cell is missing or not the row's own."""
        return getattr(self.cells.get(name), "line", self.line)


Rows = dict[str, list[Row]]


def assemble(records: Iterable[Record], schemas: Schemas) -> tuple[Rows, list[Problem]]:
    """The rows of every base table, sorted by primary key (evidence by its natural key), and
    the problems of evidence that points at nothing."""
    rows: Rows = defaultdict(list)
    problems: list[Problem] = []
    for record in records:
        for table, row, owner in _walk(record.data, record.shape, record.file, {}):
            rows[table].append(row)
            if owner is not None:
                found, faults = _evidence(owner, record.file)
                rows["evidence"] += found
                problems += faults
    for name, schema in schemas.items():
        key = EVIDENCE_KEY if name == "evidence" else schema.primary_key
        rows[name].sort(key=lambda row: tuple(row.cells.get(part, "") for part in key))
    return {name: rows[name] for name, table in schemas.items() if not table.derived}, problems


@dataclass(frozen=True)
class _Owner:
    """A record that carries evidence: its data, and what its paths point at."""

    data: Mapping
    record_id: str
    targets: dict[str, tuple[str, str, str, str]]


def _walk(
    data: Any, shape: Shape, file: str, inherited: dict[str, str]
) -> Iterator[tuple[str, Row, _Owner | None]]:
    """Every row of a record, the owner of its evidence beside the owner's own row."""
    if shape.plain:
        cells = inherited | {column(shape.keys[0]): data}
        yield shape.table, Row(cells, file, data.line), None
        return
    own = {column(key): data[key] for key in shape.keys if key in data}
    passed = {name: value for name, value in (inherited | own).items() if name in shape.passes}
    below = [
        found
        for key, item in shape.lists.items()
        for part in data.get(key, [])
        for found in _walk(part, item, file, passed)
    ]
    if shape.table:
        owner = None
        if shape.evidence and "evidence" in data:
            owner = _Owner(data, data.get(shape.keys[0], ""), dict(_targets(data, shape)))
        yield shape.table, Row(inherited | own, file, data.line), owner
    yield from below


def _targets(data: Mapping, shape: Shape) -> Iterator[tuple[str, tuple[str, str, str, str]]]:
    """The paths that evidence may name in a record -> table, item_id, field, value.

    Rows of lists come last, so that of `a/b` as field b of item a and as item `a/b` the longer
    key wins.
    """
    for key in shape.keys[1:]:
        if key in data:
            yield key, (shape.table, "", column(key), data[key])
    items = list(_items(data, shape, ""))
    for path, item_id, part, item in items:
        if not item.plain:
            for key in item.keys:
                if key in part and key not in item.names:
                    yield f"{path}/{item_id}/{key}", (item.table, item_id, column(key), part[key])
    for path, item_id, _, item in items:
        yield f"{path}/{item_id}", (item.table, item_id, "", "")


def _items(data: Mapping, shape: Shape, prefix: str) -> Iterator[tuple[str, str, Any, Shape]]:
    """Every item of the lists below: its list's name, its item_id, itself and its shape."""
    for key, item in shape.lists.items():
        for part in data.get(key, []):
            names = [part] if item.plain else [part[name] for name in item.names if name in part]
            item_id = prefix + "/".join(names)
            yield key, item_id, part, item
            if not item.plain:
                yield from _items(part, item, f"{item_id}/")


def _evidence(owner: _Owner, file: str) -> tuple[list[Row], list[Problem]]:
    rows: dict[str, Row] = {}
    problems = []
    for item in owner.data["evidence"]:
        for path, stance, stated in _stances(item):
            target = owner.targets.get(path)
            if target is None:
                near = difflib.get_close_matches(path, owner.targets, n=1)
                advice = f"did you mean {near[0]}?" if near else "name a field or list/key of it"
                rule = "evidence points at a fact of its record"
                problems.append(Problem(file, path.line, "evidence", path, rule, advice))
                continue
            table, item_id, name, value = target
            if stance == "contradicts" and stated == value:
                rule, advice = "a contradiction states another value", "put it under supports"
                problems.append(Problem(file, path.line, "evidence", stated, rule, advice))
            cells = {
                "table_name": table,
                "record_id": owner.record_id,
                "item_id": item_id,
                "field": name,
                "source_id": item["source"],
                "stance": stance,
                "stated_value": stated or value,
                "locator": item.get("locator", ""),
                "note": item.get("note", ""),
            }
            evidence_id = short_hash(*(cells[part] for part in EVIDENCE_KEY))
            cells = {"evidence_id": evidence_id} | {k: v for k, v in cells.items() if v}
            if evidence_id in rows:
                rule, advice = "a source says a thing once a record", "join the two entries"
                problems.append(Problem(file, path.line, "evidence", path, rule, advice))
            rows[evidence_id] = Row(cells, file, path.line)
    return list(rows.values()), problems


def _stances(item: Mapping) -> Iterator[tuple[Text, str, str]]:
    for path in item.get("supports", []):
        yield path, "supports", ""
    for path, stated in item.get("contradicts", {}).items():
        yield path, "contradicts", stated

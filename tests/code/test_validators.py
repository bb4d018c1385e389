"""pandera and Frictionless give the same verdict on canonical text, cell for cell."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path

import hypothesis.strategies as st
import pytest
from conftest import ROOT, Mini
from frictionless import Resource, Schema, validate
from hypothesis import HealthCheck, Phase, find, given, settings

from accords.cells import is_canonical
from accords.check import check_foreign_keys, check_table
from accords.exports import csv_bytes, csv_path
from accords.files import PackageFiles
from accords.published import check_bytes
from accords.schema import Field, Schemas, Table, parse_table
from accords.second_opinion import second_opinion

Cells = dict[str, list[str | None]]
Cell = tuple[int, str]  # row from 0, column ("" where the verdict is on the whole row)

# --- the two validators, as sets of wrong cells ---------------------------------------------------


def by_pandera(cells: Cells, table: Table) -> dict[Cell, str]:
    """Wrong cells and their values, as our check says."""
    _, violations = check_table(cells, table)
    whole = "no two rows of one primary key"
    return {(v.row, "" if v.rule == whole else v.column): v.value for v in violations}


def by_frictionless(cells: Cells, table: Table, folder: Path) -> dict[Cell, str]:
    """The same, as Frictionless says; foreign keys left out, which it checks across files."""
    path = folder / "table.csv"
    rows = zip(*([cell or "" for cell in column] for column in cells.values()), strict=True)
    path.write_bytes(csv_bytes(list(cells), rows))
    own = {name: part for name, part in table.descriptor.items() if name != "foreignKeys"}
    resource = Resource(path=path.name, basepath=str(folder), schema=Schema.from_descriptor(own))
    found = {}
    for row, _, column, cell in validate(resource).flatten(
        ["rowNumber", "type", "fieldName", "cell"]
    ):
        found[(row - 2, column or "")] = cell or ""
    return found


# --- every constraint of every schema, violated alone ---------------------------------------------


def valid_values(field: Field) -> tuple[str, str]:
    """Two canonical texts that satisfy a field's constraints."""
    limits = field.constraints
    if field.type != "string":
        low = limits.get("minimum")
        return {
            "integer": (str(low or 0), str((low or 0) + 1)),
            "number": (str(low or 0), "2.5"),
            "boolean": ("true", "false"),
            "date": ("2026-01-28", "2026-01-29"),
            "year": ("2025", "2026"),
        }[field.type]
    if "enum" in limits:
        codes = limits["enum"]
        return codes[0], codes[-1]
    if "pattern" in limits:
        return matching(limits["pattern"])
    size = max(limits.get("minLength", 1), 1)
    return "a" * size, "b" * size


@cache
def matching(pattern: str) -> tuple[str, str]:
    """Two short canonical texts that match a pattern."""
    texts = st.from_regex(f"(?:{pattern})", fullmatch=True).filter(
        lambda text: text.isascii() and is_canonical(text, "string")
    )
    quick = settings(database=None, derandomize=True, phases=[Phase.generate])
    first = find(texts, lambda text: True, settings=quick)
    return first, find(texts, lambda text: text != first, settings=quick)


def violations(field: Field) -> dict[str, str | None]:
    """For each constraint of a field, a canonical text that violates it and no other."""
    broken: dict[str, str | None] = {}
    for name, value in field.constraints.items():
        match name:
            case "required":
                broken[name] = None
            case "enum":
                broken[name] = "no-such-code"
            case "pattern":
                broken[name] = "!"
            case "minLength":
                broken[name] = "a" * (value - 1)
            case "maxLength":
                broken[name] = _long(field, value + 1)
            case "minimum":
                broken[name] = str(value - 1)
            case "maximum":
                broken[name] = str(value + 1)
    return broken


def _long(field: Field, size: int) -> str:
    return "a" * size  # satisfies the patterns of ids too


ALONE = [
    (table.stem, field["name"], constraint)
    for table in sorted((ROOT / "schemas").glob("*.json"))
    for field in json.loads(table.read_text())["fields"]
    for constraint in field.get("constraints", {})
]


def base(table: Table) -> Cells:
    """Two rows that satisfy a table's schema."""
    return {field.name: list(valid_values(field)) for field in table.fields}


@pytest.mark.parametrize("name", sorted({name for name, _, _ in ALONE}))
def test_valid_rows_please_both(name: str, schemas: Schemas, tmp_path: Path) -> None:
    cells = base(schemas[name])
    assert by_pandera(cells, schemas[name]) == {}
    assert by_frictionless(cells, schemas[name], tmp_path) == {}


@pytest.mark.parametrize(("name", "column", "constraint"), ALONE)
def test_constraint_violated_alone_is_caught_by_both(
    name: str, column: str, constraint: str, schemas: Schemas, tmp_path: Path
) -> None:
    table = schemas[name]
    cells = base(table)
    field = table.columns[column]
    if constraint == "unique":
        cells[column][1] = cells[column][0]
    else:
        cells[column][1] = violations(field)[constraint]
    value = cells[column][1] or ""
    ours, theirs = by_pandera(cells, table), by_frictionless(cells, table, tmp_path)
    assert (1, column) in ours
    assert (1, column) in theirs
    if field.type == "string" and value:
        assert ours[(1, column)] == theirs[(1, column)] == value


@pytest.mark.parametrize("name", sorted({name for name, _, _ in ALONE}))
def test_primary_key_is_caught_by_both(name: str, schemas: Schemas, tmp_path: Path) -> None:
    table = schemas[name]
    cells = base(table)
    for column in table.primary_key:
        cells[column][1] = cells[column][0]
    assert (1, "") in by_pandera(cells, table)
    assert (1, "") in by_frictionless(cells, table, tmp_path)


# --- any table of canonical text ------------------------------------------------------------------

TABLE = parse_table(
    {
        "name": "things",
        "title": "Things",
        "description": "A field of every type, with every constraint.",
        "fields": [
            {"name": name, "type": kind, "title": name, "description": name, "constraints": limits}
            for name, kind, limits in (
                ("id", "string", {"required": True, "pattern": "(?:[a-z]{1,2}|x9)"}),
                ("part", "integer", {"required": True, "minimum": -1, "maximum": 3}),
                ("code", "string", {"enum": ["a", "b", "true"]}),
                ("text", "string", {"minLength": 2, "maxLength": 4}),
                ("once", "string", {"unique": True}),
                ("size", "number", {"minimum": 0, "maximum": 1.5}),
                ("flag", "boolean", {}),
                ("must", "boolean", {"required": True}),
                ("day", "date", {"minimum": "2000-02-29", "maximum": "2026-12-31"}),
                ("year", "year", {"minimum": 2015}),
            )
        ],
        "primaryKey": ["id", "part"],
    }
)
CANDIDATES = {
    "string": ["a", "b", "ab", "abc", "abcde", "x9", "true", "é", "日本", "a b", "|", "A"],
    "integer": ["-2", "-1", "0", "3", "4", "12345678901234567", "x"],
    "number": ["-0.5", "0", "0.25", "1.5", "1.75", "100", "x"],
    "boolean": ["true", "false", "maybe"],
    "date": ["1999-12-31", "2000-02-29", "2026-12-31", "2027-01-01", "2026-02-30", "x"],
    "year": ["2014", "2015", "2026", "x"],
}
ROW = st.tuples(
    *(st.none() | st.sampled_from(CANDIDATES[field.type]) for field in TABLE.fields)
).filter(any)  # a row without any cell is no row to Frictionless


@given(rows=st.lists(ROW, min_size=1, max_size=6))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_verdicts_agree_on_any_table(rows: list[tuple[str | None, ...]], tmp_path: Path) -> None:
    columns = zip(*rows, strict=True)
    cells = {field.name: list(c) for field, c in zip(TABLE.fields, columns, strict=True)}
    ours, theirs = by_pandera(cells, TABLE), by_frictionless(cells, TABLE, tmp_path)
    # Where a key's own cell is wrong, Frictionless still compares the whole key and we do not.
    keyless = {cell for cell in theirs if cell[1]}
    assert {cell for cell in ours if cell[1]} == keyless
    for row in {row for row, column in (ours.keys() ^ theirs.keys()) if not column}:
        assert any(cell in keyless for cell in ((row, "id"), (row, "part")))


# --- foreign keys ---------------------------------------------------------------------------------


def test_foreign_keys_are_caught_by_both(built: Mini, tmp_path: Path, schemas: Schemas) -> None:
    """Every foreign key of every schema, broken in a row of its own where the table has as many."""
    files = PackageFiles(built.out)
    texts, _ = check_bytes(files, files.descriptor(), schemas)
    shutil.copytree(built.out, tmp_path / "package")
    frames, broken = {}, set()
    for name, table in schemas.items():
        cells = {column: list(found) for column, found in texts[name].items()}
        for key in table.foreign_keys:
            column = key.fields[-1]
            rows = [row for row, cell in enumerate(texts[name][column]) if cell]
            if rows:
                row = next((row for row in rows if (name, row) not in broken), rows[0])
                cells[column][row] = f"nowhere-{name}"
                broken.add((name, row))
        frames[name] = check_table(cells, table)[0]
        lines = zip(*([cell or "" for cell in found] for found in cells.values()), strict=True)
        path = tmp_path / "package" / csv_path(name)
        path.write_bytes(csv_bytes(list(cells), lines))
    ours = {(item.table, item.row) for item in check_foreign_keys(frames, schemas)}
    theirs = {
        (Path(item.file).stem, item.line - 2)
        for item in second_opinion(tmp_path / "package")
        if "foreign" in item.rule.lower()
    }
    assert len({name for name, _ in broken}) > 15
    assert broken <= ours
    assert ours == theirs


def test_nulls_stay_null() -> None:
    """A null boolean is no False, a null integer no float."""
    cells: Cells = {field.name: [None] for field in TABLE.fields}
    frame, _ = check_table(cells, TABLE)
    assert frame.isna().all(axis=None)
    assert str(frame.flag.dtype) == "boolean"
    assert str(frame.part.dtype) == "Int64"


def test_alternatives_are_anchored_whole() -> None:
    """`(?:[a-z]{1,2}|x9)` is no prefix match: neither `abc` nor `x99` nor a trailing line break."""
    for text in ("abc", "x99", "9x9", "x9\n"):
        cells: Cells = {field.name: [None] for field in TABLE.fields} | {"id": [text]}
        assert any(v.column == "id" for v in check_table(cells, TABLE)[1]), text

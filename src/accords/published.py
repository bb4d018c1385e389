"""Checks a published package: its descriptor, its bytes, and its tables by the engine of the build.

Every problem that can be found is reported; a wrong hash does not hide a wrong cell.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from accords.arrow_schema import TYPES
from accords.cells import frame_to_text
from accords.check import Frames, Texts, Violation, check_foreign_keys, check_table
from accords.derive import derive
from accords.exports import csv_path, parquet_path
from accords.files import DESCRIPTOR, PackageFiles
from accords.history import HISTORY
from accords.loader import schemas as installed
from accords.logical import column_to_text, logical_hash
from accords.problems import Problem
from accords.rules import check_rules
from accords.schema import SchemaError, Schemas, Table, read_schemas

_REBUILD = "build it again with python build.py, or fetch it again"


def validate(path: Path, tell: Callable[[str], None] = lambda text: None) -> list[Problem]:
    """Every problem of the package at `path` (a folder, a zip or a datapackage.json).

    Raises NotAPackage where there is none.
    """
    files = PackageFiles(path)
    tell("check files")
    try:
        descriptor = files.descriptor()
        schemas = _schemas(files, descriptor)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [Problem(DESCRIPTOR, 0, "", str(error), "a descriptor of this project", _REBUILD)]
    texts, problems = check_bytes(files, descriptor, schemas)
    tell("check tables")
    frames: Frames = {}
    violations: list[Violation] = []
    for name, columns in texts.items():
        frames[name], found = check_table(columns, schemas[name])
        violations += found
    violations += check_foreign_keys(frames, schemas)
    if other := _other_columns(schemas):
        tell(f"rules left out: it has no {other[0]}, of which the rules of this version speak")
    elif len(frames) == len(schemas):
        tell("check rules")
        base = {name: frame for name, frame in frames.items() if not schemas[name].derived}
        violations += check_rules(base, schemas)
        if not violations:
            violations += _check_derived(base, frames, texts, schemas)
    return sorted(set(problems) | {_problem(item) for item in violations})


def check_bytes(
    files: PackageFiles, descriptor: dict[str, Any], schemas: Schemas
) -> tuple[dict[str, Texts], list[Problem]]:
    """The CSV files as columns of text, and what is wrong with the bytes: hashes, the form of the
    CSV, and the Parquet files, which must say the same cell for cell in the schema's types."""
    problems = list(_check_fixity(files, descriptor))
    problems += _check_complete(files, descriptor, schemas)
    texts, faults = _read_texts(files, schemas)
    problems += faults
    stated = {item["path"]: item.get("logicalHash") for item in descriptor["resources"]}
    for name in texts:
        problems += _check_rows(texts[name], schemas[name], stated.get(csv_path(name)))
        content = files.read(parquet_path(name))
        if content is not None:
            problems += _check_parquet(content, texts[name], schemas[name])
    return texts, problems


def _other_columns(own: Schemas) -> list[str]:
    """Columns of this version that a package, of an earlier one say, does not have."""
    return [
        f"{name}.{column}"
        for name, table in installed().items()
        for column in table.columns
        if name not in own or column not in own[name].columns
    ]


_READ = {"path": str, "schema": str, "hash": str, "bytes": int}  # what is read of a resource


def _schemas(files: PackageFiles, descriptor: dict[str, Any]) -> Schemas:
    """The schemas that the package itself carries. Raises ValueError, KeyError, TypeError or
    AttributeError where the descriptor or a schema has another form."""
    for item in descriptor["resources"]:
        for name, kind in _READ.items():
            if not isinstance(item[name], kind):
                raise TypeError(f"resource {item.get('name')!r}: {name} is {item[name]!r}")
    names = {item["schema"] for item in descriptor["resources"]}
    with tempfile.TemporaryDirectory() as folder:
        for name in sorted(names):
            content = files.read(name)
            if content is None:
                raise SchemaError(f"{name} is missing")
            (Path(folder) / Path(name).name).write_bytes(content)
        schemas = read_schemas(Path(folder))
    for name in ("agreements", "sources", "evidence"):  # an earlier version may lack others
        if name not in schemas:
            raise SchemaError(f"there is no table {name}")
    return schemas


def _check_fixity(files: PackageFiles, descriptor: dict[str, Any]) -> Iterator[Problem]:
    """Files that are missing or differ from the descriptor's bytes and hashes."""
    for item in descriptor["resources"]:
        content = files.read(item["path"])
        if content is None:
            yield Problem(item["path"], 0, "", "", "a file of the package", _REBUILD)
            continue
        if len(content) != item["bytes"]:
            rule = f"bytes are {item['bytes']}"
            yield Problem(item["path"], 0, "bytes", str(len(content)), rule, _REBUILD)
        found = f"sha256:{hashlib.sha256(content).hexdigest()}"
        if found != item["hash"]:
            yield Problem(item["path"], 0, "hash", found, f"hash is {item['hash']}", _REBUILD)


def _read_texts(files: PackageFiles, schemas: Schemas) -> tuple[dict[str, Texts], list[Problem]]:
    """The CSV files as columns of text; a file that is not canonical CSV with the schema's columns
    is left out, with its problem."""
    texts: dict[str, Texts] = {}
    problems = []
    for name, table in schemas.items():
        path = csv_path(name)
        content = files.read(path)
        if content is None:
            continue
        columns, fault = _columns(content, table)
        if columns is not None:
            texts[name] = columns
        if fault:
            problems.append(Problem(path, *fault))
    return texts, problems


def _columns(
    content: bytes, table: Table
) -> tuple[Texts | None, tuple[int, str, str, str, str] | None]:
    fault = None
    for sign, what in ((b"\xef\xbb\xbf", "byte order mark"), (b"\r", "CR"), (b"\x00", "NUL")):
        if sign in content:
            line = content[: content.index(sign)].count(b"\n") + 1
            fault = (line, "", what, "UTF-8 with LF, no byte order mark, no NUL", _REBUILD)
            content = content.replace(sign, b"")
    # The module's own limit is below what a record may hold; it is one for the whole process.
    csv.field_size_limit(max(csv.field_size_limit(), len(content)))
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        return None, (0, "", str(error), "CSV by RFC 4180 in UTF-8", _REBUILD)
    header = list(table.columns)
    if not lines or lines[0] != header:
        found = ", ".join(lines[0]) if lines else ""
        return None, (1, "", found, f"columns {', '.join(header)}", _REBUILD)
    for number, cells in enumerate(lines[1:], 2):
        if len(cells) != len(header):
            return None, (number, "", f"{len(cells)} cells", f"{len(header)} cells", _REBUILD)
    columns = list(zip(*lines[1:], strict=True)) or [()] * len(header)
    texts = {
        name: [cell or None for cell in column]
        for name, column in zip(header, columns, strict=True)
    }
    return texts, fault


def _check_complete(
    files: PackageFiles, descriptor: dict[str, Any], schemas: Schemas
) -> Iterator[Problem]:
    """Tables without one of their two resources, and files of tables that no resource names."""
    listed = {item.get("path") for item in descriptor["resources"]}
    due = {make(name) for name in schemas for make in (csv_path, parquet_path)}
    for path in sorted(due - listed):
        yield Problem(
            DESCRIPTOR, 0, "resources", path, "every table is a CSV and a Parquet", _REBUILD
        )
    for path in sorted(set(files.tables()) - listed):
        yield Problem(path, 0, "", "", "a file that the descriptor names", "remove it, or rebuild")


def _check_rows(texts: Texts, table: Table, stated: str | None) -> Iterator[Problem]:
    """Where the rows are not those of the descriptor's logical hash."""
    try:
        found = f"sha256:{logical_hash(texts, table)}"
    except ValueError:  # a control character in a cell, which the cell's own check reports
        return
    if found != stated:
        rule = f"logicalHash is {stated}"
        yield Problem(csv_path(table.name), 0, "logicalHash", found, rule, _REBUILD)


def _check_parquet(content: bytes, texts: Texts, table: Table) -> Iterator[Problem]:
    """Where a Parquet file differs from the schema's types or, cell for cell, from the CSV."""
    path = parquet_path(table.name)
    try:
        arrow = pq.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError) as error:
        yield Problem(path, 0, "", str(error).splitlines()[0], "a Parquet file", _REBUILD)
        return
    if arrow.column_names != list(table.columns):
        found = ", ".join(arrow.column_names)
        yield Problem(path, 0, "", found, f"columns {', '.join(table.columns)}", _REBUILD)
        return
    for field in table.fields:
        stored = arrow.schema.field(field.name)
        if stored.type != TYPES[field.type] or stored.nullable == field.required:
            found = f"{stored.type}{'' if stored.nullable else ' not null'}"
            rule = f"{TYPES[field.type]}{' not null' if field.required else ''}"
            yield Problem(path, 0, field.name, found, rule, _REBUILD)
            continue
        cells = column_to_text(arrow.column(field.name), field.type)
        if len(cells) != len(texts[field.name]):
            rule = f"{len(texts[field.name])} rows, as in the CSV"
            yield Problem(path, 0, field.name, str(len(cells)), rule, _REBUILD)
            return
        for row, (here, there) in enumerate(zip(cells, texts[field.name], strict=True)):
            if here != there:
                rule = f"row {row + 1} is {there!r} in the CSV"
                yield Problem(path, 0, field.name, here or "", rule, _REBUILD)


def _check_derived(
    base: Frames, frames: Frames, texts: dict[str, Texts], schemas: Schemas
) -> Iterator[Violation]:
    """Cells of derived columns that do not follow from the base tables."""
    plain = {name: frame[schemas[name].base_columns] for name, frame in base.items()}
    fresh = derive(plain, {name: frames[name] for name in HISTORY}, schemas)
    for name, table in schemas.items():
        here, there = texts[name], frame_to_text(fresh[name], table)
        for column in table.columns:
            if len(here[column]) != len(there[column]):
                rule, advice = f"{len(there[column])} derived rows", _REBUILD
                yield Violation(name, 0, column, str(len(here[column])), rule, advice)
                break
            for row, (found, due) in enumerate(zip(here[column], there[column], strict=True)):
                if found != due:
                    rule = f"derived from the base tables it is {due!r}"
                    yield Violation(name, row, column, found or "", rule, _REBUILD)


def _problem(item: Violation) -> Problem:
    # A canonical cell has no line break, so a row stands on its own line, after the header.
    path = csv_path(item.table)
    return Problem(path, item.row + 2, item.column, item.value, item.rule, item.advice)

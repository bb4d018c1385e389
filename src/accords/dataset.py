"""Records to a clean, complete dataset: read, assemble, check, derive."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from accords.about import Package, read_package
from accords.assemble import Row, Rows, assemble
from accords.cells import frame_to_text
from accords.check import Frames, Violation, check_foreign_keys, check_table, texts_of
from accords.derive import derive
from accords.history import history
from accords.problems import InvalidData, Problem
from accords.records import Reading, read_records
from accords.rules import FOLLOWS, check_rules
from accords.schema import Schemas
from accords.shapes import RECORDS, tables
from accords.yamlio import Wrong


@dataclass(frozen=True)
class Dataset:
    """All tables as typed frames, their schemas, and what describes the whole."""

    frames: Frames
    schemas: Schemas
    package: Package

    @cached_property
    def texts(self) -> dict[str, dict[str, list[str | None]]]:
        """All tables as columns of canonical text, as they are published."""
        return {name: frame_to_text(self.frames[name], self.schemas[name]) for name in self.frames}

    @property
    def row_counts(self) -> dict[str, int]:
        """Number of rows of every table."""
        return {name: len(frame) for name, frame in self.frames.items()}


def read_dataset(
    records: Path, schemas: Schemas, tell: Callable[[str], None] = lambda text: None
) -> Dataset:
    """Build the dataset of a records folder.

    tell: is told each step as it begins. Raises InvalidData with every problem that can be found.
    """
    tell("read records")
    problems: list[Problem] = []
    package = None
    try:
        package = read_package(records)
    except InvalidData as error:
        problems += error.problems
    reading = read_records(records)
    problems += reading.problems
    tell("assemble tables")
    rows, faults = assemble(reading.records, schemas)
    problems += faults
    past: Frames = {}
    try:
        past = history(records, schemas)
    except InvalidData as error:
        problems += error.problems
    tell("check tables")
    frames, violations = _check(rows, schemas, reading)
    problems += _places(violations, rows)
    if problems or package is None:
        raise InvalidData(problems)
    tell("derive tables")
    return Dataset(derive(frames, past, schemas), schemas, package)


def _check(rows: Rows, schemas: Schemas, reading: Reading) -> tuple[Frames, list[Violation]]:
    frames: Frames = {}
    violations: list[Violation] = []
    for name, texts in texts_of(rows, schemas).items():
        frames[name], found = check_table(texts, schemas[name], derived=False)
        violations += found
    # Where a file can't be read, what refers to its rows can't be judged: only what was read is.
    unread = {table for place in reading.unread for table in tables(RECORDS[place])}
    known = {name: frame for name, frame in frames.items() if name not in unread}
    violations += check_foreign_keys(frames, schemas, known)
    faulty = {(_row(item, rows).file, f"{item.table}.{item.column}") for item in violations}
    for item in check_rules(frames, schemas, whole=not reading.unread):
        file = _row(item, rows).file
        if not any((file, column) in faulty for column in FOLLOWS.get(item.rule, ())):
            violations.append(item)
    return frames, violations


def _row(item: Violation, rows: Rows) -> Row:
    """The row of a violation; a fault of a table without rows has none."""
    return rows[item.table][item.row] if rows[item.table] else Row({}, "records", 0)


def _places(violations: Iterable[Violation], rows: Rows) -> Iterable[Problem]:
    """Violations as problems with file and line, each cell once: what is reported as `Wrong`
    already is left out, and so are a cell's later faults, its copies in the rows below it, and its
    copy in the evidence that supports it."""
    seen = set()
    for item in violations:
        row = _row(item, rows)
        line = row.line_of(item.column)
        cell = (row.file, line, item.column, item.value)
        copied = item.column == "stated_value" and row.cells.get("stance") == "supports"
        if isinstance(row.cells.get(item.column), Wrong) or cell in seen or copied:
            continue
        seen.add(cell)
        yield Problem(row.file, line, item.column, item.value, item.rule, item.advice)

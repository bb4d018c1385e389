"""Checks tables against their schemas: types, constraints and keys by pandera, then foreign keys.

The same engine serves the build (rows of records) and `accords validate` (published files). It
says which cell of which table breaks which rule; where that cell stands is the caller's affair.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pandera.pandas as pa

from accords.assemble import Rows
from accords.cells import EXPECTED, PLACEHOLDER, text_fault, typed
from accords.pandera_schema import pandera_schema
from accords.schema import Field, Schemas, Table

Texts = Mapping[str, list[str | None]]  # column -> cells as text, None where missing
Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True, order=True)
class Violation:
    """One cell that breaks a rule: row is its position in the table, from 0."""

    table: str
    row: int
    column: str
    value: str
    rule: str
    advice: str


def texts_of(rows: Rows, schemas: Schemas) -> dict[str, Texts]:
    """The base columns of every table as text."""
    return {
        name: {part: [row.cells.get(part) for row in found] for part in schemas[name].base_columns}
        for name, found in rows.items()
    }


def check_table(
    texts: Texts, table: Table, *, derived: bool = True
) -> tuple[pd.DataFrame, list[Violation]]:
    """A table of text as a typed frame, and every cell that breaks its schema (each reported
    once: a cell that is no value of its type is null in the frame and judged no further)."""
    columns, violations = {}, []
    wrong: set[tuple[str, int]] = set()
    for name, cells in texts.items():
        field = table.columns[name]
        columns[name], bad = typed(cells, field.type)
        for i in bad:
            value = cells[i] or ""
            fault = text_fault(value) if field.type == "string" else None
            rule = fault or f"a cell of type {field.type}"
            unfilled = "fill it in, or delete the line"
            advice = unfilled if fault == PLACEHOLDER else f"write {EXPECTED[field.type]}"
            violations.append(Violation(table.name, i, name, value, rule, advice))
            wrong.add((name, i))
    frame = pd.DataFrame(columns)
    found = _pandera(frame, table, derived)
    violations += [v for v in found if not _reported(v, wrong, table)]
    return frame, sorted(violations)


def _reported(violation: Violation, wrong: set[tuple[str, int]], table: Table) -> bool:
    names = table.primary_key if violation.column == _key(table) else (violation.column,)
    return any((name, violation.row) in wrong for name in names)


def _key(table: Table) -> str:
    return ", ".join(table.primary_key)


def _pandera(frame: pd.DataFrame, table: Table, derived: bool) -> Iterator[Violation]:
    try:
        pandera_schema(table, derived=derived).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        seen: set[int] = set()
        for case in errors.failure_cases.to_dict("records"):
            row = case["index"]
            if row is None or pd.isna(row):  # a fault of the whole: a column missing or too many
                detail = str(case["failure_case"])
                yield Violation(
                    table.name, 0, detail, "", str(case["check"]), "see the table's schema"
                )
            elif case["check"] == "multiple_fields_uniqueness":
                if row not in seen:
                    seen.add(row)
                    yield _duplicate(frame, table, int(row))
            else:
                field = table.columns[case["column"]]
                value = case["failure_case"]
                shown = "" if pd.isna(value) else str(value)
                rule, advice = explain(str(case["check"]), field)
                yield Violation(table.name, int(row), field.name, shown, rule, advice)


def _duplicate(frame: pd.DataFrame, table: Table, row: int) -> Violation:
    value = "/".join(str(frame[name].iloc[row]) for name in table.primary_key)
    advice = "keep one of the rows, or give one another id"
    return Violation(table.name, row, _key(table), value, "no two rows of one primary key", advice)


def explain(check: str, field: Field) -> tuple[str, str]:
    """The rule behind a failed check of pandera, and what to do about it."""
    value = field.constraints.get(check)
    match check:
        case "not_nullable":
            return "required", f"fill it in: {field.description}"
        case "field_uniqueness":
            return "unique", "another row has this value already"
        case "enum":
            return "one of the list's codes", f"use one of {', '.join(value or [])}"
        case "pattern":
            return f"matches {value}", field.description
        case "minLength" | "maxLength":
            return (
                f"{check} {value}",
                "make it longer" if check == "minLength" else "make it shorter",
            )
        case "minimum" | "maximum":
            return f"{check} {value}", f"check the value: {field.description}"
    return check, "see the table's schema"


def check_foreign_keys(
    frames: Frames, schemas: Schemas, known_frames: Frames | None = None
) -> Iterator[Violation]:
    """Every cell of `frames` that points at a row that is not there. Keys of tables that are not
    in `known_frames` (by default, in `frames`) are not judged."""
    references = frames if known_frames is None else known_frames
    for name, frame in frames.items():
        for key in schemas[name].foreign_keys:
            if key.reference not in references:
                continue
            there = _tuples(references[key.reference], key.reference_fields)
            known = set(there)
            for row, value in enumerate(_tuples(frame, key.fields)):
                if not any(pd.isna(part) for part in value) and value not in known:
                    shown = "/".join(map(str, value))
                    yield Violation(
                        name,
                        row,
                        key.fields[-1],
                        shown,
                        f"refers to a row of {key.reference}",
                        nearest(shown, ("/".join(map(str, t)) for t in there), key.reference),
                    )


def nearest(value: str, known: Iterable[str], what: str) -> str:
    """Advice for a reference that leads nowhere: the nearest ids, or to add one."""
    near = difflib.get_close_matches(value, list(known), n=3)
    return f"did you mean {' or '.join(near)}?" if near else f"add it to {what}, or mend the id"


def _tuples(frame: pd.DataFrame, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return list(zip(*(frame[name].tolist() for name in names), strict=True))

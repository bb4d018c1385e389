"""Translates a Table Schema to a pandera schema over typed columns.

Written here because nothing else does it faithfully: pandera's own reader of Frictionless schemas
drops keys and missing values, has no optional integer and anchors `a|b` wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pandera.pandas as pa

from accords.cells import DTYPES
from accords.schema import Field, Table


def _pattern(value: str) -> Callable[[pd.Series[Any]], pd.Series[Any]]:
    whole = re.compile(rf"(?:{value})\Z", re.ASCII)
    return lambda column: column.map(lambda text: whole.match(text) is not None).astype(bool)


# constraint -> function from its value and the field's type to what a column without nulls must
# satisfy, cell by cell. `required` and `unique` are pandera's own (nullable, unique).
_CHECKS: dict[str, Callable[[Any, str], Callable[[pd.Series[Any]], pd.Series[Any]]]] = {
    "enum": lambda value, kind: lambda column: column.isin(value),
    "pattern": lambda value, kind: _pattern(value),
    "minLength": lambda value, kind: lambda column: column.str.len() >= value,
    "maxLength": lambda value, kind: lambda column: column.str.len() <= value,
    "minimum": lambda value, kind: lambda column: column >= bound(value, kind),
    "maximum": lambda value, kind: lambda column: column <= bound(value, kind),
}


def bound(value: Any, kind: str) -> Any:
    """The value of a minimum or maximum, in the type of the column."""
    return (
        pd.Timestamp(value) if kind == "date" else float(value) if kind == "number" else int(value)
    )


def _column(field: Field) -> pa.Column:
    checks = [
        pa.Check(_CHECKS[name](value, field.type), name=name, ignore_na=True)
        for name, value in field.constraints.items()
        if name in _CHECKS
    ]
    return pa.Column(
        DTYPES[field.type],
        checks,
        nullable=not field.required,
        unique=bool(field.constraints.get("unique", False)),
        report_duplicates="exclude_first",
        title=field.title,
        description=field.description,
    )


def pandera_schema(table: Table, *, derived: bool = True) -> pa.DataFrameSchema:
    """The pandera schema of a table: types, constraints, primary key; no column beside them.

    derived: whether the derived columns belong to it (they do not while records are checked).
    """
    fields = [field for field in table.fields if derived or not field.derived]
    return pa.DataFrameSchema(
        {field.name: _column(field) for field in fields},
        unique=list(table.primary_key),
        report_duplicates="exclude_first",
        strict=True,
        ordered=True,
        name=table.name,
        title=table.title,
        description=table.description,
    )

"""Translates a Table Schema to an Arrow schema: types, nullability, descriptions as metadata."""

from __future__ import annotations

import pyarrow as pa

from accords.schema import Table

TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "year": pa.int64(),
}


def arrow_schema(table: Table, version: str) -> pa.Schema:
    """The Arrow schema of a table; the metadata have its title, description and the version of
    the dataset, each field's its title and description."""
    fields = [
        pa.field(
            field.name,
            TYPES[field.type],
            nullable=not field.required,
            metadata={"title": field.title, "description": field.description},
        )
        for field in table.fields
    ]
    metadata = {"title": table.title, "description": table.description, "version": version}
    return pa.schema(fields, metadata=metadata)

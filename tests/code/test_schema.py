"""The reader of Table Schemas, and what is derived from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from accords.arrow_schema import arrow_schema
from accords.cells import DTYPES
from accords.pandera_schema import pandera_schema
from accords.schema import SchemaError, Schemas, parse_table, read_schemas
from accords.shapes import RECORDS, Shape, column, tables


def descriptor(**changes: Any) -> dict[str, Any]:
    field = {"name": "id", "type": "string", "title": "Id", "description": "The id."}
    return {
        "name": "things",
        "title": "Things",
        "description": "One row a thing.",
        "fields": [{**field, "constraints": {"required": True}}],
        "primaryKey": ["id"],
        **changes,
    }


def with_field(**changes: Any) -> dict[str, Any]:
    field = {"name": "x", "type": "string", "title": "X", "description": "An x."} | changes
    return descriptor(fields=[*descriptor()["fields"], field])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (descriptor(uniqueKeys=[["id"]]), "property 'uniqueKeys' is not understood"),
        (descriptor(missingValues=["", "NA"]), "missingValues"),
        (descriptor(primaryKey=["other"]), "primaryKey: 'other' is not a required field"),
        (with_field(categories=["a"]), "property 'categories' is not understood"),
        (with_field(format="email"), "property 'format' is not understood"),
        (with_field(type="list"), "type 'list' is not one of"),
        (with_field(constraints={"minimum": 1}), "'minimum' is not understood on type 'string'"),
        (with_field(type="integer", constraints={"pattern": "1"}), "'pattern' is not understood"),
        (with_field(constraints={"jsonSchema": {}}), "'jsonSchema' is not understood"),
        (with_field(constraints={"pattern": "^a$"}), "without anchors"),
        (with_field(constraints={"pattern": "é"}), "in ASCII"),
        (with_field(constraints={"pattern": "a|b"}), "group its alternatives"),
        (with_field(constraints={"pattern": "(a|b)|[(]c"}), "group its alternatives"),
        (with_field(name="id"), "two fields of one name"),
    ],
)
def test_what_is_not_understood_is_an_error(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        parse_table(wrong)


def test_files_are_checked(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(json.dumps(descriptor()))
    with pytest.raises(SchemaError, match=r"other\.json: name is 'things'"):
        read_schemas(tmp_path)
    (tmp_path / "other.json").write_text("{")
    with pytest.raises(SchemaError, match=r"other\.json:1: not JSON"):
        read_schemas(tmp_path)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ({"fields": ["y"], "reference": {"resource": "", "fields": ["id"]}}, "no field 'y'"),
        ({"fields": ["id"], "reference": {"resource": "no", "fields": ["id"]}}, "no table 'no'"),
        ({"fields": ["id"], "reference": {"resource": "", "fields": ["x"]}}, "another key"),
    ],
)
def test_foreign_keys_lead_somewhere(tmp_path: Path, key: dict[str, Any], message: str) -> None:
    (tmp_path / "things.json").write_text(json.dumps(descriptor(foreignKeys=[key])))
    with pytest.raises(SchemaError, match=message):
        read_schemas(tmp_path)


def test_every_column_is_filled_by_a_record(schemas: Schemas) -> None:
    """Each base column of each base table has a key in a shape, and each key a column."""
    filled: dict[str, set[str]] = {"evidence": set(schemas["evidence"].columns)}

    def visit(shape: Shape, inherited: set[str]) -> None:
        own = {column(key) for key in shape.keys}
        if shape.table:
            filled[shape.table] = own | inherited
        for below in shape.lists.values():
            visit(below, (own | inherited) & set(shape.passes))

    for shape in RECORDS.values():
        visit(shape, set())
    base = {name: set(table.base_columns) for name, table in schemas.items() if not table.derived}
    assert filled == base


def test_every_folder_fills_a_table() -> None:
    assert all(tables(shape) for shape in RECORDS.values())


def test_arrow_schema_says_what_the_schema_says(schemas: Schemas) -> None:
    provisions = arrow_schema(schemas["provisions"], "1.2.3")
    assert provisions.field("amount").type == pa.float64()
    assert provisions.field("amount").nullable
    assert not provisions.field("detail").nullable
    about = schemas["provisions"].columns["amount"].description.encode()
    assert provisions.field("amount").metadata[b"description"] == about
    assert provisions.metadata[b"version"] == b"1.2.3"
    assert arrow_schema(schemas["agreements"], "1").field("signed_earliest").type == pa.date32()


def test_pandera_schema_says_what_the_schema_says(schemas: Schemas) -> None:
    for table in schemas.values():
        translated = pandera_schema(table)
        assert list(translated.columns) == list(table.columns)
        assert translated.unique == list(table.primary_key)
        for name, field in table.columns.items():
            made = translated.columns[name]
            due = pd.api.types.pandas_dtype(DTYPES[field.type])
            # pandera knows dates of one resolution only, and takes the others for it
            assert made.dtype.type == due or made.dtype.type.kind == due.kind == "M"
            assert made.nullable is not field.required
            judged = {check.name for check in made.checks}
            assert judged == set(field.constraints) - {"required", "unique"}

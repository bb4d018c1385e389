"""The logical hash: the same from every form of a table, another from every other table."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT, Mini
from hypothesis import given
from hypothesis import strategies as st

from accords.cells import frame_to_text
from accords.diff_read import Release, read_release
from accords.logical import arrow_to_text, logical_hash
from accords.schema import Schemas, parse_table

FIELDS = {"key": "string", "n": "integer", "x": "number", "yes": "boolean", "day": "date"}


def table(**types: str) -> Any:
    """A table with these columns; the first is the key."""
    first = next(iter(types))
    about = {"title": "T", "description": "T."}
    fields = [{"name": name, "type": kind, **about} for name, kind in types.items()]
    fields[0]["constraints"] = {"required": True}
    return parse_table({"name": "t", "fields": fields, "primaryKey": [first], **about})


@pytest.fixture(scope="module")
def release(built: Mini) -> Release:
    return read_release(built.out)


def documented() -> Any:
    """The example of the documentation, as a reader would run it."""
    page = (ROOT / "docs" / "logical-hash.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.+?)```", page, re.DOTALL)
    assert len([line for line in code.splitlines() if line.startswith("    ")]) <= 10
    names: dict[str, Any] = {}
    exec(code, names)
    return names["logical_hash"]


def hash_of(columns: dict[str, list[str | None]], **types: str) -> str:
    return logical_hash(columns, table(**types))


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the example leaves its files to Python
def test_the_documented_example_gives_the_same_from_every_csv(built: Mini) -> None:
    data, example = built.read(), documented()
    for name, schema in data.schemas.items():
        expected = logical_hash(frame_to_text(data.frames[name], schema), schema)
        paths = built.out / f"datasets/csv/{name}.csv", built.out / f"schemas/{name}.json"
        assert example(*map(str, paths)) == expected, name


def test_parquet_and_what_other_writers_make_of_it_give_the_same(built: Mini) -> None:
    import duckdb
    import polars as pl

    data = built.read()
    for path in sorted((built.out / "datasets" / "parquet").glob("*.parquet")):
        schema = built.schemas[path.stem]
        arrow = pq.read_table(path)
        expected = logical_hash(frame_to_text(data.frames[path.stem], schema), schema)
        buffer = io.BytesIO()
        pl.read_parquet(path).write_parquet(buffer)
        others = [
            arrow,
            pq.read_table(buffer),
            duckdb.sql(f"SELECT * FROM '{path}'").to_arrow_table(),
            pa.Table.from_batches(arrow.to_batches(max_chunksize=1), arrow.schema),
        ]
        for other in others:
            assert logical_hash(arrow_to_text(other, schema), schema) == expected, path.stem


def test_it_is_what_the_definition_says() -> None:
    import hashlib

    text = "key:string\x1fn:integer\x1ea\x1f\x00\x1eb\x1f5\x1e"
    expected = hashlib.sha256(text.encode()).hexdigest()
    found = hash_of({"key": ["b", "a"], "n": ["5", None]}, key="string", n="integer")
    assert found == expected


@given(st.permutations(["a", "B", "é", "z", "10", "9", "\U0001f600", "\uffff"]))
def test_the_order_of_rows_is_no_part_of_it(keys: list[str]) -> None:
    ordered = sorted(keys)
    other = hash_of({"key": ordered, "n": ordered}, key="string", n="string")
    assert hash_of({"key": keys, "n": keys}, key="string", n="string") == other


def test_every_difference_gives_another_hash(release: Release, schemas: Schemas) -> None:
    schema, rows = schemas["agreements"], release.rows["agreements"]
    texts = {name: [row[name] for row in rows] for name in schema.columns}
    seen = {logical_hash(texts, schema)}
    for name, column in texts.items():
        for place in range(len(column)):
            changed = [*column]
            changed[place] = f"{column[place] or ''}1"
            seen.add(logical_hash(texts | {name: changed}, schema))
    assert len(seen) == 1 + len(rows) * len(texts)


def test_missing_types_names_and_borders_of_cells_count() -> None:
    hashes = [
        hash_of({"key": ["a"], "n": [None]}, key="string", n="string"),
        hash_of({"key": ["a"], "n": [""]}, key="string", n="string"),
        hash_of({"key": ["a"], "n": ["5"]}, key="string", n="string"),
        hash_of({"key": ["a"], "n": ["5"]}, key="string", n="integer"),
        hash_of({"key": ["a"], "m": ["5"]}, key="string", m="integer"),
        hash_of({"key": ["ab"], "n": ["c"]}, key="string", n="string"),
        hash_of({"key": ["a"], "n": ["bc"]}, key="string", n="string"),
        hash_of({"key": [], "n": []}, key="string", n="string"),
    ]
    assert len(set(hashes)) == len(hashes)


@pytest.mark.parametrize("char", ["\x00", "\x1e", "\x1f"])
def test_a_cell_that_could_be_taken_for_another_is_refused(char: str) -> None:
    with pytest.raises(ValueError, match="U\\+001F"):
        hash_of({"key": [f"a{char}"]}, key="string")


@given(
    st.lists(
        st.tuples(
            st.integers(-(10**17), 10**17) | st.none(),
            st.floats(allow_nan=False, allow_infinity=False) | st.none(),
            st.booleans() | st.none(),
            st.dates().filter(lambda day: day.year >= 1000) | st.none(),
        ),
        max_size=5,
    )
)
def test_typed_values_survive_parquet(rows: list[tuple[Any, ...]]) -> None:
    schema = table(**FIELDS)
    keys = [f"k{number}" for number in range(len(rows))]
    columns = list(zip(*rows, strict=True)) or [()] * 4
    types = [pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32()]
    arrays = [pa.array(column, kind) for column, kind in zip([keys, *columns], types, strict=True)]
    arrow = pa.Table.from_arrays(arrays, names=list(FIELDS))
    dtypes = {"n": "Int64", "x": "Float64", "yes": "boolean", "day": "datetime64[us]"}
    frame = pd.DataFrame({"key": pd.Series(keys, dtype="str")})
    for (name, dtype), column in zip(dtypes.items(), columns, strict=True):
        frame[name] = pd.Series(list(column), dtype=dtype)
    texts = frame_to_text(frame, schema)
    assert arrow_to_text(arrow, schema) == texts
    assert logical_hash(arrow_to_text(arrow, schema), schema) == logical_hash(texts, schema)


def test_the_page_names_paths_that_exist(built: Mini) -> None:
    page = (ROOT / "docs" / "logical-hash.md").read_text(encoding="utf-8")
    for path in re.findall(r'"((?:datasets|schemas)/[^"]+)"', page):
        assert (Path(built.out) / path).is_file()

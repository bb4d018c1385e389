"""Loads the published tables. pandas, polars, Arrow and DuckDB are imported only when used."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from accords.schema import Schemas, Table, read_schemas

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Engine = Literal["pandas", "polars", "arrow", "duckdb"]
ENGINES: tuple[Engine, ...] = ("pandas", "polars", "arrow", "duckdb")


class NotFound(LookupError):
    """A table, column, id or engine that is not there; the message names the nearest."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        known = list(known)
        near = difflib.get_close_matches(name, known, n=3) or (known if len(known) <= 40 else [])
        hint = f": did you mean {' or '.join(near[:3])}?" if len(near) <= 3 and near else ""
        listed = f": there are {', '.join(near)}" if len(near) > 3 else ""
        super().__init__(f"no {what} {name!r}{hint}{listed}")


@cache
def _home() -> tuple[Path, Path, Path]:
    """Where the data are: the Parquet folder, the schemas, the descriptor. In a wheel they lie in
    the package; in an editable install in the checkout around it."""
    inside = Path(__file__).parent / "_data"
    if inside.is_dir():
        return inside / "parquet", inside / "schemas", inside / "datapackage.json"
    root = Path(__file__).parents[2]
    return root / "datasets" / "parquet", root / "schemas", root / "datapackage.json"


@cache
def schemas() -> Schemas:
    """The schemas of the data, by table."""
    return read_schemas(_home()[1])


@cache
def package() -> dict[str, Any]:
    """datapackage.json of the data."""
    found: dict[str, Any] = json.loads(_home()[2].read_text(encoding="utf-8"))
    return found


def tables() -> list[str]:
    """Names of all tables."""
    return list(schemas())


def row_counts() -> dict[str, int]:
    """Number of rows of every table, read from the files' footers."""
    import pyarrow.parquet as pq

    return {name: pq.read_metadata(_path(name, None)).num_rows for name in tables()}


def _table(name: str) -> Table:
    if name not in schemas():
        raise NotFound("table", name, schemas())
    return schemas()[name]


def _path(table: str, columns: Sequence[str] | None) -> Path:
    """The Parquet file of a table, once table and columns are known to exist."""
    known = _table(table).columns
    _check_columns(f"{table} in release {package()['version']}", columns, known)
    return _home()[0] / f"{table}.parquet"


def _names(columns: Sequence[str] | None) -> list[str] | None:
    if isinstance(columns, str):
        raise TypeError(f"columns is a list of names: [{columns!r}]")
    return None if columns is None else list(columns)


def _check_columns(table: str, columns: Iterable[str] | None, known: Iterable[str]) -> None:
    for column in columns or ():
        if column not in known:
            raise NotFound(f"column of {table}", column, known)


@overload
def load(
    table: str,
    columns: Sequence[str] | None = None,
    engine: Literal["pandas"] = "pandas",
    *,
    release: str | Path | None = None,
) -> pd.DataFrame: ...
@overload
def load(
    table: str,
    columns: Sequence[str] | None = None,
    *,
    engine: Literal["polars"],
    release: str | Path | None = None,
) -> pl.DataFrame: ...
@overload
def load(
    table: str,
    columns: Sequence[str] | None = None,
    *,
    engine: Literal["arrow"],
    release: str | Path | None = None,
) -> pa.Table: ...
@overload
def load(
    table: str,
    columns: Sequence[str] | None = None,
    *,
    engine: Literal["duckdb"],
    release: str | Path | None = None,
) -> duckdb.DuckDBPyRelation: ...
def load(
    table: str,
    columns: Sequence[str] | None = None,
    engine: Engine = "pandas",
    *,
    release: str | Path | None = None,
) -> Any:
    """Load a table, or some of its columns.

    release: another release than the one installed: the path, file URL or https address of its
    bundle or of a folder with the bundle's files, with its pin: `ADDRESS#sha256=HEX`, the SHA-256
    of the zip or of the folder's datapackage.json. The network needs the pin and `accords[pinned]`.

    Returns, by engine: a pandas DataFrame (RangeIndex; keys are columns; text `str`, dates
    `datetime64[us]`, nullable `Int64`, `Float64` and `boolean`), a polars DataFrame, an Arrow
    table, or a DuckDB relation. Rows stand in key order. Raises NotFound, TypeError, and
    accords.pinned.ReleaseError where a release can't be read as pinned.
    """
    if engine not in ENGINES:
        raise NotFound("engine", engine, ENGINES)
    names = _names(columns)
    if release is not None:
        return _load_pinned(table, names, engine, str(release))
    path = _path(table, names)
    if engine == "polars":
        return _optional("polars").read_parquet(path, columns=names)
    if engine == "duckdb":
        relation = connect().table(table)
        return relation if names is None else relation.project(", ".join(f'"{n}"' for n in names))
    import pyarrow.parquet as pq

    arrow = pq.read_table(path, columns=names)
    return arrow if engine == "arrow" else to_pandas(arrow)


def _load_pinned(table: str, names: list[str] | None, engine: Engine, release: str) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from accords.pinned import open_release

    found = open_release(release)
    if table not in found.tables():
        raise NotFound(f"table in release {found.version}", table, found.tables())
    file = pq.ParquetFile(pa.BufferReader(found.parquet(table)))
    _check_columns(f"{table} in release {found.version}", names, file.schema_arrow.names)
    arrow = file.read(columns=names)
    if engine == "arrow":
        return arrow
    if engine == "polars":
        return _optional("polars").from_arrow(arrow)
    if engine == "duckdb":
        return _optional("duckdb").connect().from_arrow(arrow)
    return to_pandas(arrow)


def to_pandas(arrow: pa.Table) -> pd.DataFrame:
    """An Arrow table of this project as a pandas DataFrame of the types that `load` gives."""
    import pandas as pd
    import pyarrow as pa

    nullable = {
        pa.int64(): pd.Int64Dtype(),
        pa.float64(): pd.Float64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
        pa.string(): pd.StringDtype(na_value=float("nan")),
    }
    frame = arrow.to_pandas(types_mapper=nullable.get, date_as_object=False, ignore_metadata=True)
    dates = [field.name for field in arrow.schema if field.type == pa.date32()]
    return frame.astype(dict.fromkeys(dates, "datetime64[us]"))


def connect() -> duckdb.DuckDBPyConnection:
    """A DuckDB connection, in memory, with every table as a view."""
    connection: duckdb.DuckDBPyConnection = _optional("duckdb").connect()
    for name in tables():
        path = str(_home()[0] / f"{name}.parquet").replace("'", "''")
        connection.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{path}')")
    return connection


def _optional(name: str) -> Any:
    """A library of one of the extras. Raises ModuleNotFoundError that says how to get it."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        hint = f"{name} is not installed: pip install 'accords[{name}]'"
        raise ModuleNotFoundError(hint, name=name) from error


def describe(table: str) -> pd.DataFrame:
    """The columns of a table, from its schema: column, type, title, description, required,
    constraints (as words), key, derived."""
    import pandas as pd

    found = _table(table)
    rows = [
        {
            "column": field.name,
            "type": field.type,
            "title": field.title,
            "description": field.description,
            "required": field.required,
            "constraints": "; ".join(field.constraint_words()),
            "key": "; ".join(found.key_words(field)),
            "derived": field.derived or found.derived,
        }
        for field in found.fields
    ]
    return pd.DataFrame(rows)

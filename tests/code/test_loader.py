"""The loader gives the published tables as they are, in every engine, and loads nothing unasked."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import Mini

import accords
from accords import loader
from accords.loader import ENGINES, NotFound, row_counts

# What is loaded here is the tiny package.
pytestmark = pytest.mark.usefixtures("home")


# --- what is there --------------------------------------------------------------------------------


def test_tables_and_rows(built: Mini) -> None:
    assert accords.tables() == sorted(built.schemas)
    counts = row_counts()
    assert list(counts) == accords.tables()
    assert (counts["agreements"], counts["dyads"], counts["changes"]) == (3, 4, 0)


def test_versions() -> None:
    assert accords.data_version == "1.2.3"
    assert accords.package()["title"] == "A tiny dataset for tests"
    # The distribution's version is the data's of the checkout, whatever data are read.
    assert accords.__version__.count(".") >= 2


def test_an_attribute_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'accords' has no attribute 'laod'"):
        accords.laod  # noqa: B018


def test_everything_exported_is_there() -> None:
    assert all(getattr(accords, name) is not None for name in accords.__all__)


def test_describe_says_what_the_schema_says(built: Mini) -> None:
    for name, table in built.schemas.items():
        assert accords.describe(name)["column"].tolist() == list(table.columns)
    found = accords.describe("provisions").set_index("column")
    assert list(found.columns) == [
        *("type", "title", "description", "required", "constraints", "key", "derived")
    ]
    assert found.loc["agreement_id", "key"] == "primary key; refers to agreements"
    assert found.loc["provision_id", "key"] == "primary key"
    assert found.loc["amount", ["type", "constraints"]].tolist() == ["number", "minimum 0"]
    assert found.loc["provision_type", "constraints"].startswith("required; one of committee, ")
    assert found["required"].to_dict()["amount"] is False
    assert accords.describe("agreements").set_index("column").loc["level", "derived"]
    assert accords.describe("dyads")["derived"].all()


# --- load -----------------------------------------------------------------------------------------


def test_pandas_types(built: Mini) -> None:
    """Text is str, whole numbers Int64, booleans nullable, dates without time: never object."""
    expected = {
        "string": "str",
        "integer": "Int64",
        "number": "Float64",
        "boolean": "boolean",
        "date": "datetime64[us]",
        "year": "Int64",
    }
    for name, table in built.schemas.items():
        frame = accords.load(name)
        assert isinstance(frame.index, pd.RangeIndex), name
        found = {column: str(dtype) for column, dtype in frame.dtypes.items()}
        assert found == {field.name: expected[field.type] for field in table.fields}, name


def test_pandas_values() -> None:
    agreements = accords.load("agreements").set_index("agreement_id")
    cars, trade = agreements.loc["can-kor-cars-2026"], agreements.loc["can-kor-trade-2014"]
    assert cars.title_original == "자동차 양해각서"
    assert cars.signed_earliest == pd.Timestamp("2026-01-28")
    assert (trade.announced_on, trade.announced_latest) == ("2014-09~", pd.Timestamp("2014-09-30"))
    assert pd.isna(trade.signed_on)
    assert pd.isna(trade.signed_earliest)
    assert accords.load("provisions").amount.tolist() == [2500.5, pd.NA]
    assert accords.load("texts").is_authentic.tolist() == [True]
    assert accords.load("claims").set_index("claim_id").loc["all-cars-move", "value"] == 10


def test_rows_stand_in_key_order(built: Mini) -> None:
    for name, table in built.schemas.items():
        if name != "evidence":  # sorted by what its hash is made of
            frame = accords.load(name, columns=table.primary_key)
            keys = list(frame.itertuples(index=False, name=None))
            assert keys == sorted(keys), name


def test_an_empty_table_has_its_columns_and_types(built: Mini) -> None:
    changes = accords.load("changes")
    assert len(changes) == 0
    assert list(changes.columns) == list(built.schemas["changes"].columns)


@pytest.mark.parametrize("engine", ENGINES)
def test_columns_come_in_the_order_asked(engine: Any) -> None:
    found = accords.load("agreements", columns=("title", "agreement_id"), engine=engine)
    names = found.column_names if engine == "arrow" else found.columns
    assert list(names) == ["title", "agreement_id"]
    rows = {
        "pandas": lambda: found.agreement_id.tolist(),
        "polars": lambda: found["agreement_id"].to_list(),
        "arrow": lambda: found["agreement_id"].to_pylist(),
        "duckdb": lambda: [row[1] for row in found.fetchall()],
    }[engine]()
    assert rows == ["can-kor-cars-2026", "can-kor-trade-2014", "eu-kor-batteries-2020"]


def test_polars_types() -> None:
    frame = accords.load("provisions", engine="polars")
    assert isinstance(frame, pl.DataFrame)
    assert frame.schema["amount"] == pl.Float64
    assert frame["amount"].to_list() == [2500.5, None]
    agreements = accords.load("agreements", engine="polars")
    assert agreements.schema["signed_earliest"] == pl.Date
    assert agreements["signed_earliest"].to_list() == [date(2026, 1, 28), None, None]
    assert accords.load("dyads", engine="polars").schema["year"] == pl.Int64
    assert accords.load("texts", engine="polars").schema["is_authentic"] == pl.Boolean


def test_arrow_types() -> None:
    table = accords.load("agreements", engine="arrow")
    assert isinstance(table, pa.Table)
    assert table.schema.field("signed_earliest").type == pa.date32()
    assert not table.schema.field("title").nullable
    assert table.schema.metadata[b"version"] == b"1.2.3"


def test_duckdb_types() -> None:
    relation = accords.load("agreements", engine="duckdb")
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    assert (types["title"], types["signed_earliest"]) == ("VARCHAR", "DATE")
    assert len(relation.fetchall()) == 3


def test_connect_has_every_table_and_joins_them() -> None:
    with accords.connect() as connection:
        views = {row[0] for row in connection.execute("SHOW TABLES").fetchall()}
        assert views == set(accords.tables())
        query = """
            SELECT country, count(*) FROM agreement_parties JOIN parties USING (party_id)
            WHERE country IS NOT NULL GROUP BY country ORDER BY country
        """
        counts = connection.execute(query).fetchall()
    assert counts == [("CAN", 2), ("EUE", 1), ("FRA", 1), ("KOR", 3)]


@pytest.mark.parametrize("folder", ["it's here", "data"])
def test_an_awkward_folder_is_read(
    folder: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An apostrophe in the path is no end of a string to DuckDB."""
    (tmp_path / folder).symlink_to(home / "datasets" / "parquet")
    places = tmp_path / folder, home / "schemas", home / "datapackage.json"
    monkeypatch.setattr(loader, "_home", lambda: places)
    assert len(accords.load("agreements", engine="duckdb").fetchall()) == 3


# --- what is not there ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: accords.load("agreement"), r"no table 'agreement': did you mean agreements or "),
        (lambda: accords.describe("partys"), r"no table 'partys': did you mean parties"),
        (lambda: accords.load("zzz"), r"no table 'zzz': there are agreement_parties, "),
        (
            lambda: accords.load("agreements", columns=["titel"]),
            r"no column of agreements in release 1\.2\.3 'titel': did you mean title",
        ),
        (
            lambda: accords.load("agreements", engine="panda"),
            r"no engine 'panda': did you mean pandas\?",
        ),
        (
            lambda: accords.load("agreements", engine="spark"),
            r"no engine 'spark': there are pandas, polars, arrow, duckdb",
        ),
        (
            lambda: accords.agreement("can-kor-cars-2025"),
            r"no agreement 'can-kor-cars-2025': did you mean can-kor-cars-2026",
        ),
    ],
)
def test_what_is_not_there_is_said_with_the_nearest(ask: Any, message: str) -> None:
    with pytest.raises(NotFound, match=message):
        ask()


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_missing_engine_says_how_to_get_it(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, engine, None)
    with pytest.raises(ModuleNotFoundError, match=rf"pip install 'accords\[{engine}\]'"):
        accords.load("agreements", engine=engine)


# --- one agreement --------------------------------------------------------------------------------


def test_agreement_has_all_that_hangs_on_it() -> None:
    found = accords.agreement("can-kor-cars-2026")
    assert (found["title"], found["level"]) == ("Memorandum of understanding on cars", "state")
    assert found["signed_earliest"] == date(2026, 1, 28)
    assert found["ended_on"] is None
    host = next(party for party in found["parties"] if party["party_id"] == "can-ised")
    assert host["name"] == "Department of Industry"
    assert (host["role"], host["country"]) == ("signatory", "CAN")
    assert host["signatories"] == [
        {"person_name": "A. Person", "person_title": "Minister of Industry"}
    ]
    assert [len(party["signatories"]) for party in found["parties"]] == [1, 0, 0]
    assert found["sectors"] == [
        {"sector_id": "automotive", "is_primary": True},
        {"sector_id": "electric_vehicles", "is_primary": False},
    ]
    assert [item["amount"] for item in found["provisions"]] == [2500.5, None]
    assert found["relations"] == [
        {
            "agreement_id": "can-kor-cars-2026",
            "relation": "follows",
            "related_id": "can-kor-trade-2014",
        }
    ]
    assert [text["is_authentic"] for text in found["texts"]] == [True]
    assert found["external_ids"] == [{"scheme": "unts", "external_id": "I-12345"}]
    assert [(e["event_id"], e["role"]) for e in found["events"]] == [
        ("2026-01-28-signing", "signing")
    ]
    assert [claim["verdict"] for claim in found["claims"]] == ["contradicted"]
    (doubt,) = [item for item in found["evidence"] if item["stance"] == "contradicts"]
    assert (doubt["field"], doubt["stated_value"]) == ("signed_on", "2026-01-29")
    assert doubt["source"]["publisher"] == "Daily"


def test_relations_show_on_both_sides() -> None:
    assert (
        accords.agreement("can-kor-trade-2014")["relations"]
        == (accords.agreement("can-kor-cars-2026")["relations"])
    )


def test_a_renamed_agreement_is_followed() -> None:
    assert accords.agreement("can-kor-car-2026") == accords.agreement("can-kor-cars-2026")


@pytest.mark.parametrize(
    "agreement_id", ["can-kor-cars-2026", "can-kor-trade-2014", "eu-kor-batteries-2020"]
)
def test_agreement_is_plain_values(agreement_id: str) -> None:
    """Nothing of pandas or numpy is left in it: JSON knows all but its dates."""
    found = accords.agreement(agreement_id)
    assert json.loads(json.dumps(found, default=date.isoformat, allow_nan=False))["title"]


# --- imports --------------------------------------------------------------------------------------


def test_import_loads_nothing_heavy() -> None:
    """So that a script that only asks for a table's columns starts at once."""
    heavy = "{'pandas', 'pyarrow', 'frictionless', 'pandera', 'polars', 'duckdb', 'yaml', 'numpy'}"
    code = f"import sys, accords, accords.cli; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_home_is_the_checkout_or_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found from the package's own place, never from the working directory."""
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    module = tmp_path / "checkout" / "src" / "accords" / "loader.py"
    module.parent.mkdir(parents=True)
    find = loader._home.__wrapped__
    monkeypatch.setattr(loader, "__file__", str(module))
    root = tmp_path / "checkout"
    assert find() == (root / "datasets" / "parquet", root / "schemas", root / "datapackage.json")
    inside = module.parent / "_data"
    inside.mkdir()
    assert find() == (inside / "parquet", inside / "schemas", inside / "datapackage.json")

"""The published files."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from conftest import ROOT

import accords
from accords.build import main
from accords.loader import row_counts
from accords.published import validate


def test_published_files_are_those_of_the_records() -> None:
    assert main(ROOT, ["--check", "--quiet"]) == 0


def test_package_is_valid() -> None:
    """Hashes, cells, keys, rules, derived cells, and Parquet against CSV cell for cell."""
    assert validate(ROOT) == []


def test_frictionless_alone_finds_it_valid() -> None:
    """Everyone's first command, with no code of this project."""
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    report = json.loads(run.stdout)
    assert run.returncode == 0
    assert report["valid"], report["errors"]
    assert report["stats"]["tasks"] == 2 * len(accords.tables())


def test_citation_file_is_valid() -> None:
    command = [sys.executable, "-m", "check_jsonschema"]
    command += ["--builtin-schema", "vendor.citation-file-format", "CITATION.cff"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


ZENODO = ROOT / "tests" / "fixtures" / "zenodo.schema.json"


def test_zenodo_metadata_are_valid() -> None:
    """Against the fields that Zenodo documents for a deposit."""
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(ZENODO)]
    run = subprocess.run(
        [*command, ".zenodo.json"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout


# Reads every record set with the format's own library, and says how many records each has.
_CROISSANT = """
import json, mlcroissant
dataset = mlcroissant.Dataset("croissant.json")
issues = sorted({*dataset.metadata.issues.errors, *dataset.metadata.issues.warnings})
sets = [item.name for item in dataset.metadata.record_sets]
counts = {name: sum(1 for _ in dataset.records(name)) for name in sets}
print(json.dumps([issues, counts]))
"""


def test_croissant_loads_every_record() -> None:
    run = subprocess.run(
        [sys.executable, "-c", _CROISSANT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    issues, counts = json.loads(run.stdout.splitlines()[-1])
    assert issues == []
    assert counts == row_counts()


# Tables without a row and columns without a value yet, and why.
EMPTY_TABLES = {
    "sector_codes": "no code was checked against its classification yet",
}
EMPTY_COLUMNS = {
    ("parties", "wikidata_id"): "no item was checked yet",
    ("redirects", "new_id"): "the redirects of released ids so far are withdrawals",
    ("sources", "archived_url"): "all pages were read live or as stored copies",
}


@pytest.mark.parametrize("table", accords.tables())
def test_no_column_is_all_null(table: str) -> None:
    frame = accords.load(table)
    assert frame.empty == (table in EMPTY_TABLES)
    empty = {(table, name) for name in frame.columns if len(frame) and frame[name].isna().all()}
    assert empty == {place for place in EMPTY_COLUMNS if place[0] == table}

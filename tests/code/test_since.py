"""The history of an agreement under all the ids that it had."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from accords import nested, since
from accords.cli import main
from accords.loader import load, schemas

CARS = "can-kor-cars-2026"


def rows(table: str, *values: tuple[str | None, ...]) -> pd.DataFrame:
    """Rows of a table, the other columns empty."""
    columns = list(schemas()[table].columns)
    named = columns[1:] if table == "changes" else columns  # its id is of no use here
    return pd.DataFrame([dict(zip(named, row, strict=False)) for row in values], columns=columns)


@pytest.fixture
def released(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The agreement came with 1.3.0 under another id, which 1.10.0 changed; one was withdrawn."""
    old = "can-kor-car-2026"
    frames = {
        "releases": pd.DataFrame(
            {
                "release": ["1.10.0", "1.2.3", "1.3.0"],
                "released_on": pd.to_datetime(["2026-03-01", "2026-01-01", "2026-02-01"]),
            }
        ),
        "changes": rows(
            "changes",
            ("1.10.0", "agreements", CARS, None, "changed", "agreement_id", old, CARS, "recoded"),
            ("1.10.0", "event_agreements", "2026-01-28-signing", CARS, "added"),
            ("1.3.0", "agreements", old, None, "added"),
            ("1.3.0", "provisions", old, "committee", "added"),
        ),
        "redirects": rows(
            "redirects",
            ("agreements", old, CARS, "renamed"),
            ("agreements", "can-kor-iron-2015", None, "withdrawn, it never was"),
        ),
    }

    def loaded(table: str, columns: list[str] | None = None) -> pd.DataFrame:
        frame = frames.get(table)
        return load(table, columns) if frame is None else frame

    monkeypatch.setattr(since, "load", loaded)
    monkeypatch.setattr(nested, "load", loaded)


@pytest.mark.usefixtures("released")
def test_what_happened_under_an_earlier_id_is_told() -> None:
    found = since.since("can-kor-car-2026")
    assert (found["agreement_id"], found["since"]) == (CARS, "1.3.0")
    facts = {(f["table_name"], f["item_id"], f["field"]): f["since"] for f in found["facts"]}
    assert facts["provisions", "committee", ""] == "1.3.0"
    assert facts["agreements", "", "signed_on"] == "1.3.0"
    assert facts["event_agreements", "2026-01-28-signing", ""] == "1.10.0"
    assert [change["field"] for change in found["changes"]] == ["agreement_id"]


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("command", ["show", "show --history", "cite"])
def test_a_withdrawn_id_says_so(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    name, *options = command.split()
    assert main([name, "can-kor-iron-2015", *options]) == 1
    said = "accords: agreement 'can-kor-iron-2015' was taken out: withdrawn, it never was\n"
    assert capsys.readouterr().err == said

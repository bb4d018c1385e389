"""docs/errata.md: every correction of a published value, from the table `changes`."""

from __future__ import annotations

import pandas as pd

from accords.codebook import cell
from accords.dataset import Dataset
from accords.metadata import Files

_INTRO = """# Errata

Generated from the table `changes`: never edit this file. Every value that was published and was
wrong, with the release that corrected it, the evidence that moved it, and the days from the report
to the release where someone reported it. To report one, see the README.
"""


def export_errata(data: Dataset) -> Files:
    """The page, the newest release first; corrections of evidence rows are left out, since they
    follow those of the facts."""
    changes = data.frames["changes"]
    wrong = changes[(changes.reason == "correction") & (changes.table_name != "evidence")]
    parts = [_INTRO]
    for release in reversed(data.frames["releases"].to_dict("records")):
        rows = wrong[wrong.release == release["release"]]
        if len(rows):
            day = release["released_on"]
            parts.append(f"\n## {release['release']} ({day.date()})\n\n{_table(rows, day)}")
    if len(parts) == 1:
        parts.append("\nNo published value has been corrected yet.\n")
    yield "docs/errata.md", "".join(parts).encode()


def _table(rows: pd.DataFrame, released_on: pd.Timestamp) -> str:
    header = "| what | was | is | why | evidence | days |\n| --- | --- | --- | --- | --- | ---: |\n"
    return header + "".join(_line(row, released_on) for row in rows.to_dict("records"))


def _line(row: dict[str, object], released_on: pd.Timestamp) -> str:
    names = ("table_name", "record_id", "item_id", "field")
    what = " ".join(str(row[name]) for name in names if not pd.isna(row[name]))
    reported = row["reported_on"]
    days = "" if pd.isna(reported) else str((released_on - reported).days)
    shown = ["" if pd.isna(row[name]) else cell(str(row[name])) for name in _SHOWN]
    if row["action"] == "removed":
        shown[1] = "(taken out)"
    return f"| {what} | {' | '.join(shown)} | {days} |\n"


_SHOWN = ("old_value", "new_value", "note", "evidence_id")

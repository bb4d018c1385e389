"""The releases made so far, from their manifests: records/releases/<version>/manifest.json and the
changes.csv beside it. `accords stamp` writes both; nobody edits them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from accords.check import Frames, Texts, check_foreign_keys, check_table
from accords.ids import CHANGE_KEY, version_key
from accords.problems import InvalidData, Problem
from accords.schema import Schemas

HISTORY = ("releases", "changes")  # the tables made from manifests
FOLDER, MANIFEST, CHANGES = "releases", "manifest.json", "changes.csv"
_ADVICE = "restore it from the release's commit: manifests are never edited"


@dataclass(frozen=True)
class Manifest:
    """What was released. rows, tables: number of rows and logical hash of each base table; ids:
    every id in use, by table; bump, schema, totals: of the diff to the release before."""

    version: str
    released_on: date
    previous_version: str | None
    previous_commit: str | None
    bump: str | None
    schema: list[dict[str, Any]]
    totals: dict[str, int]
    rows: dict[str, int]
    tables: dict[str, str]
    ids: dict[str, list[str]]
    doi: str | None = None


def manifest_path(version: str) -> str:
    """Path of a manifest below the records folder."""
    return f"{FOLDER}/{version}/{MANIFEST}"


def read_manifests(records: Path) -> list[Manifest]:
    """All manifests, the oldest first. Raises InvalidData where one can't be read."""
    found, problems = [], []
    for path in (records / FOLDER).glob(f"*/{MANIFEST}"):
        name = f"{records.name}/{path.relative_to(records).as_posix()}"
        try:
            content = json.loads(path.read_bytes())
            content["released_on"] = date.fromisoformat(content["released_on"])
            made = Manifest(**content)
            found.append(made)
            version_key(made.version)
        except (ValueError, TypeError, KeyError) as error:
            problems.append(Problem(name, 0, "", str(error), "the manifest of a release", _ADVICE))
            continue
        if made.version != path.parent.name:
            rule = "a manifest stands in the folder of its version"
            problems.append(Problem(name, 0, "version", made.version, rule, _ADVICE))
    if problems:
        raise InvalidData(problems)
    return sorted(found, key=lambda made: version_key(made.version))


def manifest_json(made: Manifest) -> str:
    """A manifest as the text of its file."""
    content = {name: getattr(made, name) for name in Manifest.__dataclass_fields__}
    content["released_on"] = made.released_on.isoformat()
    return f"{json.dumps(content, indent=1, ensure_ascii=False)}\n"


def history(records: Path, schemas: Schemas) -> Frames:
    """The tables `releases` and `changes`, typed and checked. Raises InvalidData."""
    manifests = read_manifests(records)
    texts: dict[str, Texts] = {
        "releases": _releases(manifests, list(schemas["releases"].columns)),
        "changes": _changes(records, manifests, list(schemas["changes"].columns)),
    }
    frames, violations = {}, []
    for name, columns in texts.items():
        frames[name], faults = check_table(columns, schemas[name])
        violations += faults
    violations += check_foreign_keys(frames, {name: schemas[name] for name in frames})
    if violations:
        place = f"{records.name}/{FOLDER}"
        raise InvalidData(
            Problem(place, 0, f"{item.table}.{item.column}", item.value, item.rule, _ADVICE)
            for item in violations
        )
    return frames


def _releases(manifests: list[Manifest], columns: list[str]) -> Texts:
    rows: list[dict[str, Any]] = [
        {
            "release": made.version,
            "released_on": made.released_on.isoformat(),
            "previous_release": made.previous_version,
            "previous_commit": made.previous_commit,
            "bump": made.bump,
            **{f"n_{name}": str(count) for name, count in (made.totals | made.rows).items()},
        }
        for made in sorted(manifests, key=lambda made: made.version)
    ]
    return {name: [row.get(name) for row in rows] for name in columns}


def _changes(records: Path, manifests: list[Manifest], columns: list[str]) -> Texts:
    rows: list[dict[str, str]] = []
    for made in manifests:
        path = records / FOLDER / made.version / CHANGES
        if path.is_file():
            text = io.StringIO(path.read_text(encoding="utf-8"), newline="")
            rows += csv.DictReader(text, strict=True)
    rows.sort(key=lambda row: tuple(row.get(name) or "" for name in CHANGE_KEY))
    return {name: [row.get(name) or None for row in rows] for name in columns}

"""Adds one row to a register of records/, under a lock and in canonical order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from accords.canonical import canonical, slug, write_atomic
from accords.lock import locked
from accords.problems import InvalidData
from accords.shapes import RECORDS
from accords.yamlio import read


class NotAdded(Exception):
    """The row can't be added; the message says why and what to do."""


def add(
    records: Path, folder: str, file_id: str, head: dict[str, str], row: dict[str, Any]
) -> Path:
    """Add `row` to the register `records/<folder>/<file_id>.yaml`, whose head is `head`.

    Returns the file's path. Raises NotAdded where the row's id exists in any file of the
    register or the file has another head, InvalidData where the file can't be read.
    """
    with locked(records):
        return _add(records, folder, file_id, head, row)


def _add(
    records: Path, folder: str, file_id: str, head: dict[str, str], row: dict[str, Any]
) -> Path:
    (name, shape) = next(iter(RECORDS[folder].lists.items()))
    key = shape.names[0]
    path = records / folder / f"{file_id}.yaml"
    for other, existing in rows(records, folder):
        if existing.get(key) == row[key]:
            raise NotAdded(f"{row[key]} exists already, in {other}: choose another {key}")
    record: dict[str, Any] = {**head, name: []}
    if path.exists():
        record = _read(path)
        for part, value in head.items():
            if record.get(part) != value:
                raise NotAdded(f"{path} has {part}: {record.get(part)}, not {value}")
    record[name] = [*record[name], row]
    write_atomic(path, canonical(record, RECORDS[folder]))
    return path


def rows(records: Path, folder: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every row of a register, with its file."""
    (name,) = RECORDS[folder].lists
    for path in sorted((records / folder).glob("*.yaml")):
        for row in _read(path).get(name, []):
            yield path, row


def add_source(
    records: Path, publisher: dict[str, str], row: dict[str, str], short: str | None
) -> str:
    """Add a page to the register of sources and return its id; a page already there (by its
    address) is not added again.

    publisher: publisher, publisher_kind, language. row: the page's keys; where it has no
    source_id, one is made of publisher, date and `short` (or the title's first words).
    """
    with locked(records):
        return _add_source(records, publisher, row, short)


def _add_source(
    records: Path, publisher: dict[str, str], row: dict[str, str], short: str | None
) -> str:
    for _, existing in rows(records, "sources"):
        if existing.get("url") == row["url"]:
            return str(existing["source_id"])
    file_id = slug(publisher["publisher"])
    if not file_id:
        raise NotAdded("the publisher's name needs Latin letters: it names the file")
    words = slug(short or row["title"]).split("-")[:6]
    path = records / "sources" / f"{file_id}.yaml"
    if path.exists() and (language := _read(path).get("language")) != publisher["language"]:
        # A publisher of several languages: the file states the first, the page its own.
        row = {**row, "language": publisher["language"]}
        publisher = {**publisher, "language": str(language)}
    made = "-".join(part for part in (file_id, row.get("published_on", ""), *words) if part)
    row = {"source_id": made} | row
    _add(records, "sources", file_id, publisher, row)
    return row["source_id"]


def add_party(records: Path, country: str | None, row: dict[str, str]) -> str:
    """Add a party to the register of its country (international.yaml where it has none)."""
    head = {"country": country} if country else {}
    add(records, "parties", country.lower() if country else "international", head, row)
    return row["party_id"]


def _read(path: Path) -> dict[str, Any]:
    record, problems = read(path, str(path))
    if record is None:
        raise InvalidData(problems)
    return record

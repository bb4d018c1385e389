"""`accords new`: starts a record, or adds a row to a register."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from accords.canonical import write_atomic
from accords.cells import EXPECTED, is_canonical, text_fault
from accords.check import nearest
from accords.loader import schemas
from accords.lock import locked
from accords.register import NotAdded, add_party, add_source, rows
from accords.shapes import AGREEMENT, EVENT, column
from accords.template import template


def run(arguments: argparse.Namespace) -> str:
    """Carry out `accords new` and return what to print: the id of what was registered, or the path
    of the record begun. Raises NotAdded, InvalidData."""
    if not arguments.records.is_dir():
        raise NotAdded(f"there is no folder {arguments.records}: run this in a checkout")
    if arguments.what == "party":
        return _new_party(arguments)
    if arguments.what == "source":
        return _new_source(arguments)
    return _new_record(arguments)


def _new_party(arguments: argparse.Namespace) -> str:
    _check_codes("parties", "kind", arguments.kind)
    keys = ("name", "name_original", "kind", "subdivision", "parent", "wikidata_id")
    row = {"party_id": arguments.id} | _given(arguments, keys)
    _check_row("parties", row, "parent", arguments.records)
    return add_party(arguments.records, arguments.country, row)


def _new_source(arguments: argparse.Namespace) -> str:
    _check_codes("sources", "publisher_kind", arguments.publisher_kind)
    _check_codes("sources", "access", arguments.access)
    head = _given(arguments, ("publisher", "publisher_kind", "language"))
    keys = ("url", "title", "published_on", "accessed_on", "access", "archived_url", "relays")
    row = _given(arguments, keys)
    if arguments.id:
        row = {"source_id": arguments.id} | row
    _check_row("sources", row, "relays", arguments.records)
    return add_source(arguments.records, head, row, arguments.short)


def _new_record(arguments: argparse.Namespace) -> str:
    shape = {"agreement": AGREEMENT, "event": EVENT}[arguments.what]
    pattern = schemas()[shape.table].columns[shape.keys[0]].constraints["pattern"]
    if not re.fullmatch(pattern, arguments.id):
        raise NotAdded(f"{arguments.id!r} is no id: lower-case words and digits joined by hyphens")
    path: Path = arguments.records / shape.table / f"{arguments.id}.yaml"
    with locked(arguments.records):
        if path.exists():
            raise NotAdded(f"{path} exists already: choose another id, or edit that file")
        write_atomic(path, template(shape, schemas(), arguments.id))
    return str(path)


def _check_row(table: str, row: dict[str, str], reference: str, records: Path) -> None:
    """Refuse a row whose cells break the schema, or that refers to no row of its register."""
    fields = schemas()[table].columns
    for key, value in row.items():
        field = fields[column(key)]
        if not is_canonical(value, field.type):
            fault = text_fault(value) if field.type == "string" else None
            raise NotAdded(f"{key} {value!r}: {fault or f'write {EXPECTED[field.type]}'}")
        pattern = field.constraints.get("pattern")
        if pattern and not re.fullmatch(pattern, value, re.ASCII):
            raise NotAdded(f"{key} {value!r} does not match {pattern}: {field.description}")
    known = [str(known[fields_key(table)]) for _, known in rows(records, table)]
    if reference in row and row[reference] not in known:
        raise NotAdded(f"{reference} {row[reference]!r}: {nearest(row[reference], known, table)}")


def fields_key(table: str) -> str:
    """The one column of a register's primary key."""
    (key,) = schemas()[table].primary_key
    return key


def _check_codes(table: str, column: str, value: str) -> None:
    codes = schemas()[table].columns[column].constraints["enum"]
    if value not in codes:
        raise NotAdded(f"{column} {value!r} is none of {', '.join(codes)}")


def _given(arguments: argparse.Namespace, keys: tuple[str, ...]) -> dict[str, str]:
    return {key: value for key in keys if (value := getattr(arguments, key)) is not None}

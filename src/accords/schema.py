"""Reads the Table Schemas of schemas/, the one statement of every table.

Only the small vocabulary below is understood; a property outside it is an error, never ignored,
so that no constraint can be stated and then not enforced.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

TYPES = ("string", "integer", "number", "boolean", "date", "year")
ORDERED = ("integer", "number", "date", "year")
# constraint -> the types it may stand on
CONSTRAINTS: dict[str, tuple[str, ...]] = {
    "required": TYPES,
    "unique": TYPES,
    "enum": ("string",),
    "pattern": ("string",),
    "minLength": ("string",),
    "maxLength": ("string",),
    "minimum": ORDERED,
    "maximum": ORDERED,
}
_FIELD = {"name", "type", "title", "description", "derived", "constraints"}
_TABLE = {
    "$schema",
    "name",
    "title",
    "description",
    "derived",
    "fields",
    "primaryKey",
    "foreignKeys",
    "missingValues",
}
_FOREIGN_KEY = {"fields", "reference"}


class SchemaError(ValueError):
    """A schema file says something that this project does not understand."""


@dataclass(frozen=True)
class Field:
    """One column. `constraints` has the names and values of the Table Schema constraints."""

    name: str
    type: str
    title: str
    description: str
    derived: bool
    constraints: Mapping[str, Any]

    @property
    def required(self) -> bool:
        return bool(self.constraints.get("required", False))

    def constraint_words(self) -> Iterator[str]:
        """The constraints as words."""
        for name, value in self.constraints.items():
            if name == "enum":
                yield f"one of {', '.join(value)}"
            else:
                yield name if value is True else f"{name} {value}"


@dataclass(frozen=True)
class ForeignKey:
    """`fields` of this table point at `reference_fields` of the table `reference`."""

    fields: tuple[str, ...]
    reference: str
    reference_fields: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table: its columns in order, its keys, and the descriptor as it stands in the file."""

    name: str
    title: str
    description: str
    derived: bool
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    descriptor: Mapping[str, Any]

    @cached_property
    def columns(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @property
    def base_columns(self) -> list[str]:
        """The columns that come from the records, derived ones left out."""
        return [field.name for field in self.fields if not field.derived]

    def key_words(self, field: Field) -> Iterator[str]:
        """The keys that a column is part of, as words."""
        if field.name in self.primary_key:
            yield "primary key"
        for key in self.foreign_keys:
            if field.name in key.fields:
                yield f"refers to {key.reference}"


Schemas = dict[str, Table]


def read_schemas(folder: Path) -> Schemas:
    """All tables of a schemas folder, by name. Raises SchemaError."""
    tables = {}
    for path in sorted(folder.glob("*.json")):
        try:
            descriptor = json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            raise SchemaError(f"{path.name}:{error.lineno}: not JSON: {error.msg}") from None
        table = parse_table(descriptor, path.name)
        if table.name != path.stem:
            raise SchemaError(f"{path.name}: name is {table.name!r}, the file's is {path.stem!r}")
        tables[table.name] = table
    for table in tables.values():
        _check_references(table, tables)
    return tables


def parse_table(descriptor: Mapping[str, Any], where: str = "schema") -> Table:
    """The table that a Table Schema descriptor states. Raises SchemaError."""
    _known(descriptor, _TABLE, where)
    if descriptor.get("missingValues", [""]) != [""]:
        raise SchemaError(f'{where}: missingValues: only [""] is understood')
    fields = tuple(_field(field, where) for field in descriptor["fields"])
    names = [field.name for field in fields]
    if len(set(names)) != len(names):
        raise SchemaError(f"{where}: two fields of one name")
    key = tuple(descriptor["primaryKey"])
    table = Table(
        name=descriptor["name"],
        title=descriptor["title"],
        description=descriptor["description"],
        derived=descriptor.get("derived", False),
        fields=fields,
        primary_key=key,
        foreign_keys=tuple(
            _foreign_key(item, descriptor["name"], where)
            for item in descriptor.get("foreignKeys", [])
        ),
        descriptor=descriptor,
    )
    for name in key:
        if name not in table.columns or not table.columns[name].required:
            raise SchemaError(f"{where}: primaryKey: {name!r} is not a required field")
    return table


def _field(descriptor: Mapping[str, Any], where: str) -> Field:
    where = f"{where}: field {descriptor.get('name')!r}"
    _known(descriptor, _FIELD, where)
    kind = descriptor.get("type")
    if kind not in TYPES:
        raise SchemaError(f"{where}: type {kind!r} is not one of {', '.join(TYPES)}")
    constraints = descriptor.get("constraints", {})
    for name in constraints:
        if kind not in CONSTRAINTS.get(name, ()):
            raise SchemaError(f"{where}: constraint {name!r} is not understood on type {kind!r}")
    pattern = constraints.get("pattern", "")
    if not pattern.isascii() or pattern.startswith("^") or pattern.endswith("$"):
        raise SchemaError(f"{where}: pattern {pattern!r}: write it in ASCII, without anchors")
    if _has_bare_alternatives(pattern):
        raise SchemaError(f"{where}: pattern {pattern!r}: group its alternatives: (?:a|b)")
    return Field(
        name=descriptor["name"],
        type=kind,
        title=descriptor["title"],
        description=descriptor["description"],
        derived=descriptor.get("derived", False),
        constraints=constraints,
    )


def _has_bare_alternatives(pattern: str) -> bool:
    """Whether a `|` stands outside all groups: Frictionless would anchor each alternative on one
    side only."""
    plain = re.sub(r"\\.|\[[^\]]*\]", "", pattern)  # without escapes and character classes
    while (inner := re.sub(r"\([^()]*\)", "", plain)) != plain:
        plain = inner
    return "|" in plain


def _foreign_key(descriptor: Mapping[str, Any], table: str, where: str) -> ForeignKey:
    _known(descriptor, _FOREIGN_KEY, f"{where}: foreignKeys")
    reference = descriptor["reference"]
    return ForeignKey(
        fields=tuple(descriptor["fields"]),
        reference=reference["resource"] or table,  # "" is the table itself
        reference_fields=tuple(reference["fields"]),
    )


def _check_references(table: Table, tables: Schemas) -> None:
    for key in table.foreign_keys:
        for name in key.fields:
            if name not in table.columns:
                raise SchemaError(f"{table.name}.json: foreignKeys: no field {name!r}")
        if key.reference not in tables:
            raise SchemaError(f"{table.name}.json: foreignKeys: no table {key.reference!r}")
        if key.reference_fields != tables[key.reference].primary_key:
            raise SchemaError(f"{table.name}.json: foreignKeys: {key.reference} has another key")


def _known(descriptor: Mapping[str, Any], known: set[str], where: str) -> None:
    for name in descriptor:
        if name not in known:
            raise SchemaError(f"{where}: property {name!r} is not understood")

"""Compares two built packages: schemas, rows and, keyed by primary key, every cell.

The result is plain values, as `accords diff --format json` prints them; docs/diff.md says what each
part means and docs/diff.schema.json states the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypedDict

from accords.diff_read import (
    Key,
    Release,
    Row,
    Value,
    key_of,
    read_release,
    typed_row,
    typed_value,
)
from accords.diff_renames import Renames
from accords.diff_schema import Bump, SchemaChange, highest, schema_changes
from accords.schema import Field, Schemas

Cause = Literal["redirect", "derived", "column"]
Reasons = Mapping[Key, str | None]  # by table_name, record_id, item_id and field


class Renamed(TypedDict):
    """The key of a row before and after, where NEW's redirects lead from one to the other."""

    old: Row
    new: Row


class Changed(TypedDict):
    """A cell that holds another value; key is that of the row in NEW."""

    key: Row
    field: str
    old: Value
    new: Value
    reason: str | None


class Followed(TypedDict):
    """A cell that holds another value only because something else changed: a redirected id, what
    it is derived from, or its column, which is new."""

    key: Row
    field: str
    old: Value
    new: Value
    cause: Cause


class TableDiff(TypedDict):
    """What changed in one table; `rows` are the whole rows of the keys in `added`."""

    added: list[Row]
    rows: list[Row]
    removed: list[Row]
    renamed: list[Renamed]
    changed: list[Changed]
    followed: list[Followed]


class Diff(TypedDict):
    """Two releases compared; only tables that differ stand in `tables`."""

    old_version: str
    new_version: str
    bump: Bump
    schema: list[SchemaChange]
    tables: dict[str, TableDiff]


def diff(old: Path, new: Path) -> Diff:
    """Compare the packages at two paths (each a folder, a zip or a datapackage.json).

    Raises NotAPackage where one is none.
    """
    return compare(read_release(old), read_release(new))


def compare(old: Release, new: Release) -> Diff:
    """Compare two releases as they were read."""
    renames, reasons = Renames(old, new), _reasons(new)
    schema = schema_changes(old.schemas, new.schemas)
    bumps: list[Bump] = [change["bump"] for change in schema]
    tables = {}
    for name in sorted({*old.schemas, *new.schemas}):
        if new.is_base(name) or (old.is_base(name) and name not in new.schemas):
            pair = _Pair(name, old, new, renames)
            found = pair.diff(reasons)
            if any(found.values()):
                tables[name] = found
                bumps.append(_bump(pair, found))
    return {
        "old_version": old.version,
        "new_version": new.version,
        "bump": highest(bumps),
        "schema": schema,
        "tables": tables,
    }


def _reasons(new: Release) -> Reasons:
    """Why cells changed in this release, from its table `changes`."""
    names = ("table_name", "record_id", "item_id", "field")
    return {
        key_of(row, names): row["reason"]
        for row in new.rows.get("changes", [])
        if {*names, "release", "action", "reason"} <= row.keys()
        and (row["release"], row["action"]) == (new.version, "changed")
    }


class _Pair:
    """One table in both releases, without rows where a release does not have it."""

    def __init__(self, name: str, old: Release, new: Release, renames: Renames) -> None:
        self.name, self._renames = name, renames
        self.before = old.schemas.get(name) or new.schemas[name]
        self.after = new.schemas.get(name) or self.before
        rows = old.rows[name] if old.is_base(name) else []
        self.has_ids = has_ids(name, old.schemas | new.schemas)
        # Rows are the same rows only where one key tells them apart in both releases.
        names = self.after.primary_key
        shared = set(names) <= set(self.before.columns)
        shared = shared and len({key_of(row, names) for row in rows}) == len(rows)
        self.old_names = names if shared else self.before.primary_key
        self.olds = {key_of(row, self.old_names): row for row in rows}
        self.news = {key_of(row, names): row for row in new.rows[name]} if new.is_base(name) else {}
        self.follow = {key: renames.follow(name, row) for key, row in self.olds.items()}
        self.matches = self._matches() if shared else {}

    def _matches(self) -> dict[Key, Key]:
        """Key in NEW -> key in OLD: the same, or the one that NEW's redirects lead from."""
        found = {key: key for key in self.olds if key in self.news}
        for key in sorted(self.olds):
            target = self.target(key)
            if target in self.news and target not in self.olds:
                found.setdefault(target, key)
        return found

    def target(self, old: Key) -> Key:
        """The key that NEW's redirects give an old row."""
        return key_of(self.follow[old], self.old_names)

    def removed(self) -> list[Key]:
        """Keys of the old rows that stand in NEW under no key."""
        kept = set(self.matches.values())
        return [key for key in sorted(self.olds) if key not in kept]

    def diff(self, reasons: Reasons) -> TableDiff:
        added = [key for key in sorted(self.news) if key not in self.matches]
        found: TableDiff = {
            "added": [self._new_key(key) for key in added],
            "rows": [typed_row(self.news[key], self.after) for key in added],
            "removed": [self._old_key(key) for key in self.removed()],
            "renamed": [],
            "changed": [],
            "followed": [],
        }
        for new, old in sorted(self.matches.items()):
            if new != old:
                found["renamed"].append({"old": self._old_key(old), "new": self._new_key(new)})
            for field in self.after.fields:
                self._cell(field, new, old, found, reasons)
        return found

    def _cell(self, field: Field, new: Key, old: Key, found: TableDiff, reasons: Reasons) -> None:
        """Add a cell of a row that both have to `changed` or `followed`, if it differs."""
        name, text = field.name, self.news[new][field.name]
        before = self.olds[old].get(name)
        if text == before or name in self.after.primary_key:
            return
        key = self._new_key(new)
        was = typed_value(before, self.before.columns.get(name, field).type)
        now = typed_value(text, field.type)
        if cause := self._cause(field, text, old):
            found["followed"].append(Followed(key=key, field=name, old=was, new=now, cause=cause))
        else:
            reason = reasons.get((self.name, new[0], "/".join(new[1:]), name))
            found["changed"].append(Changed(key=key, field=name, old=was, new=now, reason=reason))

    def _cause(self, field: Field, text: str | None, old: Key) -> Cause | None:
        """What else made a cell change, or None."""
        if field.name not in self.before.columns:
            return "column"
        if self.follow[old][field.name] == text:
            return "redirect"
        return "derived" if field.derived else None

    def _new_key(self, key: Key) -> Row:
        return typed_row(self.news[key], self.after, self.after.primary_key)

    def _old_key(self, key: Key) -> Row:
        return typed_row(self.olds[key], self.before, self.old_names)


def has_ids(name: str, schemas: Schemas) -> bool:
    """Whether the rows of a table have ids of their own, that others may hold: those of the tables
    that redirects know, and of those with one key column that another base table refers to."""
    redirects = schemas.get("redirects")
    about = redirects.columns.get("table_name") if redirects else None
    known = about.constraints.get("enum", ()) if about else ()
    return name in known or any(
        key.reference == name and len(key.reference_fields) == 1
        for table in schemas.values()
        if not table.derived
        for key in table.foreign_keys
    )


def _bump(pair: _Pair, found: TableDiff) -> Bump:
    """The bump that the changed rows of a table owe."""
    if pair.name == "redirects":
        emptied = any(c["field"] == "new_id" and c["new"] is None for c in found["changed"])
        if found["removed"] or emptied:
            return "major"  # an id that led somewhere leads nowhere
    if pair.has_ids and any(pair.target(key) not in pair.news for key in pair.removed()):
        return "major"  # an id is withdrawn; a merged one leads to the row that stands for both
    return "minor" if found["added"] or found["removed"] or found["renamed"] else "patch"

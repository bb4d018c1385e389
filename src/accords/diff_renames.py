"""What the redirects of a new release do to the rows of the old one.

A renamed id stands in more places than its own row: in every column that refers to it, in the
keys of link tables, in what evidence points at and so in the hash that is the evidence's own id.
"""

from __future__ import annotations

from accords.diff_read import Cells, Key, Release, key_of
from accords.ids import EVIDENCE_KEY, short_hash
from accords.schema import Schemas


class Renames:
    """The redirects of `new` that lead from an id that is no longer in use to one that is."""

    def __init__(self, old: Release, new: Release) -> None:
        self._schemas = {**new.schemas, **old.schemas}
        self._references = references(new.schemas) | references(old.schemas)
        self._new_ids = _new_ids(new)

    def follow(self, table: str, row: Cells) -> Cells:
        """An old row with every renamed id in it replaced; the row itself where there is none."""
        if not self._new_ids:
            return row
        found = row | {
            name: self._new_id(self._references.get((table, name), ""), text)
            for name, text in row.items()
        }
        names = self._schemas[table].primary_key
        if table == "redirects" and {"table_name", "new_id"} <= row.keys():
            found["new_id"] = self._new_id(row["table_name"] or "", row["new_id"])
        elif table == "evidence" and {*EVIDENCE_KEY, "evidence_id", "stated_value"} <= row.keys():
            found = self._follow_evidence(row, found)
        else:
            found |= zip(names, self._follow_key(table, key_of(row, names)), strict=True)
        return found if found != row else row

    def _new_id(self, table: str, text: str | None) -> str | None:
        """What takes the place of an id of `table`."""
        return text if text is None else self._new_ids.get((table, text), text)

    def _follow_key(self, table: str, key: Key) -> Key:
        """The key of a row of `table` once its ids, and the row's own, are replaced."""
        names = self._schemas[table].primary_key
        roots = [self._references.get((table, name), "") for name in names]
        parts = [self._new_id(root, text) or "" for root, text in zip(roots, key, strict=True)]
        for own in ("/".join(key), "/".join(parts)):
            if len(names) > 1 and (table, own) in self._new_ids:
                parts = self._new_ids[table, own].split("/", len(names) - 1)
        return tuple(parts) if len(parts) == len(names) else key

    def _follow_evidence(self, row: Cells, found: Cells) -> Cells:
        """Evidence points at a row by its key, and at a value of it."""
        table = row["table_name"] or ""
        if table in self._schemas:
            size = len(self._schemas[table].primary_key)
            items = (row["item_id"] or "").split("/", size - 2) if size > 1 else []
            if len(items) == size - 1:
                key = self._follow_key(table, (row["record_id"] or "", *items))
                found |= {"record_id": key[0], "item_id": "/".join(key[1:]) or None}
        root = self._references.get((table, row["field"] or ""), "")
        found["stated_value"] = self._new_id(root, row["stated_value"])
        if row["evidence_id"] == _evidence_id(row):
            found["evidence_id"] = _evidence_id(found)
        return found


def _evidence_id(row: Cells) -> str:
    return short_hash(*key_of(row, EVIDENCE_KEY))


def _new_ids(new: Release) -> dict[tuple[str, str], str]:
    """(table, id no longer in use) -> the id in use that its redirects lead to. The id of a row
    with several key columns is their values joined by a slash."""
    steps = {
        (row["table_name"] or "", row["old_id"] or ""): row["new_id"]
        for row in new.rows.get("redirects", [])
        if {"table_name", "old_id", "new_id"} <= row.keys()
    }
    used = {
        (name, "/".join(key_of(row, new.schemas[name].primary_key)))
        for name in {table for table, _ in steps} & new.rows.keys()
        for row in new.rows[name]
    }
    found = {}
    for table, old_id in steps:
        target: str | None = old_id
        seen = set()
        while target is not None and target not in seen and (table, target) not in used:
            seen.add(target)
            target = steps.get((table, target))
        if target is not None and target != old_id and (table, target) in used:
            found[table, old_id] = target
    return found


def references(schemas: Schemas) -> dict[tuple[str, str], str]:
    """(table, column) -> the table whose id stands there: an id's own column, and every column
    that refers to it, if need be through another table."""
    steps = {
        (name, column): (key.reference, referred)
        for name, table in schemas.items()
        for key in table.foreign_keys
        for column, referred in zip(key.fields, key.reference_fields, strict=True)
    }
    found = {}
    for name, table in schemas.items():
        for column in table.columns:
            place, seen = (name, column), set()
            while place in steps and place not in seen:
                seen.add(place)
                place = steps[place]
            if place[0] in schemas and schemas[place[0]].primary_key == (place[1],):
                found[name, column] = place[0]
    return found

"""A diff as rows of the table `changes`: one for each row added or removed, each key renamed and
each cell changed. Cells that only follow something else have none."""

from __future__ import annotations

from collections.abc import Iterator

from accords.diff import Diff, TableDiff
from accords.diff_read import Cells, Row, text_of
from accords.ids import CHANGE_KEY, short_hash


def change_rows(diff: Diff) -> list[Cells]:
    """The rows, as canonical text and in the order of their natural key; what explains a change is
    left for those who know the reasons."""
    rows = [
        _whole(diff["new_version"], name, *change)
        for name, found in diff["tables"].items()
        for change in _changes(found)
    ]
    return sorted(rows, key=lambda row: tuple(row[name] or "" for name in CHANGE_KEY))


_Change = tuple[Row, str, str | None, str | None, str | None, str | None]


def _changes(found: TableDiff) -> Iterator[_Change]:
    """(key, action, field, old, new, reason) of every change of a table."""
    for key in found["added"]:
        yield key, "added", None, None, None, None
    for key in found["removed"]:
        yield key, "removed", None, None, None, None
    for item in found["renamed"]:
        for name, value in item["new"].items():
            if value != item["old"][name]:
                texts = text_of(item["old"][name]), text_of(value)
                yield item["new"], "changed", name, *texts, None
    for cell in found["changed"]:
        texts = text_of(cell["old"]), text_of(cell["new"])
        yield cell["key"], "changed", cell["field"], *texts, cell["reason"]


def _whole(
    release: str,
    table: str,
    key: Row,
    action: str,
    field: str | None,
    old: str | None,
    new: str | None,
    reason: str | None,
) -> Cells:
    record_id, *items = (text_of(value) or "" for value in key.values())
    item_id = "/".join(items) or None
    natural = (release, table, record_id, item_id or "", action, field or "")
    return {
        "change_id": short_hash(*natural),
        "release": release,
        "table_name": table,
        "record_id": record_id,
        "item_id": item_id,
        "action": action,
        "field": field,
        "old_value": old,
        "new_value": new,
        "reason": reason,
        "evidence_id": None,
        "reported_on": None,
        "note": None,
    }

"""What changed in the schemas, and which bump of the version each change owes.

The policy: what can break the work of those who use the tables is major; what they can do without
is minor; what they need not notice is a patch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, TypedDict

from accords.schema import Field, Schemas, Table

Bump = Literal["none", "patch", "minor", "major"]
BUMPS: tuple[Bump, ...] = ("none", "patch", "minor", "major")


class SchemaChange(TypedDict):
    """One change: what happened to which table, or column of it, and the bump that it owes."""

    change: str
    table: str
    column: str | None
    old: Any
    new: Any
    bump: Bump


# (old type, new type): every old value is one of the new type, and is used as before
_WIDER = {("integer", "number"), ("year", "integer"), ("year", "number")}


def _higher(old: Any, new: Any) -> bool:
    return new is not None and (old is None or new > old)


def _lower(old: Any, new: Any) -> bool:
    return new is not None and (old is None or new < old)


def _set(old: Any, new: Any) -> bool:
    return bool(new)


# constraint -> whether a changed one lets fewer values pass; None is: not stated
_TIGHTER: dict[str, Callable[[Any, Any], bool]] = {
    "required": _set,
    "unique": _set,
    "enum": _set,
    "pattern": _set,
    "minimum": _higher,
    "minLength": _higher,
    "maximum": _lower,
    "maxLength": _lower,
}


def highest(bumps: Iterable[Bump]) -> Bump:
    """The highest of some bumps; none where there is none."""
    return max(bumps, key=BUMPS.index, default="none")


def schema_changes(old: Schemas, new: Schemas) -> list[SchemaChange]:
    """All that changed in the schemas, derived tables included, by table and column."""
    changes: list[SchemaChange] = []
    for name in sorted({*old, *new}):
        if name not in old:
            changes.append(_change("table_added", name, None, None, _about(new[name])))
        elif name not in new:
            changes.append(_change("table_removed", name, None, _about(old[name]), None))
        else:
            changes += _table(old[name], new[name])
    return changes


def _about(table: Table) -> dict[str, Any]:
    columns = {name: field.type for name, field in table.columns.items()}
    return {"columns": columns, "derived": table.derived}


_BUMP: dict[str, Bump] = {
    "table_added": "minor",
    "table_removed": "major",
    "column_added": "minor",
    "column_removed": "major",
    "columns_reordered": "minor",
    "code_added": "minor",
    "code_removed": "major",
    "primary_key": "major",
    "foreign_keys": "minor",
    "derived": "patch",
    "text": "patch",
}


def _change(
    change: str, table: str, column: str | None, old: Any, new: Any, bump: Bump | None = None
) -> SchemaChange:
    return {
        "change": change,
        "table": table,
        "column": column,
        "old": old,
        "new": new,
        "bump": bump or _BUMP[change],
    }


def _table(old: Table, new: Table) -> Iterator[SchemaChange]:
    name = new.name
    for column, field in old.columns.items():
        if column not in new.columns:
            yield _change("column_removed", name, column, field.type, None)
    for column, field in new.columns.items():
        if column in old.columns:
            yield from _field(name, old.columns[column], field)
        else:
            yield _change("column_added", name, column, None, field.type)
    before = [column for column in old.columns if column in new.columns]
    after = [column for column in new.columns if column in old.columns]
    if before != after:
        yield _change("columns_reordered", name, None, before, after)
    if old.primary_key != new.primary_key:
        yield _change("primary_key", name, None, list(old.primary_key), list(new.primary_key))
    if set(old.foreign_keys) != set(new.foreign_keys):
        yield _change("foreign_keys", name, None, _links(old), _links(new))
    if old.derived != new.derived:
        yield _change("derived", name, None, old.derived, new.derived)
    if _text(old) != _text(new):
        yield _change("text", name, None, _text(old), _text(new))


def _links(table: Table) -> list[str]:
    return [
        f"{', '.join(key.fields)} to {key.reference} ({', '.join(key.reference_fields)})"
        for key in table.foreign_keys
    ]


def _text(item: Table | Field) -> str:
    return f"{item.title}: {item.description}"


def _field(table: str, old: Field, new: Field) -> Iterator[SchemaChange]:
    other = old.type != new.type and (old.type, new.type) not in _WIDER
    if old.type != new.type:
        bump: Bump = "major" if other else "minor"
        yield _change("type", table, new.name, old.type, new.type, bump)
    for name in _TIGHTER:
        before, after = old.constraints.get(name), new.constraints.get(name)
        if before == after or (not before and not after and name in ("required", "unique")):
            continue
        if name == "enum" and before and after:
            yield from _codes(table, new.name, before, after)
            continue
        bump = "major" if other or _TIGHTER[name](before, after) else "minor"
        yield _change("constraint", table, new.name, {name: before}, {name: after}, bump)
    if old.derived != new.derived:
        yield _change("derived", table, new.name, old.derived, new.derived)
    if _text(old) != _text(new):
        yield _change("text", table, new.name, _text(old), _text(new))


def _codes(table: str, column: str, old: list[str], new: list[str]) -> Iterator[SchemaChange]:
    for code in old:
        if code not in new:
            yield _change("code_removed", table, column, code, None)
    for code in new:
        if code not in old:
            yield _change("code_added", table, column, None, code)

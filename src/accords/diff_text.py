"""A diff for people: as text for a terminal and as Markdown, counts first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from accords.diff import Diff, TableDiff
from accords.diff_read import Row, Value, text_of
from accords.diff_schema import SchemaChange

_PARTS = ("added", "removed", "renamed", "changed", "followed")


def text_lines(diff: Diff) -> Iterator[str]:
    """The diff as lines of text; control characters are escaped."""
    yield f"{diff['old_version']} -> {diff['new_version']}: {_bump_words(diff)}"
    if diff["bump"] == "none":
        return
    yield _totals(diff)
    if diff["schema"]:
        yield "\nschema"
        for change in diff["schema"]:
            yield f"  {change['bump']}: {_plain(_schema_words(change))}"
    if diff["tables"]:
        width = max(map(len, diff["tables"]))
        yield "\n" + " ".join([f"{'table':<{width}}", *(f"{part:>8}" for part in _PARTS)])
        for name, found in diff["tables"].items():
            yield " ".join([f"{name:<{width}}", *(f"{n:>8,}" for n in _counts(found).values())])
    for name, found in diff["tables"].items():
        yield f"\n{name}"
        for line in _table_lines(found):
            yield f"  {line}"


def _table_lines(found: TableDiff) -> Iterator[str]:
    for sign, keys in (("+", found["added"]), ("-", found["removed"])):
        for key in keys:
            yield f"{sign} {_plain(_key(key))}"
    for item in found["renamed"]:
        yield f"> {_plain(_key(item['old']))} -> {_plain(_key(item['new']))}"
    for cell in found["changed"]:
        old, new = _plain(_value(cell["old"])), _plain(_value(cell["new"]))
        head = f"~ {_plain(_key(cell['key']))} {cell['field']} ({cell['reason'] or 'no reason'})"
        if len(old) + len(new) <= 60:
            yield f"{head}: {old} -> {new}"
        else:
            yield from (head, f"    - {old}", f"    + {new}")
    if found["followed"]:
        yield f"= {_followed_words(found)}"


def markdown_lines(diff: Diff) -> Iterator[str]:
    """The diff as lines of Markdown, for a changelog."""
    yield f"## {diff['old_version']} to {diff['new_version']}: {_bump_words(diff)}"
    if diff["bump"] == "none":
        return
    yield f"\n{_totals(diff)}"
    if diff["schema"]:
        yield "\n### Schema\n\n| bump | change |\n| --- | --- |"
        for change in diff["schema"]:
            yield f"| {change['bump']} | {_escaped(_schema_words(change))} |"
    if diff["tables"]:
        yield f"\n### Tables\n\n| table | {' | '.join(_PARTS)} |"
        yield f"| --- |{' ---: |' * len(_PARTS)}"
        for name, found in diff["tables"].items():
            counts = " | ".join(f"{n:,}" for n in _counts(found).values())
            yield f"| {_escaped(name)} | {counts} |"
    for name, found in diff["tables"].items():
        yield f"\n### {_escaped(name)}"
        yield from _table_markdown(found)


def _table_markdown(found: TableDiff) -> Iterator[str]:
    for part, keys in (("Added", found["added"]), ("Removed", found["removed"])):
        if keys:
            yield f"\n{part}:\n"
            yield from (f"- {_escaped(_key(key))}" for key in keys)
    if found["renamed"]:
        yield "\nRenamed:\n"
        for item in found["renamed"]:
            yield f"- {_escaped(_key(item['old']))} to {_escaped(_key(item['new']))}"
    if found["changed"]:
        yield "\n| row | column | old | new | reason |\n| --- | --- | --- | --- | --- |"
        for cell in found["changed"]:
            cells = [_key(cell["key"]), cell["field"], _value(cell["old"]), _value(cell["new"])]
            yield f"| {' | '.join(map(_escaped, [*cells, cell['reason'] or '']))} |"
    if found["followed"]:
        yield f"\n{_followed_words(found)[0].upper()}{_followed_words(found)[1:]}."


def _counts(found: TableDiff) -> dict[str, int]:
    return {
        "added": len(found["added"]),
        "removed": len(found["removed"]),
        "renamed": len(found["renamed"]),
        "changed": len(found["changed"]),
        "followed": len(found["followed"]),
    }


def _totals(diff: Diff) -> str:
    sums: Counter[str] = Counter()
    for found in diff["tables"].values():
        sums.update(_counts(found))
    rows = ", ".join(f"{sums[part]:,} {part}" for part in ("added", "removed", "renamed"))
    return (
        f"rows: {rows}; values: {sums['changed']:,} changed, {sums['followed']:,} followed; "
        f"schema: {len(diff['schema']):,} changed"
    )


def _bump_words(diff: Diff) -> str:
    return "no difference" if diff["bump"] == "none" else f"owes a {diff['bump']} version"


_CAUSES = {
    "redirect": "name a renamed id",
    "derived": "are derived from what changed",
    "column": "stand in a new column",
}


def _followed_words(found: TableDiff) -> str:
    causes = Counter(cell["cause"] for cell in found["followed"])
    words = ", ".join(f"{count:,} {_CAUSES[cause]}" for cause, count in sorted(causes.items()))
    return f"values that follow other changes: {words}"


def _schema_words(change: SchemaChange) -> str:
    place = change["table"] + (f".{change['column']}" if change["column"] else "")
    what = change["change"].replace("_", " ")
    sides = [_side(change["old"]), _side(change["new"])]
    if change["change"] in ("table_added", "table_removed"):
        return f"{place}: {what}"
    if change["old"] is None or change["new"] is None:
        return f"{place}: {what}: {sides[0] or sides[1]}"
    return f"{place}: {what}: {sides[0]} -> {sides[1]}"


def _side(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_side(item) or 'not stated'}" for name, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(_side, value))
    return "" if value is None else str(value)


def _key(key: Row) -> str:
    return "/".join(text_of(value) or "" for value in key.values())


def _value(value: Value) -> str:
    return "(missing)" if value is None else text_of(value) or ""


def _plain(text: str) -> str:
    """Text without what would move a terminal's cursor."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def _escaped(text: str) -> str:
    """Text that stands in Markdown as it is."""
    return re.sub(r"([\\`*_{}\[\]<>|&~#])", r"\\\1", _plain(text))

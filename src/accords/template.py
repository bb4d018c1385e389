"""Commented templates of records, from their shapes and the schemas."""

from __future__ import annotations

import textwrap

from accords.rules_facts import FACTS
from accords.schema import Field, Schemas
from accords.shapes import Shape, column

_EVIDENCE = """evidence:
  # one entry a page that you read: what it says, and what it says otherwise
  - source: <source_id>  # from `accords new source`
    locator: where on the page
    # keep what this page says: a fact of the record, or KEY for the key of an item of a list
    supports: [{paths}]
    # contradicts:
    #   {contradicted}: the value that this page states
"""


def template(shape: Shape, schemas: Schemas, record_id: str) -> str:
    """A record to fill in: its required keys with a comment each, the others commented out."""
    table = schemas[shape.table]
    head = (
        f"# {table.description}\n# Fill in, delete what you don't know, then run "
        "`accords format` (which drops these comments) and `python build.py`.\n"
    )
    body = _keys(shape, schemas, "", {shape.keys[0]: record_id})
    if shape.evidence:
        dated = [key for key in ("signed_on", "happened_on") if key in shape.keys]
        owed = [name for fact, name in FACTS if fact == shape.table and name]
        facts = [name for name in owed if table.columns[name].required or name in dated]
        paths = [*facts, *(f"{key}/KEY" for key in shape.lists)]
        body += _EVIDENCE.format(paths=",\n      ".join(paths), contradicted=dated[0])
    return head + body


def _keys(shape: Shape, schemas: Schemas, indent: str, known: dict[str, str]) -> str:
    lines = []
    table = schemas[shape.table]
    for key in shape.keys:
        field = table.columns[column(key)]
        for line in textwrap.wrap(_about(field), 96 - len(indent)):
            lines.append(f"{indent}# {line}")
        value = known.get(key, f"<{field.name}>" if field.required else "")
        off = "" if field.required else "# "
        lines.append(f"{indent}{off}{key}: {value}".rstrip())
    for key, below in shape.lists.items():
        inner = _keys(below, schemas, f"{indent}    ", {})
        lines.append(f"{indent}{key}:")
        lines.append(_as_item(inner, indent))
    return "\n".join(lines) + "\n"


def _as_item(inner: str, indent: str) -> str:
    """The lines of one list item: a dash before its first key."""
    lines = inner.rstrip("\n").split("\n")
    first = next(i for i, line in enumerate(lines) if not line.lstrip().startswith("#"))
    lines[first] = f"{indent}  - {lines[first].lstrip()}"
    return "\n".join(lines)


def _about(field: Field) -> str:
    codes = field.constraints.get("enum")
    need = "" if field.required else "Optional. "
    return f"{need}{field.description}" + (f" One of: {', '.join(codes)}." if codes else "")

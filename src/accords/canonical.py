"""The one canonical form of a record: its keys, and a register's rows, in order."""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from accords.lock import locked
from accords.problems import InvalidData, Problem
from accords.shapes import EVIDENCE_ORDER, RECORDS, Shape
from accords.yamlio import dump, read


def canonical(record: dict[str, Any], shape: Shape) -> str:
    """The canonical text of `record`; unknown keys are kept, last, for the reader to refuse."""
    return dump(_ordered(record, shape))


def _ordered(value: Any, shape: Shape) -> Any:
    if not isinstance(value, dict):
        return value
    ordered = _by(value, shape.all_keys)
    for key, below in shape.lists.items():
        if isinstance(rows := ordered.get(key), list) and not below.plain:
            rows = [_ordered(row, below) for row in rows]
            # A register's rows stand in key order, so that two additions seldom meet; the
            # lists of one record stand as a person put them.
            ordered[key] = sorted(rows, key=lambda r: _key(r, below)) if not shape.table else rows
    if shape.evidence and isinstance(ordered.get("evidence"), list):
        ordered["evidence"] = [
            _by(item, EVIDENCE_ORDER) if isinstance(item, dict) else item
            for item in ordered["evidence"]
        ]
    return ordered


def _by(value: dict[str, Any], order: tuple[str, ...]) -> dict[str, Any]:
    known = {key: value[key] for key in order if key in value}
    return known | {key: item for key, item in value.items() if key not in known}


def _key(row: Any, shape: Shape) -> tuple[str, ...]:
    return tuple(str(row.get(name, "")) for name in shape.names) if isinstance(row, dict) else ()


def slug(text: str) -> str:
    """Lower-case ASCII words of `text`, joined by hyphens; empty if it has none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))


def write_atomic(path: Path, text: str) -> None:
    """Write the whole file or nothing: beside it first, then renamed over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def format_records(records: Path, paths: Sequence[Path], *, write: bool) -> list[Path]:
    """Bring records (all, where no `paths` are given) into canonical form.

    write: whether to rewrite them. Returns the files that were not canonical. Raises InvalidData
    with the problems of those that can't be read, and then has written nothing.
    """
    # Under the lock, lest a row that `accords new` adds meanwhile be overwritten.
    with locked(records) if write else nullcontext():
        return _format_records(records, paths, write)


def _format_records(records: Path, paths: Sequence[Path], write: bool) -> list[Path]:
    problems: list[Problem] = []
    changed: dict[Path, str] = {}
    for path in paths or sorted(records.rglob("*.yaml")):
        shape = _shape_of(path, records)
        if shape is None:
            if paths:
                advice = f"name a file below {records}"
                problems.append(Problem(str(path), 0, "", "", "a record", advice))
            continue
        record, faults = read(path, str(path))
        problems += faults
        if record is not None:
            text = canonical(record, shape)
            if text != path.read_text(encoding="utf-8"):
                changed[path] = text
    if problems:
        raise InvalidData(problems)
    for path, text in changed.items() if write else ():
        write_atomic(path, text)
    return list(changed)


def _shape_of(path: Path, records: Path) -> Shape | None:
    try:
        inside = path.resolve().relative_to(records.resolve())
    except ValueError:
        return None
    return RECORDS.get(inside.parts[0]) if path.is_file() else None

"""Reads records/: every file, its keys checked against its shape. Values are not judged here."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accords.problems import Problem
from accords.shapes import EVIDENCE_KEYS, EVIDENCE_ORDER, RECORDS, Shape
from accords.yamlio import Mapping, Sequence, Text, Wrong, line_of, read

# Read by others: what describes the whole, and the manifests of releases.
_ELSEWHERE = ("package.yaml", "releases")
_TEXT, _LIST, _MAPPING = "text", "a list", "a mapping"


@dataclass(frozen=True)
class Record:
    """One file of records/: its path there, its shape and what it holds."""

    file: str
    shape: Shape
    data: Mapping


@dataclass
class Reading:
    """What was read: records, what is wrong with files and keys, and the folders or registers of
    records/ of which a file could not be read at all."""

    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


def read_records(folder: Path) -> Reading:
    """Read every record below `folder`, in the order of their paths."""
    reading = Reading()
    for path in _files(folder):
        inside = path.relative_to(folder)
        file = f"{folder.name}/{inside.as_posix()}"
        shape, faults = _shape(path, folder, file)
        if shape is not None:
            data, faults = read(path, file)
            if data is None:
                reading.unread.add(inside.parts[0])
            else:
                faults += check_keys(data, shape, file)
                faults += _check_name(data, shape, path, file)
                reading.records.append(Record(file, shape, data))
        reading.problems += faults
    return reading


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        folder_itself = path.is_dir() and not path.is_symlink() and path.suffix != ".yaml"
        if not hidden and inside.parts[0] not in _ELSEWHERE and not folder_itself:
            yield path


def _shape(path: Path, folder: Path, file: str) -> tuple[Shape | None, list[Problem]]:
    inside = path.relative_to(folder)
    shape = RECORDS.get(inside.parts[0])
    depth = 1 if inside.parts[0].endswith(".yaml") else 2
    if path.is_symlink() and not (path.is_file() and _leads_inside(path, folder)):
        advice = "put the file itself there"
        return None, [Problem(file, 0, "", str(path.readlink()), "no link out of records/", advice)]
    if not path.is_file():
        advice = "put a file there"
        return None, [Problem(file, 0, "", path.name, "a record is a file", advice)]
    if path.suffix != ".yaml":
        return None, [
            Problem(file, 0, "", path.name, "records end in .yaml", "rename or remove it")
        ]
    if shape is None or len(inside.parts) != depth:
        places = ", ".join(name if name.endswith(".yaml") else f"{name}/" for name in RECORDS)
        return None, [Problem(file, 0, "", str(inside), "no record belongs here", f"use {places}")]
    return shape, []


def _leads_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def check_keys(data: Mapping, shape: Shape, file: str, path: str = "") -> Iterator[Problem]:
    """Unknown keys, and text, lists and mappings that stand where another belongs. What is wrong
    is taken out of `data` (text is marked as `Wrong`), so that it is reported once."""
    for key, value in list(data.items()):
        place = f"{path}/{key}" if path else key
        if key in shape.keys:
            if faults := list(_expect(value, _TEXT, file, place)):
                data[key] = Wrong("", line_of(value))
                yield from faults
        elif key in shape.lists:
            yield from _check_list(data, key, shape.lists[key], file, place)
        elif shape.evidence and key == "evidence":
            yield from _check_list(data, key, _EVIDENCE, file, place)
            for item in data.get(key, []):
                yield from _check_evidence(item, file, place)
        elif not (shape is _EVIDENCE and key == "contradicts"):
            known = EVIDENCE_ORDER if shape is _EVIDENCE else shape.all_keys
            del data[key]
            yield _unknown(key, known, file, place)


_EVIDENCE = Shape(
    "", EVIDENCE_KEYS, lists={"supports": Shape("", ("path",), plain=True)}
)  # contradicts, a mapping of paths, is checked beside it


def _check_list(data: Mapping, key: str, shape: Shape, file: str, path: str) -> Iterator[Problem]:
    faults = list(_expect(data[key], _LIST, file, path))
    if faults:
        del data[key]
        yield from faults
        return
    for item in list(data[key]):
        if wrong := list(_expect(item, _TEXT if shape.plain else _MAPPING, file, path)):
            data[key].remove(item)
            yield from wrong
        elif not shape.plain:
            yield from check_keys(item, shape, file, path)


def _check_evidence(item: Mapping, file: str, path: str) -> Iterator[Problem]:
    if "source" not in item:
        advice = "add source: ID"
        yield Problem(file, line_of(item), path, "", "evidence names its source", advice)
        item[Text("source", line_of(item))] = Wrong("", line_of(item))
    stated = item.get("contradicts", Mapping())
    if faults := list(_expect(stated, _MAPPING, file, f"{path}/contradicts")):
        del item["contradicts"]
        yield from faults
        return
    for name, value in list(stated.items()):
        if faults := list(_expect(value, _TEXT, file, f"{path}/contradicts/{name}")):
            del stated[name]
            yield from faults


def _expect(value: Any, kind: str, file: str, path: str) -> Iterator[Problem]:
    types = {_TEXT: Text, _LIST: Sequence, _MAPPING: Mapping}
    if not isinstance(value, types[kind]):
        found = next(name for name, cls in types.items() if isinstance(value, cls))
        shown = str(value) if isinstance(value, Text) else found
        yield Problem(file, line_of(value), path, shown, f"here belongs {kind}", f"write {kind}")


def _unknown(key: str, known: tuple[str, ...], file: str, path: str) -> Problem:
    near = difflib.get_close_matches(key, known, n=1)
    advice = f"did you mean {near[0]}?" if near else f"use one of {', '.join(known)}"
    return Problem(file, line_of(key), path, key, "unknown key", advice)


def _check_name(data: Mapping, shape: Shape, path: Path, file: str) -> Iterator[Problem]:
    """A record with a file of its own states its id, which is the file's name."""
    if shape.table:
        key = shape.keys[0]
        stated = data.get(key, "")
        if stated != path.stem:
            line = getattr(stated, "line", 1)
            advice = f"write {key}: {path.stem}, or rename the file"
            yield Problem(file, line, key, stated, "a record's id is its file's name", advice)

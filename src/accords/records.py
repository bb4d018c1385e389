"""Reads records/: every file, its keys checked against its shape. Values are not judged here."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accords.problems import Problem
from accords.shapes import EVIDENCE_KEYS, RECORDS, Shape
from accords.yamlio import Mapping, Sequence, Text, read

# Read by others: what describes the whole, and the manifests of releases.
_ELSEWHERE = ("package.yaml", "releases")
_TEXT, _LIST, _MAPPING = "text", "a list", "a mapping"


@dataclass(frozen=True)
class Record:
    """One file of records/: its path there, its shape and what it holds."""

    file: str
    shape: Shape
    data: Mapping


def read_records(folder: Path) -> tuple[list[Record], list[Problem]]:
    """All records below `folder`, in the order of their paths, and what is wrong with files and
    keys. A record with a problem is left out, so that no fault is reported twice."""
    records, problems = [], []
    for path in _files(folder):
        file = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        shape, fault = _shape(path, folder, file)
        if shape is None:
            problems += fault
            continue
        data, faults = read(path, file)
        if data is not None:
            faults = list(_check(data, shape, file, ""))
            faults += _check_name(data, shape, path, file)
        if data is None or faults:
            problems += faults
        else:
            records.append(Record(file, shape, data))
    return records, problems


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if not hidden and inside.parts[0] not in _ELSEWHERE and not path.is_dir():
            yield path


def _shape(path: Path, folder: Path, file: str) -> tuple[Shape | None, list[Problem]]:
    inside = path.relative_to(folder)
    shape = RECORDS.get(inside.parts[0])
    depth = 1 if inside.parts[0].endswith(".yaml") else 2
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        advice = "put the file itself there"
        return None, [Problem(file, 0, "", str(path.readlink()), "no link out of records/", advice)]
    if path.suffix != ".yaml":
        return None, [Problem(file, 0, "", path.name, "records end in .yaml", "rename or remove it")]
    if shape is None or len(inside.parts) != depth:
        places = ", ".join(name if name.endswith(".yaml") else f"{name}/" for name in RECORDS)
        return None, [Problem(file, 0, "", str(inside), "no record belongs here", f"use {places}")]
    return shape, []


def _check(data: Any, shape: Shape, file: str, path: str) -> Iterator[Problem]:
    """Keys that are unknown, and text, lists and mappings that stand where another belongs."""
    if shape.plain:
        yield from _expect(data, _TEXT, file, path)
        return
    faults = list(_expect(data, _MAPPING, file, path))
    if faults:
        yield from faults
        return
    for key, value in data.items():
        place = f"{path}/{key}" if path else key
        if key in shape.keys:
            yield from _expect(value, _TEXT, file, place)
        elif key in shape.lists:
            yield from _check_list(value, shape.lists[key], file, place)
        elif shape.evidence and key == "evidence":
            yield from _check_evidence(value, file, place)
        else:
            yield _unknown(key, shape.all_keys, file, place)


def _check_list(value: Any, shape: Shape, file: str, path: str) -> Iterator[Problem]:
    faults = list(_expect(value, _LIST, file, path))
    yield from faults
    if not faults:
        for item in value:
            yield from _check(item, shape, file, path)


def _check_evidence(value: Any, file: str, path: str) -> Iterator[Problem]:
    faults = list(_expect(value, _LIST, file, path))
    for item in [] if faults else value:
        wrong = list(_expect(item, _MAPPING, file, path))
        faults += wrong
        for key, part in [] if wrong else item.items():
            place = f"{path}/{key}"
            if key in EVIDENCE_KEYS:
                faults += _expect(part, _TEXT, file, place)
            elif key == "supports":
                faults += _check_list(part, Shape("", ("path",), plain=True), file, place)
            elif key == "contradicts":
                wrong = list(_expect(part, _MAPPING, file, place))
                for name, stated in [] if wrong else part.items():
                    wrong += _expect(stated, _TEXT, file, f"{place}/{name}")
                faults += wrong
            else:
                faults.append(_unknown(key, (*EVIDENCE_KEYS, "supports", "contradicts"), file, place))
        if not wrong and "source" not in item:
            faults.append(
                Problem(file, item.line, path, "", "evidence names its source", "add source: ID")
            )
    yield from faults


def _expect(value: Any, kind: str, file: str, path: str) -> Iterator[Problem]:
    types = {_TEXT: Text, _LIST: Sequence, _MAPPING: Mapping}
    if not isinstance(value, types[kind]):
        found = next(name for name, cls in types.items() if isinstance(value, cls))
        shown = str(value) if isinstance(value, Text) else found
        yield Problem(file, value.line, path, shown, f"here belongs {kind}", f"write {kind}")


def _unknown(key: Text, known: tuple[str, ...], file: str, path: str) -> Problem:
    near = difflib.get_close_matches(key, known, n=1)
    advice = f"did you mean {near[0]}?" if near else f"use one of {', '.join(known)}"
    return Problem(file, key.line, path, key, "unknown key", advice)


def _check_name(data: Mapping, shape: Shape, path: Path, file: str) -> Iterator[Problem]:
    """A record with a file of its own states its id, which is the file's name."""
    if shape.table:
        key = shape.keys[0]
        stated = data.get(key, "")
        if stated != path.stem:
            line = getattr(stated, "line", 1)
            advice = f"write {key}: {path.stem}, or rename the file"
            yield Problem(file, line, key, stated, "a record's id is its file's name", advice)

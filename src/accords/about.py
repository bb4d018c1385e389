"""What describes the whole: records/package.yaml, the one place for title, version and licences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from accords.problems import InvalidData, Problem
from accords.yamlio import Sequence, Text, line_of, read

_TEXTS = ("name", "title", "version", "released_on", "description")
_LISTS = ("keywords", "licenses", "contributors")
_VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\Z")


@dataclass(frozen=True)
class Package:
    """records/package.yaml as plain values."""

    name: str
    title: str
    version: str
    released_on: date
    description: str
    keywords: list[str]
    licenses: list[dict[str, Any]]
    contributors: list[dict[str, Any]]


def read_package(records: Path) -> Package:
    """Read `records`/package.yaml. Raises InvalidData."""
    name = f"{records.name}/package.yaml"
    path = records / "package.yaml"
    if not path.is_file():
        advice = f"write it with the keys {', '.join((*_TEXTS, *_LISTS))}"
        raise InvalidData([Problem(name, 0, "", "", "the package describes itself", advice)])
    data, problems = read(path, name)
    if data is None:
        raise InvalidData(problems)
    faults = list(problems)
    for key in (*_TEXTS, *_LISTS):
        kind = Text if key in _TEXTS else Sequence
        if not isinstance(data.get(key), kind):
            faults.append(Problem(name, 1, key, "", "required", f"write {key}"))
    for key, value in data.items():
        if key not in _TEXTS and key not in _LISTS:
            faults.append(Problem(name, line_of(key), key, str(value), "unknown key", "delete it"))
    if not faults and not _VERSION.match(data["version"]):
        faults.append(
            _fault(name, data["version"], "version", "a version", "write MAJOR.MINOR.PATCH")
        )
    try:
        released = date.fromisoformat(str(data.get("released_on", "")))
    except ValueError:
        released = date.min
        value = data.get("released_on", Text("", 1))
        if isinstance(value, Text):
            faults.append(_fault(name, value, "released_on", "a day", "write YYYY-MM-DD"))
    if faults:
        raise InvalidData(faults)
    values: dict[str, Any] = {key: _plain(data[key]) for key in (*_TEXTS, *_LISTS)}
    return Package(**values | {"released_on": released})


def _fault(file: str, value: Text, field: str, rule: str, advice: str) -> Problem:
    return Problem(file, value.line, field, value, rule, advice)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else str(value)

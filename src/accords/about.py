"""What describes the whole: records/package.yaml, the one place for title, version and licences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from accords.cells import is_canonical
from accords.problems import InvalidData, Problem
from accords.yamlio import Sequence, Text, line_of, read

_TEXTS = ("name", "title", "version", "released_on", "description")
_LISTS = ("keywords", "licenses", "contributors")
# key that may be left out -> the pattern of its value
_OPTIONAL = {
    "homepage": re.compile(r"https?://\S+\Z"),
    "doi": re.compile(r"10\.[0-9]{4,9}/[-._;()/:A-Za-z0-9]*[A-Za-z0-9)]\Z"),
}
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
    homepage: str | None = None
    doi: str | None = None

    @property
    def doi_url(self) -> str | None:
        """The DOI as an address."""
        return f"https://doi.org/{self.doi}" if self.doi else None


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
        if key in _OPTIONAL:
            if not _OPTIONAL[key].match(str(value)):
                rule, line = f"matches {_OPTIONAL[key].pattern}", line_of(key)
                faults.append(Problem(name, line, key, str(value), rule, "mend it, or delete it"))
        elif key not in _TEXTS and key not in _LISTS:
            faults.append(Problem(name, line_of(key), key, str(value), "unknown key", "delete it"))
    if not faults and not _VERSION.match(data["version"]):
        faults.append(
            _fault(name, data["version"], "version", "a version", "write MAJOR.MINOR.PATCH")
        )
    released, stated = date.min, str(data.get("released_on", ""))
    if is_canonical(stated, "date"):
        released = date.fromisoformat(stated)
    else:
        value = data.get("released_on", Text("", 1))
        if isinstance(value, Text):
            faults.append(_fault(name, value, "released_on", "a day", "write YYYY-MM-DD"))
    if faults:
        raise InvalidData(faults)
    values: dict[str, Any] = {key: _plain(value) for key, value in data.items()}
    return Package(**values | {"released_on": released})


def set_doi(records: Path, doi: str) -> None:
    """Write a DOI into `records`/package.yaml. Raises InvalidData where it has another one, or
    this is none."""
    path, name = records / "package.yaml", f"{records.name}/package.yaml"
    stated = read_package(records).doi
    if stated not in (None, doi):
        raise InvalidData([Problem(name, 0, "doi", stated or "", f"is {doi}", "drop one of them")])
    if not _OPTIONAL["doi"].match(doi):
        advice = "write it as 10.5281/zenodo.1234567"
        raise InvalidData([Problem("--doi", 0, "", doi, "a DOI", advice)])
    if stated is None:
        path.write_text(f"{path.read_text(encoding='utf-8')}doi: {doi}\n", encoding="utf-8")


def _fault(file: str, value: Text, field: str, rule: str, advice: str) -> Problem:
    return Problem(file, value.line, field, value, rule, advice)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else str(value)

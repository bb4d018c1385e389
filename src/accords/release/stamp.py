"""`accords stamp`: closes a version. Compares what the records give with the release before, holds
it to the gates, and writes the version's manifest and its changes, with which it is built again.

Nothing is written unless every change is explained, the version claims enough and no id is lost.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from accords.about import read_package
from accords.build import main as build
from accords.diff import compare
from accords.diff_read import Cells, Release, read_release
from accords.exports import csv_bytes
from accords.files import PackageFiles
from accords.history import (
    CHANGES,
    FOLDER,
    MANIFEST,
    Manifest,
    manifest_json,
    manifest_path,
    read_manifests,
)
from accords.problems import InvalidData
from accords.publish import write_all
from accords.release import git
from accords.release.explain import explain
from accords.release.gates import check_days, check_ids, check_version, ids_of
from accords.release.reasons import read_reasons
from accords.schema import read_schemas


class NotReleasable(Exception):
    """A release can't be made; the message says why and what to do."""


def stamp(root: Path) -> Manifest:
    """Stamp the version of `root`/records/package.yaml, writing its manifest and changes.

    Raises NotReleasable, NoRepository, or InvalidData with everything that stands in the way.
    """
    check_checkout(root)
    if git.is_shallow(root):
        raise NotReleasable("the history is shallow: git fetch --unshallow, then stamp")
    _check_history(root)
    records = root / "records"
    version = read_package(records).version
    if git.has(root, "HEAD", f"records/{manifest_path(version)}"):
        raise NotReleasable(f"{version} is released: raise version in records/package.yaml")
    # A stamp that was not committed is made anew.
    for name in (manifest_path(version), f"{FOLDER}/{version}/{CHANGES}"):
        (records / name).unlink(missing_ok=True)
    _build(root)
    new = read_release(root)
    earlier = read_manifests(records)
    made, rows = _close(root, new, earlier)
    files = {manifest_path(version): manifest_json(made).encode()}
    if rows:
        table = [[cell or "" for cell in row.values()] for row in rows]
        files[f"{FOLDER}/{version}/{CHANGES}"] = csv_bytes(list(rows[0]), table)
    write_all(files, records)
    try:
        _build(root)
    except NotReleasable:
        for name in files:
            (records / name).unlink()
        with suppress(OSError):  # where reasons stand beside it, the folder stays
            (records / FOLDER / version).rmdir()
        raise
    return made


def check_checkout(root: Path) -> None:
    """Raises NotReleasable where `root` is not the root of a checkout."""
    if not ((root / "records" / "package.yaml").is_file() and (root / "schemas").is_dir()):
        raise NotReleasable(f"{root} is no checkout of a dataset: run this at its root")


def _check_history(root: Path) -> None:
    """What was released stays as it was committed: no manifest is gone or was edited."""
    for name in git.ever_added(root, f"records/{FOLDER}/*/{MANIFEST}"):
        commit = git.commit_that_added(root, name) or ""
        for path in (name, name.replace(MANIFEST, CHANGES)):
            there = root / path
            if not git.has(root, commit, path):  # the first release has no changes
                if there.exists():
                    raise NotReleasable(f"{path} was not released: remove it")
                continue
            if not there.is_file() or there.read_bytes() != git.content_at(root, commit, path):
                advice = f"git checkout {commit} -- {path}"
                raise NotReleasable(f"{path} is not as it was released: {advice}")


def _build(root: Path) -> None:
    if build(root, []):
        raise NotReleasable("the build failed: mend what it lists, and stamp again")


def _close(root: Path, new: Release, earlier: list[Manifest]) -> tuple[Manifest, list[Cells]]:
    """The manifest and the explained changes. Raises InvalidData."""
    if not earlier:
        return _manifest(root, new, {}, []), []
    last = earlier[-1]
    commit = git.commit_that_added(root, f"records/{manifest_path(last.version)}")
    if commit is None:
        raise NotReleasable(f"the stamp of {last.version} is not committed: commit it first")
    old = _released(root, last, commit)
    diff = compare(old, new)
    package = read_package(root / "records")
    problems = [*check_ids(earlier, new), *check_version(last.version, new.version, diff["bump"])]
    problems += check_days(earlier, package)
    try:
        reasons = read_reasons(root / "records", package, new.schemas)
        rows, unexplained = explain(diff, old, new, reasons)
        problems += unexplained
    except InvalidData as error:
        problems += error.problems
    if problems:
        raise InvalidData(problems)
    before = {
        "previous_version": last.version,
        "previous_commit": commit,
        "bump": diff["bump"] if diff["bump"] != "none" else None,
        "schema": diff["schema"],
    }
    return _manifest(root, new, before, rows), rows


def _released(root: Path, last: Manifest, commit: str) -> Release:
    """The release before, from its commit; raises NotReleasable where that holds other rows."""
    with tempfile.TemporaryDirectory() as folder:
        git.export(root, commit, Path(folder))
        if other := differing(Path(folder), last):
            advice = f"{', '.join(other)} at {commit} are not those of its manifest"
            raise NotReleasable(f"{last.version}: {advice}")
        return read_release(Path(folder))


def differing(package: Path, made: Manifest) -> list[str]:
    """The base tables of a built package whose logical hash is not the manifest's."""
    found = _tables(package)
    names = sorted({*found, *made.tables})
    return [name for name in names if found.get(name) != made.tables.get(name)]


def _tables(package: Path) -> dict[str, str]:
    """Logical hash of each base table, as the descriptor states it."""
    derived = {name for name, table in read_schemas(package / "schemas").items() if table.derived}
    resources = PackageFiles(package).descriptor()["resources"]
    return {
        item["name"]: item["logicalHash"]
        for item in resources
        if item["format"] == "csv" and item["name"] not in derived
    }


def _manifest(root: Path, new: Release, before: dict[str, Any], rows: list[Cells]) -> Manifest:
    package = read_package(root / "records")
    actions = Counter(row["action"] for row in rows)
    return Manifest(
        version=new.version,
        released_on=package.released_on,
        doi=package.doi,
        **{"previous_version": None, "previous_commit": None, "bump": None, "schema": []} | before,
        totals={action: actions[action] for action in ("added", "removed", "changed")},
        rows={name: len(new.rows[name]) for name in _tables(root)},
        tables=_tables(root),
        ids={name: sorted(ids) for name, ids in ids_of(new).items()},
    )

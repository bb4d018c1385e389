"""`accords verify`: a fetched release, held against its sums, its package and its tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from accords.files import NotAPackage, PackageFiles
from accords.problems import Problem
from accords.published import validate
from accords.release.make import SUMS, is_bundle, read_sums

_FETCH = "fetch it again"


def verify(
    path: Path, tell: Callable[[str], None] = lambda text: None, *, ignore_missing: bool = False
) -> list[Problem]:
    """Everything wrong with a release: a folder with SHA256SUMS, or one file of such a folder (a
    bundle is checked whole).

    ignore_missing: for a folder into which a part of the release was fetched, as `sha256sum` has
    it. Raises NotAPackage where there is none.
    """
    folder = path if path.is_dir() else path.parent
    if not path.exists():
        raise NotAPackage(f"{path}: there is no such file or folder")
    if not (folder / SUMS).is_file():
        advice = f"fetch it too, or check a bundle alone with accords validate {path}"
        raise NotAPackage(f"{folder}: has no {SUMS}: {advice}")
    tell("check sums")
    sums, wrong = read_sums((folder / SUMS).read_bytes())
    rule = "64 hex digits, two blanks and a path, each path once"
    problems = [Problem(SUMS, number, "", line, rule, _FETCH) for number, line in wrong]
    if path.is_dir():
        if ignore_missing:
            sums = {name: total for name, total in sums.items() if (folder / name).is_file()}
            if not sums:
                problems.append(Problem(SUMS, 0, "", "", "a file was verified", _FETCH))
        problems += _check_folder(folder, sums)
        bundles = [folder / name for name in sums if is_bundle(name)]
        if len(bundles) != 1 and not ignore_missing:
            names = ", ".join(bundle.name for bundle in bundles)
            rule = "a release has one bundle, accords-VERSION.zip"
            problems.append(Problem(SUMS, 0, "", names, rule, _FETCH))
    else:
        name = path.name
        problems += _check_sum(folder, name, sums.get(name))
        bundles = [path] if is_bundle(name) else []
    for bundle in bundles:
        if bundle.is_file():
            tell(f"check {bundle.name}")
            problems += _check_bundle(bundle, folder if path.is_dir() else None, tell)
    return sorted(set(problems))


def _check_folder(folder: Path, sums: dict[str, str]) -> Iterator[Problem]:
    for name, total in sums.items():
        yield from _check_sum(folder, name, total)
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(there - {*sums, SUMS}):
        yield Problem(name, 0, "", "", f"a file that {SUMS} names", "remove it")


def _check_sum(folder: Path, name: str, total: str | None) -> Iterator[Problem]:
    if total is None:
        yield Problem(name, 0, "", "", f"a file that {SUMS} names", _FETCH)
    elif not (folder / name).is_file():
        yield Problem(name, 0, "", "missing", f"a file that {SUMS} names", _FETCH)
    elif (found := hashlib.sha256((folder / name).read_bytes()).hexdigest()) != total:
        yield Problem(name, 0, "sha256", found, f"its sum is {total}", _FETCH)


def _check_bundle(
    bundle: Path, folder: Path | None, tell: Callable[[str], None]
) -> Iterator[Problem]:
    """The package in the bundle by the rules of the build; beside it the loose tables."""
    try:
        yield from validate(bundle, tell)
        files = PackageFiles(bundle)
        resources = files.descriptor()["resources"]
    except (NotAPackage, ValueError, KeyError, TypeError) as error:
        yield Problem(bundle.name, 0, "", str(error), "a package of this project", _FETCH)
        return
    for item in resources if folder else ():
        name = Path(item["path"]).name
        loose = folder / name if folder else bundle
        if loose.is_file() and loose.read_bytes() != files.read(item["path"]):
            rule = f"the same bytes as in {bundle.name}"
            yield Problem(name, 0, "", "differs", rule, _FETCH)

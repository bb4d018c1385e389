"""`accords release`: everything that is uploaded, made from a commit alone.

The commit's files are exported to a place of their own and built there, so that what is released
depends on nothing else: not on the folder, the day, or what lies about in the checkout.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from pathlib import Path

from accords.about import read_package, set_doi
from accords.build import main as build
from accords.descriptor import to_json
from accords.exports import csv_path, parquet_path
from accords.history import MANIFEST, manifest_path, read_manifests
from accords.publish import write_all
from accords.release import git
from accords.release.archive import zipped
from accords.release.content import Content
from accords.release.excel import excel_bytes
from accords.release.hub import hub_files
from accords.release.sqlite import sqlite_bytes
from accords.release.stamp import NotReleasable, check_checkout, differing
from accords.release.stata import stata_files

SUMS, LOCK = "SHA256SUMS", "requirements.lock"
_HEX = re.compile("[0-9a-fA-F]{64}")
# What a bundle has beside the tables and their schemas, where the commit has it.
_BESIDE = (
    "datapackage.json",
    "croissant.json",
    ".zenodo.json",
    "CITATION.cff",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "LICENSE",
    "LICENSE-DATA",
)
_FOLDERS = ("datasets", "schemas", "docs")


def make_release(
    root: Path, out: Path, doi: str | None, tell: Callable[[str], None] = lambda text: None
) -> list[Path]:
    """Make the release of the commit checked out at `root` and write it into `out`, whole.

    doi: one reserved for it, stamped into the metadata. Returns the files written. Raises
    NotReleasable, NoRepository, and what the formats raise.
    """
    check_checkout(root)
    out = out.resolve()
    _check_out(out, root)
    if git.is_shallow(root):
        raise NotReleasable("the history is shallow: git fetch --unshallow, then release")
    if changed := git.changed_files(root):
        listed = "\n  ".join(changed[:20])
        raise NotReleasable(f"a release is made of a commit: commit or remove\n  {listed}")
    commit = git.head(root)
    _check_commit(root, commit)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "accords"
        git.export(root, commit, place)
        tell("build the commit")
        _build(place, doi)
        content = Content(place)
        files = dict(_files(content, _provenance(place, commit, doi), tell))
        files[SUMS] = _sums(files)
        _swap_in(files, out)
    return sorted(out / path for path in files)


def is_bundle(name: str) -> bool:
    """Whether a file of a release is its bundle."""
    return name.startswith("accords-") and name.endswith(".zip") and not name.endswith("-stata.zip")


def _check_out(out: Path, root: Path) -> None:
    """A release is put in place of nothing, an empty folder, or an earlier release."""
    if not os.access(out.parent, os.W_OK) or not out.parent.is_dir():
        raise NotReleasable(f"--out: there is no folder {out.parent} to write into")
    if any(place.is_relative_to(out) for place in (Path.cwd().resolve(), root)):
        raise NotReleasable(f"--out: {out} is where this runs: give a folder of its own")
    if out.is_dir():
        there = {path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir()}
        named = read_sums((out / SUMS).read_bytes())[0] if SUMS in there else {}
        ours = "provenance.json" in named and any(map(is_bundle, named))
        if not there or (ours and there <= {*named, SUMS}):
            return
    elif not out.exists():
        return
    raise NotReleasable(f"{out} holds more than a release: give another folder")


def _check_commit(root: Path, commit: str) -> None:
    """One version is one commit: the one that added its manifest."""
    version = read_package(root / "records").version
    path = f"records/{manifest_path(version)}"
    if not git.has(root, "HEAD", path):
        advice = "run accords stamp, commit what it writes, and release again"
        raise NotReleasable(f"{version} has no {MANIFEST}: {advice}")
    stamped = git.commit_that_added(root, path)
    if stamped != commit:
        raise NotReleasable(
            f"{version} is commit {stamped}, and {commit} is checked out: check out the former, "
            "or raise version in records/package.yaml and stamp"
        )


def _swap_in(files: Mapping[str, bytes], out: Path) -> None:
    """Put the release in place of an earlier one, whole or not at all."""
    with tempfile.TemporaryDirectory(dir=out.resolve().parent, prefix=".accords-") as folder:
        new, old = Path(folder) / "new", Path(folder) / "old"
        write_all(files, new)
        if out.exists():
            os.replace(out, old)
        try:
            os.replace(new, out)
        except OSError:
            if old.exists():
                os.replace(old, out)
            raise


def _build(place: Path, doi: str | None) -> None:
    """Build the exported commit, and hold it to the manifest of its version."""
    records = place / "records"
    version = read_package(records).version
    (made,) = (item for item in read_manifests(records) if item.version == version)
    if doi:
        set_doi(records, doi)
    if build(place, ["--quiet"]):
        raise NotReleasable("the commit does not build: mend what is listed")
    if other := differing(place, made):
        advice = "the commit was not made of what was stamped: stamp the next version"
        raise NotReleasable(f"{version}: {', '.join(other)} differ from {MANIFEST}: {advice}")


def _provenance(place: Path, commit: str, doi: str | None) -> bytes:
    command = "accords release" + (f" --doi {doi}" if doi else "")
    lock = hashlib.sha256((place / LOCK).read_bytes()).hexdigest()
    version = read_package(place / "records").version
    return to_json(
        {"version": version, "commit": commit, "command": command}
        | {"lock": {"path": LOCK, "hash": f"sha256:{lock}"}}
    )


def _files(
    content: Content, provenance: bytes, tell: Callable[[str], None]
) -> Iterator[tuple[str, bytes]]:
    """Every file of the release but the sums, by its path."""
    stem = f"accords-{content.version}"
    tell("wheel and source")
    yield from _distributions(content)
    tell("bundle")
    yield f"{stem}.zip", zipped(_bundle(content, provenance))
    yield "provenance.json", provenance
    for name in content.schemas:
        for path in (csv_path(name), parquet_path(name)):
            yield Path(path).name, (content.folder / path).read_bytes()
    tell("SQLite")
    yield f"{stem}.sqlite", sqlite_bytes(content)
    tell("Excel")
    yield f"{stem}.xlsx", excel_bytes(content)
    tell("Stata")
    yield f"{stem}-stata.zip", zipped(stata_files(content))
    for path, data in hub_files(content).items():
        yield f"hub/{path}", data


def _bundle(content: Content, provenance: bytes) -> dict[str, bytes]:
    """The files of the package that is complete by itself."""
    found = [content.folder / name for name in _BESIDE]
    found += [path for name in _FOLDERS for path in (content.folder / name).rglob("*")]
    files = {
        path.relative_to(content.folder).as_posix(): path.read_bytes()
        for path in found
        if path.is_file()
    }
    return files | {"provenance.json": provenance}


def _distributions(content: Content) -> Iterator[tuple[str, bytes]]:
    """Wheel and source distribution, their times set to the day of release."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = int(content.day.replace(tzinfo=UTC).timestamp())
        run = subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-d", folder],
            cwd=content.folder,
            env=os.environ | {"SOURCE_DATE_EPOCH": str(seconds)},
            capture_output=True,
            check=False,
        )
        if run.returncode:
            said = run.stderr.decode(errors="replace").strip()
            raise NotReleasable(f"the wheel can't be built: {said}")
        for path in sorted(Path(folder).iterdir()):
            yield path.name, path.read_bytes()


def read_sums(content: bytes) -> tuple[dict[str, str], list[tuple[int, str]]]:
    """Path -> sum, as `sha256sum` writes them, and the lines that are none, by number."""
    sums: dict[str, str] = {}
    wrong = []
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        total, _, name = line.partition(" ")
        if _HEX.fullmatch(total) and name[:1] in (" ", "*") and name[1:] not in sums:
            sums[name[1:]] = total.lower()
        else:
            wrong.append((number, line))
    return sums, wrong


def _sums(files: Mapping[str, bytes]) -> bytes:
    """As `sha256sum --check` reads them."""
    lines = (f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files))
    return "".join(lines).encode()

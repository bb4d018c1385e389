"""The few things a release asks of git: a clean tree, the commit of a release, and its files."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path


class NoRepository(Exception):
    """Git can't answer; the message says why."""


def _git(root: Path, *arguments: str) -> bytes:
    try:
        run = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    except FileNotFoundError:
        raise NoRepository("git is not installed: releases are made of commits") from None
    if run.returncode:
        said = run.stderr.decode(errors="replace").strip()
        raise NoRepository(f"git {' '.join(arguments[:2])}: {said}")
    return run.stdout


def changed_files(root: Path) -> list[str]:
    """Files that differ from the last commit, and those that git neither tracks nor ignores."""
    return _git(root, "status", "--porcelain", "--untracked-files=all").decode().splitlines()


def head(root: Path) -> str:
    """The commit that is checked out, 40 hex digits."""
    return _git(root, "rev-parse", "HEAD").decode().strip()


def is_shallow(root: Path) -> bool:
    """Whether a part of the history is missing."""
    return _git(root, "rev-parse", "--is-shallow-repository").decode().strip() == "true"


def has(root: Path, commit: str, path: str) -> bool:
    """Whether a commit has a file at `path`."""
    return bool(_git(root, "ls-tree", "--name-only", commit, "--", path).strip())


def content_at(root: Path, commit: str, path: str) -> bytes:
    """A file as a commit has it."""
    return _git(root, "show", f"{commit}:{path}")


def ever_added(root: Path, pattern: str) -> list[str]:
    """Paths of all files of a pattern that the history has brought, there still or not."""
    arguments = ("log", "--diff-filter=A", "--name-only", "--format=", "--", pattern)
    return sorted(set(_git(root, *arguments).decode().split()))


def commit_that_added(root: Path, path: str) -> str | None:
    """The commit that brought a file into the history that is checked out."""
    arguments = ("log", "--diff-filter=A", "--format=%H", "--", path)
    commits = _git(root, *arguments).decode().split()
    return commits[-1] if commits else None


def export(root: Path, commit: str, folder: Path) -> None:
    """Write the files of a commit into `folder`."""
    content = _git(root, "archive", "--format=tar", commit)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(folder, filter="data")

"""The commands that close a version, make a release, and check one that was fetched."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from accords.say import fail, print_problems, report


def add_release_commands(add: Callable[..., Any]) -> None:
    """Add `stamp`, `release` and `verify` to the command line."""
    stamped = add("stamp", _stamp, "Close a version: hold it to the gates, write its manifest.")
    stamped.add_argument("--root", type=Path, default=Path(), help="the checkout (default: here)")
    made = add("release", _release, "Make the release of the commit that is checked out.")
    made.add_argument("--root", type=Path, default=Path(), help="the checkout (default: here)")
    made.add_argument("--out", type=Path, default=Path("dist"), help="folder (default: dist)")
    made.add_argument("--doi", help="a DOI reserved for it, stamped into the metadata")
    verified = add("verify", _verify, "Check a release: its sums, its package, its tables.")
    verified.add_argument("path", type=Path, help="the folder of a release, or its bundle")
    verified.add_argument(
        "--ignore-missing", action="store_true", help="for a folder with a part of a release"
    )
    verified.add_argument("--json", action="store_true", help="print the problems as JSON")


def _stamp(arguments: argparse.Namespace) -> int:
    from accords.problems import InvalidData
    from accords.release.git import NoRepository
    from accords.release.stamp import NotReleasable, stamp

    try:
        made = stamp(arguments.root.resolve())
    except (NotReleasable, NoRepository) as error:
        return fail(error)
    except InvalidData as error:
        print_problems(error.problems)
        return fail(f"{len(error.problems)} problem(s): not stamped")
    print(f"{made.version} is stamped: commit what it wrote, then run accords release")
    return 0


def _release(arguments: argparse.Namespace) -> int:
    from accords.problems import InvalidData
    from accords.progress import Progress
    from accords.release.git import NoRepository
    from accords.release.make import make_release
    from accords.release.stamp import NotReleasable

    progress = Progress()
    try:
        files = make_release(arguments.root.resolve(), arguments.out, arguments.doi, progress)
    except (NotReleasable, NoRepository) as error:
        progress.done("no release was made")
        return fail(error)
    except InvalidData as error:
        progress.done("no release was made")
        print_problems(error.problems)
        return 1
    progress.done(f"made {len(files)} files in {arguments.out}")
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from accords.release.verify import verify

    return report(arguments, partial(verify, ignore_missing=arguments.ignore_missing))

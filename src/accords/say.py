"""What commands say: results on stdout, problems on stderr; each returns the exit code."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any


def report(arguments: argparse.Namespace, check: Callable[..., list[Any]]) -> int:
    """Say what a check of `arguments.path` finds, as JSON where asked."""
    from dataclasses import asdict

    from accords.files import NotAPackage
    from accords.progress import Progress

    progress = Progress(quiet=arguments.json)
    try:
        problems = check(arguments.path, progress)
    except NotAPackage as error:
        return fail(error)
    if arguments.json:
        print_json({"valid": not problems, "problems": [asdict(item) for item in problems]})
    else:
        progress.done(f"{len(problems)} problem(s)" if problems else "valid")
        print_problems(problems)
    return 1 if problems else 0


def fail(message: object) -> int:
    """Say why a command failed."""
    print(f"accords: {message}", file=sys.stderr)
    return 1


def print_problems(problems: Sequence[object]) -> None:
    """One line a problem."""
    for problem in problems:
        print(problem, file=sys.stderr)


def print_json(value: object) -> int:
    """A value as JSON, dates as their text."""

    def plain(item: Any) -> str:
        if isinstance(item, date):
            return item.isoformat()
        raise TypeError(type(item))

    print(json.dumps(value, indent=2, ensure_ascii=False, default=plain))
    return 0

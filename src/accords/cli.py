"""The `accords` command: thin; each command's work is in a module of its own."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from accords.loader import NotFound, schemas, tables
from accords.new_arguments import add_new_arguments

_EPILOG = "Exit codes: 0 done; 1 the data is invalid, differs or is not there; 2 wrong usage."


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code (argparse itself exits with 2)."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except NotFound as error:
        return _fail(error)
    except ModuleNotFoundError as error:
        extra = {"xlsxwriter": "release", "hatchling": "release"}.get(error.name or "", "build")
        hint = f"{error.name} is not installed: pip install 'accords[{extra}]'"
        return _fail(error if "pip install" in str(error) else hint)
    except BrokenPipeError:  # the reader, `head` say, has enough: leave nothing to be flushed
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="accords",
        description="The world's industrial-cooperation agreements, with their evidence.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print versions and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], int], help: str) -> Any:
        command = commands.add_parser(name, help=help, description=help, epilog=_EPILOG)
        command.set_defaults(run=run)
        return command

    listed = add("tables", _tables, "List the tables: rows, and what one row is.")
    listed.add_argument("--json", action="store_true", help="print JSON")
    show = add("show", _show, "Show an agreement with all that hangs on it.")
    show.add_argument("id", help="an agreement's id: can-kor-future-mobility-2026")
    show.add_argument("--json", action="store_true", help="print JSON")
    show.add_argument("--history", action="store_true", help="since which release each fact stands")
    cited = add("cite", _cite, "Cite the dataset, or one agreement of it.")
    cited.add_argument("id", nargs="?", help="an agreement's id; without it, the whole dataset")
    formats = ("apa", "bibtex", "csl", "ris")
    cited.add_argument("--format", choices=formats, default="apa", help="default: apa")
    checked = add("validate", _validate, "Check a built package: files, cells, keys and rules.")
    checked.add_argument("path", type=Path, help="a folder, a zip or a datapackage.json")
    checked.add_argument("--json", action="store_true", help="print the problems as JSON")
    compared = add("diff", _diff, "Compare two built packages: schemas, rows and cells.")
    compared.add_argument("old", type=Path, help="a folder, a zip or a datapackage.json")
    compared.add_argument("new", type=Path, help="the same of the release that came after it")
    forms = ("text", "markdown", "json")
    compared.add_argument("--format", choices=forms, default="text", help="default: text")
    compared.add_argument("--exit-code", action="store_true", help="exit 1 where they differ")
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
    formatted = add("format", _format, "Bring records into their canonical form.")
    formatted.add_argument("path", type=Path, nargs="*", help="files (default: all records)")
    formatted.add_argument("--records", type=Path, default=Path("records"), help="records folder")
    formatted.add_argument("--check", action="store_true", help="only say which files differ")
    started = add("new", _new, "Start a record, or add a row to a register.")
    add_new_arguments(started)
    return parser


class _Version(argparse.Action):
    """--version, reading the versions only when asked."""

    def __call__(self, parser: argparse.ArgumentParser, *rest: Any, **more: Any) -> None:
        import accords

        print(f"accords {accords.__version__}, data {accords.data_version}")
        parser.exit()


def _tables(arguments: argparse.Namespace) -> int:
    from accords.loader import row_counts

    rows = row_counts()
    found = [
        {"table": name, "rows": rows[name], "description": schemas()[name].description}
        for name in tables()
    ]
    if arguments.json:
        return _print_json(found)
    width = max(map(len, tables()))
    for row in found:
        print(f"{row['table']:<{width}} {row['rows']:>8,}  {row['description']}")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from accords.nested import agreement
    from accords.show import history_lines, lines
    from accords.since import since

    found = (since if arguments.history else agreement)(arguments.id)
    if arguments.json:
        return _print_json(found)
    for line in (history_lines if arguments.history else lines)(found):
        print(line)
    return 0


def _cite(arguments: argparse.Namespace) -> int:
    from accords.citation import cite

    print(cite(arguments.id, arguments.format))
    return 0


def _validate(arguments: argparse.Namespace) -> int:
    from accords.published import validate

    return _report(arguments, validate)


def _verify(arguments: argparse.Namespace) -> int:
    from accords.release.verify import verify

    return _report(arguments, partial(verify, ignore_missing=arguments.ignore_missing))


def _report(arguments: argparse.Namespace, check: Callable[..., list[Any]]) -> int:
    """What a check of `arguments.path` finds."""
    from dataclasses import asdict

    from accords.files import NotAPackage
    from accords.progress import Progress

    progress = Progress(quiet=arguments.json)
    try:
        problems = check(arguments.path, progress)
    except NotAPackage as error:
        return _fail(error)
    if arguments.json:
        _print_json({"valid": not problems, "problems": [asdict(item) for item in problems]})
    else:
        progress.done(f"{len(problems)} problem(s)" if problems else "valid")
        _print_problems(problems)
    return 1 if problems else 0


def _diff(arguments: argparse.Namespace) -> int:
    from accords.diff import diff
    from accords.diff_text import markdown_lines, text_lines
    from accords.files import NotAPackage

    try:
        found = diff(arguments.old, arguments.new)
    except NotAPackage as error:
        return _fail(error)
    if arguments.format == "json":
        _print_json(found)
    else:
        for line in (text_lines if arguments.format == "text" else markdown_lines)(found):
            print(line)
    return 1 if arguments.exit_code and found["bump"] != "none" else 0


def _stamp(arguments: argparse.Namespace) -> int:
    from accords.problems import InvalidData
    from accords.release.git import NoRepository
    from accords.release.stamp import NotReleasable, stamp

    try:
        made = stamp(arguments.root.resolve())
    except (NotReleasable, NoRepository) as error:
        return _fail(error)
    except InvalidData as error:
        _print_problems(error.problems)
        return _fail(f"{len(error.problems)} problem(s): not stamped")
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
        return _fail(error)
    except InvalidData as error:
        progress.done("no release was made")
        _print_problems(error.problems)
        return 1
    progress.done(f"made {len(files)} files in {arguments.out}")
    return 0


def _format(arguments: argparse.Namespace) -> int:
    from accords.canonical import format_records
    from accords.problems import InvalidData

    if not arguments.records.is_dir():
        return _fail(f"there is no folder {arguments.records}: run this in a checkout")
    try:
        changed = format_records(arguments.records, arguments.path, write=not arguments.check)
    except InvalidData as error:
        _print_problems(error.problems)
        return 1
    for path in changed:
        print(path)
    return 1 if arguments.check and changed else 0


def _new(arguments: argparse.Namespace) -> int:
    from accords.new import run
    from accords.problems import InvalidData
    from accords.register import NotAdded

    try:
        print(run(arguments))
    except NotAdded as error:
        return _fail(error)
    except InvalidData as error:
        _print_problems(error.problems)
        return 1
    return 0


def _fail(message: object) -> int:
    print(f"accords: {message}", file=sys.stderr)
    return 1


def _print_problems(problems: Sequence[object]) -> None:
    for problem in problems:
        print(problem, file=sys.stderr)


def _print_json(value: object) -> int:
    def plain(item: Any) -> str:
        if isinstance(item, date):
            return item.isoformat()
        raise TypeError(type(item))

    print(json.dumps(value, indent=2, ensure_ascii=False, default=plain))
    return 0


if __name__ == "__main__":
    sys.exit(main())

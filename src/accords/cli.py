"""The `accords` command: thin; each command's work is in a module of its own."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from accords.loader import NotFound, schemas, tables
from accords.new_arguments import add_new_arguments
from accords.release.commands import add_release_commands
from accords.say import fail, print_json, print_problems, report

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
        return fail(error)
    except ModuleNotFoundError as error:
        extra = {"xlsxwriter": "release", "hatchling": "release"}.get(error.name or "", "build")
        hint = f"{error.name} is not installed: pip install 'accords[{extra}]'"
        return fail(error if "pip install" in str(error) else hint)
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
    add_release_commands(add)
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
        return print_json(found)
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
        return print_json(found)
    for line in (history_lines if arguments.history else lines)(found):
        print(line)
    return 0


def _cite(arguments: argparse.Namespace) -> int:
    from accords.citation import cite

    print(cite(arguments.id, arguments.format))
    return 0


def _validate(arguments: argparse.Namespace) -> int:
    from accords.published import validate

    return report(arguments, validate)


def _diff(arguments: argparse.Namespace) -> int:
    from accords.diff import diff
    from accords.diff_text import markdown_lines, text_lines
    from accords.files import NotAPackage

    try:
        found = diff(arguments.old, arguments.new)
    except NotAPackage as error:
        return fail(error)
    if arguments.format == "json":
        print_json(found)
    else:
        for line in (text_lines if arguments.format == "text" else markdown_lines)(found):
            print(line)
    return 1 if arguments.exit_code and found["bump"] != "none" else 0


def _format(arguments: argparse.Namespace) -> int:
    from accords.canonical import format_records
    from accords.problems import InvalidData

    if not arguments.records.is_dir():
        return fail(f"there is no folder {arguments.records}: run this in a checkout")
    try:
        changed = format_records(arguments.records, arguments.path, write=not arguments.check)
    except InvalidData as error:
        print_problems(error.problems)
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
        return fail(error)
    except InvalidData as error:
        print_problems(error.problems)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The `accords` command."""

from __future__ import annotations

import argparse
import sys

from accords import new
from accords.problems import InvalidData
from accords.register import NotAdded


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="accords")
    commands = parser.add_subparsers(dest="command", required=True)
    new.add_arguments(commands.add_parser("new", help="start a record or add to a register"))
    arguments = parser.parse_args(argv)
    try:
        print(new.run(arguments))
    except NotAdded as error:
        print(error, file=sys.stderr)
        return 1
    except InvalidData as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

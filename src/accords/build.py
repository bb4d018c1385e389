"""`python build.py`: records -> assemble -> check -> derive -> stage -> check -> publish."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from accords.croissant import CROISSANT, croissant
from accords.dataset import Dataset, read_dataset
from accords.descriptor import descriptor, to_json
from accords.drift import drift
from accords.exports import export_all
from accords.files import DESCRIPTOR, PackageFiles
from accords.marked import PAGES, fill
from accords.problems import InvalidData
from accords.progress import Progress
from accords.publish import publish, write_all
from accords.published import check_bytes
from accords.schema import SchemaError, Schemas, read_schemas
from accords.second_opinion import second_opinion


def main(root: Path, argv: list[str] | None = None) -> int:
    """Run the build of the checkout at `root`. Returns the exit code: 0 done, 1 the data is
    invalid or differs from what is published; argparse exits with 2 on wrong usage."""
    arguments = _arguments(root).parse_args(argv)
    if not arguments.records.is_dir():
        _arguments(root).error(f"--records: there is no folder {arguments.records}")
    if arguments.out.exists() and not arguments.out.is_dir():
        _arguments(root).error(f"--out: {arguments.out} is no folder")
    progress = Progress(arguments.quiet)
    try:
        schemas = read_schemas(root / "schemas")
        data = read_dataset(arguments.records, schemas, progress)
        progress("write files")
        files = publishable(data, arguments.out)
        if arguments.check:
            return _report_drift(files, data, arguments.out, progress)
        progress("check files and publish")
        changed = publish(files, arguments.out, lambda folder: _check(folder, schemas))
    except InvalidData as error:
        progress.done(f"{len(error.problems)} problem(s), nothing written")
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return 1
    except OSError as error:
        progress.done("nothing could be written" if not arguments.check else "not checked")
        print(f"build.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        progress.done("stopped; the published set is as it was, or the next build finishes it")
        return 130
    except SchemaError as error:
        progress.done("a schema is wrong, nothing written")
        print(f"schemas/{error}", file=sys.stderr)
        return 1
    progress.done(f"published {len(files)} files, {len(changed)} changed, in {arguments.out}")
    if not arguments.quiet:
        print(totals(data))
    return 0


def publishable(data: Dataset, out: Path) -> dict[str, bytes]:
    """Every file to publish into `out`: the hand-written pages there with their generated
    parts filled in, and the descriptor last."""
    files = export_all(data)
    for page in PAGES:
        path = out / page
        if path.is_file():
            files[page] = fill(page, path.read_text(encoding="utf-8"), data).encode()
    about = descriptor(data, files)
    files[CROISSANT] = to_json(croissant(data, files, about))
    files[DESCRIPTOR] = to_json(about)
    return files


def totals(data: Dataset) -> str:
    """The dataset in one line."""
    names = ("agreements", "events", "parties", "provisions", "relations", "claims", "sources")
    counts = [f"{len(data.frames[name]):,} {name}" for name in (*names, "evidence")]
    return f"Accords {data.package.version}: {', '.join(counts)}"


def _check(folder: Path, schemas: Schemas) -> None:
    """Both validators on the files about to be published. Raises InvalidData."""
    files = PackageFiles(folder)
    _, problems = check_bytes(files, files.descriptor(), schemas)
    problems += second_opinion(folder)
    if problems:
        raise InvalidData(problems)


def _report_drift(files: dict[str, bytes], data: Dataset, out: Path, progress: Progress) -> int:
    with tempfile.TemporaryDirectory() as folder:
        # The set is checked as a build would check it, in a place of its own.
        progress("check files")
        write_all(files, Path(folder))
        _check(Path(folder), data.schemas)
    found = list(drift(files, out))
    if found:
        progress.done(f"{len(found)} published file(s) differ from the records")
        for problem in found:
            print(problem, file=sys.stderr)
        return 1
    progress.done(f"{len(files)} files are as published in {out}")
    return 0


def _arguments(root: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="build.py",
        description="Build the tables from the records, check them and publish them.",
        epilog="Exit codes: 0 done; 1 the data is invalid or --check found drift; 2 wrong usage.",
    )
    parser.add_argument(
        "--records",
        type=Path,
        default=root / "records",
        help="folder of records (default: records)",
    )
    parser.add_argument(
        "--out", type=Path, default=root, help="folder to publish into (default: the repository)"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; say which published file differs"
    )
    parser.add_argument("--quiet", action="store_true", help="say nothing but problems")
    return parser

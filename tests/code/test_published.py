"""`validate` says everything that is wrong with a built package, each fault at its place."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import Mini
from frictionless import system
from frictionless import validate as frictionless_validate

from accords.files import NotAPackage
from accords.published import validate

Change = Callable[[Path], object]  # what is done to a package, given its folder

# --- ways to change a package ---------------------------------------------------------------------


def in_bytes(path: str, old: bytes, new: bytes) -> Change:
    """Replace the first `old` in a file."""

    def change(folder: Path) -> None:
        content = (folder / path).read_bytes()
        assert old in content, (path, old)
        (folder / path).write_bytes(content.replace(old, new, 1))

    return change


def in_csv(table: str, old: str, new: str) -> Change:
    return in_bytes(f"datasets/csv/{table}.csv", old.encode(), new.encode())


def whole_csv(table: str, edit: Callable[[bytes], bytes]) -> Change:
    def change(folder: Path) -> None:
        path = folder / f"datasets/csv/{table}.csv"
        path.write_bytes(edit(path.read_bytes()))

    return change


def cell(table: str, row: int, column: str, value: str) -> Change:
    """Set one cell of a CSV file; rows count from 0."""

    def change(folder: Path) -> None:
        path = folder / f"datasets/csv/{table}.csv"
        rows = list(csv.DictReader(io.StringIO(path.read_text(), newline="")))
        rows[row][column] = value
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[row], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    return change


def in_parquet(table: str, edit: Callable[[pa.Table], pa.Table]) -> Change:
    def change(folder: Path) -> None:
        path = folder / f"datasets/parquet/{table}.parquet"
        pq.write_table(edit(pq.read_table(io.BytesIO(path.read_bytes()))), path)

    return change


def with_field(name: str, column: Any, **options: Any) -> Callable[[pa.Table], pa.Table]:
    """Put another column in the place of a table's own."""

    def edit(table: pa.Table) -> pa.Table:
        found = column(table[name]) if callable(column) else pa.array(column)
        field = pa.field(name, found.type, **options)
        return table.set_column(table.column_names.index(name), field, found)

    return edit


def flip(path: str, at: int) -> Change:
    """Flip one bit of the byte at a position."""

    def change(folder: Path) -> None:
        content = bytearray((folder / path).read_bytes())
        content[at] ^= 1
        (folder / path).write_bytes(content)

    return change


def in_json(path: str, edit: Callable[[Any], Any]) -> Change:
    """Change a JSON file: `edit` changes what it is given, or returns another."""

    def change(folder: Path) -> None:
        content = json.loads((folder / path).read_text())
        changed = edit(content)
        (folder / path).write_text(json.dumps(content if changed is None else changed))

    return change


def seal(folder: Path) -> None:
    """Make the descriptor's hashes those of the files as they are now."""

    def reseal(content: Any) -> None:
        for item in content["resources"]:
            data = (folder / item["path"]).read_bytes()
            item |= {"bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}

    in_json("datapackage.json", reseal)(folder)


def report(path: Path) -> list[str]:
    return [str(problem) for problem in validate(path)]


# --- whole packages -------------------------------------------------------------------------------


def zipped(folder: Path, top: str = "") -> Path:
    path = folder.parent / "package.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, f"{top}{file.relative_to(folder)}")
    return path


@pytest.mark.parametrize(
    "form",
    [
        lambda folder: folder / "datapackage.json",
        zipped,
        lambda folder: zipped(folder, "mini-1.2.3/"),
    ],
    ids=["descriptor", "zip", "zip with a folder"],
)
def test_a_built_package_is_valid(package: Path, form: Callable[[Path], Path]) -> None:
    assert report(form(package)) == []


def test_the_steps_are_told(package: Path) -> None:
    steps: list[str] = []
    assert validate(package, steps.append) == []
    assert steps == ["check files", "check tables", "check rules"]


def test_parquet_says_what_it_holds(built: Mini) -> None:
    """Titles, descriptions and the version travel with each file, for those who get it alone."""
    for name, table in built.schemas.items():
        found = pq.read_schema(built.out / f"datasets/parquet/{name}.parquet")
        assert found.metadata[b"version"] == b"1.2.3"
        assert found.metadata[b"description"] == table.description.encode()
        for field in table.fields:
            assert found.field(field.name).metadata[b"description"] == field.description.encode()
            assert found.field(field.name).nullable is not field.required


def test_a_damaged_file_of_a_zip_is_said(package: Path) -> None:
    path = zipped(package)
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("datasets/csv/evidence.csv").header_offset
    content = bytearray(path.read_bytes())
    content[start + 100] ^= 0xFF
    path.write_bytes(content)
    assert report(path)[0].startswith("datasets/csv/evidence.csv: -: '': a file of the package: ")


def test_frictionless_agrees(package: Path) -> None:
    """Everyone's first command: it needs nothing of this project, and sees a flipped byte."""

    def valid() -> bool:
        with system.use_context(trusted=True):
            found = frictionless_validate(str(package / "datapackage.json"))
        return bool(found.valid)

    assert valid()
    for path, at in (("datasets/csv/parties.csv", -25), ("datasets/parquet/parties.parquet", 40)):
        flip(path, at)(package)
        assert not valid()
        flip(path, at)(package)


# --- faults of cells, rows and Parquet files: all in one package ----------------------------------

_FORM = "UTF-8 with LF, no byte order mark, no NUL"
CSV, PARQUET = "datasets/csv", "datasets/parquet"

# what is done -> the beginning of a problem that is then said
FAULTS: dict[str, tuple[Change, str]] = {
    "byte order mark": (
        whole_csv("texts", lambda content: b"\xef\xbb\xbf" + content),
        f"{CSV}/texts.csv:1: -: 'byte order mark': {_FORM}",
    ),
    "CRLF": (
        whole_csv("lists", lambda content: content.replace(b"\n", b"\r\n")),
        f"{CSV}/lists.csv:1: -: 'CR': {_FORM}",
    ),
    "NUL": (in_csv("claims", "All", "A\0ll"), f"{CSV}/claims.csv:2: -: 'NUL': {_FORM}"),
    "formula": (
        in_csv("sectors", "Batteries,,Bat", "=1+1,,Bat"),
        f"{CSV}/sectors.csv:3: name: '=1+1': a spreadsheet would run it as a formula",
    ),
    "line break at the end": (
        cell("events", 0, "place", "Ottawa\n"),
        f"{CSV}/events.csv:2: place: 'Ottawa\\n': spaces at its ends",
    ),
    "space at the end": (
        cell("list_items", 1, "reason_out", "No country. "),
        f"{CSV}/list_items.csv:3: reason_out: 'No country. ': spaces at its ends",
    ),
    "True": (
        cell("agreement_sectors", 0, "is_primary", "True"),
        f"{CSV}/agreement_sectors.csv:2: is_primary: 'True': a cell of type boolean",
    ),
    "digit of another script": (
        cell("sweeps", 0, "hits", "٢"),
        f"{CSV}/sweeps.csv:2: hits: '٢': a cell of type integer",
    ),
    "no such day": (
        cell("memberships", 0, "member_from", "1958-02-30"),
        f"{CSV}/memberships.csv:2: member_from: '1958-02-30': a cell of type date",
    ),
    "null where required": (
        cell("signatories", 0, "person_name", ""),
        f"{CSV}/signatories.csv:2: person_name: '': required",
    ),
    "no code of the list": (
        cell("agreement_parties", 7, "role", "guest"),
        f"{CSV}/agreement_parties.csv:9: role: 'guest': one of the list's codes",
    ),
    "row twice": (
        whole_csv("countries", lambda content: content + content.splitlines(True)[-1]),
        f"{CSV}/countries.csv:7: country: 'KOR': no two rows of one primary key",
    ),
    "reference to nothing": (
        cell("relations", 0, "related_id", "can-kor-trade-2015"),
        f"{CSV}/relations.csv:2: related_id: 'can-kor-trade-2015': refers to a row of agreements: "
        "did you mean can-kor-trade-2014",
    ),
    "evidence of no row": (
        in_csv("evidence", "agreements,can-kor-cars-2026,,in_f", "agreements,can-kor-cats,,in_f"),
        "record_id: 'can-kor-cats': evidence points at a row and column that exist: "
        "did you mean can-kor-cars-2026",
    ),
    "evidence of no column": (
        in_csv("evidence", ",all-cars-move,,verdict,", ",all-cars-move,,verdikt,"),
        "field: 'verdikt': evidence points at a row and column that exist",
    ),
    "evidence of a derived table": (
        in_csv("evidence", ",agreements,can-kor-trade-2014,,i", ",overview,can-kor-trade-2014,,i"),
        "table_name: 'overview': evidence points at a row and column that exist",
    ),
    "redirect of no table": (
        cell("redirects", 0, "table_name", "agrements"),
        f"{CSV}/redirects.csv:2: table_name: 'agrements': ",
    ),
    "byte of a CSV file": (flip(f"{CSV}/parties.csv", -25), f"{CSV}/parties.csv: hash: 'sha256:"),
    "byte of a Parquet file": (
        flip(f"{PARQUET}/sector_codes.parquet", 40),
        f"{PARQUET}/sector_codes.parquet: hash: 'sha256:",
    ),
    "Parquet of another type": (
        in_parquet("provisions", with_field("amount", ["1", "2"])),
        f"{PARQUET}/provisions.parquet: amount: 'string': double",
    ),
    "Parquet that may be null": (
        in_parquet("claim_sources", with_field("claim_id", lambda column: column)),
        f"{PARQUET}/claim_sources.parquet: claim_id: 'string': string not null",
    ),
    "Parquet with another cell": (
        in_parquet("external_ids", with_field("external_id", ["I-9"], nullable=False)),
        f"{PARQUET}/external_ids.parquet: external_id: 'I-9': row 1 is 'I-12345' in the CSV",
    ),
    "Parquet with fewer rows": (
        in_parquet("dyads", lambda table: table.slice(1)),
        f"{PARQUET}/dyads.parquet: agreement_id: '3': 4 rows, as in the CSV",
    ),
    "Parquet with fewer columns": (
        in_parquet("codes", lambda table: table.drop_columns(["definition"])),
        f"{PARQUET}/codes.parquet: -: 'table_name, field, code': columns table_name, field",
    ),
    "no Parquet at all": (
        lambda folder: (folder / f"{PARQUET}/event_parties.parquet").write_bytes(b"garbage"),
        f'{PARQUET}/event_parties.parquet: -: "Could not open Parquet',
    ),
}


@pytest.fixture(scope="module")
def faulty(built: Mini, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is said of a package with every one of FAULTS at once: none hides another."""
    folder = tmp_path_factory.mktemp("faulty") / "package"
    shutil.copytree(built.out, folder)
    for change, _ in FAULTS.values():
        change(folder)
    return report(folder)


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_said(faulty: list[str], fault: str) -> None:
    _, message = FAULTS[fault]
    assert any(message in problem for problem in faulty), "\n".join(faulty)


def test_nothing_is_said_of_tables_that_are_whole(faulty: list[str]) -> None:
    """Of the tables left alone only those are named whose facts hang on cells now wrong."""
    said = {Path(problem.split(": ")[0].split(":")[0]).stem for problem in faulty}
    whole = {*("agreements", "event_agreements", "claim_agreements", "sweep_agreements", "sources")}
    assert said & whole == {"agreements"}
    rules = {item.split(": ")[3] for item in faulty if "csv/agreements.csv" in item}
    assert rules == {
        "no evidence, no fact",
        "an agreement has a primary sector",
        "an agreement of 2015 or later",
    }


# --- files that can't be read as tables -----------------------------------------------------------

BROKEN: dict[str, tuple[Change, str]] = {
    "another header": (
        in_csv("texts", "language", "lang"),
        f"{CSV}/texts.csv:1: -: 'agreement_id, url, lang, is_authentic, checked_on': columns ",
    ),
    "a column missing": (
        whole_csv(
            "claim_sources",
            lambda content: b"".join(x.split(b",")[0] + b"\n" for x in content.splitlines()),
        ),
        f"{CSV}/claim_sources.csv:1: -: 'claim_id': columns claim_id, source_id",
    ),
    "a cell missing": (
        in_csv("countries", "KOR,KR,", "KOR,"),
        f"{CSV}/countries.csv:6: -: '7 cells': 8 cells",
    ),
    "an empty file": (
        whole_csv("codes", lambda content: b""),
        f"{CSV}/codes.csv:1: -: '': columns table_name, field, code, definition",
    ),
    "not UTF-8": (
        whole_csv("events", lambda content: content + b"\xff"),
        f"{CSV}/events.csv: -: \"'utf-8' codec can't decode",
    ),
    "not CSV": (
        whole_csv("sweeps", lambda content: content.replace(b",cars", b',"cars"x')),
        f"{CSV}/sweeps.csv: -: '\\',\\' expected after",
    ),
    "a CSV file missing": (
        lambda folder: (folder / f"{CSV}/lists.csv").unlink(),
        f"{CSV}/lists.csv: -: '': a file of the package",
    ),
    "a Parquet file missing": (
        lambda folder: (folder / f"{PARQUET}/lists.parquet").unlink(),
        f"{PARQUET}/lists.parquet: -: '': a file of the package",
    ),
    "a path out of the package": (
        in_json(
            "datapackage.json", lambda content: content["resources"][0].update(path="../secret.csv")
        ),
        "../secret.csv: -: '': a file of the package",
    ),
    "an absolute path": (
        in_json(
            "datapackage.json", lambda content: content["resources"][1].update(path="/etc/hostname")
        ),
        "/etc/hostname: -: '': a file of the package",
    ),
    # Even where tables can't be read, cells of others are judged.
    "a wrong cell elsewhere": (
        cell("sources", 0, "access", "dead"),
        f"{CSV}/sources.csv:2: access: 'dead': one of the list's codes",
    ),
}


@pytest.fixture(scope="module")
def broken(built: Mini, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("broken") / "package"
    shutil.copytree(built.out, folder)
    (folder.parent / "secret.csv").write_text("secret\n")
    for change, _ in BROKEN.values():
        change(folder)
    return report(folder)


@pytest.mark.parametrize("fault", BROKEN)
def test_broken_file_is_said(broken: list[str], fault: str) -> None:
    _, message = BROKEN[fault]
    assert any(problem.startswith(message) for problem in broken), "\n".join(broken)


# --- what is derived, and hashes that were made right again ---------------------------------------


def test_derived_cells_follow_from_the_others(package: Path) -> None:
    """Where someone mends tables by hand and makes the hashes right, CSV and Parquet alike."""
    cell("agreements", 0, "level", "agency")(package)
    in_parquet(
        "agreements", with_field("level", ["agency", "state", "state_company"], nullable=False)
    )(package)
    cell("overview", 1, "n_events", "7")(package)
    in_parquet("overview", with_field("n_events", [1, 7, 0], nullable=False))(package)
    whole_csv("dyads", lambda content: b"".join(content.splitlines(True)[:-1]))(package)
    in_parquet("dyads", lambda table: table.slice(0, 3))(package)
    seal(package)
    advice = "build it again with python build.py, or fetch it again"
    derived = "derived from the base tables it is"
    found = report(package)
    rows = [problem for problem in found if "logicalHash" in problem]
    assert [problem.split(":")[0] for problem in rows] == [
        f"{CSV}/{table}.csv" for table in ("agreements", "dyads", "overview")
    ]
    assert [problem for problem in found if problem not in rows] == [
        f"{CSV}/agreements.csv:2: level: 'agency': {derived} 'state': {advice}",
        f"{CSV}/dyads.csv:2: agreement_id: '3': 4 derived rows: {advice}",
        f"{CSV}/overview.csv:3: n_events: '7': {derived} '1': {advice}",
    ]


def test_a_wrong_hash_alone_is_all_that_is_said(package: Path) -> None:
    edit = in_json("datapackage.json", lambda content: content["resources"][3].update(hash="x"))
    edit(package)
    (problem,) = report(package)
    assert ".parquet: hash: 'sha256:" in problem
    assert ": hash is x: " in problem


# --- descriptors and schemas ----------------------------------------------------------------------

DESCRIPTORS: dict[str, tuple[Change, str]] = {
    "not JSON": (in_bytes("datapackage.json", b"{", b""), "Extra data"),
    "not UTF-8": (in_bytes("datapackage.json", b"mini", b"\xff"), "can't decode byte 0xff"),
    "a list": (in_json("datapackage.json", lambda content: [content]), "list indices"),
    "no resources": (in_json("datapackage.json", lambda content: {}), "'resources'"),
    "resources of nothing": (
        in_json("datapackage.json", lambda content: content | {"resources": []}),
        "there is no table agreements",
    ),
    "a resource without hash": (
        in_json("datapackage.json", lambda content: content["resources"][0].pop("hash") and None),
        "'hash'",
    ),
    "a path that is no text": (
        in_json("datapackage.json", lambda content: content["resources"][0].update(path=5)),
        "resource 'agreement_parties': path is 5",
    ),
    "a schema missing": (
        lambda folder: (folder / "schemas/events.json").unlink(),
        "schemas/events.json is missing",
    ),
    "a schema out of the package": (
        in_json("datapackage.json", lambda content: content["resources"][0].update(schema="../x")),
        "../x is missing",
    ),
    "a schema that is no mapping": (in_json("schemas/events.json", lambda content: []), "list"),
    "a schema with an unknown property": (
        in_json("schemas/events.json", lambda content: content | {"uniqueKeys": []}),
        "events.json: property 'uniqueKeys' is not understood",
    ),
    "a schema with an unknown constraint": (
        in_json(
            "schemas/events.json",
            lambda content: content["fields"][0].update(constraints={"jsonSchema": {}}),
        ),
        "constraint 'jsonSchema' is not understood",
    ),
}


@pytest.mark.parametrize("fault", DESCRIPTORS)
def test_wrong_descriptor_is_said(package: Path, fault: str) -> None:
    change, message = DESCRIPTORS[fault]
    change(package)
    (problem,) = report(package)
    assert problem.startswith("datapackage.json: -: ")
    assert message in problem


# --- what is no package ---------------------------------------------------------------------------


def test_what_is_no_package_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("text")
    with zipfile.ZipFile(tmp_path / "none.zip", "w") as archive:
        archive.writestr("a/b/datapackage.json", "{}")
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a/datapackage.json", "{}")
        archive.writestr("b/datapackage.json", "{}")
    for name, message in {
        "empty": "has no datapackage.json; build it with python build.py",
        "gone": "there is no such file or folder",
        "text.txt": "is no folder, no datapackage.json and no zip",
        "none.zip": "has 0 datapackage.json near its root, not one",
        "two.zip": "has 2 datapackage.json near its root, not one",
    }.items():
        with pytest.raises(NotAPackage, match=message):
            validate(tmp_path / name)


# --- what the descriptor leaves out ---------------------------------------------------------------


def test_every_table_needs_both_its_files(package: Path) -> None:
    """A resource taken out of the descriptor hides neither its file nor its table."""
    drop = ("agreements", "events_parquet")
    in_json(
        "datapackage.json",
        lambda content: content.update(
            resources=[item for item in content["resources"] if item["name"] not in drop]
        ),
    )(package)
    (package / CSV / "zzz.csv").write_text("a\n")
    said = "\n".join(report(package))
    rule = "every table is a CSV and a Parquet"
    assert f"datapackage.json: resources: '{CSV}/agreements.csv': {rule}" in said
    assert f"datapackage.json: resources: 'datasets/parquet/events.parquet': {rule}" in said
    assert f"{CSV}/zzz.csv: -: '': a file that the descriptor names" in said

"""Two releases compared: edited in memory for the fine cases, really built for the whole."""

from __future__ import annotations

import copy
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest
from conftest import MINI, ROOT, Mini
from hypothesis import given, settings
from hypothesis import strategies as st

from accords.assemble import EVIDENCE_KEY, short_hash
from accords.cli import main
from accords.diff import Diff, compare, diff
from accords.diff_apply import DoesNotApply, apply_diff
from accords.diff_changes import change_rows
from accords.diff_read import Cells, Release, Tables, key_of, read_release, text_of
from accords.diff_text import markdown_lines, text_lines
from accords.exports import csv_bytes
from accords.logical import logical_hash
from accords.schema import Schemas, parse_table

CARS, BATTERIES = "can-kor-cars-2026", "eu-kor-batteries-2020"
IDS = {"agreements", "claims", "events", "parties", "sources"}
FORM = jsonschema.Draft202012Validator(
    json.loads((ROOT / "docs" / "diff.schema.json").read_text(encoding="utf-8"))
)


@pytest.fixture(scope="session")
def old(built: Mini) -> Release:
    return read_release(built.out)


@pytest.fixture
def new(old: Release) -> Release:
    """A copy of the release, to be changed."""
    return fresh(old)


@pytest.fixture(scope="session")
def next_release(tmp_path_factory: pytest.TempPathFactory, schemas: Schemas) -> Mini:
    """The tiny dataset a release later, really built: an agreement and a party are renamed, a
    value is corrected, a provision is withdrawn, an id and a redirect are added."""
    folder = tmp_path_factory.mktemp("next")
    shutil.copytree(MINI, folder / "records")
    mini = Mini(folder, schemas)
    for path in mini.records.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        text = text.replace(BATTERIES, "eue-kor-cells-2020").replace("fra-observer", "fra-region")
        path.write_text(text, encoding="utf-8")
    cars, redirects = f"agreements/{CARS}.yaml", "redirects.yaml"
    mini.path(f"agreements/{BATTERIES}.yaml").rename(
        mini.path("agreements/eue-kor-cells-2020.yaml")
    )
    mini.edit("package.yaml", "version: 1.2.3", "version: 2.0.0")
    mini.edit(cars, "in_force_on: 2026-01-29", "in_force_on: 2026-01-30")
    mini.edit(cars, "place: Ottawa", "place: Seoul | 서울 <b>")
    mini.edit(cars, "provisions/committee, provisions/cars,", "provisions/committee,")
    start, end = "  - provision_id: cars", "relations:"
    text = mini.path(cars).read_text(encoding="utf-8")
    mini.write(cars, text[: text.index(start)] + text[text.index(end) :])
    mini.edit(
        cars, "I-12345\nevidence", "I-12345\n  - scheme: wikidata\n    external_id: Q1\nevidence"
    )
    mini.edit(
        cars, "external_ids/unts/I-12345]", "external_ids/unts/I-12345, external_ids/wikidata/Q1]"
    )
    text = mini.path(redirects).read_text(encoding="utf-8")
    row = "  - table_name: {}\n    old_id: {}\n    new_id: {}\n    reason: renamed\n"
    text += row.format("agreements", BATTERIES, "eue-kor-cells-2020")
    mini.write(redirects, text + row.format("parties", "fra-observer", "fra-region"))
    assert mini.build("--quiet") == 0
    return mini


@pytest.fixture(scope="session")
def found(built: Mini, next_release: Mini) -> Diff:
    return diff(built.out, next_release.out)


# Editing a release in memory


def fresh(release: Release, version: str = "2.0.0") -> Release:
    return Release(version, dict(release.schemas), copy.deepcopy(dict(release.rows)))


def row_of(release: Release, table: str, *key: str) -> Cells:
    names = release.schemas[table].primary_key
    (row,) = [row for row in release.rows[table] if key_of(row, names) == key]
    return row


def reschema(release: Release, table: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a table's schema, columns of its rows included."""
    content = copy.deepcopy(dict(release.schemas[table].descriptor))
    change(content)
    release.schemas[table] = parse_table(content)
    names = release.schemas[table].columns
    rows = release.rows.get(table, [])
    for place, row in enumerate(rows):
        rows[place] = {name: row.get(name) for name in names}  # type: ignore[index]


def field_of(content: dict[str, Any], name: str) -> dict[str, Any]:
    (field,) = [field for field in content["fields"] if field["name"] == name]
    return field


def rename(release: Release, table: str, old_id: str, new_id: str) -> None:
    """Put another id in every place of an id, by brute force, and a redirect."""
    for name, rows in release.rows.items():
        for row in rows:
            for column, text in row.items():
                if column.endswith("_id") and (name, column) != ("redirects", "old_id"):
                    parts = [new_id if part == old_id else part for part in (text or "").split("/")]
                    whole = "/".join(parts) if column in ("item_id",) else parts[0]
                    row[column] = new_id if text == old_id else whole if text else None
            if name == "evidence" and {*EVIDENCE_KEY} <= row.keys():
                row["evidence_id"] = short_hash(*key_of(row, EVIDENCE_KEY))
    redirect(release, table, old_id, new_id)


def redirect(release: Release, table: str, old_id: str, new_id: str | None) -> None:
    cells = {"table_name": table, "old_id": old_id, "new_id": new_id, "reason": "renamed"}
    known = release.schemas["redirects"].columns
    row: Cells = {name: cells.get(name) for name in known}
    key = [name for name in ("table_name", "old_id") if name in known]
    kept = [r for r in release.rows["redirects"] if key_of(r, key) != key_of(row, key)]
    release.rows["redirects"][:] = [*kept, row]  # type: ignore[index]


def strict(tables: Tables) -> dict[str, list[str]]:
    """Tables so that equality sees every type, and no order of rows."""
    return {
        name: sorted(repr(sorted(row.items())) for row in rows) for name, rows in tables.items()
    }


def exact(old: Release, new: Release) -> Diff:
    """The diff, which has the published form and, applied to OLD, gives NEW exactly."""
    found = compare(old, new)
    FORM.validate(found)
    read = json.loads(json.dumps(found))
    assert strict(apply_diff(old.tables(), read)) == strict(new.tables())
    return found


def sizes(found: Diff) -> dict[str, dict[str, int]]:
    """The number of entries of every list that has any."""
    return {
        name: {part: len(items) for part, items in table.items() if items}  # type: ignore[arg-type]
        for name, table in found["tables"].items()
    }


# Properties

KINDS = ["cell", "cell", "remove", "add", "rename", "merge", "withdraw", "regroup"]
KINDS += ["column", "no column", "type", "no table"]
WORDINGS = ["", "a", "5", "0.5", "-7", "true", "2020-01-31", "ü/|", "05", "2021"]
EDIT = st.tuples(st.sampled_from(KINDS), *[st.integers(0, 9999)] * 4)


@settings(max_examples=80, deadline=None)
@given(st.lists(EDIT, max_size=3), st.lists(EDIT, max_size=5))
def test_applying_a_diff_to_old_gives_new_exactly(
    old: Release, edits_of_old: list[Any], edits_of_new: list[Any]
) -> None:
    before, after = fresh(old, "1.0.0"), fresh(old)
    for release, edits in ((before, edits_of_old), (after, edits_of_new)):
        for edit in edits:
            mutate(release, *edit)
    found = exact(before, after)
    assert found["bump"] != "none" or strict(before.tables()) == strict(after.tables())
    same = compare(after, fresh(after))
    assert (same["bump"], same["schema"], same["tables"]) == ("none", [], {})


def mutate(release: Release, kind: str, *numbers: int) -> None:
    """Change something of a release, in every way that a release can change; what exactly, the
    numbers say."""
    bases = [n for n, table in release.schemas.items() if not table.derived and release.rows[n]]
    name = pick(bases, numbers[0])
    rows, table = release.rows[name], release.schemas[name]
    row, other = pick(rows, numbers[1]), pick(rows, numbers[2])
    column, word = pick(list(table.columns), numbers[2]), pick(WORDINGS, numbers[3])
    key = table.primary_key
    one_id, other_id = ("/".join(key_of(item, key)) for item in (row, other))
    match kind:
        case "cell" if column not in key:
            row[column] = word or None
        case "remove":
            rows.remove(row)
        case "add":
            rows.append(row | dict.fromkeys(key, word or "x"))
        case "rename" if name in IDS:
            rename(release, name, one_id, pick(["new-a", "new-b"], numbers[3]))
        case "merge" if name in IDS:
            redirect(release, name, one_id, other_id)
        case "withdraw" if name in IDS:
            redirect(release, name, one_id, None)
        case "regroup" if len(key) > 1:
            redirect(release, name, one_id, other_id)
        case "column" if "extra" not in table.columns:
            add_column(name, None)(release)
            release.rows[name][0]["extra"] = word or None
        case "no column" if column not in key:
            used = {part for link in table.foreign_keys for part in link.fields}
            if column not in used:
                drop_column(name, column)(release)
        case "type":
            types = ["string", "integer", "number", "boolean", "date", "year"]
            rules = {"required": column in key}
            set_field(name, column, type=pick(types, numbers[3]), constraints=rules)(release)
        case "no table" if name != "redirects":
            drop_table(name)(release)
    for name, table in release.schemas.items():  # a key stands once
        if not table.derived:
            once = {key_of(row, table.primary_key): row for row in release.rows[name]}
            release.rows[name][:] = once.values()  # type: ignore[index]


def pick(items: list[Any], number: int) -> Any:
    return items[number % len(items)]


def test_a_release_does_not_differ_from_itself(built: Mini, old: Release) -> None:
    assert compare(old, old)["bump"] == "none"
    found = diff(built.out, built.out / "datapackage.json")
    assert found == {
        "old_version": "1.2.3",
        "new_version": "1.2.3",
        "bump": "none",
        "schema": [],
        "tables": {},
    }


# Two releases, really built


def test_every_difference_of_two_built_releases_is_found(found: Diff) -> None:
    FORM.validate(found)
    assert (found["old_version"], found["new_version"], found["bump"]) == (
        "1.2.3",
        "2.0.0",
        "major",
    )
    tables = found["tables"]
    assert tables["agreements"]["renamed"] == [
        {"old": {"agreement_id": BATTERIES}, "new": {"agreement_id": "eue-kor-cells-2020"}}
    ]
    key = {"agreement_id": CARS}
    assert tables["agreements"]["changed"] == [
        {
            "key": key,
            "field": "in_force_on",
            "old": "2026-01-29",
            "new": "2026-01-30",
            "reason": None,
        },
        {"key": key, "field": "place", "old": "Ottawa", "new": "Seoul | 서울 <b>", "reason": None},
    ]
    assert [
        (cell["field"], cell["old"], cell["new"]) for cell in tables["agreements"]["followed"]
    ] == [
        ("in_force_earliest", "2026-01-29", "2026-01-30"),
        ("in_force_latest", "2026-01-29", "2026-01-30"),
    ]
    assert tables["provisions"]["removed"] == [key | {"provision_id": "cars"}]
    assert tables["external_ids"]["added"] == [key | {"scheme": "wikidata", "external_id": "Q1"}]
    assert len(tables["redirects"]["added"]) == 2
    # Nothing else is added, removed or changed: what names the renamed ids is renamed or follows.
    assert sizes(found)["evidence"].keys() == {
        "added",
        "rows",
        "removed",
        "renamed",
        "changed",
        "followed",
    }
    assert len(tables["evidence"]["added"]) == len(tables["evidence"]["removed"]) == 1
    assert [cell["field"] for cell in tables["evidence"]["changed"]] == ["stated_value"]
    for name in tables.keys() - {
        "agreements",
        "evidence",
        "external_ids",
        "provisions",
        "redirects",
    }:
        assert sizes(found)[name].keys() <= {"renamed", "followed"}, name
    for name in ("agreement_parties", "agreement_sectors", "parties"):
        assert tables[name]["renamed"], name
    (followed,) = tables["list_items"]["followed"]
    assert (followed["field"], followed["cause"]) == ("agreement_id", "redirect")


def test_applying_it_gives_the_new_tables(built: Mini, next_release: Mini, found: Diff) -> None:
    before, after = read_release(built.out), read_release(next_release.out)
    applied = apply_diff(before.tables(), found)
    assert strict(applied) == strict(after.tables())
    schema = after.schemas["evidence"]
    texts = [
        {name: [text_of(row[name]) for row in rows] for name in schema.columns}
        for rows in (applied["evidence"], after.tables()["evidence"])
    ]
    assert logical_hash(texts[0], schema) == logical_hash(texts[1], schema)


def test_another_differ_finds_the_same(built: Mini, next_release: Mini, found: Diff) -> None:
    """DuckDB's EXCEPT over the Parquet files, both ways: the rows that it finds are, by key, those
    that the diff names, and the cells in which a row's two versions differ are the diff's."""
    for name, table in built.schemas.items():
        if table.derived:
            continue
        files = [str(m.out / f"datasets/parquet/{name}.parquet") for m in (built, next_release)]
        query = "SELECT * FROM read_parquet('{}') EXCEPT SELECT * FROM read_parquet('{}')"
        gone, come = (
            duckdb.sql(query.format(*pair)).to_arrow_table().to_pylist()
            for pair in (files, files[::-1])
        )
        part = found["tables"].get(name)
        new_to_old = {ident(i["new"]): ident(i["old"]) for i in part["renamed"]} if part else {}
        cells: dict[Any, set[str]] = {}
        for cell in [*part["changed"], *part["followed"]] if part else []:
            cells.setdefault(ident(cell["key"]), set()).add(cell["field"])
        touched = {*cells, *new_to_old}
        key = table.primary_key
        olds = {tuple(row[name] for name in key): row for row in gone}
        news = {tuple(row[name] for name in key): row for row in come}
        added, removed = (
            {ident(k) for k in part[p]} if part else set() for p in ("added", "removed")
        )  # type: ignore[literal-required]
        assert news.keys() == added | touched, name
        assert olds.keys() == removed | {new_to_old.get(k, k) for k in touched}, name
        for new_key in touched:
            one, other = olds[new_to_old.get(new_key, new_key)], news[new_key]
            differ = {c for c in one if one[c] != other[c] and c not in key}
            assert differ == cells.get(new_key, set()), (name, new_key)


def ident(key: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(key.values())


def test_it_is_rows_of_the_table_changes(found: Diff, old: Release) -> None:
    rows = change_rows(found)
    assert [list(row) for row in rows] == [list(old.schemas["changes"].columns)] * len(rows)
    assert len({row["change_id"] for row in rows}) == len(rows)
    natural = ("release", "table_name", "record_id", "item_id", "action", "field")
    for row in rows:
        assert row["change_id"] == short_hash(*(row[name] or "" for name in natural))
    (place,) = [row for row in rows if row["field"] == "place"]
    assert (place["record_id"], place["old_value"], place["action"]) == (CARS, "Ottawa", "changed")
    (gone,) = [r for r in rows if (r["table_name"], r["action"]) == ("provisions", "removed")]
    assert (gone["record_id"], gone["item_id"]) == (CARS, "cars")
    assert any(row["old_value"] == BATTERIES and row["field"] == "agreement_id" for row in rows)


# Renames


@pytest.mark.parametrize("table", sorted(IDS))
def test_a_renamed_id_adds_and_removes_nothing(old: Release, new: Release, table: str) -> None:
    key = old.schemas[table].primary_key
    for number, row in enumerate(old.rows[table]):
        rename(new, table, key_of(row, key)[0], f"other-{number}")
    found = exact(old, new)
    counts = sizes(found)
    assert counts.pop("redirects")["added"] == len(old.rows[table])
    assert len(found["tables"][table]["renamed"]) == len(old.rows[table])
    for name, parts in counts.items():
        assert parts.keys() <= {"renamed", "followed"}, name
    causes = {c["cause"] for part in found["tables"].values() for c in part["followed"]}
    assert causes <= {"redirect"}
    assert found["bump"] == "minor"


def test_a_chain_of_redirects_is_followed_and_a_circle_is_not(old: Release, new: Release) -> None:
    rename(new, "agreements", CARS, "first")
    rename(new, "agreements", "first", "second")
    assert exact(old, new)["tables"]["agreements"]["renamed"] == [
        {"old": {"agreement_id": CARS}, "new": {"agreement_id": "second"}}
    ]
    redirect(new, "agreements", "first", CARS)
    redirect(new, "agreements", CARS, "first")
    assert exact(old, new)["tables"]["agreements"]["renamed"] == []


def test_a_renamed_provision_is_named_by_its_whole_key(old: Release, new: Release) -> None:
    row_of(new, "provisions", CARS, "committee")["provision_id"] = "joint-committee"
    for row in new.rows["evidence"]:
        if (row["table_name"], row["item_id"]) == ("provisions", "committee"):
            row["item_id"] = "joint-committee"
            row["evidence_id"] = short_hash(*key_of(row, EVIDENCE_KEY))
    redirect(new, "provisions", f"{CARS}/committee", f"{CARS}/joint-committee")
    found = exact(old, new)
    assert len(found["tables"]["provisions"]["renamed"]) == 1
    assert sizes(found)["evidence"].keys() == {"renamed", "followed"}
    assert found["bump"] == "minor"


def test_evidence_that_points_nowhere_is_left_as_it_is(old: Release, new: Release) -> None:
    before = fresh(old)
    for row in before.rows["evidence"][:2]:
        row |= {"table_name": "signatories", "item_id": "no-party"}
    rename(new, "agreements", CARS, "cars")
    rename(new, "parties", "can-ised", "can-industry")
    exact(before, new)


def test_a_merged_id_is_removed_without_being_withdrawn(old: Release, new: Release) -> None:
    gone = row_of(new, "parties", "fra-observer")
    kept = "kor-motir"
    new.rows["parties"].remove(gone)
    new.rows["agreement_parties"][:] = [  # type: ignore[index]
        row for row in new.rows["agreement_parties"] if row["party_id"] != "fra-observer"
    ]
    redirect(new, "parties", "fra-observer", kept)
    found = exact(old, new)
    assert found["tables"]["parties"]["removed"] == [{"party_id": "fra-observer"}]
    assert found["bump"] == "minor"


def test_a_correction_of_a_renamed_row_is_still_one(old: Release, new: Release) -> None:
    rename(new, "agreements", CARS, "cars")
    row_of(new, "agreements", "cars")["place"] = "Seoul"
    (cell,) = exact(old, new)["tables"]["agreements"]["changed"]
    assert (cell["key"], cell["field"], cell["new"]) == ({"agreement_id": "cars"}, "place", "Seoul")


# Reasons


def test_the_reason_of_a_change_is_that_of_the_new_release(old: Release, new: Release) -> None:
    row_of(new, "agreements", CARS)["place"] = "Seoul"
    row_of(new, "agreement_parties", CARS, "can-ised")["role"] = "witness"
    row_of(new, "agreement_parties", CARS, "kor-motir")["role"] = "witness"
    given = [
        ("2.0.0", "agreements", None, "place", "correction"),
        ("2.0.0", "agreement_parties", "can-ised", "role", "new_evidence"),
        ("1.9.0", "agreement_parties", "kor-motir", "role", "recoded"),
    ]
    for release, table, item, field, reason in given:
        cells = dict.fromkeys(old.schemas["changes"].columns)
        new.rows["changes"].append(
            cells
            | {
                "release": release,
                "table_name": table,
                "record_id": CARS,
                "item_id": item,
                "action": "changed",
                "field": field,
                "reason": reason,
            }
        )
    tables = exact(old, new)["tables"]
    assert [cell["reason"] for cell in tables["agreements"]["changed"]] == ["correction"]
    reasons = [cell["reason"] for cell in tables["agreement_parties"]["changed"]]
    assert reasons == ["new_evidence", None]


# The bump


def remove(table: str, *key: str) -> Callable[[Release], None]:
    return lambda release: release.rows[table].remove(row_of(release, table, *key))


def set_cell(table: str, column: str, text: str | None) -> Callable[[Release], None]:
    return lambda release: release.rows[table][0].update({column: text})


def add_copy(table: str, **cells: str) -> Callable[[Release], None]:
    return lambda release: release.rows[table].append(release.rows[table][0] | cells)


def set_field(table: str, name: str, **properties: Any) -> Callable[[Release], None]:
    return lambda r: reschema(r, table, lambda content: field_of(content, name).update(properties))


def set_enum(change: Callable[[list[str]], list[str]]) -> Callable[[Release], None]:
    def edit(content: dict[str, Any]) -> None:
        rules = field_of(content, "status")["constraints"]
        rules["enum"] = change(rules["enum"])

    return lambda release: reschema(release, "agreements", edit)


def drop_column(table: str, name: str) -> Callable[[Release], None]:
    def edit(content: dict[str, Any]) -> None:
        content["fields"] = [field for field in content["fields"] if field["name"] != name]

    return lambda release: reschema(release, table, edit)


def add_column(table: str, text: str | None) -> Callable[[Release], None]:
    def edit(release: Release) -> None:
        field = {"name": "extra", "type": "string", "title": "E", "description": "E."}
        reschema(release, table, lambda content: content["fields"].append(field))
        for row in release.rows[table]:
            row["extra"] = text

    return edit


def drop_table(name: str) -> Callable[[Release], None]:
    def edit(release: Release) -> None:
        del release.schemas[name]
        release.rows.pop(name, None)  # type: ignore[attr-defined]

    return edit


def withdraw(release: Release) -> None:
    remove("claims", "all-cars-move")(release)
    redirect(release, "claims", "all-cars-move", None)


def set_table(table: str, **properties: Any) -> Callable[[Release], None]:
    return lambda release: reschema(release, table, lambda content: content.update(properties))


BUMPS: list[tuple[str, Callable[[Release], None], str]] = [
    ("value corrected", set_cell("agreements", "title", "Another"), "patch"),
    ("value of a link corrected", set_cell("agreement_parties", "role", "witness"), "patch"),
    ("derived value", set_cell("agreements", "level", "mixed"), "patch"),
    ("title of a column", set_field("agreements", "title", title="Name"), "patch"),
    ("description of a table", set_table("agreements", description="Another."), "patch"),
    ("column derived", set_field("claims", "unit", derived=True), "patch"),
    ("row added", add_copy("parties", party_id="new-one"), "minor"),
    ("link added", add_copy("agreement_parties", party_id="new-one"), "minor"),
    ("link removed", remove("agreement_parties", CARS, "fra-observer"), "minor"),
    ("evidence removed", lambda release: release.rows["evidence"].pop(), "minor"),
    ("redirect added", lambda r: redirect(r, "claims", "never-was", "all-cars-move"), "minor"),
    ("code added", set_enum(lambda codes: [*codes, "asleep"]), "minor"),
    ("column added", add_column("claims", "x"), "minor"),
    ("empty column added", add_column("claims", None), "minor"),
    ("type widened", set_field("lists", "stated_count", type="number", constraints={}), "minor"),
    (
        "constraint loosened",
        set_field("redirects", "old_id", constraints={"required": True}),
        "minor",
    ),
    ("columns moved", lambda r: reschema(r, "claims", lambda c: c["fields"].reverse()), "minor"),
    ("foreign keys", set_table("claim_sources", foreignKeys=[]), "minor"),
    ("table removed", drop_table("sweep_agreements"), "major"),
    ("derived table removed", drop_table("dyads"), "major"),
    ("column removed", drop_column("claims", "unit"), "major"),
    ("column of a derived table removed", drop_column("overview", "level"), "major"),
    ("type narrowed", set_field("claims", "value", type="integer"), "major"),
    ("number to text", set_field("claims", "value", type="string"), "major"),
    ("code removed", set_enum(lambda codes: codes[1:]), "major"),
    ("constraint tightened", set_field("claims", "unit", constraints={"maxLength": 9}), "major"),
    ("column required", set_field("claims", "unit", constraints={"required": True}), "major"),
    ("primary key", set_table("claim_sources", primaryKey=["claim_id"]), "major"),
    ("id gone", remove("claims", "all-cars-move"), "major"),
    ("id withdrawn", withdraw, "major"),
    ("sector gone", remove("sectors", "electric_vehicles"), "major"),
    ("provision gone", remove("provisions", CARS, "committee"), "major"),
    ("redirect gone", lambda release: release.rows["redirects"].pop(), "major"),
    ("redirect emptied", set_cell("redirects", "new_id", None), "major"),
]


@pytest.mark.parametrize(("change", "bump"), [pytest.param(*b[1:], id=b[0]) for b in BUMPS])
def test_the_bump_owed(
    old: Release, new: Release, change: Callable[[Release], None], bump: str
) -> None:
    change(new)
    assert exact(old, new)["bump"] == bump


def test_releases_of_an_earlier_schema_are_compared_too(old: Release, new: Release) -> None:
    rename(new, "agreements", CARS, "cars")
    exact(old, new)
    for table, column in [("evidence", "field"), ("changes", "reason"), ("redirects", "new_id")]:
        for one, other in [(old, new), (new, old)]:
            without = fresh(one)
            drop_column(table, column)(without)
            exact(without, other)
            exact(other, without)
    without = fresh(old)
    reschema(without, "redirects", lambda c: c.update(primaryKey=["old_id"]))
    drop_column("redirects", "table_name")(without)
    exact(without, new)
    exact(new, without)


def test_the_opposite_of_a_change_owes_its_own_bump(old: Release, new: Release) -> None:
    drop_table("sweep_agreements")(new)
    drop_column("claims", "unit")(new)
    set_enum(lambda codes: codes[1:])(new)
    found = exact(new, old)
    assert {(c["change"], c["bump"]) for c in found["schema"]} == {
        ("table_added", "minor"),
        ("column_added", "minor"),
        ("code_added", "minor"),
    }
    assert {cell["cause"] for cell in found["tables"]["claims"]["followed"]} == {"column"}
    assert len(found["tables"]["sweep_agreements"]["added"]) == len(old.rows["sweep_agreements"])


def test_a_table_that_becomes_derived_is_compared_no_more(old: Release, new: Release) -> None:
    set_table("sweeps", derived=True)(new)
    assert "sweeps" not in exact(old, new)["tables"]
    assert len(exact(new, old)["tables"]["sweeps"]["added"]) == len(old.rows["sweeps"])


def test_a_key_that_tells_old_rows_apart_no_more(old: Release, new: Release) -> None:
    set_table("provisions", primaryKey=["provision_id"])(new)
    found = exact(old, new)["tables"]
    assert "provisions" not in found  # it still tells the tiny dataset's rows apart
    for release in (old := fresh(old), new):
        add_copy("agreement_sectors", sector_id="batteries")(release)
    new.rows["agreement_sectors"][:] = new.rows["agreement_sectors"][:1]  # type: ignore[index]
    set_table("agreement_sectors", primaryKey=["agreement_id"])(new)
    part = exact(old, new)["tables"]["agreement_sectors"]
    assert part["added"] == [{"agreement_id": new.rows["agreement_sectors"][0]["agreement_id"]}]
    assert len(part["removed"]) == len(old.rows["agreement_sectors"])


def test_cells_that_are_no_values_of_their_type_are_compared_as_text(
    old: Release, new: Release
) -> None:
    row_of(new, "claims", "all-cars-move")["value"] = "010"
    (cell,) = exact(old, new)["tables"]["claims"]["changed"]
    assert (cell["old"], cell["new"]) == (10.0, "010")


def test_a_diff_of_other_tables_does_not_apply(old: Release, new: Release) -> None:
    remove("claims", "all-cars-move")(new)
    with pytest.raises(DoesNotApply, match="claims: there is no row"):
        apply_diff(new.tables(), compare(old, new))
    with pytest.raises(DoesNotApply, match="claims: a row that the diff adds"):
        apply_diff(old.tables(), compare(new, old))


# Forms and the command


def test_text_has_counts_first(found: Diff) -> None:
    lines = list(text_lines(found))
    assert lines[0] == "1.2.3 -> 2.0.0: owes a major version"
    assert lines[1].startswith("rows: 4 added, 2 removed,")
    assert f"  ~ {CARS} in_force_on (no reason): 2026-01-29 -> 2026-01-30" in lines
    assert f"  > {BATTERIES} -> eue-kor-cells-2020" in lines
    assert f"  - {CARS}/cars" in lines
    assert f"  + {CARS}/wikidata/Q1" in lines
    assert "  = values that follow other changes: 2 are derived from what changed" in lines


def test_markdown_is_escaped(found: Diff) -> None:
    text = "\n".join(markdown_lines(found))
    assert text.startswith("## 1.2.3 to 2.0.0: owes a major version\n\nrows: 4 added")
    assert f"| {CARS} | place | Ottawa | Seoul \\| 서울 \\<b\\> |  |" in text
    assert "### agreement\\_parties" in text
    assert "Values that follow other changes: 2 are derived from what changed." in text


WORDS = {
    "title of a column": "agreements.title: text: ",
    "code added": "agreements.status: code added: asleep",
    "column added": "claims.extra: column added: string",
    "type widened": "lists.stated_count: type: integer -> number",
    "constraint loosened": "redirects.old_id: constraint: maxLength 200 -> maxLength not stated",
    "columns moved": "claims: columns reordered: claim_id, statement",
    "foreign keys": "claim_sources: foreign keys: claim_id to claims (claim_id), source_id",
    "table removed": "sweep_agreements: table removed",
    "column removed": "claims.unit: column removed: string",
    "number to text": "claims.value: type: number -> string",
    "primary key": "claim_sources: primary key: claim_id, source_id -> claim_id",
    "provision gone": "can-kor-cars-2026/committee",
}


@pytest.mark.parametrize("lines", [text_lines, markdown_lines])
def test_every_kind_of_change_has_its_words(
    old: Release, lines: Callable[[Diff], Iterator[str]]
) -> None:
    for name, change, bump in BUMPS:
        new = fresh(old)
        change(new)
        text = "\n".join(lines(compare(old, new))).replace("\\", "")
        assert f"owes a {bump} version" in text, name
        assert WORDS.get(name, "") in text, name


def test_long_values_stand_below_one_another_and_controls_are_escaped(
    old: Release, new: Release
) -> None:
    row_of(new, "agreements", CARS)["summary"] = "\x1b[31m" + "long " * 30
    found = compare(old, new)
    assert "\n      + \\x1b[31mlong " in "\n".join(text_lines(found))
    assert "\x1b" not in "\n".join(markdown_lines(found))


def write_csv(package: Path, release: Release, table: str) -> None:
    names = list(release.schemas[table].columns)
    rows = [[row[name] or "" for name in names] for row in release.rows[table]]
    (package / f"datasets/csv/{table}.csv").write_bytes(csv_bytes(names, rows))


def test_the_command(
    built: Mini, package: Path, new: Release, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    row_of(new, "agreements", CARS)["place"] = "Seoul"
    write_csv(package, new, "agreements")  # the hash is wrong now: diff does not verify it
    archive = tmp_path / "package.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(package.rglob("*")):
            file.write(path, f"inside/{path.relative_to(package)}")
    for path in (package, package / "datapackage.json", archive):
        assert main(["diff", str(built.out), str(path)]) == 0
        assert "Ottawa -> Seoul" in capsys.readouterr().out
    assert main(["diff", str(built.out), str(package), "--format", "json", "--exit-code"]) == 1
    read = json.loads(capsys.readouterr().out)
    FORM.validate(read)
    assert read == diff(built.out, package)
    assert main(["diff", str(built.out), str(package), "--format", "markdown"]) == 0
    assert "| Ottawa | Seoul |" in capsys.readouterr().out
    for form in ("text", "markdown", "json"):
        assert main(["diff", str(built.out), str(built.out), "--format", form, "--exit-code"]) == 0
    assert "no difference" in capsys.readouterr().out


BROKEN: list[tuple[str, Callable[[Path], object], str]] = [
    ("none", shutil.rmtree, "no such file or folder"),
    ("empty", lambda p: (p / "datapackage.json").unlink(), "has no datapackage.json"),
    ("not JSON", lambda p: (p / "datapackage.json").write_text("{"), "can't be read"),
    ("a list", lambda p: (p / "datapackage.json").write_text("[]"), "can't be read"),
    ("no version", lambda p: (p / "datapackage.json").write_text('{"resources": []}'), "'version'"),
    ("no schema", lambda p: (p / "schemas/claims.json").unlink(), "claims.json is missing"),
    ("no table", lambda p: (p / "datasets/csv/claims.csv").unlink(), "claims.csv is missing"),
    ("no UTF-8", lambda p: (p / "datasets/csv/claims.csv").write_bytes(b"\xff"), "can't be read"),
    (
        "header",
        lambda p: (p / "datasets/csv/claims.csv").write_text("a\n"),
        "not those of its schema",
    ),
    (
        "short row",
        lambda p: (p / "datasets/csv/claim_sources.csv").write_text("claim_id,source_id\na\n"),
        "row 2 has 1 cells, not 2",
    ),
    (
        "two of a key",
        lambda p: (p / "datasets/csv/claim_sources.csv").write_text(
            "claim_id,source_id\na,b\na,b\n"
        ),
        "the same primary key",
    ),
]


@pytest.mark.parametrize(("harm", "message"), [pytest.param(*b[1:], id=b[0]) for b in BROKEN])
def test_what_is_no_package_is_said(
    built: Mini,
    package: Path,
    harm: Callable[[Path], object],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    harm(package)
    assert main(["diff", str(built.out), str(package)]) == 1
    assert main(["diff", str(package), str(built.out)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count(str(package)) == 2
    assert message in said.err


def test_wrong_usage_exits_with_2(built: Mini) -> None:
    for arguments in (["diff"], ["diff", "a"], ["diff", "a", "b", "--format", "xml"]):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 2


def test_the_page_names_every_part(found: Diff) -> None:
    page = (ROOT / "docs" / "diff.md").read_text(encoding="utf-8")
    for name in ("bump", "schema", "tables", *found["tables"]["agreements"]):
        assert f"`{name}`" in page

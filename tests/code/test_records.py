"""Faults of files and keys: each is said with file, line, field and what to do, all at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Mini

from accords.yamlio import MAX_BYTES

CARS = "agreements/can-kor-cars-2026.yaml"

# what is wrong -> (file, old, new, what the message says)
FAULTS = {
    "unknown key": (CARS, "place:", "palce:", f"{CARS}:11: palce: 'palce': unknown key"),
    "unknown key near": (CARS, "place:", "palce:", "did you mean place?"),
    "unknown key deep": (
        CARS,
        "  detail: A st",
        "  detial: A st",
        ":32: provisions/detial: 'detial'",
    ),
    "unknown key in evidence": (CARS, "locator: head", "locater: head", ": evidence/locater: "),
    "duplicate key": (CARS, "place: Ottawa", "title: Twice", ":11: -: 'title': no duplicate keys"),
    "anchor": (CARS, "place: Ottawa", "place: &a Ottawa", ":11: -: 'a': no anchors or aliases"),
    "alias": (CARS, "place: Ottawa", "place: *a", ":11: -: 'a': no anchors or aliases"),
    "tag": (
        CARS,
        "place: Ottawa",
        "place: !!str Ottawa",
        ":11: -: 'tag:yaml.org,2002:str': no tags",
    ),
    "tab": (CARS, "place: Ottawa", "place:\n\tOttawa", ":12: -: 'Ottawa': valid YAML"),
    "tab advice": (CARS, "place: Ottawa", "place:\n\tOttawa", "use spaces, no tabs"),
    "empty value": (CARS, "place: Ottawa", "place:", ":11: -: '': no empty values"),
    "null": (CARS, "place: Ottawa", "place: ~", ":11: -: '~': no empty values"),
    "two documents": (CARS, "place: Ottawa", "---\nplace: Ottawa", "one document a file"),
    "list for text": (
        CARS,
        "place: Ottawa",
        "place: [a, b]",
        ":11: place: 'a list': here belongs text",
    ),
    "text for list": (
        CARS,
        "  - source: daily-2026-01-30-cars\n    locator: headline\n",
        "  - source: daily-2026-01-30-cars\n    locator: [a]\n",
        "evidence/locator: 'a list': here belongs text",
    ),
    "text for a list": (
        CARS,
        "sectors:\n",
        "sectors: none\nzectors:\n",
        "sectors: 'none': here belongs a list",
    ),
    "item of the wrong kind": (
        CARS,
        "  - party: kor-motir\n    role: signatory\n",
        "  - kor-motir\n",
        "parties: 'kor-motir': here belongs a mapping",
    ),
    "list as a stated value": (
        CARS,
        "      signed_on: 2026-01-29",
        "      signed_on: [2026-01-29]",
        "evidence/contradicts/signed_on: 'a list': here belongs text",
    ),
    "mapping for text": (CARS, "place: Ottawa", "place: {a: b}", "'a mapping': here belongs text"),
    "text for mapping": (
        CARS,
        "    contradicts:\n      signed_on: 2026-01-29",
        "    contradicts: 2026-01-29",
        "evidence/contradicts: '2026-01-29': here belongs a mapping",
    ),
    "no source": (
        CARS,
        "  - source: daily-2026-01-30-cars\n    l",
        "  - l",
        "evidence names its source",
    ),
    "id of another file": (
        CARS,
        "agreement_id: can-kor-cars-2026",
        "agreement_id: can-kor-trade-2014",
        ":1: agreement_id: 'can-kor-trade-2014': a record's id is its file's name",
    ),
    "control character": (CARS, "place: Ottawa", "place: Ot\x07tawa", "printable text"),
}


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_fault_is_said(mini: Mini, fault: str) -> None:
    file, old, new, message = FAULTS[fault]
    mini.edit(file, old, new)
    assert any(message in problem for problem in mini.problems()), mini.problems()


FILES = {
    "empty file": ("events/e.yaml", b"", "records/events/e.yaml:1: -: '': a record is not empty"),
    "only a comment": ("events/e.yaml", b"# nothing\n", "events/e.yaml:1: -: '': a record is not"),
    "not UTF-8": (
        "events/e.yaml",
        b"a: b\nc: \xff\n",
        "events/e.yaml:2: -: \"b'\\\\xff\\\\n'\": a record is",
    ),
    "byte order mark": (
        "events/e.yaml",
        b"\xef\xbb\xbfa: b\n",
        "events/e.yaml:1: -: '\\ufeff': no byte",
    ),
    "not a mapping": ("events/e.yaml", b"- a\n", "events/e.yaml:1: -: '': a record is a mapping"),
    "too large": (
        "events/e.yaml",
        b"a: " + b"b" * 50_000_000,
        "'50000003 bytes': a record has at most",
    ),
    "deep": ("events/e.yaml", b"[" * 20 + b"]" * 20, "events/e.yaml:1: -: '': at most 12 levels"),
    "bottomless": ("events/e.yaml", b"[" * 100_000, "maximum nesting depth"),
    "other ending": (
        "events/e.yml",
        b"a: b\n",
        "records/events/e.yml: -: 'e.yml': records end in .yaml",
    ),
    "unknown folder": ("other/e.yaml", b"a: b\n", "'other/e.yaml': no record belongs here"),
    "too deep a folder": (
        "events/x/e.yaml",
        b"a: b\n",
        "'events/x/e.yaml': no record belongs here",
    ),
}


@pytest.mark.parametrize("fault", FILES, ids=str)
def test_file_is_refused(mini: Mini, fault: str) -> None:
    file, content, message = FILES[fault]
    mini.write(file, content)
    assert any(message in problem for problem in mini.problems()), mini.problems()


def test_record_just_within_the_limit_is_read(mini: Mini) -> None:
    path = mini.path(CARS)
    path.write_bytes(path.read_bytes().ljust(MAX_BYTES, b"\n"))
    assert mini.problems() == []


def test_link_out_of_records_is_refused(mini: Mini, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("event_id: secret\n")
    mini.path("events/secret.yaml").symlink_to(secret)
    (problem,) = mini.problems()
    assert problem.startswith("records/events/secret.yaml: -: ")
    assert "no link out of records/" in problem


def test_dangling_link_is_refused(mini: Mini) -> None:
    mini.path("events/gone.yaml").symlink_to("nowhere.yaml")
    assert "no link out of records/" in mini.problems()[0]


def test_folders_that_are_no_folders_are_refused(mini: Mini, tmp_path: Path) -> None:
    """A linked folder, a folder named like a record and a pipe: none is passed over in silence."""
    mini.path("events").rename(tmp_path / "elsewhere")
    mini.path("events").symlink_to(tmp_path / "elsewhere")
    mini.path("agreements/folder.yaml").mkdir()
    os.mkfifo(mini.path("agreements/pipe.yaml"))
    said = "\n".join(mini.problems())
    assert "records/events: -: " in said
    assert "no link out of records/" in said
    assert "records/agreements/folder.yaml: -: 'folder.yaml': a record is a file" in said
    assert "records/agreements/pipe.yaml: -: 'pipe.yaml': a record is a file" in said


def test_all_faults_are_said_at_once(mini: Mini) -> None:
    mini.edit(CARS, "place:", "palce:")
    mini.edit(CARS, "instrument_type: mou", "instrument_type: pact")
    mini.edit("agreements/can-kor-trade-2014.yaml", "binding: unknown", "binding: maybe")
    mini.edit(
        "events/2026-01-28-signing.yaml", "happened_on: 2026-01-28", "happened_on: 2026-02-30"
    )
    mini.write("events/broken.yaml", "a: [\n")
    files = {problem.split(": ")[1] for problem in mini.problems()}
    assert {"palce", "instrument_type", "binding", "happened_on", "-"} <= files
    assert len(mini.problems()) == 5


def test_wrong_cell_is_reported_once(mini: Mini) -> None:
    mini.edit(CARS, "title: Memorandum of understanding on cars", "title: [a, b]")
    (problem,) = mini.problems()
    assert problem.startswith(f"records/{CARS}:2: title: 'a list'")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (CARS, "is_primary: true", "is_primary: YES"),
        (CARS, "party: kor-motir", "party: kor-motr"),
        (CARS, "status: in_force", "status: ' in_force'"),
        (CARS, "amount: 2500.5", "amount: many"),
        ("sweeps/tester.yaml", "sweep_id: tester-cars", "sweep_id: Tester-cars"),
    ],
)
def test_what_follows_from_a_wrong_cell_is_not_said(
    mini: Mini, file: str, old: str, new: str
) -> None:
    """Neither by a rule that reads the cell, nor by the rows and the evidence that copy it."""
    mini.edit(file, old, new)
    problems = [p for p in mini.problems() if "points at a fact" not in p]
    assert len(problems) == 1, problems


def test_unreadable_register_hides_no_other_fault(mini: Mini) -> None:
    """What refers to its rows can't be judged, so nothing is said of it; all else is."""
    mini.write("parties/kor.yaml", "country: KOR\nparties: [\n")
    mini.edit(CARS, "instrument_type: mou", "instrument_type: pact")
    places = [problem.split(": ")[0] for problem in mini.problems()]
    assert places == ["records/agreements/can-kor-cars-2026.yaml:5", "records/parties/kor.yaml:3"]


def test_norway_is_no_boolean(mini: Mini) -> None:
    mini.edit(CARS, "place: Ottawa", "place: NO")
    agreements = mini.read().frames["agreements"].set_index("agreement_id")
    assert agreements.place["can-kor-cars-2026"] == "NO"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("version: 1.2.3", "version: 1.2"),
            "package.yaml:3: version: '1.2': a version: write MAJOR",
        ),
        (
            ("released_on: 2026-02-01", "released_on: soon"),
            "package.yaml:4: released_on: 'soon': a day",
        ),
        (("title: A tiny dataset for tests", "titel: x"), "package.yaml:1: title: '': required"),
        (("name: mini", "name: mini\nauthor: x"), "package.yaml:2: author: 'x': unknown key"),
        (("keywords: [test]", "keywords: test"), "package.yaml:1: keywords: '': required"),
    ],
)
def test_package_is_checked(mini: Mini, change: tuple[str, str], message: str) -> None:
    mini.edit("package.yaml", *change)
    assert any(message in problem for problem in mini.problems()), mini.problems()


def test_package_is_needed(mini: Mini) -> None:
    mini.path("package.yaml").unlink()
    assert "the package describes itself" in mini.problems()[0]

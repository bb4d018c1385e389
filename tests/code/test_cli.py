"""The command line: results on stdout, problems on stderr, exit codes as promised."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Mini

from accords import citation, loader
from accords.canonical import format_records
from accords.cli import main
from accords.yamlio import read

CARS = "agreements/can-kor-cars-2026.yaml"
Capture = pytest.CaptureFixture[str]


# What is loaded here is the tiny package.
pytestmark = pytest.mark.usefixtures("home")


def run(capsys: Capture, *arguments: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


# --- help and usage -------------------------------------------------------------------------------

COMMANDS = ["", "tables", "show", "cite", "validate", "diff", "stamp", "release", "verify"]
COMMANDS += ["format", "new"]
KINDS = [f"new {kind}" for kind in ("agreement", "event", "source", "party")]


@pytest.mark.parametrize("command", [*COMMANDS, *KINDS])
def test_help_of_every_command(command: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as error:
        main([*command.split(), "--help"])
    assert error.value.code == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"usage: accords {command}".strip())
    assert said.err == ""


def test_help_names_every_command(capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    listed = set(re.findall(r"^    (\w+) ", capsys.readouterr().out, re.MULTILINE))
    assert listed == set(COMMANDS) - {""}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["shwo"],
        ["show"],
        ["tables", "extra"],
        ["cite", "--format", "mla"],
        ["validate"],
        ["new"],
        ["new", "treaty"],
        ["new", "source", "--title", "Only a title"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_2(arguments: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as error:
        main(arguments)
    assert error.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("usage: accords")


def test_version(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as error:
        main(["--version"])
    assert error.value.code == 0
    assert re.fullmatch(r"accords [0-9.]+\S*, data 1\.2\.3\n", capsys.readouterr().out)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Someone with the base install alone learns what to install."""

    def absent(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("No module named 'yaml'", name="yaml")

    monkeypatch.setattr("accords.canonical.format_records", absent)
    code, _, err = run(capsys, "format", "--records", ".")
    assert code == 1
    assert err == "accords: yaml is not installed: pip install 'accords[build]'\n"


PIPED = """
import sys
from pathlib import Path
from accords import loader
out = Path(sys.argv[1])
loader._home = lambda: (out / "datasets/parquet", out / "schemas", out / "datapackage.json")
from accords.cli import main
sys.exit(main(["tables"]))
"""


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_enough_is_no_error(built: Mini, unbuffered: str) -> None:
    """`accords tables | head -1` ends without a word on stderr, buffered or not."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", PIPED, str(built.out)],
        stdout=writing,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


# --- tables, show ---------------------------------------------------------------------------------


def test_tables(built: Mini, capsys: Capture) -> None:
    code, out, err = run(capsys, "tables")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == list(built.schemas)
    (line,) = [line for line in out.splitlines() if line.startswith("agreements ")]
    assert line.split()[:2] == ["agreements", "3"]
    assert line.endswith(built.schemas["agreements"].description)


def test_tables_as_json(built: Mini, capsys: Capture) -> None:
    code, out, _ = run(capsys, "tables", "--json")
    found = {row["table"]: row["rows"] for row in json.loads(out)}
    assert code == 0
    assert list(found) == list(built.schemas)
    assert (found["agreements"], found["changes"]) == (3, 0)


def test_show(capsys: Capture) -> None:
    code, out, err = run(capsys, "show", "can-kor-cars-2026")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "Memorandum of understanding on cars  [can-kor-cars-2026]"
    assert lines[1] == "mou, in force; signed 2026-01-28; in force 2026-01-29"
    for line in (
        "  Department of Industry [CAN], signatory: A. Person (Minister of Industry)",
        "  automotive, electric_vehicles (also)",
        "  committee: A standing committee of the two ministries.",
        "  can-kor-cars-2026 follows can-kor-trade-2014",
        "  https://example.org/text.pdf",
        "  2026-01-28  Signing of the memorandum on cars",
        "  contradicted: All makers of cars move from one country to the other.",
        "  contradicts agreements/signed_on = 2026-01-29: Daily, https://example.com/cars",
    ):
        assert line in lines
    assert all(len(line) <= 100 for line in lines if "http" not in line)


def test_show_leaves_out_what_there_is_none_of(capsys: Capture) -> None:
    code, out, _ = run(capsys, "show", "eu-kor-batteries-2020")
    assert code == 0
    assert "Parties\n" in out
    assert "  World organisation of batteries, signatory\n" in out
    assert not {"Provisions", "Relations", "Texts", "Timeline", "Claims"} & set(out.splitlines())


def test_show_as_json(capsys: Capture) -> None:
    code, out, _ = run(capsys, "show", "can-kor-car-2026", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["agreement_id"] == "can-kor-cars-2026"  # the id asked for is an old one
    assert found["signed_earliest"] == "2026-01-28"
    assert found["title_original"] == "자동차 양해각서"
    assert "자동차" in out


@pytest.mark.parametrize("command", ["show", "cite"])
def test_unknown_id(command: str, capsys: Capture) -> None:
    code, out, err = run(capsys, command, "can-kor-car-2025")
    assert (code, out) == (1, "")
    assert err.startswith(
        "accords: no agreement 'can-kor-car-2025': did you mean can-kor-cars-2026"
    )


# --- cite -----------------------------------------------------------------------------------------


def test_cite_the_dataset(capsys: Capture) -> None:
    """With version, day and the logical hash of the rows; nothing stands for an address that the
    dataset does not have."""
    (rows,) = (item for item in loader.package()["resources"] if item["name"] == "agreements")
    note = f"Version 1.2.3 of 2026-02-01. Table agreements: {rows['logicalHash']}"
    apa = "The testers. (2026). A tiny dataset for tests (Version 1.2.3, 2026-02-01) [Data set].\n"
    assert run(capsys, "cite") == (0, f"{apa}{note}\n", "")
    _, bibtex, _ = run(capsys, "cite", "--format", "bibtex")
    assert bibtex.splitlines() == [
        "@misc{mini-1.2.3,",
        "  author = {{The testers}},",
        "  title = {{A tiny dataset for tests}},",
        "  year = {2026},",
        "  month = {2},",
        "  version = {1.2.3},",
        "  type = {Data set},",
        f"  note = {{{note}}}",
        "}",
    ]
    _, ris, _ = run(capsys, "cite", "--format", "ris")
    assert ris.splitlines() == [
        "TY  - DATA",
        "AU  - The testers,",
        "TI  - A tiny dataset for tests",
        "PY  - 2026",
        "DA  - 2026/02/01",
        "ET  - 1.2.3",
        f"N1  - {note}",
        "ER  - ",
    ]
    _, csl, _ = run(capsys, "cite", "--format", "csl")
    assert json.loads(csl) == [
        {
            "id": "mini-1.2.3",
            "type": "dataset",
            "title": "A tiny dataset for tests",
            "author": [{"literal": "The testers"}],
            "issued": {"date-parts": [[2026, 2, 1]]},
            "version": "1.2.3",
            "note": note,
        }
    ]


@pytest.mark.parametrize("form", citation.FORMATS)
def test_cite_an_agreement(form: str, capsys: Capture) -> None:
    """By the id that it has now, whatever the id it is asked for by."""
    code, out, _ = run(capsys, "cite", "can-kor-car-2026", "--format", form)
    assert code == 0
    for part in ("Memorandum of understanding on cars (can-kor-cars-2026)", "1.2.3", "tiny"):
        assert part in out
    if form == "csl":
        assert json.loads(out)[0]["id"] == "mini-1.2.3-can-kor-cars-2026"


def test_bibtex_escapes_what_tex_would_take_for_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    about = loader.package() | {
        "title": r"50% of A & B_c #1 {x} ~ ^ $ \d",
        "contributors": [{"title": "Smith & Sons"}, {"title": "O_O"}],
    }
    monkeypatch.setattr(citation, "package", lambda: about)
    _, out, _ = run(capsys, "cite", "--format", "bibtex")
    assert r"  author = {{Smith \& Sons} and {O\_O}}," in out
    title = r"50\% of A \& B\_c \#1 \{x\} \textasciitilde{} \textasciicircum{} \$ \textbackslash{}d"
    assert f"  title = {{{{{title}}}}}," in out


# --- validate -------------------------------------------------------------------------------------


def test_validate(package: Path, capsys: Capture) -> None:
    code, out, err = run(capsys, "validate", package)
    assert (code, out) == (0, "")
    assert err.splitlines()[-1].startswith("valid (")
    assert "\x1b" not in err
    path = package / "datasets/csv/parties.csv"
    path.write_bytes(path.read_bytes().replace(b"company", b"concern"))
    code, out, err = run(capsys, "validate", package)
    assert (code, out) == (1, "")
    assert "datasets/csv/parties.csv:7: kind: 'concern': one of the list's codes: use one" in err
    code, out, err = run(capsys, "validate", package / "datapackage.json", "--json")
    found = json.loads(out)
    assert (code, err, found["valid"]) == (1, "", False)
    assert {"file", "line", "field", "value", "rule", "advice"} == set(found["problems"][0])
    assert ("kind", "concern") in {(item["field"], item["value"]) for item in found["problems"]}


def test_validate_what_is_no_package(tmp_path: Path, capsys: Capture) -> None:
    code, out, err = run(capsys, "validate", tmp_path)
    assert (code, out) == (1, "")
    assert err == f"accords: {tmp_path}: has no datapackage.json; build it with python build.py\n"


# --- format ---------------------------------------------------------------------------------------


def test_format(mini: Mini, capsys: Capture) -> None:
    path, register = mini.path(CARS), mini.path("sources/daily.yaml")
    before = {file: file.read_text() for file in (path, register)}
    path.write_text(before[path].replace("language: ko\n", "language:   'ko'\n"))
    head, one, two = re.split("(?=  - source_id)", before[register])
    register.write_text(head + two + one)
    untidy = {file: file.read_text() for file in (path, register)}
    listed = f"{path}\n{register}\n"
    options = ("format", "--records", mini.records)
    assert run(capsys, *options, "--check") == (1, listed, "")
    assert {file: file.read_text() for file in untidy} == untidy
    assert run(capsys, *options, register, "--check") == (1, f"{register}\n", "")
    assert run(capsys, *options) == (0, listed, "")
    assert {file: file.read_text() for file in before} == before
    assert run(capsys, *options, "--check") == (0, "", "")


def test_format_writes_nothing_where_a_file_cannot_be_read(mini: Mini, capsys: Capture) -> None:
    path = mini.path(CARS)
    path.write_text(untidy := path.read_text().replace("language: ko\n", "language:   'ko'\n"))
    mini.write("events/broken.yaml", "a: [\n")
    mini.write("events/twice.yaml", "a: b\na: c\n")
    code, out, err = run(capsys, "format", "--records", mini.records)
    assert (code, out) == (1, "")
    assert [line.split(": ")[0] for line in err.splitlines()] == [
        f"{mini.path('events/broken.yaml')}:2",
        f"{mini.path('events/twice.yaml')}:2",
    ]
    assert path.read_text() == untidy


@pytest.mark.parametrize("command", [["format"], ["new", "event", "2026-01-01-a"]])
def test_without_records_it_says_where_to_run(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *command)
    assert (code, out) == (1, "")
    assert err == "accords: there is no folder records: run this in a checkout\n"


# --- new ------------------------------------------------------------------------------------------

_VALUES = {
    "title": "A new one",
    "instrument_type": "mou",
    "binding": "unknown",
    "status": "unknown",
    "text_public": "yes",
    "summary": "Two ministries set up a committee that is new.",
    "party_id": "can-ised",
    "person_name": "B. Person",
    "sector_id": "automotive",
    "is_primary": "true",
    "provision_id": "one",
    "provision_type": "committee",
    "detail": "A committee.",
    "relation": "follows",
    "related_id": "can-kor-trade-2014",
    "url": "https://example.org/new",
    "language": "en",
    "checked_on": "2026-02-01",
    "scheme": "unts",
    "external_id": "I-9",
    "source_id": "ministry-2026-01-29-release",
    "kind": "signing",
    "happened_on": "2026-01-30",
    "agreement_id": "can-kor-cars-2026",
}


def fill(mini: Mini, name: str, roles: list[str], **paths: str) -> None:
    """Fill in a template as a person would: each placeholder, and paths for the KEYs."""
    left = iter(roles)
    text = re.sub(
        r"<(\w+)>",
        lambda found: next(left) if found[1] == "role" else _VALUES[found[1]],
        mini.path(name).read_text(),
    )
    for old, new in paths.items():
        assert f"{old}/KEY" in text
        text = text.replace(f"{old}/KEY", new)
    mini.path(name).write_text(text)


def test_new_records_are_valid_once_filled_in(mini: Mini, capsys: Capture) -> None:
    options = ("--records", mini.records)
    agreement, event = "agreements/can-kor-new-2026.yaml", "events/2026-01-30-new.yaml"
    said = run(capsys, "new", "agreement", "can-kor-new-2026", *options)
    assert said == (0, f"{mini.path(agreement)}\n", "")
    said = run(capsys, "new", "event", "2026-01-30-new", *options)
    assert said == (0, f"{mini.path(event)}\n", "")
    problems = "\n".join(mini.problems())
    assert "title: '<title>': a template's placeholder" in problems
    assert "unknown key" not in problems
    fill(
        mini,
        agreement,
        ["party"],
        parties="parties/can-ised, parties/kor-motir, signatories/can-ised/B. Person",
        sectors="sectors/automotive",
        provisions="provisions/one",
        relations="relations/follows/can-kor-trade-2014",
        texts="'texts/https://example.org/new'",
        external_ids="external_ids/unts/I-9",
    )
    mini.edit(agreement, "# signed_on:", "signed_on: 2026-01-30")
    mini.edit(agreement, "sectors:\n", "  - party: kor-motir\n    role: party\nsectors:\n")
    paths = "agreements/can-kor-cars-2026"
    fill(mini, event, ["signing", "signatory"], agreements=paths, parties="parties/can-ised")
    assert mini.problems() == []
    assert run(capsys, "format", *options)[0] == 0
    assert mini.problems() == []
    assert "#" not in mini.path(agreement).read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["agreement", "Can-Kor"], "'Can-Kor' is no id: lower-case words and digits"),
        (["agreement", "../escape"], "'../escape' is no id"),
        (["agreement", "can-kor-cars-2026"], "exists already: choose another id, or edit that"),
        (["event", "2026-01-28-signing"], "exists already"),
        (["party", "can-x", "--name", "X", "--kind", "office"], "kind 'office' is none of govern"),
        (
            ["party", "can-ised", "--country", "CAN", "--name", "X", "--kind", "ministry"],
            "can-ised exists already, in ",
        ),
        (
            ["party", "can-ised", "--name", "In another file", "--kind", "ministry"],
            "can-ised exists already, in ",
        ),
    ],
)
def test_new_refuses(arguments: list[str], message: str, mini: Mini, capsys: Capture) -> None:
    before = tree(mini)
    code, out, err = run(capsys, "new", *arguments, "--records", mini.records)
    assert (code, out) == (1, "")
    assert err.startswith("accords: ")
    assert message in err
    assert tree(mini) == before


def tree(mini: Mini) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in mini.records.rglob("*") if path.is_file()}


def source(mini: Mini, url: str, **more: str) -> list[str]:
    options = {
        "publisher": "Yonhap News",
        "publisher-kind": "wire",
        "language": "ko",
        "url": url,
        "title": "Cars & batteries: a new page of many words",
        "published-on": "2026-01-30",
        "accessed-on": "2026-01-31",
        "records": str(mini.records),
    } | {name.replace("_", "-"): value for name, value in more.items()}
    return ["new", "source", *(f"--{name}={value}" for name, value in options.items())]


def test_new_source(mini: Mini, capsys: Capture) -> None:
    first = run(capsys, *source(mini, "https://example.org/1"))
    made = "yonhap-news-2026-01-30-cars-batteries-a-new-page-of"
    assert first == (0, f"{made}\n", "")
    # The same page again is the same source, whatever it is called.
    assert run(capsys, *source(mini, "https://example.org/1", title="Other")) == first
    code, out, _ = run(
        capsys, *source(mini, "https://example.org/2", short="B", language="en", relays=made)
    )
    assert (code, out) == (0, "yonhap-news-2026-01-30-b\n")
    code, out, _ = run(capsys, *source(mini, "https://example.org/3", id="yonhap-a"))
    assert (code, out) == (0, "yonhap-a\n")
    path = mini.path("sources/yonhap-news.yaml")
    record, _ = read(path, path.name)
    assert record is not None
    assert {key: record[key] for key in ("publisher", "publisher_kind", "language")} == {
        "publisher": "Yonhap News",
        "publisher_kind": "wire",
        "language": "ko",
    }
    assert [row["source_id"] for row in record["sources"]] == [
        "yonhap-a",
        "yonhap-news-2026-01-30-b",
        made,
    ]
    assert record["sources"][1]["language"] == "en"  # its own, where not the publisher's
    assert "language" not in record["sources"][0]
    assert mini.problems() == []
    assert format_records(mini.records, [], write=False) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"publisher_kind": "blog"}, "publisher_kind 'blog' is none of official, wire"),
        ({"relays": "nope"}, "relays 'nope': add it to sources, or mend the id"),
        ({"published_on": "2026-02-30"}, "published_on '2026-02-30': write a day that exists"),
        ({"title": "=cmd"}, "title '=cmd': a spreadsheet would run it as a formula"),
        ({"access": "dead"}, "access 'dead' is none of live, archived, stored_copy"),
        ({"publisher": "연합뉴스"}, "the publisher's name needs Latin letters"),
        ({"id": "daily-2026-01-30-cars"}, "daily-2026-01-30-cars exists already, in "),
        ({"publisher": "Daily"}, "has publisher_kind: press, not wire"),
    ],
)
def test_new_source_refuses(
    options: dict[str, str], message: str, mini: Mini, capsys: Capture
) -> None:
    before = tree(mini)
    code, out, err = run(capsys, *source(mini, "https://example.org/1", **options))
    assert (code, out) == (1, "")
    assert message in err
    assert tree(mini) == before


def test_new_party(mini: Mini, capsys: Capture) -> None:
    options = ("--kind", "agency", "--records", mini.records)
    new = run(capsys, "new", "party", "jpn-meti", "--country", "JPN", "--name", "METI", *options)
    assert new == (0, "jpn-meti\n", "")
    assert mini.path("parties/jpn.yaml").read_text() == (
        "country: JPN\nparties:\n  - party_id: jpn-meti\n    name: METI\n    kind: agency\n"
    )
    name = ("--name", "An agency: of all", "--wikidata-id", "Q5", "--parent", "can-government")
    assert run(capsys, "new", "party", "can-a", "--country", "CAN", *name, *options)[0] == 0
    record, _ = read(mini.path("parties/can.yaml"), "can.yaml")
    assert record is not None
    assert [row["party_id"] for row in record["parties"]] == ["can-a", "can-government", "can-ised"]
    assert record["parties"][0]["name"] == "An agency: of all"
    mini.path("parties/jpn.yaml").unlink()
    assert mini.problems() == []


def test_new_says_what_is_wrong_with_the_register(mini: Mini, capsys: Capture) -> None:
    mini.write("sources/broken.yaml", "sources: [\n")
    before = tree(mini)
    code, out, err = run(capsys, *source(mini, "https://example.org/1"))
    assert (code, out) == (1, "")
    assert err.startswith(f"{mini.path('sources/broken.yaml')}:2: ")
    assert tree(mini) == before


def test_many_hands_at_once_lose_nothing(mini: Mini) -> None:
    """Eight processes add to one register; each of their rows is there, in canonical order."""
    shutil.rmtree(mini.path("sources"))
    calls = [source(mini, f"https://example.org/{i}", short=f"page {i}") for i in range(40)]
    context = multiprocessing.get_context("spawn")
    with context.Pool(8) as pool:
        assert pool.map(main, calls, chunksize=5) == [0] * 40
    record, problems = read(mini.path("sources/yonhap-news.yaml"), "yonhap-news.yaml")
    assert record is not None, problems
    ids = [row["source_id"] for row in record["sources"]]
    assert ids == sorted(f"yonhap-news-2026-01-30-page-{i}" for i in range(40))
    assert format_records(mini.records, [], write=False) == []
    assert [path.name for path in mini.path("sources").iterdir()] == ["yonhap-news.yaml"]


def test_one_page_added_by_many_at_once_is_one_source(mini: Mini) -> None:
    """Whoever comes first names it; nobody is refused for the language of their own page."""
    calls = [
        source(
            mini, f"https://example.org/{i % 2}", short=f"page {i}", language=("ko", "en")[i % 2]
        )
        for i in range(8)
    ]
    with multiprocessing.get_context("spawn").Pool(8) as pool:
        assert pool.map(main, calls, chunksize=1) == [0] * 8
    record, problems = read(mini.path("sources/yonhap-news.yaml"), "yonhap-news.yaml")
    assert record is not None, problems
    assert {row["url"] for row in record["sources"]} == {f"https://example.org/{i}" for i in (0, 1)}
    assert len(record["sources"]) == 2

"""Releases are really made of the tiny dataset: stamped, bundled, fetched and checked."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from checkouts import CARS, Checkout

import accords
from accords.cli import main
from accords.diff_read import read_release
from accords.history import read_manifests
from accords.problems import InvalidData
from accords.published import validate
from accords.release.gates import check_version, due
from accords.release.make import SUMS, make_release
from accords.release.stamp import NotReleasable, stamp
from accords.release.verify import verify

CARS_ID = "can-kor-cars-2026"
CORRECTION = f"""\
  - table_name: agreements
    record_id: {CARS_ID}
    paths: [in_force_on]
    reason: correction
    source: ministry-2026-01-29-release
    reported_on: 2026-02-10
    note: A day too early.
"""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Version 1.2.3, stamped and committed; not to be changed."""
    checkout = Checkout.make(tmp_path_factory.mktemp("first") / "checkout")
    checkout.commit("Begin")
    stamp(checkout.root)
    checkout.commit("Release 1.2.3")
    return checkout


@pytest.fixture
def checkout(first: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the first release, to be changed."""
    shutil.copytree(first.root, tmp_path / "checkout")
    return Checkout(tmp_path / "checkout")


@pytest.fixture(scope="module")
def dist(first: Checkout) -> Path:
    """What the first release uploads; not to be changed."""
    out = first.root / "dist"
    make_release(first.root, out, None)
    return out


@pytest.fixture
def fetched(dist: Path, tmp_path: Path) -> Path:
    shutil.copytree(dist, tmp_path / "fetched")
    return tmp_path / "fetched"


def refused(checkout: Checkout) -> list[str]:
    """Stamping is refused for these; nothing is written."""
    with pytest.raises(InvalidData) as error:
        stamp(checkout.root)
    versions = sorted(
        path.parent.name for path in checkout.path("releases").glob("*/manifest.json")
    )
    assert versions == ["1.2.3"]
    return [str(problem) for problem in error.value.problems]


def changes(checkout: Checkout) -> pd.DataFrame:
    return pd.read_parquet(checkout.root / "datasets/parquet/changes.parquet")


# --- the stamp and its gates ----------------------------------------------------------------------


def test_first_stamp(first: Checkout) -> None:
    (made,) = read_manifests(first.root / "records")
    assert (made.version, made.previous_version, made.previous_commit) == ("1.2.3", None, None)
    assert made.ids["agreements"] == [CARS_ID, "can-kor-trade-2014", "eu-kor-batteries-2020"]
    descriptor = json.loads((first.root / "datapackage.json").read_text())
    hashes = {item["name"]: item["logicalHash"] for item in descriptor["resources"]}
    assert made.tables == {name: hashes[name] for name in made.tables}
    assert {"agreements", "evidence"} <= made.tables.keys()
    assert not {"overview", "changes", "releases"} & made.tables.keys()
    releases = pd.read_parquet(first.root / "datasets/parquet/releases.parquet")
    assert releases.release.tolist() == ["1.2.3"]
    assert "3 agreements, 1 events" in (first.root / "CHANGELOG.md").read_text()
    with pytest.raises(NotReleasable, match=r"1\.2\.3 is released: raise version"):
        stamp(first.root)


def test_a_correction_says_why(checkout: Checkout) -> None:
    """From the first refusal to the published table, the errata and the agreement's history."""
    previous = checkout.git("rev-parse", "HEAD")
    checkout.version("1.2.3", "1.2.4")
    checkout.edit("package.yaml", "released_on: 2026-02-01", "released_on: 2026-02-20")
    checkout.edit(CARS, "in_force_on: 2026-01-29", "in_force_on: 2026-01-30")
    problems = refused(checkout)
    assert problems == [
        "records/releases/1.2.4/reasons: in_force_on: 'agreements can-kor-cars-2026: 2026-01-29 is "
        "now 2026-01-30': each change says why: add an entry: table_name: agreements, record_id: "
        "can-kor-cars-2026, reason: ..., paths: [in_force_on]",
        "records/releases/1.2.4/reasons: in_force_on: 'evidence on agreements can-kor-cars-2026: "
        "2026-01-29 is now 2026-01-30': each change says why: add an entry: table_name: "
        "agreements, record_id: can-kor-cars-2026, reason: ..., paths: [in_force_on]",
    ]
    checkout.reasons("1.2.4", CORRECTION)
    made = stamp(checkout.root)
    assert (made.previous_version, made.previous_commit, made.bump) == ("1.2.3", previous, "patch")
    found = changes(checkout).set_index("table_name")
    assert found.reason.tolist() == ["correction", "correction"]  # its evidence shares the reason
    cell = found.loc["agreements"]
    assert (cell.field, cell.old_value, cell.new_value) == (
        *("in_force_on", "2026-01-29", "2026-01-30"),
    )
    evidence = pd.read_parquet(checkout.root / "datasets/parquet/evidence.parquet")
    moved = evidence[evidence.evidence_id == cell.evidence_id].iloc[0]
    assert (moved.field, moved.source_id) == ("in_force_on", "ministry-2026-01-29-release")
    errata = (checkout.root / "docs/errata.md").read_text()
    line = f"| agreements {CARS_ID} in_force_on | 2026-01-29 | 2026-01-30 | A day too early. |"
    assert line in errata
    assert errata.rstrip().endswith("| 10 |")  # days from the report to the release
    assert "Why, evidence left out: correction 1." in (checkout.root / "CHANGELOG.md").read_text()
    released = read_release(checkout.root)
    assert released.version == "1.2.4"


def test_additions_explain_themselves(checkout: Checkout) -> None:
    """A new record owes no reason; a fact added by new evidence is that; one that older evidence
    could have given was left out before."""
    checkout.version("1.2.3", "1.3.0")
    checkout.edit(CARS, "    due_on: 2030\n", "    due_on: 2030\n" + PROVISION)
    checkout.edit(
        CARS, "supports: [parties/can-ised]", "supports: [parties/can-ised, provisions/fund]"
    )
    text = checkout.path(CARS).read_text().replace(CARS_ID, "can-kor-vans-2026")
    text = text.replace("on cars\n", "on vans\n")
    checkout.path("agreements/can-kor-vans-2026.yaml").write_text(text)
    assert stamp(checkout.root).bump == "minor"
    found = changes(checkout)
    assert set(found.action) == {"added"}
    vans = found[found.record_id == "can-kor-vans-2026"]
    assert vans.reason.isna().all()
    fund = found[found.item_id == "fund"].set_index("record_id").loc[CARS_ID]
    assert fund.reason == "new_evidence"
    evidence = pd.read_parquet(checkout.root / "datasets/parquet/evidence.parquet")
    by = evidence.set_index("evidence_id").loc[fund.evidence_id]
    assert (by.source_id, by.item_id) == ("daily-2026-01-30-cars", "fund")


PROVISION = """\
  - provision_id: fund
    provision_type: financing
    detail: A fund.
"""


def test_the_version_claims_enough(checkout: Checkout) -> None:
    checkout.version("1.2.3", "1.2.4")
    checkout.edit(CARS, "    due_on: 2030\n", "    due_on: 2030\n" + PROVISION)
    checkout.edit(
        CARS, "supports: [parties/can-ised]", "supports: [parties/can-ised, provisions/fund]"
    )
    assert refused(checkout) == [
        "records/package.yaml: version: '1.2.4': the changes since 1.2.3 owe a minor version: "
        "write 1.3.0"
    ]


@pytest.mark.parametrize(
    ("old", "new", "owed", "fits"),
    [
        ("1.2.3", "1.2.4", "patch", True),
        ("1.2.3", "2.0.0", "patch", True),
        ("1.2.3", "1.2.4", "minor", False),
        ("1.2.3", "1.3.0", "major", False),
        ("1.9.3", "1.10.0", "minor", True),
        ("1.2.3", "1.2.3", "none", False),
        ("1.2.3", "1.1.9", "none", False),
        ("0.1.0", "0.2.0", "major", True),
        ("0.1.0", "0.1.1", "major", False),
    ],
)
def test_claims(old: str, new: str, owed: str, fits: bool) -> None:
    assert (list(check_version(old, new, owed)) == []) == fits  # type: ignore[arg-type]
    assert list(check_version(old, due(old, owed), owed)) == []  # type: ignore[arg-type]


def test_a_released_id_resolves_for_ever(checkout: Checkout) -> None:
    checkout.version("1.2.3", "2.0.0")
    checkout.path("claims/can-kor-cars-2026.yaml").unlink()
    reason = "  - table_name: claims\n    reason: withdrawn\n"
    checkout.reasons("2.0.0", reason)
    problems = refused(checkout)
    (claim,) = read_manifests(checkout.root / "records")[0].ids["claims"]
    assert problems == [
        f"records/releases/1.2.3/manifest.json: claims: '{claim}': a released id resolves for "
        "ever: bring the record back, or add a row to records/redirects.yaml: to the id that took "
        "its place, or without new_id where it is withdrawn"
    ]
    row = f"  - table_name: claims\n    old_id: {claim}\n    reason: withdrawn\n"
    path = checkout.path("redirects.yaml")
    path.write_text(path.read_text() + row)
    made = stamp(checkout.root)
    assert made.ids["claims"] == []
    assert set(changes(checkout).query("action == 'removed'").reason) == {"withdrawn"}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (CORRECTION.replace("correction", "mistake"), "one of the list's codes"),
        (CORRECTION.replace("2026-02-10", "soon"), "reported_on: 'soon': a day"),
        (CORRECTION.replace("table_name: agreements", "table_name: sums"), "a table whose records"),
        (CORRECTION.replace("  paths", "  pathes"), "unknown key: did you mean paths?"),
        (
            CORRECTION.replace("ministry-2026-01-29-release", "ministry-2026"),
            "the page that moved in_force_on is in its evidence",
        ),
        (
            CORRECTION + CORRECTION.replace("in_force_on", "place"),
            "'agreements can-kor-cars-2026 place': each entry explains a change: it explains none",
        ),
        (
            CORRECTION.replace("correction", "new_evidence").replace(
                "    source: ministry-2026-01-29-release\n", ""
            ),
            "what moved a value is named",
        ),
        (CORRECTION.replace("correction", "withdrawn"), "a reason that fits a changed value"),
        (
            CORRECTION.replace("[in_force_on]", "[in_force_on, nosuch]"),
            "can-kor-cars-2026 nosuch': each entry explains a change: it explains none",
        ),
        (CORRECTION.replace("2026-02-10", "2026-03-01"), "reported before the release, 2026-02-20"),
    ],
)
def test_faults_of_reasons(checkout: Checkout, entry: str, said: str) -> None:
    checkout.version("1.2.3", "1.2.4")
    checkout.edit("package.yaml", "released_on: 2026-02-01", "released_on: 2026-02-20")
    checkout.edit(CARS, "in_force_on: 2026-01-29", "in_force_on: 2026-01-30")
    checkout.reasons("1.2.4", entry)
    problems = refused(checkout)
    assert any(said in problem for problem in problems), problems
    assert any("releases/1.2.4/reasons/tester.yaml:" in problem for problem in problems)


def test_what_was_released_stays(checkout: Checkout) -> None:
    """A manifest that is gone or was edited, and a history that is cut, are refused."""
    path = checkout.path("releases/1.2.3/manifest.json")
    text = path.read_text()
    checkout.version("1.2.3", "1.2.4")
    path.write_text(text.replace("can-kor-trade-2014", "can-kor-trade-2015"))
    with pytest.raises(
        NotReleasable, match=r"manifest\.json is not as it was released: git checkout"
    ):
        stamp(checkout.root)
    path.unlink()
    with pytest.raises(NotReleasable, match="is not as it was released"):
        stamp(checkout.root)
    path.write_text(text)
    (checkout.root / "later").write_text("")
    checkout.commit("Go on")
    shallow = checkout.root.parent / "shallow"
    checkout.git("clone", "--quiet", "--depth=1", checkout.root.as_uri(), str(shallow))
    with pytest.raises(NotReleasable, match="the history is shallow"):
        stamp(shallow)
    with pytest.raises(NotReleasable, match="the history is shallow"):
        make_release(shallow, shallow / "dist", None)
    checkout.path("releases/1.2.3/changes.csv").write_text("change_id\n")
    with pytest.raises(NotReleasable, match=r"changes\.csv was not released: remove it"):
        stamp(checkout.root)


def test_days_and_doi_of_a_release(checkout: Checkout) -> None:
    checkout.version("1.2.3", "1.2.4")
    checkout.edit("package.yaml", "released_on: 2026-02-01", "released_on: 2026-01-31")
    checkout.edit(CARS, "place: Ottawa", "place: Seoul")
    checkout.reasons("1.2.4", RECODED)
    assert any("not before 1.2.3, 2026-02-01" in problem for problem in refused(checkout))
    checkout.edit("package.yaml", "released_on: 2026-01-31", "released_on: 2026-02-20")
    package = checkout.path("package.yaml")
    package.write_text(package.read_text() + "doi: 10.5281/zenodo.1a\n")
    assert stamp(checkout.root).doi == "10.5281/zenodo.1a"
    checkout.commit("Release 1.2.4")
    checkout.version("1.2.4", "1.2.5")
    checkout.edit(CARS, "place: Seoul", "place: Ottawa")
    checkout.edit("package.yaml", "doi: 10.5281/zenodo.1a", "doi: 10.5281/ZENODO.1A")
    checkout.reasons("1.2.5", RECODED)
    with pytest.raises(InvalidData) as error:
        stamp(checkout.root)
    assert [problem.rule for problem in error.value.problems] == ["not the DOI of 1.2.4"]


RECODED = f"""\
  - table_name: agreements
    record_id: {CARS_ID}
    paths: [place]
    reason: recoded
"""


def test_reasons_stand_where_they_are_read(checkout: Checkout) -> None:
    checkout.version("1.2.3", "1.2.4")
    checkout.edit(CARS, "place: Ottawa", "place: Seoul")
    checkout.reasons("1.2.4", RECODED)
    folder = checkout.path("releases/1.2.4/reasons")
    (folder / "tester.yaml").rename(folder / "tester.yml")
    assert any("reasons are files ending in .yaml" in problem for problem in refused(checkout))


def test_the_release_before_is_what_its_manifest_says(checkout: Checkout) -> None:
    path = checkout.path("releases/1.2.3/manifest.json")
    content = json.loads(path.read_text())
    content["tables"]["parties"] = "sha256:" + "0" * 64
    path.write_text(json.dumps(content))
    checkout.git("add", "--all")
    checkout.git("commit", "--quiet", "--amend", "--no-edit")  # as if it had been so all along
    checkout.version("1.2.3", "1.2.4")
    with pytest.raises(
        NotReleasable, match=r"parties at [0-9a-f]{40} are not those of its manifest"
    ):
        stamp(checkout.root)


@pytest.mark.parametrize("content", ["{", "{}", '{"version": 1}', "[]"])
def test_a_manifest_that_was_edited_is_reported(checkout: Checkout, content: str) -> None:
    checkout.path("releases/1.2.3/manifest.json").write_text(content)
    with pytest.raises(InvalidData) as error:
        read_manifests(checkout.root / "records")
    assert "records/releases/1.2.3/manifest.json" in str(error.value.problems[0])


def test_stamp_without_a_place_in_the_changelog(checkout: Checkout) -> None:
    """The build says what is missing; the manifest does not stay."""
    checkout.edit("package.yaml", "version: 1.2.3", "version: 1.2.4")
    with pytest.raises(NotReleasable, match="the build failed"):
        stamp(checkout.root)
    assert [path.name for path in checkout.path("releases").iterdir()] == ["1.2.3"]


# --- the bundle -----------------------------------------------------------------------------------


def test_what_a_release_holds(dist: Path, first: Checkout) -> None:
    tables = [path.stem for path in (first.root / "schemas").glob("*.json")]
    names = {path.relative_to(dist).as_posix() for path in dist.rglob("*") if path.is_file()}
    assert names == {
        *(f"accords-1.2.3{end}" for end in (".zip", ".sqlite", ".xlsx", "-stata.zip", ".tar.gz")),
        *("accords-1.2.3-py3-none-any.whl", "provenance.json", SUMS, "hub/README.md"),
        *(f"{name}.{kind}" for name in tables for kind in ("csv", "parquet")),
        *(f"hub/data/{name}.parquet" for name in tables),
    }
    sums = dict(line.split("  ")[::-1] for line in (dist / SUMS).read_text().splitlines())
    assert sums == {
        name: hashlib.sha256((dist / name).read_bytes()).hexdigest() for name in names - {SUMS}
    }
    with zipfile.ZipFile(dist / "accords-1.2.3.zip") as bundle:
        root = {name for name in bundle.namelist() if "/" not in name}
        provenance = json.loads(bundle.read("provenance.json"))
    assert {"datapackage.json", "croissant.json", "CITATION.cff", "README.md", "LICENSE"} <= root
    assert provenance["commit"] == first.git("rev-parse", "HEAD")
    lock = hashlib.sha256((first.root / "requirements.lock").read_bytes()).hexdigest()
    assert provenance["lock"] == {"path": "requirements.lock", "hash": f"sha256:{lock}"}


def test_the_same_commit_gives_the_same_bytes(
    dist: Path, first: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On another path, in another time zone and locale, and over an earlier release."""
    shutil.copytree(first.root, tmp_path / "elsewhere ü")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")
    out = tmp_path / "out"
    shutil.copytree(dist, out)
    (out / "agreements.csv").unlink()
    make_release(tmp_path / "elsewhere ü", out, None)
    assert (out / SUMS).read_bytes() == (dist / SUMS).read_bytes()
    assert (out / "agreements.csv").exists()


def test_a_release_is_made_of_a_stamped_commit(checkout: Checkout, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    (checkout.root / "stray.txt").write_text("")
    with pytest.raises(NotReleasable, match=r"commit or remove\n  \?\? stray.txt"):
        make_release(checkout.root, out, None)
    (checkout.root / "stray.txt").unlink()
    checkout.edit(CARS, "place: Ottawa", "place: Seoul")
    checkout.commit("Change a released record")
    with pytest.raises(NotReleasable, match=r"1\.2\.3 is commit [0-9a-f]{40}, and [0-9a-f]{40} is"):
        make_release(checkout.root, out, None)
    checkout.version("1.2.3", "1.2.4")
    checkout.commit("Begin a version")
    with pytest.raises(NotReleasable, match=r"1\.2\.4 has no manifest.json: run accords stamp"):
        make_release(checkout.root, out, None)
    assert not out.exists()


def test_a_release_spares_other_folders(first: Checkout, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("all")
    with pytest.raises(NotReleasable, match="holds more than a release: give another folder"):
        make_release(first.root, tmp_path / "letters", None)
    (tmp_path / "letters" / SUMS).write_text(f"{'0' * 64}  dear.txt\n")
    with pytest.raises(NotReleasable, match="holds more than a release"):
        make_release(first.root, tmp_path / "letters", None)
    assert (tmp_path / "letters" / "dear.txt").read_text() == "all"
    with pytest.raises(NotReleasable, match="--out: there is no folder"):
        make_release(first.root, tmp_path / "no" / "folder", None)
    with pytest.raises(NotReleasable, match="is where this runs"):
        make_release(first.root, first.root, None)
    with pytest.raises(NotReleasable, match="is no checkout of a dataset: run this at its root"):
        make_release(first.root / "records", tmp_path / "dist", None)


def test_a_doi_is_stamped_into_all_metadata(first: Checkout, tmp_path: Path) -> None:
    doi = "10.5281/zenodo.1234567"
    make_release(first.root, tmp_path / "dist", doi)
    with zipfile.ZipFile(tmp_path / "dist" / "accords-1.2.3.zip") as bundle:
        for name in ("CITATION.cff", ".zenodo.json", "croissant.json", "datapackage.json"):
            assert doi in bundle.read(name).decode(), name
        assert json.loads(bundle.read("provenance.json"))["command"].endswith(f"--doi {doi}")
    with zipfile.ZipFile(tmp_path / "dist" / "accords-1.2.3-py3-none-any.whl") as wheel:
        assert doi in wheel.read("accords/_data/datapackage.json").decode()
    assert verify(tmp_path / "dist") == []
    with pytest.raises(InvalidData, match="1 problem"):
        make_release(first.root, tmp_path / "other", "zenodo.1")


def test_sqlite(dist: Path) -> None:
    with sqlite3.connect(dist / "accords-1.2.3.sqlite") as base:
        found = base.execute(
            "SELECT agreement_id FROM agreements_fts WHERE agreements_fts MATCH ?", ["committee"]
        ).fetchall()
        assert found == [(CARS_ID,)]
        keys = base.execute("PRAGMA foreign_key_list(agreement_parties)").fetchall()
        assert {key[2] for key in keys} == {"agreements", "parties"}
        indices = {row[1] for row in base.execute("PRAGMA index_list(agreement_parties)")}
        assert "agreement_parties_party_id" in indices
        base.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError):
            base.execute("INSERT INTO agreement_parties VALUES ('no', 'no', 'party', NULL, NULL)")
        with pytest.raises(sqlite3.IntegrityError):
            base.execute("INSERT INTO agreements SELECT * FROM agreements LIMIT 1")
        rows = dict(base.execute("SELECT agreement_id, signed_earliest FROM agreements"))
        assert rows[CARS_ID] == "2026-01-28"
    base.close()


def test_excel(dist: Path) -> None:
    """The sheets as XML: the codebook first, no formula, text as text, days as days."""
    with zipfile.ZipFile(dist / "accords-1.2.3.xlsx") as book:
        sheets = book.read("xl/workbook.xml").decode()
        content = {name: book.read(name).decode() for name in book.namelist() if "/sheet" in name}
    assert sheets.index('"codebook"') < sheets.index('"agreement_parties"')
    assert len(content) == len(list((dist / "hub/data").iterdir())) + 1
    assert all("<f>" not in text and "hyperlink" not in text for text in content.values())


def test_stata(dist: Path) -> None:
    with zipfile.ZipFile(dist / "accords-1.2.3-stata.zip") as files:
        for name in files.namelist():
            stata = pd.read_stata(io.BytesIO(files.read(name)))
            text = (dist / name.replace(".dta", ".csv")).read_text(encoding="utf-8")
            lines = csv.reader(io.StringIO(text, newline=""))
            header = next(lines)
            assert list(stata.columns) == header
            assert len(stata) == len(list(lines))
        agreements = pd.read_stata(io.BytesIO(files.read("agreements.dta")))
    row = agreements.set_index("agreement_id").loc[CARS_ID]
    assert row.signed_earliest == pd.Timestamp("2026-01-28")
    assert row.title_original == "자동차 양해각서"


# --- verification ---------------------------------------------------------------------------------


def test_verify(dist: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(dist) == []
    assert verify(dist / "accords-1.2.3.zip") == []
    assert main(["verify", str(dist), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"valid": True, "problems": []}
    assert main(["verify", str(dist.parent / "records")]) == 1
    assert "has no SHA256SUMS" in capsys.readouterr().err


def test_verify_finds_what_is_wrong(fetched: Path) -> None:
    (fetched / "agreements.csv").write_bytes(b"cut off")
    (fetched / "parties.parquet").unlink()
    (fetched / "stray.txt").write_text("")
    problems = [str(problem) for problem in verify(fetched)]
    assert any("agreements.csv: sha256" in problem for problem in problems)
    assert any("agreements.csv: -: 'differs'" in problem for problem in problems)
    assert any("parties.parquet: -: 'missing'" in problem for problem in problems)
    assert any("stray.txt: -: '': a file that SHA256SUMS names" in problem for problem in problems)


def test_verify_a_part_of_a_release(fetched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(fetched / "hub")
    (fetched / "accords-1.2.3.sqlite").unlink()
    assert main(["verify", str(fetched)]) == 1
    assert main(["verify", str(fetched), "--ignore-missing"]) == 0
    for name in ("accords-1.2.3.zip", "agreements.csv"):
        (fetched / "part").mkdir(exist_ok=True)
        shutil.copy(fetched / name, fetched / "part" / name)
    (fetched / "part" / SUMS).write_text(f"{'Z' * 64}  agreements.csv\n")
    assert verify(fetched / "part", ignore_missing=True) != []
    (fetched / "part" / "agreements.csv").unlink()
    (fetched / "part" / "accords-1.2.3.zip").unlink()
    problems = verify(fetched / "part", ignore_missing=True)
    assert "a file was verified" in {problem.rule for problem in problems}
    shutil.rmtree(fetched / "part")
    (fetched / SUMS).write_bytes((fetched / SUMS).read_bytes() + b"\xff\n")
    assert [problem.file for problem in verify(fetched, ignore_missing=True)] == [SUMS]


def test_an_earlier_package_is_checked_by_its_own_schema(
    fetched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where this version's rules speak of what it does not have, they are left out, and said so."""
    newer = dict(accords.loader.schemas())
    newer["of_the_future"] = newer["texts"]
    monkeypatch.setattr("accords.published.installed", lambda: newer)
    told: list[str] = []
    assert validate(fetched / "accords-1.2.3.zip", told.append) == []
    assert any("rules left out: it has no of_the_future." in text for text in told)


def test_verify_reads_the_package_too(fetched: Path) -> None:
    """A wrong cell under sums that were made to fit is found by the package's own hashes."""
    name = "accords-1.2.3.zip"
    with zipfile.ZipFile(fetched / name) as bundle:
        files = {path: bundle.read(path) for path in bundle.namelist()}
    with zipfile.ZipFile(fetched / name, "w") as bundle:
        for path, content in files.items():
            bundle.writestr(path, content.replace(b",mou,", b",moc,"))
    old = (fetched / SUMS).read_text()
    total = hashlib.sha256((fetched / name).read_bytes()).hexdigest()
    lines = [
        f"{total}  {name}" if line.endswith(f"  {name}") else line for line in old.splitlines()
    ]
    (fetched / SUMS).write_text("\n".join(lines) + "\n")
    problems = [str(problem) for problem in verify(fetched)]
    assert any("datasets/csv/agreements.csv: hash" in problem for problem in problems)
    assert any("logicalHash" in problem for problem in problems)


def test_history_of_an_agreement(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.version("1.2.3", "1.3.0")
    checkout.edit("package.yaml", "released_on: 2026-02-01", "released_on: 2026-02-20")
    checkout.edit(CARS, "in_force_on: 2026-01-29", "in_force_on: 2026-01-30")
    checkout.edit(CARS, "    due_on: 2030\n", "    due_on: 2030\n" + PROVISION)
    checkout.edit(
        CARS, "supports: [parties/can-ised]", "supports: [parties/can-ised, provisions/fund]"
    )
    checkout.reasons("1.3.0", CORRECTION)
    stamp(checkout.root)
    capsys.readouterr()
    root = checkout.root
    places = root / "datasets" / "parquet", root / "schemas", root / "datapackage.json"
    monkeypatch.setattr(accords.loader, "_home", lambda: places)
    for cached in (accords.loader.schemas, accords.loader.package):
        cached.cache_clear()
    try:
        assert main(["show", CARS_ID, "--history"]) == 0
    finally:
        monkeypatch.undo()
        for cached in (accords.loader.schemas, accords.loader.package):
            cached.cache_clear()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{CARS_ID}: since 1.2.3"
    assert "  since 1.2.3  agreement_parties can-ised" in lines
    assert "  since 1.3.0  provisions fund" in lines
    assert "  since 1.3.0  agreements in_force_on" in lines
    assert "  since 1.2.3  agreements signed_on" in lines
    assert "  since 1.2.3  event_agreements 2026-01-28-signing" in lines
    change = "in_force_on: 2026-01-29 became 2026-01-30; correction: A day too early."
    assert change in " ".join(line.strip() for line in lines)

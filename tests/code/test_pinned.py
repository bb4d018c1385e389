"""Releases loaded by their address and pin, from disk and over the network, and a project that
upgrades from one to the next."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from checkouts import CARS, Checkout
from conftest import ROOT, Mini

import accords
from accords.loader import NotFound
from accords.pinned import ReleaseError
from accords.release.archive import zipped
from accords.release.make import make_release
from accords.release.stamp import stamp

REPORT = ROOT / "tests" / "fixtures" / "downstream" / "report.py"


def pinned(address: object, path: Path) -> str:
    return f"{address}#sha256={hashlib.sha256(path.read_bytes()).hexdigest()}"


@pytest.fixture(scope="module")
def place(built: Mini, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny package as `mini.zip` and unpacked as `mini`; not to be changed."""
    place = tmp_path_factory.mktemp("place")
    shutil.copytree(built.out, place / "mini")
    (place / "mini.zip").write_bytes(zipped(built.published()))
    return place


@pytest.fixture
def own(place: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to be changed."""
    shutil.copytree(place, tmp_path / "own")
    return tmp_path / "own"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache, empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "accords"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and counts what is asked for."""

    asked: list[str]

    def log_message(self, format: str, *rest: object) -> None:
        self.asked.append(self.path)


@pytest.fixture
def server(place: Path) -> Iterator[tuple[str, list[str]]]:
    """The address of the folder on the network, and what was asked of it."""
    asked: list[str] = []
    handler = type("Handler", (Quiet,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(place))) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", asked
        running.shutdown()
        thread.join()


def test_every_form_of_a_release(place: Path) -> None:
    bundle, folder = place / "mini.zip", place / "mini"
    descriptor = folder / "datapackage.json"
    forms = [
        *(bundle, folder, descriptor, bundle.as_uri(), folder.as_uri()),
        *(pinned(bundle, bundle), pinned(bundle.as_uri(), bundle)),
        *(pinned(folder, descriptor), pinned(folder.as_uri(), descriptor)),
        pinned(descriptor, descriptor),
    ]
    for release in forms:
        frame = accords.load("agreements", release=release)
        assert len(frame) == 3
        assert frame.dtypes["signed_earliest"] == "datetime64[us]"


def test_every_engine(place: Path) -> None:
    release = place / "mini.zip"
    names = ["agreement_id", "signed_earliest"]
    pandas = accords.load("agreements", names, release=release)
    arrow = accords.load("agreements", names, engine="arrow", release=release)
    polars = accords.load("agreements", names, engine="polars", release=release)
    duckdb = accords.load("agreements", names, engine="duckdb", release=release)
    assert list(pandas.columns) == arrow.column_names == polars.columns == duckdb.columns == names
    ids = pandas.agreement_id.tolist()
    assert arrow.column(0).to_pylist() == polars["agreement_id"].to_list() == ids
    assert [row[0] for row in duckdb.fetchall()] == ids


def test_over_the_network_once(place: Path, server: tuple[str, list[str]], cache: Path) -> None:
    address, asked = server
    for release in (
        pinned(f"{address}/mini.zip", place / "mini.zip"),
        pinned(f"{address}/mini", place / "mini" / "datapackage.json"),
    ):
        asked.clear()
        for _ in range(2):
            assert len(accords.load("parties", release=release)) == 8
        assert len(asked) == len(set(asked)) == (1 if ".zip" in release else 2)
    held = {path.name for path in cache.rglob("*") if path.is_file()}
    assert held == {"mini.zip", "datapackage.json", "parties.parquet"}


def test_a_wrong_sum_never_enters_the_cache(server: tuple[str, list[str]], cache: Path) -> None:
    address, _ = server
    with pytest.raises(ReleaseError, match=r"mini\.zip.*does not match"):
        accords.load("parties", release=f"{address}/mini.zip#sha256={'0' * 64}")
    with pytest.raises(ReleaseError, match=r"can't be fetched: 404"):
        accords.load("parties", release=f"{address}/none.zip#sha256={'0' * 64}")
    assert not [path for path in cache.rglob("*") if path.is_file()]


def test_the_network_needs_a_pin() -> None:
    with pytest.raises(ReleaseError, match="what comes over the network is pinned: add #sha256="):
        accords.load("parties", release="https://example.org/accords-1.0.0.zip")
    with pytest.raises(ReleaseError, match="a pin is #sha256= and 64 hex digits"):
        accords.load("parties", release="accords-1.0.0.zip#sha256=12")


def test_what_is_damaged_is_refused(own: Path) -> None:
    good = pinned(own / "mini.zip", own / "mini.zip")
    content = (own / "mini.zip").read_bytes()
    (own / "mini.zip").write_bytes(content[:-1000])
    with pytest.raises(ReleaseError, match="it is another file, or cut off"):
        accords.load("parties", release=good)
    with pytest.raises(ReleaseError, match=r"is no folder, no datapackage\.json and no zip"):
        accords.load("parties", release=own / "mini.zip")
    parquet = own / "mini" / "datasets/parquet/parties.parquet"
    parquet.write_bytes(parquet.read_bytes()[:-1] + b"?")
    with pytest.raises(ReleaseError, match=r"parties\.parquet: its SHA-256 is"):
        accords.load("parties", release=own / "mini")
    parquet.unlink()
    with pytest.raises(ReleaseError, match=r"parties\.parquet is missing or damaged"):
        accords.load("parties", release=own / "mini")
    (own / "mini" / "datapackage.json").write_text(json.dumps({"resources": [{}]}))
    with pytest.raises(ReleaseError, match=r"datapackage\.json can't be read"):
        accords.load("parties", release=own / "mini")


def test_what_a_release_does_not_have(place: Path) -> None:
    with pytest.raises(NotFound, match=r"no table in release 1\.2\.3 'party': did you mean parti"):
        accords.load("party", release=place / "mini.zip")
    with pytest.raises(NotFound, match=r"no column of parties in release 1\.2\.3 'nmae'.* name"):
        accords.load("parties", ["nmae"], release=place / "mini.zip")
    with pytest.raises(ReleaseError, match="there is no such file or folder"):
        accords.load("parties", release=place / "none.zip")


def test_pooch_is_needed_for_the_network_alone(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    assert len(accords.load("parties", release=place / "mini.zip")) == 8
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'accords\[pinned\]'"):
        accords.load("parties", release=f"https://example.org/a.zip#sha256={'0' * 64}")


# --- a project downstream -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Three releases, really made: 1.2.3, a minor one with a row more, and a major one in which
    the column that the project uses is gone."""
    checkout = Checkout.make(tmp_path_factory.mktemp("downstream") / "checkout")
    checkout.commit("Begin")
    made = {}

    def release(version: str) -> None:
        stamp(checkout.root)
        checkout.commit(f"Release {version}")
        out = checkout.root / f"dist-{version}"
        make_release(checkout.root, out, None)
        made[version] = out

    release("1.2.3")
    checkout.version("1.2.3", "1.3.0")
    text = checkout.path(CARS).read_text().replace("can-kor-cars-2026", "can-kor-vans-2026")
    checkout.path("agreements/can-kor-vans-2026.yaml").write_text(text)
    release("1.3.0")
    checkout.version("1.3.0", "2.0.0")
    schema = checkout.root / "schemas/agreements.json"
    content = json.loads(schema.read_text())
    content["fields"] = [field for field in content["fields"] if field["name"] != "place"]
    schema.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    release("2.0.0")
    return made


def report(*arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    command = [sys.executable, str(REPORT), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


EXPECTED = {"1.2.3": "1 of 3 in Ottawa\n", "1.3.0": "2 of 4 in Ottawa\n"}


def test_a_project_that_pins_the_bundle(releases: dict[str, Path]) -> None:
    for version, out in releases.items():
        bundle = out / f"accords-{version}.zip"
        run = report(pinned(bundle, bundle))
        if version in EXPECTED:
            assert (run.returncode, run.stdout) == (0, EXPECTED[version])
            assert report(str(out)).stdout == EXPECTED[version]  # the folder as it was made
        else:
            assert run.returncode == 1
            last = run.stderr.splitlines()[-1]
            assert "NotFound: no column of agreements in release 2.0.0 'place'" in last


def test_a_project_that_pins_the_wheel(releases: dict[str, Path], tmp_path: Path) -> None:
    for version, out in releases.items():
        with zipfile.ZipFile(out / f"accords-{version}-py3-none-any.whl") as wheel:
            wheel.extractall(tmp_path / version)  # as pip does with a wheel of Python alone
        run = report(path=tmp_path / version)
        if version in EXPECTED:
            assert (run.returncode, run.stdout) == (0, EXPECTED[version])
        else:
            assert run.returncode == 1
            last = run.stderr.splitlines()[-1]
            assert "NotFound: no column of agreements in release 2.0.0 'place'" in last

"""A copy of the tiny dataset for each test, and ways to change and build it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from accords import loader
from accords.build import main
from accords.dataset import Dataset, read_dataset
from accords.problems import InvalidData
from accords.schema import Schemas, read_schemas

ROOT = Path(__file__).parents[2]
MINI = ROOT / "tests" / "fixtures" / "mini" / "records"


@dataclass
class Mini:
    """A copy of the tiny dataset."""

    folder: Path
    schemas: Schemas

    @property
    def records(self) -> Path:
        return self.folder / "records"

    @property
    def out(self) -> Path:
        path = self.folder / "out"
        path.mkdir(exist_ok=True)
        return path

    def path(self, name: str) -> Path:
        return self.records / name

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace the only `old` in a record by `new`."""
        text = self.path(name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.path(name).write_text(text.replace(old, new), encoding="utf-8")

    def write(self, name: str, content: str | bytes) -> None:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def build(self, *options: str) -> int:
        arguments = ["--records", str(self.records), "--out", str(self.out), *options]
        return main(ROOT, arguments)

    def read(self) -> Dataset:
        return read_dataset(self.records, self.schemas)

    def problems(self) -> list[str]:
        """What a build says is wrong; empty if nothing is."""
        try:
            self.read()
        except InvalidData as error:
            return [str(problem) for problem in error.problems]
        return []

    def published(self) -> dict[str, bytes]:
        """Every file in the output folder, by its path."""
        return {
            path.relative_to(self.out).as_posix(): path.read_bytes()
            for path in sorted(self.out.rglob("*"))
            if path.is_file()
        }


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    return read_schemas(ROOT / "schemas")


@pytest.fixture
def mini(tmp_path: Path, schemas: Schemas) -> Mini:
    shutil.copytree(MINI, tmp_path / "records")
    return Mini(tmp_path, schemas)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, schemas: Schemas) -> Mini:
    """The tiny dataset, built once; not to be changed."""
    folder = tmp_path_factory.mktemp("built")
    shutil.copytree(MINI, folder / "records")
    built = Mini(folder, schemas)
    assert built.build("--quiet") == 0
    return built


@pytest.fixture
def package(built: Mini, tmp_path: Path) -> Path:
    """A copy of the built tiny package, to be changed."""
    shutil.copytree(built.out, tmp_path / "package")
    return tmp_path / "package"


@pytest.fixture
def home(built: Mini, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The loader reads the tiny package."""
    out = built.out
    places = out / "datasets" / "parquet", out / "schemas", out / "datapackage.json"
    monkeypatch.setattr(loader, "_home", lambda: places)
    for cached in (loader.schemas, loader.package):
        cached.cache_clear()
    yield out
    for cached in (loader.schemas, loader.package):
        cached.cache_clear()

"""Citations, read back by parsers that know nothing of this project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
import rispy
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc import formatter as formatters
from citeproc.source.json import CiteProcJSON

from accords import citation, loader
from accords.citation import cite

CARS = "can-kor-cars-2026"
DOI, HOME = "10.5281/zenodo.1234567", "https://example.org/accords"


@pytest.fixture(params=[False, True], ids=["without an address", "with DOI and homepage"])
def about(
    request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """The descriptor of the tiny package, as it is and as it would be once published."""
    about = loader.package() | {"contributors": [{"title": "Smith & Sons"}, {"title": "Büro 7 %"}]}
    if request.param:
        about |= {"id": f"https://doi.org/{DOI}", "homepage": HOME}
    monkeypatch.setattr(citation, "package", lambda: about)
    return about


def rows(about: dict[str, Any]) -> str:
    (item,) = (item for item in about["resources"] if item["name"] == "agreements")
    return str(item["logicalHash"])


def url(about: dict[str, Any], agreement_id: str | None) -> str | None:
    page = f"agreements/{agreement_id}/" if agreement_id else ""
    return f"{HOME}/{page}" if "homepage" in about else None


@pytest.mark.parametrize("agreement_id", [None, CARS])
def test_bibtex(about: dict[str, Any], agreement_id: str | None) -> None:
    library = bibtexparser.parse_string(cite(agreement_id, "bibtex"))
    assert not library.failed_blocks
    (entry,) = library.entries
    fields = {field.key: field.value for field in entry.fields}
    assert entry.entry_type == "misc"
    assert entry.key.startswith("mini-1.2.3")
    assert fields["author"] == r"{Smith \& Sons} and {Büro 7 \%}"
    assert (fields["year"], fields["month"], fields["version"]) == ("2026", "2", "1.2.3")
    assert "2026-02-01" in fields["note"]
    assert rows(about) in fields["note"]
    assert fields.get("url") == url(about, agreement_id)
    assert fields.get("doi") == (DOI if "id" in about else None)
    if agreement_id:
        assert agreement_id in fields["title"]
        assert f"/agreements/{agreement_id}/" in fields["note"]


@pytest.mark.parametrize("agreement_id", [None, CARS])
def test_ris(about: dict[str, Any], agreement_id: str | None) -> None:
    (entry,) = rispy.loads(cite(agreement_id, "ris"))
    assert entry["type_of_reference"] == "DATA"
    assert entry["authors"] == ["Smith & Sons,", "Büro 7 %,"]
    assert (entry["year"], entry["date"], entry["edition"]) == ("2026", "2026/02/01", "1.2.3")
    assert rows(about) in entry["notes"][0]
    assert entry.get("doi") == (DOI if "id" in about else None)
    assert entry.get("urls", [None])[0] == url(about, agreement_id)
    if agreement_id:
        assert agreement_id in entry["title"]


@pytest.mark.filterwarnings("ignore::UserWarning")  # the processor's, on CSL 1.0.2 variables
@pytest.mark.parametrize("agreement_id", [None, CARS])
def test_csl(about: dict[str, Any], agreement_id: str | None) -> None:
    """A CSL processor renders it."""
    items = json.loads(cite(agreement_id, "csl"))
    source = CiteProcJSON(items)
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    bibliography = CitationStylesBibliography(style, source, formatters.plain)
    bibliography.register(Citation([CitationItem(items[0]["id"])]))
    (shown,) = (str(item) for item in bibliography.bibliography())
    assert "Smith & Sons" in shown
    assert "2026" in shown
    assert "A tiny dataset for tests" in shown
    if agreement_id:
        assert agreement_id in shown
    assert items[0].get("DOI") == (DOI if "id" in about else None)
    assert items[0].get("URL") == url(about, agreement_id)


@pytest.mark.parametrize("agreement_id", [None, CARS])
def test_apa(about: dict[str, Any], agreement_id: str | None) -> None:
    text, note = cite(agreement_id).splitlines()
    assert rows(about) in note
    assert text.startswith("Smith & Sons & Büro 7 %. (2026). ")
    assert "(Version 1.2.3, 2026-02-01)" in text
    permalink = f"/agreements/{agreement_id}/" if agreement_id else None
    if where := url(about, agreement_id) or permalink:
        assert text.endswith(f". {where}")
    else:
        assert text.endswith("[Data set].")

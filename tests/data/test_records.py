"""The records as hand-edited files."""

from __future__ import annotations

import countrycode
import pandas as pd
from conftest import ROOT

import accords
from accords.about import read_package
from accords.canonical import format_records
from accords.history import read_manifests
from accords.release.stamp import differing
from accords.schema import Schemas


def test_records_are_canonical() -> None:
    """`accords format` would change nothing, so that a diff shows only what was edited."""
    assert format_records(ROOT / "records", [], write=False) == []


def test_every_code_is_defined(schemas: Schemas) -> None:
    codes = accords.load("codes")
    defined = set(zip(codes.table_name, codes.field, codes.code, strict=True))
    # overview repeats columns of agreements, and sector_codes and redirects name tables and schemes
    stated = {
        (table.name, field.name, code)
        for table in schemas.values()
        for field in table.fields
        for code in field.constraints.get("enum", ())
        if table.name != "overview" and (table.name, field.name) not in SELF_EXPLAINED
    }
    assert stated == defined


SELF_EXPLAINED = {("sector_codes", "scheme"), ("redirects", "table_name")}


def test_countries_are_those_of_the_library() -> None:
    """Names, codes and regions come from countrycode; what differs is listed with its reason."""
    ours = accords.load("countries").set_index("country")
    theirs = pd.DataFrame(countrycode.codelist)
    theirs = theirs[theirs.iso3c.notna()].set_index("iso3c")
    assert set(ours.index) - {"EUE"} == set(theirs.index)
    for ours_name, their_name in (
        ("alpha2", "iso2c"),
        ("name", "country.name.en"),
        ("region", "un.region.name"),
        ("cow_code", "cown"),
    ):
        for country in theirs.index:
            here, there = ours[ours_name][country], theirs[their_name][country]
            if country == "NAM" and ours_name == "alpha2":
                continue  # the library reads Namibia's NA as missing
            assert pd.isna(here) == pd.isna(there), (country, ours_name)
            assert pd.isna(here) or here == there, (country, ours_name)


def test_versions_are_one() -> None:
    assert accords.data_version == read_package(ROOT / "records").version
    assert accords.__version__.removesuffix(".post1").startswith(accords.data_version)


def test_a_version_has_one_content() -> None:
    """Once a version is released, other rows need another version."""
    version = accords.data_version
    made = [item for item in read_manifests(ROOT / "records") if item.version == version]
    assert [differing(ROOT, item) for item in made] in ([], [[]])

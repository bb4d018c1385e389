"""croissant.json (Croissant 1.1): the tables for machine-learning tools, from the schemas and the
files' bytes. Each table is a record set read from its Parquet file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from accords.citation import apa, citation_of
from accords.dataset import Dataset
from accords.descriptor import sha256
from accords.exports import csv_path, parquet_path
from accords.schema import Field, Table

CROISSANT = "croissant.json"
_CROISSANT = "http://mlcommons.org/croissant/"
# The terms of the specification, as every description of its version has them.
_CONTEXT = Path(__file__).with_name("croissant_context.json")
_TYPES = {
    "string": "sc:Text",
    "integer": "sc:Integer",
    "year": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
}


def croissant(
    data: Dataset, files: Mapping[str, bytes], about: Mapping[str, Any]
) -> dict[str, Any]:
    """The description as JSON-LD. files: the published files by path; about: datapackage.json."""
    package = data.package
    people = [{"@type": "sc:Organization", "name": item["title"]} for item in package.contributors]
    more = {"url": package.homepage, "identifier": package.doi_url}
    return {
        "@context": json.loads(_CONTEXT.read_text(encoding="utf-8")),
        "@type": "sc:Dataset",
        "conformsTo": f"{_CROISSANT}1.1",
        "name": package.name,
        "alternateName": package.title,
        "description": package.description,
        "version": package.version,
        "datePublished": package.released_on.isoformat(),
        "license": package.licenses[0]["path"],
        "citeAs": apa(citation_of(about)),
        "creator": people,
        "keywords": package.keywords,
        "isLiveDataset": False,
        **{name: value for name, value in more.items() if value},
        "distribution": list(_files(data, files)),
        "recordSet": [_record_set(table, data) for table in data.schemas.values()],
    }


def _files(data: Dataset, files: Mapping[str, bytes]) -> Iterator[dict[str, Any]]:
    for name in data.schemas:
        for path, kind in (
            (csv_path(name), "text/csv"),
            (parquet_path(name), "application/x-parquet"),
        ):
            yield {
                "@type": "cr:FileObject",
                "@id": path,
                "name": path.rpartition("/")[2],
                "contentUrl": path,
                "encodingFormat": kind,
                **_fixity(files[path]),
            }


def _fixity(content: bytes) -> dict[str, str]:
    return {"contentSize": f"{len(content)} B", "sha256": sha256(content)}


def refreshed(content: dict[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
    """A description with the fixity of `files` as they are."""
    for item in content["distribution"]:
        item |= _fixity(files[item["@id"]])
    return content


def _record_set(table: Table, data: Dataset) -> dict[str, Any]:
    references = _references(table, data)
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.description,
        "key": [{"@id": f"{table.name}/{name}"} for name in table.primary_key],
        "field": [_field(table.name, field, references.get(field.name)) for field in table.fields],
    }


def _references(table: Table, data: Dataset) -> dict[str, str]:
    """Column -> the field that it refers to, as far as the format's own reader can follow: it joins
    the first, and loses rows where an empty table is joined or a joined one refers on."""
    rows = data.row_counts
    if any(
        key.reference == table.name for other in data.schemas.values() for key in other.foreign_keys
    ):
        return {}
    return {
        key.fields[0]: f"{key.reference}/{key.reference_fields[0]}"
        for key in table.foreign_keys
        if len(key.fields) == 1 and rows[table.name] and rows[key.reference]
    }


def _field(table: str, field: Field, reference: str | None) -> dict[str, Any]:
    about: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{table}/{field.name}",
        "name": field.name,
        "description": field.description,
        "dataType": _TYPES[field.type],
        "source": {
            "fileObject": {"@id": parquet_path(table)},
            "extract": {"column": field.name},
        },
    }
    if reference:
        about["references"] = {"field": {"@id": reference}}
    return about

"""datapackage.json (Data Package v2), from the package, the schemas and the files' bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from accords.dataset import Dataset
from accords.exports import csv_path, parquet_path
from accords.logical import logical_hash


def descriptor(data: Dataset, files: Mapping[str, bytes]) -> dict[str, Any]:
    """The descriptor: each table once as CSV, under its own name, and once as Parquet.

    The Parquet resource is described as a file with hash and bytes, not as a table: Frictionless
    would otherwise read it by an engine of its own that takes null integers for errors.
    """
    package = data.package
    resources = []
    for name, table in data.schemas.items():
        csv, parquet = csv_path(name), parquet_path(name)
        about = {"title": table.title, "description": table.description}
        rows = logical_hash(data.texts[name], table)
        shared = {"schema": f"schemas/{name}.json", "logicalHash": f"sha256:{rows}"}
        resources.append(
            {"name": name, "type": "table", "path": csv, **about}
            | {"format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
            | shared
            | fixity(files[csv])
        )
        resources.append(
            {"name": f"{name}_parquet", "path": parquet, **about}
            | {"format": "binary", "mediatype": "application/vnd.apache.parquet"}
            | shared
            | fixity(files[parquet])
        )
    more = {"id": package.doi_url, "homepage": package.homepage}
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": package.name,
        **{name: value for name, value in more.items() if value},
        "title": package.title,
        "description": package.description,
        "version": package.version,
        "created": f"{package.released_on.isoformat()}T00:00:00Z",
        "keywords": package.keywords,
        "licenses": package.licenses,
        "contributors": package.contributors,
        "sources": [{"title": "The pages of the table sources", "path": csv_path("sources")}],
        "resources": resources,
    }


def refreshed(content: dict[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
    """A descriptor with the fixity of `files` as they are."""
    for item in content["resources"]:
        item |= fixity(files[item["path"]])
    return content


def sha256(content: bytes) -> str:
    """The SHA-256 of some bytes, 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def fixity(content: bytes) -> dict[str, Any]:
    """Hash and number of bytes, as a descriptor states them."""
    return {"hash": f"sha256:{sha256(content)}", "bytes": len(content)}


def to_json(content: Mapping[str, Any]) -> bytes:
    """A descriptor as the bytes of its file."""
    return f"{json.dumps(content, indent=2, ensure_ascii=False)}\n".encode()

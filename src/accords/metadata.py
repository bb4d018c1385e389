"""What other platforms read at the repository's root: CITATION.cff and .zenodo.json, both from
records/package.yaml alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml

from accords.dataset import Dataset

Files = Iterator[tuple[str, bytes]]


def export_citation(data: Dataset) -> Files:
    """CITATION.cff, in the Citation File Format 1.2.0."""
    package = data.package
    more = {"url": package.homepage, "doi": package.doi}
    content = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite it as below.",
        "type": "dataset",
        "title": package.title,
        "abstract": package.description,
        "version": package.version,
        "date-released": package.released_on,
        "authors": [{"name": person["title"]} for person in package.contributors],
        "keywords": package.keywords,
        "license": package.licenses[0]["name"],
        **{name: value for name, value in more.items() if value},
    }
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    yield "CITATION.cff", text.encode()


def export_zenodo(data: Dataset) -> Files:
    """.zenodo.json: the metadata of a deposit, as Zenodo's interface documents them."""
    package = data.package
    content: dict[str, Any] = {
        "upload_type": "dataset",
        "title": package.title,
        "description": f"<p>{package.description}</p>",
        "version": package.version,
        "publication_date": package.released_on.isoformat(),
        "creators": [{"name": person["title"]} for person in package.contributors],
        "keywords": package.keywords,
        "license": package.licenses[0]["name"].lower(),
        "access_right": "open",
        "language": "eng",
    }
    if package.doi:
        content["doi"] = package.doi
    if package.homepage:
        related = {"identifier": package.homepage, "relation": "isDocumentedBy"}
        content["related_identifiers"] = [related | {"scheme": "url"}]
    yield ".zenodo.json", f"{json.dumps(content, indent=2, ensure_ascii=False)}\n".encode()

"""A folder ready to upload to a data hub: a card with its YAML header, and the Parquet files."""

from __future__ import annotations

from typing import Any

import yaml

from accords.codebook import tables_markdown
from accords.exports import parquet_path
from accords.release.content import Content

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def hub_files(content: Content) -> dict[str, bytes]:
    """Path below the folder -> bytes; each table is a configuration of its own."""
    files = {
        f"data/{name}.parquet": (content.folder / parquet_path(name)).read_bytes()
        for name in content.schemas
    }
    return {"README.md": _card(content).encode()} | files


def _card(content: Content) -> str:
    about = content.about
    rows = max(table.num_rows for table in content.tables.values())
    header: dict[str, Any] = {
        "license": about["licenses"][0]["name"].lower(),
        "pretty_name": about["title"],
        "language": ["en"],
        "tags": [keyword.replace(" ", "-") for keyword in about["keywords"]],
        "size_categories": [next((name for top, name in _SIZES if rows < top), "1M<n<10M")],
        "configs": [
            {"config_name": name, "data_files": f"data/{name}.parquet"}
            | ({"default": True} if name == "agreements" else {})
            for name in content.schemas
        ],
    }
    counts = {name: table.num_rows for name, table in content.tables.items()}
    return (
        f"---\n{yaml.safe_dump(header, sort_keys=False, allow_unicode=True)}---\n\n"
        f"# {about['title']}\n\nVersion {content.version}. {about['description']}\n"
        f"{tables_markdown(content.schemas, counts)}"
    )

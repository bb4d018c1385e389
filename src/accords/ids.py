"""Ids made from what they identify, and the order of versions."""

from __future__ import annotations

import hashlib

SEPARATOR = "\x1f"
# evidence_id is made of these, and evidence stands in their order
EVIDENCE_KEY = ("table_name", "record_id", "item_id", "field", "source_id", "stance")
# change_id is made of these, and changes stand in their order
CHANGE_KEY = ("release", "table_name", "record_id", "item_id", "action", "field")


def short_hash(*parts: str) -> str:
    """First 16 hex digits of the SHA-256 of the parts joined by U+001F."""
    return hashlib.sha256(SEPARATOR.join(parts).encode()).hexdigest()[:16]


def version_key(version: str) -> tuple[int, ...]:
    """A version as numbers, for comparison."""
    return tuple(map(int, version.split(".")))

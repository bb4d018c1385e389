"""Canonical text of every type, to typed columns and back.

A value has exactly one way to be written, so that a cell can be compared as text. Frictionless
reads more (`True`, ` 5`, `1_000`, non-ASCII digits, a trailing newline); none of it is canonical.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from accords.schema import Table

DTYPES: dict[str, str] = {
    "string": "str",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
    "date": "datetime64[us]",
    "year": "Int64",
}

_FORM = {
    "integer": re.compile(r"(?:0|-?[1-9][0-9]{0,17})\Z"),
    "number": re.compile(r"(?:0|-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?)\Z"),
    "boolean": re.compile(r"(?:true|false)\Z"),
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"),
    "year": re.compile(r"(?:[1-9][0-9]{3})\Z"),
}
EXPECTED = {
    "string": "text without spaces at its ends, control characters or a formula",
    "integer": "an integer such as 5",
    "number": "a number such as 5 or 0.25",
    "boolean": "true or false",
    "date": "a day that exists, YYYY-MM-DD",
    "year": "a year, YYYY",
}
PLACEHOLDER = "a template's placeholder"
_NO_VALUES = ("N/A", "n/a", "N.A.", "TBD", "tbd", "None", "none", "null", "nan", "NaN", "?", "-")
# Control characters, line breaks, those that turn the direction of text, and halves of pairs.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# A cell that a spreadsheet would run: `=`, `@`, tab or CR first, or `+`, `-` not before a digit.
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![0-9])")


def text_fault(text: str) -> str | None:
    """What is wrong with a text cell, or None."""
    if _FORMULA.match(text):
        return "a spreadsheet would run it as a formula"
    if text.startswith("<") and text.endswith(">"):
        return PLACEHOLDER
    if text in _NO_VALUES:
        return "unknown is left out"
    if text != text.strip():
        return "spaces at its ends"
    if _CONTROL.search(text):
        return "a control character or line break"
    if not unicodedata.is_normalized("NFC", text):
        return "not in Unicode normal form C"
    return None


def is_canonical(text: str, kind: str) -> bool:
    """Whether `text` is the canonical text of a value of a Table Schema type."""
    if kind == "string":
        return text_fault(text) is None
    if not _FORM[kind].match(text) or text == "-0":
        return False
    if kind == "date":
        try:
            date.fromisoformat(text)
        except ValueError:
            return False
    return kind != "number" or _number_text(float(text)) == text


def _number_text(value: float) -> str:
    return "0" if value == 0 else np.format_float_positional(value, trim="-")


_PARSE: dict[str, Callable[[str], Any]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": lambda text: text == "true",
    "date": np.datetime64,
    "year": int,
}
_FORMAT: dict[str, Callable[[Any], str]] = {
    "string": str,
    "integer": lambda value: str(int(value)),
    "number": lambda value: _number_text(float(value)),
    "boolean": lambda value: "true" if value else "false",
    "date": lambda value: value.strftime("%Y-%m-%d"),
    "year": lambda value: str(int(value)),
}


def typed(texts: list[str | None], kind: str) -> tuple[pd.Series[Any], list[int]]:
    """A column of text as a typed one.

    Returns the column (dtype of DTYPES, null where missing or not canonical) and the positions
    of the cells that are not canonical.
    """
    wrong = {text for text in set(texts) if text is not None and not is_canonical(text, kind)}
    bad = [i for i, text in enumerate(texts) if text in wrong]
    parse = _PARSE[kind]
    values = [None if text is None or text in wrong else parse(text) for text in texts]
    if kind == "date":
        return pd.Series(np.array(values, dtype="datetime64[us]"), dtype=DTYPES[kind]), bad
    return pd.Series(values, dtype=DTYPES[kind]), bad


def to_text(column: pd.Series[Any], kind: str) -> list[str | None]:
    """A typed column as canonical text, None where null."""
    form = _FORMAT[kind]
    return [None if pd.isna(value) else form(value) for value in column]


def frame_to_text(frame: pd.DataFrame, table: Table) -> dict[str, list[str | None]]:
    """The columns of a typed frame as canonical text."""
    return {name: to_text(frame[name], table.columns[name].type) for name in frame.columns}

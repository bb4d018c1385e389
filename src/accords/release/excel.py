"""The dataset as an Excel workbook: the codebook first, then a sheet a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

from accords.release.content import Content

_LIMIT = 32_767  # characters of a cell
# Nothing that a cell holds is run, linked or guessed: text stays text.
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def excel_bytes(content: Content) -> bytes:
    """The workbook's bytes. Raises ValueError where a cell is too long for a workbook."""
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, _OPTIONS)
    about = content.about
    authors = ", ".join(person["title"] for person in about["contributors"])
    book.set_properties(
        {"title": about["title"], "author": authors, "created": content.day}
        | {"comments": f"Version {content.version}, {about['licenses'][0]['name']}"}
    )
    formats = {
        "head": book.add_format({"bold": True}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    text = (content.folder / "docs" / "codebook.csv").read_text(encoding="utf-8")
    header, *columns = csv.reader(io.StringIO(text, newline=""), strict=True)
    _sheet(book, "codebook", header, columns, formats)
    for name, table in content.tables.items():
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        _sheet(book, name, table.column_names, rows, formats)
    book.close()
    return sink.getvalue()


def _sheet(
    book: Any, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], formats: Any
) -> None:
    sheet = book.add_worksheet(name)
    sheet.write_row(0, 0, header, formats["head"])
    last = 0
    for last, row in enumerate(rows, 1):
        for at, value in enumerate(row):
            match value:
                case None:
                    continue
                case bool():
                    sheet.write_boolean(last, at, value)
                case int() | float():
                    sheet.write_number(last, at, value)
                case datetime() | date():
                    sheet.write_datetime(last, at, value, formats["day"])
                case _:
                    if len(value) > _LIMIT:
                        raise ValueError(f"{name}: row {last}: {header[at]}: longer than a cell")
                    sheet.write_string(last, at, value)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(header) - 1)
    sheet.set_column(0, len(header) - 1, 24)

"""The tables as Stata files (format 118, Stata 14 and later), with labels from the schemas."""

from __future__ import annotations

import io

import pandas as pd

from accords.loader import to_pandas
from accords.release.content import Content
from accords.schema import Table

_LABEL, _FIXED = 80, 2_045  # characters of a label; bytes of a string that is not a strL


def stata_files(content: Content) -> dict[str, bytes]:
    """<table>.dta -> bytes. Missing text is empty, booleans are 0 and 1, dates are %td."""
    return {
        f"{name}.dta": _dta(content, to_pandas(arrow), content.schemas[name])
        for name, arrow in content.tables.items()
    }


def _dta(content: Content, frame: pd.DataFrame, table: Table) -> bytes:
    kinds = {name: field.type for name, field in table.columns.items()}
    for name, kind in kinds.items():
        if kind == "string":
            frame[name] = frame[name].fillna("").astype("object")
        elif kind == "boolean":
            frame[name] = frame[name].astype("Int8")
        elif kind == "date":
            frame[name] = frame[name].astype("datetime64[ns]")
    texts = [name for name, kind in kinds.items() if kind == "string"]
    # Also where all is empty: a fixed string has at least one byte.
    longest = {name: max(frame[name].str.encode("utf-8").str.len(), default=0) for name in texts}
    sink = io.BytesIO()
    frame.to_stata(
        sink,
        write_index=False,
        version=118,
        time_stamp=content.day,
        data_label=f"{table.title}, version {content.version}"[:_LABEL],
        variable_labels={field.name: field.description[:_LABEL] for field in table.fields},
        convert_dates={name: "td" for name, kind in kinds.items() if kind == "date"},
        convert_strl=[name for name in texts if longest[name] > _FIXED],
    )
    return sink.getvalue()

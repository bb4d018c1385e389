"""The codebook, from the schemas, the codes' definitions and the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from accords.cells import to_text
from accords.dataset import Dataset
from accords.schema import Field, Schemas, Table

HEADER = [
    "table",
    "column",
    "type",
    "title",
    "description",
    "constraints",
    "key",
    "derived",
    "example",
    "fill_rate",
]


def codebook_csv(data: Dataset) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the codebook, one row a column of every table; fill_rate is the share of
    rows that are not missing, to three decimals, empty for a table without rows."""
    rows = [
        [name, *_row(data, table, field)]
        for name, table in data.schemas.items()
        for field in table.fields
    ]
    return HEADER, rows


def _row(data: Dataset, table: Table, field: Field) -> list[str]:
    column = data.frames[table.name][field.name]
    filled = column.dropna()
    example = next(iter(to_text(filled.head(1), field.type)), "") or ""
    return [
        field.name,
        field.type,
        field.title,
        field.description,
        "; ".join(field.constraint_words()),
        "; ".join(table.key_words(field)),
        "yes" if field.derived or table.derived else "no",
        example if len(example) <= 80 else f"{example[:77]}...",
        f"{len(filled) / len(column):.3f}" if len(column) else "",
    ]


def codebook_markdown(data: Dataset) -> str:
    """The codebook as a page: the tables, each column, and the definitions of all codes."""
    parts = [
        f"# Codebook\n\nGenerated from `schemas/` and the data of version {data.package.version}: "
        "never edit this file. The same as a table is `codebook.csv`.\n\n"
        "Missing is empty in CSV and null in Parquet. *Filled* is the share of rows that have a "
        "value. Derived columns and tables are computed by the build from the others.\n",
        tables_markdown(data.schemas, data.row_counts),
    ]
    _, rows = codebook_csv(data)
    for name, table in data.schemas.items():
        parts.append(f"\n## {name}\n\n{table.description}\n")
        parts.append(f"\nPrimary key: {', '.join(f'`{key}`' for key in table.primary_key)}.\n")
        parts.append("\n| column | type | meaning | constraints | example | filled |\n")
        parts.append("| --- | --- | --- | --- | --- | --- |\n")
        for row in rows:
            if row[0] == name:
                parts.append(_line(*row))
        parts += _codes(data, table)
    return "".join(parts)


def _line(
    table: str,
    column: str,
    kind: str,
    title: str,
    description: str,
    rules: str,
    key: str,
    derived: str,
    example: str,
    rate: str,
) -> str:
    meaning = f"{title}. {description}" + (" Derived." if derived == "yes" else "")
    limits = "; ".join(part for part in (key, rules) if part)
    filled = f"{float(rate):.1%}" if rate else ""
    cells = [f"`{column}`", kind, meaning, limits, example, filled]
    return f"| {' | '.join(cell(text) for text in cells)} |\n"


def cell(text: str) -> str:
    """Text for a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("<", "&lt;")


def _codes(data: Dataset, table: Table) -> Iterator[str]:
    codes = data.frames["codes"]
    for field in table.fields:
        found = codes[(codes.table_name == table.name) & (codes.field == field.name)]
        if len(found):
            yield f"\nCodes of `{field.name}`:\n\n| code | definition |\n| --- | --- |\n"
            for row in found.itertuples():
                yield f"| `{row.code}` | {cell(row.definition)} |\n"


def tables_markdown(schemas: Schemas, rows: Mapping[str, int]) -> str:
    """A table of the tables: name, number of rows, what one row is."""
    lines = ["\n| table | rows | what it holds |\n| --- | ---: | --- |\n"]
    for name, table in schemas.items():
        derived = " Derived." if table.derived else ""
        lines.append(f"| `{name}` | {rows[name]:,} | {table.description}{derived} |\n")
    return "".join(lines)

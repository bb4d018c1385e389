"""What each release brought, in numbers, for its section of the changelog."""

from __future__ import annotations

import pandas as pd

from accords.dataset import Dataset


def release_numbers(data: Dataset) -> dict[str, str]:
    """Name of the marker -> the numbers of that release as Markdown, from `releases` and
    `changes`."""
    changes = data.frames["changes"]
    return {
        f"numbers of {row['release']}": _numbers(row, changes[changes.release == row["release"]])
        for row in data.frames["releases"].to_dict("records")
    }


def _numbers(release: dict[str, object], changes: pd.DataFrame) -> str:
    held = {name: release[f"n_{name}"] for name in ("agreements", "events", "sources", "evidence")}
    parts = [", ".join(f"{count:,} {name}" for name, count in held.items()) + "."]
    if not pd.isna(release["previous_release"]):
        counts = {name: release[f"n_{name}"] for name in ("added", "removed", "changed")}
        said = f"{counts['added']:,} rows added, {counts['removed']:,} removed, "
        parts.append(
            f"Since {release['previous_release']}: {said}{counts['changed']:,} cells changed."
        )
    lines = [f"\n{' '.join(parts)}\n"]
    if len(changes):
        actions = ("added", "removed", "changed")
        table = pd.crosstab(changes.table_name, changes.action).reindex(columns=actions).fillna(0)
        lines.append("\n| table | added | removed | changed |\n| --- | ---: | ---: | ---: |\n")
        for name, row in table.iterrows():
            lines.append(f"| `{name}` | {' | '.join(f'{int(row[key]):,}' for key in actions)} |\n")
        # Evidence shares the reasons of the facts, which would count twice.
        why = changes.reason[changes.table_name != "evidence"].value_counts()
        words = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in why.items())
        lines.append(f"\nWhy, evidence left out: {words or 'nothing owes a reason'}.\n")
    return "".join(lines)

"""Frictionless on the bytes about to be published: the independent second opinion."""

from __future__ import annotations

from pathlib import Path

from frictionless import system
from frictionless import validate as frictionless_validate

from accords.files import DESCRIPTOR
from accords.problems import Problem


def second_opinion(folder: Path) -> list[Problem]:
    """What Frictionless finds in the package in `folder`: hashes, bytes, and each CSV's cells and
    keys against its schema. Empty where it finds nothing, as it should after our own check."""
    with system.use_context(trusted=True):
        report = frictionless_validate(str(folder / DESCRIPTOR))
    problems = [Problem(DESCRIPTOR, 0, "", "", error.message, "") for error in report.errors]
    for task in report.tasks:
        for error in task.errors:
            found = error.to_descriptor()
            problems.append(
                Problem(
                    str(task.place),
                    int(found.get("rowNumber") or 0),
                    str(found.get("fieldName") or ""),
                    str(found.get("cell") or ""),
                    f"Frictionless: {error.message}",
                    "the two validators disagree: report this as a fault of the software",
                )
            )
    return problems

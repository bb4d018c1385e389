"""The small profile of EDTF (ISO 8601-2) that the dataset uses, and its calendar bounds.

A library that reads all of EDTF would accept far more than the profile and give bounds that
depend on the qualifier; the pattern of the profile itself stands in the schemas.
"""

from __future__ import annotations

import calendar
from datetime import date


def bounds(text: str) -> tuple[date, date] | None:
    """First and last day of `2026`, `2026-01` or `2026-01-28`, whatever the qualifier `~` or
    `?`; None if no such month or day exists."""
    try:
        year, month, day = [*map(int, text.rstrip("~?").split("-")), 0, 0][:3]
        if not month:
            return date(year, 1, 1), date(year, 12, 31)
        if not day:
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return date(year, month, day), date(year, month, day)
    except (ValueError, calendar.IllegalMonthError):
        return None

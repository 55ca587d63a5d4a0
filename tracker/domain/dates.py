"""Days as people write them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def spelled_day(day: date) -> str:
    """Write a day: 21 April 2017."""
    return f"{day.day} {day:%B %Y}"


def span(first: date, last: date) -> str:
    """Write a span of days: 18–21 April 2017."""
    if first == last:
        return spelled_day(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{spelled_day(last)}"
    if first.year == last.year:
        return f"{first.day} {first:%B} – {spelled_day(last)}"
    return f"{spelled_day(first)} – {spelled_day(last)}"


def spelled_moment(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment where people are: Tuesday, 6 October 2026, 17:00 CDT."""
    local = moment.astimezone(zone)
    return f"{local:%A}, {spelled_day(local.date())}, {local:%H:%M %Z}"

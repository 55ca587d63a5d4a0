"""Whether an offering takes applications now.

Source of the rules: product.md, "Applying".
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class WindowState(StrEnum):
    """How an offering stands towards whoever wants to apply."""

    NOT_YET = "not_yet"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    PAST = "past"


@dataclass(frozen=True)
class AdmissionsWindow:
    """What says whether an offering takes applications: [opens_at, closes_at).

    Without `opens_at` nobody has said when it opens: it has not. Without
    `closes_at` it ends when the first day begins at the place. `closed_at`: a
    coordinator closed it before its time. `ends_on` is the last day at the place.
    """

    opens_at: datetime | None
    closes_at: datetime | None
    closed_at: datetime | None
    cancelled_at: datetime | None
    starts_on: date
    ends_on: date
    zone: ZoneInfo
    is_published: bool = True

    @property
    def last_moment(self) -> datetime:
        """The moment from which on nobody can apply any more."""
        if self.closes_at is not None:
            return self.closes_at
        return datetime.combine(self.starts_on, time(), self.zone)


def window_state(window: AdmissionsWindow, now: datetime) -> WindowState:
    """Say whether an offering takes applications at `now`; a draft never does."""
    if window.cancelled_at is not None:
        return WindowState.CANCELLED
    if now.astimezone(window.zone).date() > window.ends_on:
        return WindowState.PAST
    if window.closed_at is not None or now >= window.last_moment:
        return WindowState.CLOSED
    if not window.is_published or window.opens_at is None or now < window.opens_at:
        return WindowState.NOT_YET
    return WindowState.OPEN


def window_problems(window: AdmissionsWindow) -> dict[str, str]:
    """Say why nobody could ever apply within a window: by time, what is amiss."""
    if window.closes_at is not None:
        after = datetime.combine(
            window.ends_on + timedelta(days=1), time(), window.zone
        )
        if window.closes_at > after:
            return {"closes_at": "is after the last day"}
        if window.opens_at is not None and window.closes_at <= window.opens_at:
            return {"closes_at": "is not after they open"}
    elif window.opens_at is not None and window.opens_at >= window.last_moment:
        return {"opens_at": "is after the first day has begun"}
    return {}

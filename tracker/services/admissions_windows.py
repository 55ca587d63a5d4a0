"""Whether an offering takes applications, asked of its row."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tracker.domain.admissions_window import (
    AdmissionsWindow,
    WindowState,
    window_state,
)
from tracker.models import Offering


def window_of(offering: Offering) -> AdmissionsWindow:
    """Return what says whether an offering takes applications."""
    return AdmissionsWindow(
        opens_at=offering.applications_open_at,
        closes_at=offering.applications_close_at,
        closed_at=offering.applications_closed_at,
        cancelled_at=offering.cancelled_at,
        starts_on=offering.starts_on,
        ends_on=offering.ends_on,
        zone=ZoneInfo(offering.timezone),
        is_published=offering.published_at is not None,
    )


def state_of(offering: Offering, *, now: datetime) -> WindowState:
    """Say whether an offering takes applications at `now`."""
    return window_state(window_of(offering), now)

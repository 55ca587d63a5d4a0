"""What the public sees of offerings: where, when, whether to apply; never a draft."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain.admissions_window import WindowState
from tracker.errors import NotFoundError
from tracker.models import Course, Offering
from tracker.services import admissions_windows
from tracker.services.desks import Phase, phase_of


@dataclass(frozen=True)
class Listed:
    """An offering on the schedule, and whether it takes applications.

    The moments at which it opens and closes are wall times of its place.
    """

    offering: Offering
    state: WindowState
    is_past: bool

    @property
    def opens_at(self) -> datetime | None:
        """When it opens for applications, if that is set."""
        return self._local(self.offering.applications_open_at)

    @property
    def closes_at(self) -> datetime | None:
        """When it closes for applications, if that is set."""
        return self._local(self.offering.applications_close_at)

    def _local(self, moment: datetime | None) -> datetime | None:
        return moment.astimezone(ZoneInfo(self.offering.timezone)) if moment else None


@dataclass(frozen=True)
class Wish:
    """Which offerings to show: of a state, of a month such as "2026-11"; empty: all."""

    state: str = ""
    month: str = ""

    def fits(self, offering: Offering) -> bool:
        """Say whether an offering is among those wished for."""
        return (not self.state or offering.state == self.state) and (
            not self.month or month_key(offering.starts_on) == self.month
        )


@dataclass(frozen=True)
class PublicSchedule:
    """What is to come, the nearest first, and what is over, the newest first.

    `states` and `months` are those of every offering, whatever was wished for: as
    addresses have them, and as people write them.
    """

    upcoming: tuple[Listed, ...]
    past: tuple[Listed, ...]
    states: dict[str, str]
    months: dict[str, str]


def month_key(day: date) -> str:
    """Name a month as addresses do: 2026-11."""
    return f"{day:%Y-%m}"


def month_title(day: date) -> str:
    """Name a month as people do: November 2026."""
    return f"{day:%B %Y}"


def read_schedule(
    wish: Wish, course: Course | None = None, *, now: datetime
) -> PublicSchedule:
    """Return the schedule, or a course's; one query, however many offerings."""
    offerings = _published(course)
    listed = [look_at(each, now=now) for each in offerings if wish.fits(each)]
    return PublicSchedule(
        upcoming=tuple(each for each in listed if not each.is_past),
        past=tuple(each for each in reversed(listed) if each.is_past),
        states={state: state for state in sorted({o.state for o in offerings})},
        months={
            month_key(each.starts_on): month_title(each.starts_on)
            for each in reversed(offerings)
        },
    )


def look_at(offering: Offering, *, now: datetime) -> Listed:
    """Say how the public sees an offering now."""
    return Listed(
        offering,
        admissions_windows.state_of(offering, now=now),
        phase_of(offering, now=now) is Phase.OVER,
    )


def get_published(code: str) -> Offering:
    """Return an offering that the public may see, with its course.

    Raises:
        NotFoundError: there is none with this code, or it is a draft.
    """
    wanted = _select().where(Offering.code == code)
    found = db.session.scalar(wanted)
    if found is None:
        raise NotFoundError(f"There is no offering “{code}”.")
    return found


def _published(course: Course | None = None) -> list[Offering]:
    wanted = _select().order_by(Offering.starts_on, Offering.code)
    if course is not None:
        wanted = wanted.where(Offering.course_id == course.id)
    return list(db.session.scalars(wanted))


def _select() -> sa.Select[Offering]:
    return (
        sa.select(Offering)
        .where(Offering.published_at.is_not(None))
        .options(joinedload(Offering.course))
    )

"""What an applicant sees of an application: where it stands, and what to do next."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tracker.domain.admissions import Status, Step, may
from tracker.domain.admissions_window import WindowState
from tracker.domain.eligibility import About, Verdict
from tracker.models import Application, ApplicationEvent, Course, Person
from tracker.services import (
    admissions_windows,
    applications,
    applying,
    catalogue,
    findings,
    teams,
)
from tracker.services.teams import Member

# A coordinator's own words on these are for the applicant to read.
TOLD = frozenset(
    {Step.ASKED, Step.ACCEPTED, Step.WAITLISTED, Step.DECLINED, Step.WITHDRAWN}
)


@dataclass(frozen=True)
class OwnApplication:
    """An application on its person's own page.

    `note` is what a coordinator wrote last, if that still stands. `missing`: the
    prerequisite that is not on record yet. `confirm_by`: until when the held seat
    can be confirmed. Moments are of the offering's place.
    """

    application: Application
    zone: ZoneInfo
    steps: tuple[ApplicationEvent, ...]
    note: str
    confirm_by: datetime | None
    missing: Course | None
    may_change: bool
    may_confirm: bool
    may_withdraw: bool
    may_begin: bool
    may_name: bool
    team: tuple[Member, ...]


def list_shown(person: Person) -> list[Application]:
    """Return a person's applications, the newest first, but the enrolled ones."""
    return _list_own(person, is_enrolled=False)


def list_seats(person: Person) -> list[Application]:
    """Return a person's applications that became seats, the newest first."""
    return _list_own(person, is_enrolled=True)


def _list_own(person: Person, *, is_enrolled: bool) -> list[Application]:
    return [
        each
        for each in applications.list_own(person)
        if (each.status is Status.ENROLLED) is is_enrolled
    ]


def read(application: Application, *, now: datetime) -> OwnApplication:
    """Return an application as its person sees it."""
    offering = application.offering
    zone = ZoneInfo(offering.timezone)
    state = admissions_windows.state_of(offering, now=now)
    is_live = application.ended_at is None
    is_over = state in applying.OVER
    by = application.confirm_by
    is_open = state is WindowState.OPEN
    return OwnApplication(
        application=application,
        zone=zone,
        steps=tuple(application.events),
        note=_note(application),
        confirm_by=by.astimezone(zone) if by else None,
        missing=_missing(application) if is_live and not is_over else None,
        may_change=applying.may_change(application, now=now),
        may_confirm=_may_confirm(application, now) and not is_over,
        may_withdraw=may_withdraw(application, now=now),
        may_begin=not is_live and is_open,
        may_name=is_live and is_open,
        team=tuple(teams.list_members(application)),
    )


def _note(application: Application) -> str:
    """Return a coordinator's words on the last step, if it was theirs and has any."""
    told = [each for each in application.events if each.step is not Step.CHANGED]
    last = told[-1] if told else None
    return last.note if last and last.user_id and last.step in TOLD else ""


def _missing(application: Application) -> Course | None:
    """Return the prerequisite where no completion of it is on record."""
    prerequisite = catalogue.find_prerequisite(application.offering.course)
    if prerequisite is None:
        return None
    found = findings.findings_of(application.offering, [application])
    return next(
        (
            prerequisite
            for each in found[application.id]
            if each.about is About.PREREQUISITE and each.verdict is not Verdict.MET
        ),
        None,
    )


def _may_confirm(application: Application, now: datetime) -> bool:
    by = application.confirm_by
    return application.status is Status.ACCEPTED and (by is None or now < by)


def may_withdraw(application: Application, *, now: datetime) -> bool:
    """Say whether an application, and the seat with it, can be given back."""
    state = admissions_windows.state_of(application.offering, now=now)
    return may(application.status, Step.WITHDRAWN) and state is not WindowState.PAST

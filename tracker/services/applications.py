"""Applications: finding them, and taking them one step further.

Every step is an event beside the application, with who took it and the facts as
they stood, and an entry of the audit log where staff took it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain.admissions import ENDED, Status, Step, may, status_after
from tracker.errors import ConflictError, NotFoundError
from tracker.models import Application, ApplicationEvent, Offering, Person, User
from tracker.services import audit

IS_LIVE = Application.ended_at.is_(None)


@dataclass(frozen=True)
class Taken:
    """Who takes a step, when, and why. `user` None: the person, or time.

    `uid` is made by the form: sent twice, it is one step. `facts` are the findings
    as they stand.
    """

    now: datetime
    user: User | None = None
    uid: str = field(default_factory=lambda: uuid4().hex)
    note: str = ""
    facts: Sequence[dict[str, Any]] = ()


def find_live(offering: Offering, person: Person) -> Application | None:
    """Return a person's live application for an offering; there is at most one."""
    return db.session.scalar(
        sa.select(Application).where(
            Application.offering_id == offering.id,
            Application.person_id == person.id,
            IS_LIVE,
        )
    )


def is_draft(application: Application) -> bool:
    """Say whether an application was never sent."""
    return application.status is Status.DRAFT


def get_own(person: Person, public_id: str) -> Application:
    """Return a person's own application, ended ones too.

    Raises:
        NotFoundError: there is none of that id, or it is somebody else's.
    """
    return _get(public_id, Application.person_id == person.id)


def get_of(offering: Offering, public_id: str) -> Application:
    """Return an application for this offering; drafts are nobody's but the person's.

    Raises:
        NotFoundError: there is none of that id, it is another offering's, or it was
            never sent.
    """
    is_sent = Application.submitted_at.is_not(None)
    return _get(public_id, Application.offering_id == offering.id, is_sent)


def _get(public_id: str, *conditions: sa.ColumnElement[bool]) -> Application:
    found = db.session.scalar(
        sa.select(Application)
        .where(Application.public_id == public_id, *conditions)
        .options(
            joinedload(Application.person),
            joinedload(Application.offering).joinedload(Offering.course),
        )
    )
    if found is None:
        raise NotFoundError
    return found


def list_own(person: Person) -> list[Application]:
    """Return all of a person's applications, the newest first."""
    rows = db.session.scalars(
        sa.select(Application)
        .where(Application.person_id == person.id)
        .options(joinedload(Application.offering).joinedload(Offering.course))
        .order_by(Application.started_at.desc(), Application.id.desc())
    )
    return list(rows)


def list_of(
    offering: Offering, statuses: Iterable[Status] | None = None
) -> list[Application]:
    """Return who applied for an offering, the earliest first."""
    wanted = (
        sa.select(Application)
        .where(
            Application.offering_id == offering.id,
            Application.submitted_at.is_not(None),
        )
        .options(joinedload(Application.person))
        .order_by(Application.submitted_at, Application.id)
    )
    if statuses is not None:
        wanted = wanted.where(Application.status.in_(list(statuses)))
    return list(db.session.scalars(wanted))


def lock(application: Application) -> None:
    """Let one change of an application go at a time, and read it anew.

    Whoever needs the offering's lock too takes that one first.
    """
    wanted = sa.select(Application.id).where(Application.id == application.id)
    db.session.execute(wanted.with_for_update())
    db.session.refresh(application)


def find_event(uid: str) -> ApplicationEvent | None:
    """Return the step that a form's id has taken already, if it has."""
    return db.session.scalar(
        sa.select(ApplicationEvent).where(ApplicationEvent.public_id == uid)
    )


def find_taken(uids: Iterable[str]) -> set[str]:
    """Return which of these ids have taken a step already."""
    wanted = sa.select(ApplicationEvent.public_id)
    return set(
        db.session.scalars(wanted.where(ApplicationEvent.public_id.in_(list(uids))))
    )


def take(application: Application, step: Step, taken: Taken) -> ApplicationEvent:
    """Take a step, under the application's lock, and keep it as an event.

    The same form's id again returns the event that it made.

    Raises:
        ConflictError: the application stands where this step cannot be taken, or
            the id has taken another step.
    """
    if earlier := find_event(taken.uid):
        require_same(earlier, application, step)
        return earlier
    if not may(application.status, step):
        raise ConflictError(
            f"This application is {application.status}; it cannot be {step} now."
        )
    application.status = status_after(application.status, step)
    _note_moment(application, step, taken.now)
    return add_event(application, step, taken)


def add_event(application: Application, step: Step, taken: Taken) -> ApplicationEvent:
    """Keep what happened; by staff, in the audit log too."""
    event = ApplicationEvent(
        public_id=taken.uid,
        application=application,
        step=step,
        note=taken.note,
        facts=list(taken.facts),
        user_id=taken.user.id if taken.user else None,
        made_at=taken.now,
    )
    db.session.add(event)
    db.session.flush()
    if taken.user:
        audit.record(
            audit.actor_of(taken.user),
            f"application.{step}",
            {"application": application.public_id},
            application.offering,
            now=taken.now,
        )
    return event


def require_same(event: ApplicationEvent, application: Application, step: Step) -> None:
    """Refuse a form whose id has taken another step, or at another application.

    Raises:
        ConflictError: it has.
    """
    if event.application_id != application.id or event.step is not step:
        raise ConflictError("This form was used for something else already.")


def _note_moment(application: Application, step: Step, now: datetime) -> None:
    if step is Step.SUBMITTED and application.submitted_at is None:
        application.submitted_at = now
    if step is Step.WAITLISTED:
        application.waitlisted_at = now
    if application.status in ENDED:
        application.ended_at = now

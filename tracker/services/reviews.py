"""What reviewers read of an offering's applications: all in a list, each in full."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.admissions import Status, Step
from tracker.domain.application_questions import read_questions
from tracker.domain.eligibility import Distance, Finding, distance
from tracker.domain.look_alikes import Known, find_alike
from tracker.domain.reviewing import Line, decided_in_order
from tracker.errors import NotFoundError
from tracker.models import (
    Application,
    ApplicationEvent,
    Enrollment,
    Offering,
    Person,
    User,
)
from tracker.services import applications, findings, waitlists

TO_DECIDE = (Status.SUBMITTED, Status.ASKED)


def count_to_decide(offering: Offering) -> int:
    """Count the applications that wait for a coordinator."""
    wanted = sa.select(sa.func.count(Application.id)).where(
        Application.offering_id == offering.id,
        Application.status.in_(TO_DECIDE),
        Application.submitted_at.is_not(None),
    )
    return db.session.scalar(wanted) or 0


def read_lines(offering: Offering) -> list[Line]:
    """Return all who applied, with findings and place on the waitlist.

    The earliest first; the same number of queries however many there are.
    """
    rows = applications.list_of(offering)
    waiting = waitlists.list_waiting(offering)
    ranks = {row.id: place for place, row in enumerate(waiting, start=1)}
    found = findings.findings_of(offering, rows)
    return [_line(row, found[row.id], ranks.get(row.id)) for row in rows]


def _line(row: Application, found: tuple[Finding, ...], rank: int | None) -> Line:
    said = row.details
    return Line(
        uid=row.public_id,
        person_id=row.person_id,
        name=said.get("name") or row.person.name,
        agency=said.get("agency") or row.person.agency,
        discipline=row.discipline,
        place=", ".join(each for each in (row.county, row.state) if each),
        phone=said.get("phone") or "",
        status=row.status,
        applied_at=row.submitted_at or row.started_at,
        findings=found,
        rank=rank,
    )


@dataclass(frozen=True)
class LookAlike:
    """Somebody of the same offering who may be the same person, and why.

    `application` or `enrollment` is the public id of where that is seen.
    """

    name: str
    why: str
    application: str = ""
    enrollment: str = ""
    status: str = ""


@dataclass(frozen=True)
class Happened:
    """One thing of an application's history; `by` is empty where time did it."""

    step: Step
    at: datetime
    by: str
    note: str
    facts: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Review:
    """Everything a reviewer reads of one application, besides its line.

    `said` are label and answer, in the order of the form.
    """

    said: tuple[tuple[str, str], ...]
    distance: Distance
    look_alikes: tuple[LookAlike, ...]
    history: tuple[Happened, ...]


def read_review(row: Application, lines: Sequence[Line]) -> Review:
    """Return what reviewers read of an application; `lines` are its offering's."""
    return Review(
        said=tuple(each for each in _said(row) if each[1]),
        distance=distance(row.state, row.county, row.offering.catchment),
        look_alikes=tuple(_look_alikes(row, lines)),
        history=tuple(_history(row)),
    )


def _said(row: Application) -> Iterable[tuple[str, str]]:
    said = row.details
    yield "E-mail", row.person.email
    yield "Title", said.get("title") or row.person.title
    yield "Mobile number", said.get("phone") or ""
    yield "Supervisor", said.get("supervisor_name") or ""
    yield "Supervisor's contact", said.get("supervisor_contact") or ""
    answers = dict(said.get("answers") or {})
    for question in read_questions(row.offering.course.questions or []):
        yield question.label, str(answers.pop(question.key, ""))
    for key, answer in answers.items():  # asked no longer, but answered then
        yield key.replace("_", " ").capitalize(), str(answer)


def _look_alikes(row: Application, lines: Sequence[Line]) -> list[LookAlike]:
    (mine,) = (each for each in lines if each.uid == row.public_id)
    people = {
        each.uid: (
            _known(each),
            LookAlike(each.name, "", application=each.uid, status=each.status),
        )
        for each in lines
        if each.uid != row.public_id
    }
    applied = {each.person_id for each in lines}
    for enrollment, person in _enrolled(row.offering):
        if person.id not in applied:
            seen = LookAlike(person.name, "", enrollment=enrollment, status="enrolled")
            people[enrollment] = Known(person.id, person.name), seen
    alike = find_alike(
        _known(mine), ((key, known) for key, (known, _) in people.items())
    )
    return [_because(people[key][1], why) for key, why in alike]


def _known(line: Line) -> Known:
    return Known(line.person_id, line.name, line.phone)


def _because(seen: LookAlike, why: str) -> LookAlike:
    return LookAlike(seen.name, why, seen.application, seen.enrollment, seen.status)


def _enrolled(offering: Offering) -> Iterable[tuple[str, Person]]:
    rows = db.session.execute(
        sa.select(Enrollment.public_id, Person)
        .join(Enrollment.person)
        .where(Enrollment.offering_id == offering.id, Enrollment.withdrawn_at.is_(None))
    )
    return [(uid, person) for uid, person in rows]


def _history(row: Application) -> Iterable[Happened]:
    rows = db.session.execute(
        sa.select(ApplicationEvent, User.name)
        .outerjoin(User, ApplicationEvent.user_id == User.id)
        .where(ApplicationEvent.application_id == row.id)
        .order_by(ApplicationEvent.id)
    )
    for event, name in rows:
        by = name or _nameless(event)
        yield Happened(event.step, event.made_at, by, event.note, event.facts)


def _nameless(event: ApplicationEvent) -> str:
    if event.user_id is not None:
        return "a coordinator"
    return "" if event.step in _BY_TIME else "the applicant"


_BY_TIME = {Step.LAPSED, Step.ACCEPTED}


def load_many(
    offering: Offering, lines: Sequence[Line], uids: Iterable[str]
) -> list[Application]:
    """Return applications in the order in which many are decided at once.

    Raises:
        NotFoundError: one of the ids is none of this offering's.
    """
    wanted = set(uids)
    chosen = [each for each in lines if each.uid in wanted]
    if len(chosen) != len(wanted):
        raise NotFoundError
    rows = {row.public_id: row for row in applications.list_of(offering)}
    return [rows[each.uid] for each in decided_in_order(chosen)]

"""The demo's applicants: made by the services, each at another point of the way.

None of them exists, so the mails that they would have had are taken for sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa

from tracker.db import db
from tracker.demo import offerings, people, staff
from tracker.domain.admissions import Step
from tracker.domain.application_entry import ApplicationEntry
from tracker.domain.report_columns import Layout
from tracker.models import Application, Offering, OutboxMessage
from tracker.services import (
    applicants,
    applying,
    completion_imports,
    decisions,
    seat_offers,
    teams,
)
from tracker.services.applications import Taken
from tracker.services.audit import CLI
from tracker.services.prerequisites import get_prerequisite

BETWEEN = timedelta(hours=9)  # from one application to the next
FINISHED_BEFORE = timedelta(days=30)
NOTES = {
    Step.ASKED: "A sample question: in which unit will you work from next month on?",
    Step.DECLINED: "A sample answer: these days are for those who work on cases.",
}
ENROLLED = (Step.ACCEPTED, Step.CONFIRMED)
INVESTIGATES, PROSECUTES = "Law enforcement", "Prosecutors"
POLICE, SHERIFF, ATTORNEY, PATROL, *_ = people.AGENCIES


@dataclass(frozen=True)
class Applicant:
    """Somebody who applies, and what the coordinator and they do then.

    `lead` is the number of who names them; one of a team who `is_silent` sends nothing.
    """

    number: int
    discipline: str
    agency: str
    state: str
    county: str = ""
    steps: tuple[Step, ...] = ()
    has_finished: bool = True
    is_free_mail: bool = False
    lead: int | None = None
    is_silent: bool = False

    @property
    def name(self) -> str:
        """Return a name that nobody could have."""
        return f"Sample Applicant {self.number:02d}"

    @property
    def email(self) -> str:
        """Return an address that nobody has: Gmail gives none with a hyphen in it."""
        if self.is_free_mail:
            return f"sample-applicant-{self.number:02d}@gmail.com"
        return f"applicant{self.number:02d}@{people.DOMAIN}"


APPLICANTS = (
    Applicant(1, INVESTIGATES, POLICE, "NE", "Douglas", ENROLLED),
    Applicant(2, INVESTIGATES, POLICE, "IA", "Polk", ENROLLED),
    Applicant(3, INVESTIGATES, SHERIFF, "IA", "Polk", (Step.ACCEPTED,)),
    Applicant(4, INVESTIGATES, SHERIFF, "NE", "Sarpy", (Step.WAITLISTED,)),
    Applicant(5, INVESTIGATES, POLICE, "IA", "Linn", (Step.WAITLISTED,)),
    Applicant(6, INVESTIGATES, SHERIFF, "TX", "Travis"),
    Applicant(7, PROSECUTES, ATTORNEY, "IA", "Polk", has_finished=False),
    Applicant(8, PROSECUTES, ATTORNEY, "IA", "Story", is_free_mail=True),
    Applicant(9, PROSECUTES, ATTORNEY, "IA", "Scott"),
    Applicant(10, PROSECUTES, ATTORNEY, "IA", "Scott", lead=9),
    Applicant(11, PROSECUTES, ATTORNEY, "IA", "Scott", lead=9, is_silent=True),
    Applicant(12, INVESTIGATES, PATROL, "IA", steps=(Step.ASKED,)),
    Applicant(13, "Sample discipline", PATROL, "IA", steps=(Step.DECLINED,)),
)


def apply_all(offering: Offering, *, now: datetime) -> int:
    """Let everybody apply, each a while after the other; return how many they are."""
    sent = dict(_send_all(offering, now - offerings.OPEN_BEFORE))
    _import_completions(offering, now)
    for each in APPLICANTS:
        for step in each.steps:
            _take(sent[each.number], step, now)
    _file_mail(offering)
    return len(APPLICANTS)


def _send_all(
    offering: Offering, opened_at: datetime
) -> Iterator[tuple[int, Application]]:
    for each in APPLICANTS:
        if not each.is_silent:
            yield each.number, _send(offering, each, opened_at + each.number * BETWEEN)


def _send(offering: Offering, said: Applicant, now: datetime) -> Application:
    person = applicants.find_or_make_person(said.email, now=now)
    application = applying.begin(person, offering, now=now)
    applying.send(application, _entry(said), uid=uuid4().hex, now=now)
    team = [each for each in APPLICANTS if each.lead == said.number]
    if team:
        rows = [(each.name, each.email) for each in team]
        teams.name_members(application, rows, now=now)
    return application


def _entry(said: Applicant) -> ApplicationEntry:
    return ApplicationEntry(
        name=said.name,
        agency=said.agency,
        title=f"Sample title {said.number % 4 + 1}",
        discipline=said.discipline,
        state=said.state,
        county=said.county,
        supervisor_name="Sample Supervisor",
        supervisor_contact=f"supervisor@{people.DOMAIN}",
        answers={"cases": "One to five"},
    )


def _import_completions(offering: Offering, now: datetime) -> None:
    """Import who has finished the course before, as the learning platform reports."""
    course, day = get_prerequisite(offering), (now - FINISHED_BEFORE).date()
    report = completion_imports.read(
        course, _report(day.isoformat()), Layout(), now=now
    )
    completion_imports.import_report(
        course, report, actor=CLI, now=now, offering=offering
    )


def _report(day: str) -> bytes:
    rows = [
        f"{each.name},{each.email},{day}" for each in APPLICANTS if each.has_finished
    ]
    return "\n".join(["Name,Email,Completed on", *rows]).encode()


def _take(application: Application, step: Step, now: datetime) -> None:
    if step is Step.CONFIRMED:
        seat_offers.confirm(application, Taken(now=now))
        return
    user = staff.get_coordinator()
    taken = Taken(now=now, user=user, note=NOTES.get(step, ""))
    decisions.decide(application, step, taken)


def _file_mail(offering: Offering) -> None:
    db.session.execute(
        sa.update(OutboxMessage)
        .where(
            OutboxMessage.offering_id == offering.id, OutboxMessage.done_at.is_(None)
        )
        .values(done_at=OutboxMessage.created_at)
    )

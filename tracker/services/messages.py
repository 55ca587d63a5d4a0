"""Who is written to, of which kind, with which values and which link.

Each function adds one mail to the caller's transaction. Links lead to
the public address, whatever host was asked. What a kind says is in templates/mail, or
in the course's own words; `domain/mails.py` lists the kinds.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from tracker.db import db
from tracker.domain import mail_texts
from tracker.domain.dates import spelled_day, spelled_moment
from tracker.domain.day_summaries import DaySummary
from tracker.domain.mail_texts import Letter
from tracker.domain.mails import KINDS, Kind
from tracker.domain.plans import Policy
from tracker.domain.progress import named
from tracker.models import Application, Enrollment, Offering, Person
from tracker.models.evaluation import Occasion
from tracker.services import letters, outbox

INVITATION_DAYS = 7

# Applications.


def queue_application_received(application: Application, *, now: datetime) -> None:
    """Tell an applicant that the application is there."""
    _queue_status(Kind.APPLICATION_RECEIVED, application, now)


def queue_application_incomplete(application: Application, *, now: datetime) -> None:
    """Remind somebody of an application that they began and have not sent."""
    _queue(Kind.APPLICATION_INCOMPLETE, application, _form_of(application), now)


def queue_team_member(application: Application, *, now: datetime) -> None:
    """Ask somebody whom a lead named to complete and send their own application."""
    lead = db.session.get(Application, application.lead_id or 0)
    name = mail_texts.harmless_name(_name_of(lead) if lead else "")
    values = {**_form_of(application), "lead": name}
    _queue(Kind.TEAM_MEMBER, application, values, now)


def queue_asked(application: Application, question: str, *, now: datetime) -> None:
    """Pass a coordinator's question on to the applicant."""
    _queue_status(Kind.ASKED, application, now, question=question)


def queue_accepted(application: Application, note: str = "", *, now: datetime) -> None:
    """Ask an accepted applicant to confirm the seat by `confirm_by`.

    Where acceptance enrolls at once, `queue_pass_ready` is the mail to send.
    """
    _queue_status(Kind.ACCEPTED, application, now, note=note)


def queue_seat_offered(
    application: Application, note: str = "", *, now: datetime
) -> None:
    """Offer somebody on the waitlist a seat that became free, until `confirm_by`."""
    _queue_status(Kind.SEAT_OFFERED, application, now, note=note)


def queue_waitlisted(
    application: Application, note: str = "", *, now: datetime
) -> None:
    """Tell an applicant that there is no seat yet; `note` is for them to read."""
    _queue_status(Kind.WAITLISTED, application, now, note=note)


def queue_declined(application: Application, note: str = "", *, now: datetime) -> None:
    """Tell an applicant that there is no seat; `note` is for them to read."""
    _queue_status(Kind.DECLINED, application, now, note=note)


def queue_lapsed(application: Application, *, now: datetime) -> None:
    """Tell somebody that the held seat was not confirmed in time."""
    _queue_status(Kind.LAPSED, application, now)


def queue_withdrawn(application: Application, *, now: datetime) -> None:
    """Confirm to somebody that the application is withdrawn."""
    _queue_status(Kind.WITHDRAWN, application, now)


def queue_offering_cancelled(
    offering: Offering, person: Person, note: str = "", *, now: datetime
) -> None:
    """Tell somebody who is enrolled or has applied that it does not take place."""
    values = letters.usual_values(offering, person.name, "/") | {"note": note}
    _send(Kind.CANCELLED, offering, person, values, now)


def preview(kind: Kind, application: Application, **values: str) -> Letter:
    """Return a mail about an application as it would be sent, and send nothing."""
    filled = _status_of(application) | values
    return letters.write(kind, filled, application.offering.course)


def _queue_status(
    kind: Kind, application: Application, now: datetime, **values: str
) -> None:
    _queue(kind, application, _status_of(application) | values, now)


def _queue(
    kind: Kind, application: Application, values: dict[str, str], now: datetime
) -> None:
    _send(kind, application.offering, application.person, values, now)


def _status_of(application: Application) -> dict[str, str]:
    path = f"/me/applications/{application.public_id}"
    usual = letters.usual_values(application.offering, _name_of(application), path)
    at, zone = application.confirm_by, ZoneInfo(application.offering.timezone)
    return usual | {"confirm_by": spelled_moment(at, zone) if at else ""}


def _form_of(application: Application) -> dict[str, str]:
    offering = application.offering
    path, name = f"/offerings/{offering.code}/apply", _name_of(application)
    if application.lead_id and not application.email_verified_at:  # a lead's word
        name = mail_texts.harmless_name(name, "colleague")
    return letters.usual_values(offering, name, path)


def _name_of(application: Application) -> str:
    return application.details.get("name") or application.person.name


# Enrollments.


def queue_pass_ready(enrollment: Enrollment, *, now: datetime) -> None:
    """Tell somebody who has been enrolled where the pass is."""
    _queue_own(Kind.PASS_READY, enrollment, "", now)


def queue_day_before(enrollment: Enrollment, *, now: datetime) -> None:
    """Remind somebody of an offering that begins tomorrow."""
    _queue_own(Kind.DAY_BEFORE, enrollment, "", now)


def queue_evaluation_open(enrollment: Enrollment, *, now: datetime) -> None:
    """Tell a participant that answers are taken."""
    page = f"/{QUESTIONS[Occasion.EVALUATION]}"
    _queue_own(Kind.EVALUATION_OPEN, enrollment, page, now)


def queue_missed_segment(
    enrollment: Enrollment, numbers: list[int], make_up_by: date, *, now: datetime
) -> None:
    """Tell a participant what is missing for a certificate, and until when."""
    values = {"segments": named(numbers), "make_up_by": spelled_day(make_up_by)}
    _queue_own(Kind.MISSED_SEGMENT, enrollment, "/programme", now, **values)


def queue_certificate_ready(enrollment: Enrollment, *, now: datetime) -> None:
    """Tell a participant, in the issuing transaction, that the certificate is there."""
    _queue_own(Kind.CERTIFICATE_READY, enrollment, "", now)


def queue_contest_answered(enrollment: Enrollment, *, now: datetime) -> None:
    """Tell a participant that a contest was answered; the words stay on the page."""
    _queue_own(Kind.CONTEST_ANSWERED, enrollment, "/programme", now)


def queue_name_decided(enrollment: Enrollment, *, now: datetime) -> None:
    """Tell a participant that there is an answer about the printed name."""
    _queue_own(Kind.NAME_DECIDED, enrollment, "/name", now)


def queue_prerequisite_decided(
    offering: Offering, person: Person, prerequisite: str, *, now: datetime
) -> None:
    """Tell somebody that an uploaded certificate of a prerequisite was looked at."""
    path = f"/me/completions/{prerequisite}"
    values = letters.usual_values(offering, person.name, path)
    _send(Kind.PREREQUISITE_DECIDED, offering, person, values, now)


def queue_day_signed_off(
    enrollment: Enrollment, day: date, summary: DaySummary, *, now: datetime
) -> None:
    """Tell a participant how they stand at a day that was signed off."""
    values = {"day": f"{day:%A}, {day.day} {day:%B}", "summary": summary.words}
    _queue_own(Kind.DAY_SIGNED_OFF, enrollment, "/programme", now, **values)


QUESTIONS = {
    Occasion.EVALUATION: "evaluation",
    Occasion.BEFORE: "knowledge-before",
    Occasion.AFTER: "knowledge-after",
    Occasion.FOLLOW_UP: "follow-up",
}


def queue_questions(
    enrollment: Enrollment, occasion: Occasion, *, is_first: bool, now: datetime
) -> None:
    """Ask a participant for answers: by invitation, or as a reminder."""
    kind = Kind.FOLLOW_UP if is_first else Kind.ANSWERS_MISSING
    _queue_own(kind, enrollment, f"/{QUESTIONS[occasion]}", now)


def _queue_own(
    kind: Kind, enrollment: Enrollment, page: str, now: datetime, **values: str
) -> None:
    """Queue a mail whose link is a page of the participant's own offering."""
    offering, person = enrollment.offering, enrollment.person
    path = f"/me/offerings/{offering.code}{page}"
    usual = letters.usual_values(offering, person.name, path)
    _send(kind, offering, person, usual | values, now)


def _send(
    kind: Kind,
    offering: Offering,
    person: Person,
    values: dict[str, str],
    now: datetime,
) -> None:
    if not is_on(kind, offering):
        return
    letter = letters.write(kind, values, offering.course)
    outbox.queue_mail(kind, person.email, letter, offering_id=offering.id, now=now)


def is_on(kind: Kind, offering: Offering) -> bool:
    """Say whether an offering sends a kind of mail; most cannot be turned off."""
    switch = KINDS[kind].switch
    return switch is None or bool(getattr(Policy(**offering.policy or {}), switch))


# Accounts.


def sign_in_code(code: str, minutes: int) -> Letter:
    """Return the mail with a sign-in code."""
    values = {"code": code, "minutes": str(minutes)}
    return letters.write(Kind.SIGN_IN_CODE, values)


def invitation(link: str) -> Letter:
    """Return the mail that invites a member of staff."""
    values = {"url": link, "valid_days": str(INVITATION_DAYS)}
    return letters.write(Kind.INVITATION, values)

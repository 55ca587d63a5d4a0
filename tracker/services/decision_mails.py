"""The mail that a decision would send, for its coordinator to read beforehand."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tracker import links
from tracker.domain.admissions import Status, Step, read_admission
from tracker.domain.dates import spelled_moment
from tracker.domain.mail_texts import Letter
from tracker.domain.mails import Kind
from tracker.models import Application
from tracker.services import messages, seat_offers

# The kind of mail, and what the coordinator's note is called in it.
_MAILS = {
    Step.WAITLISTED: (Kind.WAITLISTED, "note"),
    Step.DECLINED: (Kind.DECLINED, "note"),
    Step.ASKED: (Kind.ASKED, "question"),
}


def write(application: Application, step: Step, note: str, *, now: datetime) -> Letter:
    """Return the mail that deciding an application now would send; sends nothing."""
    if step is Step.ACCEPTED:
        return _acceptance(application, note, now)
    kind, name = _MAILS[step]
    return messages.preview(kind, application, **{name: note})


def _acceptance(application: Application, note: str, now: datetime) -> Letter:
    offering = application.offering
    if read_admission(offering.admission).confirm_days == 0:
        url = links.absolute(f"/me/offerings/{offering.code}")
        return messages.preview(Kind.PASS_READY, application, url=url)
    was_waiting = application.status is Status.WAITLISTED
    return messages.preview(
        Kind.SEAT_OFFERED if was_waiting else Kind.ACCEPTED,
        application,
        note=note,
        confirm_by=spelled_moment(
            seat_offers.deadline_of(offering, now), ZoneInfo(offering.timezone)
        ),
    )

"""The texts of our mails: each a file whose first line is the subject.

Subjects name nobody, no place and no topic, because they show on locked phones
(trust.md, I19). Links come from `links.absolute`, whatever host was asked.
"""

from datetime import date, datetime

from flask import current_app

from tracker import links
from tracker.domain.day_summaries import DaySummary
from tracker.models import Enrollment
from tracker.models.evaluation import Occasion
from tracker.services import outbox

INVITATION_DAYS = 7


def queue_certificate_ready(enrollment: Enrollment, *, now: datetime) -> None:
    """Tell a participant, in the issuing transaction, that the certificate is there."""
    code = enrollment.offering.code
    subject, text = certificate_ready(code, links.absolute(f"/me/offerings/{code}"))
    outbox.queue_mail("certificate", enrollment.person.email, subject, text, now=now)


def certificate_ready(offering_code: str, url: str) -> tuple[str, str]:
    """Return subject and text of the mail that says a certificate was issued."""
    return _write("certificate_ready", offering_code=offering_code, url=url)


def queue_contest_answered(enrollment: Enrollment, *, now: datetime) -> None:
    """Tell a participant that a contest was answered; the words stay on the page."""
    code = enrollment.offering.code
    url = links.absolute(f"/me/offerings/{code}/programme")
    subject, text = _write("contest_answered", offering_code=code, url=url)
    outbox.queue_mail("contest", enrollment.person.email, subject, text, now=now)


def queue_name_decided(enrollment: Enrollment, *, now: datetime) -> None:
    """Tell a participant that there is an answer about the printed name."""
    code = enrollment.offering.code
    url = links.absolute(f"/me/offerings/{code}/name")
    subject, text = _write("name_decided", offering_code=code, url=url)
    outbox.queue_mail("name", enrollment.person.email, subject, text, now=now)


def queue_day_signed_off(
    enrollment: Enrollment, day: date, summary: DaySummary, *, now: datetime
) -> None:
    """Tell a participant how they stand at a day that was signed off."""
    code = enrollment.offering.code
    values = {
        "offering_code": code,
        "day": f"{day:%A}, {day.day} {day:%B}",
        "summary": summary,
        "url": links.absolute(f"/me/offerings/{code}/programme"),
    }
    subject, text = _write("day_signed_off", **values)
    outbox.queue_mail("day", enrollment.person.email, subject, text, now=now)


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
    code = enrollment.offering.code
    url = links.absolute(f"/me/offerings/{code}/{QUESTIONS[occasion]}")
    subject, text = _write("questions", offering_code=code, url=url, is_first=is_first)
    outbox.queue_mail("questions", enrollment.person.email, subject, text, now=now)


def pass_ready(offering_code: str, url: str) -> tuple[str, str]:
    """Return subject and text of the mail that says where the pass is."""
    return _write("pass_ready", offering_code=offering_code, url=url)


def sign_in_code(code: str, minutes: int) -> tuple[str, str]:
    """Return subject and text of the mail with a sign-in code."""
    return _write("sign_in_code", code=code, minutes=minutes)


def invitation(link: str) -> tuple[str, str]:
    """Return subject and text of the mail that invites a member of staff."""
    return _write("invitation", link=link, days=INVITATION_DAYS)


def _write(name: str, **values: object) -> tuple[str, str]:
    """Render a mail; templates that end in .txt are not escaped for HTML."""
    template = current_app.jinja_env.get_template(f"mail/{name}.txt")
    subject, _, text = template.render(**values).partition("\n")
    return subject, text

"""What tests do with the outbox: queue, send, look, and let time pass."""

import threading
from datetime import timedelta

import sqlalchemy as sa

from tests.factories import NINE_AM
from tracker.db import db
from tracker.domain.mail_texts import Letter
from tracker.models import OutboxMessage
from tracker.services import jobs, outbox

EMAIL = "alex@example.org"


def queue(app, count=1, *, recipient=EMAIL, kind="notice", html=""):
    with app.app_context():
        for number in range(count):
            letter = Letter(f"Notice {number}", f"Text {number}\n", html)
            outbox.queue_mail(kind, recipient, letter, now=NINE_AM)
        db.session.commit()


def send(app):
    """Run the mail job once, as the worker does; gives the seconds to the next time."""
    return jobs.run_job(app, jobs.JOBS[0], threading.Event())


def rows(app):
    with app.app_context():
        found = db.session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))
        return list(found)


def wait(app, **time):
    app.extensions["clock"].moment += timedelta(**time)


def kinds_to(person):
    """Return the kinds of mail that wait for somebody, in order."""
    found = db.session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))
    return [each.kind for each in found if each.recipient == person.email]

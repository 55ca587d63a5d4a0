"""What tests do with the outbox: queue, send, look, and let time pass."""

import threading
from datetime import timedelta

import sqlalchemy as sa

from tests.factories import NINE_AM
from tracker.db import db
from tracker.models import OutboxMessage
from tracker.services import jobs, outbox

EMAIL = "alex@example.org"


def queue(app, count=1, *, recipient=EMAIL, kind="notice"):
    with app.app_context():
        for number in range(count):
            subject, text = f"Notice {number}", f"Text {number}\n"
            outbox.queue_mail(kind, recipient, subject, text, now=NINE_AM)
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

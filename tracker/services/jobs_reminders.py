"""The worker's reminders: found while reading, sent some people at a time."""

import threading
from functools import partial

from tracker import clock
from tracker.db import db, reading, retrying
from tracker.services import due_reminders
from tracker.services.due_reminders import Due


def send_reminders(stop: threading.Event) -> None:
    """Write what is due into the outbox, each transaction for some people only."""
    with reading():
        due = due_reminders.find_due(now=clock.now())
        db.session.close()
    for each in due:
        while not stop.is_set() and retrying(partial(_send, each)):
            pass


def _send(due: Due) -> int:
    count = due_reminders.send(due, now=clock.now())
    db.session.commit()
    return count

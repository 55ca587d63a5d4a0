"""One of several processes that issue at once: to everybody, in an order of its own.

The plan has url, folder, moment and drafts (see `crowd.py`).
"""

from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from tests.conftest import TestClock, settings_for
from tracker import clock, create_app, db
from tracker.domain.certificates import new_serial
from tracker.models import Enrollment
from tracker.services import certificates
from tracker.services.audit import CLI
from tracker.services.certificates import Draft


def act(plan, number, ready):
    """Issue to each once; return the serials."""
    app = create_app(
        settings_for(plan["url"], Path(plan["folder"])),
        clock=TestClock(datetime.fromisoformat(plan["moment"])),
    )
    with app.app_context(), db.writing():
        drafts = {int(one): draft(**kept) for one, kept in plan["drafts"].items()}
        order = sorted(drafts, key=lambda _: uuid4())
        ready()
        return [db.retrying(partial(issue, one, drafts[one])) for one in order]


def draft(name, basis, facts):
    """Stand for a page that was set before, under a serial of this process's own."""
    return Draft(new_serial(), name, basis, facts, b"%PDF")


def issue(enrollment_id, drafted):
    enrollment = db.db.session.get_one(Enrollment, enrollment_id)
    made = certificates.issue(
        enrollment, actor=CLI, now=clock.now(), drafted=drafted
    ).serial
    db.db.session.commit()
    return made

"""One of several processes that issue at once: issues everybody, prints the serials.

Usage: python -m tests.faults.issue_client FILE, a JSON file with url, folder, moment,
drafts; waits for the file's `go` sibling, so that all start together.
"""

import json
import sys
import time
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


def main(path: Path) -> None:
    """Issue each once, in an order of this process's own."""
    plan = json.loads(path.read_text())
    app = create_app(
        settings_for(plan["url"], Path(plan["folder"])),
        clock=TestClock(datetime.fromisoformat(plan["moment"])),
    )
    with app.app_context(), db.writing():
        drafts = {int(one): draft(**kept) for one, kept in plan["drafts"].items()}
        while not path.with_name("go").exists():
            time.sleep(0.01)
        order = sorted(drafts, key=lambda _: uuid4())
        serials = [db.retrying(partial(issue, one, drafts[one])) for one in order]
    print(json.dumps(serials))  # noqa: T201 - the answer to the test


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


if __name__ == "__main__":
    main(Path(sys.argv[1]))

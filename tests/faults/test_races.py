"""Several processes at once, on committed databases of both engines."""

import json
import subprocess
import sys
from collections import Counter

import pytest
import sqlalchemy as sa

from tests.committed import committed_app, environment, make_url
from tests.conftest import ENGINES
from tests.factories import (
    NINE_AM,
    make_day,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
)
from tracker.db import db
from tracker.models import Attendance, Scan
from tracker.services import doctor

PROCESSES = 8
PASSES = 60


@pytest.mark.parametrize("engine", ENGINES)
def test_eight_processes_scanning_the_same_passes_make_one_attendance_each(
    engine, tmp_path
):
    """I1, I2: check-then-insert made 264 rows of these 60 (trust.md)."""
    url = make_url(engine, tmp_path)
    with committed_app(url, tmp_path) as app, app.app_context():
        offering = make_offering(capacity=PASSES)
        make_day(offering)
        texts = [make_pass(make_enrollment(offering=offering)) for _ in range(PASSES)]
        plan = {
            "url": url,
            "folder": str(tmp_path),
            "code": offering.code,
            "token": make_device(offering),
            "moment": NINE_AM.isoformat(),
            "passes": texts,
        }
        db.session.commit()

        outcomes = run_clients(plan, tmp_path, environment(url, tmp_path))

        assert outcomes == {"accepted": PASSES, "duplicate": PASSES * (PROCESSES - 1)}
        assert count(Attendance) == PASSES
        assert count(Scan) == PASSES * PROCESSES
        assert [check for check in doctor.run_checks() if not check.ok] == []


def run_clients(plan, folder, environ):
    path = folder / "plan.json"
    path.write_text(json.dumps(plan))
    clients = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.scan_client", str(path)],
            env=environ,
            stdout=subprocess.PIPE,
        )
        for _ in range(PROCESSES)
    ]
    (folder / "go").touch()
    outcomes: Counter[str] = Counter()
    for client in clients:
        out, _ = client.communicate(timeout=60)
        outcomes.update(json.loads(out))
    return outcomes


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))

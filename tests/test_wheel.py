"""The wheel runs without the checkout: it carries its templates and migrations."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

START_ELSEWHERE = """
import tracker
from tracker.db import db
from tracker.services import database

app = tracker.create_app()
with app.app_context():
    database.upgrade(db.engine)
page = app.test_client().get("/nothing-is-here", headers={"Accept": "text/html"})
ready = app.test_client().get("/readyz")
print(tracker.__file__, page.status_code, ready.status_code, sep="\\n")
"""


def run(*command: str | Path, cwd: Path, **environ: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_migrates_a_database_and_shows_pages_far_from_the_checkout(tmp_path):
    site = tmp_path / "site"
    run("-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
    (wheel,) = tmp_path.glob("muster_tracker-*.whl")
    install = ["-m", "pip", "install", "-qq", "--no-deps", "--no-index"]
    run(*install, "--target", site, wheel, cwd=tmp_path)

    environ = {"PYTHONPATH": str(site), "TRACKER_INSTANCE": str(tmp_path / "instance")}
    printed = run("-c", START_ELSEWHERE, cwd=tmp_path, **environ)

    assert printed.splitlines() == [str(site / "tracker" / "__init__.py"), "404", "200"]

"""`tracker upgrade`, `tracker migrations check`, `tracker doctor`."""

import subprocess
import sys

import sqlalchemy as sa

from tracker.db import db
from tracker.services import database


def test_upgrading_twice_changes_nothing(terminal):
    newest = database.newest_revision()

    assert terminal.ask("upgrade") == {"before": newest, "after": newest}
    assert terminal.run("upgrade").stdout == "The schema was the newest already.\n"


def test_an_empty_database_gets_the_schema(terminal):
    terminal.look(lambda: database.downgrade(db.engine, "base"))

    said = terminal.run("upgrade")

    assert said.stdout == f"The schema is now {database.newest_revision()}.\n"
    assert terminal.look(lambda: database.model_differences(db.engine)) == []


def test_models_and_migrations_agree():
    script = "from tracker.cli import main; main(['migrations', 'check'])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "Models and migrations agree.\n")


def test_the_doctor_finds_a_healthy_database_and_a_broken_one(terminal, offering):
    well = terminal.ask("doctor")
    terminal.look(break_the_log)
    ill = terminal.ask("doctor", code=1)

    assert (well["ok"], ill["ok"]) == (True, False)
    assert [each["name"] for each in ill["checks"] if not each["ok"]] == [
        "audit log whole"
    ]
    assert "BROKEN  audit log whole" in terminal.run("doctor", code=1).stdout


def break_the_log():
    db.session.execute(sa.text("DELETE FROM audit_entries"))
    db.session.commit()

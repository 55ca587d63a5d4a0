"""Commands for the schema, and the check of everything that must always hold."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from tracker import create_app
from tracker.cli.root import end_with_failure, main, with_app
from tracker.config import read_settings
from tracker.db import db, reading
from tracker.services import database, doctor

Answer = tuple[Any, str]


@main.command()
@with_app
def upgrade() -> Answer:
    """Create the database, or migrate it to the newest schema; again does nothing."""
    before = find_revision()
    database.upgrade(db.engine)
    after = database.newest_revision()
    text = "The schema was the newest already."
    if before != after:
        text = f"The schema is now {after}{f' (it was {before})' if before else ''}."
    return {"before": before, "after": after}, text


def find_revision() -> str | None:
    """Return the database's revision; None for an empty one."""
    with reading(), db.engine.connect() as connection:
        return database.current_revision(connection)


@main.group()
def migrations() -> None:
    """Check migrations, and draft new ones; for developers."""


@migrations.command("check")
def check_migrations() -> None:
    """Say whether migrating an empty database makes exactly the models' schema."""
    with _scratch_database():
        differences = database.model_differences(db.engine)
    for each in differences:
        click.echo(f"The models and the migrations differ: {each}", err=True)
    if differences:
        raise click.exceptions.Exit(1)
    click.echo("Models and migrations agree.")


@migrations.command("draft")
@click.argument("number")
@click.argument("message")
def draft_migration(number: str, message: str) -> None:
    """Draft the migration NUMBER, such as 0002, from what the models say."""
    with _scratch_database():
        database.write_revision(db.engine, message, number)
    click.echo("Drafted. Read it, give it one purpose, and write its way back.")


@contextmanager
def _scratch_database() -> Iterator[None]:
    """Make a migrated SQLite database of its own, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {"TRACKER_INSTANCE": folder}
        with create_app(read_settings(environ)).app_context():
            database.upgrade(db.engine)
            yield
            db.engine.dispose()


@main.command("doctor")
@with_app
def run_doctor() -> Answer:
    """Check what must always hold, and print each with its count."""
    with reading():
        checks = doctor.run_checks()
        db.session.close()
    is_well = all(check.ok for check in checks)
    if not is_well:
        end_with_failure()
    found = [
        {"name": c.name, "ok": c.ok, "checked": c.checked, "broken": c.broken}
        for c in checks
    ]
    lines = [
        f"{'ok    ' if c.ok else 'BROKEN'}  {c.name}: {c.checked:,} checked"
        + ("" if c.ok else f", {c.broken:,} broken")
        for c in checks
    ]
    return {"ok": is_well, "checks": found}, "\n".join(lines)

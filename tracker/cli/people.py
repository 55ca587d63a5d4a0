"""Commands for the people who take part."""

from dataclasses import asdict
from typing import Any

import click

from tracker import clock
from tracker.cli import files
from tracker.cli.root import main, with_app
from tracker.db import db
from tracker.domain.tables import MAXIMUM_BYTES
from tracker.services import catalogue, rosters
from tracker.services.audit import CLI


@main.group()
def participants() -> None:
    """Enroll people."""


@participants.command("import")
@click.argument("code")
@click.argument("data", metavar="FILE", type=files.Contents(MAXIMUM_BYTES))
@click.option("--mail", "sends_mail", is_flag=True, help="Tell who is new by mail.")
@with_app
def import_participants(
    code: str, data: bytes, sends_mail: bool
) -> tuple[dict[str, Any], str]:
    """Enroll everybody in FILE (CSV or XLSX) in the offering CODE, each with a pass.

    Columns: name and email; optional agency, title, discipline, state, county.
    A bad row refuses the whole file and names row, column and reason. The same
    file again changes nothing; an empty cell leaves what is known.
    """
    offering = catalogue.get_offering(code)
    done = rosters.import_participants(
        offering, data, actor=CLI, now=clock.now(), sends_mail=sends_mail
    )
    db.session.commit()
    text = (
        f"{done.created} enrolled, {done.updated} updated, {done.unchanged} unchanged."
    )
    return asdict(done) | {"refused": []}, text

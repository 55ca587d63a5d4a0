"""Commands for scans that come as a file."""

from dataclasses import asdict
from typing import Any

import click

from tracker import clock
from tracker.cli import files
from tracker.cli.root import main, with_app
from tracker.db import db
from tracker.services import catalogue, queue_files
from tracker.services.audit import CLI


@main.group()
def scans() -> None:
    """Hand in scans."""


@scans.command("import")
@click.argument("code")
@click.argument("data", metavar="FILE", type=files.Contents(queue_files.MAXIMUM_BYTES))
@with_app
def import_scans(code: str, data: bytes) -> tuple[dict[str, Any], str]:
    """Hand in FILE, which a device of the offering CODE has saved.

    As if the device had sent its scans itself: each is judged, and all are kept. A
    file that is not one, or another offering's, is refused whole. The same file
    again changes nothing.
    """
    now = clock.now()
    offering = catalogue.get_offering(code)
    handed = queue_files.prepare(offering, data, actor=CLI, now=now)
    db.session.commit()  # the scan path works in a transaction of its own
    done = queue_files.record(handed, now=now)
    db.session.commit()
    document = {"offering": handed.caller.offering_code, **asdict(done)}
    return document, queue_files.said(done)

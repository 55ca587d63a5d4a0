"""Commands that print paper."""

import click

from tracker import clock
from tracker.cli import files
from tracker.cli.offerings import Answer
from tracker.cli.root import main, with_app
from tracker.db import db
from tracker.labels import PAPERS
from tracker.services import catalogue, segments, sheets
from tracker.services.audit import CLI
from tracker.services.sheets import Layout


@main.command("sheets")
@click.argument("code")
@click.option(
    "--pdf", "pdf_file", type=files.OUTPUT, required=True, help="Write to FILE."
)
@click.option("--segment", "number", type=int, help="Only this segment's sheet.")
@click.option("--paper", type=click.Choice(list(PAPERS)), default="a4")
@click.option("--licence", is_flag=True, help="Add a column for licence numbers.")
@click.option("--agency", is_flag=True, help="Print agencies under the names.")
@with_app
def write_sheets(
    code: str,
    pdf_file: str,
    number: int | None,
    paper: str,
    licence: bool,
    agency: bool,
) -> Answer:
    """Write sign-in sheets to print, one per segment, with numbered rows.

    Who stands in which row is remembered, so that signed sheets can be typed in;
    the reading is noted in the audit log.
    """
    files.refuse_mixed_output(pdf_file)
    found = catalogue.get_offering(code)
    wanted = [
        each for each in segments.read_segments(found) if each.cancelled_at is None
    ]
    if number is not None:
        wanted = [segments.get_segment(found, number)]
    layout = Layout(has_agency=agency, has_licence=licence, paper=paper)
    pdf = sheets.sheet_pdf(found, wanted, actor=CLI, now=clock.now(), layout=layout)
    db.session.commit()
    names, text = files.write_outputs((pdf_file, pdf))
    printed = sheets.list_printed(found)[0]
    return {"files": names, "list": printed.code, "segments": len(wanted)}, text

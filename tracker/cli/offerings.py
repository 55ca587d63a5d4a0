"""Commands for offerings and their passes."""

from typing import Any

import click

from tracker import clock, labels, yaml_reader
from tracker.cli import files
from tracker.cli.root import main, with_app
from tracker.db import db, reading
from tracker.services import catalogue, rosters
from tracker.services.audit import CLI
from tracker.services.changes import Change
from tracker.services.rosters import PassRow

YAML = files.Contents(yaml_reader.MAXIMUM_BYTES)
Answer = tuple[Any, str | None]
SAID = {
    Change.CREATED: "was created",
    Change.UPDATED: "was updated",
    Change.UNCHANGED: "was as the file says",
}


@main.group()
def offering() -> None:
    """Import and export offerings as YAML."""


@offering.command("import")
@click.argument("data", metavar="FILE", type=YAML)
@with_app
def import_offering(data: bytes) -> Answer:
    """Make an offering from FILE, or change it to what FILE says.

    A file with a mistake is refused whole, with every line to mend. The same
    file again changes nothing.
    """
    read = yaml_reader.read_yaml(data)
    found, change = catalogue.import_offering(
        read.value, actor=CLI, now=clock.now(), lines=read.lines
    )
    db.session.commit()
    counts = {each.value: int(each is change) for each in Change}
    document = counts | {"refused": [], "offering": found.code}
    return document, f"Offering {found.code} {SAID[change]}."


@offering.command("export")
@click.argument("code")
@click.option("--out", type=files.OUTPUT, default=files.STANDARD, help="Write to FILE.")
@with_app
def export_offering(code: str, out: str) -> Answer:
    """Write an offering as YAML; importing that changes nothing."""
    with reading():
        definition = catalogue.export_offering(catalogue.get_offering(code))
        db.session.close()
    if click.get_current_context().meta["json"] and out == files.STANDARD:
        return definition, None
    _, text = files.write_outputs((out, yaml_reader.write_yaml(definition).encode()))
    return definition, text


@main.command("passes")
@click.argument("code")
@click.option("--csv", "csv_file", type=files.OUTPUT, help="Write codes and names.")
@click.option("--pdf", "pdf_file", type=files.OUTPUT, help="Write badges to print.")
@click.option(
    "--format",
    "sheet",
    type=click.Choice([each.name for each in labels.SHEETS]),
    default=labels.USUAL,
    show_default=True,
    help="The sheets that the badges are printed on.",
)
@click.option("--agency", is_flag=True, help="Print agencies on the badges, too.")
@with_app
def write_passes(
    code: str, csv_file: str | None, pdf_file: str | None, sheet: str, agency: bool
) -> Answer:
    """Write everybody's pass, as CSV or as badges; without a file, as CSV here.

    Reading them is noted in the audit log, with their number.
    """
    found = catalogue.get_offering(code)
    if csv_file is None and pdf_file is None:
        csv_file = None if click.get_current_context().meta["json"] else files.STANDARD
    files.refuse_mixed_output(csv_file, pdf_file)
    rows = rosters.list_passes(found, actor=CLI, now=clock.now())
    outputs: list[tuple[str | None, bytes]] = []
    if csv_file is not None:
        outputs.append((csv_file, rosters.passes_csv(rows).encode()))
    if pdf_file is not None:
        pdf = rosters.badges_pdf(found, rows, has_agency=agency, sheet=sheet)
        outputs.append((pdf_file, pdf))
    db.session.commit()
    names, text = files.write_outputs(*outputs)
    return _document(rows, names), text


def _document(rows: list[PassRow], names: list[str]) -> Any:
    if names:
        return {"count": len(rows), "files": names}
    return [
        {
            "enrollment": row.enrollment,
            "name": row.name,
            "agency": row.agency,
            "pass": row.code,
        }
        for row in rows
    ]

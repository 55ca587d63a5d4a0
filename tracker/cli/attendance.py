"""Commands for attendance: written out, verified, derived anew."""

from dataclasses import asdict
from typing import Any

import click

from tracker import clock
from tracker.cli import files
from tracker.cli.root import end_with_failure, main, with_app
from tracker.db import db, reading
from tracker.domain.attendance import Record
from tracker.services import attendance as attendance_service
from tracker.services import audit, catalogue, exports
from tracker.services.attendance import Difference
from tracker.services.audit import CLI

Answer = tuple[Any, str | None]


@main.group()
def attendance() -> None:
    """Write attendance out, and hold it against the scans."""


@attendance.command("export")
@click.argument("code")
@click.option("--csv", "csv_file", type=files.OUTPUT, help="Write a CSV file.")
@click.option("--xlsx", "xlsx_file", type=files.OUTPUT, help="Write an Excel file.")
@with_app
def export_attendance(code: str, csv_file: str | None, xlsx_file: str | None) -> Answer:
    """Write who was at which segment; without a file, as CSV here.

    Reading it is noted in the audit log, with the number of people.
    """
    if csv_file is None and xlsx_file is None:
        csv_file = None if click.get_current_context().meta["json"] else files.STANDARD
    files.refuse_mixed_output(csv_file, xlsx_file)
    offering = catalogue.get_offering(code)
    matrix = exports.read_matrix(offering, actor=CLI, now=clock.now())
    outputs: list[tuple[str | None, bytes]] = []
    if csv_file is not None:
        outputs.append((csv_file, exports.matrix_csv(matrix).encode()))
    if xlsx_file is not None:
        outputs.append((xlsx_file, exports.matrix_xlsx(matrix)))
    db.session.commit()
    names, text = files.write_outputs(*outputs)
    if names:
        return {"count": len(matrix.people), "files": names}, text
    head, *rows = exports.matrix_table(matrix)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows], text


@attendance.command("verify")
@click.argument("code")
@with_app
def verify_attendance(code: str) -> Answer:
    """Compare the stored attendance with the one derived from scans and corrections.

    Exit code 1 where they differ.
    """
    with reading():
        offering = catalogue.get_offering(code)
        differences = attendance_service.verify(offering)
        count = len(attendance_service.read_board(offering, now=clock.now()).rows)
        db.session.close()
    if differences:
        end_with_failure()
    document = {
        "offering": code,
        "equal": not differences,
        "enrollments": count,
        "differences": [_difference(each) for each in differences],
    }
    return document, _verdict(code, count, differences)


def _difference(each: Difference) -> dict[str, Any]:
    return {
        "enrollment": each.enrollment,
        "segment": each.segment,
        "stored": _record(each.stored),
        "derived": _record(each.derived),
    }


def _record(record: Record | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in asdict(record).items()
    }


def _verdict(code: str, count: int, differences: list[Difference]) -> str:
    if not differences:
        return f"{code}: the attendance of {count} people equals what the scans say."
    lines = [
        f"  enrollment {each.enrollment}, segment {each.segment}"
        for each in differences
    ]
    said = f"{code}: {len(differences)} records differ from what the scans say:"
    return "\n".join([said, *lines, f"Run: tracker attendance rebuild {code}"])


@attendance.command("rebuild")
@click.argument("code")
@with_app
def rebuild_attendance(code: str) -> Answer:
    """Derive the attendance anew from scans and corrections."""
    offering = catalogue.get_offering(code)
    changed = attendance_service.rebuild(offering)
    if changed:
        details = {"changed": changed}
        audit.record(CLI, "attendance.rebuild", details, offering, now=clock.now())
    db.session.commit()
    return {"offering": code, "changed": changed}, f"{code}: {changed} records changed."

"""Commands for the prerequisites that people have finished elsewhere."""

from dataclasses import asdict
from typing import Any

import click

from tracker import clock
from tracker.cli import files
from tracker.cli.root import main, with_app
from tracker.db import db
from tracker.domain.report_columns import Field, Layout
from tracker.domain.report_days import Order
from tracker.domain.tables import MAXIMUM_BYTES
from tracker.services import catalogue, completion_imports
from tracker.services.audit import CLI


class Named(click.ParamType[tuple[Field, str]]):
    """A column by what it holds: email="E-mail address"."""

    name = "field=heading"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Field, str]:
        """Take both sides apart."""
        if isinstance(value, tuple):
            return value
        key, sign, heading = str(value).partition("=")
        if not sign or key not in set(Field):
            known = ", ".join(Field)
            self.fail(f"“{value}” is no FIELD=HEADING; fields are {known}", param, ctx)
        return Field(key), heading.strip()


@main.group()
def completions() -> None:
    """Record who has finished a course that comes first."""


@completions.command("import")
@click.argument("course")
@click.argument("data", metavar="FILE", type=files.Contents(MAXIMUM_BYTES))
@click.option(
    "--column",
    "columns",
    type=Named(),
    multiple=True,
    help="Say which column is what; without a heading: none is. Once for each.",
)
@click.option(
    "--first",
    type=click.Choice([each.value for each in Order]),
    help="What comes first in 3/4/2026, where the file does not show it.",
)
@click.option(
    "--completed", multiple=True, help="A status that means completed. Once for each."
)
@with_app
def import_completions(
    course: str,
    data: bytes,
    columns: tuple[tuple[Field, str], ...],
    first: str | None,
    completed: tuple[str, ...],
) -> tuple[dict[str, Any], str]:
    """Record who has finished COURSE by the learning platform's report FILE.

    Columns are found by their headings, or by --column (fields: email, name,
    first_name, last_name, id, completed_on, status, course); what was said once is
    remembered for the course. A bad row refuses the whole file. The same file again
    changes nothing; of two days for one person the earlier counts.
    """
    found, now = catalogue.get_course(course), clock.now()
    asked = Layout(dict(columns), Order(first) if first else None, completed)
    report = completion_imports.read(found, data, asked, now=now)
    done = completion_imports.import_report(found, report, actor=CLI, now=now)
    db.session.commit()
    text = (
        f"{done.created} recorded, {done.updated} updated, {done.unchanged} unchanged; "
        f"{report.not_finished} have not finished."
    )
    return asdict(done) | {"refused": []}, text

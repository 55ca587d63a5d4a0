"""The command group, its way of answering, and how errors end."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask import Flask

from tracker import create_app, db
from tracker.errors import RowsRefusedError, TrackerError


class Group(click.Group):
    """A group whose refusals end with exit code 1 and the reason on standard error."""

    def invoke(self, ctx: click.Context) -> Any:
        """Turn our errors into a sentence; bugs keep their traceback."""
        try:
            return super().invoke(ctx)
        except TrackerError as error:
            say_refusal(error)
            ctx.exit(1)


def say_refusal(error: TrackerError) -> None:
    """Write why something was refused to standard error, row by row where it has rows."""
    click.echo(error.message, err=True)
    if isinstance(error, RowsRefusedError):
        for each in error.refused:
            place = [f"row {each['row']}"] if each["row"] is not None else []
            place += [f"column {each['column']}"] if each["column"] else []
            click.echo(f"  {', '.join(place) or 'file'}: {each['reason']}", err=True)
        if click.get_current_context().meta.get("json"):
            click.echo(json.dumps({"created": 0, "updated": 0, "unchanged": 0, "refused": error.refused}))


@click.group(cls=Group)
@click.version_option(package_name="muster-tracker")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Muster: attendance, evaluation and certificates for live trainings."""


def with_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the application's context and one unit of work, retried whole.

    The command returns `(document, text)`: with `--json` the document is
    printed alone on standard output, otherwise the text. The command commits.
    """

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    @click.pass_context
    @wraps(command)
    def run(ctx: click.Context, as_json: bool, **arguments: Any) -> None:
        ctx.meta["json"] = as_json
        app = make_app()
        with app.app_context():
            document, text = db.retrying(lambda: command(**arguments))
        click.echo(json.dumps(document, ensure_ascii=False) if as_json else text)
        ctx.exit(ctx.meta.get("exit_code", 0))

    return run


def end_with_failure() -> None:
    """Let the running command end with exit code 1 once its answer is printed."""
    click.get_current_context().meta["exit_code"] = 1


def make_app() -> Flask:
    """Build the application for a command."""
    app: Flask = create_app()
    return app


def fail(message: str) -> None:
    """Refuse, with exit code 1."""
    click.echo(message, err=True)
    sys.exit(1)

"""The command group, its way of answering, and how errors end."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

import click
from flask import Flask
from sqlalchemy.exc import DBAPIError

from tracker import create_app, db
from tracker.errors import ConflictError, RowsRefusedError, TrackerError
from tracker.services import database

T = TypeVar("T")
OUTDATED = "The database is behind its migrations. Run: tracker upgrade"


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
    """Write why something was refused to standard error, row by row."""
    click.echo(error.message, err=True)
    if isinstance(error, RowsRefusedError):
        for each in error.refused:
            place = [f"row {each['row']}"] if each["row"] is not None else []
            place += [f"column {each['column']}"] if each["column"] else []
            click.echo(f"  {', '.join(place) or 'file'}: {each['reason']}", err=True)
        if click.get_current_context().meta.get("json"):
            nothing = {"created": 0, "updated": 0, "unchanged": 0}
            click.echo(json.dumps(nothing | {"refused": error.refused}))


@click.group(cls=Group)
@click.version_option(package_name="muster-tracker")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Muster: attendance, evaluation and certificates for live trainings."""


def with_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the application's context and one unit of work, retried whole.

    The command returns `(document, text)`: with `--json` the document is
    printed alone on standard output, otherwise the text (None: nothing, because
    the command wrote a file there itself). The command commits.
    """

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    @wraps(command)
    def run(*, as_json: bool, **arguments: Any) -> None:
        ctx = click.get_current_context()
        ctx.meta["json"] = as_json
        with open_app():
            document, text = _do(lambda: command(**arguments))
        if as_json:
            click.echo(json.dumps(document, ensure_ascii=False))
        elif text is not None:
            click.echo(text)
        ctx.exit(ctx.meta.get("exit_code", 0))

    return run


def _do(act: Callable[[], T]) -> T:
    """Do one unit of work; say so where it failed because the schema is old."""
    try:
        return db.retrying(act)
    except DBAPIError as error:
        db.db.session.rollback()
        if is_outdated():
            raise ConflictError(OUTDATED) from error
        raise


def is_outdated() -> bool:
    """Say whether the database is behind its migrations."""
    with db.reading():
        is_current = database.is_current()
        db.db.session.close()
    return not is_current


def end_with_failure() -> None:
    """Let the running command end with exit code 1 once its answer is printed."""
    click.get_current_context().meta["exit_code"] = 1


@contextmanager
def open_app() -> Iterator[Flask]:
    """Enter the application's context, and leave no connection open behind it."""
    app = make_app()
    with app.app_context():
        try:
            yield app
        finally:
            db.db.session.remove()
            db.db.engine.dispose()


def make_app() -> Flask:
    """Build the application for a command."""
    app: Flask = create_app()
    return app


def fail(message: str) -> None:
    """Refuse, with exit code 1."""
    click.echo(message, err=True)
    sys.exit(1)

"""For who runs the server: is it up, is it ready."""

import sqlalchemy as sa
from flask import Blueprint
from flask.typing import ResponseReturnValue

from tracker import access
from tracker.db import db
from tracker.errors import UnavailableError
from tracker.services import database

bp = Blueprint("operations", __name__)


@bp.get("/healthz")
@access.public
def healthz() -> ResponseReturnValue:
    """Say that the process is up."""
    return {"status": "up"}


@bp.get("/readyz")
@access.public
def readyz() -> ResponseReturnValue:
    """Say whether the database answers and its schema is current."""
    try:
        db.session.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError as error:
        raise UnavailableError("The database does not answer.") from error
    if not database.is_current():
        raise UnavailableError("The database is behind its migrations: run tracker upgrade.")
    return {"status": "ready"}

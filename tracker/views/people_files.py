"""People and applications as files; a POST each, because it is logged."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.errors import NotFoundError
from tracker.models.staff import Role
from tracker.services import audit, people_exports
from tracker.services.workbooks import Table, csv_text, xlsx_bytes

TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

bp = Blueprint("people_files", __name__, url_prefix="/staff/offerings/<code>")


@bp.post("/people/list")
@access.staff(Role.COORDINATOR)
def people(code: str) -> ResponseReturnValue:
    """Give everybody with a seat, as an import takes them back."""
    return _give(code, "people", people_exports.read_people)


@bp.post("/applications/list")
@access.staff(Role.COORDINATOR)
def applications(code: str) -> ResponseReturnValue:
    """Give everybody who applied, with answers and findings."""
    return _give(code, "applications", people_exports.read_applications)


def _give(code: str, what: str, read: people_exports.Read) -> Response:
    kind = request.form.get("kind", "csv")
    if kind not in TYPES:
        raise NotFoundError
    actor = audit.actor_of(access.current_user())
    table = read(access.current_offering(), actor=actor, now=clock.now())
    db.session.commit()
    response = Response(_written(table, what, kind), mimetype=TYPES[kind])
    name = f"{code}-{what}.{kind}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _written(table: Table, what: str, kind: str) -> str | bytes:
    return csv_text(table) if kind == "csv" else xlsx_bytes({what.title(): table})

"""Before each day: what is not ready, and the desk pack."""

from typing import Any

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, links
from tracker.db import db
from tracker.forms.desk_packs import DeskPackForm
from tracker.models.staff import Role
from tracker.services import audit, desk_packs, readiness, schedules, spares
from tracker.services.readiness import Matter, Place, Server
from tracker.views import staff_page

bp = Blueprint("tomorrow", __name__, url_prefix="/staff/offerings/<code>/tomorrow")

# Where each matter is mended, and what its link says.
PLACES = {
    Place.APPLICATION: ("review.show", "The application"),
    Place.CONTESTS: ("contests.index", "Contests"),
    Place.DAY: ("days.show", "The day"),
    Place.DEVICE: ("devices.edit", "The device"),
    Place.DEVICES: ("devices.index", "Devices"),
    Place.EVALUATION: ("coordinator.evaluation", "Evaluation"),
    Place.HELD: ("held.index", "Held scans"),
    Place.MAIL: ("mails.index", "Mail"),
    Place.PEOPLE: ("people.index", "People"),
    Place.PERSON: ("people.person", "The person"),
    Place.SEGMENT: ("schedule.ask_edit", "The segment"),
}


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Say what is not ready before the next day, each with where to mend it."""
    return _show(DeskPackForm())


def _show(form: DeskPackForm, status: int = 200) -> Response:
    offering = access.current_offering()
    found = readiness.check(offering, _server(), now=clock.now())
    return staff_page.show(
        "coordinator/tomorrow.html",
        status,
        section="Overview",
        day=found.day,
        matters=[(each.sentence, *_link(each)) for each in found.matters],
        spare_count=len(spares.list_badges(offering)),
        form=form,
    )


def _server() -> Server:
    settings = links.settings()
    can_mail = settings.mail_url is not None or settings.is_local
    return Server(settings.evaluation_keys, can_mail)


def _link(matter: Matter) -> tuple[str, str]:
    """Return where a matter is mended, and what to call that; empty for the server."""
    if matter.place is Place.SERVER:
        return "", ""
    endpoint, label = PLACES[matter.place]
    parts: dict[str, Any] = {"code": access.current_offering().code, **matter.key}
    return url_for(endpoint, **parts), label


@bp.post("/desk-pack")
@access.staff(Role.COORDINATOR)
def print_pack(code: str) -> ResponseReturnValue:
    """Give the desk pack of the next day; a POST, because names are read."""
    form = DeskPackForm()
    if not form.validate_on_submit():
        return _show(form, 422)
    offering, now = access.current_offering(), clock.now()
    day = readiness.next_day(schedules.schedule_of(offering), now)
    pack = desk_packs.read_pack(
        offering,
        day,
        sheet=form.sheet.data,
        actor=audit.actor_of(access.current_user()),
        now=now,
    )
    db.session.commit()
    response = Response(pack, mimetype="application/zip")
    part = f"-{day.isoformat()}" if day else ""
    name = f"{code}-desk-pack{part}.zip"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response

"""Opening what is asked before its time, and reminding those who have not answered."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.errors import NotFoundError
from tracker.models.evaluation import Occasion
from tracker.models.staff import Role
from tracker.services import audit, opening, reminders
from tracker.views import staff_page

bp = Blueprint(
    "asking", __name__, url_prefix="/staff/offerings/<code>/evaluation/<occasion>"
)


def _occasion(text: str) -> Occasion:
    """Read the occasion of the address; what is none is not there."""
    try:
        return Occasion(text)
    except ValueError as problem:
        raise NotFoundError from problem


@bp.get("/open")
@access.staff(Role.COORDINATOR)
def ask_opening(code: str, occasion: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Say what opening early does, and ask."""
    asked = opening.get_asked(
        access.current_offering(), _occasion(occasion), now=clock.now()
    )
    return staff_page.show(
        "coordinator/open_questions.html", section="Evaluation", asked=asked
    )


@bp.post("/open")
@access.staff(Role.COORDINATOR)
def open_now(code: str, occasion: str) -> ResponseReturnValue:
    """Take answers from now on."""
    opening.open_early(
        access.current_offering(),
        _occasion(occasion),
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    )
    db.session.commit()
    flash("Answers can be sent from now on.", "ok")
    return redirect(url_for("coordinator.evaluation", code=code), 303)


@bp.get("/remind")
@access.staff(Role.COORDINATOR)
def ask_reminding(code: str, occasion: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Say how many are written to, and ask."""
    offering, asked = access.current_offering(), _occasion(occasion)
    return staff_page.show(
        "coordinator/remind.html",
        section="Evaluation",
        asked=opening.get_asked(offering, asked, now=clock.now()),
        count=len(reminders.list_silent(offering, asked)),
    )


@bp.post("/remind")
@access.staff(Role.COORDINATOR)
def remind(code: str, occasion: str) -> ResponseReturnValue:
    """Write to everybody who has not answered."""
    count = reminders.remind(
        access.current_offering(),
        _occasion(occasion),
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    )
    db.session.commit()
    flash(
        "1 mail is on its way." if count == 1 else f"{count} mails are on their way.",
        "ok",
    )
    return redirect(url_for("coordinator.evaluation", code=code), 303)

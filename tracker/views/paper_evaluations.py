"""Paper evaluations: ticked as handed in, typed in shuffled, stored together."""

from collections.abc import Mapping
from uuid import uuid4

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.domain.answers import known_fields
from tracker.errors import InvalidError
from tracker.forms.evaluations import Sent, When, lay_out_fields, read_answers
from tracker.models.staff import Role
from tracker.services import audit, evaluations, paper_evaluations, schedules
from tracker.views import staff_page

bp = Blueprint(
    "paper_evaluations", __name__, url_prefix="/staff/offerings/<code>/evaluation/paper"
)

UID = "uid"


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show who handed a paper in, and how many papers are typed in."""
    return staff_page.show(
        "coordinator/paper_evaluations.html",
        section="Evaluation",
        stack=paper_evaluations.read_stack(access.current_offering()),
    )


@bp.post("/people")
@access.staff(Role.COORDINATOR)
def tick(code: str) -> ResponseReturnValue:
    """Note who handed one in."""
    count = paper_evaluations.tick(
        access.current_offering(),
        request.form.getlist("handed_in"),
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    )
    db.session.commit()
    flash(f"Ticked: {count}.", "ok")
    return redirect(url_for(".index", code=code), 303)


@bp.get("/new")
@access.staff(Role.COORDINATOR)
def ask(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show an empty form for the next paper of the stack."""
    return _show_form(uuid4().hex, {}, {})


def _show_form(
    uid: str, sent: Sent, errors: Mapping[str, str], status: int = 200
) -> Response:
    offering = access.current_offering()
    schedule = schedules.schedule_of(offering)
    laid_out = evaluations.laid_out(offering, schedule)
    opens_at = evaluations.opens_at(offering, schedule)
    when = When(clock.now(), opens_at, schedule.zone)
    return staff_page.show(
        "coordinator/paper_form.html",
        status,
        section="Evaluation",
        steps=lay_out_fields(laid_out, when, sent, errors),
        errors=errors,
        is_outdated=bool(errors.keys() - known_fields(laid_out)),
        uid=uid,
        may_type=opens_at is not None and clock.now() >= opens_at,
    )


@bp.post("/new")
@access.staff(Role.COORDINATOR)
def type_in(code: str) -> ResponseReturnValue:
    """Seal one paper and go on to the next; what must be mended comes back."""
    sent = read_answers(request.form)
    uid = (sent.pop(UID, [""]) or [""])[0]
    if not (uid.isalnum() and uid.isascii() and len(uid) == len(uuid4().hex)):
        raise InvalidError("Please load the page again.", {UID: "is not this page's"})
    try:
        paper_evaluations.type_in(
            access.current_offering(), sent, uid=uid, now=clock.now()
        )
    except InvalidError as error:
        return _show_form(uid, sent, error.errors, 422)
    db.session.commit()
    flash("The paper is sealed. Next one, please.", "ok")
    return redirect(url_for(".ask", code=code), 303)


@bp.post("/discard")
@access.staff(Role.COORDINATOR)
def discard(code: str) -> ResponseReturnValue:
    """Forget one typed paper, or all."""
    count = paper_evaluations.discard(
        access.current_offering(),
        request.form.get("paper") or None,
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    )
    db.session.commit()
    flash(f"Discarded: {count}.", "ok")
    return redirect(url_for(".index", code=code), 303)


@bp.post("/store")
@access.staff(Role.COORDINATOR)
def store(code: str) -> ResponseReturnValue:
    """Store receipts and answers together, if they agree in number."""
    count = paper_evaluations.store(
        access.current_offering(),
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    )
    db.session.commit()
    flash(f"Stored: {count} papers, and that their people have answered.", "ok")
    return redirect(url_for("coordinator.evaluation", code=code), 303)
